use burn::tensor::{DType, Device, Tensor, TensorData};
use jensen_prob::bijector::{
    Affine, AffineMaps, Bijector, Conditioner, Coupling, Exp, GatedMaps, Inverse, InverseAutoregressive,
    MapFamily, MaskedAutoregressive, Permutation, Planar, Radial, RationalQuadraticSpline, Sigmoid,
    SoftmaxCentered, Softplus, SplineMaps, Tanh, TriangularAffine,
};
use jensen_prob::{Distribution, Normal, Rng, Transformed};
use jensen_testing::{Golden, GoldenError, Tolerance, check_bijector, double};

use crate::golden;

/// Numbers about 0 in `f64`.
pub fn noise(shape: [usize; 2], seed: u64) -> Tensor<2> {
    Rng::seed(seed).normal(shape, &Device::flex()).cast(DType::F64)
}

fn values() -> Tensor<2> {
    noise([4, 3], 1)
}

/// A net of one layer, `x M`, or of the dimensions before alone.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Tensor<2>,
    autoregressive: Option<usize>,
}

impl Conditioner for Linear {
    fn parameters(&self, x: Tensor<2>) -> Tensor<2> {
        let weight = match self.autoregressive {
            None => self.weight.clone(),
            Some(width) => {
                let d = x.dims()[1];
                let before = Tensor::<2>::ones([d, d], &Device::flex()).triu(1).cast(x.dtype());
                self.weight.clone() * before.repeat_dim(1, width)
            }
        };
        jensen_kernels::tanh(x).matmul(weight)
    }

    fn detach_params(&self) -> Self {
        Self { weight: self.weight.clone().inner(), ..*self }
    }
}

#[test]
fn curves_are_bijectors() -> Result<(), String> {
    check_bijector(&[], |_| Exp::new(), &values())?;
    check_bijector(&[], |_| Softplus::new(), &values())?;
    check_bijector(&[], |_| Sigmoid::new(), &values())?;
    check_bijector(&[], |_| Tanh::new(), &values())?;
    check_bijector(&[], |_| Inverse(Tanh::new()), &(values() * 0.2))?;
    check_bijector(&[], |_| SoftmaxCentered, &values())
}

#[test]
fn linear_maps_are_bijectors() -> Result<(), String> {
    check_bijector(
        &[noise([4, 3], 2), noise([4, 3], 3)],
        |p| Affine::from_log_scale(p[0].clone(), p[1].clone()),
        &values(),
    )?;
    check_bijector(
        &[noise([4, 3], 2), noise([1, 3], 3).exp()],
        |p| Affine::new(p[0].clone(), p[1].clone()),
        &values(),
    )?;
    check_bijector(&[noise([1, 3], 2), noise([1, 9], 3)], triangular, &values())?;
    check_bijector(&[noise([4, 3], 2), noise([4, 9], 3)], triangular, &values())?;
    check_bijector(&[], |_| Permutation::new(vec![2, 0, 1]), &values())?;
    check_bijector(&[], |_| Permutation::random(3, &Rng::seed(4)).then(Permutation::reversal(3)), &values())
}

fn triangular(p: &[Tensor<2>]) -> TriangularAffine {
    let [rows, d] = p[0].dims();
    TriangularAffine::from_unconstrained(p[0].clone(), p[1].clone().reshape([rows, d, d]))
}

fn planar(p: &[Tensor<2>]) -> Planar {
    Planar::new(p[0].clone(), p[1].clone(), p[2].clone())
}

fn radial(p: &[Tensor<2>]) -> Radial {
    Radial::new(p[0].clone(), p[1].clone(), p[2].clone())
}

#[test]
fn planar_and_radial_maps_are_bijectors() -> Result<(), String> {
    for (rows, seed) in [(4, 2), (4, 20), (1, 30)] {
        let parameters = [noise([rows, 3], seed), noise([rows, 3], seed + 1), noise([rows, 1], seed + 2)];
        check_bijector(&parameters, planar, &values())?;
        let parameters =
            [noise([rows, 3], seed), noise([rows, 1], seed + 1), noise([rows, 1], seed + 2) * 2.0];
        check_bijector(&parameters, radial, &values())?;
    }
    Ok(())
}

/// `wᵀu` far below −1, where `u` as it is would fold space, and a weight of 0.
#[test]
fn planar_maps_are_invertible_whatever_their_parameters() -> Result<(), String> {
    let parameters = [double(&[1, 2], &[-3.0, 1.0]), double(&[1, 2], &[2.0, 0.5]), double(&[1, 1], &[0.1])];
    check_bijector(&parameters, planar, &noise([5, 2], 6))?;
    let still = [double(&[1, 2], &[-3.0, 1.0]), double(&[1, 2], &[0.0, 0.0]), double(&[1, 1], &[0.1])];
    let (y, log_det) = planar(&still).forward_with_log_det(noise([5, 2], 6));
    let shift = (y - noise([5, 2], 6)).into_data().iter().collect::<Vec<f64>>();
    assert!(shift.chunks(2).all(|s| (s[0] + 3.0 * 0.1f64.tanh()).abs() < 1e-12), "{shift:?}");
    assert!(log_det.abs().max().into_scalar::<f64>() < 1e-15);
    Ok(())
}

fn spline(bins: usize) -> impl Fn(&[Tensor<2>]) -> RationalQuadraticSpline {
    move |p| RationalQuadraticSpline::new(p[0].clone(), bins, 3.0)
}

#[test]
fn splines_are_bijectors() -> Result<(), String> {
    // Within and beyond the interval.
    let x = double(&[4, 3], &[0.3, -2.9, 2.9, -5.0, 1.0, 4.0, -0.01, 2.0, -1.3, 0.7, -2.2, 50.0]);
    for (bins, rows) in [(1, 1), (2, 4), (7, 1), (7, 4)] {
        check_bijector(&[noise([rows, (3 * bins - 1) * 3], 5) * 0.7], spline(bins), &x)?;
    }
    Ok(())
}

/// Values and slopes at the knots are those of both pieces that meet there.
#[test]
fn splines_are_smooth_at_their_knots() {
    let (bins, bound) = (5, 3.0);
    let parameters = noise([1, 3 * bins - 1], 8);
    let spline = RationalQuadraticSpline::new(parameters.clone(), bins, bound);
    let widths: Vec<f64> = parameters.into_data().iter().take(bins).collect();
    let total: f64 = widths.iter().map(|w| w.exp()).sum();
    let mut knot = -bound;
    for width in std::iter::once(0.0).chain(widths.iter().map(|w| (w.exp() / total * 0.995 + 1e-3) * 6.0)) {
        knot += width;
        let at = |x: f64| {
            let (y, log_det) = spline.forward_with_log_det(double(&[1, 1], &[x]));
            [y.into_scalar::<f64>(), log_det.into_scalar::<f64>()]
        };
        for (below, above) in at(knot - 1e-9).iter().zip(at(knot + 1e-9)) {
            assert!((below - above).abs() < 1e-6, "at {knot}: {below} and {above}");
        }
    }
    assert!((knot - bound).abs() < 1e-9);
}

fn couplings<F: MapFamily>(maps: F) -> Result<(), String> {
    let width = maps.width();
    // One of two dimensions kept, and two of three.
    let build = |p: &[Tensor<2>]| Coupling::new(net(&p[0], 1), maps.clone(), 1);
    check_bijector(&[noise([1, width], 3)], build, &noise([4, 2], 1))?;
    let build = |p: &[Tensor<2>]| Coupling::new(net(&p[0], 2), maps.clone(), 2);
    check_bijector(&[noise([1, 2 * width], 3)], build, &values())
}

/// From weights in one row, repeated or not.
pub fn net(weights: &Tensor<2>, inputs: usize) -> Linear {
    let count = weights.dims()[1];
    let weight = weights.clone().narrow(0, 0, 1).reshape([inputs, count / inputs]);
    Linear { weight, autoregressive: None }
}

/// The same, of which dimension `i` depends on those before alone.
pub fn autoregressive(weights: &Tensor<2>, d: usize, width: usize) -> Linear {
    Linear { autoregressive: Some(width), ..net(weights, d) }
}

#[test]
fn couplings_are_bijectors() -> Result<(), String> {
    couplings(AffineMaps::default())?;
    couplings(SplineMaps { bins: 4, bound: 3.0 })
}

#[test]
fn autoregressive_maps_are_bijectors() -> Result<(), String> {
    let affine = AffineMaps::default();
    let weight = noise([1, 3 * 3 * 2], 3) * 0.5;
    check_bijector(
        std::slice::from_ref(&weight),
        |p| MaskedAutoregressive::new(autoregressive(&p[0], 3, 2), affine),
        &values(),
    )?;
    check_bijector(
        &[weight],
        |p| InverseAutoregressive::new(autoregressive(&p[0], 3, 2), affine),
        &values(),
    )?;
    check_bijector(
        &[noise([1, 3 * 3 * 2], 5)],
        |p| InverseAutoregressive::new(autoregressive(&p[0], 3, 2), GatedMaps),
        &values(),
    )?;
    let spline = SplineMaps { bins: 3, bound: 3.0 };
    let weight = noise([1, 3 * 3 * 8], 4);
    check_bijector(
        std::slice::from_ref(&weight),
        |p| MaskedAutoregressive::new(autoregressive(&p[0], 3, 8), spline),
        &values(),
    )?;
    check_bijector(&[weight], |p| InverseAutoregressive::new(autoregressive(&p[0], 3, 8), spline), &values())
}

#[test]
fn compositions_are_bijectors() -> Result<(), String> {
    let parameters = [noise([4, 3], 2) * 0.3, noise([4, 3], 3) * 0.3, noise([4, 1], 4)];
    check_bijector(&parameters, |p| planar(p).then(Softplus::new()).then(Inverse(Exp::new())), &values())?;
    check_bijector(&parameters, |p| vec![planar(p), planar(p), planar(p)], &values())?;
    check_bijector(&[], |_| Vec::<Tanh>::new(), &values())
}

/// Densities at the ends of a range are those next to them, outside they are no numbers.
#[test]
fn ends_of_a_range_have_a_density() {
    let log_prob = |x: f32, which: usize| {
        let (base, x) =
            (Normal::standard(1, 1, &Device::flex()), Tensor::<2>::full([1, 1], x, &Device::flex()));
        let log_prob = match which {
            0 => Transformed::new(base, Exp::new()).log_prob(&x),
            1 => Transformed::new(base, Softplus::new()).log_prob(&x),
            2 => Transformed::new(base, Sigmoid::new()).log_prob(&x),
            _ => Transformed::new(base, Tanh::new()).log_prob(&x),
        };
        log_prob.into_scalar::<f32>()
    };
    for (which, outside) in [(0, -0.5), (1, -0.5), (2, -0.5), (2, 1.5), (3, -1.5), (3, 1.5)] {
        assert!(log_prob(outside, which).is_nan(), "{which}");
    }
    for (which, end) in [(0, 0.0), (1, 0.0), (2, 0.0), (2, 1.0), (3, -1.0), (3, 1.0)] {
        let at_end = log_prob(end, which);
        assert!(at_end.is_finite() && at_end < -20.0, "{which}: {at_end}");
    }
}

/// Value and determinant, there and back, with gradients, in single precision at numbers that a net in
/// trouble gives.
#[test]
fn extremes_are_finite() {
    let far = [-1e3f32, -50.0, -20.0, -1e-20, 0.0, 1e-20, 20.0, 50.0, 80.0];
    let column =
        |x: &[f32]| Tensor::<2>::from_data(TensorData::new(x.to_vec(), [x.len(), 1]), &Device::flex());
    let all = column(&far);
    let wide = Tensor::cat(vec![all.clone(), all.clone().flip([0])], 1);
    is_finite("exp", &[], |_| Exp::new(), &all);
    is_finite("softplus", &[], |_| Softplus::new(), &all);
    is_finite("sigmoid", &[], |_| Sigmoid::new(), &all);
    is_finite("tanh", &[], |_| Tanh::new(), &all);
    is_finite("softmax", &[], |_| SoftmaxCentered, &wide.clone().narrow(0, 1, 7));
    let both = wide.clone();
    is_finite(
        "affine",
        &[wide.clone(), wide.clone().clamp(-50.0, 50.0)],
        |p| Affine::from_log_scale(p[0].clone(), p[1].clone()),
        &both,
    );
    let bias = all.clone().flip([0]);
    is_finite(
        "planar",
        &[wide.clone().clamp(-1e2, 1e2), wide.clone().flip([0]).clamp(-5.0, 5.0), bias.clone()],
        planar,
        &both,
    );
    let fold = [
        Tensor::cat(vec![column(&[-300.0]), column(&[0.0])], 1),
        Tensor::cat(vec![column(&[5.0]), column(&[0.0])], 1),
        column(&[0.0]),
    ];
    is_finite("a plane drawn in", &fold, planar, &Tensor::zeros([1, 2], &Device::flex()));
    is_finite(
        "radial",
        &[wide.clone(), all.clone().clamp(-50.0, 50.0), bias.clamp(-50.0, 50.0)],
        radial,
        &both,
    );
    let parameters = Tensor::cat(vec![wide.clone(); 8], 1).clamp(-80.0, 80.0);
    let parameters = Tensor::cat(vec![parameters.clone(), parameters.narrow(1, 0, 6)], 1);
    is_finite("spline", std::slice::from_ref(&parameters), spline(4), &both);
    is_finite("steep spline", &[parameters.flip([1])], spline(4), &both.clamp(-2.0, 2.5));
    let weight = column(&[1e4, -1e4]).reshape([1, 2]);
    is_finite("coupling", &[weight], |p| Coupling::new(net(&p[0], 1), AffineMaps::default(), 1), &wide);
}

fn is_finite<B: Bijector>(
    name: &str,
    parameters: &[Tensor<2>],
    build: impl Fn(&[Tensor<2>]) -> B,
    x: &Tensor<2>,
) {
    let leaf = |t: &Tensor<2>| t.clone().inner().autodiff().require_grad();
    let finite = |what: &str, numbers: Vec<f32>| {
        assert!(numbers.iter().all(|x| x.is_finite()), "{name}, {what}: {numbers:?}");
    };
    let y = build(parameters).forward(x.clone());
    for (direction, start) in [("forward", x.clone()), ("inverse", y)] {
        let leaves: Vec<_> = parameters.iter().map(leaf).collect();
        let (map, input) = (build(&leaves), leaf(&start));
        let (output, log_det) = match direction {
            "forward" => map.forward_with_log_det(input.clone()),
            _ => map.inverse_with_log_det(input.clone()),
        };
        finite(direction, output.clone().into_data().iter().collect());
        finite(&format!("determinant {direction}"), log_det.clone().into_data().iter().collect());
        let gradients = (output.sum() + log_det.sum()).backward();
        for (i, leaf) in std::iter::once(&input).chain(&leaves).enumerate() {
            if let Some(gradient) = leaf.grad(&gradients) {
                finite(&format!("gradient {i} {direction}"), gradient.into_data().iter().collect());
            }
        }
    }
}

fn agrees(table: &Golden, map: &impl Bijector, d: usize) -> Result<(), GoldenError> {
    let (y, log_det) = map.forward_with_log_det(table.tensor("x", d)?);
    table.compare("y", &y, Tolerance::both(3e-6))?;
    table.compare("log_det", &log_det, Tolerance::both(3e-6))?;
    let (x, log_det) = map.inverse_with_log_det(table.tensor("y", d)?);
    table.compare("x", &x, Tolerance::both(3e-5))?;
    table.compare("log_det", &log_det.neg(), Tolerance::both(3e-5))
}

/// Values and determinants by the papers' own formulas, and back.
#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/planar.json"));
    let map = Planar::new(table.tensor("u", 2)?, table.tensor("w", 2)?, table.tensor("b", 1)?);
    agrees(&table, &map, 2)?;
    let table = golden(include_str!("../references/radial.json"));
    let map =
        Radial::new(table.tensor("centre", 2)?, table.tensor("reach", 1)?, table.tensor("strength", 1)?);
    agrees(&table, &map, 2)?;
    let table = golden(include_str!("../references/spline.json"));
    let map = RationalQuadraticSpline::new(table.tensor("parameters", 11)?, 4, 3.0);
    agrees(&table, &map, 1)
}

#[test]
#[should_panic(expected = "[0, 0, 1] is not an order of its dimensions")]
fn an_order_with_a_dimension_twice_is_refused() {
    Permutation::new(vec![0, 0, 1]);
}

#[test]
#[should_panic(expected = "3 of 3 dimensions cannot be kept")]
fn a_coupling_that_keeps_everything_is_refused() {
    let conditioner = Linear { weight: noise([3, 2], 1), autoregressive: None };
    Coupling::new(conditioner, AffineMaps::default(), 3).forward(values());
}

#[test]
#[should_panic(expected = "10 parameters are not 11 for each dimension")]
fn parameters_that_are_no_spline_are_refused() {
    RationalQuadraticSpline::new(noise([1, 10], 1), 4, 1.0);
}

/// A gate starts at `σ(2)`, and numbers of a net beyond any reason close or open it no further than `σ(2 ± 5)`.
#[test]
fn gates_start_open_and_never_close() {
    let at = |s: f32| {
        let parameters = Tensor::<2>::from_data([[10.0, s]], &Device::flex());
        let (y, log_det) =
            GatedMaps.map(parameters).forward_with_log_det(Tensor::ones([1, 1], &Device::flex()));
        (y.into_scalar::<f32>(), log_det.into_scalar::<f32>().exp())
    };
    for (s, logit) in [(0.0, 2.0f32), (-1e9, -3.0), (1e9, 7.0)] {
        let share = 1.0 / (1.0 + (-logit).exp());
        let (y, slope) = at(s);
        assert!((slope - share).abs() < 1e-6, "{slope} is not {share}");
        assert!((y - (share + (1.0 - share) * 10.0)).abs() < 1e-5, "{y}");
    }
}
