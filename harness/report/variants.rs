//! The variants: how each is built, and what came of it over all programs.

use serde::Serialize;

use super::markdown::{Table, shell_lines};
use crate::claims::{recipe, words};
use crate::config::{Language, Program, Variant};
use crate::results::{Index, Place, Status};

/// The part of the report about variants.
#[derive(Debug, Serialize)]
pub(super) struct Variants {
    settings: String,
    seen: String,
    /// The loader, where there is one and the same.
    loader: Option<String>,
    list: Vec<Item>,
    changes: Vec<Changes>,
}

#[derive(Debug, Serialize)]
struct Item {
    name: String,
    why: String,
    recipe: Option<String>,
    note: &'static str,
    source: String,
    date: Option<String>,
}

/// What of a distribution's flags is not used as it stands.
#[derive(Debug, Serialize)]
struct Changes {
    name: String,
    lines: Vec<String>,
}

pub(super) fn part(index: &Index<'_>) -> Variants {
    let variants = &index.run().info.variants;
    let seen = Seen::new(index);
    let item = |variant: &Variant| Item {
        name: variant.name.clone(),
        why: variant.why.clone(),
        recipe: variant.copy_of.is_none().then(|| shell_lines(&recipe(variant))),
        note: if variant.import_runtime_cgo { ", with an import of runtime/cgo in package main" } else { "" },
        source: variant.source.trim_end_matches('.').to_owned(),
        date: variant.date.clone(),
    };
    Variants {
        settings: settings(variants),
        seen: seen.table(variants),
        loader: seen.only_loader(),
        list: variants.iter().map(item).collect(),
        changes: variants.iter().filter(|variant| !variant.changes.is_empty()).map(changes).collect(),
    }
}

/// A flag's value in a table; what is unset is left to Go.
fn value(setting: Option<&str>) -> String {
    setting.unwrap_or("unset").to_owned()
}

/// The build mode, with the architectures on which it is set or not set, where it is not one and the same.
fn buildmode(variant: &Variant) -> String {
    let mode = value(variant.buildmode.as_deref());
    let barred: Vec<&str> = variant.buildmode_on.iter().filter_map(|one| one.strip_prefix('!')).collect();
    if variant.buildmode_on.is_empty() {
        mode
    } else if barred.is_empty() {
        format!("{mode} on {}", words::list(&variant.buildmode_on))
    } else {
        format!("{mode}, not on {}", words::list(&barred))
    }
}

fn settings(variants: &[Variant]) -> String {
    let mut table = Table::new(&["variant", "CGO_ENABLED", "buildmode", "linkmode", "more"]);
    for variant in variants {
        if let Some(original) = &variant.copy_of {
            let copy = format!("copies of {original}");
            table.row([variant.name.clone(), String::new(), String::new(), String::new(), copy]);
            continue;
        }
        if variant.language == Language::C {
            let flags = format!("C: {}", variant.cc.join(" "));
            table.row([variant.name.clone(), String::new(), String::new(), String::new(), flags]);
            continue;
        }
        let more = [
            (!variant.tags.is_empty(), "tags"),
            (!variant.ldflags.is_empty(), "ldflags"),
            (!variant.extldflags.is_empty(), "extldflags"),
            (!variant.env.is_empty(), "environment"),
            (variant.import_runtime_cgo, "runtime/cgo"),
            (!variant.trimpath, "no trimpath"),
        ];
        let more: Vec<&str> = more.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect();
        table.row([
            variant.name.clone(),
            value(variant.cgo_enabled.as_deref()),
            buildmode(variant),
            value(variant.linkmode.as_deref()),
            more.join(", "),
        ]);
    }
    table.without_empty_columns().text()
}

fn changes(variant: &Variant) -> Changes {
    let line = |change: &crate::config::Change| {
        let became = match change.by.as_str() {
            "" => "dropped".to_owned(),
            by => format!("replaced by `{by}`"),
        };
        format!("`{}` {became}: {}", change.flag, change.why.trim_end_matches('.'))
    };
    Changes { name: variant.name.clone(), lines: variant.changes.iter().map(line).collect() }
}

/// What the files say, over all programs, at the first place of the run.
struct Seen<'a, 'i> {
    index: &'i Index<'a>,
    place: Option<Place<'a>>,
}

impl<'a, 'i> Seen<'a, 'i> {
    fn new(index: &'i Index<'a>) -> Self {
        Self { index, place: index.places().first().copied() }
    }

    /// The case ids of a variant that were built, and how many cases there are.
    fn cases(&self, variant: &str) -> (Vec<&'a str>, usize, Vec<Status>) {
        let Some(place) = self.place else { return (Vec::new(), 0, Vec::new()) };
        let programs = self.index.run().info.programs.iter();
        let row = |program: &'a Program| {
            self.index.case(&program.name, variant, self.index.beside(program, place)?, false)
        };
        let rows: Vec<_> = programs.filter_map(row).collect();
        let built =
            rows.iter().filter(|row| row.status == Status::Built).map(|row| row.id.as_str()).collect();
        let mut not: Vec<Status> =
            rows.iter().map(|row| row.status).filter(|status| *status != Status::Built).collect();
        not.sort_unstable();
        not.dedup();
        (built, rows.len(), not)
    }

    /// The one loader that is named, if there is one.
    fn only_loader(&self) -> Option<String> {
        let variants = self.index.run().info.variants.iter();
        let ids = variants.flat_map(|variant| self.cases(&variant.name).0);
        let mut loaders: Vec<&str> = ids.filter_map(|id| self.index.text(id, "interpreter")).collect();
        loaders.sort_unstable();
        loaders.dedup();
        match loaders.as_slice() {
            [only] => Some((*only).to_owned()),
            _ => None,
        }
    }

    fn table(&self, variants: &[Variant]) -> String {
        let mut table = Table::new(&["variant", "built", "linkage", "loader", "libraries"]);
        let one = self.only_loader().is_some();
        for variant in variants.iter().filter(|variant| variant.copy_of.is_none()) {
            let (ids, all, not) = self.cases(&variant.name);
            let not: Vec<&str> = not.into_iter().map(Status::word).collect();
            let built = match not.as_slice() {
                [] => words::of(ids.len(), all),
                not => format!("{}, {}", words::of(ids.len(), all), not.join(", ")),
            };
            let each = |say: &dyn Fn(&str) -> String| grouped(ids.iter().map(|id| say(id)));
            let linkage = each(&|id| self.index.text(id, "linkage").unwrap_or("?").to_owned());
            let loader = each(&|id| match self.index.text(id, "interpreter") {
                None => "no".to_owned(),
                Some(_) if one => "yes".to_owned(),
                Some(loader) => loader.to_owned(),
            });
            let libraries = each(&|id| {
                let needed: Vec<&str> = self.index.facts(id, "needed").map(|row| row.key.as_str()).collect();
                if needed.is_empty() { "none".to_owned() } else { needed.join(" ") }
            });
            table.row([variant.name.clone(), built, linkage, loader, libraries]);
        }
        table.text()
    }
}

/// The one value, or each with how often it is there: `static 3, dynamic 2`.
fn grouped(values: impl Iterator<Item = String>) -> String {
    let mut all: Vec<(String, usize)> = Vec::new();
    for value in values {
        match all.iter_mut().find(|(known, _)| *known == value) {
            Some((_, number)) => *number += 1,
            None => all.push((value, 1)),
        }
    }
    match all.as_slice() {
        [] => "-".to_owned(),
        [(only, _)] => only.clone(),
        several => {
            several.iter().map(|(value, number)| format!("{value} {number}")).collect::<Vec<_>>().join(", ")
        }
    }
}
