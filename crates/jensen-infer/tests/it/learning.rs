//! Gradients and updates on a model whose gradient is known.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor};
use jensen_data::{Array, Batch, Dataset, Field, Role};
use jensen_infer::objective::{DivergenceForm, Elbo};
use jensen_infer::optimizer::{Adam, NamedGradients};
use jensen_infer::{
    Estimator, Evidence, InferError, Learner, OptimizerConfig, Pathwise, Problem, StateDict, StepContext,
    VariationalLearner, estimator::Sampling,
};
use jensen_prob::Rng;

use crate::linear_gaussian::{LinearGaussian, LinearModel, posterior};

fn learner(optimizer: &OptimizerConfig) -> VariationalLearner<LinearGaussian, Pathwise> {
    let module = LinearGaussian::exact(&Device::flex().autodiff()).with_wrong_guide(0.4, 1.5);
    VariationalLearner::new(module, Pathwise, Box::new(Elbo::new()), optimizer).expect("valid")
}

fn dataset() -> Dataset {
    let values = (0..24).map(|i| f64::from(i * 7 % 11) / 5.0 - 1.0).collect();
    let field = Field::new("x", Role::Observation, vec![3], Array::F64(values)).expect("a field");
    Dataset::from_fields("test", vec![field]).expect("a data set")
}

fn context(step: u64) -> StepContext<'static> {
    StepContext { step, rng: Rng::seed(5).at(step), learning_rate: 0.01, warm_up: 1.0 }
}

fn batch(rows: std::ops::Range<u64>) -> Batch {
    dataset().read(&rows.collect::<Vec<_>>()).expect("read")
}

fn largest_difference(a: &StateDict, b: &StateDict) -> f64 {
    let values =
        |s: &StateDict| s.iter().flat_map(|(_, d)| d.iter::<f64>().collect::<Vec<_>>()).collect::<Vec<_>>();
    values(a).iter().zip(values(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// `∇ ELBO = −∇ KL(q ‖ p(z | x))`: for the guide's mean `−(m − m*)/s*²`, for its log-deviation
/// `1 − s²/s*²`. The mean of 200 estimates lies within five standard errors: false alarm 6e-7 each.
#[test]
fn the_pathwise_gradient_is_unbiased() {
    let (shift, factor, x) = (0.3, 1.4, [0.5, -1.0, 0.2]);
    let rows = [3];
    for divergence in [DivergenceForm::Exact, DivergenceForm::Sampled] {
        let objective = Elbo { samples: 50, divergence, ..Elbo::new() };
        let module = LinearGaussian::exact(&Device::flex().autodiff()).with_wrong_guide(shift, factor);
        let gradients: Vec<[f64; 4]> = (0..200)
            .map(|seed| {
                let evidence = Evidence::<LinearModel> {
                    observation: Tensor::from_data([x], &Device::flex()),
                    condition: (),
                    rows: &rows,
                    log_jacobian: &[0.0],
                };
                let sampling = Sampling { rng: Rng::seed(seed), warm_up: 1.0 };
                let (model, guide) = (&module.model, &module.guide);
                let problem = Problem { objective: &objective, model, guide, evidence: &evidence, sampling };
                let surrogate = Pathwise.surrogate(&problem).expect("valid");
                let gradients = surrogate.loss.backward();
                let read =
                    |t: Tensor<2>| t.grad(&gradients).expect("tracked").into_data().iter::<f64>().collect();
                let (bias, log_std): (Vec<f64>, Vec<f64>) =
                    (read(module.guide.bias.val()), read(module.guide.log_std.val()));
                [bias[0], bias[1], log_std[0], log_std[1]].map(|g| -g)
            })
            .collect();
        let exact = posterior(&x);
        let expected = [
            -shift / exact[0].1.powi(2),
            -shift / exact[1].1.powi(2),
            1.0 - factor * factor,
            1.0 - factor * factor,
        ];
        for (i, expected) in expected.into_iter().enumerate() {
            let n = gradients.len() as f64;
            let mean = gradients.iter().map(|g| g[i]).sum::<f64>() / n;
            let variance = gradients.iter().map(|g| (g[i] - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let error = (variance / n).sqrt();
            assert!(error > 0.0 && (mean - expected).abs() < 5.0 * error, "{mean} ± {error}, not {expected}");
        }
    }
}

/// Noise belongs to the example, so how an update is split over batches is rounding.
#[test]
fn accumulated_batches_are_one_batch() {
    let run = |split: &[Batch]| {
        let mut learner = learner(&OptimizerConfig::default());
        let reports: Vec<f64> =
            (0..5).map(|step| learner.step(split, &context(step)).expect("finite").objective).collect();
        (learner.state(), reports)
    };
    let (whole, whole_reports) = run(&[batch(0..8)]);
    let (split, split_reports) = run(&[batch(0..3), batch(3..4), batch(4..8)]);
    assert!(largest_difference(&whole, &split) < 1e-4);
    assert!(whole_reports.iter().zip(split_reports).all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn learning_goes_on_from_a_saved_state_to_the_same_bits() {
    let config = OptimizerConfig { average: Some(0.9), clip_norm: Some(1.0), ..OptimizerConfig::default() };
    let mut whole = learner(&config);
    for step in 0..6 {
        whole.step(&[batch(0..8)], &context(step)).expect("finite");
    }
    let mut first = learner(&config);
    for step in 0..3 {
        first.step(&[batch(0..8)], &context(step)).expect("finite");
    }
    let bytes = first.state().to_safetensors(&std::collections::BTreeMap::new()).expect("saved");
    let mut second = learner(&config);
    second.load_state(&StateDict::from_safetensors(&bytes).expect("read").0).expect("fits");
    for step in 3..6 {
        second.step(&[batch(0..8)], &context(step)).expect("finite");
    }
    assert_eq!(whole.state(), second.state());
    assert_eq!(whole.weights(), second.weights());
    assert_ne!(whole.weights(), whole.state().with_prefix_removed("model"), "weights are the average");
}

#[test]
fn learning_climbs_the_bound() {
    let mut learner = learner(&OptimizerConfig::default());
    let before =
        learner.evaluate(&batch(0..8), Rng::seed(1)).expect("measured").mean("elbo").expect("measured");
    for step in 0..200 {
        learner.step(&[batch(0..8)], &context(step)).expect("finite");
    }
    let after =
        learner.evaluate(&batch(0..8), Rng::seed(1)).expect("measured").mean("elbo").expect("measured");
    assert!(after > before + 0.5, "{before} to {after}");
}

/// With β₁ = β₂ = 0 and a vast ε the update is `η g / ε`, so its norm shows the clipping.
#[test]
fn gradients_are_clipped_by_their_global_norm() {
    let (epsilon, learning_rate, limit) = (1e6, 1e3, 0.25);
    let update_norm = |clip_norm| {
        let config =
            OptimizerConfig { beta1: 0.0, beta2: 0.0, epsilon, clip_norm, ..OptimizerConfig::default() };
        let mut learner = learner(&config);
        let before = learner.weights();
        let report =
            learner.step(&[batch(0..8)], &StepContext { learning_rate, ..context(0) }).expect("finite");
        let difference = |(a, b): ((&str, &burn::tensor::TensorData), (&str, &burn::tensor::TensorData))| {
            a.1.iter::<f64>().zip(b.1.iter::<f64>()).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
        };
        let squares: f64 = before.iter().zip(learner.weights().iter()).map(difference).sum();
        (squares.sqrt() * epsilon / learning_rate, report.gradient_norm.expect("measured"))
    };
    let (free, norm) = update_norm(None);
    assert!(norm > limit && (free / norm - 1.0).abs() < 1e-2, "{free} and {norm}");
    let (clipped, reported) = update_norm(Some(limit));
    assert!((clipped / limit - 1.0).abs() < 1e-2, "clipped to {clipped}");
    assert_eq!(reported, norm, "the norm before clipping is reported");
}

#[test]
fn a_value_that_is_not_finite_names_its_term_and_leaves_the_parameters() {
    let mut learner = learner(&OptimizerConfig::default());
    let mut state = learner.state();
    let weight = state.get("model.model.bias").expect("there").clone();
    state
        .insert("model.model.bias", burn::tensor::TensorData::new(vec![f32::NAN; 3], weight.shape().clone()));
    learner.load_state(&state).expect("same shapes");
    let before = learner.state();
    let error = learner.step(&[batch(2..4)], &context(7)).expect_err("not finite");
    match &error {
        InferError::NonFinite(at) => {
            assert_eq!((at.term.as_str(), at.step, at.rows.as_slice()), ("log p(x|z)", 7, &[2, 3][..]));
        }
        other => panic!("{other}"),
    }
    let bits = |s: &StateDict| s.to_safetensors(&std::collections::BTreeMap::new()).expect("saved");
    assert_eq!(bits(&before), bits(&learner.state()));
}

#[test]
fn a_state_that_does_not_fit_changes_nothing() {
    let mut learner = learner(&OptimizerConfig::default());
    let before = learner.state();
    let mut state = before.clone();
    state.insert("model.model.bias", burn::tensor::TensorData::new(vec![0f32; 2], [1, 2]));
    let message = learner.load_state(&state).expect_err("refused").to_string();
    assert!(message.contains("model.bias"), "{message}");
    assert_eq!(before, learner.state());

    learner.step(&[batch(0..8)], &context(0)).expect("finite");
    let before = learner.state();
    let mut others = Vec::new();
    for name in ["optimizer.model.bias.square", "optimizer.unknown.mean", "average.model.bias", "unknown"] {
        let mut state = before.clone();
        state.insert(name, burn::tensor::TensorData::new(vec![0f32; 2], [2]));
        others.push((name, state));
    }
    for (name, state) in others {
        assert!(matches!(learner.load_state(&state), Err(InferError::State { .. })), "{name}");
        assert_eq!(before, learner.state(), "{name}");
    }
}

/// The first update of Adam is `−η sign(g)` for each parameter, whenever its first gradient comes.
#[test]
fn a_parameter_that_joins_late_is_corrected_for_its_own_zeros() {
    let device = Device::flex().autodiff();
    let mut model = Late { early: late_param(1, &device), late: late_param(2, &device) };
    let mut adam = Adam::new(&OptimizerConfig::default()).expect("valid");
    for step in 0..20 {
        let loss = model.early.val().square().sum();
        let loss = if step < 19 { loss } else { loss + model.late.val().square().sum() * 3.0 };
        let gradients = NamedGradients::of(&model, loss.backward());
        model = adam.step(model, gradients, 0.01, 1.0);
    }
    let late = model.late.val().into_scalar::<f32>();
    assert!((late - 0.99).abs() < 1e-5, "{late}");
}

#[derive(Module, Debug)]
struct Late {
    early: Param<Tensor<1>>,
    late: Param<Tensor<1>>,
}

fn late_param(id: u64, device: &Device) -> Param<Tensor<1>> {
    Param::initialized(ParamId::from(id), Tensor::ones([1], device)).set_require_grad(true)
}

/// The noise is that of the redrawn latents: what is learned is the same with and without it.
#[test]
fn measured_noise_changes_nothing() {
    let run = |every| {
        let mut learner = learner(&OptimizerConfig::default()).with_noise_every(every);
        let noise: Vec<_> = (0..4)
            .map(|step| learner.step(&[batch(0..8)], &context(step)).expect("finite").gradient_noise)
            .collect();
        (learner.state(), noise)
    };
    let (plain, none) = run(0);
    let (same, some) = run(2);
    assert_eq!(plain, same);
    assert!(none.iter().all(Option::is_none));
    assert_eq!(some.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false, true]);
    let noise = some[1].expect("measured");
    assert!(noise.variance > 0.0 && noise.snr > Some(0.0) && noise.seconds > 0.0, "{noise:?}");
}
