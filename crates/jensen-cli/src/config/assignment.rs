//! One option from the command line, as the configuration key that it sets.

use toml::Value;

use crate::config::{ConfigError, Origin};

/// `path.to.key = value`, and what the user typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The keys from the root.
    pub path: Vec<String>,
    /// The value.
    pub value: Value,
    /// The option as typed, for messages.
    pub origin: Origin,
}

impl Assignment {
    /// What a named option sets: `--latent-dim 50` is `vae.latent_dim = 50`.
    pub fn option(flag: &'static str, path: &str, value: impl Into<Value>) -> Self {
        Self {
            path: path.split('.').map(str::to_owned).collect(),
            value: value.into(),
            origin: Origin::Option(flag.to_owned()),
        }
    }

    /// Reads `--set path.to.key=value`: a TOML value; what is none is taken as text.
    ///
    /// # Errors
    /// If there is no `=` or no key before it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let malformed = || ConfigError::Assignment { text: text.to_owned() };
        let (path, value) = text.split_once('=').ok_or_else(malformed)?;
        let path: Vec<String> = path.trim().split('.').map(|key| key.trim().to_owned()).collect();
        if path.iter().any(String::is_empty) {
            return Err(malformed());
        }
        let value = value.trim();
        let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
            .ok()
            .filter(|table| table.len() == 1) // a line break must not smuggle in a second key
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| Value::String(value.to_owned()));
        Ok(Self { path, value, origin: Origin::Option(format!("--set {text}")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_and_bare_words_are_text() {
        let value = |text: &str| Assignment::parse(text).expect("well formed").value;
        assert_eq!(value("a.b=3"), Value::Integer(3));
        assert_eq!(value("a.b = 1e-3"), Value::Float(1e-3));
        assert_eq!(value("a=[1, 2]"), Value::Array(vec![1.into(), 2.into()]));
        assert_eq!(value("a=true"), Value::Boolean(true));
        assert_eq!(value("a=relu"), Value::String("relu".into()));
        assert_eq!(value("a=x=y"), Value::String("x=y".into()));
        assert_eq!(value("a=1\nb=2"), Value::String("1\nb=2".into()));
    }

    #[test]
    fn an_assignment_needs_a_key() {
        for text in ["latent_dim", "=3", "a..b=3", ".a=3"] {
            assert!(Assignment::parse(text).is_err(), "{text}");
        }
    }
}
