//! One Adam or `AdamW` update, in place.

use burn::tensor::{Tensor, TensorData};
use multiversion::multiversion;
use rayon::prelude::*;

use crate::flex::{PARALLEL_FROM, is_fused};

/// The numbers of one update (Kingma & Ba 2015; decoupled decay of Loshchilov & Hutter 2019).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Updates of this parameter including this one: 1 for the first.
    pub step: u64,
    /// `α`.
    pub learning_rate: f64,
    /// Decay of the mean of the gradient, `β₁`.
    pub beta1: f64,
    /// Decay of the mean of its square, `β₂`.
    pub beta2: f64,
    /// Added to the root, after bias correction.
    pub epsilon: f64,
    /// Decoupled weight decay `λ`; 0 is Adam.
    pub weight_decay: f64,
}

/// The factors that an element meets.
#[derive(Clone, Copy)]
struct Factors {
    keep: f64,
    rate: f64,
    mean: f64,
    decay: f64,
    square: f64,
    root: f64,
    epsilon: f64,
}

impl AdamStep {
    fn factors(&self) -> Factors {
        let correction = |beta: f64| 1.0 - beta.powf(self.step as f64);
        Factors {
            keep: 1.0 - self.learning_rate * self.weight_decay,
            rate: self.learning_rate / correction(self.beta1),
            mean: 1.0 - self.beta1,
            decay: self.beta2,
            square: 1.0 - self.beta2,
            root: 1.0 / correction(self.beta2).sqrt(),
            epsilon: self.epsilon,
        }
    }
}

/// Updates a parameter and its two moments, with PyTorch's arithmetic:
///
/// `m ← m + (1 − β₁)(g − m)`, `v ← β₂ v + (1 − β₂) g²`,
/// `p ← (1 − αλ) p − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)`.
///
/// On the CPU the three tensors are written where they lie if nobody else holds them (a clone of
/// the model forces a copy). The new parameter is an untracked tensor on the parameter's device.
///
/// # Panics
/// If the shapes differ.
pub fn adam_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    mean: Tensor<D>,
    square: Tensor<D>,
    step: &AdamStep,
) -> (Tensor<D>, Tensor<D>, Tensor<D>) {
    for other in [gradient.dims(), mean.dims(), square.dims()] {
        assert_eq!(other, parameter.dims(), "adam_step: gradient and moments have the parameter's shape");
    }
    let factors = step.factors();
    if [&parameter, &gradient, &mean, &square].into_iter().all(is_fused) {
        let (device, moment_device) = (parameter.device(), mean.device());
        let [mut p, g, mut m, mut v] = [parameter, gradient, mean, square].map(Tensor::into_data);
        update_all(values(&mut p), g.as_slice().expect(IS_F32), values(&mut m), values(&mut v), factors);
        (
            Tensor::from_data(p, &device),
            Tensor::from_data(m, &moment_device),
            Tensor::from_data(v, &moment_device),
        )
    } else {
        let parameter = parameter.detach();
        let mean = mean.clone() + (gradient.clone() - mean) * factors.mean;
        let square = square * factors.decay + gradient.square() * factors.square;
        let direction = mean.clone() / (square.clone().sqrt() * factors.root + factors.epsilon);
        (parameter * factors.keep - direction * factors.rate, mean, square)
    }
}

const IS_F32: &str = "is_fused has checked that the tensor is f32";

fn values(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice().expect(IS_F32)
}

fn update_all(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], factors: Factors) {
    if p.len() < PARALLEL_FROM {
        update(p, g, m, v, factors);
    } else {
        let chunk = PARALLEL_FROM / 2;
        p.par_chunks_mut(chunk)
            .zip(g.par_chunks(chunk))
            .zip(m.par_chunks_mut(chunk).zip(v.par_chunks_mut(chunk)))
            .for_each(|((p, g), (m, v))| update(p, g, m, v, factors));
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn update(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], f: Factors) {
    let [keep, rate, mean, decay, square, root, epsilon] =
        [f.keep, f.rate, f.mean, f.decay, f.square, f.root, f.epsilon].map(|factor| factor as f32);
    for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
        *m += (g - *m) * mean;
        *v = *v * decay + g * g * square;
        *p = *p * keep - rate * (*m / (v.sqrt() * root + epsilon));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{DType, Device};

    const STEP: AdamStep =
        AdamStep { step: 1, learning_rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1 };

    fn gradient(i: usize, t: u64) -> f64 {
        ((i as f64 + 1.0) * 0.37 + t as f64).sin() * 10f64.powf((i % 7) as f64 - 3.0)
    }

    /// The textbook update, with the moments as the paper writes them.
    fn reference(n: usize, steps: u64) -> Vec<f64> {
        (0..n)
            .map(|i| {
                let (mut p, mut m, mut v) = (0.01 * i as f64, 0.0, 0.0);
                for t in 1..=steps {
                    let g = gradient(i, t);
                    p -= STEP.learning_rate * STEP.weight_decay * p;
                    m = STEP.beta1 * m + (1.0 - STEP.beta1) * g;
                    v = STEP.beta2 * v + (1.0 - STEP.beta2) * g * g;
                    let m_hat = m / (1.0 - STEP.beta1.powi(t as i32));
                    let v_hat = v / (1.0 - STEP.beta2.powi(t as i32));
                    p -= STEP.learning_rate * m_hat / (v_hat.sqrt() + STEP.epsilon);
                }
                p
            })
            .collect()
    }

    fn run(n: usize, steps: u64, dtype: DType) -> Vec<f64> {
        let device = Device::flex();
        let tensor = |f: &dyn Fn(usize) -> f64| {
            let values: Vec<f64> = (0..n).map(f).collect();
            Tensor::<1>::from_data(TensorData::new(values, [n]), (&device, dtype))
        };
        let (mut p, mut m, mut v) = (tensor(&|i| 0.01 * i as f64), tensor(&|_| 0.0), tensor(&|_| 0.0));
        for t in 1..=steps {
            (p, m, v) = adam_step(p, tensor(&|i| gradient(i, t)), m, v, &AdamStep { step: t, ..STEP });
        }
        p.into_data().iter::<f64>().collect()
    }

    #[test]
    fn both_paths_follow_the_paper() {
        for (dtype, tolerance) in [(DType::F32, 2e-6), (DType::F64, 1e-12)] {
            for (ours, paper) in run(50, 30, dtype).iter().zip(reference(50, 30)) {
                assert!((ours - paper).abs() < tolerance * (1.0 + paper.abs()), "{ours} is not {paper}");
            }
        }
    }

    #[test]
    fn threads_do_not_move_a_bit() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| run(3 * PARALLEL_FROM + 17, 2, DType::F32))
        };
        let one = on(1);
        assert!(one == on(2) && one == on(4));
    }

    #[test]
    fn nothing_is_copied_when_nobody_else_looks() {
        let device = Device::flex();
        let [mut p, m, v] = [0; 3].map(|_| TensorData::new(vec![0f32; 100], [100]));
        let before = values(&mut p).as_ptr();
        let [p, m, v] = [p, m, v].map(|data| Tensor::<1>::from_data(data, &device));
        let (p, ..) = adam_step(p, Tensor::ones([100], &device), m, v, &STEP);
        assert_eq!(values(&mut p.into_data()).as_ptr(), before);
    }
}
