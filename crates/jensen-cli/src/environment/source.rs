//! `env:NAME?samples=N&seed=S&noise=Σ&policy=P`: data that are collected when they are asked for.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use jensen_data::{DataSpec, Dataset};

use super::{Collection, PolicyKind};
use crate::bytes::Bytes;
use crate::error::CliError;
use crate::memory;

/// What such a source begins with; a file of that name is `./env:…`.
const SCHEME: &str = "env:";
const OPTIONS: [&str; 4] = ["samples", "seed", "noise", "policy"];

/// A task and how its data are collected. As text, every default is written out.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentSource {
    name: String,
    samples: usize,
    seed: u64,
    noise: f64,
    policy: PolicyKind,
}

impl EnvironmentSource {
    /// Whether a source is meant to be one of these.
    pub fn is_meant(source: &str) -> bool {
        source.starts_with(SCHEME)
    }

    /// The name of the task.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Collects the data into memory; their arrays are chosen as those of a file.
    ///
    /// # Errors
    /// If there is no such task, the noise or a chosen array is none, or the triples do not fit into memory.
    pub fn collect(&self, spec: &DataSpec) -> Result<Dataset, CliError> {
        let collection = Collection::of_task(&self.name, self.policy, self.noise, self.seed)?;
        match collection.bytes(self.samples) {
            Some(bytes) if bytes <= memory::most().0 => {}
            bytes => {
                let needed = bytes.map_or("more than can be counted".to_owned(), |b| Bytes(b).to_string());
                return Err(CliError::TooLarge {
                    message: format!("{self} takes {needed}, but there are {}", memory::most()),
                    help: format!(
                        "collect it into a file: jensen collect --env {} -n {} -o data.npz",
                        self.name, self.samples
                    ),
                });
            }
        }
        Ok(Dataset::from_arrays(spec, collection.whole(self.samples)?)?)
    }

    fn set(&mut self, option: &str, text: &str) -> Result<(), CliError> {
        match option {
            "samples" => {
                self.samples = value(option, text, "a whole number of at least 1", |&samples| samples > 0)?;
            }
            "seed" => self.seed = value(option, text, "a whole number of at least 0", |_| true)?,
            "noise" => {
                self.noise = value(option, text, "a number of at least 0", |&noise: &f64| {
                    noise >= 0.0 && noise.is_finite()
                })?;
            }
            "policy" => {
                self.policy = PolicyKind::from_str(text, false).map_err(|_| {
                    CliError::usage(format!("`policy={text}` is none"), "it is one of task, random")
                })?;
            }
            _ => {
                return Err(CliError::usage(
                    format!("`{SCHEME}{}` has no option `{option}`", self.name),
                    format!("it has: {}", OPTIONS.join(", ")),
                ));
            }
        }
        Ok(())
    }
}

fn value<T: FromStr>(
    option: &str,
    text: &str,
    expected: &str,
    is_valid: impl Fn(&T) -> bool,
) -> Result<T, CliError> {
    text.parse().ok().filter(is_valid).ok_or_else(|| {
        CliError::usage(format!("`{option}={text}`: it is {expected}"), format!("as in `{option}=1`"))
    })
}

impl FromStr for EnvironmentSource {
    type Err = CliError;

    fn from_str(source: &str) -> Result<Self, CliError> {
        let rest = source.strip_prefix(SCHEME).unwrap_or(source);
        let (name, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut parsed =
            Self { name: name.to_owned(), samples: 5000, seed: 0, noise: 0.0, policy: PolicyKind::Task };
        let mut given: Vec<&str> = Vec::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (option, text) = part.split_once('=').unwrap_or((part, ""));
            if given.contains(&option) {
                let message = format!("`{option}` is given twice in `{source}`");
                return Err(CliError::usage(message, "give it once"));
            }
            given.push(option);
            parsed.set(option, text)?;
        }
        Ok(parsed)
    }
}

impl fmt::Display for EnvironmentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, samples, seed, noise, policy } = self;
        let policy = policy.name();
        // `-0` is `0`.
        let noise = noise.abs();
        write!(f, "{SCHEME}{name}?samples={samples}&seed={seed}&noise={noise}&policy={policy}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_text_every_default_is_written_out() {
        for (given, meant) in [
            ("env:planar", "env:planar?samples=5000&seed=0&noise=0&policy=task"),
            ("env:car?seed=3&samples=7", "env:car?samples=7&seed=3&noise=0&policy=task"),
            ("env:car?noise=0.10&policy=random&", "env:car?samples=5000&seed=0&noise=0.1&policy=random"),
        ] {
            let source: EnvironmentSource = given.parse().expect("a source");
            assert_eq!(source.to_string(), meant);
            assert_eq!(meant.parse::<EnvironmentSource>().expect("a source"), source);
        }
    }

    #[test]
    fn what_is_no_option_or_no_value_is_named() {
        for (query, named) in [
            ("sample=3", "no option `sample`"),
            ("samples=0", "`samples=0`"),
            ("samples=", "`samples=`"),
            ("seed=-1", "`seed=-1`"),
            ("noise=nan", "`noise=nan`"),
            ("noise=-0.5", "`noise=-0.5`"),
            ("policy=greedy", "`policy=greedy`"),
            ("seed=1&seed=1", "`seed` is given twice"),
        ] {
            let refused = format!("env:planar?{query}").parse::<EnvironmentSource>().expect_err(query);
            assert!(refused.to_string().contains(named), "{refused}");
            assert_eq!(refused.exit_code(), 2);
        }
    }
}
