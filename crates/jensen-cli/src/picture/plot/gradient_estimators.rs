//! Gradient estimators against each other.

use super::axis::Axis;
use super::layout::{self, Area, Key, LABEL};
use super::panel::Panel;
use super::range;
use crate::picture::scene::{Scene, Text};
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// The noise of an estimator over the dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthCurve {
    /// What it is called in the legend.
    pub name: String,
    /// Dimension and variance over squared length of the gradient.
    pub points: Vec<(f64, f64)>,
}

/// What is shown of an estimator on a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimatorMark {
    /// Its name.
    pub name: &'static str,
    /// The variance of one estimate.
    pub variance: f64,
    /// Whether its mean is another than the gradient.
    pub is_biased: bool,
    /// How far its mean is from the gradient.
    pub bias: f64,
}

/// The estimators on one problem.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemMarks {
    /// The problem's name, and what it is.
    pub title: String,
    /// What was measured.
    pub estimators: Vec<EstimatorMark>,
}

const UNBIASED: Paint = Paint::Category(0);
const BIASED: Paint = Paint::Category(1);

/// How the noise of score function and reparameterisation grows with the dimension, then the variance of every estimator
/// on every problem, on logarithmic scales, those with a bias marked.
///
/// # Errors
/// [`PictureError::Empty`] without curves or problems.
pub fn gradient_estimators(curves: &[GrowthCurve], problems: &[ProblemMarks]) -> Result<Scene, PictureError> {
    if curves.is_empty() || problems.is_empty() {
        return Err(PictureError::Empty { what: "the comparison of gradient estimators" });
    }
    let mut scene = Scene::new(980.0, 400.0 + 330.0 * problems.len().div_ceil(2) as f64);
    let note = "exact gradients are known; below, of two samples: dreg, vimco and reweighted-wake-sleep of the IWAE bound, \
                the others of the ELBO";
    let legend = curves.iter().enumerate().map(|(i, curve)| Key::new(curve.name.clone(), Paint::Category(i)));
    let area = layout::head(&mut scene, "Gradient estimators", note, &legend.collect::<Vec<_>>());
    let top = Area { height: 280.0, ..area };
    growth(&mut scene, top, curves);
    let baseline = top.bottom() + 44.0;
    let mut x = area.left;
    for (name, paint) in
        [("variance, mean equal to the gradient", UNBIASED), ("variance, biased (bias beside it)", BIASED)]
    {
        scene.disc((x + 5.0, baseline - 0.36 * LABEL), 4.5, paint, 1.0);
        scene.text(Text::new(name, (x + 15.0, baseline), LABEL));
        x += 270.0;
    }
    let rows = problems.len().div_ceil(2) as f64;
    let (first, gap) = (baseline + 22.0, 26.0);
    let height = (scene.height - layout::MARGIN - first - gap * (rows - 1.0)) / rows;
    for (i, pair) in problems.chunks(2).enumerate() {
        let row = Area { top: first + i as f64 * (height + gap), height, ..area };
        let (left, right) = row.split_across(0.5, 30.0);
        for (problem, area) in pair.iter().zip([left, right]) {
            marks(&mut scene, area, problem);
        }
    }
    Ok(scene)
}

fn growth(scene: &mut Scene, area: Area, curves: &[GrowthCurve]) {
    let dimensions = curves[0].points.iter().map(|(dimension, _)| *dimension);
    let at = dimensions.map(|d| (d.log2(), format!("{d:.0}"))).collect::<Vec<_>>();
    let last = at.last().map_or(1.0, |(place, _)| *place);
    let values = curves.iter().flat_map(|curve| curve.points.iter().map(|(_, noise)| noise.log10()));
    let shown = range::padded(range::extent(values), 0.06);
    let x = Axis::named((-0.1, last + 0.1), "dimensions of the latent", at);
    let heading = "Policy gradient against reparameterisation: variance of an estimate over the gradient's squared length";
    let panel = Panel::draw(scene, area, heading, x, decades(shown, "variance / |gradient|²"));
    for (i, curve) in curves.iter().enumerate() {
        let points: Vec<_> = curve.points.iter().map(|(d, noise)| (d.log2(), noise.log10())).collect();
        panel.curve(scene, &points, 2.0, Paint::Category(i));
        for point in points.into_iter().filter(|(_, y)| y.is_finite()) {
            scene.disc(panel.place(point), 3.0, Paint::Category(i), 1.0);
        }
    }
}

/// One dot an estimator, the best on top.
fn marks(scene: &mut Scene, area: Area, problem: &ProblemMarks) {
    let mut sorted: Vec<&EstimatorMark> = problem.estimators.iter().collect();
    sorted.sort_by(|a, b| b.variance.total_cmp(&a.variance));
    let count = sorted.len() as f64;
    let names = sorted.iter().enumerate().map(|(i, mark)| (i as f64, mark.name.to_owned())).collect();
    // An exact gradient has none: below every other.
    let visible = |mark: &&&EstimatorMark| mark.variance > 0.0;
    let (low, high) = range::extent(sorted.iter().filter(visible).map(|mark| mark.variance.log10()));
    let shown = range::padded((low, high.max(low + 1.0)), 0.2);
    let x = decades(shown, "variance of an estimate");
    let panel = Panel::draw(scene, area, &problem.title, x, Axis::named((-0.6, count - 0.4), "", names));
    for (i, mark) in sorted.iter().enumerate() {
        let paint = if mark.is_biased { BIASED } else { UNBIASED };
        let place = if mark.variance > 0.0 { mark.variance.log10() } else { shown.0 };
        let (x, y) = panel.place((place, i as f64));
        if mark.variance == 0.0 {
            scene.text(
                Text::new("0: exact", (x + 4.0, y), 0.9 * LABEL).paint(Paint::Muted).centered_vertically(),
            );
            continue;
        }
        scene.disc((x, y), 4.5, paint, 1.0);
        if mark.is_biased {
            let text = Text::new(format!("{:.1e}", mark.bias), (x + 9.0, y), 0.9 * LABEL);
            scene.text(text.paint(Paint::Muted).centered_vertically());
        }
    }
}

/// An axis of powers of ten, its range in their exponents.
fn decades((low, high): (f64, f64), title: &str) -> Axis {
    let every = (((high - low) / 6.0).ceil() as i32).max(1);
    let powers = (low.ceil() as i32..=high.floor() as i32).filter(|power| power % every == 0);
    let label = |power: i32| match power {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => format!("10{}", ticks::raised(&power.to_string())),
    };
    Axis::named((low, high), title, powers.map(|power| (f64::from(power), label(power))).collect())
}
