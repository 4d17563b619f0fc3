//! A block: rounds of starts in shuffled order, until its time is up.

use std::io;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::controls::Controls;
use super::runner::Runner;
use crate::interrupt;
use crate::sys::spawn::{End, Outcome};

/// The sentinel is started after no fewer starts of arms than this, at the beginning of a round: it takes a small
/// share of the time, and a block of a second still has enough of them for one slow one not to be many.
const STARTS_A_SENTINEL: usize = 8;

/// What a block is to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockSpec {
    /// How long it lasts; at least one round is run.
    pub(super) time: Duration,
    /// How long a start may take.
    pub(super) limit: Duration,
    /// Seed of the shuffles.
    pub(super) seed: u64,
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
    /// Wall times of the sentinel's starts.
    pub sentinel: Vec<Duration>,
    /// Finished rounds.
    pub rounds: u32,
    /// From the first start to the last end.
    pub time: Duration,
    /// What the machine was doing meanwhile.
    pub controls: Controls,
}

/// Runs rounds that are not kept: they fault the files in, in an order that is drawn like any other, lest an arm
/// gain or lose by being the first. What hangs is not started again here: each time would take the whole limit.
pub(super) fn warm_up<R: Runner>(
    runner: &mut R,
    rounds: u32,
    limit: Duration,
    seed: u64,
) -> anyhow::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(!seed);
    let mut order: Vec<usize> = (0..runner.arms()).collect();
    for _ in 0..rounds {
        order.shuffle(&mut random);
        for arm in &order {
            interrupt::check()?;
            let outcome = retry_interrupted(|| runner.start(*arm, limit))?;
            if outcome.end == End::Timeout {
                return Ok(());
            }
        }
        retry_interrupted(|| runner.sentinel(limit))?;
    }
    Ok(())
}

/// Runs a block. A start that ends otherwise than it should is kept with how it ended; the caller leaves it
/// out. One that has to be killed at the time limit ends the block, and its round is not finished. Ctrl-C ends the block with an error and nothing is kept.
pub(super) fn run_block<R: Runner>(runner: &mut R, spec: &BlockSpec) -> anyhow::Result<Block> {
    let mut random = ChaCha8Rng::seed_from_u64(spec.seed);
    let mut order: Vec<usize> = (0..runner.arms()).collect();
    let mut since_sentinel = STARTS_A_SENTINEL;
    let before = Controls::now();
    let begin = Instant::now();
    let mut starts = Vec::new();
    let mut sentinel = Vec::new();
    let mut rounds = 0;
    'rounds: while rounds == 0 || begin.elapsed() < spec.time {
        if since_sentinel >= STARTS_A_SENTINEL {
            since_sentinel = 0;
            let outcome = retry_interrupted(|| runner.sentinel(spec.limit))?;
            sentinel.extend(outcome.map(|outcome| outcome.wall));
        }
        since_sentinel += order.len();
        order.shuffle(&mut random);
        for (position, arm) in (0..).zip(&order) {
            interrupt::check()?;
            let outcome = retry_interrupted(|| runner.start(*arm, spec.limit))?;
            starts.push(Start { arm: *arm, round: rounds, position, outcome });
            if outcome.end == End::Timeout {
                break 'rounds;
            }
        }
        rounds += 1;
    }
    let time = begin.elapsed();
    Ok(Block { starts, sentinel, rounds, time, controls: Controls::now().since(&before) })
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

    /// A runner without processes: arm `n` takes `n` milliseconds.
    #[derive(Default)]
    struct Mock {
        arms: usize,
        started: Vec<usize>,
        sentinels: u32,
        /// An arm that never ends.
        hangs: Option<usize>,
    }

    fn outcome(wall: Duration) -> Outcome {
        Outcome {
            end: End::Status(0),
            wall,
            cpu: wall,
            minor_faults: 0,
            major_faults: 0,
            voluntary_switches: 0,
            involuntary_switches: 0,
        }
    }

    impl Runner for Mock {
        fn arms(&self) -> usize {
            self.arms
        }

        fn start(&mut self, arm: usize, _: Duration) -> io::Result<Outcome> {
            self.started.push(arm);
            let end = if self.hangs == Some(arm) { End::Timeout } else { End::Status(0) };
            Ok(Outcome { end, ..outcome(Duration::from_millis(arm as u64)) })
        }

        fn sentinel(&mut self, _: Duration) -> io::Result<Option<Outcome>> {
            self.sentinels += 1;
            Ok(Some(outcome(Duration::from_micros(7))))
        }
    }

    fn spec(seed: u64) -> BlockSpec {
        BlockSpec { time: Duration::from_micros(200), limit: Duration::from_secs(1), seed }
    }

    #[test]
    fn each_round_starts_every_arm_once() {
        let mut mock = Mock { arms: 5, ..Mock::default() };
        warm_up(&mut mock, 2, Duration::from_secs(1), 1).expect("runs");
        assert_eq!((mock.started.len(), mock.sentinels), (10, 2));
        let block = run_block(&mut mock, &spec(1)).expect("runs");
        assert_eq!(block.starts.len(), 5 * block.rounds as usize);
        assert_eq!(mock.started.len(), block.starts.len() + 10);
        // Five starts are fewer than eight, ten are not.
        assert_eq!(block.sentinel.len(), block.rounds.div_ceil(2) as usize);
        for round in block.starts.chunks(5) {
            let mut arms: Vec<usize> = round.iter().map(|start| start.arm).collect();
            arms.sort_unstable();
            assert_eq!(arms, [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn what_hangs_is_started_once_in_a_block() {
        let mut mock = Mock { arms: 3, hangs: Some(1), ..Mock::default() };
        let times = |mock: &Mock| mock.started.iter().filter(|arm| **arm == 1).count();
        warm_up(&mut mock, 2, Duration::from_secs(1), 1).expect("runs");
        assert_eq!(times(&mock), 1);
        let block = run_block(&mut mock, &spec(1)).expect("runs");
        assert_eq!((times(&mock), block.rounds), (2, 0));
        assert_eq!(block.starts.last().map(|start| start.outcome.end), Some(End::Timeout));
    }

    #[test]
    fn the_order_changes_and_the_seed_fixes_it() {
        let order = |seed| {
            let mut mock = Mock { arms: 6, ..Mock::default() };
            let mut spec = spec(seed);
            spec.time = Duration::from_millis(2);
            run_block(&mut mock, &spec).expect("runs");
            mock.started.chunks(6).take(8).map(<[usize]>::to_vec).collect::<Vec<_>>()
        };
        let first = order(1);
        assert!(first.windows(2).any(|pair| pair[0] != pair[1]), "no round differs from the one before");
        assert_eq!(first[0], order(1)[0]);
    }
}
