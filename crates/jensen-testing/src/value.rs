//! Values of distributions that a test can build and look into.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

/// A value of a distribution, one a row.
pub trait Value: Clone {
    /// Rows of one number each.
    fn from_scalars(scalars: &[f64]) -> Self;

    /// All numbers, row-major.
    fn numbers(&self) -> Vec<f64>;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// All rows `times` over, sample-major.
    fn repeat(&self, times: usize) -> Self;

    /// The first `rows` rows.
    fn first(&self, rows: usize) -> Self;

    /// The same numbers in the float type of `parameter`, if they are floats.
    fn in_type_of(&self, parameter: &Tensor<2>) -> Self;

    /// Parameters `[rows, event]` of distributions whose event is a single number, one a row: its
    /// density can be summed over a grid.
    fn marginals(parameter: &Tensor<2>) -> Tensor<2>;
}

impl Value for Tensor<2> {
    fn from_scalars(scalars: &[f64]) -> Self {
        double(&[scalars.len(), 1], scalars).cast(DType::F32)
    }

    fn numbers(&self) -> Vec<f64> {
        self.try_to_vec_as().expect("a float tensor holds numbers")
    }

    fn rows(&self) -> usize {
        self.dims()[0]
    }

    fn repeat(&self, times: usize) -> Self {
        self.clone().repeat_dim(0, times)
    }

    fn first(&self, rows: usize) -> Self {
        self.clone().narrow(0, 0, rows)
    }

    fn in_type_of(&self, parameter: &Tensor<2>) -> Self {
        self.clone().cast(parameter.dtype())
    }

    /// Dimensions are independent: each becomes a row.
    fn marginals(parameter: &Tensor<2>) -> Tensor<2> {
        let [rows, event] = parameter.dims();
        parameter.clone().reshape([rows * event, 1])
    }
}

impl Value for Tensor<1, Int> {
    fn from_scalars(scalars: &[f64]) -> Self {
        let categories: Vec<i32> = scalars.iter().map(|&s| s.round() as i32).collect();
        Tensor::from_data(TensorData::new(categories, [scalars.len()]), &Device::flex())
    }

    fn numbers(&self) -> Vec<f64> {
        self.try_to_vec_as().expect("an integer tensor holds numbers")
    }

    fn rows(&self) -> usize {
        self.dims()[0]
    }

    fn repeat(&self, times: usize) -> Self {
        self.clone().repeat_dim(0, times)
    }

    fn first(&self, rows: usize) -> Self {
        self.clone().narrow(0, 0, rows)
    }

    fn in_type_of(&self, _: &Tensor<2>) -> Self {
        self.clone()
    }

    /// A category is one number already.
    fn marginals(parameter: &Tensor<2>) -> Tensor<2> {
        parameter.clone()
    }
}

/// Values side by side: the numbers of the first, then those of the second.
impl<A: Value, B: Value> Value for (A, B) {
    fn from_scalars(scalars: &[f64]) -> Self {
        (A::from_scalars(scalars), B::from_scalars(scalars))
    }

    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers()].concat()
    }

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn repeat(&self, times: usize) -> Self {
        (self.0.repeat(times), self.1.repeat(times))
    }

    fn first(&self, rows: usize) -> Self {
        (self.0.first(rows), self.1.first(rows))
    }

    fn in_type_of(&self, parameter: &Tensor<2>) -> Self {
        (self.0.in_type_of(parameter), self.1.in_type_of(parameter))
    }

    /// The marginals of the first part, and of the second with the same parameters.
    fn marginals(parameter: &Tensor<2>) -> Tensor<2> {
        A::marginals(parameter)
    }
}

/// An `f64` tensor on the CPU.
///
/// # Panics
/// If the shape does not hold as many numbers as are given.
pub fn double<const D: usize>(shape: &[usize; D], numbers: &[f64]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), *shape), (&Device::flex(), DType::F64))
}
