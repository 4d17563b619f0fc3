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

/// How often a setting was switched alone on a static artifact, and how often that made a dynamic one.
#[derive(Default)]
struct Switched<'a> {
    dynamic: Vec<[Built<'a>; 2]>,
    tried: usize,
}

pub(super) fn pie_makes_dynamic(index: &Index<'_>) -> Finding {
    let all = built(index);
    let mut switched: BTreeMap<&'static str, Switched<'_>> = BTreeMap::new();
    for first in all.iter().filter(|built| is_static(built.linkage(index))) {
        for second in all.iter().filter(|other| other.program == first.program && other.place == first.place)
        {
            let Some((from, to)) = only_difference(first, second) else { continue };
            if from.plain && !to.plain {
                let entry = switched.entry(to.name).or_default();
                entry.tried += 1;
                if second.linkage(index) == Some("dynamic") {
                    entry.dynamic.push([*first, *second]);
                }
            }
        }
    }
    let Some(pie) = switched.remove("-buildmode") else {
        return Finding::undecided(
            "no two artifacts of this run differ in the build mode alone, one of them static",
        );
    };
    let mut because = vec![format!(
        "`-buildmode=pie` alone made a static program dynamic in {} pairs.",
        words::of(pie.dynamic.len(), pie.tried)
    )];
    let others: Vec<_> = switched.iter().filter(|(_, entry)| !entry.dynamic.is_empty()).collect();
    for (name, entry) in &others {
        let [first, second] = entry.dynamic[0];
        because.push(format!(
            "`{name}` alone did so in {} (`{}` to `{}` of {}).",
            words::of(entry.dynamic.len(), entry.tried),
            first.variant.name,
            second.variant.name,
            words::list(&unique(entry.dynamic.iter().map(|[first, _]| first.program))),
        ));
    }
    let missing = not_switched(index, &all, |name| name == "-buildmode" || switched.contains_key(name));
    if !missing.is_empty() {
        because.push(format!("Not switched alone: {}.", words::list(&missing)));
    }
    because.push("Linkage is read from the program headers; `file` was not asked.".to_owned());
    let verdict = match pie.dynamic.len() {
        0 => Verdict::Refuted,
        n if n == pie.tried && others.is_empty() && missing.is_empty() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let programs = unique(all.iter().map(|built| built.program));
    let evidence = vec!["facts.csv: linkage, interpreter, needed".to_owned()];
    Finding { verdict, because: because.join(" "), evidence, programs }
}

/// The settings of the whole sets compared that no pair of this run switches alone.
fn not_switched(index: &Index<'_>, all: &[Built<'_>], known: impl Fn(&str) -> bool) -> Vec<String> {
    let totals = index.run().info.contrasts.iter().filter(|contrast| contrast.total);
    let sets: Vec<&str> = totals.map(|contrast| contrast.changed.as_str()).collect();
    let of_sets = all.iter().filter(|built| sets.contains(&built.variant.name.as_str())).flat_map(settings);
    let names: Vec<&str> = of_sets
        .filter(|setting| !setting.plain && !known(setting.name))
        .map(|setting| setting.name)
        .collect();
    unique(names)
}

pub(super) fn pie_needs_c_toolchain(index: &Index<'_>) -> Finding {
    let info = &index.run().info;
    let pie: Vec<&str> = info
        .variants
        .iter()
        .filter(|variant| variant.buildmode.as_deref() == Some("pie"))
        .map(|variant| variant.name.as_str())
        .collect();
    // A target without a compiler of its own is as good as a machine without one.
    let is_here = |target: &str| target == info.machine.host && info.c_compiler.is_some();
    let has_c = |target: &str| is_here(target) || info.cross.contains_key(target);
    let is_built = |status| status == Status::Built;
    let (with, rows): (Vec<_>, Vec<_>) = (index.run().artifacts.iter())
        .filter(|row| !row.stripped && pie.contains(&row.variant.as_str()) && row.status != Status::Skipped)
        .partition(|row| has_c(&row.target));
    let done = rows.iter().filter(|row| is_built(row.status)).count();
    let counted = words::of(done, rows.len());
    if let (true, Some(compiler)) = (rows.is_empty(), &info.c_compiler) {
        let built = with.iter().filter(|row| is_built(row.status)).count();
        return Finding::undecided(format!(
            "a C compiler was on PATH in this run ({}), so that its builds ({} as PIE) show nothing about its \
             absence",
            compiler.version,
            words::of(built, with.len())
        ));
    }
    if rows.is_empty() {
        return Finding::undecided("no variant of this run is PIE");
    }
    let found = if info.c_compiler.is_none() {
        "no C compiler was found".to_owned()
    } else {
        let targets = unique(rows.iter().map(|row| row.target.as_str()));
        format!("no C compiler was found for {} of the targets", targets.len())
    };
    let by_status = |wanted: bool| {
        let some = rows.iter().filter(|row| is_built(row.status) == wanted);
        words::code_list(&unique(some.map(|row| row.variant.as_str())))
    };
    let (verdict, because) = match done {
        0 => (Verdict::Supported, format!("{found}, and none was built: {}", by_status(false))),
        n if n == rows.len() => {
            (Verdict::Refuted, format!("{found}, and every one was built: {}", by_status(true)))
        }
        _ => {
            let text = format!(
                "{found}, and {counted} cases were built: {}; not {}",
                by_status(true),
                by_status(false)
            );
            (Verdict::Qualified, text)
        }
    };
    let programs = unique(rows.iter().map(|row| row.program.as_str()));
    Finding { verdict, because, evidence: vec!["artifacts.csv: status, reason".to_owned()], programs }
}

pub(super) fn pie_needs_loader(index: &Index<'_>) -> Finding {
    // Only what was started here has given an answer.
    let host = &index.run().info.machine.host;
    let pies: Vec<Built<'_>> =
        built(index).into_iter().filter(|built| built.place.target == host && built.is_pie(index)).collect();
    let (named, alone): (Vec<&Built<'_>>, Vec<&Built<'_>>) =
        pies.iter().partition(|built| built.interpreter(index).is_some());
    let evidence = vec!["facts.csv: pie, interpreter".to_owned(), "artifacts.csv: status".to_owned()];
    let programs = unique(pies.iter().map(|built| built.program));
    if alone.is_empty() {
        let because =
            format!("{} PIEs name a loader; none was started without", words::of(named.len(), pies.len()));
        return Finding { evidence, programs, ..Finding::undecided(because) };
    }
    let names = words::code_list(&unique(alone.iter().map(|built| built.variant.name.as_str())));
    let because = format!(
        "{} PIEs name no loader and gave the right answers: {names}.",
        words::of(alone.len(), pies.len())
    );
    let others = words::code_list(&unique(named.iter().map(|built| built.variant.name.as_str())));
    let because = if named.is_empty() {
        because
    } else {
        format!("{because} The others name one ({others}); none of them was started without.")
    };
    let verdict = if named.is_empty() { Verdict::Refuted } else { Verdict::Qualified };
    Finding { verdict, because, evidence, programs }
}

pub(super) fn static_stands_alone(index: &Index<'_>) -> Finding {
    let all: Vec<Built<'_>> =
        built(index).into_iter().filter(|built| built.variant.name == PROPOSAL).collect();
    if all.is_empty() {
        return Finding::undecided(format!("no artifact of this run is built as `{PROPOSAL}`"));
    }
    let evidence = vec!["facts.csv: interpreter, needed".to_owned()];
    let programs = unique(all.iter().map(|built| built.program));
    let leaning: Vec<&Built<'_>> = all.iter().filter(|built| !built.stands_alone(index)).collect();
    if leaning.is_empty() {
        let because = format!(
            "{} artifacts of `{PROPOSAL}` name no loader and no library; whether they start in an empty root was \
             not tried",
            words::of(all.len(), all.len())
        );
        return Finding { evidence, programs, ..Finding::undecided(because) };
    }
    let because = format!(
        "{} artifacts of `{PROPOSAL}` name a loader or a library: {}",
        words::of(leaning.len(), all.len()),
        words::list(&unique(leaning.iter().map(|built| built.program)))
    );
    let verdict = if leaning.len() == all.len() { Verdict::Refuted } else { Verdict::Qualified };
    Finding { verdict, because, evidence, programs }
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
