//! Colours: every shape names a role, a theme gives the role its colour.

/// Light or dark paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on white paper.
    Light,
    /// Light ink on near-black paper.
    Dark,
}

/// What a shape is, so that a theme can say how it looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Paint {
    /// The background.
    Paper,
    /// Text and axes.
    Ink,
    /// Secondary text.
    Muted,
    /// Grid lines and outlines.
    Rule,
    /// A colour for class `k` of at most [`CATEGORIES`]; larger numbers wrap around.
    Category(usize),
    /// Grey at this share, in [0, 1], of the way from paper to secondary text.
    Shade(f64),
    /// A position in [0, 1] on a perceptually even scale (viridis).
    Sequential(f64),
}

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Number of colours that are told apart by most readers, those with colour-blindness included.
pub const CATEGORIES: usize = 10;

/// Okabe & Ito (2008), "Color Universal Design", its black and yellow replaced where they vanish into the
/// paper, extended to ten by two of Tol's "muted" scheme; neighbours differ in lightness as well as in hue.
const LIGHT: [Rgb; CATEGORIES] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [204, 121, 167],
    [86, 180, 233],
    [230, 159, 0],
    [85, 85, 85],
    [51, 34, 136],
    [160, 150, 20],
    [136, 34, 85],
];
const DARK: [Rgb; CATEGORIES] = [
    [64, 145, 230],
    [240, 116, 62],
    [31, 195, 154],
    [227, 155, 196],
    [143, 211, 255],
    [255, 181, 46],
    [201, 205, 210],
    [150, 135, 255],
    [240, 228, 66],
    [222, 80, 135],
];

/// Viridis at nine even steps (van der Walt & Smith, 2015).
const VIRIDIS: [Rgb; 9] = [
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
];

impl Theme {
    /// The colour of a role.
    pub fn rgb(self, paint: Paint) -> Rgb {
        match (paint, self) {
            (Paint::Paper, Self::Light) => [255, 255, 255],
            (Paint::Paper, Self::Dark) => [22, 25, 29],
            (Paint::Ink, Self::Light) => [31, 35, 40],
            (Paint::Ink, Self::Dark) => [225, 229, 234],
            (Paint::Muted, Self::Light) => [98, 106, 115],
            (Paint::Muted, Self::Dark) => [155, 163, 172],
            (Paint::Rule, Self::Light) => [222, 226, 230],
            (Paint::Rule, Self::Dark) => [52, 58, 65],
            (Paint::Category(k), Self::Light) => LIGHT[k % CATEGORIES],
            (Paint::Category(k), Self::Dark) => DARK[k % CATEGORIES],
            (Paint::Shade(share), _) => {
                let [paper, muted] = [Paint::Paper, Paint::Muted].map(|paint| self.rgb(paint));
                std::array::from_fn(|c| between(paper[c], muted[c], share))
            }
            // The end of the scale that would vanish into the paper is left out.
            (Paint::Sequential(position), Self::Light) => viridis(0.9 * position),
            (Paint::Sequential(position), Self::Dark) => viridis(0.15 + 0.85 * position),
        }
    }
}

fn viridis(position: f64) -> Rgb {
    let steps = (VIRIDIS.len() - 1) as f64;
    let place = if position.is_finite() { position.clamp(0.0, 1.0) * steps } else { 0.0 };
    let below = (place as usize).min(VIRIDIS.len() - 2);
    let fraction = place - below as f64;
    std::array::from_fn(|c| between(VIRIDIS[below][c], VIRIDIS[below + 1][c], fraction))
}

fn between(from: u8, to: u8, share: f64) -> u8 {
    (f64::from(from) + share * (f64::from(to) - f64::from(from))).round() as u8
}
