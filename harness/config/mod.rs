//! What to compare: `programs.toml` and `variants.toml`, read and checked.
//!
//! Data, not code: adding a variant, a contrast or a program is adding a table. This room knows nothing of
//! how anything is built or run.

mod program;
mod variant;

pub use program::{Answer, Contrasts, Input, Program, RunKind, Source, Workload};
pub use variant::{Change, Contrast, Variant};
