//! The `jensen` command.
fn main() {}
