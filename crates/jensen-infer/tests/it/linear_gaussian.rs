//! A model whose evidence and posterior are known: `z ~ N(0, I₂)`, `x ~ N(W z + b, σ² I₃)` with
//! orthogonal columns in `W` (probabilistic PCA), and a linear guide that contains its posterior.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor};
use jensen_infer::{Evidence, Guide, JointModel, VariationalModel};
use jensen_prob::{Factorized, Normal};

const COLUMNS: [[f64; 3]; 2] = [[1.0, 2.0, 0.5], [-1.2, 0.4, 0.8]];
const BIAS: [f64; 3] = [0.3, -0.2, 0.1];
const SIGMA: f64 = 0.7;

#[derive(Module, Debug)]
pub struct LinearModel {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<2>>,
}

/// `q(z | x) = N(x A + a, diag s²)`.
#[derive(Module, Debug)]
pub struct LinearGuide {
    weight: Param<Tensor<2>>,
    pub bias: Param<Tensor<2>>,
    pub log_std: Param<Tensor<2>>,
    #[module(skip)]
    pub has_exact_kl: bool,
}

#[derive(Module, Debug)]
pub struct LinearGaussian {
    pub model: LinearModel,
    pub guide: LinearGuide,
}

impl JointModel for LinearModel {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Normal;
    type Likelihood = Normal;

    fn prior(&self, (): &()) -> Normal {
        Normal::standard(1, 2, &Device::flex())
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
        let std = Tensor::full([1, 1], SIGMA, &Device::flex());
        Normal::new(z.clone().matmul(self.weight.val()) + self.bias.val(), std)
    }
}

impl Guide<LinearModel> for LinearGuide {
    type Posterior = Normal;

    fn posterior(&self, evidence: &Evidence<'_, LinearModel>) -> Normal {
        let mean = evidence.observation.clone().matmul(self.weight.val()) + self.bias.val();
        let rows = mean.dims()[0];
        Normal::from_log_std(mean, self.log_std.val().repeat_dim(0, rows))
    }

    fn exact_kl(&self, posterior: &Normal, prior: &Normal) -> Option<Tensor<2>> {
        self.has_exact_kl.then(|| posterior.kl_per_dim(prior))
    }

    fn posterior_mean(&self, posterior: &Normal) -> Option<Tensor<2>> {
        Some(posterior.mean())
    }
}

impl VariationalModel for LinearGaussian {
    type Model = LinearModel;
    type Guide = LinearGuide;

    fn model(&self) -> &LinearModel {
        &self.model
    }

    fn guide(&self) -> &LinearGuide {
        &self.guide
    }
}

/// The precision of the posterior in each dimension, `1 + |w_j|² / σ²`.
fn precision(j: usize) -> f64 {
    1.0 + dot(&COLUMNS[j], &COLUMNS[j]) / (SIGMA * SIGMA)
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Mean and deviation of the exact posterior.
pub fn posterior(x: &[f64; 3]) -> [(f64, f64); 2] {
    let centred = std::array::from_fn(|i| x[i] - BIAS[i]);
    std::array::from_fn(|j| {
        let mean = dot(&COLUMNS[j], &centred) / (SIGMA * SIGMA * precision(j));
        (mean, precision(j).powf(-0.5))
    })
}

/// `log N(x; b, W Wᵀ + σ² I)`: the columns are eigenvectors of the covariance, with eigenvalues
/// `|w_j|² + σ²`; the direction orthogonal to both has σ².
pub fn log_evidence(x: &[f64; 3]) -> f64 {
    let centred: [f64; 3] = std::array::from_fn(|i| x[i] - BIAS[i]);
    let mut residual = dot(&centred, &centred);
    let mut log_density = 0.0;
    let mut add = |square: f64, variance: f64| {
        log_density -= 0.5 * ((std::f64::consts::TAU * variance).ln() + square / variance);
    };
    for column in &COLUMNS {
        let norm = dot(column, column);
        let square = dot(column, &centred).powi(2) / norm;
        residual -= square;
        add(square, norm + SIGMA * SIGMA);
    }
    add(residual, SIGMA * SIGMA);
    log_density
}

impl LinearGaussian {
    /// The model with its exact posterior as guide.
    pub fn exact(device: &Device) -> Self {
        let mut weight = [[0.0; 2]; 3];
        let mut bias = [[0.0; 2]];
        let mut log_std = [[0.0; 2]];
        for j in 0..2 {
            let scale = 1.0 / (SIGMA * SIGMA * precision(j));
            for (i, row) in weight.iter_mut().enumerate() {
                row[j] = COLUMNS[j][i] * scale;
            }
            bias[0][j] = -dot(&COLUMNS[j], &BIAS) * scale;
            log_std[0][j] = -0.5 * precision(j).ln();
        }
        let param =
            |id: u64, value: Tensor<2>| Param::initialized(ParamId::from(id), value).set_require_grad(true);
        Self {
            model: LinearModel {
                weight: param(1, Tensor::from_data(COLUMNS, device)),
                bias: param(2, Tensor::from_data([BIAS], device)),
            },
            guide: LinearGuide {
                weight: param(3, Tensor::from_data(weight, device)),
                bias: param(4, Tensor::from_data(bias, device)),
                log_std: param(5, Tensor::from_data(log_std, device)),
                has_exact_kl: true,
            },
        }
    }

    /// The same with a posterior that is `shift` off in its mean and `factor` too wide.
    pub fn with_wrong_guide(mut self, shift: f64, factor: f64) -> Self {
        let moved = |t: Tensor<2>, by: f64| {
            let is_autodiff = t.device().is_autodiff();
            let t = t.inner() + by;
            if is_autodiff { t.autodiff().require_grad() } else { t }
        };
        self.guide.bias = self.guide.bias.map(|t| moved(t, shift));
        self.guide.log_std = self.guide.log_std.map(|t| moved(t, factor.ln()));
        self
    }
}
