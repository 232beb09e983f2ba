use jensen_control::environment::{Canvas, Sampling, Shape, intensities};

fn picture(shape: Shape, sampling: Sampling) -> Vec<u8> {
    let mut pixels = vec![0; 60 * 80];
    Canvas::new(&mut pixels, 60, 80, sampling).fill(shape, 255);
    pixels
}

fn area(shape: Shape, sampling: Sampling) -> f64 {
    intensities(&picture(shape, sampling)).iter().map(|x| f64::from(*x)).sum()
}

/// A boundary of length `L` crosses about `L` pixels; the sum of their errors is like that of a random walk.
#[test]
fn areas_are_those_of_the_shapes() {
    let disc = Shape::Disc { centre: [30.3, 40.8], radius: 20.0 };
    let segment = Shape::Segment { from: [10.2, 12.9], to: [45.7, 60.1], width: 7.0 };
    let length = (35.5f64).hypot(47.2);
    let pi = std::f64::consts::PI;
    for (shape, exact, boundary) in
        [(disc, 400.0 * pi, 40.0 * pi), (segment, 7.0 * length + 12.25 * pi, 2.0 * length + 7.0 * pi)]
    {
        for (sampling, error) in [(Sampling::Centre, 0.29), (Sampling::AntiAliased, 0.29 / 4.0)] {
            let off = (area(shape, sampling) - exact).abs();
            assert!(off < 4.0 * error * boundary.sqrt(), "{shape:?}, {sampling:?}: off by {off} of {exact}");
        }
    }
}

#[test]
fn rectangles_are_half_open() {
    for sampling in [Sampling::Centre, Sampling::AntiAliased] {
        let pixels = picture(Shape::Rectangle { low: [3.0, 5.0], high: [5.0, 7.0] }, sampling);
        let white: Vec<usize> = (0..pixels.len()).filter(|i| pixels[*i] == 255).collect();
        assert_eq!(white, [3 * 80 + 5, 3 * 80 + 6, 4 * 80 + 5, 4 * 80 + 6]);
        assert!(pixels.iter().all(|pixel| [0, 255].contains(pixel)));
    }
}

#[test]
fn a_quarter_of_a_pixel_is_a_quarter_of_white() {
    let pixels = picture(Shape::Rectangle { low: [0.0, 0.5], high: [0.5, 1.0] }, Sampling::AntiAliased);
    assert_eq!(pixels[0], 64);
    assert_eq!(picture(Shape::Rectangle { low: [0.0, 0.5], high: [0.5, 1.0] }, Sampling::Centre)[0], 0);
}

#[test]
fn what_is_outside_or_no_number_is_left_out() {
    for shape in [
        Shape::Disc { centre: [-50.0, 10.0], radius: 20.0 },
        Shape::Disc { centre: [f64::NAN, 10.0], radius: 20.0 },
        Shape::Segment { from: [1e300, 1e300], to: [1e301, 1e301], width: 3.0 },
        Shape::Rectangle { low: [70.0, 0.0], high: [90.0, 200.0] },
    ] {
        assert!(picture(shape, Sampling::Centre).iter().all(|pixel| *pixel == 0), "{shape:?}");
    }
    let all = Shape::Rectangle { low: [f64::NEG_INFINITY; 2], high: [f64::INFINITY; 2] };
    assert!(picture(all, Sampling::Centre).iter().all(|pixel| *pixel == 255));
}

#[test]
fn a_segment_without_length_is_a_disc() {
    let point = [30.0, 40.0];
    let segment = Shape::Segment { from: point, to: point, width: 10.0 };
    let disc = Shape::Disc { centre: point, radius: 5.0 };
    assert_eq!(picture(segment, Sampling::AntiAliased), picture(disc, Sampling::AntiAliased));
}
