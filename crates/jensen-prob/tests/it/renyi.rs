//! What holds of every Rényi divergence and its relatives.

use std::f64::consts::PI;

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{
    Bernoulli, Beta, Binomial, Categorical, ContinuousBernoulli, Dirichlet, Gamma, Geometric, Independent,
    Joint, KlDivergence, Laplace, LowRankNormal, Multinomial, MultivariateNormal, Normal, Poisson,
    RenyiDivergence, SquaredWasserstein, VonMises, VonMisesFisher, alpha_divergence, jeffreys_divergence,
    jensen_shannon_divergence,
};
use jensen_testing::{Tolerance, check_gradients, double};

fn numbers(tensor: &Tensor<1>) -> Vec<f64> {
    tensor.clone().into_data().iter().collect()
}

/// Parameters of a row of two dimensions for each side.
struct Case<D> {
    new: fn(&[Tensor<2>]) -> D,
    q: Vec<Tensor<2>>,
    p: Vec<Tensor<2>>,
}

impl<D: RenyiDivergence + KlDivergence> Case<D> {
    fn new(new: fn(&[Tensor<2>]) -> D, q: &[[f64; 4]], p: &[[f64; 4]]) -> Self {
        let tensors = |side: &[[f64; 4]]| side.iter().map(|numbers| double(&[2, 2], numbers)).collect();
        Self { new, q: tensors(q), p: tensors(p) }
    }

    fn at(&self, dtype: DType) -> (D, D) {
        let side =
            |side: &[Tensor<2>]| (self.new)(&side.iter().map(|t| t.clone().cast(dtype)).collect::<Vec<_>>());
        (side(&self.q), side(&self.p))
    }

    /// Gradients for both sides; continuity into order 1, in value; skew symmetry `(1 − α) R_α(q ‖ p) = α
    /// R_{1−α}(p ‖ q)`; 0 on itself; growth with the order; rows.
    fn check(&self) {
        let both: Vec<_> = self.q.iter().chain(&self.p).cloned().collect();
        for order in [0.0, 0.3, 0.9, 0.9999, 1.0, 1.3] {
            let f = |inputs: &[Tensor<2>]| {
                let (q, p) = inputs.split_at(self.q.len());
                (self.new)(q).renyi_divergence(&(self.new)(p), order)
            };
            let tolerance = Tolerance { relative: 2e-4, absolute: 2e-5 };
            check_gradients(&both, f, tolerance).unwrap_or_else(|e| panic!("order {order}: {e}"));
        }

        // The mean slope of `log Γ` is exact to 1e-9.
        let (q, p) = self.at(DType::F64);
        let near = |a: &Tensor<1>, b: &Tensor<1>, tolerance: f64, what: &str| {
            for (a, b) in numbers(a).into_iter().zip(numbers(b)) {
                assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {a}, not {b}");
            }
        };
        let kl = q.kl_divergence(&p);
        for distance in [1e-6, -1e-6, 1e-9, -1e-11] {
            near(&q.renyi_divergence(&p, 1.0 + distance), &kl, 1e3 * f64::abs(distance), "about order 1");
        }
        for order in [0.2, 0.5, 0.7] {
            let (there, back) = (q.renyi_divergence(&p, order), p.renyi_divergence(&q, 1.0 - order));
            near(&(there * (1.0 - order)), &(back * order), 1e-9, "skew symmetry");
        }
        near(&q.renyi_divergence(&p, 0.0), &kl.zeros_like(), 1e-9, "order 0");
        near(&q.renyi_divergence(&q, 0.4), &kl.zeros_like(), 1e-12, "itself");
        let grown: Vec<_> =
            [0.0, 0.1, 0.5, 0.99, 1.0, 1.01, 1.3].map(|a| numbers(&q.renyi_divergence(&p, a))).into();
        for pair in grown.windows(2) {
            assert!(pair[0].iter().zip(&pair[1]).all(|(low, high)| low < high), "{grown:?}");
        }
        // One row against two is that row twice.
        let first = |side: &[Tensor<2>]| {
            (self.new)(&side.iter().map(|t| t.clone().narrow(0, 0, 1)).collect::<Vec<_>>())
        };
        let (one, two) = (first(&self.q), first(&self.p));
        near(&one.renyi_divergence(&p, 0.6).narrow(0, 0, 1), &one.renyi_divergence(&two, 0.6), 1e-12, "rows");
        near(&q.renyi_divergence(&two, 0.6).narrow(0, 0, 1), &one.renyi_divergence(&two, 0.6), 1e-12, "rows");

        // Four rows against two are the two twice.
        let twice: Vec<_> = self.q.iter().map(|t| t.clone().repeat_dim(0, 2)).collect();
        let twice = (self.new)(&twice);
        let [there, back] = [q.renyi_divergence(&p, 0.6), p.renyi_divergence(&q, 0.6)];
        near(&twice.renyi_divergence(&p, 0.6), &there.repeat_dim(0, 2), 1e-12, "rows");
        near(&p.renyi_divergence(&twice, 0.6), &back.repeat_dim(0, 2), 1e-12, "rows");

        near(&alpha_divergence(&q, &p, 1.0), &kl, 1e-12, "of order 1");
        near(&alpha_divergence(&q, &p, 0.0), &p.kl_divergence(&q), 1e-12, "of order 0");
        near(&alpha_divergence(&q, &p, 1.0 - 1e-9), &kl, 1e-6, "about order 1");
        near(&alpha_divergence(&q, &p, 0.5), &(q.squared_hellinger(&p) * 4.0), 1e-12, "of order ½");
        near(&alpha_divergence(&q, &p, 0.2), &alpha_divergence(&p, &q, 0.8), 1e-12, "duality");
        near(&jeffreys_divergence(&q, &p), &(kl + p.kl_divergence(&q)), 1e-12, "Jeffreys");
    }
}

#[test]
fn each_family_has_what_holds_of_all() {
    let normal = |p: &[Tensor<2>]| Normal::new(p[0].clone(), p[1].clone());
    Case::new(
        normal,
        &[[0.0, 1.0, -2.0, 0.4], [1.0, 0.5, 2.0, 0.9]],
        &[[0.5, 1.2, 0.0, 0.4], [1.4, 0.8, 2.2, 1.0]],
    )
    .check();
    let laplace = |p: &[Tensor<2>]| Laplace::new(p[0].clone(), p[1].clone());
    Case::new(
        laplace,
        &[[0.0, 1.0, -2.0, 0.4], [1.0, 0.5, 2.0, 0.9]],
        &[[0.5, 1.2, 0.0, 0.4], [1.4, 0.8, 1.2, 1.0]],
    )
    .check();
    let gamma = |p: &[Tensor<2>]| Gamma::new(p[0].clone(), p[1].clone());
    Case::new(
        gamma,
        &[[3.0, 0.7, 40.0, 5.0], [1.0, 2.0, 3.0, 0.5]],
        &[[2.0, 0.5, 38.0, 6.0], [0.5, 1.4, 2.9, 0.7]],
    )
    .check();
    let beta = |p: &[Tensor<2>]| Beta::new(p[0].clone(), p[1].clone());
    Case::new(
        beta,
        &[[3.0, 0.7, 40.0, 5.0], [1.0, 2.0, 30.0, 0.5]],
        &[[2.0, 0.5, 38.0, 6.0], [1.5, 1.4, 29.0, 0.7]],
    )
    .check();
    Case::new(|p| Bernoulli::from_logits(p[0].clone()), &[[0.0, 2.0, -3.0, 0.4]], &[[1.0, -2.0, -2.9, 5.0]])
        .check();
    Case::new(|p| Poisson::from_log_rate(p[0].clone()), &[[0.0, 2.0, -3.0, 0.4]], &[[1.0, 1.0, -2.9, 3.0]])
        .check();
    Case::new(
        |p| Categorical::from_logits(p[0].clone()),
        &[[0.0, 2.0, -3.0, 0.4]],
        &[[1.0, -2.0, -2.9, 5.0]],
    )
    .check();
    Case::new(|p| Dirichlet::new(p[0].clone()), &[[3.0, 0.7, 40.0, 5.0]], &[[2.0, 0.5, 38.0, 6.0]]).check();
    Case::new(|p| Geometric::from_logits(p[0].clone()), &[[0.0, 2.0, -3.0, 0.4]], &[[0.5, 1.0, -2.9, 0.1]])
        .check();
    let binomial = |p: &[Tensor<2>]| {
        let count = p[0].clone().inner().zeros_like() + 5.0;
        Binomial::from_logits(count, p[0].clone())
    };
    Case::new(binomial, &[[0.0, 2.0, -3.0, 0.4]], &[[1.0, -2.0, -2.9, 5.0]]).check();
    let multinomial = |p: &[Tensor<2>]| {
        let count = p[0].clone().inner().narrow(1, 0, 1).zeros_like() + 5.0;
        Multinomial::from_logits(count, p[0].clone())
    };
    Case::new(multinomial, &[[0.0, 2.0, -3.0, 0.4]], &[[1.0, -2.0, -2.9, 5.0]]).check();
    // Mean, logarithms of the diagonal, and what stands below it.
    let full = |p: &[Tensor<2>]| {
        let ([rows, _], column) = (p[0].dims(), |of: usize, at| p[of].clone().narrow(1, at, 1));
        let (above, below) = (column(0, 0).inner().zeros_like(), column(2, 0));
        let factor = Tensor::cat(vec![column(1, 0).exp(), above, below, column(1, 1).exp()], 1);
        MultivariateNormal::new(p[0].clone(), factor.reshape([rows, 2, 2]))
    };
    Case::new(
        full,
        &[[0.0, 1.0, -2.0, 0.4], [0.1, -0.5, 0.3, 0.0], [0.5, 0.0, -0.7, 0.0]],
        &[[0.5, 1.2, 0.0, 0.4], [0.4, -0.1, 0.2, 0.3], [0.3, 0.0, -0.5, 0.0]],
    )
    .check();
}

#[test]
fn families_on_compact_sets_and_of_low_rank_have_it_too() {
    Case::new(
        |p| ContinuousBernoulli::from_logits(p[0].clone()),
        &[[0.0, 2.0, -3.0, 0.4]],
        &[[1.0, -2.0, -2.9, 9.0]],
    )
    .check();
    let angles = |p: &[Tensor<2>]| VonMises::new(p[0].clone(), p[1].clone());
    Case::new(
        angles,
        &[[0.0, 1.0, -2.0, 0.4], [1.0, 0.5, 2.0, 9.0]],
        &[[0.5, 4.1, 0.0, 0.5], [1.4, 0.8, 2.2, 8.0]],
    )
    .check();
    let directions = |p: &[Tensor<2>]| {
        let direction = Tensor::cat(vec![p[0].clone(), p[1].clone()], 1);
        VonMisesFisher::new(direction, p[1].clone().narrow(1, 0, 1))
    };
    Case::new(
        directions,
        &[[0.0, 1.0, -2.0, 0.4], [1.0, 0.5, 6.0, 0.9]],
        &[[0.5, 4.1, 0.0, 0.4], [1.4, 0.8, 7.2, 1.0]],
    )
    .check();
    let low_rank = |p: &[Tensor<2>]| {
        let [rows, d] = p[0].dims();
        LowRankNormal::new(
            Normal::from_log_std(p[0].clone(), p[1].clone()),
            p[2].clone().reshape([rows, d, 1]),
        )
    };
    Case::new(
        low_rank,
        &[[0.0, 1.0, -2.0, 0.4], [0.1, -0.5, 0.3, 0.0], [0.5, 0.2, -0.7, 1.0]],
        &[[0.5, 1.2, 0.0, 0.4], [0.4, -0.1, 0.2, 0.3], [0.3, -0.2, -0.5, 0.8]],
    )
    .check();
}

/// `v = 1 + (1 − α)(r² − 1)` is 0 at `α = r²/(r² − 1)`: at `r = 2` from order 4/3 on.
#[test]
fn where_the_integral_diverges_it_is_infinite_and_has_no_gradient() {
    let device = Device::flex().autodiff();
    let leaf = |x: f32| Tensor::<2>::from_data([[x]], &device).require_grad();
    let (mean, std) = (leaf(1.0), leaf(2.0));
    let q = Normal::new(mean.clone(), std.clone());
    let p = Normal::standard(1, 1, &Device::flex());
    assert!(numbers(&q.renyi_divergence(&p, 1.33).inner())[0].is_finite());
    let divergence = q.renyi_divergence(&p, 1.34);
    assert_eq!(numbers(&divergence.clone().inner()), [f64::INFINITY]);
    let gradients = divergence.backward();
    for leaf in [mean, std] {
        assert_eq!(leaf.grad(&gradients).expect("a gradient").into_scalar::<f32>(), 0.0);
    }

    let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
    let gamma = |a: f32, b: f32| Gamma::new(at(a), at(b));
    let of = |a: f32, b: f32, order: f64| numbers(&gamma(a, b).renyi_divergence(&gamma(2.0, 2.0), order))[0];
    assert!(of(1.0, 1.0, 1.9).is_finite());
    assert_eq!((of(1.0, 2.0, 2.1), of(2.0, 1.0, 2.1)), (f64::INFINITY, f64::INFINITY));
    let dirichlet = |a: f32, b: f32| Dirichlet::new(Tensor::from_data([[a, b, 2.0]], &Device::flex()));
    let of = |a: f32, b: f32, order: f64| {
        numbers(&dirichlet(a, b).renyi_divergence(&dirichlet(2.0, 2.0), order))[0]
    };
    assert!(of(1.0, 1.0, 1.9).is_finite());
    assert_eq!((of(1.0, 2.0, 2.1), of(2.0, 1.0, 2.1)), (f64::INFINITY, f64::INFINITY));
    // 2u_q = u_p where a failure has the chances 0.9 and 0.81: from order 2 on.
    let logit = |failure: f64| at((1.0f64 / failure - 1.0).ln() as f32);
    let [often, rare] = [0.9, 0.81].map(|failure| Geometric::from_logits(logit(failure)));
    let of = |order: f64| numbers(&often.renyi_divergence(&rare, order))[0];
    assert!(of(1.99).is_finite() && of(2.01) == f64::INFINITY);
    // A covariance of twice the deviation along one axis only, from order 4/3 on.
    let covariance = |d: [f32; 2]| {
        let [a, b] = d;
        let factor = Tensor::<3>::from_data([[[a, 0.0], [0.3, b]]], &device).require_grad();
        (MultivariateNormal::new(Tensor::zeros([1, 2], &device), factor.clone()), factor)
    };
    let ((q, factor), (p, _)) = (covariance([2.0, 1.0]), covariance([1.0, 1.0]));
    assert!(numbers(&q.renyi_divergence(&p, 1.3).inner())[0].is_finite());
    let divergence = q.renyi_divergence(&p, 1.4);
    assert_eq!(numbers(&divergence.clone().inner()), [f64::INFINITY]);
    let slopes = factor.grad(&divergence.backward()).expect("a gradient").into_data();
    assert!(slopes.iter::<f32>().all(|slope| slope == 0.0));
    // The same of low rank, where a deviation of the diagonal alone is too wide, and where that of p is beside its own.
    let at_rank_one = |std: [f32; 2], column: [f32; 2]| {
        let normal = Normal::new(Tensor::zeros([1, 2], &device), Tensor::from_data([std], &device));
        let factor = Tensor::<2>::from_data([column], &device).require_grad();
        (LowRankNormal::new(normal, factor.clone().reshape([1, 2, 1])), factor)
    };
    let of = |q: &LowRankNormal, p: &LowRankNormal| numbers(&q.renyi_divergence(p, 1.5).inner())[0];
    let (q, factor) = at_rank_one([2.0, 1.0], [0.0, 0.5]);
    let (narrow, _) = at_rank_one([1.0, 1.0], [0.0, 2.0]);
    let (wide, _) = at_rank_one([1.0, 1.0], [2.0, 0.1]);
    assert!(of(&q, &wide).is_finite() && of(&q, &narrow) == f64::INFINITY);
    let divergence = q.renyi_divergence(&narrow, 1.5);
    let slopes = factor.grad(&divergence.backward()).expect("a gradient").into_data();
    assert!(slopes.iter::<f32>().all(|slope| slope == 0.0));
    let beta = |a: f32, b: f32| Beta::new(at(a), at(b));
    let of = |a: f32, b: f32, order: f64| numbers(&beta(a, b).renyi_divergence(&beta(2.0, 2.0), order))[0];
    assert!(of(1.0, 1.0, 1.9).is_finite());
    assert_eq!((of(1.0, 2.0, 2.1), of(2.0, 1.0, 2.1)), (f64::INFINITY, f64::INFINITY));
}

/// Of a function of single-precision leaves and its gradients.
fn finite(what: &str, leaves: &[Tensor<2>], f: &dyn Fn(&[Tensor<2>]) -> Tensor<1>) {
    let leaves: Vec<_> =
        leaves.iter().map(|t| t.clone().cast(DType::F32).autodiff().require_grad()).collect();
    let value = f(&leaves);
    assert!(numbers(&value.clone().inner()).iter().all(|x| x.is_finite()), "{what}: {value}");
    let gradients = value.sum().backward();
    for leaf in &leaves {
        let slopes: Vec<f64> = leaf.grad(&gradients).expect("a gradient").into_data().iter().collect();
        assert!(slopes.iter().all(|x| x.is_finite()), "slopes of {what}: {slopes:?}");
    }
}

#[test]
fn extreme_parameters_stay_finite() {
    let one = || double(&[1, 1], &[1.0]).cast(DType::F32);
    for order in [0.1, 0.5, 0.999] {
        let means = double(&[4, 1], &[1e6, -1e6, 0.0, 1.0]);
        let log_stds = double(&[4, 1], &[-15.0, 15.0, -40.0, 20.0]);
        finite("normal", &[means, log_stds], &|p| {
            let standard = Normal::standard(1, 1, &Device::flex());
            Normal::from_log_std(p[0].clone(), p[1].clone()).renyi_divergence(&standard, order)
        });
        let locations = double(&[4, 1], &[1e6, -1e6, 0.0, 1.0]);
        let log_scales = double(&[4, 1], &[-15.0, 15.0, -30.0, 30.0]);
        finite("Laplace", &[locations, log_scales], &|p| {
            let standard = Laplace::standard(1, 1, &Device::flex());
            Laplace::from_log_scale(p[0].clone(), p[1].clone()).renyi_divergence(&standard, order)
        });
        let concentration = double(&[4, 1], &[1e-3, 1e-3, 1e6, 1e6]);
        let other = double(&[4, 1], &[1e-3, 1e4, 1e-3, 1e6]);
        finite("gamma", &[concentration.clone(), other.clone()], &|p| {
            Gamma::new(p[0].clone(), p[1].clone()).renyi_divergence(&Gamma::new(one(), one()), order)
        });
        finite("beta", &[concentration, other], &|p| {
            Beta::new(p[0].clone(), p[1].clone()).renyi_divergence(&Beta::new(one(), one()), order)
        });
        let logits = double(&[2, 2], &[1e4, -1e4, 300.0, -80.0]);
        finite("Bernoulli", std::slice::from_ref(&logits), &|p| {
            let fair = Bernoulli::from_logits(Tensor::zeros([1, 2], &Device::flex()));
            Bernoulli::from_logits(p[0].clone()).renyi_divergence(&fair, order)
                + fair.renyi_divergence(&Bernoulli::from_logits(p[0].clone()), order)
        });
        let log_rates = double(&[2, 2], &[-80.0, 20.0, 30.0, -40.0]);
        finite("Poisson", std::slice::from_ref(&log_rates), &|p| {
            let (few, family) = (double(&[1, 1], &[-80.0]), Poisson::from_log_rate(p[0].clone()));
            let few = Poisson::from_log_rate(few.cast(DType::F32).repeat_dim(1, 2));
            few.renyi_divergence(&family, order) + family.renyi_divergence(&few, order)
        });
        let concentration = double(&[3, 3], &[1e-3, 1e-3, 1.0, 1e6, 1e-3, 1e6, 1e6, 2e6, 1e-3]);
        finite("Dirichlet", std::slice::from_ref(&concentration), &|p| {
            let flat = Dirichlet::new(Tensor::ones([1, 3], &Device::flex()));
            let family = Dirichlet::new(p[0].clone());
            family.renyi_divergence(&flat, order) + flat.renyi_divergence(&family, order)
        });
        let rare = double(&[2, 2], &[60.0, -60.0, 1.0, -30.0]);
        finite("geometric", std::slice::from_ref(&rare), &|p| {
            let fair = Geometric::from_logits(Tensor::zeros([1, 2], &Device::flex()));
            let family = Geometric::from_logits(p[0].clone());
            family.renyi_divergence(&fair, order) + fair.renyi_divergence(&family, order)
        });
        let log_scales = double(&[3, 2], &[-15.0, 15.0, 10.0, -3.0, 0.0, 15.0]);
        finite("full covariance", std::slice::from_ref(&log_scales), &|p| {
            let zero = Tensor::zeros([3, 2], &Device::flex());
            let family = MultivariateNormal::from_normal(&Normal::from_log_std(zero, p[0].clone()));
            let standard = MultivariateNormal::from_normal(&Normal::standard(1, 2, &Device::flex()));
            family.renyi_divergence(&standard, order) + standard.renyi_divergence(&family, order)
        });
        finite("categorical", &[logits], &|p| {
            let fair = Categorical::from_logits(Tensor::zeros([1, 2], &Device::flex()));
            let family = Categorical::from_logits(p[0].clone());
            family.renyi_divergence(&fair, order)
                + fair.renyi_divergence(&family, order)
                + jensen_shannon_divergence(&family, &fair)
        });
    }
}

#[test]
fn shares_directions_and_low_ranks_stay_finite() {
    for order in [0.1, 0.5, 0.999, 1.001, 3.0] {
        let wide = double(&[4, 2], &[1e6, -1e6, 300.0, 0.0, 1e-30, -80.0, 1e30, 1e30]);
        finite("continuous Bernoulli", &[wide], &|p| {
            let flat = ContinuousBernoulli::from_logits(Tensor::zeros([1, 2], &Device::flex()));
            let steep = ContinuousBernoulli::from_logits(Tensor::full([1, 2], 1e6, &Device::flex()));
            let family = ContinuousBernoulli::from_logits(p[0].clone());
            family.renyi_divergence(&flat, order)
                + flat.renyi_divergence(&family, order)
                + family.renyi_divergence(&steep, order)
                + steep.renyi_divergence(&family, order)
        });
        let angles = double(&[4, 2], &[0.0, PI, 1.0, 40.0, 0.0, 1e-30, 0.0, 0.0]);
        let concentrations = double(&[4, 2], &[0.0, 1e12, 1e6, 1e-30, 1e12, 1.0, 1.0, 0.0]);
        finite("von Mises", &[angles, concentrations], &|p| {
            let at = |kappa: f32| {
                let full = |x: f32| Tensor::<2>::full([1, 2], x, &Device::flex());
                VonMises::new(full(0.0), full(kappa))
            };
            let family = VonMises::new(p[0].clone(), p[1].clone());
            let of = |other: &VonMises| {
                family.renyi_divergence(other, order) + other.renyi_divergence(&family, order)
            };
            of(&at(0.0)) + of(&at(1.0)) + of(&at(1e12))
        });
        let directions = double(&[3, 3], &[1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 0.0, 1e-6, -1.0]);
        let concentrations = double(&[3, 1], &[0.0, 1e12, 1.0]);
        finite("von Mises–Fisher", &[directions, concentrations], &|p| {
            let pole = |kappa: f32| {
                let device = Device::flex();
                VonMisesFisher::new(Tensor::ones([1, 3], &device), Tensor::full([1, 1], kappa, &device))
            };
            let family = VonMisesFisher::new(p[0].clone(), p[1].clone());
            let of = |other: &VonMisesFisher| {
                family.renyi_divergence(other, order) + other.renyi_divergence(&family, order)
            };
            of(&pole(0.0)) + of(&pole(1.0)) + of(&pole(1e12))
        });
        if order > 1.0 {
            continue; // Where it is infinite of such deviations.
        }
        let log_scales = double(&[3, 2], &[-15.0, 15.0, 10.0, -3.0, 0.0, 15.0]);
        let factors = double(&[3, 2], &[1e3, 0.0, 1e-6, 1e-6, 1.0, -1e3]);
        finite("low rank", &[log_scales, factors], &|p| {
            let normal = Normal::from_log_std(Tensor::zeros([3, 2], &Device::flex()), p[0].clone());
            let family = LowRankNormal::new(normal, p[1].clone().reshape([3, 2, 1]));
            let standard = Normal::standard(1, 2, &Device::flex());
            family.renyi_divergence(&standard, order) + standard.renyi_divergence(&family, order)
        });
    }
}

/// Shares near 1 of parameters that differ by much, and neighbours at large parameters: single precision has
/// the digits of double precision.
#[test]
fn large_parameters_keep_their_digits() {
    fn check<D: RenyiDivergence>(
        new: fn(Tensor<2>, Tensor<2>) -> D,
        q: [f64; 2],
        p: [f64; 2],
        tolerance: f64,
    ) {
        let of = |dtype, order| {
            let side = |[a, b]: [f64; 2]| {
                let [a, b] = [a, b].map(|x| double(&[1, 1], &[x]).cast(DType::F32).cast(dtype));
                new(a, b)
            };
            numbers(&side(q).renyi_divergence(&side(p), order))[0]
        };
        for order in [0.01, 0.5, 0.97, 1.0001, 1.5] {
            let (single, double) = (of(DType::F32, order), of(DType::F64, order));
            let is_near = Tolerance::both(tolerance).accepts(single, double);
            assert!(is_near, "{q:?} from {p:?}, order {order}: {single}, not {double}");
        }
    }
    check(Beta::new, [0.01, 0.02], [64_596.0, 5.5], 1e-5);
    check(Beta::new, [36_517.0, 0.018], [87_924.0, 0.015], 1e-5);
    check(Beta::new, [80_374.0, 0.04], [304.0, 0.015], 1e-5);
    check(Gamma::new, [185.0, 0.06], [85_720.0, 32.0], 1e-5);
    check(Gamma::new, [40_413.0, 34.0], [55.0, 0.038], 1e-5);
    // The rounding of a ratio of means, 6e-8, times its distance from 1, 1e-3, times 1e6.
    check(Gamma::new, [1e6, 1e3], [1.001e6, 1e3], 2e-4);
    check(Beta::new, [7e5, 8e5], [6.995e5, 8.005e5], 2e-4);
}

/// Two parts of one number are one event of two, and a pair has what its parts have.
#[test]
fn divergences_of_products_add_up() {
    let of = |mean: [f64; 4], std: [f64; 4], shape: &[usize; 2]| {
        Normal::new(double(shape, &mean), double(shape, &std))
    };
    let (q, p) = ([0.0, 1.0, -2.0, 0.4], [1.0, 0.5, 2.0, 0.9]);
    let (r, s) = ([0.5, 1.2, 0.0, 0.4], [1.4, 0.8, 2.2, 1.0]);
    let (whole, other) = (of(q, p, &[2, 2]), of(r, s, &[2, 2]));
    let parts = |mean, std| Independent::new(of(mean, std, &[4, 1]), 2);
    let (renyi, wasserstein) = (whole.renyi_divergence(&other, 0.7), whole.squared_wasserstein(&other));
    let same = |a: Tensor<1>, b: &Tensor<1>| assert_eq!(numbers(&a), numbers(b));
    same(parts(q, p).renyi_divergence(&parts(r, s), 0.7), &renyi);
    same(parts(q, p).squared_wasserstein(&parts(r, s)), &wasserstein);
    let twice = |d: &Normal| Joint::new(d.clone(), d.clone());
    same(twice(&whole).renyi_divergence(&twice(&other), 0.7), &(renyi * 2.0));
    same(twice(&whole).squared_wasserstein(&twice(&other)), &(wasserstein * 2.0));
}

#[test]
#[should_panic(expected = "the order must be 0 or a positive number")]
fn a_negative_order_is_refused() {
    let standard = Normal::standard(1, 1, &Device::flex());
    standard.renyi_divergence(&standard, -0.5);
}
