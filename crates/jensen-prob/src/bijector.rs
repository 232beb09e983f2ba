//! Invertible maps and the determinants of their Jacobians: what normalizing flows are made of (Rezende &
//! Mohamed 2015).
//!
//! | map | event |
//! |---|---|
//! | [`Affine`] [`TriangularAffine`] [`Permutation`] | real vectors |
//! | [`Exp`] [`Softplus`] | to positive numbers |
//! | [`Sigmoid`] | to numbers between 0 and 1 |
//! | [`Tanh`] | to numbers between −1 and 1 |
//! | [`SoftmaxCentered`] | `d` real numbers to `d + 1` shares |
//! | [`Planar`] [`Radial`] | real vectors, invertible whatever their parameters |
//! | [`RationalQuadraticSpline`] | real vectors, number by number |
//! | [`Coupling`] [`MaskedAutoregressive`] [`InverseAutoregressive`] | real vectors, by a net |
//!
//! [`Bijector::then`] composes two, [`Inverse`] turns one round, and
//! [`Transformed`](crate::Transformed) makes a distribution of one.
//!
//! # Rows
//! Parameters follow the row rule of [`Distribution`](crate::Distribution): they may be fewer rows than what
//! is mapped, sample-major.

mod affine;
mod autoregressive;
mod chain;
mod conditioner;
mod coupling;
mod elementwise;
mod exp;
mod inverse;
mod permutation;
mod planar;
mod radial;
mod sigmoid;
mod softmax_centered;
mod softplus;
mod spline;
mod tanh;
mod triangular_affine;

use burn::tensor::{Int, Tensor};

use crate::special;

pub use affine::Affine;
pub use autoregressive::{InverseAutoregressive, MaskedAutoregressive};
pub use chain::Chain;
pub use conditioner::{AffineMaps, Conditioner, GatedMaps, MapFamily, SplineMaps};
pub use coupling::Coupling;
pub use elementwise::{Curve, Elementwise};
pub use exp::{Exp, ExpCurve};
pub use inverse::Inverse;
pub use permutation::Permutation;
pub use planar::Planar;
pub use radial::Radial;
pub use sigmoid::{Sigmoid, SigmoidCurve};
pub use softmax_centered::SoftmaxCentered;
pub use softplus::{Softplus, SoftplusCurve};
pub use spline::RationalQuadraticSpline;
pub use tanh::{Tanh, TanhCurve};
pub use triangular_affine::TriangularAffine;

/// A smooth invertible map `y = f(x)` of rows, `[rows, event]`.
///
/// Value and determinant come together, since they share their work; determinants are logarithms of
/// absolute values in nats, one a row. Where `f` is flat, what rounding took from `y` does not come back in
/// `f⁻¹(y)`; what rounding put on an end of the range of `f` comes back as the number next to it.
pub trait Bijector: Clone {
    /// `f(x)` and `log |det ∂f/∂x|`, `[max(rows of the parameters, rows of x)]`.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>);

    /// `f⁻¹(y)` and `log |det ∂f⁻¹/∂y|`, which is the negative of that of `f` at `f⁻¹(y)`.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>);

    /// `f(x)`
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward_with_log_det(x).0
    }

    /// `f⁻¹(y)`
    fn inverse(&self, y: Tensor<2>) -> Tensor<2> {
        self.inverse_with_log_det(y).0
    }

    /// The same map with parameters cut from the gradient graph.
    fn detach_params(&self) -> Self;

    /// First this map, then the next.
    fn then<B: Bijector>(self, next: B) -> Chain<Self, B> {
        Chain::new(self, next)
    }
}

/// A map, or a [`Conditioner`], of some of its rows: what a [`Mixture`](crate::Mixture) of flows is made of.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::bijector::{Affine, Bijector, Exp};
/// use jensen_prob::{Categorical, Distribution, Mixture, Normal, Transformed};
///
/// let device = Device::flex();
/// // One row of two log-normal components, which share their base and the exponential.
/// let moved = Affine::new(Tensor::from_data([[-2.0f32], [1.0]], &device), Tensor::ones([1, 1], &device));
/// let components = Transformed::new(Normal::standard(2, 1, &device), moved.then(Exp::new()));
/// let weights = Categorical::from_logits(Tensor::zeros([1, 2], &device));
/// let sizes = Mixture::new(weights, components);
/// assert_eq!(sizes.log_prob(&Tensor::ones([5, 1], &device)).dims(), [5]);
/// ```
pub trait SelectMaps: Clone {
    /// The map whose row `i` is that which row `rows[i]` meets; what all rows share is left as it is.
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self;
}

/// The parameters that some rows meet; one row stands for all.
fn selected<const D: usize>(parameter: &Tensor<D>, rows: &Tensor<1, Int>) -> Tensor<D> {
    let own = parameter.dims()[0];
    let parameter = parameter.clone();
    if own == 1 { parameter } else { parameter.select(0, rows.clone().remainder_scalar(own as u64)) }
}

/// The least slope that parameters can give.
const LEAST: f64 = 1e-3;

/// `least + log(1 + e^{a + x})` of any real numbers, with the `a` that makes it 1 at 0: slopes that neither
/// vanish nor start far from the identity.
fn slope<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    special::softplus(x + ((1.0 - LEAST).exp() - 1.0).ln()) + LEAST
}

/// Parameters repeated sample-major to `rows`; one row stands for all.
fn spread(parameter: &Tensor<2>, rows: usize) -> Tensor<2> {
    let [own, _] = parameter.dims();
    if own == rows || own == 1 { parameter.clone() } else { parameter.clone().repeat_dim(0, rows / own) }
}

/// No change of volume, for each row of `x`.
fn no_change(x: &Tensor<2>) -> Tensor<1> {
    let (rows, device) = (x.dims()[0], x.device().without_autodiff());
    Tensor::<1>::zeros([rows], &device).cast(x.dtype())
}

/// Numbers below the smallest normal one, down to the 0 of rounding, as that number; negative ones stay.
fn above_zero(y: Tensor<2>) -> Tensor<2> {
    let is_none = y.clone().abs().lower_elem(f32::MIN_POSITIVE);
    y.mask_fill(is_none, f32::MIN_POSITIVE)
}
