//! Integration tests of the models.

mod discrete;
mod imputation;
mod laboratory;
mod made;
mod mixture;
mod pairs;
mod sbn_posterior;
mod table;
mod vae;
