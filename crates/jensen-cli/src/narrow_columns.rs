//! Columns in which a component is next to constant.
//!
//! A variance is held above a share of the column's alone, so that units do not matter. A component whose rows have one value
//! in a column, as most pixels at the edge of a picture, is then as narrow as that, and the first row that has another value
//! there has a log-likelihood of minus millions.

use jensen_data::{Dataset, Role, Split};
use jensen_models::factor::FactorMixture;
use jensen_models::mixture::{self, GaussianMixture};

use crate::config::ModelKind;
use crate::error::CliError;
use crate::model::{Components, weighty};
use crate::report::Warning;
use crate::trained_run::TrainedRun;

/// A component is narrow where its standard deviation is below this share of what the column's training values span: the
/// other end of the span is then thousands of nats away.
const NARROW: f64 = 0.01;
/// Columns in a list.
const NAMED: usize = 5;

/// The names of the columns in which a component of the run is narrow; none of a model without a floor of its variances.
///
/// # Errors
/// If the run's data cannot be read.
pub fn of(run: &TrainedRun, dataset: &Dataset) -> Result<Vec<String>, CliError> {
    let kind = run.config.model;
    let variances = match run.model.components() {
        Some(Components::Gaussian(mixture)) if kind == ModelKind::Gmm => of_gaussians(mixture),
        Some(Components::Factor(mixture)) => of_factors(mixture),
        _ => return Ok(Vec::new()),
    };
    let spans = spans(run, dataset)?;
    let columns = spans.len();
    // A constant column spans nothing: its floor is a share of one.
    let limit = |column: usize| {
        let span = if spans[column] > 0.0 { spans[column] } else { 1.0 };
        (NARROW * span).powi(2)
    };
    let is_narrow =
        |column: &usize| variances.iter().skip(*column).step_by(columns).any(|&one| one < limit(*column));
    let spec = dataset.require(Role::Observation)?;
    let name = |column| spec.feature_names.get(column).cloned().unwrap_or_else(|| spec.feature_name(column));
    Ok((0..columns).filter(is_narrow).map(name).collect())
}

/// The variance of each column in each component of weight.
fn of_gaussians(mixture: &GaussianMixture) -> Vec<f64> {
    let of = |k| mixture.dense_covariance(k).into_iter().step_by(mixture.columns() + 1);
    weighty(mixture.weights()).flat_map(of).collect()
}

/// The same of factors and noise together.
fn of_factors(mixture: &FactorMixture) -> Vec<f64> {
    let of = |k: usize, j: usize| {
        mixture.variance(k, j) + mixture.loading(k, j).iter().map(|loading| loading * loading).sum::<f64>()
    };
    weighty(mixture.weights()).flat_map(|k| (0..mixture.columns()).map(move |j| of(k, j))).collect()
}

/// What the training values of each column span, of rows that count.
fn spans(run: &TrainedRun, dataset: &Dataset) -> Result<Vec<f64>, CliError> {
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); run.record.preprocessing.features()];
    for batch in run.loader(dataset, dataset.rows(Split::Train)?)?.ordered() {
        let batch = batch?;
        let values = batch.require(Role::Observation)?.array().to_f64();
        let weights = mixture::weights(&batch).unwrap_or_else(|| vec![1.0; batch.len()]);
        let rows = values.chunks_exact(ranges.len()).zip(weights).filter(|(_, weight)| *weight > 0.0);
        for (row, _) in rows {
            // What is missing is neither less nor more.
            for (range, &value) in ranges.iter_mut().zip(row) {
                *range = (range.0.min(value), range.1.max(value));
            }
        }
    }
    Ok(ranges.into_iter().map(|(least, most)| most - least).collect())
}

/// What to say of these of a run's columns, if there are any.
pub fn warning(names: &[String], run: &TrainedRun) -> Option<Warning> {
    let columns = run.record.preprocessing.features();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    // The noise of factors is held above a share of the variance that is too small itself.
    let wider = match run.config.model {
        ModelKind::Gmm => {
            let regularisation = (10.0 * run.config.mixture.regularisation).max(0.01);
            format!(", or try --set mixture.regularisation={regularisation}; compare on held-out rows")
        }
        _ => String::new(),
    };
    (!names.is_empty()).then(|| Warning {
        finding: format!(
            "in {} of {columns} columns a component is narrower than a hundredth of what the values span: {}{more}",
            names.len(),
            names[..names.len().min(NAMED)].join(", "),
        ),
        advice: format!(
            "A row with another value there may have a log-likelihood of minus thousands or millions. Leave out columns \
             that hardly vary{wider}."
        ),
    })
}
