//! The embedded Runge–Kutta pair of Dormand and Prince (1980) with adaptive steps.
//!
//! Steps are controlled as SciPy's `solve_ivp(method="RK45")` controls them (Hairer, Nørsett and Wanner, *Solving Ordinary
//! Differential Equations I*, section II.4), so that both give the same numbers.
//!
//! Control looks at values alone. With [`Dual`](super::dual::Dual) numbers the derivatives are carried through the accepted
//! steps, which is the same pair applied to the variational equations `d/dt ∂x/∂x₀ = (∂f/∂x) ∂x/∂x₀`. The result is the exact
//! derivative of the computed solution while its steps stay where they are; how the steps themselves would move changes the
//! solution by less than the tolerance.

use super::dual::Scalar;

const NODES: usize = 6;
/// Stage weights; the last row is the fifth-order solution, at which the next step begins (first same as last).
const STAGES: [[f64; NODES]; NODES] = [
    [1.0 / 5.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0],
    [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Fourth order less fifth order.
const ERROR: [f64; NODES + 1] =
    [-71.0 / 57600.0, 0.0, 71.0 / 16695.0, -71.0 / 1920.0, 17253.0 / 339_200.0, -22.0 / 525.0, 1.0 / 40.0];
/// The step is proportional to this power of the error, which is of fourth order.
const EXPONENT: f64 = 1.0 / 5.0;
const SAFETY: f64 = 0.9;
const LEAST_FACTOR: f64 = 0.2;
const GREATEST_FACTOR: f64 = 10.0;
/// A state that needs more within one step of control is not followed: it would never end.
const MOST_STEPS: usize = 10_000;

/// How large the error of an adaptive integration step may be: `absolute + relative · |x|` for each number of the state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// What is allowed in units of the number itself.
    pub relative: f64,
    /// What is allowed beside that, above zero.
    pub absolute: f64,
}

impl Tolerance {
    /// The defaults of SciPy's `solve_ivp`.
    pub const SCIPY: Self = Self { relative: 1e-3, absolute: 1e-6 };

    /// The root mean square of errors in units of what is allowed where the state is as large as `size`.
    fn norm<const N: usize>(self, error: [f64; N], size: [f64; N]) -> f64 {
        let scaled = |i: usize| error[i] / (self.absolute + self.relative * size[i]);
        ((0..N).map(|i| scaled(i).powi(2)).sum::<f64>() / N as f64).sqrt()
    }
}

/// The state after `duration` of `dx/dt = field(x)`.
///
/// NaN where no step is small enough or too many would be needed: the caller's state has left what can be followed.
pub(crate) fn integrate<S: Scalar, const N: usize>(
    field: impl Fn(&[S; N]) -> [S; N],
    start: [S; N],
    duration: f64,
    tolerance: Tolerance,
) -> [S; N] {
    let (mut state, mut slope) = (start, field(&start));
    let mut step = first_step(&field, &state, &slope, duration, tolerance);
    let (mut time, mut rejected) = (0.0f64, false);
    for _ in 0..MOST_STEPS {
        let least = 10.0 * (time.next_up() - time);
        if !rejected {
            step = step.max(least);
        }
        if step < least || step.is_nan() {
            break;
        }
        let end = (time + step).min(duration);
        step = end - time;
        let (next, next_slope, error) = try_step(&field, &state, &slope, step);
        let size = std::array::from_fn(|i| state[i].value().abs().max(next[i].value().abs()));
        let error = tolerance.norm(error, size);
        let factor = SAFETY * error.powf(-EXPONENT);
        if error < 1.0 {
            if end >= duration {
                return next;
            }
            let most = if rejected { 1.0 } else { GREATEST_FACTOR };
            (time, state, slope, rejected) = (end, next, next_slope, false);
            step *= factor.min(most);
        } else {
            rejected = true;
            step *= if error.is_nan() { f64::NAN } else { factor.max(LEAST_FACTOR) };
        }
    }
    [S::constant(f64::NAN); N]
}

/// The solution of fifth order, the slope there and the error of the fourth.
fn try_step<S: Scalar, const N: usize>(
    field: &impl Fn(&[S; N]) -> [S; N],
    state: &[S; N],
    slope: &[S; N],
    step: f64,
) -> ([S; N], [S; N], [f64; N]) {
    let mut slopes = [*slope; NODES + 1];
    let mut next = *state;
    for (stage, weights) in STAGES.iter().enumerate() {
        let sum = |i: usize| {
            (1..=stage).fold(slopes[0][i] * weights[0], |sum, node| sum + slopes[node][i] * weights[node])
        };
        next = std::array::from_fn(|i| state[i] + sum(i) * step);
        slopes[stage + 1] = field(&next);
    }
    let error = std::array::from_fn(|i| {
        step * slopes.iter().zip(ERROR).map(|(slope, weight)| slope[i].value() * weight).sum::<f64>()
    });
    (next, slopes[NODES], error)
}

/// A step whose error is probably allowed, from the state, its slope and how the slope changes.
fn first_step<S: Scalar, const N: usize>(
    field: &impl Fn(&[S; N]) -> [S; N],
    state: &[S; N],
    slope: &[S; N],
    duration: f64,
    tolerance: Tolerance,
) -> f64 {
    let size = std::array::from_fn(|i| state[i].value().abs());
    let of_state = tolerance.norm(state.map(Scalar::value), size);
    let of_slope = tolerance.norm(slope.map(Scalar::value), size);
    let trial = if of_state < 1e-5 || of_slope < 1e-5 { 1e-6 } else { 0.01 * of_state / of_slope };
    let trial = trial.min(duration);
    let moved = field(&std::array::from_fn(|i| state[i] + slope[i] * trial));
    let change = std::array::from_fn(|i| moved[i].value() - slope[i].value());
    let of_change = tolerance.norm(change, size) / trial;
    let by_error = if of_slope <= 1e-15 && of_change <= 1e-15 {
        (trial * 1e-3).max(1e-6)
    } else {
        (0.01 / of_slope.max(of_change)).powf(EXPONENT)
    };
    (100.0 * trial).min(by_error).min(duration)
}

#[cfg(test)]
mod tests {
    use super::{Tolerance, integrate};
    use crate::environment::dual::{Dual, Scalar};

    /// `x'' = -x`, whose flow is a rotation and its own derivative.
    fn oscillator<S: Scalar>(x: &[S; 2]) -> [S; 2] {
        [x[1], -x[0]]
    }

    #[test]
    fn the_error_is_that_of_the_tolerance() {
        for power in [3, 6, 9, 12] {
            let tolerance = Tolerance { relative: 10f64.powi(-power), absolute: 10f64.powi(-power) };
            let [x, v] = integrate(oscillator, [1.0, 0.0], 2.0, tolerance);
            let error = (x - 2f64.cos()).hypot(v + 2f64.sin());
            assert!(error < 10.0 * tolerance.relative, "tolerance 1e-{power}: an error of {error}");
        }
    }

    #[test]
    fn derivatives_go_through_the_same_steps() {
        let x = [Dual::<2>::variable(0.3, 0), Dual::variable(-0.8, 1)];
        let dual = integrate(oscillator, x, 1.5, Tolerance::SCIPY);
        let plain = integrate(oscillator, [0.3, -0.8], 1.5, Tolerance::SCIPY);
        let rotation = [[1.5f64.cos(), 1.5f64.sin()], [-1.5f64.sin(), 1.5f64.cos()]];
        for i in 0..2 {
            assert_eq!(dual[i].value(), plain[i]);
            for (ours, exact) in dual[i].gradient().iter().zip(rotation[i]) {
                assert!((ours - exact).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn what_cannot_be_followed_is_not_a_number() {
        let explodes = |x: &[f64; 1]| [x[0] * x[0]];
        assert!(integrate(explodes, [1.0], 2.0, Tolerance::SCIPY)[0].is_nan());
        let spins = |x: &[f64; 2]| [1e12 * x[1], -1e12 * x[0]];
        assert!(integrate(spins, [1.0, 0.0], 1.0, Tolerance::SCIPY)[0].is_nan());
        assert!(integrate(oscillator, [f64::NAN, 0.0], 1.0, Tolerance::SCIPY)[0].is_nan());
        assert!(integrate(oscillator, [f64::INFINITY, 0.0], 1.0, Tolerance::SCIPY)[0].is_nan());
    }
}
