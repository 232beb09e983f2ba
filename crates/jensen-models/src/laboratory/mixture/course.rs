//! The course of one way of learning.

use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_data::Batch;
use jensen_infer::estimator::{Dimensions, EstimatorConfig};
use jensen_infer::objective::Elbo;
use jensen_infer::{
    Estimator, EstimatorKind, Evidence, Guide, InferError, Learner, OptimizerConfig, StepContext,
    VariationalLearner,
};
use jensen_prob::OneHotCategorical;
use jensen_random::Rng;

use super::{AmortizedPosterior, FreePosteriors, GaussianComponents, Method, Points};
use crate::mixture::components::Components;
use crate::mixture::{EmLearner, GaussianMixture, Regularisation};
use crate::nets::Scope;

/// The rate of every climb by gradients, with Adam, from beginning to end.
pub const LEARNING_RATE: f64 = 0.03;
/// Draws of the posterior for each point and update, where it is drawn from.
pub const SAMPLES: usize = 2;
/// The decay of the squared gradient's mean: shorter than usual, for the logits of points that are nearly certain hardly move
/// once the first steps have been large.
const BETA2: f64 = 0.99;

/// How a mixture is learned.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Updates, each of which sees all points once.
    pub updates: usize,
    /// Units of the amortized posterior's net.
    pub hidden: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { updates: 1000, hidden: 16 }
    }
}

/// How a mixture was learned, each number a mean over points in nats.
#[derive(Clone, Debug)]
pub struct Course {
    /// Which way.
    pub method: Method,
    /// `log p(x)` at the beginning and after each update, exactly.
    pub log_likelihood: Vec<f64>,
    /// `F(q, θ)` at the same times, exactly.
    pub bound: Vec<f64>,
    /// The time of the updates alone.
    pub seconds: f64,
    /// The mixture at the end.
    pub mixture: GaussianMixture,
    /// `q(z | x)` at the end, `[points, K]`.
    pub posteriors: Vec<f64>,
}

impl Course {
    /// Updates that were made, each a pass over all points.
    pub fn updates(&self) -> usize {
        self.bound.len() - 1
    }

    /// `log p(x)` at the end.
    pub fn last_log_likelihood(&self) -> f64 {
        self.log_likelihood[self.updates()]
    }

    /// The bound at the end.
    pub fn last_bound(&self) -> f64 {
        self.bound[self.updates()]
    }

    /// `KL(q ‖ p(z | x))` at the end: what the bound is below `log p(x)`.
    pub fn gap(&self) -> f64 {
        self.last_log_likelihood() - self.last_bound()
    }

    /// Updates after which `log p(x)` stays within `nats` of a value that it reaches at most at the end.
    pub fn updates_to_within(&self, nats: f64, of: f64) -> Option<usize> {
        let far = self.log_likelihood.iter().rposition(|value| (value - of).abs() > nats);
        let first = far.map_or(0, |far| far + 1);
        (first <= self.updates()).then_some(first)
    }
}

/// Learns the mixture of the points.
///
/// All methods begin at [`Points::beginning`], those by gradients with a posterior of equal shares. `rng` is for initial
/// weights and for draws.
///
/// # Errors
/// [`InferError`] if a component collapses to a point, or learning becomes not finite.
pub fn learn(method: Method, points: &Points, settings: Settings, rng: &Rng) -> Result<Course, InferError> {
    let start = points.beginning()?;
    let device = Device::flex().autodiff();
    let (components, updates) = (start.components(), settings.updates);
    match method {
        Method::ExpectationMaximisation => {
            let none = Regularisation::none(start.columns());
            let mut learner = EmLearner::new(vec![start], none, points.summary()?.extent(), 0.0);
            follow(method, points, updates, rng, &mut learner, |learner, _| {
                let mixture = learner.model().clone();
                let posteriors = mixture.responsibilities(points.rows())?;
                Ok((mixture, posteriors))
            })
        }
        Method::PerPoint => {
            let guide = FreePosteriors::new(points.len(), components, &device);
            climb(method, points, updates, rng, guide)
        }
        Method::Amortized | Method::Rloo | Method::Score | Method::GumbelSoftmax => {
            climb(method, points, updates, rng, amortized(&start, settings, rng, &device))
        }
    }
}

/// The net that all methods with one begin with.
pub(super) fn amortized(
    start: &GaussianMixture,
    settings: Settings,
    rng: &Rng,
    device: &Device,
) -> AmortizedPosterior {
    let scope = Scope::new(rng.fork("weights"), device).child("guide");
    AmortizedPosterior::new(start.columns(), settings.hidden, start.components(), &scope)
}

/// A learner of the pair by gradients.
pub(super) type Climber<G> =
    VariationalLearner<(GaussianComponents, G), Box<dyn Estimator<GaussianComponents, G>>>;

/// The learner of a method with a gradient, from this pair on.
pub(super) fn climber<G>(
    kind: EstimatorKind,
    pair: (GaussianComponents, G),
    rng: &Rng,
) -> Result<Climber<G>, InferError>
where
    G: Guide<GaussianComponents, Posterior = OneHotCategorical> + Module,
{
    let device = Device::flex().autodiff();
    let [components, columns] = pair.0.means.val().dims();
    let of =
        Dimensions { features: columns, latents: components, rng: rng.fork("estimator"), device: &device };
    let estimator = EstimatorConfig { kind, ..EstimatorConfig::default() }.discrete(of)?;
    let objective = Box::new(Elbo { samples: SAMPLES, ..Elbo::new() });
    let optimizer = OptimizerConfig { beta2: BETA2, ..OptimizerConfig::default() };
    VariationalLearner::new(pair, estimator, objective, &optimizer)
}

fn climb<G>(
    method: Method,
    points: &Points,
    updates: usize,
    rng: &Rng,
    guide: G,
) -> Result<Course, InferError>
where
    G: Guide<GaussianComponents, Posterior = OneHotCategorical> + Module,
{
    let kind = method.estimator().unwrap_or_default();
    let model = GaussianComponents::new(&points.beginning()?, &Device::flex().autodiff());
    let mut learner = climber(kind, (model, guide), rng)?;
    follow(method, points, updates, rng, &mut learner, |learner, batch| {
        let (model, guide) = learner.trained();
        let evidence = Evidence::read(batch, &Device::flex())?;
        let posterior = guide.posterior(&evidence).log_probs();
        Ok((model.to_mixture()?, shares(posterior)))
    })
}

/// Probabilities in double precision.
fn shares(log_probs: Tensor<2>) -> Vec<f64> {
    let components = log_probs.dims()[1];
    let mut shares: Vec<f64> = log_probs.into_data().iter::<f64>().map(f64::exp).collect();
    for row in shares.chunks_exact_mut(components) {
        // What single precision leaves of their sum.
        let sum: f64 = row.iter().sum();
        for share in row {
            *share /= sum;
        }
    }
    shares
}

/// Makes the updates and looks at what was learned after each.
fn follow<L: Learner>(
    method: Method,
    points: &Points,
    updates: usize,
    rng: &Rng,
    learner: &mut L,
    look: impl Fn(&L, &Batch) -> Result<(GaussianMixture, Vec<f64>), InferError>,
) -> Result<Course, InferError> {
    let batch = points.batch()?;
    let (mixture, posteriors) = look(learner, &batch)?;
    let mut course = Course {
        method,
        log_likelihood: Vec::with_capacity(updates + 1),
        bound: Vec::with_capacity(updates + 1),
        seconds: 0.0,
        mixture,
        posteriors,
    };
    course.measure(points)?;
    for step in 0..updates as u64 {
        let rng = rng.fork("updates").at(step);
        let context = StepContext { step, rng, learning_rate: LEARNING_RATE, warm_up: 1.0 };
        let begin = Instant::now();
        learner.step(std::slice::from_ref(&batch), &context)?;
        course.seconds += begin.elapsed().as_secs_f64();
        (course.mixture, course.posteriors) = look(learner, &batch)?;
        course.measure(points)?;
    }
    Ok(course)
}

impl Course {
    /// Adds what holds of mixture and posteriors now.
    fn measure(&mut self, points: &Points) -> Result<(), InferError> {
        let log_prob = self.mixture.log_prob(points.rows())?;
        let joint = self.mixture.weighted().log_terms(points.rows())?;
        let terms = self.posteriors.iter().zip(&joint).filter(|(q, _)| **q > 0.0);
        let bound: f64 = terms.map(|(q, joint)| q * (joint - q.ln())).sum();
        let n = points.len() as f64;
        self.log_likelihood.push(log_prob.iter().sum::<f64>() / n);
        self.bound.push(bound / n);
        Ok(())
    }
}
