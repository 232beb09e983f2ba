//! Fused tensor operations, in place of chains of Burn operations where those are slow.
//!
//! On the CPU (Burn's Flex backend, `f32`) each operation is one pass over memory with a
//! hand-written backward pass, vectorised for the instruction set found at run time and shared
//! between threads; elsewhere it is composed of Burn's own operations. Small matrices are factorised and
//! solved in `f64`, a batch at a time, in single and in double precision. The bits of a result depend
//! neither on the number of threads nor, since no multiply-add is fused, on the instruction set.

// A helper must be part of the function that is compiled for an instruction set to be so itself.
#![allow(clippy::inline_always)]

mod adam;
mod backend;
mod bernoulli;
mod cholesky;
mod elementary;
mod elementwise;
mod flex;
mod gamma;
mod matrices;
pub mod scalar;
mod sum_of_squares;
mod triangular;

pub use adam::{AdamStep, adam_step};
pub use bernoulli::bernoulli_log_prob;
pub use burn::tensor::activation::relu;
pub use cholesky::{cholesky, diagonal, log_det_from_cholesky};
pub use elementwise::{
    digamma, digamma_remainder, elu, exponential, gelu, log_gamma, log_gamma_remainder, normal_cdf, sigmoid,
    silu, softplus, tanh,
};
pub use sum_of_squares::sum_of_squares;
pub use triangular::{solve_lower, solve_lower_transposed};
