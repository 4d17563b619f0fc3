//! Whether a Go program needs C and why: its import graph with cgo and without, and what stands in for C there.
//!
//! The graphs are [`asked`] of the `go` command; what they tell is found by pure functions over them: [`cgo`] what
//! brings C in, [`safety`] what memory safety rests on, [`declaration`] what a package would say of itself. How a
//! program behaves without cgo is for probes to say.

pub mod asked;
pub mod cgo;
pub mod declaration;
mod graph;
mod place;
pub mod safety;
mod scan;
#[cfg(test)]
mod testing;

use std::fs;

use anyhow::{Context, Result, anyhow};

pub use asked::{Asked, Cgo, Graphs, NoGraph, Trial};
pub use declaration::{Circumstances, Declaration};
pub use graph::{Graph, GraphError, Module, Origin, Package, PackageError};
pub use place::Place;

use crate::hint::HintExt;
use crate::ui::say;
use cgo::{Obstacle, Reason};

/// What a package would declare. With `compile`, it is compiled without cgo where the graph leaves that open, and
/// once more with cgo where that fails.
pub fn declare(asked: &Asked<'_>, place: &Place, compile: bool) -> Result<Declaration> {
    let graphs = asked.graphs(place)?;
    let tries = compile && cgo::obstacles(&graphs.without).is_empty();
    let refused = if tries { refused(asked, place, &graphs)? } else { None };
    let around = Circumstances { release: &asked.toolchain.release, target: asked.target, compiled: tries };
    let mut declaration = Declaration::of(&graphs, refused, around);
    declaration.reasons.iter_mut().try_for_each(|reason| add_says(reason, &graphs.without))?;
    Ok(declaration)
}

/// Why it does not compile without cgo, where that is so.
fn refused(asked: &Asked<'_>, place: &Place, graphs: &Graphs) -> Result<Option<Obstacle>> {
    // It may take minutes.
    say(&format!("note: compiling {} without cgo", place.words()));
    let Trial::Refused(package, why) = asked.build(place, Cgo::Off)? else { return Ok(None) };
    let wrong = format!("{} does not compile: {package}: {why}", place.words());
    if cgo::reasons(&graphs.with, &graphs.without).is_empty() {
        return Err(anyhow!(wrong)).hint("mend that first");
    }
    if asked.c_compiler.is_none() {
        return Err(anyhow!("{wrong}; and there is no C compiler to try it with cgo"))
            .hint("install gcc or clang, or leave out the trial with --no-build");
    }
    say(&format!("note: compiling {} with cgo", place.words()));
    match asked.build(place, Cgo::On)? {
        Trial::Built => {
            let chain = graphs.without.chain(&package).unwrap_or_default();
            Ok(Some(Obstacle { package, chain, why }))
        }
        Trial::Refused(package, why) => Err(anyhow!("{wrong}; and with cgo: {package}: {why}")).hint(
            "mend that first; where it lacks a C library, install what its C is compiled with, or leave out the trial \
             with --no-build",
        ),
    }
}

/// Adds what the files that stand in for a package's C say of cgo; those of the standard library do what they
/// are there for.
fn add_says(reason: &mut Reason, without: &Graph) -> Result<()> {
    let Some(fallback) = &mut reason.fallback else { return Ok(()) };
    let package = without.get(&fallback.package).filter(|package| !package.standard);
    let Some(package) = package else { return Ok(()) };
    for file in &fallback.files {
        let path = package.dir.join(file);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        fallback.says.extend(scan::scan(&String::from_utf8_lossy(&bytes)).about_cgo);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::testing::{graph, package, with_c};
    use super::*;

    #[test]
    fn a_stub_is_quoted() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "package sqlite\n\nvar err = errors.New(\"this is a stub: build it with cgo\")\n";
        fs::write(folder.path().join("stub.go"), text).expect("writes");
        let main = package("main", &["sqlite"]);
        let mut stub = package("sqlite", &[]);
        stub.dir = folder.path().to_owned();
        stub.go_files = vec!["stub.go".to_owned()];
        let with = graph(&[main.clone(), with_c("sqlite", &[])]);
        let without = graph(&[main, stub]);
        let mut reasons = cgo::reasons(&with, &without);
        add_says(&mut reasons[0], &without).expect("reads");
        let fallback = reasons[0].fallback.as_ref().expect("is there");
        assert_eq!(fallback.says, ["this is a stub: build it with cgo"]);
    }
}
