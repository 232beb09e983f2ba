//! Integration tests of the models.

mod table;
mod vae;
