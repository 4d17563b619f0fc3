//! What each distribution's set of flags adds to the size and the start of some programs.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::{CPU_PINNED, Effect, Floor, behind, counts, words};
use crate::config::PROPOSAL;
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::results::{Index, Place};

/// A set with a line a program.
pub(in crate::report) struct SetLines<'a> {
    pub(in crate::report) set: &'a str,
    pub(in crate::report) lines: Vec<SetLine<'a>>,
}

/// What a set adds to a program.
pub(in crate::report) struct SetLine<'a> {
    pub(in crate::report) program: &'a str,
    /// Its size over that of the proposal.
    pub(in crate::report) growth: Option<f64>,
    pub(in crate::report) effect: Option<Effect<'a>>,
}

const ROW: f64 = 36.0;
const GAP: f64 = 14.0;
/// Marks of the programs, in their order; more than there are programs shown.
const LOOKS: [(Mark, Colour); 2] = [(Mark::Dot, colours::BLUE), (Mark::Diamond, colours::VERMILION)];

/// The sheet; none where neither sizes nor starts can be compared with the proposal's.
pub(super) fn draw(index: &Index<'_>, place: Place<'_>, sets: &[SetLines<'_>]) -> Result<Option<String>> {
    let all = || sets.iter().flat_map(|set| &set.lines);
    let growths: Vec<f64> = all().filter_map(|line| line.growth).collect();
    let effects: Vec<Effect<'_>> = all().filter_map(|line| line.effect).collect();
    if growths.is_empty() && effects.is_empty() {
        return Ok(None);
    }
    let mut programs: Vec<&str> = Vec::new();
    for line in all() {
        if !programs.contains(&line.program) {
            programs.push(line.program);
        }
    }
    let subtitle = format!(
        "Over the proposal ({PROPOSAL}): the size that ships, exact, and CPU time of a start, pinned; {}, {}; {}",
        place.toolchain,
        place.target,
        super::layout(index)
    );
    let mut sheet = Sheet::new(&title(sets.len(), &programs, &growths, &effects), &subtitle);
    let mut legend: Vec<(Mark, Colour, &str)> =
        programs.iter().zip(LOOKS).map(|(program, (mark, colour))| (mark, colour, *program)).collect();
    let has_floor = effects.iter().any(|effect| effect.floor.is_some());
    if has_floor {
        legend.push((Mark::Square, colours::BAND, "noise floor"));
    }
    sheet.legend(&legend);

    let texts: Vec<String> = effects.iter().map(|effect| words::ratio_interval(effect.ratio)).collect();
    let names = widest(sets.iter().map(|set| set.set), STRONG, 320.0);
    let left = MARGIN + names + 24.0;
    let right = widest(texts.iter().map(String::as_str), LABEL, 330.0).max(SMALL.width("not timed"));
    let room = WIDTH - MARGIN - right - 24.0 - left;
    // The sizes have their numbers behind them, too.
    let sizes = panel(&growths, [left, left + room * 0.36], false);
    let starts = panel(&ends(&effects), [left + room * 0.36 + 150.0, left + room], true);
    let head = [(sizes, "size"), (starts, "CPU time of a start")];
    for (axis, what) in head {
        let middle = f64::midpoint(axis.ends[0], axis.ends[1]);
        sheet.canvas.text(what, (middle, sheet.y + 12.0), Anchor::Middle, SMALL);
    }
    sheet.y += 34.0;
    let height: f64 = sets.iter().map(|set| ROW * set.lines.len() as f64 + GAP).sum();
    let bottom = sheet.y + height;
    for axis in [sizes, starts] {
        grid(&mut sheet, axis, bottom);
    }
    for set in sets {
        let middle = f64::midpoint(sheet.y, sheet.y + ROW * set.lines.len() as f64 + GAP);
        sheet.canvas.text(set.set, (MARGIN, middle), Anchor::Left, fit(set.set, STRONG, names));
        sheet.y += GAP / 2.0;
        for line in &set.lines {
            let look = LOOKS[programs.iter().position(|one| *one == line.program).unwrap_or(0) % LOOKS.len()];
            row(&mut sheet, index, place, line, look, [sizes, starts]);
            sheet.y += ROW;
        }
        sheet.y += GAP / 2.0;
        sheet.canvas.line((MARGIN, sheet.y), (WIDTH - MARGIN, sheet.y), colours::GRID, 2);
    }
    for axis in [sizes, starts] {
        for (value, text) in axis.ticks(5) {
            sheet.canvas.text(&text, (axis.at(value), bottom + 20.0), Anchor::Middle, SMALL);
        }
    }
    sheet.y = bottom + 46.0;
    let band = if has_floor {
        " The grey band is what byte-identical fresh copies may differ by in the same program."
    } else {
        ""
    };
    let n = match effects.as_slice() {
        [] => "Nothing was timed.".to_owned(),
        some => format!(
            "n = {} each, with {:.0} % intervals, one by one.",
            behind(some.iter().map(|effect| effect.ratio)),
            some[0].ratio.confidence * 100.0
        ),
    };
    sheet.finish(&format!("Both axes: set / proposal (no unit). {n}{band}")).map(Some)
}

fn title(sets: usize, programs: &[&str], growths: &[f64], effects: &[Effect<'_>]) -> String {
    let about = format!("{} with the flags of distributions, {sets} sets", words::list(programs));
    if !effects.is_empty() {
        return format!("{about}: CPU time of a start {}", counts(effects));
    }
    let least = growths.iter().copied().fold(f64::INFINITY, f64::min);
    let most = growths.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{about}: size {}", words::percent_range(least, most))
}

/// All estimates, and what their intervals reach.
fn ends(effects: &[Effect<'_>]) -> Vec<f64> {
    let of = |effect: &Effect<'_>| {
        let ratio = effect.ratio;
        [Some(ratio.estimate), ratio.low, ratio.high]
    };
    effects.iter().flat_map(of).flatten().filter(|value| *value > 0.0).collect()
}

/// An axis that holds 1 and all values, with some room.
fn panel(values: &[f64], ends: [f64; 2], log: bool) -> Axis {
    let [low, high] =
        values.iter().fold([1.0_f64, 1.0], |[low, high], value| [low.min(*value), high.max(*value)]);
    let high = high.max(low * 1.02);
    let margin = (high / low).powf(0.06);
    Axis { values: [low / margin, high * margin], ends, log }
}

fn grid(sheet: &mut Sheet, axis: Axis, bottom: f64) {
    for (value, _) in axis.ticks(5) {
        let x = axis.at(value);
        sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
    }
    let one = axis.at(1.0);
    sheet.canvas.line((one, sheet.y), (one, bottom), colours::INK, 2);
    sheet.canvas.line((axis.ends[0], bottom), (axis.ends[1], bottom), colours::QUIET, 2);
}

fn row(
    sheet: &mut Sheet,
    index: &Index<'_>,
    place: Place<'_>,
    line: &SetLine<'_>,
    (mark, colour): (Mark, Colour),
    [sizes, starts]: [Axis; 2],
) {
    let y = sheet.y + ROW / 2.0;
    if let Some(growth) = line.growth {
        sheet.canvas.mark(mark, (sizes.at(growth), y), 9.0, colour);
        sheet.canvas.text(&words::percent(growth), (sizes.ends[1] + 10.0, y), Anchor::Left, LABEL);
    } else {
        sheet.canvas.text("not built", (sizes.ends[1] + 10.0, y), Anchor::Left, SMALL);
    }
    let right = (WIDTH - MARGIN, y);
    let Some(effect) = &line.effect else {
        sheet.canvas.text("not timed", right, Anchor::Right, SMALL);
        return;
    };
    if let Some(floor) = Floor::of(index, line.program, place, CPU_PINNED) {
        let edges = [starts.at(floor.low), sheet.y + 3.0, starts.at(floor.high), sheet.y + ROW - 3.0];
        sheet.canvas.rect(edges, colours::BAND);
        let one = starts.at(1.0);
        sheet.canvas.line((one, sheet.y), (one, sheet.y + ROW), colours::INK, 2);
    }
    let ratio = effect.ratio;
    if let (Some(low), Some(high)) = (ratio.low, ratio.high) {
        sheet.canvas.line((starts.at(low), y), (starts.at(high), y), colour, 4);
        for end in [low, high] {
            sheet.canvas.line((starts.at(end), y - 8.0), (starts.at(end), y + 8.0), colour, 4);
        }
    }
    sheet.canvas.mark(mark, (starts.at(ratio.estimate), y), 9.0, colour);
    let text = words::ratio_interval(ratio);
    sheet.canvas.text(&text, right, Anchor::Right, fit(&text, LABEL, 330.0));
}
