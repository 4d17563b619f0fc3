//! Made-up runs of several Go releases.

use super::Synthetic;
use crate::results::{ArtifactRow, EstimateRow, FactRow, Run, Status};

/// The release that every other made-up run is of.
const ONLY: &str = "go1.27.3";

/// One run of several releases, each as its data has it; what they have in common is that of the first.
pub(crate) fn of_releases(parts: &[(&str, Synthetic)]) -> Run {
    let mut runs = parts.iter().map(|(release, data)| renamed(data.run(), release));
    let mut whole = runs.next().expect("there is one at least");
    for run in runs {
        whole.info.toolchains.extend(run.info.toolchains);
        whole.artifacts.extend(run.artifacts);
        whole.facts.extend(run.facts);
        whole.estimates.extend(run.estimates);
        whole.blocks.extend(run.blocks);
        whole.memory.extend(run.memory);
    }
    whole
}

/// Adds a release that could not be had: each of its cases was skipped for that reason.
pub(crate) fn add_missing(run: &mut Run, release: &str, reason: &str) {
    let first = run.info.toolchains[0].release.clone();
    let own = run.artifacts.iter().filter(|row| row.toolchain == first);
    let skipped = own.map(|row| ArtifactRow {
        id: row.id.replace(&first, release),
        toolchain: release.to_owned(),
        status: Status::Skipped,
        reason: reason.to_owned(),
        cgo_enabled: String::new(),
        sha256: String::new(),
        size: None,
        ..row.clone()
    });
    let skipped: Vec<ArtifactRow> = skipped.collect();
    run.artifacts.extend(skipped);
}

fn renamed(mut run: Run, release: &str) -> Run {
    let name = |text: &mut String| *text = text.replace(ONLY, release);
    for toolchain in &mut run.info.toolchains {
        name(&mut toolchain.release);
        name(&mut toolchain.version);
    }
    for ArtifactRow { id, toolchain, .. } in &mut run.artifacts {
        name(id);
        name(toolchain);
    }
    for FactRow { case, .. } in &mut run.facts {
        name(case);
    }
    for row in &mut run.memory {
        name(&mut row.case);
    }
    for row in &mut run.estimates {
        let EstimateRow { name: of, toolchain, .. } = row;
        name(of);
        name(toolchain);
    }
    run
}
