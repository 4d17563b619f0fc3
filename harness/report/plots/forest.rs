//! The ratios of all contrasts, contrast by contrast and program by program, against 1 and the noise floor.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::{CPU_PINNED, Effect, Floor, behind, clear_ends, counts, judged_by, words};
use crate::config::{Contrast, Language, Program};
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::results::{Index, Place};

/// A contrast with a row a program.
struct Group<'a> {
    contrast: &'a Contrast,
    rows: Vec<Row<'a>>,
}

/// A program, where its rows are, and what was seen.
struct Row<'a> {
    program: &'a str,
    place: Place<'a>,
    effect: Option<Effect<'a>>,
}

const ROW: f64 = 36.0;
const HEAD: f64 = 50.0;
/// Rows of one sheet; beyond that there is another.
const MOST: usize = 60;

/// The sheets; none where nothing was timed.
pub(super) fn draw<'a>(index: &Index<'a>, place: Place<'a>) -> Result<Vec<String>> {
    let groups = groups(index, place);
    let effects: Vec<Effect<'_>> =
        groups.iter().flat_map(|group| group.rows.iter().filter_map(|row| row.effect)).collect();
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let mut sheets: Vec<Vec<&Group<'_>>> = vec![Vec::new()];
    let mut rows = 0;
    for group in &groups {
        if rows > 0 && rows + group.rows.len() > MOST {
            sheets.push(Vec::new());
            rows = 0;
        }
        rows += group.rows.len();
        if let Some(sheet) = sheets.last_mut() {
            sheet.push(group);
        }
    }
    let axis = values(&effects);
    let sheet = |groups: &Vec<&Group<'_>>| {
        let own = groups.iter().flat_map(|group| group.rows.iter().filter_map(|row| row.effect));
        let own: Vec<Effect<'_>> = own.collect();
        // A sheet on which nothing was measured says what the whole does.
        sheet(index, place, groups, if own.is_empty() { &effects } else { &own }, axis)
    };
    sheets.iter().map(sheet).collect()
}

/// PIE alone first, then whole sets, then the rest, the controls last; what C shows stands beside what Go does.
fn groups<'a>(index: &Index<'a>, place: Place<'a>) -> Vec<Group<'a>> {
    let info = &index.run().info;
    let mut contrasts: Vec<&Contrast> = info.contrasts.iter().collect();
    contrasts.sort_by_key(|contrast| {
        let in_c = index.language(contrast) == Language::C;
        (contrast.control, !contrast.pie_only, in_c, !contrast.total)
    });
    let group = |contrast: &'a Contrast| {
        let planned = info
            .programs
            .iter()
            .filter(|program| index.timed_contrasts(program).any(|timed| timed.name == contrast.name));
        let row = |program: &'a Program| {
            let place = index.beside(program, place)?;
            let effect = Effect::of(index, contrast, &program.name, place, CPU_PINNED);
            Some(Row { program: &program.name, place, effect })
        };
        Group { contrast, rows: planned.filter_map(row).collect() }
    };
    contrasts.into_iter().map(group).filter(|group| !group.rows.is_empty()).collect()
}

/// The values at the ends of the axis: all estimates, and intervals as far as they do not drown them.
fn values(effects: &[Effect<'_>]) -> [f64; 2] {
    let logs = effects.iter().map(|effect| effect.ratio.estimate.ln()).filter(|log| log.is_finite());
    let [low, high] = logs.fold([0.0_f64, 0.0], |[low, high], log| [low.min(log), high.max(log)]);
    let room = (high - low).max(0.05);
    let ends =
        effects.iter().filter_map(|effect| judged_by(effect.ratio)).flat_map(|(low, high)| [low, high]);
    let ends = ends.map(|end| if end > 0.0 { end.ln() } else { f64::NEG_INFINITY });
    let [low, high] =
        ends.fold([low, high], |[a, b], end| [a.min(end.max(low - room)), b.max(end.min(high + room))]);
    let margin = (high - low) * 0.04;
    [(low - margin).exp(), (high + margin).exp()]
}

fn look(contrast: &Contrast) -> (Mark, Colour) {
    match contrast {
        Contrast { control: true, .. } => (Mark::Ring, colours::QUIET),
        Contrast { pie_only: true, .. } => (Mark::Diamond, colours::VERMILION),
        Contrast { total: true, .. } => (Mark::Square, colours::BLACK),
        _ => (Mark::Dot, colours::BLUE),
    }
}

fn title(index: &Index<'_>, effects: &[Effect<'_>]) -> String {
    let of_go = |effect: &Effect<'_>| index.language(effect.contrast) == Language::Go;
    let pie: Vec<Effect<'_>> =
        effects.iter().copied().filter(|effect| effect.contrast.pie_only && of_go(effect)).collect();
    if effects.iter().all(|effect| effect.contrast.control) {
        return "The noise floor, CPU time of a start: the same bytes against themselves".to_owned();
    }
    if pie.is_empty() {
        return "CPU time of a start: each change over its baseline".to_owned();
    }
    let range = clear_ends(&pie).map_or(String::new(), |(least, most)| {
        format!(" ({})", words::percent_range(least.ratio.estimate, most.ratio.estimate))
    });
    format!("PIE alone, CPU time of a start: {}{range}", counts(&pie))
}

fn sheet(
    index: &Index<'_>,
    place: Place<'_>,
    groups: &[&Group<'_>],
    effects: &[Effect<'_>],
    values: [f64; 2],
) -> Result<String> {
    let subtitle = format!(
        "Changed over base, pinned to one CPU, with {:.0} % intervals; {}, {}; {}",
        effects[0].ratio.confidence * 100.0,
        place.toolchain,
        place.target,
        super::layout(index)
    );
    let mut sheet = Sheet::new(&title(index, effects), &subtitle);
    let kinds = [
        (Mark::Diamond, colours::VERMILION, "PIE alone differs", effects.iter().any(|e| e.contrast.pie_only)),
        (Mark::Square, colours::BLACK, "a whole set of flags", effects.iter().any(|e| e.contrast.total)),
        (Mark::Dot, colours::BLUE, "one other thing differs", effects.iter().any(|e| plain(e.contrast))),
        (Mark::Ring, colours::QUIET, "control: the same bytes", effects.iter().any(|e| e.contrast.control)),
        (Mark::Square, colours::BAND, "noise floor", effects.iter().any(has_floor)),
    ];
    let legend: Vec<_> = kinds
        .into_iter()
        .filter(|(.., seen)| *seen)
        .map(|(mark, colour, text, _)| (mark, colour, text))
        .collect();
    sheet.legend(&legend);

    let texts: Vec<String> = effects.iter().map(|effect| words::ratio_interval(effect.ratio)).collect();
    let right = widest(texts.iter().map(String::as_str), LABEL, 460.0).max(LABEL.width("not measured"));
    let names = groups.iter().flat_map(|group| group.rows.iter().map(|row| row.program));
    let left = widest(names, LABEL, 480.0);
    let axis = Axis { values, ends: [MARGIN + 24.0 + left + 24.0, WIDTH - MARGIN - right - 30.0], log: true };
    let bottom = sheet.y + groups.iter().map(|group| HEAD + ROW * group.rows.len() as f64).sum::<f64>();
    grid(&mut sheet, &axis, bottom);
    for group in groups {
        heading(&mut sheet, group);
        for Row { program, place, effect } in &group.rows {
            let middle = sheet.y + ROW / 2.0;
            if let Some(floor) = Floor::of(index, program, *place, CPU_PINNED) {
                let edges = [axis.at(floor.low), sheet.y, axis.at(floor.high), sheet.y + ROW];
                sheet.canvas.rect(edges, colours::BAND);
            }
            let one = (axis.at(1.0), sheet.y);
            sheet.canvas.line(one, (one.0, sheet.y + ROW), colours::INK, 2);
            sheet.canvas.text(program, (MARGIN + 24.0, middle), Anchor::Left, fit(program, LABEL, left));
            row(&mut sheet, &axis, group.contrast, effect.as_ref(), middle);
            sheet.y += ROW;
        }
    }
    for (value, text) in axis.ticks(9) {
        sheet.canvas.text(&text, (axis.at(value), bottom + 20.0), Anchor::Middle, SMALL);
    }
    let label = "CPU time of a start, changed / base (no unit; logarithmic)";
    let middle = f64::midpoint(axis.ends[0], axis.ends[1]).max(MARGIN + SMALL.width(label) / 2.0);
    sheet.canvas.text(label, (middle, bottom + 54.0), Anchor::Middle, SMALL);
    sheet.y = bottom + 74.0;
    let shown =
        groups.iter().flat_map(|group| group.rows.iter().filter_map(|row| row.effect.map(|e| e.ratio)));
    let band = if effects.iter().any(has_floor) {
        " The grey band is what byte-identical fresh copies may differ by in the same program: an effect counts only \
         if its whole interval lies outside."
    } else {
        ""
    };
    let ends = effects.iter().flat_map(|effect| [effect.ratio.low, effect.ratio.high]).flatten();
    let arrow =
        if ends.into_iter().any(|end| axis.beyond(end)) { " An arrow: the interval goes on." } else { "" };
    let thin = if effects.iter().any(Effect::is_primary) {
        " A thin line: the interval that holds together with all others of the primary family, by which it is judged."
    } else {
        ""
    };
    sheet.finish(&format!("n = {} a row.{band}{thin}{arrow}", behind(shown)))
}

/// Whether a noise floor is drawn behind it: a control is one itself.
fn has_floor(effect: &Effect<'_>) -> bool {
    effect.floor.is_some() || effect.contrast.control
}

fn plain(contrast: &Contrast) -> bool {
    !contrast.pie_only && !contrast.total && !contrast.control
}

fn grid(sheet: &mut Sheet, axis: &Axis, bottom: f64) {
    for (value, _) in axis.ticks(9) {
        let x = axis.at(value);
        sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
    }
    sheet.canvas.line((axis.ends[0], bottom), (axis.ends[1], bottom), colours::QUIET, 2);
}

fn heading(sheet: &mut Sheet, group: &Group<'_>) {
    // Code is not set apart in a picture.
    let what = words::capital(&group.contrast.what).replace('`', "");
    let name = format!("{what} ({})", group.contrast.name);
    let look = fit(&name, STRONG, WIDTH - 2.0 * MARGIN);
    let middle = sheet.y + HEAD * 0.62;
    // The words stand on white, so that no line of the grid runs through them.
    sheet.canvas.rect([MARGIN, sheet.y, WIDTH - MARGIN, sheet.y + HEAD - 2.0], colours::WHITE);
    sheet.canvas.text(&name, (MARGIN, middle), Anchor::Left, look);
    sheet.y += HEAD;
}

fn row(sheet: &mut Sheet, axis: &Axis, contrast: &Contrast, effect: Option<&Effect<'_>>, y: f64) {
    let right = (WIDTH - MARGIN, y);
    let Some(effect) = effect else {
        sheet.canvas.text("not measured", right, Anchor::Right, SMALL);
        return;
    };
    let (mark, colour) = look(contrast);
    let ratio = effect.ratio;
    if let Some((low, high)) = judged_by(ratio).filter(|_| effect.is_primary()) {
        sheet.canvas.line((axis.at(low), y), (axis.at(high), y), colour, 2);
    }
    if let (Some(low), Some(high)) = (ratio.low, ratio.high) {
        sheet.canvas.line((axis.at(low), y), (axis.at(high), y), colour, 4);
        for (end, side) in [(low, -1.0), (high, 1.0)] {
            let x = axis.at(end);
            if axis.beyond(end) {
                let tips = vec![(x - side * 12.0, y - 9.0), (x, y), (x - side * 12.0, y + 9.0)];
                sheet.canvas.path(tips, colour, 4);
            } else {
                sheet.canvas.line((x, y - 8.0), (x, y + 8.0), colour, 4);
            }
        }
    }
    sheet.canvas.mark(mark, (axis.at(ratio.estimate), y), 9.0, colour);
    let text = words::ratio_interval(ratio);
    sheet.canvas.text(&text, right, Anchor::Right, fit(&text, LABEL, 460.0));
}
