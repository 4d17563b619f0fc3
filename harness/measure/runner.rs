//! What starts an arm: the real thing, or a stand-in without processes for tests.

use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::block::Affinity;
use crate::sys::spawn::{Outcome, Prepared};

/// Starts arms by number.
pub trait Runner {
    /// Moves to where the starts of a block are to run; gives the CPU where it is one.
    fn settle(&mut self, affinity: Affinity) -> io::Result<Option<u32>>;
    /// Starts an arm and waits for it.
    fn start(&mut self, arm: usize, limit: Duration) -> io::Result<Outcome>;
}

/// What an arm starts.
#[derive(Clone, Copy, Debug)]
pub struct Arm<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub args: &'a [String],
    /// Its whole environment.
    pub env: &'a [(String, String)],
}

/// The real runner. The calling thread shares its CPUs with what it starts: a child inherits its affinity, and
/// a harness on another CPU than the child makes starts slower and noisier.
#[derive(Debug)]
pub struct Starter {
    arms: Vec<Prepared>,
    all: CpuSet,
    one: u32,
}

impl Starter {
    /// Prepares the arms; pinned blocks run on the last CPU that this process may use.
    pub fn new<'a>(arms: impl IntoIterator<Item = Arm<'a>>) -> io::Result<Self> {
        let all = sched_getaffinity(None)?;
        let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| all.is_set(*cpu)).unwrap_or(0);
        let prepare = |arm: Arm<'_>| Prepared::new(arm.program, arm.args, arm.env.iter().cloned());
        let arms = arms.into_iter().map(prepare).collect::<io::Result<Vec<_>>>()?;
        Ok(Self { arms, all, one: u32::try_from(last).unwrap_or(0) })
    }

    /// Bytes of an arm's environment.
    pub fn environment_bytes(&self, arm: usize) -> u32 {
        self.arms[arm].environment_bytes()
    }
}

impl Runner for Starter {
    fn settle(&mut self, affinity: Affinity) -> io::Result<Option<u32>> {
        match affinity {
            Affinity::Pinned => {
                let mut one = CpuSet::new();
                one.set(self.one as usize);
                sched_setaffinity(None, &one)?;
                Ok(Some(self.one))
            }
            Affinity::Scheduled => {
                sched_setaffinity(None, &self.all)?;
                Ok(None)
            }
        }
    }

    fn start(&mut self, arm: usize, limit: Duration) -> io::Result<Outcome> {
        self.arms[arm].start(limit)
    }
}

impl Drop for Starter {
    fn drop(&mut self) {
        // It was this very set that the kernel gave.
        let _ = sched_setaffinity(None, &self.all);
    }
}
