//! Integration tests of the models.

mod imputation;
mod laboratory;
mod table;
mod vae;
