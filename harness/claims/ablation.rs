//! Rules over builds that were tried flag by flag, and without a C compiler.

use super::subject::unique;
use super::{Finding, Verdict, words};
use crate::results::{Index, Status, TrialRow};

fn of<'a>(index: &Index<'a>, experiment: &str) -> Vec<&'a TrialRow> {
    index.run().trials.iter().filter(|row| row.experiment == experiment).collect()
}

fn is_dynamic(row: &TrialRow) -> bool {
    row.linkage == "dynamic"
}

/// The row that the others of its experiment and program are set beside.
fn base<'a>(all: &[&'a TrialRow], program: &str) -> Option<&'a TrialRow> {
    all.iter()
        .copied()
        .find(|row| row.program == program && row.change.is_empty() && row.status == Status::Built)
}

/// The changes of some rows, each once, as code; with the program where not all of `all` have that change among them.
fn changes_among(rows: &[&TrialRow], all: &[&TrialRow]) -> String {
    let of = |rows: &[&TrialRow], change: &str| rows.iter().filter(|row| row.change == change).count();
    let said = unique(rows.iter().map(|row| row.change.as_str())).into_iter().map(|change| {
        if of(rows, &change) == of(all, &change) {
            return format!("`{change}`");
        }
        let programs = unique(rows.iter().filter(|row| row.change == change).map(|row| row.program.as_str()));
        format!("`{change}` of {}", words::list(&programs))
    });
    words::list(&said.collect::<Vec<_>>())
}

/// The changes of some rows, each once, as code.
fn changes(rows: &[&TrialRow]) -> String {
    changes_among(rows, rows)
}

pub(super) fn pie_makes_dynamic(index: &Index<'_>) -> Finding {
    let (on, off) = (of(index, "on-alone"), of(index, "off-alone"));
    // Only what is static without any flag can be made dynamic by one.
    let alone: Vec<&TrialRow> = on
        .iter()
        .copied()
        .filter(|row| !row.change.is_empty() && row.status == Status::Built)
        .filter(|row| base(&on, &row.program).is_some_and(|base| !is_dynamic(base)))
        .collect();
    let is_pie = |row: &&&TrialRow| row.change.starts_with("-buildmode=pie");
    let pie: Vec<&TrialRow> = alone.iter().filter(is_pie).copied().collect();
    if pie.is_empty() {
        return Finding::undecided("no static program of this run was built with `-buildmode=pie` on alone");
    }
    let by_pie = pie.iter().filter(|row| is_dynamic(row)).count();
    let others: Vec<&TrialRow> =
        alone.iter().filter(|row| !is_pie(row) && is_dynamic(row)).copied().collect();
    let mut because = format!(
        "On alone over plain `go build`, `-buildmode=pie` made a static program dynamic in {}",
        words::of(by_pie, pie.len())
    );
    words::add(
        &mut because,
        &match others.as_slice() {
            [] => format!(", and none of the {} other flags of the set did", alone.len() - pie.len()),
            some => format!("; so did {}", changes(some)),
        },
    );
    let removed: Vec<&TrialRow> = off
        .iter()
        .copied()
        .filter(|row| !row.change.is_empty() && row.status == Status::Built)
        .filter(|row| base(&off, &row.program).is_some_and(is_dynamic))
        .collect();
    let freed: Vec<&TrialRow> = removed.iter().filter(|row| !is_dynamic(row)).copied().collect();
    if removed.is_empty() {
        words::add(&mut because, ". No flag could be taken off alone from a whole set that is dynamic");
    } else {
        words::add(
            &mut because,
            &match freed.as_slice() {
                [] => ". Off alone from the whole set, no flag made it static again".to_owned(),
                some => format!(". Off alone from the whole set, {} made it static again", changes(some)),
            },
        );
    }
    let asked: Vec<&TrialRow> = index.run().trials.iter().filter(|row| !row.file.is_empty()).collect();
    if !asked.is_empty() {
        let agree = asked.iter().filter(|row| (row.file == "dynamically linked") == is_dynamic(row)).count();
        words::add(&mut because, &format!(". `file` says the same in {}", words::of(agree, asked.len())));
    }
    let verdict = match by_pie {
        0 => Verdict::Refuted,
        n if n == pie.len()
            && others.is_empty()
            && !removed.is_empty()
            && removed.iter().all(|row| is_pie(&row) != is_dynamic(row)) =>
        {
            Verdict::Supported
        }
        _ => Verdict::Qualified,
    };
    Finding {
        verdict,
        because,
        evidence: vec!["trials.csv: on-alone, off-alone".to_owned()],
        programs: unique(alone.iter().map(|row| row.program.as_str())),
    }
}

pub(super) fn pie_needs_c_toolchain(index: &Index<'_>) -> Finding {
    let is_pie = |row: &&&TrialRow| row.change.contains("-buildmode=pie");
    let rows: Vec<&TrialRow> = of(index, "no-c").iter().filter(is_pie).copied().collect();
    if rows.is_empty() {
        return Finding::undecided("this run built nothing without a C compiler");
    }
    let built: Vec<&TrialRow> = rows.iter().filter(|row| row.status == Status::Built).copied().collect();
    let refused: Vec<&TrialRow> = rows.iter().filter(|row| row.status != Status::Built).copied().collect();
    let mut because = format!(
        "With no C compiler to be found, {} builds as PIE succeeded",
        words::of(built.len(), rows.len())
    );
    if !built.is_empty() {
        words::add(&mut because, &format!(" ({})", changes_among(&built, &rows)));
    }
    if !refused.is_empty() {
        words::add(&mut because, &format!("; not so {}", changes_among(&refused, &rows)));
    }
    // What Go silently chooses where nobody says anything.
    let unset: Vec<&str> = built
        .iter()
        .filter(|row| row.change.starts_with("CGO_ENABLED unset"))
        .map(|row| row.cgo_enabled.as_str())
        .collect();
    if !unset.is_empty() {
        words::add(
            &mut because,
            &format!(
                ". Where CGO_ENABLED was unset, Go chose {}",
                words::list(&unique(unset.iter().copied()))
            ),
        );
    }
    let bogus: Vec<&TrialRow> = of(index, "bogus-c").iter().filter(is_pie).copied().collect();
    if !bogus.is_empty() {
        let well = bogus.iter().filter(|row| row.status == Status::Built).count();
        words::add(
            &mut because,
            &format!(". With a CC that is no compiler, {} did", words::of(well, bogus.len())),
        );
    }
    let elsewhere = other_targets(index);
    because.push_str(&elsewhere);
    let verdict = match (built.is_empty(), refused.is_empty()) {
        (true, _) => Verdict::Supported,
        (false, true) => Verdict::Refuted,
        (false, false) => Verdict::Qualified,
    };
    Finding {
        verdict,
        because,
        evidence: vec!["trials.csv: no-c, bogus-c".to_owned(), "artifacts.csv: status, reason".to_owned()],
        programs: unique(rows.iter().map(|row| row.program.as_str())),
    }
}

/// Where the border runs: PIE with internal linking and no cgo, over releases and targets.
fn other_targets(index: &Index<'_>) -> String {
    let info = &index.run().info;
    let is_asked = |variant: &str| {
        info.variants.iter().any(|known| {
            known.name == variant
                && known.buildmode.as_deref() == Some("pie")
                && known.cgo_enabled.as_deref() == Some("0")
                && known.map
        })
    };
    let places = index.everywhere();
    if places.len() < 2 {
        return ". This toolchain and target only".to_owned();
    }
    let rows: Vec<_> =
        index.run().artifacts.iter().filter(|row| !row.stripped && is_asked(&row.variant)).collect();
    let newest = info.home().map_or("", |(toolchain, _)| toolchain);
    // Of the first program, which has no C of its own.
    let first = index.go_programs().next().map(|program| program.name.as_str());
    let of_newest: Vec<_> =
        rows.iter().filter(|row| row.toolchain == newest && Some(row.program.as_str()) == first).collect();
    let targets = |built: bool| {
        let some = of_newest.iter().filter(|row| (row.status == Status::Built) == built);
        unique(some.map(|row| row.target.trim_start_matches("linux/")))
    };
    let (with, without) = (targets(true), targets(false));
    format!(
        ". Over Linux targets, internally linked and without cgo: {newest} builds it for {}{}",
        words::list(&with),
        if without.is_empty() { String::new() } else { format!(", not for {}", words::list(&without)) }
    )
}
