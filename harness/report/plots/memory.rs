//! What several processes of one file hold together, variant by variant: the steeper the line, the more a
//! further process costs.

use std::collections::BTreeMap;

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, Sheet, WIDTH, fit, widest};
use crate::claims::{FURTHER, words};
use crate::config::{Program, Variant};
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::results::{EstimateRow, Index, OK, Place};

/// A variant's line: the mean sum for each number of processes.
struct Line<'a> {
    variant: &'a str,
    is_pie: bool,
    points: Vec<(f64, f64)>,
    /// What a further process adds.
    slope: &'a EstimateRow,
}

const HEIGHT: f64 = 620.0;
/// The least distance between two labels.
const APART: f64 = 34.0;

/// The sheet; none where it was not measured.
pub(super) fn draw<'a>(index: &Index<'a>, program: &'a Program, place: Place<'a>) -> Result<Option<String>> {
    let variants = index.variants(program.source.language());
    let mut lines: Vec<Line<'_>> =
        variants.filter_map(|variant| line(index, program, variant, place)).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let subtitle = format!(
        "Proportional size of so many processes of one file, all waiting: what they share counts once; {}, {}",
        place.toolchain, place.target
    );
    let mut sheet = Sheet::new(&title(index, program, &lines), &subtitle);
    sheet.legend(&[(Mark::Diamond, colour(true), "PIE"), (Mark::Dot, colour(false), "not PIE")]);
    let last = |line: &Line<'_>| line.points.last().map_or(0.0, |point| point.1);
    lines.sort_by(|a, b| last(b).total_cmp(&last(a)));
    let most_at_once =
        lines.iter().flat_map(|line| &line.points).fold(1.0_f64, |most, point| most.max(point.0));
    let most = lines.iter().map(last).fold(0.0_f64, f64::max) / 1e6;
    let texts: Vec<String> =
        lines.iter().map(|line| format!("{} {} each", line.variant, size(line.slope.estimate))).collect();
    let right = widest(texts.iter().map(String::as_str), LABEL, 560.0);
    let (top, bottom) = (sheet.y + 24.0, sheet.y + 24.0 + HEIGHT);
    let x = Axis {
        values: [0.0, most_at_once],
        ends: [MARGIN + 80.0, WIDTH - MARGIN - right - 60.0],
        log: false,
    };
    let y = Axis { values: [0.0, most * 1.04], ends: [bottom, top], log: false };
    for (value, label) in y.ticks(7) {
        sheet.canvas.line((x.ends[0], y.at(value)), (x.ends[1], y.at(value)), colours::GRID, 2);
        sheet.canvas.text(&label, (x.ends[0] - 14.0, y.at(value)), Anchor::Right, SMALL);
    }
    sheet.canvas.line((x.ends[0], bottom), (x.ends[1], bottom), colours::QUIET, 2);
    let numbers: Vec<f64> =
        lines.first().map(|line| line.points.iter().map(|point| point.0).collect()).unwrap_or_default();
    // Between the first few there is no room for their numbers.
    for number in numbers.into_iter().filter(|number| x.at(*number) - x.at(0.0) > 40.0) {
        sheet.canvas.text(&number.to_string(), (x.at(number), bottom + 22.0), Anchor::Middle, SMALL);
    }
    sheet.canvas.text("0", (x.ends[0], bottom + 22.0), Anchor::Middle, SMALL);
    let middle = f64::midpoint(x.ends[0], x.ends[1]);
    sheet.canvas.text("processes at once", (middle, bottom + 54.0), Anchor::Middle, SMALL);
    sheet.canvas.text("MB, together", (MARGIN, top - 14.0), Anchor::Left, SMALL);
    let mut label_at = top - APART;
    // Labels of lower lines must have room below.
    let count = lines.len() as f64;
    for (number, (line, text)) in lines.iter().zip(&texts).enumerate() {
        let points: Vec<(f64, f64)> =
            line.points.iter().map(|(number, bytes)| (x.at(*number), y.at(bytes / 1e6))).collect();
        let Some(end) = points.last().copied() else { continue };
        sheet.canvas.path(points.clone(), colour(line.is_pie), 3);
        for point in &points {
            sheet.canvas.mark(mark(line.is_pie), *point, 6.0, colour(line.is_pie));
        }
        let lowest = bottom - APART * (count - 1.0 - number as f64);
        label_at = end.1.max(label_at + APART).min(lowest.max(label_at + APART));
        let from = x.ends[1] + 46.0;
        sheet.canvas.line((end.0 + 10.0, end.1), (from - 6.0, label_at), colours::GREY, 1);
        sheet.canvas.text(text, (from, label_at), Anchor::Left, fit(text, LABEL, right));
    }
    sheet.y = bottom + 72.0;
    let units = lines.iter().map(|line| line.slope.units).min().unwrap_or_default();
    let units = words::count(u64::from(units), "fresh copy", "fresh copies");
    sheet
        .finish(&format!(
            "Means over {units} of each file; \"each\" is the slope, what a further process adds. \
             The vertical axis begins at zero; 1 MB is 1,000,000 bytes."
        ))
        .map(Some)
}

fn line<'a>(
    index: &Index<'a>,
    program: &'a Program,
    variant: &'a Variant,
    place: Place<'a>,
) -> Option<Line<'a>> {
    // Started were the stripped artifacts where there were any.
    [true, false].into_iter().find_map(|stripped| {
        let id = &index.case(&program.name, &variant.name, place, stripped)?.id;
        let slope = index.estimate(id, &program.name, place, FURTHER, "per-copy")?;
        let rows = index.run().memory.iter().filter(|row| {
            row.case == *id
                && row.condition == FURTHER.condition
                && row.metric == FURTHER.metric
                && row.status == OK
        });
        let mut sums: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for row in rows {
            sums.entry(row.copies_at_once).or_default().push(row.value? as f64);
        }
        let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let points: Vec<(f64, f64)> =
            sums.iter().map(|(number, values)| (f64::from(*number), mean(values))).collect();
        let is_pie = index.number(id, "pie", "") == Some(1);
        (!points.is_empty()).then_some(Line { variant: &variant.name, is_pie, points, slope })
    })
}

fn colour(is_pie: bool) -> Colour {
    if is_pie { colours::VERMILION } else { colours::BLUE }
}

fn mark(is_pie: bool) -> Mark {
    if is_pie { Mark::Diamond } else { Mark::Dot }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of processes")]
fn size(bytes: f64) -> String {
    words::bytes(bytes.max(0.0).round() as u64)
}

/// What PIE alone makes a further process cost.
fn title<'a>(index: &Index<'a>, program: &'a Program, lines: &[Line<'_>]) -> String {
    let find = |name: &str| lines.iter().find(|line| line.variant == name);
    let mut contrasts = index.contrasts_of(program).filter(|contrast| contrast.pie_only);
    let pair = contrasts.find_map(|contrast| Some((find(&contrast.base)?, find(&contrast.changed)?)));
    let Some((base, changed)) = pair else {
        return format!("{}: what several processes hold together", program.name);
    };
    format!(
        "{}: a further process costs {} as {}, {} as {} ({})",
        program.name,
        size(base.slope.estimate),
        base.variant,
        size(changed.slope.estimate),
        changed.variant,
        words::percent(changed.slope.estimate / base.slope.estimate),
    )
}
