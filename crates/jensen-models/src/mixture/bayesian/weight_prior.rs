//! Priors of the weights.

use jensen_kernels::scalar::{digamma, log_gamma};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mixture::MixtureError;

/// What is believed of the components' weights before any row is seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WeightPrior {
    /// `π ~ Dirichlet(α, …, α)`: all components are alike. Below one, weights near zero are likely.
    Dirichlet {
        /// `α`, for each component.
        concentration: f64,
    },
    /// The Dirichlet process, truncated: `Vₖ ~ Beta(1, γ)` is the share that component `k` breaks off what those before
    /// left of a stick, and the last takes the rest (Blei & Jordan 2006). The number of components is a limit only.
    DirichletProcess {
        /// `γ`: about `γ log N` components are expected of `N` rows.
        concentration: f64,
    },
}

impl Default for WeightPrior {
    fn default() -> Self {
        Self::Dirichlet { concentration: 1.0 }
    }
}

/// A Beta distribution as its two parameters.
type Beta = [f64; 2];

impl WeightPrior {
    /// `α` or `γ`.
    pub fn concentration(&self) -> f64 {
        match *self {
            Self::Dirichlet { concentration } | Self::DirichletProcess { concentration } => concentration,
        }
    }

    /// That the concentration is one.
    pub(super) fn check(&self) -> Result<(), MixtureError> {
        let concentration = self.concentration();
        if concentration > 0.0 && concentration.is_finite() {
            return Ok(());
        }
        let problem = format!("is {concentration}, but must be finite and above zero");
        Err(MixtureError::Parameter { name: "concentration", problem })
    }

    /// `E[π]` after so many rows of each component.
    pub(super) fn means(&self, counts: &[f64]) -> Vec<f64> {
        match *self {
            Self::Dirichlet { concentration } => {
                let total: f64 = counts.iter().map(|count| concentration + count).sum();
                counts.iter().map(|count| (concentration + count) / total).collect()
            }
            Self::DirichletProcess { concentration } => {
                let mut rest = 1.0;
                let mut means: Vec<_> = (sticks(counts, concentration).into_iter())
                    .map(|[a, b]| {
                        let mean = rest * a / (a + b);
                        rest *= b / (a + b);
                        mean
                    })
                    .collect();
                means.push(rest);
                means
            }
        }
    }

    /// `E[log π]`.
    pub(super) fn log_means(&self, counts: &[f64]) -> Vec<f64> {
        match *self {
            Self::Dirichlet { concentration } => {
                let total: f64 = counts.iter().map(|count| concentration + count).sum();
                counts.iter().map(|count| digamma(concentration + count) - digamma(total)).collect()
            }
            Self::DirichletProcess { concentration } => {
                let mut rest = 0.0;
                let mut logs: Vec<_> = (sticks(counts, concentration).into_iter())
                    .map(|[a, b]| {
                        let log = rest + digamma(a) - digamma(a + b);
                        rest += digamma(b) - digamma(a + b);
                        log
                    })
                    .collect();
                logs.push(rest);
                logs
            }
        }
    }

    /// `KL(q(π) ‖ p(π))`, nats.
    pub(super) fn kl_divergence(&self, counts: &[f64]) -> f64 {
        match *self {
            Self::Dirichlet { concentration } => {
                let posterior: Vec<_> = counts.iter().map(|count| concentration + count).collect();
                dirichlet(&posterior, &vec![concentration; counts.len()])
            }
            Self::DirichletProcess { concentration } => {
                let sticks = sticks(counts, concentration);
                sticks.iter().map(|stick| dirichlet(stick, &[1.0, concentration])).sum()
            }
        }
    }
}

/// The posterior of each stick but the last, which is whole: `Beta(1 + Nₖ, γ + Σ_{j>k} Nⱼ)`.
fn sticks(counts: &[f64], concentration: f64) -> Vec<Beta> {
    let mut after = 0.0;
    let mut sticks = vec![[0.0; 2]; counts.len() - 1];
    for (k, stick) in sticks.iter_mut().enumerate().rev() {
        after += counts[k + 1];
        *stick = [1.0 + counts[k], concentration + after];
    }
    sticks
}

/// `KL(Dirichlet(q) ‖ Dirichlet(p))`.
fn dirichlet(q: &[f64], p: &[f64]) -> f64 {
    let [of_q, of_p] = [q, p].map(|all| all.iter().sum::<f64>());
    let terms = q.iter().zip(p).map(|(q, p)| {
        let moved = if q == p { 0.0 } else { (q - p) * (digamma(*q) - digamma(of_q)) };
        log_gamma(*p) - log_gamma(*q) + moved
    });
    log_gamma(of_q) - log_gamma(of_p) + terms.sum::<f64>()
}
