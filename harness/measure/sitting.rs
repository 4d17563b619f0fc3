//! A sitting: one thread that measures, with all it needs to do so again and again in the same way.
//!
//! The thread is pinned, has mounts of its own where that is allowed (so that fresh copies stand in for the
//! loader and the libraries), and sleeps while what it starts runs. What is measured, for how long, and what
//! the numbers mean is for others to say.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use rand::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustix::thread::CpuSet;

use super::block::{Block, BlockSpec, run_block, warm_up};
use super::condition::{Addresses, Condition, Recipe};
use super::libraries::Library;
use super::runner::{Arm, Starter};
use super::seat::Seat;
use super::set::{CopySet, Write};
use super::strays::Watch;
use crate::hint::HintExt;
use crate::sys::mounts::Mounts;
use crate::sys::pages::Pages;

/// Rounds that fault the files in: the first reads them, the second finds what the first did not touch.
const WARM_UP_ROUNDS: u32 = 2;

/// A variable of no meaning whose length varies: what lies on a stack depends on the size of the environment.
const PADDING: &str = "GOPIE_PADDING";

/// The environment is up to a page larger than it has to be.
const MOST_PADDING: u64 = 4096;

/// By how much the environment is larger than it has to be in a block with that seed.
pub fn padding(seed: u64) -> usize {
    usize::try_from(ChaCha8Rng::seed_from_u64(seed).next_u64() % MOST_PADDING).unwrap_or(0)
}

/// How arms are started.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// Its arguments.
    pub args: &'a [String],
    /// Its environment, before the condition and the padding.
    pub env: &'a [(String, String)],
}

/// What a block is to do.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// In which condition.
    pub condition: Condition,
    /// How long it lasts; at least one round is run.
    pub time: Duration,
    /// How long a start may take.
    pub limit: Duration,
    /// Seed of the shuffles.
    pub seed: u64,
    /// By how many bytes the environment is larger than it has to be.
    pub padding: usize,
}

/// A finished block with its controls.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The starts.
    pub block: Block,
    /// Bytes of the environment.
    pub environment_bytes: u32,
    /// How the files lay in the page cache before.
    pub before: Pages,
    /// And after.
    pub after: Pages,
    /// Whether they were held there.
    pub held: bool,
    /// The names of processes that outlived their starts and were killed; known only where there was a watch.
    pub strays: Vec<String>,
}

/// The measuring thread.
#[derive(Debug)]
pub struct Sitting {
    seat: Seat,
    mounts: Result<Mounts, String>,
    libraries: Vec<Library>,
    /// Why files are not held; the first reason that was met.
    not_held: Option<String>,
    watch: Option<Watch>,
}

/// Runs `work` in a thread of its own, with a sitting. The calling thread sleeps meanwhile, and takes the signals.
pub fn sit<T: Send>(
    libraries: Vec<Library>,
    work: impl FnOnce(&mut Sitting) -> Result<T> + Send,
) -> Result<T> {
    let run = move || work(&mut Sitting::here(libraries)?);
    std::thread::scope(|scope| {
        let thread = scope.spawn(run);
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

impl Sitting {
    /// A sitting of the calling thread, which is from here on in a mount namespace of its own, where that is
    /// allowed.
    pub fn here(libraries: Vec<Library>) -> Result<Self> {
        let seat = Seat::take()
            .context("cannot pin the measuring thread to one CPU")
            .hint("a sandbox may forbid sched_setaffinity; nothing can be timed without")?;
        let mounts = Mounts::own().map_err(|error| error.to_string());
        Ok(Self { seat, mounts, libraries, not_held: None, watch: None })
    }

    /// Looks for strays after each block from here on.
    pub fn watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    /// The CPU of pinned starts.
    pub fn cpu(&self) -> u32 {
        self.seat.cpu()
    }

    /// How many CPUs scheduled starts have.
    pub fn cpus(&self) -> u32 {
        self.seat.cpus()
    }

    /// The CPU of pinned starts, as a set.
    pub fn own_cpu(&self) -> CpuSet {
        self.seat.one()
    }

    /// Each of the other CPUs.
    pub fn others(&self) -> Vec<CpuSet> {
        self.seat.others()
    }

    /// Why the loader and the libraries are not replicated; `None` where they are.
    pub fn not_replicated(&self) -> Option<&str> {
        self.mounts.as_ref().err().map(String::as_str)
    }

    /// Why files are not held in the page cache, if that was met.
    pub fn not_held(&self) -> Option<&str> {
        self.not_held.as_deref()
    }

    /// Writes a set of copies into `folder`, in an order that `seed` shuffles.
    pub fn lay_out<'a, Folder: AsRef<Path>>(
        &self,
        folder: Folder,
        name: &str,
        artifacts: impl IntoIterator<Item = &'a Path>,
        how: (Recipe, u64),
        write: Write<'_>,
    ) -> Result<CopySet<Folder>> {
        let places: Vec<PathBuf> = self.libraries.iter().map(|library| library.path.clone()).collect();
        CopySet::make(folder, name, artifacts, (&places, self.mounts.is_ok()), how, write)
    }

    /// What starts the copies of a set in a condition, the files being as they are to be. There is one command
    /// for all arms, or one for each.
    pub fn starter<Folder: AsRef<Path>>(
        &mut self,
        set: &mut CopySet<Folder>,
        commands: &[Command<'_>],
        request: &Request,
    ) -> Result<Starter> {
        self.starter_reading(set, commands, None, request)
    }

    fn starter_reading<Folder: AsRef<Path>>(
        &mut self,
        set: &mut CopySet<Folder>,
        commands: &[Command<'_>],
        input: Option<&Path>,
        request: &Request,
    ) -> Result<Starter> {
        self.cover(set).context("cannot put copies in the place of the loader and the libraries")?;
        let environments: Vec<_> =
            commands.iter().map(|command| self.environment(command, request)).collect();
        let commands = commands.iter().zip(&environments).cycle();
        let arms = set.arms().iter().zip(commands);
        let arms = arms.map(|(program, (command, env))| Arm { program, args: command.args, env });
        let mut placement = self.seat.placement(request.condition.affinity);
        placement.randomised = request.condition.addresses == Addresses::AsSet;
        let mut starter = Starter::new(arms, set.sentinel(), placement)?;
        if let Some(input) = input {
            starter = starter.reading(input).with_context(|| format!("cannot read {}", input.display()))?;
        }
        if set.is_cold() {
            set.cool()?;
            warm_up(&mut starter, WARM_UP_ROUNDS, request.limit, request.seed)?;
            if let Some(reason) = set.hold(&self.seat.elsewhere()) {
                self.not_held.get_or_insert(reason);
            }
        }
        Ok(starter)
    }

    /// Runs a block over a set of copies; `commands` as in [`Sitting::starter`].
    pub fn block<Folder: AsRef<Path>>(
        &mut self,
        set: &mut CopySet<Folder>,
        commands: &[Command<'_>],
        request: &Request,
    ) -> Result<Measured> {
        self.block_reading(set, commands, None, request)
    }

    /// The same, the arms reading a file on standard input.
    pub fn block_reading<Folder: AsRef<Path>>(
        &mut self,
        set: &mut CopySet<Folder>,
        commands: &[Command<'_>],
        input: Option<&Path>,
        request: &Request,
    ) -> Result<Measured> {
        let mut starter = self.starter_reading(set, commands, input, request)?;
        let hunt = |set: &CopySet<Folder>| {
            self.watch.as_ref().map(|watch| watch.hunt(set.holder())).unwrap_or_default()
        };
        // Those of the rounds that faulted the files in must not run on into the block.
        let mut strays = hunt(set);
        let look = |set: &CopySet<Folder>| set.pages().context("cannot look at the page cache");
        let before = look(set)?;
        let spec = BlockSpec { time: request.time, limit: request.limit, seed: request.seed };
        let block = run_block(&mut starter, &spec)?;
        strays.extend(hunt(set));
        let after = look(set)?;
        let environment_bytes = starter.environment_bytes(0);
        Ok(Measured { block, environment_bytes, before, after, held: set.held(), strays })
    }

    fn cover<Folder: AsRef<Path>>(&mut self, set: &CopySet<Folder>) -> io::Result<()> {
        let Ok(mounts) = &mut self.mounts else { return Ok(()) };
        mounts.uncover()?;
        set.covers().try_for_each(|(place, copy)| mounts.cover(place, copy))
    }

    fn environment(&self, command: &Command<'_>, request: &Request) -> Vec<(String, String)> {
        let mut env = command.env.to_vec();
        env.extend(request.condition.variable(self.cpus()));
        env.push((PADDING.to_owned(), "x".repeat(request.padding)));
        env
    }
}
