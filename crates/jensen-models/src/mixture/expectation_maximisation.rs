//! The iteration that all mixtures have in common.

use super::{GaussianMixture, MixtureError, RowSource, Rows};

/// A model with a latent choice for each row, learned by expectation–maximisation (Dempster, Laird & Rubin 1977).
///
/// Both steps raise one [`objective`](Self::objective), the free energy of Neal & Hinton (1998): the E step over what
/// is believed of the latents, the M step over the parameters. So the same loop learns a maximum of the likelihood, a
/// maximum with a penalty, and a variational posterior, whose parameters are those of a distribution over parameters.
///
/// What the E step believes of rows it says as statistics, and those of parts merge into those of the whole: a pass
/// over data larger than memory is a fold over its blocks.
///
/// # Example
/// ```
/// use jensen_models::mixture::{Covariance, ExpectationMaximisation, GaussianMixture, Regularisation, Rows};
/// let values = [0.1, -0.2, 0.0, 3.9, 4.2, 4.0];
/// let (weights, means) = (vec![0.5, 0.5], vec![0.0, 1.0]);
/// let start = GaussianMixture::new(Covariance::Spherical, 1, weights, means, vec![1.0, 1.0])?;
/// let rows = Rows::new(&values, 1)?;
/// let mut statistics = start.no_rows();
/// for block in values.chunks(2) {
///     GaussianMixture::merge(&mut statistics, &start.expect(Rows::new(block, 1)?)?);
/// }
/// let next = ExpectationMaximisation::maximise(&start, &statistics, &Regularisation::none(1))?;
/// assert!(next.expect(rows)?.log_likelihood() > statistics.log_likelihood());
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
pub trait ExpectationMaximisation: Sized {
    /// What the M step needs of the rows.
    type Statistics: std::fmt::Debug;

    /// What the M step is told besides: what keeps parameters from the ends where the likelihood has no maximum.
    type Regularisation: std::fmt::Debug + ?Sized;

    /// How many numbers a row has.
    fn columns(&self) -> usize;

    /// The statistics of no rows.
    fn no_rows(&self) -> Self::Statistics;

    /// The E step: the statistics of rows. The same bits for any number of threads.
    ///
    /// # Errors
    /// If the rows are not the model's.
    fn expect(&self, rows: Rows<'_>) -> Result<Self::Statistics, MixtureError>;

    /// Adds the statistics of further rows to those of `all` before.
    ///
    /// # Panics
    /// If they are not of the same shape.
    fn merge(all: &mut Self::Statistics, part: &Self::Statistics);

    /// `Σ w` of the rows.
    fn weight(statistics: &Self::Statistics) -> f64;

    /// The M step: the model with the parameters that are best for the statistics.
    ///
    /// # Errors
    /// [`MixtureError::NoRows`], or what parameters can come to.
    ///
    /// # Panics
    /// If the statistics are of another shape.
    fn maximise(
        &self,
        statistics: &Self::Statistics,
        regularisation: &Self::Regularisation,
    ) -> Result<Self, MixtureError>;

    /// What no iteration lowers, in nats over all rows, from the statistics that this very model expects of them.
    fn objective(&self, statistics: &Self::Statistics, regularisation: &Self::Regularisation) -> f64;

    /// Of all models with the same density, the one that is told of: what is learned need not say which.
    fn canonical(&self) -> Self
    where
        Self: Clone,
    {
        self.clone()
    }

    /// The E step over data of any size.
    ///
    /// # Errors
    /// As [`expect`](Self::expect), those of the source, and [`MixtureError::NoRows`] for data without weight.
    fn expect_all(&self, source: &dyn RowSource) -> Result<Self::Statistics, MixtureError> {
        let mut all = self.no_rows();
        source.pass(&mut |rows: Rows<'_>| {
            Self::merge(&mut all, &self.expect(rows)?);
            Ok(())
        })?;
        if Self::weight(&all) > 0.0 { Ok(all) } else { Err(MixtureError::NoRows) }
    }

    /// Iterations from this model on, a pass over the data for each and one more. The end is where the objective, as a
    /// mean over rows, changes by less than `tolerance`.
    ///
    /// # Errors
    /// Those of the two steps and of the source.
    fn em(
        self,
        source: &dyn RowSource,
        regularisation: &Self::Regularisation,
        iterations: usize,
        tolerance: f64,
    ) -> Result<Fitted<Self>, MixtureError> {
        let expect = |mixture: &Self| {
            let statistics = mixture.expect_all(source)?;
            let mean = mixture.objective(&statistics, regularisation) / Self::weight(&statistics);
            Ok((statistics, mean))
        };
        let maximise = |mixture: &Self, statistics: &_| mixture.maximise(statistics, regularisation);
        let Ascent { model, statistics, history, converged } =
            ascend(self, expect, maximise, iterations, tolerance)?;
        Ok(Fitted { mixture: model, statistics, history, converged })
    }
}

/// Where iterations came to.
pub(crate) struct Ascent<M, S> {
    pub model: M,
    pub statistics: S,
    pub history: Vec<f64>,
    pub converged: bool,
}

/// The two steps in turn, from a model on. `expect` gives statistics and the objective, a mean over rows; the end is where
/// that changes by less than `tolerance`.
pub(crate) fn ascend<M, S, E>(
    model: M,
    expect: impl Fn(&M) -> Result<(S, f64), E>,
    maximise: impl Fn(&M, &S) -> Result<M, E>,
    iterations: usize,
    tolerance: f64,
) -> Result<Ascent<M, S>, E> {
    let (statistics, mut before) = expect(&model)?;
    let mut ascent = Ascent { model, statistics, history: vec![before], converged: false };
    for _ in 0..iterations {
        ascent.model = maximise(&ascent.model, &ascent.statistics)?;
        let (statistics, now) = expect(&ascent.model)?;
        ascent.statistics = statistics;
        ascent.history.push(now);
        if (now - before).abs() < tolerance {
            ascent.converged = true;
            break;
        }
        before = now;
    }
    Ok(ascent)
}

/// What expectation–maximisation came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted<M: ExpectationMaximisation = GaussianMixture> {
    /// The mixture.
    pub mixture: M,
    /// Its statistics of all rows, the log-likelihood among them.
    pub statistics: M::Statistics,
    /// The objective of the beginning and after each iteration, as a mean over rows: of a Gaussian mixture the mean
    /// log-likelihood.
    pub history: Vec<f64>,
    /// Whether it changed by less than the tolerance at the end.
    pub converged: bool,
}

impl<M: ExpectationMaximisation> Fitted<M> {
    /// The objective at the end, as a mean over rows.
    pub fn objective(&self) -> f64 {
        self.history[self.history.len() - 1]
    }
}
