//! What probes found of the artifacts of a run, as rules go through it.

use super::subject::Built;
use crate::config::Language;
use crate::results::{Index, OK, Place, ProbeRow};

/// An artifact that a probe was asked of.
#[derive(Clone, Debug)]
pub(super) struct Probed<'a> {
    /// The artifact as linked, for its settings and facts.
    pub(super) built: Built<'a>,
    rows: Vec<&'a ProbeRow>,
}

impl<'a> Probed<'a> {
    /// The row of a key that has an answer.
    pub(super) fn row(&self, key: &str) -> Option<&'a ProbeRow> {
        self.rows.iter().copied().find(|row| row.key == key && row.status == OK)
    }

    /// All rows, answered or not.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'a ProbeRow> + '_ {
        self.rows.iter().copied()
    }

    /// Whether something holds.
    pub(super) fn yes(&self, key: &str) -> Option<bool> {
        self.number(key).map(|number| number > 0.0)
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.row(key)?.number
    }

    /// Why there is no answer to a key, or to all of them.
    pub(super) fn lacking(&self, key: &str) -> Option<&'a str> {
        let lacking = |row: &&&ProbeRow| row.status != OK && (row.key == key || row.key.is_empty());
        self.rows.iter().find(lacking).map(|row| row.text.as_str())
    }

    /// Its variant.
    pub(super) fn variant(&self) -> &'a str {
        &self.built.variant.name
    }
}

/// Every artifact of a language that a probe was asked of, at those places.
pub(super) fn probed<'a>(
    index: &Index<'a>,
    language: Language,
    places: &[Place<'a>],
    probe: &str,
) -> Vec<Probed<'a>> {
    let mut all = Vec::new();
    for &place in places {
        let programs =
            index.run().info.programs.iter().filter(|program| program.source.language() == language);
        for program in programs {
            for variant in index.variants(language) {
                let Some(row) = index.artifact(&program.name, &variant.name, place, false) else { continue };
                // Stripped ones are started where there are any.
                let stripped = index.artifact(&program.name, &variant.name, place, true);
                let rows =
                    [stripped, Some(row)].into_iter().flatten().map(|row| index.probed(&row.id, probe));
                let Some(rows) = rows.into_iter().find(|rows| !rows.is_empty()) else { continue };
                let built = Built { program: &program.name, variant, place, row };
                all.push(Probed { built, rows: rows.to_vec() });
            }
        }
    }
    all
}

/// Those of Go programs at home.
pub(super) fn at_home<'a>(index: &Index<'a>, probe: &str) -> Vec<Probed<'a>> {
    probed(index, Language::Go, &index.places(), probe)
}
