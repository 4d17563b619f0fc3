//! Rules over linkage: what an artifact needs of the system, and which setting made it so.

use std::collections::BTreeMap;

use super::settings::{only_difference, settings};
use super::subject::{Built, built, unique};
use super::{Finding, Verdict, words};
use crate::config::PROPOSAL;
use crate::results::{Index, Status};

/// Whether a linkage is one that asks nothing of the system at start.
fn is_static(linkage: Option<&str>) -> bool {
    matches!(linkage, Some("static" | "static-pie"))
}

pub(super) fn imports_enable_cgo(index: &Index<'_>) -> Finding {
    let all = built(index);
    // Plain `go build`: a variant without a flag, and with the program as it is.
    let plain = |built: &&Built<'_>| {
        let variant = built.variant;
        variant.buildmode.is_none()
            && variant.linkmode.is_none()
            && variant.cgo_enabled.is_none()
            && settings(built).iter().all(|setting| setting.plain || setting.name == "CGO_ENABLED")
    };
    let host = &index.run().info.machine.host;
    let proposed = |built: &&Built<'_>| {
        all.iter().any(|other| {
            other.variant.name == PROPOSAL && other.program == built.program && other.place == built.place
        })
    };
    // What a program with C of its own links to says nothing of its imports.
    let own_c: Vec<&str> =
        index.go_programs().filter(|program| program.own_c).map(|program| program.name.as_str()).collect();
    let both: Vec<&Built<'_>> = (all.iter().filter(plain))
        .filter(|built| built.place.target == host && !own_c.contains(&built.program))
        .filter(proposed)
        .collect();
    if both.is_empty() {
        return Finding::undecided(format!("no program of this run was built plainly and as `{PROPOSAL}`"));
    }
    let (fixed, dynamic): (Vec<&Built<'_>>, Vec<&Built<'_>>) =
        both.iter().copied().partition(|built| is_static(built.linkage(index)));
    let names = |some: &[&Built<'_>]| match some {
        [] => "none".to_owned(),
        _ => words::list(&unique(some.iter().map(|built| built.program))),
    };
    let mut because = format!(
        "Plain `go build` makes {} programs dynamic ({}) and {} static ({}); as `{PROPOSAL}` they all gave the same \
         right answers.",
        words::of(dynamic.len(), both.len()),
        names(&dynamic),
        words::of(fixed.len(), both.len()),
        names(&fixed)
    );
    let verdict = if dynamic.is_empty() || fixed.is_empty() {
        because += " Nothing here shows what imports have to do with it.";
        Verdict::Undecided
    } else {
        because += " The flags are the same, so what the programs import makes the difference; which import, and \
                    what is lost without cgo beyond these answers, was not looked into.";
        Verdict::Qualified
    };
    let programs = unique(both.iter().map(|built| built.program));
    let evidence = vec!["facts.csv: linkage".to_owned(), "artifacts.csv: status, cgo_enabled".to_owned()];
    Finding { verdict, because, evidence, programs }
}
