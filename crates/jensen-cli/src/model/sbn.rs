//! What sets the sigmoid belief net apart.

use burn::tensor::{Device, Tensor};
use jensen_data::Preprocessing;
use jensen_infer::estimator::{Dimensions, Estimator};
use jensen_infer::evaluation::{self, Decomposition};
use jensen_infer::{EstimatorConfig, Evidence, InferError, JointModel};
use jensen_models::{BinaryDecoder, BinaryEncoder, Sbn, VaeConfig};
use jensen_prob::{Mean, Variance};
use jensen_random::Rng;

use super::autoencoder::{Autoencoder, image_shape};
use super::{Encoding, Traversal};
use crate::error::CliError;
use crate::picture::grid::Unit;
use crate::view::to_vec;

impl Autoencoder for Sbn {
    const NAME: &'static str = "sigmoid belief net";
    const CAN: &'static str =
        "evaluate, sample, reconstruct, interpolate, traverse, encode, decode and score";

    fn init(
        config: &VaeConfig,
        (shape, _): (&[usize], &Preprocessing),
        mean: &[f64],
        rng: &Rng,
        device: &Device,
    ) -> Result<Self, CliError> {
        Ok(config.init_binary(image_shape(shape)?, mean, rng, device)?)
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<BinaryDecoder, BinaryEncoder>>, InferError> {
        config.discrete(of)
    }

    fn encoding(&self, observation: Tensor<2>, _rows: &[u64]) -> Encoding {
        let posterior = self.encode(observation);
        Encoding { mean: posterior.mean(), log_variance: posterior.variance().log() }
    }

    fn decode(&self, latents: Tensor<2>) -> Tensor<2> {
        self.decode(latents)
    }

    fn sample_latents(&self, rows: usize, temperature: f64, rng: &Rng) -> Tensor<2> {
        self.sample_latents(rows, temperature, rng)
    }

    /// From 0 to 1, all others at the prior's mean.
    fn traversal(&self) -> Traversal {
        let mean = self.decoder.prior(&()).mean();
        Traversal { center: to_vec(mean), values: vec![0.0, 0.25, 0.5, 0.75, 1.0], unit: Unit::Bits }
    }

    fn decompose(&self, evidence: &Evidence<'_, BinaryDecoder>, rng: Rng) -> Result<Decomposition, CliError> {
        Ok(evaluation::decomposition(self, evidence, rng))
    }
}
