//! A small learner with everything that the fit loop relies on: noise, momentum and averages.

use burn::tensor::TensorData;
use jensen_data::{Array, Batch, DataConfig, Dataset, Field, Loader, Preprocessing, Role, Rows};
use jensen_infer::fit::{Event, FitConfig, Observer};
use jensen_infer::forensics::NonFinite;
use jensen_infer::{InferError, Learner, Metrics, StateDict, StepContext, StepReport};
use jensen_random::Rng;

/// Fits the mean of scalar data by stochastic gradient ascent with momentum, with noise on each
/// example that is addressed by its row.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanLearner {
    pub mean: f64,
    pub velocity: f64,
    /// How many batches each step was given.
    pub groups: Vec<usize>,
    /// At which steps its bound is not finite.
    pub breaks_at: Vec<u64>,
}

impl MeanLearner {
    pub fn new() -> Self {
        Self { mean: 3.0, velocity: 0.0, groups: Vec::new(), breaks_at: Vec::new() }
    }
}

fn values(batch: &Batch) -> Vec<f64> {
    batch.field(Role::Observation).expect("observations").array().to_f64()
}

impl Learner for MeanLearner {
    fn step(&mut self, batches: &[Batch], context: &StepContext) -> Result<StepReport, InferError> {
        if self.breaks_at.contains(&context.step) {
            let rows = batches[0].rows().to_vec();
            return Err(NonFinite::new("log p(x|z)", context.step, &rows, rows.len()).into());
        }
        self.groups.push(batches.len());
        let (mut examples, mut gradient, mut squares) = (0, 0.0, 0.0);
        for batch in batches {
            let noise = context.rng.name_rows(batch.rows()).normals(batch.len(), 1);
            for (x, noise) in values(batch).iter().zip(noise) {
                let residual = x + 0.1 * f64::from(noise) - self.mean;
                gradient += residual;
                squares += residual * residual;
                examples += 1;
            }
        }
        let n = examples as f64;
        self.velocity = 0.9 * self.velocity + gradient / n;
        self.mean += context.learning_rate * self.velocity * (0.5 + 0.5 * context.warm_up);
        let reconstruction = -0.5 * squares / n;
        let gradient_norm = Some((gradient / n).abs());
        let terms = vec![("reconstruction", reconstruction), ("kl", 0.0)];
        Ok(StepReport { examples, objective: reconstruction, terms, gradient_norm, gradient_noise: None })
    }

    fn evaluate(&self, batch: &Batch, rng: Rng) -> Result<Metrics, InferError> {
        let noise = rng.name_rows(batch.rows()).normals(batch.len(), 1);
        let residuals = values(batch).into_iter().zip(noise).map(|(x, e)| x + 0.1 * f64::from(e) - self.mean);
        let elbo = residuals.map(|residual| -0.5 * residual * residual).sum();
        Ok(Metrics::new(batch.len()).with_sum("elbo", elbo))
    }

    fn state(&self) -> StateDict {
        let mut state = self.weights();
        state.insert("velocity", TensorData::new(vec![self.velocity], [1]));
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        state.check_against(&self.state())?;
        let read = |name| state.get(name).expect("checked").as_slice::<f64>().expect("checked")[0];
        (self.mean, self.velocity) = (read("mean"), read("velocity"));
        Ok(())
    }

    fn weights(&self) -> StateDict {
        let mut state = StateDict::new();
        state.insert("mean", TensorData::new(vec![self.mean], [1]));
        state
    }
}

/// Scalars that do not lie on a line, and how they are read.
pub struct Data {
    dataset: Dataset,
    preprocessing: Preprocessing,
}

impl Data {
    pub fn new(n: usize) -> Self {
        let x = (0..n).map(|i| (i as f64 * 0.7).sin() + 0.01 * i as f64).collect();
        let field = Field::new("x", Role::Observation, vec![1], Array::F64(x)).expect("a field");
        let dataset = Dataset::from_fields("toy", vec![field]).expect("a data set");
        let preprocessing = Preprocessing::fit(&DataConfig::default(), &dataset, &Rows::Range(0..n as u64));
        Self { dataset, preprocessing: preprocessing.expect("nothing to prepare") }
    }

    /// The rows of `range`, with the order that `seed` names.
    pub fn loader(&self, range: std::ops::Range<u64>, batch_size: usize, seed: u64) -> Loader<'_> {
        let rows = Rows::Range(range);
        Loader::new(&self.dataset, rows, &self.preprocessing, batch_size, Rng::seed(seed)).expect("a loader")
    }
}

/// A short run with a schedule, so that a wrong step would show.
pub fn config(epochs: u64) -> FitConfig {
    serde_json::from_value(serde_json::json!({
        "epochs": epochs,
        "learning_rate": 0.05,
        "schedule": {"kind": "cosine", "warm_up": 0.2, "floor": 0.1},
        "kl_warm_up": {"kind": "linear", "epochs": 1.5},
        "checkpoint": {"seconds": 1e9},
    }))
    .expect("a configuration")
}

/// An observer made of a closure.
pub struct Watch<F>(pub F);

impl<F: FnMut(&Event<'_>)> Observer for Watch<F> {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        (self.0)(event);
        Ok(())
    }
}
