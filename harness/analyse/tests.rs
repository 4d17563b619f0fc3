use super::*;
use crate::results::{SampleRow, StartRow, StartStatus};

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
    samples_of(&[BASE, CHANGED], copies, rounds, cpu)
}

fn samples_of(cases: &[&str], copies: u32, rounds: u32, cpu: impl Fn(u32, u32, usize) -> f64) -> Samples {
    let mut all = Samples::default();
    for copy in 0..copies {
        all.blocks.push(BlockRow {
            block: copy,
            program: "hello".to_owned(),
            condition: "pinned".to_owned(),
            cache: "faulted".to_owned(),
            layout: "default".to_owned(),
            copy,
            ..BlockRow::default()
        });
        for round in 0..rounds {
            for (side, case) in cases.iter().enumerate() {
                let start = all.starts.len() as u64;
                all.starts.push(StartRow {
                    start,
                    case: (*case).to_owned(),
                    affinity: "pinned".to_owned(),
                    gomaxprocs: "1".to_owned(),
                    cache: "faulted".to_owned(),
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
            9,
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
    assert_eq!((ratio.units, ratio.starts), (8, 8 * 2 * 2));
}

#[test]
fn there_is_no_number_with_fewer_than_eight_units_behind_it() {
    let constant = |_, _, side: usize| 0.001 * [1.0, 1.25][side];
    assert_eq!(analyse(&samples(7, 3, constant)), []);
    assert!(!analyse(&samples(8, 3, constant)).is_empty());
}

#[test]
fn an_unstarted_side_has_no_contrast() {
    let mut all = samples(8, 3, |_, _, _| 0.001);
    all.starts.retain(|start| start.case == BASE);
    let rows = analyse(&all);
    assert!(find(&rows, "case", "centre").is_some() && find(&rows, "contrast", "ratio").is_none());
}

#[test]
fn wall_times_count_in_quiet_blocks_alone() {
    let mut all = samples(10, 3, |copy, _, side| if copy == 0 { 5.0 } else { 0.001 * [1.0, 1.25][side] });
    for sample in all.samples.iter_mut().filter(|sample| sample.metric == "cpu-time") {
        sample.metric = "wall-time".to_owned();
    }
    let ratio = |all: &Samples| {
        let rows = analyse(all);
        let row = rows.iter().find(|row| row.metric == "wall-time" && row.statistic == "ratio");
        row.map(|row| (row.units, (row.estimate * 1e6).round()))
    };
    assert_eq!(ratio(&all).map(|(units, _)| units), Some(10));
    all.blocks[0].unquiet = "something else ran".to_owned();
    assert_eq!(ratio(&all), Some((9, 1_250_000.0)));
    all.blocks.iter_mut().take(3).for_each(|block| block.unquiet = "something else ran".to_owned());
    assert_eq!(ratio(&all), None, "seven quiet copies are too few");
}

#[test]
fn blocks_of_one_copy_are_one_unit() {
    // Sixteen blocks over eight copies.
    let mut all =
        samples(16, 5, |block, _, side| 0.001 * [1.0, if block % 2 == 0 { 1.2 } else { 1.3 }][side]);
    all.blocks.iter_mut().for_each(|block| block.copy = block.block / 2);
    let rows = analyse(&all);
    let ratio = find(&rows, "contrast", "ratio").expect("is estimated");
    assert_eq!((ratio.units, ratio.starts), (8, 16 * 5 * 2));
    assert!((ratio.estimate - (1.2_f64 * 1.3).sqrt()).abs() < 1e-9, "{ratio:?}");
}

#[test]
fn layouts_are_units_of_their_own() {
    let mut all = samples(16, 5, |block, _, side| 0.001 * [1.0, if block < 8 { 1.2 } else { 1.5 }][side]);
    for block in all.blocks.iter_mut().filter(|block| block.block >= 8) {
        block.layout = block.block.to_string();
    }
    let rows = analyse(&all);
    let of = |scope: &str| {
        let mut rows = rows.iter().filter(|row| row.scope == scope && row.metric == "cpu-time");
        rows.find(|row| row.statistic == "ratio").map(|row| (row.units, (row.estimate * 1e6).round()))
    };
    assert_eq!(of("this-layout"), Some((8, 1_200_000.0)));
    assert_eq!(of("over-layouts"), Some((8, 1_500_000.0)));
}

#[test]
fn the_intervals_of_the_primary_family_hold_together() {
    let all = samples(8, 5, |copy, _, side| 0.001 * [1.0, 1.2 + 0.01 * f64::from(copy)][side]);
    let primary = Contrast { primary: true, ..contrast() };
    let row = |contrasts: &[Contrast]| {
        let rows = estimates(&all, &[timed()], contrasts, "digest");
        find(&rows, "contrast", "ratio").expect("is estimated").clone()
    };
    let alone = row(std::slice::from_ref(&primary));
    assert_eq!((alone.low, alone.high), (alone.low_simultaneous, alone.high_simultaneous));
    let of_three = row(&[primary.clone(), primary.clone(), primary]);
    assert_eq!(of_three.low, alone.low);
    assert!(of_three.low_simultaneous < of_three.low && of_three.high_simultaneous > of_three.high);
    assert_eq!(row(&[contrast()]).low_simultaneous, None, "an exploratory contrast is not of the family");
}

#[test]
fn means_stand_beside_the_medians() {
    // One start in five takes five times as long: the median does not see it.
    let all = samples(8, 5, |_, round, side| 0.001 * [1.0, if round == 0 { 5.0 } else { 1.0 }][side]);
    let rows = analyse(&all);
    let of = |statistic| find(&rows, "contrast", statistic).expect("is estimated").estimate;
    assert!((of("ratio") - 1.0).abs() < 1e-9 && (of("mean-ratio") - 1.8).abs() < 1e-9);
}

/// Blocks of work over sixteen layouts, among blocks of starts of the same layouts.
fn with_work(ratio: fn(u32) -> f64) -> Samples {
    let mut all = samples(32, 5, |block, _, side| {
        if block < 16 { 0.001 * [1.0, 2.0][side] } else { 0.1 * [1.0, ratio(block - 16)][side] }
    });
    for block in &mut all.blocks {
        block.layout = (block.block % 16 + 1).to_string();
    }
    let work: Vec<u64> = all.starts.iter().filter(|row| row.block >= 16).map(|row| row.start).collect();
    all.samples.retain(|row| row.metric == "cpu-time");
    for sample in all.samples.iter_mut().filter(|row| work.contains(&row.start)) {
        sample.metric = "workload-cpu-time".to_owned();
    }
    all
}

#[test]
fn work_and_starts_of_the_same_layouts_are_never_mixed() {
    let rows = analyse(&with_work(|_| 1.25));
    let of = |metric: &str| {
        let ratio = rows.iter().find(|row| row.metric == metric && row.statistic == "ratio");
        ratio.map(|row| ((row.estimate * 1e6).round(), row.units, row.starts, row.scope.as_str()))
    };
    assert_eq!(of("cpu-time"), Some((2_000_000.0, 16, 160, "over-layouts")));
    assert_eq!(of("workload-cpu-time"), Some((1_250_000.0, 16, 160, "over-layouts")));
    assert_eq!(of("workload-wall-time"), None, "it was not measured");
    let centre = |metric: &str| {
        rows.iter().find(|row| row.metric == metric && row.name == BASE && row.statistic == "centre")
    };
    assert!((centre("workload-cpu-time").expect("is estimated").estimate - 0.1).abs() < 1e-9);
}

#[test]
fn the_interval_of_work_comes_from_the_layouts() {
    // Every other layout is 10 % slower; the runs of one layout are all the same.
    let rows = analyse(&with_work(|layout| if layout % 2 == 0 { 0.95 } else { 1.05 }));
    let own = || rows.iter().filter(|row| row.metric == "workload-cpu-time");
    let ratio = own().find(|row| row.statistic == "ratio").expect("is estimated");
    assert!(ratio.low.expect("has one") < 0.98 && ratio.high.expect("has one") > 1.02, "{ratio:?}");
    let dots: Vec<f64> =
        own().filter(|row| row.statistic == "layout-ratio").map(|row| row.estimate).collect();
    let spread = own().find(|row| row.statistic == "layout-deviation").expect("is estimated");
    assert!((spread.estimate - 0.0517).abs() < 1e-3 && spread.low < Some(spread.estimate), "{spread:?}");
    assert_eq!((dots.len(), dots.iter().filter(|ratio| **ratio < 1.0).count()), (16, 8));
}

#[test]
fn the_parts_and_the_rest_add_up_to_the_total() {
    let case = |variant: &str| format!("hello/{variant}/go1.27.3/linux-amd64");
    let cases = ["a", "b", "c", "all"].map(case);
    let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
    // The parts are 2 ms and 3 ms, the total 6 ms; the copies differ in what all variants share.
    let cpu = |copy, _, side: usize| 0.010 + [0.0, 0.002, 0.005, 0.006][side] + 0.001 * f64::from(copy);
    let all = samples_of(&cases, 8, 5, cpu);
    let contrast = |name: &str, base: &str, changed: &str| Contrast {
        name: name.to_owned(),
        base: base.to_owned(),
        changed: changed.to_owned(),
        ..contrast()
    };
    let mut contrasts = vec![contrast("ab", "a", "b"), contrast("bc", "b", "c"), contrast("set", "a", "all")];
    contrasts[2].parts = vec!["ab".to_owned(), "bc".to_owned()];
    let mut timed = timed();
    timed.variants = ["a", "b", "c", "all"].map(str::to_owned).to_vec();
    let rows = estimates(&all, &[timed.clone()], &contrasts, "digest");
    let parts: Vec<_> = rows.iter().filter(|row| row.kind == "part").collect();
    let names: Vec<&str> = parts.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["set/total", "set/ab", "set/bc", "set/rest"]);
    let microseconds: Vec<f64> = parts.iter().map(|row| (row.estimate * 1e6).round()).collect();
    assert_eq!(microseconds, [6000.0, 2000.0, 3000.0, 1000.0]);
    let rest = parts[3];
    assert!(rest.high.expect("has one") - rest.low.expect("has one") < 1e-9, "the copies cancel out");
    assert_eq!((rest.units, rest.starts), (8, 8 * 5 * 2));
    // A part that was not started makes no total of parts.
    timed.variants.retain(|name| name != "b");
    assert!(!estimates(&all, &[timed], &contrasts, "digest").iter().any(|row| row.kind == "part"));
}

#[test]
fn scatter_is_told_apart_by_level() {
    // Sixteen blocks over eight copies; copies differ by 10 %, blocks by 1 %, rounds by 0.1 %.
    let off = |on: u32, by: f64| if on.is_multiple_of(2) { by } else { -by };
    let cpu = |block: u32, round: u32, side: usize| {
        let log = off(block / 2, 0.1) + off(block, 0.01) + off(round, 0.001);
        0.001 * if side == 0 { 1.0 } else { log.exp() }
    };
    let mut all = samples(16, 40, cpu);
    all.blocks.iter_mut().for_each(|block| block.copy = block.block / 2);
    let sd = |all: &Samples, contrast: Contrast, statistic: &str| {
        let rows = estimates(all, &[timed()], &[contrast], "digest");
        find(&rows, "contrast", statistic).map(|row| (row.units, row.estimate))
    };
    let primary = Contrast { primary: true, ..contrast() };
    for (statistic, units, expected) in
        [("sd-copies", 8, 0.1), ("sd-blocks", 16, 0.01), ("sd-rounds", 640, 0.001)]
    {
        let (found, sd) = sd(&all, primary.clone(), statistic).expect("is estimated");
        assert!((sd / expected - 1.0).abs() < 0.5, "{statistic}: {sd}");
        assert_eq!(found, units);
    }
    assert_eq!(sd(&all, contrast(), "sd-copies"), None, "exploratory contrasts have no components");
    // One block a copy: the two cannot be told apart.
    let single = samples(8, 40, cpu);
    assert_eq!(sd(&single, primary, "sd-blocks"), None);
}

#[test]
fn two_modes_are_seen_within_blocks_alone() {
    let p = |wall: &dyn Fn(u32, u32) -> f64| {
        let mut all = samples(8, 40, |copy, round, _| wall(copy, round));
        all.samples.iter_mut().for_each(|sample| {
            if sample.metric == "cpu-time" {
                sample.metric = "wall-time".to_owned();
            }
        });
        all.blocks.iter_mut().for_each(|block| block.condition = "scheduled".to_owned());
        let rows = analyse(&all);
        rows.iter().find(|row| row.statistic == "dip-p").expect("is tested").estimate
    };
    let bell =
        |round: u32| 1e-6 * f64::from((0..7).map(|bit| round.wrapping_mul(37) >> bit & 7).sum::<u32>());
    assert!(p(&|_, round| 0.001 + bell(round) + if round % 2 == 0 { 0.004 } else { 0.0 }) < 0.01);
    // Slow copies are another matter than slow starts; equal values are the clock's doing.
    assert!(p(&|copy, round| 0.001 + bell(round) + if copy % 2 == 0 { 0.004 } else { 0.0 }) > 0.01);
    assert!(p(&|_, round| 0.001 + if round % 3 == 0 { 1e-6 } else { 0.0 }) > 0.01);
}

/// Blocks do not say of which toolchain they are: the cases in them do.
#[test]
fn toolchains_are_told_apart() {
    let old = |case: &str| case.replace("go1.27.3", "go1.21.13");
    let of = |ratio: f64| samples(8, 3, move |_, _, side| 0.001 * [1.0, ratio][side]);
    let (mut all, mut second) = (of(1.25), of(1.5));
    let (starts, blocks) = (all.starts.len() as u64, 8);
    for block in &mut second.blocks {
        block.block += blocks;
    }
    for start in &mut second.starts {
        start.start += starts;
        start.block += blocks;
        start.case = old(&start.case);
    }
    for sample in &mut second.samples {
        sample.start += starts;
    }
    all.blocks.extend(second.blocks);
    all.starts.extend(second.starts);
    all.samples.extend(second.samples);
    let older = || Timed { toolchain: "go1.21.13".to_owned(), ..timed() };
    let rows = estimates(&all, &[timed(), older()], &[contrast()], "digest");
    for (toolchain, ratio) in [("go1.27.3", 1.25), ("go1.21.13", 1.5)] {
        let own: Vec<EstimateRow> = rows.iter().filter(|row| row.toolchain == toolchain).cloned().collect();
        let row = find(&own, "contrast", "ratio").expect("is estimated");
        assert!((row.estimate - ratio).abs() < 1e-9, "{row:?}");
        assert_eq!((row.units, row.starts), (8, 8 * 3 * 2), "{row:?}");
        // The primary family is of home, which comes first.
        let primary = Contrast { primary: true, ..contrast() };
        let rows = estimates(&all, &[timed(), older()], &[primary], "digest");
        let of: Vec<EstimateRow> = rows.into_iter().filter(|row| row.toolchain == toolchain).collect();
        let family = find(&of, "contrast", "ratio").and_then(|row| row.low_simultaneous);
        assert_eq!(family.is_some(), toolchain == "go1.27.3");
        assert!(own.iter().filter(|row| row.kind == "case").all(|row| row.name.contains(toolchain)));
    }
}
