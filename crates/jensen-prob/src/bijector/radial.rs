//! Radial flows.

use burn::tensor::{Int, Tensor};

use super::{Bijector, SelectMaps, selected, slope, spread};
use crate::rows::{meet_rows, repeat_rows};

/// `y = x + β (x − c)/(α + r)` with `r = |x − c|`: space drawn in towards a centre or pushed away from it
/// (Rezende & Mohamed 2015, eq. 14), `[rows, d]`.
///
/// Invertible for any parameters: `α` and `α + β` are softplus functions of them, at least 0.001 and 1 at 0
/// (appendix A.2). The inverse is the root of a quadratic equation.
#[derive(Clone, Debug)]
pub struct Radial {
    centre: Tensor<2>,
    /// `α`, `[rows, 1]`
    reach: Tensor<2>,
    /// `α + β`, `[rows, 1]`
    strength: Tensor<2>,
}

impl Radial {
    /// From `c`, `[rows, d]`, and the numbers that give `α` and `α + β`, `[rows, 1]`; equal
    /// numbers are the identity.
    ///
    /// # Panics
    /// If the shapes do not fit.
    pub fn new(centre: Tensor<2>, reach: Tensor<2>, strength: Tensor<2>) -> Self {
        let rows = centre.dims()[0];
        for (name, shape) in [("reach", reach.dims()), ("strength", strength.dims())] {
            assert_eq!(shape, [rows, 1], "the {name} has shape {shape:?} in place of [{rows}, 1]");
        }
        Self { centre, reach: slope(reach), strength: slope(strength) }
    }

    /// The same for as many rows as meet `x`, and `x` as many times.
    fn meet(&self, x: Tensor<2>) -> (Self, Tensor<2>) {
        let (own, of_x) = (self.centre.dims()[0], x.dims()[0]);
        let (rows, _) = meet_rows(own, of_x);
        let [centre, reach, strength] = [&self.centre, &self.reach, &self.strength].map(|t| spread(t, rows));
        (Self { centre, reach, strength }, repeat_rows(x, of_x, rows / of_x))
    }

    /// `(r + α + β)/(r + α)`, by which distances from the centre grow.
    fn growth(&self, distance: &Tensor<2>) -> Tensor<2> {
        (distance.clone() + self.strength.clone()) / (distance.clone() + self.reach.clone())
    }

    /// `(d − 1) log (r + α + β)/(r + α) + log (r² + 2αr + α(α + β))/(r + α)²`: sums of positive terms.
    fn log_det(&self, distance: &Tensor<2>) -> Tensor<1> {
        let ([rows, _], d) = (distance.dims(), self.centre.dims()[1]);
        let r = distance.clone();
        let (alpha, sum) = (self.reach.clone(), self.strength.clone());
        let outer = r.clone() + alpha.clone();
        let along = r.clone() * (outer.clone() + alpha.clone()) + alpha * sum;
        let across = self.growth(&r).log() * (d as f64 - 1.0);
        (across + along.log() - outer.log() * 2.0).reshape([rows])
    }
}

impl Bijector for Radial {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (own, x) = self.meet(x);
        let from_centre = x - own.centre.clone();
        let r = length(&from_centre);
        (own.centre.clone() + from_centre * own.growth(&r), own.log_det(&r))
    }

    /// With `s = |y − c|` the positive root of `r² + (α + β − s) r − α s = 0`, in the form that does not
    /// cancel.
    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (own, y) = self.meet(y);
        let from_centre = y - own.centre.clone();
        let s = length(&from_centre);
        let (alpha, linear) = (own.reach.clone(), own.strength.clone() - s.clone());
        let product = alpha * s;
        let root = (linear.clone().square() + product.clone() * 4.0).sqrt();
        // (root − linear)/2, or the product of the roots over the other one.
        let is_positive = linear.clone().greater_elem(0.0);
        let larger = (root + linear.abs()) * 0.5;
        let r = larger.clone().mask_where(is_positive, product / larger);
        let log_det = own.log_det(&r).neg();
        (own.centre.clone() + from_centre / own.growth(&r), log_det)
    }

    fn detach_params(&self) -> Self {
        let [centre, reach, strength] =
            [&self.centre, &self.reach, &self.strength].map(|t| t.clone().inner());
        Self { centre, reach, strength }
    }
}

impl SelectMaps for Radial {
    fn select_maps(&self, rows: &Tensor<1, Int>) -> Self {
        let [centre, reach, strength] =
            [&self.centre, &self.reach, &self.strength].map(|t| selected(t, rows));
        Self { centre, reach, strength }
    }
}

/// `|x|` of each row, `[rows, 1]`, with the gradient 0 at 0.
fn length(x: &Tensor<2>) -> Tensor<2> {
    let square = x.clone().square().sum_dim(1);
    let is_none = square.clone().equal_elem(0.0);
    square.mask_fill(is_none.clone(), 1.0).sqrt().mask_fill(is_none, 0.0)
}
