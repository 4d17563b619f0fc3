//! The `gopie` program.
fn main() {}
