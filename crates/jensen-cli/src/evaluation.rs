//! What a model is worth on a split, per example and in nats.

use jensen_data::Batch;
use jensen_infer::fit::{ACTIVE_VARIANCE, variances_of_means};
use jensen_infer::{Metrics, Quantity};
use jensen_models::mixture::{self, InformationCriteria};
use jensen_random::Rng;
use serde::{Deserialize, Serialize};

use crate::error::CliError;
use crate::model::Model;
use crate::output::count;
use crate::running_mean::RunningMean;

/// The object that `evaluate --json` prints; means over examples, in nats. A model that has no such
/// term leaves its field out.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Evaluation {
    /// The run.
    pub run: String,
    /// The data.
    pub data: String,
    /// The part of the data.
    pub split: String,
    /// How many examples.
    pub n: usize,
    /// What the likelihood is of, where that is not a whole example: the columns that are predicted from the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// The evidence lower bound at β = 1 without free bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elbo: Option<f64>,
    /// `E_q[log p(x | z)]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconstruction: Option<f64>,
    /// `KL(q ‖ p)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kl: Option<f64>,
    /// Latents whose posterior mean varies with the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_units: Option<usize>,
    /// All latents: dimensions, bits of all layers, or choices.
    pub latent_dim: usize,
    /// `log p(x)`, if it was estimated or is known.
    #[serde(flatten)]
    pub log_likelihood: Option<LogLikelihood>,
    /// Of a posterior over parameters.
    #[serde(flatten)]
    pub evidence: Option<Evidence>,
    /// Columns in which a component is next to constant; told at the end of a training.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrow_columns: Vec<String>,
    /// Of a model that is fitted by maximum likelihood.
    #[serde(flatten)]
    pub criteria: Option<InformationCriteria>,
}

/// What a posterior over parameters says of the evidence of all training examples, in nats.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Evidence {
    /// A bound on its logarithm, with all constants.
    pub log_evidence: f64,
    /// What to add before sizes are compared: the logarithm of how many ways to name the components are other posteriors, as
    /// good as this one, which the bound leaves out. With it the sum is no bound where components overlap.
    pub log_relabellings: f64,
}

/// An estimate of the mean of `log p(x)`.
#[expect(clippy::struct_field_names, reason = "they are fields of the flat object that is printed")]
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LogLikelihood {
    /// The mean over examples.
    pub log_likelihood: f64,
    /// Its standard error over examples; infinite for one example, which JSON writes as null.
    pub log_likelihood_stderr: Option<f64>,
    /// Draws for each example, if it is an estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iwae_samples: Option<usize>,
    /// How it was estimated: `exact`, `iwae` or `ais`.
    pub log_likelihood_kind: String,
}

/// Which draws an evaluation makes.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// Moves the draws.
    pub seed: u64,
    /// Importance samples of each example; `None` = the bound only.
    pub iwae: Option<usize>,
}

/// What is known of a run after the batches it has seen: sums, never the examples themselves.
pub struct Measurement<'a> {
    model: &'a dyn Model,
    draws: Draws,
    metrics: Metrics,
    log_likelihood: RunningMean,
    upper_bound: RunningMean,
    /// How many observations the examples hold that `log_likelihood` is of, each as often as its weight says.
    observations: f64,
}

impl<'a> Measurement<'a> {
    /// Nothing seen yet.
    pub fn new(model: &'a dyn Model, draws: Draws) -> Self {
        let [log_likelihood, upper_bound] = [RunningMean::default(); 2];
        Self { model, draws, metrics: Metrics::new(0), log_likelihood, upper_bound, observations: 0.0 }
    }

    /// Measures further examples; gives `log p(x)` of each, if it is to be estimated or is known.
    ///
    /// # Errors
    /// If the model cannot be evaluated so.
    pub fn add(&mut self, batch: &Batch) -> Result<Vec<f64>, CliError> {
        let rng = Rng::seed(self.draws.seed).fork("evaluation").fork("bound");
        self.metrics.merge(self.model.measure(batch, rng)?);
        if let (None, Some(known)) = (self.draws.iwae, self.model.log_prob(batch)) {
            let known = known?;
            let weights = self.weights(batch);
            for ((&value, &weight), &row) in known.iter().zip(&weights).zip(batch.rows()) {
                if weight > 0.0 && !value.is_finite() {
                    return Err(CliError::Impossible { row, data: batch.dataset().to_owned() });
                }
                self.log_likelihood.add_weighted(value, weight);
            }
            let observations = self.model.observations(batch)?;
            self.observations += observations.iter().zip(&weights).map(|(n, weight)| n * weight).sum::<f64>();
            return Ok(known);
        }
        let Some(samples) = self.draws.iwae else { return Ok(Vec::new()) };
        let rng = Rng::seed(self.draws.seed).fork("evaluation").fork("importance");
        let bounds = self.model.sandwich(batch, samples, rng)?;
        self.log_likelihood.extend(bounds.iter().map(|bounds| bounds.lower));
        self.upper_bound.extend(bounds.iter().map(|bounds| bounds.upper));
        Ok(bounds.into_iter().map(|bounds| bounds.lower).collect())
    }

    /// How often each example counts: once, unless the model is one that weighs examples, and they have weights.
    pub fn weights(&self, batch: &Batch) -> Vec<f64> {
        let own = self.model.components().and_then(|_| mixture::weights(batch));
        own.unwrap_or_else(|| vec![1.0; batch.len()])
    }

    /// The sums.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The χ upper bound, where `log p(x)` was estimated.
    pub fn upper_bound(&self) -> RunningMean {
        self.upper_bound
    }

    /// The means under their names; `place` is the run, the data and the split.
    ///
    /// # Errors
    /// If no example counts.
    pub fn evaluation(&self, place: [&str; 3]) -> Result<Evaluation, CliError> {
        if self.metrics.weight() <= 0.0 {
            let [_, data, split] = place;
            let (what, remedy) =
                (format!("all examples of {data}, {split}, have weight zero"), "measure others");
            return Err(CliError::usage(what, remedy));
        }
        let has_values = self.log_likelihood.count() > 0;
        let estimate = has_values.then_some((self.log_likelihood, self.draws.iwae));
        let variances = variances_of_means(&self.metrics).map(|numbers| self.model.by_latent(numbers));
        let active = |variances: Vec<f64>| variances.into_iter().filter(|&v| v > ACTIVE_VARIANCE).count();
        let latents = self.model.by_latent(vec![0.0; self.model.latent_dim()]).len();
        let evaluation = Evaluation::new(place, (variances.map(active), latents), &self.metrics, estimate);
        let criteria = self.model.free_parameters().filter(|_| has_values).map(|parameters| {
            let sum = self.log_likelihood.mean() * self.log_likelihood.weight();
            InformationCriteria::new(sum, self.observations, parameters)
        });
        let target = self.model.target().map(|target| target.names().to_vec()).unwrap_or_default();
        Ok(Evaluation { target, criteria, ..evaluation })
    }
}

impl Evaluation {
    /// Puts measurements under their names.
    pub fn new(
        place: [&str; 3],
        (active_units, latent_dim): (Option<usize>, usize),
        metrics: &Metrics,
        log_likelihood: Option<(RunningMean, Option<usize>)>,
    ) -> Self {
        let [run, data, split] = place.map(str::to_owned);
        Self {
            run,
            data,
            split,
            n: metrics.examples(),
            target: Vec::new(),
            elbo: metrics.mean("elbo"),
            reconstruction: metrics.mean("reconstruction"),
            kl: metrics.mean("kl"),
            active_units,
            latent_dim,
            log_likelihood: log_likelihood.map(|(values, samples)| LogLikelihood {
                log_likelihood: values.mean(),
                log_likelihood_stderr: values.standard_error(),
                iwae_samples: samples,
                log_likelihood_kind: if samples.is_some() { "iwae" } else { "exact" }.to_owned(),
            }),
            evidence: None,
            narrow_columns: Vec::new(),
            criteria: None,
        }
    }

    /// What the likelihood is of.
    pub fn quantity(&self) -> Quantity {
        if self.target.is_empty() { Quantity::Marginal } else { Quantity::Conditional }
    }

    /// The same for a person: names and values.
    pub fn to_rows(&self) -> Vec<(String, String)> {
        let mut rows = vec![(
            "data".to_owned(),
            format!("{}, {} ({})", self.data, self.split, count(self.n as u64, "example")),
        )];
        let terms = [
            ("bound on log p(x)", self.elbo),
            ("  reconstruction", self.reconstruction),
            ("  KL(q‖p)", self.kl),
        ];
        rows.extend(
            terms
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), format!("{:.2} nats", value?)))),
        );
        if let Some(active) = self.active_units {
            rows.push(("active units".to_owned(), format!("{active} of {}", self.latent_dim)));
        }
        if let Some(estimate) = &self.log_likelihood {
            let error = estimate.log_likelihood_stderr.map(|error| format!(" ± {error:.2}"));
            let log_likelihood = estimate.log_likelihood;
            rows.push((
                estimate.name(self.quantity()),
                match error {
                    Some(error) => format!("{log_likelihood:.2}{error} nats (standard error over examples)"),
                    None => format!("{log_likelihood:.2} nats"),
                },
            ));
        }
        if let Some(Evidence { log_evidence, log_relabellings }) = self.evidence {
            rows.push((
                "bound on the evidence".to_owned(),
                format!("{log_evidence:.2} nats, of all training examples"),
            ));
            rows.push((
                "… for all names".to_owned(),
                format!("{:.2} nats, to compare sizes by", log_evidence + log_relabellings),
            ));
        }
        if let Some(InformationCriteria { bic, aic, parameters }) = &self.criteria {
            rows.push(("BIC".to_owned(), format!("{bic:.2} (less is better)")));
            rows.push(("AIC".to_owned(), format!("{aic:.2}")));
            rows.push(("free parameters".to_owned(), parameters.to_string()));
        }
        rows
    }
}

impl LogLikelihood {
    /// What it is called: with the number of draws, if it is an estimate.
    pub fn name(&self, quantity: Quantity) -> String {
        let kind = &self.log_likelihood_kind;
        let estimate = self.iwae_samples.map(|samples| format!(", {}-{samples}", kind.to_uppercase()));
        format!("{quantity}{}", estimate.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_flat_and_without_what_was_not_measured() {
        let metrics =
            Metrics::new(2).with_sum("elbo", -4.0).with_sum("kl", 1.0).with_sum("reconstruction", -3.0);
        let json = |estimate| {
            serde_json::to_value(Evaluation::new(["a", "b", "test"], (None, 3), &metrics, estimate))
        };
        let plain = json(None).expect("JSON");
        assert_eq!((plain["n"].as_u64(), plain["elbo"].as_f64()), (Some(2), Some(-2.0)));
        assert!(plain.get("log_likelihood").is_none());
        let without_kl = Metrics::new(2).with_sum("elbo", -4.0);
        let bound = Evaluation::new(["a", "b", "test"], (None, 3), &without_kl, None);
        assert!(bound.to_rows().iter().all(|(name, value)| !name.contains("KL") && value != "NaN nats"));
        let bound = serde_json::to_value(bound).expect("JSON");
        assert!(bound.get("kl").is_none() && bound["elbo"].is_number(), "{bound}");
        let mut values = RunningMean::default();
        values.extend([-1.0, -2.0]);
        let full = json(Some((values, Some(5)))).expect("JSON");
        assert_eq!((full["log_likelihood"].as_f64(), full["iwae_samples"].as_u64()), (Some(-1.5), Some(5)));
        assert_eq!(full["log_likelihood_kind"], "iwae");
    }
}
