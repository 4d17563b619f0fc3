//! What the bytes of a program's artifacts are there for, variant by variant.

use anyhow::Result;

use super::axis::Axis;
use super::sheet::{LABEL, MARGIN, SMALL, Sheet, WIDTH, fit, widest};
use crate::claims::words;
use crate::config::{Program, Variant};
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::results::{ArtifactRow, Index, Place, Status};

/// What gets a colour of its own, as `size-by-meaning` calls it; the rest is one piece. Neighbours differ in
/// lightness too.
const PARTS: [(&str, Colour); 8] = [
    ("code", colours::BLUE),
    ("read-only data", colours::SKY),
    ("Go type data", colours::YELLOW),
    ("pc-line tables", colours::GREEN),
    ("writable data", colours::ORANGE),
    ("relocation tables", colours::VERMILION),
    ("symbols", colours::PURPLE),
    ("debug data", colours::BLACK),
];
const REST: &str = "everything else";

/// A variant's bar.
struct Bar<'a> {
    variant: &'a str,
    row: &'a ArtifactRow,
    /// In the order of [`PARTS`], then the rest.
    parts: Vec<u64>,
}

impl Bar<'_> {
    fn size(&self) -> u64 {
        self.parts.iter().sum()
    }
}

const ROW: f64 = 46.0;

/// The sheet; none where nothing was built.
pub(super) fn draw<'a>(index: &Index<'a>, program: &'a Program, place: Place<'a>) -> Result<Option<String>> {
    let bars_of = |stripped| -> Vec<Bar<'_>> {
        let variants = index.variants(program.source.language());
        variants.filter_map(|variant| bar(index, &program.name, variant, place, stripped)).collect()
    };
    let any = |bars: &[Bar<'_>]| bars.iter().any(|bar| bar.size() > 0);
    let stripped = any(&bars_of(true));
    let bars = bars_of(stripped);
    if !any(&bars) {
        return Ok(None);
    }
    let state = if stripped { "Stripped" } else { "Linked" };
    let subtitle =
        format!("{state} size of the file, by what the bytes are for; {}, {}", place.toolchain, place.target);
    let mut sheet = Sheet::new(&title(index, program, &bars, state), &subtitle);
    let used: Vec<usize> =
        (0..=PARTS.len()).filter(|part| bars.iter().any(|bar| share(bar, *part) > 0.0)).collect();
    let legend: Vec<_> = used.iter().map(|part| (Mark::Square, colour(*part), name(*part))).collect();
    sheet.legend(&legend);

    let base = bars.iter().find(|bar| Some(bar.variant) == index.baseline(program) && bar.size() > 0);
    let texts: Vec<String> = bars.iter().map(|bar| text(bar, base)).collect();
    let right = widest(texts.iter().map(String::as_str), LABEL, 460.0);
    let left = widest(bars.iter().map(|bar| bar.variant), LABEL, 480.0);
    let most = bars.iter().map(Bar::size).max().unwrap_or_default() as f64;
    let axis =
        Axis { values: [0.0, most], ends: [MARGIN + left + 24.0, WIDTH - MARGIN - right - 24.0], log: false };
    let bottom = sheet.y + ROW * bars.len() as f64;
    let (scale, unit) = if most < 1e6 { (1e3, "kB") } else { (1e6, "MB") };
    let scaled = Axis { values: [0.0, most / scale], ..axis };
    for (value, label) in scaled.ticks(8) {
        let x = scaled.at(value);
        sheet.canvas.line((x, sheet.y), (x, bottom), colours::GRID, 2);
        sheet.canvas.text(&label, (x, bottom + 22.0), Anchor::Middle, SMALL);
    }
    for (bar, text) in bars.iter().zip(&texts) {
        let middle = sheet.y + ROW / 2.0;
        sheet.canvas.text(bar.variant, (MARGIN + left, middle), Anchor::Right, fit(bar.variant, LABEL, left));
        let mut at = 0;
        for (part, bytes) in bar.parts.iter().enumerate().filter(|(_, bytes)| **bytes > 0) {
            let edges =
                [axis.at(at as f64), sheet.y + 7.0, axis.at((at + bytes) as f64), sheet.y + ROW - 7.0];
            at += bytes;
            sheet.canvas.rect(edges, colour(part));
            // A white seam tells neighbours apart in grey too.
            if edges[2] - edges[0] > 6.0 {
                sheet.canvas.line((edges[2], edges[1]), (edges[2], edges[3]), colours::WHITE, 2);
            }
        }
        let look = if bar.row.status == Status::Built { LABEL } else { SMALL };
        let x = axis.at(bar.size() as f64) + 14.0;
        let look = fit(text, look, WIDTH - MARGIN - x);
        // The words stand on white, so that no line of the grid runs through them.
        sheet
            .canvas
            .rect([x - 6.0, middle - 14.0, x + look.width(text) + 6.0, middle + 14.0], colours::WHITE);
        sheet.canvas.text(text, (x, middle), Anchor::Left, look);
        sheet.y += ROW;
    }
    sheet.canvas.line(
        (axis.ends[0], sheet.y - ROW * bars.len() as f64),
        (axis.ends[0], bottom),
        colours::QUIET,
        2,
    );
    let middle = f64::midpoint(axis.ends[0], axis.ends[1]);
    sheet.canvas.text(&format!("size of the file, {unit}"), (middle, bottom + 54.0), Anchor::Middle, SMALL);
    sheet.y = bottom + 72.0;
    let note = base.map_or(String::new(), |base| format!(" Percentages are against {}.", base.variant));
    sheet.finish(&format!("Sizes are exact; 1 MB is 1,000,000 bytes.{note}")).map(Some)
}

fn bar<'a>(
    index: &Index<'a>,
    program: &str,
    variant: &'a Variant,
    place: Place<'_>,
    stripped: bool,
) -> Option<Bar<'a>> {
    let row = index.case(program, &variant.name, place, stripped)?;
    let mut parts = vec![0; PARTS.len() + 1];
    for fact in index.facts(&row.id, "size-by-meaning") {
        let part = PARTS.iter().position(|(meaning, _)| *meaning == fact.key).unwrap_or(PARTS.len());
        parts[part] += fact.number.unwrap_or_default();
    }
    Some(Bar { variant: &variant.name, row, parts })
}

fn colour(part: usize) -> Colour {
    PARTS.get(part).map_or(colours::GREY, |(_, colour)| *colour)
}

fn name(part: usize) -> &'static str {
    PARTS.get(part).map_or(REST, |(name, _)| *name)
}

fn share(bar: &Bar<'_>, part: usize) -> f64 {
    bar.parts[part] as f64 / bar.size().max(1) as f64
}

fn text(bar: &Bar<'_>, base: Option<&Bar<'_>>) -> String {
    if bar.row.status != Status::Built {
        return bar.row.status.word().to_owned();
    }
    let size = words::bytes(bar.size());
    match base {
        Some(base) if base.variant != bar.variant => {
            format!("{size}, {}", words::percent(bar.size() as f64 / base.size() as f64))
        }
        _ => size,
    }
}

/// What PIE alone does to the size, and which part most of it is.
fn title<'a>(index: &Index<'a>, program: &'a Program, bars: &[Bar<'_>], state: &str) -> String {
    let name_of = &program.name;
    let find = |name: &str| bars.iter().find(|bar| bar.variant == name && bar.size() > 0);
    let contrasts = index.contrasts_of(program).filter(|contrast| contrast.pie_only);
    let pairs: Vec<_> =
        contrasts.filter_map(|contrast| Some((find(&contrast.base)?, find(&contrast.changed)?))).collect();
    let ratio = |(base, changed): &(&Bar<'_>, &Bar<'_>)| changed.size() as f64 / base.size() as f64;
    let by_ratio = |a: &&(_, _), b: &&(_, _)| ratio(a).total_cmp(&ratio(b));
    let (Some(least), Some(most)) = (pairs.iter().min_by(by_ratio), pairs.iter().max_by(by_ratio)) else {
        let sizes = bars.iter().map(Bar::size).filter(|size| *size > 0);
        let (least, most) = (sizes.clone().min().unwrap_or_default(), sizes.max().unwrap_or_default());
        let state = state.to_lowercase();
        return format!("{name_of}: {} to {}, {state}", words::bytes(least), words::bytes(most));
    };
    let range = words::percent_range(ratio(least), ratio(most));
    let (base, changed) = most;
    let grown = changed.size().saturating_sub(base.size());
    let part =
        (0..base.parts.len()).max_by_key(|part| changed.parts[*part].saturating_sub(base.parts[*part]));
    let mostly =
        part.filter(|part| 2 * changed.parts[*part].saturating_sub(base.parts[*part]) > grown && grown > 0);
    let mostly = mostly.map_or(String::new(), |part| format!(", most of it {}", name(part)));
    format!("{name_of}: PIE alone, {} size: {range}{mostly}", state.to_lowercase())
}
