//! The Poisson distribution with independent dimensions.

use burn::tensor::{Int, Tensor, TensorData};
use jensen_kernels::exponential;

use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::{DetachParams, Distribution, Expand, Factorized, KlDivergence, Mean, Rng, SelectRows};

/// `Poisson(x; λ)` on `0, 1, 2, …` with independent dimensions and `log λ`, `[rows, event]`.
///
/// `log p(x) = Σ_d x_d log λ_d − λ_d − log x_d!`
///
/// A value is never differentiated: `log x!` is a constant of the data. Single precision holds every
/// whole number up to 2²⁴; larger draws are rounded.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Poisson};
///
/// let device = Device::flex();
/// let counts = Poisson::from_log_rate(Tensor::from_data([[2f32.ln()]], &device));
/// let log_prob = counts.log_prob(&Tensor::from_data([[3.0f32]], &device)).into_scalar::<f32>();
/// assert!((log_prob - (8.0f32 / 6.0).ln() + 2.0).abs() < 1e-6); // 2³ e⁻² / 3!
/// ```
#[derive(Clone, Debug)]
pub struct Poisson {
    log_rate: Tensor<2>,
}

impl Poisson {
    /// From `log λ`, `[rows, event]`; `λ` must be finite.
    pub fn from_log_rate(log_rate: Tensor<2>) -> Self {
        Self { log_rate }
    }

    /// `log λ`, `[rows, event]`.
    pub fn log_rate(&self) -> Tensor<2> {
        self.log_rate.clone()
    }
}

impl Distribution for Poisson {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.log_rate.dims()[0]
    }

    /// By inversion, with a uniform number of 48 bits.
    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let log_rate = self.log_rate.clone().inner();
        let [rows, event] = log_rate.dims();
        let (device, dtype) = (log_rate.device(), log_rate.dtype());
        let uniforms = rng.uniforms(rows, 2 * event);
        let draws: Vec<f64> = log_rate
            .into_data()
            .iter::<f64>()
            .zip(uniforms.chunks_exact(2))
            .map(|(log_rate, pair)| {
                let uniform = f64::from(pair[0]) + f64::from(pair[1]) * 2f64.powi(-24);
                quantile_from_the_mode(log_rate.exp(), uniform)
            })
            .collect();
        Tensor::from_data(TensorData::new(draws, [rows, event]), (&device, dtype))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Mean for Poisson {
    /// `λ`
    fn mean(&self) -> Tensor<2> {
        exponential(self.log_rate.clone())
    }
}

impl KlDivergence for Poisson {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Poisson {
    /// With `r = max(x, 1)` and `u = log λ − log r` as `x u − r (eᵘ − 1) + (x log r − r − log x!)`:
    /// near `λ = x` two terms of size `x log x` would cancel, which here are of size 0. What depends
    /// on the value alone is computed in f64.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.log_rate.dims(), value.dims());
        let value = value.clone().inner();
        let (device, dtype, shape) = (value.device(), value.dtype(), value.dims());
        let counts: Vec<f64> = value.clone().into_data().iter::<f64>().collect();
        let of_counts = |f: fn(f64, f64) -> f64| {
            let numbers: Vec<f64> = counts.iter().map(|&x| f(x, x.max(1.0))).collect();
            meeting.fold(Tensor::from_data(TensorData::new(numbers, shape), (&device, dtype)))
        };
        let reference = of_counts(|_, r| r);
        let constant = of_counts(|x, r| x * r.ln() - r - libm::lgamma(x + 1.0));
        let u = meeting.fold(self.log_rate.clone()) - of_counts(|_, r| r.ln());
        meeting.unfold(meeting.fold(value) * u.clone() - reference * (exponential(u) - 1.0) + constant)
    }

    /// `λ_q (log r + 1/r − 1)` with `r = λ_q/λ_p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.log_rate.dims(), p.log_rate.dims());
        let q = meeting.fold(self.log_rate.clone());
        let log_ratio = q.clone() - meeting.fold(p.log_rate.clone());
        meeting.unfold(exponential(q) * (log_ratio.clone() + exponential(log_ratio.neg()) - 1.0))
    }
}

impl DetachParams for Poisson {
    fn detach_params(&self) -> Self {
        Self { log_rate: self.log_rate.clone().inner() }
    }
}

impl Expand for Poisson {
    fn expand(&self, samples: usize) -> Self {
        Self { log_rate: repeat_rows(self.log_rate.clone(), self.rows(), samples) }
    }
}

impl SelectRows for Poisson {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { log_rate: select_rows(self.log_rate.clone(), self.rows(), rows) }
    }
}

/// The value at which probabilities, added up from the mode outwards, pass `uniform`: exact for any
/// rate in `O(√λ)` steps, where adding up from 0 underflows (Devroye 1986, §X.3).
fn quantile_from_the_mode(rate: f64, uniform: f64) -> f64 {
    if !rate.is_finite() {
        return rate;
    }
    let mode = rate.floor();
    let at_mode = (mode * rate.max(f64::MIN_POSITIVE).ln() - rate - libm::lgamma(mode + 1.0)).exp();
    let (mut above, mut below) = ((mode, at_mode), (mode, at_mode));
    let mut left = uniform - at_mode;
    while left >= 0.0 {
        above = (above.0 + 1.0, above.1 * rate / (above.0 + 1.0));
        below = if below.0 > 0.0 { (below.0 - 1.0, below.1 * below.0 / rate) } else { (0.0, 0.0) };
        if above.1 + below.1 < 1e-20 {
            break; // what is left is rounding
        }
        left -= above.1;
        if left < 0.0 {
            return above.0;
        }
        left -= below.1;
        if left < 0.0 {
            return below.0;
        }
    }
    mode
}
