//! Priors of the weights.

use jensen_kernels::scalar::{digamma, digamma_remainder, log_gamma_remainder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mixture::MixtureError;
use crate::mixture::options::positive;

/// What is believed of the components' weights before any row is seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WeightPrior {
    /// `π ~ Dirichlet(α, …, α)`: all components are alike. Below one, weights near zero are likely.
    Dirichlet {
        /// `α`, for each component.
        #[serde(default = "one")]
        concentration: f64,
    },
    /// The Dirichlet process, truncated: `Vₖ ~ Beta(1, γ)` is the share that component `k` breaks off what those before
    /// left of a stick, and the last takes the rest (Blei & Jordan 2006). The number of components is a limit only.
    DirichletProcess {
        /// `γ`: about `γ log N` components are expected of `N` rows.
        #[serde(default = "one")]
        concentration: f64,
    },
}

fn one() -> f64 {
    1.0
}

impl Default for WeightPrior {
    fn default() -> Self {
        Self::Dirichlet { concentration: one() }
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
        positive("concentration", self.concentration())
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
                dirichlet(counts.iter().map(|&count| [concentration, count]))
            }
            Self::DirichletProcess { concentration } => {
                let shares = broken(counts).into_iter();
                shares.map(|[own, after]| dirichlet([[1.0, own], [concentration, after]].into_iter())).sum()
            }
        }
    }
}

/// The rows of each component but the last, and those of all that follow it.
fn broken(counts: &[f64]) -> Vec<[f64; 2]> {
    let mut after = 0.0;
    let mut shares: Vec<_> = (counts.windows(2).rev())
        .map(|pair| {
            after += pair[1];
            [pair[0], after]
        })
        .collect();
    shares.reverse();
    shares
}

/// The posterior of each stick but the last, which is whole: `Beta(1 + Nₖ, γ + Σ_{j>k} Nⱼ)`.
pub(super) fn sticks(counts: &[f64], concentration: f64) -> Vec<Beta> {
    broken(counts).into_iter().map(|[own, after]| [1.0 + own, concentration + after]).collect()
}

/// `KL(Dirichlet(p + n) ‖ Dirichlet(p))`, of `[p, n]` for each share.
///
/// `log Γ(x) = x log x − x + r(x)` and `ψ(x) = log x + s(x)` leave `P log(1 + N/P) − Σ p log(1 + n/p)` of the large
/// terms, and nothing that cancels, however large a concentration is.
fn dirichlet(shares: impl Iterator<Item = [f64; 2]> + Clone) -> f64 {
    let [all, rows] = shares.clone().fold([0.0; 2], |[all, rows], [p, n]| [all + p, rows + n]);
    let rise = |[p, n]: [f64; 2]| {
        let ratio = if n < p { (n / p).ln_1p() } else { (p + n).ln() - p.ln() };
        p * ratio + log_gamma_remainder(p + n) - log_gamma_remainder(p)
    };
    let slope = digamma_remainder(all + rows);
    let terms = shares.map(|[p, n]| {
        let moved = if n > 0.0 { n * (digamma_remainder(p + n) - slope) } else { 0.0 };
        moved - rise([p, n])
    });
    rise([all, rows]) + terms.sum::<f64>()
}
