//! The embedded font. Pictures must look the same on a machine that has none.

use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// `DejaVu` Sans, cut down to Latin, Greek and a few mathematical signs; see `assets/fonts/LICENSE`.
static REGULAR: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.subset.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Bold.subset.ttf");

/// The name under which plotters finds the font. In SVG it is also the `font-family` that a browser reads:
/// those listed are no wider than `DejaVu` Sans, so text measured here fits there.
const FAMILY: &str = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif";

/// plotters scales this font so that ascent minus descent is the requested size: 0.928 + 0.236 em.
pub(super) const LINE_HEIGHT: f64 = 1.164;

/// Stroke weight of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Ordinary text.
    Regular,
    /// Titles.
    Bold,
}

/// The font at a size in plotters' sense.
pub(super) fn font(size: f64, weight: Weight) -> FontDesc<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, BOLD)] {
            assert!(
                register_font(FAMILY, style, bytes).is_ok(),
                "the embedded font is a valid TrueType file"
            );
        }
    });
    let style = match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    FontDesc::new(FontFamily::Name(FAMILY), size, style)
}

/// Width of `text` at `em` units per em.
pub fn width(text: &str, em: f64, weight: Weight) -> f64 {
    // Measured large: plotters rounds widths to whole pixels.
    const FINE: f64 = 16.0;
    font(em * LINE_HEIGHT * FINE, weight)
        .layout_box(text)
        .map_or(0.0, |((x0, _), (x1, _))| f64::from(x1 - x0) / FINE)
}
