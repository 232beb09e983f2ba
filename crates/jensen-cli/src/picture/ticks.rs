//! Round numbers for axes, and how a number is written.

/// The values at which an axis from `low` to `high` is marked: multiples of 1, 2 or 5 times a power of ten,
/// about `wanted` of them.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    if !low.is_finite() || !high.is_finite() || high <= low {
        return Vec::new();
    }
    let step = step((high - low) / wanted.max(1) as f64);
    let slack = 1e-9 * (high - low);
    let first = ((low - slack) / step).ceil() as i64;
    let last = ((high + slack) / step).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// Whole numbers for an axis that counts (epochs, examples, ranks).
pub fn whole_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    ticks(low, high, wanted).into_iter().filter(|tick| tick.fract() == 0.0).collect()
}

/// The round step nearest to the one asked for, in ratio.
fn step(asked: f64) -> f64 {
    let power = 10f64.powf(asked.log10().floor());
    let unevenness = |round: &f64| (round * power / asked).ln().abs();
    let nearest = [1.0, 2.0, 5.0, 10.0].into_iter().min_by(|a, b| unevenness(a).total_cmp(&unevenness(b)));
    nearest.unwrap_or(10.0) * power
}

/// One label for each tick, all with as many decimals as the step between them needs.
pub fn labels(ticks: &[f64]) -> Vec<String> {
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let largest = ticks.iter().fold(0.0_f64, |largest, tick| largest.max(tick.abs()));
    if step.is_finite() && (largest >= 1e7 || step < 1e-4) {
        // Two digits do not tell numbers apart that are close to each other and far from zero.
        if largest / step > 90.0 {
            let decimals = (-step.log10() - 1e-6).ceil().clamp(0.0, 12.0) as usize;
            return ticks.iter().map(|&tick| fixed(tick, decimals)).collect();
        }
        return ticks.iter().map(|&tick| scientific(tick)).collect();
    }
    let decimals = decimals(ticks);
    ticks.iter().map(|&tick| fixed(tick, decimals)).collect()
}

/// The fewest decimals, at most six, that write all values exactly, or as good as.
pub fn decimals(values: &[f64]) -> usize {
    let exact = |value: f64, decimals: i32| {
        let scaled = value * 10f64.powi(decimals);
        (scaled - scaled.round()).abs() <= 1e-6
    };
    (0..6).find(|&count| values.iter().all(|&value| exact(value, count))).unwrap_or(6) as usize
}

/// `value` with a given number of decimals, a true minus sign, and thin groups from 10 000 on.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "not a number".into() } else { signed(value < 0.0, "∞") };
    }
    let digits = format!("{:.decimals$}", value.abs());
    let zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), ""), |(w, f)| (w, f));
    let mut grouped = String::new();
    for (k, digit) in whole.chars().enumerate() {
        if k > 0 && whole.len() > 4 && (whole.len() - k) % 3 == 0 {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    signed(value < 0.0 && !zero, &grouped)
}

fn signed(negative: bool, digits: &str) -> String {
    if negative { format!("−{digits}") } else { digits.to_owned() }
}

/// `2·10⁻⁵`.
fn scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let written = format!("{value:.1e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let mantissa = mantissa.trim_end_matches(".0").replace('-', "−");
    format!("{mantissa}·10{}", raised(exponent))
}

/// Digits as an exponent: `⁻⁵`.
pub fn raised(digits: &str) -> String {
    digits.chars().map(superscript).collect()
}

fn superscript(character: char) -> char {
    match character {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        digit => char::from_u32('⁴' as u32 + digit as u32 - '4' as u32).unwrap_or(digit),
    }
}

/// `k` as subscript digits: `z₁₂`.
pub fn subscript(k: usize) -> String {
    k.to_string().chars().filter_map(|digit| char::from_u32('₀' as u32 + digit as u32 - '0' as u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(-106.3, -98.2, 5), [-106.0, -104.0, -102.0, -100.0]);
        assert_eq!(ticks(22.6, 25.7, 3), [23.0, 24.0, 25.0]);
        assert_eq!(ticks(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]);
        assert_eq!(whole_ticks(0.0, 2.0, 8), [0.0, 1.0, 2.0]);
        assert!(ticks(3.0, 3.0, 5).is_empty() && ticks(f64::NAN, 1.0, 5).is_empty());
    }

    #[test]
    fn labels_share_their_decimals() {
        assert_eq!(labels(&[-0.5, 0.0, 0.5]), ["−0.5", "0.0", "0.5"]);
        assert_eq!(labels(&[24.0]), ["24"]);
        assert_eq!(labels(&[0.0, 20_000.0]), ["0", "20\u{a0}000"]);
        assert_eq!(labels(&[0.0, 2e-5, 4e-5]), ["0", "2·10⁻⁵", "4·10⁻⁵"]);
        assert_eq!(labels(&[0.0, 0.0005, 0.001]), ["0.0000", "0.0005", "0.0010"]);
        assert_eq!(labels(&[-6.30002, -6.30001]), ["−6.30002", "−6.30001"]);
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(fixed(-98.214, 2), "−98.21");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(1_234_567.0, 0), "1\u{a0}234\u{a0}567");
        assert_eq!(fixed(f64::NAN, 2), "not a number");
        assert_eq!(subscript(190), "₁₉₀");
    }
}
