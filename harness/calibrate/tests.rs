use super::*;
use crate::results::UnitRow;

fn wanted() -> Wanted {
    Wanted {
        settings: Setting::ALL.to_vec(),
        short: 40,
        full: 10,
        known: 20,
        spread: 5,
        budget: None,
        go: None,
    }
}

#[test]
fn every_setting_meets_every_slice_and_the_anchor_comes_first() {
    let jobs = jobs(&wanted());
    let of = |part, setting| jobs.iter().filter(move |job| job.part == part && job.setting == setting);
    for setting in Setting::ALL {
        assert_eq!(of(Part::NullShort, setting).count(), 40);
        // Two comparisons each.
        assert_eq!(of(Part::NullFull, setting).count(), 5);
        assert_eq!(of(Part::Known, setting).count(), 20 * KNOWN.len());
        assert_eq!(of(Part::Spread, setting).count(), if setting == Setting::SameBursts { 0 } else { 5 });
        let place = |part| jobs.iter().position(|job| job.part == part && job.setting == setting);
        assert!(place(Part::Anchor) < place(Part::Known));
        for slice in 0..SLICES {
            assert_eq!(of(Part::NullShort, setting).filter(|job| job.slice == slice).count(), 2);
        }
    }
    assert_eq!(jobs, super::jobs(&wanted()));
    // Every number is there once, and a later call with other wishes has the same ones.
    let numbers: std::collections::BTreeSet<u32> = jobs.iter().map(|job| job.number).collect();
    assert_eq!(numbers.len(), jobs.len());
    let fewer = super::jobs(&Wanted { full: 0, known: 0, spread: 0, ..wanted() });
    assert!(fewer.iter().all(|job| jobs.iter().any(|other| other == job)));
}

fn row(comparison: u32, part: Part, effect: &str, ratio: f64, half: f64) -> ComparisonRow {
    ComparisonRow {
        comparison,
        part,
        setting: Setting::Quiet,
        effect: effect.to_owned(),
        seconds: 2.0,
        units: 8,
        quiet_units: 6,
        voided_units: 1,
        starts: 1000,
        ratio: Some(ratio),
        low: Some(ratio * (-half).exp()),
        high: Some(ratio * half.exp()),
    }
}

#[test]
fn false_alarms_are_counted_on_both_sides() {
    let ratios = [1.0, 1.03, 0.97, 1.01, 0.99, 1.0, 1.0, 1.0, 1.0, 1.0];
    let rows: Vec<ComparisonRow> = (0..)
        .step_by(2)
        .zip(ratios)
        .map(|(n, ratio)| row(n, Part::NullShort, "copies", ratio, 0.02))
        .collect();
    let summary = summarise(&rows, &[]);
    let [null] = summary.null.as_slice() else { panic!("{summary:?}") };
    assert_eq!((null.false_alarms.hits, null.false_alarms.of, null.voided), (2, 10, 10));
    assert!((null.half_width - 0.0202).abs() < 1e-4 && (null.quiet - 0.75).abs() < 1e-9);
    assert!((summary.seconds - 20.0).abs() < 1e-9);
}

#[test]
fn a_known_effect_is_held_against_its_anchor() {
    // 256 pages make it half as long again, so 5 pages one per cent longer.
    let mut rows = vec![row(0, Part::Anchor, "256 pages", 1.5, 0.001)];
    let expected = 1.0 + 0.5 * 5.0 / 256.0;
    rows.extend((1..9).map(|n| row(2 * n, Part::Known, "5 pages", expected * 1.002, 0.005)));
    rows.push(row(18, Part::Known, "5 pages", expected * 1.1, 0.005));
    let summary = summarise(&rows, &[]);
    let [known] = summary.known.as_slice() else { panic!("{summary:?}") };
    assert_eq!((known.pages, known.covered.hits, known.found.hits), (5, 8, 9));
    assert!((known.expected - 0.5 * 5.0 / 256.0).abs() < 1e-12 && (known.size - 0.01).abs() < 1e-12);
}

#[test]
fn drawn_experiments_find_what_their_scatter_allows() {
    // A stream of units with a standard deviation of 1 %: the t interval over 40 has a half width of 0.32 %, and an
    // effect is found nine times in ten at 0.32 + 1.28 * 0.158 = 0.52 %.
    let rows: Vec<ComparisonRow> =
        (0..200).map(|n| row(2 * n, Part::NullShort, "copies", 1.0, 0.01)).collect();
    let units: Vec<UnitRow> = (0..1600_u32)
        .map(|n| UnitRow {
            comparison: 2 * (n / 8),
            unit: n % 8,
            rounds: 60,
            base_seconds: 0.001,
            // A fixed sequence that is spread as a normal one: quantiles in a scrambled order.
            log_ratio: 0.01 * normal(f64::from((n * 997) % 1600) / 1600.0 + 0.5 / 1600.0),
            quiet: true,
            voided: String::new(),
        })
        .collect();
    let summary = summarise(&rows, &units);
    let ten = summary.drawn.first().expect("has units enough");
    assert_eq!((ten.units, summary.drawn.len()), (40, 2), "120 s need four times 480 units");
    assert!((0.003..0.007).contains(&ten.smallest), "{ten:?}");
}

/// The quantile function of the standard normal distribution.
fn normal(p: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, Normal};
    Normal::new(0.0, 1.0).expect("exists").inverse_cdf(p)
}

fn an_info() -> CalibrationInfo {
    CalibrationInfo {
        schema: SCHEMA,
        started: "2026-11-25T12:00:00Z".to_owned(),
        ended: String::new(),
        resumed: 0,
        harnesses: vec![Harness::this()],
        machine: Machine::default(),
        toolchain: "go1.27.3".to_owned(),
        artifacts: vec![("hello".to_owned(), "ab".repeat(32))],
    }
}

fn a_line(number: u32) -> record::Line {
    let unit = |unit| UnitRow {
        comparison: number,
        unit,
        rounds: 60,
        base_seconds: 0.001,
        log_ratio: 0.25,
        quiet: false,
        voided: "a reason, with a comma".to_owned(),
    };
    record::Line {
        comparison: row(number, Part::NullShort, "copies", 1.0, 0.01),
        units: vec![unit(0), unit(1)],
    }
}

#[test]
fn what_was_cut_off_goes_on_with_every_whole_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |info: &mut CalibrationInfo| record::Record::open(folder.path(), info).expect("opens");
    let mut record = open(&mut an_info());
    record.keep(a_line(2)).expect("keeps");
    record.write(&an_info()).expect("writes");
    drop(record);
    let mut record = open(&mut an_info());
    record.keep(a_line(0)).expect("keeps");
    drop(record);
    // Killed in the middle of a line.
    let path = folder.path().join("partial.jsonl");
    let mut text = std::fs::read_to_string(&path).expect("is there");
    text.push_str("{\"comparison\":{\"compar");
    std::fs::write(&path, text).expect("writes");
    let mut info = an_info();
    let record = open(&mut info);
    assert_eq!((record.done(), info.resumed), (&[a_line(2), a_line(0)][..], 2));
    record.write(&info).expect("writes");
    assert!(!path.exists());
    let (_, comparisons, units) = load(folder.path()).expect("loads");
    assert_eq!((comparisons, units.len()), (vec![a_line(0).comparison, a_line(2).comparison], 4));
}

#[test]
fn other_artifacts_are_calibrated_anew_and_two_at_once_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut record = record::Record::open(folder.path(), &mut an_info()).expect("opens");
    record.keep(a_line(2)).expect("keeps");
    let error = record::Record::open(folder.path(), &mut an_info()).expect_err("is in use");
    assert!(error.to_string().contains("another gopie is writing"), "{error:#}");
    drop(record);
    let mut other = CalibrationInfo { artifacts: Vec::new(), ..an_info() };
    assert_eq!(record::Record::open(folder.path(), &mut other).expect("opens").done(), []);
}

/// The figures of the methodology are those of the committed calibration.
#[test]
fn the_methodology_has_the_figures_of_the_committed_calibration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(FOLDER);
    if !record::is_there(&folder) {
        say("SKIPPED: no calibration is committed");
        return;
    }
    let text = std::fs::read_to_string(root.join("docs/methodology.md")).expect("is there");
    let calibration = read(&folder).expect("reads");
    let now = spliced(&text, &calibration).expect("has the marks");
    assert!(text == now, "run `gopie calibrate --render --into docs/methodology.md`");
}
