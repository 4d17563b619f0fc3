//! The answer on a page of its own: what a distribution should set instead, for which packages, what that breaks and
//! how to keep it. Everything on it comes from verdicts and rows; where they change, it does.

use serde::Serialize;

use super::markdown::{Table, shell_lines};
use crate::claims::middle::{Cheapest, cheapest, choices, subject};
use crate::claims::{CPU_PINNED, Judged, Verdict, judge, recipe, words};
use crate::config::{Language, PROPOSAL, Variant};
use crate::results::{Index, Place, Status};

/// What the page is filled with.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    name: String,
    place: String,
    /// What the proposal saves and gives up, in sentences.
    balance: Vec<String>,
    /// The choices by what is wanted.
    wanted: Vec<Wanted>,
    packages: Option<String>,
    elsewhere: Vec<String>,
    distributions: Vec<Distribution>,
    breaks: Option<String>,
    decided: String,
}

/// What to set if somebody wants something.
#[derive(Debug, Serialize)]
struct Wanted {
    want: String,
    variant: String,
    saves: String,
    given_up: String,
    recipe: String,
}

/// What a distribution would change.
#[derive(Debug, Serialize)]
struct Distribution {
    name: String,
    drop: String,
    add: String,
    text: String,
}

/// The page; `None` where the proposal was not built beside a whole set.
pub(super) fn page(index: &Index<'_>) -> Option<Page> {
    let info = &index.run().info;
    let (program, place) = subject(index)?;
    let all = choices(index, program, place);
    let set = info.contrasts.iter().find(|contrast| contrast.total && contrast.primary)?;
    all.iter().find(|one| one.variant == PROPOSAL)?;
    let judged = judge(index.run());
    let wanted = cheapest(&all).iter().filter_map(|row| wanted(index, row)).collect();
    Some(Page {
        name: info.name.clone(),
        place: format!("{}, {}", place.toolchain, place.target),
        balance: balance(index, place, &set.name, &set.changed, &judged),
        wanted,
        packages: packages(index, place),
        elsewhere: elsewhere(index),
        distributions: distributions(index),
        breaks: breaks(index, place, &set.changed),
        decided: decided(&judged),
    })
}

fn variant<'a>(index: &Index<'a>, name: &str) -> Option<&'a Variant> {
    index.run().info.variants.iter().find(|variant| variant.name == name)
}

/// What a start and a file save, and which verdicts speak for and against.
fn balance(index: &Index<'_>, place: Place<'_>, contrast: &str, set: &str, judged: &[Judged]) -> Vec<String> {
    let mut all = Vec::new();
    let mut ratios: Vec<(f64, &str)> = Vec::new();
    for program in index.go_programs() {
        if let Some(row) = index.estimate(contrast, &program.name, place, CPU_PINNED, "ratio") {
            ratios.push((row.estimate, &program.name));
        }
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let (Some((least, of_least)), Some((most, of_most))) = (ratios.first(), ratios.last()) {
        let range = if ratios.len() > 1 {
            format!("{} ({of_least}) to {} times ({of_most})", words::ratio(*least), words::ratio(*most))
        } else {
            format!("{} times ({of_least})", words::ratio(*least))
        };
        all.push(format!(
            "A start of `{set}` costs {range} the CPU time of `{PROPOSAL}`, over {}",
            words::count(ratios.len() as u64, "program", "programs")
        ));
    } else {
        all.push("No starts were timed: what is saved is not known from this run".to_owned());
    }
    for id in
        ["known-code", "fixed-addresses", "static-stands-alone", "some-programs-need-cgo", "packaging-cost"]
    {
        if let Some(one) = judged.iter().find(|one| one.id == id && one.verdict != Verdict::Undecided) {
            all.push(format!(
                "[{id}](report.md#{id}) is {}: {}",
                one.verdict.word(),
                one.because.trim_end_matches('.')
            ));
        }
    }
    all
}

fn wanted(index: &Index<'_>, row: &Cheapest<'_>) -> Option<Wanted> {
    let given_up =
        if row.given_up.is_empty() { "none of the others".to_owned() } else { row.given_up.join(", ") };
    Some(Wanted {
        want: row.property.wanted.to_owned(),
        variant: row.variant.to_owned(),
        saves: format!("a start {} times that of `{PROPOSAL}`", words::ratio(row.ratio)),
        given_up,
        recipe: shell_lines(&recipe(variant(index, row.variant)?)),
    })
}

/// Which programs can be built as the proposal asks, and what `default` makes of them.
fn packages(index: &Index<'_>, place: Place<'_>) -> Option<String> {
    let mut table =
        Table::new(&["program", "as the proposal", "plain `go build` has cgo", "what brings C in"]);
    for program in index.go_programs() {
        let Some(row) = index.case(&program.name, PROPOSAL, place, false) else { continue };
        let plain = index.artifact(&program.name, "default", place, false);
        let said = match row.status {
            Status::Built => "yes".to_owned(),
            Status::Unsupported => "no: it needs C".to_owned(),
            other => other.word().to_owned(),
        };
        let cgo = plain
            .map_or("", |row| if row.cgo_enabled == "1" && needs(index, &row.id) { "yes" } else { "no" });
        table.row([program.name.clone(), said, cgo.to_owned(), chains(index, &program.name, place)]);
    }
    (!table.is_empty()).then(|| table.without_empty_columns().text())
}

fn needs(index: &Index<'_>, case: &str) -> bool {
    index.facts(case, "needed").next().is_some()
}

/// The shortest chains to the packages that bring C in, as the import graph has them.
fn chains(index: &Index<'_>, program: &str, place: Place<'_>) -> String {
    let id = format!("{program}/{}", place.toolchain);
    let rows = index.probed(&id, "cgo-by-import");
    let chains: Vec<&str> = rows
        .iter()
        .filter(|row| row.key.starts_with("chain to "))
        .map(|row| row.text.as_str())
        .take(3)
        .collect();
    chains.join("; ")
}

/// On which releases and targets the proposal, and PIE without C, can be built at all.
fn elsewhere(index: &Index<'_>) -> Vec<String> {
    let places = index.everywhere();
    if places.len() < 2 {
        return vec!["This toolchain and target only: a run with `--full` has the others".to_owned()];
    }
    let rows = index.run().artifacts.iter().filter(|row| !row.stripped);
    let of = |name: &str| -> (usize, usize) {
        let all: Vec<_> = rows.clone().filter(|row| row.variant == name).collect();
        let tried: std::collections::BTreeSet<(&str, &str)> = all
            .iter()
            .filter(|row| row.status != Status::Skipped)
            .map(|row| (row.toolchain.as_str(), row.target.as_str()))
            .collect();
        let refused: std::collections::BTreeSet<(&str, &str)> = all
            .iter()
            .filter(|row| {
                row.status == Status::Unsupported
                    && index.go_programs().next().is_some_and(|first| first.name == row.program)
            })
            .map(|row| (row.toolchain.as_str(), row.target.as_str()))
            .collect();
        (tried.len() - refused.len(), tried.len())
    };
    let on_map = index.variants(Language::Go).filter(|variant| variant.map);
    on_map
        .map(|variant| {
            let (built, tried) = of(&variant.name);
            format!(
                "`{}` can be built with {} releases and targets that were tried",
                variant.name,
                words::of(built, tried)
            )
        })
        .collect()
}

/// What each distribution's set would drop and add to be what the proposal asks for.
fn distributions(index: &Index<'_>) -> Vec<Distribution> {
    let mut all = Vec::new();
    for variant in index.variants(Language::Go) {
        let Some(name) = &variant.distribution else { continue };
        let mut drop = Vec::new();
        drop.extend(
            variant
                .buildmode
                .iter()
                .filter(|mode| *mode != "default")
                .map(|mode| format!("-buildmode={mode}")),
        );
        drop.extend(
            variant
                .linkmode
                .iter()
                .filter(|mode| *mode != "internal")
                .map(|mode| format!("-linkmode={mode}")),
        );
        drop.extend((!variant.extldflags.is_empty()).then(|| "-extldflags".to_owned()));
        drop.extend(
            variant
                .cgo_enabled
                .iter()
                .filter(|value| *value != "0")
                .map(|value| format!("CGO_ENABLED={value}")),
        );
        let mut add = vec!["CGO_ENABLED=0".to_owned(), "-buildmode=default".to_owned()];
        if variant.linkmode.as_deref() != Some("internal") {
            add.push("-ldflags=-linkmode=internal".to_owned());
        }
        let proposed = Variant {
            buildmode: Some("default".to_owned()),
            linkmode: Some("internal".to_owned()),
            cgo_enabled: Some("0".to_owned()),
            extldflags: Vec::new(),
            env: variant
                .env
                .iter()
                .filter(|(name, _)| !name.starts_with("CGO_") && *name != "CC")
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            ldflags: variant.ldflags.iter().filter(|flag| !flag.starts_with("-I=")).cloned().collect(),
            ..variant.clone()
        };
        all.push(Distribution {
            name: name.clone(),
            drop: if drop.is_empty() { "nothing".to_owned() } else { words::code_list(&drop) },
            add: words::code_list(&add),
            text: shell_lines(&recipe(&proposed)),
        });
    }
    all
}

/// What the change takes away, as it was measured, and how it can be kept where a variant of this run keeps it.
fn breaks(index: &Index<'_>, place: Place<'_>, set: &str) -> Option<String> {
    let program = index.go_programs().next()?;
    let of = |variant: &str| index.artifact(&program.name, variant, place, false);
    let (theirs, ours) = (of(set)?, of(PROPOSAL)?);
    let kept = of("fedora-proposed");
    let has = |case: &str, metric: &str| {
        index.text(case, metric).is_some() || index.number(case, metric, "") == Some(1)
    };
    let mut table = Table::new(&["what", set, PROPOSAL, "kept by"]);
    let yes = |has: bool| if has { "yes" } else { "no" }.to_owned();
    for (metric, what, how) in [
        ("build-id", "GNU build id", "`-ldflags=-B ...` (`-B gobuildid` from Go 1.22 on)"),
        ("package-note", "package note", "`objcopy --add-section` after the link"),
        ("debug-present", "debug data", "nothing has to be done"),
    ] {
        let by = match kept {
            Some(kept) if has(&kept.id, metric) => how.to_owned(),
            Some(_) => "not kept by the set that was measured".to_owned(),
            None => String::new(),
        };
        table.row([what.to_owned(), yes(has(&theirs.id, metric)), yes(has(&ours.id, metric)), by]);
    }
    for (probe, key, what, how) in [
        (
            "injection",
            "LD_PRELOAD: constructor ran",
            "tools that preload",
            "nothing keeps it in a static program",
        ),
        (
            "names",
            "user of an NSS module found",
            "users that an NSS module knows",
            "cgo for the packages that need it",
        ),
    ] {
        let answer = |variant: &str| -> Option<bool> {
            let mut all = index.go_programs().filter_map(|program| {
                let row = index.artifact(&program.name, variant, place, true).or_else(|| of(variant))?;
                index.probed(&row.id, probe).iter().find(|row| row.key == key)?.number
            });
            all.next().map(|number| number > 0.0)
        };
        if let (Some(theirs), Some(ours)) = (answer(set), answer(PROPOSAL)) {
            let how = if theirs && !ours { how } else { "" };
            table.row([what.to_owned(), yes(theirs), yes(ours), how.to_owned()]);
        }
    }
    Some(table.without_empty_columns().text())
}

fn decided(judged: &[Judged]) -> String {
    let undecided: Vec<&str> =
        judged.iter().filter(|one| one.verdict == Verdict::Undecided).map(|one| one.id).collect();
    match undecided.as_slice() {
        [] => "Every claim of the debate has a verdict in this run".to_owned(),
        some => format!("Undecided in this run, and so no ground for anything above: {}", words::list(some)),
    }
}
