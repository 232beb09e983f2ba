//! The components of a mixture, and how likely it finds the examples.

use jensen_data::ColumnKind;
use jensen_models::factor::FactorMixture;
use jensen_models::mixture::{Covariance, DiscreteMixture, GaussianMixture};
use jensen_random::Rng;

use super::{Encoding, Gallery, Picture, Points, Shown, curves, rows};
use crate::config::ModelKind;
use crate::error::CliError;
use crate::model::{Components, States};
use crate::picture::grid;
use crate::picture::plot::{Component, bound_histogram, component_map, latent_map};
use crate::report::{Section, TableRows};

/// The components are written out if they have at most so many columns.
const MOST_COLUMNS: usize = 12;
/// Loadings are written out of at most so many columns.
const MOST_ROWS: usize = 40;
/// Samples that are shown.
const SAMPLES: usize = 64;
/// Components of a smaller weight are superfluous: the posterior of one without examples is the prior, as wide as the data.
const LEAST_WEIGHT: f64 = 1e-3;

impl Gallery<'_> {
    /// What is shown of a mixture.
    pub(super) fn of_mixture(&self, components: Components<'_>) -> Result<Vec<Section>, CliError> {
        let log = self.run.directory.metrics_path();
        let (pictures, tables) = match components {
            Components::Gaussian(mixture) => (self.gaussians(mixture)?, self.gaussian_table(mixture)),
            Components::Discrete(mixture) => (self.chances(mixture)?, self.chance_table(mixture)),
            Components::Factor(mixture) => (self.factors(mixture)?, self.loading_table(mixture)),
            Components::Chain(states) => (self.sequences()?, Some(chain_table(states))),
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
                    (None, _) => "Each iteration is an E step over all examples and an M step; none lowers the objective.",
                },
                curves::of_iterations(&log)?,
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
        let component = |index: usize| Component {
            index,
            weight: mixture.weights()[index],
            mean: mixture.mean(index).to_vec(),
            covariance: mixture.dense_covariance(index),
        };
        let components: Vec<_> = weighty(mixture.weights()).map(component).collect();
        let mut pictures: Vec<_> = self.ellipses(&components).into_iter().collect();
        pictures.extend(self.images(mixture.means())?);
        Ok(pictures)
    }

    /// Sequences that are invented.
    fn sequences(&self) -> Result<Vec<Picture>, CliError> {
        Ok(self.images(&[])?.into_iter().filter(|picture| picture.file == "samples.png").collect())
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
            let component = |index: usize| Component {
                index,
                weight: mixture.weights()[index],
                mean: mixture.mean(index).to_vec(),
                covariance: mixture.covariance(index),
            };
            let components: Vec<_> = weighty(mixture.weights()).map(component).collect();
            pictures.extend(self.ellipses(&components));
        }
        pictures.extend(self.images(mixture.means())?);
        Ok(pictures)
    }

    /// The examples under ellipses.
    fn ellipses(&self, components: &[Component]) -> Option<Picture> {
        let Points { rows, chosen, .. } = &self.points;
        // Where each row misses a value, or its squares are too large for numbers, there is nothing to be drawn.
        let scene = component_map("The components", rows, &self.column_names(), chosen, components).ok()?;
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
            scene: bound_histogram("The likelihood over the examples", "log p(x)", &self.points.bounds)?,
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

/// Where a chain begins and goes, and what its states emit.
fn chain_table(states: States<'_>) -> TableRows {
    let States { initial, transitions, emissions } = states;
    let count = initial.len();
    let columns = emissions.map_or(0, GaussianMixture::columns);
    let columns = if columns > MOST_COLUMNS { 0 } else { columns };
    let to = (0..count).map(|state| format!("to {state}"));
    let header = ["state", "at first"].map(str::to_owned).into_iter().chain(to);
    let row = |state: usize| {
        let chance = |chance: &f64| format!("{chance:.3}");
        let next = transitions[state * count..(state + 1) * count].iter().map(chance);
        let emitted = emissions.into_iter().flat_map(|emissions| {
            let covariance = emissions.dense_covariance(state);
            (0..columns).map(move |j| {
                let deviation = covariance[j * (emissions.columns() + 1)].sqrt();
                format!("{} ± {}", rows::number(emissions.mean(state)[j]), rows::number(deviation))
            })
        });
        [state.to_string(), chance(&initial[state])].into_iter().chain(next).chain(emitted).collect()
    };
    TableRows {
        caption:
            "The states: how likely each is at first, and after each; what they emit, as means ± standard \
                  deviations."
                .to_owned(),
        header: header.chain((0..columns).map(|column| format!("column {column}"))).collect(),
        rows: (0..count).map(row).collect(),
    }
}

/// The components that are not superfluous.
fn weighty(weights: &[f64]) -> impl Iterator<Item = usize> {
    weights.iter().enumerate().filter(|(_, weight)| **weight >= LEAST_WEIGHT).map(|(k, _)| k)
}
