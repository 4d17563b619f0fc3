//! The ground floor: the only room with `unsafe` in it, one idea a file.

pub mod map;
pub mod spawn;
pub mod waiting;
