use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{Distribution, KlDivergence, Mean, Multinomial, Rng};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Region, Tolerance, double};

use crate::golden;

fn family(total: usize, logits: &[f64]) -> Conformance<Multinomial> {
    let logits = double(&[logits.len() / 3, 3], logits);
    Conformance::joint(&[logits], move |p| {
        Multinomial::from_logits(double(&[1, 1], &[total as f64]).cast(p[0].dtype()), p[0].clone())
    })
}

#[test]
fn conforms() -> Result<(), Nonconformance> {
    for total in [1, 6, 60] {
        family(total, &[0.0, -1.0, 1.4, 2.0, 0.1, -1.0, 0.5, 1.5, 0.3])
            .enumerable()
            .region(&Region::counts(total))
            .basics()
            .mean()
            .variance()
            .divergence()
            .verdict()?;
    }
    Ok(())
}

#[test]
fn rows_have_their_own_totals() {
    let device = Device::flex();
    let totals = Tensor::<2>::from_data([[4.0f32], [0.0], [3e8]], &device);
    let family = Multinomial::from_logits(totals, Tensor::zeros([3, 5], &device));
    let draws = family.sample(&Rng::seed(1));
    let sums: Vec<f32> = draws.clone().sum_dim(1).into_data().iter().collect();
    assert!(sums[..2] == [4.0, 0.0] && (sums[2] / 3e8 - 1.0).abs() < 1e-6, "{sums:?}");
    let log_prob: Vec<f32> = family.log_prob(&draws).into_data().iter().collect();
    assert!(log_prob[1] == 0.0 && log_prob.iter().all(|p| p.is_finite()), "{log_prob:?}");
    let log_prob: Vec<f32> = family.log_prob(&(draws + 1.0)).into_data().iter().collect();
    assert!(log_prob[..2].iter().all(|p| p.is_nan()), "counts that do not add up: {log_prob:?}");
}

/// Ten thousand categories, of which a few are drawn.
#[test]
fn many_categories_are_drawn_at_once() {
    let device = Device::flex();
    let family =
        Multinomial::from_logits(Tensor::full([2, 1], 30.0, &device), Tensor::zeros([2, 10_000], &device));
    let draws = family.sample(&Rng::seed(2));
    assert_eq!(draws.clone().sum_dim(1).into_data().iter::<f32>().collect::<Vec<_>>(), [30.0; 2]);
    // The mean number of a category is 5000 with a deviation of 2900/√30 = 527.
    let numbers: Vec<f32> = draws.into_data().iter().collect();
    for row in numbers.chunks_exact(10_000) {
        let mean = row.iter().enumerate().map(|(i, &x)| i as f32 * x).sum::<f32>() / 30.0;
        assert!((mean - 5000.0).abs() < 5.0 * 527.0, "{mean}");
    }
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    let other = double(&[3, 3], &[3.0, -50.0, 80.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0]).cast(DType::F32);
    family(1_000_000, &[-80.0, 80.0, 0.0, -200.0, 0.0, 1.0, 0.0, 0.0, 0.0])
        .finite("log_prob", |p| p.log_prob(&Tensor::from_data([[0.0f32, 4e5, 6e5]], &Device::flex())))
        .finite("log_prob of one", |p| p.log_prob(&Tensor::from_data([[1e6f32, 0.0, 0.0]], &Device::flex())))
        .finite("mean", |p| p.mean().sum_dim(1).reshape([3]))
        .finite("KL", move |q| {
            let total = Tensor::full([1, 1], 1e6, &Device::flex());
            q.kl_divergence(&Multinomial::from_logits(total, other.clone()))
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/multinomial.json"));
    let build = |logits| {
        Ok::<_, GoldenError>(Multinomial::from_logits(table.tensor("total", 1)?, table.tensor(logits, 4)?))
    };
    let (family, other) = (build("logits")?, build("other")?);
    let tolerance = Tolerance { relative: 2e-6, absolute: 2e-4 };
    table.compare("log_prob", &family.log_prob(&table.tensor("x", 4)?), tolerance)?;
    // Log-probabilities that differ by 1e-2 do so to 1e-7, and the divergence goes with the square.
    table.compare("kl", &family.kl_divergence(&other), Tolerance { relative: 4e-5, absolute: 1e-6 })
}

#[test]
#[should_panic(expected = "a total count is one number a row")]
fn a_total_for_each_category_is_refused() {
    let device = Device::flex();
    Multinomial::from_logits(Tensor::ones([2, 3], &device), Tensor::ones([2, 3], &device));
}
