use super::*;
use crate::results::{Summary, UnitRow};

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
        assert_eq!(of(Part::Known, setting).count(), 20 * KNOWN.len() * Effect::ALL.len());
        assert_eq!(of(Part::Anchor, setting).count(), 2 * Effect::ALL.len());
        assert_eq!(of(Part::Reference, setting).count(), 2 * KNOWN.len() * Effect::ALL.len());
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
    // The half width of an interval over 8 units is 2.36 standard errors: 0.0085, less than they differ by.
    assert!((null.wander - (0.0149_f64.powi(2) - 0.0085_f64.powi(2)).sqrt()).abs() < 5e-4, "{}", null.wander);
    let alike: Vec<ComparisonRow> =
        rows.iter().map(|one| ComparisonRow { ratio: Some(1.0), ..one.clone() }).collect();
    assert!(summarise(&alike, &[]).null[0].wander.abs() < 1e-12);
    assert!((null.half_width - 0.0202).abs() < 1e-4 && (null.quiet - 0.75).abs() < 1e-9);
    assert!((summary.seconds - 20.0).abs() < 1e-9);
}

#[test]
fn a_known_effect_is_held_against_longer_comparisons_of_it() {
    let rows = |short: f64| {
        let mut rows = vec![
            row(0, Part::Anchor, "48 pages", 1.4, 0.001),
            row(2, Part::Anchor, "48 pages", 1.6, 0.001),
            row(4, Part::Reference, "4 pages", 1.039, 0.001),
            row(6, Part::Reference, "4 pages", 1.041, 0.001),
            // Neither another amount nor another effect has a part in it.
            row(8, Part::Reference, "5 pages", 1.1, 0.001),
            row(10, Part::Reference, "4 pieces", 1.1, 0.001),
            row(12, Part::Known, "4 pieces", 1.0, 0.001),
        ];
        rows.extend((7..15).map(|n| row(2 * n, Part::Known, "4 pages", short, 0.005)));
        rows.push(row(30, Part::Known, "4 pages", 1.1, 0.005));
        rows
    };
    let summary = summarise(&rows(1.042), &[]);
    let [known] = summary.known.as_slice() else { panic!("{summary:?}") };
    assert_eq!((known.effect, known.more, known.covered.hits, known.found.hits), (Effect::Pages, 4, 8, 9));
    assert!(
        (known.size - 0.04).abs() < 1e-12 && (known.proportional - 0.5 / 12.0).abs() < 1e-12,
        "{known:?}"
    );
    let said = |summary: &Summary| {
        let one = Calibration { info: an_info(), summary: summary.clone() };
        report::calibration::figures(&[one]).replace('\n', " ")
    };
    let together = "all effects together; 95 % is right: nothing added 88.9 % [51.8, 99.7] (8 of 9).";
    assert!(said(&summary).contains(together), "{}", said(&summary));
    assert!(!said(&Summary::default()).contains("together"));
    // Estimates that are off are said to be.
    let off = summarise(&rows(1.06), &[]);
    assert_eq!(off.known[0].covered.hits, 0);
    assert!(said(&off).contains("nothing added 0.0 %"), "{}", said(&off));
    assert!(off.known[0].bias.mean > known.bias.mean + 0.01);
}

#[test]
fn the_first_anchor_says_how_much_a_small_effect_needs() {
    let line = |comparison| record::Line { comparison, units: Vec::new() };
    let mut done = vec![line(row(2, Part::Anchor, "48 pages", 1.24, 0.001))];
    done.insert(0, line(row(0, Part::Anchor, "48 pages", 1.12, 0.001)));
    done.push(line(row(4, Part::Anchor, "32768 relocations", 1.5, 0.001)));
    let amount =
        |size, effect, done: &[record::Line]| summary::amount_for(size, (effect, Setting::Quiet), done);
    assert_eq!(amount(0.01, Effect::Pages, &done), Some(4));
    // In whole pages of pointers, one at least.
    assert_eq!(amount(0.012, Effect::Relocations, &done), Some(2 * 512));
    assert_eq!(amount(0.0001, Effect::Relocations, &done), Some(512));
    assert_eq!(amount(0.01, Effect::Mapping, &done), None);
    // What does not grow has no size.
    done[0].comparison.ratio = Some(0.99);
    assert_eq!(amount(0.01, Effect::Pages, &done), None);
}

#[test]
fn a_pie_makes_as_many_of_its_relocations_as_it_is_told() {
    let options = Options {
        programs: ["hello", "ladder-10000-8"].map(str::to_owned).to_vec(),
        variants: ["static", "pie-internal"].map(str::to_owned).to_vec(),
        ..Options::new(RunKind::Default)
    };
    let built = pipeline::startables(&options).expect("builds");
    let read = |program: &str| {
        let is = |one: &&Startable| one.case.variant == "pie-internal" && one.case.program == program;
        std::fs::read(&built.iter().find(is).expect("is built").path).expect("is there")
    };
    // What has no table must keep all that it has.
    let error = relocated::Relocated::of(read("hello")).expect_err("has no table");
    assert!(error.to_string().contains("most of its relocations"), "{error:#}");
    let bytes = read("ladder-10000-8");
    let relocated = relocated::Relocated::of(bytes.clone()).expect("has relocations");
    let relocations = |bytes: &[u8]| {
        let elf = goblin::elf::Elf::parse(bytes).expect("parses");
        let mut places: Vec<u64> = elf.dynrelas.iter().map(|entry| entry.r_offset).collect();
        places.sort_unstable();
        places
    };
    let all = relocations(&bytes);
    let with = |count| relocations(&relocated.making(count).expect("is less than all"));
    assert_eq!(with(10_000), all);
    assert_eq!((with(10).len(), with(0).len()), (all.len() - 9990, all.len() - 10_000));
    // Those that are left are the first of the table, one beside the other.
    let table: Vec<u64> = with(10).into_iter().filter(|place| !with(0).contains(place)).collect();
    assert!(table.windows(2).all(|pair| pair[1] - pair[0] == 8), "{table:x?}");
    assert!(relocated.making(10_001).is_err());
    for length in [0, 64, 200, bytes.len() / 2] {
        assert!(relocated::Relocated::of(bytes[..length].to_vec()).is_err(), "{length}");
    }
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
    // With that scatter nothing is called slower, and what is slower by 5 % is.
    let called = |units: &[UnitRow]| summarise(&rows, units).called[0].slower;
    assert_eq!((called(&units).hits, called(&units).of), (0, 200));
    let slower = |unit: &UnitRow| UnitRow { log_ratio: unit.log_ratio + 0.05, ..unit.clone() };
    assert!(called(&units.iter().map(slower).collect::<Vec<_>>()).value() > 0.95);
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
    // One more artifact changes nothing of what was compared before.
    let mut more = an_info();
    more.artifacts.push(("known".to_owned(), "cd".repeat(32)));
    assert_eq!(record::Record::open(folder.path(), &mut more).expect("opens").done(), [a_line(2)]);
    let mut other = CalibrationInfo { artifacts: vec![("hello".to_owned(), "ef".repeat(32))], ..an_info() };
    assert_eq!(record::Record::open(folder.path(), &mut other).expect("opens").done(), []);
}

#[test]
fn each_machine_has_a_folder_and_those_of_several_count_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let on = |cpu: &str| CalibrationInfo {
        machine: Machine { cpu: cpu.to_owned(), ..Machine::default() },
        ..an_info()
    };
    let make = |info: &mut CalibrationInfo, line: record::Line| {
        let place = record::place(folder.path(), info).expect("has a place");
        let mut record = record::Record::open(&place, info).expect("opens");
        record.keep(line).expect("keeps");
        record.write(info).expect("writes");
        place.file_name().and_then(|name| name.to_str().map(str::to_owned)).expect("has a name")
    };
    let alarm = |number, low: f64| record::Line {
        comparison: ComparisonRow { low: Some(low), ..a_line(number).comparison },
        units: Vec::new(),
    };
    assert_eq!(make(&mut on("AMD EPYC"), alarm(0, 0.9)), "amd-epyc");
    assert_eq!(make(&mut on("AMD EPYC"), alarm(2, 0.9)), "amd-epyc");
    assert_eq!(make(&mut on("Intel(R) Xeon(R)"), alarm(0, 1.001)), "intel-r-xeon-r");
    // The same name and another machine: what was there is kept.
    let mut other = on("AMD EPYC");
    other.machine.kernel = "another".to_owned();
    assert_eq!(make(&mut other, alarm(0, 0.9)), "amd-epyc-2");
    let several = read(folder.path()).expect("reads");
    assert_eq!(several.len(), 3);
    let said = report::calibration::figures(&several);
    let rows: Vec<&str> = said.lines().filter(|line| line.contains("| nothing added |")).collect();
    assert!(rows[0].contains("(0 of 2)") && rows[2].contains("(1 of 1)"), "{said}");
    assert!(rows[3].starts_with("| all") && rows[3].contains("(1 of 4)"), "{said}");
    let one = report::calibration::figures(&several[..1]);
    assert!(!one.contains("machine") && !one.contains("| all"), "{one}");
}

#[test]
fn quiet_and_loaded_centres_are_held_against_each_other() {
    let rows = |loaded: f64| -> Vec<ComparisonRow> {
        let spread =
            |number: u32, ratio: f64| row(2 * number, Part::Spread, "pie-given-internal", ratio, 0.01);
        let quiet = (0..20).map(|n| spread(n, 1.35 + 0.002 * f64::from(n % 2)));
        let busy = (20..40).map(|n| ComparisonRow {
            setting: Setting::OtherLoaded,
            ..spread(n, loaded + 0.002 * f64::from(n % 2))
        });
        quiet.chain(busy).collect()
    };
    let said = |rows: &[ComparisonRow]| {
        let one = Calibration { info: an_info(), summary: summarise(rows, &[]) };
        report::calibration::figures(&[one]).replace('\n', " ")
    };
    let alike = said(&rows(1.35));
    assert!(alike.contains("over nothing added +0.00 %, and their intervals overlap."), "{alike}");
    let apart = said(&rows(1.40));
    assert!(apart.contains("+3.70 %, and their intervals do not overlap."), "{apart}");
    assert!(!said(&rows(1.40)[..20]).contains("The centres"));
}

/// The figures of the methodology are those of the committed calibration.
#[test]
fn the_methodology_has_the_figures_of_the_committed_calibration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(FOLDER);
    let calibrations = read(&folder).expect("reads");
    if calibrations.is_empty() {
        say("SKIPPED: no calibration is committed");
        return;
    }
    let text = std::fs::read_to_string(root.join("docs/methodology.md")).expect("is there");
    let now = spliced(&text, &calibrations).expect("has the marks");
    assert!(text == now, "run `gopie calibrate --render --into docs/methodology.md`");
}
