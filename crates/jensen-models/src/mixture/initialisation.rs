//! The first mixture of an expectation–maximisation.

use jensen_random::Rng;

use super::k_means::Standardised;
use super::{
    BLOCK, Covariance, GaussianMixture, MixtureError, Regularisation, RowSource, Rows, Statistics, Summary,
};

/// Rows in memory, drawn from data that need not fit: every row, where there are no more than asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Subsample {
    columns: usize,
    values: Vec<f64>,
    weights: Vec<f64>,
    /// Whether these are all rows of positive weight.
    pub complete: bool,
}

impl Subsample {
    /// `rows` rows of positive weight, each set of them as likely as any other, in the order of the data; one pass.
    ///
    /// A row is taken if its random number is among the smallest, so the choice depends on the seed and the row
    /// numbers and not on the blocks that the data come in.
    ///
    /// # Errors
    /// Those of the source.
    pub fn draw(source: &dyn RowSource, rows: usize, rng: &Rng) -> Result<Self, MixtureError> {
        let rng = rng.fork("subsample");
        let columns = source.columns();
        let mut kept: Vec<(u64, u64, f64, Vec<f64>)> = Vec::new();
        let mut complete = true;
        source.pass(&mut |block: Rows<'_>| {
            for at in (0..block.len()).filter(|&at| block.weight(at) > 0.0) {
                let number = block.number(at);
                kept.push((rng.below(number, u64::MAX), number, block.weight(at), block.row(at).to_vec()));
                if kept.len() >= 2 * rows.max(1) {
                    complete = false;
                    cut(&mut kept, rows);
                }
            }
            Ok(())
        })?;
        complete &= kept.len() <= rows;
        cut(&mut kept, rows);
        kept.sort_unstable_by_key(|row| row.1);
        let weights = kept.iter().map(|row| row.2).collect();
        let values = kept.into_iter().flat_map(|row| row.3).collect();
        Ok(Self { columns, values, weights, complete })
    }

    /// The rows.
    ///
    /// # Errors
    /// Never for those that [`draw`](Self::draw) gave.
    pub fn rows(&self) -> Result<Rows<'_>, MixtureError> {
        Rows::new(&self.values, self.columns)?.with_weights(&self.weights)
    }
}

/// Keeps the rows of the smallest random numbers.
fn cut(kept: &mut Vec<(u64, u64, f64, Vec<f64>)>, rows: usize) {
    if kept.len() > rows {
        kept.select_nth_unstable_by_key(rows, |row| (row.0, row.1));
        kept.truncate(rows);
    }
}

impl GaussianMixture {
    /// A mixture to begin with: k-means++, so many of Lloyd's iterations, and the M step of the clusters.
    ///
    /// Distances are in units of each column's standard deviation, over observed values. A missing value counts in its
    /// cluster with the mean and the variance of the values that the cluster has there.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if there are fewer different rows than components, and as
    /// [`maximise`](Self::maximise).
    pub fn initialise(
        covariance: Covariance,
        components: usize,
        rows: Rows<'_>,
        summary: &Summary,
        regularisation: &Regularisation,
        lloyd: usize,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let d = rows.columns();
        let clusters = Clusters::find(covariance, components, rows, summary, lloyd, rng)?;
        let weights = vec![1.0 / components as f64; components];
        let spread = covariance.of_columns(components, summary);
        let start = Self::new(covariance, d, weights, clusters.centres, spread)?;
        start.maximise(&clusters.statistics, regularisation)
    }
}

/// Where components begin.
pub(crate) struct Clusters {
    /// In the data's own units, `[clusters, columns]`.
    centres: Vec<f64>,
    /// What each component has in its cluster.
    pub statistics: Statistics,
}

impl Clusters {
    /// By k-means++ and so many of Lloyd's iterations.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if there are fewer different rows than components.
    fn find(
        covariance: Covariance,
        components: usize,
        rows: Rows<'_>,
        summary: &Summary,
        lloyd: usize,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let standardised = Standardised::new(rows, summary);
        let centres = standardised.plus_plus(components, rng)?;
        Ok(Self::about(covariance, components, &standardised, centres, rows, summary, lloyd))
    }

    /// The same of at most `count` clusters, or so many as there are different rows; other components have no rows.
    ///
    /// # Errors
    /// [`MixtureError::NoRows`] if no row has a positive weight.
    pub fn at_most(
        covariance: Covariance,
        components: usize,
        count: usize,
        rows: Rows<'_>,
        summary: &Summary,
        lloyd: usize,
        rng: &Rng,
    ) -> Result<Self, MixtureError> {
        let standardised = Standardised::new(rows, summary);
        let mut count = count.min(components);
        let centres = loop {
            match standardised.plus_plus(count, rng) {
                Err(MixtureError::TooFewRows { distinct: 0, .. }) => return Err(MixtureError::NoRows),
                Err(MixtureError::TooFewRows { distinct, .. }) => count = distinct,
                other => break other?,
            }
        };
        Ok(Self::about(covariance, components, &standardised, centres, rows, summary, lloyd))
    }

    fn about(
        covariance: Covariance,
        components: usize,
        standardised: &Standardised,
        mut centres: Vec<f64>,
        rows: Rows<'_>,
        summary: &Summary,
        lloyd: usize,
    ) -> Self {
        let d = rows.columns();
        let assigned = standardised.lloyd(&mut centres, lloyd);
        for (i, centre) in centres.iter_mut().enumerate() {
            *centre = summary.means[i % d] + *centre * summary.scale(i % d);
        }
        let mut statistics = Statistics::new(covariance, components, d);
        gather(&mut statistics, &centres, rows, summary, &assigned);
        Self { centres, statistics }
    }
}

/// The statistics of the rows that are assigned to each centre.
fn gather(
    statistics: &mut Statistics,
    centres: &[f64],
    rows: Rows<'_>,
    summary: &Summary,
    assigned: &[usize],
) {
    let d = rows.columns();
    let mut members = vec![Vec::new(); centres.len() / d];
    for (at, &cluster) in assigned.iter().enumerate() {
        members[cluster].push(at);
    }
    let mut scratch = Vec::new();
    for (cluster, members) in members.iter().enumerate() {
        let mut observed = Statistics::new(Covariance::Spherical, d, 1);
        for j in 0..d {
            let there = members.iter().filter(|&&at| !rows.row(at)[j].is_nan());
            let (values, shares): (Vec<_>, Vec<_>) =
                there.map(|&at| (rows.row(at)[j], rows.weight(at))).unzip();
            observed.absorb(j, &values, &shares, &mut scratch);
        }
        let seen = |j: usize| observed.counts()[j] > 0.0;
        let mean = |j: usize| if seen(j) { observed.means()[j] } else { centres[cluster * d + j] };
        for members in members.chunks(BLOCK) {
            let shares: Vec<_> = members.iter().map(|&at| rows.weight(at)).collect();
            let value = |at: usize, j: usize| rows.row(at)[j];
            let columns = (0..d).flat_map(|j| {
                let fill = mean(j);
                members.iter().map(move |&at| if value(at, j).is_nan() { fill } else { value(at, j) })
            });
            statistics.absorb(cluster, &columns.collect::<Vec<_>>(), &shares, &mut scratch);
        }
        for j in 0..d {
            let absent = members.iter().filter(|&&at| rows.row(at)[j].is_nan());
            let absent: f64 = absent.map(|&at| rows.weight(at)).sum();
            let own = observed.scatters()[j] / observed.counts()[j];
            let variance = if seen(j) { own } else { summary.variances[j] };
            statistics.spread(cluster, absent, &[j], &[variance]);
        }
    }
}

impl Covariance {
    /// The columns' own variances in every component.
    pub(crate) fn of_columns(self, components: usize, summary: &Summary) -> Vec<f64> {
        let d = summary.means.len();
        let variance = |j: usize| summary.scale(j).powi(2);
        let one: Vec<_> = match self {
            Self::Full | Self::Tied => {
                (0..d * d).map(|at| if at / d == at % d { variance(at / d) } else { 0.0 }).collect()
            }
            Self::Diagonal => (0..d).map(variance).collect(),
            Self::Spherical => vec![(0..d).map(variance).sum::<f64>() / d as f64],
        };
        if self == Self::Tied { one } else { one.repeat(components) }
    }
}
