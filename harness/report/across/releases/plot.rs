//! The plot: what PIE costs, release by release; a row a program, a column a property, a line a variant.

use std::collections::HashSet;

use anyhow::Result;

use super::reply::effects;
use super::{Releases, Subject, short};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{Effect, behind};
use crate::config::{Contrast, Program};
use crate::report::plots::Plot;
use crate::report::plots::lines::{self, Column, Point, Words};
use crate::results::{EstimateRow, Place};

/// More contrasts than that cannot be told apart.
const MOST_LINES: usize = lines::LOOKS.len();
/// More programs than that make a picture that nobody reads.
const MOST_PROGRAMS: usize = 3;

/// The plot; none where nothing can be followed over two releases.
pub(super) fn draw(releases: &Releases<'_, '_>) -> Result<Option<Plot>> {
    let mut programs = releases.programs();
    let left_out = programs.len().saturating_sub(MOST_PROGRAMS);
    programs.truncate(MOST_PROGRAMS);
    let stripped = releases.is_stripped();
    let is_drawn = |contrast: &&Contrast| {
        programs.iter().any(|program| releases.ratios(contrast, program, stripped).len() > 1)
    };
    let contrasts: Vec<&Contrast> = releases.pie_only().filter(is_drawn).take(MOST_LINES).collect();
    let (Some(first), Some(program)) = (contrasts.first(), programs.first()) else { return Ok(None) };
    let legend: Vec<String> =
        contrasts.iter().map(|contrast| format!("{} over {}", contrast.changed, contrast.base)).collect();
    let mut columns =
        vec![sizes(releases, &contrasts, &programs, stripped), relocations(releases, &contrasts, &programs)];
    let mut shown = Vec::new();
    let starts = starts(releases, &contrasts, &programs, &mut shown);
    columns.extend((!shown.is_empty()).then_some(starts));
    let caption = if shown.is_empty() {
        "Sizes and relocations are exact. Starts were not timed with two releases alike.".to_owned()
    } else {
        format!(
            "Sizes and relocations are exact; starts: {:.0} % intervals, n = {}.",
            shown[0].confidence * 100.0,
            behind(shown.iter().copied())
        )
    };
    let caption = if left_out > 0 { format!("{caption} Programs not drawn: {left_out}.") } else { caption };
    let names = labels(&releases.had);
    let programs: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
    let words = Words {
        title: &title(releases, first, program, stripped),
        subtitle: &format!(
            "What PIE alone costs with each Go release; {}, this layout of the functions",
            releases.had[0].target
        ),
        legend: &legend,
        programs: &programs,
        across: &names,
        caption: &caption,
    };
    let svg = lines::draw(&words, &columns)?;
    let shows = "what PIE alone costs with each Go release".to_owned();
    Ok(Some(Plot { name: "releases".to_owned(), svg, shows }))
}

/// What stands below the axis: minor releases, unless two are of one.
fn labels<'a>(places: &[Place<'a>]) -> Vec<&'a str> {
    let whole: Vec<&str> = places.iter().map(|place| short(place.toolchain)).collect();
    let minor = |name: &&'a str| {
        let end = name.match_indices('.').nth(1).map_or(name.len(), |(end, _)| end);
        &name[..end]
    };
    let minors: Vec<&str> = whole.iter().map(minor).collect();
    let distinct: HashSet<&str> = minors.iter().copied().collect();
    if distinct.len() == minors.len() { minors } else { whole }
}

/// The first contrast of the first program, from the first release to the last.
fn title(releases: &Releases<'_, '_>, contrast: &Contrast, program: &Program, stripped: bool) -> String {
    let ratios = releases.ratios(contrast, program, stripped);
    let (Some((from, first)), Some((to, last))) = (ratios.first(), ratios.last()) else {
        return format!("{} by Go release", contrast.changed);
    };
    let [first, last] = [first, last].map(|ratio| words::percent(*ratio));
    let [from, to] = [from.toolchain, to.toolchain];
    format!(
        "{} of {} over {}: {first} in size with {from}, {last} with {to}",
        contrast.changed, program.name, contrast.base
    )
}

/// A point for each release, where there is one.
fn points<'a>(releases: &Releases<'a, '_>, values: &[(Place<'a>, Point)]) -> Vec<Option<Point>> {
    let at = |place: &Place<'a>| values.iter().find(|(known, _)| known == place).map(|(_, point)| *point);
    releases.had.iter().map(at).collect()
}

fn sizes<'a>(
    releases: &Releases<'a, '_>,
    contrasts: &[&'a Contrast],
    programs: &[&'a Program],
    stripped: bool,
) -> Column {
    let line = |contrast: &Contrast, program: &Program| {
        let ratios = releases.ratios(contrast, program, stripped).into_iter();
        let values: Vec<_> =
            ratios.map(|(place, ratio)| (place, Point::exact((ratio - 1.0) * 100.0))).collect();
        points(releases, &values)
    };
    let state = if stripped { "Stripped size" } else { "Size as linked" };
    column(format!("{state}, % more"), contrasts, programs, line)
}

fn relocations<'a>(
    releases: &Releases<'a, '_>,
    contrasts: &[&'a Contrast],
    programs: &[&'a Program],
) -> Column {
    let line = |contrast: &Contrast, program: &'a Program| {
        let Some(variant) = releases.variant(&contrast.changed) else { return Vec::new() };
        let numbers = releases.relocations(Subject { program, variant }).into_iter();
        let values: Vec<_> =
            numbers.map(|(place, number)| (place, Point::exact(number as f64 / 1e3))).collect();
        points(releases, &values)
    };
    column("Relocations, thousands".to_owned(), contrasts, programs, line)
}

fn starts<'a>(
    releases: &Releases<'a, '_>,
    contrasts: &[&'a Contrast],
    programs: &[&'a Program],
    shown: &mut Vec<&'a EstimateRow>,
) -> Column {
    let unit = TimeUnit::MS;
    let line = |contrast: &'a Contrast, program: &'a Program| {
        let effects = effects(releases, contrast, program);
        if effects.len() < 2 {
            return Vec::new();
        }
        shown.extend(effects.iter().map(|effect| effect.ratio));
        let of = |effect: &Effect<'a>| {
            let row = effect.difference?;
            let interval = row.low.zip(row.high).map(|(low, high)| [unit.scale(low), unit.scale(high)]);
            Some((effect.place, Point { value: unit.scale(row.estimate), interval }))
        };
        let values: Vec<_> = effects.iter().filter_map(of).collect();
        points(releases, &values)
    };
    column(format!("CPU time of a start, {} more", unit.name), contrasts, programs, line)
}

fn column<'a>(
    heading: String,
    contrasts: &[&'a Contrast],
    programs: &[&'a Program],
    mut line: impl FnMut(&'a Contrast, &'a Program) -> Vec<Option<Point>>,
) -> Column {
    let panels = programs
        .iter()
        .map(|program| contrasts.iter().map(|contrast| line(contrast, program)).collect())
        .collect();
    Column { heading, panels }
}
