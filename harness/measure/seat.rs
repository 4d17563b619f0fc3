//! Where the measuring thread sits: on one CPU, which it shares with what it starts.
//!
//! A harness on another CPU than the child makes starts slower and noisier. The thread sleeps while the child
//! runs; what has to go on meanwhile lives on the other CPUs.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::condition::Affinity;
use crate::sys::spawn::Placement;

/// The calling thread, on one CPU until this is dropped.
#[derive(Debug)]
pub struct Seat {
    all: CpuSet,
    cpu: u32,
}

impl Seat {
    /// Sits down on the last CPU that this thread may use.
    pub fn take() -> io::Result<Self> {
        let all = sched_getaffinity(None)?;
        let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| all.is_set(*cpu)).unwrap_or(0);
        let seat = Self { all, cpu: u32::try_from(last).unwrap_or(0) };
        sched_setaffinity(None, &seat.one())?;
        Ok(seat)
    }

    /// Its CPU.
    pub fn cpu(&self) -> u32 {
        self.cpu
    }

    /// How many CPUs there are to be scheduled on.
    pub fn cpus(&self) -> u32 {
        self.all.count()
    }

    /// Where a child goes in that condition.
    pub fn placement(&self, affinity: Affinity) -> Placement {
        let cpus = match affinity {
            Affinity::Pinned => self.one(),
            Affinity::Scheduled => self.all,
        };
        Placement { cpus: Some(cpus), randomised: true }
    }

    /// The other CPUs; this one where there is no other.
    pub fn elsewhere(&self) -> CpuSet {
        let mut others = self.all;
        others.unset(self.cpu as usize);
        if others.count() == 0 { self.all } else { others }
    }

    /// Each of the other CPUs; none where there is no other.
    pub fn others(&self) -> Vec<CpuSet> {
        let others = (0..CpuSet::MAX_CPU).filter(|cpu| self.all.is_set(*cpu) && *cpu != self.cpu as usize);
        let alone = |cpu| {
            let mut one = CpuSet::new();
            one.set(cpu);
            one
        };
        others.map(alone).collect()
    }

    /// Its CPU, as a set.
    pub fn one(&self) -> CpuSet {
        let mut one = CpuSet::new();
        one.set(self.cpu as usize);
        one
    }
}

/// Does some work in a thread that sits on one CPU, so that what it starts does too.
pub fn on_one_cpu<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    let seated = || Seat::take().map(|_seat| work());
    std::thread::scope(|scope| {
        let thread = scope.spawn(seated);
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

impl Drop for Seat {
    fn drop(&mut self) {
        // It was this very set that the kernel gave.
        let _ = sched_setaffinity(None, &self.all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_sits_on_one_cpu_and_stands_up_again() {
        let before = sched_getaffinity(None).expect("has CPUs");
        let seat = Seat::take().expect("may sit down");
        assert_eq!(sched_getaffinity(None).expect("has CPUs").count(), 1);
        assert_eq!(seat.placement(Affinity::Scheduled).cpus, Some(before));
        assert_eq!(seat.cpus(), before.count());
        let elsewhere = seat.elsewhere();
        assert!(!elsewhere.is_set(seat.cpu() as usize) || before.count() == 1);
        drop(seat);
        assert_eq!(sched_getaffinity(None).expect("has CPUs"), before);
    }
}
