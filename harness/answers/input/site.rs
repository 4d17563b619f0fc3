//! The source of a site.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::Draw;

pub(super) fn write(made: &Path, _draw: &mut Draw, _pages: u32) -> Result<()> {
    fs::create_dir(made)?;
    Ok(())
}
