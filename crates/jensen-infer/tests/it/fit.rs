//! The fit loop: what it gives the learner, what it keeps, when it stops.

use std::fs;

use jensen_infer::InferError;
use jensen_infer::Learner;
use jensen_infer::fit::{
    Checkpoint, Checkpoints, EarlyStopping, Ending, Event, Fit, FitConfig, MetricsLog, Record, Schedule,
    WarmUp, Warning,
};

use crate::fit_toy::{Data, MeanLearner, Watch, config};

#[test]
fn it_learns_the_mean() {
    let data = Data::new(31);
    let train = data.loader(0..31, 4, 7);
    let mut learner = MeanLearner::new();
    Fit::new(config(40), 7, &train).expect("valid").start(&mut learner, &mut ()).expect("a run");
    let mean = (0..31).map(|i| (f64::from(i) * 0.7).sin() + 0.01 * f64::from(i)).sum::<f64>() / 31.0;
    assert!((learner.mean - mean).abs() < 0.1, "{} is not {mean}", learner.mean);
}

#[test]
fn accumulation_passes_whole_groups_and_the_rest() {
    let data = Data::new(31);
    let train = data.loader(0..31, 4, 7); // 8 batches
    let mut learner = MeanLearner::new();
    let config = FitConfig { accumulate: 3, ..config(2) };
    let outcome = Fit::new(config, 7, &train).expect("valid").start(&mut learner, &mut ()).expect("a run");
    assert_eq!(learner.groups, [3, 3, 2, 3, 3, 2]);
    assert_eq!(outcome.steps, 6);
}

#[test]
fn the_best_validation_step_is_kept() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    for with_folder in [true, false] {
        // Steps this large keep the mean moving to the end.
        let schedule = Schedule::Constant {};
        let config = FitConfig { learning_rate: 0.3, schedule, ..config(12) };
        let mut fit = Fit::new(config, 7, &train).expect("valid");
        fit = fit.with_validation(&validation);
        if with_folder {
            fit = fit.with_checkpoints(&checkpoints);
        }
        let mut bounds = Vec::new();
        let mut watch = Watch(|event: &Event<'_>| {
            if let Event::Validated { step, metrics, .. } = event {
                bounds.push((*step, metrics.mean("elbo").expect("a bound")));
            }
        });
        let mut learner = MeanLearner::new();
        let outcome = fit.start(&mut learner, &mut watch).expect("a run");
        let &(step, value) = bounds.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("validations");
        let best = outcome.best.expect("a best step");
        assert_eq!((best.step, best.value, outcome.weights_step), (step, value, step));
        assert!(step < outcome.steps, "the last step is the best: this run shows nothing");
        // The learner is back at its best: it measures the same bound as then.
        let sum: f64 = validation
            .ordered()
            .map(|batch| {
                let rng = jensen_random::Rng::seed(7).fork("fit").fork("validation");
                let batch = batch.expect("a batch");
                learner.evaluate(&batch, rng).expect("metrics").mean("elbo").expect("a bound")
                    * batch.len() as f64
            })
            .sum();
        assert!((sum / 8.0 - value).abs() < 1e-12);
        if with_folder {
            let steps = checkpoints.steps().expect("listed");
            assert!(steps.contains(&step) && steps.contains(&outcome.steps), "{steps:?}");
        }
    }
}

#[test]
fn patience_ends_a_run_but_not_during_warm_up() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let epochs = |kl_warm_up| {
        let early_stopping = EarlyStopping { patience: Some(2), min_delta: 1e3 };
        let config = FitConfig { early_stopping, kl_warm_up, ..config(20) };
        let fit = Fit::new(config, 7, &train).expect("valid").with_validation(&validation);
        let outcome = fit.start(&mut MeanLearner::new(), &mut ()).expect("a run");
        (outcome.ending, outcome.epochs)
    };
    // No rise is large enough: the first validation that counts sets the mark, two more end it.
    assert_eq!(epochs(WarmUp::None {}), (Ending::EarlyStopped, 3));
    assert_eq!(epochs(WarmUp::Linear { epochs: 6.5 }), (Ending::EarlyStopped, 9));
    assert_eq!(epochs(WarmUp::Linear { epochs: 19.5 }), (Ending::Finished, 20));
}

#[test]
fn validation_comes_every_n_epochs_and_at_the_end() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let config = FitConfig { validate_every: 3, ..config(7) };
    let fit = Fit::new(config, 7, &train).expect("valid").with_validation(&validation);
    let mut validated = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::Validated { epoch, .. } = event {
            validated.push(*epoch);
        }
    });
    fit.start(&mut MeanLearner::new(), &mut watch).expect("a run");
    assert_eq!(validated, [3, 6, 7]);
}

#[test]
fn a_step_that_is_not_finite_ends_the_run_and_leaves_the_checkpoints() {
    let data = Data::new(31);
    let train = data.loader(0..31, 4, 7);
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let mut config = config(4);
    config.checkpoint.steps = Some(5);
    let fit = Fit::new(config, 7, &train).expect("valid").with_checkpoints(&checkpoints);
    let mut learner = MeanLearner { breaks_at: vec![13], ..MeanLearner::new() };
    let error = fit.start(&mut learner, &mut ()).expect_err("diverged");
    assert!(matches!(&error, InferError::NonFinite(at) if at.step == 13 && at.rows.len() == 4), "{error}");
    assert_eq!(checkpoints.steps().expect("listed"), [5, 10]);
    for step in [5, 10] {
        assert_eq!(Checkpoint::read(&checkpoints.path(step)).expect("intact").progress.step, step);
    }
}

#[test]
fn a_best_that_is_not_yet_written_survives_divergence() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let fit = Fit::new(config(4), 7, &train).expect("valid");
    let fit = fit.with_validation(&validation).with_checkpoints(&checkpoints);
    let mut learner = MeanLearner { breaks_at: vec![8], ..MeanLearner::new() };
    fit.start(&mut learner, &mut ()).expect_err("diverged");
    assert_eq!(checkpoints.steps().expect("listed"), [6], "the first epoch's validation");
}

#[test]
fn weights_that_are_not_finite_never_replace_a_checkpoint() {
    let data = Data::new(31);
    let train = data.loader(0..31, 4, 7);
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let mut config = config(1);
    config.checkpoint.steps = Some(1);
    let fit = Fit::new(config, 7, &train).expect("valid").with_checkpoints(&checkpoints);
    // The first step reports finite numbers and leaves weights that are not.
    let mut learner = MeanLearner { velocity: f64::INFINITY, ..MeanLearner::new() };
    let error = fit.start(&mut learner, &mut ()).expect_err("diverged");
    assert!(error.to_string().contains("`mean` is not finite at step 1"), "{error}");
    assert_eq!(checkpoints.steps().expect("listed"), Vec::<u64>::new());
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_a_typed_error() {
    let data = Data::new(31);
    let train = data.loader(0..31, 4, 7);
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::open(folder.path()).expect("a folder");
    let fit = Fit::new(config(1), 7, &train).expect("valid").with_checkpoints(&checkpoints);
    // A folder stands where the file must go, which no permission of the tester overcomes.
    let mut block = Watch(|event: &Event<'_>| {
        if let Event::EpochEnd { .. } = event {
            fs::create_dir_all(checkpoints.path(8).join("inside")).expect("made");
        }
    });
    let error = fit.start(&mut MeanLearner::new(), &mut block).expect_err("a folder is in the way");
    assert!(matches!(&error, InferError::Io { path, .. } if *path == checkpoints.path(8)), "{error}");
    assert!(!folder.path().join("step-00000008.safetensors.tmp").exists());
}

#[test]
fn the_log_reads_back_and_is_json_whatever_the_numbers() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    let fit = Fit::new(config(2), 7, &train).expect("valid").with_validation(&validation);
    fit.start(&mut MeanLearner::new(), &mut MetricsLog::new(&path, 4)).expect("a run");
    let records = MetricsLog::read(&path).expect("a log");
    let steps: Vec<u64> = records.iter().map(Record::step).collect();
    assert_eq!(steps, [4, 6, 8, 12, 12]);
    let Record::Epoch(epoch) = &records[1] else { panic!("{records:?}") };
    assert!(epoch.train["gradient_norm"] > 0.0 && epoch.validation["elbo"] < 0.0);

    // What a killed run leaves of its last line is passed over, a broken line before it is not.
    let text = fs::read_to_string(&path).expect("text");
    let nan = text.replacen("\"kl\":0.0", "\"kl\":null", 1);
    fs::write(&path, format!("{nan}{{\"type\":\"step\",\"st")).expect("written");
    let read = MetricsLog::read(&path).expect("a log");
    assert_eq!(read.len(), records.len());
    assert!(matches!(&read[0], Record::Step(step) if step.terms["kl"].is_nan()));
    fs::write(&path, format!("{{\"type\n{text}")).expect("written");
    let error = MetricsLog::read(&path).expect_err("damaged");
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[test]
fn patience_without_anything_to_watch_is_told() {
    let data = Data::new(8);
    let train = data.loader(0..8, 4, 7);
    let early_stopping = EarlyStopping { patience: Some(2), min_delta: 0.0 };
    let mut told = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::Warning(warning) = event {
            told.push((*warning).clone());
        }
    });
    let config = FitConfig { early_stopping, ..config(1) };
    Fit::new(config, 7, &train).expect("valid").start(&mut MeanLearner::new(), &mut watch).expect("a run");
    assert_eq!(told, [Warning::NothingToWatch]);
}
