//! What a contrast does to the memory of a process, and the rule over it.
//!
//! As in timing two hurdles stand before "more": the interval must leave out no effect, and lie beyond what
//! byte-identical copies may differ by. Here differences are judged, in bytes, and not ratios: what is asked is
//! whether there is memory that is private, and how much.

use super::effect::{Seen, counts_of};
use super::subject::{of_pie_only, unique};
use super::{Finding, Verdict, words};
use crate::analyse::memory::{N_COPIES, ONE_COPY, THIS_LAYOUT, WRITTEN};
use crate::config::Contrast;
use crate::results::{EstimateRow, Index, Measure, Place};

/// Anonymous memory of a process alone: what it shares with none.
pub const ANONYMOUS: Measure = measure("anonymous", ONE_COPY);
/// Page tables of a process alone.
pub const PAGE_TABLES: Measure = measure("page-tables", ONE_COPY);
/// What a further process of the same file adds to the proportional size of all.
pub const FURTHER: Measure = measure("proportional", N_COPIES);
/// What a further process of the same file adds to the page tables of all.
pub const FURTHER_TABLES: Measure = measure("page-tables", N_COPIES);

const fn measure(metric: &'static str, condition: &'static str) -> Measure {
    Measure { metric, condition, cache: WRITTEN, scope: THIS_LAYOUT }
}

/// The least that memory comes in, in bytes; larger on some machines, none of which is a host yet.
const PAGE: f64 = 4096.0;

/// A contrast in one program, place and measure of memory.
#[derive(Clone, Copy, Debug)]
pub struct Growth<'a> {
    /// The contrast.
    pub contrast: &'a Contrast,
    /// The program.
    pub program: &'a str,
    /// Changed less base, in bytes.
    pub difference: &'a EstimateRow,
    /// Changed over base.
    pub ratio: Option<&'a EstimateRow>,
    /// The largest difference of byte-identical copies that is not excluded, in bytes; none for a control.
    pub floor: Option<f64>,
    /// What is seen.
    pub seen: Seen,
}

impl<'a> Growth<'a> {
    /// The effect, where it was measured.
    pub fn of(
        index: &Index<'a>,
        contrast: &'a Contrast,
        program: &'a str,
        place: Place<'a>,
        measure: Measure,
    ) -> Option<Self> {
        let difference = index.estimate(&contrast.name, program, place, measure, "difference")?;
        let ratio = index.estimate(&contrast.name, program, place, measure, "ratio");
        let floor = if contrast.control { None } else { floor(index, program, place, measure) };
        let both_sides = floor.map(|floor| (-floor, floor));
        let seen = Seen::of(difference.low.zip(difference.high), 0.0, both_sides, contrast.control);
        Some(Self { contrast, program, difference, ratio, floor, seen })
    }

    /// What is seen, with the numbers: what to write after the contrast's name.
    pub fn phrase(&self) -> String {
        let ratio = self.ratio.map_or(String::new(), |row| format!(" ({})", words::times_interval(row)));
        let both = format!("{}{ratio}", words::bytes_difference(self.difference));
        match self.seen {
            Seen::More | Seen::Less => both,
            Seen::WithinNoise => format!("within the noise floor: {both}"),
            Seen::NoDifference => format!("no difference seen: {both}"),
            Seen::NoInterval => format!("{both}, too few copies to judge"),
            Seen::NoFloor => format!("{both}, no noise floor to judge it by"),
        }
    }

    /// Whether the interval excludes even one page more.
    fn excludes_a_page(&self) -> bool {
        self.difference.high.is_some_and(|high| high < PAGE)
    }
}

/// The widest difference that a control of the program does not exclude.
fn floor(index: &Index<'_>, program: &str, place: Place<'_>, measure: Measure) -> Option<f64> {
    let controls = index.run().info.contrasts.iter().filter(|contrast| contrast.control);
    let widths = controls.filter_map(|control| {
        let row = index.estimate(&control.name, program, place, measure, "difference")?;
        Some(row.low?.abs().max(row.high?.abs()))
    });
    widths.reduce(f64::max)
}

/// The effects of PIE alone, program by program.
fn growths<'a>(index: &Index<'a>, measure: Measure) -> Vec<Growth<'a>> {
    of_pie_only(index, |contrast, program, place| Growth::of(index, contrast, program, place, measure))
}

/// `More in 3 of 4, no difference seen in 1 of 4, from ... to ...`.
fn summary(what: &str, all: &[Growth<'_>]) -> String {
    let counts = counts_of(&all.iter().map(|growth| growth.seen).collect::<Vec<_>>());
    let one =
        |growth: &Growth<'_>| format!("{} ({}, `{}`)", growth.phrase(), growth.program, growth.contrast.name);
    let by_size = |a: &&Growth<'_>, b: &&Growth<'_>| a.difference.estimate.total_cmp(&b.difference.estimate);
    let clear = || all.iter().filter(|growth| matches!(growth.seen, Seen::More | Seen::Less));
    let range = match (clear().min_by(by_size), clear().max_by(by_size)) {
        (Some(least), Some(most)) if std::ptr::eq(least, most) => format!(": {}", one(least)),
        (Some(least), Some(most)) => format!(", from {} to {}", one(least), one(most)),
        _ => not_excluded(all).map_or(String::new(), |ends| format!(" ({ends} not excluded)")),
    };
    format!("{what}: {counts}{range}.")
}

/// The largest differences on both sides that some interval does not exclude.
fn not_excluded(all: &[Growth<'_>]) -> Option<String> {
    let low = all.iter().filter_map(|growth| growth.difference.low).reduce(f64::min)?;
    let high = all.iter().filter_map(|growth| growth.difference.high).reduce(f64::max)?;
    Some(format!("{} to {}", words::size_more(low), words::size_more(high)))
}

pub(super) fn memory(index: &Index<'_>) -> Finding {
    let (alone, further) = (growths(index, ANONYMOUS), growths(index, FURTHER));
    if alone.is_empty() && further.is_empty() {
        return Finding::undecided("the memory of no contrast in which PIE alone differs was measured");
    }
    let all: Vec<Growth<'_>> = alone.iter().chain(&further).copied().collect();
    let both = !alone.is_empty() && !further.is_empty();
    let more = all.iter().filter(|growth| growth.seen == Seen::More).count();
    let verdict = match more {
        0 if both && all.iter().all(Growth::excludes_a_page) => Verdict::Refuted,
        0 => Verdict::Undecided,
        n if both && n == all.len() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let parts = [
        ("Anonymous memory of a process", &alone),
        ("What a further process adds, shared pages divided", &further),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(_, all)| !all.is_empty()).map(|(what, all)| summary(what, all)).collect();
    let units = all.iter().map(|growth| growth.difference.units);
    let units = match (units.clone().min(), units.max()) {
        (Some(least), Some(most)) if least == most => format!("{least}"),
        (least, most) => format!("{} to {}", least.unwrap_or_default(), most.unwrap_or_default()),
    };
    let because = format!("{} n = {units} fresh copies a comparison.", said.join(" "));
    let contrasts = unique(all.iter().map(|growth| growth.contrast.name.as_str()));
    let evidence = contrasts.iter().map(|name| format!("estimates.csv: {name}")).collect();
    Finding { verdict, because, evidence, programs: unique(all.iter().map(|growth| growth.program)) }
}
