//! What a timed contrast shows: more, less, or nothing that could not be noise.
//!
//! Two hurdles stand before "more" and "less". The interval must leave out no effect, and it must lie wholly
//! outside the noise floor: what byte-identical fresh copies of one artifact may differ by in the same program,
//! metric and condition. Anything else is said as what it is, with the largest effect that is not excluded. The
//! primary family is judged by the intervals that hold all at once; whatever else is judged by intervals one by
//! one is exploratory.

use super::words;
use crate::config::Contrast;
use crate::results::{BlockRow, EstimateRow, Index, Measure, Place, Run};

/// CPU time of a start on one CPU.
pub const CPU_PINNED: Measure = Measure::new("cpu-time", "pinned");
/// Time from the start to the end of a process, as the kernel schedules it.
pub const WALL_SCHEDULED: Measure = Measure::new("wall-time", "scheduled");
/// All that is timed and has a ratio, in the order of the tables.
pub const TIMES: [Measure; 4] =
    [CPU_PINNED, Measure::new("wall-time", "pinned"), Measure::new("cpu-time", "scheduled"), WALL_SCHEDULED];

/// A metric and a condition in words.
pub fn measure_words(measure: Measure) -> String {
    let metric = match measure.metric {
        "cpu-time" => "CPU time",
        "wall-time" => "wall time",
        "minor-faults" => "minor faults",
        other => other,
    };
    format!("{metric}, {}", condition_words(measure.condition))
}

/// A condition in words.
pub fn condition_words(condition: &str) -> &str {
    match condition {
        "scheduled" => "as scheduled",
        "pinned-gomaxprocs-all" => "pinned, GOMAXPROCS all",
        "scheduled-gomaxprocs-1" => "as scheduled, GOMAXPROCS 1",
        other => other,
    }
}

/// What is seen of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// More than the baseline, and more than noise.
    More,
    /// Less than the baseline, by more than noise.
    Less,
    /// The interval leaves out no effect, and yet reaches into the noise floor.
    WithinNoise,
    /// The interval includes no effect.
    NoDifference,
    /// There are too few copies for an interval.
    NoInterval,
    /// The interval leaves out no effect, but no noise floor was measured to hold it against.
    NoFloor,
}

impl Seen {
    /// What an interval shows, where `none` is no effect; a control has no floor and needs none.
    pub(super) fn of(
        interval: Option<(f64, f64)>,
        none: f64,
        floor: Option<(f64, f64)>,
        control: bool,
    ) -> Self {
        let Some((low, high)) = interval else { return Self::NoInterval };
        let outside = |(floor_low, floor_high): (f64, f64)| {
            if low > floor_high {
                Some(Self::More)
            } else if high < floor_low {
                Some(Self::Less)
            } else {
                None
            }
        };
        match (outside((none, none)), floor) {
            (None, _) => Self::NoDifference,
            (Some(seen), _) if control => seen,
            (Some(_), None) => Self::NoFloor,
            (Some(_), Some(floor)) => outside(floor).unwrap_or(Self::WithinNoise),
        }
    }

    /// The sign of the tables.
    pub fn sign(self) -> &'static str {
        match self {
            Self::More => "+",
            Self::Less => "-",
            Self::WithinNoise => "~",
            Self::NoDifference => "=",
            Self::NoInterval | Self::NoFloor => "?",
        }
    }
}

/// The widest ratio on either side of 1 that a control does not exclude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// Its lower end, at most 1.
    pub low: f64,
    /// Its upper end, the reciprocal of the lower one.
    pub high: f64,
}

impl Floor {
    /// The noise floor of a program in one metric and condition; with several controls the widest.
    pub fn of(index: &Index<'_>, program: &str, place: Place<'_>, measure: Measure) -> Option<Self> {
        let controls = index.run().info.contrasts.iter().filter(|contrast| contrast.control);
        let widths = controls.filter_map(|control| {
            let row = index.estimate(&control.name, program, place, measure, "ratio")?;
            let ends = [row.low?.ln(), row.high?.ln()];
            ends.iter().all(|end| end.is_finite()).then(|| ends[0].abs().max(ends[1].abs()))
        });
        let widest = widths.reduce(f64::max)?;
        Some(Self { low: (-widest).exp(), high: widest.exp() })
    }

    /// `1.9 %` and the like.
    pub fn words(self) -> String {
        words::percent(self.high).trim_start_matches('+').to_owned()
    }
}

/// A contrast in one program, place, metric and condition.
#[derive(Clone, Copy, Debug)]
pub struct Effect<'a> {
    /// The contrast.
    pub contrast: &'a Contrast,
    /// The program.
    pub program: &'a str,
    /// The toolchain and target.
    pub place: Place<'a>,
    /// The metric and condition.
    pub measure: Measure,
    /// Changed over base.
    pub ratio: &'a EstimateRow,
    /// Changed less base, in seconds.
    pub difference: Option<&'a EstimateRow>,
    /// What it is held against; none for a control.
    pub floor: Option<Floor>,
    /// What is seen.
    pub seen: Seen,
    /// The ratio over function layouts, and what is seen of it, where layouts were varied.
    pub over_layouts: Option<(&'a EstimateRow, Seen)>,
}

impl<'a> Effect<'a> {
    /// The effect, where it was measured.
    pub fn of(
        index: &Index<'a>,
        contrast: &'a Contrast,
        program: &'a str,
        place: Place<'a>,
        measure: Measure,
    ) -> Option<Self> {
        let ratio = index.estimate(&contrast.name, program, place, measure, "ratio")?;
        let difference = index.estimate(&contrast.name, program, place, measure, "difference");
        let floor = if contrast.control { None } else { Floor::of(index, program, place, measure) };
        let over = measure.over_layouts();
        let over_layouts = index.estimate(&contrast.name, program, place, over, "ratio").map(|row| {
            let own = if contrast.control { None } else { Floor::of(index, program, place, over) };
            (row, seen(row, own.or(floor), contrast.control))
        });
        let seen = seen(ratio, floor, contrast.control);
        Some(Self { contrast, program, place, measure, ratio, difference, floor, seen, over_layouts })
    }

    /// Whether it is one of the family whose intervals hold all at once.
    pub fn is_primary(&self) -> bool {
        self.ratio.low_simultaneous.is_some()
    }

    /// Whether layouts, where they were varied, show something else than the one that ships.
    pub fn differs_over_layouts(&self) -> bool {
        let side = |seen| Some(seen).filter(|seen| matches!(seen, Seen::More | Seen::Less));
        self.over_layouts.is_some_and(|(_, over)| side(over) != side(self.seen))
    }

    /// What is seen, with the numbers: what to write after the contrast's name.
    pub fn phrase(&self) -> String {
        let ratio = words::times_interval(&as_judged(self.ratio));
        let both = match self.difference {
            Some(row) => format!("{} ({ratio})", words::difference(&as_judged(row))),
            None => ratio,
        };
        match self.seen {
            Seen::More | Seen::Less => both,
            Seen::WithinNoise => format!("within the noise floor: {both}"),
            Seen::NoDifference => format!("no difference seen ({} not excluded)", self.not_excluded()),
            Seen::NoInterval => format!("{both}, too few copies to judge"),
            Seen::NoFloor => format!("{both}, no noise floor to judge it by"),
        }
    }

    /// Whether both are the same contrast of the same program.
    pub fn same_as(&self, other: &Self) -> bool {
        std::ptr::eq(self.ratio, other.ratio)
    }

    /// The largest effects that the interval does not exclude: `-0.4 % to +2.1 %`.
    pub fn not_excluded(&self) -> String {
        judged_by(self.ratio).map_or("any effect".to_owned(), |(low, high)| {
            format!("{} to {}", words::percent(low), words::percent(high))
        })
    }
}

/// The interval that an estimate is judged by: the one that holds all at once where it is of the family.
pub fn judged_by(row: &EstimateRow) -> Option<(f64, f64)> {
    row.low_simultaneous.zip(row.high_simultaneous).or(row.low.zip(row.high))
}

/// An estimate with that interval alone, to be told as it was judged.
pub fn as_judged(row: &EstimateRow) -> EstimateRow {
    let (low, high) = judged_by(row).unzip();
    EstimateRow { low, high, ..row.clone() }
}

fn seen(ratio: &EstimateRow, floor: Option<Floor>, control: bool) -> Seen {
    Seen::of(judged_by(ratio), 1.0, floor.map(|floor| (floor.low, floor.high)), control)
}

/// How many copies (or layouts) and starts stand behind some estimates: `8 copies, 398 to 600 starts`.
pub fn behind<'a>(rows: impl IntoIterator<Item = &'a EstimateRow>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let range = |values: &mut dyn Iterator<Item = u64>, one: &str, many: &str| {
        let values: Vec<u64> = values.collect();
        match (values.iter().min(), values.iter().max()) {
            (Some(least), Some(most)) if least == most => words::count(*least, one, many),
            (Some(least), Some(most)) => format!("{least} to {most} {many}"),
            _ => format!("no {many}"),
        }
    };
    let layouts = rows.iter().any(|row| row.scope == "over-layouts");
    let (one, many) = if layouts { ("layout", "layouts") } else { ("copy", "copies") };
    let copies = range(&mut rows.iter().map(|row| u64::from(row.units)), one, many);
    let starts = range(&mut rows.iter().map(|row| row.starts), "start", "starts");
    format!("{copies}, {starts}")
}

/// How often what is seen: `more in 3 of 4, no difference seen in 1 of 4`.
pub fn counts(effects: &[Effect<'_>]) -> String {
    counts_of(&effects.iter().map(|effect| effect.seen).collect::<Vec<_>>())
}

/// The same of what is seen alone.
pub(super) fn counts_of(all: &[Seen]) -> String {
    let said = [
        (Seen::More, "more in"),
        (Seen::Less, "less in"),
        (Seen::WithinNoise, "within the noise floor in"),
        (Seen::NoDifference, "no difference seen in"),
        (Seen::NoInterval, "too few copies in"),
        (Seen::NoFloor, "no noise floor measured in"),
    ];
    let parts: Vec<String> = said
        .into_iter()
        .filter_map(|(seen, said)| match all.iter().filter(|one| **one == seen).count() {
            0 => None,
            n => Some(format!("{said} {}", words::of(n, all.len()))),
        })
        .collect();
    parts.join(", ")
}

/// The least and the most of the effects that are seen.
pub fn clear_ends<'e, 'a>(effects: &'e [Effect<'a>]) -> Option<(&'e Effect<'a>, &'e Effect<'a>)> {
    let clear = || effects.iter().filter(|effect| matches!(effect.seen, Seen::More | Seen::Less));
    let by_ratio = |a: &&Effect<'_>, b: &&Effect<'_>| a.ratio.estimate.total_cmp(&b.ratio.estimate);
    Some((clear().min_by(by_ratio)?, clear().max_by(by_ratio)?))
}

/// The largest effects on both sides that some interval does not exclude: `-1.2 % to +2.3 %`.
pub fn not_excluded(effects: &[Effect<'_>]) -> Option<String> {
    let all = || effects.iter().filter_map(|effect| judged_by(effect.ratio));
    let low = all().map(|(low, _)| low).reduce(f64::min)?;
    let high = all().map(|(_, high)| high).reduce(f64::max)?;
    Some(format!("{} to {}", words::percent(low), words::percent(high)))
}

/// How many of the blocks of a measure count for wall times, and how many there are, voided ones left out; of one
/// program or of all.
pub fn quiet_blocks(run: &Run, measure: Measure, program: Option<&str>) -> (usize, usize) {
    let of = |block: &&BlockRow| {
        let same = (block.condition.as_str(), block.cache.as_str()) == (measure.condition, measure.cache);
        let layout = (block.layout == "default") == (measure.scope == "this-layout");
        same && layout && !block.voided && program.is_none_or(|program| block.program == program)
    };
    let all = || run.blocks.iter().filter(of);
    (all().filter(|block| block.unquiet.is_empty()).count(), all().count())
}
