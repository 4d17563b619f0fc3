//! What the machine was doing during a block.
//!
//! Source: proc(5), `/proc/stat`; `Documentation/accounting/psi.rst` of Linux.

use std::fs;

/// Seconds of interference so far, or during a block; absent where the kernel does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Controls {
    /// Taken by the hypervisor, summed over CPUs.
    pub steal: Option<f64>,
    /// In which some task waited for a CPU.
    pub cpu_pressure: Option<f64>,
}

impl Controls {
    /// The counters now.
    pub fn now() -> Self {
        let stat = fs::read_to_string("/proc/stat").ok();
        let pressure = fs::read_to_string("/proc/pressure/cpu").ok();
        Self {
            steal: stat.as_deref().and_then(steal),
            cpu_pressure: pressure.as_deref().and_then(some_total),
        }
    }

    /// What was added since an earlier reading.
    pub fn since(self, before: &Self) -> Self {
        let less = |now: Option<f64>, then: Option<f64>| Some(now? - then?);
        Self {
            steal: less(self.steal, before.steal),
            cpu_pressure: less(self.cpu_pressure, before.cpu_pressure),
        }
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
        let known = Controls { steal: Some(2.0), cpu_pressure: Some(1.0) };
        let later = Controls { steal: Some(2.5), cpu_pressure: None };
        assert_eq!(later.since(&known), Controls { steal: Some(0.5), cpu_pressure: None });
    }
}
