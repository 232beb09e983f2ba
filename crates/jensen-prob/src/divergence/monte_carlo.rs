//! Estimates from draws, with their standard errors.

use burn::tensor::Tensor;
use jensen_random::Rng;

use super::jensen_shannon::excess;
use crate::rows::meet_rows;
use crate::special::{expm1, logsumexp};
use crate::{Distribution, Expand};

/// An estimate of each row, off the gradient graph.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// The estimate, `[rows]`.
    pub mean: Tensor<1>,
    /// The standard deviation of the estimate, itself estimated from the same draws, `[rows]`; not a
    /// number of a single draw.
    pub standard_error: Tensor<1>,
}

impl Estimate {
    /// The mean over samples `[samples, rows]`.
    fn of(samples: Tensor<2>) -> Self {
        let [count, rows] = samples.dims();
        let mean = samples.clone().mean_dim(0);
        let squares = (samples - mean.clone()).square().sum_dim(0);
        let variance = squares / (count as f64 - 1.0) / count as f64;
        Self { mean: mean.reshape([rows]), standard_error: variance.sqrt().reshape([rows]) }
    }
}

/// `log q(x)` and `log p(x)` at `samples` draws of `q` for each row of the one that has more,
/// `[samples, rows]`.
fn log_densities<Q, P>(q: &Q, p: &P, samples: usize, rng: &Rng) -> (Tensor<2>, Tensor<2>)
where
    Q: Expand,
    P: Distribution<Value = Q::Value>,
{
    let (rows, _) = meet_rows(q.rows(), p.rows());
    let draws = q.expand(samples * rows / q.rows()).sample(rng);
    let of_samples = |log_prob: Tensor<1>| log_prob.inner().reshape([samples, rows]);
    (of_samples(q.log_prob(&draws)), of_samples(p.log_prob(&draws)))
}

/// Estimates `KL(q ‖ p)` by the mean of `log q(x) − log p(x)` over draws of `q`: without bias.
///
/// All draws are held at once. Where the divergence is small its standard error is not: see
/// [`estimate_kl_of_neighbours`].
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Normal, Rng, estimate_kl};
///
/// let device = Device::flex();
/// let at = |mean: f32| Normal::new(Tensor::full([1, 1], mean, &device), Tensor::ones([1, 1], &device));
/// let kl = estimate_kl(&at(1.0), &at(0.0), 10_000, &Rng::seed(0));
/// let (mean, error) = (kl.mean.into_scalar::<f32>(), kl.standard_error.into_scalar::<f32>());
/// assert!((mean - 0.5).abs() < 4.0 * error && error < 0.011);
/// ```
///
/// # Panics
/// If the row counts do not divide one another or the event sizes differ.
pub fn estimate_kl<Q, P>(q: &Q, p: &P, samples: usize, rng: &Rng) -> Estimate
where
    Q: Expand,
    P: Distribution<Value = Q::Value>,
{
    let (log_q, log_p) = log_densities(q, p, samples, rng);
    Estimate::of(log_q - log_p)
}

/// Estimates `KL(q ‖ p)` by the mean of `r − 1 − log r` with `r = p(x)/q(x)` over draws of `q`, none of which is
/// negative.
///
/// `r − 1` is a control variate of mean 0, so there is no bias if `q` has mass wherever `p` has; elsewhere the
/// missing mass of `p` is missing here. Where `p` is near `q` the terms of first order cancel and the
/// standard error falls with the divergence itself, not with its root. Where `p` has heavier tails than
/// `q`, `r` may have no variance, or one that the draws do not show: then only [`estimate_kl`] has a standard
/// error that means anything.
///
/// # Panics
/// If the row counts do not divide one another or the event sizes differ.
pub fn estimate_kl_of_neighbours<Q, P>(q: &Q, p: &P, samples: usize, rng: &Rng) -> Estimate
where
    Q: Expand,
    P: Distribution<Value = Q::Value>,
{
    let (log_q, log_p) = log_densities(q, p, samples, rng);
    let log_ratio = log_p - log_q;
    Estimate::of(expm1(log_ratio.clone()) - log_ratio)
}

/// Estimates the entropy by the mean of `−log p(x)` over draws: without bias.
pub fn estimate_entropy<D: Expand>(p: &D, samples: usize, rng: &Rng) -> Estimate {
    let draws = p.expand(samples).sample(rng);
    Estimate::of(p.log_prob(&draws).inner().neg().reshape([samples, p.rows()]))
}

/// Estimates `JS(q, p)` by draws of both, each from a stream of its own: without bias.
///
/// # Panics
/// If the row counts do not divide one another or the event sizes differ.
pub fn estimate_jensen_shannon<Q, P>(q: &Q, p: &P, samples: usize, rng: &Rng) -> Estimate
where
    Q: Expand,
    P: Expand<Value = Q::Value>,
{
    let of = |(log_a, log_b): (Tensor<2>, Tensor<2>)| {
        let [samples, rows] = log_a.dims();
        let flat = |t: Tensor<2>| t.reshape([samples * rows]);
        Estimate::of(excess(flat(log_a), flat(log_b)).reshape([samples, rows]))
    };
    let of_q = of(log_densities(q, p, samples, &rng.fork("q")));
    let of_p = of(log_densities(p, q, samples, &rng.fork("p")));
    let variance = of_q.standard_error.square() + of_p.standard_error.square();
    Estimate { mean: (of_q.mean + of_p.mean) * 0.5, standard_error: variance.sqrt() * 0.5 }
}

/// Estimates the Rényi divergence of order `α` by `log mean((q(x)/p(x))^{α−1}) / (α − 1)` over draws of `q`.
///
/// The logarithm of a mean has a bias of order `1/samples`: it is too low above order 1 and too high below.
/// The standard error is that of its linearisation; above order 1 the power may have no variance, and then
/// the error says nothing. Of order 1 it is [`estimate_kl`].
///
/// # Panics
/// If the row counts do not divide one another or the event sizes differ.
pub fn estimate_renyi<Q, P>(q: &Q, p: &P, alpha: f64, samples: usize, rng: &Rng) -> Estimate
where
    Q: Expand,
    P: Distribution<Value = Q::Value>,
{
    let (log_q, log_p) = log_densities(q, p, samples, rng);
    let excess = alpha - 1.0;
    if excess == 0.0 {
        return Estimate::of(log_q - log_p);
    }
    let log_power = (log_q - log_p) * excess;
    let [samples, rows] = log_power.dims();
    let log_mean = logsumexp(log_power.clone(), 0) - (samples as f64).ln();
    let relative = Estimate::of((log_power - log_mean.clone()).exp());
    Estimate {
        mean: log_mean.reshape([rows]) / excess,
        standard_error: relative.standard_error / excess.abs(),
    }
}
