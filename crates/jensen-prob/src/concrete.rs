//! The Concrete distribution: one of several categories, made continuous.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use jensen_kernels::scalar::{digamma, log_gamma};

use crate::rows::{Meeting, select_rows, sum_event};
use crate::{
    DetachParams, Distribution, Entropy, Expand, Gumbel, GumbelShape, Mode, Moments, Reparameterized, Rng,
    SelectRows,
};

/// One of `C` categories a row made continuous, as the logarithm `y` of a point of the simplex, with logits
/// `l` and temperature `τ`, `[rows, categories]`: the Gumbel–softmax distribution (Maddison, Mnih & Teh 2017,
/// where that of the logarithm is called `ExpConcrete`; Jang, Gu & Poole 2017).
///
/// `y = log softmax((l + g)/τ)` with standard Gumbel `g`, and
///
/// `log p(y) = log (C − 1)! + (C − 1) log τ + Σ_c log softmax(l − τ y)_c`
///
/// is the density of the `C − 1` log-ratios `y_c − y_C`, whichever category is the last. The largest number
/// of `y` is that of category `c` with the probability `softmax(l)_c` at any temperature, and the point
/// `e^y` tends to a corner as `τ → 0`. Values are logarithms, because low temperatures draw of the size
/// `−1/τ`, where the coordinates themselves are 0 in single precision and their density cannot be told. The
/// density of the point is `p(y) / Π_c e^{y_c}`; divergences are the same. Of two categories, `y_1 − y_2` is
/// the log-odds of a [`RelaxedBernoulli`](crate::RelaxedBernoulli).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Concrete, Reparameterized, Rng};
///
/// let logits = Tensor::<2>::from_data([[0.0f32, 9.0, -1.0]], &Device::flex());
/// let (y, log_prob) = Concrete::from_logits(logits, 0.01).rsample_with_log_prob(&Rng::seed(0));
/// let point = y.exp().into_data().try_into_vec::<f32>().expect("f32");
/// assert_eq!(point, [0.0, 1.0, 0.0]); // yet
/// assert!(log_prob.into_scalar::<f32>().is_finite());
/// ```
#[derive(Clone, Debug)]
pub struct Concrete {
    logits: Tensor<2>,
    temperature: f64,
}

impl Concrete {
    /// From logits `[rows, categories]`, each row up to a constant, and a positive temperature.
    pub fn from_logits(logits: Tensor<2>, temperature: f64) -> Self {
        Self { logits, temperature }
    }

    /// `l`, `[rows, categories]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }

    /// `τ`
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// `l + g`
    fn perturbed(&self) -> Gumbel {
        let options = (&self.logits.device().without_autodiff(), self.logits.dtype());
        Gumbel::new(self.logits.clone(), Tensor::ones([1, 1], options))
    }

    /// `log (C − 1)! + (C − 1) log τ`
    fn log_constant(&self) -> f64 {
        let categories = self.logits.dims()[1] as f64;
        log_gamma(categories) + (categories - 1.0) * self.temperature.ln()
    }
}

impl Distribution for Concrete {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        log_softmax(self.perturbed().sample(rng) / self.temperature, 1)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let left = meeting.fold(self.logits.clone()) - meeting.fold(value.clone()) * self.temperature;
        sum_event(log_softmax(meeting.unfold(left), 1)) + self.log_constant()
    }
}

impl Reparameterized for Concrete {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        log_softmax(self.perturbed().rsample(rng) / self.temperature, 1)
    }
}

impl Mode for Concrete {
    /// `log softmax(l/τ)`, where all `l_c − τ y_c` are the same: of the density of the log-ratios.
    fn mode(&self) -> Tensor<2> {
        log_softmax(self.logits.clone() / self.temperature, 1)
    }
}

impl Entropy for Concrete {
    /// `C (γ + ψ(C)) − log (C − 1)! − (C − 1) log τ` for any logits: `l − τ y` is `−g` up to a constant, and the
    /// sum of `C` exponential numbers `e^{−g}` has the expected logarithm `ψ(C)`.
    fn entropy(&self) -> Tensor<1> {
        let [rows, categories] = self.logits.dims();
        let categories = categories as f64;
        let entropy = categories * (GumbelShape::MEAN + digamma(categories)) - self.log_constant();
        let logits = self.logits.clone().inner();
        Tensor::full([rows], entropy, (&logits.device(), logits.dtype()))
    }
}

impl DetachParams for Concrete {
    fn detach_params(&self) -> Self {
        Self { logits: self.logits.clone().inner(), ..*self }
    }
}

impl Expand for Concrete {
    fn expand(&self, samples: usize) -> Self {
        Self { logits: self.logits.clone().repeat_dim(0, samples), ..*self }
    }
}

impl SelectRows for Concrete {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { logits: select_rows(self.logits.clone(), self.rows(), rows), ..*self }
    }
}
