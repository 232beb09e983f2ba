//! A conditional density along one input after the other.

use jensen_models::mdn::NormalMixture;

use super::axis::Axis;
use super::layout::{self, Key};
use super::panel::Panel;
use super::range::{self, Range};
use super::tiles;
use crate::picture::PictureError;
use crate::picture::scene::{Point, Scene};
use crate::picture::theme::Paint;

/// Along one input, all others as they are.
pub struct Slice {
    /// The input's name.
    pub input: String,
    /// Values of the input from the least to the greatest, each with the density there.
    pub densities: Vec<(f64, NormalMixture)>,
    /// The input's deciles over the examples: where there are few examples the density is a guess.
    pub deciles: Vec<f64>,
    /// Where the input stands in the other slices.
    pub center: f64,
}

/// Shares of the probability that the regions of highest density hold, and how dark these are.
const REGIONS: [(f64, f64); 3] = [(0.5, 0.62), (0.8, 0.38), (0.95, 0.18)];

/// What the vertical axis has to hold of each density.
const CENTRAL: [f64; 2] = [0.01, 0.99];

/// Parts of the vertical axis, each of which is in a region or not.
const CELLS: usize = 220;

/// A component's mean is drawn where its weight is at least this.
const LEAST_WEIGHT: f64 = 0.05;

/// A panel for each input: the regions of highest density that hold 50, 80 and 95 % of the probability (Hyndman 1996),
/// however many pieces these have, and the components' means where their weight is 0.05 or more.
///
/// # Errors
/// [`PictureError::Empty`] without a slice, or with one that has no densities.
pub fn density_slices(
    title: &str,
    note: &str,
    target: &str,
    slices: &[Slice],
) -> Result<Scene, PictureError> {
    let components =
        slices.first().and_then(|slice| slice.densities.first()).map_or(0, |(_, at)| at.terms().len());
    if components == 0 || slices.iter().any(|slice| slice.densities.is_empty()) {
        return Err(PictureError::Empty { what: "the slices of a density" });
    }
    let regions = REGIONS
        .iter()
        .map(|(share, dark)| Key::new(format!("densest {:.0} %", 100.0 * share), Paint::Shade(*dark)));
    let means = (0..components).map(|k| Key::new(format!("component {k}"), Paint::Category(k)));
    let keys: Vec<Key> = regions.chain(means).collect();
    let height = if slices.len() <= 2 { 380.0 } else { 230.0 };
    let mut scene = Scene::new(980.0, tiles::height(slices.len(), height) + 110.0);
    let area = layout::head(&mut scene, title, note, &keys);
    let ends = slices.iter().flat_map(|slice| &slice.densities);
    let y = range::padded(
        range::robust_extent(ends.flat_map(|(_, density)| CENTRAL.map(|share| density.quantile(share)))),
        0.04,
    );
    for (slice, tile) in slices.iter().zip(tiles::tiles(area, slices.len())) {
        draw(&mut scene, tile, slice, target, y);
    }
    Ok(scene)
}

fn draw(scene: &mut Scene, tile: layout::Area, slice: &Slice, target: &str, y: Range) {
    let places: Vec<f64> = slice.densities.iter().map(|(x, _)| *x).collect();
    let gap = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let half = if gap.is_finite() { gap / 2.0 } else { 0.5 };
    let x = range::extent([places[0] - half, places[places.len() - 1] + half]);
    let axis =
        |range, title: &str, length: f64, mark: f64| Axis::continuous(range, title, (length / mark) as usize);
    let x_axis = axis(x, &slice.input, tile.width, 80.0);
    let panel = Panel::draw(scene, tile, "", x_axis, axis(y, target, tile.height, 50.0));
    let edges: Vec<f64> = (0..=CELLS).map(|cell| y.0 + (y.1 - y.0) * cell as f64 / CELLS as f64).collect();
    for (x, density) in &slice.densities {
        for (from, to, dark) in runs(&regions(density, &edges)) {
            let (left, top) = panel.place((x - half, edges[to]));
            let (right, bottom) = panel.place((x + half, edges[from]));
            scene.rectangle((left, top), (right - left, bottom - top), Paint::Shade(dark));
        }
    }
    panel.dashed_curve(scene, &[(slice.center, y.0), (slice.center, y.1)], 1.0, Paint::Muted);
    for &decile in slice.deciles.iter().filter(|&&decile| decile >= x.0 && decile <= x.1) {
        let (x, bottom) = panel.place((decile, y.0));
        scene.line([(x, bottom - 6.0), (x, bottom)], 1.5, Paint::Ink);
    }
    for k in 0..slice.densities[0].1.terms().len() {
        let mean = |(x, density): &(f64, NormalMixture)| -> Point {
            let term = density.terms()[k];
            (*x, if term.weight >= LEAST_WEIGHT { term.mean } else { f64::NAN })
        };
        panel.curve(scene, &slice.densities.iter().map(mean).collect::<Vec<_>>(), 1.5, Paint::Category(k));
    }
}

/// The smallest region that each cell is in, by its place among [`REGIONS`]: cells of much mass first, until a region has
/// its share. Masses are differences of the distribution function, so that nothing narrow falls between cells.
fn regions(density: &NormalMixture, edges: &[f64]) -> Vec<Option<usize>> {
    let below: Vec<f64> = edges.iter().map(|&edge| density.cdf(edge)).collect();
    let masses: Vec<f64> = below.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut order: Vec<usize> = (0..masses.len()).collect();
    order.sort_by(|&a, &b| masses[b].total_cmp(&masses[a]));
    let (mut held, mut regions) = (0.0, vec![None; masses.len()]);
    for cell in order {
        regions[cell] = REGIONS.iter().position(|(share, _)| held < *share);
        held += masses[cell];
        if masses[cell] <= 0.0 {
            regions[cell] = None;
        }
    }
    regions
}

/// Neighbours in the same region: the first cell, the one after the last, and how dark they are.
fn runs(regions: &[Option<usize>]) -> Vec<(usize, usize, f64)> {
    let mut from = 0;
    let mut runs = Vec::new();
    for run in regions.chunk_by(|a, b| a == b) {
        runs.extend(run[0].map(|region| (from, from + run.len(), REGIONS[region].1)));
        from += run.len();
    }
    runs
}

#[cfg(test)]
mod tests {
    use jensen_models::mdn::NormalTerm;

    use super::*;

    fn mixture(terms: &[(f64, f64, f64)]) -> NormalMixture {
        let term = |&(weight, mean, deviation): &(f64, f64, f64)| NormalTerm { weight, mean, deviation };
        NormalMixture::new(terms.iter().map(term).collect())
    }

    fn edges() -> Vec<f64> {
        (0..=800).map(|cell| -4.0 + f64::from(cell) / 100.0).collect()
    }

    #[test]
    fn regions_of_a_normal_end_at_its_quantiles() {
        let regions = regions(&mixture(&[(1.0, 0.0, 1.0)]), &edges());
        for (region, z) in [(0, 0.674_49), (1, 1.281_55), (2, 1.959_96)] {
            let within = regions.iter().filter(|own| own.is_some_and(|own| own <= region)).count();
            assert!((within as f64 / 100.0 - 2.0 * z).abs() < 0.03, "{region}: {within} cells");
        }
    }

    #[test]
    fn two_branches_have_two_pieces_and_a_spike_is_one_cell() {
        let two = runs(&regions(&mixture(&[(0.5, -2.0, 0.2), (0.5, 2.0, 0.2)]), &edges()));
        let [(_, low, _), (high, ..)] = [two[two.len() / 2 - 1], two[two.len() / 2]];
        assert!(low < 300 && high > 500, "the gap is in no region: {two:?}");
        let spike = regions(&mixture(&[(1.0, 1.005, 1e-9)]), &edges());
        assert_eq!(spike.iter().filter(|region| region.is_some()).count(), 1);
        assert_eq!(spike[500], Some(0));
    }
}
