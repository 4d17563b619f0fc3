//! The rule over speed: what PIE alone adds to work that keeps a CPU busy, over function layouts.
//!
//! Work begins with a start. What starting adds is not speed when running: a difference counts only where it is
//! more than the start-up of the same contrast adds.

use super::effect::{Effect, Seen};
use super::subject::{of_pie_only, unique};
use super::{Finding, Verdict, words};
use crate::results::{EstimateRow, Index, Measure, Place};

/// CPU time of the work on one CPU, over layouts, addresses as the kernel is set.
pub const WORK: Measure =
    Measure { metric: "workload-cpu-time", condition: "pinned", cache: "faulted", scope: "over-layouts" };

/// The same, with addresses that are not randomised.
pub const WORK_FIXED: Measure = Measure { condition: "pinned-fixed-addresses", ..WORK };

/// CPU time of a start in the same layouts.
pub const START_OVER_LAYOUTS: Measure = Measure { metric: "cpu-time", ..WORK };

/// A cost of work below this is none worth the name; the rule says it in words.
const SMALLEST: f64 = 1.01;

/// An effect on work, and what starting adds in the same layouts.
#[derive(Clone, Copy, Debug)]
pub struct AtWork<'a> {
    /// The effect on the whole of it.
    pub effect: Effect<'a>,
    /// The difference that starting alone makes, in seconds.
    pub start: Option<&'a EstimateRow>,
}

impl<'a> AtWork<'a> {
    /// The effect, where it was measured.
    pub fn of(
        index: &Index<'a>,
        contrast: &'a crate::config::Contrast,
        program: &'a str,
        place: Place<'a>,
        measure: Measure,
    ) -> Option<Self> {
        let effect = Effect::of(index, contrast, program, place, measure)?;
        let start = index.estimate(&contrast.name, program, place, START_OVER_LAYOUTS, "difference");
        Some(Self { effect, start })
    }

    /// Whether it is more than noise, and more than starting adds.
    pub fn is_more(&self) -> bool {
        let ends = || Some((self.effect.difference?.low?, self.start?.high?));
        self.effect.seen == Seen::More && ends().is_some_and(|(work, start)| work > start)
    }

    /// Whether it is less, and not by noise.
    pub fn is_less(&self) -> bool {
        self.effect.seen == Seen::Less
    }

    fn excludes_a_cost(&self) -> bool {
        self.effect.ratio.high.is_some_and(|high| high < SMALLEST)
    }
}

/// Every effect of PIE alone on work, in both conditions.
pub fn at_work<'a>(index: &Index<'a>) -> Vec<AtWork<'a>> {
    let both = of_pie_only(index, |contrast, program, place| {
        Some([WORK, WORK_FIXED].map(|measure| AtWork::of(index, contrast, program, place, measure)))
    });
    both.into_iter().flatten().flatten().collect()
}

pub(super) fn speed(index: &Index<'_>) -> Finding {
    let all = at_work(index);
    if all.is_empty() {
        return Finding::undecided("no work was timed over function layouts: a full run does so");
    }
    let more = all.iter().filter(|one| one.is_more()).count();
    let less = all.iter().filter(|one| one.is_less()).count();
    let none = all.iter().filter(|one| one.excludes_a_cost()).count();
    let verdict = match (more, less) {
        (more, _) if more == all.len() => Verdict::Supported,
        (more, _) if more > 0 => Verdict::Qualified,
        _ if none == all.len() => Verdict::Refuted,
        _ => Verdict::Undecided,
    };
    let ratios = || all.iter().map(|one| one.effect.ratio);
    let ends = [
        ratios().filter_map(|row| row.low).reduce(f64::min),
        ratios().filter_map(|row| row.high).reduce(f64::max),
    ];
    let ends = match ends {
        [Some(low), Some(high)] => {
            format!(" All intervals lie within {} to {}.", words::percent(low), words::percent(high))
        }
        _ => String::new(),
    };
    let least = ratios().map(|row| row.units).min().unwrap_or_default();
    let because = format!(
        "CPU time of work, pinned, over {least} function layouts or more: more than noise and than starting adds \
         in {}, less in {}; a cost of {} or more is excluded in {}.{ends}",
        words::of(more, all.len()),
        words::of(less, all.len()),
        words::percent(SMALLEST),
        words::of(none, all.len()),
    );
    let contrasts = unique(all.iter().map(|one| one.effect.contrast.name.as_str()));
    let evidence = contrasts.iter().map(|name| format!("estimates.csv: {name}, {}", WORK.metric)).collect();
    Finding { verdict, because, evidence, programs: unique(all.iter().map(|one| one.effect.program)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::judge;
    use crate::claims::synthetic::Synthetic;
    use crate::claims::synthetic::speed::{Speed, with_speed};

    #[track_caller]
    fn check(speed: &Speed, expected: Verdict, said: &str) {
        let run = with_speed(Synthetic::default().run(), speed);
        let judged = judge(&run).into_iter().find(|judged| judged.id == "speed-cost").expect("is judged");
        assert_eq!(judged.verdict, expected, "{}", judged.because);
        assert!(judged.because.contains(said), "{said:?} is not in {:?}", judged.because);
    }

    #[test]
    fn the_verdict_follows_the_rows() {
        let speed = Speed::default();
        check(&speed, Verdict::Refuted, "is excluded in 8 of 8");
        check(&Speed { ratio: |_, _| 1.05, ..speed }, Verdict::Supported, "starting adds in 8 of 8");
        let one = |contrast: &str, _: &str| if contrast == "pie-given-internal" { 1.05 } else { 1.0 };
        check(&Speed { ratio: one, ..speed }, Verdict::Qualified, "starting adds in 4 of 8");
        // With fixed addresses only: where things happen to lie counts as a condition of its own.
        let fixed = |_: &str, condition: &str| if condition == "pinned" { 1.0 } else { 1.05 };
        check(&Speed { ratio: fixed, ..speed }, Verdict::Qualified, "starting adds in 4 of 8");
        check(&Speed { half: 0.02, ..speed }, Verdict::Undecided, "within -2.0 % to +2.0 %");
        check(&Speed { ratio: |_, _| 0.95, ..speed }, Verdict::Refuted, "less in 8 of 8");
    }

    #[test]
    fn noise_and_starting_are_no_cost_of_running() {
        let slow = Speed { ratio: |_, _| 1.05, ..Speed::default() };
        check(&Speed { noise: 0.1, ..slow }, Verdict::Undecided, "in 0 of 8, less");
        // 5 % of 0.1 s is 5 ms: starting adds more.
        check(&Speed { start: Some(0.006), ..slow }, Verdict::Undecided, "in 0 of 8, less");
        check(&Speed { start: None, ..slow }, Verdict::Undecided, "in 0 of 8, less");
    }
}
