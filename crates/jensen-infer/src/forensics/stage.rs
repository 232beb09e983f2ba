//! One of the values on the way through a step, in figures.

use burn::tensor::TensorData;
use serde::{Deserialize, Serialize};

/// What a value is to the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// A parameter before the step.
    Parameter,
    /// The optimizer's memory before the step.
    Optimizer,
    /// What the model is given; not-a-numbers are missing values there.
    Data,
    /// A value between the data and the terms of the bound.
    Forward,
    /// A term of the bound, the bound or the loss.
    Term,
    /// The gradient of a parameter.
    Gradient,
    /// A parameter, or the optimizer's memory, as the step would leave it.
    Update,
}

/// A value on the way through a step: its shape, its range, and what of it is not finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// What it is: `encoder.mean`, `KL(q‖p)`, `decoder.output.weight`, …
    pub name: String,
    /// What it is to the step.
    pub kind: StageKind,
    /// Its shape.
    pub shape: Vec<usize>,
    /// The least of its finite numbers.
    pub min: Option<f64>,
    /// The greatest of its finite numbers.
    pub max: Option<f64>,
    /// The mean of its finite numbers.
    pub mean: Option<f64>,
    /// How many are not a number.
    pub nan: usize,
    /// How many are infinite.
    pub infinite: usize,
    /// The first that is at fault.
    pub first: Option<Place>,
    /// The finite one of the largest size.
    pub largest: Option<Place>,
    /// A CRC-32C of the numbers: equal for the same bits, whichever bits a not-a-number has.
    pub checksum: u32,
}

/// A place in a value, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The index along each axis.
    pub index: Vec<usize>,
    /// The example that it belongs to, as an index into the data set.
    pub row: Option<u64>,
    /// The number in words, which may be `NaN`, `inf` or `-inf`.
    pub value: String,
}

impl Stage {
    /// The figures of `data`. With `rows`, the first axis is examples: `rows[i % rows.len()]` is the
    /// row of index `i`.
    pub fn of(name: impl Into<String>, kind: StageKind, data: &TensorData, rows: Option<&[u64]>) -> Self {
        let shape: Vec<usize> = data.shape().to_vec();
        let (mut nan, mut infinite, mut finite) = (0, 0, 0usize);
        let (mut min, mut max, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        let (mut first, mut largest) = (None, None::<(usize, f64)>);
        let mut checksum = 0;
        for (at, value) in data.iter::<f64>().enumerate() {
            let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
            checksum = crc32c::crc32c_append(checksum, &bits.to_le_bytes());
            let is_missing = kind == StageKind::Data && value.is_nan();
            if !value.is_finite() && !is_missing && first.is_none() {
                first = Some((at, value));
            }
            if value.is_nan() {
                nan += 1;
            } else if value.is_infinite() {
                infinite += 1;
            } else {
                finite += 1;
                (min, max, sum) = (min.min(value), max.max(value), sum + value);
                if largest.is_none_or(|(_, most)| value.abs() > most.abs()) {
                    largest = Some((at, value));
                }
            }
        }
        let place = |(at, value): (usize, f64)| {
            let index = unravel(at, &shape);
            let row = rows.filter(|rows| !rows.is_empty()).map(|rows| rows[index[0] % rows.len()]);
            let value = format!("{value:e}");
            Place { index, row, value: value.strip_suffix("e0").unwrap_or(&value).to_owned() }
        };
        let (first, largest) = (first.map(place), largest.map(place));
        let some = |value: f64| (finite > 0 && value.is_finite()).then_some(value);
        let (min, max, mean) = (some(min), some(max), some(sum / finite.max(1) as f64));
        Self { name: name.into(), kind, shape, min, max, mean, nan, infinite, first, largest, checksum }
    }

    /// Whether all is as it should be.
    pub fn is_sound(&self) -> bool {
        self.first.is_none()
    }
}

/// The index along each axis of the element that is `at`th in row-major order.
fn unravel(at: usize, shape: &[usize]) -> Vec<usize> {
    let mut rest = at;
    let mut index = vec![0; shape.len()];
    for (i, &extent) in index.iter_mut().zip(shape).rev() {
        *i = rest % extent;
        rest /= extent;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> TensorData {
        TensorData::new(vec![1.0f32, -3.0, f32::NAN, 2.0, f32::NEG_INFINITY, 0.0], [3, 2])
    }

    #[test]
    fn figures_are_those_of_the_finite_numbers_and_the_first_fault_has_its_row() {
        let stage = Stage::of("x", StageKind::Forward, &values(), Some(&[40, 50, 60]));
        assert_eq!((stage.min, stage.max, stage.mean), (Some(-3.0), Some(2.0), Some(0.0)));
        assert_eq!((stage.nan, stage.infinite), (1, 1));
        let first = stage.first.expect("a fault");
        assert_eq!((first.index.as_slice(), first.row, first.value.as_str()), (&[1, 0][..], Some(50), "NaN"));
        let largest = stage.largest.expect("a finite number");
        assert_eq!(
            (largest.index.as_slice(), largest.row, largest.value.as_str()),
            (&[0, 1][..], Some(40), "-3")
        );
    }

    #[test]
    fn a_missing_value_is_no_fault_of_the_data_but_an_infinite_one_is() {
        let first = Stage::of("x", StageKind::Data, &values(), None).first.expect("a fault");
        assert_eq!((first.index.as_slice(), first.value.as_str()), (&[2, 0][..], "-inf"));
    }

    #[test]
    fn samples_of_an_example_share_its_row() {
        let samples = TensorData::new(vec![0.0f32, 0.0, 0.0, f32::NAN], [4, 1]);
        let stage = Stage::of("z", StageKind::Forward, &samples, Some(&[7, 9]));
        assert_eq!(stage.first.expect("a fault").row, Some(9), "sample 1 of example 1");
    }

    #[test]
    fn the_checksum_sees_a_bit_but_not_which_nan_it_is() {
        let sum = |values: Vec<f32>| {
            let n = values.len();
            Stage::of("x", StageKind::Forward, &TensorData::new(values, [n]), None).checksum
        };
        assert_ne!(sum(vec![0.0, 1.0]), sum(vec![-0.0, 1.0]));
        assert_eq!(sum(vec![f32::NAN, 1.0]), sum(vec![f32::from_bits(0xFFC0_0001), 1.0]));
    }

    #[test]
    fn nothing_finite_has_no_range() {
        let stage = Stage::of("x", StageKind::Term, &TensorData::new(vec![f64::NAN], [1]), None);
        assert_eq!((stage.min, stage.max, stage.mean, stage.largest.clone()), (None, None, None, None));
        assert!(!stage.is_sound());
    }
}
