//! Results go to standard output, everything else to standard error.

use std::io::Write;

use serde::Serialize;

use crate::error::CliError;

/// Prints one line of a result.
///
/// Not `println!`, which panics when the reader closes the pipe.
///
/// # Errors
/// If standard output cannot be written.
pub fn line(text: impl std::fmt::Display) -> Result<(), CliError> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

/// Says something that is no result, to standard error.
///
/// Not `eprintln!`, which panics when nobody reads: where it cannot be said, it is left unsaid.
pub fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints exactly one JSON object.
///
/// # Errors
/// If standard output cannot be written.
pub fn json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    line(text)
}

/// Names and values in two aligned columns.
pub fn aligned<N: AsRef<str>, V: AsRef<str>>(rows: &[(N, V)]) -> String {
    let width = rows.iter().map(|(name, _)| name.as_ref().chars().count()).max().unwrap_or(0);
    let rows = rows.iter().map(|(name, value)| format!("{:width$}  {}", name.as_ref(), value.as_ref()));
    rows.collect::<Vec<_>>().join("\n")
}

/// A table with a header; the first column is text, the others are numbers set right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let set = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells =
            cells.map(|(i, (cell, &w))| if i == 0 { format!("{cell:w$}") } else { format!("{cell:>w$}") });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    std::iter::once(set(&header)).chain(rows.iter().map(|row| set(row))).collect::<Vec<_>>().join("\n")
}

/// Text in aligned columns.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let set = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(set).collect::<Vec<_>>().join("\n")
}

/// A number of things: `1 epoch`, `2 epochs`.
pub fn count(n: u64, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// A number with five significant digits, as `%g` of C prints it.
pub fn number(value: f64) -> String {
    let scientific = format!("{value:.4e}");
    let exponent = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
    let trimmed = |text: &str| {
        let digits = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        digits.to_owned()
    };
    match (exponent, scientific.split_once('e')) {
        (Some(exponent @ -4..=5), _) => {
            trimmed(&format!("{value:.*}", usize::try_from(4 - exponent).unwrap_or(0)))
        }
        (_, Some((digits, exponent))) => format!("{}e{exponent}", trimmed(digits)),
        _ => scientific, // not a number, or infinite
    }
}

/// A word as a shell reads it back: in single quotes where it has to be.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_five_digits() {
        let numbers = [
            (0.0, "0"),
            (255.0, "255"),
            (-33.123_456, "-33.123"),
            (100_000.0, "100000"),
            (1.25e-7, "1.25e-7"),
            (-3e20, "-3e20"),
            (0.000_25, "0.00025"),
            (f64::INFINITY, "inf"),
        ];
        for (value, expected) in numbers {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        let words =
            [("runs/a-1.b", "runs/a-1.b"), ("", "''"), ("my run", "'my run'"), ("a'b$c", r"'a'\''b$c'")];
        for (word, expected) in words {
            assert_eq!(quoted(word), expected);
        }
    }
}
