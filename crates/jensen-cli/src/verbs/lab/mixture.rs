//! `jensen lab mixture`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_models::laboratory::mixture::{
    Course, LEARNING_RATE, Method, Points, SAMPLES, Settings, gradient_variance, learn,
};
use jensen_models::mixture::{Arrays, GaussianMixture};
use jensen_random::Rng;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::options::at_least_one;
use super::check_picture;
use crate::error::CliError;
use crate::output;
use crate::picture::plot::{Component, MethodCurve, PosteriorMap, inference_methods};
use crate::progress::counter_of;
use crate::session::Session;
use crate::view::write_scene;

/// One mixture of Gaussians learned by EM, by a posterior for each point, by an amortized one, and by sampled gradients
///
/// Four hundred points from three Gaussians that overlap. All methods begin with the same parameters. `em` takes the exact
/// posterior and the parameters that are best for it by turns; `per-point` has free logits for each point and `amortized` a small
/// net for all of them, both climbing the bound by exact gradients; `rloo` and `score` climb with the same net by draws of the
/// component, and `gumbel-softmax` through relaxed draws, whose gradient is that of another model: it is biased. A pathwise
/// gradient needs a latent that moves with its noise; a choice among components jumps, and has none.
#[derive(Debug, Args)]
pub struct Mixture {
    /// Moves the points, the net's initial weights and the draws
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Updates of each method, each a pass over all points
    #[arg(long, value_name = "N", default_value = "1000", value_parser = at_least_one, allow_negative_numbers = true)]
    iterations: NonZeroUsize,
    /// Units of the net of the amortized posteriors: fewer leave more of them unsaid
    #[arg(long, value_name = "N", default_value = "16", value_parser = at_least_one, allow_negative_numbers = true)]
    hidden: NonZeroUsize,
    /// Prints one JSON object, with the curves
    #[arg(long)]
    json: bool,
    /// The picture: .png or .svg
    #[arg(short, long, value_name = "FILE", default_value = "mixture.png")]
    output: PathBuf,
}

/// A method's course and how noisy its gradient is.
struct Learned {
    course: Course,
    gradient_variance: Option<f64>,
}

impl Mixture {
    /// Learns in every way, prints a table and writes the picture.
    ///
    /// # Errors
    /// If the picture cannot be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_picture(&self.output)?;
        let rng = Rng::seed(self.seed).fork("lab mixture");
        let points = Points::simulate(&rng.fork("points"));
        let settings = Settings { updates: self.iterations.get(), hidden: self.hidden.get() };
        let bar = counter_of(session, Method::ALL.len(), "methods");
        let mut learned = Vec::new();
        for method in Method::ALL {
            let course = learn(method, &points, settings, &rng)?;
            let gradient_variance = gradient_variance(method, &points, settings, &rng)?;
            learned.push(Learned { course, gradient_variance });
            bar.inc(1);
        }
        bar.finish_and_clear();
        let scene = inference_methods(&places(&points), &curves(&learned), &maps(&learned))?;
        write_scene(&self.output, &scene)?;
        if self.json {
            return output::json(&self.described(&points, settings, &learned)?);
        }
        output::line(table(&learned))?;
        output::line("")?;
        output::line(self.output.display())
    }

    fn described(&self, points: &Points, settings: Settings, learned: &[Learned]) -> Result<Value, CliError> {
        let methods = learned.iter().map(|one| Ok((one.course.method.name().to_owned(), described(one))));
        Ok(json!({
            "seed": self.seed,
            "iterations": settings.updates,
            "hidden": settings.hidden,
            "learning_rate": LEARNING_RATE,
            "samples": SAMPLES,
            "n": points.len(),
            "truth": parameters(&points.truth),
            "truth_log_likelihood": log_likelihood(&points.truth, points)?,
            "methods": methods.collect::<Result<serde_json::Map<_, _>, CliError>>()?,
        }))
    }
}

/// `log p(x)` of a mixture, mean over points.
fn log_likelihood(mixture: &GaussianMixture, points: &Points) -> Result<f64, CliError> {
    let log_prob = mixture.log_prob(points.rows());
    let log_prob = log_prob.map_err(jensen_infer::InferError::from)?;
    Ok(log_prob.iter().sum::<f64>() / points.len() as f64)
}

/// Weights, means and covariances.
fn parameters(mixture: &GaussianMixture) -> Value {
    mixture.to_arrays().into_iter().map(|array| (array.name.to_owned(), json!(array.values))).collect()
}

/// What there is to say of one method.
#[derive(Serialize)]
struct Described<'a> {
    log_likelihood: f64,
    bound: f64,
    gap: f64,
    updates: usize,
    settled_after: Option<usize>,
    seconds: f64,
    gradient_variance: Option<f64>,
    parameters: Value,
    curve: Curve<'a>,
}

/// Before the first update and after each.
#[derive(Serialize)]
struct Curve<'a> {
    log_likelihood: &'a [f64],
    bound: &'a [f64],
}

fn described(Learned { course, gradient_variance }: &Learned) -> Value {
    json!(Described {
        log_likelihood: course.last_log_likelihood(),
        bound: course.last_bound(),
        gap: course.gap(),
        updates: course.updates(),
        settled_after: settled(course),
        seconds: course.seconds,
        gradient_variance: *gradient_variance,
        parameters: parameters(&course.mixture),
        curve: Curve { log_likelihood: &course.log_likelihood, bound: &course.bound },
    })
}

/// Nats of its own end within which a method has settled.
const SETTLED: f64 = 0.01;

fn settled(course: &Course) -> Option<usize> {
    course.updates_to_within(SETTLED, course.last_log_likelihood())
}

fn table(learned: &[Learned]) -> String {
    let header =
        ["method", "log p(x)", "bound", "gap", "updates", "settled after", "seconds", "gradient variance"];
    let row = |Learned { course, gradient_variance }: &Learned| {
        let variance = match (course.method.estimator(), gradient_variance) {
            (_, Some(variance)) => format!("{variance:.1e}"),
            (Some(_), None) => "0".to_owned(),
            (None, None) => "·".to_owned(),
        };
        vec![
            course.method.name().to_owned(),
            format!("{:.4}", course.last_log_likelihood()),
            format!("{:.4}", course.last_bound()),
            // Rounding leaves the exact posterior a gap of either sign.
            format!("{:.4}", course.gap().max(0.0)),
            course.updates().to_string(),
            settled(course).map_or_else(|| "·".to_owned(), |updates| updates.to_string()),
            format!("{:.2}", course.seconds),
            variance,
        ]
    };
    output::table(&header, &learned.iter().map(row).collect::<Vec<_>>())
}

fn places(points: &Points) -> Vec<(f64, f64)> {
    points.values.chunks_exact(2).map(|point| (point[0], point[1])).collect()
}

/// A method in a few words, for the legend.
fn said(method: Method) -> &'static str {
    match method {
        Method::ExpectationMaximisation => "exact posterior",
        Method::PerPoint => "free logits",
        Method::Amortized => "a net",
        Method::Rloo => "the net by draws, baseline",
        Method::Score => "the net by draws",
        Method::GumbelSoftmax => "by relaxed draws, biased",
    }
}

fn curves(learned: &[Learned]) -> Vec<MethodCurve> {
    let curve = |Learned { course, .. }: &Learned| MethodCurve {
        name: format!("{}: {}", course.method.name(), said(course.method)),
        log_likelihood: course.log_likelihood.clone(),
        bound: course.bound.clone(),
    };
    learned.iter().map(curve).collect()
}

/// The exact posterior and its two approximations, by exact gradients.
fn maps(learned: &[Learned]) -> Vec<PosteriorMap> {
    let shown = [
        (Method::ExpectationMaximisation, "EM: the exact posterior"),
        (Method::PerPoint, "A posterior for each point"),
        (Method::Amortized, "An amortized posterior"),
    ];
    let of = |method: Method| learned.iter().map(|one| &one.course).find(|course| course.method == method);
    let Some(first) = of(shown[0].0) else { return Vec::new() };
    let map = |(method, heading): (Method, &str)| {
        let course = of(method)?;
        let components = course.mixture.components();
        let order = order_like(&course.mixture, &first.mixture);
        let component = |(index, &k): (usize, &usize)| Component {
            index,
            weight: course.mixture.weights()[k],
            mean: course.mixture.mean(k).to_vec(),
            covariance: course.mixture.dense_covariance(k),
        };
        let rows = course.posteriors.chunks_exact(components);
        Some(PosteriorMap {
            heading: format!("{heading}, gap {:.4} nats", course.gap().max(0.0)),
            posteriors: rows.flat_map(|row| order.iter().map(|&k| row[k])).collect(),
            components: order.iter().enumerate().map(component).collect(),
        })
    };
    shown.into_iter().filter_map(map).collect()
}

/// The components of a mixture, each in the place of one of another that is near it: the order of a mixture's components means
/// nothing, and where the colours are the same, so should the clusters be.
fn order_like(mixture: &GaussianMixture, other: &GaussianMixture) -> Vec<usize> {
    let mut left: Vec<usize> = (0..mixture.components()).collect();
    let distance = |k: usize, at: usize| -> f64 {
        mixture.mean(k).iter().zip(other.mean(at)).map(|(a, b)| (a - b).powi(2)).sum()
    };
    let nearest = |at: usize| {
        let best = (0..left.len()).min_by(|&a, &b| distance(left[a], at).total_cmp(&distance(left[b], at)));
        left.swap_remove(best.expect("as many components as places"))
    };
    (0..other.components()).map(nearest).collect()
}
