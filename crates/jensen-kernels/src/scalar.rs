//! Special functions of one `f64`, for what is computed on the host.

mod normal;

pub use normal::{erfinv, log_normal_cdf, log_normal_cdf_slope, normal_cdf, normal_icdf, normal_log_icdf};

/// From here on the series of Stirling holds to 1e-14 with the terms below.
pub(crate) const FROM: f64 = 8.0;
/// `½ log 2π`
pub(crate) const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;
/// `B_2n / 2n (2n − 1)`: coefficients of `x^(1 − 2n)` in `log Γ(x)`.
pub(crate) const LOG_GAMMA: [f64; 6] =
    [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
/// `−B_2n / 2n`: coefficients of `x^(−2n)` in `ψ(x)`.
pub(crate) const DIGAMMA: [f64; 6] =
    [-1.0 / 12.0, 1.0 / 120.0, -1.0 / 252.0, 1.0 / 240.0, -1.0 / 132.0, 691.0 / 32_760.0];
/// `B_2n`: coefficients of `x^(−2n − 1)` in `ψ′(x)`.
const TRIGAMMA: [f64; 6] = [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0];

/// `log Γ(x)`; not a number for `x < 0`.
pub fn log_gamma(x: f64) -> f64 {
    if x < 0.0 { f64::NAN } else { libm::lgamma(x) }
}

/// `ψ(x) = d log Γ(x) / dx`; not a number for `x < 0` (Abramowitz & Stegun 6.3.5, 6.3.18).
pub fn digamma(x: f64) -> f64 {
    let (x, before) = shift(x, f64::recip);
    libm::log(x) - 0.5 / x + series(x, DIGAMMA) - before
}

/// `ψ′(x)`; not a number for `x < 0` (Abramowitz & Stegun 6.4.6, 6.4.12).
pub fn trigamma(x: f64) -> f64 {
    let (x, before) = shift(x, |x| (x * x).recip());
    (1.0 + 0.5 / x + series(x, TRIGAMMA)) / x + before
}

/// `log Γ(x) − x log x + x`, which grows as `−½ log x` where its terms grow as `x log x`; not a number for
/// `x < 0`.
pub fn log_gamma_remainder(x: f64) -> f64 {
    if x >= FROM {
        HALF_LOG_TAU - 0.5 * libm::log(x) + x * series(x, LOG_GAMMA)
    } else if x == 0.0 {
        f64::INFINITY
    } else {
        // The logarithm of a negative number is no number.
        libm::lgamma(x) - x * libm::log(x) + x
    }
}

/// `ψ(x) − log x`, the slope of [`log_gamma_remainder`]; not a number for `x < 0`.
pub fn digamma_remainder(x: f64) -> f64 {
    if x >= FROM { series(x, DIGAMMA) - 0.5 / x } else { digamma(x) - libm::log(x) }
}

/// `ψ′(x) − 1/x`, the slope of [`digamma_remainder`]; not a number for `x < 0`.
pub fn trigamma_remainder(x: f64) -> f64 {
    if x >= FROM { (0.5 / x + series(x, TRIGAMMA)) / x } else { trigamma(x) - x.recip() }
}

/// The first of `x, x + 1, …` from which the series holds, and the sum of a term over those before.
fn shift(mut x: f64, term: impl Fn(f64) -> f64) -> (f64, f64) {
    if x < 0.0 {
        return (f64::NAN, 0.0);
    }
    let mut sum = 0.0;
    while x < FROM {
        sum += term(x);
        x += 1.0;
    }
    (x, sum)
}

/// `Σ_n c_n x^(−2n)`, n = 1, 2, …
fn series(x: f64, coefficients: [f64; 6]) -> f64 {
    let square = (x * x).recip();
    coefficients.iter().rev().fold(0.0, |sum, c| (sum + c) * square)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against values of mpmath.
    #[test]
    fn exact_to_twelve_digits() {
        for (x, psi, psi1) in [
            (1e-3, -1_000.575_571_931_810_3, 1_000_001.642_533_195_8),
            (0.5, -1.963_510_026_021_423_5, 4.934_802_200_544_679),
            (1.0, -0.577_215_664_901_532_9, 1.644_934_066_848_226_4),
            (1.461_632_144_968_362_3, 0.0, 0.967_672_245_447_621_2),
            (7.9, 2.002_238_487_563_571, 0.134_930_783_456_634_42),
            (8.0, 2.015_641_477_955_61, 0.133_137_014_694_031_43),
            (1e6, 13.815_510_057_964_191, 1.000_000_500_000_166_7e-6),
        ] {
            assert!((digamma(x) - psi).abs() < 1e-12 * psi.abs().max(1.0), "ψ({x}) is {}", digamma(x));
            assert!((trigamma(x) / psi1 - 1.0).abs() < 1e-12, "ψ′({x}) is {}", trigamma(x));
        }
    }

    /// The two ways to a remainder meet where one takes over from the other.
    #[test]
    fn remainders_are_what_the_leading_terms_leave() {
        for x in [0.01f64, 0.7, 3.0, 7.999_999, 8.0, 8.000_001, 40.0] {
            let log_gamma = x * x.ln() - x + log_gamma_remainder(x);
            assert!((log_gamma - libm::lgamma(x)).abs() < 1e-12 * log_gamma.abs().max(1.0), "at {x}");
            assert!((digamma_remainder(x) + x.ln() - digamma(x)).abs() < 1e-12, "at {x}");
            assert!((trigamma_remainder(x) + x.recip() - trigamma(x)).abs() < 1e-12 * trigamma(x), "at {x}");
        }
        // Beyond, the first terms of the series are all.
        let x = 1e9;
        assert!((log_gamma_remainder(x) - HALF_LOG_TAU + 0.5 * x.ln()).abs() < 1e-9);
        assert!((digamma_remainder(x) * x + 0.5).abs() < 1e-9);
        assert!((trigamma_remainder(x) * x * x - 0.5).abs() < 1e-9);
    }

    #[test]
    fn outside_its_domain_it_is_no_number() {
        for x in [-1e30, -0.5, f64::NAN] {
            assert!(digamma(x).is_nan() && trigamma(x).is_nan());
        }
        assert!(log_gamma(-0.5).is_nan() && log_gamma(f64::NAN).is_nan());
        assert_eq!(log_gamma(0.0), f64::INFINITY);
        assert!(log_gamma_remainder(-0.5).is_nan() && digamma_remainder(-0.5).is_nan());
        assert_eq!((digamma(0.0), log_gamma_remainder(0.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }
}
