//! What the comparisons of a calibration come to. Pure.
//!
//! Sources: Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934), for shares;
//! Politis and Romano, "A circular block-resampling procedure for stationary data" (1992), for drawing runs of
//! units from a stream.

use std::collections::{BTreeMap, HashMap};

use rand::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::record::Line;
use super::{SHORT, effect};
use crate::compare::starts;
use crate::results::{
    Called, ComparisonRow, Drawn, Effect, Known, Null, Part, Repeated, Setting, Share, Summary, UnitRow,
};
use crate::stats::{
    deviation_ratio, mean_interval, median, proportion_interval, relative_deviation_bound, two_sided,
};

/// How long the experiments last that are drawn from recorded streams.
const DRAWN_SECONDS: [f64; 3] = [10.0, 30.0, 120.0];
/// How many of each are drawn.
const DRAWS: usize = 4000;
/// The share of experiments that is to find an effect.
const FOUND: f64 = 0.9;

fn share(hits: usize, of: usize) -> Option<Share> {
    let (hits, of) = (hits as u64, of as u64);
    Some(Share { hits, of, interval: proportion_interval(hits, of, 0.95)? })
}

/// The comparisons of an effect in a setting, with how much more of it the changed side has.
fn of_effect<'a>(
    rows: impl Iterator<Item = &'a ComparisonRow>,
    (part, effect, setting): (Part, Effect, Setting),
) -> impl Iterator<Item = (&'a ComparisonRow, u32)> {
    rows.filter(move |row| row.part == part && row.setting == setting)
        .filter_map(move |row| Some((row, effect.more(&row.effect)?)))
}

/// What one more of it comes to, as a share of a start, from comparisons with more of it.
fn each<'a>(anchors: impl Iterator<Item = (&'a ComparisonRow, u32)>) -> Option<f64> {
    let each = anchors.filter_map(|(row, more)| Some((row.ratio? - 1.0) / f64::from(more)));
    Some(mean_interval(&each.collect::<Vec<_>>(), 0.95)?.mean).filter(|each| *each > 0.0)
}

/// How much more of an effect comes to that size, by the first of its anchors.
pub(super) fn amount_for(size: f64, (effect, setting): (Effect, Setting), done: &[Line]) -> Option<u32> {
    let rows = done.iter().map(|line| &line.comparison);
    let first = of_effect(rows, (Part::Anchor, effect, setting)).min_by_key(|(row, _)| row.comparison);
    Some(effect::scale(effect).nearest(size / each(first.into_iter())?))
}

fn excludes(row: &ComparisonRow, ratio: f64) -> bool {
    row.low.is_some_and(|low| low > ratio) || row.high.is_some_and(|high| high < ratio)
}

/// Everything that the rows tell.
pub fn summarise(comparisons: &[ComparisonRow], units: &[UnitRow]) -> Summary {
    let of = |part: Part, setting: Setting| -> Vec<&ComparisonRow> {
        let all = comparisons.iter().filter(move |row| row.part == part && row.setting == setting);
        all.filter(|row| row.low.is_some()).collect()
    };
    let mut summary = Summary::default();
    for setting in Setting::ALL {
        for part in [Part::NullShort, Part::NullFull] {
            summary.null.extend(null(part, setting, &of(part, setting)));
        }
        for effect in Effect::ALL {
            summary.known.extend(known(effect, setting, comparisons));
        }
        summary.called.extend(called(setting, comparisons, units, &summary.known));
        summary.drawn.extend(drawn(setting, &of(Part::NullShort, setting), units));
        for part in [Part::Spread, Part::HyperfineWall, Part::HyperfineCpu] {
            summary.repeated.extend(repeated(part, setting, comparisons));
        }
    }
    // Two comparisons side by side took their time together.
    let single = comparisons.iter().filter(|row| row.comparison % 2 == 0);
    summary.seconds = single.map(|row| row.seconds).sum();
    summary
}

/// The standard deviation of what is compared, from one comparison to the next: what they differ by, less what their
/// intervals say that each may be off. The method of moments, each comparison weighing the same.
fn wander(rows: &[&ComparisonRow]) -> Option<f64> {
    let logs: Vec<f64> = rows.iter().filter_map(|row| Some(row.ratio?.ln())).collect();
    let squares = rows.iter().filter_map(|row| {
        let half = (row.high?.ln() - row.low?.ln()) / 2.0;
        Some((half / two_sided(0.95, f64::from(row.units) - 1.0)?).powi(2))
    });
    let expected = mean_interval(&squares.collect::<Vec<_>>(), 0.95)?.mean;
    let mean = mean_interval(&logs, 0.95)?.mean;
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (logs.len() as f64 - 1.0);
    Some((variance - expected).max(0.0).sqrt())
}

fn null(part: Part, setting: Setting, rows: &[&ComparisonRow]) -> Option<Null> {
    let each = |value: fn(&ComparisonRow) -> f64| rows.iter().map(|row| value(row)).collect::<Vec<_>>();
    let units: f64 = each(|row| f64::from(row.units)).iter().sum();
    let quiet: f64 = each(|row| f64::from(row.quiet_units)).iter().sum();
    let half = |row: &ComparisonRow| (row.high.unwrap_or(f64::NAN) / row.low.unwrap_or(f64::NAN)).ln() / 2.0;
    Some(Null {
        part,
        setting,
        false_alarms: share(rows.iter().filter(|row| excludes(row, 1.0)).count(), rows.len())?,
        half_width: median(&each(half))?.exp_m1(),
        bias: mean_interval(&each(|row| row.ratio.unwrap_or(f64::NAN).ln()), 0.95)?,
        wander: wander(rows)?,
        quiet: quiet / units,
        voided: rows.iter().map(|row| u64::from(row.voided_units)).sum(),
        starts: median(&each(|row| row.starts as f64))?,
    })
}

fn known(effect: Effect, setting: Setting, rows: &[ComparisonRow]) -> Vec<Known> {
    let of = |part| of_effect(rows.iter(), (part, effect, setting)).filter(|(row, _)| row.low.is_some());
    let Some(each_more) = each(of(Part::Anchor)) else { return Vec::new() };
    let mut groups: BTreeMap<u32, Vec<&ComparisonRow>> = BTreeMap::new();
    for (row, more) in of(Part::Known) {
        groups.entry(more).or_default().push(row);
    }
    let one = |(more, rows): (u32, Vec<&ComparisonRow>)| {
        let size = f64::from(more) * each(of(Part::Reference).filter(|(_, as_much)| *as_much == more))?;
        let off: Vec<f64> = rows.iter().filter_map(|row| Some(row.ratio?.ln() - size.ln_1p())).collect();
        Some(Known {
            setting,
            effect,
            more,
            size,
            proportional: f64::from(more) * each_more,
            bias: mean_interval(&off, 0.95)?,
            wander: wander(&rows)?,
            covered: share(rows.iter().filter(|row| !excludes(row, 1.0 + size)).count(), rows.len())?,
            found: share(rows.iter().filter(|row| excludes(row, 1.0)).count(), rows.len())?,
        })
    };
    groups.into_iter().filter_map(one).collect()
}

/// How often each kind of comparison is called slower, judged as `gopie compare --measure` judges.
fn called(setting: Setting, rows: &[ComparisonRow], units: &[UnitRow], known: &[Known]) -> Vec<Called> {
    let mut logs: HashMap<u32, Vec<f64>> = HashMap::new();
    for unit in units.iter().filter(|unit| unit.voided.is_empty() && unit.log_ratio.is_finite()) {
        logs.entry(unit.comparison).or_default().push(unit.log_ratio);
    }
    let is_slower = |row: &&ComparisonRow| {
        let judged = starts::judge(logs.get(&row.comparison)?, &starts::Wanted::default(), 1)?;
        Some(judged.0 == starts::Found::Slower)
    };
    let share_of = |rows: Vec<&ComparisonRow>| {
        let all: Vec<bool> = rows.iter().filter_map(is_slower).collect();
        share(all.iter().filter(|slower| **slower).count(), all.len())
    };
    let mut found = Vec::new();
    for part in [Part::NullShort, Part::NullFull] {
        let own = rows.iter().filter(|row| row.part == part && row.setting == setting).collect();
        found.extend(share_of(own).map(|slower| Called { part, setting, size: 0.0, slower }));
    }
    for effect in known.iter().filter(|known| known.setting == setting) {
        let own = of_effect(rows.iter(), (Part::Known, effect.effect, setting));
        let own = own.filter(|(_, more)| *more == effect.more).map(|(row, _)| row).collect();
        let (part, size) = (Part::Known, effect.size);
        found.extend(share_of(own).map(|slower| Called { part, setting, size, slower }));
    }
    found
}

/// An effect is added to each logarithm alike, so that it moves every interval and widens none: one set of draws
/// answers for every size.
fn drawn(setting: Setting, rows: &[&ComparisonRow], units: &[UnitRow]) -> Vec<Drawn> {
    let wanted: std::collections::HashSet<u32> = rows.iter().map(|row| row.comparison).collect();
    let good = units.iter().filter(|unit| wanted.contains(&unit.comparison) && unit.voided.is_empty());
    let stream: Vec<f64> = good.map(|unit| unit.log_ratio).filter(|log| log.is_finite()).collect();
    // What is drawn from a stream estimates the stream's own mean; how far that is off stands with the null
    // comparisons.
    let centre = stream.iter().sum::<f64>() / stream.len() as f64;
    let stream: Vec<f64> = stream.iter().map(|log| log - centre).collect();
    let a_unit = SHORT.1 / f64::from(SHORT.0);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut draw = |seconds: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundreds")]
        let count = (seconds / a_unit) as usize;
        // A stream that is not several times as long would be drawn over and over.
        if stream.len() < 4 * count {
            return None;
        }
        let (mut covered, mut needed) = (0, Vec::with_capacity(DRAWS));
        for _ in 0..DRAWS {
            let first = usize::try_from(random.next_u64() % stream.len() as u64).unwrap_or(0);
            let run: Vec<f64> = stream.iter().cycle().skip(first).take(count).copied().collect();
            let estimate = mean_interval(&run, 0.95)?;
            let (low, high) = estimate.interval?;
            covered += usize::from(low <= 0.0 && high >= 0.0);
            needed.push(-low);
        }
        needed.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let smallest = needed[(FOUND * DRAWS as f64) as usize];
        let coverage = f64::from(u32::try_from(covered).unwrap_or(0)) / DRAWS as f64;
        Some(Drawn { setting, seconds, units: count, coverage, smallest: smallest.exp_m1() })
    };
    DRAWN_SECONDS.into_iter().filter_map(&mut draw).collect()
}

fn repeated(part: Part, setting: Setting, rows: &[ComparisonRow]) -> Option<Repeated> {
    let of = |part: Part| -> Vec<f64> {
        let rows = rows.iter().filter(move |row| row.part == part && row.setting == setting);
        rows.filter_map(|row| row.ratio).collect()
    };
    let logs = |part| of(part).iter().map(|ratio| ratio.ln()).collect::<Vec<_>>();
    let other = (part != Part::Spread).then(|| deviation_ratio(&logs(part), &logs(Part::Spread), 0.95));
    let ratios = of(part);
    let centre = mean_interval(&ratios, 0.95)?;
    let variance =
        ratios.iter().map(|ratio| (ratio - centre.mean).powi(2)).sum::<f64>() / (ratios.len() as f64 - 1.0);
    Some(Repeated {
        part,
        setting,
        experiments: ratios.len(),
        centre,
        deviation: variance.sqrt() / centre.mean,
        bound: relative_deviation_bound(&ratios, 0.95),
        wider: other.flatten(),
    })
}
