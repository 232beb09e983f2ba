//! A few images in the terminal.

use std::fmt::Write as _;

use super::theme::Rgb;
use super::{Events, Intensity, Raster};

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalStyle {
    /// Half blocks in 24-bit colour: two pixels a character.
    TrueColor,
    /// Half blocks in the 256 colours of xterm.
    Indexed,
    /// Letters of growing darkness, for terminals without colour or UTF-8, and for files.
    Ascii,
}

impl TerminalStyle {
    /// What the environment promises. `lookup` reads an environment variable.
    ///
    /// `NO_COLOR` (<https://no-color.org>), a dumb terminal or a locale without UTF-8 mean plain letters;
    /// `COLORTERM` announces 24-bit colour.
    pub fn of_environment(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
        let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
        if set("NO_COLOR").is_some() || set("TERM").is_none_or(|term| term == "dumb") || !utf8 {
            return Self::Ascii;
        }
        match set("COLORTERM").as_deref() {
            Some("truecolor" | "24bit") => Self::TrueColor,
            _ => Self::Indexed,
        }
    }
}

/// Images side by side, as many in a row as fit `width` characters; those wider than that are left out, and
/// features that are no image give an empty string.
pub fn images(events: &Events<'_>, intensity: Intensity, width: usize, style: TerminalStyle) -> String {
    let range = intensity.range(events.values());
    let rasters: Vec<Raster> = (0..events.count()).filter_map(|k| events.pixels(k, range)).collect();
    let side = rasters.first().map_or(0, |raster| raster.width);
    if side == 0 || side > width {
        return String::new();
    }
    let mut text = String::new();
    for row in rasters.chunks((width + 1) / (side + 1)) {
        for y in (0..row[0].height).step_by(2) {
            let mut line = String::new();
            for (k, raster) in row.iter().enumerate() {
                if k > 0 {
                    line.push(' ');
                }
                push_row(&mut line, raster, y, style);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// Rows `y` and `y + 1` of an image as one line; a missing row is black.
fn push_row(line: &mut String, raster: &Raster, y: usize, style: TerminalStyle) {
    // From dark to bright; bright is ink because terminals are mostly dark.
    const RAMP: &[u8; 10] = b" .:-=+*#%@";
    let mut last = None;
    for x in 0..raster.width {
        let upper = raster.pixel(x, y);
        let lower = if y + 1 < raster.height { raster.pixel(x, y + 1) } else { [0; 3] };
        if style == TerminalStyle::Ascii {
            let level = usize::midpoint(brightness(upper), brightness(lower));
            line.push(char::from(RAMP[(level * (RAMP.len() - 1) + 127) / 255]));
            continue;
        }
        if last != Some((upper, lower)) {
            let (ink, paper) = (color(upper, style), color(lower, style));
            let _ = write!(line, "\x1b[38;{ink};48;{paper}m");
            last = Some((upper, lower));
        }
        line.push('▀');
    }
    if style != TerminalStyle::Ascii {
        line.push_str("\x1b[0m");
    }
}

/// Rec. 709 luma, in thousandths.
fn brightness([r, g, b]: Rgb) -> usize {
    (213 * usize::from(r) + 715 * usize::from(g) + 72 * usize::from(b)) / 1000
}

/// The colour's part of an escape sequence: 24 bits, or the nearest of xterm's 24 greys or 6×6×6 cube.
fn color([r, g, b]: Rgb, style: TerminalStyle) -> String {
    if style == TerminalStyle::TrueColor {
        return format!("2;{r};{g};{b}");
    }
    if r == g && g == b {
        return match r {
            0..=3 => "5;16".into(),
            247..=255 => "5;231".into(),
            _ => format!("5;{}", 232 + ((usize::from(r) + 2) / 10).saturating_sub(1).min(23)),
        };
    }
    let level = |value: u8| (usize::from(value) * 5 + 127) / 255;
    format!("5;{}", 16 + 36 * level(r) + 6 * level(g) + level(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::EventShape;

    const SHAPE: EventShape = EventShape::Grey { height: 2, width: 2 };

    #[test]
    fn letters_fit_the_width() {
        let values = [1.0, 0.0, 1.0, 0.0].repeat(3);
        let events = Events::new(&values, SHAPE).expect("three images");
        assert_eq!(images(&events, Intensity::UNIT, 5, TerminalStyle::Ascii), "@  @\n@\n");
        assert_eq!(images(&events, Intensity::UNIT, 8, TerminalStyle::Ascii), "@  @  @\n");
        assert_eq!(images(&events, Intensity::UNIT, 1, TerminalStyle::Ascii), "");
    }

    #[test]
    fn half_blocks_carry_two_rows() {
        let events = Events::new(&[1.0, 1.0, 0.0, 0.0], SHAPE).expect("one image");
        let shown = images(&events, Intensity::UNIT, 10, TerminalStyle::TrueColor);
        assert_eq!(shown, "\x1b[38;2;255;255;255;48;2;0;0;0m▀▀\x1b[0m\n");
        let shown = images(&events, Intensity::UNIT, 10, TerminalStyle::Indexed);
        assert_eq!(shown, "\x1b[38;5;231;48;5;16m▀▀\x1b[0m\n");
    }

    #[test]
    fn the_environment_decides() {
        let of = |variables: &[(&str, &str)]| {
            let owned: Vec<_> = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            TerminalStyle::of_environment(|name| {
                owned.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone())
            })
        };
        let utf8 = [("TERM", "xterm-256color"), ("LANG", "en_GB.UTF-8")];
        assert_eq!(of(&utf8), TerminalStyle::Indexed);
        assert_eq!(of(&[utf8[0], utf8[1], ("COLORTERM", "truecolor")]), TerminalStyle::TrueColor);
        assert_eq!(of(&[utf8[0], utf8[1], ("NO_COLOR", "1")]), TerminalStyle::Ascii);
        assert_eq!(of(&[utf8[0], ("LANG", "C")]), TerminalStyle::Ascii);
        assert_eq!(of(&[utf8[1]]), TerminalStyle::Ascii);
    }
}
