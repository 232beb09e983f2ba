//! Integration tests of the models.

mod discrete;
mod discrete_posterior;
mod factor;
mod hmm;
mod imputation;
mod laboratory;
mod laboratory_mixture;
mod made;
mod mdn;
mod mdn_forensics;
mod mixture;
mod pairs;
mod table;
mod vae;
