//! Latent-variable models: nets, likelihoods and variational autoencoders
