//! How far a start has got, in CPU time and page faults, when it comes to its entry, to Go's `runtime.main`,
//! and to `main.main`.
//!
//! Counted from the stop right after exec: what exec itself costs is not in it. The program is stopped while it
//! is looked at, and the scheduler's own account of its threads does not run meanwhile.
//!
//! Sources: `proc_pid_stat(5)`, the kernel's `Documentation/scheduler/sched-stats.rst`.

use std::fs;
use std::io;
use std::time::Duration;

use super::super::Arm;
use super::counters::Pair;
use super::{Nothing, Reading};
use crate::elf::{self, ElfError};
use crate::sys::traced::{Traced, is_known};

const TOOL: &str = "exec-to-entry";
/// Until the first of these Go has one thread.
const FUNCTIONS: [&str; 2] = ["runtime.main", "main.main"];

/// The places that a program comes to, in their order; addresses count from its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    places: Vec<(&'static str, u64)>,
}

impl Way {
    /// That of an artifact.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, ElfError> {
        let found = elf::places(bytes, &FUNCTIONS)?;
        let functions = FUNCTIONS.into_iter().zip(found.functions);
        let later = functions.filter_map(|(name, address)| Some((name, address?.wrapping_sub(found.entry))));
        Ok(Self { places: [("entry", 0)].into_iter().chain(later).collect() })
    }

    /// Starts the program and stops it at each place; at the last it is killed. `counters`, where there is one,
    /// tells what the hardware is to count; why it does not is told beside.
    pub(super) fn look(
        &self,
        arm: Arm<'_>,
        limit: Duration,
        counters: Option<usize>,
    ) -> Result<(Vec<Reading>, Option<Nothing>), Nothing> {
        if !is_known() {
            return Err(Nothing::new(TOOL, "not-available", "no breakpoint of this processor is known"));
        }
        let failed = |error: io::Error| Nothing::new(TOOL, "failed", error.to_string());
        let mut traced =
            Traced::start(arm.program, arm.args, arm.env, limit).map_err(|error| refused(&error))?;
        let base = Spent::of(traced.id()).map_err(|error| untold(&error))?;
        let entry = traced.entry().map_err(failed)?;
        let (mut pair, uncounted) = match counters.map(|number| Pair::begin(traced.id(), number)) {
            Some(Ok(pair)) => (Some(pair), None),
            Some(Err(nothing)) => (None, Some(nothing)),
            None => (None, None),
        };
        let mut readings = Vec::new();
        for (place, offset) in &self.places {
            if !traced.run_to(entry.wrapping_add(*offset)).map_err(failed)? {
                return Err(Nothing::new(TOOL, "failed", format!("it ended before it came to {place}")));
            }
            let spent = Spent::of(traced.id()).map_err(|error| untold(&error))?;
            let cpu = spent.cpu.saturating_sub(base.cpu).as_secs_f64();
            let faults = spent.faults.saturating_sub(base.faults) as f64;
            readings.push(Reading::new(TOOL, *place, "seconds", cpu));
            readings.push(Reading::new(TOOL, *place, "count", faults));
            // Later there are other threads, which it does not count.
            if *place != "main.main" {
                readings.extend(pair.iter_mut().flat_map(|pair| pair.at(place)));
            }
        }
        Ok((readings, uncounted))
    }
}

fn refused(error: &io::Error) -> Nothing {
    // What may not be executed is another number.
    if error.raw_os_error() == Some(libc::EPERM) {
        let why = "ptrace is not permitted; sysctl kernel.yama.ptrace_scope has to be below 3, and no seccomp \
                   filter may forbid ptrace";
        return Nothing::new(TOOL, "not-available", why);
    }
    Nothing::new(TOOL, "failed", error.to_string())
}

fn untold(error: &io::Error) -> Nothing {
    let why = format!("the kernel does not tell CPU time by the nanosecond (CONFIG_SCHED_INFO): {error}");
    Nothing::new(TOOL, "not-available", why)
}

/// What all threads of a process have spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spent {
    cpu: Duration,
    /// Minor faults.
    faults: u64,
}

impl Spent {
    fn of(id: u32) -> io::Result<Self> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{id}/task"))? {
            // One may have ended since it was listed.
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            nanoseconds += first(&text).unwrap_or(0);
        }
        let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
        let faults = minor_faults(&stat).ok_or(io::ErrorKind::InvalidData)?;
        if nanoseconds == 0 {
            return Err(io::Error::other("no thread has a schedstat"));
        }
        Ok(Self { cpu: Duration::from_nanos(nanoseconds), faults })
    }
}

fn first(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// The tenth field of `/proc/PID/stat`; the second may hold anything, brackets and blanks too.
fn minor_faults(stat: &str) -> Option<u64> {
    stat.rsplit_once(") ")?.1.split_whitespace().nth(7)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_tells_is_understood() {
        assert_eq!(minor_faults("7 (a) b) S 1 2 3 4 5 6 123 0 9"), Some(123));
        for hostile in ["", "7 (a", "7 (a) S 1 2", "7 (a) S 1 2 3 4 5 6 x 0", ") "] {
            assert_eq!(minor_faults(hostile), None, "{hostile:?}");
        }
        assert_eq!((first("12 5 1\n"), first(""), first("-1")), (Some(12), None, None));
    }
}
