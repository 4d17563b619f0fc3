//! The overlay that brings the cgo runtime into a program that has no C in it.
//!
//! Source: `go help build`, `-overlay`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use super::{Job, place};
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
    // Go finds its own root with links followed, and a folder as it is spelled: it takes the name that fits, and
    // passes over the other.
    let spelled: PathBuf = main.components().collect();
    let in_place = match &job.source.dir {
        Some(_) => Path::new(place::SOURCE).to_owned(),
        None => Path::new(place::GO).join("src"),
    };
    let in_place: PathBuf = in_place.join(job.source.inputs.concat()).components().collect();
    let places = [fs::canonicalize(&main).unwrap_or_else(|_| spelled.clone()), spelled, in_place];
    let replace: BTreeMap<String, &Path> =
        places.iter().map(|place| (place.join(RUNTIME_CGO).display().to_string(), code.as_path())).collect();
    put(&job.overlay, &json!({ "Replace": replace }).to_string())
}
