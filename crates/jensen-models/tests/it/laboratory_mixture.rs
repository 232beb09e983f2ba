//! One mixture, learned in every way: what theory says of each.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use jensen_data::Batch;
use jensen_infer::estimator::{Baseline, Enumeration, Relaxation, RelaxationKind, ScoreFunction};
use jensen_infer::objective::{DivergenceForm, Elbo};
use jensen_infer::{
    Estimator, Evidence, Guide, JointModel, Learner, OptimizerConfig, Problem, Sampling, StepContext,
    VariationalLearner,
};
use jensen_models::laboratory::mixture::{
    AmortizedPosterior, ExactPosterior, FreePosteriors, GaussianComponents, Method, Points, Settings,
    gradient_variance, learn,
};
use jensen_models::mixture::{GaussianMixture, Regularisation, Statistics};
use jensen_models::nets::Scope;
use jensen_prob::{Distribution, OneHotCategorical};
use jensen_random::Rng;

fn points() -> Points {
    Points::simulate(&Rng::seed(3))
}

fn updates(updates: usize) -> Settings {
    Settings { updates, ..Settings::default() }
}

fn numbers<const D: usize>(values: Tensor<D>) -> Vec<f64> {
    values.into_data().iter::<f64>().collect()
}

fn evidence(batch: &Batch) -> Evidence<'_, GaussianComponents> {
    Evidence::read(batch, &Device::flex()).expect("observations")
}

/// A mixture that has learned a little, so that nothing is special about it.
fn somewhere(points: &Points) -> GaussianMixture {
    learn(Method::ExpectationMaximisation, points, updates(8), &Rng::seed(0)).expect("learned").mixture
}

/// The bound of each point by enumeration.
fn bounds<G>(model: &GaussianComponents, guide: &G, batch: &Batch) -> Vec<f64>
where
    G: Guide<GaussianComponents, Posterior = OneHotCategorical>,
{
    [DivergenceForm::Exact, DivergenceForm::Sampled]
        .map(|divergence| {
            let objective = Elbo { divergence, ..Elbo::new() };
            let evidence = evidence(batch);
            let sampling = Sampling { rng: Rng::seed(0), warm_up: 1.0 };
            let problem = Problem { objective: &objective, model, guide, evidence: &evidence, sampling };
            numbers(Enumeration.surrogate(&problem).expect("a bound").bound)
        })
        .into_iter()
        .reduce(|exact, sampled| {
            for (a, b) in exact.iter().zip(&sampled) {
                assert!((a - b).abs() < 1e-5 * a.abs(), "the two forms of the divergence: {a}, {b}");
            }
            exact
        })
        .expect("two forms")
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_joint_model_is_the_mixture() {
    let points = points();
    let mixture = somewhere(&points);
    let model = GaussianComponents::new(&mixture, &Device::flex());
    let back = model.to_mixture().expect("a mixture");
    let pairs = [
        (mixture.weights(), back.weights()),
        (mixture.means(), back.means()),
        (mixture.covariances(), back.covariances()),
    ];
    for (there, back) in pairs {
        assert!(
            there.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-6 * (1.0 + a.abs())),
            "{there:?}, {back:?}"
        );
    }
    // A draw of the prior, then of the likelihood, has the mixture's mean.
    let prior = jensen_prob::Expand::expand(&model.prior(&()), 20_000);
    let draws = model.likelihood(&prior.sample(&Rng::seed(1)), &()).sample(&Rng::seed(2));
    let drawn = numbers(draws.mean_dim(0));
    for (column, drawn) in drawn.into_iter().enumerate() {
        let expected: f64 = (0..3).map(|k| mixture.weights()[k] * mixture.mean(k)[column]).sum();
        // The deviation of a point is below two: five standard errors, false alarm below 1e-6.
        assert!((drawn - expected).abs() < 5.0 * 2.0 / 20_000f64.sqrt(), "{drawn}, {expected}");
    }
}

#[test]
fn the_bound_of_the_exact_posterior_is_the_log_likelihood() {
    let points = points();
    let batch = points.batch().expect("points");
    for mixture in [points.beginning().expect("a beginning"), somewhere(&points), points.truth.clone()] {
        let exact = ExactPosterior { mixture: GaussianComponents::new(&mixture, &Device::flex()) };
        let log_prob = mixture.log_prob(points.rows()).expect("rows");
        for (bound, log_prob) in bounds(&exact.mixture, &exact, &batch).iter().zip(&log_prob) {
            assert!((bound - log_prob).abs() < 1e-5 * (1.0 + log_prob.abs()), "{bound}, {log_prob}");
        }
        let posterior = exact.posterior(&evidence(&batch)).log_probs().exp();
        let responsibilities = mixture.responsibilities(points.rows()).expect("rows");
        for (q, r) in numbers(posterior).iter().zip(&responsibilities) {
            assert!((q - r).abs() < 1e-5, "{q}, {r}");
        }
    }
}

/// Posteriors that stay as they are.
struct Fixed {
    probabilities: Tensor<2>,
}

impl Guide<GaussianComponents> for Fixed {
    type Posterior = OneHotCategorical;

    fn posterior(&self, _: &Evidence<'_, GaussianComponents>) -> OneHotCategorical {
        OneHotCategorical::from_logits(self.probabilities.clone().log())
    }

    fn exact_kl(&self, q: &OneHotCategorical, p: &OneHotCategorical) -> Option<Tensor<2>> {
        Some(jensen_prob::KlDivergence::kl_divergence(q, p).unsqueeze_dim(1))
    }
}

/// `log p(x; θ) = F(q, θ) ≤ F(q, θ') ≤ log p(x; θ')` for an E step `q` and an M step `θ'`.
#[test]
fn each_half_of_an_iteration_raises_the_bound() {
    let points = points();
    let batch = points.batch().expect("points");
    let mut mixture = points.beginning().expect("a beginning");
    let model = |mixture: &GaussianMixture| GaussianComponents::new(mixture, &Device::flex());
    for _ in 0..10 {
        let exact = ExactPosterior { mixture: model(&mixture) };
        let before = mean(&bounds(&exact.mixture, &exact, &batch));
        let responsibilities = mixture.responsibilities(points.rows()).expect("rows");
        let shape = [points.len(), 3];
        let probabilities = Tensor::<2>::from_data(TensorData::new(responsibilities, shape), &Device::flex())
            .clamp_min(1e-30);
        let statistics = Statistics::expect(&mixture, points.rows()).expect("rows");
        mixture = mixture.maximise(&statistics, &Regularisation::none(2)).expect("a mixture");
        let between = mean(&bounds(&model(&mixture), &Fixed { probabilities }, &batch));
        let exact = ExactPosterior { mixture: model(&mixture) };
        let after = mean(&bounds(&exact.mixture, &exact, &batch));
        assert!(before < between + 1e-6 && between < after + 1e-6, "{before}, {between}, {after}");
        assert!(after > before, "{before}, {after}");
    }
}

#[test]
fn expectation_maximisation_never_lowers_the_likelihood_and_has_no_gap() {
    for seed in 0..4 {
        let points = Points::simulate(&Rng::seed(seed));
        let course =
            learn(Method::ExpectationMaximisation, &points, updates(500), &Rng::seed(0)).expect("learned");
        for pair in course.log_likelihood.windows(2) {
            assert!(pair[1] >= pair[0] - 1e-12 * pair[0].abs(), "seed {seed}: {pair:?}");
        }
        for (bound, log_likelihood) in course.bound.iter().zip(&course.log_likelihood) {
            assert!(
                (bound - log_likelihood).abs() < 1e-12 * log_likelihood.abs(),
                "{bound}, {log_likelihood}"
            );
        }
        // It has learned nearly all that there is to learn, whichever of the maxima it is at.
        let truth = mean(&points.truth.log_prob(points.rows()).expect("rows"));
        let (first, last) = (course.log_likelihood[0], course.last_log_likelihood());
        assert!(last - first > 0.95 * (truth - first), "seed {seed}: from {first} to {last}, of {truth}");
    }
}

/// Beside a mixture that stays as it is, each point's own logits come to its responsibilities, and the bound to
/// `log p(x)`.
#[test]
fn free_posteriors_become_the_exact_ones() {
    let points = points();
    let batch = points.batch().expect("points");
    let (mixture, device) = (somewhere(&points), Device::flex().autodiff());
    let model = GaussianComponents::new(&mixture, &device).no_grad();
    let guide = FreePosteriors::new(points.len(), 3, &device);
    // A short memory: the slopes of logits that are nearly certain become very small.
    let optimizer = OptimizerConfig { beta2: 0.9, ..OptimizerConfig::default() };
    let objective = Box::new(Elbo::new());
    let mut learner =
        VariationalLearner::new((model, guide), Enumeration, objective, &optimizer).expect("on autodiff");
    let mut bound = f64::NEG_INFINITY;
    for step in 0..1000 {
        let learning_rate = 0.3 * 0.995_f64.powi(step as i32);
        let context = StepContext { step, rng: Rng::seed(0), learning_rate, warm_up: 1.0 };
        bound = learner.step(std::slice::from_ref(&batch), &context).expect("finite").objective;
    }
    let (model, guide) = learner.trained();
    let unmoved = model.to_mixture().expect("a mixture");
    assert!(
        unmoved.means().iter().zip(mixture.means()).all(|(a, b)| (a - b).abs() < 1e-6),
        "the mixture was fixed"
    );
    let learned = numbers(guide.posterior(&evidence(&batch)).log_probs().exp());
    let exact = mixture.responsibilities(points.rows()).expect("rows");
    let farthest = learned.iter().zip(&exact).map(|(q, r)| (q - r).abs()).fold(0.0, f64::max);
    assert!(farthest < 1e-3, "{farthest}");
    let log_prob = mean(&mixture.log_prob(points.rows()).expect("rows"));
    assert!(bound < log_prob + 1e-5 && log_prob - bound < 1e-4, "{bound}, {log_prob}");
}

/// Learned together with the mixture they get there too; a small net does not.
#[test]
fn the_gap_closes_for_free_posteriors_and_stays_for_a_small_net() {
    let (points, rng) = (points(), Rng::seed(0));
    let em = learn(Method::ExpectationMaximisation, &points, updates(400), &rng).expect("learned");
    let free = learn(Method::PerPoint, &points, updates(2000), &rng).expect("learned");
    let small = Settings { hidden: 2, ..updates(2000) };
    let amortized = learn(Method::Amortized, &points, small, &rng).expect("learned");
    for course in [&free, &amortized] {
        let pairs = course.bound.iter().zip(&course.log_likelihood);
        assert!(
            pairs.clone().all(|(bound, log_likelihood)| *bound <= log_likelihood + 1e-9),
            "it is a bound"
        );
        assert!((course.bound[0] - free.bound[0]).abs() < 1e-9, "all begin alike");
    }
    assert!(free.gap() < 1e-4, "{}", free.gap());
    // Where they end there is nothing left for EM to raise, in whichever of the maxima that is.
    let on = free.mixture.clone().em(&points.rows(), &Regularisation::none(2), 50, 0.0).expect("a mixture");
    assert!(on.history[50] - free.last_log_likelihood() < 1e-3, "{:?}", on.history);
    assert!(amortized.gap() > 10.0 * free.gap(), "{} and {}", amortized.gap(), free.gap());
    assert!(em.gap().abs() < 1e-12);
}

/// The mean and standard error of an estimator's gradient, for all parameters of model and net together.
fn gradients<E>(estimator: &E, draws: u64) -> (Vec<f64>, Vec<f64>)
where
    E: Estimator<GaussianComponents, AmortizedPosterior>,
{
    let points = points();
    let batch = points.batch().expect("points").select(&(0..6).collect::<Vec<_>>());
    let device = Device::flex().autodiff();
    let model = GaussianComponents::new(&somewhere(&points), &device);
    let guide = AmortizedPosterior::new(2, 3, 3, &Scope::new(Rng::seed(5), &device));
    // Away from the beginning, where the net's last layer is zero.
    let (plain, optimizer) = (Box::new(Elbo::new()), OptimizerConfig::default());
    let mut learner =
        VariationalLearner::new((model, guide), Enumeration, plain, &optimizer).expect("on autodiff");
    for step in 0..10 {
        let context = StepContext { step, rng: Rng::seed(0), learning_rate: 0.1, warm_up: 1.0 };
        learner.step(std::slice::from_ref(&batch), &context).expect("finite");
    }
    let (model, guide) = learner.module();
    let objective = Elbo { samples: 2, ..Elbo::new() };
    let evidence = evidence(&batch);
    let (mut sum, mut squares) = (Vec::new(), Vec::new());
    for draw in 0..draws {
        let sampling = Sampling { rng: Rng::seed(9).at(draw), warm_up: 1.0 };
        let problem = Problem { objective: &objective, model, guide, evidence: &evidence, sampling };
        let gradient = estimator.surrogate(&problem).expect("a gradient").gradients(learner.module());
        let gradient = gradient.to_state(learner.module());
        let flat: Vec<f64> =
            gradient.iter().flat_map(|(_, data)| data.iter::<f64>().collect::<Vec<_>>()).collect();
        sum.resize(flat.len(), 0.0);
        squares.resize(flat.len(), 0.0);
        for ((sum, squares), g) in sum.iter_mut().zip(&mut squares).zip(flat) {
            *sum += g;
            *squares += g * g;
        }
    }
    let n = draws as f64;
    let means: Vec<f64> = sum.into_iter().map(|sum| sum / n).collect();
    let error = |(squares, mean): (f64, &f64)| ((squares / n - mean * mean).max(0.0) / (n - 1.0)).sqrt();
    let errors = squares.into_iter().zip(&means).map(error).collect();
    (means, errors)
}

/// Within five standard errors in each of some forty parameters, those of the mixture among them (false alarm 3e-5 in all);
/// the relaxed gradient is further off.
#[test]
fn sampled_gradients_have_the_mean_of_the_summed_one() {
    let (exact, _) = gradients(&Enumeration, 1);
    assert!(
        exact.iter().filter(|g| g.abs() > 1e-3).count() > 30,
        "a place where the gradient is not zero: {exact:?}"
    );
    let farthest = |(means, errors): (Vec<f64>, Vec<f64>)| {
        assert_eq!(means.len(), exact.len());
        let distances = means.iter().zip(&errors).zip(&exact);
        // What single precision leaves of a gradient that hardly varies.
        distances.map(|((mean, error), exact)| (mean - exact).abs() / (error + 1e-6)).fold(0.0, f64::max)
    };
    for baseline in [Baseline::None, Baseline::LeaveOneOut] {
        let said = format!("{baseline:?}");
        let worst = farthest(gradients(&ScoreFunction::new(baseline), 1500));
        assert!(worst < 5.0, "{said}: {worst}");
    }
    let relaxed = Relaxation { kind: RelaxationKind::GumbelSoftmax, temperature: 0.5 };
    let worst = farthest(gradients(&relaxed, 1500));
    assert!(worst > 8.0, "gumbel-softmax is biased: {worst}");
}

#[test]
fn a_baseline_takes_variance_away() {
    let points = points();
    let variance =
        |method| gradient_variance(method, &points, Settings::default(), &Rng::seed(0)).expect("finite");
    let [rloo, score] = [Method::Rloo, Method::Score].map(|method| variance(method).expect("it samples"));
    assert!(rloo > 0.0 && rloo < 0.5 * score, "{rloo}, {score}");
    assert_eq!(variance(Method::Amortized), None);
}
