//! What is known of a state.

use super::PlanningError;
use super::noise::columns_of_root;
use super::product::dot;

/// A noisy view of the state, `y = h(x) + Σⱼ Gⱼ(x) ηⱼ` with independent standard normal `ηⱼ`.
pub trait Sensor: Sync {
    /// How many numbers an observation has, `p`.
    fn observation_dim(&self) -> usize;

    /// How many sources of noise there are, `k`.
    fn sources(&self) -> usize;

    /// Writes the observation, the sources and their derivatives at a state: every number of `at`.
    fn expand(&self, state: &[f64], at: &mut SensorExpansion);
}

/// `h(x + δx) ≈ y + H δx` and `Gⱼ(x + δx) ≈ Gⱼ + Dⱼ δx`.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorExpansion {
    /// `h(x)`: `[p]`.
    pub observation: Vec<f64>,
    /// `H`: `[p, n]`.
    pub by_state: Vec<f64>,
    /// `Gⱼ`: `[k, p]`.
    pub sources: Vec<f64>,
    /// `Dⱼ`: `[k, p, n]`.
    pub sources_by_state: Vec<f64>,
}

impl SensorExpansion {
    /// Room for the expansion of a sensor over `n` state numbers.
    pub fn zeros(sensor: &dyn Sensor, n: usize) -> Self {
        let (p, k) = (sensor.observation_dim(), sensor.sources());
        Self {
            observation: vec![0.0; p],
            by_state: vec![0.0; p * n],
            sources: vec![0.0; k * p],
            sources_by_state: vec![0.0; k * p * n],
        }
    }
}

/// `y = H x + Σⱼ (dⱼ + Dⱼ x) ηⱼ`.
///
/// ```
/// use jensen_control::{LinearSensor, Sensor};
///
/// // The position of (position, speed), with a standard deviation of 0.1.
/// let ruler = LinearSensor::new(2, &[1.0, 0.0], &[0.01])?;
/// assert_eq!(ruler.observation_dim(), 1);
/// # Ok::<(), jensen_control::PlanningError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinearSensor {
    n: usize,
    at_zero: SensorExpansion,
}

impl LinearSensor {
    /// The sensor `H`, `[p, n]`, with noise of a covariance, `[p, p]`.
    ///
    /// # Errors
    /// When a number is not finite or the covariance is not symmetric or has a negative eigenvalue.
    ///
    /// # Panics
    /// When a matrix is not of this size.
    pub fn new(n: usize, by_state: &[f64], covariance: &[f64]) -> Result<Self, PlanningError> {
        assert!(
            n > 0 && by_state.len().is_multiple_of(n),
            "a sensor has {n} numbers for each of an observation"
        );
        super::error::finite("sensor", by_state)?;
        let p = by_state.len() / n;
        let sources = columns_of_root("covariance of the sensor's noise", covariance, p)?;
        let at_zero = SensorExpansion {
            observation: vec![0.0; p],
            by_state: by_state.to_vec(),
            sources_by_state: vec![0.0; sources.len() * n],
            sources,
        };
        Ok(Self { n, at_zero })
    }

    /// Adds a source `D x`, with `D` of `[p, n]`.
    ///
    /// # Panics
    /// When the matrix is not of this size.
    pub fn with_state_noise(mut self, by_state: &[f64]) -> Self {
        assert_eq!(
            by_state.len(),
            self.at_zero.by_state.len(),
            "noise of a sensor is a matrix of the sensor's size"
        );
        self.at_zero.sources_by_state.extend_from_slice(by_state);
        self.at_zero.sources.resize(self.at_zero.sources_by_state.len() / self.n, 0.0);
        self
    }
}

impl Sensor for LinearSensor {
    fn observation_dim(&self) -> usize {
        self.at_zero.observation.len()
    }

    fn sources(&self) -> usize {
        self.at_zero.sources.len() / self.at_zero.observation.len()
    }

    fn expand(&self, state: &[f64], at: &mut SensorExpansion) {
        at.clone_from(&self.at_zero);
        for (y, row) in at.observation.iter_mut().zip(self.at_zero.by_state.chunks_exact(self.n)) {
            *y += dot(row, state);
        }
        for (source, row) in at.sources.iter_mut().zip(self.at_zero.sources_by_state.chunks_exact(self.n)) {
            *source += dot(row, state);
        }
    }
}
