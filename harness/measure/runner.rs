//! What starts an arm: the real thing, or a stand-in without processes for tests.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::interrupt;
use crate::sys::spawn::{Outcome, Placement, Prepared};

/// Starts arms by number.
pub trait Runner {
    /// How many arms there are.
    fn arms(&self) -> usize;
    /// Starts an arm and waits for it.
    fn start(&mut self, arm: usize, limit: Duration) -> io::Result<Outcome>;
    /// Starts the sentinel; `None` where there is none.
    fn sentinel(&mut self, limit: Duration) -> io::Result<Option<Outcome>>;
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

/// The real runner.
#[derive(Debug)]
pub struct Starter {
    arms: Vec<Prepared>,
    sentinel: Option<Prepared>,
    placement: Placement,
    stop: &'static AtomicBool,
}

impl Starter {
    /// Prepares the arms, and the sentinel where there is one.
    pub fn new<'a>(
        arms: impl IntoIterator<Item = Arm<'a>>,
        sentinel: Option<&Path>,
        placement: Placement,
    ) -> io::Result<Self> {
        let prepare = |arm: Arm<'_>| Prepared::new(arm.program, arm.args, arm.env.iter().cloned());
        Ok(Self {
            arms: arms.into_iter().map(prepare).collect::<io::Result<Vec<_>>>()?,
            sentinel: sentinel.map(|path| Prepared::new::<&str>(path, &[], [])).transpose()?,
            placement,
            stop: interrupt::flag(),
        })
    }

    /// The same, each arm reading a file on standard input, each start from its beginning.
    pub fn reading(self, input: &Path) -> io::Result<Self> {
        let arms = self.arms.into_iter().map(|arm| Ok(arm.reading(File::open(input)?)));
        Ok(Self { arms: arms.collect::<io::Result<Vec<_>>>()?, ..self })
    }

    /// Bytes of an arm's environment.
    pub fn environment_bytes(&self, arm: usize) -> u32 {
        self.arms[arm].environment_bytes()
    }
}

impl Runner for Starter {
    fn arms(&self) -> usize {
        self.arms.len()
    }

    fn start(&mut self, arm: usize, limit: Duration) -> io::Result<Outcome> {
        self.arms[arm].start(&self.placement, limit, self.stop)
    }

    fn sentinel(&mut self, limit: Duration) -> io::Result<Option<Outcome>> {
        self.sentinel.as_ref().map(|one| one.start(&self.placement, limit, self.stop)).transpose()
    }
}
