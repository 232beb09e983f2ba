//! Draws: of parameters, and of rows that were not seen.

use burn::tensor::{DType, Device, Tensor, TensorData};
use faer::{Mat, MatRef};
use jensen_prob::{Beta, Dirichlet, Distribution, Gamma};
use jensen_random::Rng;

use super::weight_prior::sticks;
use super::{BayesianMixture, WeightPrior};
use crate::mixture::cholesky::{cholesky, whitening};
use crate::mixture::family::{Family, Tails};
use crate::mixture::{Covariance, Draws, GaussianMixture, MixtureError, Rows};

impl BayesianMixture {
    /// A mixture of which the parameters are drawn from the posterior: weights of theirs, precisions of a Wishart by
    /// Bartlett's decomposition, means given those.
    ///
    /// # Errors
    /// [`MixtureError::Singular`] if a draw of a covariance is too nearly singular for a number.
    pub fn draw_parameters(&self, rng: &Rng) -> Result<GaussianMixture, MixtureError> {
        let (rng, kind, d) = (rng.fork("parameters").without_rows(), self.prior.covariance(), self.columns());
        let matrices = if kind == Covariance::Tied { 1 } else { self.components() };
        // `B` with `Σ = B Bᵀ`, each of as many entries as a covariance; of independent columns on the diagonal alone.
        let roots: Vec<_> =
            (0..matrices).map(|k| self.draw_root(k, &rng.fork("covariance").at(k as u64))).collect();
        let noise = rng.fork("mean").normals(self.components(), d);
        let mut means = Vec::with_capacity(noise.len());
        for (k, noise) in noise.chunks_exact(d).enumerate() {
            let (root, mean) = (&roots[k.min(matrices - 1)], self.expected.mean(k));
            let shrunk = self.posterior.counts()[k].sqrt().recip();
            let moved = |i: usize| (0..d).map(|j| root[(i, j)] * f64::from(noise[j])).sum::<f64>();
            means.extend((0..d).map(|i| mean[i] + shrunk * moved(i)));
        }
        let of_root = |root: &Mat<f64>| -> Vec<f64> {
            let product = root * root.transpose();
            match kind {
                Covariance::Full | Covariance::Tied => {
                    (0..d * d).map(|at| product[(at / d, at % d)]).collect()
                }
                Covariance::Diagonal => (0..d).map(|j| product[(j, j)]).collect(),
                Covariance::Spherical => vec![product[(0, 0)]],
            }
        };
        let covariances = roots.iter().flat_map(of_root).collect();
        GaussianMixture::new(kind, d, self.draw_weights(&rng.fork("weights")), means, covariances)
    }

    fn draw_weights(&self, rng: &Rng) -> Vec<f64> {
        match self.weights {
            WeightPrior::Dirichlet { concentration } => {
                let counts: Vec<_> = self.counts.iter().map(|count| concentration + count).collect();
                let drawn = Dirichlet::new(row(&counts)).sample(rng);
                drawn.into_data().iter::<f64>().collect()
            }
            WeightPrior::DirichletProcess { concentration } => {
                let mut rest = 1.0;
                let mut weights = Vec::with_capacity(self.components());
                let sticks = sticks(&self.counts, concentration);
                if !sticks.is_empty() {
                    let [own, after] =
                        [0, 1].map(|at| sticks.iter().map(|stick| stick[at]).collect::<Vec<_>>());
                    let broken = Beta::new(row(&own), row(&after)).sample(rng);
                    for share in broken.into_data().iter::<f64>() {
                        weights.push(rest * share);
                        rest *= 1.0 - share;
                    }
                }
                weights.push(rest);
                weights
            }
        }
    }

    /// `B` with `B Bᵀ = Λ⁻¹`, `Λ ~ Wishart(ν, S⁻¹)`: `C A⁻ᵀ` of `S = C Cᵀ` and Bartlett's `A`, which is lower triangular
    /// with `Aᵢᵢ² ~ χ²(ν − i)` and standard normal numbers below the diagonal.
    fn draw_root(&self, component: usize, rng: &Rng) -> Mat<f64> {
        let (kind, d) = (self.prior.covariance(), self.columns());
        let degrees = self.prior.posterior_degrees(&self.counts, component);
        let own = &self.posterior.scatters()[kind.range(component, d)];
        if kind.is_dense() {
            let shapes: Vec<_> = (0..d).map(|i| degrees - i as f64).collect();
            let (squares, noise) = (chi_squares(&shapes, rng), rng.fork("below").normals(d, d));
            let bartlett = Mat::from_fn(d, d, |i, j| match i.cmp(&j) {
                std::cmp::Ordering::Less => 0.0,
                std::cmp::Ordering::Equal => squares[i].sqrt(),
                std::cmp::Ordering::Greater => f64::from(noise[i * d + j]),
            });
            let scatter = MatRef::from_row_major_slice(own, d, d);
            let factor = cholesky(scatter).expect("a scatter that was factored before");
            return factor * whitening(bartlett.as_ref()).transpose();
        }
        let squares = chi_squares(&vec![degrees; own.len()], rng);
        let deviation = |j: usize| (own[j.min(own.len() - 1)] / squares[j.min(own.len() - 1)]).sqrt();
        Mat::from_fn(d, d, |i, j| if i == j { deviation(j) } else { 0.0 })
    }

    /// `rows` draws of the [predictive density](Self::log_predictive), a mixture of Student's t. Row `r` is draw `r` of
    /// the stream however many are drawn.
    ///
    /// # Panics
    /// Never: a posterior has been checked.
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::{BayesianMixture, Covariance, NormalWishart, WeightPrior};
    /// use jensen_random::Rng;
    /// let prior = NormalWishart::new(Covariance::Full, vec![0.0], 1.0, 1.0, vec![0.5])?;
    /// let mixture = BayesianMixture::new(1, WeightPrior::default(), prior)?;
    /// let draws = mixture.sample(&Rng::seed(1), 1000); // of Cauchy's density
    /// let beyond = draws.values.iter().filter(|x| x.abs() > 1.0).count();
    /// assert!((400..600).contains(&beyond));
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn sample(&self, rng: &Rng, rows: usize) -> Draws {
        let Draws { mut values, components } = self.expected.sample(rng, rows);
        let Family::StudentT { degrees_of_freedom, stretch, tails } = self.predictive() else {
            return Draws { values, components };
        };
        let d = self.columns();
        let each = if tails == Tails::Apart { d } else { 1 };
        let degrees: Vec<_> =
            components.iter().flat_map(|&k| std::iter::repeat_n(degrees_of_freedom[k], each)).collect();
        let squares = chi_squares_of_rows(&degrees, rows, &rng.fork("scale").without_rows());
        for (at, (row, &k)) in values.chunks_exact_mut(d).zip(&components).enumerate() {
            for (j, (value, mean)) in row.iter_mut().zip(self.expected.mean(k)).enumerate() {
                let square = squares[at * each + j.min(each - 1)];
                *value = mean + (*value - mean) * (stretch[k] * degrees_of_freedom[k] / square).sqrt();
            }
        }
        Draws { values, components }
    }

    /// So many versions of the rows, `[draws, rows, columns]`, with their missing values drawn: for each version
    /// parameters from the posterior, and with those what is missing given what is there. For multiple imputation (Rubin
    /// 1987) of rows that were learned from.
    ///
    /// # Errors
    /// As [`GaussianMixture::impute_draws`] and [`draw_parameters`](Self::draw_parameters).
    pub fn impute_draws(&self, rows: Rows<'_>, draws: usize, rng: &Rng) -> Result<Vec<f64>, MixtureError> {
        let mut versions = Vec::with_capacity(draws * rows.len() * rows.columns());
        for draw in 0..draws as u64 {
            let rng = rng.fork("version").at(draw);
            versions.extend(self.draw_parameters(&rng)?.impute_draws(rows, 1, &rng)?);
        }
        Ok(versions)
    }
}

/// Numbers as one event.
fn row(numbers: &[f64]) -> Tensor<2> {
    tensor(numbers, 1)
}

fn tensor(numbers: &[f64], rows: usize) -> Tensor<2> {
    let shape = [rows, numbers.len() / rows.max(1)];
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), (&Device::flex(), DType::F64))
}

fn chi_squares(degrees: &[f64], rng: &Rng) -> Vec<f64> {
    chi_squares_of_rows(degrees, 1, rng)
}

/// `χ²` of these degrees of freedom, `[rows, any]`.
fn chi_squares_of_rows(degrees: &[f64], rows: usize, rng: &Rng) -> Vec<f64> {
    if degrees.is_empty() {
        return Vec::new();
    }
    let shape: Vec<_> = degrees.iter().map(|degrees| 0.5 * degrees).collect();
    let gamma = Gamma::new(tensor(&shape, rows), tensor(&vec![0.5; degrees.len()], rows));
    gamma.sample(&rng.fork("chi-square")).into_data().iter::<f64>().collect()
}
