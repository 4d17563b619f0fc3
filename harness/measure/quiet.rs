//! Which blocks count, and which were quiet: rules that are fixed beforehand, over a block's controls alone.
//!
//! A block is *voided*, and none of its starts is a sample, where what it measured is not what it was meant to
//! measure: a start ended badly, the files' place in the page cache changed, a clock jumped. A block is
//! *quiet* where nothing else wanted the CPU: CPU times count from every block, wall times from quiet ones
//! only. No rule looks at the times of what is compared.

use std::time::Duration;

use super::sitting::Measured;
use super::strays;
use crate::stats::median;

/// Most of a block's time that the hypervisor may have taken, summed over CPUs.
pub const MOST_STEAL: f64 = 0.01;
/// Most of a block's time in which some task may have waited for a CPU. The threads of a Go program wait for each
/// other: on machines where nothing else ran, for 13 to 19 % of a block's time.
pub const MOST_PRESSURE: f64 = 0.3;
/// How much slower than the block's median a start of the sentinel is called slow.
pub const SLOW: f64 = 1.5;
/// Most of the sentinel's starts that may be slow.
pub const MOST_SLOW: f64 = 0.2;
/// Seconds by which the clocks may run apart, for each second of the block, and in all.
pub const MOST_DRIFT: (f64, f64) = (0.001, 0.005);

/// What the sentinel's starts of a block came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sentinel {
    /// How many.
    pub starts: u32,
    /// The median of their wall times, in seconds.
    pub median: f64,
    /// The share that was slow.
    pub slow: f64,
}

impl Sentinel {
    /// Of the sentinel's wall times; `None` where there was none.
    pub fn of(walls: &[Duration]) -> Option<Self> {
        let seconds: Vec<f64> = walls.iter().map(Duration::as_secs_f64).collect();
        let median = median(&seconds)?;
        let slow = seconds.iter().filter(|wall| **wall > SLOW * median).count();
        let starts = u32::try_from(seconds.len()).unwrap_or(u32::MAX);
        Some(Self { starts, median, slow: slow as f64 / seconds.len() as f64 })
    }
}

/// Why a block is voided, apart from how its starts ended; empty where it is not.
pub fn voided(measured: &Measured) -> String {
    let Measured { block, before, after, strays, .. } = measured;
    let drift = (MOST_DRIFT.0 * block.time.as_secs_f64()).max(MOST_DRIFT.1);
    let reasons = [
        (!strays.is_empty()).then(|| strays::words(strays)),
        (before.resident != after.resident).then(|| {
            format!(
                "{} pages of the files were in the page cache before and {} after",
                before.resident, after.resident
            )
        }),
        (before.resident == after.resident && (before.folios, before.place) != (after.folios, after.place))
            .then(|| "the files' pages were moved or joined otherwise meanwhile".to_owned()),
        (block.controls.clock_jump() > drift)
            .then(|| format!("the clocks ran {:.3} s apart", block.controls.clock_jump())),
        (block.controls.clock_source == "changed").then(|| "the clock source was exchanged".to_owned()),
    ];
    reasons.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Why a block was not quiet; empty where it was.
pub fn unquiet(block: &super::Block) -> String {
    let seconds = block.time.as_secs_f64();
    let share = |taken: Option<f64>| taken.map(|taken| taken / seconds);
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let reasons = [
        share(block.controls.steal)
            .filter(|share| *share > MOST_STEAL)
            .map(|share| format!("the hypervisor took {}", percent(share))),
        share(block.controls.cpu_pressure)
            .filter(|share| *share > MOST_PRESSURE)
            .map(|share| format!("tasks waited for a CPU for {}", percent(share))),
        Sentinel::of(&block.sentinel)
            .filter(|sentinel| sentinel.slow > MOST_SLOW)
            .map(|sentinel| format!("{} of the sentinel's starts were slow", percent(sentinel.slow))),
    ];
    reasons.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Block, Controls};
    use crate::sys::pages::Pages;

    fn block() -> Block {
        let controls = Controls {
            steal: Some(0.0),
            cpu_pressure: Some(0.01),
            clock: 1.0,
            time_of_day: 1.0,
            clock_source: "tsc".to_owned(),
        };
        let sentinel = vec![Duration::from_micros(100); 20];
        Block { starts: Vec::new(), sentinel, rounds: 80, time: Duration::from_secs(1), controls }
    }

    fn measured() -> Measured {
        let pages = Pages { total: 10, resident: 10, folios: Some(4), place: Some(7) };
        Measured {
            block: block(),
            environment_bytes: 7,
            before: pages,
            after: pages,
            held: true,
            strays: Vec::new(),
        }
    }

    #[test]
    fn a_block_with_nothing_wrong_counts_and_is_quiet() {
        assert_eq!((voided(&measured()), unquiet(&block())), (String::new(), String::new()));
    }

    #[test]
    fn each_control_can_void_a_block() {
        let spoil = |spoil: &dyn Fn(&mut Measured)| {
            let mut measured = measured();
            spoil(&mut measured);
            voided(&measured)
        };
        assert!(spoil(&|block| block.strays = vec!["sleep".to_owned()]).contains("1 process (sleep)"));
        assert!(spoil(&|block| block.after.resident = 9).contains("10 pages"));
        assert!(spoil(&|block| block.after.folios = Some(10)).contains("joined otherwise"));
        assert!(spoil(&|block| block.after.place = Some(8)).contains("moved"));
        assert!(spoil(&|block| block.block.controls.time_of_day = 1.1).contains("0.100 s apart"));
        assert!(
            spoil(&|block| block.block.controls.clock_source = "changed".to_owned()).contains("exchanged")
        );
    }

    #[test]
    fn each_control_can_make_a_block_unquiet() {
        let disturb = |disturb: &dyn Fn(&mut Block)| {
            let mut block = block();
            disturb(&mut block);
            unquiet(&block)
        };
        assert!(disturb(&|block| block.controls.steal = Some(0.02)).contains("hypervisor took 2.0 %"));
        assert!(disturb(&|block| block.controls.cpu_pressure = Some(0.4)).contains("40.0 %"));
        let slow = |count: usize| {
            disturb(&|block| block.sentinel.iter_mut().take(count).for_each(|wall| *wall *= 3))
        };
        assert!(slow(5).contains("25.0 % of the sentinel's starts"));
        assert_eq!(slow(4), "", "a fifth may be slow");
        // Where the kernel tells nothing, the sentinel still does.
        let blind = |block: &mut Block| {
            block.controls = Controls { steal: None, cpu_pressure: None, ..Controls::default() }
        };
        assert_eq!(disturb(&blind), "");
    }

    #[test]
    fn the_sentinel_is_summed_up() {
        let walls = [100, 100, 110, 400].map(Duration::from_micros);
        let sentinel = Sentinel::of(&walls).expect("has starts");
        assert_eq!((sentinel.starts, sentinel.slow), (4, 0.25));
        assert!((sentinel.median - 105e-6).abs() < 1e-9);
        assert_eq!(Sentinel::of(&[]), None);
    }
}
