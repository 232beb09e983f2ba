//! The maximum mean discrepancy between two sets of draws.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

/// How alike two values are: 1 where they are the same, falling with their distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    /// `e^{−|x − y|²/2h²}`
    Gaussian {
        /// `h`
        bandwidth: f64,
    },
    /// `C/(C + |x − y|²)`, whose heavier tails move values that lie far off too (Tolstikhin et al. 2018,
    /// "Wasserstein auto-encoders", §4).
    InverseMultiquadric {
        /// `C`
        scale: f64,
    },
}

impl Kernel {
    /// Of squared distances.
    fn of(self, squares: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gaussian { bandwidth } => exponential(squares * (-0.5 / (bandwidth * bandwidth))),
            Self::InverseMultiquadric { scale } => (squares / scale + 1.0).recip(),
        }
    }

    /// `Σ_ij k(x_i, y_j)`, one number.
    fn sum(self, x: &Tensor<2>, y: &Tensor<2>) -> Tensor<1> {
        let ([rows, event], [others, _]) = (x.dims(), y.dims());
        // Differences first: squared lengths would cancel where values are near one another.
        let apart = x.clone().reshape([rows, 1, event]) - y.clone().reshape([1, others, event]);
        self.of(apart.square().sum_dim(2).reshape([rows, others])).sum()
    }
}

/// Estimates `MMD²(q, p) = E k(x, x′) − 2 E k(x, y) + E k(y, y′)` from draws `x` of `q` and `y` of `p`, each a row:
/// without bias, so it may be negative (Gretton et al. 2012, "A kernel two-sample test", eq. 3). One number,
/// with gradients for the draws, in `n·m·event` memory.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Kernel, Normal, Rng, estimate_squared_mmd};
///
/// let draws = |seed| Normal::standard(100, 2, &Device::flex()).sample(&Rng::seed(seed));
/// let kernel = Kernel::Gaussian { bandwidth: 1.0 };
/// let apart = estimate_squared_mmd(&draws(0), &(draws(1) + 3.0), kernel).into_scalar::<f32>();
/// let alike = estimate_squared_mmd(&draws(0), &draws(1), kernel).into_scalar::<f32>();
/// assert!(alike.abs() < 0.02 && apart > 0.3);
/// ```
///
/// # Panics
/// If the events differ in size, or there are fewer than two draws of either.
pub fn estimate_squared_mmd(x: &Tensor<2>, y: &Tensor<2>, kernel: Kernel) -> Tensor<1> {
    let ([n, event], [m, other]) = (x.dims(), y.dims());
    assert_eq!(event, other, "an event of {event} numbers meets an event of {other}");
    assert!(n > 1 && m > 1, "{n} draws meet {m}: without bias it takes two of each");
    // Each value is like itself, 1 in the sum, and counts only against the others.
    let within = |x: &Tensor<2>, n: usize| (kernel.sum(x, x) - n as f64) / (n * (n - 1)) as f64;
    within(x, n) + within(y, m) - kernel.sum(x, y) * (2.0 / (n * m) as f64)
}
