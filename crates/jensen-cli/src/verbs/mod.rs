//! One file a verb: its options and what it does.

pub mod collect;
pub mod completions;
pub mod config;
pub mod data;
pub mod decode;
pub mod encode;
pub mod env;
pub mod evaluate;
pub mod impute;
pub mod interpolate;
pub mod lab;
pub mod man;
mod options;
pub mod plan;
pub mod reconstruct;
pub mod replay;
pub mod report;
pub mod runs;
pub mod sample;
pub mod score;
pub mod train;
pub mod traverse;

pub use options::{DataOptions, at_least_one};
