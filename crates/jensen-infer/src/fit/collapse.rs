//! Whether the posterior says anything about the data.

use super::Warning;
use crate::Metrics;

/// A unit is active if its posterior mean varies by more than this over the data
/// (Burda et al. 2016, section 5.2).
pub const ACTIVE_VARIANCE: f64 = 0.01;

/// Below this many nats a latent dimension carries nothing to speak of.
const SILENT_KL: f64 = 0.01;

/// Below this many nats in all dimensions together, the latents are of no use even where a unit
/// still moves.
const COLLAPSED_KL: f64 = 0.1;

/// How many latent units are active: those with `Var_x(E_q[z_d | x]) > 0.01`, from the
/// per-dimension means `posterior_mean` and `posterior_mean_squared`; `None` if they were not
/// measured.
///
/// Source: Burda, Grosse & Salakhutdinov, *Importance Weighted Autoencoders*, ICLR 2016.
///
/// ```
/// use jensen_infer::{Metrics, fit::active_units};
/// // Two examples: the first unit's mean is −1 and 1, the second's 0.5 both times.
/// let metrics = Metrics::new(2)
///     .with_sum_per_dim("posterior_mean", vec![0.0, 1.0])
///     .with_sum_per_dim("posterior_mean_squared", vec![2.0, 0.5]);
/// assert_eq!(active_units(&metrics), Some(1));
/// ```
pub fn active_units(metrics: &Metrics) -> Option<usize> {
    let variances = variances_of_means(metrics)?;
    Some(variances.into_iter().filter(|&variance| variance > ACTIVE_VARIANCE).count())
}

/// A warning if no unit carries information, or all together next to none.
fn posterior_collapse(metrics: &Metrics) -> Option<Warning> {
    let variances = variances_of_means(metrics)?;
    let kl = metrics.mean("kl")?;
    // Where dimensions depend on each other their divergences are one: then all may be in use.
    let kl_per_dim = metrics.mean_per_dim("kl").filter(|kl| kl.len() == variances.len());
    let kl_per_dim = kl_per_dim.unwrap_or_else(|| vec![f64::INFINITY; variances.len()]);
    let active = variances.iter().filter(|&&variance| variance > ACTIVE_VARIANCE).count();
    // A unit at rest may still pay a divergence, and one that moves a little may pay nothing: a
    // unit is in use if it is active and pays.
    let used = variances
        .iter()
        .zip(&kl_per_dim)
        .filter(|&(&variance, &kl)| variance > ACTIVE_VARIANCE && kl > SILENT_KL)
        .count();
    (used == 0 || kl < COLLAPSED_KL).then_some(Warning::PosteriorCollapse {
        active,
        units: variances.len(),
        kl,
    })
}

/// Looks at one validation after another.
#[derive(Debug, Default)]
pub(super) struct CollapseWatch {
    in_a_row: u32,
}

impl CollapseWatch {
    /// A warning when a second validation in a row shows a collapse: after a first epoch the latents
    /// may just not be in use yet. It is given once.
    pub(super) fn look(&mut self, metrics: &Metrics) -> Option<Warning> {
        let warning = posterior_collapse(metrics);
        self.in_a_row = if warning.is_some() { self.in_a_row.saturating_add(1) } else { 0 };
        warning.filter(|_| self.in_a_row == 2)
    }
}

/// `Var_x(E_q[z_d | x])` of each number of the latents; `None` if the moments were not measured.
pub fn variances_of_means(metrics: &Metrics) -> Option<Vec<f64>> {
    let means = metrics.mean_per_dim("posterior_mean")?;
    let squares = metrics.mean_per_dim("posterior_mean_squared")?;
    Some(means.into_iter().zip(squares).map(|(mean, square)| square - mean * mean).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metrics of `means[example][unit]` with these divergences.
    fn metrics(means: &[&[f64]], kl: &[f64]) -> Metrics {
        let n = means.len() as f64;
        let sum =
            |f: fn(f64) -> f64| (0..kl.len()).map(|d| means.iter().map(|row| f(row[d])).sum()).collect();
        Metrics::new(means.len())
            .with_sum("kl", n * kl.iter().sum::<f64>())
            .with_sum_per_dim("kl", kl.iter().map(|kl| n * kl).collect())
            .with_sum_per_dim("posterior_mean", sum(|x| x))
            .with_sum_per_dim("posterior_mean_squared", sum(|x| x * x))
    }

    #[test]
    fn a_unit_is_active_above_a_variance_of_one_hundredth() {
        let below = 0.0999;
        let above = 0.1001;
        let metrics = metrics(&[&[below, above, 7.0], &[-below, -above, 7.0]], &[1.0, 1.0, 1.0]);
        assert_eq!(active_units(&metrics), Some(1));
        assert_eq!(active_units(&Metrics::new(3)), None);
    }

    #[test]
    fn collapse_is_told_from_use() {
        let collapsed = |means: &[&[f64]], kl: &[f64]| posterior_collapse(&metrics(means, kl)).is_some();
        assert!(!collapsed(&[&[1.0, 0.0], &[-1.0, 0.0]], &[1.0, 0.0]), "one unit of two is in use");
        assert!(collapsed(&[&[0.0, 0.0], &[0.01, 0.0]], &[0.001, 0.0]), "nothing moves");
        assert!(collapsed(&[&[0.0], &[0.0]], &[3.0]), "a constant posterior, off the prior");
        assert!(collapsed(&[&[0.3], &[-0.3]], &[0.05]), "next to no information");
        assert!(posterior_collapse(&Metrics::new(1)).is_none(), "a learner without latents");
    }

    #[test]
    fn the_second_in_a_row_warns_once() {
        let (collapsed, used) = (metrics(&[&[0.0], &[0.0]], &[0.0]), metrics(&[&[1.0], &[-1.0]], &[1.0]));
        let mut watch = CollapseWatch::default();
        let told = [&collapsed, &used, &collapsed, &collapsed, &collapsed].map(|m| watch.look(m).is_some());
        assert_eq!(told, [false, false, false, true, false]);
    }

    #[test]
    fn the_warning_says_what_to_try() {
        let message = posterior_collapse(&metrics(&[&[0.0], &[0.0]], &[0.0])).expect("a warning").to_string();
        for remedy in
            ["0 of 1", "fit.kl_warm_up", "free bits", "smaller β", "weaker decoder", "learning rate"]
        {
            assert!(message.contains(remedy), "{message}");
        }
    }
}
