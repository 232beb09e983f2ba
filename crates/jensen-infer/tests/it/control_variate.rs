//! The control variates of REBAR and RELAX learn by the gradient of the variance, which is checked here against differences of it.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
use jensen_infer::estimator::{Learned, RelaxedControl, Surrogate};
use jensen_infer::objective::{DivergenceForm, Elbo};
use jensen_infer::{Estimator, Evidence, Guide, JointModel, Problem, Sampling};
use jensen_prob::{Bernoulli, Factorized, Normal, Rng};

const EXAMPLES: usize = 6;

/// `z` three fair bits, `x ~ N(tanh(z W), 0.5²)`.
#[derive(Module, Debug)]
struct Bits {
    weight: Param<Tensor<2>>,
}

/// Logits of their own for each example.
#[derive(Module, Debug)]
struct Free {
    logits: Param<Tensor<2>>,
}

impl JointModel for Bits {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Bernoulli;
    type Likelihood = Normal;

    fn prior(&self, (): &()) -> Bernoulli {
        Bernoulli::from_logits(Tensor::zeros([1, 3], &Device::flex()))
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
        Normal::new(z.clone().matmul(self.weight.val()).tanh(), Tensor::full([1, 1], 0.5, &Device::flex()))
    }
}

impl Guide<Bits> for Free {
    type Posterior = Bernoulli;

    fn posterior(&self, _: &Evidence<'_, Bits>) -> Bernoulli {
        Bernoulli::from_logits(self.logits.val())
    }

    fn exact_kl(&self, posterior: &Bernoulli, prior: &Bernoulli) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }
}

fn parameter(values: TensorData, id: u64) -> Param<Tensor<2>> {
    let value = Tensor::from_data(values, &Device::flex().autodiff());
    Param::initialized(ParamId::from(id), value).set_require_grad(true)
}

fn surrogate(estimator: &RelaxedControl, divergence: DivergenceForm) -> (Surrogate, Free) {
    let model = Bits { weight: parameter(TensorData::from([[0.9f32, -0.4], [-1.2, 0.3], [0.5, 1.1]]), 1) };
    let logits: Vec<f32> = (0..EXAMPLES * 3).map(|i| (i as f32 * 1.7).sin()).collect();
    let guide = Free { logits: parameter(TensorData::new(logits, [EXAMPLES, 3]), 2) };
    let observation: Vec<f32> = (0..EXAMPLES * 2).map(|i| (i as f32 * 0.9).cos()).collect();
    let rows: Vec<u64> = (0..EXAMPLES as u64).collect();
    let evidence = Evidence {
        observation: Tensor::from_data(TensorData::new(observation, [EXAMPLES, 2]), &Device::flex()),
        condition: (),
        rows: &rows,
        log_jacobian: &[0.0; EXAMPLES],
    };
    // An exact divergence has a gradient that no draw changes: it is no part of the variance, and left out here.
    let beta = if divergence == DivergenceForm::Exact { 0.0 } else { 1.0 };
    let objective = Elbo { divergence, beta, ..Elbo::new() };
    let sampling = Sampling { rng: Rng::seed(12), warm_up: 1.0 };
    let problem =
        Problem { objective: &objective, model: &model, guide: &guide, evidence: &evidence, sampling };
    (estimator.surrogate(&problem).expect("it fits"), guide)
}

/// `|g|²` of the gradient for the logits.
fn squared_length(estimator: &RelaxedControl, divergence: DivergenceForm) -> f64 {
    let (surrogate, guide) = surrogate(estimator, divergence);
    surrogate.gradients(&guide).norm().powi(2)
}

/// The estimator with `by` added to the first number of one of its own parameters.
fn moved(estimator: &mut RelaxedControl, name: &str, by: f32) {
    let learned = learned(estimator);
    let mut state = learned.state();
    let key = format!("parameters.{name}");
    let data = state.get(&key).expect("its own").clone();
    let mut values: Vec<f32> = data.iter().collect();
    values[0] += by;
    state.insert(key, TensorData::new(values, data.shape().clone()));
    learned.load_state(&state).expect("its own");
}

fn learned(estimator: &mut RelaxedControl) -> &mut dyn Learned {
    <RelaxedControl as Estimator<Bits, Free>>::learned_mut(estimator).expect("it learns")
}

#[test]
fn the_control_variate_follows_the_gradient_of_the_variance() {
    let device = Device::flex().autodiff();
    let mut relax = RelaxedControl::relax(0.6, 3, &Rng::seed(3), &device);
    // The net's output starts at 0, where its hidden layer has no gradient.
    moved(&mut relax, "free.output.weight", 0.7);
    moved(&mut relax, "scale", -0.3);
    for divergence in [DivergenceForm::Exact, DivergenceForm::Sampled] {
        let (surrogate, guide) = surrogate(&relax, divergence);
        let (_, mut gradients) = surrogate.all_gradients(&guide);
        for name in ["scale", "log_temperature", "free.output.weight", "free.output.bias", "free.hidden.bias"]
        {
            let slope =
                gradients.remove(name).map_or(0.0, |g| g.into_data().iter::<f64>().next().expect("one"));
            let step = 1e-2f32;
            moved(&mut relax, name, step);
            let above = squared_length(&relax, divergence);
            moved(&mut relax, name, -2.0 * step);
            let below = squared_length(&relax, divergence);
            moved(&mut relax, name, step);
            let expected = (above - below) / (2.0 * f64::from(step));
            let tolerance = 1e-3 * expected.abs() + 1e-4;
            assert!((slope - expected).abs() < tolerance, "{divergence:?}, {name}: {slope}, not {expected}");
        }
    }
}
