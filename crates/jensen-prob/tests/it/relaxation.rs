use burn::tensor::activation::softmax;
use burn::tensor::{DType, Device, Tensor};
use jensen_prob::special::sigmoid;
use jensen_prob::{
    Bernoulli, Concrete, Distribution, Entropy, Mean, Mode, RelaxedBernoulli, Reparameterized, Rng,
};
use jensen_testing::{
    Conformance, GoldenError, MonteCarlo, Nonconformance, Region, Support, Tolerance, double,
};

use crate::golden;

fn relaxed_bits(logits: &[f64], temperature: f64) -> Conformance<RelaxedBernoulli> {
    let logits = double(&[logits.len() / 2, 2], logits);
    Conformance::new(&[logits], move |p| RelaxedBernoulli::from_logits(p[0].clone(), temperature))
}

fn relaxed_categories(logits: &[f64], temperature: f64) -> Conformance<Concrete> {
    let logits = double(&[logits.len() / 3, 3], logits);
    Conformance::joint(&[logits], move |p| Concrete::from_logits(p[0].clone(), temperature))
}

#[test]
fn relaxed_bits_conform() -> Result<(), Nonconformance> {
    for temperature in [0.3, 1.0, 2.5] {
        let reach = 30.0 / temperature;
        let support = Support::Interval { low: -reach, high: reach, points: 4001 };
        relaxed_bits(&[0.0, -1.0, 2.0, 0.3, 5.0, -3.0], temperature)
            .normalisation(&support)
            .draws(&support)
            .basics()
            .moments()
            .entropy()
            .cdf()
            .icdf()
            .events()
            .value_gradients()
            .reparameterized()
            .verdict()?;
    }
    Ok(())
}

#[test]
fn relaxed_categories_conform() -> Result<(), Nonconformance> {
    for temperature in [0.4, 1.0, 2.5] {
        relaxed_categories(&[0.0, 1.0, -0.5, 2.0, 0.0, 0.3], temperature)
            .region(&Region::log_simplex(20.0 / temperature, 400))
            .basics()
            .mode()
            .entropy()
            .value_gradients()
            .reparameterized()
            .verdict()?;
    }
    Ok(())
}

#[test]
fn extremes_stay_finite() -> Result<(), Nonconformance> {
    for temperature in [1e-3, 1.0, 1e3] {
        let at = |y: f32| Tensor::<2>::full([1, 2], y, &Device::flex());
        relaxed_bits(&[-1e4, 1e4, 0.0, 60.0], temperature)
            .finite("log_prob", move |p| p.log_prob(&at(0.0)))
            .finite("log_prob far out", move |p| p.log_prob(&at(1e4)))
            .finite("rsample", |p| {
                let (draw, log_prob) = p.rsample_with_log_prob(&Rng::seed(1));
                draw.sum_dim(1).reshape([2]) + log_prob
            })
            .verdict()?;
        let at = |y: f32| Tensor::<2>::from_data([[0.0, y, -1.0]], &Device::flex());
        relaxed_categories(&[-1e4, 1e4, 0.0, 60.0, 0.0, 0.0], temperature)
            .finite("log_prob", move |p| p.log_prob(&at(-2.0)))
            .finite("log_prob far out", move |p| p.log_prob(&at(-1e4)))
            .finite("rsample", |p| {
                let (draw, log_prob) = p.rsample_with_log_prob(&Rng::seed(1));
                draw.sum_dim(1).reshape([2]) + log_prob
            })
            .verdict()?;
    }
    Ok(())
}

/// Rounding a relaxed value gives the discrete one, at any temperature: within five standard errors (false
/// alarm 6e-7 a check).
#[test]
fn rounded_relaxations_are_draws_of_what_is_relaxed() {
    const DRAWS: usize = 20_000;
    let logits = Tensor::<2>::from_data([[1.0f32, -0.5, 0.2]], &Device::flex());
    let many = logits.clone().repeat_dim(0, DRAWS);
    for temperature in [1e-3, 0.5, 10.0] {
        let bits = RelaxedBernoulli::from_logits(many.clone(), temperature).sample(&Rng::seed(1));
        let points = Concrete::from_logits(many.clone(), temperature).sample(&Rng::seed(2));
        let largest = points.clone().max_dim(1).expand([DRAWS, 3]).equal(points);
        let exact = [Mean::mean(&Bernoulli::from_logits(logits.clone())), softmax(logits.clone(), 1)];
        for (rounded, exact) in [bits.greater_elem(0.0), largest].into_iter().zip(exact) {
            let numbers: Vec<f64> = rounded.float().into_data().iter().collect();
            for (at, exact) in exact.into_data().iter::<f64>().enumerate() {
                let estimate = MonteCarlo::of(numbers.iter().skip(at).step_by(3).copied());
                assert!(estimate.agrees(exact, 5.0, 0.0), "at {temperature}: {estimate:?}, not {exact}");
            }
        }
    }
}

/// Of two categories, the log-ratio is the log-odds of a relaxed bit.
#[test]
fn two_categories_are_a_bit() {
    let one = |x: f64| double(&[1, 1], &[x]);
    for (logit, temperature, log_odds) in [(0.3, 0.5, 2.0), (-4.0, 0.01, -600.0), (2.0, 3.0, 0.1)] {
        let bit = RelaxedBernoulli::from_logits(one(logit), temperature);
        let two = Concrete::from_logits(double(&[1, 2], &[logit, 0.0]), temperature);
        let value = double(&[1, 2], &[log_odds, 0.0]);
        let (a, b) = (bit.log_prob(&one(log_odds)), two.log_prob(&value));
        let (a, b) = (a.into_scalar::<f64>(), b.into_scalar::<f64>());
        assert!((a - b).abs() < 1e-12 * a.abs().max(1.0), "{a} and {b}");
        assert!((bit.entropy() - two.entropy()).into_scalar::<f64>().abs() < 1e-12);
        assert!((sigmoid(bit.mode()) - two.mode().narrow(1, 0, 1).exp()).into_scalar::<f64>().abs() < 1e-12);
    }
}

#[test]
fn references() -> Result<(), GoldenError> {
    let tolerance = Tolerance { relative: 1e-6, absolute: 2e-6 };
    for temperature in [0.1, 0.5, 1.0, 4.0] {
        let table = golden(match temperature {
            0.1 => include_str!("../references/concrete_0.1.json"),
            0.5 => include_str!("../references/concrete_0.5.json"),
            1.0 => include_str!("../references/concrete_1.json"),
            _ => include_str!("../references/concrete_4.json"),
        });
        let family = Concrete::from_logits(table.tensor("logits", 4)?, temperature);
        let y = table.tensor("y", 4)?;
        table.compare("log_prob", &family.log_prob(&y), tolerance)?;
        // The density that is stored for points is that of the simplex itself.
        let of_points = family.log_prob(&y.clone()) - y.sum_dim(1).reshape([family.rows()]);
        table.compare("log_prob_of_points", &of_points, Tolerance { relative: 1e-6, absolute: 1e-4 })?;
        table.compare("entropy", &family.entropy(), tolerance)?;
    }
    Ok(())
}

#[test]
fn double_parameters_give_double_results() {
    let logits = double(&[1, 3], &[0.0, 1.0, 2.0]);
    let bits = RelaxedBernoulli::from_logits(logits.clone(), 0.5);
    let categories = Concrete::from_logits(logits, 0.5);
    let rng = Rng::seed(0);
    for tensor in [bits.rsample(&rng), Mean::mean(&bits), categories.rsample(&rng), categories.mode()] {
        assert_eq!(tensor.dtype(), DType::F64);
    }
    for tensor in [bits.entropy(), categories.entropy(), categories.log_prob(&categories.mode())] {
        assert_eq!(tensor.dtype(), DType::F64);
    }
}
