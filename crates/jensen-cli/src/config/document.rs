//! The default configuration as a TOML file that explains itself.

use std::fmt::Write;

use toml::{Table, Value};

use crate::config::schema::Schema;

/// The width that comments are wrapped to.
const WIDTH: usize = 100;

/// A configuration as TOML, each key under the description that its schema gives.
///
/// Keys that are not set are there as comments. The descriptions come from the schema, so that the
/// document cannot drift from the types. Of what `reads` denies, by its path, there is nothing.
pub fn commented(config: &Table, schema: Schema, reads: &dyn Fn(&str) -> bool) -> String {
    let mut text = String::new();
    section(&mut text, "", config, schema, reads);
    text
}

/// Writes the keys of a table, values before sections, as TOML needs.
fn section(text: &mut String, path: &str, table: &Table, schema: Schema, reads: &dyn Fn(&str) -> bool) {
    let variant = schema.variant_of(table);
    let path_of = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let table: Table =
        table.iter().filter(|(key, _)| reads(&path_of(key))).map(|(k, v)| (k.clone(), v.clone())).collect();
    let table = &table;
    // A variant that is named by its only key, `{ fixed = { std = 0.1 } }`, is a value in one line.
    let is_section =
        |key: &str, value: &Value| value.is_table() && variant.property(key).is_some_and(Schema::is_section);
    for (key, value) in table {
        if !is_section(key, value) {
            let tag = (schema.tag() == Some(key.as_str())).then_some(schema);
            comment(text, &explanation(tag.or(variant.property(key))));
            let _ = writeln!(text, "{key} = {value}");
        }
    }
    let unset = variant.properties().filter(|(key, _)| !table.contains_key(*key) && reads(&path_of(key)));
    for (key, schema) in unset {
        comment(text, &explanation(Some(schema)));
        let _ = writeln!(text, "# {key} =");
    }
    for (key, value) in table {
        if let (Value::Table(inner), Some(schema), true) =
            (value, variant.property(key), is_section(key, value))
        {
            let path = path_of(key);
            text.push('\n');
            comment(text, &schema.description());
            let _ = writeln!(text, "[{path}]");
            section(text, &path, inner, schema, reads);
        }
    }
}

/// What a key is for, and which values it takes if they are few.
fn explanation(schema: Option<Schema>) -> String {
    let Some(schema) = schema else { return String::new() };
    // A section's own description stands above the section, not above its tag.
    let description = if schema.tag().is_some() { String::new() } else { schema.description() };
    match schema.names().as_slice() {
        [] => description,
        names => format!("{description} One of {}.", names.join(", ")),
    }
}

/// Writes a wrapped comment.
fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words.split_whitespace() {
        if line.len() + word.len() >= WIDTH {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.len() > 1 {
        let _ = writeln!(text, "{line}");
    }
}
