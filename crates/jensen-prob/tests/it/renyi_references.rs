//! Rényi divergences against their integrals, and against one another.

use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{
    Bernoulli, Beta, Binomial, Categorical, ContinuousBernoulli, Dirichlet, Exponential, Gamma, Geometric,
    HalfNormal, InverseGamma, Laplace, LogNormal, LowRankNormal, Multinomial, MultivariateNormal, Normal,
    OneHotCategorical, Pareto, Poisson, RenyiDivergence, Rng, TanhNormal, Uniform, VonMises, VonMisesFisher,
};
use jensen_testing::{Golden, GoldenError, Tolerance, check_gradients, double};

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

/// In both precisions, to the rounding of the parameters' differences.
#[test]
fn compact_families_have_their_references() -> Result<(), GoldenError> {
    for (dtype, digits) in [(DType::F32, 1e-7), (DType::F64, 1e-14)] {
        let column = |table: &Golden, name: &str, width: usize| {
            let numbers = table.column(name)?;
            Ok::<_, GoldenError>(double(&[numbers.len() / width, width], numbers).cast(dtype))
        };
        let logits = |table: &Golden, name| {
            Ok::<_, GoldenError>(ContinuousBernoulli::from_logits(column(table, name, 1)?))
        };
        by_row(
            include_str!("../references/renyi_continuous_bernoulli.json"),
            |table| Ok((logits(table, "q")?, logits(table, "p")?)),
            Tolerance { relative: 50.0 * digits, absolute: 1e-45 },
        )?;
        let angles = |table: &Golden, location: &str, concentration: &str| {
            Ok::<_, GoldenError>(VonMises::new(column(table, location, 1)?, column(table, concentration, 1)?))
        };
        by_row(
            include_str!("../references/renyi_von_mises.json"),
            |table| Ok((angles(table, "q_first", "q_second")?, angles(table, "p_first", "p_second")?)),
            Tolerance::both(50.0 * digits),
        )?;
        for (width, json) in [
            (3, include_str!("../references/renyi_von_mises_fisher_3.json")),
            (8, include_str!("../references/renyi_von_mises_fisher_8.json")),
        ] {
            let side = |table: &Golden, direction: &str, concentration: &str| {
                let direction = column(table, direction, width)?;
                Ok::<_, GoldenError>(VonMisesFisher::new(direction, column(table, concentration, 1)?))
            };
            let sides = |table: &Golden| {
                let q = side(table, "q_direction", "q_concentration")?;
                Ok((q, side(table, "p_direction", "p_concentration")?))
            };
            // The square of the distance of near directions, 4e-3, is known to 1e-4 in single precision.
            by_row(json, sides, Tolerance { relative: 1000.0 * digits, absolute: 10.0 * digits })?;
        }
    }
    Ok(())
}

/// In both precisions; orders next to 1 among them.
#[test]
fn covariances_of_low_rank_have_their_references() -> Result<(), GoldenError> {
    for (dtype, tolerance) in [(DType::F32, Tolerance::both(1e-5)), (DType::F64, Tolerance::both(1e-12))] {
        let sides = |table: &Golden| {
            let side = |mean: &str, std: &str, factor: &str| {
                let column = |name: &str| {
                    let numbers = table.column(name)?;
                    Ok::<_, GoldenError>(double(&[numbers.len() / 4, 4], numbers).cast(dtype))
                };
                let normal = Normal::new(column(mean)?, column(std)?);
                let [rows, _] = normal.mean().dims();
                Ok::<_, GoldenError>(LowRankNormal::new(normal, column(factor)?.reshape([rows, 4, 2])))
            };
            Ok((side("q_mean", "q_std", "q_factor")?, side("p_mean", "p_std", "p_factor")?))
        };
        by_row(include_str!("../references/renyi_low_rank_normal.json"), sides, tolerance)?;
    }
    Ok(())
}

/// The slopes of what is computed on the host, at extremes too, where differences of single numbers have no digits.
#[test]
fn compact_families_have_the_slopes_of_their_references() -> Result<(), GoldenError> {
    fn check<D: RenyiDivergence>(
        json: &str,
        names: &[&str],
        new: fn(&[Tensor<2>]) -> D,
    ) -> Result<(), GoldenError> {
        let table = golden(json);
        let orders = table.column("order")?;
        let mut slopes = vec![Vec::new(); names.len()];
        for (row, &order) in orders.iter().enumerate() {
            let leaf = |name: &&str| {
                let number = table.column(name)?[row];
                Ok::<_, GoldenError>(double(&[1, 1], &[number]).autodiff().require_grad())
            };
            let leaves = names.iter().map(leaf).collect::<Result<Vec<_>, _>>()?;
            let (q, p) = leaves.split_at(names.len() / 2);
            let gradients = new(q).renyi_divergence(&new(p), order).backward();
            for (slopes, leaf) in slopes.iter_mut().zip(&leaves) {
                slopes.push(leaf.grad(&gradients).expect("a gradient").into_scalar::<f64>());
            }
        }
        for (name, slopes) in names.iter().zip(&slopes) {
            let slopes = double(&[slopes.len()], slopes);
            let tolerance = Tolerance { relative: 1e-9, absolute: 1e-15 };
            table.compare(&format!("{name}_slope"), &slopes, tolerance)?;
        }
        Ok(())
    }
    let json = include_str!("../references/renyi_continuous_bernoulli.json");
    check(json, &["q", "p"], |x| ContinuousBernoulli::from_logits(x[0].clone()))?;
    let json = include_str!("../references/renyi_von_mises.json");
    let names = ["q_first", "q_second", "p_first", "p_second"];
    check(json, &names, |x| VonMises::new(x[0].clone(), x[1].clone()))
}

/// In the plane it is that of the angles, near and far apart.
#[test]
fn directions_in_the_plane_are_angles() {
    let concentrations = |side: [f64; 4]| double(&[4, 1], &side);
    let (location, other) =
        (double(&[4, 1], &[0.0, 1.0, -2.0, 3.0]), double(&[4, 1], &[0.0, -2.1, -1.9, 0.0]));
    let (few, many) = (concentrations([1.0, 0.2, 50.0, 1e3]), concentrations([3.0, 7.0, 49.0, 1e3]));
    let on_sphere = |angle: &Tensor<2>, concentration: &Tensor<2>| {
        let direction = Tensor::cat(vec![angle.clone().cos(), angle.clone().sin()], 1);
        VonMisesFisher::new(direction, concentration.clone())
    };
    for order in [0.1, 0.99, 2.0] {
        let of_angles = VonMises::new(location.clone(), few.clone())
            .renyi_divergence(&VonMises::new(other.clone(), many.clone()), order);
        let of_directions = on_sphere(&location, &few).renyi_divergence(&on_sphere(&other, &many), order);
        let difference =
            Tolerance::both(1e-13).first_difference(&numbers(&of_directions), &numbers(&of_angles));
        assert_eq!(difference, None, "order {order}");
    }
}

/// Where it is `+∞` and where it is not, with more directions than dimensions too; and beside other covariances.
#[test]
fn a_covariance_of_low_rank_is_the_full_one() {
    let noise =
        |key: u64, shape: [usize; 2]| Rng::seed(key).normal(shape, &Device::flex()).cast(DType::F64) * 0.7;
    let family = |key: u64, rank: usize| {
        let diagonal = Normal::from_log_std(noise(key, [40, 4]), noise(key + 1, [40, 4]));
        LowRankNormal::new(diagonal, noise(key + 2, [160, rank]).reshape([40, 4, rank]))
    };
    let mut counts = [0; 2];
    for (rank_q, rank_p) in [(1, 1), (2, 3), (6, 1), (1, 5)] {
        let (q, p) = (family(10, rank_q), family(20, rank_p));
        let (full_q, full_p, diagonal) = (q.to_full(), p.to_full(), p.diagonal());
        for order in [0.0, 0.2, 0.9, 0.999_999, 1.000_001, 1.1, 1.5, 3.0] {
            let expected = numbers(&full_q.renyi_divergence(&full_p, order));
            let ours = [
                (q.renyi_divergence(&p, order), &expected),
                (q.renyi_divergence(&full_p, order), &expected),
                (full_q.renyi_divergence(&p, order), &expected),
                (q.renyi_divergence(&diagonal, order), &numbers(&full_q.renyi_divergence(&diagonal, order))),
                (diagonal.renyi_divergence(&q, order), &numbers(&diagonal.renyi_divergence(&full_q, order))),
            ];
            for (pair, (ours, expected)) in ours.into_iter().enumerate() {
                let difference = Tolerance::both(1e-8).first_difference(&numbers(&ours), expected);
                assert_eq!(difference, None, "pair {pair}, ranks {rank_q} and {rank_p}, order {order}");
            }
            if order > 1.01 {
                counts[0] += expected.iter().filter(|x| x.is_finite()).count();
                counts[1] += expected.iter().filter(|x| x.is_infinite()).count();
            }
        }
    }
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
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
