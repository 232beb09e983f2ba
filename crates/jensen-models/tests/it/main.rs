//! Integration tests of the models.

mod imputation;
mod laboratory;
mod made;
mod pairs;
mod sbn;
mod sbn_posterior;
mod table;
mod vae;
