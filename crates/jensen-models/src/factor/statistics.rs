//! Expected sufficient statistics.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::FactorMixture;
use super::marginal::Marginals;
use crate::mixture::arrays::{Arrays, Find, NamedArray};
use crate::mixture::components::Components;
use crate::mixture::density::Scratch;
use crate::mixture::pattern::Group;
use crate::mixture::totals::Totals;
use crate::mixture::{MixtureError, Rows, blocks};

/// What an M step needs of the rows: for each component how much of them it answers for, and the mean and scatter of
/// the pair `(x, z)` of a row and its factors, of `x` with itself only what is on the diagonal.
///
/// Scatters are about the rows' own mean and [`merge`](Self::merge) by the formula of Chan, Golub & `LeVeque` (1983),
/// of which every term is positive, as in [`Statistics`](crate::mixture::Statistics).
#[derive(Clone, Debug, PartialEq)]
pub struct FactorStatistics {
    columns: usize,
    latents: usize,
    counts: Vec<f64>,
    /// Of the pair, `[K, columns + latents]`.
    means: Vec<f64>,
    /// `Σ r (x−m)²`, `[K, columns]`.
    squares: Vec<f64>,
    /// `Σ r (x−m)(z−m)ᵀ`, `[K, columns, latents]`.
    cross: Vec<f64>,
    /// `Σ r (z−m)(z−m)ᵀ`, `[K, latents, latents]`.
    scatters: Vec<f64>,
    totals: Totals,
}

impl FactorStatistics {
    /// Of no rows.
    pub fn new(components: usize, columns: usize, latents: usize) -> Self {
        Self {
            columns,
            latents,
            counts: vec![0.0; components],
            means: vec![0.0; components * (columns + latents)],
            squares: vec![0.0; components * columns],
            cross: vec![0.0; components * columns * latents],
            scatters: vec![0.0; components * latents * latents],
            totals: Totals::default(),
        }
    }

    /// The E step: what `mixture` expects of the rows and of their factors (Ghahramani & Hinton 1997). Missing values
    /// are latent as the factors are.
    ///
    /// The result is the same bits for any number of threads.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width, or one is infinite or beyond the reach of every component.
    pub fn expect(mixture: &FactorMixture, rows: Rows<'_>) -> Result<Self, MixtureError> {
        let empty = || Self::new(mixture.components(), mixture.columns(), mixture.latents());
        let mut all = empty();
        blocks::fold(
            rows,
            || (empty(), Scratch::default()),
            |(statistics, scratch), rows| statistics.add(mixture, rows, scratch),
            |(part, _)| all.merge(&part),
        )?;
        Ok(all)
    }

    /// `Σ w p(k | x)`, `[K]`.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// The mean of one component's pairs `(x, z)`, `[columns + latents]`; zero without rows.
    pub fn mean(&self, component: usize) -> &[f64] {
        let width = self.columns + self.latents;
        &self.means[component * width..(component + 1) * width]
    }

    /// `Σ r (x−m)²` of one component, `[columns]`.
    pub fn squares(&self, component: usize) -> &[f64] {
        &self.squares[component * self.columns..(component + 1) * self.columns]
    }

    /// `Σ r (x−m)(z−m)ᵀ` of one component, `[columns, latents]`.
    pub fn cross(&self, component: usize) -> &[f64] {
        let size = self.columns * self.latents;
        &self.cross[component * size..(component + 1) * size]
    }

    /// `Σ r (z−m)(z−m)ᵀ` of one component, `[latents, latents]`.
    pub fn scatter(&self, component: usize) -> &[f64] {
        let size = self.latents * self.latents;
        &self.scatters[component * size..(component + 1) * size]
    }

    /// `[K, columns, latents]`.
    pub(super) fn shape(&self) -> [usize; 3] {
        [self.counts.len(), self.columns, self.latents]
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

    /// The statistics of both.
    ///
    /// # Panics
    /// If they are not of the same shape.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.shape(), other.shape(), "statistics of different mixtures do not merge");
        self.totals.merge(other.totals);
        for (own, more) in [
            (&mut self.squares, &other.squares),
            (&mut self.cross, &other.cross),
            (&mut self.scatters, &other.scatters),
        ] {
            own.iter_mut().zip(more).for_each(|(own, more)| *own += more);
        }
        for k in 0..other.counts.len() {
            self.move_mean(k, other.counts[k], other.mean(k));
        }
    }

    /// Adds what `mixture` expects of a block.
    fn add(
        &mut self,
        mixture: &FactorMixture,
        rows: Rows<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), MixtureError> {
        let mut completed = Vec::new();
        for group in mixture.counted(rows)? {
            let marginals = mixture.marginals(&group)?;
            mixture.posterior(&group, &marginals, scratch);
            scratch.weigh(rows, &group, &mut self.totals)?;
            for (k, share) in scratch.joint.chunks_exact(group.rows.len()).enumerate() {
                marginals.complete(k, &mut scratch.pair, &mut completed);
                let count = self.absorb(k, &mut completed, share);
                self.spread(mixture, k, count, &group, &marginals);
            }
        }
        Ok(())
    }

    /// Adds pairs, `[rows, columns + latents]` column-major, with `share` of each. Gives how many they count as.
    fn absorb(&mut self, k: usize, pairs: &mut [f64], share: &[f64]) -> f64 {
        let (n, d, q) = (share.len(), self.columns, self.latents);
        let count: f64 = share.iter().sum();
        if count < f64::MIN_POSITIVE {
            return 0.0;
        }
        let mut mean = vec![0.0; d + q];
        matmul(
            MatMut::from_column_major_slice_mut(&mut mean, d + q, 1),
            Accum::Replace,
            MatRef::from_column_major_slice(pairs, n, d + q).transpose(),
            MatRef::from_column_major_slice(share, n, 1),
            1.0 / count,
            Par::Seq,
        );
        let roots: Vec<_> = share.iter().map(|share| share.sqrt()).collect();
        for (column, mean) in pairs.chunks_exact_mut(n).zip(&mean) {
            for (value, root) in column.iter_mut().zip(&roots) {
                *value = (*value - mean) * root;
            }
        }
        let (columns, latents) = pairs.split_at(n * d);
        for (square, column) in self.squares[k * d..(k + 1) * d].iter_mut().zip(columns.chunks_exact(n)) {
            *square += column.iter().map(|value| value * value).sum::<f64>();
        }
        let columns = MatRef::from_column_major_slice(columns, n, d);
        let latents = MatRef::from_column_major_slice(latents, n, q);
        // `[columns, latents]` row-major is `[latents, columns]` column-major.
        let cross = MatMut::from_column_major_slice_mut(&mut self.cross[k * d * q..(k + 1) * d * q], q, d);
        matmul(cross, Accum::Add, latents.transpose(), columns, 1.0, Par::Seq);
        let scatter =
            MatMut::from_column_major_slice_mut(&mut self.scatters[k * q * q..(k + 1) * q * q], q, q);
        matmul(scatter, Accum::Add, latents.transpose(), latents, 1.0, Par::Seq);
        self.move_mean(k, count, &mean);
        count
    }

    /// Adds `count` times the covariance of what is not known: the factors, and the missing columns by them.
    fn spread(
        &mut self,
        mixture: &FactorMixture,
        k: usize,
        count: f64,
        group: &Group,
        marginals: &Marginals<'_>,
    ) {
        let (d, q) = (self.columns, self.latents);
        let covariance = marginals.covariance(k);
        for a in 0..q {
            for b in 0..q {
                self.scatters[k * q * q + a * q + b] += count * covariance[(a, b)];
            }
        }
        for &j in &group.missing {
            let loading = mixture.loading(k, j);
            let mut variance = mixture.variance(k, j);
            for a in 0..q {
                let with: f64 = (0..q).map(|b| covariance[(a, b)] * loading[b]).sum();
                self.cross[(k * d + j) * q + a] += count * with;
                variance += loading[a] * with;
            }
            self.squares[k * d + j] += count * variance;
        }
    }

    /// Takes `count` pairs of another mean in: the counts, the mean and the scatter between the two.
    fn move_mean(&mut self, k: usize, count: f64, mean: &[f64]) {
        if count == 0.0 {
            return;
        }
        let (d, q) = (self.columns, self.latents);
        let total = self.counts[k] + count;
        let between = self.counts[k] * (count / total);
        let own = &mut self.means[k * (d + q)..(k + 1) * (d + q)];
        let step: Vec<_> = mean.iter().zip(own.iter()).map(|(mean, own)| mean - own).collect();
        for (own, step) in own.iter_mut().zip(&step) {
            *own += step * (count / total);
        }
        self.counts[k] = total;
        let (columns, latents) = step.split_at(d);
        let spread = |out: &mut [f64], left: &[f64], right: &[f64]| {
            for (out, left) in out.chunks_exact_mut(right.len()).zip(left) {
                out.iter_mut().zip(right).for_each(|(out, right)| *out += between * left * right);
            }
        };
        spread(&mut self.cross[k * d * q..(k + 1) * d * q], columns, latents);
        spread(&mut self.scatters[k * q * q..(k + 1) * q * q], latents, latents);
        for (square, step) in self.squares[k * d..(k + 1) * d].iter_mut().zip(columns) {
            *square += between * step * step;
        }
    }
}

/// A pass that was interrupted goes on from them with the same bits.
impl Arrays for FactorStatistics {
    type Kind = ();

    fn kind(&self) {}

    fn to_arrays(&self) -> Vec<NamedArray> {
        let [k, d, q] = self.shape();
        vec![
            NamedArray::new("counts", vec![k], &self.counts),
            NamedArray::new("means", vec![k, d + q], &self.means),
            NamedArray::new("squares", vec![k, d], &self.squares),
            NamedArray::new("cross", vec![k, d, q], &self.cross),
            NamedArray::new("scatters", vec![k, q, q], &self.scatters),
            self.totals.to_array(),
        ]
    }

    fn from_arrays<'a>(
        (): (),
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let counts = array.find_amounts("counts")?;
        let [columns, latents] = ["squares", "scatters"]
            .map(|name| array.find(name).map(|(shape, _)| shape.last().copied().unwrap_or(0)));
        let (k, d, q) = (counts.len(), columns?, latents?);
        Ok(Self {
            columns: d,
            latents: q,
            counts,
            means: array.find_shaped("means", &[k, d + q])?,
            squares: array.find_shaped("squares", &[k, d])?,
            cross: array.find_shaped("cross", &[k, d, q])?,
            scatters: array.find_shaped("scatters", &[k, q, q])?,
            totals: Totals::find(&array)?,
        })
    }
}
