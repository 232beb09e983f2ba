//! Integration tests of the models.

mod imputation;
mod laboratory;
mod sbn;
mod made;
mod table;
mod vae;
