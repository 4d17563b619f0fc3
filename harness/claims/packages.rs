//! Rules over what a distribution does with packages: what must be rebuilt for a flaw, what of its metadata is
//! kept, and which programs need C at all.

use super::subject::{Built, built, distribution, unique};
use super::{Finding, Verdict, words};
use crate::config::{Language, PROPOSAL};
use crate::results::{Index, Status};

/// Whether libc is part of the file: a static artifact with cgo's runtime in it that a C linker made, or that holds
/// what static glibc resolves at start.
fn holds_libc(index: &Index<'_>, one: &Built<'_>) -> bool {
    let resolves = || index.facts(&one.row.id, "relocations").any(|row| row.key.contains("IRELATIV"));
    one.stands_alone(index)
        && one.row.cgo_enabled == "1"
        && (one.variant.linkmode.as_deref() == Some("external") || resolves())
}

/// The libraries that the loader brings in at each start, libc's own or those of others.
fn takes(index: &Index<'_>, one: &Built<'_>, of_libc: bool) -> bool {
    let is_libc = |name: &str| {
        let own = ["libc.", "libpthread.", "libresolv.", "libdl.", "libm.", "librt.", "ld-"];
        own.iter().any(|begin| name.starts_with(begin))
    };
    index.facts(&one.row.id, "needed").any(|row| is_libc(&row.key) == of_libc)
}

/// Programs built as a distribution's set and as the proposal.
fn pairs<'b, 'a>(all: &'b [Built<'a>], set: &str) -> Vec<(&'b Built<'a>, &'b Built<'a>)> {
    let ours = |theirs: &Built<'_>| {
        all.iter().find(|one| {
            one.variant.name == PROPOSAL && one.program == theirs.program && one.place == theirs.place
        })
    };
    all.iter().filter(|one| one.variant.name == set).filter_map(|one| Some((one, ours(one)?))).collect()
}

fn no_pairs() -> Finding {
    Finding::undecided(format!(
        "no program of this run was built as a distribution's set and as `{PROPOSAL}`"
    ))
}

/// Whether an artifact is rebuilt for a flaw, and whether it changes by updating a package of the system.
type Response = fn(&Index<'_>, &Built<'_>) -> (bool, bool);

const FLAWS: [(&str, Response); 4] = [
    ("Go's standard library", |_, _| (true, false)),
    ("libc", |index, one| (holds_libc(index, one), takes(index, one, true))),
    ("the loader", |index, one| (false, one.interpreter(index).is_some())),
    ("a C library of the system", |index, one| (false, takes(index, one, false))),
];

pub(super) fn response(index: &Index<'_>) -> Finding {
    let set = distribution(index).unwrap_or_default();
    let all = built(index);
    let pairs = pairs(&all, set);
    if pairs.is_empty() {
        return no_pairs();
    }
    let mut because =
        vec![format!("of {} built both ways", words::count(pairs.len() as u64, "program", "programs"))];
    let mut more = false;
    for (flaw, response) in FLAWS {
        let count = |of: &dyn Fn((bool, bool)) -> bool| {
            let yes = |one: &Built<'_>| of(response(index, one));
            let theirs = pairs.iter().filter(|(theirs, _)| yes(theirs)).count();
            (pairs.iter().filter(|(_, ours)| yes(ours)).count(), theirs)
        };
        let (rebuilt, updated) = (count(&|(rebuilt, _)| rebuilt), count(&|(_, updated)| updated));
        more |= rebuilt.0 > rebuilt.1;
        because.push(format!(
            "a flaw in {flaw}: {} of `{PROPOSAL}` and {} of `{set}` are rebuilt, {} and {} change by updating its package",
            rebuilt.0, rebuilt.1, updated.0, updated.1
        ));
    }
    let holding: Vec<&Built<'_>> = all.iter().filter(|one| holds_libc(index, one)).collect();
    if !holding.is_empty() {
        let names = unique(holding.iter().map(|one| one.variant.name.as_str()));
        because.push(format!(
            "beside them {} that hold a static libc are rebuilt for it ({})",
            holding.len(),
            words::code_list(&names)
        ));
    }
    Finding {
        verdict: if more { Verdict::Supported } else { Verdict::Refuted },
        because: because.join("; "),
        evidence: vec![
            "facts.csv: needed, interpreter, linkage, relocations".to_owned(),
            "artifacts.csv: cgo_enabled".to_owned(),
        ],
        programs: unique(pairs.iter().map(|(one, _)| one.program)),
    }
}

/// What distributions rely on that probes ask of an artifact: the probe, its key, and what it is.
const RELIED_ON: [(&str, &str, &str); 6] = [
    ("metadata", "debug data can be split off", "debug data that can be split off"),
    ("metadata", "starts with GODEBUG=fips140=on", "a start with GODEBUG=fips140=on"),
    ("metadata", "starts with GODEBUG=fips140=only", "a start with GODEBUG=fips140=only"),
    ("injection", "LD_PRELOAD: constructor ran", "preloading (fakeroot, torsocks)"),
    ("names", "user of an NSS module found", "a user of an NSS module found"),
    ("names", "server reached by a name of an NSS module", "a server reached by a name of an NSS module"),
];

/// Facts of the file that distributions rely on.
const OF_FILE: [(&str, &str); 3] =
    [("build-id", "a GNU build id"), ("package-note", "a package note"), ("debug-present", "debug data")];

/// Whether an artifact has one of [`OF_FILE`].
pub fn has(index: &Index<'_>, case: &str, metric: &str) -> bool {
    match metric {
        "build-id" => index.text(case, metric).is_some_and(|text| !text.is_empty()),
        _ => index.number(case, metric, "") == Some(1),
    }
}

pub(super) fn packaging_cost(index: &Index<'_>) -> Finding {
    let set = distribution(index).unwrap_or_default();
    let all = built(index);
    let pairs = pairs(&all, set);
    if pairs.is_empty() {
        return no_pairs();
    }
    // Of each thing, in how many programs the set has it, and in how many of these the proposal keeps it.
    let mut rows: Vec<(&str, usize, usize)> = Vec::new();
    for (metric, what) in OF_FILE {
        let theirs = || pairs.iter().filter(|(theirs, _)| has(index, &theirs.row.id, metric));
        let kept = theirs().filter(|(_, ours)| has(index, &ours.row.id, metric)).count();
        rows.push((what, theirs().count(), kept));
    }
    for (probe, key, what) in RELIED_ON {
        let asked = super::probed::at_home(index, probe);
        let answer = |of: &Built<'_>| {
            let one = asked.iter().find(|one| one.built.row.id == of.row.id);
            one.and_then(|one| one.yes(key))
        };
        let both: Vec<(bool, bool)> =
            pairs.iter().filter_map(|(theirs, ours)| Some((answer(theirs)?, answer(ours)?))).collect();
        if !both.is_empty() {
            let having = both.iter().filter(|(theirs, _)| *theirs).count();
            rows.push((what, having, both.iter().filter(|(theirs, ours)| *theirs && *ours).count()));
        }
    }
    let said: Vec<String> = rows
        .iter()
        .map(|(what, theirs, kept)| match theirs {
            0 => format!("no artifact of `{set}` has {what} here"),
            _ => format!("{what} is kept in {}", words::of(*kept, *theirs)),
        })
        .collect();
    let had = rows.iter().filter(|(_, theirs, _)| *theirs > 0).count();
    let lost = rows.iter().filter(|(_, theirs, kept)| kept < theirs).count();
    let gone = rows.iter().filter(|(_, theirs, kept)| *theirs > 0 && *kept == 0).count();
    let because =
        format!("of what programs built as `{set}` have here, `{PROPOSAL}` keeps: {}", said.join("; "));
    let verdict = match (had, lost) {
        (0, _) => return Finding::undecided(said.join("; ")),
        (had, 0) if had == rows.len() => Verdict::Refuted,
        _ if gone == had => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    Finding {
        verdict,
        because,
        evidence: vec![
            "facts.csv: build-id, package-note, debug-present".to_owned(),
            "probes.csv: metadata, injection, names".to_owned(),
        ],
        programs: unique(pairs.iter().map(|(one, _)| one.program)),
    }
}

pub(super) fn some_programs_need_cgo(index: &Index<'_>) -> Finding {
    let places = index.places();
    let own_c: Vec<&str> =
        index.go_programs().filter(|program| program.own_c).map(|program| program.name.as_str()).collect();
    // What was built with C somewhere, beside what became of it without.
    let mut without: Vec<(&str, Status)> = Vec::new();
    for &place in &places {
        for name in &own_c {
            let with = index.variants(Language::Go).any(|variant| {
                index.artifact(name, &variant.name, place, false).is_some_and(|row| row.cgo_enabled == "1")
            });
            if let (true, Some(row)) = (with, index.case(name, PROPOSAL, place, false)) {
                without.push((name, row.status));
            }
        }
    }
    if without.is_empty() {
        return Finding::undecided(
            "no program with C of its own was built in this run, with and without cgo",
        );
    }
    let of = |wanted: Status| {
        unique(without.iter().filter(|(_, status)| *status == wanted).map(|(name, _)| *name))
    };
    let (cannot, can) = (of(Status::Unsupported), of(Status::Built));
    let mut because = Vec::new();
    if !cannot.is_empty() {
        because.push(format!(
            "{} cannot be built as `{PROPOSAL}`: nothing stands in for the C",
            words::list(&cannot)
        ));
    }
    if !can.is_empty() {
        because.push(format!("{} can, with a fallback in Go, and gave the right answers", words::list(&can)));
    }
    let lost = super::imports::lost_without_cgo(index);
    if !lost.is_empty() {
        let lost: Vec<&str> = lost.iter().map(String::as_str).collect();
        because.push(format!("in behaviour, with cgo alone: {}", words::list(&lost)));
    }
    let verdict = match (cannot.is_empty(), can.is_empty()) {
        (false, _) => Verdict::Supported,
        (true, false) => Verdict::Refuted,
        (true, true) => {
            return Finding::undecided("what became of programs with C of their own cannot be told");
        }
    };
    Finding {
        verdict,
        because: because.join("; "),
        evidence: vec![
            "artifacts.csv: status, reason, cgo_enabled".to_owned(),
            "probes.csv: names".to_owned(),
        ],
        programs: unique(without.iter().map(|(name, _)| *name)),
    }
}
