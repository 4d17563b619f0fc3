//! Where the border of a claim runs: what one program comes to with every release and for every target, put together
//! where it is the same.

use std::collections::BTreeMap;

use super::markdown::Table;
use crate::claims::words;
use crate::config::{PROPOSAL, Program};
use crate::results::{ArtifactRow, Index, OK, Place, Status};
use crate::toolchain::release_order;

/// PIE alone over the proposal.
const PIE: &str = "pie-internal";

/// What is asked of a place.
type Answer = fn(&Index<'_>, &Program, Place<'_>) -> Option<String>;

/// Claims whose answer may depend on the place, each with what is asked.
const QUESTIONS: [(&str, &str, Answer); 8] = [
    ("pie-makes-dynamic", "`static`, then `pie-internal`", linkages),
    ("pie-needs-c-toolchain", "`pie-internal`, built with no C compiler", without_c),
    ("pie-needs-loader", "the loader that `pie-internal` names", loader),
    ("static-stands-alone", "what `static` names", static_names),
    ("fixed-addresses", "where it lies in many starts", places),
    ("known-code", "code at known addresses: `static`; `pie-internal`", known_code),
    ("size-cost", "size of `pie-internal` against `static`, as linked", size),
    ("startup-cost", "relocations of `static`, then `pie-internal`", relocations),
];

/// The table of a claim; nothing where the run has one place, or the answer does not depend on it by its nature.
pub(super) fn table(index: &Index<'_>, claim: &str) -> Option<String> {
    let (_, what, answer) = QUESTIONS.into_iter().find(|(id, ..)| *id == claim)?;
    let program = index.go_programs().next()?;
    let mut answers: Vec<(String, Vec<Place<'_>>)> = Vec::new();
    for place in index.everywhere() {
        let Some(said) = answer(index, program, place) else { continue };
        match answers.iter_mut().find(|(other, _)| *other == said) {
            Some((_, places)) => places.push(place),
            None => answers.push((said, vec![place])),
        }
    }
    if answers.iter().map(|(_, places)| places.len()).sum::<usize>() < 2 {
        return None;
    }
    answers.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    let mut table = Table::new(&[&format!("{}: {what}", program.name), "where"]);
    for (said, places) in answers {
        table.row([said, wherever(&places)]);
    }
    Some(table.text())
}

/// Places in words: targets, and the releases in which these are all.
fn wherever(places: &[Place<'_>]) -> String {
    let mut releases: Vec<&str> = places.iter().map(|place| place.toolchain).collect();
    releases.sort_by_key(|release| release_order(release));
    releases.dedup();
    let mut groups: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for release in releases {
        let own = places.iter().filter(|place| place.toolchain == release);
        let mut targets: Vec<&str> = own.map(|place| place.target.trim_start_matches("linux/")).collect();
        targets.sort_unstable();
        groups.entry(targets).or_default().push(release);
    }
    let said = |(targets, releases): (Vec<&str>, Vec<&str>)| {
        format!("{} with {}", words::list(&targets), words::list(&releases))
    };
    groups.into_iter().map(said).collect::<Vec<_>>().join("; ")
}

/// As linked: other releases and targets are not stripped.
fn built<'a>(
    index: &Index<'a>,
    program: &Program,
    variant: &str,
    place: Place<'_>,
) -> Option<&'a ArtifactRow> {
    index.artifact(&program.name, variant, place, false)
}

/// What became of both, where they are not both there.
fn unless_built(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let case = index.case(&program.name, PIE, place, false)?;
    (case.status != Status::Built).then(|| format!("`{PIE}`: {}", case.status.word()))
}

fn linkages(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    if let Some(not) = unless_built(index, program, place) {
        return Some(not);
    }
    let of = |variant| index.text(&built(index, program, variant, place)?.id, "linkage");
    Some(format!("{}, then {}", of(PROPOSAL)?, of(PIE)?))
}

fn without_c(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let case = index.case(&program.name, PIE, place, false)?;
    Some(match case.status {
        Status::Built => "built".to_owned(),
        status => {
            // Go names the package before it says what is wrong.
            let said = case.reason.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
            format!("{}: {said}", status.word())
        }
    })
}

fn loader(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let case = &built(index, program, PIE, place)?.id;
    Some(index.text(case, "interpreter").map_or_else(|| "none".to_owned(), |path| format!("`{path}`")))
}

fn static_names(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let case = &built(index, program, PROPOSAL, place)?.id;
    let loader =
        index.text(case, "interpreter").map_or_else(|| "no loader".to_owned(), |path| format!("`{path}`"));
    Some(match index.facts(case, "needed").count() {
        0 => format!("{loader}, no library"),
        n => format!("{loader}, {}", words::count(n as u64, "library", "libraries")),
    })
}

/// Something that a probe of where things lie found of the artifact that was started.
fn found(index: &Index<'_>, program: &Program, variant: &str, place: Place<'_>, key: &str) -> Option<f64> {
    let of = |stripped| index.artifact(&program.name, variant, place, stripped).map(|row| &row.id);
    let rows = [true, false].into_iter().filter_map(of).map(|case| index.probed(case, "addresses"));
    rows.flatten().find(|row| row.key == key && row.status == OK)?.number
}

fn places(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let of = |variant: &str| -> Option<String> {
        let moves =
            |region: &str| Some(found(index, program, variant, place, &format!("{region}: places"))? > 1.0);
        let said = |(region, name): (&str, &str)| {
            Some(format!("{name}: {}", if moves(region)? { "moves" } else { "at one place" }))
        };
        let regions = [("text", "code"), ("Go heap", "heap")];
        let all: Vec<String> = regions.into_iter().filter_map(said).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    Some(format!("`{PROPOSAL}`: {}; `{PIE}`: {}", of(PROPOSAL)?, of(PIE)?))
}

fn known_code(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let of = |variant| found(index, program, variant, place, "code at known addresses");
    let said = |bytes: f64| if bytes > 0.0 { "some" } else { "none" };
    Some(format!("{}; {}", said(of(PROPOSAL)?), said(of(PIE)?)))
}

fn size(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let of = |variant| built(index, program, variant, place)?.size;
    let ratio = of(PIE)? as f64 / of(PROPOSAL)? as f64;
    Some(format!("{:+.0} %", (ratio - 1.0) * 100.0))
}

fn relocations(index: &Index<'_>, program: &Program, place: Place<'_>) -> Option<String> {
    let of = |variant| index.number(&built(index, program, variant, place)?.id, "relocations", "");
    let (old, new) = (of(PROPOSAL)?, of(PIE)?);
    let thousands = |count: u64| {
        if count < 1000 { count.to_string() } else { format!("{} thousand", (count + 500) / 1000) }
    };
    Some(format!("{}, then {}", thousands(old), thousands(new)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_with_the_same_targets_are_told_together() {
        let place = |toolchain, target| Place { toolchain, target };
        let all = [
            place("go1.27.3", "linux/arm64"),
            place("go1.27.3", "linux/amd64"),
            place("go1.9.1", "linux/amd64"),
            place("go1.21.1", "linux/amd64"),
        ];
        assert_eq!(wherever(&all), "amd64 with go1.9.1 and go1.21.1; amd64 and arm64 with go1.27.3");
    }
}
