//! A batch as arrays and back, every bit kept.

use burn::tensor::TensorData;
use jensen_data::{Array, Batch, Field, FieldSpec};
use serde::{Deserialize, Serialize};

use crate::StateDict;

/// What a batch is besides its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct BatchSchema {
    dataset: String,
    fields: Vec<FieldSpec>,
}

/// The schema of a batch and its numbers.
pub(super) fn save(batch: &Batch) -> (BatchSchema, StateDict) {
    let fields = batch.fields().iter().map(|field| field.spec().clone()).collect();
    let mut arrays = StateDict::new();
    arrays.insert("rows", TensorData::new(batch.rows().to_vec(), [batch.len()]));
    arrays.insert("log_jacobian", TensorData::new(batch.log_jacobian().to_vec(), [batch.len()]));
    for (i, field) in batch.fields().iter().enumerate() {
        let shape = [batch.len(), field.spec().features()];
        let data = match field.array() {
            Array::U8(values) => TensorData::new(values.clone(), shape),
            Array::I32(values) => TensorData::new(values.clone(), shape),
            Array::I64(values) => TensorData::new(values.clone(), shape),
            Array::F32(values) => TensorData::new(values.clone(), shape),
            Array::F64(values) => TensorData::new(values.clone(), shape),
        };
        arrays.insert(format!("field.{i}"), data);
    }
    (BatchSchema { dataset: batch.dataset().to_owned(), fields }, arrays)
}

/// The batch of a schema and its numbers; an error says what does not fit.
pub(super) fn restore(schema: &BatchSchema, arrays: &StateDict) -> Result<Batch, String> {
    let find = |name: &str| arrays.get(name).ok_or_else(|| format!("the batch has no `{name}`"));
    let rows = find("rows")?.try_to_vec::<u64>().map_err(|_| "`rows` are no row numbers")?;
    let log_jacobian = find("log_jacobian")?.try_to_vec::<f64>().map_err(|_| "`log_jacobian` is not f64")?;
    let mut fields = Vec::with_capacity(schema.fields.len());
    for (i, spec) in schema.fields.iter().enumerate() {
        let array = array_of(find(&format!("field.{i}"))?, spec)?;
        let field = Field::new(spec.name.clone(), spec.role, spec.shape.clone(), array);
        let mut field = field.map_err(|error| error.to_string())?;
        if spec.feature_names.len() == spec.features() {
            field = field.with_feature_names(spec.feature_names.clone());
        }
        fields.push(field.with_levels(spec.levels.clone()));
    }
    Batch::from_parts(&schema.dataset, rows, fields, log_jacobian).map_err(|error| error.to_string())
}

fn array_of(data: &TensorData, spec: &FieldSpec) -> Result<Array, String> {
    use jensen_data::DType;
    let array = match spec.dtype {
        DType::U8 => data.try_to_vec().map(Array::U8),
        DType::I32 => data.try_to_vec().map(Array::I32),
        DType::I64 => data.try_to_vec().map(Array::I64),
        DType::F32 => data.try_to_vec().map(Array::F32),
        DType::F64 => data.try_to_vec().map(Array::F64),
    };
    array.map_err(|_| format!("field `{}` is not {}", spec.name, spec.dtype))
}
