//! Several beginnings, of which the best is kept.

use jensen_random::Rng;

use super::arrays::Arrays;
use super::options::{one_or_more, zero_or_more};
use super::{EmLearner, ExpectationMaximisation, Fitted, MixtureError, RowSource, Rows, Subsample};

/// How many beginnings are tried, on what, and how far each is taken: what the options of all mixtures have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restarts {
    pub initialisations: usize,
    pub subsample: usize,
    pub iterations: usize,
    pub tolerance: f64,
}

impl Restarts {
    /// That they make sense, whatever the data.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for the first that does not.
    pub fn check(&self) -> Result<(), MixtureError> {
        one_or_more("initialisations", self.initialisations)?;
        one_or_more("subsample", self.subsample)?;
        zero_or_more("tolerance", self.tolerance)
    }

    /// The best of the beginnings, taken to the end on a subsample that fits in memory, then taken to the end on all
    /// rows. Where the subsample is all rows, that is the best of so many whole runs. `begin` makes the model of the
    /// subsample that has this number, by draws of its own.
    ///
    /// # Errors
    /// Those of the source, and that of the first beginning if all fail.
    pub fn fit<M: ExpectationMaximisation>(
        self,
        source: &dyn RowSource,
        regularisation: &M::Regularisation,
        begin: impl Fn(Rows<'_>, u64, &Rng) -> Result<M, MixtureError>,
        rng: &Rng,
    ) -> Result<Fitted<M>, MixtureError> {
        let subsample = Subsample::draw(source, self.subsample, rng)?;
        let rows = subsample.rows()?;
        let run = |at| {
            let start = begin(rows, at, &beginning(rng, at))?;
            start.em(&rows, regularisation, self.iterations, self.tolerance)
        };
        let best = best_of(self.initialisations, run, Fitted::objective)?;
        if subsample.complete {
            return Ok(best);
        }
        best.mixture.em(source, regularisation, self.iterations, self.tolerance)
    }

    /// A learner whose beginnings go through the same passes over all rows, so many of that weight together. They are found
    /// on a subsample of `source`. One that fails is passed over while there are others.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn learner<M>(
        self,
        source: &dyn RowSource,
        rows_and_weight: (u64, f64),
        regularisation: M::Regularisation,
        begin: impl Fn(Rows<'_>, u64, &Rng) -> Result<M, MixtureError>,
        rng: &Rng,
    ) -> Result<EmLearner<M>, MixtureError>
    where
        M: ExpectationMaximisation<Regularisation: Sized, Statistics: Arrays> + Arrays + Clone,
    {
        let subsample = Subsample::draw(source, self.subsample, rng)?;
        let rows = subsample.rows()?;
        let (mut begun, mut failure) = (Vec::new(), None);
        for at in 0..self.initialisations as u64 {
            match begin(rows, at, &beginning(rng, at)) {
                Ok(model) => begun.push(model),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if begun.is_empty() => Err(error),
            _ => Ok(EmLearner::new(begun, regularisation, rows_and_weight, self.tolerance)),
        }
    }
}

/// The draws of the beginning of this number.
pub(crate) fn beginning<'a>(rng: &Rng<'a>, at: u64) -> Rng<'a> {
    rng.fork("beginning").at(at)
}

/// What has the highest merit among so many runs. One that fails is passed over while there are others.
///
/// # Errors
/// That of the first, if all fail.
pub(crate) fn best_of<T, E>(
    runs: usize,
    run: impl Fn(u64) -> Result<T, E>,
    merit: impl Fn(&T) -> f64,
) -> Result<T, E> {
    let mut best = run(0);
    for at in 1..runs as u64 {
        let next = run(at);
        let better = match (&best, &next) {
            (Ok(best), Ok(next)) => merit(next) > merit(best),
            (Err(_), Ok(_)) => true,
            (_, Err(_)) => false,
        };
        if better {
            best = next;
        }
    }
    best
}
