//! Data sets from file to batch.

mod bad_input;
mod binarization;
mod compression;
mod digits;
mod formats;
mod images;
mod larger_than_memory;
mod loader;
mod parquet;
mod preprocessing;
mod safetensors;
mod several;
mod splits;
mod summary;
mod support;
mod table;
mod target;
mod weight;
mod writer;
