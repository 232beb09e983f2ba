//! Values of a model as pictures and as numbers in the data's own units.

use std::io::Write;
use std::path::Path;

use burn::tensor::Tensor;
use jensen_data::{Array, DType, Field, Role, Scale, Support, TableSchema};

use crate::error::CliError;
use crate::model::Samples;
use crate::picture::{EventShape, Events, Intensity, PictureError, Scene, Theme};
use crate::trained_run::TrainedRun;

/// Examples that are decoded at once.
const BLOCK: usize = 1000;

/// How examples of a run are shown.
pub struct View<'a> {
    run: &'a TrainedRun,
    shape: EventShape,
}

impl<'a> View<'a> {
    /// The view that fits the data of a run.
    pub fn of(run: &'a TrainedRun) -> Self {
        Self { run, shape: EventShape::of(&run.record.shape) }
    }

    /// Whether examples are 8-bit images, which the model sees on [0, 1].
    fn is_unit(&self) -> bool {
        let preprocessing = &self.run.record.preprocessing;
        preprocessing.dtype() == DType::U8
            && preprocessing.standardization().is_none()
            && (preprocessing.scale() == Scale::Unit || preprocessing.support() == Support::Binary)
    }

    /// Which values are black and white.
    pub fn intensity(&self) -> Intensity {
        if self.is_unit() { Intensity::UNIT } else { Intensity::Robust }
    }

    /// What is shown of model values `[rows, features]`: images on [0, 1] as they are, everything
    /// else in its own units.
    pub fn shown(&self, values: Tensor<2>) -> Vec<f32> {
        self.shown_numbers(&to_vec(values))
    }

    /// The same of numbers, row by row.
    pub fn shown_numbers<T: Copy + Into<f64>>(&self, values: &[T]) -> Vec<f32> {
        if self.is_unit() {
            return values.iter().map(|&value| value.into() as f32).collect();
        }
        self.own_units(values).into_iter().map(|x| x as f32).collect()
    }

    /// What is shown of samples.
    ///
    /// # Errors
    /// If the model cannot decode.
    pub fn samples(&self, samples: &Samples) -> Result<Vec<f32>, CliError> {
        match samples {
            Samples::Latents(latents) => self.decoded(latents),
            Samples::Observations(values) => Ok(self.shown_numbers(values)),
        }
    }

    /// Observations as the model sees them, row by row, in the data's own units, as a field `x` for a file.
    ///
    /// # Errors
    /// If there are none.
    pub fn observed_field(&self, values: &[f64]) -> Result<Field, CliError> {
        let own = Array::F64(self.own_units(values));
        let record = &self.run.record;
        Ok(match record.preprocessing.table() {
            Some(schema) => schema.field("x", own)?,
            None => Field::new("x", Role::Observation, record.shape.clone(), own)?,
        })
    }

    /// What is shown of the mean observations given latents `[rows, latent]`.
    ///
    /// # Errors
    /// If the model cannot decode.
    pub fn decoded(&self, latents: &Tensor<2>) -> Result<Vec<f32>, CliError> {
        let mut shown = Vec::new();
        self.for_each_decoded(latents, |values| shown.extend(self.shown(values)))?;
        Ok(shown)
    }

    /// Model values `[rows, columns]` of a table in the data's own units, with its columns and levels.
    ///
    /// # Errors
    /// If there are none.
    pub fn table_field(&self, schema: &TableSchema, values: Tensor<2>) -> Result<Field, CliError> {
        Ok(schema.field("x", Array::F64(self.own_units(&to_vec(values))))?)
    }

    /// Refuses to draw the rows of a table.
    ///
    /// # Errors
    /// If the run is of a table.
    pub fn check_picture(&self) -> Result<(), CliError> {
        if self.run.record.preprocessing.table().is_none() {
            return Ok(());
        }
        Err(CliError::usage(
            format!("{} is of a table, whose rows have no picture", self.run.directory.name()),
            "`sample`, `reconstruct` and `decode` write rows: give `-o` a file that ends in .csv",
        ))
    }

    /// The mean observations given latents `[rows, latent]` in the data's own units, as a field `x`
    /// for a file: of doubles if the data are, else of single precision; of a table with its columns.
    ///
    /// # Errors
    /// If the model cannot decode, or there are no latents.
    pub fn decoded_field(&self, latents: &Tensor<2>) -> Result<Field, CliError> {
        let record = &self.run.record;
        if let Some(schema) = record.preprocessing.table() {
            let mut blocks = Vec::new();
            self.for_each_decoded(latents, |block| blocks.push(block))?;
            return self.table_field(schema, Tensor::cat(blocks, 0));
        }
        let values = if record.preprocessing.dtype() == DType::F64 {
            let mut values = Vec::new();
            self.for_each_decoded(latents, |block| values.extend(self.own_units(&to_vec(block))))?;
            Array::F64(values)
        } else {
            let mut values = Vec::new();
            self.for_each_decoded(latents, |block| {
                values.extend(self.own_units(&to_vec(block)).into_iter().map(|x| x as f32));
            })?;
            Array::F32(values)
        };
        Ok(Field::new("x", Role::Observation, record.shape.clone(), values)?)
    }

    /// Decodes block by block: the hidden layers of a decoder are many times as large as its output.
    fn for_each_decoded(
        &self,
        latents: &Tensor<2>,
        mut visit: impl FnMut(Tensor<2>),
    ) -> Result<(), CliError> {
        let [rows, _] = latents.dims();
        for start in (0..rows).step_by(BLOCK) {
            let block = latents.clone().narrow(0, start, BLOCK.min(rows - start));
            visit(self.run.model.decode(block)?);
        }
        Ok(())
    }

    /// Examples for a picture.
    ///
    /// # Errors
    /// If there are none.
    pub fn events<'v>(&self, shown: &'v [f32]) -> Result<Events<'v>, PictureError> {
        Events::new(shown, self.shape)
    }

    /// Model values in the data's own units.
    fn own_units<T: Copy + Into<f64>>(&self, values: &[T]) -> Vec<f64> {
        self.run.record.preprocessing.undo(values)
    }
}

/// The numbers of a tensor, row by row.
pub fn to_vec(values: Tensor<2>) -> Vec<f32> {
    values.into_data().iter::<f32>().collect()
}

/// Writes a scene as PNG, or as SVG if the file ends so.
///
/// # Errors
/// If the picture cannot be drawn or the file not be written.
pub fn write_scene(path: &Path, scene: &Scene) -> Result<(), CliError> {
    let bytes = match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("svg") => scene.to_svg(Theme::Light)?.into_bytes(),
        _ => scene.to_png(Theme::Light)?,
    };
    jensen_data::replace_file(path, |file| file.write_all(&bytes)).map_err(CliError::file("write", path))
}
