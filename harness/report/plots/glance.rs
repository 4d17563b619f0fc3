//! What each variant of a program is and what it costs, side by side.

use anyhow::Result;

use super::sheet::{LABEL, MARGIN, SMALL, Sheet, WIDTH, fit, widest};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, behind};
use crate::report::canvas::{Anchor, Colour, Mark, colours};
use crate::results::{ArtifactRow, EstimateRow, Index, Place, Status};

/// A variant's line.
struct Line<'a> {
    variant: &'a str,
    row: &'a ArtifactRow,
    size: Option<u64>,
    centre: Option<&'a EstimateRow>,
}

const ROW: f64 = 46.0;
const FLAGS: [&str; 4] = ["names a loader", "needs libraries", "PIE", "bound at start"];
const TINT: Colour = Colour(0xc4, 0xdf, 0xf0);

/// The sheet; none where nothing was built.
pub(super) fn draw(index: &Index<'_>, program: &str, place: Place<'_>) -> Result<Option<String>> {
    let mut lines = lines(index, program, place);
    let stripped = lines.iter().any(|line| line.size.is_some());
    if !stripped {
        for line in &mut lines {
            line.size = line.row.size;
        }
    }
    if !lines.iter().any(|line| line.row.status == Status::Built) {
        return Ok(None);
    }
    let subtitle = format!(
        "As the file says, sizes exact; {}, {}; start-up {}",
        place.toolchain,
        place.target,
        super::layout(index)
    );
    let mut sheet = Sheet::new(&title(index, program, &lines), &subtitle);
    sheet.legend(&[(Mark::Dot, colours::INK, "yes"), (Mark::Ring, colours::GREY, "no")]);
    let left = widest(lines.iter().map(|line| line.variant), LABEL, 420.0);
    let longest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let most = [
        longest(&mut lines.iter().filter_map(|line| line.size).map(|size| size as f64)),
        longest(&mut lines.iter().filter_map(|line| line.centre).map(|row| row.estimate)),
    ];
    let unit = lines.iter().any(|line| line.centre.is_some()).then(|| TimeUnit::of(most[1]));
    let grid = Grid::new(MARGIN + left + 20.0, unit, stripped);
    grid.head(&mut sheet);
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            sheet.canvas.line((MARGIN, sheet.y), (WIDTH - MARGIN, sheet.y), colours::GRID, 2);
        }
        let middle = sheet.y + ROW / 2.0;
        sheet.canvas.text(line.variant, (MARGIN, middle), Anchor::Left, fit(line.variant, LABEL, left));
        if line.row.status == Status::Built {
            grid.line(&mut sheet, index, line, most);
        } else {
            let at = (grid.flags[0] - 40.0, middle);
            sheet.canvas.text(line.row.status.word(), at, Anchor::Left, SMALL);
        }
        sheet.y += ROW;
    }
    let centres: Vec<&EstimateRow> = lines.iter().filter_map(|line| line.centre).collect();
    let caption = if centres.is_empty() {
        "Nothing was started.".to_owned()
    } else {
        format!("Start-up: n = {} a variant, with {:.0} % intervals.", behind(centres.iter().copied()), {
            centres[0].confidence * 100.0
        })
    };
    sheet.finish(&caption).map(Some)
}

fn lines<'a>(index: &Index<'a>, program: &str, place: Place<'_>) -> Vec<Line<'a>> {
    let variants = index.run().info.variants.iter().filter(|variant| variant.copy_of.is_none());
    variants
        .filter_map(|variant| {
            let row = index.case(program, &variant.name, place, false)?;
            let stripped = index.artifact(program, &variant.name, place, true);
            let centre = [stripped, Some(row)]
                .into_iter()
                .flatten()
                .find_map(|row| index.estimate(&row.id, program, place, CPU_PINNED, "centre"));
            let size = stripped.and_then(|row| row.size);
            Some(Line { variant: &variant.name, row, size, centre })
        })
        .collect()
}

fn flags(index: &Index<'_>, case: &str) -> [Option<bool>; 4] {
    let known = index.text(case, "linkage").is_some();
    let when_known = |value: bool| known.then_some(value);
    let number = |metric| index.number(case, metric, "").map(|value| value == 1);
    [
        when_known(index.text(case, "interpreter").is_some()),
        when_known(index.facts(case, "needed").next().is_some()),
        number("pie"),
        // Without a loader there is nobody to bind anything.
        number("bind-now").filter(|_| index.text(case, "interpreter").is_some()),
    ]
}

fn title(index: &Index<'_>, program: &str, lines: &[Line<'_>]) -> String {
    let built: Vec<&Line<'_>> = lines.iter().filter(|line| line.row.status == Status::Built).collect();
    let has = |line: &&&Line<'_>, wanted: [Option<bool>; 2]| {
        let [loader, libraries, ..] = flags(index, &line.row.id);
        [loader, libraries] == wanted
    };
    let alone: Vec<_> = built.iter().filter(|line| has(line, [Some(false), Some(false)])).collect();
    let pie = alone.iter().filter(|line| flags(index, &line.row.id)[2] == Some(true)).count();
    format!(
        "{program}: {} variants need neither loader nor library, {pie} of these {} PIE",
        words::of(alone.len(), built.len()),
        if pie == 1 { "is" } else { "are" }
    )
}

/// Where the columns are.
struct Grid {
    flags: [f64; 4],
    relro: f64,
    relocations: f64,
    bars: [[f64; 2]; 2],
    unit: Option<TimeUnit>,
    size: &'static str,
}

impl Grid {
    fn new(left: f64, unit: Option<TimeUnit>, stripped: bool) -> Self {
        // What is not taken by columns of a fixed width is shared by the two bars.
        let bars = left + 622.0;
        let (room, gap) = (WIDTH - MARGIN - bars, 24.0);
        Self {
            flags: [50.0, 150.0, 235.0, 325.0].map(|x| left + x),
            relro: left + 414.0,
            relocations: left + 594.0,
            bars: [[bars, bars + room * 0.42], [bars + room * 0.42 + gap, WIDTH - MARGIN]],
            unit,
            size: if stripped { "stripped size" } else { "size as linked" },
        }
    }

    fn head(&self, sheet: &mut Sheet) {
        let mut head = |lines: &[&str], x: f64, anchor: Anchor| {
            for (number, line) in lines.iter().enumerate() {
                let y = sheet.y + 28.0 * (2 - lines.len() + number) as f64 + 14.0;
                sheet.canvas.text(line, (x, y), anchor, SMALL);
            }
        };
        for (flag, x) in FLAGS.into_iter().zip(self.flags) {
            let lines: Vec<&str> = flag.splitn(2, ' ').collect();
            let lines = if flag == FLAGS[0] { vec!["names", "loader"] } else { lines };
            head(&lines, x, Anchor::Middle);
        }
        head(&["RELRO"], self.relro, Anchor::Middle);
        head(&["relocations"], self.relocations, Anchor::Right);
        head(&[self.size], self.bars[0][0], Anchor::Left);
        if let Some(unit) = self.unit {
            let unit = format!("pinned, {}", unit.name);
            head(&["CPU time of a start,", &unit], self.bars[1][0], Anchor::Left);
        }
        sheet.y += 66.0;
        sheet.canvas.line((MARGIN, sheet.y), (WIDTH - MARGIN, sheet.y), colours::QUIET, 2);
    }

    fn line(&self, sheet: &mut Sheet, index: &Index<'_>, line: &Line<'_>, most: [f64; 2]) {
        let (top, y) = (sheet.y, sheet.y + ROW / 2.0);
        let case = &line.row.id;
        for (flag, x) in flags(index, case).into_iter().zip(self.flags) {
            match flag {
                Some(true) => sheet.canvas.mark(Mark::Dot, (x, y), 10.0, colours::INK),
                Some(false) => sheet.canvas.mark(Mark::Ring, (x, y), 9.0, colours::GREY),
                None => sheet.canvas.text("n/a", (x, y), Anchor::Middle, SMALL),
            }
        }
        let relro = match index.text(case, "relro").unwrap_or("?") {
            "not-applicable" => "n/a",
            other => other,
        };
        sheet.canvas.text(relro, (self.relro, y), Anchor::Middle, SMALL);
        let relocations =
            index.number(case, "relocations", "").map_or("?".to_owned(), |number| number.to_string());
        sheet.canvas.text(&relocations, (self.relocations, y), Anchor::Right, LABEL);
        let mut bar = |column: usize, value: f64, text: &str| {
            let [from, to] = self.bars[column];
            let end = from + (to - from) * value / most[column].max(f64::MIN_POSITIVE);
            sheet.canvas.rect([from, top + 6.0, end, top + ROW - 6.0], TINT);
            sheet.canvas.text(text, (from + 8.0, y), Anchor::Left, fit(text, LABEL, to - from - 10.0));
        };
        if let Some(size) = line.size {
            bar(0, size as f64, &words::bytes(size));
        }
        if let (Some(centre), Some(unit)) = (line.centre, self.unit) {
            bar(1, centre.estimate, &words::time_interval(centre, unit));
        }
    }
}
