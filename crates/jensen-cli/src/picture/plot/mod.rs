//! Plots: titled, with axes in named units.

mod axis;
mod bound_histogram;
mod calibration;
mod components;
mod convergence;
mod density_slices;
mod gradient_estimators;
mod inference_methods;
mod intervals;
mod kl_per_dimension;
mod latent_map;
mod layout;
mod panel;
mod predictions;
mod range;
mod schedule;
mod state_paths;
mod tiles;
mod training_curves;

pub use bound_histogram::bound_histogram;
pub use calibration::{Transforms, calibration};
pub use components::{Component, component_map};
pub use convergence::convergence;
pub use density_slices::{Slice, density_slices};
pub use gradient_estimators::{EstimatorMark, GrowthCurve, ProblemMarks, gradient_estimators};
pub use inference_methods::{MethodCurve, PosteriorMap, inference_methods};
pub use intervals::{Intervals, intervals};
pub use kl_per_dimension::{Activity, LatentDimension, kl_per_dimension};
pub use latent_map::latent_map;
pub use predictions::{Branch, predictions};
pub use schedule::{ScheduleStep, schedule};
pub use state_paths::{Course, state_paths};
pub use training_curves::{BoundTerms, training_curves};
