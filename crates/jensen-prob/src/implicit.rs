//! Draws of the gamma distribution and their derivative, in `f64` on the host.
//!
//! A draw of `Gamma(α, 1)` by rejection is no differentiable function of `α`, but at a fixed value of
//! its distribution function `F(x; α)` it is one: `dx/dα = −(∂F/∂α) / p(x; α)` (Figurnov, Mohamed & Mnih
//! 2018, "Implicit reparameterization gradients", eq. 5).

use burn::tensor::Tensor;
use jensen_kernels::scalar::digamma;
use jensen_random::Rng;

use crate::host::OnHost;
use crate::noise::until_accepted;

/// From here on the quantile is its Cornish–Fisher expansion, to 1e-7 within eight deviations.
pub(crate) const LARGE: f64 = 1e5;

/// What stands for 0 in a denominator.
const TINY: f64 = 1e-300;

/// `log x` of a draw from `Gamma(α, 1)` for each `α`, off the gradient graph.
pub(crate) fn sample_log_gamma(concentration: &Tensor<2>, rng: &Rng) -> Tensor<2> {
    let of = OnHost::of(concentration);
    of.tensor(log_gamma_draws(&of.numbers, of.shape[0], rng))
}

/// The same with its gradient.
pub(crate) fn rsample_log_gamma(concentration: &Tensor<2>, rng: &Rng) -> Tensor<2> {
    let of = OnHost::of(concentration);
    of.moving_with(concentration, &log_gamma_draws(&of.numbers, of.shape[0], rng), log_gamma_slope)
}

/// A number and its derivative for a parameter.
#[derive(Clone, Copy)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

impl Dual {
    pub(crate) fn constant(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }

    pub(crate) fn recip(self) -> Self {
        let value = self.value.recip();
        Self { value, slope: -self.slope * value * value }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let slope = self.slope * other.value + self.value * other.slope;
        Self { value: self.value * other.value, slope }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }

    /// A denominator of a continued fraction that must not vanish.
    pub(crate) fn away_from_zero(self) -> Self {
        if self.value.abs() < TINY { Self { value: TINY, slope: self.slope } } else { self }
    }
}

/// `d log x / dα` of a draw `x` from `Gamma(α, 1)`, by its logarithm, which small concentrations make of any
/// size.
///
/// Below `α + 1` from the power series of the lower incomplete gamma function, above from the continued
/// fraction of the upper one (Abramowitz & Stegun 6.5.29, 6.5.31), both differentiated term by term;
/// `p(x; α)` divides out of either.
pub(crate) fn log_gamma_slope(alpha: f64, log_x: f64) -> f64 {
    let x = log_x.exp();
    if alpha > LARGE {
        // x = α + z√α + (z² − 1)/3 + (z³ − 7z)/(36√α) + … at a fixed normal quantile z, and z from w = (x − α)/√α.
        let root = alpha.sqrt();
        let w = (x - alpha) / root;
        let z = w - (w * w - 1.0) / (3.0 * root) + (7.0 * w * w - 1.0) * w / (36.0 * alpha);
        return (1.0 + z / (2.0 * root) - (z * z - 7.0) * z / (72.0 * alpha * root)) / x;
    }
    if x < alpha + 1.0 {
        // F = xᵅ e⁻ˣ S / Γ(α + 1), so F/p = x S / α and d log F = log x − ψ(α + 1) + S′/S.
        let series = lower_series(alpha, x);
        -(series.value * (log_x - digamma(alpha + 1.0)) + series.slope) / alpha
    } else {
        // 1 − F = xᵅ e⁻ˣ C / Γ(α), so (1 − F)/p = x C.
        let fraction = upper_fraction(alpha, x);
        fraction.value * (log_x - digamma(alpha)) + fraction.slope
    }
}

/// `S = Σ_n xⁿ / (α + 1) … (α + n)`
pub(crate) fn lower_series(alpha: f64, x: f64) -> Dual {
    let mut term = Dual { value: 1.0, slope: 0.0 };
    let mut sum = term;
    let mut n = alpha;
    while term.value + term.slope.abs() > 1e-17 * (sum.value + sum.slope.abs()) {
        n += 1.0;
        term = term.times(Dual { value: x / n, slope: -x / (n * n) });
        sum = sum.plus(term);
    }
    sum
}

/// `C = 1/(b₀ + a₁/(b₁ + a₂/(b₂ + …)))` with `aₙ = n(α − n)` and `bₙ = x − α + 2n + 1`, by the method of
/// Lentz as modified by Thompson & Barnett (1986).
pub(crate) fn upper_fraction(alpha: f64, x: f64) -> Dual {
    let mut denominator = Dual { value: x - alpha + 1.0, slope: -1.0 };
    let mut c = Dual { value: TINY.recip(), slope: 0.0 };
    let mut d = denominator.recip();
    let mut fraction = d;
    let mut n = 0.0;
    loop {
        n += 1.0;
        let numerator = Dual { value: n * (alpha - n), slope: n };
        denominator.value += 2.0;
        d = numerator.times(d).plus(denominator).away_from_zero().recip();
        c = numerator.times(c.recip()).plus(denominator).away_from_zero();
        let factor = c.times(d);
        fraction = fraction.times(factor);
        let settled = (factor.value - 1.0).abs() < 1e-15 && factor.slope.abs() < 1e-15 * (1.0 + x.ln());
        if settled || n > 1e5 || !factor.value.is_finite() {
            return fraction;
        }
    }
}

/// `log x` of a draw `x` from `Gamma(α, 1)` for each of `rows · event` values of `α`, by the rejection of
/// Marsaglia & Tsang (2000); for `α < 1` as a draw for `α + 1` times `u^(1/α)`, whose logarithm is of any
/// size.
fn log_gamma_draws(concentration: &[f64], rows: usize, rng: &Rng) -> Vec<f64> {
    let event = concentration.len() / rows.max(1);
    let noise =
        |rng: &Rng| (rng.fork("normal").normals(rows, event), rng.fork("uniform").uniforms(rows, 2 * event));
    until_accepted([rows, event], rng, noise, |at, (normals, uniforms)| {
        let alpha = concentration[at];
        if !(alpha > 0.0 && alpha.is_finite()) {
            return Some(f64::NAN);
        }
        let d = if alpha < 1.0 { alpha + 1.0 } else { alpha } - 1.0 / 3.0;
        let normal = f64::from(normals[at]);
        let v = 1.0 + normal / (9.0 * d).sqrt();
        let log_v = 3.0 * v.ln();
        let [accepts, boosts] = [uniforms[2 * at], uniforms[2 * at + 1]].map(positive);
        let is_accepted = v > 0.0 && accepts.ln() < 0.5 * normal * normal + d - d * v.powi(3) + d * log_v;
        let boost = if alpha < 1.0 { boosts.ln() / alpha } else { 0.0 };
        is_accepted.then_some(d.ln() + log_v + boost)
    })
}

/// A uniform number moved by half a step off 0.
fn positive(uniform: f32) -> f64 {
    f64::from(uniform) + 2f64.powi(-25)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against values of mpmath: `−(∂F/∂α)/p` with the derivative of the regularised incomplete gamma
    /// function.
    #[test]
    fn slopes_follow_the_distribution_function() {
        for (alpha, x, expected) in SLOPES {
            let slope = log_gamma_slope(alpha, x.ln()) * x;
            assert!(
                (slope / expected - 1.0).abs() < 1e-7,
                "at α = {alpha}, x = {x}: {slope}, not {expected}"
            );
        }
    }

    /// The expansion takes over where the series and the fraction still hold.
    #[test]
    fn the_three_ways_meet() {
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-7;
        for deviations in [-8.0, -1.0, 0.0, 2.0, 8.0] {
            let x = LARGE + deviations * LARGE.sqrt();
            let [below, above] = [LARGE, LARGE * (1.0 + 1e-12)].map(|alpha| log_gamma_slope(alpha, x.ln()));
            assert!(near(below, above), "{deviations} deviations from the mean: {below} and {above}");
        }
        for alpha in [0.01f64, 1.0, 50.0, 1e4] {
            let [below, above] =
                [-1e-9, 1e-9].map(|by| log_gamma_slope(alpha, ((alpha + 1.0) * (1.0 + by)).ln()));
            assert!(near(below, above), "α = {alpha}: {below} and {above}");
        }
    }

    #[test]
    fn a_concentration_that_is_none_ends_in_no_number() {
        let none = [f64::NAN, f64::INFINITY, 0.0, -1.0];
        let draws = log_gamma_draws(&none, 2, &Rng::seed(0));
        assert!(draws.iter().all(|draw| draw.is_nan()), "{draws:?}");
        assert!(none.iter().zip(draws).all(|(&alpha, draw)| log_gamma_slope(alpha, draw).is_nan()));
        let ends = log_gamma_draws(&[1e-300, 1e300], 2, &Rng::seed(0));
        assert!(ends.iter().all(|draw| draw.is_finite()), "{ends:?}");
    }

    /// `(α, x, dx/dα)`
    const SLOPES: [(f64, f64, f64); 16] = [
        (0.001, 1e-30, 6.850_198_085_801_107e-26),
        (0.01, 1e-9, 2.016_238_040_002_078_6e-6),
        (0.01, 0.5, 46.679_279_405_150_68),
        (0.3, 2.0, 3.564_110_321_246_921_4),
        (1.0, 1e-5, 0.000_119_357_719_788_305_15),
        (1.0, 0.7, 0.973_218_740_992_387_6),
        (1.0, 12.0, 3.139_448_447_828_452_4),
        (2.5, 3.49, 1.257_090_116_106_669),
        (2.5, 3.51, 1.260_484_153_118_268_2),
        (10.0, 2.0, 0.408_534_221_669_595_5),
        (10.0, 30.0, 1.674_694_116_259_388_3),
        (300.0, 310.0, 1.017_049_391_835_124_5),
        (300.0, 250.0, 0.912_113_824_687_291),
        (50_000.0, 50_500.0, 1.004_986_766_110_374_2),
        (200_000.0, 200_400.0, 1.001_000_168_165_619),
        (200_000.0, 199_000.0, 0.997_496_654_131_549_6),
    ];
}
