//! The components of a mixture, and how likely it finds the examples.

use jensen_data::ColumnKind;
use jensen_models::factor::FactorMixture;
use jensen_models::mixture::{Covariance, DiscreteMixture, GaussianMixture};
use jensen_random::Rng;

use super::{Encoding, Gallery, Picture, Points, Shown, curves, rows};
use crate::config::ModelKind;
use crate::error::CliError;
use crate::model::{Components, Emitted, States, weighty};
use crate::picture::grid;
use crate::picture::plot::{Component, Course, bound_histogram, component_map, latent_map, state_paths};
use crate::report::{Section, TableRows};

/// The components are written out if they have at most so many columns.
const MOST_COLUMNS: usize = 12;
/// Loadings are written out of at most so many columns.
const MOST_ROWS: usize = 40;
/// Sequences that are shown with their paths.
const MOST_PATHS: usize = 4;
/// Numbers of a sequence that is drawn pixel by pixel.
const MOST_PIXELS: usize = 4096;
/// Samples that are shown.
const SAMPLES: usize = 64;

impl Gallery<'_> {
    /// What is shown of a mixture.
    pub(super) fn of_mixture(&self, components: Components<'_>) -> Result<Vec<Section>, CliError> {
        let log = self.run.directory.metrics_path();
        let (pictures, tables) = match components {
            Components::Gaussian(mixture) => (self.gaussians(mixture)?, self.gaussian_table(mixture)),
            Components::Discrete(mixture) => (self.chances(mixture)?, self.chance_table(mixture)),
            Components::Factor(mixture) => (self.factors(mixture)?, self.loading_table(mixture)),
            Components::Chain(states) => (self.sequences(states.initial.len())?, Some(chain_table(states))),
        };
        let (heading, text) = match components {
            Components::Chain(_) => ("The states", "Each step of a sequence is in one of them."),
            Components::Factor(mixture) if mixture.components() == 1 => {
                ("The factors", "What the columns have in common.")
            }
            _ => ("The components", "Of what the data are a mixture."),
        };
        let mut sections = vec![
            self.section(heading, text, pictures)?,
            self.section(
                "Training",
                match (self.run.config.mixture.online, self.run.config.model) {
                    (Some(_), _) => "Each step learns from one batch, and what is shown is a batch's before that.",
                    (None, ModelKind::Bgmm) => {
                        "Each iteration is an E step over all examples and an M step. What rises is the bound on the \
                         evidence, here for each example: it counts the price of the parameters too."
                    }
                    (None, _) => {
                        "Each iteration is an E step over all examples and an M step; none lowers the objective, but by \
                         what is added to variances."
                    }
                },
                curves::of_iterations(&log, self.evaluation.quantity())?,
            )?,
            self.section(
                "The examples",
                match self.shown_examples() {
                    Shown::HeldOut => "How likely the model finds examples that it has not learned from.",
                    Shown::AlsoLearned => {
                        "How likely the model finds the examples; the data have no test split, so it has learned \
                         from most of them."
                    }
                },
                self.likelihoods()?,
            )?,
        ];
        sections[0].tables = tables.into_iter().chain(self.sampled_rows()?).collect();
        Ok(sections)
    }

    /// Ellipses over the examples; of images the means.
    fn gaussians(&self, mixture: &GaussianMixture) -> Result<Vec<Picture>, CliError> {
        let shape = |k: usize| (mixture.mean(k).to_vec(), mixture.dense_covariance(k));
        let mut pictures: Vec<_> = self.ellipses(mixture.weights(), shape).into_iter().collect();
        pictures.extend(self.images(mixture.means())?);
        Ok(pictures)
    }

    /// The first sequences with their most likely paths, and invented ones, if they are not too long to be seen as columns
    /// of pixels.
    fn sequences(&self, states: usize) -> Result<Vec<Picture>, CliError> {
        let paths = self.paths(states)?;
        if self.run.record.preprocessing.features() > MOST_PIXELS {
            return Ok(paths.into_iter().collect());
        }
        let samples = self.images(&[])?.into_iter().filter(|picture| picture.file == "samples.png");
        Ok(paths.into_iter().chain(samples).collect())
    }

    /// The first column of the first sequences, each step in the colour of its state.
    fn paths(&self, states: usize) -> Result<Option<Picture>, CliError> {
        let Points { rows, paths, .. } = &self.points;
        let shape = &self.run.record.shape;
        let (steps, columns) = (shape[0], shape.get(1).copied().unwrap_or(1));
        let values: Vec<f64> = rows.iter().step_by(columns).copied().collect();
        let states_of: Vec<_> = paths.iter().map(|&state| usize::try_from(state).ok()).collect();
        let courses: Vec<_> = values
            .chunks_exact(steps)
            .zip(states_of.chunks_exact(steps))
            .take(MOST_PATHS)
            .enumerate()
            .map(|(at, (values, states))| Course { heading: format!("example {at}"), values, states })
            .collect();
        let name = if columns == 1 { "value" } else { "column 0" };
        if !values[..courses.len() * steps].iter().any(|value| value.is_finite()) {
            return Ok(None);
        }
        Ok(Some(Picture {
            file: "paths.svg",
            scene: state_paths("Sequences and their states", name, &courses, states)?,
            encoding: if courses.len() * steps > 2000 { Encoding::Png } else { Encoding::Svg },
            caption: "The first sequences; `jensen encode` writes the path of each, and how likely each state is.",
        }))
    }

    /// Ellipses over the examples, and where they lie by their factors, where one component has them all.
    fn factors(&self, mixture: &FactorMixture) -> Result<Vec<Picture>, CliError> {
        let mut pictures = Vec::new();
        if mixture.components() == 1 {
            let Points { factors, labels, .. } = &self.points;
            let title = "Where the examples lie";
            pictures.push(Picture {
                file: "latent-map.png",
                scene: latent_map(title, factors, mixture.latents(), labels.as_deref())?,
                encoding: Encoding::Png,
                caption: "The expected factors of the examples, coloured by label where there is one.",
            });
        } else {
            let shape = |k: usize| (mixture.mean(k).to_vec(), mixture.covariance(k));
            pictures.extend(self.ellipses(mixture.weights(), shape));
        }
        pictures.extend(self.images(mixture.means())?);
        Ok(pictures)
    }

    /// The examples under the ellipses of components, of which `shape` gives mean and covariance.
    fn ellipses(&self, weights: &[f64], shape: impl Fn(usize) -> (Vec<f64>, Vec<f64>)) -> Option<Picture> {
        let component = |index: usize| {
            let (mean, covariance) = shape(index);
            Component { index, weight: weights[index], mean, covariance }
        };
        let components: Vec<_> = weighty(weights).map(component).collect();
        let Points { rows, chosen, .. } = &self.points;
        // Where each row misses a value, or its squares are too large for numbers, there is nothing to be drawn.
        let scene = component_map("The components", rows, &self.column_names(), chosen, &components).ok()?;
        Some(Picture {
            file: "components.png",
            scene,
            encoding: Encoding::Png,
            caption: "The examples, each in the colour of the component that answers for most of it, and the components; \
                      their numbers are those of `jensen encode`.",
        })
    }

    /// Of images the chances of a one.
    fn chances(&self, mixture: &DiscreteMixture) -> Result<Vec<Picture>, CliError> {
        mixture.bernoulli_probabilities().map_or(Ok(Vec::new()), |chances| self.images(&chances))
    }

    /// The mean of each component and samples, of images alone.
    fn images(&self, means: &[f64]) -> Result<Vec<Picture>, CliError> {
        if self.run.record.shape.len() < 2 {
            return Ok(Vec::new());
        }
        let picture = |file, title, caption, shown: &[f32]| -> Result<Picture, CliError> {
            let scene = grid::samples(title, &self.view.events(shown)?, self.view.intensity());
            Ok(Picture { file, scene, encoding: Encoding::Png, caption })
        };
        let mut pictures = Vec::new();
        if !means.is_empty() {
            let means = self.view.shown_numbers(means);
            let caption = "The mean of each component, in their order.";
            pictures.push(picture("means.png", "The means", caption, &means)?);
        }
        // The same draws as `jensen sample` makes.
        let samples = self.run.model.sample(SAMPLES, 1.0, Rng::seed(0).fork("sample"))?;
        let samples = self.view.samples(&samples)?;
        pictures.push(picture("samples.png", "Samples", "Invented: draws from the model.", &samples)?);
        Ok(pictures)
    }

    fn likelihoods(&self) -> Result<Vec<Picture>, CliError> {
        Ok(vec![Picture {
            file: "bound.svg",
            scene: bound_histogram(
                "The likelihood over the examples",
                &self.evaluation.quantity().to_string(),
                &self.points.bounds,
            )?,
            encoding: Encoding::Svg,
            caption: "Examples far to the left are unusual to the model: `jensen score` lists them.",
        }])
    }

    /// Weights, means and deviations.
    fn gaussian_table(&self, mixture: &GaussianMixture) -> Option<TableRows> {
        let kind = match mixture.covariance() {
            Covariance::Full => "with a covariance each",
            Covariance::Tied => "with one covariance",
            Covariance::Diagonal => "with a variance for each column",
            Covariance::Spherical => "with one variance each",
        };
        let row = |k: usize| {
            let covariance = mixture.dense_covariance(k);
            let cells = mixture.mean(k).iter().enumerate().map(|(j, &mean)| {
                let deviation = covariance[j * (mixture.columns() + 1)].sqrt();
                format!("{} ± {}", rows::number(mean), rows::number(deviation))
            });
            cells.collect()
        };
        let caption = format!("The components, {kind}: means ± standard deviations.");
        self.table(caption, mixture.weights(), row)
    }

    /// The loadings of each column and its noise; of one component, for many look alike.
    fn loading_table(&self, mixture: &FactorMixture) -> Option<TableRows> {
        let names = self.column_names();
        if mixture.components() > 1 || mixture.latents() > MOST_COLUMNS || names.len() > MOST_ROWS {
            return None;
        }
        let row = |(column, name): (usize, &String)| {
            let loadings = mixture.loading(0, column).iter().map(|&loading| rows::number(loading));
            let noise = rows::number(mixture.variance(0, column).sqrt());
            [name.clone(), rows::number(mixture.mean(0)[column])]
                .into_iter()
                .chain(loadings)
                .chain([noise])
                .collect()
        };
        let factors = (0..mixture.latents()).map(|latent| format!("factor {latent}"));
        let header = ["column".to_owned(), "mean".to_owned()].into_iter().chain(factors);
        Some(TableRows {
            caption: "What a factor of one adds to each column, and the standard deviation of the noise."
                .to_owned(),
            header: header.chain(["noise".to_owned()]).collect(),
            rows: names.iter().enumerate().map(row).collect(),
        })
    }

    /// Weights, and the likeliest value of each column with its chance.
    fn chance_table(&self, mixture: &DiscreteMixture) -> Option<TableRows> {
        let categories = mixture.categories();
        let row = |k: usize| {
            let own = &mixture.probabilities()[k * categories.all()..(k + 1) * categories.all()];
            let cells = (0..categories.columns()).map(|column| {
                let chances = own[categories.range(column)].iter().enumerate();
                let (value, chance) = chances.max_by(|a, b| a.1.total_cmp(b.1)).unwrap_or((0, &0.0));
                format!("{} ({chance:.2})", self.level(column, value))
            });
            cells.collect()
        };
        let caption = "The components: the likeliest value of each column, and its chance.".to_owned();
        self.table(caption, mixture.weights(), row)
    }

    /// The components of weight in rows, if they have few columns.
    fn table(
        &self,
        caption: String,
        weights: &[f64],
        cells: impl Fn(usize) -> Vec<String>,
    ) -> Option<TableRows> {
        let names = self.column_names();
        if names.len() > MOST_COLUMNS {
            return None;
        }
        let row = |k: usize| [vec![k.to_string(), format!("{:.3}", weights[k])], cells(k)].concat();
        let left_out = weights.len() - weighty(weights).count();
        let caption = match left_out {
            0 => caption,
            count => format!("{caption} {count} more have next to no weight."),
        };
        let header = ["component".to_owned(), "weight".to_owned()].into_iter().chain(names).collect();
        Some(TableRows { caption, header, rows: weighty(weights).map(row).collect() })
    }

    /// What a value of a column is called.
    fn level(&self, column: usize, value: usize) -> String {
        let schema = self.run.record.preprocessing.table();
        match schema.map(|schema| &schema.columns[column].kind) {
            Some(ColumnKind::Categorical { levels, .. }) => levels[value].clone(),
            _ => value.to_string(),
        }
    }

    /// What the columns are called.
    fn column_names(&self) -> Vec<String> {
        let preprocessing = &self.run.record.preprocessing;
        match preprocessing.table() {
            Some(schema) => schema.columns.iter().map(|column| column.name.clone()).collect(),
            None => (0..preprocessing.features()).map(|column| format!("x_{column}")).collect(),
        }
    }
}

/// How the states follow each other, and what they emit.
fn chain_table(states: States<'_>) -> TableRows {
    let States { initial, transitions, emissions } = states;
    let count = initial.len();
    let columns = match emissions {
        Emitted::Numbers(emissions) => emissions.columns(),
        Emitted::Categories(emissions) => emissions.columns(),
    };
    let columns = if columns > MOST_COLUMNS { 0 } else { columns };
    let to = (0..count).map(|state| format!("to {state}"));
    let header = ["state", "at first"].map(str::to_owned).into_iter().chain(to);
    let row = |state: usize| {
        let chance = |chance: &f64| format!("{chance:.3}");
        let next = transitions[state * count..(state + 1) * count].iter().map(chance);
        let emitted = (0..columns).map(|column| emitted(emissions, state, column));
        [state.to_string(), chance(&initial[state])].into_iter().chain(next).chain(emitted).collect()
    };
    let what = match emissions {
        Emitted::Numbers(_) => "as means ± standard deviations",
        Emitted::Categories(_) => "the likeliest categories with their chances",
    };
    TableRows {
        caption: format!("The states: how likely each is at first, and after each; what they emit, {what}."),
        header: header.chain((0..columns).map(|column| format!("column {column}"))).collect(),
        rows: (0..count).map(row).collect(),
    }
}

/// What a state emits in a column.
fn emitted(emissions: Emitted<'_>, state: usize, column: usize) -> String {
    match emissions {
        Emitted::Numbers(emissions) => {
            let deviation = emissions.dense_covariance(state)[column * (emissions.columns() + 1)].sqrt();
            format!("{} ± {}", rows::number(emissions.mean(state)[column]), rows::number(deviation))
        }
        Emitted::Categories(emissions) => {
            let categories = emissions.categories();
            let own = &emissions.probabilities()[state * categories.all()..];
            let mut chances: Vec<_> = own[categories.range(column)].iter().enumerate().collect();
            chances.sort_by(|a, b| b.1.total_cmp(a.1));
            let shown: Vec<_> =
                chances.iter().take(3).map(|(value, p)| format!("{value} ({p:.2})")).collect();
            shown.join(", ")
        }
    }
}
