//! One training for each number of components, and which of them is best.

use std::ops::RangeInclusive;
use std::str::FromStr;

use jensen_data::Split;
use jensen_infer::Quantity;
use jensen_models::mixture::InformationCriteria;
use serde::Serialize;

use crate::error::CliError;
use crate::evaluation::{Draws, Evaluation, Evidence};
use crate::output;
use crate::session::Session;
use crate::subset::Subset;
use crate::trained_run::TrainedRun;

/// The most trainings of one command.
const MOST: u32 = 100;

/// `3`, or `1..10`: each number from one to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes(RangeInclusive<u32>);

/// A number of a row of the table.
type Value = fn(&Sized) -> Option<f64>;

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str| text.trim_start_matches('=').parse::<u32>().ok();
        match (number(first), number(last)) {
            (Some(first), Some(last)) if last.saturating_sub(first) >= MOST => {
                Err(format!("{text} are more than {MOST} trainings"))
            }
            (Some(first), Some(last)) if first <= last => Ok(Self(first..=last)),
            _ => Err("it is a number of components such as 8, or a range such as 1..10".to_owned()),
        }
    }
}

impl Sizes {
    /// The number, if it is one.
    pub fn single(&self) -> Option<u32> {
        (self.0.start() == self.0.end()).then_some(*self.0.start())
    }

    /// Each of them.
    pub fn each(&self) -> impl Iterator<Item = u32> {
        self.0.clone()
    }
}

/// What came of one number of components.
#[derive(Serialize)]
pub struct Sized {
    components: u32,
    path: String,
    #[serde(skip)]
    quantity: Quantity,
    /// Of the training examples, mean in nats.
    log_likelihood: Option<f64>,
    #[serde(flatten)]
    criteria: Option<InformationCriteria>,
    #[serde(flatten)]
    evidence: Option<Evidence>,
    /// Of the examples that it has not learned from, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_out: Option<f64>,
}

impl Sized {
    /// Measures a run on the examples that it has learned from, and on others.
    ///
    /// # Errors
    /// If the run's data cannot be read.
    pub fn of(components: u32, run: &TrainedRun, session: &Session) -> Result<Self, CliError> {
        let measured = |split| -> Result<Option<Evaluation>, CliError> {
            let Some(subset) = Subset::of_split(run, split)? else { return Ok(None) };
            let measurement = subset.measure(Draws { seed: 0, iwae: None }, session)?;
            Ok(Some(subset.evaluation(&measurement)?))
        };
        let likelihood = |evaluation: &Evaluation| Some(evaluation.log_likelihood.as_ref()?.log_likelihood);
        let train = measured(Split::Train)?;
        let held_out = match measured(Split::Test)? {
            Some(test) => Some(test),
            None => measured(Split::Valid)?,
        };
        Ok(Self {
            components,
            path: run.directory.path().display().to_string(),
            quantity: run.config.model.quantity(),
            log_likelihood: train.as_ref().and_then(likelihood),
            criteria: train.and_then(|train| train.criteria),
            evidence: run.evidence()?,
            held_out: held_out.as_ref().and_then(likelihood),
        })
    }

    /// The bound on the evidence, and of how many names it is one.
    fn named_evidence(&self) -> Option<f64> {
        self.evidence.map(|Evidence { log_evidence, log_relabellings }| log_evidence + log_relabellings)
    }

    /// What the number is chosen by: more is better.
    fn merit(&self) -> Option<f64> {
        self.named_evidence().or(self.criteria.as_ref().map(|criteria| -criteria.bic)).or(self.held_out)
    }
}

/// The table of all, the best marked.
pub fn text(all: &[Sized]) -> String {
    let best = all.iter().filter_map(Sized::merit).fold(f64::NEG_INFINITY, f64::max);
    let quantity = all.first().map_or(Quantity::Marginal, |one| one.quantity);
    let [training, held_out] = ["training", "held out"].map(|part| format!("{quantity}, {part}"));
    let mut header = vec!["components", &training];
    let has = |value: Value| all.iter().any(|one| value(one).is_some());
    let bic = |one: &Sized| one.criteria.as_ref().map(|criteria| criteria.bic);
    let aic = |one: &Sized| one.criteria.as_ref().map(|criteria| criteria.aic);
    let columns: [(&str, Value, usize); 4] = [
        ("BIC", bic, 1),
        ("AIC", aic, 1),
        ("evidence, for all names", Sized::named_evidence, 1),
        (&held_out, |one| one.held_out, 4),
    ];
    let shown: Vec<_> = columns.into_iter().filter(|(_, value, _)| has(*value)).collect();
    header.extend(shown.iter().map(|(name, ..)| *name));
    header.extend(["run", ""]);
    let number =
        |value: Option<f64>, decimals| value.map_or("–".to_owned(), |value| format!("{value:.decimals$}"));
    let row = |one: &Sized| {
        let mut cells = vec![one.components.to_string(), number(one.log_likelihood, 4)];
        cells.extend(shown.iter().map(|(_, value, decimals)| number(value(one), *decimals)));
        cells.push(one.path.clone());
        cells.push(if one.merit() == Some(best) { "best".to_owned() } else { String::new() });
        cells
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let by = match (has(Sized::named_evidence), has(bic)) {
        (true, _) => "the bound on the evidence and how many names it leaves out",
        (false, true) => "BIC",
        (false, false) => "the likelihood of what is held out",
    };
    format!("{}\n\nmeans per example in nats; best by {by}", output::table(&header, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_a_range() {
        let each = |text: &str| text.parse::<Sizes>().map(|sizes| sizes.each().collect::<Vec<_>>());
        assert_eq!(each("3"), Ok(vec![3]));
        assert_eq!(each("2..4"), Ok(vec![2, 3, 4]));
        assert_eq!(each("2..=4"), Ok(vec![2, 3, 4]));
        assert!(
            ["", "a", "4..2", "1..", "-1", "1...3", "1..101"].into_iter().all(|text| each(text).is_err())
        );
        assert_eq!("5".parse::<Sizes>().expect("a number").single(), Some(5));
        assert_eq!("5..6".parse::<Sizes>().expect("a range").single(), None);
    }
}
