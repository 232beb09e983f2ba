//! Learners whose objective is no bound: other terms, another mean to choose the best step by.

use std::fs;

use jensen_data::Batch;
use jensen_infer::fit::{Event, Fit, MetricsLog, Record};
use jensen_infer::{InferError, Learner, Metrics, StateDict, StepContext, StepReport};
use jensen_random::Rng;

use crate::fit_toy::{Data, MeanLearner, Watch, config};

/// The toy with terms of its own, `drift` of which is no longer finite from some step on.
struct LikelihoodLearner {
    mean: MeanLearner,
    drifts_at: u64,
}

impl Learner for LikelihoodLearner {
    fn step(&mut self, batches: &[Batch], context: &StepContext) -> Result<StepReport, InferError> {
        let report = self.mean.step(batches, context)?;
        let drift = if context.step >= self.drifts_at { f64::NAN } else { self.mean.mean };
        let terms = vec![("log_likelihood", report.objective), ("drift", drift)];
        Ok(StepReport { terms, ..report })
    }

    fn evaluate(&self, batch: &Batch, rng: Rng) -> Result<Metrics, InferError> {
        let metrics = self.mean.evaluate(batch, rng)?;
        let n = batch.len();
        let value = n as f64 * metrics.mean("elbo").expect("measured");
        Ok(Metrics::new(n).with_sum("log_likelihood", value).with_sum("elbo", -value))
    }

    fn monitored(&self) -> &'static str {
        "log_likelihood"
    }

    fn state(&self) -> StateDict {
        self.mean.state()
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        self.mean.load_state(state)
    }

    fn weights(&self) -> StateDict {
        self.mean.weights()
    }
}

#[test]
fn the_learner_says_what_the_best_step_is_chosen_by() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let fit = Fit::new(config(6), 7, &train).expect("valid").with_validation(&validation);
    let mut values = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::EpochEnd { validation: Some(metrics), monitored, .. } = event {
            values.push(metrics.mean(monitored).expect("measured"));
        }
    });
    let mut learner = LikelihoodLearner { mean: MeanLearner::new(), drifts_at: u64::MAX };
    let outcome = fit.start(&mut learner, &mut watch).expect("a run");
    let best = values.into_iter().max_by(f64::total_cmp).expect("validations");
    assert!(best < 0.0, "`elbo` has the other sign");
    assert_eq!(outcome.best.expect("a best step").value, best);
}

#[test]
fn the_log_holds_the_terms_there_are() {
    let data = Data::new(31);
    let (train, validation) = (data.loader(0..23, 4, 7), data.loader(23..31, 3, 7));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.jsonl");
    let fit = Fit::new(config(1), 7, &train).expect("valid").with_validation(&validation);
    let mut reported = Vec::new();
    let mut watch = Watch(|event: &Event<'_>| {
        if let Event::Step { report, .. } = event {
            reported.push((report.examples as f64, report.term("drift").expect("reported")));
        }
    });
    let mut learner = LikelihoodLearner { mean: MeanLearner::new(), drifts_at: u64::MAX };
    let mut log = MetricsLog::new(&path, 1);
    let mut observers: Vec<&mut dyn jensen_infer::fit::Observer> = vec![&mut log, &mut watch];
    fit.start(&mut learner, &mut observers).expect("a run");

    let first: serde_json::Value =
        serde_json::from_str(fs::read_to_string(&path).expect("text").lines().next().expect("a line"))
            .expect("JSON");
    assert!(first["log_likelihood"].is_f64() && first["drift"].is_f64(), "{first}");
    assert!(first.get("kl").is_none() && first.get("terms").is_none(), "{first}");

    let mut steps = Vec::new();
    for record in MetricsLog::read(&path).expect("a log") {
        match record {
            Record::Step(step) => {
                assert_eq!(step.terms.keys().collect::<Vec<_>>(), ["drift", "log_likelihood"]);
                steps.push(step.terms["drift"]);
            }
            Record::Epoch(epoch) => {
                assert_eq!(epoch.monitored, "log_likelihood");
                let names = ["drift", "gradient_norm", "log_likelihood", "objective"];
                assert_eq!(epoch.train.keys().collect::<Vec<_>>(), names);
                let mean = reported.iter().map(|(n, drift)| n * drift).sum::<f64>() / 23.0;
                assert!((epoch.train["drift"] - mean).abs() < 1e-12);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(steps, reported.into_iter().map(|(_, drift)| drift).collect::<Vec<_>>());
}

#[test]
fn a_term_that_is_not_finite_is_named() {
    let data = Data::new(31);
    let train = data.loader(0..31, 4, 7);
    let mut learner = LikelihoodLearner { mean: MeanLearner::new(), drifts_at: 3 };
    let fit = Fit::new(config(1), 7, &train).expect("valid");
    let error = fit.start(&mut learner, &mut ()).expect_err("diverged");
    assert!(
        matches!(&error, InferError::NonFinite(at) if at.term == "drift" && at.step == 3 && at.rows.len() == 4),
        "{error}"
    );
}
