//! Integration tests of the models.

mod imputation;
mod laboratory;
mod made;
mod sbn;
mod pairs;
mod table;
mod vae;
