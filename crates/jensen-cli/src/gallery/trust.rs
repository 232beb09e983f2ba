//! How far predictions are to be trusted.

use jensen_data::Target;
use jensen_models::mdn::NormalMixture;

use super::predictions::SLICES;
use super::{Encoding, Gallery, Picture, rows};
use crate::error::CliError;
use crate::picture::plot::{Intervals, Transforms, calibration, intervals};
use crate::report::TableRows;

const CALIBRATION_NOTE: &str =
    "flat if the model is calibrated; then all bars of a panel are in the band, with a probability of 95 %";

impl Gallery<'_> {
    /// Predictions beside the truth, and how often what is said of them is true.
    pub(super) fn trust(&self, target: &Target) -> Result<Vec<Picture>, CliError> {
        let (shown, names) =
            (&self.points.predictions, &target.names()[..target.features().min(SLICES.len())]);
        let (mut of_intervals, mut transforms) = (Vec::new(), Vec::new());
        for (dim, name) in names.iter().enumerate() {
            let (truths, densities) =
                (shown.truths(dim, target.features()), shown.conditional.densities(dim));
            let ends = |density: &NormalMixture| [0.05, 0.5, 0.95].map(|share| density.quantile(share));
            transforms.push(Transforms {
                target: name.clone(),
                values: densities.iter().zip(&truths).map(|(density, &truth)| density.cdf(truth)).collect(),
            });
            let predicted = densities.iter().map(ends).collect();
            of_intervals.push(Intervals { target: name.clone(), truths, predicted });
        }
        let note = "median, and the interval between the quantiles of 5 and 95 %";
        Ok(vec![
            Picture {
                file: "intervals.png",
                scene: intervals("Predicted against true", note, &of_intervals)?,
                encoding: Encoding::Png,
                caption: "At most 160 examples. Of nine in ten the interval should hold the truth; where there are several \
                          branches the median may lie between them.",
            },
            Picture {
                file: "calibration.svg",
                scene: calibration("Calibration", CALIBRATION_NOTE, &transforms)?,
                encoding: Encoding::Svg,
                caption: "Where the model says that the target is below a value with a probability of p, it should be so p of \
                          the time: then the bars are equally high. Bars high at both ends: too narrow; high in the middle: \
                          too wide; a slope: too high or too low.",
            },
        ])
    }

    /// How large the errors are, and how often the intervals hold the truth.
    pub(super) fn error_table(&self, target: &Target) -> TableRows {
        let shown = &self.points.predictions;
        let row = |(dim, name): (usize, &String)| {
            let (truths, densities) =
                (shown.truths(dim, target.features()), shown.conditional.densities(dim));
            let pairs = || densities.iter().zip(&truths);
            let mean = |sum: f64| sum / truths.len() as f64;
            let squared = mean(pairs().map(|(density, truth)| (density.mean() - truth).powi(2)).sum());
            let holds = |share: f64| {
                let miss = (1.0 - share) / 2.0;
                let is_within =
                    |pair: &(&NormalMixture, &f64)| (miss..=1.0 - miss).contains(&pair.0.cdf(*pair.1));
                100.0 * mean(pairs().filter(is_within).count() as f64)
            };
            let cells = [format!("{:.1} %", holds(0.5)), format!("{:.1} %", holds(0.9))];
            [name.clone(), rows::number(squared.sqrt())].into_iter().chain(cells).collect()
        };
        TableRows {
            caption: "The root of the mean squared distance between the mean that is predicted and the truth, and how often \
                      the central intervals hold the truth."
                .to_owned(),
            header: ["target", "error", "50 % interval", "90 % interval"].map(str::to_owned).to_vec(),
            rows: target.names().iter().enumerate().map(row).collect(),
        }
    }
}
