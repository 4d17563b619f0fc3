//! Load on purpose: a process that keeps CPUs busy, all the time or in bursts.
//!
//! Numbers that hold up on a machine that does other things as well have to be tried on one that does. The
//! process is a fork of this one that calls nothing but async-signal-safe functions, and it is gone with its
//! [`Load`] or with the thread that made it.
//!
//! Sources: `PR_SET_PDEATHSIG(2const)`, signal-safety(7), nanosleep(2).

use std::ffi::c_int;
use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
use rustix::thread::{ClockId, CpuSet, clock_nanosleep_relative};
use rustix::time::{Timespec, clock_gettime};

use super::orphan::die_with;

/// A busy process, until this is dropped.
#[derive(Debug)]
pub struct Load {
    pid: Pid,
}

impl Load {
    /// Keeps CPUs busy for about `busy` at a time, with pauses of about `pause`; each is drawn anew, between
    /// nothing and twice that. Without a pause it never rests.
    pub fn on(cpus: &CpuSet, busy: Duration, pause: Duration) -> io::Result<Self> {
        let [busy, pause] = [busy, pause].map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let parent = getpid();
        // SAFETY: the child calls nothing but async-signal-safe functions before it is killed (see `burn`).
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            burn(parent, cpus, busy, pause);
        }
        let pid = Pid::from_raw(pid).filter(|_| pid > 0).ok_or_else(io::Error::last_os_error)?;
        Ok(Self { pid })
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = kill_process(self.pid, Signal::KILL);
        while matches!(waitpid(Some(self.pid), WaitOptions::empty()), Err(Errno::INTR)) {}
    }
}

fn burn(parent: Pid, cpus: &CpuSet, busy: u64, pause: u64) -> ! {
    let set_up = die_with(parent).and_then(|()| Ok(rustix::thread::sched_setaffinity(None, cpus)?));
    // SAFETY: system calls alone, none of which touches memory of Rust's; nothing is dropped or unwound.
    unsafe {
        // Locks of files that the parent holds must not live on here.
        libc::syscall(libc::SYS_close_range, 0, c_int::MAX, 0);
        if set_up.is_err() {
            libc::_exit(1);
        }
    }
    let now = || {
        let time = clock_gettime(rustix::time::ClockId::Monotonic);
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
    };
    // A linear congruential generator (Knuth's MMIX constants): good enough for lengths of bursts.
    let mut state = now();
    // The upper bits are the random ones; 2^20 steps are fine enough.
    let mut drawn = |about: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (about >> 19).saturating_mul(state >> 44)
    };
    loop {
        let end = now().saturating_add(drawn(busy));
        while now() < end {
            std::hint::spin_loop();
        }
        if pause > 0 {
            let time = Timespec::try_from(Duration::from_nanos(drawn(pause))).unwrap_or_default();
            // Waking early is as good.
            let _ = clock_nanosleep_relative(ClockId::Monotonic, &time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_busy_and_then_gone() {
        let cpus = rustix::thread::sched_getaffinity(None).expect("has CPUs");
        let load = Load::on(&cpus, Duration::from_millis(1), Duration::ZERO).expect("forks");
        let stat = format!("/proc/{}/stat", load.pid.as_raw_pid());
        let ticks = || -> Option<u64> {
            let text = std::fs::read_to_string(&stat).ok()?;
            text.rsplit_once(')')?.1.split_whitespace().nth(11)?.parse().ok()
        };
        // However slow the machine, it comes to a tick of CPU time in the end.
        while ticks().expect("lives") == 0 {
            std::thread::yield_now();
        }
        drop(load);
        assert_eq!(ticks(), None, "the load is left behind");
    }
}
