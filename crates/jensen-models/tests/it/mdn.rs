//! Mixture density networks against SciPy, their gradients, their draws, and an inverse problem.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use jensen_data::{Array, Batch, Dataset, Field, Role};
use jensen_infer::optimizer::NamedGradients;
use jensen_infer::{
    Learner, LikelihoodLearner, OptimizerConfig, StateDict, StepContext, log_likelihoods, parameters,
    with_parameters,
};
use jensen_models::mdn::{MdnConfig, MixtureDensityNet, NormalMixture, NormalTerm};
use jensen_prob::{Distribution, Mean, Variance};
use jensen_random::Rng;
use serde::Deserialize;

/// Reference values by `tests/references/mdn.py`.
#[derive(Deserialize)]
struct Reference {
    parameters: BTreeMap<String, Parameter>,
    values: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Parameter {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Reference {
    fn read() -> Self {
        let path = format!("{}/tests/references/mdn.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("a reference file")).expect("its form")
    }

    fn net(&self, device: &Device) -> MixtureDensityNet {
        let config = MdnConfig { components: 3, hidden: vec![4], ..MdnConfig::default() };
        let net = config.init(2, 2, &[], &Rng::seed(0), device).expect("valid");
        let mut state = StateDict::new();
        for (name, Parameter { shape, values }) in &self.parameters {
            state.insert(name, TensorData::new(values.clone(), shape.clone()));
        }
        with_parameters(net, &state).expect("the names of the parameters")
    }

    /// Inputs and targets, two numbers each.
    fn examples(&self, device: &Device) -> [Tensor<2>; 2] {
        ["x", "y"].map(|name| rows(&self.values[name], 2, device))
    }
}

fn rows(values: &[f64], columns: usize, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    Tensor::from_data(TensorData::new(values.clone(), [values.len() / columns, columns]), device)
}

fn numbers<const D: usize>(values: Tensor<D>) -> Vec<f64> {
    values.into_data().iter::<f64>().collect()
}

#[test]
fn densities_are_those_of_scipy() {
    let (reference, device) = (Reference::read(), Device::flex());
    let net = reference.net(&device);
    let [x, y] = reference.examples(&device);
    let branches = net.branches(x.clone());
    let found = [
        ("log_prob", numbers(net.log_prob(x.clone(), &y))),
        ("responsibilities", numbers(net.responsibilities(x.clone(), &y))),
        ("mean", numbers(net.mean(x.clone()))),
        ("weights", numbers(branches.weights)),
        ("means", numbers(branches.means)),
        ("deviations", numbers(branches.deviations)),
    ];
    for (name, ours) in found {
        let expected = &reference.values[name];
        assert_eq!(ours.len(), expected.len(), "{name}");
        for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
            assert!((a - b).abs() <= 2e-5 * (1.0 + b.abs()), "{name} at {at}: {a}, expected {b}");
        }
    }
    let shares = &reference.values["responsibilities"];
    let likeliest = |row: &[f64]| (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("three") as f64;
    let expected: Vec<f64> = shares.chunks(3).map(likeliest).collect();
    let found: Vec<f64> = net.component_of(x, &y).into_data().iter::<f64>().collect();
    assert_eq!(found, expected);
}

#[test]
fn distribution_functions_and_quantiles_are_those_of_scipy() {
    let Reference { values, .. } = Reference::read();
    for cell in 0..14 {
        let (row, dim) = (cell / 2, cell % 2);
        let term = |k: usize| NormalTerm {
            weight: values["weights"][row * 3 + k],
            mean: values["means"][(row * 3 + k) * 2 + dim],
            deviation: values["deviations"][(row * 3 + k) * 2 + dim],
        };
        let density = NormalMixture::new((0..3).map(term).collect());
        let near =
            |a: f64, b: f64| assert!((a - b).abs() < 1e-11 * (1.0 + b.abs()), "{cell}: {a}, expected {b}");
        near(density.mean(), values["mean"][cell]);
        near(density.cdf(values["y"][cell]), values["cdf"][cell]);
        for (at, probability) in [0.001, 0.05, 0.5, 0.95, 0.999].into_iter().enumerate() {
            near(density.quantile(probability), values["quantiles"][cell * 5 + at]);
        }
    }
}

#[test]
fn a_quantile_is_found_at_any_scale_and_in_a_gap_of_the_mass() {
    let term = |weight, mean, deviation| NormalTerm { weight, mean, deviation };
    for scale in [1e-30, 1.0, 1e30] {
        let one = NormalMixture::new(vec![term(2.0, 3.0 * scale, scale)]);
        assert!((one.quantile(0.975) / scale - 4.959_963_984_540_054).abs() < 1e-12);
    }
    let far = NormalMixture::new(vec![term(0.5, -1e6, 1e-6), term(0.5, 1e6, 1e-6)]);
    for (probability, branch) in [(0.25, -1e6), (0.75, 1e6)] {
        assert!((far.quantile(probability) - branch).abs() < 1e-8);
    }
    assert!(far.quantile(0.5).abs() < 1e6 && far.cdf(0.0) == 0.5);
}

#[test]
fn the_gradient_is_that_of_differences() {
    let (reference, device) = (Reference::read(), Device::flex().autodiff());
    let net = reference.net(&device);
    // Not the first example: a sum with its 1e4 nats has no differences in single precision.
    let [x, y] = reference.examples(&device.clone().inner()).map(|all| all.slice([1..7, 0..2]));
    let log_prob = |net: &MixtureDensityNet| net.log_prob(x.clone(), &y).sum();
    let gradients = NamedGradients::of(&net, log_prob(&net).backward()).to_state(&net);
    let at = parameters(&net);
    let mut checked = 0;
    for (name, data) in at.iter() {
        let values: Vec<f32> = data.iter::<f32>().collect();
        let gradient: Vec<f64> = gradients.get(name).expect("all have one").iter::<f64>().collect();
        for (place, expected) in gradient.iter().enumerate() {
            let moved = |by: f32| {
                let mut values = values.clone();
                values[place] += by;
                let mut state = at.clone();
                state.insert(name, TensorData::new(values, data.shape().clone()));
                let net = with_parameters(net.clone(), &state).expect("the same names");
                numbers(log_prob(&net))[0]
            };
            let difference = (moved(0.01) - moved(-0.01)) / 0.02;
            let tolerance = 5e-3 * (1.0 + expected.abs());
            assert!(
                (difference - expected).abs() < tolerance,
                "{name}[{place}]: {expected}, not {difference}"
            );
            checked += 1;
        }
    }
    assert_eq!(checked, 2 * 4 + 4 + 5 * (3 + 6 + 6));
}

/// Over 20 000 draws the mean is within five standard errors with a false alarm in 10⁶ for each of four numbers; the
/// variance, whose fourth moment is at most nine times its square here, within a tenth.
#[test]
fn draws_have_the_moments_of_the_density() {
    const DRAWS: usize = 20_000;
    let (reference, device) = (Reference::read(), Device::flex());
    let net = reference.net(&device);
    let x = reference.examples(&device)[0].clone().slice([2..3, 0..2]);
    let (density, repeated) = (net.density(x.clone()), x.clone().repeat_dim(0, DRAWS));
    let draws = net.sample(repeated.clone(), &Rng::seed(3));
    let direct = net.density(repeated).sample(&Rng::seed(3));
    assert_eq!(numbers(draws.values.clone()), numbers(direct), "the draws of the mixture itself");

    let (values, n) = (numbers(draws.values), DRAWS as f64);
    let moments = numbers(Mean::mean(&density)).into_iter().zip(numbers(density.variance()));
    for (dim, (mean, variance)) in moments.enumerate() {
        let own = values.iter().skip(dim).step_by(2);
        let found = own.clone().sum::<f64>() / n;
        assert!((found - mean).abs() < 5.0 * (variance / n).sqrt(), "mean {found}, expected {mean}");
        let found = own.map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        assert!((found / variance - 1.0).abs() < 0.1, "variance {found}, expected {variance}");
    }
    let weights = numbers(net.branches(x).weights);
    let components: Vec<usize> = draws.components.into_data().iter::<i64>().map(|k| k as usize).collect();
    for (k, weight) in weights.iter().enumerate() {
        let share = components.iter().filter(|&&own| own == k).count() as f64 / n;
        let error = (weight * (1.0 - weight) / n).sqrt();
        assert!((share - weight).abs() < 5.0 * error, "component {k}: {share}, expected {weight}");
    }
}

/// `x = y + 0.3 sin 2πy + noise`, to be inverted: between 0.35 and 0.65 there are three answers (Bishop 1994).
fn inverse_problem(seed: u64, examples: usize) -> Batch {
    let uniforms = Rng::seed(seed).uniforms(examples, 2);
    let forwards =
        |draw: &[f32]| draw[0] + 0.3 * (std::f32::consts::TAU * draw[0]).sin() + 0.2 * draw[1] - 0.1;
    // Near mean 0 and variance 1, where nets begin.
    let x = uniforms.chunks(2).map(|draw| 4.0 * (forwards(draw) - 0.5)).collect();
    let y = uniforms.chunks(2).map(|draw| 4.0 * (draw[0] - 0.5)).collect();
    let field = |name, role, values| Field::new(name, role, vec![1], Array::F32(values)).expect("a field");
    let fields = vec![field("x", Role::Observation, x), field("y", Role::Target, y)];
    let rows: Vec<u64> = (0..examples as u64).collect();
    Dataset::from_fields("inverse", fields).expect("data").read(&rows).expect("rows")
}

fn trained(components: usize, batch: &Batch, steps: u64) -> MixtureDensityNet {
    let device = Device::flex().autodiff();
    let config = MdnConfig { components, hidden: vec![16], ..MdnConfig::default() };
    let targets = batch.require(Role::Target).expect("targets").array().to_f32();
    let net = config.init(1, 1, &targets, &Rng::seed(1), &device).expect("valid");
    let mut learner = LikelihoodLearner::new(net, &OptimizerConfig::default()).expect("valid");
    for step in 0..steps {
        let context = StepContext { step, rng: Rng::seed(0), learning_rate: 0.02, warm_up: 1.0 };
        learner.step(std::slice::from_ref(batch), &context).expect("finite");
    }
    learner.trained()
}

#[test]
fn an_inverse_problem_has_three_branches() {
    let device = Device::flex();
    let (train, test) = (inverse_problem(1, 500), inverse_problem(2, 1000));
    let [gaussian, mixture] = [1, 3].map(|components| trained(components, &train, 400));
    let held_out = |net: &MixtureDensityNet| {
        let values = log_likelihoods(net, &test, &device).expect("targets");
        values.iter().sum::<f64>() / values.len() as f64
    };
    let gain = held_out(&mixture) - held_out(&gaussian);
    // Over three seeds of the command line's defaults it is 0.51 and more.
    assert!(gain > 0.35, "{gain} nats above Gaussian regression");

    let x = test.tensor(Role::Observation, &device).expect("inputs");
    let weights = numbers(mixture.branches(x).weights);
    let mean_weight = |k: usize| weights.iter().skip(k).step_by(3).sum::<f64>() / 1000.0;
    assert!((0..3).all(|k| mean_weight(k) > 0.1), "{:?}", (0..3).map(mean_weight).collect::<Vec<_>>());

    // At x = 0.5 the answers are y = 0.5 and those near 0.2 and 0.8; a single Gaussian knows only the first.
    let draws = numbers(mixture.sample(Tensor::zeros([600, 1], &device), &Rng::seed(4)).values);
    for branch in [0.23, 0.5, 0.77] {
        let near = draws.iter().filter(|&&draw| (draw / 4.0 + 0.5 - branch).abs() < 0.1).count();
        assert!(near > 60, "{near} of 600 draws are near {branch}");
    }
}

#[test]
fn components_that_cannot_be_are_refused() {
    let refused = |config: MdnConfig| config.check().expect_err("out of range").to_string();
    assert!(refused(MdnConfig { components: 0, ..MdnConfig::default() }).contains("mdn.components"));
    assert!(refused(MdnConfig { hidden: vec![3, 0], ..MdnConfig::default() }).contains("mdn.hidden"));
    assert!(refused(MdnConfig { min_std: 0.0, ..MdnConfig::default() }).contains("mdn.min_std"));
}

/// Targets far away, constant or beyond any deviation leave every step a number.
#[test]
fn extreme_targets_stay_finite() {
    let device = Device::flex().autodiff();
    let config = MdnConfig { components: 2, hidden: vec![4], ..MdnConfig::default() };
    for targets in [[0.0; 4], [1e4, -1e4, 1e4, -1e4], [1e-9, 0.0, 0.0, 1e6]] {
        let net = config.init(1, 1, &targets, &Rng::seed(1), &device).expect("valid");
        let x = Tensor::from_data([[-1.0f32], [0.0], [1.0], [50.0]], &device.clone().inner());
        let y = Tensor::<1>::from_data(targets, &device.clone().inner()).reshape([4, 1]);
        let log_prob = net.log_prob(x, &y).sum();
        assert!(numbers(log_prob.clone())[0].is_finite(), "{targets:?}");
        let gradients = NamedGradients::of(&net, log_prob.backward());
        assert!(gradients.norm().is_finite(), "{targets:?}");
    }
}
