//! Means of a smooth function between two numbers, by the rule of Gauss & Legendre with six points: all digits of
//! `f64` where the nearest pole is several times as far away as the numbers are apart.

/// Points between 0 and 1, with their weights.
const RULE: [(f64, f64); 6] = [
    (0.033_765_242_898_423_99, 0.085_662_246_189_585_17),
    (0.169_395_306_766_867_73, 0.180_380_786_524_069_3),
    (0.380_690_406_958_401_56, 0.233_956_967_286_345_52),
    (0.619_309_593_041_598_4, 0.233_956_967_286_345_52),
    (0.830_604_693_233_132_3, 0.180_380_786_524_069_3),
    (0.966_234_757_101_576, 0.085_662_246_189_585_17),
];

/// `∫_0^1 f(from + t (to − from)) dt`
pub(crate) fn uniform_mean(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    RULE.iter().map(|(t, weight)| weight * f(from + t * (to - from))).sum()
}

/// `2 ∫_0^1 (1 − t) f(from + t (to − from)) dt`: of a second derivative, what the tangent at `from` leaves at `to` in
/// units of `½ (to − from)²`.
pub(crate) fn tilted_mean(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    RULE.iter().map(|(t, weight)| 2.0 * weight * (1.0 - t) * f(from + t * (to - from))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_exact() {
        let (uniform, tilted) =
            (uniform_mean(1.0, 3.0, |x| x.powi(11)), tilted_mean(1.0, 3.0, |x| x.powi(10)));
        let exact = (3f64.powi(12) - 1.0) / 24.0;
        assert!((uniform / exact - 1.0).abs() < 1e-14, "{uniform}, not {exact}");
        // ½ (b − a)² times it is F(b) − F(a) − (b − a) F′(a) with F = x¹²/132.
        let exact = (3f64.powi(12) - 1.0 - 24.0) / 264.0;
        assert!((tilted / exact - 1.0).abs() < 1e-14, "{tilted}, not {exact}");
    }
}
