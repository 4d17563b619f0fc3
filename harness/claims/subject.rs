//! What claims are about: the artifacts of a run, as rules go through them.

use crate::config::{Contrast, Language, Variant};
use crate::results::{ArtifactRow, Index, Place};

/// An artifact as the linker wrote it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Built<'a> {
    /// The program.
    pub(super) program: &'a str,
    /// The variant.
    pub(super) variant: &'a Variant,
    /// The toolchain and target.
    pub(super) place: Place<'a>,
    /// Its row.
    pub(super) row: &'a ArtifactRow,
}

impl Built<'_> {
    /// Whether it needs neither loader nor library.
    pub(super) fn stands_alone(&self, index: &Index<'_>) -> bool {
        self.interpreter(index).is_none() && index.facts(&self.row.id, "needed").next().is_none()
    }

    /// The loader that it names.
    pub(super) fn interpreter<'a>(&self, index: &Index<'a>) -> Option<&'a str> {
        index.text(&self.row.id, "interpreter")
    }

    /// Whether it is a position-independent executable.
    pub(super) fn is_pie(&self, index: &Index<'_>) -> bool {
        index.number(&self.row.id, "pie", "") == Some(1)
    }
}

/// Every artifact of a Go program as linked, less the controls: program by program, in the order of the variants.
pub(super) fn built<'a>(index: &Index<'a>) -> Vec<Built<'a>> {
    let mut all = Vec::new();
    for place in index.places() {
        for program in index.go_programs() {
            for variant in index.variants(Language::Go) {
                if let Some(row) = index.artifact(&program.name, &variant.name, place, false) {
                    all.push(Built { program: &program.name, variant, place, row });
                }
            }
        }
    }
    all
}

/// The contrasts in Go in which nothing but PIE differs.
pub(super) fn pie_only<'a>(index: &Index<'a>) -> impl Iterator<Item = &'a Contrast> {
    let all = index.run().info.contrasts.iter();
    all.filter(|contrast| contrast.pie_only && index.language(contrast) == Language::Go)
}

/// What there is of each such contrast in each Go program: place by place, program by program.
pub(super) fn of_pie_only<'a, T>(
    index: &Index<'a>,
    of: impl Fn(&'a Contrast, &'a str, Place<'a>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for place in index.places() {
        for program in index.go_programs() {
            all.extend(pie_only(index).filter_map(|contrast| of(contrast, &program.name, place)));
        }
    }
    all
}

/// The distribution's whole set of flags that the proposal is set beside, by the name of its variant.
pub(super) fn distribution<'a>(index: &Index<'a>) -> Option<&'a str> {
    let mut all = index.run().info.contrasts.iter();
    let total =
        all.find(|contrast| contrast.total && contrast.primary && index.language(contrast) == Language::Go);
    total.map(|contrast| contrast.changed.as_str())
}

/// Each name once, in the order of its first appearance.
pub(super) fn unique<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}
