//! Rows of a table in the report.

use super::html::Html;

/// Some rows under the names of their columns.
#[derive(Debug, Clone)]
pub struct TableRows {
    /// What they are.
    pub caption: String,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl TableRows {
    pub(super) fn render(&self, html: &mut Html) {
        html.raw("<figure class=\"wide\">\n<table>\n<thead>\n<tr>");
        for name in &self.header {
            html.raw("<th scope=\"col\">").text(name).raw("</th>");
        }
        html.raw("</tr>\n</thead>\n<tbody>\n");
        for row in &self.rows {
            html.raw("<tr>");
            for cell in row {
                html.raw("<td>").text(cell).raw("</td>");
            }
            html.raw("</tr>\n");
        }
        html.raw("</tbody>\n</table>\n").element("figcaption", &self.caption).raw("</figure>\n");
    }
}
