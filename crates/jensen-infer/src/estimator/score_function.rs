//! The score-function gradient, also called the policy gradient.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, Expand};

use super::{Baseline, Control, Estimator, Learned, Problem, Requirement, Surrogate};
use crate::objective::{Objective, PowerMean};
use crate::{Guide, InferError, JointModel};

/// `∇ E_q[f(z)] = E_q[(f(z) − b) ∇ log q(z) + ∇ f(z)]` (Williams 1992, REINFORCE; Paisley, Blei & Jordan 2012).
///
/// Needs nothing of the posterior but its density, nor of `f` that it have a slope in `z`. Its variance, which grows
/// with the dimension, is what [baselines](Baseline) are for. Where a bound weighs samples against each other, all of
/// them have its value as their signal; to the ELBO each contributes for itself.
#[derive(Debug)]
pub struct ScoreFunction {
    baseline: Baseline,
}

impl ScoreFunction {
    /// With this baseline.
    pub fn new(baseline: Baseline) -> Self {
        Self { baseline }
    }
}

/// How a sample's part in the bound is called, to be multiplied by the slope of its log-density.
struct Signals {
    /// `[K, batch]`, off the graph.
    values: Tensor<2>,
    /// How much of the bound a sample has: what a baseline of whole bounds is multiplied by.
    share: f64,
}

impl Signals {
    fn of(objective: &dyn Objective, log_weights: &Tensor<2>, bound: Tensor<1>) -> Self {
        let samples = log_weights.dims()[0];
        if objective.power_mean().is_some_and(PowerMean::is_additive) {
            let share = 1.0 / samples as f64;
            return Self { values: log_weights.clone(), share };
        }
        Self { values: bound.unsqueeze_dim::<2>(0).repeat_dim(0, samples), share: 1.0 }
    }
}

impl<M, G> Estimator<M, G> for ScoreFunction
where
    M: JointModel<Observation = Tensor<2>>,
    G: Guide<M, Posterior: Expand>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        let posterior = problem.posterior();
        let expanded = posterior.expand(problem.samples());
        let latent = expanded.sample(&problem.rng());
        let log_posterior = expanded.log_prob(&latent);
        let terms = problem.terms(&posterior, log_posterior.clone(), &latent)?;
        let bound = problem.bound(&terms);
        let log_weights = terms.log_weights(problem.divergence_scale()).inner();
        let signals = Signals::of(problem.objective, &log_weights, bound.clone().inner());
        let (baseline, control): (Tensor<2>, Option<Control>) = match &self.baseline {
            Baseline::None => (signals.values.zeros_like(), None),
            Baseline::MovingAverage(average) => {
                let baseline = signals.values.full_like(average.value());
                (baseline, Some(average.control(&signals.values)))
            }
            Baseline::Learned(learned) => {
                let values = learned.of(&problem.evidence.observation);
                let baseline = values.clone().inner().unsqueeze_dim::<2>(0).repeat_dim(0, problem.samples());
                (baseline, Some(learned.control(signals.values.clone(), values)))
            }
            Baseline::LeaveOneOut => {
                let mean = Requirement::PowerMean.power_mean("leave-one-out", problem.objective)?;
                if problem.samples() < 2 {
                    return Err(InferError::too_few_samples(problem.objective));
                }
                (mean.leave_one_out(log_weights), None)
            }
        };
        let weight = (signals.values - baseline) * signals.share;
        let score = (problem.by_sample(log_posterior) * weight).sum_dim(0).squeeze_dim::<1>(0);
        let mut surrogate = Surrogate::new(bound.clone(), terms, (score + bound).mean().neg());
        surrogate.control = control;
        Ok(surrogate)
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        Some(posterior.expand(problem.samples()).sample(&problem.rng()))
    }

    fn learned(&self) -> Option<&dyn Learned> {
        self.baseline.learned()
    }

    fn learned_mut(&mut self) -> Option<&mut dyn Learned> {
        self.baseline.learned_mut()
    }
}
