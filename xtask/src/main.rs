//! Repository tasks: `cargo xtask validate`.
fn main() {}
