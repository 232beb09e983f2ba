//! Rényi's divergence, its relatives, Jensen–Shannon and Wasserstein.

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{
    Bernoulli, Beta, Binomial, Categorical, Dirichlet, Distribution, Exponential, Gamma, Geometric, Gumbel,
    HalfNormal, Independent, InverseGamma, Joint, KlDivergence, Laplace, LogNormal, Logistic, Multinomial,
    MultivariateNormal, Normal, OneHotCategorical, Pareto, Poisson, RenyiDivergence, Rng, SquaredWasserstein,
    TanhNormal, Uniform, alpha_divergence, jeffreys_divergence, jensen_shannon_divergence,
};
use jensen_testing::{Golden, GoldenError, MonteCarlo, Tolerance, check_gradients, double};

use crate::golden;

/// `f32` through the quotients: relative to the divergence, and to the parameters.
const TOLERANCE: Tolerance = Tolerance { relative: 5e-6, absolute: 2e-6 };

fn numbers(tensor: &Tensor<1>) -> Vec<f64> {
    tensor.clone().into_data().iter().collect()
}

/// The orders stand in the table, one a row.
fn by_row<D: RenyiDivergence>(
    json: &str,
    sides: impl Fn(&Golden) -> Result<(D, D), GoldenError>,
    tolerance: Tolerance,
) -> Result<(), GoldenError> {
    let table = golden(json);
    let (q, p) = sides(&table)?;
    let orders = table.column("order")?.to_vec();
    let of_rows = orders.iter().enumerate().map(|(row, &order)| numbers(&q.renyi_divergence(&p, order))[row]);
    let divergence = of_rows.collect::<Vec<_>>();
    table.compare("divergence", &double(&[divergence.len()], &divergence), tolerance)
}

fn of_two<D: RenyiDivergence>(
    json: &str,
    new: fn(Tensor<2>, Tensor<2>) -> D,
    tolerance: Tolerance,
) -> Result<(), GoldenError> {
    by_row(
        json,
        |table| {
            let side = |a: &str, b: &str| Ok::<_, GoldenError>(new(table.tensor(a, 1)?, table.tensor(b, 1)?));
            Ok((side("q_first", "q_second")?, side("p_first", "p_second")?))
        },
        tolerance,
    )
}

fn of_one<D: RenyiDivergence>(json: &str, new: fn(Tensor<2>) -> D) -> Result<(), GoldenError> {
    by_row(json, |table| Ok((new(table.tensor("q", 1)?), new(table.tensor("p", 1)?))), TOLERANCE)
}

#[test]
fn references() -> Result<(), GoldenError> {
    of_two(include_str!("../references/renyi_normal.json"), Normal::new, TOLERANCE)?;
    of_two(include_str!("../references/renyi_laplace.json"), Laplace::new, TOLERANCE)?;
    of_two(include_str!("../references/renyi_gamma.json"), Gamma::new, TOLERANCE)?;
    of_two(include_str!("../references/renyi_beta.json"), Beta::new, TOLERANCE)?;
    of_one(include_str!("../references/renyi_bernoulli.json"), Bernoulli::from_logits)?;
    of_one(include_str!("../references/renyi_poisson.json"), Poisson::from_log_rate)?;
    of_one(include_str!("../references/renyi_geometric.json"), Geometric::from_logits)?;
    of_two(include_str!("../references/renyi_pareto.json"), Pareto::new, TOLERANCE)?;
    let sides = |table: &Golden| {
        let side = |name: &str| Ok::<_, GoldenError>(Dirichlet::new(table.tensor(name, 3)?));
        Ok((side("q")?, side("p")?))
    };
    by_row(include_str!("../references/renyi_dirichlet.json"), sides, TOLERANCE)?;
    let sides = |table: &Golden| {
        let side = |name: &str| {
            Ok::<_, GoldenError>(Binomial::from_logits(
                table.tensor("total_count", 1)?,
                table.tensor(name, 1)?,
            ))
        };
        Ok((side("q")?, side("p")?))
    };
    by_row(include_str!("../references/renyi_binomial.json"), sides, TOLERANCE)?;
    let sides = |table: &Golden| {
        let side = |name: &str| {
            Ok::<_, GoldenError>(Multinomial::from_logits(
                table.tensor("total_count", 1)?,
                table.tensor(name, 3)?,
            ))
        };
        Ok((side("q")?, side("p")?))
    };
    by_row(include_str!("../references/renyi_multinomial.json"), sides, TOLERANCE)
}

/// In both precisions; orders next to 1 among them.
#[test]
fn full_covariances_have_their_references() -> Result<(), GoldenError> {
    for (dtype, tolerance) in [(DType::F32, Tolerance::both(5e-6)), (DType::F64, Tolerance::both(1e-12))] {
        let sides = |table: &Golden| {
            let column = |name: &str| Ok::<_, GoldenError>(double(&[28, 9], table.column(name)?));
            let side = |mean: &str, covariance: &str| {
                let mean = double(&[28, 3], table.column(mean)?).cast(dtype);
                let covariance = column(covariance)?.cast(dtype).reshape([28, 3, 3]);
                Ok::<_, GoldenError>(MultivariateNormal::from_covariance(mean, covariance))
            };
            Ok((side("q_mean", "q_covariance")?, side("p_mean", "p_covariance")?))
        };
        by_row(include_str!("../references/renyi_multivariate_normal.json"), sides, tolerance)?;
    }
    Ok(())
}

/// Of a diagonal covariance it is the normal distribution, on either side or both.
#[test]
fn a_full_covariance_meets_a_diagonal_one() {
    let [q_mean, q_std] = [[0.0, 1.0, -2.0, 0.4], [1.0, 0.5, 2.0, 0.9]].map(|x| double(&[2, 2], &x));
    let [p_mean, p_std] = [[0.5, 1.2, 0.0, 0.4], [1.4, 0.8, 2.2, 1.0]].map(|x| double(&[2, 2], &x));
    let (q, p) = (Normal::new(q_mean, q_std), Normal::new(p_mean, p_std));
    let [full_q, full_p] = [&q, &p].map(MultivariateNormal::from_normal);
    for order in [0.0, 0.3, 0.999_999, 1.0, 1.4] {
        let expected = numbers(&q.renyi_divergence(&p, order));
        let ours = [
            full_q.renyi_divergence(&full_p, order),
            full_q.renyi_divergence(&p, order),
            q.renyi_divergence(&full_p, order),
        ];
        for ours in ours {
            let difference = Tolerance::both(1e-12).first_difference(&numbers(&ours), &expected);
            assert_eq!(difference, None, "order {order}");
        }
    }
}

/// A divergence does not depend on how values are written.
#[test]
fn rewritten_families_have_the_divergence_of_what_they_write() {
    let [first, second] = [[0.1, 1.0, -2.0, 0.4], [1.0, 0.5, 2.0, 0.9]].map(|x| double(&[2, 2], &x));
    let normal = |by: f64| Normal::new(first.clone() + by, second.clone() * (1.0 + by));
    let centred = |by: f64| Normal::new(first.zeros_like(), second.clone() * (1.0 + by));
    let gamma = |by: f64| Gamma::new(second.clone() + by, second.clone() * (2.0 - by));
    let logits = |by: f64| first.clone() * (1.0 + by);
    for order in [0.2, 0.9999, 1.0, 1.5] {
        let pairs = [
            (
                normal(0.0).renyi_divergence(&normal(0.3), order),
                LogNormal::new(normal(0.0)).renyi_divergence(&LogNormal::new(normal(0.3)), order),
            ),
            (
                normal(0.0).renyi_divergence(&normal(0.3), order),
                TanhNormal::new(normal(0.0)).renyi_divergence(&TanhNormal::new(normal(0.3)), order),
            ),
            (
                centred(0.0).renyi_divergence(&centred(0.3), order),
                HalfNormal::new(second.clone())
                    .renyi_divergence(&HalfNormal::new(second.clone() * 1.3), order),
            ),
            (
                gamma(0.0).renyi_divergence(&gamma(0.3), order),
                InverseGamma::new(gamma(0.0)).renyi_divergence(&InverseGamma::new(gamma(0.3)), order),
            ),
            (
                Categorical::from_logits(logits(0.0))
                    .renyi_divergence(&Categorical::from_logits(logits(0.3)), order),
                OneHotCategorical::from_logits(logits(0.0))
                    .renyi_divergence(&OneHotCategorical::from_logits(logits(0.3)), order),
            ),
        ];
        for (expected, ours) in pairs {
            let difference = Tolerance::both(1e-14).first_difference(&numbers(&ours), &numbers(&expected));
            assert_eq!(difference, None, "order {order}");
        }
    }
}

/// `∫ q^α p^{1−α} = w w_q^{−α} w_p^{α−1}` over the common part `w`.
#[test]
fn intervals_have_the_divergence_of_their_common_part() {
    let at = |x: f64| double(&[1, 1], &[x]);
    let of = |q: [f64; 2], p: [f64; 2], order: f64| {
        let [q, p] = [q, p].map(|[low, high]| Uniform::new(at(low), at(high)));
        numbers(&q.renyi_divergence(&p, order))[0]
    };
    for order in [0.1f64, 0.5, 0.999_999, 1.0 + 1e-7, 3.0] {
        assert!((of([2.0, 3.0], [1.0, 5.0], order) - 4f64.ln()).abs() < 1e-14, "order {order}");
        assert_eq!(of([2.0, 3.0], [4.0, 5.0], order), f64::INFINITY, "order {order}");
        let (ours, log_total) =
            (of([2.0, 5.0], [4.0, 6.0], order), -order * 3f64.ln() + (order - 1.0) * 2f64.ln());
        let expected = if order < 1.0 { log_total / (order - 1.0) } else { f64::INFINITY };
        assert!(ours == expected || (ours / expected - 1.0).abs() < 1e-12, "order {order}: {ours}");
    }
    let inputs = [at(2.0), at(5.0), at(4.0), at(6.0)];
    let divergence = |x: &[Tensor<2>]| {
        Uniform::new(x[0].clone(), x[1].clone())
            .renyi_divergence(&Uniform::new(x[2].clone(), x[3].clone()), 0.3)
    };
    check_gradients(&inputs, divergence, Tolerance::both(1e-4)).expect("the gradient");
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
    let beta = |a: f32, b: f32| Beta::new(at(a), at(b));
    let of = |a: f32, b: f32, order: f64| numbers(&beta(a, b).renyi_divergence(&beta(2.0, 2.0), order))[0];
    assert!(of(1.0, 1.0, 1.9).is_finite());
    assert_eq!((of(1.0, 2.0, 2.1), of(2.0, 1.0, 2.1)), (f64::INFINITY, f64::INFINITY));
}

#[test]
fn extreme_parameters_stay_finite() {
    let finite = |what: &str, leaves: &[Tensor<2>], f: &dyn Fn(&[Tensor<2>]) -> Tensor<1>| {
        let leaves: Vec<_> =
            leaves.iter().map(|t| t.clone().cast(DType::F32).autodiff().require_grad()).collect();
        let value = f(&leaves);
        assert!(numbers(&value.clone().inner()).iter().all(|x| x.is_finite()), "{what}: {value}");
        let gradients = value.sum().backward();
        for leaf in &leaves {
            let slopes: Vec<f64> = leaf.grad(&gradients).expect("a gradient").into_data().iter().collect();
            assert!(slopes.iter().all(|x| x.is_finite()), "slopes of {what}: {slopes:?}");
        }
    };
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

/// `∫ √(q p) = (1 + δ/2) e^{−δ/2}` of Laplace distributions of one scale, where the slopes of both exponents
/// are equal.
#[test]
fn laplace_distributions_of_one_scale() {
    let locations = double(&[4, 1], &[0.0, 1e-4, 3.0, -200.0]);
    let family = Laplace::new(locations.clone(), double(&[1, 1], &[2.0]));
    let standard = Laplace::new(double(&[1, 1], &[0.0]), double(&[1, 1], &[2.0]));
    let half = numbers(&(locations.abs() / 4.0).reshape([4]));
    for (actual, half) in numbers(&family.bhattacharyya_distance(&standard)).into_iter().zip(half) {
        let expected = half - half.ln_1p();
        assert!((actual - expected).abs() < 1e-12 * (1.0 + expected), "{actual}, not {expected}");
    }
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

/// `log(λ_q/λ_p) + log(λ_*/λ_q)/(1 − α)` with `λ_* = α λ_q + (1 − α) λ_p`, infinite where that is not positive (Gil,
/// Alajaji & Linder 2013).
#[test]
fn exponential_numbers_have_the_divergence_of_the_book() {
    let at = |rate: f64| Exponential::new(double(&[1, 1], &[rate]));
    for (q, p) in [(1.0f64, 2.5), (3.0, 0.2), (0.7, 0.70001)] {
        for order in [0.0, 0.3, 0.5, 0.9999, 1.0, 1.2] {
            let rate = order * q + (1.0 - order) * p;
            let expected = match order {
                1.0 => p / q - 1.0 - (p / q).ln(),
                _ if rate <= 0.0 => f64::INFINITY,
                _ => (q / p).ln() + (rate / q).ln() / (1.0 - order),
            };
            let ours = at(q).renyi_divergence(&at(p), order).into_scalar::<f64>();
            assert!(
                ours == expected || (ours - expected).abs() < 1e-9,
                "{q}, {p}, {order}: {ours}, not {expected}"
            );
        }
    }
}

/// Where either begins first.
#[test]
fn power_laws_have_their_gradients() {
    let inputs =
        [[2.0, 3.0, 0.7], [1.0, 2.5, 2.0], [2.5, 2.0, 0.9], [1.5, 1.0, 1.25]].map(|x| double(&[3, 1], &x));
    let of_order = |order: f64| {
        move |x: &[Tensor<2>]| {
            let [q, p] = [&x[..2], &x[2..]].map(|x| Pareto::new(x[0].clone(), x[1].clone()));
            q.renyi_divergence(&p, order)
        }
    };
    for order in [0.3, 0.9] {
        check_gradients(&inputs, of_order(order), Tolerance::both(2e-4)).expect("the gradient");
    }
    // From order 1 on only where that of `q` lies in that of `p`, and there with KL as its limit.
    let later = inputs.each_ref().map(|t| t.clone().narrow(0, 1, 2));
    check_gradients(&later, of_order(1.3), Tolerance::both(2e-4)).expect("the gradient above order 1");
    let all = |order: f64| numbers(&of_order(order)(&inputs));
    assert_eq!(all(1.3)[0], f64::INFINITY);
    let (near, at) = (all(1.0 + 1e-9), all(1.0));
    assert_eq!(Tolerance::both(1e-7).first_difference(&near[1..], &at[1..]), None);
    assert!(all(1.0 - 1e-9)[0] > 1e8 && at[0] == f64::INFINITY);
}
