//! What the checks read out of a Markdown document.

use pulldown_cmark::{Event, Options, Parser, Tag};

/// A piece of a document and the line that it begins on, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Located {
    /// The destination of a link or the text of a code span.
    pub text: String,
    /// The line.
    pub line: usize,
}

/// Where the document's links and pictures lead, `<img src="…">` and `<source srcset="…">` included.
pub fn destinations(document: &str) -> Vec<Located> {
    events(document)
        .flat_map(|(event, line)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                vec![Located { text: dest_url.into_string(), line }]
            }
            Event::Html(html) | Event::InlineHtml(html) => html_sources(&html, line),
            _ => Vec::new(),
        })
        .collect()
}

/// The document's inline code; fenced and indented blocks do not count.
pub fn code_spans(document: &str) -> Vec<Located> {
    events(document)
        .filter_map(|(event, line)| match event {
            Event::Code(code) => Some(Located { text: code.into_string(), line }),
            _ => None,
        })
        .collect()
}

fn events(document: &str) -> impl Iterator<Item = (Event<'_>, usize)> {
    let line_of = |offset: usize| document[..offset].matches('\n').count() + 1;
    Parser::new_ext(document, Options::ENABLE_TABLES)
        .into_offset_iter()
        .map(move |(event, range)| (event, line_of(range.start)))
}

fn html_sources(html: &str, line: usize) -> Vec<Located> {
    let mut sources = Vec::new();
    for attribute in [" src=\"", " srcset=\"", " href=\""] {
        for (start, _) in html.match_indices(attribute) {
            let value = &html[start + attribute.len()..];
            if let Some(end) = value.find('"') {
                sources.push(Located { text: value[..end].to_string(), line });
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(located: &[Located]) -> Vec<&str> {
        located.iter().map(|l| l.text.as_str()).collect()
    }

    #[test]
    fn destinations_are_those_of_links_pictures_and_html() {
        let document = "# A\n[a](one.md)\n\n![b](two.png)\n\n| x | y |\n|---|---|\n| [c](three) | `d` |\n\n\
                        <p><img src=\"four.png\" alt=\"\"></p>\n\n```\n[no](five)\n```\n[e]\n\n[e]: six.md\n";
        assert_eq!(texts(&destinations(document)), ["one.md", "two.png", "three", "four.png", "six.md"]);
        assert_eq!(destinations(document)[1].line, 4);
    }

    #[test]
    fn code_spans_leave_out_blocks() {
        let document = "see `crates/a` and\n`b/c`\n\n```text\n`d/e`\n```\n\n    `f/g`\n";
        let spans = code_spans(document);
        assert_eq!(texts(&spans), ["crates/a", "b/c"]);
        assert_eq!(spans[1].line, 2);
    }
}
