//! Integration tests of the models.

mod discrete;
mod imputation;
mod laboratory;
mod made;
mod pairs;
mod sbn_posterior;
mod table;
mod vae;
