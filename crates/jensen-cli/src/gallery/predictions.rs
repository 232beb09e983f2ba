//! What a model predicts of examples.

use jensen_data::{Batch, Role, Target};
use jensen_random::Rng;

use super::conditional::Conditional;
use super::slices::Slicer;
use super::{Encoding, Gallery, Picture, Shown, curves, rows};
use crate::error::CliError;
use crate::picture::plot::{Branch, bound_histogram, density_slices, predictions};
use crate::report::{Section, TableRows, Warning};
use crate::trained_run::TrainedRun;

/// A picture for each target; more would be looked at by nobody.
pub(super) const SLICES: [&str; 4] = ["density-1.png", "density-2.png", "density-3.png", "density-4.png"];

/// Of components of a smaller mean weight the report warns.
const LEAST_WEIGHT: f64 = 1e-3;

/// The shown examples as a conditional mixture sees them, row by row.
#[derive(Default)]
pub(super) struct Predictions {
    /// As the model sees them, `[examples, inputs]`.
    inputs: Vec<f32>,
    /// In their own units, `[examples, dims]`.
    targets: Vec<f64>,
    /// In their own units, `[examples, dims]`.
    draws: Vec<f64>,
    /// The component of each draw.
    components: Vec<usize>,
    /// What is said of each.
    pub(super) conditional: Conditional,
}

impl Predictions {
    /// Adds the examples of a batch.
    pub(super) fn add(&mut self, run: &TrainedRun, target: &Target, batch: &Batch) -> Result<(), CliError> {
        self.inputs.extend(batch.require(Role::Observation)?.array().to_f32());
        self.targets.extend(target.undo(&batch.require(Role::Target)?.array().to_f64()));
        // The draws of `jensen sample`.
        let drawn = run.model.predict(batch, 1.0, Rng::seed(0).fork("sample").at(0))?;
        self.draws.extend(drawn.values);
        self.components.extend(drawn.components.into_iter().map(|component| component as usize));
        self.conditional.add(target, &run.model.codes(batch)?);
        Ok(())
    }

    /// Of each component over all examples.
    fn mean_weights(&self) -> Vec<f64> {
        let (said, rows) = (&self.conditional, self.conditional.rows());
        let mean = |k: usize| (0..rows).map(|row| said.weight(row, k)).sum::<f64>() / rows as f64;
        (0..said.components()).map(mean).collect()
    }

    /// The true values of one target.
    pub(super) fn truths(&self, dim: usize, dims: usize) -> Vec<f64> {
        self.targets.iter().copied().skip(dim).step_by(dims).collect()
    }
}

impl Gallery<'_> {
    /// What is shown of a model that predicts.
    pub(super) fn of_predictions(&self, target: &Target) -> Result<Vec<Section>, CliError> {
        let (log, quantity) = (self.run.directory.metrics_path(), self.evaluation.quantity());
        let mut sections = vec![
            self.section(
                "What it predicts",
                "A mixture of Gaussians for each input: where several answers fit, each has a component.",
                self.branches(target)?.into_iter().chain(self.slices(target)?).collect(),
            )?,
            self.section(
                "How far it is to be trusted",
                match self.shown_examples() {
                    Shown::HeldOut => "On examples that it has not learned from.",
                    Shown::AlsoLearned => {
                        "The data have no test split: it has learned from most of these examples, which flatters it."
                    }
                },
                self.trust(target)?,
            )?,
            self.section(
                "Training",
                "The likelihood is exact, and so is its gradient; higher is better.",
                curves::of_likelihood(&log, quantity)?,
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
                    scene: bound_histogram("The likelihood over the examples", &quantity.to_string(), &self.points.bounds)?,
                    encoding: Encoding::Svg,
                    caption: "Examples far to the left are unusual to the model: `jensen score` lists them.",
                }],
            )?,
        ];
        sections[0].tables = vec![self.weight_table()];
        sections[1].tables = vec![self.error_table(target)];
        Ok(sections)
    }

    /// The density of each target along each input.
    fn slices(&self, target: &Target) -> Result<Vec<Picture>, CliError> {
        let slicer = Slicer::new(self.run, target, &self.points.predictions.inputs);
        let all = self.run.record.preprocessing.features();
        let mut pictures = Vec::new();
        for (dim, (name, file)) in target.names().iter().zip(SLICES).enumerate() {
            let inputs = slicer.inputs(dim)?;
            let slices: Vec<_> =
                inputs.iter().map(|&input| slicer.slice(input, dim)).collect::<Result<_, _>>()?;
            let note = match (inputs.len(), all) {
                (1, 1) => "the ticks are the input's deciles, the line is its median".to_owned(),
                (shown, all) if shown < all => format!(
                    "along the {shown} of {all} inputs that move its mean most, all others at their medians; ticks: deciles, \
                     line: median"
                ),
                _ => "along each input, all others at their medians; ticks: the input's deciles, line: its median".to_owned(),
            };
            pictures.push(Picture {
                file,
                scene: density_slices(&format!("The density of {name}"), &note, name, &slices)?,
                encoding: Encoding::Png,
                caption: "The regions of highest density that hold 50, 80 and 95 % of the probability, and the components' \
                          means where their weight is 0.05 or more.",
            });
        }
        Ok(pictures)
    }

    /// The first target over the input, if there is only one input.
    fn branches(&self, target: &Target) -> Result<Vec<Picture>, CliError> {
        let (shown, dims) = (&self.points.predictions, target.features());
        if self.run.record.preprocessing.features() != 1 {
            return Ok(Vec::new());
        }
        let inputs = self.run.record.preprocessing.undo(&shown.inputs);
        let over_inputs = |values: &[f64]| -> Vec<(f64, f64)> {
            inputs.iter().copied().zip(values.iter().copied().step_by(dims)).collect()
        };
        let densities = shown.conditional.densities(0);
        let branch = |k: usize| Branch {
            means: densities.iter().map(|density| density.terms()[k].mean).collect(),
            weights: densities.iter().map(|density| density.terms()[k].weight).collect(),
        };
        let input = target.inputs().first().map_or("x", String::as_str);
        let scene = predictions(
            "What is predicted",
            [input, &target.names()[0]],
            &over_inputs(&shown.targets),
            &over_inputs(&shown.draws).into_iter().zip(shown.components.iter().copied()).collect::<Vec<_>>(),
            &(0..shown.conditional.components()).map(branch).collect::<Vec<_>>(),
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
