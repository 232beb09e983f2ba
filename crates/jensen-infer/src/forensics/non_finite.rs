//! A value that is infinite or not a number, and where it was met.

use std::fmt::{Display, Formatter, Result};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Autopsy;

/// How many of the rows at fault are named.
const NAMED_ROWS: usize = 8;

/// Why a step could not be made; the parameters are as before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonFinite {
    /// What was found not to be finite: `log p(x|z)`, `KL(q‖p)`, `the gradient of
    /// encoder.mean.weight`, …
    pub term: String,
    /// The step, counted from 0.
    pub step: u64,
    /// The first rows at fault, as indices into the data set.
    pub rows: Vec<u64>,
    /// How many examples are at fault.
    pub at_fault: usize,
    /// How many examples the step was made from.
    pub examples: usize,
    /// The parameter whose gradient or update it is, where it is one's.
    pub parameter: Option<String>,
    /// The first value at fault in the order of computation, once an [`Autopsy`] has
    /// looked for it.
    pub origin: Option<String>,
    /// Whether it is of a validation, in which no batch can be left out.
    #[serde(skip)]
    pub in_validation: bool,
    /// How often the run went on from such a failure before it gave up.
    #[serde(skip)]
    pub given_up: Option<String>,
    /// The folder that [`Bundle::read`](super::Bundle::read) reads, where one was written.
    #[serde(skip)]
    pub bundle: Option<PathBuf>,
}

impl NonFinite {
    /// A term that is not finite at `step`, in these of the `examples` that the step was made from.
    pub fn new(term: impl Into<String>, step: u64, at_fault: &[u64], examples: usize) -> Self {
        Self {
            term: term.into(),
            step,
            rows: at_fault.iter().copied().take(NAMED_ROWS).collect(),
            at_fault: at_fault.len(),
            examples,
            parameter: None,
            origin: None,
            in_validation: false,
            given_up: None,
            bundle: None,
        }
    }

    /// The parameter that it is the gradient or the update of.
    pub fn of_parameter(self, name: impl Into<String>) -> Self {
        Self { parameter: Some(name.into()), ..self }
    }

    /// The failure with the first value at fault of this autopsy.
    pub(crate) fn explained_by(self, autopsy: &Autopsy) -> Self {
        Self { origin: autopsy.origin().map(|stage| stage.name.clone()), ..self }
    }

    /// Whether another failure is this one: the same term, step, rows and parameter.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.term, self.step, &self.rows, self.at_fault, &self.parameter)
            == (&other.term, other.step, &other.rows, other.at_fault, &other.parameter)
    }

    /// Whether the data are to be looked at first: a part of the examples alone is at fault.
    pub fn is_of_few_rows(&self) -> bool {
        self.at_fault > 0 && 2 * self.at_fault <= self.examples
    }

    /// What may help.
    pub fn remedy(&self) -> Remedy {
        if self.given_up.is_some() {
            Remedy::NewRun
        } else if self.is_of_few_rows() {
            // No batch can be left out of a validation, and no rate mends its data.
            if self.in_validation { Remedy::Data } else { Remedy::Skip }
        } else if self.step == 0 && self.parameter.is_none() {
            // Before the first update no rate has had its effect.
            Remedy::Data
        } else {
            Remedy::Rollback
        }
    }

    /// What is wrong and where, without advice.
    pub fn facts(&self) -> String {
        let rows = match (self.at_fault, self.examples) {
            (0, _) => String::new(),
            (n, all) if n == all => format!(", in all {all} examples ({})", self.rows_in_words()),
            (n, all) => format!(", in {n} of {all} examples ({})", self.rows_in_words()),
        };
        let origin = self.origin.as_ref().filter(|origin| **origin != self.term);
        let origin = origin.map(|origin| format!("; the first value at fault is in {origin}"));
        let given_up = self.given_up.as_ref().map(|given_up| format!("; {given_up}"));
        let (origin, given_up) = (origin.unwrap_or_default(), given_up.unwrap_or_default());
        format!("{} is not finite at step {}{rows}{origin}{given_up}", self.term, self.step)
    }

    /// The rows at fault in words: `rows 3, 17 and 6 more`.
    pub fn rows_in_words(&self) -> String {
        let named: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        let (noun, more) = (if self.at_fault == 1 { "row" } else { "rows" }, self.at_fault - named.len());
        match more {
            0 => format!("{noun} {}", named.join(", ")),
            _ => format!("{noun} {} and {more} more", named.join(", ")),
        }
    }
}

/// What may help after a step that is not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// To leave the batch out: a few rows alone are at fault.
    Skip,
    /// To mend the data.
    Data,
    /// To go back and on with a lower learning rate.
    Rollback,
    /// Other settings: the run has tried what it may.
    NewRun,
}

impl Display for NonFinite {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.facts())?;
        f.write_str(match self.remedy() {
            Remedy::Skip => {
                ": look at these examples, leave such batches out with `fit.on_nonfinite = \"skip\"`, or lower the \
                 learning rate"
            }
            Remedy::Data => ": look at the range of the data, and correct or leave out what is far from the rest",
            Remedy::Rollback => {
                ": lower the learning rate, clip gradients with `optimizer.clip_norm`, or let it cut the rate itself \
                 with `fit.on_nonfinite = \"rollback\"`"
            }
            Remedy::NewRun => {
                ": start a new run with a lower learning rate or with `optimizer.clip_norm`, and look at the examples"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_term_step_rows_and_origin() {
        let rows: Vec<u64> = (0..11).map(|i| 100 + i).collect();
        let mut failure = NonFinite::new("log p(x|z)", 7, &rows, 64);
        failure.origin = Some("decoder.output".to_owned());
        let text = failure.to_string();
        let expected = "log p(x|z) is not finite at step 7, in 11 of 64 examples (rows 100, 101, 102, 103, 104, \
                        105, 106, 107 and 3 more); the first value at fault is in decoder.output: look at these";
        assert!(text.starts_with(expected), "{text}");
        let all = NonFinite::new("the bound", 3, &[5], 1).to_string();
        assert!(
            all.starts_with("the bound is not finite at step 3, in all 1 examples (row 5): lower"),
            "{all}"
        );
        let remedy = |failure: NonFinite| failure.remedy();
        let of = |step, at_fault| NonFinite::new("the bound", step, &rows[..at_fault], 8);
        assert_eq!(
            [remedy(of(3, 2)), remedy(of(3, 8)), remedy(of(0, 8))],
            [Remedy::Skip, Remedy::Rollback, Remedy::Data]
        );
        assert_eq!(remedy(of(0, 8).of_parameter("x")), Remedy::Rollback, "an update has had its rate");
        assert_eq!(remedy(NonFinite { in_validation: true, ..of(3, 2) }), Remedy::Data);
        assert_eq!(remedy(NonFinite { given_up: Some("5 times".to_owned()), ..of(3, 2) }), Remedy::NewRun);
    }
}
