use burn::tensor::{DType, Device, Tensor};
use jensen_kernels::bernoulli_log_prob;
use proptest::prelude::*;

use crate::{matrix, same_bits_on_any_number_of_threads, values};

/// Rows of the reference, `Σ x·l − log(1 + eˡ)`, the sum taken in f64.
fn reference(logits: &[f32], x: &[f32], columns: usize) -> Vec<f64> {
    let rows = logits.len().max(x.len()) / columns;
    (0..rows)
        .map(|r| {
            (0..columns)
                .map(|d| {
                    let at = r * columns + d;
                    let (l, x) = (f64::from(logits[at % logits.len()]), f64::from(x[at % x.len()]));
                    x * l - l.max(0.0) - (-l.abs()).exp().ln_1p()
                })
                .sum()
        })
        .collect()
}

fn sigmoid(l: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(l)).exp())
}

/// Log-probabilities and the gradients of `Σ_r w_r·log_prob_r` with `w_r = r + 1`.
fn fused(logits: &[f32], x: &[f32], rows: [usize; 2]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let device = Device::flex().autodiff();
    let logits = Tensor::<2>::from_data(matrix(logits, rows[0]), &device).require_grad();
    let x = Tensor::<2>::from_data(matrix(x, rows[1]), &device).require_grad();
    let log_prob = bernoulli_log_prob(logits.clone(), x.clone());
    let weights: Vec<f32> = (1..=rows[0].max(rows[1])).map(|r| r as f32).collect();
    let weights = Tensor::<1>::from_data(&weights[..], &Device::flex());
    let gradients = (log_prob.clone() * weights).sum().backward();
    let gradient = |t: &Tensor<2>| values(t.grad(&gradients).expect("a gradient"));
    (values(log_prob), gradient(&logits), gradient(&x))
}

fn assert_near(ours: f32, truth: f64, scale: f64) {
    assert!((f64::from(ours) - truth).abs() <= 1e-6 * scale, "{ours} is not {truth}");
}

proptest! {
    #[test]
    fn values_and_gradients_with_repeated_rows(
        own in 1usize..4, repeats in 1usize..4, columns in 1usize..40, logits_repeat: bool, seed: u32
    ) {
        let noise = |n: usize, salt: u32| -> Vec<f32> {
            (0..n as u32).map(|i| ((i.wrapping_mul(2_654_435_761) ^ seed ^ salt) % 1000) as f32 / 1000.0).collect()
        };
        let rows = if logits_repeat { [own, own * repeats] } else { [own * repeats, own] };
        let logits: Vec<f32> = noise(rows[0] * columns, 1).iter().map(|u| 30.0 * (u - 0.5)).collect();
        let x = noise(rows[1] * columns, 77);
        let (log_prob, logits_gradient, x_gradient) = fused(&logits, &x, rows);
        for (ours, truth) in log_prob.iter().zip(reference(&logits, &x, columns)) {
            assert_near(*ours, truth, 1.0 + truth.abs());
        }
        let mut truth = (vec![0.0; logits.len()], vec![0.0; x.len()]);
        for r in 0..own * repeats {
            for d in 0..columns {
                let (i, j) = ((r % rows[0]) * columns + d, (r % rows[1]) * columns + d);
                truth.0[i] += (r + 1) as f64 * (f64::from(x[j]) - sigmoid(logits[i]));
                truth.1[j] += (r + 1) as f64 * f64::from(logits[i]);
            }
        }
        let scale = 20.0 * (own * repeats) as f64;
        logits_gradient.iter().zip(truth.0).for_each(|(ours, truth)| assert_near(*ours, truth, scale));
        x_gradient.iter().zip(truth.1).for_each(|(ours, truth)| assert_near(*ours, truth, scale * 15.0));
    }
}

#[test]
fn gradient_is_the_slope_of_the_value() {
    let logits = [-6.0, -1.5, -0.0, 0.3, 2.0, 8.0];
    let x = [0.0, 1.0, 0.25, 1.0, 0.0, 1.0];
    let (_, gradient, _) = fused(&logits, &x, [1, 1]);
    for d in 0..logits.len() {
        let at = |h: f64| {
            let l = f64::from(logits[d]) + h;
            f64::from(x[d]) * l - l.max(0.0) - (-l.abs()).exp().ln_1p()
        };
        assert_near(gradient[d], (at(1e-5) - at(-1e-5)) / 2e-5, 1.0);
    }
}

#[test]
fn exact_at_any_logit() {
    for (logit, x, log_prob, gradient) in [
        (1e4, 1.0, 0.0, 0.0),
        (1e4, 0.0, -1e4, -1.0),
        (-1e4, 1.0, -1e4, 1.0),
        (-1e4, 0.0, 0.0, 0.0),
        (0.0, 1.0, -std::f32::consts::LN_2, 0.5),
        (-0.0, 0.0, -std::f32::consts::LN_2, -0.5),
        // What 1 − σ(l) would round away: log σ(20) = −log(1 + e⁻²⁰).
        (20.0, 1.0, -2.061_153_6e-9, 2.061_153_6e-9),
        (-20.0, 0.0, -2.061_153_6e-9, -2.061_153_6e-9),
        (-90.0, 0.0, -8.194_01e-40, -8.194_01e-40),
    ] {
        let (value, slope, _) = fused(&[logit], &[x], [1, 1]);
        assert!((value[0] - log_prob).abs() <= 3e-7 * log_prob.abs(), "log p at {logit}: {}", value[0]);
        assert!((slope[0] - gradient).abs() <= 3e-7 * gradient.abs(), "gradient at {logit}: {}", slope[0]);
    }
}

#[test]
fn what_is_not_finite_shows() {
    for logit in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let logits = [&[0.5; 20][..], &[logit], &[0.5; 20]].concat();
        let (value, ..) = fused(&[&logits[..], &[0.5; 41]].concat(), &[0.5; 82], [2, 2]);
        assert!(!value[0].is_finite() && value[1].is_finite());
    }
    assert!(fused(&[f32::NAN], &[1.0], [1, 1]).1[0].is_nan());
}

#[test]
fn composed_path_agrees() {
    let logits: Vec<f32> = (0..60).map(|i| (i as f32 * 0.37).sin() * 9.0).collect();
    let x: Vec<f32> = (0..30).map(|i| (i as f32 * 1.7).cos().abs()).collect();
    let f64s = |v: &[f32], rows| Tensor::<2>::from_data(matrix(v, rows), (&Device::flex(), DType::F64));
    let composed = bernoulli_log_prob(f64s(&logits, 6), f64s(&x, 3)).into_data();
    let (ours, ..) = fused(&logits, &x, [6, 3]);
    for (ours, composed) in ours.iter().zip(composed.iter::<f64>()) {
        assert_near(*ours, composed, 1.0 + composed.abs());
    }
}

#[test]
fn views_are_read_in_their_own_order() {
    let device = Device::flex();
    let data: Vec<f32> = (0..12).map(|i| i as f32 - 5.0).collect();
    let logits = Tensor::<2>::from_data(matrix(&data, 4), &device).transpose().slice([1..3, 1..4]);
    let x = Tensor::<2>::from_data([[1.0, 0.0, 0.5]], &device);
    let ours = values(bernoulli_log_prob(logits, x));
    let truth = reference(&[-1.0, 2.0, 5.0, 0.0, 3.0, 6.0], &[1.0, 0.0, 0.5], 3);
    ours.iter().zip(truth).for_each(|(ours, truth)| assert_near(*ours, truth, 10.0));
}

#[test]
fn threads_do_not_move_a_bit() {
    let logits: Vec<f32> = (0..128 * 784).map(|i| (i as f32 * 0.113).sin() * 8.0).collect();
    let x: Vec<f32> = (0..64 * 784).map(|i| (i % 2) as f32).collect();
    same_bits_on_any_number_of_threads(|| {
        let (value, logits_gradient, x_gradient) = fused(&logits, &x, [128, 64]);
        [value, logits_gradient, x_gradient].concat()
    });
}

#[test]
#[should_panic(expected = "one row count must divide the other")]
fn rows_that_do_not_match_are_refused() {
    let zeros = |rows| Tensor::<2>::zeros([rows, 2], &Device::flex());
    bernoulli_log_prob(zeros(3), zeros(2));
}
