//! The points that all methods learn from, and where they begin.

use jensen_data::{Array, Batch, Dataset, Field, Role};
use jensen_infer::InferError;
use jensen_random::Rng;

use crate::mixture::{Covariance, GaussianMixture, Rows, Summary};

/// Columns of a point.
const COLUMNS: usize = 2;
/// Points that are simulated.
const POINTS: usize = 400;
/// Of three components that overlap: weights, means and covariances.
const WEIGHTS: [f64; 3] = [0.4, 0.35, 0.25];
const MEANS: [f64; 6] = [-1.6, -0.4, 1.5, -0.6, 0.2, 1.7];
const COVARIANCES: [f64; 12] = [1.0, 0.5, 0.5, 0.7, 0.8, -0.5, -0.5, 0.9, 1.1, 0.0, 0.0, 0.3];
/// How far from the middle the components begin, in standard deviations of the columns.
const APART: f64 = 0.5;

/// Points in the plane from a mixture of three Gaussians that overlap.
#[derive(Clone, Debug)]
pub struct Points {
    /// `[points, 2]`, row-major; numbers of single precision, so that all methods see the same.
    pub values: Vec<f64>,
    /// What they were drawn from.
    pub truth: GaussianMixture,
}

impl Points {
    /// Four hundred points.
    ///
    /// # Panics
    /// Never: the mixture is one.
    pub fn simulate(rng: &Rng) -> Self {
        let truth = GaussianMixture::new(
            Covariance::Full,
            COLUMNS,
            WEIGHTS.to_vec(),
            MEANS.to_vec(),
            COVARIANCES.to_vec(),
        );
        let truth = truth.expect("positive definite covariances and weights that sum to one");
        let draws = truth.sample(rng, POINTS);
        let values = draws.values.into_iter().map(|value| f64::from(value as f32)).collect();
        Self { values, truth }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len() / COLUMNS
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The points for a mixture.
    ///
    /// # Panics
    /// Never: there are two numbers a point.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.values, COLUMNS).expect("whole rows")
    }

    /// Mean and variance of the columns.
    ///
    /// # Errors
    /// If there are no points.
    pub fn summary(&self) -> Result<Summary, InferError> {
        Ok(Summary::of(&self.rows())?)
    }

    /// All points as one batch.
    ///
    /// # Errors
    /// If there are no points.
    pub fn batch(&self) -> Result<Batch, InferError> {
        let field = Field::new("x", Role::Observation, vec![COLUMNS], Array::F64(self.values.clone()))?;
        let rows: Vec<u64> = (0..self.len() as u64).collect();
        Ok(Dataset::from_fields("simulated", vec![field])?.read(&rows)?)
    }

    /// Three components, each nearly as broad as all points together and not far from their middle: a beginning that says
    /// little of what is to be found.
    ///
    /// # Errors
    /// If there are no points.
    pub fn beginning(&self) -> Result<GaussianMixture, InferError> {
        let summary = self.summary()?;
        let k = WEIGHTS.len();
        let angle = |k: usize| std::f64::consts::TAU * (k as f64 / WEIGHTS.len() as f64);
        let mean = |k: usize| {
            let (sin, cos) = angle(k).sin_cos();
            let at = |column: usize, by: f64| {
                summary.means[column] + APART * by * summary.variances[column].sqrt()
            };
            [at(0, cos), at(1, sin)]
        };
        let means = (0..k).flat_map(mean).collect();
        let [x, y] = [0, 1].map(|column| summary.variances[column]);
        let covariances = [x, 0.0, 0.0, y].repeat(k);
        let weights = vec![1.0 / k as f64; k];
        Ok(GaussianMixture::new(Covariance::Full, COLUMNS, weights, means, covariances)?)
    }
}
