//! Integration tests of the models.

mod vae;
