//! What gives a map its parameters: a net, and the family that it chooses from.

use burn::tensor::Tensor;

use super::{Affine, Bijector, RationalQuadraticSpline};
use crate::special::{log_sigmoid, sigmoid};

/// A function from some dimensions to the parameters of the map of others, as a rule a net.
pub trait Conditioner: Clone {
    /// The parameters for each row of `x`, `[rows, inputs]` to `[rows, outputs]`.
    fn parameters(&self, x: Tensor<2>) -> Tensor<2>;

    /// The same with its own weights cut from the gradient graph.
    fn detach_params(&self) -> Self;
}

/// Maps of each number by itself, of which any real numbers are one.
///
/// The numbers for events of `d` are `[rows, width · d]`: first all that are of the first kind, one for each
/// dimension, then all of the second.
pub trait MapFamily: Clone {
    /// The maps.
    type Map: Bijector;

    /// How many numbers a dimension has.
    fn width(&self) -> usize;

    /// The map of these numbers.
    ///
    /// # Panics
    /// If there are not `width` for each dimension.
    fn map(&self, parameters: Tensor<2>) -> Self::Map;
}

/// Affine maps, by shifts and then logarithms of scales: those of real-valued non-volume-preserving flows
/// (Dinh, Sohl-Dickstein & Bengio 2017).
///
/// A logarithm `l` of a scale is limited as `m tanh(l/m)`, so that a wild step of a net cannot overflow it.
#[derive(Clone, Copy, Debug)]
pub struct AffineMaps {
    /// `m`, the largest logarithm of a scale.
    pub max_log_scale: f64,
}

impl Default for AffineMaps {
    /// Scales between `e⁻⁵` and `e⁵`.
    fn default() -> Self {
        Self { max_log_scale: 5.0 }
    }
}

impl MapFamily for AffineMaps {
    type Map = Affine;

    fn width(&self) -> usize {
        2
    }

    fn map(&self, parameters: Tensor<2>) -> Affine {
        let d = dimensions(&parameters, 2);
        let log_scale = parameters.clone().narrow(1, d, d) / self.max_log_scale;
        let log_scale = jensen_kernels::tanh(log_scale) * self.max_log_scale;
        Affine::from_log_scale(parameters.narrow(1, 0, d), log_scale)
    }
}

/// Affine maps that keep a share `σ` of a number and take the rest from the net, `y = σ x + (1 − σ) m`: the
/// numerically stable steps of inverse autoregressive flows (Kingma et al. 2016, eqs. 13 and 14), by the `m` and then
/// the logits of the shares.
///
/// The logit is `2 + 5 tanh(s/5)` of the number `s` that the net gives: near 0 a map keeps most of `x`, as there
/// advised, and no wild step of a net closes it, so that the inverse keeps its digits.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatedMaps;

/// Where the logit of a share starts, and how far it can go from there.
const GATE_START: f64 = 2.0;
const GATE_REACH: f64 = 5.0;

impl MapFamily for GatedMaps {
    type Map = Affine;

    fn width(&self) -> usize {
        2
    }

    fn map(&self, parameters: Tensor<2>) -> Affine {
        let d = dimensions(&parameters, 2);
        let moved = jensen_kernels::tanh(parameters.clone().narrow(1, d, d) / GATE_REACH) * GATE_REACH;
        let logit = moved + GATE_START;
        let shift = parameters.narrow(1, 0, d) * sigmoid(logit.clone().neg());
        Affine::from_log_scale(shift, log_sigmoid(logit))
    }
}

/// Rational-quadratic splines (Durkan et al. 2019).
#[derive(Clone, Copy, Debug)]
pub struct SplineMaps {
    /// Pieces of each spline.
    pub bins: usize,
    /// Beyond ± which the map is the identity.
    pub bound: f64,
}

impl MapFamily for SplineMaps {
    type Map = RationalQuadraticSpline;

    fn width(&self) -> usize {
        3 * self.bins - 1
    }

    fn map(&self, parameters: Tensor<2>) -> RationalQuadraticSpline {
        RationalQuadraticSpline::new(parameters, self.bins, self.bound)
    }
}

/// # Panics
/// If there are not `width` numbers for each dimension.
pub(super) fn dimensions(parameters: &Tensor<2>, width: usize) -> usize {
    let count = parameters.dims()[1];
    assert!(count.is_multiple_of(width), "{count} parameters are not {width} for each dimension");
    count / width
}
