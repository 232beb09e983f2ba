//! What states and actions are allowed.

/// A box: each number of a vector has a lower and an upper limit, which may be infinite.
///
/// ```
/// let torque = jensen_control::Limits::symmetric(&[0.65])?;
/// let mut action = [2.0];
/// torque.clamp(&mut action);
/// assert_eq!(action, [0.65]);
/// # Ok::<(), jensen_control::LimitsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    low: Vec<f64>,
    high: Vec<f64>,
}

/// Limits that leave nothing.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("number {index} is limited to [{low}, {high}]: the lower limit must be the smaller number")]
pub struct LimitsError {
    /// Which number of the vector, counted from 0.
    pub index: usize,
    /// Its lower limit.
    pub low: f64,
    /// Its upper limit.
    pub high: f64,
}

impl Limits {
    /// The box between two corners.
    ///
    /// # Errors
    /// When a lower limit is above its upper one, or one of them is not a number.
    ///
    /// # Panics
    /// When the corners are not of one length.
    pub fn new(low: &[f64], high: &[f64]) -> Result<Self, LimitsError> {
        assert_eq!(low.len(), high.len(), "each number has one lower and one upper limit");
        for (index, (&low, &high)) in low.iter().zip(high).enumerate() {
            // No number is at once above +∞ or below −∞ either.
            if !(low <= high && low < f64::INFINITY && high > f64::NEG_INFINITY) {
                return Err(LimitsError { index, low, high });
            }
        }
        Ok(Self { low: low.to_vec(), high: high.to_vec() })
    }

    /// `−bound ≤ u ≤ bound`.
    ///
    /// # Errors
    /// When a bound is negative or not a number.
    pub fn symmetric(bound: &[f64]) -> Result<Self, LimitsError> {
        let low: Vec<f64> = bound.iter().map(|b| -b).collect();
        Self::new(&low, bound)
    }

    /// Limits at `±bound` that are written in a task.
    pub(crate) fn of_task(bound: &[f64]) -> Self {
        Self::symmetric(bound).expect("the limits of a task are constants above zero")
    }

    /// All vectors of `count` numbers.
    pub fn unbounded(count: usize) -> Self {
        Self { low: vec![f64::NEG_INFINITY; count], high: vec![f64::INFINITY; count] }
    }

    /// The lower limits.
    pub fn low(&self) -> &[f64] {
        &self.low
    }

    /// The upper limits.
    pub fn high(&self) -> &[f64] {
        &self.high
    }

    /// How many numbers are limited.
    pub fn len(&self) -> usize {
        self.low.len()
    }

    /// Whether there are no numbers at all.
    pub fn is_empty(&self) -> bool {
        self.low.is_empty()
    }

    /// Moves vectors, one after the other in one slice, to the nearest allowed ones; what is not a number stays so.
    ///
    /// # Panics
    /// When the slice does not hold whole vectors.
    pub fn clamp(&self, vectors: &mut [f64]) {
        let count = self.len();
        assert!(vectors.len().is_multiple_of(count), "{} numbers are no vectors of {count}", vectors.len());
        for vector in vectors.chunks_exact_mut(count) {
            for ((x, &low), &high) in vector.iter_mut().zip(&self.low).zip(&self.high) {
                *x = x.clamp(low, high);
            }
        }
    }

    /// Whether every number of a vector is within its limits.
    pub fn contain(&self, vector: &[f64]) -> bool {
        let mut numbers = vector.iter().zip(&self.low).zip(&self.high);
        numbers.all(|((x, low), high)| (*low..=*high).contains(x))
    }

    /// How far a gradient step moves a vector at most, `|clamp(u − slope) − u|`.
    pub(crate) fn push(&self, vector: &[f64], slope: &[f64]) -> f64 {
        let limits = self.low.iter().zip(&self.high);
        let moves =
            vector.iter().zip(slope).zip(limits).map(|((u, s), (l, h))| ((u - s).clamp(*l, *h) - u).abs());
        moves.fold(0.0, f64::max)
    }
}
