//! The answer on a page of its own: what a distribution should set instead, for which packages, what that breaks and
//! how to keep it. Everything on it comes from verdicts and rows; where they change, it does. How each distribution
//! writes such settings down is data: `packaging.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::answer::start_words;
use super::markdown::{Table, shell_lines};
use crate::claims::middle::{Cheapest, Choice, PROPERTIES, cheapest, choices, subject};
use crate::claims::{CPU_PINNED, Effect, Judged, Verdict, has, judge, recipe, words};
use crate::config::{Contrast, Language, PROPOSAL, Program, Variant};
use crate::results::{ArtifactRow, Index, OK, Place, Status};

/// What the page is filled with.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    name: String,
    place: String,
    /// What the choices are of.
    of: String,
    /// What speaks for the proposal, in sentences.
    saves: Vec<String>,
    /// What speaks against it.
    costs: Vec<String>,
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
    settings: String,
    cost: String,
    then: String,
    recipe: String,
}

/// What a distribution would change.
#[derive(Debug, Serialize)]
struct Distribution {
    name: String,
    place: String,
    drop: String,
    add: String,
    note: String,
    text: String,
}

/// How a distribution writes the proposal down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packaging {
    distribution: String,
    place: String,
    text: String,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packagings {
    packaging: Vec<Packaging>,
}

/// All of them; the file is a part of the program, so that only a broken build could fail to read it.
static PACKAGINGS: LazyLock<Packagings> =
    LazyLock::new(|| toml::from_str(include_str!("packaging.toml")).expect("packaging.toml is well-formed"));

/// Claims that speak for the proposal where they hold, and those that speak against it.
const FOR: [&str; 6] = [
    "static-stands-alone",
    "pie-needs-c-toolchain",
    "size-cost",
    "startup-cost",
    "memory-cost",
    "extra-attack-surface",
];
const AGAINST: [&str; 5] =
    ["known-code", "fixed-addresses", "some-programs-need-cgo", "packaging-cost", "response"];

/// The whole set that the proposal is set beside, by the contrast of both.
fn whole_set<'a>(index: &Index<'a>) -> Option<&'a Contrast> {
    index.run().info.contrasts.iter().find(|contrast| contrast.total && contrast.primary)
}

/// Whether there is a page.
pub(super) fn is_there(index: &Index<'_>) -> bool {
    let built = |(program, place): (&Program, Place<'_>)| {
        index.artifact(&program.name, PROPOSAL, place, false).is_some()
    };
    whole_set(index).is_some() && subject(index).is_some_and(built)
}

/// The page; `None` where the proposal was not built beside a whole set.
pub(super) fn page(index: &Index<'_>) -> Option<Page> {
    if !is_there(index) {
        return None;
    }
    let info = &index.run().info;
    let (program, place) = subject(index)?;
    let all = choices(index, program, place);
    let set = whole_set(index)?;
    let judged = judge(index.run());
    let told = |ids: &[&str]| ids.iter().filter_map(|id| told(&judged, id)).collect::<Vec<_>>();
    // What has one answer is asked once.
    let mut wanted: Vec<(Vec<&str>, Cheapest<'_>)> = Vec::new();
    for row in cheapest(&all).into_iter().chain(both(&all)) {
        let answer = |row: &Cheapest<'_>| (row.variant.to_owned(), row.level.len(), row.given_up.clone());
        match wanted.iter_mut().find(|(_, other)| answer(other) == answer(&row)) {
            Some((wants, _)) => wants.push(row.property.wanted),
            None => wanted.push((vec![row.property.wanted], row)),
        }
    }
    Some(Page {
        name: info.name.clone(),
        place: format!("{}, {}", place.toolchain, place.target),
        of: format!("{} ({}, {})", program.name, place.toolchain, place.target),
        saves: starts(index, place).into_iter().chain(told(&FOR)).collect(),
        costs: told(&AGAINST),
        wanted: wanted
            .iter()
            .filter_map(|(wants, row)| self::wanted(index, (&program.name, place), wants, row))
            .collect(),
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

/// What a start costs more: with PIE alone, and with a whole set.
fn starts(index: &Index<'_>, place: Place<'_>) -> Option<String> {
    let all = index.run().info.contrasts.iter();
    let primary = || all.clone().filter(|contrast| contrast.primary && contrast.base == PROPOSAL);
    let of = |contrast: &Contrast, what: &str| {
        let programs = index.go_programs();
        let effects: Vec<Effect<'_>> = programs
            .filter_map(|program| {
                let contrast = index.run().info.contrasts.iter().find(|one| one.name == contrast.name)?;
                Effect::of(index, contrast, &program.name, place, CPU_PINNED)
            })
            .collect();
        let n = effects.iter().map(|effect| effect.ratio.units).min()?;
        Some(format!("{what} (`{}`) {}, n = {n}", contrast.changed, start_words(&effects)))
    };
    let pie = primary().find(|contrast| contrast.pie_only).and_then(|one| of(one, "PIE alone"));
    let set = primary().find(|contrast| contrast.total).and_then(|one| of(one, "a whole set"));
    let said: Vec<String> = pie.into_iter().chain(set).collect();
    (!said.is_empty())
        .then(|| format!("CPU time of a start, pinned, beside `{PROPOSAL}`: {}", said.join("; ")))
}

/// A claim with its verdict, and the first sentence of why.
fn told(judged: &[Judged], id: &str) -> Option<String> {
    let one = judged.iter().find(|one| one.id == id && one.verdict != Verdict::Undecided)?;
    let because = one.because.trim_end_matches('.');
    let ends = because.match_indices(". ").map(|(at, _)| at);
    let mut sentences = ends.filter(|at| because[at + 2..].starts_with(|letter: char| letter.is_uppercase()));
    let first = sentences.next().map_or(because, |end| &because[..end]);
    Some(format!("\"{}\" is [{}](report.md#{id}): {first}", one.claim, one.verdict.word()))
}

/// The cheapest that starts alone and whose code moves: what each side wants, together.
fn both<'a>(all: &[Choice<'a>]) -> Option<Cheapest<'a>> {
    const WANTED: [usize; 2] = [0, 2];
    let ratio = |one: &&Choice<'_>| one.start.map(|(ratio, ..)| ratio);
    let having = all.iter().filter(|one| WANTED.iter().all(|at| one.has[*at] == Some(true)));
    let best = having
        .filter(|one| ratio(one).is_some())
        .min_by(|a, b| ratio(a).unwrap_or(f64::INFINITY).total_cmp(&ratio(b).unwrap_or(f64::INFINITY)))?;
    let lacked = PROPERTIES.into_iter().zip(&best.has).filter(|(_, has)| **has == Some(false));
    Some(Cheapest {
        property: crate::claims::middle::Property {
            wanted: "both: a program that starts without the system's loader and libraries, and code that moves",
            ..PROPERTIES[0]
        },
        variant: best.variant,
        ratio: best.start?.0,
        level: Vec::new(),
        given_up: lacked.map(|(lacked, _)| lacked.lost).collect(),
    })
}

fn wanted(
    index: &Index<'_>,
    (program, place): (&str, Place<'_>),
    wants: &[&str],
    row: &Cheapest<'_>,
) -> Option<Wanted> {
    let variant = variant(index, row.variant)?;
    let cost = if row.variant == PROPOSAL {
        "the proposal itself".to_owned()
    } else {
        format!("a start {} times that of `{PROPOSAL}`", words::ratio(row.ratio))
    };
    let level = if row.level.is_empty() {
        String::new()
    } else {
        format!(" (by what a start costs not to be told from it: {})", words::code_list(&row.level))
    };
    let mut then = Vec::new();
    if !row.given_up.is_empty() {
        then.push(format!("Then {}.", row.given_up.join("; ")));
    }
    // What goes wrong under some variable of the loader.
    let artifact = index.artifact(program, row.variant, place, true);
    let artifact = artifact.or_else(|| index.artifact(program, row.variant, place, false));
    for answer in artifact.map(|row| index.probed(&row.id, "injection")).unwrap_or_default() {
        if let Some(way) = answer.key.strip_suffix(": still right")
            && (answer.status.as_str(), answer.number) == (OK, Some(0.0))
        {
            then.push(format!("Under {way} it does not work here ({}).", answer.text));
        }
    }
    Some(Wanted {
        want: words::capital(&wants.join("; or ")),
        variant: row.variant.to_owned(),
        settings: format!(" ({})", variant.source),
        cost: format!("{cost}{level}"),
        then: then.join(" "),
        recipe: shell_lines(&recipe(variant)),
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

/// On which releases and targets the proposal, and PIE, can be built at all: as the first program is.
fn elsewhere(index: &Index<'_>) -> Vec<String> {
    let places = index.everywhere();
    if places.len() < 2 {
        return vec!["This toolchain and target only: a run with `--full` has the others".to_owned()];
    }
    let Some(first) = index.go_programs().next() else { return Vec::new() };
    let of = |name: &str, wanted: fn(&ArtifactRow) -> bool| {
        let rows = index.run().artifacts.iter().filter(|row| !row.stripped && row.status != Status::Skipped);
        let own = rows.filter(|row| row.variant == name && row.program == first.name && wanted(row));
        own.map(|row| (row.toolchain.as_str(), row.target.as_str())).collect::<BTreeSet<_>>().len()
    };
    // That there is no cross compiler on this machine says nothing of Go.
    let no_compiler = |row: &ArtifactRow| {
        row.status == Status::Unsupported
            && row.reason.contains("C compiler")
            && row.reason.contains("not found")
    };
    let on_map: Vec<&Variant> = index.variants(Language::Go).filter(|variant| variant.map).collect();
    let most = on_map.iter().map(|variant| of(&variant.name, |_| true)).max().unwrap_or_default();
    on_map
        .iter()
        .map(|variant| {
            let name = &variant.name;
            let (all, untried) = (of(name, |_| true), of(name, no_compiler));
            let built = of(name, |row| row.status == Status::Built);
            let wanting = match untried {
                0 => String::new(),
                n => format!("; {n} more want a C cross compiler that is not here"),
            };
            let left =
                if all < most { format!("; {} more were not tried", most - all) } else { String::new() };
            format!(
                "`{name}` can be built with {} releases and targets that were tried{wanting}{left}",
                words::of(built, all - untried)
            )
        })
        .collect()
}

/// What each distribution's set would drop and add to be what the proposal asks for, and how its packagers write it.
fn distributions(index: &Index<'_>) -> Vec<Distribution> {
    let Some(proposal) = variant(index, PROPOSAL) else { return Vec::new() };
    let setting = |value: &Option<String>, other: &str| value.clone().unwrap_or_else(|| other.to_owned());
    let (mode, link) = (setting(&proposal.buildmode, "default"), setting(&proposal.linkmode, "auto"));
    let cgo = setting(&proposal.cgo_enabled, "1");
    let mut all = Vec::new();
    for variant in index.variants(Language::Go) {
        let own =
            PACKAGINGS.packaging.iter().find(|one| Some(&one.distribution) == variant.distribution.as_ref());
        let Some(own) = own else { continue };
        let other = |value: &Option<String>, wanted: &str, name: &str| {
            value.as_ref().filter(|value| *value != wanted).map(|value| format!("{name}={value}"))
        };
        let mut drop: Vec<String> = [
            other(&variant.buildmode, &mode, "-buildmode"),
            other(&variant.linkmode, &link, "-linkmode"),
            (!variant.extldflags.is_empty()).then(|| "-extldflags".to_owned()),
            other(&variant.cgo_enabled, &cgo, "CGO_ENABLED"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let of_c = variant.env.keys().filter(|name| name.starts_with("CGO_")).cloned();
        let idle: Vec<String> = of_c.collect();
        let mut add = vec![format!("CGO_ENABLED={cgo}"), format!("-buildmode={mode}")];
        if variant.linkmode.as_deref() != Some(&link) {
            add.push(format!("-linkmode={link}"));
        }
        drop.dedup();
        let drop = if drop.is_empty() { "nothing".to_owned() } else { words::code_list(&drop) };
        let idle = match idle.as_slice() {
            [] => String::new(),
            some => format!(" {} then have nothing to bear on.", words::code_list(some)),
        };
        let note = match own.note.as_str() {
            "" => String::new(),
            note => format!(" {note}."),
        };
        let text = own.text.replace("{buildmode}", &mode).replace("{linkmode}", &link).replace("{cgo}", &cgo);
        all.push(Distribution {
            name: own.distribution.clone(),
            place: own.place.clone(),
            drop,
            add: words::code_list(&add),
            note: format!("{idle}{note}"),
            text: text.trim_matches('\n').lines().flat_map(|line| ["    ", line, "\n"]).collect(),
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
    let mut table = Table::new(&["what", set, PROPOSAL, "kept by"]);
    let yes = |has: bool| if has { "yes" } else { "no" }.to_owned();
    for (metric, what, how) in [
        ("build-id", "GNU build id", "`-ldflags=-B ...` (`-B gobuildid` from Go 1.22 on)"),
        ("package-note", "package note", "a note that is added after the link"),
        ("debug-present", "debug data", "nothing has to be done"),
    ] {
        let [in_theirs, in_ours] = [theirs, ours].map(|row| has(index, &row.id, metric));
        let by = match kept {
            _ if !in_theirs => missing(index, set, metric),
            Some(kept) if has(index, &kept.id, metric) => how.to_owned(),
            _ => "no variant of this run keeps it".to_owned(),
        };
        table.row([what.to_owned(), yes(in_theirs), yes(in_ours), by]);
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
        (
            "names",
            "server reached by a name of an NSS module",
            "hosts that an NSS module knows",
            "cgo for the packages that need it",
        ),
    ] {
        let answer = |variant: &str| -> Option<bool> {
            let mut all = index.go_programs().filter_map(|program| {
                let row = index.artifact(&program.name, variant, place, true);
                let row = row.or_else(|| index.artifact(&program.name, variant, place, false))?;
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

/// Why the whole set does not have something here that it has at home.
fn missing(index: &Index<'_>, set: &str, metric: &str) -> String {
    let dropped = variant(index, set).and_then(|variant| {
        let of_it = |change: &&crate::config::Change| change.by.is_empty() && change.flag.contains(metric);
        variant.changes.iter().find(of_it)
    });
    let why = dropped.map_or_else(String::new, |change| format!(": {}", change.why));
    format!("not in the set as it was built here{why}")
}

fn decided(judged: &[Judged]) -> String {
    let undecided: Vec<&str> =
        judged.iter().filter(|one| one.verdict == Verdict::Undecided).map(|one| one.id).collect();
    match undecided.as_slice() {
        [] => "Every claim of the debate has a verdict in this run".to_owned(),
        some => format!("Undecided in this run, and so no ground for anything above: {}", words::list(some)),
    }
}
