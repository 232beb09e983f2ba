//! What a model predicts of examples.

use jensen_data::{Batch, Role, Target};
use jensen_random::Rng;

use super::{Encoding, Gallery, Picture, Shown, curves, rows};
use crate::error::CliError;
use crate::picture::plot::{Branch, bound_histogram, predictions};
use crate::report::{Section, TableRows, Warning};
use crate::trained_run::TrainedRun;

/// Of components of a smaller mean weight the report warns.
const LEAST_WEIGHT: f64 = 1e-3;

/// The shown examples as a conditional mixture sees them; row by row, in the data's own units.
#[derive(Default)]
pub(super) struct Predictions {
    /// `[examples, inputs]`
    inputs: Vec<f64>,
    /// `[examples, dims]`
    targets: Vec<f64>,
    /// `[examples, dims]`
    draws: Vec<f64>,
    /// The component of each draw.
    components: Vec<usize>,
    /// `[examples, K]`
    weights: Vec<f64>,
    /// `[examples, K·dims]`
    means: Vec<f64>,
}

impl Predictions {
    /// Adds the examples of a batch.
    pub(super) fn add(&mut self, run: &TrainedRun, target: &Target, batch: &Batch) -> Result<(), CliError> {
        let seen = |role| -> Result<Vec<f64>, CliError> { Ok(batch.require(role)?.array().to_f64()) };
        self.inputs.extend(run.record.preprocessing.undo(&seen(Role::Observation)?));
        self.targets.extend(target.undo(&seen(Role::Target)?));
        // The draws of `jensen sample`.
        let drawn = run.model.predict(batch, 1.0, Rng::seed(0).fork("sample").at(0))?;
        self.draws.extend(drawn.values);
        self.components.extend(drawn.components.into_iter().map(|component| component as usize));
        for code in run.model.codes(batch)? {
            match code.name {
                "weight" => self.weights.extend(code.values.to_f64()),
                "mean" => self.means.extend(code.values.to_f64()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Of each component over all examples.
    fn mean_weights(&self) -> Vec<f64> {
        let examples = self.components.len();
        let count = self.weights.len().checked_div(examples).unwrap_or(0);
        let sum = |k: usize| self.weights.iter().skip(k).step_by(count).sum::<f64>();
        (0..count).map(|k| sum(k) / examples as f64).collect()
    }
}

impl Gallery<'_> {
    /// What is shown of a model that predicts.
    pub(super) fn of_predictions(&self, target: &Target) -> Result<Vec<Section>, CliError> {
        let log = self.run.directory.metrics_path();
        let mut sections = vec![
            self.section(
                "What it predicts",
                "A mixture of Gaussians for each input: where several answers fit, each has a component.",
                self.branches(target)?,
            )?,
            self.section(
                "Training",
                "The likelihood is exact, and so is its gradient; higher is better.",
                curves::of_likelihood(&log)?,
            )?,
            self.section(
                "The examples",
                match self.shown_examples() {
                    Shown::HeldOut => "How likely the model finds targets that it has not learned from.",
                    Shown::AlsoLearned => {
                        "How likely the model finds the targets; the data have no test split, so it has learned from \
                         most of them."
                    }
                },
                vec![Picture {
                    file: "bound.svg",
                    scene: bound_histogram("The likelihood over the examples", "log p(y|x)", &self.points.bounds)?,
                    encoding: Encoding::Svg,
                    caption: "Examples far to the left are unusual to the model: `jensen score` lists them.",
                }],
            )?,
        ];
        sections[0].tables = vec![self.weight_table()];
        Ok(sections)
    }

    /// The first target over the input, if there is only one input.
    fn branches(&self, target: &Target) -> Result<Vec<Picture>, CliError> {
        let (shown, dims) = (&self.points.predictions, target.features());
        if self.run.record.preprocessing.features() != 1 {
            return Ok(Vec::new());
        }
        let count = self.run.model.latent_dim();
        let over_inputs = |values: &[f64]| -> Vec<(f64, f64)> {
            shown.inputs.iter().copied().zip(values.iter().copied().step_by(dims)).collect()
        };
        let branch = |k: usize| Branch {
            means: shown.means.iter().copied().skip(k * dims).step_by(count * dims).collect(),
            weights: shown.weights.iter().copied().skip(k).step_by(count).collect(),
        };
        let input = target.inputs().first().map_or("x", String::as_str);
        let scene = predictions(
            "What is predicted",
            [input, &target.names()[0]],
            &over_inputs(&shown.targets),
            &over_inputs(&shown.draws).into_iter().zip(shown.components.iter().copied()).collect::<Vec<_>>(),
            &(0..count).map(branch).collect::<Vec<_>>(),
        )?;
        Ok(vec![Picture {
            file: "predictions.png",
            scene,
            encoding: Encoding::Png,
            caption: "The examples, and beside them a draw for each of their inputs in the colour of its component; \
                      `jensen sample` writes the same draws, `jensen encode` the components.",
        }])
    }

    fn weight_table(&self) -> TableRows {
        let weights = self.points.predictions.mean_weights();
        let row = |(k, weight): (usize, &f64)| vec![k.to_string(), rows::number(*weight)];
        TableRows {
            caption: "The components' weights, mean over the examples.".to_owned(),
            header: ["component", "mean weight"].map(str::to_owned).to_vec(),
            rows: weights.iter().enumerate().map(row).collect(),
        }
    }

    /// Of components that no input uses.
    pub(super) fn idle_components(&self) -> Option<Warning> {
        let weights = self.points.predictions.mean_weights();
        let is_idle = |&k: &usize| weights[k] < LEAST_WEIGHT;
        let idle: Vec<String> = (0..weights.len()).filter(is_idle).map(|k| k.to_string()).collect();
        let (what, have) = if idle.len() == 1 { ("component", "has") } else { ("components", "have") };
        (!idle.is_empty()).then(|| Warning {
            finding: format!("{what} {} {have} a mean weight below {LEAST_WEIGHT}", idle.join(", ")),
            advice: "The mixture does without: try fewer --components, another --seed or a smaller --lr."
                .to_owned(),
        })
    }
}
