//! One of several beginnings on its way through expectation–maximisation.

use burn::tensor::TensorData;
use jensen_infer::{InferError, StateDict};

use super::arrays::Arrays;
use super::state::{from_state, to_state};
use super::{ExpectationMaximisation, MixtureError};

/// A model that is learned, and what has been seen of the epoch under way.
#[derive(Debug)]
pub(crate) struct Candidate<M: ExpectationMaximisation> {
    pub model: M,
    pub statistics: M::Statistics,
    /// The objective of the last whole epoch, mean over rows; 0 before there was one, for states hold finite numbers.
    objective: f64,
    course: Course,
}

/// Whether it still moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// No whole epoch has been seen.
    New,
    Rising,
    Converged,
    LeftBehind,
}

impl Course {
    const ALL: [Self; 4] = [Self::New, Self::Rising, Self::Converged, Self::LeftBehind];
}

impl<M: ExpectationMaximisation> Candidate<M> {
    /// One that has seen nothing.
    pub fn new(model: M) -> Self {
        let statistics = model.no_rows();
        Self { model, statistics, objective: 0.0, course: Course::New }
    }

    pub fn is_rising(&self) -> bool {
        matches!(self.course, Course::New | Course::Rising)
    }

    pub fn is_left_behind(&self) -> bool {
        self.course == Course::LeftBehind
    }

    /// It takes no further part.
    pub fn leave_behind(&mut self) {
        self.course = Course::LeftBehind;
    }

    /// Whether it is ahead of another.
    pub fn leads(&self, other: &Self) -> bool {
        !self.is_left_behind() && (other.is_left_behind() || self.objective > other.objective)
    }

    /// The end of an epoch: the M step, unless the objective, a mean over rows that weigh `weight`, has changed by less
    /// than `tolerance` since the last one.
    ///
    /// # Errors
    /// Those of the M step, after which it is left behind.
    pub fn iterate(
        &mut self,
        regularisation: &M::Regularisation,
        weight: f64,
        tolerance: f64,
    ) -> Result<(), MixtureError> {
        let statistics = std::mem::replace(&mut self.statistics, self.model.no_rows());
        if !self.is_rising() {
            return Ok(());
        }
        let (course, before) = (self.course, self.objective);
        self.objective = self.model.objective(&statistics, regularisation) / weight;
        self.course = Course::Rising;
        if course == Course::Rising && (self.objective - before).abs() < tolerance {
            self.course = Course::Converged;
            return Ok(());
        }
        match self.model.maximise(&statistics, regularisation) {
            Ok(model) => {
                self.model = model;
                Ok(())
            }
            Err(error) => {
                self.leave_behind();
                Err(error)
            }
        }
    }
}

impl<M: ExpectationMaximisation<Statistics: Arrays> + Arrays> Candidate<M> {
    /// Everything that it goes on from.
    pub fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.extend_prefixed("model", to_state(&self.model));
        state.extend_prefixed("statistics", to_state(&self.statistics));
        state.insert("objective", TensorData::new(vec![self.objective], [1]));
        state.insert("course", TensorData::new(vec![self.course as u8], [1]));
        state
    }

    /// One of the same kind, going on from a state of the same shapes.
    ///
    /// # Errors
    /// [`InferError::State`] if it holds the numbers of no such model.
    pub fn with_state(&self, state: &StateDict) -> Result<Self, InferError> {
        let course = state.get("course").and_then(|course| course.iter::<u8>().next());
        let course = course.and_then(|course| Course::ALL.get(usize::from(course)).copied());
        let objective = state.get("objective").and_then(|objective| objective.iter::<f64>().next());
        let (Some(course), Some(objective)) = (course, objective) else {
            return Err(InferError::State { detail: "it is on no course".to_owned() });
        };
        Ok(Self {
            model: from_state(self.model.kind(), &state.with_prefix_removed("model"))?,
            statistics: from_state(self.statistics.kind(), &state.with_prefix_removed("statistics"))?,
            objective,
            course,
        })
    }
}
