//! A growing HTML document in which text cannot become markup.

/// Markup written so far.
#[derive(Default)]
pub(super) struct Html {
    markup: String,
}

impl Html {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.markup.push_str(markup);
        self
    }

    /// Text from elsewhere, for content and for quoted attributes.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.markup.push_str("&amp;"),
                '<' => self.markup.push_str("&lt;"),
                '>' => self.markup.push_str("&gt;"),
                '"' => self.markup.push_str("&quot;"),
                '\'' => self.markup.push_str("&#39;"),
                // NUL cannot stand in HTML, not even escaped.
                '\0' => self.markup.push('\u{fffd}'),
                other => self.markup.push(other),
            }
        }
        self
    }

    /// An element that holds text only.
    pub(super) fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.raw("<").raw(name).raw(">").text(text).raw("</").raw(name).raw(">\n")
    }

    pub(super) fn finish(self) -> String {
        self.markup
    }
}
