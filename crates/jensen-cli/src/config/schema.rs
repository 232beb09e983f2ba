//! Walking through the JSON schema of the configuration.

use serde_json::Value as Json;
use toml::{Table, Value};

/// A place in a schema, with the root that its references point into.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    /// As written where it is used, with a description of its own perhaps.
    used: &'a Json,
    /// What that refers to.
    meant: &'a Json,
    root: &'a Json,
}

impl<'a> Schema<'a> {
    /// The whole schema.
    pub fn root(root: &'a Json) -> Self {
        Self { used: root, meant: root, root }
    }

    fn at(self, used: &'a Json) -> Self {
        let mut meant = used;
        loop {
            let pointer = meant["$ref"].as_str().and_then(|name| name.strip_prefix('#'));
            // An optional section is `anyOf [section, null]`.
            let first = ["anyOf", "allOf"].iter().find_map(|list| meant[*list].as_array()?.first());
            meant = match (pointer.and_then(|pointer| self.root.pointer(pointer)), first) {
                (Some(target), _) | (None, Some(target)) => target,
                (None, None) => return Self { used, meant, root: self.root },
            };
        }
    }

    /// The schema of a key, if there is such a key.
    pub fn property(self, key: &str) -> Option<Self> {
        Some(self.at(self.meant["properties"].as_object()?.get(key)?))
    }

    /// Every key with its schema; the tag of a variant aside.
    pub fn properties(self) -> impl Iterator<Item = (&'a str, Self)> {
        let all = self.meant["properties"].as_object().into_iter().flatten();
        all.filter(|(_, used)| used.get("const").is_none())
            .map(move |(key, used)| (key.as_str(), self.at(used)))
    }

    /// The variants of an enumeration.
    fn variants(self) -> impl Iterator<Item = Self> {
        self.meant["oneOf"].as_array().into_iter().flatten().map(move |used| self.at(used))
    }

    /// The key and value that mark this variant of a section.
    fn mark(self) -> Option<(&'a str, &'a str)> {
        let mut properties = self.meant["properties"].as_object()?.iter();
        properties.find_map(|(key, used)| Some((key.as_str(), used["const"].as_str()?)))
    }

    /// The key whose value decides which other keys a section has, such as `kind`.
    pub fn tag(self) -> Option<&'a str> {
        self.variants().find_map(Self::mark).map(|(key, _)| key)
    }

    /// Whether it is a table with keys of its own, and not a choice whose variants are named by a key.
    pub fn is_section(self) -> bool {
        self.tag().is_some() || self.properties().next().is_some()
    }

    /// How a variant that is named by its only key is written, such as `{fixed={std=…}}`.
    pub fn keyed(self, name: &str) -> Option<String> {
        let variant = self.variants().find_map(|variant| variant.property(name))?;
        let keys: Vec<_> = variant.properties().map(|(key, _)| format!("{key}=…")).collect();
        Some(format!("{{{name}={{{}}}}}", keys.join(", ")))
    }

    /// The variant that a table is, or the section itself if it has none.
    pub fn variant_of(self, table: &Table) -> Self {
        let is_meant = |variant: &Self| {
            variant.mark().is_some_and(|(key, value)| table.get(key).and_then(Value::as_str) == Some(value))
        };
        self.variants().find(is_meant).unwrap_or(self)
    }

    /// What it is for: the first paragraph of its documentation.
    pub fn description(self) -> String {
        let text =
            self.used["description"].as_str().or(self.meant["description"].as_str()).unwrap_or_default();
        text.split("\n\n").next().unwrap_or_default().replace('\n', " ")
    }

    /// The names that it can be, if they are few.
    pub fn names(self) -> Vec<&'a str> {
        let listed = self.meant["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let variants = self.variants().flat_map(|variant| {
            let listed = variant.meant["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
            variant.meant["const"]
                .as_str()
                .or(variant.mark().map(|(_, value)| value))
                .into_iter()
                .chain(listed)
                .collect::<Vec<_>>()
        });
        listed.chain(variants).collect()
    }
}
