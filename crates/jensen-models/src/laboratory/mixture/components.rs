//! The mixture of Gaussians as a joint model of choice and point.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{DType, Device, Tensor, TensorData};
use jensen_infer::JointModel;
use jensen_kernels::cholesky;
use jensen_prob::{MultivariateNormal, OneHotCategorical};

use crate::mixture::{Covariance, GaussianMixture, MixtureError};

/// `z ~ Categorical(softmax(l))`, `x ~ N(μ_z, L_z L_zᵀ)`: a mixture of Gaussians whose latent is the component of each point.
///
/// The same distribution as a [`GaussianMixture`], in single precision, with parameters that gradients can move freely:
/// logits for weights, and factors of covariances whose diagonals become positive by a softplus. A latent is a one-hot vector;
/// of a vector of weights in its place, as a relaxation makes one, mean and factor are the weighted ones: no mixture, but a
/// Gaussian between its components.
#[derive(Module, Debug)]
pub struct GaussianComponents {
    /// `l`, `[1, K]`.
    pub logits: Param<Tensor<2>>,
    /// `μ`, `[K, columns]`.
    pub means: Param<Tensor<2>>,
    /// `L` before the softplus, `[K, columns²]`, row-major; what lies above the diagonal is not read.
    pub factors: Param<Tensor<2>>,
}

impl GaussianComponents {
    /// The model with the parameters of `mixture`, of which no weight may be zero.
    pub fn new(mixture: &GaussianMixture, device: &Device) -> Self {
        let (k, d) = (mixture.components(), mixture.columns());
        let covariances: Vec<f64> = (0..k).flat_map(|k| mixture.dense_covariance(k)).collect();
        let host = Device::flex();
        let covariances =
            Tensor::<3>::from_data(TensorData::new(covariances, [k, d, d]), (&host, DType::F64));
        let mut factors: Vec<f64> = cholesky(covariances).into_data().iter().collect();
        for matrix in factors.chunks_exact_mut(d * d) {
            for entry in matrix.iter_mut().step_by(d + 1) {
                *entry = inverse_softplus(*entry);
            }
        }
        let trained = |id: u64, numbers: Vec<f64>, shape: [usize; 2]| {
            let values = Tensor::from_data(TensorData::new(numbers, shape), (device, DType::F32));
            Param::initialized(ParamId::from(id), values).set_require_grad(true)
        };
        let logits = mixture.weights().iter().map(|weight| weight.ln()).collect();
        Self {
            logits: trained(1, logits, [1, k]),
            means: trained(2, mixture.means().to_vec(), [k, d]),
            factors: trained(3, factors, [k, d * d]),
        }
    }

    /// The mixture that it is, in double precision.
    ///
    /// # Errors
    /// [`MixtureError`] if a parameter is not finite or a covariance is singular.
    pub fn to_mixture(&self) -> Result<GaussianMixture, MixtureError> {
        let numbers = |values: Tensor<2>| values.into_data().iter::<f64>().collect::<Vec<_>>();
        let [_, d] = self.means.val().dims();
        let logits = numbers(self.logits.val());
        let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<_> = logits.iter().map(|logit| (logit - largest).exp()).collect();
        let sum: f64 = shares.iter().sum();
        let factors = numbers(self.factors.val());
        let covariances = factors.chunks_exact(d * d).flat_map(|matrix| covariance(matrix, d)).collect();
        let weights: Vec<_> = shares.iter().map(|share| share / sum).collect();
        GaussianMixture::new(Covariance::Full, d, weights, numbers(self.means.val()), covariances)
    }
}

/// `L Lᵀ` of an unconstrained factor.
fn covariance(matrix: &[f64], d: usize) -> Vec<f64> {
    let entry = |i: usize, j: usize| match i.cmp(&j) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => softplus(matrix[i * d + j]),
        std::cmp::Ordering::Greater => matrix[i * d + j],
    };
    let product = |i: usize, j: usize| (0..=i.min(j)).map(|m| entry(i, m) * entry(j, m)).sum();
    (0..d * d).map(|at| product(at / d, at % d)).collect()
}

/// `log(1 + eˣ)`
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `log(eʸ − 1)` of a positive number.
fn inverse_softplus(y: f64) -> f64 {
    y + (-(-y).exp_m1()).ln()
}

impl JointModel for GaussianComponents {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = OneHotCategorical;
    type Likelihood = MultivariateNormal;

    fn prior(&self, (): &()) -> OneHotCategorical {
        OneHotCategorical::from_logits(self.logits.val())
    }

    fn likelihood(&self, latent: &Tensor<2>, (): &()) -> MultivariateNormal {
        let mean = latent.clone().matmul(self.means.val());
        let [rows, d] = mean.dims();
        let factor = latent.clone().matmul(self.factors.val()).reshape([rows, d, d]);
        MultivariateNormal::from_unconstrained(mean, factor)
    }
}
