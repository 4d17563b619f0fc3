//! From the size of one file to that of another, part by part: every step is what one meaning adds or takes.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::words;
use crate::diff::{Change, Difference};
use crate::report::canvas::{Anchor, Colour, Mark, colours};

const ROW: f64 = 46.0;

/// What the sheet says beside the numbers.
#[derive(Clone, Copy, Debug)]
pub struct Words<'w> {
    /// What is compared; the title begins with it.
    pub what: &'w str,
    /// The name of the old side.
    pub old: &'w str,
    /// The name of the new side.
    pub new: &'w str,
    /// What is to be known of both.
    pub both: &'w str,
}

/// The sheet.
pub(in crate::report) fn draw(difference: &Difference, words: Words<'_>) -> Result<String> {
    let whole = &difference.file_size;
    let mut steps: Vec<&Change> =
        difference.meanings.iter().filter(|change| change.difference() != 0).collect();
    steps.sort_by_key(|change| std::cmp::Reverse(change.difference().unsigned_abs()));

    let mut sheet = Sheet::new(&title(whole, &steps, words.what), words.both);
    let grown = steps.iter().any(|step| step.difference() > 0);
    let shrunk = steps.iter().any(|step| step.difference() < 0);
    let mut legend = vec![(Mark::Square, colours::GREY, "the whole file")];
    legend.extend(grown.then_some((Mark::Square, colours::VERMILION, "more in the new one")));
    legend.extend(shrunk.then_some((Mark::Square, colours::BLUE, "less in the new one")));
    sheet.legend(&legend);

    let texts: Vec<String> = steps.iter().map(|step| words::bytes_more(step.old, step.new)).collect();
    let sizes = [words::bytes(whole.old), total(whole)];
    let names = steps.iter().map(|step| step.name.as_str()).chain([words.old, words.new]);
    let left = widest(names, STRONG, 520.0);
    let right = widest(texts.iter().chain(&sizes).map(String::as_str), LABEL, 460.0);
    let ends = [MARGIN + left + 24.0, WIDTH - MARGIN - right - 24.0];
    let axis = Axis { values: range(whole, &steps), ends, log: false };
    let bottom = sheet.y + ROW * (steps.len() + 2) as f64;
    grid(&mut sheet, axis, bottom);

    let start = axis.values[0];
    let whole_bar = |name, to, text| Bar { name, from: start, to, text, colour: colours::GREY, whole: true };
    let mut bars = vec![whole_bar(words.old, whole.old as f64, &sizes[0])];
    let mut at = whole.old as f64;
    for (step, text) in steps.iter().zip(&texts) {
        let to = at + step.difference() as f64;
        let colour = if step.difference() > 0 { colours::VERMILION } else { colours::BLUE };
        bars.push(Bar { name: &step.name, from: at, to, text, colour, whole: false });
        at = to;
    }
    bars.push(whole_bar(words.new, whole.new as f64, &sizes[1]));
    for (place, bar) in bars.iter().enumerate() {
        bar.draw(&mut sheet, axis, left);
        sheet.y += ROW;
        // The next step begins where this one ends.
        if place + 1 < bars.len() {
            let x = axis.at(bar.to);
            sheet.canvas.line((x, sheet.y - 7.0), (x, sheet.y + 7.0), colours::QUIET, 2);
        }
    }

    let (_, unit) = scale(axis.values[1]);
    let middle = f64::midpoint(axis.ends[0], axis.ends[1]);
    sheet.y = bottom + 22.0;
    sheet.canvas.text(&format!("size of the file, {unit}"), (middle, bottom + 54.0), Anchor::Middle, SMALL);
    sheet.y = bottom + 72.0;
    let cut = if start > 0.0 { " The scale does not begin at zero." } else { "" };
    let same = if steps.is_empty() { " No part differs in size." } else { "" };
    sheet.finish(&format!(
        "Sizes are exact, and the steps add up to the difference; 1 MB is 1,000,000 bytes.{cut}{same}"
    ))
}

/// A row of the sheet.
struct Bar<'b> {
    name: &'b str,
    from: f64,
    to: f64,
    text: &'b str,
    colour: Colour,
    /// Whether it is a whole file rather than a step.
    whole: bool,
}

impl Bar<'_> {
    fn draw(&self, sheet: &mut Sheet, axis: Axis, left: f64) {
        let look = if self.whole { STRONG } else { LABEL };
        let (top, middle) = (sheet.y + 7.0, sheet.y + ROW / 2.0);
        let bottom = top + ROW - 14.0;
        // A step too small to see is still a line.
        let low = axis.at(self.from.min(self.to));
        let high = axis.at(self.from.max(self.to)).max(low + 2.0);
        sheet.canvas.text(self.name, (MARGIN + left, middle), Anchor::Right, fit(self.name, look, left));
        sheet.canvas.rect([low, top, high, bottom], self.colour);
        if self.whole && axis.values[0] > 0.0 {
            // A bar that does not begin at zero is broken.
            let x = low + 20.0;
            sheet.canvas.line((x, bottom + 3.0), (x + 10.0, top - 3.0), colours::WHITE, 6);
        }
        // The words stand on white, so that no line of the grid runs through them.
        let x = high + 14.0;
        let edges = [x - 6.0, middle - 14.0, x + look.width(self.text) + 6.0, middle + 14.0];
        sheet.canvas.rect(edges, colours::WHITE);
        sheet.canvas.text(self.text, (x, middle), Anchor::Left, look);
    }
}

fn grid(sheet: &mut Sheet, axis: Axis, bottom: f64) {
    let (scale, _) = scale(axis.values[1]);
    let scaled = Axis { values: axis.values.map(|value| value / scale), ..axis };
    for (value, label) in scaled.ticks(8) {
        let x = scaled.at(value);
        sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
        sheet.canvas.text(&label, (x, bottom + 22.0), Anchor::Middle, SMALL);
    }
}

fn scale(most: f64) -> (f64, &'static str) {
    if most < 1e6 { (1e3, "kB") } else { (1e6, "MB") }
}

/// From zero, unless the steps would then be too small to see.
fn range(whole: &Change, steps: &[&Change]) -> [f64; 2] {
    let mut at = whole.old as f64;
    let (mut low, mut high) = (at.min(whole.new as f64), at.max(whole.new as f64));
    for step in steps {
        at += step.difference() as f64;
        (low, high) = (low.min(at), high.max(at));
    }
    let span = high - low;
    let start = if span > 0.2 * high { 0.0 } else { (low - span.max(1.0)).max(0.0) };
    [start, if high > start { high } else { start + 1.0 }]
}

fn total(whole: &Change) -> String {
    let size = words::bytes(whole.new);
    if whole.old == whole.new || whole.old == 0 {
        return size;
    }
    format!("{size}, {}", words::percent(whole.new as f64 / whole.old as f64))
}

/// What is compared, how much it differs, and where most of that comes from.
fn title(whole: &Change, steps: &[&Change], what: &str) -> String {
    let difference = whole.difference();
    let more = words::bytes_more(whole.old, whole.new);
    // Most of it: more than half of the whole, and in its direction.
    let most = steps.iter().find(|step| {
        step.difference().signum() == difference.signum()
            && 2 * step.difference().unsigned_abs() > difference.unsigned_abs()
    });
    match most {
        Some(step) if difference != 0 => format!("{what}: {more}, most of it {}", step.name),
        _ => format!("{what}: {more}"),
    }
}
