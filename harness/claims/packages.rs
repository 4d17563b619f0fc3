//! Rules over what a distribution does with packages: what must be rebuilt for a flaw, what of its metadata is
//! kept, and which programs need C at all.

use super::subject::{Built, built, distribution, unique};
use super::{Finding, Verdict, words};
use crate::config::{Language, PROPOSAL};
use crate::results::{Index, Status};

/// Whether libc and what goes with it are part of the file: a static artifact with cgo's runtime in it.
fn holds_libc(index: &Index<'_>, one: &Built<'_>) -> bool {
    one.stands_alone(index)
        && one.row.cgo_enabled == "1"
        && one.variant.linkmode.as_deref() == Some("external")
}

/// Whether a library is brought in by the loader at each start.
fn takes_libraries(index: &Index<'_>, one: &Built<'_>) -> bool {
    index.facts(&one.row.id, "needed").next().is_some()
}

pub(super) fn response(index: &Index<'_>) -> Finding {
    let all = built(index);
    if !all.iter().any(|one| one.variant.name == PROPOSAL) {
        return Finding::undecided(format!("no artifact of this run is built as `{PROPOSAL}`"));
    }
    let named = |wanted: &dyn Fn(&Built<'_>) -> bool| {
        let some: Vec<&Built<'_>> = all.iter().filter(|one| wanted(one)).collect();
        let names = unique(some.iter().map(|one| one.variant.name.as_str()));
        (some.len(), words::code_list(&names))
    };
    let (with_libc, static_c) = named(&|one| holds_libc(index, one));
    let (shared, dynamic) = named(&|one| takes_libraries(index, one));
    let (loaded, loaders) = named(&|one| one.interpreter(index).is_some());
    let proposed = all.iter().filter(|one| one.variant.name == PROPOSAL);
    let (mut without_c, mut of_proposal) = (0, 0);
    for one in proposed {
        of_proposal += 1;
        without_c += usize::from(one.stands_alone(index) && !holds_libc(index, one));
    }
    let mut because = vec![
        format!(
            "a flaw in Go's standard library: all {} artifacts of every variant are rebuilt, since each holds its own copy",
            all.len()
        ),
        format!(
            "in libc: {} of {of_proposal} of `{PROPOSAL}` hold none and are left alone; {shared} that take libc from the \
             system change by updating its package{}",
            without_c,
            if dynamic.is_empty() { String::new() } else { format!(" ({dynamic})") },
        ),
    ];
    if with_libc > 0 {
        because.push(format!("{with_libc} that hold a static libc are rebuilt ({static_c})"));
    }
    because.push(format!(
        "in the loader: {loaded} that name one change by updating its package{}",
        if loaders.is_empty() { String::new() } else { format!(" ({loaders})") },
    ));
    let verdict = match (without_c == of_proposal, with_libc) {
        // What holds nothing of the system has nothing of it to be mended.
        (true, 0) => Verdict::Refuted,
        (true, _) => Verdict::Qualified,
        (false, _) => Verdict::Supported,
    };
    Finding {
        verdict,
        because: because.join("; "),
        evidence: vec![
            "facts.csv: needed, interpreter, linkage".to_owned(),
            "artifacts.csv: cgo_enabled".to_owned(),
        ],
        programs: unique(all.iter().map(|one| one.program)),
    }
}

pub(super) fn packaging_cost(index: &Index<'_>) -> Finding {
    let set = distribution(index).unwrap_or_default();
    let all = built(index);
    let pairs: Vec<(&Built<'_>, &Built<'_>)> = all
        .iter()
        .filter(|one| one.variant.name == set)
        .filter_map(|theirs| {
            let ours = all.iter().find(|one| {
                one.variant.name == PROPOSAL && one.program == theirs.program && one.place == theirs.place
            })?;
            Some((theirs, ours))
        })
        .collect();
    if pairs.is_empty() {
        return Finding::undecided(format!(
            "no program of this run was built as a distribution's set and as `{PROPOSAL}`"
        ));
    }
    let has = |one: &Built<'_>, metric: &str| match metric {
        "build-id" => index.text(&one.row.id, metric).is_some(),
        _ => index.number(&one.row.id, metric, "") == Some(1),
    };
    let mut said = Vec::new();
    let (mut lost, mut kept, mut absent) = (0, 0, 0);
    for (metric, what) in [
        ("build-id", "a GNU build id"),
        ("package-note", "a package note"),
        ("debug-present", "debug data that can be split off"),
    ] {
        let theirs = pairs.iter().filter(|(theirs, _)| has(theirs, metric)).count();
        let ours = pairs.iter().filter(|(theirs, ours)| has(theirs, metric) && has(ours, metric)).count();
        if theirs == 0 {
            absent += 1;
            said.push(format!("no artifact of `{set}` has {what} here"));
            continue;
        }
        if ours < theirs {
            lost += 1;
        } else {
            kept += 1;
        }
        said.push(format!("{what} is kept in {} programs that have it as `{set}`", words::of(ours, theirs)));
    }
    let asked = super::probed::at_home(index, "metadata");
    for mode in ["on", "only"] {
        let key = format!("starts with GODEBUG=fips140={mode}");
        let of = |variant: &str| {
            let answers: Vec<bool> =
                asked.iter().filter(|one| one.variant() == variant).filter_map(|one| one.yes(&key)).collect();
            (answers.iter().filter(|yes| **yes).count(), answers.len())
        };
        let ((theirs, of_theirs), (ours, of_ours)) = (of(set), of(PROPOSAL));
        if of_theirs > 0 && of_ours > 0 {
            said.push(format!(
                "{} of `{set}` and {} of `{PROPOSAL}` started with GODEBUG=fips140={mode}",
                words::of(theirs, of_theirs),
                words::of(ours, of_ours)
            ));
            // Lost where it is there in the one and not in the other.
            if theirs == of_theirs && ours < of_ours { lost += 1 } else { kept += 1 }
        }
    }
    let verdict = match (lost, kept) {
        (0, 0) => return Finding::undecided(said.join("; ")),
        (0, _) if absent == 0 => Verdict::Refuted,
        (_, 0) => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    Finding {
        verdict,
        because: said.join("; "),
        evidence: vec![
            "facts.csv: build-id, package-note, debug-present".to_owned(),
            "probes.csv: metadata".to_owned(),
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
