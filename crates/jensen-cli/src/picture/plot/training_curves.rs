//! The bound and its two terms while a model learns.

use jensen_infer::Quantity;

use super::axis::Axis;
use super::layout::{self, Area, Key};
use super::panel::Panel;
use super::range;
use crate::picture::scene::Scene;
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// The bound and its terms at one time, means per example in nats: bound = reconstruction − KL at β = 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundTerms {
    /// Epochs since the start; fractions are steps within an epoch.
    pub epoch: f64,
    /// Lower bound on the quantity that is learned, or that itself.
    pub bound: f64,
    /// Expected log-likelihood, `E_q[log p(x|z)]`.
    pub reconstruction: f64,
    /// `KL(q(z|x) ‖ p(z))`.
    pub kl: f64,
}

const TRAIN: Paint = Paint::Category(0);
const VALIDATION: Paint = Paint::Category(1);

/// Three panels against the epoch: the bound, the reconstruction term and the KL term, in training and, where
/// there is any, in validation. Values that are not finite leave a gap. Where there are no terms, since the posterior is
/// exact and the bound the likelihood itself, that alone is shown.
///
/// # Errors
/// [`PictureError::Empty`] if both curves are empty.
pub fn training_curves(
    title: &str,
    quantity: Quantity,
    train: &[BoundTerms],
    validation: &[BoundTerms],
) -> Result<Scene, PictureError> {
    if train.is_empty() && validation.is_empty() {
        return Err(PictureError::Empty { what: "the training curves" });
    }
    let mut scene = Scene::new(880.0, 430.0);
    let mut legend = Vec::new();
    if !train.is_empty() {
        legend.push(Key::new("training", TRAIN));
    }
    if !validation.is_empty() {
        legend.push(Key::new("validation", VALIDATION));
    }
    let note = "means per example, in nats";
    let area = layout::head(&mut scene, title, note, &legend);
    let curves = Curves { train, validation };
    if train.iter().chain(validation).all(|terms| terms.kl.is_nan()) {
        curves.draw(&mut scene, area, &quantity.to_string(), |terms| terms.bound);
        return Ok(scene);
    }
    let (left, right) = area.split_across(0.58, 28.0);
    let (upper, lower) = right.split_down(18.0);
    curves.draw(&mut scene, left, &format!("Bound on {quantity}"), |terms| terms.bound);
    curves.draw(&mut scene, upper, "Reconstruction, E[log p(x|z)]", |terms| terms.reconstruction);
    curves.draw(&mut scene, lower, "KL(q(z|x) ‖ p(z))", |terms| terms.kl);
    Ok(scene)
}

struct Curves<'a> {
    train: &'a [BoundTerms],
    validation: &'a [BoundTerms],
}

impl Curves<'_> {
    fn draw(&self, scene: &mut Scene, outer: Area, heading: &str, term: fn(&BoundTerms) -> f64) {
        let all = || self.train.iter().chain(self.validation);
        let (first, last) = range::extent(all().map(|terms| terms.epoch));
        let epochs = (first.max(0.0), last.max(first.max(0.0) + 1e-9));
        let shown = range::padded(range::robust_extent(all().map(term)), 0.05);
        let wanted = (outer.height / 55.0) as usize;
        let x = Axis::counting(epochs, "epoch", (outer.width / 60.0) as usize);
        let y = Axis::continuous(shown, "nats", wanted.max(3));
        let panel = Panel::draw(scene, outer, heading, x, y);
        for (curve, paint) in [(self.train, TRAIN), (self.validation, VALIDATION)] {
            let points: Vec<_> = curve.iter().map(|terms| (terms.epoch, term(terms))).collect();
            panel.curve(scene, &points, 2.0, paint);
        }
        let beyond = |terms: &&BoundTerms| {
            let value = term(terms);
            if value.is_finite() { (shown.0 - value).max(value - shown.1) } else { 0.0 }
        };
        let farthest =
            all().max_by(|a, b| beyond(a).total_cmp(&beyond(b))).filter(|terms| beyond(terms) > 0.0);
        if let Some(terms) = farthest {
            let below = term(terms) < shown.0;
            let arrow = if below { "▼" } else { "▲" };
            let y = if below { panel.last_line() } else { panel.first_line() };
            let (value, epoch) = (ticks::fixed(term(terms), 1), ticks::fixed(terms.epoch, 1));
            let said = format!("{arrow} off the scale: {value} at epoch {}", epoch.trim_end_matches(".0"));
            panel.say(scene, &said, y);
        }
    }
}
