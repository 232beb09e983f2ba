//! Forward-mode differentiation: dynamics are written once, for numbers and for numbers that carry derivatives.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// What dynamics are written in: `f64`, or a [`Dual`].
pub(crate) trait Scalar:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    fn constant(value: f64) -> Self;
    fn value(self) -> f64;
    fn sin_cos(self) -> (Self, Self);
    fn tan(self) -> Self;

    /// The number within limits. Its derivative is one up to the limits, themselves included, and zero beyond.
    fn clip(self, low: f64, high: f64) -> Self {
        if self.value() < low {
            Self::constant(low)
        } else if self.value() > high {
            Self::constant(high)
        } else {
            self
        }
    }
}

impl Scalar for f64 {
    fn constant(value: f64) -> Self {
        value
    }

    fn value(self) -> f64 {
        self
    }

    fn sin_cos(self) -> (Self, Self) {
        f64::sin_cos(self)
    }

    fn tan(self) -> Self {
        f64::tan(self)
    }
}

/// A number and its derivatives by `K` others: `a + Σ aₖ εₖ` with `εₖ εₗ = 0`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dual<const K: usize> {
    value: f64,
    gradient: [f64; K],
}

impl<const K: usize> Dual<K> {
    /// The `k`-th of the numbers by which is differentiated.
    pub(crate) fn variable(value: f64, k: usize) -> Self {
        let mut gradient = [0.0; K];
        gradient[k] = 1.0;
        Self { value, gradient }
    }

    pub(crate) fn gradient(&self) -> &[f64; K] {
        &self.gradient
    }

    /// `f(a)` of the slope `f'(a)`.
    fn chain(self, value: f64, slope: f64) -> Self {
        Self { value, gradient: self.gradient.map(|d| slope * d) }
    }

    /// `f(a, b)` of the slopes `∂f/∂a` and `∂f/∂b`.
    fn chain_two(self, other: Self, value: f64, by_self: f64, by_other: f64) -> Self {
        let gradient = std::array::from_fn(|k| by_self * self.gradient[k] + by_other * other.gradient[k]);
        Self { value, gradient }
    }
}

impl<const K: usize> Scalar for Dual<K> {
    fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; K] }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        (self.chain(sin, cos), self.chain(cos, -sin))
    }

    fn tan(self) -> Self {
        let tan = self.value.tan();
        self.chain(tan, 1.0 + tan * tan)
    }
}

impl<const K: usize> Add for Dual<K> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.chain_two(other, self.value + other.value, 1.0, 1.0)
    }
}

impl<const K: usize> Sub for Dual<K> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.chain_two(other, self.value - other.value, 1.0, -1.0)
    }
}

impl<const K: usize> Mul for Dual<K> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.chain_two(other, self.value * other.value, other.value, self.value)
    }
}

impl<const K: usize> Div for Dual<K> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        self.chain_two(other, value, other.value.recip(), -value / other.value)
    }
}

impl<const K: usize> Neg for Dual<K> {
    type Output = Self;

    fn neg(self) -> Self {
        self.chain(-self.value, -1.0)
    }
}

impl<const K: usize> Add<f64> for Dual<K> {
    type Output = Self;

    fn add(self, constant: f64) -> Self {
        Self { value: self.value + constant, ..self }
    }
}

impl<const K: usize> Mul<f64> for Dual<K> {
    type Output = Self;

    fn mul(self, constant: f64) -> Self {
        self.chain(self.value * constant, constant)
    }
}
