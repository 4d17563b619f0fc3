//! What the machine was doing during a block.
//!
//! Source: proc(5), `/proc/stat`; `clock_gettime(2)`; `Documentation/accounting/psi.rst` of Linux.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

/// Counters so far, or what they rose by during a block; absent where the kernel does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Controls {
    /// Seconds taken by the hypervisor, summed over CPUs.
    pub steal: Option<f64>,
    /// Seconds in which some task waited for a CPU.
    pub cpu_pressure: Option<f64>,
    /// Seconds by the clock that starts are timed with, which nobody sets.
    pub clock: f64,
    /// Seconds by the clock that tells the time of day.
    pub time_of_day: f64,
    /// What the kernel takes the time from; `changed` where that changed meanwhile.
    pub clock_source: String,
}

impl Controls {
    /// The counters now.
    pub fn now() -> Self {
        let read = |path| fs::read_to_string(path).ok();
        let seconds = |id| {
            let time = clock_gettime(id);
            time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
        };
        let source = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        Self {
            steal: read("/proc/stat").as_deref().and_then(steal),
            cpu_pressure: read("/proc/pressure/cpu").as_deref().and_then(some_total),
            clock: seconds(ClockId::Monotonic),
            time_of_day: seconds(ClockId::Realtime),
            clock_source: read(source).unwrap_or_default().trim().to_owned(),
        }
    }

    /// What was added since an earlier reading.
    pub fn since(self, before: &Self) -> Self {
        let less = |now: Option<f64>, then: Option<f64>| Some(now? - then?);
        let same = self.clock_source == before.clock_source;
        Self {
            steal: less(self.steal, before.steal),
            cpu_pressure: less(self.cpu_pressure, before.cpu_pressure),
            clock: self.clock - before.clock,
            time_of_day: self.time_of_day - before.time_of_day,
            clock_source: if same { self.clock_source } else { "changed".to_owned() },
        }
    }

    /// By how many seconds the clocks ran apart.
    pub fn clock_jump(&self) -> f64 {
        (self.time_of_day - self.clock).abs()
    }
}

/// The eighth number of the `cpu` line, in ticks of `USER_HZ`, which Linux fixes at 100 for user space.
fn steal(stat: &str) -> Option<f64> {
    let line = stat.lines().find(|line| line.starts_with("cpu "))?;
    Some(line.split_whitespace().nth(8)?.parse::<f64>().ok()? / 100.0)
}

/// `total=` of the `some` line, in microseconds.
fn some_total(pressure: &str) -> Option<f64> {
    let line = pressure.lines().find(|line| line.starts_with("some "))?;
    Some(line.split("total=").nth(1)?.trim().parse::<f64>().ok()? / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read_from_their_files() {
        let stat = "cpu  10 0 20 3000 5 0 1 250 0 0\ncpu0 5 0 10 1500 2 0 0 125 0 0\n";
        assert_eq!(steal(stat), Some(2.5));
        let pressure = "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0.00 total=7\n";
        assert_eq!(some_total(pressure), Some(1.5));
        assert_eq!((steal("nothing"), some_total("")), (None, None));
    }

    #[test]
    fn a_difference_needs_both_ends() {
        let known = Controls { steal: Some(2.0), cpu_pressure: Some(1.0), ..Controls::default() };
        let later = Controls { steal: Some(2.5), cpu_pressure: None, clock: 3.0, ..Controls::default() };
        let risen = later.since(&known);
        assert_eq!((risen.steal, risen.cpu_pressure, risen.clock), (Some(0.5), None, 3.0));
    }

    #[test]
    fn a_clock_that_jumps_or_is_exchanged_is_seen() {
        let at = |clock, time_of_day, source: &str| Controls {
            clock,
            time_of_day,
            clock_source: source.to_owned(),
            ..Controls::default()
        };
        let jumped = at(11.0, 1071.0, "tsc").since(&at(10.0, 1000.0, "tsc"));
        assert!((jumped.clock_jump() - 70.0).abs() < 1e-9);
        let exchanged = at(11.0, 1001.0, "hpet").since(&at(10.0, 1000.0, "tsc"));
        assert_eq!((exchanged.clock_jump(), exchanged.clock_source.as_str()), (0.0, "changed"));
    }
}
