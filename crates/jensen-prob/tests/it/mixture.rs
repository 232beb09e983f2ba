use burn::tensor::{Device, Int, Tensor, TensorData};
use jensen_prob::bijector::{
    Affine, AffineMaps, Bijector, Conditioner, Coupling, Inverse, Permutation, Planar, Radial,
    RationalQuadraticSpline, SelectMaps, Sigmoid, TriangularAffine,
};
use jensen_prob::{
    Categorical, Cdf, DiscretizedLogistic, Distribution, Expand, Independent, Joint, Mean, Mixture, Normal,
    Reparameterized, Rng, SelectRows, Transformed, Variance,
};
use jensen_testing::{Conformance, Nonconformance, Support, double};

/// Columns of numbers side by side, or components one after the other.
fn side_by_side(columns: &[Tensor<2>]) -> Tensor<2> {
    Tensor::cat(columns.to_vec(), 1)
}

fn component_major(components: &[Tensor<2>]) -> Tensor<2> {
    Tensor::cat(components.to_vec(), 0)
}

/// One row's index.
fn place(row: usize) -> Tensor<1, Int> {
    Tensor::from_data([i32::try_from(row).expect("few rows")], &Device::flex())
}

/// Three components of one number: parameters are three logits, means and deviations.
fn normals(p: &[Tensor<2>]) -> Mixture<Normal> {
    let weights = Categorical::from_logits(side_by_side(&p[..3]));
    Mixture::new(weights, Normal::new(component_major(&p[3..6]), component_major(&p[6..])))
}

fn columns(rows: &[[f64; 9]]) -> Vec<Tensor<2>> {
    (0..9).map(|c| double(&[rows.len(), 1], &rows.iter().map(|row| row[c]).collect::<Vec<_>>())).collect()
}

#[test]
fn a_mixture_of_normals_conforms() -> Result<(), Nonconformance> {
    let parameters = columns(&[
        [0.0, 0.5, -1.0, -3.0, 0.0, 4.0, 1.0, 0.3, 2.0],
        [2.0, -0.5, 1.0, 0.5, 1.0, -1.0, 0.6, 0.3, 0.2],
        [0.0, -9.0, 0.0, 0.0, 3.0, 0.1, 1.0, 1.0, 1.0],
    ]);
    let support = Support::Interval { low: -20.0, high: 20.0, points: 8001 };
    Conformance::new(&parameters, normals)
        .normalisation(&support)
        .draws(&support)
        .basics()
        .value_gradients()
        .mean()
        .variance()
        .cdf()
        .verdict()
}

/// Events of two numbers, whose choice is one; weights of another number of rows than the components.
#[test]
fn rows_meet_where_weights_or_components_are_shared() -> Result<(), Nonconformance> {
    let logits = [double(&[2, 1], &[0.3, -1.0]), double(&[2, 1], &[0.0, 0.7])];
    let means = [double(&[2, 2], &[0.0, 1.0, 2.0, -2.0]), double(&[2, 2], &[3.0, 0.5, -0.4, 1.0])];
    let all: Vec<_> = logits.iter().chain(&means).cloned().collect();
    let of = |logits: &[Tensor<2>], means: &[Tensor<2>]| {
        let means = component_major(means);
        let std = Tensor::<2>::full([1, 2], 0.7, &Device::flex()).cast(means.dtype());
        Mixture::new(Categorical::from_logits(side_by_side(logits)), Normal::new(means, std))
    };
    Conformance::new(&all, move |p| of(&p[..2], &p[2..]))
        .rows()
        .expand()
        .detach_params()
        .parameter_gradients()
        .value_gradients()
        .verdict()?;
    // One row of components, with weights for each row.
    let shared = means.clone();
    let first = move |p: &[Tensor<2>]| {
        shared.iter().map(|m| m.clone().narrow(0, 0, 1).cast(p[0].dtype())).collect::<Vec<_>>()
    };
    Conformance::new(&logits, move |p| of(p, &first(p)))
        .rows()
        .expand()
        .parameter_gradients()
        .value_gradients()
        .verdict()?;
    // One row of weights, with components for each row.
    let shared = logits.clone();
    let first = move |p: &[Tensor<2>]| {
        shared.iter().map(|l| l.clone().narrow(0, 0, 1).cast(p[0].dtype())).collect::<Vec<_>>()
    };
    Conformance::new(&means, move |p| of(&first(p), p))
        .rows()
        .expand()
        .parameter_gradients()
        .value_gradients()
        .verdict()
}

/// Weights of 6 rows, components of 2: mean, variance and distribution function are those of a mixture in
/// which everything was written out.
#[test]
fn moments_where_rows_differ_are_those_written_out() {
    let logits = double(&[6, 2], &[0.0, 1.0, -1.0, 0.4, 2.0, 0.0, 0.3, 0.3, -2.0, 1.0, 0.5, 0.1]);
    let means = double(&[4, 1], &[0.0, 2.0, -1.0, 5.0]);
    let written_out = double(&[12, 1], &[0.0, 2.0, 0.0, 2.0, 0.0, 2.0, -1.0, 5.0, -1.0, 5.0, -1.0, 5.0]);
    let of = |means: Tensor<2>| {
        let std = means.clone().exp().mul_scalar(0.1) + 0.5;
        Mixture::new(Categorical::from_logits(logits.clone()), Normal::new(means, std))
    };
    let (short, long) = (of(means), of(written_out));
    let same = |a: Tensor<2>, b: Tensor<2>| {
        assert_eq!(a.dims(), b.dims());
        a.into_data().assert_approx_eq::<f64>(&b.into_data(), burn::tensor::Tolerance::absolute(1e-12));
    };
    same(short.mean(), long.mean());
    same(short.variance(), long.variance());
    for values in [1, 2, 6, 12] {
        let x = double(&[values, 1], &(0..values).map(|i| i as f64 * 0.4 - 1.0).collect::<Vec<_>>());
        same(short.cdf(&x), long.cdf(&x));
        same(short.log_responsibilities(&x), long.log_responsibilities(&x));
    }
    let x = Tensor::from_data(
        TensorData::new(vec![0.3f64; 3], [3, 1]),
        (&Device::flex(), burn::tensor::DType::F64),
    );
    same(short.cdf(&x.clone().repeat_dim(0, 2)), long.cdf(&x.repeat_dim(0, 2)));
}

/// Two logistic-normal components of one number, each with a map of its own: parameters are two logits,
/// shifts and deviations.
fn logistic_normals(
    p: &[Tensor<2>],
) -> Mixture<Transformed<Normal, impl Bijector + SelectMaps + std::fmt::Debug + use<>>> {
    let weights = Categorical::from_logits(side_by_side(&p[..2]));
    let (shift, log_scale) = (component_major(&p[2..4]), component_major(&p[4..]));
    let zeros = shift.clone().inner().zeros_like();
    let base = Normal::new(zeros.clone(), zeros + 1.0);
    Mixture::new(
        weights,
        Transformed::new(base, Affine::from_log_scale(shift, log_scale).then(Sigmoid::new())),
    )
}

#[test]
fn a_mixture_of_flows_conforms() -> Result<(), Nonconformance> {
    let parameters = [
        [0.0, 2.0, -0.4],
        [0.5, -0.5, 0.0],
        [-1.5, 0.5, 0.0],
        [1.0, -0.7, 2.0],
        [-0.7, 0.0, -1.0],
        [0.1, -1.0, -0.3],
    ]
    .map(|numbers| double(&[3, 1], &numbers));
    let support = Support::Interval { low: 1e-6, high: 1.0 - 1e-6, points: 20_001 };
    Conformance::new(&parameters, logistic_normals)
        .normalisation(&support)
        .draws(&support)
        .basics()
        .value_gradients()
        .verdict()
}

/// Rows of a flow are the flow of rows, in whichever order, whatever its map shares.
#[test]
fn the_rows_of_a_flow_are_its_maps_and_its_base() {
    fn check<B: Bijector + SelectMaps>(
        name: &str,
        build: impl Fn(&dyn Fn([usize; 2], u64) -> Tensor<2>) -> B,
    ) {
        let device = Device::flex();
        let noise = |shape, seed| Rng::seed(seed).normal(shape, &device) * 0.7;
        let family = Transformed::new(Normal::new(noise([4, 2], 1), noise([4, 2], 2).exp()), build(&noise));
        let whole = family.log_prob(&noise([4, 2], 3));
        let places = [2, 0, 3, 3, 1, 0, 2, 2];
        let index = Tensor::<1, Int>::from_data(places, &device);
        let selected = family.select_rows(&index);
        assert_eq!(selected.rows(), 8, "{name}");
        let ours = selected.log_prob(&noise([4, 2], 3).select(0, index.clone()));
        assert!(ours.all_close(whole.select(0, index), Some(1e-5), Some(1e-5)), "{name}");
        assert_eq!(selected.rsample(&Rng::seed(5)).dims(), [8, 2], "{name}");
    }
    check("affine", |noise| Affine::from_log_scale(noise([4, 2], 6), noise([4, 2], 7)));
    check("affine of one scale", |noise| Affine::from_log_scale(noise([4, 2], 6), noise([1, 2], 7)));
    check("affine of two rows", |noise| Affine::from_log_scale(noise([2, 2], 6), noise([2, 1], 7)));
    check("affine of one row", |noise| Affine::from_log_scale(noise([1, 2], 6), noise([1, 2], 7)));
    let matrices = |matrices: Tensor<2>| {
        let [rows, _] = matrices.dims();
        matrices.reshape([rows, 2, 2])
    };
    check("triangular", |noise| {
        TriangularAffine::from_unconstrained(noise([4, 2], 6), matrices(noise([4, 4], 7)))
    });
    check("triangular of one matrix", |noise| {
        TriangularAffine::from_unconstrained(noise([2, 2], 6), matrices(noise([1, 4], 7)))
    });
    check("planar", |noise| Planar::new(noise([4, 2], 6), noise([4, 2], 7), noise([4, 1], 8)));
    check("radial", |noise| Radial::new(noise([2, 2], 6), noise([2, 1], 7), noise([2, 1], 8)));
    check("spline", |noise| RationalQuadraticSpline::new(noise([4, 22], 6), 4, 3.0));
    check("a chain", |noise| {
        let layer = |seed| Planar::new(noise([4, 2], seed), noise([4, 2], seed + 1), noise([4, 1], seed + 2));
        vec![layer(6), layer(9)]
            .then(Permutation::reversal(2))
            .then(Inverse(Affine::from_log_scale(noise([4, 2], 12), noise([1, 2], 13))))
    });
    // A net for each row.
    check("a coupling", |noise| Coupling::new(OfRow { weight: noise([4, 2], 6) }, AffineMaps::default(), 1));
}

/// `tanh(x) w` with a weight for each row.
#[derive(Clone, Debug)]
struct OfRow {
    weight: Tensor<2>,
}

impl Conditioner for OfRow {
    fn parameters(&self, x: Tensor<2>) -> Tensor<2> {
        let (rows, own) = (x.dims()[0], self.weight.dims()[0]);
        self.weight.clone().repeat_dim(0, rows / own) * x.tanh()
    }

    fn detach_params(&self) -> Self {
        Self { weight: self.weight.clone().inner() }
    }
}

impl SelectMaps for OfRow {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        Self { weight: self.weight.clone().select(0, rows.clone()) }
    }
}

#[test]
fn responsibilities_are_a_distribution_and_follow_bayes() {
    let parameters = columns(&[[0.0, 0.5, -1.0, -3.0, 0.0, 4.0, 1.0, 0.3, 2.0]]);
    let mixture = normals(&parameters);
    let x = double(&[3, 1], &[-2.0, 0.1, 40.0]);
    let posterior = mixture.log_responsibilities(&x);
    let totals: Vec<f64> = posterior.clone().exp().sum_dim(1).into_data().iter().collect();
    assert!(totals.iter().all(|total| (total - 1.0).abs() < 1e-12), "{totals:?}");
    let density = |mean: f64, std: f64, x: f64| (-0.5 * ((x - mean) / std).powi(2)).exp() / std;
    let joint = [
        1.0 * density(-3.0, 1.0, 0.1),
        0.5f64.exp() * density(0.0, 0.3, 0.1),
        (-1f64).exp() * density(4.0, 2.0, 0.1),
    ];
    let total: f64 = joint.iter().sum();
    let posterior: Vec<f64> = posterior.exp().into_data().iter().collect();
    for (actual, expected) in posterior[3..6].iter().zip(joint) {
        assert!((actual - expected / total).abs() < 1e-12, "{actual}, not {}", expected / total);
    }
}

/// Far from all components, of one weight that is next to nothing, at deviations far apart.
#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let parameters = columns(&[
        [0.0, 1e4, -1e4, 1e6, 0.0, -1e6, 1e-6, 1.0, 1e6],
        [0.0, 0.0, 0.0, 1e3, 1e3, 1e3, 1e-4, 1e-4, 1e-4],
    ]);
    Conformance::new(&parameters, normals)
        .finite("log_prob", |q| q.log_prob(&Tensor::zeros([1, 1], &Device::flex())))
        .finite("mean", |q| q.mean().reshape([2]))
        .finite("variance", |q| q.variance().reshape([2]))
        .verdict()
}

/// Two discretized logistics in each dimension: the mixture of each number is one row of its own.
fn pixels(p: &[Tensor<2>]) -> Independent<Mixture<DiscretizedLogistic>> {
    let [rows, event] = p[0].dims();
    let flat: Vec<_> = p.iter().map(|t| t.clone().reshape([rows * event, 1])).collect();
    let weights = Categorical::from_logits(side_by_side(&flat[..2]));
    let components = DiscretizedLogistic::new(component_major(&flat[2..4]), component_major(&flat[4..]), 16);
    Independent::new(Mixture::new(weights, components), event)
}

#[test]
fn a_mixture_of_discretized_logistics_in_each_dimension_conforms() -> Result<(), Nonconformance> {
    let parameters = [
        [0.0, 1.0, -0.5, 2.0, 0.3, 0.2],
        [0.4, -1.0, 0.5, 0.0, 0.3, -0.2],
        [0.1, 0.9, 0.5, -0.2, 0.3, 0.7],
        [0.8, 0.2, 0.5, 0.6, 1.2, 0.1],
        [-3.0, -2.0, -1.0, -4.0, -2.5, -1.5],
        [-2.0, -3.5, -3.0, -1.0, -2.0, -0.5],
    ]
    .map(|numbers| double(&[3, 2], &numbers));
    let levels = Support::Points((0..16).map(|k| f64::from(k) / 15.0).collect());
    Conformance::new(&parameters, pixels)
        .normalisation(&levels)
        .draws(&levels)
        .basics()
        .events()
        .mean()
        .verdict()
}

/// Independent normal numbers as parts are the normal distribution itself, in every capability.
#[test]
fn independent_parts_conform() -> Result<(), Nonconformance> {
    let mean = double(&[3, 2], &[0.0, 1.5, -2.0, 0.3, 4.0, -0.7]);
    let std = double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0]);
    Conformance::new(&[mean, std], |p| {
        let [rows, event] = p[0].dims();
        let [mean, std] = [0, 1].map(|i| p[i].clone().reshape([rows * event, 1]));
        Independent::new(Normal::new(mean, std), event)
    })
    .basics()
    .events()
    .moments()
    .entropy_and_gradients()
    .divergence()
    .value_gradients()
    .reparameterized()
    .cdf()
    .verdict()
}

/// The draws of an example are its own: they depend neither on the others of its batch nor on how samples
/// are cut into batches.
#[test]
fn draws_do_not_move_with_the_batch() {
    fn check<D: SelectRows<Value = Tensor<2>> + Expand>(family: &D) {
        let rng = Rng::seed(9);
        let names = [5, 2, 11];
        let whole = family.expand(4).sample(&rng.name_rows(&names));
        let [rows, event] = whole.dims();
        assert_eq!(rows, 12);
        for (row, name) in names.iter().enumerate() {
            let index = place(row);
            for sample in 0..4 {
                let rng = rng.name_rows(std::slice::from_ref(name)).first_sample(sample);
                let alone = family.select_rows(&index).sample(&rng);
                let at = sample * 3 + row;
                let there = whole.clone().slice([at..at + 1, 0..event]);
                assert_eq!(there.into_data(), alone.into_data(), "row {row}, sample {sample}");
            }
        }
    }
    let device = Device::flex();
    let numbers = |rows: usize, event: usize| {
        let numbers = (0..rows * event).map(|i| (i as f32).sin()).collect();
        Tensor::<2>::from_data(TensorData::new(numbers, [rows, event]), &device)
    };
    let one = || Tensor::<2>::ones([1, 1], &device);
    check(&Normal::new(numbers(3, 2), one()));
    check(&Independent::new(Normal::new(numbers(6, 1), one()), 2));
    check(&Mixture::new(Categorical::from_logits(numbers(3, 2)), Normal::new(numbers(6, 2), one())));
    check(&Independent::new(
        Mixture::new(Categorical::from_logits(numbers(6, 4)), Normal::new(numbers(24, 1), one())),
        2,
    ));
}

/// A mixture of pairs: components of two kinds of value.
#[test]
fn components_may_be_joint() {
    let device = Device::flex();
    let logits = |rows| {
        Tensor::<2>::from_data(
            TensorData::new((0..rows * 2).map(|i| i as f32 * 0.3).collect(), [rows, 2]),
            &device,
        )
    };
    let normal = Normal::new(logits(4), Tensor::ones([1, 1], &device));
    let mixture = Mixture::new(
        Categorical::from_logits(logits(2)),
        Joint::new(normal.clone(), Categorical::from_logits(logits(4))),
    )
    .expand(5);
    let value = mixture.sample(&Rng::seed(0));
    assert_eq!((value.0.dims(), value.1.dims()), ([10, 2], [10]));
    // Σ_k π_k p_k(a) p_k(b), number by number.
    let of = |a: &Tensor<1>| -> Vec<f64> { a.clone().into_data().iter().collect() };
    let actual = of(&mixture.log_prob(&value));
    let component = |k: usize, row: usize| place(2 * k + row);
    for (at, actual) in actual.into_iter().enumerate() {
        let index = place(at);
        let (a, b) = (value.0.clone().select(0, index.clone()), value.1.clone().select(0, index));
        let weights: Vec<f64> =
            of(&Categorical::from_logits(logits(2)).log_probs().narrow(0, at % 2, 1).reshape([2]));
        let joint = (0..2).map(|k| {
            let component = component(k, at % 2);
            let log_prob = normal.select_rows(&component).log_prob(&a)
                + Categorical::from_logits(logits(4)).select_rows(&component).log_prob(&b);
            (weights[k] + of(&log_prob)[0]).exp()
        });
        let expected = joint.sum::<f64>().ln();
        assert!((actual - expected).abs() < 1e-5, "row {at} is {actual}, not {expected}");
    }
}

#[test]
#[should_panic(expected = "7 rows of components are not 2 for each row")]
fn components_that_do_not_divide_are_refused() {
    let device = Device::flex();
    let components = Normal::standard(7, 1, &device);
    Mixture::new(Categorical::from_logits(Tensor::zeros([1, 2], &device)), components);
}

/// Two values would divide the six rows of components, but not the three rows of the mixture.
#[test]
#[should_panic(expected = "the smaller count must divide the larger")]
fn values_that_do_not_divide_the_rows_are_refused() {
    let device = Device::flex();
    let mixture = Mixture::new(
        Categorical::from_logits(Tensor::zeros([3, 2], &device)),
        Normal::standard(6, 1, &device),
    );
    mixture.log_prob(&Tensor::zeros([2, 1], &device));
}

#[test]
#[should_panic(expected = "5 rows do not make events of 2 parts")]
fn rows_that_make_no_events_are_refused() {
    Independent::new(Normal::standard(5, 1, &Device::flex()), 2);
}
