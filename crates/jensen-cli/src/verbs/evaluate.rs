//! `jensen evaluate`.

use std::num::NonZeroUsize;

use clap::Args;
use jensen_data::Split;
use jensen_infer::evaluation::Decomposition;
use jensen_random::Rng;
use serde::Serialize;

use super::options::{DataOptions, RunOption, SeedOption, at_least_one};
use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation};
use crate::memory;
use crate::output::{self, count};
use crate::running_mean::RunningMean;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;

/// Measure a run: the bound on log p(x), its terms, active units, log p(x) itself; of mdn log p(y|x)
///
/// Per example, in nats and the data's own units. All runs see the same binarised examples.
#[derive(Debug, Args)]
pub struct Evaluate {
    #[command(flatten)]
    run: RunOption,
    #[command(flatten)]
    data: DataOptions,
    /// Estimates log p(x) by importance sampling with exactly K draws for each example
    #[arg(long, value_name = "K", value_parser = at_least_one, allow_negative_numbers = true)]
    iwae: Option<NonZeroUsize>,
    /// With `--iwae`: the χ upper bound on log p(x) too, from the same weights. With many draws and a good posterior log p(x)
    /// lies between the two; only exp(2 · bound) is unbiased, so it is too low from few
    #[arg(long, requires = "iwae")]
    chi: bool,
    /// Takes the divergence of the first N examples apart: what the latents say of which example it is, how they depend on
    /// each other, how far each is from its prior; the time grows with N²
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    decompose: Option<NonZeroUsize>,
    #[command(flatten)]
    seed: SeedOption,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// The object that `--json` prints.
#[derive(Serialize)]
struct Measured<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    /// Of `--chi`, in nats.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    upper_bound: Option<UpperBound>,
    /// Of `--decompose`, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    decomposition: Option<Parts>,
    /// The most bytes that were allocated at any moment.
    peak_memory: u64,
}

/// The χ upper bound, in nats.
#[derive(Serialize)]
struct UpperBound {
    /// The mean over examples.
    chi_upper_bound: f64,
    /// Its standard error over examples; null of one example.
    chi_upper_bound_stderr: Option<f64>,
}

impl UpperBound {
    fn of(values: RunningMean) -> Self {
        Self { chi_upper_bound: values.mean(), chi_upper_bound_stderr: values.standard_error() }
    }

    fn to_row(&self) -> (String, String) {
        let error = self.chi_upper_bound_stderr.map(|error| format!(" ± {error:.2}")).unwrap_or_default();
        let value = format!("{:.2}{error} nats (biased downwards)", self.chi_upper_bound);
        ("upper bound on log p(x), χ²".to_owned(), value)
    }
}

/// What the divergence is made of, in nats.
#[derive(Serialize)]
struct Parts {
    /// Examples that it is the decomposition of.
    n: usize,
    mutual_information: f64,
    total_correlation: f64,
    dimension_wise_kl: f64,
}

impl Parts {
    fn to_rows(&self) -> [(String, String); 4] {
        let nats = |value: f64| format!("{value:.2} nats");
        [
            ("divergence of the first".to_owned(), count(self.n as u64, "example")),
            ("  mutual information".to_owned(), nats(self.mutual_information)),
            ("  total correlation".to_owned(), nats(self.total_correlation)),
            ("  dimension-wise KL".to_owned(), nats(self.dimension_wise_kl)),
        ]
    }
}

impl Evaluate {
    /// Prints the measurements.
    ///
    /// # Errors
    /// If the run or the data cannot be read.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        let run = TrainedRun::open(&self.run.run, session.device())?;
        let draws = Draws { seed: self.seed.seed, iwae: self.iwae.map(NonZeroUsize::get) };
        let subset = Subset::of(&run, &self.data, Split::Test)?;
        let measurement = subset.measure(draws, session)?;
        // Of the training examples, whatever is measured now.
        let stored = run.directory.evaluation();
        let evidence = stored.and_then(|stored| serde_json::from_value(stored).ok());
        let evaluation = Evaluation { evidence, ..subset.evaluation(&measurement)? };
        let upper_bound = self.chi.then(|| UpperBound::of(measurement.upper_bound()));
        let parts = self.decompose.map(|n| self.parts(&run, &subset, n.get())).transpose()?;
        if self.json {
            let peak_memory = memory::peak().0;
            let evaluation = &evaluation;
            return output::json(&Measured { evaluation, upper_bound, decomposition: parts, peak_memory });
        }
        let further = upper_bound.iter().map(UpperBound::to_row).chain(parts.iter().flat_map(Parts::to_rows));
        let rows = evaluation.to_rows().into_iter().chain(further).chain(memory::row());
        output::line(output::aligned(&rows.collect::<Vec<_>>()))
    }

    /// The decomposition over the first `n` examples.
    fn parts(&self, run: &TrainedRun, subset: &Subset<'_>, n: usize) -> Result<Parts, CliError> {
        let batch = subset.first(n)?;
        let rng = Rng::seed(self.seed.seed).fork("decomposition");
        let Decomposition { mutual_information, total_correlation, dimension_wise_kl } =
            run.model.decompose(&batch, rng)?;
        Ok(Parts { n: batch.len(), mutual_information, total_correlation, dimension_wise_kl })
    }
}
