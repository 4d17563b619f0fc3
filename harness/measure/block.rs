//! A block: rounds of starts in shuffled order, until its time is up.

use std::io;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::controls::Controls;
use super::runner::Runner;
use crate::interrupt;
use crate::sys::spawn::Outcome;

/// Where the starts may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// On one CPU, the one that gopie itself runs on: Go then sets `GOMAXPROCS` to 1.
    Pinned,
    /// On all CPUs, as the kernel likes.
    Scheduled,
}

impl Affinity {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pinned, Self::Scheduled];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Scheduled => "scheduled",
        }
    }

    /// What Go takes `GOMAXPROCS` to be.
    pub fn gomaxprocs(self) -> &'static str {
        match self {
            Self::Pinned => "1",
            Self::Scheduled => "all",
        }
    }
}

/// What a block is to do.
#[derive(Clone, Copy, Debug)]
pub struct BlockSpec {
    /// Where the starts may run.
    pub affinity: Affinity,
    /// How long it lasts; at least one round is run.
    pub time: Duration,
    /// How long a start may take.
    pub limit: Duration,
    /// Rounds that are run beforehand and not kept: they fault the files in.
    pub warm_up_rounds: u32,
    /// Seed of the shuffles.
    pub seed: u64,
}

/// One start.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Which of the arms.
    pub arm: usize,
    /// Number of the round.
    pub round: u32,
    /// Place within the round.
    pub position: u32,
    /// What it came to.
    pub outcome: Outcome,
}

/// A finished block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The starts, in the order in which they were made.
    pub starts: Vec<Start>,
    /// Finished rounds.
    pub rounds: u32,
    /// From the first start to the last end.
    pub time: Duration,
    /// What the machine was doing meanwhile.
    pub controls: Controls,
    /// The CPU of a pinned block.
    pub cpu: Option<u32>,
}

/// Runs a block over `arms` arms. A start that ends otherwise than it should is kept with how it ended; the
/// caller leaves it out. Ctrl-C ends the block with an error and nothing is kept.
pub fn run_block<R: Runner>(runner: &mut R, arms: usize, spec: &BlockSpec) -> anyhow::Result<Block> {
    let mut random = ChaCha8Rng::seed_from_u64(spec.seed);
    let mut order: Vec<usize> = (0..arms).collect();
    let cpu = runner.settle(spec.affinity)?;
    for _ in 0..spec.warm_up_rounds {
        for arm in &order {
            interrupt::check()?;
            runner.start(*arm, spec.limit)?;
        }
    }
    let before = Controls::now();
    let begin = Instant::now();
    let mut starts = Vec::new();
    let mut rounds = 0;
    while rounds == 0 || begin.elapsed() < spec.time {
        order.shuffle(&mut random);
        for (position, arm) in (0..).zip(&order) {
            interrupt::check()?;
            let outcome = retry_interrupted(|| runner.start(*arm, spec.limit))?;
            starts.push(Start { arm: *arm, round: rounds, position, outcome });
        }
        rounds += 1;
    }
    let time = begin.elapsed();
    Ok(Block { starts, rounds, time, controls: Controls::now().since(&before), cpu })
}

fn retry_interrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> anyhow::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupt::check()?,
            other => return Ok(other?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::spawn::End;

    /// A runner without processes: arm `n` takes `n` milliseconds.
    #[derive(Default)]
    struct Mock {
        started: Vec<usize>,
        settled: Vec<Affinity>,
    }

    impl Runner for Mock {
        fn settle(&mut self, affinity: Affinity) -> io::Result<Option<u32>> {
            self.settled.push(affinity);
            Ok(None)
        }

        fn start(&mut self, arm: usize, _: Duration) -> io::Result<Outcome> {
            self.started.push(arm);
            let wall = Duration::from_millis(arm as u64);
            Ok(Outcome { end: End::Status(0), wall, cpu: wall, minor_faults: 0 })
        }
    }

    fn spec(seed: u64) -> BlockSpec {
        let limit = Duration::from_secs(1);
        let time = Duration::from_micros(200);
        BlockSpec { affinity: Affinity::Pinned, time, limit, warm_up_rounds: 2, seed }
    }

    #[test]
    fn each_round_starts_every_arm_once() {
        let mut mock = Mock::default();
        let block = run_block(&mut mock, 5, &spec(1)).expect("runs");
        assert_eq!(mock.settled, [Affinity::Pinned]);
        assert_eq!(block.starts.len(), 5 * block.rounds as usize);
        assert_eq!(mock.started.len(), block.starts.len() + 2 * 5);
        for round in block.starts.chunks(5) {
            let mut arms: Vec<usize> = round.iter().map(|start| start.arm).collect();
            arms.sort_unstable();
            assert_eq!(arms, [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn the_order_changes_and_the_seed_fixes_it() {
        let order = |seed| {
            let mut mock = Mock::default();
            let mut spec = spec(seed);
            spec.time = Duration::from_millis(2);
            run_block(&mut mock, 6, &spec).expect("runs");
            mock.started[12..].chunks(6).take(8).map(<[usize]>::to_vec).collect::<Vec<_>>()
        };
        let first = order(1);
        assert!(first.windows(2).any(|pair| pair[0] != pair[1]), "no round differs from the one before");
        assert_eq!(first[0], order(1)[0]);
    }
}
