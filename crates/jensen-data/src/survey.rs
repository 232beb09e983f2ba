//! What one pass over arrays of numbers finds.

use crate::moments::Moments;
use crate::split::Membership;
use crate::{
    Array, DType, DataError, Dataset, Preprocessing, Role, Rows, Scale, Split, Standardize, Support,
};

/// Where the observations lie, over all rows, and the moments of the training rows in the file's units.
pub(crate) struct Survey {
    /// Whether they are bytes that are all 0 or 1: bits already, not almost black pixels.
    pub(crate) bits: bool,
    /// Where they lie once they are scaled.
    pub(crate) support: Support,
    /// Of each feature; without standardisation empty.
    pub(crate) moments: Vec<Moments>,
}

impl Survey {
    /// Reads every row once, and refuses values that are not finite or out of range.
    pub(crate) fn of(
        preprocessing: &Preprocessing,
        standardize: Standardize,
        dataset: &Dataset,
        train: &Rows,
    ) -> Result<Self, DataError> {
        let features = preprocessing.features();
        let train = Membership::of(train, dataset.len());
        let counted = if standardize == Standardize::Yes { features } else { 0 };
        let mut moments = vec![Moments::default(); counted];
        let mut bytes = Bytes { bits: true, ends: true };
        let mut support = Support::Binary;
        dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
            let field = batch.require(Role::Observation)?;
            if let Array::U8(values) = field.array() {
                bytes.add(values);
            }
            // Scaled bytes need no check.
            if preprocessing.dtype() != DType::U8 || preprocessing.scale() == Scale::None {
                let values = preprocessing.grey(batch, field)?;
                support = values.iter().fold(support, |support, &value| support.max(support_of(value)));
            }
            if !moments.is_empty() {
                let values = field.array().to_f64();
                let rows = values.chunks(features).zip(batch.rows());
                for (cells, _) in rows.filter(|(_, row)| train.contains(**row)) {
                    cells.iter().zip(&mut moments).for_each(|(&value, one)| one.add(value));
                }
            }
            Ok(())
        })?;
        let is_bytes = preprocessing.dtype() == DType::U8;
        let bits = is_bytes && bytes.bits;
        if is_bytes && preprocessing.scale() == Scale::Unit {
            support = if bits || bytes.ends { Support::Binary } else { Support::UnitInterval };
        }
        Ok(Self { bits, support, moments })
    }
}

/// Which bytes there are.
struct Bytes {
    /// Only 0 and 1.
    bits: bool,
    /// Only 0 and 255.
    ends: bool,
}

impl Bytes {
    fn add(&mut self, values: &[u8]) {
        self.bits = self.bits && values.iter().all(|&byte| byte <= 1);
        self.ends = self.ends && values.iter().all(|&byte| byte == 0 || byte == 255);
    }
}

fn support_of(value: f32) -> Support {
    match value {
        _ if !(0.0..=1.0).contains(&value) => Support::Real,
        _ if value == 0.0 || value == 1.0 => Support::Binary,
        _ => Support::UnitInterval,
    }
}
