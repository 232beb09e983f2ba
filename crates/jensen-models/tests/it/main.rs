//! Integration tests of the models.

mod imputation;
mod laboratory;
mod sbn;
mod table;
mod vae;
