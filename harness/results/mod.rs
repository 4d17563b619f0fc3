//! What a run leaves on disk: row types, files, provenance.
//!
//! The stages before this one write through it and the stages after it read through it; nothing else
//! knows how a run directory is laid out. It computes nothing. The format is described, column by column,
//! in `docs/formats.md`.

mod benchfmt;
mod builds;
mod calibration;
mod criterion;
mod emulated;
pub mod facts;
mod folder;
mod index;
mod info;
mod ladder;
mod layouts;
mod libraries;
mod memory;
mod probes;
mod rows;
mod run;
pub mod table;
mod traces;
mod trials;

pub use benchfmt::benchmark_format;
pub use builds::BuildRow;
pub use calibration::{
    Calibration, CalibrationInfo, Called, ComparisonRow, Drawn, Effect, Known, Null, Part, Repeated, Setting,
    Share, Summary, UnitRow,
};
pub use criterion::{Bench, Criterion, load_criterion};
pub use emulated::EmulatedRow;
pub use folder::{BlockFile, RunFolder, Samples};
pub use index::{Index, Measure, Place};
pub use info::{Harness, NotMeasured, RunInfo, SCHEMA, Sampling};
pub use ladder::{LadderRole, LadderRow};
pub use layouts::LayoutRow;
pub use libraries::LibraryRow;
pub use memory::{MemoryRow, OK, load_memory};
pub use probes::ProbeRow;
pub use rows::{ArtifactRow, BlockRow, EstimateRow, FactRow, SampleRow, StartRow, StartStatus, Status};
pub use run::{Run, load_facts, load_info, load_samples};
pub use traces::TraceRow;
pub use trials::TrialRow;

#[cfg(test)]
mod tests;
