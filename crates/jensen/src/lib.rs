//! Latent-variable models for learning and control
