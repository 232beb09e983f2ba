//! `S(h) = log (sinh h)/h`, of which the continuous Bernoulli distribution is made, number by number.

use crate::quadrature::{tilted_mean, uniform_mean};

/// Below this the power series have all digits.
const NEAR: f64 = 0.1;

/// `S(h) = log (sinh h)/h`
fn log_sinhc(h: f64) -> f64 {
    let (h, square) = (h.abs(), h * h);
    if h < NEAR {
        square
            * (1.0 / 6.0
                + square
                    * (-1.0 / 180.0
                        + square * (1.0 / 2835.0 + square * (-1.0 / 37_800.0 + square / 467_775.0))))
    } else {
        h + log_sinhc_excess(h)
    }
}

/// `S(h) − |h|`
pub(crate) fn log_sinhc_excess(h: f64) -> f64 {
    let h = h.abs();
    if h < NEAR { log_sinhc(h) - h } else { (-libm::expm1(-2.0 * h)).ln() - (2.0 * h).ln() }
}

/// `S′(h) = coth h − 1/h`, the function of Langevin.
pub(crate) fn langevin(h: f64) -> f64 {
    let square = h * h;
    if h.abs() < NEAR {
        h * (1.0 / 3.0
            + square
                * (-1.0 / 45.0 + square * (2.0 / 945.0 + square * (-1.0 / 4725.0 + square * 2.0 / 93_555.0))))
    } else {
        h.tanh().recip() - h.recip()
    }
}

/// `1 − S′(h)` for `h ≥ 0`, which keeps its digits.
pub(crate) fn langevin_rest(h: f64) -> f64 {
    if h < NEAR { 1.0 - langevin(h) } else { h.recip() - 2.0 / libm::expm1(2.0 * h) }
}

/// `S″(h) = 1/h² − 1/sinh² h`
pub(crate) fn langevin_slope(h: f64) -> f64 {
    let square = h * h;
    if h.abs() < NEAR {
        1.0 / 3.0
            + square
                * (-1.0 / 15.0 + square * (2.0 / 189.0 + square * (-1.0 / 675.0 + square * 2.0 / 10_395.0)))
    } else {
        let inverse = (h.recip(), h.sinh().recip());
        (inverse.0 - inverse.1) * (inverse.0 + inverse.1)
    }
}

/// `S‴(h) = 2 (cosh h/sinh³ h − 1/h³)`
pub(crate) fn langevin_curvature(h: f64) -> f64 {
    let square = h * h;
    if h.abs() < NEAR {
        h * (-2.0 / 15.0 + square * (8.0 / 189.0 + square * (-2.0 / 225.0 + square * 16.0 / 10_395.0)))
    } else {
        2.0 * (h.tanh().recip() / h.sinh().powi(2) - h.powi(-3))
    }
}

/// `(S′(to) − S′(at))/(to − at)`
pub(crate) fn langevin_mean_slope(at: f64, to: f64) -> f64 {
    if are_near(at, to) {
        uniform_mean(at, to, langevin_slope)
    } else if at * to > 0.0 {
        (langevin_rest(at.abs()) - langevin_rest(to.abs())) / (to.abs() - at.abs())
    } else {
        (langevin(to) - langevin(at)) / (to - at)
    }
}

/// `S(to) − S(at) − (to − at) S′(at)`: what the tangent of a convex function leaves.
pub(crate) fn above_tangent(at: f64, to: f64) -> f64 {
    if are_near(at, to) {
        0.5 * (to - at).powi(2) * tilted_mean(at, to, langevin_slope)
    } else {
        // Of numbers of opposite signs one |h| stays; else both cancel with that in S′.
        let apart = if at * to < 0.0 { 2.0 * to.abs() } else { 0.0 };
        let tangent = (to - at) * langevin_rest(at.abs()).copysign(if at == 0.0 { to } else { at });
        apart + tangent + log_sinhc_excess(to) - log_sinhc_excess(at)
    }
}

/// Whether the means of `S″` between have all digits: its poles are at `±iπ, ±2iπ, …`
fn are_near(at: f64, to: f64) -> bool {
    (to - at).abs() <= 0.25 * (1.0 + at.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The power series take over where the closed forms still hold.
    #[test]
    fn series_meet_their_functions() {
        for (name, f) in [
            ("S", log_sinhc as fn(f64) -> f64),
            ("S′", langevin),
            ("1 − S′", langevin_rest),
            ("S″", langevin_slope),
            ("S‴", langevin_curvature),
        ] {
            let [below, above] = [NEAR * (1.0 - 1e-13), NEAR * (1.0 + 1e-13)].map(f);
            assert!((below / above - 1.0).abs() < 1e-10, "{name}: {below} and {above}");
        }
    }

    /// About 0, across it and at large numbers.
    #[test]
    fn near_and_far_meet() {
        for at in [0.0, 0.05, 1.0, -30.0, 1e4] {
            for side in [-0.25, 0.25] {
                let [near, far] = [1.0 - 1e-13, 1.0 + 1e-13].map(|x| at + side * x * (1.0 + f64::abs(at)));
                assert!(are_near(at, near) && !are_near(at, far));
                for (name, f) in [("S", above_tangent as fn(f64, f64) -> f64), ("S″", langevin_mean_slope)]
                {
                    let (near, far) = (f(at, near), f(at, far));
                    assert!((near / far - 1.0).abs() < 1e-11, "{name} at {at}: {near} and {far}");
                }
            }
        }
    }
}
