//! `jensen lab gradients`.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jensen_infer::EstimatorKind;
use jensen_models::laboratory::{
    Certificate, Certificates, Effort, Growth, SigmoidBeliefNet, bernoulli, gaussian, growth,
};

use super::super::options::at_least_one;
use super::check_picture;
use crate::error::CliError;
use crate::output;
use crate::picture::plot::{EstimatorMark, GrowthCurve, ProblemMarks, gradient_estimators};
use crate::progress::counter_of;
use crate::session::Session;
use crate::view::write_scene;

/// The problems by name, and what each is.
const PROBLEMS: [(&str, &str); 4] = [
    ("gaussian", "mean and scale of a quadratic"),
    ("bernoulli-0.45", "one bit"),
    ("bernoulli-0.499", "one bit that hardly matters"),
    ("sbn", "six bits behind binarised digits"),
];
/// How many fewer estimates a digit's gradient gets, of which there are ten, each of a net.
const DIGIT_SHARE: usize = 10;

/// Bias, variance, signal-to-noise and time of the gradient estimators, against exact gradients
///
/// Problems: `gaussian`, the quadratic of a Gaussian mean and scale; `bernoulli-0.45` and `bernoulli-0.499`, the toy of the
/// REBAR and RELAX papers; `sbn`, one layer of a sigmoid belief net on digits. The picture's first panel is the comparison of
/// the policy gradient with the reparameterised one as the dimension grows. Wake–sleep is
/// held against the bounds as the others are, whose gradients it does not follow: its bias is how far it goes elsewhere.
#[derive(Debug, Args)]
pub struct Gradients {
    /// Estimates of each gradient; of the ten digits together on `sbn`
    #[arg(long, value_name = "N", default_value = "100000", value_parser = at_least_one, allow_negative_numbers = true)]
    draws: NonZeroUsize,
    /// Updates of baselines and control variates before they are measured
    #[arg(long, value_name = "N", default_value_t = 200)]
    preparation: usize,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
    /// The picture: .png or .svg
    #[arg(short, long, value_name = "FILE", default_value = "gradients.png")]
    output: PathBuf,
}

impl Gradients {
    /// Measures, prints a table and writes the picture.
    ///
    /// # Errors
    /// If the picture cannot be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_picture(&self.output)?;
        // Two samples: the fewest that estimators have which hold samples against each other.
        let effort = Effort { draws: self.draws.get(), preparation: self.preparation, samples: 2 };
        let bar = counter_of(session, 5, "problems");
        let growth = growth(Effort { draws: effort.draws / 10 + 1, ..effort })?;
        bar.inc(1);
        let mut problems: Vec<(&'static str, Certificates)> = Vec::new();
        problems.push((PROBLEMS[0].0, gaussian(1, effort)?));
        bar.inc(1);
        problems.push((PROBLEMS[1].0, bernoulli(0.45, effort)?));
        bar.inc(1);
        problems.push((PROBLEMS[2].0, bernoulli(0.499, effort)?));
        bar.inc(1);
        let of_digits = Effort { draws: (effort.draws / DIGIT_SHARE).max(2), ..effort };
        problems.push((PROBLEMS[3].0, SigmoidBeliefNet::of_digits()?.certificates(of_digits)?));
        bar.finish_and_clear();

        let shown = problems.iter().zip(PROBLEMS);
        let marks: Vec<_> =
            shown.map(|((name, all), (_, what))| marks(format!("{name}: {what}"), all)).collect();
        let scene = gradient_estimators(&curves(&growth), &marks)?;
        if self.json {
            output::json(&problems.into_iter().collect::<BTreeMap<_, _>>())?;
            return write_scene(&self.output, &scene);
        }
        for (name, certificates) in &problems {
            output::line(format_args!("{name}"))?;
            output::line(table(certificates))?;
            output::line("")?;
        }
        write_scene(&self.output, &scene)?;
        output::line(self.output.display())
    }
}

fn table(certificates: &Certificates) -> String {
    let header = ["estimator", "bias", "± std. error", "variance", "SNR", "ms/step", "worst"];
    let row = |(name, c): (&&'static str, &Certificate)| {
        let exact = if c.variance == 0.0 { "∞".to_owned() } else { number(c.snr) };
        vec![
            (*name).to_owned(),
            number(c.bias),
            number(c.bias_stderr),
            number(c.variance),
            exact,
            format!("{:.2}", 1e3 * c.seconds_per_step),
            format!("{:.1}", c.worst_deviation),
        ]
    };
    let mut sorted: Vec<_> = certificates.iter().collect();
    sorted.sort_by(|a, b| a.1.variance.total_cmp(&b.1.variance));
    output::table(&header, &sorted.into_iter().map(row).collect::<Vec<_>>())
}

/// Three digits that count.
fn number(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.2e}") }
}

fn marks(title: String, certificates: &Certificates) -> ProblemMarks {
    let mark = |(name, c): (&&'static str, &Certificate)| EstimatorMark {
        name,
        variance: c.variance,
        is_biased: EstimatorKind::ALL.iter().any(|kind| kind.name() == *name && !kind.is_unbiased()),
        bias: c.bias,
    };
    ProblemMarks { title, estimators: certificates.iter().map(mark).collect() }
}

fn curves(growth: &[Growth]) -> Vec<GrowthCurve> {
    let curve = |one: &Growth| GrowthCurve {
        name: format!("{}, {} sample{}", one.estimator, one.samples, if one.samples == 1 { "" } else { "s" }),
        points: one.noise.clone(),
    };
    growth.iter().map(curve).collect()
}
