//! The components of a mixture, and how likely it finds the examples.

use jensen_models::mixture::{Covariance, GaussianMixture};
use jensen_random::Rng;

use super::{Encoding, Gallery, Picture, Points, Shown, curves, rows};
use crate::error::CliError;
use crate::model::Samples;
use crate::picture::grid;
use crate::picture::plot::{Component, bound_histogram, component_map};
use crate::report::{Section, TableRows};

/// Examples of which the components are written out, if they have at most so many columns.
const MOST_COLUMNS: usize = 12;
/// Samples that are shown.
const SAMPLES: usize = 64;

impl Gallery<'_> {
    /// What is shown of a mixture.
    pub(super) fn of_mixture(&self, mixture: &GaussianMixture) -> Result<Vec<Section>, CliError> {
        let log = self.run.directory.metrics_path();
        let mut sections = vec![
            self.section(
                "The components",
                "Each example has the colour of the component that answers for most of it.",
                self.components(mixture)?,
            )?,
            self.section(
                "Training",
                "Each iteration is an E step over all examples and an M step; none lowers the likelihood.",
                curves::of_iterations(&log)?,
            )?,
            self.section(
                "The examples",
                match self.shown_examples() {
                    Shown::HeldOut => "How likely the mixture finds examples that it has not learned from.",
                    Shown::AlsoLearned => {
                        "How likely the mixture finds the examples; the data have no test split, so it has learned from \
                         most of them."
                    }
                },
                self.likelihoods()?,
            )?,
        ];
        sections[0].tables = self.tables(mixture)?;
        Ok(sections)
    }

    fn components(&self, mixture: &GaussianMixture) -> Result<Vec<Picture>, CliError> {
        let names = self.column_names();
        let component = |k: usize| Component {
            weight: mixture.weights()[k],
            mean: mixture.mean(k).to_vec(),
            covariance: mixture.dense_covariance(k),
        };
        let components: Vec<_> = (0..mixture.components()).map(component).collect();
        let Points { places, chosen, .. } = &self.points;
        let mut pictures = vec![Picture {
            file: "components.png",
            scene: component_map("The components", places, &names, chosen, &components)?,
            encoding: Encoding::Png,
            caption: "The examples and the components; the numbers are those of the table and of `jensen encode`.",
        }];
        if self.run.record.shape.len() > 1 {
            let shown = self.view.shown_numbers(mixture.means());
            pictures.push(Picture {
                file: "means.png",
                scene: grid::samples("The means", &self.view.events(&shown)?, self.view.intensity()),
                encoding: Encoding::Png,
                caption: "The mean of each component, in the order of their numbers.",
            });
            // The same draws as `jensen sample` makes.
            let rng = Rng::seed(0).fork("sample");
            if let Samples::Observations(samples) = self.run.model.sample(SAMPLES, 1.0, rng)? {
                let shown = self.view.shown_numbers(&samples);
                pictures.push(Picture {
                    file: "samples.png",
                    scene: grid::samples("Samples", &self.view.events(&shown)?, self.view.intensity()),
                    encoding: Encoding::Png,
                    caption: "Invented: draws from the mixture.",
                });
            }
        }
        Ok(pictures)
    }

    fn likelihoods(&self) -> Result<Vec<Picture>, CliError> {
        Ok(vec![Picture {
            file: "bound.svg",
            scene: bound_histogram("The likelihood over the examples", "log p(x)", &self.points.bounds)?,
            encoding: Encoding::Svg,
            caption: "Examples far to the left are unusual to the mixture: `jensen score` lists them.",
        }])
    }

    /// Weights, means and deviations, and invented rows.
    fn tables(&self, mixture: &GaussianMixture) -> Result<Vec<TableRows>, CliError> {
        let names = self.column_names();
        if names.len() > MOST_COLUMNS {
            return Ok(Vec::new());
        }
        let row = |k: usize| {
            let covariance = mixture.dense_covariance(k);
            let cells = mixture.mean(k).iter().enumerate().map(|(j, &mean)| {
                let deviation = covariance[j * (mixture.columns() + 1)].sqrt();
                format!("{} ± {}", rows::number(mean), rows::number(deviation))
            });
            let head = [k.to_string(), format!("{:.3}", mixture.weights()[k])];
            head.into_iter().chain(cells).collect()
        };
        let kind = match mixture.covariance() {
            Covariance::Full => "with a covariance each",
            Covariance::Tied => "with one covariance",
            Covariance::Diagonal => "with a variance for each column",
            Covariance::Spherical => "with one variance each",
        };
        let mut tables = vec![TableRows {
            caption: format!("The components, {kind}: means ± standard deviations."),
            header: ["component".to_owned(), "weight".to_owned()].into_iter().chain(names).collect(),
            rows: (0..mixture.components()).map(row).collect(),
        }];
        tables.extend(self.sampled_rows()?);
        Ok(tables)
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
