//! Integration tests of environments and planning.

mod cartpole_benchmark;
mod closed_loop;
mod environment;
mod ilqg;
mod ilqr;
mod lqr;
mod reaching;
mod sampling;
mod starts;
mod support;
