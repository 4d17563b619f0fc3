//! Rules over where things lie in many starts.

use super::probed::{Probed, at_home, probed};
use super::subject::unique;
use super::{Finding, Verdict, words};
use crate::config::{Language, PROPOSAL};
use crate::results::Index;

const PROBE: &str = "addresses";
/// What the Go runtime and the linker place, and not the kernel alone.
const OF_GO: [&str; 6] = ["text", "read-only data", "data", "bss", "Go heap", "goroutine stack"];

fn evidence() -> Vec<String> {
    vec!["probes.csv: addresses".to_owned()]
}

/// What was asked of Go programs, here and in other releases for this machine's target.
fn asked<'a>(index: &Index<'a>) -> Vec<Probed<'a>> {
    let host = &index.run().info.machine.host;
    let places: Vec<_> = index.everywhere().into_iter().filter(|place| place.target == host).collect();
    let all = probed(index, Language::Go, &places, PROBE);
    all.into_iter().filter(|one| one.number("starts").is_some()).collect()
}

fn untried(index: &Index<'_>) -> Finding {
    let why = at_home(index, PROBE).iter().find_map(|one| one.lacking(""));
    Finding::undecided(why.map_or_else(
        || "this run looked at no addresses".to_owned(),
        |why| format!("no addresses could be looked at: {why}"),
    ))
}

/// Whether the kernel draws no addresses here.
pub(super) fn draws_nothing(index: &Index<'_>) -> bool {
    index.run().info.machine.address_randomisation == "0"
}

/// Where the kernel was told to draw nothing, nothing moves, and that says nothing of how programs are built.
fn unless_drawn(index: &Index<'_>) -> Option<Finding> {
    draws_nothing(index).then(|| {
        let why = "this machine's kernel draws no addresses (randomize_va_space is 0, or gopie was started without): \
                   nothing moves, however it is built";
        Finding::undecided(why)
    })
}

/// Whether a region lies at one place in all starts; `None` of one that is not there.
fn is_fixed(one: &Probed<'_>, region: &str) -> Option<bool> {
    one.number(&format!("{region}: places")).map(|places| places <= 1.0)
}

fn starts(all: &[Probed<'_>]) -> String {
    let counts: Vec<f64> = all.iter().filter_map(|one| one.number("starts")).collect();
    let least = counts.iter().copied().fold(f64::INFINITY, f64::min);
    format!("{} artifacts, at least {least} starts each", counts.len())
}

pub(super) fn fixed_addresses(index: &Index<'_>) -> Finding {
    if let Some(nothing) = unless_drawn(index) {
        return nothing;
    }
    let all = asked(index);
    if all.is_empty() {
        return untried(index);
    }
    // Regions of which the same is to be said are told together.
    let mut said: Vec<(Vec<&str>, String)> = Vec::new();
    let mut say =
        |region: &'static str, words: String| match said.iter_mut().find(|(_, other)| *other == words) {
            Some((regions, _)) => regions.push(region),
            None => said.push((vec![region], words)),
        };
    let (mut everywhere, mut nowhere, mut sometimes) = (0, 0, 0);
    for region in OF_GO {
        let having: Vec<(&Probed<'_>, bool)> =
            all.iter().filter_map(|one| Some((one, is_fixed(one, region)?))).collect();
        let fixed: Vec<&Probed<'_>> =
            having.iter().filter(|(_, fixed)| *fixed).map(|(one, _)| *one).collect();
        let moving: Vec<&Probed<'_>> =
            having.iter().filter(|(_, fixed)| !fixed).map(|(one, _)| *one).collect();
        match (fixed.len(), moving.len()) {
            (0, 0) => {}
            (_, 0) => {
                everywhere += 1;
                say(region, format!("at one place in all of {}", having.len()));
            }
            (0, _) => {
                nowhere += 1;
                say(region, format!("moves in all of {}{}", having.len(), bits(&moving, region)));
            }
            _ => {
                sometimes += 1;
                let one = |some: &[&Probed<'_>]| told(index, some, &all);
                let (places, moves) = (one(&fixed), one(&moving));
                say(
                    region,
                    format!(
                        "at one place in {} ({places}), moves in {} ({moves}){}",
                        fixed.len(),
                        moving.len(),
                        bits(&moving, region)
                    ),
                );
            }
        }
    }
    let verdict = match (everywhere, nowhere, sometimes) {
        (0, 0, 0) => return untried(index),
        (_, 0, 0) => Verdict::Supported,
        (0, _, 0) => Verdict::Refuted,
        _ => Verdict::Qualified,
    };
    let said: Vec<String> =
        said.iter().map(|(regions, words)| format!("{}: {words}", words::list(regions))).collect();
    let because = format!("{} ({}).", said.join("; "), starts(&all));
    let programs = unique(all.iter().map(|one| one.built.program));
    Finding { verdict, because, evidence: evidence(), programs }
}

/// Some of all that was asked: whether they are the PIEs or the others, else which variants, release by release.
fn told(index: &Index<'_>, some: &[&Probed<'_>], all: &[Probed<'_>]) -> String {
    const FEW: usize = 4;
    let id = |one: &Probed<'_>| one.built.row.id.clone();
    let among = |one: &Probed<'_>| some.iter().any(|other| id(other) == id(one));
    let is_pie = |one: &Probed<'_>| index.number(&one.built.row.id, "pie", "") == Some(1);
    if some.len() > FEW && all.iter().all(|one| among(one) == is_pie(one)) {
        return "every PIE".to_owned();
    }
    if some.len() > FEW && all.iter().all(|one| among(one) != is_pie(one)) {
        return "whatever is no PIE".to_owned();
    }
    let releases = unique(all.iter().map(|one| one.built.place.toolchain));
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    for release in &releases {
        let own = all.iter().filter(|one| one.built.place.toolchain == *release);
        let (inside, outside): (Vec<&Probed<'_>>, Vec<&Probed<'_>>) = own.partition(|one| among(one));
        let variants = |some: &[&Probed<'_>]| words::code_list(&unique(some.iter().map(|one| one.variant())));
        let of = if releases.len() > 1 { format!(" of {release}") } else { String::new() };
        match (inside.len(), outside.len()) {
            (0, _) => {}
            (_, 0) => whole.push(release.clone()),
            (inside, few) if few <= FEW && inside > few => {
                parts.push(format!("all{of} but {}", variants(&outside)));
            }
            _ => parts.push(format!("{}{of}", variants(&inside))),
        }
    }
    if !whole.is_empty() {
        parts.push(format!("all of {}", words::list(&whole)));
    }
    parts.join("; ")
}

/// The fewest bits that any of those demonstrates, and how many it would be if places were drawn evenly.
fn bits(all: &[&Probed<'_>], region: &str) -> String {
    let number = |one: &Probed<'_>, what: &str| one.number(&format!("{region}: {what}"));
    let demonstrated = |one: &&'_ Probed<'_>| number(one, "bits demonstrated");
    let least =
        all.iter().filter_map(|one| Some((demonstrated(one)?, *one))).min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((bits, one)) = least else { return String::new() };
    let mut text = format!(", at least {bits:.1} bits demonstrated");
    if let (Some(places), Some(starts)) = (number(one, "places"), one.number("starts"))
        && places >= starts
    {
        words::add(&mut text, &format!(" (more cannot be shown by {starts} starts)"));
    }
    let even = all.iter().filter_map(|one| number(one, "bits if uniform over its range"));
    let even = even.fold(f64::INFINITY, f64::min);
    if even.is_finite() {
        words::add(&mut text, &format!(", {even:.0} if drawn evenly over its range"));
    }
    text
}

pub(super) fn one_leak_tells_all(index: &Index<'_>) -> Finding {
    if let Some(nothing) = unless_drawn(index) {
        return nothing;
    }
    let all: Vec<Probed<'_>> =
        at_home(index, PROBE).into_iter().filter(|one| one.number("starts").is_some()).collect();
    if all.is_empty() {
        return untried(index);
    }
    // Only what moves hides anything that a leak could tell.
    let (mut told, mut pairs) = (0, 0);
    let mut hidden: Vec<String> = Vec::new();
    for one in &all {
        for row in one.rows().filter(|row| row.key.ends_with(": bits demonstrated")) {
            let Some((other, leaked)) = row.key.trim_end_matches(": bits demonstrated").split_once(" given ")
            else {
                continue;
            };
            if is_fixed(one, other) != Some(false) {
                continue;
            }
            pairs += 1;
            match row.number {
                Some(left) if left > 0.0 => {
                    let pair = format!("{other} from {leaked}");
                    if !hidden.contains(&pair) {
                        hidden.push(pair);
                    }
                }
                _ => told += 1,
            }
        }
    }
    let evidence = vec!["probes.csv: addresses".to_owned()];
    let programs = unique(all.iter().map(|one| one.built.program));
    if pairs == 0 {
        let because = format!(
            "nothing moves in any artifact, so that there is nothing left to tell ({})",
            starts(&all)
        );
        return Finding { verdict: Verdict::Supported, because, evidence, programs };
    }
    let examples = hidden.iter().take(3).cloned().collect::<Vec<_>>();
    let because = format!(
        "of regions that move, {} are told by an address in another region: the distance was the same in every start. {}({})",
        words::of(told, pairs),
        if hidden.is_empty() {
            String::new()
        } else {
            format!("Some bits are left in others, as in {}. ", words::list(&examples))
        },
        starts(&all)
    );
    let verdict = match told {
        n if n == pairs => Verdict::Supported,
        0 => Verdict::Refuted,
        _ => Verdict::Qualified,
    };
    Finding { verdict, because, evidence, programs }
}

pub(super) fn known_code(index: &Index<'_>) -> Finding {
    const KEY: &str = "code at known addresses";
    if let Some(nothing) = unless_drawn(index) {
        return nothing;
    }
    let all: Vec<Probed<'_>> =
        at_home(index, PROBE).into_iter().filter(|one| one.number(KEY).is_some()).collect();
    let of = |pie: bool| -> Vec<&Probed<'_>> {
        all.iter()
            .filter(|one| if pie { one.built.is_pie(index) } else { one.variant() == PROPOSAL })
            .collect()
    };
    let (proposed, pies) = (of(false), of(true));
    if proposed.is_empty() {
        return untried(index);
    }
    let known: Vec<&&Probed<'_>> = proposed.iter().filter(|one| one.number(KEY) > Some(0.0)).collect();
    let range = |all: &[&Probed<'_>]| {
        let bytes: Vec<f64> = all.iter().filter_map(|one| one.number(KEY)).collect();
        let (low, high) =
            (bytes.iter().copied().fold(f64::INFINITY, f64::min), bytes.iter().copied().fold(0.0, f64::max));
        if low < high { format!("{low} to {high} bytes") } else { format!("{high} bytes") }
    };
    let mut because = format!(
        "{} artifacts of `{PROPOSAL}` have code at addresses that were the same in every start: {}.",
        words::of(known.len(), proposed.len()),
        range(&proposed)
    );
    if !pies.is_empty() {
        let without = pies.iter().filter(|one| one.number(KEY) == Some(0.0)).count();
        words::add(
            &mut because,
            &format!(" Of PIEs {} have none ({}).", words::of(without, pies.len()), range(&pies)),
        );
        // The rest of what is mapped is the loader's and the libraries'.
        let foreign = at_home(index, "foreign-code");
        let own = |one: &Probed<'_>| {
            let same = foreign.iter().find(|other| other.built.row.id == one.built.row.id);
            same.and_then(|other| other.number("own code"))
        };
        let given: Vec<(f64, f64)> =
            pies.iter().filter_map(|one| Some((one.number("code known given text")?, own(one)?))).collect();
        if !given.is_empty() {
            let whole = given.iter().filter(|(known, own)| known >= own).count();
            words::add(
                &mut because,
                &format!(
                    " One leaked address of its code tells where all of a PIE's own code is in {}, and nothing of \
                     the loader's and the libraries' code in {}.",
                    words::of(whole, given.len()),
                    words::of(given.iter().filter(|(known, own)| known <= own).count(), given.len()),
                ),
            );
        }
    }
    let verdict = match known.len() {
        0 => Verdict::Refuted,
        n if n == proposed.len() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let programs = unique(all.iter().map(|one| one.built.program));
    Finding { verdict, because, evidence: vec!["probes.csv: addresses".to_owned()], programs }
}
