//! Values of a model as pictures and as numbers in the data's own units.

use std::path::Path;

use burn::tensor::Tensor;
use jensen_data::{Array, DType, Field, Role, Scale};

use crate::atomic_file;
use crate::error::CliError;
use crate::picture::{EventShape, Events, Intensity, PictureError, Scene, Theme};
use crate::trained_run::TrainedRun;

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
        self.run.record.preprocessing.dtype() == DType::U8 && self.run.config.data.scale == Scale::Unit
    }

    /// Which values are black and white.
    pub fn intensity(&self) -> Intensity {
        if self.is_unit() { Intensity::UNIT } else { Intensity::Robust }
    }

    /// What is shown of model values `[rows, features]`: images on [0, 1] as they are, everything
    /// else in its own units.
    pub fn shown(&self, values: Tensor<2>) -> Vec<f32> {
        let values = to_vec(values);
        if self.is_unit() { values } else { self.own_units(&values).into_iter().map(|x| x as f32).collect() }
    }

    /// Examples for a picture.
    ///
    /// # Errors
    /// If there are none.
    pub fn events<'v>(&self, shown: &'v [f32]) -> Result<Events<'v>, PictureError> {
        Events::new(shown, self.shape)
    }

    /// Model values in the data's own units.
    fn own_units(&self, values: &[f32]) -> Vec<f64> {
        self.run.record.preprocessing.undo(values)
    }

    /// Model values `[rows, features]` in the data's own units, as a field `x` for a file.
    ///
    /// # Errors
    /// If there are none.
    pub fn field(&self, values: Tensor<2>) -> Result<Field, CliError> {
        let values = self.own_units(&to_vec(values)).into_iter().map(|x| x as f32).collect();
        Ok(Field::new("x", Role::Observation, self.run.record.shape.clone(), Array::F32(values))?)
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
    atomic_file::write(path, &bytes)
}
