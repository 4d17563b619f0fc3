use super::*;

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
        let first = of(Part::Anchor, setting).map(|job| job.number).min();
        assert!(first < of(Part::Known, setting).map(|job| job.number).min());
        for slice in 0..SLICES {
            assert_eq!(of(Part::NullShort, setting).filter(|job| job.slice == slice).count(), 2);
        }
    }
    assert!(jobs.windows(2).all(|pair| pair[0].number < pair[1].number));
    assert_eq!(jobs, super::jobs(&wanted()));
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
