//! `cargo xtask certify`: bias and variance of every gradient estimator, measured with a million estimates and kept.

use std::{
    fs,
    process::{Command, ExitCode},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::validate::repository_root;

/// Estimates of each gradient.
const DRAWS: &str = "1000000";

/// Runs `jensen lab gradients` and writes `docs/certificates.json`, with the day, and its picture.
pub fn run() -> ExitCode {
    let root = repository_root();
    let picture = root.join("docs/pictures/gradients.png");
    let command = Command::new(env!("CARGO"))
        .args([
            "run",
            "--release",
            "--locked",
            "--quiet",
            "--",
            "lab",
            "gradients",
            "--json",
            "--draws",
            DRAWS,
        ])
        .arg("--output")
        .arg(&picture)
        .current_dir(&root)
        .stderr(std::process::Stdio::inherit())
        .output();
    let problems = match command {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(_) | Err(_) => {
            eprintln!("certify: `jensen lab gradients` failed");
            return ExitCode::FAILURE;
        }
    };
    let text = format!("{{\n\"measured\": \"{}\",\n\"problems\": {}\n}}\n", today(), problems.trim_end());
    let path = root.join("docs/certificates.json");
    if let Err(error) = fs::write(&path, text) {
        eprintln!("certify: cannot write {}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    println!("certify: {} and {}", path.display(), picture.display());
    ExitCode::SUCCESS
}

/// The day in UTC, `2026-01-31`, by the algorithm of Hinnant, "chrono-compatible low-level date algorithms".
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
