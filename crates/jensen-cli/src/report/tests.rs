use jensen_infer::Quantity;

use super::*;
use crate::picture::{EventShape, Events, Intensity, grid, plot};

fn hostile() -> Report {
    let bad = "<script>alert('1')</script> & \"quoted\"".to_owned();
    let curve: Vec<_> = (0..3_u8)
        .map(|k| plot::BoundTerms { epoch: f64::from(k), bound: -100.0, reconstruction: -75.0, kl: 25.0 })
        .collect();
    let curves = plot::training_curves(&bad, Quantity::Marginal, &curve, &[]).expect("three epochs");
    let pixels = [0.0, 0.5, 1.0, 0.25];
    let shape = EventShape::Grey { height: 2, width: 2 };
    let grid = grid::samples(&bad, &Events::new(&pixels, shape).expect("one image"), Intensity::UNIT);
    let figure = |graphic| Figure { graphic, alt: bad.clone(), caption: bad.clone() };
    let figures = vec![
        figure(Graphic::svg(&curves).expect("a drawable scene")),
        figure(Graphic::png(&grid).expect("a drawable scene")),
        figure(Graphic::svg(&grid).expect("a drawable scene")),
    ];
    Report {
        title: bad.clone(),
        run: bad.clone(),
        date: bad.clone(),
        measures: vec![Measure::nats(bad.as_str(), f64::NAN).with_note(bad.as_str())],
        facts: vec![(bad.clone(), bad.clone())],
        command: bad.clone(),
        warnings: vec![Warning { finding: bad.clone(), advice: bad.clone() }],
        sections: vec![Section { heading: bad.clone(), text: bad.clone(), tables: Vec::new(), figures }],
        configuration: bad,
    }
}

#[test]
fn text_cannot_become_markup() {
    let html = hostile().render();
    assert!(!html.contains("<script>alert"), "a script got in");
    assert!(!html.contains("\"quoted\""), "a quotation mark got in");
    assert!(html.matches("&lt;script&gt;alert(").count() > 15);
}

/// The policy in the file and the file itself agree: nothing is fetched.
#[test]
fn nothing_is_fetched() {
    let html = hostile().render();
    for forbidden in ["http:", "https:", "//", "<link", "@import", "url("] {
        let found = html.match_indices(forbidden).find(|(at, _)| !inside_comment_or_data(&html, *at));
        assert!(found.is_none(), "{forbidden} at {found:?}");
    }
    assert!(html.contains("default-src 'none'"));
}

/// Base64 holds slashes, and the script has a comment.
fn inside_comment_or_data(html: &str, at: usize) -> bool {
    let line = &html[html[..at].rfind('\n').map_or(0, |end| end + 1)..at + 2];
    line.contains("data:image/png;base64,") || line.starts_with("//")
}

#[test]
fn every_element_is_closed() {
    let html = hostile().render();
    let body = html.split("<script>").next().expect("text before the script");
    for name in [
        "div",
        "section",
        "figure",
        "figcaption",
        "svg",
        "p",
        "h1",
        "h2",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "th",
        "td",
        "pre",
        "code",
        "details",
        "header",
        "main",
        "text",
        "span",
    ] {
        let opened = body.matches(&format!("<{name}>")).count() + body.matches(&format!("<{name} ")).count();
        let closed = body.matches(&format!("</{name}>")).count();
        assert_eq!(opened, closed, "<{name}>");
    }
}

#[test]
fn pictures_come_in_both_themes_with_a_description() {
    let html = hostile().render();
    assert_eq!(html.matches("class=\"on-light\"").count(), 3);
    assert_eq!(html.matches("class=\"on-dark\"").count(), 3);
    assert_eq!(html.matches(" aria-label=\"&lt;script").count(), 4);
    assert_eq!(html.matches(" alt=\"&lt;script").count(), 2);
}

#[test]
fn measures_carry_their_unit_and_error() {
    let report = Report {
        measures: vec![
            Measure::nats("Test bound", -98.7144).with_standard_error(0.1234),
            Measure::count("Active units", 23, "of 50"),
            Measure::number("Time", 41.26, 1, "s"),
        ],
        ..Report::default()
    };
    let html = report.render();
    assert!(html.contains(
        "<span>−98.71</span> <span class=\"error\">± 0.12</span> <span class=\"unit\">nats</span>"
    ));
    assert!(html.contains("<span>23</span> <span class=\"unit\">of 50</span>"));
    assert!(html.contains("<span>41.3</span> <span class=\"unit\">s</span>"));
}

#[test]
fn the_same_report_twice_is_the_same_bytes() {
    assert_eq!(hostile().render(), hostile().render());
}
