//! Rules over what is exposed: questions of judgement, laid out from both sides, and what safety rests on.

use super::probed::{Probed, at_home};
use super::subject::{distribution, unique};
use super::{Finding, Verdict, words};
use crate::config::PROPOSAL;
use crate::results::Index;

/// The median of a number over some artifacts, and how many have it.
fn median(all: &[&Probed<'_>], key: &str) -> Option<(f64, usize)> {
    let mut numbers: Vec<f64> = all.iter().filter_map(|one| one.number(key)).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).map(|middle| (*middle, numbers.len()))
}

fn of_variant<'b, 'a>(all: &'b [Probed<'a>], variant: &str) -> Vec<&'b Probed<'a>> {
    all.iter().filter(|one| one.variant() == variant).collect()
}

/// A number of the proposal beside that of a distribution's set.
fn beside(set: &str, all: &[Probed<'_>], key: &str, what: &str, unit: &str) -> Option<String> {
    let (ours, n) = median(&of_variant(all, PROPOSAL), key)?;
    let (theirs, m) = median(&of_variant(all, set), key)?;
    Some(format!(
        "{what}: {ours}{unit} in `{PROPOSAL}`, {theirs}{unit} in `{set}` (medians of {n} and {m} programs)"
    ))
}

pub(super) fn no_mitigation(index: &Index<'_>) -> Finding {
    let set = distribution(index).unwrap_or_default();
    let (addresses, writable) = (at_home(index, "addresses"), at_home(index, "writable-memory"));
    let lines: Vec<String> = [
        beside(set, &addresses, "code at known addresses", "code at addresses that never change", " bytes"),
        beside(
            set,
            &addresses,
            "code known given text",
            "code known after one leaked address of it",
            " bytes",
        ),
        beside(set, &addresses, "Go heap: places", "places of the Go heap over all starts", ""),
        beside(set, &writable, "words that point to code", "writable words that point to code", ""),
        beside(
            set,
            &writable,
            "words that point to code at known addresses",
            "of those at addresses that never change",
            "",
        ),
        beside(set, &writable, "writable and executable", "memory that is writable and executable", " bytes"),
        beside(
            set,
            &writable,
            "writable of the file after relocation",
            "writable bytes of the file once relocated",
            "",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    readers(
        &lines,
        &[&addresses[..], &writable[..]].concat(),
        &["probes.csv: addresses, writable-memory", "facts.csv: relro, bind-now"],
        "looked at no addresses and no memory",
    )
}

pub(super) fn extra_attack_surface(index: &Index<'_>) -> Finding {
    let set = distribution(index).unwrap_or_default();
    let (foreign, injection) = (at_home(index, "foreign-code"), at_home(index, "injection"));
    let mut lines: Vec<String> = [
        beside(set, &foreign, "foreign files", "files of others that are mapped executable", ""),
        beside(set, &foreign, "foreign code", "bytes of their code", ""),
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
