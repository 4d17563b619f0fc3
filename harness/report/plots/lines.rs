//! Small multiples over something that has an order: a row a program, a column a property, a line a variant.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::report::canvas::{Anchor, Colour, Mark, colours};

/// A value, with its interval where it is an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Point {
    pub(in crate::report) value: f64,
    pub(in crate::report) interval: Option<[f64; 2]>,
}

impl Point {
    /// A value that is exact.
    pub(in crate::report) fn exact(value: f64) -> Self {
        Self { value, interval: None }
    }

    fn ends(self) -> [f64; 2] {
        self.interval.map_or([self.value; 2], |[low, high]| [low.min(self.value), high.max(self.value)])
    }
}

/// A property: by program, by line, by place on the axis below.
#[derive(Clone, Debug)]
pub(in crate::report) struct Column {
    pub(in crate::report) heading: String,
    pub(in crate::report) panels: Vec<Vec<Vec<Option<Point>>>>,
}

/// What is written on the sheet.
pub(in crate::report) struct Words<'w> {
    pub(in crate::report) title: &'w str,
    pub(in crate::report) subtitle: &'w str,
    /// What each line is.
    pub(in crate::report) legend: &'w [String],
    /// What each row is.
    pub(in crate::report) programs: &'w [&'w str],
    /// What stands below the axis, from left to right.
    pub(in crate::report) across: &'w [&'w str],
    pub(in crate::report) caption: &'w str,
}

/// The looks of lines, in their order.
pub(in crate::report) const LOOKS: [(Mark, Colour); 4] = [
    (Mark::Dot, colours::BLUE),
    (Mark::Diamond, colours::VERMILION),
    (Mark::Square, colours::GREEN),
    (Mark::Ring, colours::PURPLE),
];

const HEIGHT: f64 = 250.0;
const TICKS: usize = 5;
/// Between the panels of a row.
const GAP: f64 = 36.0;

/// Draws the sheet.
pub(in crate::report) fn draw(words: &Words<'_>, columns: &[Column]) -> Result<String> {
    let mut sheet = Sheet::new(words.title, words.subtitle);
    let legend: Vec<(Mark, Colour, &str)> = LOOKS
        .iter()
        .zip(words.legend)
        .map(|((mark, colour), text)| (*mark, *colour, text.as_str()))
        .collect();
    sheet.legend(&legend);
    let room = (WIDTH - 2.0 * MARGIN + GAP) / columns.len().max(1) as f64;
    for (number, column) in columns.iter().enumerate() {
        let from = MARGIN + room * number as f64;
        let look = fit(&column.heading, SMALL, room - GAP);
        sheet.canvas.text(&column.heading, (from, sheet.y + 14.0), Anchor::Left, look);
    }
    sheet.y += 40.0;
    for (row, program) in words.programs.iter().enumerate() {
        let look = fit(program, STRONG, WIDTH - 2.0 * MARGIN);
        sheet.canvas.text(program, (MARGIN, sheet.y + 14.0), Anchor::Left, look);
        let top = sheet.y + 44.0;
        for (number, column) in columns.iter().enumerate() {
            let from = MARGIN + room * number as f64;
            let Some(lines) = column.panels.get(row) else { continue };
            panel(&mut sheet, words, lines, scale(column), [from, from + room - GAP], top);
        }
        sheet.y = top + HEIGHT + 54.0;
    }
    sheet.finish(words.caption)
}

/// From no effect to the most, the same in every panel of a column.
fn scale(column: &Column) -> [f64; 2] {
    let points = column.panels.iter().flatten().flatten().flatten();
    let ends = points.map(|point| point.ends());
    let [low, high] = ends.fold([0.0_f64, 0.0_f64], |[low, high], end| [low.min(end[0]), high.max(end[1])]);
    let span = (high - low).max(f64::MIN_POSITIVE);
    [if low < 0.0 { low - span * 0.06 } else { low }, high + span * 0.06]
}

fn panel(
    sheet: &mut Sheet,
    words: &Words<'_>,
    lines: &[Vec<Option<Point>>],
    values: [f64; 2],
    [from, to]: [f64; 2],
    top: f64,
) {
    let bottom = top + HEIGHT;
    let middle = f64::midpoint(top, bottom);
    if lines.iter().flatten().all(Option::is_none) {
        sheet.canvas.text("not there for two releases", (from, middle), Anchor::Left, SMALL);
        return;
    }
    let up = Axis { values, ends: [bottom, top], log: false };
    let ticks = up.ticks(TICKS);
    let left = from + widest(ticks.iter().map(|(_, label)| label.as_str()), SMALL, 110.0) + 12.0;
    for (value, label) in &ticks {
        sheet.canvas.line((left, up.at(*value)), (to, up.at(*value)), colours::GRID, 2);
        let look = fit(label, SMALL, left - from - 12.0);
        sheet.canvas.text(label, (left - 12.0, up.at(*value)), Anchor::Right, look);
    }
    sheet.canvas.line((left, up.at(0.0)), (to, up.at(0.0)), colours::QUIET, 2);
    let step = (to - left) / words.across.len().max(1) as f64;
    let x = |place: usize| left + step * (place as f64 + 0.5);
    for (place, label) in words.across.iter().enumerate() {
        let look = fit(label, SMALL, step - 6.0);
        sheet.canvas.text(label, (x(place), bottom + 22.0), Anchor::Middle, look);
    }
    let middle_of_lines = lines.len().saturating_sub(1) as f64 / 2.0;
    for (number, (line, (mark, colour))) in lines.iter().zip(LOOKS).enumerate() {
        // Lines that lie upon one another are set apart by a little.
        let aside = (number as f64 - middle_of_lines) * (step * 0.12).min(9.0);
        let place = |(place, point): (usize, &Option<Point>)| Some((x(place) + aside, (*point)?));
        let known: Vec<Option<(f64, Point)>> = line.iter().enumerate().map(place).collect();
        // A release without a value leaves a gap.
        for together in known.split(Option::is_none) {
            let path: Vec<(f64, f64)> =
                together.iter().flatten().map(|(x, point)| (*x, up.at(point.value))).collect();
            if path.len() > 1 {
                sheet.canvas.path(path, colour, 3);
            }
        }
        for (x, point) in known.into_iter().flatten() {
            if let Some([low, high]) = point.interval {
                sheet.canvas.line((x, up.at(low)), (x, up.at(high)), colour, 4);
            }
            sheet.canvas.mark(mark, (x, up.at(point.value)), 8.0, colour);
        }
    }
}
