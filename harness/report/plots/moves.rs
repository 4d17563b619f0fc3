//! What moves from start to start: a tile for each region and variant.

use anyhow::Result;

use super::sheet::{LABEL, MARGIN, SMALL, Sheet, WIDTH, fit, widest};
use crate::report::canvas::{Anchor, Mark, Type, colours};

const ROW: f64 = 46.0;
/// Names of variants are written at a slant's height above their columns, in lines of words.
const HEAD: f64 = 34.0;

/// Where a region of a variant lies: nowhere, at one place, or moving, with the bits that were demonstrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) enum Lies {
    Absent,
    AtOnePlace,
    Moves(f64),
}

/// What the plot shows.
#[derive(Debug)]
pub(in crate::report) struct Moves<'a> {
    pub(in crate::report) program: &'a str,
    pub(in crate::report) place: String,
    pub(in crate::report) starts: f64,
    pub(in crate::report) variants: Vec<&'a str>,
    /// The regions, each with a tile for each variant.
    pub(in crate::report) rows: Vec<(&'a str, Vec<Lies>)>,
}

/// The sheet.
pub(in crate::report) fn draw(moves: &Moves<'_>) -> Result<String> {
    let code = moves.rows.iter().find(|(region, _)| *region == "text");
    let fixed = code.map_or(0, |(_, tiles)| tiles.iter().filter(|tile| **tile == Lies::AtOnePlace).count());
    let title = format!(
        "Code lies at one place in {fixed} of {} variants of {}",
        moves.variants.len(),
        moves.program
    );
    let subtitle = format!("{}; {} starts of each, its map read at the end", moves.place, moves.starts);
    let mut sheet = Sheet::new(&title, &subtitle);
    sheet.legend(&[
        (Mark::Square, colours::ORANGE, "fixed: at one place in all starts"),
        (Mark::Square, colours::SKY, "moves: bits that these starts demonstrate, at 95 %"),
        (Mark::Square, colours::BAND, "not there"),
    ]);
    let left = MARGIN + widest(moves.variants.iter().copied(), LABEL, 330.0) + 20.0;
    let wide = (WIDTH - MARGIN - left) / moves.rows.len().max(1) as f64;
    for (number, (region, _)) in moves.rows.iter().enumerate() {
        let x = left + wide * (number as f64 + 0.5);
        let words: Vec<&str> = region.split(' ').collect();
        let (first, rest) = words.split_at(words.len().div_ceil(2));
        for (line, part) in [first.join(" "), rest.join(" ")].iter().enumerate() {
            let at = (x, sheet.y + 14.0 + HEAD * 0.8 * line as f64);
            sheet.canvas.text(part, at, Anchor::Middle, fit(part, SMALL, wide - 6.0));
        }
    }
    sheet.y += 2.0 * HEAD;
    for (number, variant) in moves.variants.iter().enumerate() {
        let middle = sheet.y + ROW / 2.0;
        sheet.canvas.text(variant, (MARGIN, middle), Anchor::Left, fit(variant, LABEL, left - MARGIN - 10.0));
        for (column, (_, tiles)) in moves.rows.iter().enumerate() {
            let (colour, text) = match tiles.get(number) {
                Some(Lies::AtOnePlace) => (colours::ORANGE, "fixed".to_owned()),
                Some(Lies::Moves(bits)) => (colours::SKY, format!("{bits:.1}")),
                _ => (colours::BAND, String::new()),
            };
            let x = left + wide * column as f64;
            sheet.canvas.rect([x + 2.0, sheet.y + 2.0, x + wide - 2.0, sheet.y + ROW - 2.0], colour);
            let look = Type { colour: colours::INK, ..SMALL };
            sheet.canvas.text(&text, (x + wide / 2.0, middle), Anchor::Middle, fit(&text, look, wide - 8.0));
        }
        sheet.y += ROW;
    }
    sheet.finish(
        "So many starts can demonstrate some 2 log2 of their number in bits and no more, whatever the kernel draws; the \
         report has the range and the agreement with the kernel's draw beside.",
    )
}
