//! A configuration as text.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::document::commented;
use super::schema::Schema;
use super::{Layers, RunConfig};

impl RunConfig {
    /// The JSON schema.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// The configuration as a TOML file with comments.
    ///
    /// # Panics
    /// If what was written does not read as the same configuration.
    pub fn to_toml(&self) -> String {
        let text = commented(&self.to_table(), Schema::root(&Self::schema()), &|_| true);
        // A run whose configuration cannot be read is lost: better no run.
        assert_eq!(toml::from_str(&text).as_ref(), Ok(self), "the written configuration reads as another");
        text
    }

    /// What the model reads of it, as a TOML file with comments: the document of a run.
    ///
    /// # Panics
    /// If what was written does not read as the same configuration.
    pub fn to_toml_of_model(&self) -> String {
        let text = commented(&self.to_table(), Schema::root(&Self::schema()), &|path| self.model.reads(path));
        let layers = Layers::over(&Self::default()).with_text(Path::new("config.toml"), text.clone());
        let read = layers.and_then(Self::from_layers);
        // A run whose configuration cannot be read is lost: better no run.
        assert_eq!(read.as_ref().ok(), Some(self), "the written configuration reads as another");
        text
    }

    /// What the model reads of it, as a TOML file without comments.
    pub fn to_plain_toml(&self) -> String {
        toml::to_string(&self.to_read_table()).expect("a table is a TOML document")
    }

    /// What the model reads of it, as a TOML table.
    fn to_read_table(&self) -> Table {
        let mut table = self.to_table();
        table.retain(|section, value| match value {
            Value::Table(keys) => {
                keys.retain(|key, _| self.model.reads(&format!("{section}.{key}")));
                !keys.is_empty()
            }
            _ => true,
        });
        table
    }

    /// Every option that is set, by its path.
    pub fn options(&self) -> BTreeMap<String, String> {
        let mut options = BTreeMap::new();
        flatten("", &self.to_table(), &mut options);
        options
    }

    /// The configuration as a TOML table.
    pub fn to_table(&self) -> Table {
        Table::try_from(self).expect("a configuration is a TOML table")
    }

    /// The same where the model reads it, and its defaults elsewhere: what it does not read is not written, and has to be
    /// what it was all the same once the rest is read again.
    pub(super) fn with_defaults_elsewhere(self) -> Self {
        let mut table = Self::of_model(self.model, None).to_table();
        for (section, value) in self.to_read_table() {
            match (table.get_mut(&section), value) {
                (Some(Value::Table(all)), Value::Table(read)) => all.extend(read),
                (_, value) => drop(table.insert(section, value)),
            }
        }
        table.try_into().expect("two configurations make one")
    }
}

/// Adds every value of a table under its path.
fn flatten(path: &str, table: &Table, options: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = format!("{path}{key}");
        match value {
            Value::Table(inner) => flatten(&format!("{path}."), inner, options),
            Value::String(text) => drop(options.insert(path, text.clone())),
            other => drop(options.insert(path, other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Assignment, ModelKind};

    #[test]
    fn a_run_keeps_what_its_model_reads_and_no_more() {
        for model in ModelKind::ALL {
            let over = |defaults: &RunConfig| {
                let mut options = vec![Assignment::option("--model", "model", model.name())];
                options.push(Assignment::option("--seed", "seed", 7));
                if model == ModelKind::Sbn || model == ModelKind::CatVae {
                    options.push(Assignment::option("--estimator", "estimator.kind", "rloo"));
                }
                Layers::over(defaults).with_assignments(options)
            };
            let config = RunConfig::of_layers(over).expect("valid");
            let text = config.to_toml_of_model();
            let table: Table = toml::from_str(&text).expect("TOML");
            assert_eq!(table, toml::from_str(&config.to_plain_toml()).expect("TOML"));
            let named = |name: &str| table.contains_key(name) || text.contains(&format!("# {name} ="));
            let of_others =
                ["vae", "sbn", "cat_vae", "mixture", "mdn", "objective", "estimator", "optimizer"];
            for section in of_others {
                assert_eq!(
                    named(section),
                    model.sections().contains(&section),
                    "{section} of {}",
                    model.name()
                );
            }
            assert_eq!(text.contains("learning_rate"), model.is_autoencoder() || model == ModelKind::Mdn);
            // Whole documents, as runs had them before, are still read, whatever they say of other models.
            let mut whole = RunConfig { seed: 7, ..RunConfig::of_model(model, None) };
            if model.is_autoencoder() {
                whole.mixture.components = 77;
            } else {
                whole.vae.latent_dim = 77;
            }
            let layers =
                Layers::over(&RunConfig::default()).with_text(Path::new("run.toml"), whole.to_toml());
            assert_eq!(
                RunConfig::from_layers(layers.expect("TOML")).expect("valid"),
                config,
                "{}",
                model.name()
            );
        }
    }
}
