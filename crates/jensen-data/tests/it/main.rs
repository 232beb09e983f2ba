//! Data sets from file to batch.

mod bad_input;
mod binarization;
mod digits;
mod formats;
mod loader;
mod preprocessing;
mod splits;
mod summary;
mod support;
mod writer;
