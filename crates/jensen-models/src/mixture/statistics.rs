//! Expected sufficient statistics.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::arrays::{Arrays, Find, NamedArray};
use super::components::Components;
use super::density::{Scratch, Weighted};
use super::marginal::Marginals;
use super::pattern::Group;
use super::totals::Totals;
use super::{Covariance, GaussianMixture, MixtureError, Rows, blocks};

/// What an M step needs of the rows: for each component how much of them it answers for, their mean and their scatter.
///
/// Scatters are taken about the rows' own mean and merged by the formula of Chan, Golub & `LeVeque` (1983), of which
/// every term is positive: nothing cancels, however far the data are from zero or the model from the data. Statistics
/// of parts [`merge`](Self::merge) into those of the whole, so that data larger than memory are a fold.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    covariance: Covariance,
    columns: usize,
    counts: Vec<f64>,
    means: Vec<f64>,
    /// `Σ r (x−m)(x−m)ᵀ`, in the shape of the covariances.
    scatters: Vec<f64>,
    totals: Totals,
}

impl Statistics {
    /// Of no rows.
    pub fn new(covariance: Covariance, components: usize, columns: usize) -> Self {
        Self {
            covariance,
            columns,
            counts: vec![0.0; components],
            means: vec![0.0; components * columns],
            scatters: vec![0.0; covariance.len(components, columns)],
            totals: Totals::default(),
        }
    }

    /// Of these moments, with neither weight nor likelihood.
    pub(crate) fn of_parts(
        covariance: Covariance,
        counts: Vec<f64>,
        means: Vec<f64>,
        scatters: Vec<f64>,
    ) -> Self {
        let columns = means.len() / counts.len();
        Self { covariance, columns, counts, means, scatters, totals: Totals::default() }
    }

    /// The E step: what `mixture` expects of the rows (for missing values: Ghahramani & Jordan 1994).
    ///
    /// The result is the same bits for any number of threads.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width, or one is infinite or beyond the reach of every component.
    pub fn expect(mixture: &GaussianMixture, rows: Rows<'_>) -> Result<Self, MixtureError> {
        Self::expect_weighted(&mixture.weighted(), rows)
    }

    /// The same of components with weights that need not sum to one.
    pub(crate) fn expect_weighted(weighted: &Weighted<'_>, rows: Rows<'_>) -> Result<Self, MixtureError> {
        let of = weighted.gaussians;
        let empty = || Self::new(of.covariance(), of.components(), of.columns());
        let mut all = empty();
        blocks::fold(
            rows,
            || (empty(), Scratch::default()),
            |(statistics, scratch), rows| statistics.add(weighted, rows, scratch),
            |(part, _)| all.merge(&part),
        )?;
        Ok(all)
    }

    /// What `mixture` expects of one row of its own: the statistics of weight one whose M step is `mixture`.
    pub fn of_mixture(mixture: &GaussianMixture) -> Self {
        let mut statistics = Self::new(mixture.covariance(), mixture.components(), mixture.columns());
        statistics.totals.weight = 1.0;
        statistics.means.copy_from_slice(mixture.means());
        statistics.counts.copy_from_slice(mixture.weights());
        for (k, &weight) in mixture.weights().iter().enumerate() {
            let range = mixture.covariance().range(k, mixture.columns());
            let sum =
                if mixture.covariance() == Covariance::Spherical { mixture.columns() as f64 } else { 1.0 };
            for (scatter, covariance) in statistics.scatters[range].iter_mut().zip(mixture.covariance_of(k)) {
                *scatter += weight * sum * covariance;
            }
        }
        statistics
    }

    /// `Σ w p(k | x)`, `[K]`.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// `Σ w p(k | x) x / Nₖ`, `[K, columns]`; zero for a component without rows.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// `Σ w p(k | x) (x−m)(x−m)ᵀ` about the mean of each component, in the shape of the covariances; for spherical
    /// covariances its trace.
    pub fn scatters(&self) -> &[f64] {
        &self.scatters
    }

    /// `Σ w`.
    pub fn weight(&self) -> f64 {
        self.totals.weight
    }

    /// `Σ w log p(x)` under the mixture of the E step.
    pub fn log_likelihood(&self) -> f64 {
        self.totals.log_likelihood
    }

    /// `Σ w log p(x) / Σ w`.
    pub fn mean_log_likelihood(&self) -> f64 {
        self.totals.mean_log_likelihood()
    }

    /// What the covariances are free to be.
    pub fn covariance(&self) -> Covariance {
        self.covariance
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The statistics of both.
    ///
    /// # Panics
    /// If they are not of the same shape.
    pub fn merge(&mut self, other: &Self) {
        self.totals.merge(other.totals);
        self.merge_moments(other);
    }

    /// The same of counts, means and scatters alone.
    pub(crate) fn merge_moments(&mut self, other: &Self) {
        assert_eq!(
            (self.covariance, self.columns, self.counts.len()),
            (other.covariance, other.columns, other.counts.len()),
            "statistics of different mixtures do not merge"
        );
        for (scatter, more) in self.scatters.iter_mut().zip(&other.scatters) {
            *scatter += more;
        }
        for (k, mean) in other.means.chunks_exact(self.columns).enumerate() {
            self.move_mean(k, other.counts[k], mean);
        }
    }

    /// The statistics of the same rows with all weights `factor` times what they were.
    pub fn scale(&mut self, factor: f64) {
        self.totals.weight *= factor;
        self.totals.log_likelihood *= factor;
        for number in self.counts.iter_mut().chain(&mut self.scatters) {
            *number *= factor;
        }
    }

    /// Adds what is expected of a block.
    fn add(
        &mut self,
        weighted: &Weighted<'_>,
        rows: Rows<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), MixtureError> {
        let mut completed = Vec::new();
        for group in weighted.counted(rows)? {
            let marginals = weighted.marginals(&group)?;
            weighted.posterior(&group, &marginals, scratch);
            scratch.weigh(rows, &group, &mut self.totals)?;
            for (k, share) in scratch.joint.chunks_exact(group.rows.len()).enumerate() {
                self.share_out(k, &group, &marginals, share, &mut scratch.pair, &mut completed);
            }
        }
        Ok(())
    }

    /// Adds the rows of a group to a component, `share` of each.
    pub(crate) fn share_out(
        &mut self,
        k: usize,
        group: &Group,
        marginals: &Marginals<'_>,
        share: &[f64],
        pair: &mut [Vec<f64>; 2],
        completed: &mut Vec<f64>,
    ) {
        if group.missing.is_empty() {
            self.absorb(k, &group.values, share, &mut pair[0]);
        } else {
            marginals.complete(k, pair, completed);
            let count = self.absorb(k, completed, share, &mut pair[0]);
            self.spread(k, count, &group.missing, marginals.residual(k));
        }
    }

    /// Adds rows, `[rows, columns]` column-major, with `share` of each. Gives how many they count as.
    pub(crate) fn absorb(&mut self, k: usize, values: &[f64], share: &[f64], scratch: &mut Vec<f64>) -> f64 {
        let (n, d) = (share.len(), self.columns);
        let count: f64 = share.iter().sum();
        if count < f64::MIN_POSITIVE {
            return 0.0;
        }
        let mut mean = vec![0.0; d];
        matmul(
            MatMut::from_column_major_slice_mut(&mut mean, d, 1),
            Accum::Replace,
            MatRef::from_column_major_slice(values, n, d).transpose(),
            MatRef::from_column_major_slice(share, n, 1),
            1.0 / count,
            Par::Seq,
        );
        let scatter = &mut self.scatters[self.covariance.range(k, d)];
        if self.covariance.is_dense() {
            let roots: Vec<_> = share.iter().map(|share| share.sqrt()).collect();
            scratch.resize(n * d, 0.0);
            for ((out, values), mean) in scratch.chunks_exact_mut(n).zip(values.chunks_exact(n)).zip(&mean) {
                for ((out, value), root) in out.iter_mut().zip(values).zip(&roots) {
                    *out = (value - mean) * root;
                }
            }
            let centred = MatRef::from_column_major_slice(scratch, n, d);
            let out = MatMut::from_column_major_slice_mut(scatter, d, d);
            matmul(out, Accum::Add, centred.transpose(), centred, 1.0, Par::Seq);
        } else {
            for (j, (values, mean)) in values.chunks_exact(n).zip(&mean).enumerate() {
                let squares = values.iter().zip(share).map(|(value, share)| share * (value - mean).powi(2));
                let last = scatter.len() - 1;
                scatter[j.min(last)] += squares.sum::<f64>();
            }
        }
        self.move_mean(k, count, &mean);
        count
    }

    /// Adds `count` times a covariance of the missing columns: what is not known of them.
    pub(crate) fn spread(&mut self, k: usize, count: f64, missing: &[usize], residual: &[f64]) {
        let d = self.columns;
        let scatter = &mut self.scatters[self.covariance.range(k, d)];
        let last = scatter.len() - 1;
        for (a, &i) in missing.iter().enumerate() {
            if self.covariance.is_dense() {
                for (b, &j) in missing.iter().enumerate() {
                    scatter[j * d + i] += count * residual[b * missing.len() + a];
                }
            } else {
                scatter[i.min(last)] += count * residual[a];
            }
        }
    }

    /// Takes `count` rows of another mean in: the counts, the mean and the scatter between the two.
    fn move_mean(&mut self, k: usize, count: f64, mean: &[f64]) {
        if count == 0.0 {
            return;
        }
        let d = self.columns;
        let total = self.counts[k] + count;
        let between = self.counts[k] * (count / total);
        let own = &mut self.means[k * d..(k + 1) * d];
        let step: Vec<_> = mean.iter().zip(own.iter()).map(|(mean, own)| mean - own).collect();
        let scatter = &mut self.scatters[self.covariance.range(k, d)];
        if between > 0.0 {
            let last = scatter.len() - 1;
            for (i, a) in step.iter().enumerate() {
                if self.covariance.is_dense() {
                    for (scatter, b) in scatter[i * d..(i + 1) * d].iter_mut().zip(&step) {
                        *scatter += between * a * b;
                    }
                } else {
                    scatter[i.min(last)] += between * a * a;
                }
            }
        }
        for (own, step) in own.iter_mut().zip(&step) {
            *own += step * (count / total);
        }
        self.counts[k] = total;
    }
}

/// A pass that was interrupted goes on from them with the same bits.
impl Arrays for Statistics {
    type Kind = Covariance;

    fn kind(&self) -> Covariance {
        self.covariance
    }

    fn from_arrays<'a>(
        covariance: Covariance,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let counts = array.find_amounts("counts")?;
        let components = counts.len();
        let columns = array.find("means")?.0.last().copied().unwrap_or(0);
        if columns == 0 {
            return Err(MixtureError::Parameter { name: "means", problem: "is empty".into() });
        }
        Ok(Self {
            covariance,
            columns,
            counts,
            means: array.find_shaped("means", &[components, columns])?,
            scatters: array.find_shaped("scatters", &covariance.shape(components, columns))?,
            totals: Totals::find(&array)?,
        })
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let (k, d) = (self.counts.len(), self.columns);
        vec![
            NamedArray::new("counts", vec![k], &self.counts),
            NamedArray::new("means", vec![k, d], &self.means),
            NamedArray::new("scatters", self.covariance.shape(k, d), &self.scatters),
            self.totals.to_array(),
        ]
    }
}
