//! Plots: titled, with axes in named units.

mod axis;
mod bound_histogram;
mod components;
mod gradient_estimators;
mod inference_methods;
mod kl_per_dimension;
mod latent_map;
mod layout;
mod panel;
mod predictions;
mod range;
mod schedule;
mod training_curves;

pub use bound_histogram::bound_histogram;
pub use components::{Component, component_map};
pub use gradient_estimators::{EstimatorMark, GrowthCurve, ProblemMarks, gradient_estimators};
pub use inference_methods::{MethodCurve, PosteriorMap, inference_methods};
pub use kl_per_dimension::{Activity, LatentDimension, kl_per_dimension};
pub use latent_map::latent_map;
pub use predictions::{Branch, predictions};
pub use schedule::{ScheduleStep, schedule};
pub use training_curves::{BoundTerms, training_curves};
