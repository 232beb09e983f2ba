//! Many estimates of a gradient.

use burn::tensor::{Device, Tensor};
use jensen_infer::estimator::{Dimensions, Surrogate};
use jensen_infer::{Estimator, EstimatorConfig, EstimatorKind, Evidence, InferError, Problem, Sampling};
use jensen_prob::Rng;
use jensen_testing::MonteCarlo;

use super::toy::{Toy, module, observation};
use super::truth::Case;

/// Rows of a call.
const ROWS: usize = 8192;
/// Updates of what an estimator itself learns, before it is measured.
const PREPARATION: u64 = 10;

/// Means of the estimates for each number of each example, and of the reported bound.
pub struct Estimates {
    pub gradient: [Vec<MonteCarlo>; 2],
    pub bound: [MonteCarlo; 2],
}

/// A toy and what an estimator sees of it.
pub struct Bench<T: Toy> {
    module: (T::Model, T::Guide),
    observation: Tensor<2>,
    rows: Vec<u64>,
    log_jacobian: Vec<f64>,
    case: Case,
}

impl<T: Toy> Bench<T> {
    pub fn new(case: &Case) -> Self {
        Self {
            module: module::<T>(ROWS),
            observation: observation::<T>(ROWS),
            rows: (0..ROWS as u64).collect(),
            log_jacobian: vec![0.0; ROWS],
            case: case.clone(),
        }
    }

    /// An estimator as a user asks for it.
    pub fn built_in(kind: EstimatorKind) -> Result<Box<dyn Estimator<T::Model, T::Guide>>, InferError> {
        let device = Device::flex().autodiff();
        let config = EstimatorConfig { kind, ..EstimatorConfig::default() };
        let (features, latents) = (T::OBSERVATIONS[0].len(), T::LATENTS);
        T::estimator(&config, Dimensions { features, latents, rng: Rng::seed(7), device: &device })
    }

    /// One call.
    pub fn surrogate(
        &self,
        estimator: &dyn Estimator<T::Model, T::Guide>,
        call: u64,
    ) -> Result<Surrogate, InferError> {
        let evidence = Evidence {
            observation: self.observation.clone(),
            condition: (),
            rows: &self.rows,
            log_jacobian: &self.log_jacobian,
        };
        let objective = self.case.objective.init()?;
        let (objective, (model, guide)) = (objective.as_ref(), &self.module);
        let sampling = Sampling { rng: Rng::seed(11).at(call), warm_up: self.case.warm_up };
        estimator.surrogate(&Problem { objective, model, guide, evidence: &evidence, sampling })
    }

    /// Of `calls` calls; what it learns itself it learns before.
    pub fn estimates(&self, estimator: &mut dyn Estimator<T::Model, T::Guide>, calls: u64) -> Estimates {
        if estimator.learned().is_some() {
            for call in 0..PREPARATION {
                let surrogate = self.surrogate(estimator, call).expect("it fits");
                let (_, control) = surrogate.all_gradients(&self.module);
                estimator.learned_mut().expect("it learns").learn(control, 1e-2);
            }
        }
        let width: usize = T::PARAMETERS.iter().map(|(_, size)| size).sum();
        let mut gradient = vec![Vec::new(); 2 * width];
        let mut bound = vec![Vec::new(); 2];
        for call in PREPARATION..PREPARATION + calls {
            let surrogate = self.surrogate(estimator, call).expect("it fits");
            spread(&mut bound, &surrogate.bound, 1, 1.0);
            let mut gradients = surrogate.gradients(&self.module);
            let mut at = 0;
            for (name, size) in T::PARAMETERS {
                let slopes =
                    gradients.remove(name).unwrap_or_else(|| Tensor::zeros([ROWS * size], &Device::flex()));
                // The loss is minus the bound, a mean over rows.
                let mut of_parameter = vec![Vec::new(); 2 * size];
                spread(&mut of_parameter, &slopes, *size, -(ROWS as f64));
                for (i, draws) in of_parameter.into_iter().enumerate() {
                    gradient[(i / size) * width + at + i % size].extend(draws);
                }
                at += size;
            }
        }
        let mut gradient = gradient.into_iter().map(MonteCarlo::of);
        let mut bound = bound.into_iter().map(MonteCarlo::of);
        Estimates {
            gradient: [0, 1].map(|_| gradient.by_ref().take(width).collect()),
            bound: [0, 1].map(|_| bound.next().expect("two")),
        }
    }
}

/// Puts rows of `size` numbers, the examples' in turn, with those of the same kind.
fn spread(kinds: &mut [Vec<f64>], rows: &Tensor<1>, size: usize, factor: f64) {
    for (i, number) in rows.to_data().iter::<f64>().enumerate() {
        kinds[i % (2 * size)].push(number * factor);
    }
}
