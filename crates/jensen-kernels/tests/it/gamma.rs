use burn::tensor::{DType, Device, Tensor, TensorData};
use jensen_kernels::{digamma, digamma_remainder, log_gamma, log_gamma_remainder, normal_cdf};

use crate::{same_bits_on_any_number_of_threads, values};

type OnTensor = fn(Tensor<1>) -> Tensor<1>;

const GAMMA: [OnTensor; 4] = [log_gamma, digamma, log_gamma_remainder, digamma_remainder];

/// From the smallest normal number to where `log Γ` leaves single precision.
fn positive() -> Vec<f64> {
    (-1250..=1230).map(|i| 10f64.powf(f64::from(i) / 34.0)).map(|x| f64::from(x as f32)).collect()
}

fn in_type(dtype: DType, function: OnTensor, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let x = Tensor::<1>::from_data(TensorData::new(x.to_vec(), [x.len()]), (&Device::flex(), dtype));
    let x = x.autodiff().require_grad();
    let y = function(x.clone());
    let gradients = y.clone().sum().backward();
    let slope = x.grad(&gradients).expect("a gradient");
    (y.into_data().iter().collect(), slope.into_data().iter().collect())
}

/// The recurrence and the duplication formula hold for the function and, by their derivatives, for its
/// slope; they fix `log Γ` among convex functions (Bohr & Mollerup 1922).
#[test]
fn the_composed_gamma_function_has_its_identities() {
    let x: Vec<f64> = (1..400).map(|i| f64::from(i) / 16.0).collect();
    let at = |f: &dyn Fn(f64) -> f64| -> Vec<f64> { x.iter().map(|&x| f(x)).collect() };
    for (function, step) in [
        (log_gamma as OnTensor, f64::ln as fn(f64) -> f64),
        (digamma as OnTensor, f64::recip as fn(f64) -> f64),
    ] {
        let (here, _) = in_type(DType::F64, function, &x);
        let (next, _) = in_type(DType::F64, function, &at(&|x| x + 1.0));
        for ((here, next), &x) in here.iter().zip(next).zip(&x) {
            assert!((next - here - step(x)).abs() < 1e-12 * next.abs().max(1.0), "at {x}");
        }
    }
    let (twice, slope) = in_type(DType::F64, log_gamma, &at(&|x| 2.0 * x));
    let (once, _) = in_type(DType::F64, log_gamma, &x);
    let (half, _) = in_type(DType::F64, log_gamma, &at(&|x| x + 0.5));
    let (psi, _) = in_type(DType::F64, digamma, &at(&|x| 2.0 * x));
    for (function, remainder, leading) in [
        (log_gamma as OnTensor, log_gamma_remainder as OnTensor, (|x| x * x.ln() - x) as fn(f64) -> f64),
        (digamma, digamma_remainder, f64::ln),
    ] {
        let ((all, _), (left, _)) = (in_type(DType::F64, function, &x), in_type(DType::F64, remainder, &x));
        for ((all, left), &x) in all.iter().zip(left).zip(&x) {
            assert!((all - leading(x) - left).abs() < 1e-12 * all.abs().max(1.0), "at {x}");
        }
    }
    for (i, &x) in x.iter().enumerate() {
        let sum = once[i] + half[i] + (2.0 * x - 1.0) * 2f64.ln() - 0.5 * std::f64::consts::PI.ln();
        assert!((sum - twice[i]).abs() < 1e-11 * twice[i].abs().max(1.0), "at {x}");
        assert!((slope[i] - psi[i]).abs() < 1e-12 * psi[i].abs().max(1.0), "the slope at {x}");
    }
}

/// One rounding apart, everywhere: also near the zeros.
#[test]
fn the_fused_gamma_function_is_the_composed_one_rounded() {
    let x = positive();
    for function in GAMMA {
        let ((fused, fused_slope), (exact, slope)) =
            (in_type(DType::F32, function, &x), in_type(DType::F64, function, &x));
        let close = |ours: f64, exact: f64| {
            let rounded = f64::from(exact as f32);
            ours == rounded || (ours - exact).abs() <= 1.2e-7 * exact.abs() + 1e-14
        };
        for (i, x) in x.iter().enumerate() {
            assert!(close(fused[i], exact[i]), "{} in place of {} at {x}", fused[i], exact[i]);
            assert!(
                close(fused_slope[i], slope[i]),
                "slope {} in place of {} at {x}",
                fused_slope[i],
                slope[i]
            );
        }
    }
}

#[test]
fn outside_its_domain_the_gamma_function_is_no_number() {
    for dtype in [DType::F32, DType::F64] {
        for function in GAMMA {
            let (values, slopes) = in_type(dtype, function, &[-1.5, -1e30, f64::NAN]);
            assert!(values.iter().chain(&slopes).all(|x| x.is_nan()), "{dtype:?}: {values:?} {slopes:?}");
        }
    }
}

#[test]
fn the_normal_distribution_function_keeps_its_tail() {
    // Φ(x) by mpmath.
    for (x, expected) in [
        (-13.0, 6.117_164_399_549_88e-39),
        (-8.0, 6.220_960_574_271_784e-16),
        (-1.5, 0.066_807_201_268_858_07),
        (0.0, 0.5),
        (2.0, 0.977_249_868_051_820_8),
    ] {
        let (value, slope) = in_type(DType::F32, normal_cdf, &[x]);
        // The argument's own rounding appears in the tail.
        let tolerance = (6e-7 + 6e-8 * x * x) * expected + 2e-45;
        assert!((value[0] - expected).abs() < tolerance, "Φ({x}) is {}", value[0]);
        let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        assert!((slope[0] - density).abs() < (6e-7 + 6e-8 * x * x) * density + 2e-45);
    }
}

#[test]
fn threads_do_not_move_a_bit() {
    let x: Vec<f32> = (0..70_001).map(|i| i as f32 * 0.01 + 1e-3).collect();
    for function in GAMMA.into_iter().chain([normal_cdf as OnTensor]) {
        same_bits_on_any_number_of_threads(|| {
            values(function(Tensor::from_data(TensorData::new(x.clone(), [x.len()]), &Device::flex())))
        });
    }
}
