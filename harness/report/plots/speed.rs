//! Speed at work: a dot a function layout, their mean, its interval.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::speed::{AtWork, WORK, WORK_FIXED};
use crate::claims::words;
use crate::config::Contrast;
use crate::report::canvas::{Anchor, Mark, colours};
use crate::results::{Index, Place};

struct Row<'a> {
    label: String,
    one: AtWork<'a>,
    layouts: Vec<f64>,
}

const ROW: f64 = 46.0;
const HEAD: f64 = 50.0;

/// The sheet; none where no work was timed.
pub(super) fn draw<'a>(index: &Index<'a>, place: Place<'a>) -> Result<Option<String>> {
    let contrasts =
        index.run().info.contrasts.iter().filter(|contrast| contrast.pie_only || contrast.control);
    let groups: Vec<(&Contrast, Vec<Row<'_>>)> = contrasts
        .map(|contrast| (contrast, rows(index, contrast, place)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let all: Vec<&Row<'_>> = groups.iter().flat_map(|(_, rows)| rows).collect();
    let Some(first) = all.first() else { return Ok(None) };
    let subtitle = format!(
        "A dot is the median ratio in one function layout, the diamond their mean with its {:.0} % interval; pinned; {}, {}",
        first.one.effect.ratio.confidence * 100.0,
        place.toolchain,
        place.target
    );
    let mut sheet = Sheet::new(&title(&all), &subtitle);
    let texts: Vec<String> = all.iter().map(|row| words::ratio_interval(row.one.effect.ratio)).collect();
    let right = widest(texts.iter().map(String::as_str), LABEL, 460.0);
    let left = widest(all.iter().map(|row| row.label.as_str()), LABEL, 480.0);
    let ends = [MARGIN + 24.0 + left + 24.0, WIDTH - MARGIN - right - 30.0];
    let axis = Axis { values: values(&all), ends, log: true };
    let bottom = sheet.y + groups.iter().map(|(_, rows)| HEAD + ROW * rows.len() as f64).sum::<f64>();
    for (value, text) in axis.ticks(9) {
        let x = axis.at(value);
        sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
        sheet.canvas.text(&text, (x, bottom + 20.0), Anchor::Middle, SMALL);
    }
    for (contrast, rows) in &groups {
        heading(&mut sheet, contrast);
        for row in rows {
            draw_row(&mut sheet, &axis, row, left);
        }
    }
    sheet.canvas.line((axis.ends[0], bottom), (axis.ends[1], bottom), colours::QUIET, 2);
    let label = "CPU time of work, changed / base (no unit; logarithmic)";
    let middle = f64::midpoint(axis.ends[0], axis.ends[1]).max(MARGIN + SMALL.width(label) / 2.0);
    sheet.canvas.text(label, (middle, bottom + 54.0), Anchor::Middle, SMALL);
    sheet.y = bottom + 74.0;
    let units = || all.iter().map(|row| row.one.effect.ratio.units);
    let (least, most) = (units().min().unwrap_or_default(), units().max().unwrap_or_default());
    let layouts = if least == most { format!("{most}") } else { format!("{least} to {most}") };
    sheet
        .finish(&format!(
            "n = {layouts} function layouts a row. Starting the program is a part of it. The grey band is what \
             byte-identical copies in the same layouts may differ by."
        ))
        .map(Some)
}

fn rows<'a>(index: &Index<'a>, contrast: &'a Contrast, place: Place<'a>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for program in index.go_programs() {
        for measure in [WORK, WORK_FIXED] {
            let Some(one) = AtWork::of(index, contrast, &program.name, place, measure) else { continue };
            let layouts = index.estimates(&contrast.name, &program.name, place, measure, "layout-ratio");
            let layouts = layouts.map(|row| row.estimate).collect();
            let fixed = if measure == WORK_FIXED { ", fixed addresses" } else { "" };
            rows.push(Row { label: format!("{}{fixed}", program.name), one, layouts });
        }
    }
    rows
}

/// The values at the ends of the axis: everything that is shown, and 1.
fn values(rows: &[&Row<'_>]) -> [f64; 2] {
    let own = |row: &&Row<'_>| {
        let ratio = row.one.effect.ratio;
        let ends = [Some(ratio.estimate), ratio.low, ratio.high];
        ends.into_iter().flatten().chain(row.layouts.iter().copied()).collect::<Vec<_>>()
    };
    let logs = rows.iter().flat_map(own).filter(|value| *value > 0.0).map(f64::ln);
    let [low, high] = logs.fold([0.0_f64, 0.0], |[low, high], log| [low.min(log), high.max(log)]);
    let margin = ((high - low) * 0.04).max(0.005);
    [(low - margin).exp(), (high + margin).exp()]
}

fn title(rows: &[&Row<'_>]) -> String {
    let pie: Vec<_> = rows.iter().filter(|row| !row.one.effect.contrast.control).collect();
    let more = pie.iter().filter(|row| row.one.is_more()).count();
    let less = pie.iter().filter(|row| row.one.is_less()).count();
    format!(
        "PIE alone, CPU time of work: more than noise and starting in {}, less in {}",
        words::of(more, pie.len()),
        words::of(less, pie.len())
    )
}

fn heading(sheet: &mut Sheet, contrast: &Contrast) {
    let name = format!("{} ({})", words::capital(&contrast.what).replace('`', ""), contrast.name);
    // The words stand on white, so that no line of the grid runs through them.
    sheet.canvas.rect([MARGIN, sheet.y, WIDTH - MARGIN, sheet.y + HEAD - 2.0], colours::WHITE);
    let look = fit(&name, STRONG, WIDTH - 2.0 * MARGIN);
    sheet.canvas.text(&name, (MARGIN, sheet.y + HEAD * 0.62), Anchor::Left, look);
    sheet.y += HEAD;
}

fn draw_row(sheet: &mut Sheet, axis: &Axis, row: &Row<'_>, left: f64) {
    let (ratio, floor) = (row.one.effect.ratio, row.one.effect.floor);
    let middle = sheet.y + ROW / 2.0;
    if let Some(floor) = floor {
        sheet.canvas.rect([axis.at(floor.low), sheet.y, axis.at(floor.high), sheet.y + ROW], colours::BAND);
    }
    sheet.canvas.line((axis.at(1.0), sheet.y), (axis.at(1.0), sheet.y + ROW), colours::INK, 2);
    let look = fit(&row.label, LABEL, left);
    sheet.canvas.text(&row.label, (MARGIN + 24.0, middle), Anchor::Left, look);
    for layout in &row.layouts {
        sheet.canvas.mark(Mark::Dot, (axis.at(*layout), middle + 10.0), 5.0, colours::SKY);
    }
    let control = row.one.effect.contrast.control;
    let (mark, colour) =
        if control { (Mark::Ring, colours::QUIET) } else { (Mark::Diamond, colours::VERMILION) };
    if let (Some(low), Some(high)) = (ratio.low, ratio.high) {
        sheet.canvas.line((axis.at(low), middle - 8.0), (axis.at(high), middle - 8.0), colour, 4);
    }
    sheet.canvas.mark(mark, (axis.at(ratio.estimate), middle - 8.0), 8.0, colour);
    let text = words::ratio_interval(ratio);
    sheet.canvas.text(&text, (WIDTH - MARGIN, middle), Anchor::Right, fit(&text, LABEL, 460.0));
    sheet.y += ROW;
}
