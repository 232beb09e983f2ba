//! The map of the latents, what each of them carries and does, and how the bound is spread.

use jensen_infer::fit::{ACTIVE_VARIANCE, variances_of_means};

use super::{Encoding, Gallery, Picture, Points, Shown};
use crate::error::CliError;
use crate::model::Traversal;
use crate::picture::grid::{self, TraversedDimension};
use crate::picture::plot::{Activity, LatentDimension, bound_histogram, kl_per_dimension, latent_map};

/// Dimensions that are traversed: those that carry most.
const TRAVERSED: usize = 10;

impl Gallery<'_> {
    /// What the model knows.
    pub(super) fn latent_space(&self) -> Result<Vec<Picture>, CliError> {
        let model = self.run.model.as_ref();
        let latent_dim = model.latent_dim();
        let Points { places: means, labels, bounds, .. } = &self.points;
        let device = model.encode(&self.batch)?.mean.device();
        let title = "Where the examples lie";
        let mut pictures = vec![Picture {
            file: "latent-map.png",
            scene: latent_map(title, means, latent_dim, labels.as_deref())?,
            encoding: Encoding::Png,
            caption: match self.shown_examples() {
                Shown::HeldOut => {
                    "Posterior means of held-out examples, coloured by label where there is one."
                }
                Shown::AlsoLearned => {
                    "Posterior means of the examples, coloured by label where there is one."
                }
            },
        }];

        let traversal = model.traversal()?;
        let dimensions = self.dimensions();
        if !dimensions.is_empty() {
            pictures.push(Picture {
                file: "kl-per-dimension.svg",
                scene: kl_per_dimension("What each dimension carries", &dimensions)?,
                encoding: Encoding::Svg,
                caption: "KL divergence of each latent dimension; an inactive one is the same for all examples.",
            });
        }
        let shown = self.traversed(&dimensions, &traversal);
        if !shown.is_empty() && self.run.record.preprocessing.table().is_none() {
            let indices: Vec<usize> = shown.iter().map(|one| one.index).collect();
            let decoded = self.view.decoded(&traversal.along(&indices, &device))?;
            let events = self.view.events(&decoded)?;
            let (title, steps) = ("One dimension at a time", (traversal.values.as_slice(), traversal.unit));
            pictures.push(Picture {
                file: "traversal.png",
                scene: grid::traversal(title, &events, self.view.intensity(), &shown, steps)?,
                encoding: Encoding::Png,
                caption: "The dimensions that carry most, moved one by one; all others at the prior's mean.",
            });
        }

        pictures.push(Picture {
            file: "bound.svg",
            scene: bound_histogram("The bound over the examples", "bound on log p(x)", bounds)?,
            encoding: Encoding::Svg,
            caption: "Examples far to the left are unusual to the model: `jensen score` lists them.",
        });
        Ok(pictures)
    }

    /// What was measured of each latent dimension; nothing if its divergence has no closed form.
    fn dimensions(&self) -> Vec<LatentDimension> {
        let variances = self.variances();
        let kl = self.metrics.mean_per_dim("kl").unwrap_or_default();
        // Dimensions that depend on each other have one divergence together.
        if kl.len() != variances.len() {
            return Vec::new();
        }
        kl.into_iter()
            .zip(variances)
            .enumerate()
            .map(|(index, (kl, variance))| {
                let active = if variance > ACTIVE_VARIANCE { Activity::Active } else { Activity::Inactive };
                LatentDimension { index, kl, active }
            })
            .collect()
    }

    /// How much the posterior's mean of each latent varies over the examples.
    fn variances(&self) -> Vec<f64> {
        self.run.model.by_latent(variances_of_means(self.metrics).unwrap_or_default())
    }

    /// The dimensions that carry most: by their divergence, where they have one each, else by how much they vary.
    fn traversed(&self, dimensions: &[LatentDimension], traversal: &Traversal) -> Vec<TraversedDimension> {
        let kl = |index: usize| dimensions.get(index).map(|one| one.kl);
        let weights: Vec<f64> = match dimensions {
            [] => self.variances(),
            some => some.iter().map(|one| one.kl).collect(),
        };
        let mut order: Vec<usize> = (0..weights.len().min(traversal.variables)).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        order.truncate(TRAVERSED);
        order.into_iter().map(|index| TraversedDimension { index, kl: kl(index) }).collect()
    }
}
