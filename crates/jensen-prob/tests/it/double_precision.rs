//! Parameters in `f64` give results in `f64`, with its digits.

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{
    Beta, Cdf, ContinuousBernoulli, Distribution, Entropy, Gamma, HalfNormal, InverseGamma, Kumaraswamy,
    LogNormal, Normal, StudentT, TanhNormal, TruncatedNormal, Weibull,
};
use jensen_testing::{Golden, GoldenError, Tolerance, double};

use crate::golden;

/// Densities are differences of logarithms of up to 1e3, and tails exponentials of up to 1e3.
const TOLERANCE: Tolerance = Tolerance { relative: 1e-12, absolute: 1e-12 };
/// The fraction of the incomplete beta function loses `1e-16 (a + b)`, of parameters of up to 1e6.
const SHARE: Tolerance = Tolerance { relative: 1e-10, absolute: 1e-300 };

fn column(table: &Golden, name: &str) -> Result<Tensor<2>, GoldenError> {
    let numbers = table.column(name)?;
    Ok(double(&[numbers.len(), 1], numbers))
}

fn compare(table: &Golden, name: &str, ours: &Tensor<1>, tolerance: Tolerance) -> Result<(), GoldenError> {
    assert_eq!(ours.dtype(), DType::F64, "{name}");
    table.compare(name, ours, tolerance)
}

/// The density of a family from columns of a table.
fn density<D: Distribution<Value = Tensor<2>>>(
    json: &str,
    parameters: &[&str],
    tolerance: Tolerance,
    build: impl Fn(&[Tensor<2>]) -> D,
) -> Result<(D, Golden), GoldenError> {
    let table = golden(json);
    let parameters = parameters.iter().map(|name| column(&table, name)).collect::<Result<Vec<_>, _>>()?;
    let family = build(&parameters);
    compare(&table, "log_prob", &family.log_prob(&column(&table, "x")?), tolerance)?;
    Ok((family, table))
}

fn share<D: Cdf>((family, table): (D, Golden)) -> Result<(D, Golden), GoldenError> {
    let cdf = family.cdf(&column(&table, "x")?);
    let rows = cdf.dims()[0];
    compare(&table, "cdf", &cdf.reshape([rows]), SHARE)?;
    Ok((family, table))
}

fn entropy<D: Entropy>((family, table): (D, Golden)) -> Result<(), GoldenError> {
    compare(&table, "entropy", &family.entropy(), TOLERANCE)
}

#[test]
fn families_keep_their_digits() -> Result<(), GoldenError> {
    let normal = |p: &[Tensor<2>]| Normal::new(p[0].clone(), p[1].clone());
    let gamma = |p: &[Tensor<2>]| Gamma::new(p[0].clone(), p[1].clone());
    // Concentrations of up to 1e6 multiply a rounding.
    let large = Tolerance { relative: 1e-12, absolute: 1e-10 };

    let json = include_str!("../references/gamma.json");
    entropy(density(json, &["concentration", "rate"], large, gamma)?)?;
    let json = include_str!("../references/beta.json");
    entropy(density(json, &["alpha", "beta"], large, |p| Beta::new(p[0].clone(), p[1].clone()))?)?;
    let json = include_str!("../references/inverse_gamma.json");
    entropy(share(density(json, &["concentration", "scale"], large, |p| InverseGamma::new(gamma(p)))?)?)?;
    let json = include_str!("../references/log_normal.json");
    entropy(share(density(json, &["mean", "std"], TOLERANCE, |p| LogNormal::new(normal(p)))?)?)?;
    let json = include_str!("../references/tanh_normal.json");
    share(density(json, &["mean", "std"], TOLERANCE, |p| TanhNormal::new(normal(p)))?)?;
    let json = include_str!("../references/student_t.json");
    let student = |p: &[Tensor<2>]| StudentT::new(p[0].clone(), p[1].clone(), p[2].clone());
    entropy(share(density(json, &["degrees", "location", "scale"], TOLERANCE, student)?)?)?;
    let json = include_str!("../references/kumaraswamy.json");
    let kumaraswamy = |p: &[Tensor<2>]| Kumaraswamy::new(p[0].clone(), p[1].clone());
    entropy(share(density(json, &["a", "b"], large, kumaraswamy)?)?)?;
    let json = include_str!("../references/weibull.json");
    let weibull = |p: &[Tensor<2>]| Weibull::new(p[0].clone(), p[1].clone());
    entropy(share(density(json, &["concentration", "scale"], TOLERANCE, weibull)?)?)?;
    let json = include_str!("../references/continuous_bernoulli.json");
    let continuous = |p: &[Tensor<2>]| ContinuousBernoulli::from_logits(p[0].clone());
    entropy(share(density(json, &["logits"], TOLERANCE, continuous)?)?)
}

/// Ends at 1e4 deviations are known to 1e-12 of a deviation, which the hazard there multiplies by 1e4.
#[test]
fn a_truncated_normal_distribution_keeps_what_its_ends_have() -> Result<(), GoldenError> {
    let json = include_str!("../references/truncated_normal.json");
    let truncated = |p: &[Tensor<2>]| {
        TruncatedNormal::new(Normal::new(p[0].clone(), p[1].clone()), p[2].clone(), p[3].clone())
    };
    let tolerance = Tolerance { relative: 1e-12, absolute: 1e-8 };
    density(json, &["mean", "std", "low", "high"], tolerance, truncated).map(|_| ())
}

/// `erf(1/√2)`
#[test]
fn a_half_normal_share_keeps_its_digits() {
    let family = HalfNormal::new(double(&[1, 1], &[2.0]));
    let share: f64 = family.cdf(&double(&[1, 1], &[2.0])).into_scalar();
    assert!((share - 0.682_689_492_137_085_9).abs() < 1e-15, "{share}");
    let at = |x: f32| Tensor::<2>::full([1, 1], x, &Device::flex());
    assert_eq!(HalfNormal::new(at(2.0)).cdf(&at(2.0)).dtype(), DType::F32);
}
