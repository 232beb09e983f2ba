//! The report of a run: one HTML file that needs nothing else.
//!
//! Everything is in the file: pictures as inline SVG or base64 PNG, style and script inline. A content security
//! policy in the file forbids the browser to fetch anything. Each picture is there twice, for light and for dark
//! paper; style sheet rules show the one that fits.

mod figure;
mod html;
mod measure;
mod rows;

pub use figure::{Figure, Graphic};
pub use measure::Measure;
pub use rows::TableRows;

use html::Html;

/// What a report says. Strings are plain text: they are escaped when the report is rendered.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What was done: `VAE on digits`.
    pub title: String,
    /// The run's name.
    pub run: String,
    /// When it was finished, as it shall be read.
    pub date: String,
    /// The results, most important first.
    pub measures: Vec<Measure>,
    /// What else there is to know: name and value.
    pub facts: Vec<(String, String)>,
    /// The command that does it again.
    pub command: String,
    /// What a reader must not overlook.
    pub warnings: Vec<Warning>,
    /// The pictures.
    pub sections: Vec<Section>,
    /// The resolved configuration, TOML.
    pub configuration: String,
}

/// Something that is probably wrong with a run.
#[derive(Debug, Clone)]
pub struct Warning {
    /// What was found.
    pub finding: String,
    /// What to try.
    pub advice: String,
}

/// Pictures under a heading.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// What the pictures show and how to read them; may be empty.
    pub text: String,
    /// Rows of tables, above the pictures.
    pub tables: Vec<TableRows>,
    /// The pictures.
    pub figures: Vec<Figure>,
}

impl Report {
    /// The report as an HTML document.
    pub fn render(&self) -> String {
        let mut html = Html::default();
        html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.raw(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; \
             style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n",
        );
        html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.element("title", &format!("{} · {}", self.run, self.title));
        html.raw("<style>\n").raw(include_str!("../../assets/report/report.css")).raw("</style>\n");
        html.raw("</head>\n<body>\n<div class=\"page\">\n");
        self.header(&mut html);
        html.raw("<main>\n");
        self.summary(&mut html);
        for section in &self.sections {
            section.render(&mut html);
        }
        self.reproduction(&mut html);
        html.raw("</main>\n<footer>Made by jensen ").text(env!("CARGO_PKG_VERSION"));
        html.raw(". Logarithms are natural: 1 nat = 1.443 bits.</footer>\n</div>\n");
        html.raw("<script>\n").raw(include_str!("../../assets/report/report.js")).raw("</script>\n");
        html.raw("</body>\n</html>\n");
        html.finish()
    }

    fn header(&self, html: &mut Html) {
        html.raw("<header>\n<div>\n").element("h1", &self.title);
        html.raw("<p class=\"byline\">run <strong>").text(&self.run).raw("</strong>");
        if !self.date.is_empty() {
            html.raw(" · <time>").text(&self.date).raw("</time>");
        }
        html.raw("</p>\n</div>\n<button id=\"theme\" type=\"button\" aria-label=\"switch colours\" hidden></button>\n");
        html.raw("</header>\n");
    }

    fn summary(&self, html: &mut Html) {
        for Warning { finding, advice } in &self.warnings {
            html.raw("<div class=\"warning\" role=\"note\"><strong>Warning: ").text(finding).raw("</strong>");
            html.element("p", advice).raw("</div>\n");
        }
        if !self.measures.is_empty() {
            html.raw("<dl class=\"measures\">\n");
            for measure in &self.measures {
                measure.render(html);
            }
            html.raw("</dl>\n");
        }
        if !self.facts.is_empty() {
            html.raw("<table>\n<tbody>\n");
            for (name, value) in &self.facts {
                html.raw("<tr><th scope=\"row\">")
                    .text(name)
                    .raw("</th><td>")
                    .text(value)
                    .raw("</td></tr>\n");
            }
            html.raw("</tbody>\n</table>\n");
        }
    }

    fn reproduction(&self, html: &mut Html) {
        html.raw("<section>\n<h2>Do it again</h2>\n");
        if !self.command.is_empty() {
            html.raw("<pre class=\"command\"><code>").text(&self.command).raw("</code></pre>\n");
        }
        html.raw("<details>\n<summary>Full configuration</summary>\n<pre><code>").text(&self.configuration);
        html.raw("</code></pre>\n</details>\n</section>\n");
    }
}

impl Section {
    fn render(&self, html: &mut Html) {
        html.raw("<section>\n").element("h2", &self.heading);
        if !self.text.is_empty() {
            html.element("p", &self.text);
        }
        for table in &self.tables {
            table.render(html);
        }
        html.raw("<div class=\"figures\">\n");
        for figure in &self.figures {
            figure.render(html);
        }
        html.raw("</div>\n</section>\n");
    }
}

#[cfg(test)]
mod tests;
