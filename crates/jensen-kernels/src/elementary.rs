//! `exp`, `expm1` and `log1p` in straight-line `f32` code, which the compiler vectorises.
//!
//! Polynomials of the Cephes library (Moshier, `expf`, `logf`; public domain), below two units in
//! the last place. No fused multiply-add and no branch, so every instruction set gives the same
//! bits. Selections are written as comparisons that are false for NaN, so that NaN passes through
//! (`f32::max` would drop it).

/// `1.5 · 2²³`: adding it rounds to an integer and leaves that integer in the low bits.
const ROUND: f32 = 12_582_912.0;
/// `ln 2` in two parts; the first has few enough bits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 355.0 / 512.0;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `eˣ`, with subnormal results, `∞` above and `0` below the range.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let (r, scale) = exp_parts(x);
    (r + 1.0) * scale.0 * scale.1
}

/// `eˣ − 1` without cancellation for `x ≤ 0`.
#[inline(always)]
pub(crate) fn expm1_nonpositive(x: f32) -> f32 {
    let (r, scale) = exp_parts(x);
    let scale = scale.0 * scale.1;
    r * scale + (scale - 1.0)
}

/// `log(1 + u)` for `u` in `[0, 1]`, relative to the result and not to `1 + u`.
#[inline(always)]
pub(crate) fn log1p_unit(u: f32) -> f32 {
    // log(1 + u) = log 2 + log(1 + (u − 1)/2) keeps the argument within √2 of one; u − 1 is exact.
    let halve = u > 0.414_213_57;
    let f = if halve { (u - 1.0) * 0.5 } else { u };
    let e = if halve { 1.0 } else { 0.0 };
    let square = f * f;
    let mut p = 7.037_683_6e-2;
    for c in [
        -1.151_461e-1,
        1.167_699_84e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_4e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ] {
        p = p * f + c;
    }
    let y = f * square * p + LN_2_LOW * e - 0.5 * square;
    (f + y) + LN_2_HIGH * e
}

/// `eˣ = (1 + r)·s₀·s₁` with the scale in two powers of two, so that both ends of the range are
/// reached.
#[inline(always)]
fn exp_parts(x: f32) -> (f32, (f32, f32)) {
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    let f = x - k * LN_2_HIGH - k * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_6e-1, 5.0e-1] {
        p = p * f + c;
    }
    let n = rounded.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let half = n >> 1;
    (p * (f * f) + f, (power_of_two(half), power_of_two(n.wrapping_sub(half))))
}

#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits(n.wrapping_add(127).cast_unsigned() << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error in units in the last place of the `f32` result.
    fn worst(f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64, points: impl Iterator<Item = f32>) -> f64 {
        points
            .map(|x| {
                let truth = exact(f64::from(x));
                let ulp = f64::from((truth as f32).abs().max(f32::MIN_POSITIVE)) * f64::from(f32::EPSILON);
                (f64::from(f(x)) - truth).abs() / ulp
            })
            .fold(0.0, f64::max)
    }

    fn between(low: f32, high: f32) -> impl Iterator<Item = f32> {
        (0..=200_000).map(move |i| low + (high - low) * (i as f32 / 200_000.0))
    }

    #[test]
    fn accurate_to_two_ulp() {
        assert!(worst(exp, f64::exp, between(-103.0, 88.7)) < 2.0);
        assert!(worst(log1p_unit, f64::ln_1p, between(0.0, 1.0)) < 2.0);
        assert!(worst(log1p_unit, f64::ln_1p, (0..40).map(|i| 10f32.powi(-i))) < 2.0);
        assert!(worst(expm1_nonpositive, f64::exp_m1, between(-20.0, 0.0)) < 3.0);
        assert!(worst(expm1_nonpositive, f64::exp_m1, (0..30).map(|i| -(10f32.powi(-i)))) < 3.0);
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(89.0), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(-0.0), 1.0);
        assert_eq!(expm1_nonpositive(f32::NEG_INFINITY), -1.0);
        assert_eq!(log1p_unit(0.0), 0.0);
        assert!(
            exp(f32::NAN).is_nan() && log1p_unit(f32::NAN).is_nan() && expm1_nonpositive(f32::NAN).is_nan()
        );
        assert!(exp(-f32::NAN).is_nan());
    }
}
