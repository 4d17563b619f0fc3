//! Hardware counters of one traced program, as `perf_event_open` gives them.
//!
//! Source: `perf_event_open(2)`, and the crate `perf-event2`.

use std::io;

use perf_event::events::{Cache, CacheId, CacheOp, CacheResult, Hardware};
use perf_event::{Builder, Counter, ReadFormat};

use super::{Nothing, Reading};

/// What is counted, one of them a start, each for the program alone and with the kernel's work for it.
const EVENTS: [&str; 4] = ["instructions", "cycles", "itlb-misses", "dtlb-misses"];

/// Two counters of one event, counting.
pub(super) struct Pair {
    event: &'static str,
    all: Option<Counter>,
    user: Counter,
}

fn builder(event: &str) -> Builder<'static> {
    let misses = |which| Cache { which, operation: CacheOp::READ, result: CacheResult::MISS };
    match event {
        "instructions" => Builder::new(Hardware::INSTRUCTIONS),
        "cycles" => Builder::new(Hardware::CPU_CYCLES),
        "itlb-misses" => Builder::new(misses(CacheId::ITLB)),
        _ => Builder::new(misses(CacheId::DTLB)),
    }
}

fn counter(mut builder: Builder<'static>, pid: i32, kernel: bool) -> io::Result<Counter> {
    let times = ReadFormat::TOTAL_TIME_ENABLED | ReadFormat::TOTAL_TIME_RUNNING;
    let mut counter = builder
        .observe_pid(pid)
        .any_cpu()
        .exclude_kernel(!kernel)
        .exclude_hv(true)
        .read_format(times)
        .build()?;
    counter.enable()?;
    Ok(counter)
}

impl Pair {
    /// Begins to count in a program that is stopped. Where the kernel's work may not be counted, the program's own
    /// is counted alone.
    pub(super) fn begin(id: u32, number: usize) -> Result<Self, Nothing> {
        let event = EVENTS[number % EVENTS.len()];
        let pid = i32::try_from(id).unwrap_or(0);
        let user = counter(builder(event), pid, false)
            .map_err(|error| Nothing::new("counters", "not-available", reason(event, &error)))?;
        Ok(Self { event, all: counter(builder(event), pid, true).ok(), user })
    }

    /// What was counted until it came to a place. A counter that had to share the hardware tells nothing.
    pub(super) fn at(&mut self, place: &str) -> Vec<Reading> {
        let read = |counter: &mut Counter, whose: &str| {
            let full = counter.read_full().ok()?;
            let alone = full.time_enabled() == full.time_running();
            let key = format!("{place}/{}{whose}", self.event);
            alone.then(|| Reading::new("counters", key, "count", full.count() as f64))
        };
        let user = read(&mut self.user, "-user");
        let all = self.all.as_mut().and_then(|all| read(all, ""));
        user.into_iter().chain(all).collect()
    }
}

/// Why nothing can be counted, with what to change.
fn reason(event: &str, error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENODEV | libc::EOPNOTSUPP) => format!(
            "the kernel has no hardware counter of {event}: in a virtual machine the host has to lend it a PMU"
        ),
        Some(libc::EACCES | libc::EPERM) => {
            format!(
                "{event} may not be counted ({error}); sysctl kernel.perf_event_paranoid has to be 2 or less, and no seccomp filter may forbid perf_event_open"
            )
        }
        Some(libc::ENOSYS) => "the kernel has no perf_event_open (CONFIG_PERF_EVENTS)".to_owned(),
        _ => format!("{event}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use perf_event::events::Software;

    use super::*;

    #[test]
    fn what_to_change_is_said() {
        let said = |code| reason("cycles", &io::Error::from_raw_os_error(code));
        assert!(said(libc::EACCES).contains("kernel.perf_event_paranoid"));
        assert!(said(libc::ENOENT).contains("PMU"));
        assert!(said(libc::ENOSYS).contains("CONFIG_PERF_EVENTS"));
    }

    #[test]
    fn a_counter_counts() {
        // One of the kernel's own, which is there where the hardware's are not.
        let pid = i32::try_from(std::process::id()).expect("fits");
        let begin = |kernel| counter(Builder::new(Software::PAGE_FAULTS), pid, kernel);
        match begin(false) {
            Ok(user) => {
                let mut pair = Pair { event: "page-faults", all: begin(true).ok(), user };
                // It counts in the main thread of this process, which may do nothing meanwhile.
                let read = pair.at("entry");
                assert!(read.iter().all(|one| one.key.starts_with("entry/page-faults")), "{read:?}");
            }
            Err(error) => crate::ui::say(&format!("SKIPPED: {}", reason("page-faults", &error))),
        }
    }
}
