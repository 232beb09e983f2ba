//! The cells of a column: numbers or words.

use std::collections::HashMap;
use std::path::Path;

use crate::DataError;

/// What stands for a missing cell, besides an empty one and every spelling of NaN.
const MISSING: [&str; 10] = ["NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "Null", "null", "None", "?"];

/// Whether a cell, without the space around it, says that there is no value.
pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || MISSING.contains(&cell) || cell.parse().is_ok_and(f64::is_nan)
}

/// How the cells of a column are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As numbers if they are, else as words.
    Told,
    /// As words, whatever they look like.
    Words,
}

/// A column while it is read: a cell gives a number at once, which is a value or, in a column of
/// words, counts the words in the order in which they appeared.
#[derive(Debug)]
pub(super) struct Column {
    reading: Reading,
    numbers: u64,
    words: HashMap<String, usize>,
    first_word: Option<(u64, String)>,
}

/// What a column turned out to hold.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// Numbers.
    Numbers,
    /// `true` and `false`: what each word that appeared stands for.
    Truth(Vec<f64>),
    /// Words: the levels in order, and which of them each word is that appeared.
    Words(Vec<String>, Vec<f64>),
}

impl Column {
    pub(super) fn new(reading: Reading) -> Self {
        Self { reading, numbers: 0, words: HashMap::new(), first_word: None }
    }

    /// Takes a cell, without the space around it.
    pub(super) fn read(&mut self, line: u64, cell: &str) -> f64 {
        if is_missing(cell) {
            return f64::NAN;
        }
        if self.reading == Reading::Told
            && let Ok(value) = cell.parse()
        {
            self.numbers += 1;
            return value;
        }
        if let Some(&index) = self.words.get(cell) {
            return index as f64;
        }
        self.first_word.get_or_insert_with(|| (line, cell.to_owned()));
        let index = self.words.len();
        self.words.insert(cell.to_owned(), index);
        index as f64
    }

    /// What the column holds; an error if that is in doubt.
    pub(super) fn finish(self, path: &Path, name: &str) -> Result<Content, DataError> {
        let Some((line, word)) = self.first_word else { return Ok(Content::Numbers) };
        let refuse = |problem: String, remedy: String| DataError::Malformed {
            path: path.to_owned(),
            position: format!("line {line}, column `{name}`"),
            problem,
            remedy: format!(
                "{remedy}; or take every cell for a word with `data.kinds = {{ {name} = \"categorical\" }}`, or leave \
                 the column out with `data.exclude`"
            ),
        };
        if self.numbers > 0 {
            return Err(refuse(
                format!("`{word}` is not a number, but {} of the other cells are", self.numbers),
                "correct it, or write `NA` if it stands for a missing value".to_owned(),
            ));
        }
        let mut words: Vec<(String, usize)> = self.words.into_iter().collect();
        if self.reading == Reading::Told {
            if let Some(values) = truth(&words) {
                return Ok(Content::Truth(values));
            }
            if words.iter().all(|(word, _)| is_written_for_people(word)) {
                return Err(refuse(
                    format!("`{word}` looks like a number, but is not written as one"),
                    "write numbers without separators of thousands, units or decimal commas, as 1234.5"
                        .to_owned(),
                ));
            }
        }
        sort(&mut words);
        let mut level = vec![0.0; words.len()];
        for (index, (_, appeared)) in words.iter().enumerate() {
            level[*appeared] = index as f64;
        }
        Ok(Content::Words(words.into_iter().map(|(word, _)| word).collect(), level))
    }
}

/// Numbers by value, anything else as text.
fn sort(words: &mut [(String, usize)]) {
    let number = |(word, _): &(String, usize)| word.parse::<f64>().ok();
    if words.iter().all(|word| number(word).is_some()) {
        words.sort_by(|a, b| {
            let by_value = number(a).zip(number(b)).map(|(a, b)| a.total_cmp(&b));
            by_value.unwrap_or(std::cmp::Ordering::Equal).then_with(|| a.0.cmp(&b.0))
        });
    } else {
        words.sort();
    }
}

/// What the words stand for if they are only `true` and `false`, by the order in which they appeared.
fn truth(words: &[(String, usize)]) -> Option<Vec<f64>> {
    let mut values = vec![0.0; words.len()];
    for (word, appeared) in words {
        values[*appeared] = match () {
            () if word.eq_ignore_ascii_case("true") => 1.0,
            () if word.eq_ignore_ascii_case("false") => 0.0,
            () => return None,
        };
    }
    Some(values)
}

/// `1,234.5`, `1 234`, `3,5`, `12 %`, `€ 5`: a number once the marks for people are taken out.
fn is_written_for_people(word: &str) -> bool {
    let bare = word.replace([',', ' ', '\u{a0}', '\u{202f}', '\'', '_', '%', '$', '€', '£'], "");
    // More than one point separates thousands: `1.234.567,8`.
    let bare = if bare.matches('.').count() > 1 && word.contains(',') { bare.replace('.', "") } else { bare };
    word.starts_with(|c: char| c.is_ascii_digit() || "+-.$€£".contains(c)) && bare.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(cells: &[&str], reading: Reading) -> Result<Content, String> {
        let mut column = Column::new(reading);
        for (line, cell) in (2..).zip(cells) {
            column.read(line, cell);
        }
        column.finish(Path::new("t.csv"), "c").map_err(|error| error.to_string())
    }

    fn words(levels: &[&str], appeared: &[f64]) -> Content {
        Content::Words(levels.iter().map(|&level| level.to_owned()).collect(), appeared.to_vec())
    }

    #[test]
    fn a_column_is_numbers_words_or_truth() {
        let told = |cells: &[&str]| content(cells, Reading::Told);
        assert_eq!(told(&["1", "-2.5e3", "", "NA", "+.5", "inf"]), Ok(Content::Numbers));
        assert_eq!(told(&["", "nan", "null", "?"]), Ok(Content::Numbers), "nothing observed");
        assert_eq!(told(&["red", "", "blue", "red"]), Ok(words(&["blue", "red"], &[1.0, 0.0])));
        assert_eq!(told(&["TRUE", "false", "True"]), Ok(Content::Truth(vec![1.0, 0.0, 1.0])));
        assert_eq!(told(&["true", "maybe"]), Ok(words(&["maybe", "true"], &[1.0, 0.0])));
        assert_eq!(
            told(&["a,b", "Größe", "a \"b\""]),
            Ok(words(&["Größe", "a \"b\"", "a,b"], &[2.0, 0.0, 1.0]))
        );
        assert_eq!(told(&["2020-01-31", "1.2.3"]), Ok(words(&["1.2.3", "2020-01-31"], &[1.0, 0.0])));
    }

    #[test]
    fn a_column_of_words_takes_numbers_in_their_order() {
        let forced = content(&["10", "9", "true", "NA"], Reading::Words);
        assert_eq!(forced, Ok(words(&["10", "9", "true"], &[0.0, 1.0, 2.0])));
        assert_eq!(
            content(&["10", "9", "-1"], Reading::Words),
            Ok(words(&["-1", "9", "10"], &[2.0, 1.0, 0.0]))
        );
    }

    #[test]
    fn doubtful_columns_are_refused() {
        for (cells, word, line) in [
            (&["1", "1.2.3", "4"][..], "`1.2.3` is not a number, but 2 of the other cells are", "line 3"),
            (&["red", "4"], "`red` is not a number, but 1 of", "line 2"),
            (&["1,234", "5,678"], "`1,234` looks like a number", "line 2"),
            (&["3,5", "12 %"], "`3,5` looks like a number", "line 2"),
            (&["", "$1.50"], "`$1.50` looks like a number", "line 3"),
            (&["1.234.567,8"], "`1.234.567,8` looks like a number", "line 2"),
        ] {
            let message = content(cells, Reading::Told).expect_err("in doubt");
            for part in ["t.csv", "column `c`", word, line, "data.kinds", "data.exclude"] {
                assert!(message.contains(part), "{message} lacks {part}");
            }
        }
    }
}
