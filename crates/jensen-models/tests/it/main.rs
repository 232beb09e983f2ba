//! Integration tests of the models.

mod imputation;
mod laboratory;
mod made;
mod pairs;
mod sbn;
mod table;
mod vae;
