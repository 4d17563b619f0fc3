//! Rules over what is exposed: questions of judgement, laid out from both sides, and what safety rests on.

use std::cmp::Ordering;

use super::addresses::draws_nothing;
use super::probed::{Probed, at_home};
use super::subject::{built, distribution, pie_only, unique};
use super::{Finding, Verdict, words};
use crate::config::PROPOSAL;
use crate::results::Index;

fn of_variant<'b, 'a>(all: &'b [Probed<'a>], variant: &str) -> Vec<&'b Probed<'a>> {
    all.iter().filter(|one| one.variant() == variant).collect()
}

/// The variants that are set beside each other: the proposal, PIE alone over it, and a distribution's whole set.
fn variants<'a>(index: &Index<'a>) -> [&'a str; 3] {
    let pie = pie_only(index).find(|contrast| contrast.base == PROPOSAL);
    [PROPOSAL, pie.map_or("", |contrast| &contrast.changed), distribution(index).unwrap_or_default()]
}

/// The median of some numbers.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len().is_multiple_of(2) {
        f64::midpoint(numbers[middle - 1], numbers[middle])
    } else {
        numbers[middle]
    }
}

/// A number of the variants beside each other, over the programs that have it in all of them.
fn beside(variants: [&str; 3], all: &[Probed<'_>], key: &str, what: &str, unit: &str) -> Option<String> {
    let asked: Vec<&str> = variants
        .into_iter()
        .filter(|variant| of_variant(all, variant).iter().any(|one| one.number(key).is_some()))
        .collect();
    let [first, .., last] = asked.as_slice() else { return None };
    if *first != PROPOSAL {
        return None;
    }
    let of = |program: &str, variant: &str| {
        let one = all.iter().find(|one| one.built.program == program && one.variant() == variant);
        one.and_then(|one| one.number(key))
    };
    let programs = unique(all.iter().map(|one| one.built.program));
    let rows: Vec<Vec<f64>> = programs
        .iter()
        .filter_map(|program| asked.iter().map(|variant| of(program, variant)).collect::<Option<Vec<f64>>>())
        .collect();
    if rows.is_empty() {
        return None;
    }
    let medians: Vec<String> = asked
        .iter()
        .enumerate()
        .map(|(column, variant)| {
            format!("{}{unit} in `{variant}`", median(rows.iter().map(|row| row[column]).collect()))
        })
        .collect();
    let ends = |row: &Vec<f64>| row[row.len() - 1].total_cmp(&row[0]);
    let count = |wanted: Ordering| rows.iter().filter(|row| ends(row) == wanted).count();
    let compared: Vec<String> =
        [(Ordering::Greater, "more"), (Ordering::Less, "less"), (Ordering::Equal, "the same")]
            .into_iter()
            .filter(|(wanted, _)| count(*wanted) > 0)
            .map(|(wanted, word)| format!("{word} in {}", count(wanted)))
            .collect();
    Some(format!(
        "{what}: {} (medians of {}; `{last}` beside `{first}`: {})",
        words::list(&medians),
        words::count(rows.len() as u64, "program", "programs"),
        words::list(&compared),
    ))
}

/// What the variants say of RELRO, and whether functions are bound at start.
fn relro(index: &Index<'_>, variants: [&str; 3]) -> Option<String> {
    let all = built(index);
    let said: Vec<String> = variants
        .into_iter()
        .filter_map(|variant| {
            let own = || all.iter().filter(|one| one.variant.name == variant);
            let of = |metric: &str| unique(own().filter_map(|one| index.text(&one.row.id, metric)));
            let (relro, bound) =
                (of("relro"), own().filter(|one| index.number(&one.row.id, "bind-now", "") == Some(1)));
            let bound = if bound.count() > 0 { ", bound at start" } else { "" };
            (!relro.is_empty()).then(|| format!("{} in `{variant}`{bound}", words::list(&relro)))
        })
        .collect();
    (!said.is_empty()).then(|| format!("RELRO is {}", words::list(&said)))
}

pub(super) fn no_mitigation(index: &Index<'_>) -> Finding {
    let variants = variants(index);
    let (mut addresses, writable) = (at_home(index, "addresses"), at_home(index, "writable-memory"));
    if draws_nothing(index) {
        addresses.clear();
    }
    let mut lines: Vec<String> = [
        beside(
            variants,
            &addresses,
            "code at known addresses",
            "code at addresses that never change",
            " bytes",
        ),
        beside(
            variants,
            &addresses,
            "code known given text",
            "code known after one leaked address of it",
            " bytes",
        ),
        beside(variants, &addresses, "Go heap: places", "places of the Go heap over all starts", ""),
        beside(variants, &writable, "words that point to code", "writable words that point to code", ""),
        beside(
            variants,
            &writable,
            "words that point to code at known addresses",
            "of those at addresses that never change",
            "",
        ),
        beside(
            variants,
            &writable,
            "writable and executable",
            "memory that is writable and executable",
            " bytes",
        ),
        beside(
            variants,
            &writable,
            "writable of the file after relocation",
            "writable bytes of the file once relocated",
            "",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !lines.is_empty() {
        lines.extend(relro(index, variants));
    }
    readers(
        &lines,
        &[&addresses[..], &writable[..]].concat(),
        &["probes.csv: addresses, writable-memory", "facts.csv: relro, bind-now"],
        "looked at no addresses and no memory",
    )
}

pub(super) fn extra_attack_surface(index: &Index<'_>) -> Finding {
    let variants = variants(index);
    let set = variants[2];
    let (foreign, injection) = (at_home(index, "foreign-code"), at_home(index, "injection"));
    let mut lines: Vec<String> = [
        beside(variants, &foreign, "foreign files", "files of others that are mapped executable", ""),
        beside(variants, &foreign, "foreign code", "bytes of their code", ""),
    ]
    .into_iter()
    .flatten()
    .collect();
    for way in ["LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH"] {
        let count = |variant: &str, what: &str| {
            let asked = of_variant(&injection, variant);
            let yes = asked.iter().filter(|one| one.yes(&format!("{way}: {what}")) == Some(true)).count();
            let answered = asked.iter().filter(|one| one.yes(&format!("{way}: {what}")).is_some()).count();
            (answered > 0).then(|| words::of(yes, answered))
        };
        let (Some(ours), Some(theirs)) = (count(PROPOSAL, "constructor ran"), count(set, "constructor ran"))
        else {
            continue;
        };
        lines.push(format!("code loaded by {way} ran in {ours} of `{PROPOSAL}`, in {theirs} of `{set}`"));
    }
    if !lines.is_empty() {
        lines.push(
            "a user's own environment crosses no privilege boundary, and tools that preload (fakeroot, torsocks) \
             are lost with it"
                .to_owned(),
        );
    }
    readers(
        &lines,
        &[&foreign[..], &injection[..]].concat(),
        &["probes.csv: foreign-code, injection"],
        "looked at no foreign code",
    )
}

/// Both sides laid out: the reader judges.
fn readers(lines: &[String], all: &[Probed<'_>], evidence: &[&str], without: &str) -> Finding {
    if lines.is_empty() {
        return Finding::undecided(format!("this run {without} of `{PROPOSAL}` beside a distribution's set"));
    }
    let because = format!(
        "{}. These are exposure proxies: nothing here estimates how likely an exploit is",
        lines.iter().map(|line| words::capital(line)).collect::<Vec<_>>().join(". ")
    );
    let programs = unique(all.iter().map(|one| one.built.program));
    let evidence = evidence.iter().map(|&line| line.to_owned()).collect();
    Finding { verdict: Verdict::Readers, because, evidence, programs }
}
