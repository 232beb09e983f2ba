//! A mixture density network behind the verbs.

use burn::tensor::{Device, Tensor};
use jensen_data::{Array, Batch, DataConfig, Dataset, Draws, Preprocessing, Role, Rows, Target};
use jensen_infer::{
    InferError, LOG_LIKELIHOOD, Learner, LikelihoodLearner, Metrics, StateDict, log_likelihoods,
    with_parameters,
};
use jensen_models::mdn::MixtureDensityNet;
use jensen_models::nets::NetSize;
use jensen_random::Rng;

use super::size::{self, Purpose};
use super::{Code, Examples, Model, Prediction, Samples};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::run_directory::RunRecord;
use crate::view::to_vec;

/// Targets over which the components are spread: all, or so many from the whole of the training examples.
const STARTING_TARGETS: usize = 10_000;

/// Observations and target as they are prepared, if there is a target.
pub(super) fn preprocessing(
    data: &DataConfig,
    dataset: &Dataset,
    train: &Rows,
) -> Result<Preprocessing, CliError> {
    if dataset.field(Role::Target).is_some() {
        return Ok(Preprocessing::fit_target(data, dataset, train)?);
    }
    let names = &dataset.require(Role::Observation)?.feature_names;
    let of_names = if names.is_empty() { String::new() } else { format!(", of {}", names.join(", ")) };
    Err(CliError::usage(
        format!(
            "mdn predicts some columns from the others, and none of {} are said to be those",
            dataset.name()
        ),
        format!("give `--target NAME[,NAME]`{of_names}"),
    ))
}

/// A learner whose components begin spread over the targets.
pub(super) fn learner(
    config: &RunConfig,
    examples: &Examples<'_>,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let Examples { dataset, train, preprocessing } = *examples;
    let rows: Vec<u64> = train.iter().step_by(train.len().div_ceil(STARTING_TARGETS).max(1)).collect();
    let batch = preprocessing.apply(dataset.read(&rows)?, Draws::Evaluation)?;
    learning(config, preprocessing, &batch.require(Role::Target)?.array().to_f32(), device)
}

/// A learner whose weights come with a state.
pub(super) fn blank_learner(
    config: &RunConfig,
    record: &RunRecord,
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    learning(config, &record.preprocessing, &[], device)
}

fn learning(
    config: &RunConfig,
    preprocessing: &Preprocessing,
    targets: &[f32],
    device: &Device,
) -> Result<Box<dyn Learner>, CliError> {
    let net = init(config, preprocessing, targets, Purpose::Training, &device.clone().autodiff())?;
    Ok(Box::new(LikelihoodLearner::new(net, &config.optimizer)?))
}

/// The net of these weights.
pub(super) fn trained(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
    device: &Device,
) -> Result<Box<dyn Model>, CliError> {
    let net = init(config, &record.preprocessing, &[], Purpose::Inference, device)?;
    let net = with_parameters(net, weights)?;
    let target = target_of(&record.preprocessing)?.clone();
    Ok(Box::new(Trained { net, target, device: device.clone() }))
}

fn init(
    config: &RunConfig,
    preprocessing: &Preprocessing,
    targets: &[f32],
    purpose: Purpose,
    device: &Device,
) -> Result<MixtureDensityNet, CliError> {
    let (inputs, dims) = (preprocessing.features(), target_of(preprocessing)?.features());
    let weights = config.mdn.parameters(inputs, dims) as f64;
    size::check(NetSize { weights, ..NetSize::default() }, purpose)?;
    let rng = Rng::seed(config.seed).fork("weights");
    Ok(config.mdn.init(inputs, dims, targets, &rng, device)?)
}

fn target_of(preprocessing: &Preprocessing) -> Result<&Target, CliError> {
    let missing = || InferError::State { detail: "the run's record names no target".to_owned() };
    Ok(preprocessing.target().ok_or_else(missing)?)
}

/// A trained one on a plain device.
struct Trained {
    net: MixtureDensityNet,
    target: Target,
    device: Device,
}

impl Trained {
    fn inputs(&self, batch: &Batch) -> Result<Tensor<2>, CliError> {
        Ok(batch.tensor(Role::Observation, &self.device)?)
    }

    fn log_likelihoods(&self, batch: &Batch) -> Result<Vec<f64>, CliError> {
        if batch.field(Role::Target).is_some() {
            return Ok(log_likelihoods(&self.net, batch, &self.device)?);
        }
        Err(CliError::usage(
            format!(
                "{} has no column {}, whose density is asked for",
                batch.dataset(),
                self.target.names().join(", ")
            ),
            "give data with what is predicted; `encode` and `sample` do without",
        ))
    }
}

impl Model for Trained {
    fn name(&self) -> &'static str {
        "mixture density network"
    }

    fn can(&self) -> &'static str {
        "evaluate, score, sample and encode"
    }

    fn target(&self) -> Option<&Target> {
        Some(&self.target)
    }

    fn latent_dim(&self) -> usize {
        self.net.components()
    }

    /// One choice.
    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64> {
        vec![numbers.into_iter().sum()]
    }

    fn measure(&self, batch: &Batch, _: Rng) -> Result<Metrics, CliError> {
        let sum = self.log_likelihoods(batch)?.iter().sum();
        Ok(Metrics::new(batch.len()).with_sum(LOG_LIKELIHOOD, sum))
    }

    fn log_prob(&self, batch: &Batch) -> Option<Result<Vec<f64>, CliError>> {
        Some(self.log_likelihoods(batch))
    }

    fn score(&self, batch: &Batch, _: Rng) -> Result<Vec<(&'static str, Vec<f64>)>, CliError> {
        Ok(vec![(LOG_LIKELIHOOD, self.log_likelihoods(batch)?)])
    }

    /// The mixture at each input, in the target's own units.
    fn codes(&self, batch: &Batch) -> Result<Vec<Code>, CliError> {
        let branches = self.net.branches(self.inputs(batch)?);
        let width = self.net.components() * self.target.features();
        let code = |name, width, values| Code { name, width, values: Array::F64(values) };
        let weights = to_vec(branches.weights).into_iter().map(f64::from).collect();
        Ok(vec![
            code("weight", self.net.components(), weights),
            code("mean", width, self.target.undo(&to_vec(branches.means))),
            code("deviation", width, self.target.undo_scale(&to_vec(branches.deviations))),
        ])
    }

    fn predict(&self, batch: &Batch, temperature: f64, rng: Rng) -> Result<Prediction, CliError> {
        let draws = self.net.sample(self.inputs(batch)?, &rng.name_rows(batch.rows()));
        let pairs = to_vec(draws.means).into_iter().zip(to_vec(draws.values));
        let cooled = pairs.map(|(mean, value)| (mean, value - mean));
        let (means, offsets): (Vec<f32>, Vec<f32>) = cooled.unzip();
        let offsets = self.target.undo_scale(&offsets);
        let values = self.target.undo(&means).into_iter().zip(offsets);
        Ok(Prediction {
            components: draws.components.into_data().iter::<i64>().collect(),
            values: values.map(|(mean, offset)| mean + temperature * offset).collect(),
        })
    }

    fn sample(&self, _: usize, _: f64, _: Rng) -> Result<Samples, CliError> {
        Err(self.cannot("invent examples without inputs"))
    }
}
