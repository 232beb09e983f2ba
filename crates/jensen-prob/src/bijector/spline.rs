//! Monotone rational-quadratic splines.

use burn::tensor::{Bool, Int, Tensor, activation::softmax};

use super::{Bijector, LEAST, SelectMaps, conditioner::dimensions, selected, slope, spread};
use crate::rows::{meet_rows, repeat_rows, sum_event};

/// On `[−bound, bound]` a monotone spline of quotients of quadratics for each number, beyond it the identity
/// (Durkan et al. 2019, "Neural spline flows", §3.1), `[rows, d]`.
///
/// Any real numbers are one, `[rows, (3 bins − 1) d]`: of `bins` widths and of `bins` heights a softmax is
/// taken, of the `bins − 1` slopes at the inner knots a softplus, which is 1 at 0. All zero is the identity. No
/// piece takes less than 0.001 of the interval, and no slope at a knot is below 0.001.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::bijector::{Bijector, RationalQuadraticSpline};
///
/// let device = Device::flex();
/// let spline = RationalQuadraticSpline::new(Tensor::zeros([1, 3 * 8 - 1], &device), 8, 5.0);
/// let (y, log_det) = spline.forward_with_log_det(Tensor::from_data([[0.3f32]], &device));
/// assert!((y.into_scalar::<f32>() - 0.3).abs() < 1e-6 && log_det.into_scalar::<f32>().abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct RationalQuadraticSpline {
    bound: f64,
    /// `[rows, bins, d]`
    knots: Knots<3>,
}

/// Of pieces: their lower left corners, their sizes, and the slopes at their ends.
#[derive(Clone, Debug)]
struct Knots<const D: usize> {
    x: Tensor<D>,
    y: Tensor<D>,
    width: Tensor<D>,
    height: Tensor<D>,
    left_slope: Tensor<D>,
    right_slope: Tensor<D>,
}

impl<const D: usize> Knots<D> {
    fn map<const E: usize>(&self, f: impl Fn(Tensor<D>) -> Tensor<E>) -> Knots<E> {
        Knots {
            x: f(self.x.clone()),
            y: f(self.y.clone()),
            width: f(self.width.clone()),
            height: f(self.height.clone()),
            left_slope: f(self.left_slope.clone()),
            right_slope: f(self.right_slope.clone()),
        }
    }
}

impl RationalQuadraticSpline {
    /// From any real numbers, first all widths, each for all dimensions, then heights, then slopes.
    ///
    /// # Panics
    /// If there are not `3 bins − 1` numbers for each dimension, or not between 1 and 999 bins.
    pub fn new(parameters: Tensor<2>, bins: usize, bound: f64) -> Self {
        assert!((1..1000).contains(&bins), "a spline of {bins} pieces: between 1 and 999 are possible");
        let (rows, d) = (parameters.dims()[0], dimensions(&parameters, 3 * bins - 1));
        let part = |start: usize, count: usize| {
            parameters.clone().narrow(1, start * d, count * d).reshape([rows, count, d])
        };
        let size = |raw| (softmax(raw, 1) * (1.0 - LEAST * bins as f64) + LEAST) * (2.0 * bound);
        let (width, height) = (size(part(0, bins)), size(part(bins, bins)));
        let corner = |size: &Tensor<3>| size.clone().cumsum(1) - size.clone() - bound;
        let one = width.clone().inner().narrow(1, 0, 1).ones_like();
        let slopes = if bins == 1 {
            Tensor::cat(vec![one.clone(), one], 1)
        } else {
            let inner = slope(part(2 * bins, bins - 1));
            Tensor::cat(vec![one.clone(), inner, one], 1)
        };
        let knots = Knots {
            x: corner(&width),
            y: corner(&height),
            width,
            height,
            left_slope: slopes.clone().narrow(1, 0, bins),
            right_slope: slopes.narrow(1, 1, bins),
        };
        Self { bound, knots }
    }

    /// The piece in which each number lies by the corner that `side` names; what lies beyond is put at 0.
    fn pieces(&self, numbers: Tensor<2>, side: impl Fn(&Knots<3>) -> Tensor<3>) -> Pieces {
        let ([own, bins, d], [of_x, event]) = (self.knots.x.dims(), numbers.dims());
        assert_eq!(d, event, "splines of {d} dimensions meet an event of {event} numbers");
        let (rows, _) = meet_rows(own, of_x);
        let numbers = repeat_rows(numbers, of_x, rows / of_x);
        let is_beyond = numbers.clone().abs().lower_elem(self.bound).bool_not();
        let within = numbers.clone().mask_fill(is_beyond.clone(), 0.0);
        let knots = self.knots.map(|t| {
            let flat = spread(&t.reshape([own, bins * d]), rows);
            let count = flat.dims()[0];
            flat.reshape([count, bins, d])
        });
        let corner = side(&knots).inner().expand([rows, bins, d]);
        let reached = within.clone().inner().unsqueeze_dim::<3>(1).expand([rows, bins, d]);
        let reached = reached.greater_equal(corner).float().cast(numbers.dtype());
        // Corners reached, less the next ones reached: 1 at the last.
        let none = reached.clone().narrow(1, 0, 1).zeros_like();
        let next = Tensor::cat(vec![reached.clone(), none], 1).narrow(1, 1, bins);
        let is_last = reached - next;
        let knots = knots.map(|t| (t * is_last.clone()).sum_dim(1).squeeze_dim(1));
        Pieces { numbers, within, is_beyond, knots }
    }
}

/// Numbers, and the piece in which each lies.
struct Pieces {
    numbers: Tensor<2>,
    within: Tensor<2>,
    is_beyond: Tensor<2, Bool>,
    knots: Knots<2>,
}

impl Pieces {
    /// The slopes at both ends, and that of the line between them.
    fn slopes(&self) -> [Tensor<2>; 3] {
        let Knots { width, height, left_slope, right_slope, .. } = self.knots.clone();
        [left_slope, right_slope, height / width]
    }

    /// `y` at the share `ξ` of the piece.
    fn value(&self, share: &Tensor<2>) -> Tensor<2> {
        let [left, _, line] = self.slopes();
        let across = share.clone() * (share.clone().neg() + 1.0);
        let rise = line * share.clone().square() + left * across.clone();
        self.knots.y.clone() + self.knots.height.clone() * rise / self.denominator(across)
    }

    /// `log dy/dx` at the share `ξ` of the piece, 0 beyond, as a sum over the event.
    fn log_det(&self, share: &Tensor<2>) -> Tensor<1> {
        let [left, right, line] = self.slopes();
        let rest = share.clone().neg() + 1.0;
        let across = share.clone() * rest.clone();
        let sum = right * share.clone().square() + line.clone() * across.clone() * 2.0 + left * rest.square();
        let log_slope = line.log() * 2.0 + sum.log() - self.denominator(across).log() * 2.0;
        sum_event(log_slope.mask_fill(self.is_beyond.clone(), 0.0))
    }

    /// `s + (δ_{k+1} + δ_k − 2s) ξ(1 − ξ)`
    fn denominator(&self, across: Tensor<2>) -> Tensor<2> {
        let [left, right, line] = self.slopes();
        line.clone() + (left + right - line * 2.0) * across
    }

    /// The share of the piece at which `y` is reached: the root of a quadratic equation in the form that does
    /// not cancel (appendix A).
    fn share_at(&self) -> Tensor<2> {
        let [left, right, line] = self.slopes();
        let rise = self.within.clone() - self.knots.y.clone();
        let bend = rise.clone() * (left.clone() + right - line.clone() * 2.0);
        let a = self.knots.height.clone() * (line.clone() - left.clone()) + bend.clone();
        let b = self.knots.height.clone() * left - bend;
        let c = line * rise;
        let discriminant = b.clone().square() + a * c.clone() * 4.0;
        c * 2.0 / (b + discriminant.clamp_min(f32::MIN_POSITIVE).sqrt())
    }

    fn where_within(&self, changed: Tensor<2>) -> Tensor<2> {
        changed.mask_where(self.is_beyond.clone(), self.numbers.clone())
    }
}

impl Bijector for RationalQuadraticSpline {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let pieces = self.pieces(x, |knots| knots.x.clone());
        let share = (pieces.within.clone() - pieces.knots.x.clone()) / pieces.knots.width.clone();
        (pieces.where_within(pieces.value(&share)), pieces.log_det(&share))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let pieces = self.pieces(y, |knots| knots.y.clone());
        let share = pieces.share_at();
        let x = pieces.knots.x.clone() + pieces.knots.width.clone() * share.clone();
        (pieces.where_within(x), pieces.log_det(&share).neg())
    }

    fn detach_params(&self) -> Self {
        Self { bound: self.bound, knots: self.knots.map(Tensor::inner) }
    }
}

impl SelectMaps for RationalQuadraticSpline {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        Self { bound: self.bound, knots: self.knots.map(|t| selected(&t, rows)) }
    }
}
