//! What changed from one Go release to the next, on this machine's target.
//!
//! Facts are those of what is shipped: of the stripped artifacts, where there are any. A release of which every
//! case was skipped could not be had: it is named with the reason, and is in no table.

mod changes;
mod plot;
mod reply;
mod tables;

#[cfg(test)]
mod tests;

use anyhow::Result;

use super::Part;
use crate::config::{Contrast, Language, Program, Variant};
use crate::report::plots::Plot;
use crate::results::{ArtifactRow, Index, Place, Status};
use crate::toolchain::release_order;

/// The part; none where the run is of one release.
pub(super) fn part(index: &Index<'_>) -> Result<Option<(Part, Vec<Plot>)>> {
    let releases = Releases::of(index);
    if releases.had.len() + releases.missing.len() < 2 {
        return Ok(None);
    }
    let part = Part {
        heading: "Does it depend on the Go release?",
        reply: reply::items(&releases),
        plots: Vec::new(),
        tables: tables::all(&releases),
    };
    Ok(Some((part, plot::draw(&releases)?.into_iter().collect())))
}

/// The releases of a run on this machine's target.
struct Releases<'a, 'i> {
    index: &'i Index<'a>,
    /// Where those are of which anything was tried, the oldest first.
    had: Vec<Place<'a>>,
    /// Those that could not be had, with the reason.
    missing: Vec<(&'a str, &'a str)>,
}

/// A program built in one way.
#[derive(Clone, Copy)]
struct Subject<'a> {
    program: &'a Program,
    variant: &'a Variant,
}

impl<'a, 'i> Releases<'a, 'i> {
    fn of(index: &'i Index<'a>) -> Self {
        let run = index.run();
        let mut places = index.everywhere();
        places.retain(|place| place.target == run.info.machine.host);
        places.sort_by_key(|place| release_order(place.toolchain));
        let mut releases = Self { index, had: Vec::new(), missing: Vec::new() };
        for place in places {
            let at = |row: &&ArtifactRow| row.toolchain == place.toolchain && row.target == place.target;
            let mut rows = run.artifacts.iter().filter(at);
            if rows.clone().any(|row| row.status != Status::Skipped) {
                releases.had.push(place);
            } else if let Some(row) = rows.next() {
                releases.missing.push((place.toolchain, &row.reason));
            }
        }
        releases
    }

    /// The case as linked, unless it was not tried.
    fn row(&self, subject: Subject<'_>, place: Place<'_>) -> Option<&'a ArtifactRow> {
        let row = self.index.case(&subject.program.name, &subject.variant.name, place, false)?;
        (row.status != Status::Skipped).then_some(row)
    }

    /// What is shipped: the stripped artifact, where there is one.
    fn shipped(&self, subject: Subject<'_>, place: Place<'_>) -> Option<&'a ArtifactRow> {
        let artifact =
            |stripped| self.index.artifact(&subject.program.name, &subject.variant.name, place, stripped);
        artifact(true).or_else(|| artifact(false))
    }

    /// What more than one release was to build: program by program, in the order of the variants.
    fn subjects(&self) -> Vec<Subject<'a>> {
        let mut all = Vec::new();
        for program in self.index.go_programs() {
            let subjects = self.index.variants(Language::Go).map(|variant| Subject { program, variant });
            all.extend(subjects.filter(|subject| {
                self.had.iter().filter(|place| self.row(*subject, **place).is_some()).count() > 1
            }));
        }
        all
    }

    /// The programs of those.
    fn programs(&self) -> Vec<&'a Program> {
        let mut all: Vec<&Program> = self.subjects().iter().map(|subject| subject.program).collect();
        all.dedup_by_key(|program| &program.name);
        all
    }

    /// The contrasts in Go in which nothing but PIE differs.
    fn pie_only(&self) -> impl Iterator<Item = &'a Contrast> {
        let all = self.index.run().info.contrasts.iter();
        all.filter(|contrast| contrast.pie_only && self.index.language(contrast) == Language::Go)
    }

    /// The sizes of both sides of a contrast, stripped or as linked.
    fn sizes(
        &self,
        contrast: &Contrast,
        program: &Program,
        place: Place<'_>,
        stripped: bool,
    ) -> Option<[u64; 2]> {
        let size = |name: &String| self.index.artifact(&program.name, name, place, stripped)?.size;
        Some([size(&contrast.base)?, size(&contrast.changed)?])
    }

    /// How much larger the changed side of a contrast is, release by release; stripped where every one of these
    /// artifacts is.
    fn ratios(&self, contrast: &Contrast, program: &Program, stripped: bool) -> Vec<(Place<'a>, f64)> {
        let ratio = |place: &Place<'a>| {
            let [base, changed] = self.sizes(contrast, program, *place, stripped)?;
            (base > 0).then(|| (*place, changed as f64 / base as f64))
        };
        self.had.iter().filter_map(ratio).collect()
    }

    /// Whether sizes are those of stripped artifacts.
    fn is_stripped(&self) -> bool {
        let at = |row: &&ArtifactRow| {
            row.stripped
                && row.status == Status::Built
                && self.had.iter().any(|place| place.toolchain == row.toolchain)
        };
        self.index.run().artifacts.iter().any(|row| at(&row))
    }

    /// The relocations of what is shipped, release by release.
    fn relocations(&self, subject: Subject<'_>) -> Vec<(Place<'a>, u64)> {
        let number = |place: &Place<'a>| {
            let id = &self.shipped(subject, *place)?.id;
            Some((*place, self.index.number(id, "relocations", "")?))
        };
        self.had.iter().filter_map(number).collect()
    }

    /// The variant of that name.
    fn variant(&self, name: &str) -> Option<&'a Variant> {
        self.index.variants(Language::Go).find(|variant| variant.name == name)
    }
}

/// How a release is written at the head of a column: without `go`.
fn short(release: &str) -> &str {
    release.strip_prefix("go").unwrap_or(release)
}
