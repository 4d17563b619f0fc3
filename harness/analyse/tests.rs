use super::*;
use crate::results::{SampleRow, StartRow};

const BASE: &str = "hello/static/go1.27.3/linux-amd64";
const CHANGED: &str = "hello/pie/go1.27.3/linux-amd64";

fn timed() -> Timed {
    Timed {
        program: "hello".to_owned(),
        toolchain: "go1.27.3".to_owned(),
        target: "linux/amd64".to_owned(),
        variants: vec!["static".to_owned(), "pie".to_owned()],
        stripped: false,
    }
}

fn contrast() -> Contrast {
    let text = "name = \"pie\"\nwhat = \"PIE\"\nbase = \"static\"\nchanged = \"pie\"";
    toml::from_str(text).expect("is a contrast")
}

/// Blocks of pinned starts: one a copy, with a CPU time for each (copy, round, side).
fn samples(copies: u32, rounds: u32, cpu: impl Fn(u32, u32, usize) -> f64) -> Samples {
    let mut all = Samples::default();
    for copy in 0..copies {
        all.blocks.push(BlockRow {
            block: copy,
            program: "hello".to_owned(),
            affinity: "pinned".to_owned(),
            copy,
            cpu: None,
            rounds,
            seconds: 1.0,
            steal_seconds: None,
            cpu_pressure_seconds: None,
            voided: false,
            reason: String::new(),
        });
        for round in 0..rounds {
            for (side, case) in [BASE, CHANGED].into_iter().enumerate() {
                let start = all.starts.len() as u64;
                all.starts.push(StartRow {
                    start,
                    case: case.to_owned(),
                    affinity: "pinned".to_owned(),
                    gomaxprocs: "1".to_owned(),
                    cache: "written".to_owned(),
                    layout: "default".to_owned(),
                    copy,
                    block: copy,
                    round,
                    position: 0,
                    environment_bytes: 0,
                    status: StartStatus::Ok,
                });
                for (metric, unit, value) in
                    [("cpu-time", "seconds", cpu(copy, round, side)), ("minor-faults", "count", 100.0)]
                {
                    let (metric, unit) = (metric.to_owned(), unit.to_owned());
                    all.samples.push(SampleRow { start, metric, unit, value });
                }
            }
        }
    }
    all
}

fn analyse(samples: &Samples) -> Vec<EstimateRow> {
    estimates(samples, &[timed()], &[contrast()], "digest")
}

fn find<'a>(rows: &'a [EstimateRow], kind: &str, statistic: &str) -> Option<&'a EstimateRow> {
    rows.iter().find(|row| row.kind == kind && row.statistic == statistic && row.metric == "cpu-time")
}

#[test]
fn a_known_ratio_is_found_whatever_drifts() {
    // Each round is slower than the one before, for both sides alike: a tenfold drift.
    let drift = |copy, round, side| {
        0.001 * (1.0 + f64::from(round)) * (1.0 + 0.01 * f64::from(copy)) * [1.0, 1.25][side]
    };
    let rows = analyse(&samples(8, 9, drift));
    let ratio = find(&rows, "contrast", "ratio").expect("is estimated");
    assert!((ratio.estimate - 1.25).abs() < 1e-9, "{ratio:?}");
    assert_eq!((ratio.units, ratio.starts, ratio.condition.as_str()), (8, 8 * 9 * 2, "pinned"));
    let difference = find(&rows, "contrast", "difference").expect("is estimated");
    assert!(difference.low.expect("has an interval") > 0.0);
}

#[test]
fn the_interval_comes_from_the_copies() {
    // Copies differ by ten times what rounds do: an interval over starts would be far too narrow.
    let by_copy = |copy, _, side| 0.001 * [1.0, if copy % 2 == 0 { 0.9 } else { 1.1 }][side];
    let rows = analyse(&samples(8, 100, by_copy));
    let ratio = find(&rows, "contrast", "ratio").expect("is estimated");
    assert!(ratio.low.expect("has one") < 0.95 && ratio.high.expect("has one") > 1.05, "{ratio:?}");
    assert_eq!(
        rows.iter().filter(|row| row.statistic == "copy-centre" && row.metric == "cpu-time").count(),
        16
    );
}

#[test]
fn bad_starts_and_voided_blocks_do_not_count() {
    let mut all =
        samples(
            4,
            3,
            |copy, round, side| {
                if copy == 3 || (round == 2 && side == 1) { 9.0 } else { 0.001 * [1.0, 1.25][side] }
            },
        );
    all.blocks[3].voided = true;
    for start in all.starts.iter_mut().filter(|start| start.round == 2 && start.case == CHANGED) {
        start.status = StartStatus::Signal;
    }
    let rows = analyse(&all);
    let ratio = find(&rows, "contrast", "ratio").expect("is estimated");
    assert!((ratio.estimate - 1.25).abs() < 1e-9, "{ratio:?}");
    assert_eq!((ratio.units, ratio.starts), (3, 3 * 2 * 2));
}

#[test]
fn one_copy_has_no_interval_and_an_unstarted_side_no_contrast() {
    let mut all = samples(1, 3, |_, _, _| 0.001);
    let ratio = find(&analyse(&all), "contrast", "ratio").expect("is estimated").clone();
    assert_eq!((ratio.low, ratio.high, ratio.units), (None, None, 1));
    all.starts.retain(|start| start.case == BASE);
    assert!(find(&analyse(&all), "contrast", "ratio").is_none());
}
