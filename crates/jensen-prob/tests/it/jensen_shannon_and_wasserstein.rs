//! The divergence of Jensen and Shannon, and the distance of Wasserstein.

use burn::tensor::Tensor;
use jensen_prob::{
    Bernoulli, Categorical, Distribution, Gumbel, Laplace, Logistic, Normal, Rng, SquaredWasserstein,
    jensen_shannon_divergence,
};
use jensen_testing::{GoldenError, MonteCarlo, Tolerance, check_gradients, double};

use crate::golden;

fn numbers(tensor: &Tensor<1>) -> Vec<f64> {
    tensor.clone().into_data().iter().collect()
}

#[test]
fn jensen_shannon_references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/jensen_shannon.json"));
    let [q, p] = ["q", "p"].map(|name| table.tensor(name, 3).map(Categorical::from_logits));
    let (q, p) = (q?, p?);
    table.compare("divergence", &jensen_shannon_divergence(&q, &p), Tolerance::both(1e-6))?;
    table.compare("divergence", &jensen_shannon_divergence(&p, &q), Tolerance::both(1e-6))
}

/// Of two dimensions it is a sum over four values, not a sum of two divergences; rows meet either way.
#[test]
fn jensen_shannon_of_bits_and_its_gradients() {
    let q = double(&[2, 2], &[0.3, -1.0, 2.0, 0.1]);
    let p = double(&[1, 2], &[0.0, 1.5]);
    let of = |q: &Tensor<2>, p: &Tensor<2>| {
        jensen_shannon_divergence(&Bernoulli::from_logits(q.clone()), &Bernoulli::from_logits(p.clone()))
    };
    let chance = |l: f64| 1.0 / (1.0 + (-l).exp());
    let joint = |l: [f64; 2]| {
        let [a, b] = l.map(chance);
        [a * b, a * (1.0 - b), (1.0 - a) * b, (1.0 - a) * (1.0 - b)]
    };
    let by_hand = |q: [f64; 2]| {
        let pairs = joint(q).into_iter().zip(joint([0.0, 1.5]));
        0.5 * pairs.map(|(a, b)| a * (2.0 * a / (a + b)).ln() + b * (2.0 * b / (a + b)).ln()).sum::<f64>()
    };
    let expected = [by_hand([0.3, -1.0]), by_hand([2.0, 0.1])];
    for actual in [of(&q, &p), of(&p, &q)] {
        for (actual, expected) in numbers(&actual).into_iter().zip(expected) {
            assert!((actual - expected).abs() < 1e-12, "{actual}, not {expected}");
        }
    }
    check_gradients(&[q, p], |i| of(&i[0], &i[1]), Tolerance::both(1e-5)).expect("the gradient");
}

/// Draws at the same ranks are the best pairs: the mean of their squared distance is `W₂²`, within five
/// standard errors (false alarm 6e-7 each).
#[test]
fn the_wasserstein_distance_is_that_of_equal_ranks() {
    fn check<D: SquaredWasserstein<D> + Distribution<Value = Tensor<2>>>(new: fn(Tensor<2>, Tensor<2>) -> D) {
        const DRAWS: usize = 20_000;
        let side = |first: [f64; 2], second: [f64; 2]| {
            move |times: usize| {
                let [first, second] = [first, second].map(|x| double(&[1, 2], &x).repeat_dim(0, times));
                new(first, second)
            }
        };
        let (q, p) = (side([0.3, -1.0], [0.5, 2.0]), side([2.0, -1.5], [1.5, 0.7]));
        let exact = numbers(&q(1).squared_wasserstein(&p(1)))[0];
        let apart = q(DRAWS).sample(&Rng::seed(3)) - p(DRAWS).sample(&Rng::seed(3));
        let squares = apart.square().sum_dim(1).reshape([DRAWS]);
        let estimate = MonteCarlo::of(numbers(&squares));
        assert!(estimate.agrees(exact, 5.0, 1e-6), "{estimate:?}, not {exact}");
        let parameters = [[0.3, -1.0], [0.5, 2.0], [2.0, -1.5], [1.5, 0.7]].map(|x| double(&[1, 2], &x));
        let f = |i: &[Tensor<2>]| {
            new(i[0].clone(), i[1].clone()).squared_wasserstein(&new(i[2].clone(), i[3].clone()))
        };
        check_gradients(&parameters, f, Tolerance::both(1e-5)).expect("the gradient");
    }
    check(Normal::new);
    check(Laplace::new);
    check(Logistic::new);
    check(Gumbel::new);
}
