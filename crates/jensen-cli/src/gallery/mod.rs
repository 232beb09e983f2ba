//! The pictures and the report of a run.

mod conditional;
mod curves;
mod examples;
mod latent_space;
mod mixture;
mod predictions;
mod rows;
mod slices;
mod thinned;
mod trust;

use std::fs;

use jensen_data::{Batch, Dataset, Role, Rows, Split};
use jensen_infer::Metrics;
use jensen_models::mixture::InformationCriteria;
use jensen_random::Rng;

use self::predictions::Predictions;
use crate::error::CliError;
use crate::evaluation::{Evaluation, Evidence};
use crate::narrow_columns;
use crate::output;
use crate::picture::Scene;
use crate::report::{Figure, Graphic, Measure, Report, Section, Warning};
use crate::trained_run::TrainedRun;
use crate::view::{View, to_vec, write_scene};

/// Examples of the latent map and of the histogram.
const POINTS: usize = 2000;
/// Below this share of active units the report warns.
const FEW_ACTIVE: f64 = 0.1;

/// A run and the examples that it is shown with.
pub struct Gallery<'a> {
    run: &'a TrainedRun,
    metrics: &'a Metrics,
    evaluation: &'a Evaluation,
    batch: Batch,
    points: Points,
    view: View<'a>,
}

/// What is shown of many examples: the first of them, whatever their number.
#[derive(Default)]
struct Points {
    /// Where each lies: its posterior's mean, `[examples, latent]`; nothing under a mixture.
    places: Vec<f32>,
    /// Under a mixture, the examples themselves, `[examples, features]`.
    rows: Vec<f64>,
    /// Under a mixture, the component that answers for most of it.
    chosen: Vec<usize>,
    /// Under a chain, the state of each step, `[examples, steps]`; −1 after the last.
    paths: Vec<i64>,
    /// Under a factor model, the expected factors, `[examples, latents]`.
    factors: Vec<f32>,
    /// The label of each, where the data have labels.
    labels: Option<Vec<i64>>,
    /// The bound on `log p(x)` of each, in nats.
    bounds: Vec<f64>,
    /// Of a model that predicts.
    predictions: Predictions,
}

impl Points {
    fn of(run: &TrainedRun, dataset: &Dataset, rows: &Rows) -> Result<Self, CliError> {
        // The draws of `jensen evaluate`.
        let rng = Rng::seed(0).fork("evaluation").fork("bound");
        let mut points = Self::default();
        for batch in run.loader(dataset, rows.take(POINTS))?.ordered() {
            let batch = batch?;
            if let Some(target) = run.model.target() {
                points.predictions.add(run, target, &batch)?;
            } else if run.model.components().is_some() {
                points.rows.extend(batch.require(Role::Observation)?.array().to_f64());
                let codes = run.model.codes(&batch)?;
                let of_name = |name: &str| codes.iter().find(|code| code.name == name);
                let chosen = of_name("component").and_then(|code| code.values.to_i64());
                let chosen = chosen.unwrap_or_else(|| vec![0; batch.len()]);
                points.chosen.extend(chosen.into_iter().map(|component| component as usize));
                points
                    .paths
                    .extend(of_name("state").and_then(|code| code.values.to_i64()).into_iter().flatten());
                points.factors.extend(of_name("factor").iter().flat_map(|code| code.values.to_f32()));
            } else {
                points.places.extend(to_vec(run.model.encode(&batch)?.mean));
            }
            points
                .bounds
                .extend(run.model.score(&batch, rng)?.into_iter().take(1).flat_map(|(_, score)| score));
            if let Some(labels) = batch.labels() {
                points.labels.get_or_insert_default().extend(labels);
            }
        }
        Ok(points)
    }
}

/// A picture on its way into the report.
struct Picture {
    file: &'static str,
    scene: Scene,
    encoding: Encoding,
    caption: &'static str,
}

/// Which examples are shown and measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// None of which the model has learned from.
    HeldOut,
    /// All there are: the data have no test split.
    AlsoLearned,
}

/// How the report holds a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Sharp at any size: plots.
    Svg,
    /// Small: images and thousands of points.
    Png,
}

impl<'a> Gallery<'a> {
    /// A gallery of a run, measured on `rows` of a data set.
    ///
    /// # Errors
    /// If the examples cannot be read.
    pub fn new(
        run: &'a TrainedRun,
        dataset: &Dataset,
        rows: &Rows,
        metrics: &'a Metrics,
        evaluation: &'a Evaluation,
    ) -> Result<Self, CliError> {
        let batch = run.batch(dataset, &rows.take(examples::RECONSTRUCTIONS))?;
        let points = Points::of(run, dataset, rows)?;
        Ok(Self { run, metrics, evaluation, batch, points, view: View::of(run) })
    }

    /// Draws every picture into `pictures/` and writes `report.html`.
    ///
    /// # Errors
    /// If the log cannot be read, or a file not be written.
    pub fn write(&self) -> Result<(), CliError> {
        let directory = &self.run.directory;
        let folder = directory.pictures_path();
        fs::create_dir_all(&folder).map_err(CliError::file("create", &folder))?;
        let sections = match (self.run.model.target(), self.run.model.components()) {
            (Some(target), _) => self.of_predictions(target)?,
            (None, Some(components)) => self.of_mixture(components)?,
            (None, None) => self.of_autoencoder()?,
        };
        directory.store_report(&self.report(sections).render())
    }

    /// What is shown of an autoencoder.
    fn of_autoencoder(&self) -> Result<Vec<Section>, CliError> {
        let log = self.run.directory.metrics_path();
        let mut sections = vec![
            self.section(
                "What it has learned",
                match self.shown_examples() {
                    Shown::HeldOut => {
                        "Samples are decoded from draws of the prior: none of them is in the data. Reconstructions \
                         are examples that the model has not learned from, beside what it keeps of them in its \
                         latents."
                    }
                    Shown::AlsoLearned => {
                        "Samples are decoded from draws of the prior: none of them is in the data. Reconstructions \
                         are examples beside what the model keeps of them in its latents; the data have no test \
                         split, so it has learned from most of them."
                    }
                },
                self.examples()?,
            )?,
            self.section(
                "Training",
                "The bound on log p(x) is the reconstruction term less the KL divergence; higher is better.",
                curves::pictures(&log, self.evaluation.quantity(), self.run.config.objective.beta)?,
            )?,
            self.section(
                "The latent space",
                "Where the encoder puts the examples, how much each latent dimension carries and what it does.",
                self.latent_space()?,
            )?,
        ];
        sections[0].tables = self.rows()?;
        Ok(sections)
    }

    /// A section with its pictures stored.
    fn section(&self, heading: &str, text: &str, pictures: Vec<Picture>) -> Result<Section, CliError> {
        let figures = pictures.into_iter().map(|picture| self.store(picture)).collect::<Result<_, _>>()?;
        Ok(Section { heading: heading.to_owned(), text: text.to_owned(), tables: Vec::new(), figures })
    }

    /// Which examples this is about.
    fn shown_examples(&self) -> Shown {
        let learned = [Split::All, Split::Train].map(|split| split.to_string());
        if learned.contains(&self.evaluation.split) { Shown::AlsoLearned } else { Shown::HeldOut }
    }

    /// Writes a picture into the run directory and makes a figure of it.
    fn store(&self, picture: Picture) -> Result<Figure, CliError> {
        let Picture { file, scene, encoding, caption } = picture;
        write_scene(&self.run.directory.pictures_path().join(file), &scene)?;
        let graphic = match encoding {
            Encoding::Svg => Graphic::svg(&scene),
            Encoding::Png => Graphic::png(&scene),
        };
        Ok(Figure { graphic: graphic?, alt: caption.to_owned(), caption: caption.to_owned() })
    }

    fn report(&self, sections: Vec<Section>) -> Report {
        let Self { run, evaluation, .. } = self;
        let config = &run.config;
        let mut facts = vec![
            ("data".to_owned(), format!("{}, {} examples", config.data.source, run.record.examples)),
            ("measured on".to_owned(), format!("{} split, {} examples", evaluation.split, evaluation.n)),
            ("seed".to_owned(), config.seed.to_string()),
            ("machine".to_owned(), format!("{}, {}", run.record.device, run.record.instruction_set)),
            ("jensen".to_owned(), run.record.jensen.clone()),
        ];
        if let Some(seconds) = run.record.training_seconds {
            facts.insert(2, ("training".to_owned(), format!("{seconds:.1} s")));
        }
        Report {
            title: format!("{} on {}", run.model.name(), config.data.source),
            run: run.directory.name(),
            date: run.record.created.clone(),
            measures: self.measures(),
            facts,
            command: format!(
                "jensen train {}",
                output::quoted(&run.directory.config_path().display().to_string())
            ),
            warnings: self.warnings(),
            sections,
            configuration: config.to_plain_toml(),
        }
    }

    fn measures(&self) -> Vec<Measure> {
        let Evaluation {
            elbo,
            reconstruction,
            kl,
            active_units,
            latent_dim,
            log_likelihood,
            evidence,
            criteria,
            ..
        } = self.evaluation;
        let terms = [
            ("bound on log p(x)", elbo, "mean per example, higher is better"),
            ("reconstruction", reconstruction, "E[log p(x|z)]"),
            ("KL divergence", kl, "KL(q(z|x) ‖ p(z))"),
        ];
        let mut measures: Vec<Measure> = terms
            .into_iter()
            .filter_map(|(name, value, note)| Some(Measure::nats(name, (*value)?).with_note(note)))
            .collect();
        if let Some(estimate) = log_likelihood {
            let name = self.evaluation.quantity().to_string();
            let measure =
                Measure::nats(&name, estimate.log_likelihood).with_note(match estimate.iwae_samples {
                    Some(samples) => format!("{} with {samples} samples", estimate.log_likelihood_kind),
                    None => "mean per example, exact".to_owned(),
                });
            measures.insert(
                1.min(measures.len()),
                match estimate.log_likelihood_stderr {
                    Some(error) => measure.with_standard_error(error),
                    None => measure,
                },
            );
        }
        if let Some(Evidence { log_evidence, log_relabellings }) = evidence {
            let measure = Measure::nats("bound on the evidence", *log_evidence);
            measures.push(measure.with_note("of all training examples, with all constants"));
            let measure = Measure::nats("the same for all names", log_evidence + log_relabellings);
            measures.push(measure.with_note("to compare sizes by, where components do not overlap"));
        }
        if let Some(InformationCriteria { bic, aic, parameters }) = criteria {
            measures.push(Measure::number("BIC", *bic, 1, "").with_note("less is better"));
            measures.push(Measure::number("AIC", *aic, 1, "").with_note("less is better"));
            measures.push(Measure::count("free parameters", *parameters as u64, ""));
        }
        if let Some(active) = active_units {
            let unit = format!("of {latent_dim} latents");
            measures.push(Measure::count("active units", *active as u64, unit));
        }
        measures
    }

    fn warnings(&self) -> Vec<Warning> {
        let Some(active) = self.evaluation.active_units else {
            let narrow = narrow_columns::warning(&self.evaluation.narrow_columns, self.run);
            return self.idle_components().into_iter().chain(narrow).collect();
        };
        if active as f64 >= FEW_ACTIVE * self.evaluation.latent_dim as f64 && active > 0 {
            return Vec::new();
        }
        let finding = format!("only {active} of {} latents are active", self.evaluation.latent_dim);
        let advice = "The decoder leaves most latents aside (posterior collapse). Try KL warm-up (fit.kl_warm_up), free \
                      bits (objective.free_bits), a smaller --beta, or fewer latents.";
        vec![Warning { finding, advice: advice.to_owned() }]
    }
}
