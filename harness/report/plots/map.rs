//! Where PIE needs a C toolchain: a tile for each target and release.

use anyhow::Result;

use super::sheet::{LABEL, MARGIN, SMALL, Sheet, WIDTH, fit, widest};
use crate::report::across::targets::{Map, Need};
use crate::report::canvas::{Anchor, Colour, Mark, Type, colours};

const ROW: f64 = 50.0;

fn colour(need: Need) -> Colour {
    match need {
        Need::Nothing => colours::SKY,
        Need::C => colours::ORANGE,
        Need::NoPie => colours::BAND,
        Need::Unknown => colours::WHITE,
    }
}

/// The sheet.
pub(in crate::report) fn draw(map: &Map<'_>) -> Result<String> {
    let newest = map.releases.last().copied().unwrap_or_default();
    let count = |need| map.targets.iter().filter(|target| map.need(target, newest) == Some(need)).count();
    let title = format!(
        "PIE without a C toolchain: {} of {} Linux targets with {newest}",
        count(Need::Nothing),
        map.targets.len()
    );
    let subtitle = format!("{} as {}: PIE, CGO_ENABLED=0", map.program, map.variant);
    let mut sheet = Sheet::new(&title, &subtitle);
    sheet.legend(&[
        (Mark::Square, colour(Need::Nothing), "no C: Go links it alone"),
        (Mark::Square, colour(Need::C), "needs C: Go asks for external linking"),
        (Mark::Square, colour(Need::NoPie), "no PIE: not in this release for this target"),
    ]);
    let left = MARGIN + widest(map.targets.iter().copied(), LABEL, 300.0) + 20.0;
    let wide = (WIDTH - MARGIN - left) / map.releases.len().max(1) as f64;
    for (number, release) in map.releases.iter().enumerate() {
        let at = (left + wide * (number as f64 + 0.5), sheet.y + 18.0);
        sheet.canvas.text(release, at, Anchor::Middle, fit(release, SMALL, wide - 8.0));
    }
    sheet.y += 40.0;
    for target in &map.targets {
        let middle = sheet.y + ROW / 2.0;
        sheet.canvas.text(target, (MARGIN, middle), Anchor::Left, fit(target, LABEL, left - MARGIN - 10.0));
        for (number, release) in map.releases.iter().enumerate() {
            let Some(need) = map.need(target, release) else { continue };
            let x = left + wide * number as f64;
            sheet.canvas.rect([x + 2.0, sheet.y + 2.0, x + wide - 2.0, sheet.y + ROW - 2.0], colour(need));
            let look = Type { colour: colours::INK, ..SMALL };
            sheet.canvas.text(need.word(), (x + wide / 2.0, middle), Anchor::Middle, look);
        }
        sheet.y += ROW;
    }
    sheet
        .finish("Each tile is one build; artifacts.csv has the command and, where it failed, Go's own words.")
}
