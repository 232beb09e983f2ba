//! Exponentials of numbers that are not positive, many at a time.

use multiversion::multiversion;

/// Below it `exp` leaves the normal numbers. There a share is zero: no sum is moved by it, and numbers that are not
/// normal cost the processor, and the C library more, hundreds of times what others do.
const LEAST: f64 = -708.0;

/// `log 2` in two parts, the first with zeros at its end, so that its products with small integers are exact.
const LN_2: [f64; 2] = [f64::from_bits(0x3FE6_2E42_FEE0_0000), f64::from_bits(0x3DEA_39EF_3579_3C76)];

/// What a number is added to for its nearest integer to appear in its last bits.
const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;

/// `1 / n!`, beginning with the last.
const TAYLOR: [f64; 14] = {
    let mut terms = [1.0; 14];
    let mut at = 13;
    let mut factorial = 1.0;
    while at > 0 {
        terms[at] = 1.0 / factorial;
        factorial *= (14 - at) as f64;
        at -= 1;
    }
    terms[0] = 1.0 / factorial;
    terms
};

/// `e^(x − y)` in the place of each `x`, which is not above its `y`, and added to its sum.
///
/// By `e^x = 2^n e^r` with `|r| ≤ ½ log 2`, where thirteen terms of Taylor's series leave less than rounding does. There
/// are no branches, so that the compiler takes eight numbers at a time.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn exponentials(x: &mut [f64], y: &[f64], sums: &mut [f64]) {
    for ((x, y), sum) in x.iter_mut().zip(y).zip(sums) {
        let exponent = *x - y;
        let within = exponent.max(LEAST);
        let shifted = within * std::f64::consts::LOG2_E + ROUND;
        let n = shifted - ROUND;
        let r = within - n * LN_2[0] - n * LN_2[1];
        let mut series = TAYLOR[0];
        for term in &TAYLOR[1..] {
            series = series * r + term;
        }
        // The integer is in the last bits of `shifted`; 1023 more is the exponent of a power of two.
        let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
        let value = series * power;
        *x = if exponent < LEAST { 0.0 } else { value };
        *sum += *x;
    }
}

#[cfg(test)]
mod tests {
    use super::exponentials;

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        let exponents: Vec<_> = (0..100_000).map(|at| -708.0 * (f64::from(at) / 1e5).powi(4)).collect();
        let mut values = exponents.clone();
        let mut sums = vec![1.0; values.len()];
        exponentials(&mut values, &vec![0.0; exponents.len()], &mut sums);
        for ((value, sum), exponent) in values.iter().zip(&sums).zip(&exponents) {
            let expected = exponent.exp();
            assert!((value - expected).abs() <= 4.5e-16 * expected, "e^{exponent} = {expected}, not {value}");
            assert_eq!(*sum, 1.0 + value);
        }
    }

    #[test]
    fn the_ends() {
        let mut values = [0.0, -709.0, f64::NEG_INFINITY, -1e300];
        exponentials(&mut values, &[0.0; 4], &mut [0.0; 4]);
        assert_eq!(values, [1.0, 0.0, 0.0, 0.0]);
    }
}
