//! The density of one target at one input, in numbers.

use jensen_kernels::scalar::{normal_cdf, normal_icdf};

/// One term of a mixture: `π N(μ, σ²)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalTerm {
    /// `π`
    pub weight: f64,
    /// `μ`
    pub mean: f64,
    /// `σ`
    pub deviation: f64,
}

/// `p(y_d | x) = Σ_k π_k N(y_d; μ_kd, σ_kd²)`: what a net says of one target at one input, with its distribution function
/// and quantiles, in double precision.
///
/// ```
/// use jensen_models::mdn::{NormalMixture, NormalTerm};
/// let term = |weight, mean| NormalTerm { weight, mean, deviation: 0.1 };
/// let branches = NormalMixture::new(vec![term(0.5, -1.0), term(0.5, 1.0)]);
/// assert!((branches.cdf(0.0) - 0.5).abs() < 1e-12);
/// // A quarter of the mass is below the middle of the lower branch.
/// assert!((branches.quantile(0.25) + 1.0).abs() < 1e-9);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NormalMixture {
    terms: Vec<NormalTerm>,
}

impl NormalMixture {
    /// A mixture of these terms, whose weights are made to sum to 1.
    ///
    /// # Panics
    /// If there is none, a weight is negative or all are 0, a deviation is not above 0, or a number is not finite.
    pub fn new(mut terms: Vec<NormalTerm>) -> Self {
        let is_sound = |term: &NormalTerm| {
            let NormalTerm { weight, mean, deviation } = *term;
            weight >= 0.0
                && weight.is_finite()
                && mean.is_finite()
                && deviation > 0.0
                && deviation.is_finite()
        };
        assert!(terms.iter().all(is_sound), "terms of a mixture are densities: {terms:?}");
        let sum: f64 = terms.iter().map(|term| term.weight).sum();
        assert!(sum > 0.0, "a mixture has weight");
        for term in &mut terms {
            term.weight /= sum;
        }
        Self { terms }
    }

    /// What it is made of.
    pub fn terms(&self) -> &[NormalTerm] {
        &self.terms
    }

    /// `E[y]`
    pub fn mean(&self) -> f64 {
        self.terms.iter().map(|term| term.weight * term.mean).sum()
    }

    /// `P(Y ≤ y)`: what a calibrated model spreads evenly over `[0, 1]` at the true targets (the probability integral
    /// transform; Dawid 1984).
    pub fn cdf(&self, y: f64) -> f64 {
        let below = |term: &NormalTerm| term.weight * normal_cdf((y - term.mean) / term.deviation);
        self.terms.iter().map(below).sum::<f64>().min(1.0)
    }

    /// The value below which `probability` of the mass lies, by bisection between the least and the greatest of the terms'
    /// own: to the last digit of the wider of the two.
    ///
    /// # Panics
    /// If `probability` is not between 0 and 1.
    pub fn quantile(&self, probability: f64) -> f64 {
        assert!(probability > 0.0 && probability < 1.0, "a probability between 0 and 1, not {probability}");
        let z = normal_icdf(probability);
        let of_terms = self.terms.iter().map(|term| term.mean + z * term.deviation);
        let (mut low, mut high) = of_terms
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        loop {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                return middle;
            }
            if self.cdf(middle) < probability {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
}
