//! What a regression likely comes from: the section or package that grew, the library that came in, the flag that changed.

use std::collections::BTreeSet;
use std::fs;

use super::Change;
use super::side::Item;
use crate::diff::{FileDifference, Side};

/// The likely causes of a change, from all changes of its case.
pub(super) fn of(change: &Change, all: &[&Change], base: &Item, new: &Item) -> Vec<String> {
    let mut causes = Vec::new();
    match change.fact.as_str() {
        "file-size" => {
            causes.extend(
                most_grown(all, "section-size", "section")
                    .or_else(|| most_grown(all, "size-by-meaning", "part")),
            );
            causes.extend(package(base, new));
        }
        "relocations" => causes.extend(most_grown(all, "relocations", "type")),
        "interpreter" | "linkage" | "pie" | "relro" | "bind-now" => {
            let came: Vec<&str> = all
                .iter()
                .filter(|one| one.fact == "needed" && one.base.is_none())
                .map(|one| one.key.as_str())
                .collect();
            if !came.is_empty() {
                causes.push(format!("needed libraries came in: {}", came.join(", ")));
            }
        }
        _ => {}
    }
    causes.extend(flags(all, base, new));
    causes
}

/// The part of a file that grew most.
fn most_grown(all: &[&Change], fact: &str, what: &str) -> Option<String> {
    let number = |side: &Option<String>| side.as_ref().map_or(Some(0), |text| text.parse::<i128>().ok());
    let grown = |change: &&&Change| Some(number(&change.new)? - number(&change.base)?);
    // What takes memory alone makes no file larger.
    let in_memory = |key: &str| key.ends_with("bss");
    let parts =
        all.iter().filter(|change| change.fact == fact && !change.key.is_empty() && !in_memory(&change.key));
    let (by, most) = parts.filter_map(|change| Some((grown(&change)?, change))).max_by_key(|(by, _)| *by)?;
    (by > 0).then(|| format!("{what} {} grew most, by {by}", most.key))
}

/// The Go package that grew most, where both files are at hand.
fn package(base: &Item, new: &Item) -> Option<String> {
    let [old, new] = [base.file.as_ref()?, new.file.as_ref()?].map(|path| fs::read(path).ok());
    let (old, new) = (old?, new?);
    let difference = FileDifference::of(&Side::read(&old).ok()?, &Side::read(&new).ok()?).ok()?;
    // What is of no package stands in brackets.
    let named = difference.packages?.into_iter().filter(|one| !one.name.starts_with('['));
    let most = named.max_by_key(crate::diff::Change::difference)?;
    (most.difference() > 0).then(|| format!("Go package {} grew most, by {}", most.name, most.difference()))
}

/// Settings that Go recorded and are not the same, else words of the command and its environment.
fn flags(all: &[&Change], base: &Item, new: &Item) -> Option<String> {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "unset".to_owned());
    let release = all.iter().filter(|change| change.fact == "go-version");
    let settings: Vec<String> = release
        .chain(all.iter().filter(|change| change.fact == "go-setting" && !change.key.starts_with("vcs")))
        .map(|change| {
            let name = if change.key.is_empty() { "Go" } else { &change.key };
            format!("{name} {} -> {}", side(&change.base), side(&change.new))
        })
        .collect();
    if !settings.is_empty() {
        return Some(format!("build settings changed: {}", settings.join("; ")));
    }
    let words = |item: &Item| item.command.iter().cloned().collect::<BTreeSet<String>>();
    let (old, new) = (words(base), words(new));
    let told = |words: Vec<&String>, sign: &str| -> Vec<String> {
        words.iter().map(|word| format!("{sign}{word}")).collect()
    };
    let changed =
        [told(old.difference(&new).collect(), "-"), told(new.difference(&old).collect(), "+")].concat();
    (!changed.is_empty()).then(|| format!("the command changed: {}", changed.join(" ")))
}
