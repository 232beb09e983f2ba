//! The normal distribution function, its logarithm and their inverses.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, PI, SQRT_2};

use super::HALF_LOG_TAU;

/// From here down the asymptotic series of the tail holds to 1e-16 with the terms below.
const TAIL: f64 = -20.0;
/// `log Φ` of less than this is inverted by itself; nearer to ½ the distance from there counts.
const SMALL: f64 = 0.05;

/// `Φ(x)`, exact relative to itself in the lower tail.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// `log Φ(x)`, exact relative to itself at both ends.
pub fn log_normal_cdf(x: f64) -> f64 {
    if x > 0.0 {
        libm::log1p(-normal_cdf(-x))
    } else if x > TAIL {
        libm::log(normal_cdf(x))
    } else if x == f64::NEG_INFINITY {
        x
    } else {
        -0.5 * x * x - HALF_LOG_TAU - libm::log(-x) + libm::log(tail_series(x))
    }
}

/// `φ(x)/Φ(x)`, the slope of `log Φ`.
pub fn log_normal_cdf_slope(x: f64) -> f64 {
    if x > TAIL {
        libm::exp(-0.5 * x * x - HALF_LOG_TAU) / normal_cdf(x)
    } else if x == f64::NEG_INFINITY {
        f64::INFINITY
    } else {
        -x / tail_series(x)
    }
}

/// `|x| Φ(x)/φ(x) = 1 − 1/x² + 3/x⁴ − 15/x⁶ …` far below 0 (Abramowitz & Stegun 26.2.12).
fn tail_series(x: f64) -> f64 {
    let step = (x * x).recip();
    (1..=10).rev().fold(1.0, |sum, n| 1.0 - f64::from(2 * n - 1) * step * sum)
}

/// `Φ⁻¹(p)`, infinite at 0 and 1 and no number outside.
pub fn normal_icdf(p: f64) -> f64 {
    if p < SMALL {
        normal_log_icdf(libm::log(p))
    } else if p > 1.0 - SMALL {
        -normal_log_icdf(libm::log(1.0 - p))
    } else {
        SQRT_2 * central_erfinv(2.0 * (p - 0.5))
    }
}

/// The inverse of `erf`, infinite at −1 and 1 and no number outside.
pub fn erfinv(y: f64) -> f64 {
    const CENTRAL: f64 = 1.0 - 2.0 * SMALL;
    if y.abs() <= CENTRAL {
        central_erfinv(y)
    } else {
        let tail = -normal_log_icdf(libm::log(1.0 - y.abs()) - LN_2) * FRAC_1_SQRT_2;
        tail.copysign(y)
    }
}

/// The `x` with `log Φ(x) = log p`, also of probabilities that have no number; no number if `log p > 0`.
pub fn normal_log_icdf(log_p: f64) -> f64 {
    if log_p == 0.0 {
        return f64::INFINITY;
    }
    if log_p > -LN_2 {
        // Above ½ the upper tail has the digits.
        return -normal_log_icdf(libm::log(-libm::expm1(log_p)));
    }
    if log_p == f64::NEG_INFINITY {
        return log_p;
    }
    // The leading terms of the tail; log Φ is concave, so that the method of Newton comes to an end from anywhere.
    let square = -2.0 * (log_p + HALF_LOG_TAU);
    let start = if square > 2.0 { -(square - libm::log(square)).max(0.5).sqrt() } else { -0.5 };
    newton(start, |x| (log_normal_cdf(x) - log_p) / log_normal_cdf_slope(x))
}

/// `erf⁻¹` away from the ends, exact relative to itself also near 0.
fn central_erfinv(y: f64) -> f64 {
    let square = y * y;
    let start = y / FRAC_2_SQRT_PI * (1.0 + square * (PI / 12.0 + square * (7.0 * PI * PI / 480.0)));
    newton(start, |x| {
        let step = (libm::erf(x) - y) * libm::exp(x * x) / FRAC_2_SQRT_PI;
        // Halley's correction: the second derivative of erf is −2x times the first.
        step / (1.0 + x * step)
    })
}

/// `x − step(x)` until nothing moves.
fn newton(mut x: f64, step: impl Fn(f64) -> f64) -> f64 {
    const MOST: usize = 40;
    for _ in 0..MOST {
        let by = step(x);
        x -= by;
        // Beside a NaN this is false, and the loop ends by its count.
        if by.abs() <= 2.0 * f64::EPSILON * x.abs() {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(ours: f64, exact: f64, tolerance: f64) -> bool {
        ours == exact || (ours / exact - 1.0).abs() < tolerance
    }

    /// Against values of mpmath: `(x, log Φ(x), φ(x)/Φ(x))`.
    #[test]
    fn the_logarithm_keeps_its_digits_in_both_tails() {
        for (x, value, slope) in LOG_CDF {
            assert!(near(log_normal_cdf(x), value, 1e-14), "log Φ({x}) is {}", log_normal_cdf(x));
            // The square of the argument is rounded.
            let tolerance = 1e-14 * (1.0 + if x > TAIL { x * x } else { 0.0 });
            assert!(near(log_normal_cdf_slope(x), slope, tolerance), "at {x}: {}", log_normal_cdf_slope(x));
        }
    }

    /// Against values of mpmath: `(p, Φ⁻¹(p))`.
    #[test]
    fn the_inverse_keeps_its_digits() {
        for (p, x) in ICDF {
            assert!(near(normal_icdf(p), x, 4e-15), "Φ⁻¹({p}) is {}", normal_icdf(p));
        }
        for (y, x) in ERFINV {
            assert!(near(erfinv(y), x, 4e-15), "erf⁻¹({y}) is {}", erfinv(y));
            assert_eq!(erfinv(-y), -erfinv(y));
        }
    }

    #[test]
    fn the_logarithmic_inverse_undoes_the_logarithm() {
        for x in [-1e8, -1e4, -300.0, -38.0, -20.000_1, -19.999, -6.0, -1.0, -0.01, 0.0, 0.3, 2.0, 8.0] {
            let back = normal_log_icdf(log_normal_cdf(x));
            // Near 0 and in the upper tail the logarithm is flat: one rounding of it is this far.
            let rounding = f64::EPSILON * (1.0 + log_normal_cdf(x).abs() / log_normal_cdf_slope(x));
            assert!((back - x).abs() < 8.0 * rounding + 1e-15 * x.abs(), "back at {back} from {x}");
        }
    }

    #[test]
    fn ends() {
        let infinity = f64::INFINITY;
        assert_eq!((normal_icdf(0.0), normal_icdf(0.5), normal_icdf(1.0)), (-infinity, 0.0, infinity));
        assert_eq!((erfinv(-1.0), erfinv(0.0), erfinv(1.0)), (-infinity, 0.0, infinity));
        assert_eq!((log_normal_cdf(-infinity), log_normal_cdf(infinity)), (-infinity, 0.0));
        assert_eq!((log_normal_cdf_slope(-infinity), log_normal_cdf_slope(infinity)), (infinity, 0.0));
        assert_eq!((normal_log_icdf(-infinity), normal_log_icdf(0.0)), (-infinity, infinity));
        for outside in [-0.1, 1.1, f64::NAN] {
            assert!(normal_icdf(outside).is_nan(), "{outside}");
        }
        assert!(erfinv(1.5).is_nan() && erfinv(f64::NAN).is_nan() && normal_log_icdf(0.1).is_nan());
        assert!(log_normal_cdf(f64::NAN).is_nan() && log_normal_cdf_slope(f64::NAN).is_nan());
    }

    const LOG_CDF: [(f64, f64, f64); 12] = [
        (-1_000_000.0, -500_000_000_014.734_44, 1_000_000.000_001),
        (-300.0, -45_006.622_732_118_66, 300.003_333_259_263_4),
        (-40.0, -804.608_442_013_753_8, 40.024_968_847_207_26),
        (-20.000_001, -203.917_175_420_850_84, 20.049_754_066_064_59),
        (-19.999_999, -203.917_135_321_344_66, 20.049_752_070_991_11),
        (-7.5, -31.075_890_902_890_002, 7.628_966_391_103_765_5),
        (-1.0, -1.841_021_645_009_263_6, 1.525_135_276_160_981),
        (-0.001, -0.693_945_383_466_965_2, 0.798_521_289_562_911_4),
        (0.0, -LN_2, 0.797_884_560_802_865_4),
        (0.5, -0.368_946_415_288_656_4, 0.509_160_433_837_033_5),
        (3.0, -0.001_350_809_964_748_193_8, 0.004_437_839_042_125_664),
        (9.0, -1.128_588_405_953_840_5e-19, 1.027_977_357_166_891_5e-18),
    ];

    const ICDF: [(f64, f64); 13] = [
        (1e-300, -37.047_096_299_361_2),
        (1e-30, -11.464_024_688_443_615),
        (1e-05, -4.264_890_793_922_825),
        (0.01, -2.326_347_874_040_841),
        (0.049_999, -1.644_863_322_998_064_3),
        (0.050_001, -1.644_843_931_059_516_9),
        (0.3, -0.524_400_512_708_040_8),
        (0.499_999_999, -2.506_628_342_884_532_8e-09),
        (0.5, 0.0),
        (0.7, 0.524_400_512_708_040_7),
        (0.95, 1.644_853_626_951_472_2),
        (0.999, 3.090_232_306_167_813),
        (0.999_999_999_999_9, 7.348_754_540_300_042_5),
    ];

    const ERFINV: [(f64, f64); 8] = [
        (1e-300, 8.862_269_254_527_58e-301),
        (1e-09, 8.862_269_254_527_58e-10),
        (0.1, 0.088_855_990_494_257_69),
        (0.5, 0.476_936_276_204_469_9),
        (0.899_999, 1.163_083_725_647_530_6),
        (0.900_001, 1.163_090_581_733_153_8),
        (0.999_999, 3.458_910_737_275_499),
        (0.999_999_999_999_9, 5.261_483_331_372_676),
    ];
}
