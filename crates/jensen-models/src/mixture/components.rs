//! Components whose densities are found for all rows together that miss the same columns.

use super::density::{Scratch, reachable};
use super::pattern::{Group, groups};
use super::{MixtureError, Rows, blocks};

/// Components with weights that need not sum to one: `Σₖ wₖ fₖ(x)`.
///
/// What a row's density costs besides its values (factors of covariances over the columns that are there) is the same
/// for all rows that miss the same columns: it is found once for each [`Group`].
pub(crate) trait Components: Sync {
    /// All components over the columns of a group.
    type Marginals<'a>
    where
        Self: 'a;

    /// How many numbers a row has.
    fn columns(&self) -> usize;

    /// How many components there are.
    fn components(&self) -> usize;

    /// # Errors
    /// [`MixtureError::Singular`] if a covariance is not positive definite over the columns of the group.
    fn marginals<'a>(&'a self, group: &'a Group) -> Result<Self::Marginals<'a>, MixtureError>;

    /// `log wₖ + log fₖ(x)` of every row of the group, into `out`.
    fn log_joint(
        &self,
        component: usize,
        marginals: &Self::Marginals<'_>,
        pair: &mut [Vec<f64>; 2],
        out: &mut [f64],
    );

    /// The groups of a block.
    ///
    /// # Errors
    /// If its rows are not of the components' width or hold an infinite value.
    fn groups(&self, rows: Rows<'_>) -> Result<Vec<Group>, MixtureError> {
        rows.check(self.columns())?;
        Ok(groups(rows, 0..rows.len()))
    }

    /// The same of the rows that count: one of weight zero may be as far away as it likes.
    ///
    /// # Errors
    /// As [`groups`](Self::groups).
    fn counted(&self, rows: Rows<'_>) -> Result<Vec<Group>, MixtureError> {
        rows.check(self.columns())?;
        Ok(groups(rows, (0..rows.len()).filter(|&at| rows.weight(at) > 0.0)))
    }

    /// The log densities and posteriors of a group, into the scratch.
    fn posterior(&self, group: &Group, marginals: &Self::Marginals<'_>, scratch: &mut Scratch) {
        let n = group.rows.len();
        scratch.joint.resize(n * self.components(), 0.0);
        for (k, joint) in scratch.joint.chunks_exact_mut(n).enumerate() {
            self.log_joint(k, marginals, &mut scratch.pair, joint);
        }
        scratch.normalise(n);
    }

    /// `log wₖ + log fₖ(x)`, `[rows, K]`.
    ///
    /// # Errors
    /// As [`groups`](Self::groups) and [`marginals`](Self::marginals).
    fn log_terms(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let k = self.components();
        let mut out = vec![0.0; rows.len() * k];
        blocks::fill(rows, k, &mut out, |rows, out| {
            let (mut pair, mut terms) = (<[Vec<f64>; 2]>::default(), Vec::new());
            for group in self.groups(rows)? {
                let marginals = self.marginals(&group)?;
                terms.resize(group.rows.len(), 0.0);
                for component in 0..k {
                    self.log_joint(component, &marginals, &mut pair, &mut terms);
                    for (&at, term) in group.rows.iter().zip(&terms) {
                        out[at * k + component] = *term;
                    }
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// `log Σₖ wₖ fₖ(x)` of each row.
    ///
    /// # Errors
    /// As [`groups`](Self::groups) and [`marginals`](Self::marginals).
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let mut out = vec![0.0; rows.len()];
        blocks::fill(rows, 1, &mut out, |rows, out| {
            let mut scratch = Scratch::default();
            for group in self.groups(rows)? {
                self.posterior(&group, &self.marginals(&group)?, &mut scratch);
                for (&at, log_prob) in group.rows.iter().zip(&scratch.log_prob) {
                    out[at] = *log_prob;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The terms of the sum as shares of it, `[rows, K]`.
    ///
    /// # Errors
    /// As [`log_prob`](Self::log_prob), and [`MixtureError::Unreachable`] for a row whose log density is `−∞`.
    fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let k = self.components();
        let mut out = vec![0.0; rows.len() * k];
        blocks::fill(rows, k, &mut out, |rows, out| {
            let mut scratch = Scratch::default();
            for group in self.groups(rows)? {
                self.posterior(&group, &self.marginals(&group)?, &mut scratch);
                reachable(rows, &group, &scratch.log_prob)?;
                for (i, &at) in group.rows.iter().enumerate() {
                    for component in 0..k {
                        out[at * k + component] = scratch.joint[component * group.rows.len() + i];
                    }
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}
