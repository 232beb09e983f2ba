//! How much each latent dimension says about the data.

use super::axis::Axis;
use super::layout::{self, Key, LABEL};
use super::panel::Panel;
use super::range;
use crate::picture::PictureError;
use crate::picture::font::{self, Weight};
use crate::picture::scene::Scene;
use crate::picture::theme::Paint;

/// One latent dimension over a data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatentDimension {
    /// Its index, from 0.
    pub index: usize,
    /// Mean over the examples of its share of `KL(q(z|x) ‖ p(z))`, nats.
    pub kl: f64,
    /// Whether it is an active unit (Burda et al., 2016, section 5.2); the caller has the criterion.
    pub active: Activity,
}

/// Whether a latent dimension carries information.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It varies with the data.
    Active,
    /// It has collapsed to the prior.
    Inactive,
}

/// Bars of the KL divergence of each latent dimension, largest first, active units coloured.
///
/// # Errors
/// [`PictureError::Empty`] without dimensions.
pub fn kl_per_dimension(title: &str, dimensions: &[LatentDimension]) -> Result<Scene, PictureError> {
    if dimensions.is_empty() {
        return Err(PictureError::Empty { what: "the KL divergence per dimension" });
    }
    let mut sorted = dimensions.to_vec();
    // Without a number last; ties in the order of the index.
    let rank = |kl: f64| if kl.is_nan() { f64::NEG_INFINITY } else { kl };
    sorted.sort_by(|a, b| rank(b.kl).total_cmp(&rank(a.kl)).then(a.index.cmp(&b.index)));
    let active = sorted.iter().filter(|dimension| dimension.active == Activity::Active).count();
    let mut legend = vec![Key::new(format!("active ({active})"), Paint::Category(0))];
    if active < sorted.len() {
        legend.push(Key::new(format!("inactive ({})", sorted.len() - active), Paint::Muted));
    }
    let mut scene = Scene::new(880.0, 330.0);
    let total: f64 = sorted.iter().map(|dimension| dimension.kl).filter(|kl| kl.is_finite()).sum();
    let note = format!("means over the examples; the {} dimensions add up to {total:.2} nats", sorted.len());
    let area = layout::head(&mut scene, title, &note, &legend);
    let top = range::extent(sorted.iter().map(|dimension| dimension.kl).chain([0.0])).1;
    let bars = sorted.len() as f64;
    let range = (0.4, bars + 0.6);
    let widest = sorted.iter().map(|d| font::width(&d.index.to_string(), LABEL, Weight::Regular));
    let crowded = widest.fold(0.0, f64::max) + 4.0 > 0.92 * area.width / bars;
    let x = if crowded {
        Axis::counting(range, "rank of the latent dimension", 10)
    } else {
        let marks = sorted.iter().enumerate().map(|(k, d)| (k as f64 + 1.0, d.index.to_string())).collect();
        Axis::named(range, "index of the latent dimension", marks)
    };
    let panel = Panel::draw(&mut scene, area, "", x, Axis::continuous((0.0, 1.05 * top), "KL, nats", 5));
    for (k, dimension) in sorted.iter().enumerate().filter(|(_, d)| d.kl.is_finite()) {
        let paint = match dimension.active {
            Activity::Active => Paint::Category(0),
            Activity::Inactive => Paint::Muted,
        };
        let (left, y) = panel.place((k as f64 + 0.62, dimension.kl.max(0.0)));
        let (right, bottom) = panel.place((k as f64 + 1.38, 0.0));
        scene.rectangle((left, y.min(bottom - 1.0)), (right - left, (bottom - y).max(1.0)), paint);
    }
    Ok(scene)
}
