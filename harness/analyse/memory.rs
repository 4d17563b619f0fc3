//! From readings of memory to estimates; pure.
//!
//! The unit is the fresh copy of the file, as in timing, and the two sides of a contrast are compared copy by
//! copy. Of one process alone that is its reading. Of several at once it is the slope of the sum over how many
//! there are, by least squares: what a further one costs; the intercept is what they share.

use std::collections::{BTreeMap, HashMap};

use super::CONFIDENCE;
use crate::config::Contrast;
use crate::plan::Timed;
use crate::results::{EstimateRow, MemoryRow, OK};
use crate::stats::{Estimate, line, mean_interval};

/// A program alone.
pub const ONE_COPY: &str = "one-copy";
/// Several processes of one file at once.
pub const N_COPIES: &str = "n-copies";

/// How the files came into the page cache: nothing was dropped, and nothing holds them.
pub const WRITTEN: &str = "written";
/// The units are copies of one function layout.
pub const THIS_LAYOUT: &str = "this-layout";

/// What is estimated, by condition and metric.
const MEASURES: [(&str, &str); 4] = [
    (ONE_COPY, "anonymous"),
    (ONE_COPY, "page-tables"),
    (N_COPIES, "proportional"),
    (N_COPIES, "page-tables"),
];

/// The readings of one case in one condition and metric: by copy, the value for each number at once.
type Readings = BTreeMap<u32, Vec<(f64, f64)>>;

/// Estimates of every case that was measured, and of every contrast of which both sides were.
pub fn estimates(
    rows: &[MemoryRow],
    timed: &[Timed],
    contrasts: &[Contrast],
    sha256: &str,
) -> Vec<EstimateRow> {
    let mut readings: HashMap<(&str, &str), HashMap<&str, Readings>> = HashMap::new();
    for row in rows.iter().filter(|row| row.status == OK) {
        let Some(value) = row.value else { continue };
        let of_measure = readings.entry((&row.condition, &row.metric)).or_default();
        let of_case = of_measure.entry(&row.case).or_default();
        of_case.entry(row.copy).or_default().push((f64::from(row.copies_at_once), value as f64));
    }
    let mut estimates = Vec::new();
    for one in timed {
        for (condition, metric) in MEASURES {
            let about = About { one, condition, metric, sha256 };
            let of_measure = readings.get(&(condition, metric));
            let of = |variant: &String| of_measure?.get(one.case(variant).to_string().as_str());
            for variant in &one.variants {
                if let Some(readings) = of(variant) {
                    about.of_case(&one.case(variant).to_string(), readings, &mut estimates);
                }
            }
            for contrast in contrasts {
                let known = |name: &String| one.variants.contains(name);
                if known(&contrast.base)
                    && known(&contrast.changed)
                    && let (Some(base), Some(changed)) = (of(&contrast.base), of(&contrast.changed))
                {
                    about.of_contrast(&contrast.name, base, changed, &mut estimates);
                }
            }
        }
    }
    estimates
}

/// What the rows of one program in one condition and metric have in common.
struct About<'a> {
    one: &'a Timed,
    condition: &'a str,
    metric: &'a str,
    sha256: &'a str,
}

impl About<'_> {
    /// The one value of a copy: its reading, or what a further process adds.
    fn value(&self, points: &[(f64, f64)]) -> Option<f64> {
        if self.condition == ONE_COPY { Some(points.first()?.1) } else { Some(line(points)?.slope) }
    }

    fn of_case(&self, case: &str, readings: &Readings, rows: &mut Vec<EstimateRow>) {
        let starts = starts(readings.values());
        let values: Vec<f64> = readings.values().filter_map(|points| self.value(points)).collect();
        let statistic = if self.condition == ONE_COPY { "centre" } else { "per-copy" };
        self.add("case", case, statistic, "bytes", mean_interval(&values, CONFIDENCE), starts, rows);
        if (self.condition, self.metric) == (N_COPIES, "proportional") {
            let shared: Vec<f64> =
                readings.values().filter_map(|points| Some(line(points)?.intercept)).collect();
            self.add("case", case, "shared", "bytes", mean_interval(&shared, CONFIDENCE), starts, rows);
        }
    }

    fn of_contrast(&self, name: &str, base: &Readings, changed: &Readings, rows: &mut Vec<EstimateRow>) {
        let both = base.iter().filter_map(|(copy, points)| Some((points, changed.get(copy)?)));
        let starts = starts(both.clone().flat_map(|(base, changed)| [base, changed]));
        let pairs: Vec<(f64, f64)> =
            both.filter_map(|(base, changed)| Some((self.value(base)?, self.value(changed)?))).collect();
        let each = |of: fn(&(f64, f64)) -> f64| {
            let values: Vec<f64> = pairs.iter().map(of).filter(|value| value.is_finite()).collect();
            mean_interval(&values, CONFIDENCE)
        };
        let ratio = each(|(base, changed)| (changed / base).ln()).map(|estimate| estimate.map(f64::exp));
        self.add("contrast", name, "ratio", "ratio", ratio, starts, rows);
        let difference = each(|(base, changed)| changed - base);
        self.add("contrast", name, "difference", "bytes", difference, starts, rows);
    }

    /// The one place where a row is made.
    #[expect(clippy::too_many_arguments, reason = "they are the columns of a row")]
    fn add(
        &self,
        kind: &str,
        name: &str,
        statistic: &str,
        unit: &str,
        estimate: Option<Estimate>,
        starts: u64,
        rows: &mut Vec<EstimateRow>,
    ) {
        let Some(estimate) = estimate else { return };
        let row = EstimateRow {
            kind: kind.to_owned(),
            name: name.to_owned(),
            program: self.one.program.clone(),
            toolchain: self.one.toolchain.clone(),
            target: self.one.target.clone(),
            metric: self.metric.to_owned(),
            condition: self.condition.to_owned(),
            statistic: statistic.to_owned(),
            unit: unit.to_owned(),
            starts,
            samples_sha256: self.sha256.chars().take(16).collect(),
            cache: WRITTEN.to_owned(),
            scope: THIS_LAYOUT.to_owned(),
            ..EstimateRow::default()
        };
        rows.push(row.with(estimate, CONFIDENCE));
    }
}

/// How many processes were started: for each copy as many as there were at once at most, since the fewer are
/// those that are left of the more.
fn starts<'a>(copies: impl Iterator<Item = &'a Vec<(f64, f64)>>) -> u64 {
    let most = |points: &Vec<(f64, f64)>| points.iter().fold(0.0_f64, |most, (number, _)| most.max(*number));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of some dozens")]
    let sum = copies.map(most).sum::<f64>() as u64;
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "hello/static/go1.27.3/linux-amd64";
    const CHANGED: &str = "hello/pie/go1.27.3/linux-amd64";

    fn row(case: &str, condition: &str, copy: u32, at_once: u32, metric: &str, value: u64) -> MemoryRow {
        MemoryRow {
            case: case.to_owned(),
            condition: condition.to_owned(),
            copy,
            copies_at_once: at_once,
            metric: metric.to_owned(),
            unit: "bytes".to_owned(),
            value: Some(value),
            status: OK.to_owned(),
            reason: String::new(),
        }
    }

    fn analyse(rows: &[MemoryRow]) -> Vec<EstimateRow> {
        let timed = Timed {
            program: "hello".to_owned(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            variants: vec!["static".to_owned(), "pie".to_owned()],
            stripped: false,
        };
        let contrast = "name = \"pie\"\nwhat = \"PIE\"\nbase = \"static\"\nchanged = \"pie\"";
        estimates(rows, &[timed], &[toml::from_str(contrast).expect("is a contrast")], "digest")
    }

    fn find<'a>(rows: &'a [EstimateRow], name: &str, metric: &str, statistic: &str) -> &'a EstimateRow {
        let wanted =
            |row: &&EstimateRow| row.name == name && row.metric == metric && row.statistic == statistic;
        rows.iter().find(wanted).expect("is estimated")
    }

    #[test]
    fn copies_are_compared_one_by_one() {
        // What differs between copies is ten times what differs between the sides.
        let sides =
            |copy: u32| [(BASE, u64::from(copy) * 40_960), (CHANGED, u64::from(copy) * 40_960 + 4096)];
        let rows: Vec<MemoryRow> = (1..=8)
            .flat_map(|copy| {
                sides(copy).map(|(case, value)| row(case, ONE_COPY, copy, 1, "anonymous", value))
            })
            .collect();
        let estimates = analyse(&rows);
        let difference = find(&estimates, "pie", "anonymous", "difference");
        assert_eq!(
            (difference.estimate, difference.low, difference.high),
            (4096.0, Some(4096.0), Some(4096.0))
        );
        assert_eq!((difference.units, difference.starts, difference.unit.as_str()), (8, 16, "bytes"));
        assert!(find(&estimates, "pie", "anonymous", "ratio").estimate > 1.0);
        let centre = find(&estimates, BASE, "anonymous", "centre");
        assert!(centre.low < Some(centre.estimate) && centre.units == 8);
    }

    #[test]
    fn the_slope_is_what_a_further_process_costs() {
        let rows: Vec<MemoryRow> = [(BASE, 500), (CHANGED, 700)]
            .into_iter()
            .flat_map(|(case, each)| {
                let reading = move |copy, at_once| {
                    row(case, N_COPIES, copy, at_once, "proportional", 1_000_000 + each * u64::from(at_once))
                };
                (0..8).flat_map(move |copy| [1, 2, 4, 8].map(|at_once| reading(copy, at_once)))
            })
            .collect();
        let estimates = analyse(&rows);
        let near = |row: &EstimateRow, value: f64| assert!((row.estimate - value).abs() < 1e-6, "{row:?}");
        near(find(&estimates, BASE, "proportional", "per-copy"), 500.0);
        near(find(&estimates, CHANGED, "proportional", "shared"), 1_000_000.0);
        near(find(&estimates, "pie", "proportional", "difference"), 200.0);
        near(find(&estimates, "pie", "proportional", "ratio"), 1.4);
        assert_eq!(find(&estimates, "pie", "proportional", "ratio").starts, 8 * 2 * 8);
    }

    #[test]
    fn what_failed_does_not_count() {
        let mut rows: Vec<MemoryRow> = (0..8)
            .flat_map(|copy| [BASE, CHANGED].map(|case| row(case, ONE_COPY, copy, 1, "anonymous", 4096)))
            .collect();
        for row in rows.iter_mut().filter(|row| row.case == CHANGED && row.copy > 2) {
            (row.status, row.value) = ("ended".to_owned(), None);
        }
        assert_eq!(find(&analyse(&rows), "pie", "anonymous", "difference").units, 3);
        for row in rows.iter_mut().filter(|row| row.case == CHANGED) {
            row.status = "forked".to_owned();
        }
        assert!(analyse(&rows).iter().all(|row| row.kind == "case" && row.name == BASE));
    }
}
