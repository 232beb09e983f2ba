//! Integration tests of the inference crate.

mod bounds;
mod certificates;
mod control_variate;
mod estimators;
mod fit;
mod fit_file;
mod fit_nonfinite;
mod fit_resume;
mod fit_terms;
mod fit_toy;
mod forensics;
mod learning;
mod linear_gaussian;
