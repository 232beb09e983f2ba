//! Every picture: well-formed, repeatable, and possible from degenerate numbers.

use jensen_infer::Quantity;
use jensen_models::mdn::{NormalMixture, NormalTerm};

use super::grid::{self, Difference, TraversedDimension, Unit};
use super::plot::{self, Activity, BoundTerms, LatentDimension, ScheduleStep};
use super::scene::Shape;
use super::*;

const SHAPE: EventShape = EventShape::Grey { height: 28, width: 28 };

/// Width and height in the header of a PNG file (the IHDR chunk, PNG specification 11.2.2).
fn png_size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

/// Fails unless the text is one properly nested XML element without stray markup.
fn assert_well_formed(xml: &str) {
    let mut open = Vec::new();
    let mut rest = xml.trim();
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "stray > in {}", &rest[..start]);
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name.to_owned()), "</{name}>");
        } else if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
        rest = &rest[end + 1..];
        assert!(!open.is_empty() || rest.is_empty(), "content after the end");
    }
    assert!(open.is_empty(), "{open:?} not closed");
}

/// Draws in each format and theme, twice; returns the light PNG.
fn check(scene: &Scene) -> Vec<u8> {
    for theme in [Theme::Light, Theme::Dark] {
        let svg = scene.to_svg(theme).expect("a drawable scene");
        assert_well_formed(&svg);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "a coordinate is not finite");
        assert_eq!(svg, scene.to_svg(theme).expect("a drawable scene"));
    }
    assert_ne!(scene.to_svg(Theme::Light).expect("drawable"), scene.to_svg(Theme::Dark).expect("drawable"));
    assert_inside(scene);
    let png = scene.to_png(Theme::Light).expect("a drawable scene");
    assert_eq!(png, scene.to_png(Theme::Light).expect("a drawable scene"));
    let pixels = |length: f64| (length * f64::from(scene.pixels_per_unit)) as u32;
    let (width, height) = png_size(&png);
    assert!(width.abs_diff(pixels(scene.width)) <= 1 && height.abs_diff(pixels(scene.height)) <= 1);
    png
}

/// No text leaves the paper.
fn assert_inside(scene: &Scene) {
    for shape in &scene.shapes {
        let Shape::Text(text) = shape else { continue };
        let width = font::width(&text.content, text.em, text.weight);
        let before = match text.align {
            scene::Align::Left => 0.0,
            scene::Align::Center => width / 2.0,
            scene::Align::Right => width,
        };
        let (start, limit) = match text.reading {
            scene::Reading::Across => (text.at.0 - before, scene.width),
            scene::Reading::Up => (scene.height - text.at.1 - before, scene.height),
        };
        assert!(start >= 0.0 && start + width <= limit, "{:?} leaves the paper", text.content);
    }
}

fn texts(scene: &Scene) -> Vec<&str> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text(text) => Some(text.content.as_str()),
            _ => None,
        })
        .collect()
}

fn ramp(count: usize) -> Vec<f32> {
    (0..count * 784).map(|k| (k % 997) as f32 / 997.0).collect()
}

fn terms(epoch: f64, bound: f64) -> BoundTerms {
    BoundTerms { epoch, bound, reconstruction: bound + 25.0, kl: 25.0 }
}

#[test]
fn a_sample_grid_is_nearly_square_and_shows_each_pixel_three_times() {
    let values = ramp(10);
    let events = Events::new(&values, SHAPE).expect("ten images");
    let scene = grid::samples("Samples", &events, Intensity::UNIT);
    let images: Vec<_> =
        scene.shapes.iter().filter(|shape| matches!(shape, Shape::Image { zoom: 3, .. })).collect();
    assert_eq!(images.len(), 10);
    // Four columns and three rows of 84 pixels, 4 apart, in a margin of 14; the title adds to the height.
    let (width, height) = png_size(&check(&scene));
    assert_eq!((width, height), (4 * 88 - 4 + 28, 3 * 88 - 4 + 28 + 26));
}

#[test]
fn a_png_holds_the_pixels_it_was_given() {
    let events =
        Events::new(&[0.0, 1.0, 1.0, 0.0], EventShape::Grey { height: 2, width: 2 }).expect("one image");
    let scene = grid::samples("", &events, Intensity::UNIT);
    let decoded = image::load_from_memory(&check(&scene)).expect("a PNG file").to_rgb8();
    assert_eq!(decoded.dimensions(), (84 + 28, 84 + 28));
    for (x, y, level) in [(14, 14, 0), (55, 55, 0), (56, 14, 255), (97, 97, 0), (14, 97, 255)] {
        assert_eq!(decoded.get_pixel(x, y).0, [level; 3], "pixel ({x}, {y})");
    }
}

#[test]
fn grids_of_every_kind() {
    let values = ramp(12);
    let events = Events::new(&values, SHAPE).expect("twelve images");
    for difference in [Difference::Shown, Difference::Hidden] {
        let scene =
            grid::reconstructions("Both", &events, &events, Intensity::Robust, difference).expect("as many");
        check(&scene);
        assert_eq!(texts(&scene).iter().filter(|text| **text == "data").count(), 2);
    }
    let path = grid::interpolation("Path", &events, Intensity::UNIT, ["#3", "#9"]);
    check(&path);
    assert!(texts(&path).contains(&"#3") && texts(&path).contains(&"#9"));
    let dims = [TraversedDimension { index: 10, kl: Some(1.5) }, TraversedDimension { index: 2, kl: None }];
    let steps = [-3.0, -1.5, 0.0, 0.5, 1.5, 3.0];
    let scene = grid::traversal("Traversal", &events, Intensity::UNIT, &dims, (&steps, Unit::Deviations))
        .expect("2 × 6 images");
    check(&scene);
    assert!(texts(&scene).contains(&"z₁₀  KL 1.50") && texts(&scene).contains(&"−3.0σ"));
    let error = grid::traversal("", &events, Intensity::UNIT, &dims, (&steps[1..], Unit::Bits))
        .expect_err("12 is not 10");
    assert!(error.to_string().contains("12 and 10"));
}

#[test]
fn colours_features_and_single_values_have_grids_too() {
    let values = ramp(6);
    for dims in [&[28, 28, 3][..], &[7, 16], &[13], &[392], &[1]] {
        let shape = EventShape::of(dims);
        let values = &values[..values.len().min(20 * shape.size())];
        let events = Events::new(values, shape).expect("whole examples");
        check(&grid::samples("Samples", &events, Intensity::Robust));
        let scene = grid::reconstructions("Both", &events, &events, Intensity::Robust, Difference::Shown);
        check(&scene.expect("as many"));
    }
    let not_finite = [f32::NAN; 30];
    let events = Events::new(&not_finite, EventShape::Features(30)).expect("one example");
    check(&grid::samples("", &events, Intensity::Robust));
}

#[test]
fn curves_from_degenerate_training() {
    let long: Vec<_> = (0..50).map(|k| terms(f64::from(k), -100.0 - 400.0 * 0.1_f64.powi(k))).collect();
    let mut broken = long.clone();
    broken[7].bound = f64::NAN;
    broken[9].kl = f64::INFINITY;
    let nothing = vec![terms(1.0, f64::NAN); 3];
    let constant = vec![terms(0.0, -100.0), terms(1.0, -100.0)];
    for (train, valid) in [
        (&long[..], &long[..4]),
        (&long[..1], &[]),
        (&[], &broken[..]),
        (&nothing, &[]),
        (&constant, &constant),
    ] {
        let scene = plot::training_curves("Training", Quantity::Marginal, train, valid).expect("some epochs");
        check(&scene);
        for wanted in ["Training", "Bound on log p(x)", "KL(q(z|x) ‖ p(z))", "nats", "epoch"] {
            assert!(texts(&scene).contains(&wanted), "{wanted}");
        }
    }
    assert!(plot::training_curves("Training", Quantity::Marginal, &[], &[]).is_err());
}

#[test]
fn the_first_epoch_is_off_the_scale_and_said_so() {
    let curve: Vec<_> = (0..30).map(|k| terms(f64::from(k), -100.0 - 400.0 * 0.3_f64.powi(k))).collect();
    let scene = plot::training_curves("Training", Quantity::Marginal, &curve, &[]).expect("thirty epochs");
    assert!(texts(&scene).contains(&"▼ off the scale: −500.0 at epoch 0"), "{:?}", texts(&scene));
}

#[test]
fn bars_are_sorted_and_counted() {
    let dimension = |index, kl, active| LatentDimension { index, kl, active };
    let dims = [
        dimension(0, 0.001, Activity::Inactive),
        dimension(1, 2.5, Activity::Active),
        dimension(2, f64::NAN, Activity::Inactive),
        dimension(3, 1.0, Activity::Active),
    ];
    let scene = plot::kl_per_dimension("KL", &dims).expect("four dimensions");
    check(&scene);
    let shown = texts(&scene);
    assert!(shown.contains(&"active (2)") && shown.contains(&"inactive (2)"));
    let order: Vec<_> = shown.into_iter().filter(|text| text.len() == 1).collect();
    assert_eq!(order, ["1", "3", "0", "2"]);
    for count in [1, 40, 700] {
        let dims: Vec<_> = (0..count).map(|k| dimension(k, 0.0, Activity::Inactive)).collect();
        check(&plot::kl_per_dimension("KL", &dims).expect("some dimensions"));
    }
    assert!(plot::kl_per_dimension("KL", &[]).is_err());
}

#[test]
fn maps_of_any_dimension_and_any_labels() {
    let means: Vec<f32> = (0..600).map(|k| ((k * 7919) % 1009) as f32 / 300.0 - 1.5).collect();
    for dims in [1, 2, 3, 20] {
        let rows = means.len() / dims;
        let digits: Vec<i64> = (0..10).cycle().take(rows).collect();
        let many: Vec<i64> = (-5..21).cycle().take(rows).collect();
        for labels in [None, Some(&digits[..]), Some(&many[..])] {
            check(&plot::latent_map("Map", &means, dims, labels).expect("a drawable map"));
        }
    }
    check(&plot::latent_map("One point", &[0.5, 0.5, 0.5], 3, Some(&[7])).expect("a drawable map"));
    check(&plot::latent_map("One place", &[2.0; 12], 2, None).expect("a drawable map"));
    let dots = |scene: &Scene| scene.shapes.iter().filter(|s| matches!(s, Shape::Disc { .. })).count();
    let gap =
        plot::latent_map("Gap", &[0.0, 0.0, f32::NAN, 1.0, 1.0, 1.0], 2, None).expect("two finite rows");
    assert_eq!(dots(&gap), 2);
    let crowd = plot::latent_map("Crowd", &vec![0.25; 20_000], 2, None).expect("a drawable map");
    assert!(dots(&crowd) <= 4000 && texts(&crowd).iter().any(|text| text.contains("of 10\u{a0}000")));
    assert!(matches!(plot::latent_map("", &[f32::NAN; 2], 2, None), Err(PictureError::Empty { .. })));
    assert!(matches!(plot::latent_map("", &[0.0; 3], 2, None), Err(PictureError::Ragged { .. })));
    assert!(matches!(plot::latent_map("", &[0.0; 4], 2, Some(&[1])), Err(PictureError::Mismatch { .. })));
}

#[test]
fn histograms_and_schedules() {
    let mut bounds: Vec<f64> = (0..1000).map(|k| -100.0 + f64::from(k % 37) - f64::from(k % 11)).collect();
    bounds[3] = -900.0;
    bounds[4] = f64::NAN;
    let scene = plot::bound_histogram("Bounds", "bound", &bounds).expect("finite values");
    check(&scene);
    assert!(texts(&scene).iter().any(|text| text.contains("999 examples") && text.contains("1 beyond")));
    check(&plot::bound_histogram("One", "bound", &[-98.0]).expect("a finite value"));
    check(&plot::bound_histogram("Equal", "bound", &[0.0; 9]).expect("finite values"));
    assert!(plot::bound_histogram("None", "bound", &[f64::NAN]).is_err());
    let step =
        |k: i32| ScheduleStep { step: f64::from(k), learning_rate: 1e-5 * f64::from(k), kl_weight: 1.0 };
    check(&plot::schedule("Schedules", &[step(0), step(1), step(2)]).expect("three steps"));
    check(&plot::schedule("Schedules", &[step(0)]).expect("one step"));
    assert!(plot::schedule("Schedules", &[]).is_err());
}

#[test]
fn components_of_one_two_and_many_columns() {
    use plot::{Component, component_map};
    let component = |columns: usize, index: usize, scale: f64| Component {
        index,
        weight: 0.5,
        mean: vec![index as f64; columns],
        covariance: (0..columns * columns)
            .map(|i| if i % (columns + 1) == 0 { scale } else { 0.1 * scale })
            .collect(),
    };
    for columns in [1, 2, 5] {
        let rows: Vec<f64> = (0..200 * columns).map(|i| ((i * 31 % 97) as f64) * 0.1).collect();
        let chosen: Vec<usize> = (0..200).map(|row| row % 12).collect();
        let names: Vec<String> = (0..columns).map(|column| format!("column {column}")).collect();
        let components: Vec<_> = (0..12).map(|k| component(columns, k, 1.0)).collect();
        let map = |rows: &[f64]| component_map("Components", rows, &names, &chosen, &components);
        check(&map(&rows).expect("rows"));
        // Missing values leave their row out, which is said.
        let mut holes = rows.clone();
        holes[0] = f64::NAN;
        let says =
            |shape: &Shape| matches!(shape, Shape::Text(text) if text.content.contains("1 with missing"));
        assert!(map(&holes).expect("rows").shapes.iter().any(says));
        assert!(map(&vec![f64::NAN; rows.len()]).is_err());
        assert!(map(&rows[..columns]).is_err());
        // Rows that are all the same, and a component without extent.
        let flat = [component(columns, 2, 1e-300)];
        check(&component_map("Flat", &vec![2.0; 200 * columns], &names, &[0; 200], &flat).expect("rows"));
    }
}

#[test]
fn ways_to_learn_a_mixture() {
    use plot::{Component, MethodCurve, PosteriorMap, inference_methods};
    let points: Vec<_> = (0..90).map(|i| (f64::from(i % 10), f64::from(i / 10))).collect();
    let curve = |name: &str, length: usize| MethodCurve {
        name: name.to_owned(),
        log_likelihood: (0..length).map(|i| -3.0 / (i + 1) as f64).collect(),
        bound: (0..length).map(|i| -4.0 / (i + 1) as f64).collect(),
    };
    let map = |rows: usize| PosteriorMap {
        heading: "A map".to_owned(),
        posteriors: (0..rows).flat_map(|i| [i as f64 / rows as f64, 1.0 - i as f64 / rows as f64]).collect(),
        components: [(0, 2.0), (1, 6.0)]
            .map(|(index, at)| Component {
                index,
                weight: 0.5,
                mean: vec![at; 2],
                covariance: vec![2.0, 0.5, 0.5, 1.0],
            })
            .into(),
    };
    let curves = [curve("one", 200), curve("another", 200)];
    check(&inference_methods(&points, &curves, &[map(90), map(90)]).expect("drawable"));
    check(&inference_methods(&points, &[curve("short", 2)], &[map(90)]).expect("drawable"));
    assert!(inference_methods(&points, &[curve("none", 1)], &[map(90)]).is_err());
    assert!(inference_methods(&points, &curves, &[]).is_err());
    assert!(inference_methods(&points, &curves, &[map(89)]).is_err());

    // The colours of a mixed point are laid over each other so that each keeps its share.
    let mixed = PosteriorMap { posteriors: [0.2, 0.8].repeat(90), ..map(90) };
    let scene = inference_methods(&points, &curves, &[mixed]).expect("drawable");
    let second = scene.shapes.iter().filter(|shape| {
        matches!(shape, Shape::Disc { paint: theme::Paint::Category(1), opacity, .. } if (opacity - 0.8).abs() < 1e-12)
    });
    assert_eq!(second.count(), 90);
}

#[test]
fn dashes_follow_the_curve() {
    use plot::{Component, MethodCurve, PosteriorMap, inference_methods};
    let flat = |length: usize| MethodCurve {
        name: "flat".to_owned(),
        log_likelihood: vec![0.0; length],
        bound: vec![-1.0; length],
    };
    let component =
        Component { index: 0, weight: 1.0, mean: vec![0.0; 2], covariance: vec![1.0, 0.0, 0.0, 1.0] };
    let map = PosteriorMap { heading: String::new(), posteriors: vec![1.0], components: vec![component] };
    let scene = inference_methods(&[(0.0, 0.0)], &[flat(100)], &[map]).expect("drawable");
    let lengths: Vec<f64> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Line { points, width, .. } if (*width - 1.4).abs() < 1e-9 => Some(points),
            _ => None,
        })
        .map(|points| {
            points.windows(2).map(|ends| (ends[1].0 - ends[0].0).hypot(ends[1].1 - ends[0].1)).sum()
        })
        .collect();
    assert!(lengths.len() > 50, "a thousand units hold many dashes: {}", lengths.len());
    assert!(lengths[..lengths.len() - 1].iter().all(|length| (length - 7.0).abs() < 1e-6), "{lengths:?}");
}

fn normal(mean: f64, deviation: f64) -> NormalMixture {
    NormalMixture::new(vec![NormalTerm { weight: 1.0, mean, deviation }])
}

#[test]
fn densities_are_drawn_along_any_number_of_inputs_of_any_scale() {
    let slice = |input: usize, scale: f64, values: usize| {
        let at = |k: usize| (k as f64 * scale, normal(scale * k as f64, 0.1 * scale));
        let deciles = vec![0.5 * scale; 9];
        plot::Slice {
            input: format!("input {input}"),
            densities: (0..values).map(at).collect(),
            deciles,
            center: 0.0,
        }
    };
    for (inputs, scale, values) in [(1, 1.0, 1), (2, 1e-12, 2), (5, 1e30, 40), (12, 3.0, 9)] {
        let slices: Vec<_> = (0..inputs).map(|input| slice(input, scale, values)).collect();
        let scene = plot::density_slices("The density of y", "note", "y", &slices).expect("densities");
        check(&scene);
        assert!((0..inputs).all(|input| texts(&scene).contains(&&*format!("input {input}"))));
    }
    assert!(plot::density_slices("", "", "y", &[]).is_err());
}

#[test]
fn predictions_and_calibration_of_any_numbers_of_targets_and_examples() {
    for (targets, rows) in [(1, 1), (2, 7), (3, 60), (4, 2000)] {
        let truths: Vec<f64> = (0..rows).map(|row| f64::from(row % 97)).collect();
        let of = |k: usize| plot::Intervals {
            target: format!("target {k}"),
            predicted: truths.iter().map(|truth| [truth - 9.0, truth + 1.0, truth + 2.0]).collect(),
            truths: truths.clone(),
        };
        let scene = plot::intervals("Predicted", "note", &(0..targets).map(of).collect::<Vec<_>>());
        check(&scene.expect("examples"));
        let of = |k: usize| plot::Transforms {
            target: format!("target {k}"),
            values: truths.iter().map(|truth| truth / 96.0).collect(),
        };
        check(
            &plot::calibration("Calibration", "note", &(0..targets).map(of).collect::<Vec<_>>())
                .expect("examples"),
        );
    }
    let alike = plot::Intervals {
        target: "y".to_owned(),
        truths: (0..100).map(f64::from).collect(),
        predicted: vec![[0.0, 50.0, 100.0]; 100],
    };
    let scene = plot::intervals("Predicted", "", &[alike]).expect("examples");
    assert!(!texts(&scene).iter().any(|text| text.contains("beyond")), "equal medians hide no truth");
    let biased = plot::Transforms { target: "y".to_owned(), values: vec![1.0; 100] };
    let scene = plot::calibration("Calibration", "", &[biased]).expect("examples");
    assert!(texts(&scene).contains(&"10 bars outside the band"), "{:?}", texts(&scene));
    assert!(plot::intervals("", "", &[]).is_err() && plot::calibration("", "", &[]).is_err());
}
