//! From the start of the proposal to that of a whole set of flags: what each part adds, in microseconds.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, behind};
use crate::config::Contrast;
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::report::startup::{Step, mostly, steps};
use crate::results::{EstimateRow, Index, Place};

const ROW: f64 = 52.0;

/// A row of the sheet, from one time to another, in seconds.
struct Bar {
    name: String,
    text: String,
    from: f64,
    to: f64,
    /// Where the interval of the end lies.
    interval: Option<[f64; 2]>,
    colour: Colour,
    whole: bool,
}

/// The sheet; none where the total was not taken apart.
pub(super) fn draw<'a>(
    index: &Index<'a>,
    total: &'a Contrast,
    program: &str,
    place: Place<'_>,
) -> Result<Option<String>> {
    let steps = steps(index, total, program, place, CPU_PINNED);
    let Some((whole, parts)) = steps.split_first() else { return Ok(None) };
    let Some(base) = centre(index, program, &total.base, place) else { return Ok(None) };
    let largest = base.estimate.max(base.estimate + whole.row.estimate);
    let unit = if largest < 0.1 { TimeUnit::US } else { TimeUnit::MS };
    let bars = bars(total, base.estimate, whole, parts, unit);
    let confidence = whole.row.confidence * 100.0;
    let mut sheet = Sheet::new(
        &title(program, total, &steps),
        &format!(
            "CPU time of a start, pinned; a line is the part's {confidence:.0} % interval; {}, {}",
            place.toolchain, place.target
        ),
    );
    let kinds = [
        (colours::GREY, "the whole start"),
        (colours::VERMILION, "adds"),
        (colours::BLUE, "takes away"),
        (colours::BAND, "no difference seen: the interval holds 0"),
    ];
    let seen = kinds.into_iter().filter(|(colour, _)| bars.iter().any(|bar| bar.colour == *colour));
    sheet.legend(&seen.map(|(colour, text)| (Mark::Square, colour, text)).collect::<Vec<_>>());

    let left = widest(bars.iter().map(|bar| bar.name.as_str()), STRONG, 620.0);
    let right = widest(bars.iter().map(|bar| bar.text.as_str()), STRONG, 420.0);
    let ends = |bar: &Bar| [Some(bar.from), Some(bar.to), bar.interval.map(|ends| ends[1])];
    let most = bars.iter().flat_map(ends).flatten().fold(0.0, f64::max);
    let edges = [MARGIN + left + 24.0, WIDTH - MARGIN - right - 30.0];
    let axis = Axis { values: [0.0, most * 1.02], ends: edges, log: false };
    let bottom = sheet.y + ROW * bars.len() as f64;
    grid(&mut sheet, axis, unit, bottom);
    for (number, bar) in bars.iter().enumerate() {
        bar.draw(&mut sheet, axis, left);
        sheet.y += ROW;
        if number + 1 < bars.len() {
            // The next step begins where this one ends.
            let x = axis.at(bar.to);
            sheet.canvas.line((x, sheet.y - 8.0), (x, sheet.y + 8.0), colours::QUIET, 2);
        }
    }
    let middle = f64::midpoint(edges[0], edges[1]);
    let label = format!("CPU time of a start, {}", unit.name);
    sheet.canvas.text(&label, (middle, bottom + 54.0), Anchor::Middle, SMALL);
    sheet.y = bottom + 72.0;
    let caption = format!(
        "n = {}. The steps add up to the total, copy by copy. \"What is left\" is how the parts act on one another, \
         and what no contrast isolates.",
        behind([whole.row])
    );
    sheet.finish(&caption).map(Some)
}

fn centre<'a>(index: &Index<'a>, program: &str, variant: &str, place: Place<'_>) -> Option<&'a EstimateRow> {
    [true, false].into_iter().find_map(|stripped| {
        let id = &index.case(program, variant, place, stripped)?.id;
        index.estimate(id, program, place, CPU_PINNED, "centre")
    })
}

fn bars(total: &Contrast, base: f64, whole: &Step<'_>, parts: &[Step<'_>], unit: TimeUnit) -> Vec<Bar> {
    let name = unit.name;
    let start = |name: &str, to: f64, text: String| Bar {
        name: name.to_owned(),
        text,
        from: 0.0,
        to,
        interval: None,
        colour: colours::GREY,
        whole: true,
    };
    let mut bars = vec![start(&total.base, base, format!("{:.0} {name}", unit.scale(base)))];
    let mut at = base;
    for step in parts {
        let to = at + step.row.estimate;
        let what = words::capital(step.what.split(&[',', ':'][..]).next().unwrap_or(&step.what));
        bars.push(Bar {
            name: what.replace('`', ""),
            text: words::time_more_interval(step.row, unit),
            from: at,
            to,
            interval: step.row.low.zip(step.row.high).map(|(low, high)| [at + low, at + high]),
            colour: match step.sign() {
                "+" => colours::VERMILION,
                "-" => colours::BLUE,
                _ => colours::BAND,
            },
            whole: false,
        });
        at = to;
    }
    let more = words::time_more_interval(whole.row, unit);
    bars.push(start(&total.changed, at, format!("{:.0} {name}, {more}", unit.scale(at))));
    bars
}

impl Bar {
    fn draw(&self, sheet: &mut Sheet, axis: Axis, left: f64) {
        let look = if self.whole { STRONG } else { LABEL };
        let (top, middle) = (sheet.y + 9.0, sheet.y + ROW / 2.0);
        let bottom = sheet.y + ROW - 9.0;
        sheet.canvas.text(&self.name, (MARGIN + left, middle), Anchor::Right, fit(&self.name, look, left));
        // A step too small to see is still a line.
        let low = axis.at(self.from.min(self.to));
        let high = axis.at(self.from.max(self.to)).max(low + 3.0);
        sheet.canvas.rect([low, top, high, bottom], self.colour);
        let mut end = high;
        if let Some([from, to]) = self.interval {
            let [from, to] = [axis.at(from), axis.at(to)];
            sheet.canvas.line((from, middle), (to, middle), colours::INK, 3);
            for x in [from, to] {
                sheet.canvas.line((x, middle - 7.0), (x, middle + 7.0), colours::INK, 3);
            }
            end = end.max(to);
        }
        // The words stand on white, so that no line of the grid runs through them.
        let x = end + 14.0;
        let look = fit(&self.text, look, WIDTH - MARGIN - x);
        let edges = [x - 6.0, middle - 14.0, x + look.width(&self.text) + 6.0, middle + 14.0];
        sheet.canvas.rect(edges, colours::WHITE);
        sheet.canvas.text(&self.text, (x, middle), Anchor::Left, look);
    }
}

fn grid(sheet: &mut Sheet, axis: Axis, unit: TimeUnit, bottom: f64) {
    let scaled = Axis { values: axis.values.map(|value| unit.scale(value)), ..axis };
    for (value, label) in scaled.ticks(8) {
        let x = scaled.at(value);
        sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
        sheet.canvas.text(&label, (x, bottom + 22.0), Anchor::Middle, SMALL);
    }
}

/// How much is added, and what most of that is.
fn title(program: &str, total: &Contrast, steps: &[Step<'_>]) -> String {
    let more = steps[0].row.estimate;
    let size = words::time(more.abs());
    let more = if more < 0.0 { format!("takes {size} off") } else { format!("adds {size} to") };
    let mostly = match mostly(steps) {
        text if text.is_empty() => text,
        text => format!(", {}", text.replace('`', "")),
    };
    format!("{program}: {} {more} a start{mostly}", total.changed)
}
