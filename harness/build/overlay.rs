//! The overlay that brings the cgo runtime into a program that has no C in it.
//!
//! Source: `go help build`, `-overlay`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use super::Job;
use crate::cache::Cache;
use crate::toolchain::Toolchain;

const RUNTIME_CGO: &str = "gopie_runtime_cgo.go";

/// Go's `-overlay` puts a file into package main that imports `runtime/cgo`.
pub(super) fn write(cache: &Cache, toolchain: &Toolchain, job: &Job<'_>) -> Result<()> {
    let sources = job.source.dir.clone().unwrap_or_else(|| toolchain.goroot.join("src"));
    let main = sources.join(job.source.inputs.concat());
    let folder = cache.dir("overlay")?;
    let code = folder.join(RUNTIME_CGO);
    // Both are the same whoever writes them, and renamed into place.
    let put = |place: &Path, text: &str| -> Result<()> {
        let file = tempfile::NamedTempFile::new_in(&folder)?;
        fs::write(file.path(), text)?;
        file.persist(place).with_context(|| format!("cannot write {}", place.display()))?;
        Ok(())
    };
    put(&code, "package main\n\nimport _ \"runtime/cgo\"\n")?;
    let place: PathBuf = main.components().collect();
    let overlay = json!({ "Replace": { place.join(RUNTIME_CGO).display().to_string(): code } });
    put(&job.overlay, &overlay.to_string())
}
