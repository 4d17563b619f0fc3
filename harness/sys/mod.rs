//! The ground floor: the only room with `unsafe` in it, one idea a file.

pub mod apart;
pub mod bound;
pub mod hold;
pub mod load;
pub mod map;
pub mod memory;
pub mod mounts;
pub mod orphan;
pub mod pages;
pub mod spawn;
pub mod traced;
pub mod usage;
mod vfork;
pub mod waiting;
