//! A result: a number with its unit.

use super::html::Html;
use crate::picture::ticks;

/// One number of the summary.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    name: String,
    value: String,
    error: Option<String>,
    unit: String,
    note: String,
}

impl Measure {
    /// A mean per example in nats.
    pub fn nats(name: impl Into<String>, value: f64) -> Self {
        Self::number(name, value, 2, "nats")
    }

    /// A count, with what is counted as its unit.
    pub fn count(name: impl Into<String>, value: u64, unit: impl Into<String>) -> Self {
        Self::number(name, value as f64, 0, unit)
    }

    /// Any number with a number of decimals and a unit, which may be empty.
    pub fn number(name: impl Into<String>, value: f64, decimals: usize, unit: impl Into<String>) -> Self {
        let value = ticks::fixed(value, decimals);
        Self { name: name.into(), value, error: None, unit: unit.into(), note: String::new() }
    }

    /// The same with its standard error.
    pub fn with_standard_error(mut self, standard_error: f64) -> Self {
        let decimals = self.value.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        self.error = Some(ticks::fixed(standard_error, decimals));
        self
    }

    /// The same with a remark below.
    pub fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    pub(super) fn render(&self, html: &mut Html) {
        html.raw("<div><dt>").text(&self.name).raw("</dt><dd class=\"value\"><span>").text(&self.value);
        html.raw("</span>");
        if let Some(error) = &self.error {
            html.raw(" <span class=\"error\">± ").text(error).raw("</span>");
        }
        if !self.unit.is_empty() {
            html.raw(" <span class=\"unit\">").text(&self.unit).raw("</span>");
        }
        html.raw("</dd>");
        if !self.note.is_empty() {
            html.raw("<dd class=\"note\">").text(&self.note).raw("</dd>");
        }
        html.raw("</div>\n");
    }
}
