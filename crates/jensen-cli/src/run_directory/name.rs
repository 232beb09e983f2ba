//! Names for runs that were given none: model, data, date and time.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::RUNS;

/// A path under `runs/` that is free, named for a model and its data: `runs/vae-digits-20260131-142501`, with `-2`, `-3`, … if two
/// runs start within a second.
pub fn default_name(model: &str, data: &str) -> PathBuf {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let source: String = data.chars().map(clean).collect();
    let base = format!("{model}-{}-{}", source.trim_matches('-'), stamp(SystemTime::now(), "", "-", ""));
    let numbered = std::iter::once(base.clone()).chain((2u64..).map(|n| format!("{base}-{n}")));
    let mut free = numbered.map(|name| Path::new(RUNS).join(name)).filter(|path| !path.exists());
    free.next().expect("the numbers do not end")
}

/// Universal time as `2026-01-31T14:25:01Z`.
pub fn timestamp() -> String {
    stamp(SystemTime::now(), "-", "T", ":") + "Z"
}

/// The civil date of a day count, by `civil_from_days` of H. Hinnant,
/// <https://howardhinnant.github.io/date_algorithms.html>.
fn stamp(time: SystemTime, in_date: &str, between: &str, in_time: &str) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, clock) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!(
        "{year:04}{in_date}{month:02}{in_date}{day:02}{between}{hour:02}{in_time}{minute:02}{in_time}{second:02}"
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let at = |seconds| stamp(UNIX_EPOCH + Duration::from_secs(seconds), "-", "T", ":");
        assert_eq!(at(0), "1970-01-01T00:00:00");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00");
        assert_eq!(at(1_709_251_200), "2024-03-01T00:00:00");
        assert_eq!(at(4_107_542_399), "2100-02-28T23:59:59");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00");
    }

    #[test]
    fn names_are_plain() {
        let name = default_name("vae", "My Digits").display().to_string();
        assert!(name.starts_with("runs/vae-my-digits-2"), "{name}");
    }
}
