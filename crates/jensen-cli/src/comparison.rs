//! One run against another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jensen_data::{Rows, Split};
use serde::Serialize;

use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, Measurement};
use crate::model;
use crate::output;
use crate::parting::Parting;
use crate::progress::counter;
use crate::running_mean::RunningMean;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;
use crate::verbs::DataOptions;

/// What `runs compare --json` prints.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The two runs, in the order in which they were given.
    pub runs: [Side; 2],
    /// What was configured differently.
    pub config: Vec<Difference>,
    /// Where the two part.
    pub parting: Parting,
    /// The log-likelihood of the second less that of the first, example by example.
    pub paired: Option<Paired>,
}

/// One of the two.
#[derive(Debug, Serialize)]
pub struct Side {
    /// What came out.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// Seconds of training.
    pub training_seconds: Option<f64>,
}

/// A key that differs.
#[derive(Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Its path.
    pub key: String,
    /// Its value in the first and the second run; `None` where it is not set.
    pub values: [Option<String>; 2],
}

/// A paired difference over the same examples, in nats.
#[derive(Debug, Serialize)]
pub struct Paired {
    /// Second less first: positive if the second is better.
    pub difference: f64,
    /// The standard error of the difference over examples.
    pub stderr: Option<f64>,
    /// How many examples.
    pub n: usize,
    /// Importance samples of each example, where log p(x) is estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iwae_samples: Option<usize>,
}

impl Comparison {
    /// Measures both runs on the same examples.
    ///
    /// # Errors
    /// If a run or its data cannot be read, or the two do not see the same data.
    pub fn of(
        names: [&str; 2],
        data: &DataOptions,
        default: Split,
        draws: Draws,
        session: &Session,
    ) -> Result<Self, CliError> {
        let [first, second] = names.map(|name| TrainedRun::open(name, session.device()));
        let runs = [first?, second?];
        check_same_data(&runs, data)?;
        let [first, second] = runs.each_ref().map(|run| Subset::of(run, data, default));
        let subsets = [first?, second?];
        check_same_rows(&subsets[0].rows, &subsets[1].rows, subsets[0].split)?;
        check_same_weights(subsets.each_ref().map(Subset::weights))?;
        subsets[0].note_weights(session);
        let mut measurements = runs.each_ref().map(|run| Measurement::new(run.model.as_ref(), draws));
        let mut differences_of = RunningMean::default();
        let loaders = [subsets[0].loader()?, subsets[1].loader()?];
        let bar = counter(session, loaders[0].examples());
        // Side by side: what is kept of an example is its difference alone, and that in a sum.
        for (a, b) in loaders[0].ordered().zip(loaders[1].ordered()) {
            let (a, b) = (a?, b?);
            let (first, second) = (measurements[0].add(&a)?, measurements[1].add(&b)?);
            let differences = first.iter().zip(&second).map(|(first, second)| second - first);
            for (difference, weight) in differences.zip(measurements[0].weights(&a)) {
                differences_of.add_weighted(difference, weight);
            }
            bar.inc(a.len() as u64);
        }
        bar.finish_and_clear();
        let has_both = differences_of.count() > 0;
        let paired = has_both.then(|| Paired {
            difference: differences_of.mean(),
            stderr: differences_of.standard_error(),
            n: differences_of.count() as usize,
            iwae_samples: draws.iwae,
        });
        let side = |i: usize| -> Result<Side, CliError> {
            let evaluation = subsets[i].evaluation(&measurements[i])?;
            Ok(Side { evaluation, training_seconds: runs[i].record.training_seconds })
        };
        let sides = [side(0)?, side(1)?];
        let [a, b] = [&runs[0], &runs[1]].map(|run| run.config.options());
        let parting = Parting::of(&runs)?;
        Ok(Self { runs: sides, config: differences(&a, &b), parting, paired })
    }

    /// The same for a person.
    pub fn to_text(&self) -> String {
        let [a, b] = &self.runs;
        let quantity = a.evaluation.quantity();
        let header = ["", a.evaluation.run.as_str(), b.evaluation.run.as_str()];
        let mut rows: Vec<Vec<String>> = Vec::new();
        for Difference { key, values } in self.config.iter().chain(&self.parting.origin) {
            let [a, b] = values.clone().map(|value| value.unwrap_or_else(|| "–".to_owned()));
            rows.push(vec![key.clone(), a, b]);
        }
        let mut measure = |name: &str, value: &dyn Fn(&Side) -> Option<String>| {
            let cells = self.runs.iter().map(|side| value(side).unwrap_or_else(|| "–".to_owned()));
            rows.push(std::iter::once(name.to_owned()).chain(cells).collect());
        };
        let nats = |x: Option<f64>| Some(format!("{:.2}", x?));
        measure("bound, nats", &|side| nats(side.evaluation.elbo));
        measure("reconstruction, nats", &|side| nats(side.evaluation.reconstruction));
        measure("KL(q‖p), nats", &|side| nats(side.evaluation.kl));
        measure("active units", &|side| side.evaluation.active_units.map(|n| n.to_string()));
        if let Some(paired) = &self.paired {
            let name = match paired.iwae_samples {
                Some(samples) => format!("{quantity}, IWAE-{samples}, nats"),
                None => format!("{quantity}, nats"),
            };
            measure(&name, &|side| {
                side.evaluation.log_likelihood.as_ref().map(|e| format!("{:.2}", e.log_likelihood))
            });
        }
        measure("training, seconds", &|side| side.training_seconds.map(|seconds| format!("{seconds:.1}")));
        let Evaluation { data, split, n, .. } = &a.evaluation;
        let mut text =
            format!("{}\n\nmeasured on {data}, {split}, {n} examples", output::table(&header, &rows));
        if let Some(Paired { difference, stderr, n, iwae_samples }) = &self.paired {
            let (first, second) = (&a.evaluation.run, &b.evaluation.run);
            let error = stderr.map(|error| format!(" ± {error:.3}")).unwrap_or_default();
            let estimate = iwae_samples.map(|samples| format!(", IWAE-{samples}")).unwrap_or_default();
            let _ = write!(
                text,
                "\npaired difference of {quantity}, {second} less {first}: {difference:+.3}{error} nats per example \
                 (standard error over {n} examples{estimate})"
            );
        }
        if self.config.is_empty() && self.parting.origin.is_empty() {
            text += "\n\nconfiguration, data, version, device and instruction set are the same";
        }
        let names = [a, b].map(|side| side.evaluation.run.as_str());
        let _ = write!(text, "\n\n{}", self.parting.to_text(names));
        text
    }
}

/// A difference of likelihoods means something on the same examples only.
fn check_same_data(runs: &[TrainedRun; 2], data: &DataOptions) -> Result<(), CliError> {
    let [a, b] = runs.each_ref().map(|run| &run.config);
    // Static and dynamic binarisation evaluate on the same fixed draws.
    let bits = |config: &crate::config::RunConfig| match config.data.binarize {
        jensen_data::Binarize::Static => jensen_data::Binarize::Dynamic,
        other => other,
    };
    let quantities = [a, b].map(|config| config.model.quantity());
    if quantities[0] != quantities[1] {
        let [a, b] = quantities;
        return Err(CliError::usage(
            format!("one run gives {a}, the other {b}: the two are not of the same thing"),
            "compare models that predict among themselves, with the same `--target`",
        ));
    }
    if a.data.target_columns != b.data.target_columns {
        return Err(CliError::usage(
            format!(
                "the runs predict different columns: {}",
                [a, b].map(|config| config.data.target_columns.join(", ")).join(" and ")
            ),
            "compare runs with the same `--target`",
        ));
    }
    let same_source = data.data.is_some() || a.data.source == b.data.source;
    if model::is_discrete(a) != model::is_discrete(b) {
        return Err(CliError::usage(
            "one run gives a density of its examples, the other their probability: the two have no common unit",
            "compare runs with `--likelihood gaussian` among themselves, and those with bernoulli or logistic",
        ));
    }
    if same_source && a.data.columns == b.data.columns && bits(a) == bits(b) {
        return Ok(());
    }
    let described = |config: &crate::config::RunConfig| {
        format!("{} (binarize {:?})", config.data.source, config.data.binarize).to_lowercase()
    };
    Err(CliError::usage(
        format!("the runs see different data: {} and {}", described(a), described(b)),
        "compare runs on the same data and binarisation; `--data SPEC` names one source for both",
    ))
}

/// Two runs of different seeds or validation fractions have different splits.
fn check_same_rows(first: &Rows, second: &Rows, split: Split) -> Result<(), CliError> {
    if first.len() == second.len() && first.iter().eq(second.iter()) {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "the two runs have different examples in their {split} split: their seeds or validation fractions differ"
        ),
        "compare them on `--split test`",
    ))
}

/// A difference of two means is one of the same mean.
fn check_same_weights([first, second]: [Option<&str>; 2]) -> Result<(), CliError> {
    if first == second {
        return Ok(());
    }
    let described =
        |weights: Option<&str>| weights.map_or("once each".to_owned(), |name| format!("by `{name}`"));
    Err(CliError::usage(
        format!("the runs count examples differently: {} and {}", described(first), described(second)),
        "compare runs of the same `--weight`, or give `--data` without that column",
    ))
}

/// The keys in which two configurations differ.
pub fn differences(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<Difference> {
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let pairs = keys
        .into_iter()
        .map(|key| Difference { key: key.clone(), values: [a, b].map(|options| options.get(key).cloned()) });
    pairs.filter(|difference| difference.values[0] != difference.values[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_listed() {
        let options = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let a = options(&[
            ("seed", "1"),
            ("vae.latent_dim", "2"),
            ("vae.net.hidden", "[3, 4]"),
            ("vae.net.kind", "mlp"),
        ]);
        let b = options(&[("seed", "1"), ("vae.latent_dim", "3"), ("vae.net.kind", "conv")]);
        let values = |a: Option<&str>, b: Option<&str>| [a.map(str::to_owned), b.map(str::to_owned)];
        let expected = [
            ("vae.latent_dim", values(Some("2"), Some("3"))),
            ("vae.net.hidden", values(Some("[3, 4]"), None)),
            ("vae.net.kind", values(Some("mlp"), Some("conv"))),
        ];
        let expected = expected.map(|(key, values)| Difference { key: key.to_owned(), values });
        assert_eq!(differences(&a, &b), expected);
        assert_eq!(differences(&a, &a), []);
    }
}
