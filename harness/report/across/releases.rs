//! What changed from one Go release to the next.

use anyhow::Result;

use super::Part;
use crate::report::plots::Plot;
use crate::results::Index;

#[expect(clippy::unnecessary_wraps, reason = "a part may fail to draw its plots")]
pub(super) fn part(_index: &Index<'_>) -> Result<Option<(Part, Vec<Plot>)>> {
    Ok(None)
}
