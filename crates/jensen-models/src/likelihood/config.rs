//! The choice of a family and what it is given by.

use std::sync::Arc;

use burn::tensor::Tensor;
use jensen_infer::InferError;
use jensen_kernels::softplus;
use jensen_prob::{Bernoulli, DiscretizedLogistic, Normal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Likelihood;
use crate::table::{Mixed, TableLayout};

/// Grey levels of 8-bit images.
const LEVELS: usize = 256;
/// The least `log s` of a logistic: a scale of a quarter of a grey level, where the
/// code of Salimans et al. (2017) clips it.
const MIN_LOG_SCALE: f64 = -7.0;
/// Means are kept this far from 0 and 1 before their log-odds are taken.
const MEAN_CLIP: f64 = 0.001;

/// The family of `p(x | z)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "family", rename_all = "snake_case", deny_unknown_fields)]
pub enum LikelihoodConfig {
    /// Binary observations.
    // Braces, because serde lets unknown fields of a unit variant pass.
    Bernoulli {},
    /// Real observations with a normal error.
    Gaussian {
        /// Where the variance comes from.
        #[serde(default)]
        variance: Variance,
        /// The least standard deviation, in units of the preprocessed data: a learned `σ` is
        /// `√(min_std² + e^2a)` for an unbounded `a`.
        #[serde(default = "default_min_std")]
        min_std: f64,
    },
    /// 8-bit images as `k/255`, by a logistic distribution rounded to 256 levels, with a scale for
    /// each feature: `log s = −7 + softplus(a + 7)` for an unbounded `a`.
    Logistic {},
    /// The rows of a table, each column of the family of its kind: normal for reals (of the logarithm
    /// for positive columns), with a learned deviation for each column, Poisson for counts, Bernoulli
    /// and categorical. Missing entries are marginalised.
    Table {
        /// The least standard deviation of a real column, in units of its own, which is 1 over the
        /// training data: a learned `σ` is `√(min_std² + e^2a)` for an unbounded `a`.
        #[serde(default = "default_table_min_std")]
        min_std: f64,
    },
}

/// Where the variance of a Gaussian likelihood comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Variance {
    /// Given; the reconstruction term is a squared error with this weight.
    Fixed {
        /// Standard deviation.
        std: f64,
    },
    /// One number learned for all features (Rybkin, Daniilidis & Levine 2021).
    #[default]
    Shared,
    /// An output of the decoder for each feature.
    PerPixel,
}

/// Where the second parameter of the family comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// There is none to learn.
    None,
    /// One learned number.
    Shared,
    /// One learned number for each real column of a table.
    PerColumn,
    /// The decoder, for each feature.
    PerFeature,
}

impl Default for LikelihoodConfig {
    fn default() -> Self {
        Self::Bernoulli {}
    }
}

impl LikelihoodConfig {
    /// A Gaussian of one learned variance.
    pub fn gaussian() -> Self {
        Self::Gaussian { variance: Variance::default(), min_std: default_min_std() }
    }

    /// The family for tables.
    pub fn table() -> Self {
        Self::Table { min_std: default_table_min_std() }
    }

    /// Whether it is the family for tables.
    pub fn is_table(&self) -> bool {
        matches!(self, Self::Table { .. })
    }

    /// Whether the numbers are in range.
    ///
    /// # Errors
    /// [`InferError::Option`] if a standard deviation is not positive and finite.
    pub fn check(&self) -> Result<(), InferError> {
        let positive = |option, value: f64| {
            if value > 0.0 && value.is_finite() {
                return Ok(());
            }
            Err(InferError::Option { option, value: value.to_string(), expected: "a finite number above 0" })
        };
        if let Self::Gaussian { variance, min_std } = *self {
            positive("likelihood.min_std", min_std)?;
            if let Variance::Fixed { std } = variance {
                positive("likelihood.variance.fixed.std", std)?;
            }
        }
        if let Self::Table { min_std } = *self {
            positive("likelihood.min_std", min_std)?;
        }
        Ok(())
    }

    /// Whether the likelihood is a probability of discrete values and not a density, so that
    /// rescaling the data has no Jacobian.
    pub fn is_discrete(&self) -> bool {
        match self {
            Self::Bernoulli {} | Self::Logistic {} => true,
            // Of a table each column has its own Jacobian.
            Self::Gaussian { .. } | Self::Table { .. } => false,
        }
    }

    /// Where the decoder's output has to be for the likelihood to have this mean; that of a table is
    /// given as it is.
    pub(crate) fn location_of_mean(&self, mean: f64) -> f64 {
        match self {
            Self::Bernoulli {} => {
                let p = mean.clamp(MEAN_CLIP, 1.0 - MEAN_CLIP);
                (p / (1.0 - p)).ln()
            }
            Self::Gaussian { .. } | Self::Logistic {} | Self::Table { .. } => mean,
        }
    }

    pub(crate) fn spread(&self) -> Spread {
        match self {
            Self::Bernoulli {} | Self::Gaussian { variance: Variance::Fixed { .. }, .. } => Spread::None,
            Self::Gaussian { variance: Variance::Shared, .. } => Spread::Shared,
            Self::Gaussian { variance: Variance::PerPixel, .. } | Self::Logistic {} => Spread::PerFeature,
            Self::Table { .. } => Spread::PerColumn,
        }
    }

    /// The likelihood with the decoder's output as location, `[rows, features]`, and the unbounded
    /// logarithm of its spread, where [`spread`](Self::spread) says that there is one. A table comes with
    /// its layout.
    pub(crate) fn build(
        &self,
        location: Tensor<2>,
        log_spread: Option<Tensor<2>>,
        table: Option<&Arc<TableLayout>>,
    ) -> Likelihood {
        let spread = || log_spread.clone().unwrap_or_else(|| Tensor::zeros([1, 1], &location.device()));
        match *self {
            Self::Bernoulli {} => Likelihood::Bernoulli(Bernoulli::from_logits(location)),
            Self::Gaussian { variance: Variance::Fixed { std }, .. } => {
                let std = Tensor::full([1, 1], std, &location.device().without_autodiff());
                Likelihood::Normal(Normal::new(location, std))
            }
            Self::Gaussian { min_std, .. } => {
                let log_std = above_floor(spread(), min_std);
                Likelihood::Normal(Normal::from_log_std(location, log_std))
            }
            Self::Logistic {} => {
                let log_scale = softplus(spread() - MIN_LOG_SCALE) + MIN_LOG_SCALE;
                Likelihood::DiscretizedLogistic(DiscretizedLogistic::new(location, log_scale, LEVELS))
            }
            Self::Table { min_std } => {
                let layout = table.expect("a decoder of a table has its layout").clone();
                let log_std = log_spread.map(|log_spread| above_floor(log_spread, min_std));
                Likelihood::Mixed(Mixed::new(layout, location, log_std))
            }
        }
    }
}

/// `log √(m² + e^2a) = log m + ½ softplus(2(a − log m))`
fn above_floor(log_spread: Tensor<2>, min_std: f64) -> Tensor<2> {
    let floor = min_std.ln();
    softplus((log_spread - floor) * 2.0) * 0.5 + floor
}

fn default_table_min_std() -> f64 {
    0.05
}

fn default_min_std() -> f64 {
    0.01
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use jensen_prob::Distribution;

    fn scalar(value: f32) -> Tensor<2> {
        Tensor::from_data([[value]], &Device::flex())
    }

    #[test]
    fn a_learned_deviation_adds_to_its_floor_in_quadrature() {
        let config = LikelihoodConfig::Gaussian { variance: Variance::PerPixel, min_std: 0.1 };
        for a in [-50.0f32, -3.0, -2.0, 0.0, 3.0] {
            let Likelihood::Normal(normal) = config.build(scalar(0.0), Some(scalar(a)), None) else {
                panic!("a gaussian is normal")
            };
            let (std, expected) = (normal.std().into_scalar::<f32>(), (0.01 + (2.0 * a).exp()).sqrt());
            assert!((std - expected).abs() < 1e-6 * expected, "σ({a}) is {std}, not {expected}");
        }
    }

    #[test]
    fn a_fixed_deviation_is_a_weighted_squared_error() {
        let config = LikelihoodConfig::Gaussian { variance: Variance::Fixed { std: 0.5 }, min_std: 0.01 };
        let log_prob = config.build(scalar(1.0), None, None).log_prob(&scalar(0.25)).into_scalar::<f32>();
        let expected = -0.5 * (0.75f32 / 0.5).powi(2) - 0.5f32.ln() - 0.5 * std::f32::consts::TAU.ln();
        assert!((log_prob - expected).abs() < 1e-6);
    }

    #[test]
    fn a_logistic_scale_stays_above_its_floor() {
        let of = |a| match (LikelihoodConfig::Logistic {}).build(scalar(0.5), Some(scalar(a)), None) {
            Likelihood::DiscretizedLogistic(family) => family.log_scale().into_scalar::<f32>(),
            _ => panic!("a logistic is a discretized logistic"),
        };
        assert_eq!((of(-100.0), of(20.0)), (-7.0, 20.0));
    }

    #[test]
    fn files_name_families_and_nothing_unknown() {
        let parse = serde_json::from_str::<LikelihoodConfig>;
        assert_eq!(parse(r#"{"family": "bernoulli"}"#).expect("valid"), LikelihoodConfig::Bernoulli {});
        assert_eq!(parse(r#"{"family": "gaussian"}"#).expect("valid"), LikelihoodConfig::gaussian());
        let fixed = parse(r#"{"family": "gaussian", "variance": {"fixed": {"std": 1}}}"#).expect("valid");
        assert_eq!(
            fixed,
            LikelihoodConfig::Gaussian { variance: Variance::Fixed { std: 1.0 }, min_std: 0.01 }
        );
        assert!(parse(r#"{"family": "bernoulli", "min_std": 1}"#).is_err());
        assert!(parse(r#"{"family": "gaussian", "std": 1}"#).is_err());
        assert!(parse(r#"{"family": "poisson"}"#).is_err());
    }
}
