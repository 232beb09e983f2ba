//! What a posterior is made of beside means and variances.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Int, Tensor, TensorData},
};
use jensen_prob::{MultivariateNormal, Normal};

use super::{AmortizedFlow, Posterior};
use crate::nets::{AutoregressiveFlow, CouplingFlow, Encoded};

/// The parameters of a posterior that the encoder's means and variances are not enough for.
#[derive(Module, Debug)]
pub enum PosteriorNet {
    /// From the encoder's last hidden layer to the factor below its diagonal, which starts at 0.
    Full(Linear),
    /// The nets of the steps.
    Iaf(AutoregressiveFlow),
    /// The nets of the couplings.
    Flow(CouplingFlow),
}

impl PosteriorNet {
    /// The posterior, or without a net the normal one.
    pub(crate) fn posterior(net: Option<&Self>, encoded: Encoded) -> Posterior {
        let Encoded { mean, log_variance, hidden } = encoded;
        match net {
            None => Posterior::Normal(Normal::from_log_variance(mean, log_variance)),
            Some(Self::Full(below_diagonal)) => {
                let factor = factor(log_variance, below_diagonal.forward(hidden));
                Posterior::Full(MultivariateNormal::new(mean, factor))
            }
            Some(Self::Iaf(flow)) => {
                let base = Normal::from_log_variance(mean, log_variance);
                Posterior::Iaf(AmortizedFlow::new(base, hidden, flow.clone()))
            }
            Some(Self::Flow(flow)) => {
                let base = Normal::from_log_variance(mean, log_variance);
                Posterior::Flow(AmortizedFlow::new(base, hidden, flow.clone()))
            }
        }
    }
}

/// `L` with `L_ii = σ_i` and the other numbers row by row below (Kingma & Welling 2019, "An introduction to
/// variational autoencoders", §2.5.1): `[rows, d]` and `[rows, d(d − 1)/2]` to `[rows, d, d]`.
fn factor(log_variance: Tensor<2>, below_diagonal: Tensor<2>) -> Tensor<3> {
    let [rows, d] = log_variance.dims();
    let std = jensen_kernels::exponential(log_variance * 0.5);
    let none = std.clone().inner().narrow(1, 0, 1).zeros_like();
    let numbers = Tensor::cat(vec![none, std, below_diagonal], 1);
    let device = numbers.device().without_autodiff();
    let places = TensorData::new(places(d), [d * d]);
    numbers.select(1, Tensor::<1, Int>::from_data(places, &device)).reshape([rows, d, d])
}

/// Where each number of a factor stands among a 0, the diagonal and what is below it.
fn places(d: usize) -> Vec<i32> {
    let mut places = vec![0; d * d];
    let mut next = 1;
    let mut take = || {
        next += 1;
        next - 1
    };
    (0..d).for_each(|i| places[i * d + i] = take());
    for i in 0..d {
        (0..i).for_each(|j| places[i * d + j] = take());
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn a_factor_has_the_deviations_on_its_diagonal() {
        let device = Device::flex();
        let log_variance = Tensor::<2>::from_data([[0.0f32, 4f32.ln(), 9f32.ln()]], &device);
        let factor = factor(log_variance, Tensor::from_data([[5.0, 6.0, 7.0]], &device));
        let expected = Tensor::<3>::from_data([[[1.0, 0.0, 0.0], [5.0, 2.0, 0.0], [6.0, 7.0, 3.0]]], &device);
        assert!(factor.all_close(expected, Some(1e-6), Some(1e-6)));
    }
}
