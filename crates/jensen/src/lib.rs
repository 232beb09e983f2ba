//! Latent-variable models for learning and control.
//!
//! | to read about | look in |
//! |---|---|
//! | distributions, divergences, random numbers | [`prob`] |
//! | bounds, gradient estimators, posteriors, the fit loop | [`infer`] |
//! | nets, likelihoods, autoencoders, mixtures | [`models`] |
//! | environments, planners | [`control`] |
//! | data sets, formats, binarisation, batches | [`data`] |
//!
//! The model `p(x, z)`, its posterior `q(z | x)` and the way of learning are three things, each a
//! trait: [`JointModel`](infer::JointModel), [`Guide`](infer::Guide), [`Learner`](infer::Learner).

pub use jensen_control as control;
pub use jensen_data as data;
pub use jensen_infer as infer;
pub use jensen_models as models;
pub use jensen_prob as prob;

/// What most programs begin with: `use jensen::prelude::*;`.
pub mod prelude {
    pub use burn::module::Module;
    pub use burn::tensor::{Device, Tensor};
    pub use jensen_data::{DataConfig, DataSpec, Dataset, Loader, Preprocessing, Split};
    pub use jensen_infer::fit::{Fit, FitConfig};
    pub use jensen_infer::objective::{Elbo, Iwae};
    pub use jensen_infer::{
        Evidence, Guide, JointModel, Learner, ObjectiveConfig, OptimizerConfig, Pathwise, VariationalLearner,
        VariationalModel,
    };
    pub use jensen_models::nets::{Activation, ImageShape, Mlp, NetConfig, Scope};
    pub use jensen_models::{Autoencoder, Vae, VaeConfig};
    pub use jensen_prob::{
        Distribution, Expand, Factorized, KlDivergence, Mean, Normal, Reparameterized, Rng,
    };
}

// The example of the README is run with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
