//! Where two runs part: the first bits that differ.

use std::collections::BTreeMap;
use std::fmt::Write;

use jensen_infer::StateDict;
use jensen_infer::fit::{Checkpoint, Checkpoints, MetricsLog, Record};
use serde::Serialize;
use serde_json::Value;

use crate::comparison::{Difference, differences};
use crate::error::CliError;
use crate::output::{count, number, table};
use crate::trained_run::TrainedRun;

/// What a log says of the clock, which no two runs share.
const CLOCK: [&str; 3] = ["seconds", "examples_per_second", "gradient_noise.seconds"];

/// How far two runs are the same.
#[derive(Debug, Serialize)]
pub struct Parting {
    /// What is not configured and differs: version, data, device, instruction set.
    pub origin: Vec<Difference>,
    /// By what was logged.
    pub log: LogParting,
    /// By the checkpoints of the same step that both have.
    pub weights: WeightsParting,
}

/// Where two logs part; the truth lies after `same_up_to` and at `parts_at` at the latest.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct LogParting {
    /// The last step up to which every common line is the same.
    pub same_up_to: Option<u64>,
    /// The first step whose line differs.
    pub parts_at: Option<u64>,
    /// What differs in that line.
    pub columns: Vec<Difference>,
    /// The last step of each log.
    pub ends: [Option<u64>; 2],
}

/// Where the weights part.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct WeightsParting {
    /// The common steps with equal states, weights and optimiser.
    pub same_at: Vec<u64>,
    /// The first common step with different ones.
    pub parts_at: Option<u64>,
    /// The first array that differs there.
    pub tensor: Option<TensorDifference>,
}

/// How two arrays of one name differ.
#[derive(Debug, PartialEq, Serialize)]
pub struct TensorDifference {
    /// Its name in the checkpoint.
    pub name: String,
    /// How many of its numbers differ.
    pub differing: usize,
    /// How many it has.
    pub of: usize,
    /// The largest difference; `None` if the shapes differ.
    pub largest: Option<f64>,
}

impl Parting {
    /// Holds the logs and checkpoints of two runs against each other.
    ///
    /// # Errors
    /// If a log cannot be read.
    pub fn of(runs: &[TrainedRun; 2]) -> Result<Self, CliError> {
        let [a, b] = runs.each_ref().map(origin);
        let read = |run: &TrainedRun| MetricsLog::read(&run.directory.metrics_path());
        Ok(Self {
            origin: differences(&a, &b),
            log: LogParting::of([&read(&runs[0])?, &read(&runs[1])?]),
            weights: WeightsParting::of(runs)?,
        })
    }

    /// The same for a person, who calls the runs by these names.
    pub fn to_text(&self, names: [&str; 2]) -> String {
        let mut text = self.log.to_text(names);
        let _ = write!(text, "\n{}", self.weights.to_text());
        text
    }
}

/// What the bits of a run depend on besides its configuration.
fn origin(run: &TrainedRun) -> BTreeMap<String, String> {
    let record = &run.record;
    let fingerprint = record.fingerprint.clone().unwrap_or_else(|| "not known".to_owned());
    let facts = [
        ("version", record.jensen.clone()),
        ("data", fingerprint),
        ("device", record.device.clone()),
        ("instruction set", record.instruction_set.clone()),
    ];
    facts.map(|(name, value)| (name.to_owned(), value)).into()
}

impl LogParting {
    fn of(logs: [&[Record]; 2]) -> Self {
        let [a, b] = logs.map(lines);
        let mut parting =
            Self { ends: logs.map(|log| log.iter().map(Record::step).max()), ..Self::default() };
        for (key, first) in &a {
            let Some(second) = b.get(key) else { continue };
            let columns = differences(first, second);
            if !columns.is_empty() {
                return Self { parts_at: Some(key.0), columns, ..parting };
            }
            parting.same_up_to = Some(key.0);
        }
        parting
    }

    fn to_text(&self, [a, b]: [&str; 2]) -> String {
        match (self.same_up_to, self.parts_at) {
            (None, None) => "the logs have no step in common".to_owned(),
            (Some(same), None) => {
                let end = |end: Option<u64>| end.unwrap_or_default();
                let ended = match self.ends.map(end) {
                    [first, second] if first < second => format!(", where {a} ends"),
                    [first, second] if first > second => format!(", where {b} ends"),
                    _ => ", the end of both".to_owned(),
                };
                format!("the logs say the same, to the bit, up to step {same}{ended}")
            }
            (same, Some(at)) => {
                let text = match same {
                    // An epoch's line follows that of its last step.
                    Some(same) if same == at => {
                        format!("the runs part at step {at}, where the logs first differ")
                    }
                    Some(same) => format!(
                        "the runs part after step {same} and at step {at} at the latest: no line between the two is in both logs"
                    ),
                    None => {
                        format!("the runs part at step {at} at the latest, the first that both logs have")
                    }
                };
                let header = format!("at step {at}");
                let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
                let rows: Vec<_> = self
                    .columns
                    .iter()
                    .map(|Difference { key, values: [a, b] }| vec![key.clone(), cell(a), cell(b)])
                    .collect();
                format!("{text}\n\n{}\n", table(&[&header, a, b], &rows))
            }
        }
    }
}

/// The lines of a log by their step, that of an epoch after that of its last step.
fn lines(log: &[Record]) -> BTreeMap<(u64, bool), BTreeMap<String, String>> {
    let line = |record: &Record| {
        let mut columns = BTreeMap::new();
        let value = serde_json::to_value(record).expect("numbers and text are JSON");
        flatten("", &value, &mut columns);
        columns.retain(|column: &String, _| !CLOCK.contains(&column.as_str()));
        ((record.step(), matches!(record, Record::Epoch(_))), columns)
    };
    log.iter().map(line).collect()
}

/// Adds every value under its path; numbers as the text that gives the same bits.
fn flatten(path: &str, value: &Value, columns: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, columns);
            }
        }
        Value::Array(values) => {
            for (i, value) in values.iter().enumerate() {
                flatten(&format!("{path}.{i}"), value, columns);
            }
        }
        Value::String(text) => drop(columns.insert(path.to_owned(), text.clone())),
        Value::Null => drop(columns.insert(path.to_owned(), "not finite".to_owned())),
        other => drop(columns.insert(path.to_owned(), other.to_string())),
    }
}

impl WeightsParting {
    fn of(runs: &[TrainedRun; 2]) -> Result<Self, CliError> {
        let mut parting = Self::default();
        let folders = runs.each_ref().map(|run| run.directory.checkpoints_path());
        if !folders.iter().all(|folder| folder.is_dir()) {
            return Ok(parting);
        }
        let [a, b] = folders.map(Checkpoints::open);
        let (a, b) = (a?, b?);
        let others = b.steps()?;
        for step in a.steps()?.into_iter().filter(|step| others.contains(step)) {
            // A damaged checkpoint says nothing; the verb that resumes from it does.
            let (Ok(first), Ok(second)) = (Checkpoint::read(&a.path(step)), Checkpoint::read(&b.path(step)))
            else {
                continue;
            };
            parting.tensor = first_difference(&first.state, &second.state);
            if parting.tensor.is_some() {
                parting.parts_at = Some(step);
                break;
            }
            parting.same_at.push(step);
        }
        Ok(parting)
    }

    fn to_text(&self) -> String {
        let same = match &self.same_at[..] {
            [] => String::new(),
            [step] => format!("the weights and the optimiser are the same, to the bit, at step {step}"),
            [steps @ .., last] => {
                let steps: Vec<String> = steps.iter().map(u64::to_string).collect();
                format!(
                    "the weights and the optimiser are the same, to the bit, at steps {} and {last}",
                    steps.join(", ")
                )
            }
        };
        let parts = match (self.parts_at, &self.tensor) {
            (Some(step), Some(TensorDifference { name, differing, of, largest })) => {
                let how = match largest {
                    Some(largest) => {
                        format!(
                            "{differing} of {} differ, by up to {}",
                            count(*of as u64, "number"),
                            number(*largest)
                        )
                    }
                    None => "its shape differs".to_owned(),
                };
                format!("the checkpoints part at step {step}, first in `{name}`: {how}")
            }
            _ => String::new(),
        };
        match (same.is_empty(), parts.is_empty()) {
            (true, true) => "the runs have no checkpoint of the same step".to_owned(),
            (false, false) => format!("{same}\n{parts}"),
            _ => same + &parts,
        }
    }
}

/// The first array of two states that is not the same, to the bit; weights before the optimiser's.
fn first_difference(a: &StateDict, b: &StateDict) -> Option<TensorDifference> {
    let mut names: Vec<&str> = a.iter().chain(b.iter()).map(|(name, _)| name).collect();
    names.sort_by_key(|name| (!name.starts_with("model."), *name));
    names.dedup();
    names.into_iter().find_map(|name| {
        let difference =
            |differing, of, largest| TensorDifference { name: name.to_owned(), differing, of, largest };
        match (a.get(name), b.get(name)) {
            (Some(a), Some(b)) if a.shape() == b.shape() && a.dtype() == b.dtype() => {
                if a.as_bytes() == b.as_bytes() {
                    return None;
                }
                let pairs = a.iter::<f64>().zip(b.iter::<f64>());
                let (mut differing, mut largest) = (0, 0f64);
                for (a, b) in pairs.filter(|(a, b)| a.to_bits() != b.to_bits()) {
                    differing += 1;
                    largest = largest.max((a - b).abs());
                }
                Some(difference(differing, a.num_elements(), Some(largest)))
            }
            (a, b) => Some(difference(0, a.or(b).map_or(0, burn::tensor::TensorData::num_elements), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use jensen_infer::fit::StepRecord;

    use super::*;

    fn step(step: u64, objective: f64, seconds: f64) -> Record {
        Record::Step(StepRecord {
            step,
            epoch: 1,
            objective,
            terms: BTreeMap::from([("kl".to_owned(), 2.0)]),
            gradient_norm: Some(f64::NAN),
            gradient_noise: None,
            learning_rate: 0.1,
            warm_up: 1.0,
            examples_per_second: 1.0 / seconds,
            seconds,
        })
    }

    #[test]
    fn one_unit_in_the_last_place_parts_two_logs() {
        let value = 0.1f64 + 0.2;
        let log = |third: f64| vec![step(10, -1.0, 1.0), step(20, value, 2.0), step(30, third, 3.0)];
        let mut late = log(value);
        late.push(step(40, 0.0, 9.0));
        let same = LogParting::of([&log(value), &late]);
        assert_eq!((same.same_up_to, same.parts_at, same.ends), (Some(30), None, [Some(30), Some(40)]));
        assert!(
            same.to_text(["a", "b"]).ends_with("up to step 30, where a ends"),
            "{}",
            same.to_text(["a", "b"])
        );
        let parting = LogParting::of([&log(value), &log(value.next_up())]);
        assert_eq!((parting.same_up_to, parting.parts_at), (Some(20), Some(30)));
        let values = ["0.30000000000000004", "0.3000000000000001"].map(|text| Some(text.to_owned()));
        assert_eq!(parting.columns, [Difference { key: "objective".to_owned(), values }]);
        let text = parting.to_text(["a", "b"]);
        assert!(text.contains("after step 20 and at step 30 at the latest"), "{text}");
    }

    #[test]
    fn steps_that_only_one_log_has_say_nothing() {
        let parting = LogParting::of([&[step(7, 1.0, 1.0)], &[step(9, 2.0, 1.0)]]);
        assert_eq!((parting.same_up_to, parting.parts_at), (None, None));
        assert!(parting.to_text(["a", "b"]).contains("no step in common"));
    }

    #[test]
    fn the_first_array_that_differs_is_a_weight() {
        let state = |moment: f32, weight: f32| {
            let mut state = StateDict::new();
            state.insert("adam.m.w", TensorData::new(vec![moment, 1.0], [2]));
            state.insert("model.w", TensorData::new(vec![weight, 1.0], [2]));
            state
        };
        assert_eq!(first_difference(&state(0.5, 0.5), &state(0.5, 0.5)), None);
        let found = first_difference(&state(0.5, 0.5), &state(0.25, 0.75)).expect("a difference");
        let expected =
            TensorDifference { name: "model.w".to_owned(), differing: 1, of: 2, largest: Some(0.25) };
        assert_eq!(found, expected);
        assert_eq!(first_difference(&state(0.5, 0.0), &state(0.5, -0.0)).expect("a bit").largest, Some(0.0));
    }
}
