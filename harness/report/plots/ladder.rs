//! The relocation ladder: cost against relocations, rung by rung; and what it predicts of other programs.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, STRONG, Sheet, WIDTH, fit, widest};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, Climbed, costs, twins};
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::report::relocations::{measured, rung};
use crate::results::{Index, LadderRole, LadderRow};

/// The stride of rungs whose pointers lie one behind the other.
const DENSE: u32 = 8;
const HEIGHT: f64 = 520.0;
/// Ticks from top to bottom.
const UPWARDS: usize = 12;
const ROW: f64 = 40.0;
const HEAD: f64 = 50.0;

/// How rungs of one spread are drawn.
#[derive(Clone, Copy)]
struct Look {
    mark: Mark,
    colour: Colour,
    dense: bool,
}

const LOOKS: [Look; 2] = [
    Look { mark: Mark::Dot, colour: colours::BLUE, dense: true },
    Look { mark: Mark::Diamond, colour: colours::VERMILION, dense: false },
];

/// The rungs and the fits, a panel a contrast; none where no ladder was climbed.
pub(super) fn rungs(index: &Index<'_>) -> Result<Option<String>> {
    let fits = Climbed::all(index, CPU_PINNED.metric);
    let Some(first) = fits.first() else { return Ok(None) };
    let rows: Vec<&LadderRow> = fits.iter().flat_map(|fit| fit.rows(index, LadderRole::Rung)).collect();
    let unit = TimeUnit::MS;
    let title = format!("What relocations cost a start: {} ({})", costs(first), first.constant.name);
    let subtitle = format!(
        "CPU time of a start, pinned, PIE less its twin, with {:.0} % intervals; {}, {}; both axes logarithmic",
        first.constant.confidence * 100.0,
        first.constant.toolchain,
        first.constant.target
    );
    let mut sheet = Sheet::new(&title, &subtitle);
    sheet.legend(&[
        (Mark::Dot, colours::BLUE, "dense: one pointer behind the other"),
        (Mark::Diamond, colours::VERMILION, "sparse: as many, on more pages"),
        (Mark::Square, colours::GREY, "line: the fit"),
    ]);
    let pointers: Vec<f64> =
        rows.iter().filter_map(|row| Some(f64::from(rung(index, row)?.pointers))).collect();
    let most_pointers = pointers.iter().copied().fold(1.0, f64::max);
    let least_pointers = pointers.iter().copied().fold(most_pointers, f64::min);
    let most = rows.iter().map(|row| unit.scale(row.high)).fold(0.01, f64::max);
    // What lies below a hundredth of a millisecond is noise: it is drawn at the edge.
    let least = rows.iter().map(|row| unit.scale(row.difference)).fold(most, f64::min).max(0.01);
    let (top, bottom) = (sheet.y + 70.0, sheet.y + 70.0 + HEIGHT);
    let up = Axis { values: [least / 2.0, most * 1.3], ends: [bottom, top], log: true };
    let labels: Vec<(f64, String)> = up.ticks(UPWARDS);
    let left = MARGIN + 40.0 + widest(labels.iter().map(|label| label.1.as_str()), SMALL, 120.0);
    for (value, label) in &labels {
        sheet.canvas.text(label, (left - 12.0, up.at(*value)), Anchor::Right, SMALL);
    }
    let heading = format!("More than the twin, {}", unit.name);
    sheet.canvas.text(&heading, (MARGIN, top - 50.0), Anchor::Left, SMALL);
    let room = (WIDTH - MARGIN - left) / fits.len() as f64;
    for (number, of_contrast) in fits.iter().enumerate() {
        let from = left + room * number as f64;
        let across = Axis {
            values: [least_pointers / 1.6, most_pointers * 1.6],
            ends: [from, from + room - 36.0],
            log: true,
        };
        panel(&mut sheet, index, of_contrast, across, up, unit);
    }
    sheet.y = bottom + 84.0;
    let units: Vec<u32> = rows.iter().map(|row| row.units).collect();
    let copies = match (units.iter().min(), units.iter().max()) {
        (Some(least), Some(most)) if least == most => format!("{least} copies"),
        (Some(least), Some(most)) => format!("{least} to {most} copies"),
        _ => "no copies".to_owned(),
    };
    let pair = twins(index, first).map_or(String::new(), |[few, many]| {
        format!(
            " Furthest apart at one number of relocations: {} on {} pages, {} on {}.",
            words::time_more(few.difference),
            few.pages,
            words::time_more(many.difference),
            many.pages
        )
    });
    let below = rows.iter().any(|row| up.beyond(unit.scale(row.difference)));
    let below = if below { " A mark on the lower edge: it is less than that." } else { "" };
    sheet.finish(&format!("n = {copies} a rung.{pair}{below}")).map(Some)
}

/// `100`, `10k`, `1M`.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{}M", value / 1e6),
        value if value >= 1e3 => format!("{}k", value / 1e3),
        value => value.to_string(),
    }
}

fn panel(
    sheet: &mut Sheet,
    index: &Index<'_>,
    of_contrast: &Climbed<'_>,
    across: Axis,
    up: Axis,
    unit: TimeUnit,
) {
    let [from, to] = across.ends;
    let [bottom, top] = up.ends;
    for (value, _) in up.ticks(UPWARDS) {
        sheet.canvas.line((from, up.at(value)), (to, up.at(value)), colours::GRID, 2);
    }
    for (value, _) in across.ticks(7) {
        let label = short(value);
        let x = across.at(value);
        sheet.canvas.line((x, top), (x, bottom), colours::GRID, 2);
        sheet.canvas.text(&label, (x, bottom + 22.0), Anchor::Middle, SMALL);
    }
    sheet.canvas.line((from, bottom), (to, bottom), colours::QUIET, 2);
    sheet.canvas.line((from, top), (from, bottom), colours::QUIET, 2);
    let name = &of_contrast.constant.name;
    sheet.canvas.text(name, (from, top - 18.0), Anchor::Left, fit(name, STRONG, to - from));
    let label = "Pointers in the data";
    let middle = f64::midpoint(from, to);
    sheet.canvas.text(label, (middle, bottom + 54.0), Anchor::Middle, fit(label, SMALL, to - from));
    for look in LOOKS {
        let mut own: Vec<(f64, &LadderRow)> = of_contrast
            .rows(index, LadderRole::Rung)
            .filter_map(|row| Some((rung(index, row)?, row)))
            .filter(|(rung, _)| (rung.stride == DENSE) == look.dense)
            .map(|(rung, row)| (f64::from(rung.pointers), row))
            .collect();
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        let y = |seconds: f64| up.at(unit.scale(seconds));
        let line: Vec<(f64, f64)> = own.iter().map(|(x, row)| (across.at(*x), y(row.fitted))).collect();
        if line.len() > 1 {
            sheet.canvas.path(line, colours::GREY, 3);
        }
        for (pointers, row) in own {
            let x = across.at(pointers);
            sheet.canvas.line((x, y(row.low)), (x, y(row.high)), look.colour, 4);
            sheet.canvas.mark(look.mark, (x, y(row.difference)), 8.0, look.colour);
        }
    }
}

/// What was predicted and what was measured of programs that are not in the fits; none where there is nothing.
pub(super) fn predictions(index: &Index<'_>) -> Result<Option<String>> {
    let fits = Climbed::all(index, CPU_PINNED.metric);
    let rows: Vec<&LadderRow> = fits.iter().flat_map(|fit| fit.rows(index, LadderRole::Program)).collect();
    let Some(first) = fits.first().filter(|_| !rows.is_empty()) else { return Ok(None) };
    let held = rows.iter().filter(|row| row.as_predicted()).count();
    let title = format!(
        "Programs that the ladder has not seen: {} differences as predicted",
        words::of(held, rows.len())
    );
    let subtitle = format!(
        "CPU time of a start, pinned, PIE less its twin, from relocations and pages alone; {}, {}",
        first.constant.toolchain, first.constant.target
    );
    let mut sheet = Sheet::new(&title, &subtitle);
    sheet.legend(&[
        (Mark::Square, colours::BAND, "predicted: the interval for one measured as well"),
        (Mark::Dot, colours::BLUE, "measured, as predicted"),
        (Mark::Diamond, colours::VERMILION, "measured, not as predicted"),
    ]);
    let unit = TimeUnit::MS;
    let ends = rows.iter().flat_map(|row| [row.low, row.high, row.fitted_low, row.fitted_high]);
    let [low, high] =
        ends.map(|end| unit.scale(end)).fold([0.0_f64, 0.0], |[a, b], end| [a.min(end), b.max(end)]);
    let left = widest(rows.iter().map(|row| row.program.as_str()), LABEL, 320.0);
    let texts: Vec<String> = rows.iter().map(|row| format!("{} us", measured(row))).collect();
    let right = widest(texts.iter().map(String::as_str), LABEL, 420.0);
    let margin = (high - low) * 0.02;
    let across = Axis {
        values: [low - margin, high + margin],
        ends: [MARGIN + left + 24.0, WIDTH - MARGIN - right - 24.0],
        log: false,
    };
    for of_contrast in &fits {
        let own: Vec<&LadderRow> = of_contrast.rows(index, LadderRole::Program).collect();
        if own.is_empty() {
            continue;
        }
        let name = &of_contrast.constant.name;
        sheet.canvas.text(name, (MARGIN, sheet.y + HEAD * 0.62), Anchor::Left, STRONG);
        sheet.y += HEAD;
        let bottom = sheet.y + ROW * own.len() as f64;
        for (value, _) in across.ticks(9) {
            let x = across.at(value);
            sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
        }
        sheet.canvas.line((across.at(0.0), sheet.y), (across.at(0.0), bottom), colours::QUIET, 2);
        for row in own {
            let y = sheet.y + ROW / 2.0;
            let look = fit(&row.program, LABEL, left);
            sheet.canvas.text(&row.program, (MARGIN + left, y), Anchor::Right, look);
            let at = |seconds: f64| across.at(unit.scale(seconds));
            let band = [at(row.fitted_low), y - 13.0, at(row.fitted_high), y + 13.0];
            sheet.canvas.rect(band, colours::BAND);
            sheet.canvas.line((at(row.fitted), y - 13.0), (at(row.fitted), y + 13.0), colours::QUIET, 3);
            let (mark, colour) = if row.as_predicted() {
                (Mark::Dot, colours::BLUE)
            } else {
                (Mark::Diamond, colours::VERMILION)
            };
            sheet.canvas.line((at(row.low), y), (at(row.high), y), colour, 4);
            sheet.canvas.mark(mark, (at(row.difference), y), 8.0, colour);
            let text = format!("{} us", measured(row));
            sheet.canvas.text(&text, (WIDTH - MARGIN, y), Anchor::Right, fit(&text, LABEL, right));
            sheet.y += ROW;
        }
    }
    for (value, label) in across.ticks(9) {
        sheet.canvas.text(&label, (across.at(value), sheet.y + 22.0), Anchor::Middle, SMALL);
    }
    let label = format!("More than the twin, {}", unit.name);
    let middle = f64::midpoint(across.ends[0], across.ends[1]);
    sheet.canvas.text(&label, (middle, sheet.y + 54.0), Anchor::Middle, SMALL);
    sheet.y += 76.0;
    sheet
        .finish(
            "The fits rest on generated programs whose twins touch none of the pages; a program that writes to \
             such pages anyway costs less than predicted.",
        )
        .map(Some)
}
