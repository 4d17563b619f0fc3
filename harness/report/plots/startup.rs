//! How long a start takes, variant by variant: a dot a fresh copy, their mean, its interval.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, WALL_SCHEDULED, behind, measure_words};
use crate::config::Variant;
use crate::report::canvas::{Anchor, Mark, colours};
use crate::results::{EstimateRow, Index, Measure, Place};

/// What was measured of a variant.
struct Row<'a> {
    variant: &'a str,
    /// Whether it is the control.
    is_copy: bool,
    centre: &'a EstimateRow,
    copies: Vec<f64>,
}

const ROW: f64 = 46.0;

/// The sheet; none where nothing was timed.
pub(super) fn draw(index: &Index<'_>, program: &str, place: Place<'_>) -> Result<Option<String>> {
    let panels: Vec<(Measure, Vec<Row<'_>>)> = [CPU_PINNED, WALL_SCHEDULED]
        .into_iter()
        .map(|measure| (measure, rows(index, program, place, measure)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let Some((first, rows)) = panels.first() else { return Ok(None) };
    let most = panels.iter().flat_map(|(_, rows)| rows).fold(0.0, |most, row| row.centre.estimate.max(most));
    let unit = TimeUnit::of(most);
    let confidence = rows[0].centre.confidence * 100.0;
    let subtitle = format!(
        "A dot is the median of one fresh copy, the bar their mean with its {confidence:.0} % interval; {}, {}; {}",
        place.toolchain,
        place.target,
        super::layout(index)
    );
    let mut sheet = Sheet::new(&title(program, *first, rows), &subtitle);
    let variants = names(index, &panels);
    let left = widest(variants.iter().copied(), LABEL, 480.0);
    let top = sheet.y + 40.0;
    let bottom = top + ROW * variants.len() as f64;
    for (number, name) in variants.iter().enumerate() {
        let middle = top + ROW * (number as f64 + 0.5);
        sheet.canvas.text(name, (MARGIN + left, middle), Anchor::Right, fit(name, LABEL, left));
    }
    let room = (WIDTH - 2.0 * MARGIN - left) / panels.len() as f64;
    for (number, (measure, rows)) in panels.iter().enumerate() {
        let from = MARGIN + left + room * number as f64;
        panel(&mut sheet, *measure, rows, &variants, unit, [from + 30.0, from + room], [top, bottom]);
    }
    sheet.y = bottom + 72.0;
    let shown = panels.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.centre));
    let axes = if panels.len() > 1 { "Both axes begin" } else { "The axis begins" };
    let wall = if panels.iter().any(|(measure, _)| *measure == WALL_SCHEDULED) {
        ""
    } else {
        " No wall time is shown: too few blocks were quiet."
    };
    sheet.finish(&format!("n = {} a variant. {axes} at zero.{wall}", behind(shown))).map(Some)
}

fn rows<'a>(index: &Index<'a>, program: &str, place: Place<'_>, measure: Measure) -> Vec<Row<'a>> {
    let row = |variant: &'a Variant| {
        // Timed were the stripped artifacts where there were any.
        [true, false].into_iter().find_map(|stripped| {
            let id = &index.case(program, &variant.name, place, stripped)?.id;
            let centre = index.estimate(id, program, place, measure, "centre")?;
            let copies = index.estimates(id, program, place, measure, "copy-centre");
            let copies = copies.map(|row| row.estimate).collect();
            Some(Row { variant: &variant.name, is_copy: variant.copy_of.is_some(), centre, copies })
        })
    };
    index.run().info.variants.iter().filter_map(row).collect()
}

fn names<'a>(index: &Index<'a>, panels: &[(Measure, Vec<Row<'_>>)]) -> Vec<&'a str> {
    let shown = |name: &str| panels.iter().any(|(_, rows)| rows.iter().any(|row| row.variant == name));
    index.run().info.variants.iter().map(|variant| variant.name.as_str()).filter(|name| shown(name)).collect()
}

fn time_words(measure: Measure) -> &'static str {
    if measure.metric == CPU_PINNED.metric { "CPU time" } else { "wall time" }
}

fn title(program: &str, measure: Measure, rows: &[Row<'_>]) -> String {
    let by_time = |a: &&Row<'_>, b: &&Row<'_>| a.centre.estimate.total_cmp(&b.centre.estimate);
    let own = || rows.iter().filter(|row| !row.is_copy);
    match (own().min_by(by_time), own().max_by(by_time)) {
        (Some(least), Some(most)) => format!(
            "{program}: a start takes {} ({}) to {} ({}) of {}",
            words::time(least.centre.estimate),
            least.variant,
            words::time(most.centre.estimate),
            most.variant,
            time_words(measure),
        ),
        _ => program.to_owned(),
    }
}

fn panel(
    sheet: &mut Sheet,
    measure: Measure,
    rows: &[Row<'_>],
    variants: &[&str],
    unit: TimeUnit,
    [from, to]: [f64; 2],
    [top, bottom]: [f64; 2],
) {
    let texts: Vec<String> = rows.iter().map(|row| words::time_interval(row.centre, unit)).collect();
    let right = widest(texts.iter().map(String::as_str), SMALL, (to - from) * 0.5);
    let most = rows.iter().fold(0.0, |most: f64, row| {
        let high = row.centre.high.unwrap_or_default().min(row.centre.estimate * 2.0);
        row.copies.iter().copied().fold(most.max(row.centre.estimate).max(high), f64::max)
    });
    let most = unit.scale(most) * 1.02;
    let axis = Axis { values: [0.0, most], ends: [from, to - right - 20.0], log: false };
    let heading = words::capital(&measure_words(measure));
    sheet.canvas.text(&heading, (from, top - 24.0), Anchor::Left, fit(&heading, STRONG, to - from));
    for (value, label) in axis.ticks(5) {
        let x = axis.at(value);
        sheet.canvas.line((x, top), (x, bottom), colours::GRID, 2);
        sheet.canvas.text(&label, (x, bottom + 22.0), Anchor::Middle, SMALL);
    }
    sheet.canvas.line((from, top), (from, bottom), colours::QUIET, 2);
    let label = format!("{} of a start, {}", words::capital(time_words(measure)), unit.name);
    let middle = f64::midpoint(axis.ends[0], axis.ends[1]);
    sheet.canvas.text(&label, (middle, bottom + 54.0), Anchor::Middle, fit(&label, SMALL, to - from));
    for (row, text) in rows.iter().zip(&texts) {
        let Some(place) = variants.iter().position(|name| *name == row.variant) else { continue };
        let y = top + ROW * (place as f64 + 0.5);
        let at = |seconds: f64| axis.at(unit.scale(seconds));
        for copy in &row.copies {
            sheet.canvas.mark(Mark::Dot, (at(*copy), y + 9.0), 5.0, colours::SKY);
        }
        if let (Some(low), Some(high)) = (row.centre.low, row.centre.high) {
            sheet.canvas.line((at(low), y - 6.0), (at(high), y - 6.0), colours::BLACK, 4);
        }
        let x = at(row.centre.estimate);
        sheet.canvas.line((x, y - 15.0), (x, y + 3.0), colours::BLACK, 5);
        sheet.canvas.text(text, (to, y), Anchor::Right, fit(text, SMALL, right));
    }
}
