//! The normal distribution cut off at both ends, with independent dimensions.

mod cut;
mod standard;

use burn::tensor::{Int, Tensor};

use self::cut::{Cut, between};
use crate::host::pointwise;
use crate::noise::uniform;
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode, Normal,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `x ~ N(μ, σ²)` given that `a ≤ x ≤ b`, with independent dimensions, `[rows, event]`; either end may be
/// infinite.
///
/// `log p(x) = Σ_d log N(x_d; μ_d, σ_d²) − log(Φ((b_d − μ_d)/σ_d) − Φ((a_d − μ_d)/σ_d))` where every
/// `a_d ≤ x_d ≤ b_d`, and −∞ elsewhere.
///
/// Everything is computed in `f64` relative to the density at the most probable value, so that it holds for
/// ends far out in a tail and for ends near one another; gradients are exact for all four
/// parameters. The ends may be shared by rows, by dimensions or by both.
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 13.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Mean, Normal, TruncatedNormal};
///
/// let device = Device::flex();
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &device);
/// let tail = TruncatedNormal::new(Normal::standard(1, 1, &device), at(50.0), at(f32::INFINITY));
/// assert!((tail.mean().into_scalar::<f32>() - 50.019_98).abs() < 1e-5);
/// ```
#[derive(Clone, Debug)]
pub struct TruncatedNormal {
    normal: Normal,
    low: Tensor<2>,
    high: Tensor<2>,
}

impl TruncatedNormal {
    /// From the distribution before it is cut and the ends `a < b`.
    ///
    /// # Panics
    /// If an end does not broadcast to the shape of the mean.
    pub fn new(normal: Normal, low: Tensor<2>, high: Tensor<2>) -> Self {
        for (name, end) in [("a lower end", &low), ("an upper end", &high)] {
            check_fits(name, end, "a mean", &normal.mean());
        }
        Self { normal, low, high }
    }

    /// The distribution before it is cut.
    pub fn normal(&self) -> &Normal {
        &self.normal
    }

    /// `a`, `[rows, event]`.
    pub fn low(&self) -> Tensor<2> {
        expand(self.low.clone(), self.normal.mean().dims())
    }

    /// `b`, `[rows, event]`.
    pub fn high(&self) -> Tensor<2> {
        expand(self.high.clone(), self.normal.mean().dims())
    }

    fn parameters(&self) -> [Tensor<2>; 4] {
        [self.normal.mean(), self.normal.std(), self.low(), self.high()]
    }

    /// A function of each distribution.
    fn of_each(&self, f: impl Fn(Cut) -> f64, slopes: impl Fn(Cut) -> [f64; 4]) -> Tensor<2> {
        pointwise(self.parameters(), |p| f(Cut::of(p)), |p, _| slopes(Cut::of(p)))
    }

    /// A function of each distribution and number.
    fn of_both(
        &self,
        value: &Tensor<2>,
        f: impl Fn(Cut, f64) -> f64,
        slopes: impl Fn(Cut, f64, f64) -> [f64; 5],
    ) -> Tensor<2> {
        let meeting = Meeting::of(self.normal.mean().dims(), value.dims());
        let [mean, std, low, high] = self.parameters().map(|t| meeting.fold(t));
        let arguments = [mean, std, low, high, meeting.fold(value.clone())];
        meeting.unfold(pointwise(
            arguments,
            |[m, s, a, b, x]| f(Cut::of([m, s, a, b]), x),
            |[m, s, a, b, x], y| slopes(Cut::of([m, s, a, b]), x, y),
        ))
    }
}

impl Distribution for TruncatedNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.normal.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.detach_params().icdf(&uniform(rng, &self.normal.mean()))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for TruncatedNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.icdf(&uniform(rng, &self.normal.mean()))
    }
}

impl Mean for TruncatedNormal {
    /// `μ + σ (φ(α) − φ(β))/(Φ(β) − Φ(α))` with `α = (a − μ)/σ`, `β = (b − μ)/σ`.
    fn mean(&self) -> Tensor<2> {
        self.of_each(
            |cut| cut.mean + cut.std * cut.standard.mean(),
            |cut| {
                let slopes = cut.standard.mean_slopes().map(|slope| slope * cut.std);
                let [by_mean, by_std, by_low, by_high] = cut.of_ends(slopes, (0.0, 0.0));
                [by_mean + 1.0, by_std + cut.standard.mean(), by_low, by_high]
            },
        )
    }
}

impl Variance for TruncatedNormal {
    /// `σ² (1 + (α φ(α) − β φ(β))/Z − ((φ(α) − φ(β))/Z)²)` with `Z = Φ(β) − Φ(α)`, without the difference.
    fn variance(&self) -> Tensor<2> {
        self.of_each(
            |cut| cut.std * cut.std * cut.standard.variance(),
            |cut| {
                let slopes = cut.standard.variance_slopes().map(|slope| slope * cut.std * cut.std);
                let [by_mean, by_std, by_low, by_high] = cut.of_ends(slopes, (0.0, 0.0));
                [by_mean, by_std + 2.0 * cut.std * cut.standard.variance(), by_low, by_high]
            },
        )
    }
}

impl Mode for TruncatedNormal {
    /// `μ`, or the end that is nearest to it.
    fn mode(&self) -> Tensor<2> {
        self.normal.mean().max_pair(self.low()).min_pair(self.high())
    }
}

impl Entropy for TruncatedNormal {
    /// `Σ_d log σZ√(2πe) + (α φ(α) − β φ(β))/2Z`
    fn entropy(&self) -> Tensor<1> {
        sum_event(self.of_each(
            |cut| cut.standard.entropy() + cut.std.ln(),
            |cut| {
                let [by_mean, by_std, by_low, by_high] =
                    cut.of_ends(cut.standard.entropy_slopes(), (0.0, 0.0));
                [by_mean, by_std + cut.std.recip(), by_low, by_high]
            },
        ))
    }
}

impl Cdf for TruncatedNormal {
    /// `(Φ(z) − Φ(α))/(Φ(β) − Φ(α))` of `z = (x − μ)/σ`, 0 below `a` and 1 above `b`.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_both(
            value,
            |cut, x| cut.standard.cdf((x - cut.mean) / cut.std),
            |cut, x, share| {
                let z = (x - cut.mean) / cut.std;
                let density = cut.standard.log_density(z).exp();
                let [low, high] = cut.standard.hazards();
                let [by_mean, by_std, by_low, by_high] =
                    cut.of_ends([-low * (1.0 - share), -high * share], (z, density));
                [by_mean, by_std, by_low, by_high, density / cut.std]
            },
        )
    }
}

impl Icdf for TruncatedNormal {
    /// `μ + σ Φ⁻¹((1 − p) Φ(α) + p Φ(β))`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        self.of_both(
            probability,
            |cut, p| {
                // Rounding may have gone beyond an end.
                between(cut.mean + cut.std * cut.standard.quantile(p), cut.ends)
            },
            |cut, p, x| {
                let z = between((x - cut.mean) / cut.std, [cut.standard.low(), cut.standard.high()]);
                let slopes = cut.standard.quantile_slopes(p, z).map(|slope| slope * cut.std);
                let [by_mean, by_std, by_low, by_high] = cut.of_ends(slopes, (0.0, 0.0));
                let by_p = cut.std * (-cut.standard.log_density(z)).exp();
                [by_mean + 1.0, by_std + z, by_low, by_high, by_p]
            },
        )
    }
}

impl KlDivergence for TruncatedNormal {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for TruncatedNormal {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_both(
            value,
            |cut, x| cut.standard.log_density((x - cut.mean) / cut.std) - cut.std.ln(),
            |cut, x, log_density| {
                if log_density == f64::NEG_INFINITY {
                    return [0.0; 5];
                }
                let z = (x - cut.mean) / cut.std;
                let [low, high] = cut.standard.hazards();
                let [by_mean, by_std, by_low, by_high] = cut.of_ends([low, -high], (z, -z));
                [by_mean, by_std - cut.std.recip(), by_low, by_high, -z / cut.std]
            },
        )
    }

    /// `−H_q + log σ_p Z_p√2π + ½ E_q[((x − μ_p)/σ_p)²]`, infinite where `q` has values that `p` has not.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.normal.mean().dims(), p.normal.mean().dims());
        let [mean_q, std_q, low_q, high_q] = self.parameters().map(|t| meeting.fold(t));
        let [mean_p, std_p, low_p, high_p] = p.parameters().map(|t| meeting.fold(t));
        let both = |[m, s, a, b, n, t, c, d]: [f64; 8]| (Cut::of([m, s, a, b]), Cut::of([n, t, c, d]));
        meeting.unfold(pointwise(
            [mean_q, std_q, low_q, high_q, mean_p, std_p, low_p, high_p],
            |numbers| {
                let (q, p) = both(numbers);
                q.divergence(&p)
            },
            |numbers, divergence| {
                let (q, p) = both(numbers);
                if divergence.is_infinite() { [0.0; 8] } else { q.divergence_slopes(&p) }
            },
        ))
    }
}

impl DetachParams for TruncatedNormal {
    fn detach_params(&self) -> Self {
        let [low, high] = [&self.low, &self.high].map(|t| t.clone().inner());
        Self { normal: self.normal.detach_params(), low, high }
    }
}

impl Expand for TruncatedNormal {
    fn expand(&self, samples: usize) -> Self {
        let [low, high] = [&self.low, &self.high].map(|t| repeat_rows(t.clone(), self.rows(), samples));
        Self { normal: self.normal.expand(samples), low, high }
    }
}

impl SelectRows for TruncatedNormal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let [low, high] = [&self.low, &self.high].map(|t| select_rows(t.clone(), self.rows(), rows));
        Self { normal: self.normal.select_rows(rows), low, high }
    }
}
