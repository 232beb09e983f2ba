//! Bounds on what an update can make of parameters and moments, from a few numbers a step.

/// Far enough below the largest `f32` that no intermediate result of an update overflows.
const LIMIT: f64 = f32::MAX as f64 / 8.0;

/// Upper bounds on the size of every parameter and of every element of Adam's moments.
///
/// An update happens in place, so an overflow has to be ruled out before it is made. These bounds
/// cost a few multiplications a step where a look at every element would cost a pass over memory:
/// with `G` the norm of the gradient, `|m| ≤ max G`, `v ≤ max G²`, and a parameter moves by at most
/// `α/(1 − β₁ᵗ) · |m| / ε`. They are loose, and wide enough for that by tens of orders of magnitude.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    pub(super) parameter: f64,
    pub(super) mean: f64,
    pub(super) square: f64,
}

/// The factors of an update that the bounds need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// `α / (1 − β₁)`, at least as large as with any bias correction.
    pub(super) rate: f64,
    /// `|1 − αλ|`.
    pub(super) keep: f64,
    /// `ε`.
    pub(super) epsilon: f64,
}

impl Envelope {
    /// Nothing is known.
    pub(super) fn unknown() -> Self {
        Self { parameter: f64::INFINITY, mean: f64::INFINITY, square: f64::INFINITY }
    }

    /// The bounds after an update by a gradient whose elements are at most `gradient`; `None` if they
    /// do not rule out an overflow on the way.
    pub(super) fn after(self, gradient: f64, reach: Reach) -> Option<Self> {
        let Reach { rate, keep, epsilon } = reach;
        let (mean, square) = (self.mean.max(gradient), self.square.max(gradient * gradient));
        let direction = mean / epsilon;
        let parameter = keep * self.parameter + rate * direction;
        let all_within =
            [rate, keep, gradient, mean, square, direction, parameter].iter().all(|&bound| bound < LIMIT);
        all_within.then_some(Self { parameter, mean, square })
    }
}

#[cfg(test)]
mod tests {
    use jensen_kernels::{AdamStep, adam_step};
    use proptest::prelude::*;

    use super::*;

    fn tensor(value: f64) -> burn::tensor::Tensor<1> {
        burn::tensor::Tensor::from_data([value as f32], &burn::tensor::Device::flex())
    }

    proptest! {
        /// Sizes over the whole range of `f32`: what the bounds let pass stays finite and within them.
        #[test]
        fn what_it_lets_pass_stays_finite(
            p in -30f64..38.0, m in -30f64..38.0, v in -30f64..38.0, g in -30f64..38.0,
            learning_rate in -8f64..38.0, epsilon in -37f64..0.0, weight_decay in -6f64..2.0,
            signs in 0u8..8, step in 1u64..5,
        ) {
            let [p, m, v, g, learning_rate, epsilon, weight_decay] =
                [p, m, v, g, learning_rate, epsilon, weight_decay].map(|x| 10f64.powf(x));
            let (beta1, beta2) = (0.9, 0.999);
            let envelope = Envelope { parameter: p, mean: m, square: v };
            let keep = (1.0 - learning_rate * weight_decay).abs();
            let after = envelope.after(g, Reach { rate: learning_rate / (1.0 - beta1), keep, epsilon });
            if let Some(after) = after {
                let sign = |bit: u8| if signs & bit == 0 { 1.0 } else { -1.0 };
                let adam = AdamStep { step, learning_rate, beta1, beta2, epsilon, weight_decay };
                let (p, m, v) =
                    adam_step(tensor(sign(1) * p), tensor(sign(2) * g), tensor(sign(4) * m), tensor(v), &adam);
                for (found, bound) in [(p, after.parameter), (m, after.mean), (v, after.square)] {
                    let found = f64::from(found.into_scalar::<f32>()).abs();
                    prop_assert!(found <= bound * 1.001 + 1e-30, "{found} > {bound}");
                }
            }
        }
    }

    #[test]
    fn an_ordinary_step_passes_and_an_overflow_does_not() {
        let reach = Reach { rate: 1e-2, keep: 1.0, epsilon: 1e-8 };
        let start = Envelope { parameter: 30.0, mean: 1e3, square: 1e6 };
        let mut envelope = start;
        for _ in 0..1_000_000 {
            envelope = envelope.after(1e4, reach).expect("a million ordinary steps are within the bounds");
        }
        assert!(start.after(1e20, reach).is_none(), "its square overflows");
        assert!(start.after(f64::NAN, reach).is_none());
        assert!(Envelope::unknown().after(1.0, reach).is_none());
        assert!(start.after(1.0, Reach { rate: 1e39, ..reach }).is_none());
    }
}
