//! A posterior for each data point, with parameters of its own.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Int, Tensor, TensorData};
use jensen_infer::{Evidence, Guide};
use jensen_prob::OneHotCategorical;

use super::GaussianComponents;
use super::exact_posterior::divergence;

/// `q_i(z) = Categorical(softmax(λ_i))`, free logits for each data point `i`: variational inference before it was amortized.
///
/// Any choice has such logits, so the bound can reach `log p(x)`; but nothing that is learned of one point serves another, and
/// a new point has no posterior until one is optimised for it.
#[derive(Module, Debug)]
pub struct FreePosteriors {
    /// `λ`, `[examples, K]`, by the example's row in its data set.
    pub logits: Param<Tensor<2>>,
}

impl FreePosteriors {
    /// Posteriors that know nothing: equal shares for each of `examples`.
    pub fn new(examples: usize, components: usize, device: &Device) -> Self {
        let logits = Tensor::zeros([examples, components], device);
        Self { logits: Param::initialized(ParamId::from(10), logits).set_require_grad(true) }
    }
}

impl Guide<GaussianComponents> for FreePosteriors {
    type Posterior = OneHotCategorical;

    /// # Panics
    /// If there is no such row.
    fn posterior(&self, evidence: &Evidence<'_, GaussianComponents>) -> OneHotCategorical {
        let logits = self.logits.val();
        let rows: Vec<i32> = evidence.rows.iter().map(|&row| i32::try_from(row).expect("few rows")).collect();
        let rows = TensorData::new(rows, [evidence.rows.len()]);
        let rows = Tensor::<1, Int>::from_data(rows, &logits.device().without_autodiff());
        OneHotCategorical::from_logits(logits.select(0, rows))
    }

    fn exact_kl(&self, posterior: &OneHotCategorical, prior: &OneHotCategorical) -> Option<Tensor<2>> {
        Some(divergence(posterior, prior))
    }
}
