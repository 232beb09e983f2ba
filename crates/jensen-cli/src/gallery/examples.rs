//! Samples, reconstructions and an interpolation.

use jensen_data::Role;
use jensen_models::latent_path;
use jensen_random::Rng;

use super::{Encoding, Gallery, Picture, Shown};
use crate::error::CliError;
use crate::picture::grid::{self, Difference};

/// How many are shown.
const SAMPLES: usize = 64;
pub(super) const RECONSTRUCTIONS: usize = 20;
const STEPS: usize = 10;

impl Gallery<'_> {
    /// What the model makes.
    pub(super) fn examples(&self) -> Result<Vec<Picture>, CliError> {
        if self.run.record.preprocessing.table().is_some() {
            return Ok(Vec::new()); // shown as rows
        }
        let (model, view) = (self.run.model.as_ref(), &self.view);
        // The same draws as `jensen sample` makes.
        let samples = view.samples(&model.sample(SAMPLES, 1.0, Rng::seed(0).fork("sample"))?)?;
        let mut pictures = vec![Picture {
            file: "samples.png",
            scene: grid::samples("Samples from the prior", &view.events(&samples)?, view.intensity()),
            encoding: Encoding::Png,
            caption: "Invented: the mean observation for draws of the prior.",
        }];

        let mean = model.encode(&self.batch)?.mean;
        let [count, _] = mean.dims();
        let device = mean.device();
        let originals = self.batch.tensor(Role::Observation, &device)?;
        let originals = view.shown(originals);
        let decoded = view.decoded(&mean)?;
        let scene = grid::reconstructions(
            "Reconstructions",
            &view.events(&originals)?,
            &view.events(&decoded)?,
            view.intensity(),
            Difference::Hidden,
        )?;
        let caption = match self.shown_examples() {
            Shown::HeldOut => "Examples that were held out, and below each what the model keeps of it.",
            Shown::AlsoLearned => {
                "Examples, most of them learned from, and below each what the model keeps of it."
            }
        };
        pictures.push(Picture { file: "reconstructions.png", scene, encoding: Encoding::Png, caption });

        if count > 1 {
            let end = |row| mean.clone().narrow(0, row, 1);
            let path = latent_path::between(end(0), end(1), STEPS);
            let path = view.decoded(&path)?;
            let ends = ["example 0", "example 1"];
            let scene = grid::interpolation(
                "From one example to another",
                &view.events(&path)?,
                view.intensity(),
                ends,
            );
            let caption = "Decoded along the straight line between the latents of two examples.";
            pictures.push(Picture { file: "interpolation.png", scene, encoding: Encoding::Png, caption });
        }
        Ok(pictures)
    }
}
