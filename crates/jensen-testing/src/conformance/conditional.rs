//! Continuous draws behind discrete ones.

use burn::tensor::Tensor;
use jensen_prob::ConditionalReparameterized;

use super::density::FALSE_ALARM;
use super::reparameterization::weigh;
use super::{Conformance, DRAWS, key, numbers, of_row, same};
use crate::{Value, dkw_radius};

impl<D: ConditionalReparameterized> Conformance<D> {
    /// - Continuous draws become those of `sample` with the same key.
    /// - Draws given a value become that value, and over values from the family they have the law of the others:
    ///   each number, and its distance from the largest of its event, by their empirical distribution functions
    ///   (false alarm 2e-9 a number). Both together are the law given the value.
    /// - Relaxed at a temperature near 0 they lie next to what they become.
    /// - All have the gradients of central differences.
    pub fn conditionally_reparameterized(self) -> Self {
        let (rng, given) = (key().fork("continuous"), key().fork("given"));
        let (family, one) = (self.marginals(DRAWS), self.marginals(1));
        let value = family.sample(&rng);
        let (free, bound) = (family.continuous_sample(&rng), family.continuous_sample_given(&value, &given));
        let continuous = same(&family.discretize(&free), &value)
            .and_then(|()| same(&one.with_logits(one.logits()).log_prob(&value), &one.log_prob(&value)));
        let conditional = same(&family.discretize(&bound), &value);
        let law = [free.clone(), bound].map(|z| numbers(&beside_the_largest(z)));
        let relaxed = family.relax(free.clone(), temperature(1e-4, &value));
        let distance = numbers(&(relaxed - family.discretize(&free)).abs());
        let near = match distance.iter().find(|distance| distance.is_nan() || **distance >= 0.5) {
            Some(distance) => Err(format!("a number is {distance} from what it becomes")),
            None => Ok(()),
        };

        let value = self.distribution().sample(&rng);
        let like = |p: &[Tensor<2>]| value.in_type_of(&p[0]);
        self.record("continuous draws", continuous)
            .record("conditional draws", conditional)
            .record("law of conditional draws", same_law(&law, numbers_of_each(&one)))
            .record("relaxed draws", near)
            .gradients("gradients of continuous draws", |family, _| weigh(family.continuous_sample(&rng)))
            .gradients("gradients of conditional draws", |family, p| {
                weigh(family.continuous_sample_given(&like(p), &given))
            })
            .gradients("gradients of relaxed draws", |family, p| {
                weigh(family.relax(family.continuous_sample(&rng), temperature(0.7, &p[0])))
            })
    }
}

fn temperature(temperature: f64, like: &Tensor<2>) -> Tensor<2> {
    crate::double(&[1, 1], &[temperature]).cast(like.dtype())
}

/// `[z, max z − z]`
fn beside_the_largest(z: Tensor<2>) -> Tensor<2> {
    Tensor::cat(vec![z.clone(), z.clone().max_dim(1) - z], 1)
}

/// How many numbers [`beside_the_largest`] gives of all rows.
fn numbers_of_each<D: ConditionalReparameterized>(family: &D) -> usize {
    let [rows, event] = family.logits().dims();
    rows * event * 2
}

/// That sample-major draws of `count` numbers come from the same distributions: two empirical distribution
/// functions, each within its radius of the true one.
fn same_law(draws: &[Vec<f64>; 2], count: usize) -> Result<(), String> {
    let radius = 2.0 * dkw_radius(DRAWS, FALSE_ALARM);
    (0..count).try_for_each(|at| {
        let sorted = draws.each_ref().map(|draws| {
            let mut draws: Vec<f64> = of_row(draws, count, at).collect();
            draws.sort_by(f64::total_cmp);
            draws
        });
        let share = |of: &[f64], x: f64| of.partition_point(|&draw| draw <= x) as f64 / of.len() as f64;
        let apart = |x: f64| (share(&sorted[0], x) - share(&sorted[1], x)).abs();
        let largest = sorted.iter().flatten().map(|&x| apart(x)).fold(0.0, f64::max);
        let close = largest <= radius && !sorted.iter().flatten().any(|x| x.is_nan());
        close
            .then_some(())
            .ok_or_else(|| format!("number {at} is {largest} from the distribution of the others"))
    })
}
