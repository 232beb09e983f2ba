//! Pictures: grids of images, plots, and a few images in the terminal.
//!
//! Nothing here knows a model or a tensor. A picture is made from plain numbers into a [`Scene`], a list of
//! shapes whose colours are roles (ink, paper, series 1, …); the scene is then written as SVG or PNG in a light
//! or a dark [`Theme`]. No font, colour or size comes from the machine it runs on, so the same numbers give the
//! same bytes.

pub mod animation;
pub mod event;
pub mod font;
pub mod grid;
pub mod pca;
pub mod plot;
pub mod raster;
pub mod scene;
pub mod terminal;
pub mod theme;
pub mod ticks;

mod error;

pub use error::PictureError;
pub use event::{EventShape, Events, Intensity};
pub use raster::Raster;
pub use scene::Scene;
pub use theme::Theme;

#[cfg(test)]
mod tests;
