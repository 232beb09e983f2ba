//! The standard normal distribution between two ends, in `f64`.
//!
//! Closed forms in `φ` and `Φ` are differences of near numbers where the ends lie in one tail or near one
//! another. So everything is an integral of `e^{−(z² − t²)/2}`, where `t` is the most probable value: a
//! positive function of moderate size, by the rule of Gauss & Legendre.

use std::sync::LazyLock;

use jensen_kernels::scalar::{log_normal_cdf, normal_cdf, normal_icdf, normal_log_icdf};

/// Where `e^{−s}` counts no longer.
const NEGLIGIBLE: f64 = 42.0;
/// Up to here the exponent is smooth enough for few nodes.
const SMOOTH: f64 = 9.0;

/// Nodes and weights on `[0, 1]`.
type Rule<const N: usize> = LazyLock<[(f64, f64); N]>;
static FEW: Rule<16> = LazyLock::new(gauss_legendre);
static MANY: Rule<40> = LazyLock::new(gauss_legendre);

/// `z ~ N(0, 1)` given that `α ≤ z ≤ β`.
pub(super) struct Standard {
    low: f64,
    high: f64,
    /// The most probable value.
    mode: f64,
    /// `Z/φ(t)`
    mass: f64,
    /// `E[z − t]`
    first: f64,
    /// `E[(z − t)²]`
    second: f64,
}

impl Standard {
    pub(super) fn new(low: f64, high: f64) -> Self {
        let mode = if low > 0.0 {
            low
        } else if high < 0.0 {
            high
        } else {
            0.0
        };
        let [above, below] = [integrals(mode, high - mode), integrals(-mode, mode - low)];
        let mass = above[0] + below[0];
        let [first, second] = [(above[1] - below[1]) / mass, (above[2] + below[2]) / mass];
        // Of ends that are none everything is no number.
        let mass = if low < high { mass } else { f64::NAN };
        Self { low, high, mode, mass, first, second }
    }

    pub(super) fn low(&self) -> f64 {
        self.low
    }

    pub(super) fn high(&self) -> f64 {
        self.high
    }

    /// The most probable value `t`.
    pub(super) fn mode(&self) -> f64 {
        self.mode
    }

    /// `E[z − t]` and `E[(z − t)²]`.
    pub(super) fn about_mode(&self) -> [f64; 2] {
        [self.first, self.second]
    }

    /// `Z/φ(t)`
    pub(super) fn mass(&self) -> f64 {
        self.mass
    }

    /// `log φ(z) − log Z`, −∞ beyond the ends.
    pub(super) fn log_density(&self, z: f64) -> f64 {
        let is_beyond = z < self.low || z > self.high;
        if is_beyond && !self.mass.is_nan() {
            f64::NEG_INFINITY
        } else {
            -0.5 * (z - self.mode) * (z + self.mode) - self.mass.ln()
        }
    }

    /// `φ(α)/Z` and `φ(β)/Z`, with which the ends move `log Z`.
    pub(super) fn hazards(&self) -> [f64; 2] {
        [self.low, self.high].map(|end| if end.is_infinite() { 0.0 } else { self.log_density(end).exp() })
    }

    pub(super) fn mean(&self) -> f64 {
        self.mode + self.first
    }

    /// For `α` and for `β`.
    pub(super) fn mean_slopes(&self) -> [f64; 2] {
        self.of_ends(|distance| distance)
    }

    pub(super) fn variance(&self) -> f64 {
        self.second - self.first * self.first
    }

    /// For `α` and for `β`.
    pub(super) fn variance_slopes(&self) -> [f64; 2] {
        self.of_ends(|distance| distance * distance - self.variance())
    }

    /// `−E[log p(z)]`
    pub(super) fn entropy(&self) -> f64 {
        self.mass.ln() + self.mode * self.first + 0.5 * self.second
    }

    /// For `α` and for `β`.
    pub(super) fn entropy_slopes(&self) -> [f64; 2] {
        let excess = self.mode * self.first + 0.5 * self.second;
        self.of_ends(|distance| {
            let end = distance + self.first;
            1.0 + self.mode * end + 0.5 * end * end - excess
        })
    }

    /// How an expectation moves with `α` and with `β`: by the hazard there, times `f` of the distance of the
    /// end from the mean, which is how far the function at the end lies above its expectation.
    pub(super) fn of_ends(&self, f: impl Fn(f64) -> f64) -> [f64; 2] {
        let [low, high] = self.hazards();
        let part = |hazard: f64, end: f64| {
            if hazard == 0.0 { 0.0 } else { hazard * f(end - self.mode - self.first) }
        };
        [-part(low, self.low), part(high, self.high)]
    }

    /// `P(z ≤ x)`
    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= self.low {
            0.0
        } else if x >= self.high {
            1.0
        } else {
            let below = Self::new(self.low, x);
            let lift = -0.5 * (below.mode - self.mode) * (below.mode + self.mode);
            below.mass / self.mass * lift.exp()
        }
    }

    /// The inverse of [`cdf`](Self::cdf).
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let is_one = (0.0..=1.0).contains(&p);
        if !is_one || self.mass.is_nan() {
            return f64::NAN;
        }
        let (low, high) = (self.low, self.high);
        let z = if low > 0.0 {
            -tail_quantile(-low, -high, p)
        } else if high < 0.0 {
            tail_quantile(high, low, 1.0 - p)
        } else {
            let below = (1.0 - p) * normal_cdf(low) + p * normal_cdf(high);
            // Of two shares that add up to 1 the smaller has the digits.
            if below <= 0.5 {
                normal_icdf(below)
            } else {
                -normal_icdf((1.0 - p) * normal_cdf(-low) + p * normal_cdf(-high))
            }
        };
        z.clamp(low, high)
    }

    /// How the value `z` below which `p` lies moves with `α` and with `β`.
    pub(super) fn quantile_slopes(&self, p: f64, z: f64) -> [f64; 2] {
        let ratio = |end: f64, share: f64| {
            if share == 0.0 || end.is_infinite() { 0.0 } else { share * (-0.5 * (end - z) * (end + z)).exp() }
        };
        [ratio(self.low, 1.0 - p), ratio(self.high, p)]
    }
}

/// `Φ⁻¹((1 − s) Φ(near) + s Φ(far))` for `far < near ≤ 0`, by logarithms.
fn tail_quantile(near: f64, far: f64, s: f64) -> f64 {
    let log_near = log_normal_cdf(near);
    let ratio = log_normal_cdf(far) - log_near;
    let mixed = if s < 0.5 { (s * libm::expm1(ratio)).ln_1p() } else { ((1.0 - s) + s * ratio.exp()).ln() };
    normal_log_icdf(log_near + mixed)
}

/// `∫₀^w uᵏ e^{−tu − u²/2} du` for `k = 0, 1, 2`; nothing for a negative width.
fn integrals(t: f64, width: f64) -> [f64; 3] {
    if width <= 0.0 {
        return [0.0; 3];
    }
    // Where tu + u²/2 is negligible: 2s/(t + √(t² + 2s)).
    let width = width.min(2.0 * NEGLIGIBLE / (t + (t * t + 2.0 * NEGLIGIBLE).sqrt()));
    let rule: &[_] = if width * (t + 0.5 * width) < SMOOTH { &*FEW } else { &*MANY };
    let mut sums = [0.0; 3];
    for (node, weight) in rule {
        let u = node * width;
        let density = weight * width * (-u * (t + 0.5 * u)).exp();
        sums[0] += density;
        sums[1] += density * u;
        sums[2] += density * u * u;
    }
    sums
}

/// The roots of the Legendre polynomial by the method of Newton, from the guess of Tricomi.
fn gauss_legendre<const N: usize>() -> [(f64, f64); N] {
    let n = N as f64;
    std::array::from_fn(|i| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 0.0;
        for _ in 0..20 {
            let (mut before, mut p) = (1.0, x);
            for k in 2..=N {
                let k = k as f64;
                (before, p) = (p, ((2.0 * k - 1.0) * x * p - (k - 1.0) * before) / k);
            }
            slope = n * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        (0.5 * (1.0 - x), ((1.0 - x * x) * slope * slope).recip())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_integrates_what_it_meets() {
        for t in [0.0f64, 0.5, 2.0, 10.0] {
            let [mass, ..] = integrals(t, f64::INFINITY);
            let exact = (0.5 * t * t).exp() * std::f64::consts::TAU.sqrt() * normal_cdf(-t);
            assert!((mass / exact - 1.0).abs() < 1e-13, "{mass}, not {exact}");
        }
        // Few nodes and many meet where the exponent is no longer smooth.
        for t in [0.0f64, 1.0, 1e3] {
            let width = 2.0 * SMOOTH / (t + (t * t + 2.0 * SMOOTH).sqrt());
            let [few, many] = [1.0 - 1e-13, 1.0 + 1e-13].map(|by| integrals(t, width * by));
            assert!(
                few.iter().zip(many).all(|(few, many)| (few / many - 1.0).abs() < 1e-12),
                "{few:?}, {many:?}"
            );
        }
        // e^{−tu} alone, but for parts of 1/t².
        for t in [1e8, 1e90] {
            let [mass, first, second] = integrals(t, f64::INFINITY).map(|sum| sum * t);
            assert!(
                (mass - 1.0).abs() < 1e-11
                    && (first * t - 1.0).abs() < 1e-11
                    && (second * t * t - 2.0).abs() < 1e-11
            );
        }
    }

    #[test]
    fn the_density_is_that_of_the_normal_distribution() {
        let whole = Standard::new(f64::NEG_INFINITY, f64::INFINITY);
        assert!((whole.log_density(1.3) + 0.5 * 1.3 * 1.3 + 0.5 * std::f64::consts::TAU.ln()).abs() < 1e-14);
        assert!(whole.mean().abs() < 1e-15 && (whole.variance() - 1.0).abs() < 1e-13);
        assert!(
            Standard::new(1.0, 1.0).log_density(1.0).is_nan()
                && Standard::new(2.0, 1.0).quantile(0.5).is_nan()
        );
    }

    #[test]
    fn the_quantile_undoes_the_distribution_function() {
        let infinity = f64::INFINITY;
        for (low, high) in [
            (-1.0, 2.0),
            (-infinity, infinity),
            (3.0, infinity),
            (-infinity, -30.0),
            (8.0, 8.5),
            (-1e3, -999.9),
            (-40.0, 0.1),
        ] {
            let cut = Standard::new(low, high);
            for p in [1e-9, 0.01, 0.3, 0.5, 0.9, 0.999] {
                let back = cut.cdf(cut.quantile(p));
                // A value has the rounding of itself, not that of its distance from the end.
                let rounding = 1e-15 * (1.0 + low.abs().min(high.abs()).powi(2));
                assert!(
                    (back - p).abs() < 1e-12 * p + rounding,
                    "back at {back} from {p} in [{low}, {high}]"
                );
            }
        }
    }
}
