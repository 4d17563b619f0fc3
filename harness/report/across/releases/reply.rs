//! What is replied to "that depends on the Go release": sentences computed from the rows.

use super::changes::PROPERTIES;
use super::{Releases, Subject};
use crate::claims::words;
use crate::claims::{CPU_PINNED, Effect, counts};
use crate::config::{Contrast, Program};
use crate::results::{EstimateRow, Place};

/// The sentences, each an item.
pub(super) fn items(releases: &Releases<'_, '_>) -> Vec<String> {
    let mut items = vec![alike(releases)];
    items.extend(releases.changes().iter().map(super::changes::Change::words));
    for contrast in releases.pie_only() {
        items.extend(size(releases, contrast));
        items.extend(relocations(releases, contrast));
        items.extend(start(releases, contrast));
    }
    items.extend(not_timed(releases));
    items.extend(without_c(releases));
    items.extend(releases.missing.iter().map(|(release, reason)| {
        format!("{release} could not be had and is in no table: {}.", quoted(reason))
    }));
    items
}

fn alike(releases: &Releases<'_, '_>) -> String {
    let (Some(first), Some(last)) = (releases.had.first(), releases.had.last()) else {
        return "None of the releases asked for could be had.".to_owned();
    };
    if releases.had.len() < 2 {
        let only = first.toolchain;
        return format!("Only {only} could be had: whether anything depends on the release is not known.");
    }
    let (same, all) = releases.alike();
    let properties = words::list(&PROPERTIES);
    let over = format!("Over {} releases, {} to {},", releases.had.len(), first.toolchain, last.toolchain);
    match all {
        0 => format!("{over} nothing was built by more than one."),
        _ if same == all => {
            format!("{over} {properties} stay the same in each of {all} pairs of program and variant.")
        }
        _ => format!(
            "{over} {properties} stay the same in {} pairs of program and variant; what changed comes next.",
            words::of(same, all)
        ),
    }
}

/// `PIE, given internal linking (`static` to `pie-internal`), stripped size`.
fn about(contrast: &Contrast, measure: &str) -> String {
    let Contrast { what, base, changed, .. } = contrast;
    format!("{} (`{base}` to `{changed}`), {measure}", words::capital(what))
}

/// A number from the first release to the last, and where it was less or more than at both.
fn trend(values: &[(Place<'_>, f64)], text: impl Fn(f64) -> String) -> Option<String> {
    let ((first, from), (last, to)) = (values.first()?, values.last()?);
    if values.len() < 2 {
        return None;
    }
    let texts: Vec<String> = values.iter().map(|(_, value)| text(*value)).collect();
    if texts.iter().all(|one| *one == texts[0]) {
        return Some(format!("{} in all {}", texts[0], values.len()));
    }
    let mut said =
        vec![format!("{} ({}) to {} ({})", text(*from), first.toolchain, text(*to), last.toolchain)];
    let by_value = |a: &&(Place<'_>, f64), b: &&(Place<'_>, f64)| a.1.total_cmp(&b.1);
    for (word, end) in
        [("at least", values.iter().min_by(by_value)), ("at most", values.iter().max_by(by_value))]
    {
        let (place, value) = end?;
        let end = text(*value);
        if end != text(*from) && end != text(*to) {
            said.push(format!("{word} {end} ({})", place.toolchain));
        }
    }
    Some(said.join(", "))
}

/// What is said of each program, after what it is about.
fn of_programs<'a>(
    releases: &Releases<'a, '_>,
    about: &str,
    of: impl Fn(&'a Program) -> Option<String>,
) -> Option<String> {
    let said = |program: &'a Program| Some(format!("{} {}", program.name, of(program)?));
    let said: Vec<String> = releases.programs().into_iter().filter_map(said).collect();
    (!said.is_empty()).then(|| format!("{about}: {}.", said.join("; ")))
}

fn size(releases: &Releases<'_, '_>, contrast: &Contrast) -> Option<String> {
    let stripped = releases.is_stripped();
    let state = if stripped { "stripped size" } else { "size as linked" };
    of_programs(releases, &about(contrast, state), |program| {
        trend(&releases.ratios(contrast, program, stripped), words::percent)
    })
}

fn relocations(releases: &Releases<'_, '_>, contrast: &Contrast) -> Option<String> {
    let variant = releases.variant(&contrast.changed)?;
    of_programs(releases, &format!("Relocations of `{}`", variant.name), |program| {
        let numbers = releases.relocations(Subject { program, variant });
        let numbers: Vec<(Place<'_>, f64)> =
            numbers.into_iter().map(|(place, number)| (place, number as f64)).collect();
        trend(&numbers, |number| format!("{number:.0}"))
    })
}

/// A contrast in the starts of one program, release by release.
pub(super) fn effects<'a>(
    releases: &Releases<'a, '_>,
    contrast: &'a Contrast,
    program: &'a Program,
) -> Vec<Effect<'a>> {
    let of = |place: &Place<'a>| Effect::of(releases.index, contrast, &program.name, *place, CPU_PINNED);
    releases.had.iter().filter_map(of).collect()
}

fn start<'a>(releases: &Releases<'a, '_>, contrast: &'a Contrast) -> Option<String> {
    of_programs(releases, &about(contrast, "CPU time of a start, pinned"), |program| {
        let effects = effects(releases, contrast, program);
        if effects.len() < 2 {
            return None;
        }
        let rows: Vec<(&str, &EstimateRow)> =
            effects.iter().filter_map(|effect| Some((effect.place.toolchain, effect.difference?))).collect();
        let by_estimate =
            |a: &&(&str, &EstimateRow), b: &&(&str, &EstimateRow)| a.1.estimate.total_cmp(&b.1.estimate);
        let (least, most) = (rows.iter().min_by(by_estimate)?, rows.iter().max_by(by_estimate)?);
        let apart = match (least.1.high, most.1.low) {
            (Some(high), Some(low)) if high < low => "intervals that lie apart",
            (Some(_), Some(_)) => "intervals that overlap",
            _ => "no intervals",
        };
        Some(format!(
            "{} releases; {} ({}) to {} ({}), {apart}",
            counts(&effects),
            words::difference(least.1),
            least.0,
            words::difference(most.1),
            most.0
        ))
    })
}

/// Said where no contrast can be followed over releases.
fn not_timed(releases: &Releases<'_, '_>) -> Option<String> {
    if releases.had.len() < 2 {
        return None;
    }
    let mut timed: Vec<&str> = Vec::new();
    for program in releases.index.go_programs() {
        for contrast in releases.pie_only() {
            let effects = effects(releases, contrast, program);
            if effects.len() > 1 {
                return None;
            }
            timed.extend(effects.iter().map(|effect| effect.place.toolchain));
        }
    }
    timed.sort_unstable();
    timed.dedup();
    Some(match timed.as_slice() {
        [] => "No start of a PIE and its twin was timed.".to_owned(),
        some => format!(
            "Starts were timed with {}, none with two releases alike: whether their cost changed is not known.",
            words::list(some)
        ),
    })
}

fn without_c(releases: &Releases<'_, '_>) -> Option<String> {
    let mut variants: Vec<(&str, bool)> = Vec::new();
    for subject in releases.subjects() {
        let words = releases.had.iter().filter_map(|place| releases.property("C toolchain", subject, *place));
        let words: Vec<String> = words.collect();
        if words.is_empty() {
            continue;
        }
        let none = words.iter().all(|word| word == "none");
        match variants.iter_mut().find(|(name, _)| *name == subject.variant.name) {
            Some((_, all)) => *all &= none,
            None => variants.push((&subject.variant.name, none)),
        }
    }
    let none: Vec<&str> = variants.iter().filter(|(_, none)| *none).map(|(name, _)| *name).collect();
    (!none.is_empty()).then(|| {
        format!(
            "No release needed a C toolchain, cgo being off in what it built, for {}.",
            words::code_list(&none)
        )
    })
}

/// Somebody else's words in one paragraph, as code, so that nothing in them is taken for Markdown.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c == '`' || c.is_control() { ' ' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", plain.trim_end_matches('.'))
}
