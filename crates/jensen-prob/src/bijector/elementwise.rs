//! Maps of each number by itself, without parameters.

use std::marker::PhantomData;

use burn::tensor::{Int, Tensor};

use super::{Bijector, SelectMaps};
use crate::rows::sum_event;

/// An increasing smooth function of one number.
pub trait Curve: Clone {
    /// `f(x)` of each number.
    fn value(x: Tensor<2>) -> Tensor<2>;

    /// `f⁻¹(y)` of each number.
    fn inverse(y: Tensor<2>) -> Tensor<2>;

    /// `log f′(x)` of each number.
    fn log_slope(x: Tensor<2>) -> Tensor<2>;
}

/// A curve for each number of an event: `log |det| = Σ_d log f′(x_d)`. A curve of your own is a bijector of
/// your own.
#[derive(Clone, Copy, Debug)]
pub struct Elementwise<C>(PhantomData<C>);

impl<C: Curve> Elementwise<C> {
    /// The map of this curve.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C: Curve> Default for Elementwise<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Curve> Bijector for Elementwise<C> {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        (C::value(x.clone()), sum_event(C::log_slope(x)))
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let x = C::inverse(y);
        (x.clone(), sum_event(C::log_slope(x)).neg())
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        C::value(x)
    }

    fn inverse(&self, y: Tensor<2>) -> Tensor<2> {
        C::inverse(y)
    }

    fn detach_params(&self) -> Self {
        self.clone()
    }
}

impl<C: Curve> SelectMaps for Elementwise<C> {
    fn select_maps(&self, _rows: &Tensor<1, Int>) -> Self {
        self.clone()
    }
}
