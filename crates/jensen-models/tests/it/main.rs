//! Integration tests of the models.

mod imputation;
mod table;
mod vae;
