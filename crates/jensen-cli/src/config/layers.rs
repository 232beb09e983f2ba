//! Layers of configuration, each over the one before, that remember where a value came from.

use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use crate::config::schema::Schema;
use crate::config::{Assignment, ConfigError, Origin};

/// Defaults under a file under options.
#[derive(Clone, Debug)]
pub struct Layers {
    merged: Table,
    schema: serde_json::Value,
    file: Option<(PathBuf, String)>,
    assignments: Vec<Assignment>,
}

impl Layers {
    /// Starts from the defaults.
    pub fn over<T: Serialize + JsonSchema>(defaults: &T) -> Self {
        let merged = Table::try_from(defaults).expect("a configuration is a TOML table");
        let schema = schemars::schema_for!(T).to_value();
        Self { merged, schema, file: None, assignments: Vec::new() }
    }

    /// Puts a file over what is there.
    ///
    /// # Errors
    /// If the file cannot be read or is not TOML.
    pub fn with_file(self, path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        self.with_text(path, text)
    }

    /// Puts the text of a file over what is there.
    ///
    /// # Errors
    /// If it is not TOML.
    pub fn with_text(mut self, path: &Path, text: String) -> Result<Self, ConfigError> {
        let table: Table = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let reason = error.message().to_owned();
            ConfigError::Syntax { origin: Origin::file(path, &text, span), reason }
        })?;
        overlay(&mut self.merged, table, Some(Schema::root(&self.schema)));
        self.file = Some((path.to_owned(), text));
        Ok(self)
    }

    /// Puts options over what is there.
    ///
    /// # Errors
    /// If one sets a key inside something that is no section.
    pub fn with_assignments(mut self, assignments: Vec<Assignment>) -> Result<Self, ConfigError> {
        // Variants first: `--activation relu --net conv` must not lose the activation.
        let is_tag = |one: &Assignment| {
            let (key, section) = one.path.split_last().expect("a path has a key");
            self.tag(section) == Some(key)
        };
        let (tags, others): (Vec<_>, Vec<_>) = assignments.into_iter().partition(is_tag);
        for assignment in tags.into_iter().chain(others) {
            let (key, sections) = assignment.path.split_last().expect("a path has a key");
            let mut table = Table::from_iter([(key.clone(), assignment.value.clone())]);
            for section in sections.iter().rev() {
                table = Table::from_iter([(section.clone(), Value::Table(table))]);
            }
            if let Some(depth) = first_value_in(&self.merged, sections) {
                return Err(ConfigError::Value {
                    origin: assignment.origin,
                    key: sections[..=depth].join("."),
                    reason: "is a value, not a section".to_owned(),
                });
            }
            overlay(&mut self.merged, table, Some(Schema::root(&self.schema)));
            self.assignments.push(assignment);
        }
        Ok(self)
    }

    /// The options, in their order.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// The value of a key, if a layer gives one.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut keys = path.split('.');
        let first = self.merged.get(keys.next()?)?;
        keys.try_fold(first, |value, key| value.as_table()?.get(key))
    }

    /// The typed configuration.
    ///
    /// # Errors
    /// If a key is unknown or a value is not of its type; the error says which layer gave it.
    pub fn resolve<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        serde_path_to_error::deserialize(Value::Table(self.merged.clone())).map_err(|error| {
            let path = error.path().to_string();
            let keys =
                path.split('.').filter(|key| !matches!(*key, "" | "." | "?")).map(str::to_owned).collect();
            self.explain(keys, error.inner().message())
        })
    }

    /// The name of a variant that needs options but stands alone, at a path or one key below, and
    /// how it is written. (serde names the section above such a value.)
    fn bare_variant(&self, path: &[String]) -> Option<(Vec<String>, String)> {
        let below = self.get(&path.join(".")).and_then(Value::as_table).into_iter().flat_map(Table::keys);
        let below = below.map(|key| [path, std::slice::from_ref(key)].concat());
        std::iter::once(path.to_vec()).chain(below).find_map(|path| {
            let name = self.get(&path.join("."))?.as_str()?;
            let form = self.schema_at(&path)?.keyed(name)?;
            Some((path, form))
        })
    }

    /// The key that decides which other keys a section has.
    fn tag(&self, section: &[String]) -> Option<&str> {
        self.schema_at(section)?.tag()
    }

    /// The schema of what is at a path.
    fn schema_at(&self, path: &[String]) -> Option<Schema<'_>> {
        let (mut schema, mut table) = (Schema::root(&self.schema), Some(&self.merged));
        for key in path {
            schema = table.map_or(schema, |table| schema.variant_of(table)).property(key)?;
            table = table.and_then(|table| table.get(key)?.as_table());
        }
        Some(schema)
    }

    /// Where the value of a key was given: the last option, else the file, else the default.
    pub fn origin(&self, path: &[String]) -> Origin {
        let option = self.assignments.iter().rev().find(|one| {
            let common = one.path.len().min(path.len());
            one.path[..common] == path[..common]
        });
        if let Some(assignment) = option {
            return assignment.origin.clone();
        }
        self.file
            .as_ref()
            .and_then(|(file, text)| {
                let span = locate(text, path)?;
                Some(Origin::file(file, text, span))
            })
            .unwrap_or(Origin::Default)
    }

    /// An error about the value at a path, such as `objective.samples`.
    pub fn refuse(&self, path: &str, reason: String) -> ConfigError {
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        ConfigError::Value { origin: self.origin(&keys), key: path.to_owned(), reason }
    }

    /// Turns serde's message into one that names the place and the keys that exist.
    fn explain(&self, mut path: Vec<String>, message: &str) -> ConfigError {
        let quoted: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        if message.starts_with("unknown field") && !quoted.is_empty() {
            let key = quoted[0].clone();
            // serde names the section for some types and the key itself for others.
            if path.last() != Some(&key) || self.get(&path.join(".")).is_some_and(Value::is_table) {
                path.push(key.clone());
            }
            let section = &path[..path.len() - 1];
            let kind = self.tag(section).and_then(|tag| self.get(&format!("{}.{tag}", section.join("."))));
            let words = match kind.and_then(Value::as_str) {
                Some(kind) => format!("`{}` of kind `{kind}`", section.join(".")),
                None if section.is_empty() => "the configuration".to_owned(),
                None => format!("`{}`", section.join(".")),
            };
            return ConfigError::UnknownKey {
                origin: self.origin(&path),
                section: words,
                key,
                known: quoted[1..].to_vec(),
            };
        }
        let tag = self.tag(&path).map(str::to_owned);
        if message.starts_with("unknown variant")
            && self.get(&path.join(".")).is_some_and(Value::is_table)
            && let Some(tag) = tag
        {
            path.push(tag);
        }
        if message.contains("unit variant")
            && let Some((path, form)) = self.bare_variant(&path)
        {
            let key = path.join(".");
            let reason = format!("is given with its options: {key}={form}");
            return ConfigError::Value { origin: self.origin(&path), key, reason };
        }
        let reason = if message.starts_with("unknown variant") && !quoted.is_empty() {
            format!("cannot be `{}`: it is one of {}", quoted[0], quoted[1..].join(", "))
        } else {
            format!("is wrong: {message}")
        };
        ConfigError::Value { origin: self.origin(&path), key: path.join("."), reason }
    }
}

/// Puts `over` on top of `base`, section by section.
///
/// A section whose tag decides its keys starts from its own defaults when the tag changes.
fn overlay(base: &mut Table, over: Table, schema: Option<Schema>) {
    if let Some(tag) = schema.and_then(Schema::tag)
        && matches!((base.get(tag), over.get(tag)), (Some(old), Some(new)) if old != new)
    {
        base.clear();
    }
    for (key, value) in over {
        let inner = schema.and_then(|schema| schema.variant_of(base).property(&key));
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over, inner),
            // A bare variant name where a section stands: `net = "conv"`.
            (Some(Value::Table(base)), Value::String(kind))
                if inner.is_some_and(|inner| inner.tag().is_some()) =>
            {
                let tag = inner.and_then(Schema::tag).unwrap_or_default();
                overlay(base, Table::from_iter([(tag.to_owned(), Value::String(kind))]), inner);
            }
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// How deep the first thing on the way is that is there but is no section.
fn first_value_in(table: &Table, sections: &[String]) -> Option<usize> {
    let mut table = table;
    for (depth, section) in sections.iter().enumerate() {
        match table.get(section) {
            Some(Value::Table(inner)) => table = inner,
            Some(_) => return Some(depth),
            None => return None,
        }
    }
    None
}

/// The bytes of the deepest key on the path that the text holds.
fn locate(text: &str, path: &[String]) -> Option<std::ops::Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut found = None;
    for key in path {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key.as_str()) else {
            break;
        };
        found = Some(name.span());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Serialize, PartialEq, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Toy {
        seed: u64,
        net: Net,
    }

    #[derive(Debug, Deserialize, Serialize, PartialEq, JsonSchema)]
    #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
    enum Net {
        Mlp {
            #[serde(default)]
            hidden: Vec<usize>,
            #[serde(default)]
            rate: f64,
        },
        Conv {
            #[serde(default)]
            channels: usize,
            #[serde(default)]
            rate: f64,
        },
    }

    fn layers() -> Layers {
        Layers::over(&Toy { seed: 0, net: Net::Mlp { hidden: vec![3], rate: 0.5 } })
    }

    fn set(texts: &[&str]) -> Result<Toy, ConfigError> {
        let assignments = texts.iter().map(|text| Assignment::parse(text)).collect::<Result<_, _>>()?;
        layers().with_assignments(assignments)?.resolve()
    }

    #[test]
    fn options_override_the_file_and_the_file_the_defaults() {
        let layers = layers()
            .with_text(Path::new("a.toml"), "seed = 1\n[net]\nhidden = [5]\n".to_owned())
            .expect("valid")
            .with_assignments(vec![Assignment::option("--seed", "seed", 2)])
            .expect("valid");
        let toy: Toy = layers.resolve().expect("valid");
        assert_eq!(toy, Toy { seed: 2, net: Net::Mlp { hidden: vec![5], rate: 0.5 } });
    }

    #[test]
    fn another_kind_starts_from_its_own_defaults() {
        let toy = set(&["net.rate=2", "net.kind=conv"]).expect("valid");
        assert_eq!(toy.net, Net::Conv { channels: 0, rate: 2.0 });
        assert_eq!(set(&["net=conv"]).expect("valid").net, Net::Conv { channels: 0, rate: 0.0 });
    }

    #[test]
    fn an_option_the_kind_lacks_is_refused_with_those_it_has() {
        let error = set(&["net.kind=conv", "net.hidden=[3]"]).expect_err("conv has no `hidden`");
        assert_eq!(error.to_string(), "`--set net.hidden=[3]`: `net` of kind `conv` has no option `hidden`");
        assert_eq!(error.help().expect("a remedy"), "it has: channels, rate");
    }

    #[test]
    fn a_misspelt_key_in_a_file_names_its_line_and_the_right_key() {
        let text = "seed = 1\n\n[net]\nhiden = [5]\n".to_owned();
        let error = layers()
            .with_text(Path::new("a.toml"), text.clone())
            .expect("TOML")
            .resolve::<Toy>()
            .expect_err("misspelt");
        assert_eq!(error.to_string(), "a.toml, line 4: `net` of kind `mlp` has no option `hiden`");
        assert!(error.help().expect("a remedy").starts_with("did you mean `hidden`?"));
        let place = error.place().expect("a place in the file");
        assert_eq!(&text[place.span.clone()], "hiden");
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let error = set(&["seed=many"]).expect_err("not a number");
        assert!(error.to_string().starts_with("`--set seed=many`: `seed` is wrong: invalid type"), "{error}");
        let error = set(&["net.kind=rnn"]).expect_err("no such net");
        assert_eq!(
            error.to_string(),
            "`--set net.kind=rnn`: `net.kind` cannot be `rnn`: it is one of mlp, conv"
        );
        let error = set(&["seed.x=1"]).expect_err("not a section");
        assert_eq!(error.to_string(), "`--set seed.x=1`: `seed` is a value, not a section");
    }
}
