//! The categorical distribution.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

use crate::noise::uniform;
use crate::rows::{Meeting, meet_rows, places, select_rows, sum_event};
use crate::{
    DetachParams, Distribution, Entropy, Enumerable, Expand, GumbelShape, KlDivergence, Rng, SelectRows,
    Shape,
};

/// One of `C` categories a row, `log p(c) = l_c − log Σ_j e^{l_j}`.
///
/// A value is `[rows]`, the category of each row. Probabilities below about 1e-8 of the largest are
/// never drawn: a uniform number has 24 bits.
///
/// Source: Bishop 2006, *Pattern Recognition and Machine Learning*, §2.2.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use jensen_prob::{Categorical, Distribution, Entropy};
///
/// let device = Device::flex();
/// let fair = Categorical::from_logits(Tensor::zeros([1, 4], &device));
/// let c = Tensor::<1, Int>::from_data([2], &device);
/// assert!((fair.log_prob(&c).into_scalar::<f32>() + 4f32.ln()).abs() < 1e-6);
/// assert!((fair.entropy().into_scalar::<f32>() - 4f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Categorical {
    log_probs: Tensor<2>,
}

impl Categorical {
    /// From finite logits `[rows, categories]`, each row up to a constant.
    pub fn from_logits(logits: Tensor<2>) -> Self {
        Self { log_probs: log_softmax(logits, 1) }
    }

    /// `log p` of every category, `[rows, categories]`.
    pub fn log_probs(&self) -> Tensor<2> {
        self.log_probs.clone()
    }

    /// `log p_c` and Gumbel noise, with the gradient of the former: the largest is that of a draw.
    pub(crate) fn perturbed(&self, rng: &Rng) -> Tensor<2> {
        self.log_probs() + GumbelShape::quantile(uniform(rng, &self.log_probs))
    }
}

impl Distribution for Categorical {
    type Value = Tensor<1, Int>;

    fn rows(&self) -> usize {
        self.log_probs.dims()[0]
    }

    /// By the Gumbel-max trick: `argmax_c log p_c − log(−log u_c)`.
    fn sample(&self, rng: &Rng) -> Tensor<1, Int> {
        self.perturbed(rng).inner().argmax(1).reshape([self.rows()])
    }

    /// # Panics
    /// If the row counts do not divide one another or a category does not exist.
    fn log_prob(&self, value: &Tensor<1, Int>) -> Tensor<1> {
        let [count] = value.dims();
        let (larger, smaller) = meet_rows(self.rows(), count);
        if count >= self.rows() {
            // Each row of parameters serves several values: gather them side by side.
            let samples = larger / smaller;
            let columns = value.clone().reshape([samples, smaller]).transpose();
            self.log_probs.clone().gather(1, columns).transpose().reshape([larger])
        } else {
            let column = value.clone().repeat_dim(0, larger / smaller).reshape([larger, 1]);
            self.log_probs.clone().gather(1, column).reshape([larger])
        }
    }
}

impl Entropy for Categorical {
    fn entropy(&self) -> Tensor<1> {
        sum_event(self.log_probs.clone().exp() * self.log_probs.clone()).neg()
    }
}

impl KlDivergence for Categorical {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.log_probs.dims(), p.log_probs.dims());
        let q = meeting.fold(self.log_probs.clone());
        let excess = q.clone() - meeting.fold(p.log_probs.clone());
        sum_event(meeting.unfold(q.exp() * excess))
    }
}

impl Enumerable for Categorical {
    fn enumerate(&self) -> Tensor<1, Int> {
        let [rows, categories] = self.log_probs.dims();
        let values = places(categories, &self.log_probs.device().without_autodiff());
        values.reshape([categories, 1]).expand([categories, rows]).reshape([categories * rows])
    }
}

impl DetachParams for Categorical {
    fn detach_params(&self) -> Self {
        Self { log_probs: self.log_probs.clone().inner() }
    }
}

impl Expand for Categorical {
    fn expand(&self, samples: usize) -> Self {
        Self { log_probs: self.log_probs.clone().repeat_dim(0, samples) }
    }
}

impl SelectRows for Categorical {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { log_probs: select_rows(self.log_probs.clone(), self.rows(), rows) }
    }
}
