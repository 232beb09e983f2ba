//! Whether what is said of targets is as often true as it is said.

use super::axis::Axis;
use super::layout::{self, Key};
use super::panel::Panel;
use super::tiles;
use crate::picture::scene::Scene;
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// Of one target, the probability that the model gave to values below the true one, for each example.
pub struct Transforms {
    /// The target's name.
    pub target: String,
    /// Values in `[0, 1]`.
    pub values: Vec<f64>,
}

const BAND: Paint = Paint::Shade(0.3);

/// How often a calibrated model has a bar outside the band, over all bars of a panel.
const MISS: f64 = 0.05;

/// A panel for each target: the histogram of the probability integral transform, which is flat for a calibrated model
/// (Dawid 1984; Gneiting, Balabdaoui & Raftery 2007), and the band in which all its bars lie with a probability of 95 % or
/// more if the examples are independent and the model is calibrated.
///
/// # Errors
/// [`PictureError::Empty`] without a target or an example.
pub fn calibration(title: &str, note: &str, targets: &[Transforms]) -> Result<Scene, PictureError> {
    if targets.is_empty() || targets.iter().any(|one| one.values.is_empty()) {
        return Err(PictureError::Empty { what: "the calibration" });
    }
    let height = if targets.len() == 1 { 300.0 } else { 250.0 };
    let mut scene = Scene::new(880.0, tiles::height(targets.len(), height) + 110.0);
    let keys = [Key::new("examples", Paint::Category(0)), Key::new("what chance allows", BAND)];
    let area = layout::head(&mut scene, title, note, &keys);
    for (one, tile) in targets.iter().zip(tiles::tiles(area, targets.len())) {
        draw(&mut scene, tile, one);
    }
    Ok(scene)
}

fn draw(scene: &mut Scene, tile: layout::Area, Transforms { target, values }: &Transforms) {
    let bins = match values.len() {
        0..=49 => 5,
        50..=399 => 10,
        _ => 20,
    };
    let mut counts = vec![0_usize; bins];
    for value in values {
        counts[((value * bins as f64) as usize).min(bins - 1)] += 1;
    }
    let band = binomial_interval(values.len(), 1.0 / bins as f64, MISS / bins as f64);
    let tallest = counts.iter().copied().chain([band.1]).max().unwrap_or(1).max(1) as f64;
    let x = Axis::continuous((0.0, 1.0), format!("probability below the true {target}"), 5);
    let y = Axis::counting((0.0, 1.08 * tallest), "examples", (tile.height / 50.0) as usize);
    let panel = Panel::draw(scene, tile, "", x, y);
    let (left, top) = panel.place((0.0, band.1 as f64));
    let (right, bottom) = panel.place((1.0, band.0 as f64));
    scene.rectangle((left, top), (right - left, bottom - top), BAND);
    for (bin, &count) in counts.iter().enumerate() {
        let edge = |k: usize| k as f64 / bins as f64;
        let (left, top) = panel.place((edge(bin), count as f64));
        let (right, bottom) = panel.place((edge(bin + 1), 0.0));
        // Bars are as wide as leaves the band to be seen between them.
        let inset = 0.2 * (right - left);
        scene.rectangle((left + inset, top), (right - left - 2.0 * inset, bottom - top), Paint::Category(0));
    }
    for end in [band.0, band.1] {
        scene.line([0.0, 1.0].map(|x| panel.place((x, end as f64))), 1.0, Paint::Muted);
    }
    let outside = counts.iter().filter(|&&count| count < band.0 || count > band.1).count();
    if outside > 0 {
        let said = if outside == 1 {
            "1 bar".to_owned()
        } else {
            format!("{} bars", ticks::fixed(outside as f64, 0))
        };
        panel.say(scene, &format!("{said} outside the band"), panel.first_line());
    }
}

/// The counts between which a binomial variable lies but for a probability of at most `miss`, half of it to either side.
fn binomial_interval(trials: usize, probability: f64, miss: f64) -> (usize, usize) {
    let n = trials as f64;
    let mut mass = (n * (-probability).ln_1p()).exp();
    let (mut below, mut low, mut high) = (0.0, 0, trials);
    for count in 0..=trials {
        // Fewer than `count` have the probability `below`.
        if below <= miss / 2.0 {
            low = count;
        }
        below += mass;
        if 1.0 - below <= miss / 2.0 {
            high = count;
            break;
        }
        let k = count as f64;
        mass *= (n - k) / (k + 1.0) * probability / (1.0 - probability);
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By SciPy 1.17.1: `binom.ppf` of `miss/2` and `1 − miss/2`.
    #[test]
    fn intervals_are_those_of_scipy() {
        for ((trials, probability, miss), expected) in [
            ((100, 0.1, 0.05), (5, 16)),
            ((2000, 0.05, 0.0025), (72, 131)),
            ((7, 0.2, 0.01), (0, 4)),
            ((1, 0.2, 0.01), (0, 1)),
        ] {
            assert_eq!(binomial_interval(trials, probability, miss), expected, "of {trials}");
        }
    }
}
