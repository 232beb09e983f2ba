//! A run that is interrupted and resumed is the run that never was.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jensen_infer::InferError;
use jensen_infer::fit::{
    Checkpoint, Checkpoints, Ending, Event, Fit, FitConfig, MetricsLog, Observer, OnNonFinite, Schedule,
    Warning,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::fit_toy::{Data, MeanLearner, Watch, config};

/// Steps that are not finite in runs that go on from those: within an epoch, two in a row across the
/// end of one, and the last of all.
const BREAKS: [u64; 4] = [3, 11, 12, 29];

/// How a sitting ends before its time.
#[derive(Clone, Debug)]
enum Cut {
    /// Asked to stop once this step is made.
    Interrupt(u64),
    /// Killed once this step is made: what was on the disk by then is all that is left, here.
    Kill(u64, PathBuf),
}

/// Runs in `folder` until it is over or cut.
fn sit(
    folder: &Path,
    data: &Data,
    config: &FitConfig,
    cut: Option<Cut>,
    begin: Begin,
) -> Result<MeanLearner, InferError> {
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let checkpoints = Checkpoints::open(folder.join("checkpoints"))?;
    let stop = AtomicBool::new(false);
    let fit = Fit::new(config.clone(), 7, &train)?
        .with_validation(&validation)
        .with_checkpoints(&checkpoints)
        .with_stop(&stop);
    let killer = Killer { folder, stop: &stop, cut };
    let mut observers: Vec<Box<dyn Observer + '_>> =
        vec![Box::new(MetricsLog::new(folder.join("metrics.jsonl"), 1)), Box::new(killer)];
    let breaks_at = if config.on_nonfinite == OnNonFinite::Stop { Vec::new() } else { BREAKS.to_vec() };
    let mut learner = MeanLearner { breaks_at, ..MeanLearner::new() };
    match begin {
        Begin::Start => fit.start(&mut learner, &mut observers)?,
        Begin::Resume => fit.resume(&mut learner, &mut observers)?,
    };
    Ok(learner)
}

#[derive(Clone, Copy)]
enum Begin {
    Start,
    Resume,
}

struct Killer<'a> {
    folder: &'a Path,
    stop: &'a AtomicBool,
    cut: Option<Cut>,
}

impl Observer for Killer<'_> {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        match (event, &self.cut) {
            (Event::Step { step, .. }, Some(Cut::Interrupt(at))) if step == at => {
                self.stop.store(true, Ordering::Relaxed);
                Ok(())
            }
            (Event::Step { step, .. }, Some(Cut::Kill(at, left))) if step == at => {
                copy(self.folder, left);
                Err(InferError::State { detail: "killed".to_owned() })
            }
            _ => Ok(()),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed").map(|entry| entry.expect("listed").path()) {
        let to = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() { copy(&entry, &to) } else { fs::copy(&entry, &to).map(drop).expect("copied") }
    }
}

/// The lines of the log without their wall-clock fields.
fn log(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).expect("a log");
    let strip = |line: &str| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let fields = line.as_object_mut().expect("an object");
        let is_incident = fields.contains_key("term");
        let clock = ["seconds", "examples_per_second"].map(|name| fields.remove(name).is_some());
        assert!(is_incident || clock == [true, true]);
        line
    };
    text.lines().map(strip).collect()
}

/// The newest checkpoint without its wall-clock field.
fn last(folder: &Path) -> Checkpoint {
    let checkpoints = Checkpoints::open(folder.join("checkpoints")).expect("a folder");
    let (mut checkpoint, warnings) = checkpoints.latest().expect("a checkpoint");
    assert_eq!(warnings, []);
    checkpoint.progress.seconds = 0.0;
    checkpoint
}

fn assert_same_run(a: &Path, b: &Path) {
    assert_eq!(last(a), last(b));
    assert_eq!(log(a), log(b));
}

fn weights(learner: &MeanLearner) -> [u64; 2] {
    [learner.mean.to_bits(), learner.velocity.to_bits()]
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// 6 batches an epoch in groups of 1 to 4, five epochs, cut twice anywhere.
    #[test]
    fn an_interrupted_run_ends_in_the_same_bits(
        accumulate in 1usize..5,
        every in prop::option::of(1u64..9),
        cuts in prop::collection::vec((any::<bool>(), 1u64..30), 1..3),
        on_nonfinite in prop::sample::select(vec![OnNonFinite::Stop, OnNonFinite::Skip, OnNonFinite::Rollback]),
    ) {
        ends_in_the_same_bits(accumulate, every, cuts, on_nonfinite);
    }
}

/// A run that is cut while it validates has counted the epoch's last step, not the epoch; killed after the next step,
/// it validates again.
#[test]
fn a_run_cut_in_its_validation_logs_the_epoch_once() {
    ends_in_the_same_bits(3, None, vec![(false, 4), (true, 5)], OnNonFinite::Stop);
}

fn ends_in_the_same_bits(
    accumulate: usize,
    every: Option<u64>,
    cuts: Vec<(bool, u64)>,
    on_nonfinite: OnNonFinite,
) {
    let data = Data::new(31);
    let mut config = FitConfig { accumulate, on_nonfinite, ..config(5) };
    config.checkpoint.steps = every;
    let (whole, parts) = (folder(), folder());
    let expected = sit(whole.path(), &data, &config, None, Begin::Start).expect("a whole run");

    let mut here = parts.path().join("0");
    let mut begin = Begin::Start;
    for (i, (kill, at)) in cuts.into_iter().enumerate() {
        let left = parts.path().join((i + 1).to_string());
        let cut = if kill { Cut::Kill(at, left.clone()) } else { Cut::Interrupt(at) };
        let _ = sit(&here, &data, &config, Some(cut), begin);
        if left.exists() {
            here = left;
        }
        let steps = Checkpoints::open(here.join("checkpoints")).expect("a folder").steps().expect("listed");
        begin = if steps.is_empty() { Begin::Start } else { Begin::Resume };
    }
    let found = sit(&here, &data, &config, None, begin).expect("the rest of the run");
    assert_eq!(weights(&found), weights(&expected));
    assert_same_run(whole.path(), &here);
}

#[test]
fn a_damaged_newest_checkpoint_costs_time_and_no_bits() {
    let data = Data::new(31);
    let mut config = config(5);
    config.checkpoint.steps = Some(4);
    let (whole, parts) = (folder(), folder());
    sit(whole.path(), &data, &config, None, Begin::Start).expect("a whole run");
    sit(parts.path(), &data, &config, Some(Cut::Interrupt(21)), Begin::Start).expect("interrupted");
    let newest = parts.path().join("checkpoints/step-00000021.safetensors");
    let bytes = fs::read(&newest).expect("the checkpoint");
    fs::write(&newest, &bytes[..bytes.len() - 3]).expect("cut");
    sit(parts.path(), &data, &config, None, Begin::Resume).expect("the rest of the run");
    assert_same_run(whole.path(), parts.path());
}

#[test]
fn the_warning_of_a_damaged_checkpoint_reaches_the_observer() {
    let data = Data::new(31);
    let folder = folder();
    let train = data.loader(0..31, 4, 7);
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let fit = |epochs| Fit::new(config(epochs), 7, &train).expect("valid").with_checkpoints(&checkpoints);
    fit(1).start(&mut MeanLearner::new(), &mut ()).expect("a run");
    fs::write(checkpoints.path(99), "half a file").expect("written");
    let mut warnings = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::Warning(warning) = event {
            warnings.push((*warning).clone());
        }
    });
    fit(1).resume(&mut MeanLearner::new(), &mut watch).expect("resumed");
    assert!(matches!(&warnings[..], [Warning::SkippedCheckpoint { .. }]), "{warnings:?}");
}

#[test]
fn more_epochs_keep_the_schedule_of_the_first_start() {
    let data = Data::new(31);
    let folder = folder();
    let train = data.loader(0..31, 4, 7);
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let fit = |epochs| Fit::new(config(epochs), 7, &train).expect("valid").with_checkpoints(&checkpoints);
    let mut learner = MeanLearner::new();
    let outcome = fit(3).start(&mut learner, &mut ()).expect("a run");
    assert_eq!((outcome.ending, outcome.steps, outcome.epochs), (Ending::Finished, 24, 3));
    let mut rates = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::Step { learning_rate, .. } = event {
            rates.push(*learning_rate);
        }
    });
    let outcome = fit(5).resume(&mut learner, &mut watch).expect("more epochs");
    assert_eq!(outcome.steps, 40);
    // The floor of the cosine, where the first 24 steps had brought it.
    assert_eq!(rates.len(), 16);
    assert!(rates.iter().all(|rate| (rate - 0.005).abs() < 1e-15), "{rates:?}");
}

#[test]
fn another_run_is_refused() {
    let data = Data::new(31);
    let folder = folder();
    let train = data.loader(0..31, 4, 7);
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let mut learner = MeanLearner::new();
    let fit = |seed| Fit::new(config(1), seed, &train).expect("valid").with_checkpoints(&checkpoints);
    let error = fit(7).resume(&mut learner, &mut ()).expect_err("nothing to resume");
    assert!(error.to_string().contains("nothing to resume"), "{error}");
    fit(7).start(&mut learner, &mut ()).expect("a run");
    let error = fit(7).start(&mut learner, &mut ()).expect_err("a folder with a run");
    assert!(error.to_string().contains("resume that run"), "{error}");
    let error = fit(8).resume(&mut learner, &mut ()).expect_err("another seed");
    assert!(error.to_string().contains("seed"), "{error}");
    let other = data.loader(0..12, 4, 7);
    let fit = Fit::new(config(1), 7, &other).expect("valid").with_checkpoints(&checkpoints);
    let error = fit.resume(&mut learner, &mut ()).expect_err("other data");
    assert!(error.to_string().contains("an epoch had 8 updates and now has 3"), "{error}");
}

#[test]
fn more_epochs_than_the_schedule_has_are_told() {
    let (data, folder) = (Data::new(31), folder());
    let train = data.loader(0..23, 4, 7);
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let told = |epochs, begin| {
        let schedule = Schedule::Cosine { warm_up: 0.0, floor: 0.0 };
        let fit = Fit::new(FitConfig { schedule, ..config(epochs) }, 7, &train).expect("valid");
        let fit = fit.with_checkpoints(&checkpoints);
        let mut told = Vec::new();
        let mut watch = Watch(|event: &Event<'_>| {
            if let Event::Warning(warning) = event {
                told.push((*warning).clone());
            }
        });
        let mut learner = MeanLearner::new();
        match begin {
            Begin::Start => fit.start(&mut learner, &mut watch).expect("a run"),
            Begin::Resume => fit.resume(&mut learner, &mut watch).expect("a run"),
        };
        told
    };
    assert_eq!(told(2, Begin::Start), []);
    let over = told(3, Begin::Resume);
    assert_eq!(over, [Warning::ScheduleOver { steps: 12, learning_rate: 0.0 }]);
    assert!(over[0].to_string().contains("learn nothing"), "{}", over[0]);
}
