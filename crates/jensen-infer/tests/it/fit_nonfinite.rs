//! The fit loop's three ways with a step that is not finite.

use jensen_infer::fit::{
    Checkpoints, Event, Failures, Fit, FitConfig, IncidentRecord, MetricsLog, NonFiniteLimits, OnNonFinite,
    Outcome, Record, Schedule, Warning,
};
use jensen_infer::forensics::{Bundle, NonFinite};
use jensen_infer::{InferError, Learner};

use crate::fit_toy::{Data, MeanLearner, Watch, config};

/// 23 examples in batches of 4 are 6 steps an epoch; 3 epochs.
fn policy(on_nonfinite: OnNonFinite) -> FitConfig {
    FitConfig { on_nonfinite, schedule: Schedule::Constant {}, ..config(3) }
}

/// A run that breaks at these steps, its warnings and its log.
fn run(
    config: FitConfig,
    breaks_at: &[u64],
) -> (Result<Outcome, InferError>, MeanLearner, Vec<Warning>, Vec<Record>) {
    let data = Data::new(23);
    let train = data.loader(0..23, 4, 7);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    let mut warnings = Vec::new();
    let mut log = MetricsLog::new(&path, 1);
    let mut learner = MeanLearner { breaks_at: breaks_at.to_vec(), ..MeanLearner::new() };
    let mut observe = |event: &Event<'_>| {
        if let Event::Warning(warning) = event {
            warnings.push((*warning).clone());
        }
        jensen_infer::fit::Observer::observe(&mut log, event).expect("written");
    };
    let outcome = Fit::new(config, 7, &train).expect("valid").start(&mut learner, &mut Watch(&mut observe));
    let log = MetricsLog::read(&path).expect("a log");
    (outcome, learner, warnings, log)
}

fn failure(outcome: Result<Outcome, InferError>) -> NonFinite {
    match outcome {
        Err(InferError::NonFinite(failure)) => *failure,
        other => panic!("{other:?}"),
    }
}

fn incidents(log: &[Record]) -> Vec<&IncidentRecord> {
    let incident = |record| match record {
        &Record::Skipped(ref incident) | &Record::RolledBack(ref incident) => Some(incident),
        _ => None,
    };
    log.iter().filter_map(incident).collect()
}

#[test]
fn stop_is_the_default_and_leaves_the_learner_before_the_step() {
    let (outcome, learner, _, _) = run(policy(OnNonFinite::default()), &[7]);
    let at = failure(outcome);
    assert_eq!((at.term.as_str(), at.step, at.at_fault, at.given_up.as_deref()), ("log p(x|z)", 7, 4, None));
    assert_eq!(learner.groups.len(), 7, "steps 0 to 6 were made");
}

#[test]
fn skip_leaves_the_batch_out_and_counts_it() {
    let (outcome, learner, warnings, log) = run(policy(OnNonFinite::Skip), &[2, 8]);
    assert_eq!(outcome.expect("a whole run").steps, 18);
    assert_eq!(learner.groups.len(), 16);
    let counts: Vec<u64> = warnings
        .iter()
        .map(|warning| match warning {
            Warning::Skipped { so_far, .. } => *so_far,
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(counts, [1, 2]);
    let told: Vec<_> = incidents(&log).iter().map(|one| (one.step, one.epoch, one.at_fault)).collect();
    assert_eq!(told, [(3, 1, 4), (9, 2, 4)]);
    let steps = log.iter().filter(|record| matches!(record, Record::Step(_))).count();
    assert_eq!(steps, 16, "a step that was not made has no line");
}

/// The same steps before it, the same draws and data after it.
#[test]
fn a_skipped_step_moves_nothing_else() {
    let steps = |breaks_at: &[u64]| {
        let config = FitConfig { learning_rate: 1e-300, ..policy(OnNonFinite::Skip) };
        let (_, _, _, log) = run(config, breaks_at);
        let step = |record| match record {
            Record::Step(step) => Some((step.step, step.objective.to_bits())),
            _ => None,
        };
        log.into_iter().filter_map(step).collect::<Vec<_>>()
    };
    // Weights that do not move show data and draws alone.
    let (whole, broken) = (steps(&[]), steps(&[4]));
    let expected: Vec<_> = whole.into_iter().filter(|(step, _)| *step != 5).collect();
    assert_eq!(broken, expected);
}

#[test]
fn skips_in_a_row_end_the_run() {
    let nonfinite = NonFiniteLimits { skips_in_a_row: 2, ..NonFiniteLimits::default() };
    let config = FitConfig { nonfinite, ..policy(OnNonFinite::Skip) };
    // Two in a row, an update between, and three in a row: the third is too many.
    let (outcome, ..) = run(config.clone(), &[1, 2, 4, 5, 6]);
    let at = failure(outcome);
    assert_eq!(at.step, 6);
    let text = at.to_string();
    assert!(
        text.contains("2 steps in a row were left out") && text.contains("fit.nonfinite.skips_in_a_row"),
        "{text}"
    );
    let (outcome, ..) = run(config, &[1, 2, 4, 5, 7, 8]);
    assert_eq!(outcome.expect("a whole run").steps, 18);
}

#[test]
fn rollback_restores_the_last_epoch_and_cuts_the_rate() {
    let nonfinite = NonFiniteLimits { learning_rate_cut: 0.25, ..NonFiniteLimits::default() };
    let config = FitConfig { nonfinite, ..policy(OnNonFinite::Rollback) };
    let mut anchors = Vec::new();
    let data = Data::new(23);
    let train = data.loader(0..23, 4, 7);
    let mut rates = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| match event {
        Event::Warning(Warning::RolledBack { anchor, learning_rate_factor, .. }) => {
            anchors.push((*anchor, *learning_rate_factor));
        }
        Event::Step { step, learning_rate, .. } => rates.push((*step, *learning_rate)),
        _ => {}
    });
    let mut learner = MeanLearner { breaks_at: vec![3, 10, 11], ..MeanLearner::new() };
    let fit = Fit::new(config.clone(), 7, &train).expect("valid");
    let outcome = fit.start(&mut learner, &mut watch).expect("a whole run");
    assert_eq!(outcome.steps, 18);
    assert_eq!(anchors, [(0, 0.25), (6, 0.0625), (6, 0.015_625)]);
    let near = |(step, rate): (u64, f64), expected: f64| {
        assert!((rate / (0.05 * expected) - 1.0).abs() < 1e-12, "step {step} has {rate}");
    };
    for &(step, rate) in &rates {
        near(
            (step, rate),
            if step < 4 {
                1.0
            } else if step < 11 {
                0.25
            } else {
                0.015_625
            },
        );
    }
    assert_eq!(rates.len(), 15);
}

/// After a rollback to the start the rest of the run is that of a fresh learner at the cut rate.
#[test]
fn what_was_learned_since_the_anchor_is_gone_exactly() {
    let rolled = {
        let (outcome, learner, ..) = run(policy(OnNonFinite::Rollback), &[2]);
        outcome.expect("a whole run");
        learner
    };
    let fresh = {
        // Nothing is learned before step 3: as if the run had begun there, at half the rate.
        let config = FitConfig { learning_rate: 0.025, ..policy(OnNonFinite::Skip) };
        let (outcome, learner, ..) = run(config, &[0, 1, 2]);
        outcome.expect("a whole run");
        learner
    };
    assert_eq!(
        (rolled.mean.to_bits(), rolled.velocity.to_bits()),
        (fresh.mean.to_bits(), fresh.velocity.to_bits())
    );
}

#[test]
fn rollbacks_have_an_end() {
    let nonfinite = NonFiniteLimits { rollbacks: 2, ..NonFiniteLimits::default() };
    let (outcome, ..) = run(FitConfig { nonfinite, ..policy(OnNonFinite::Rollback) }, &[1, 2, 9]);
    let at = failure(outcome);
    assert_eq!(at.step, 9);
    assert!(at.to_string().contains("the run went back 2 times"), "{at}");
}

#[test]
fn the_anchor_of_a_rollback_is_kept_among_the_checkpoints() {
    let data = Data::new(23);
    let train = data.loader(0..23, 4, 7);
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let mut config = policy(OnNonFinite::Rollback);
    config.checkpoint.steps = Some(1);
    let fit = Fit::new(config, 7, &train).expect("valid").with_checkpoints(&checkpoints);
    let mut learner = MeanLearner { breaks_at: vec![10, 17], ..MeanLearner::new() };
    let mut kept = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::Checkpointed { step: 11, .. } = event {
            kept = checkpoints.steps().expect("listed");
        }
    });
    fit.start(&mut learner, &mut watch).expect("a whole run");
    assert_eq!(kept, [6, 10, 11], "the last two, and that of the end of the epoch");
}

#[test]
fn only_the_first_bundles_are_kept() {
    let data = Data::new(23);
    let train = data.loader(0..23, 4, 7);
    let folder = tempfile::tempdir().expect("a folder");
    let failures =
        Failures::new(folder.path().join("failures")).with_document("config.toml", "seed = 7".to_owned());
    let breaks_at: Vec<u64> = vec![1, 2, 4, 5, 7, 8, 10];
    let mut learner = MeanLearner { breaks_at, ..MeanLearner::new() };
    let fit = Fit::new(policy(OnNonFinite::Skip), 7, &train).expect("valid").with_failures(&failures);
    fit.start(&mut learner, &mut ()).expect("a whole run");
    let mut names: Vec<_> = std::fs::read_dir(folder.path().join("failures"))
        .expect("listed")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    assert_eq!(names, ["step-1", "step-2", "step-4", "step-5", "step-7"]);
    let bundle = Bundle::read(&failures.path(4)).expect("read");
    assert_eq!(bundle.documents["config.toml"], "seed = 7");
    assert_eq!((bundle.circumstances.step, bundle.circumstances.epoch, bundle.failure.step), (4, 0, 4));
    let replay = bundle.replay(&mut learner).expect("replayed");
    assert!(replay.is_reproduced && replay.is_bit_for_bit);
    // A learner that does not break shows no failure.
    let replay = bundle.replay(&mut MeanLearner::new()).expect("replayed");
    assert!(!replay.is_reproduced && replay.failure.is_none());
}

#[test]
fn a_bundle_that_cannot_be_written_does_not_hide_the_failure() {
    let data = Data::new(23);
    let train = data.loader(0..23, 4, 7);
    let file = tempfile::NamedTempFile::new().expect("a file");
    let failures = Failures::new(file.path());
    let mut warned = false;
    let mut watch =
        Watch(|event: &Event<'_>| warned |= matches!(event, Event::Warning(Warning::NoBundle { .. })));
    let mut learner = MeanLearner { breaks_at: vec![1], ..MeanLearner::new() };
    let fit = Fit::new(policy(OnNonFinite::Stop), 7, &train).expect("valid").with_failures(&failures);
    let at = failure(fit.start(&mut learner, &mut watch));
    assert_eq!((at.step, at.bundle), (1, None));
    assert!(warned);
}

/// The learning rate is so high that every step doubles the error and more, and nothing overflows.
#[test]
fn divergence_that_stays_finite_is_told_once() {
    let config = FitConfig { learning_rate: 60.0, ..policy(OnNonFinite::Stop) };
    let (outcome, learner, warnings, _) = run(config, &[]);
    outcome.expect("finite to the end");
    assert!(learner.mean.is_finite() && learner.state().len() == 2);
    let [Warning::Divergence { objective, first, .. }] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(*objective < -1e4 && *first > -100.0, "{objective} after {first}");
    let (_, _, warnings, _) = run(policy(OnNonFinite::Stop), &[]);
    assert_eq!(warnings, []);
}
