//! Which properties of which artifacts changed at which release.

use super::{Releases, Subject};
use crate::claims::words;
use crate::report::program::binding;
use crate::results::{ArtifactRow, Place, Status};

/// The properties of a file that are compared: exact, and each a word.
pub(super) const PROPERTIES: [&str; 5] = ["linkage", "ELF type", "loader", "RELRO", "binding"];

/// What else may change from release to release: whether it is built at all, and with what.
const OTHERS: [&str; 2] = ["status", "C toolchain"];

/// What a toolchain says where it lacks a C compiler.
const LACKING: [&str; 2] = ["requires external (cgo) linking", "C compiler \""];

/// A property that changed from one release to the next that is known, in some artifacts alike.
pub(super) struct Change<'a> {
    property: &'static str,
    values: [String; 2],
    releases: [&'a str; 2],
    subjects: Vec<Subject<'a>>,
}

impl<'a> Releases<'a, '_> {
    /// A property of a case at a release; none where the artifact is not there, or does not tell.
    pub(super) fn property(&self, name: &str, subject: Subject<'_>, place: Place<'_>) -> Option<String> {
        let row = self.row(subject, place)?;
        match name {
            "status" => return Some(row.status.word().to_owned()),
            "C toolchain" => return c_toolchain(subject, row).map(str::to_owned),
            _ => {}
        }
        let id = &self.shipped(subject, place)?.id;
        let text = |metric| self.index.text(id, metric);
        // What was not read tells nothing, of a loader either.
        let linkage = text("linkage")?;
        let word = match name {
            "linkage" => linkage,
            "ELF type" => text("elf-type")?,
            "loader" => text("interpreter").unwrap_or("none"),
            "RELRO" => text("relro")?,
            _ => binding(self.index, id),
        };
        Some(word.replace("not-applicable", "n/a"))
    }

    /// The changes of a case, from each release that tells to the next that does.
    fn changes_of(&self, property: &'static str, subject: Subject<'a>) -> Vec<([String; 2], [&'a str; 2])> {
        let value = |place: &Place<'a>| Some((place.toolchain, self.property(property, subject, *place)?));
        let known: Vec<(&str, String)> = self.had.iter().filter_map(value).collect();
        let differing = known.windows(2).filter(|pair| pair[0].1 != pair[1].1);
        differing.map(|pair| ([pair[0].1.clone(), pair[1].1.clone()], [pair[0].0, pair[1].0])).collect()
    }

    /// Every change, those alike together, in the order of the properties.
    pub(super) fn changes(&self) -> Vec<Change<'a>> {
        let mut all: Vec<Change<'a>> = Vec::new();
        for property in PROPERTIES.into_iter().chain(OTHERS) {
            for subject in self.subjects() {
                for (values, releases) in self.changes_of(property, subject) {
                    let alike = |change: &&mut Change<'_>| {
                        change.property == property && change.values == values && change.releases == releases
                    };
                    match all.iter_mut().find(alike) {
                        Some(change) => change.subjects.push(subject),
                        None => all.push(Change { property, values, releases, subjects: vec![subject] }),
                    }
                }
            }
        }
        all
    }

    /// How many of the cases that more than one release built are the same in every property of the file, and how
    /// many there are.
    pub(super) fn alike(&self) -> (usize, usize) {
        let built = |subject: &Subject<'a>| {
            self.had.iter().filter(|place| self.shipped(*subject, **place).is_some()).count() > 1
        };
        let all: Vec<Subject<'_>> = self.subjects().into_iter().filter(built).collect();
        let same = |subject: &&Subject<'a>| {
            PROPERTIES.into_iter().all(|property| self.changes_of(property, **subject).is_empty())
        };
        (all.iter().filter(same).count(), all.len())
    }
}

impl Change<'_> {
    /// `RELRO of `pie-internal` (gofmt and hello): partial in go1.25.5, full in go1.26.6`.
    pub(super) fn words(&self) -> String {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for Subject { program, variant } in &self.subjects {
            match groups.iter_mut().find(|(name, _)| *name == variant.name) {
                Some((_, programs)) => programs.push(&program.name),
                None => groups.push((&variant.name, vec![&program.name])),
            }
        }
        // Variants of the same programs stand together.
        let mut together: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
        for (variant, programs) in groups {
            match together.iter_mut().find(|(known, _)| *known == programs) {
                Some((_, variants)) => variants.push(variant),
                None => together.push((programs, vec![variant])),
            }
        }
        let who: Vec<String> = together
            .iter()
            .map(|(programs, variants)| format!("{} ({})", words::code_list(variants), words::list(programs)))
            .collect();
        let [from, to] = &self.values;
        let [before, after] = self.releases;
        format!(
            "{} of {}: {from} in {before}, {to} in {after}.",
            words::capital(self.property),
            who.join("; ")
        )
    }
}

/// What a C toolchain had to do with a build, as far as its row tells.
pub(super) fn c_toolchain(subject: Subject<'_>, row: &ArtifactRow) -> Option<&'static str> {
    let lacks = LACKING.iter().any(|words| row.reason.contains(words));
    match (row.status, row.cgo_enabled.as_str(), subject.variant.linkmode.as_deref()) {
        (Status::Built, "0", _) => Some("none"),
        (Status::Built, _, Some("external")) => Some("links"),
        (Status::Built, "1", _) => Some("cgo on"),
        (Status::Unsupported | Status::Failed, ..) if lacks => Some("lacking"),
        _ => None,
    }
}
