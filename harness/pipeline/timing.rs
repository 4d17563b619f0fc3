//! Timed starts of a run: block after block, each kept as soon as it is finished.
//!
//! For every set of fresh copies and every program, in shuffled order, one block pinned and one scheduled.
//! Blocks are short and the programs alternate, so that whatever changes over minutes falls on all alike.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::prepare::{Prepared, surroundings};
use super::rows;
use super::stages::find;
use crate::build::{Outcome, store};
use crate::cache::Cache;
use crate::measure::{Affinity, Arm, BlockSpec, Copies, Starter, run_block};
use crate::plan::{Case, Timed};
use crate::results::RunFolder;
use crate::ui::Phase;
use crate::{answers, interrupt};

const WARM_UP_ROUNDS: u32 = 2;
const LEAST_BLOCK: Duration = Duration::from_millis(20);

/// The two blocks of one program on one set of copies.
struct Pair<'a> {
    first_block: u32,
    copy: u32,
    timed: &'a Timed,
    order: [Affinity; 2],
    time: Duration,
}

/// Measures whatever of the plan is not there yet.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &[Outcome],
) -> Result<()> {
    let pairs = pairs(timed, prepared);
    let phase = Phase::new("measure", 2 * pairs.len());
    for pair in pairs {
        interrupt::check()?;
        let blocks = [pair.first_block, pair.first_block + 1];
        if blocks.iter().all(|block| folder.has_block(*block)) {
            for _ in blocks {
                phase.step("done before");
            }
            continue;
        }
        measure_pair(folder, cache, prepared, &pair, outcomes, &phase)?;
    }
    Ok(())
}

/// The same pairs, in the same order, for the same plan and seed.
fn pairs<'a>(timed: &'a [Timed], prepared: &Prepared) -> Vec<Pair<'a>> {
    let sampling = &prepared.info.sampling;
    let mut random = ChaCha8Rng::seed_from_u64(sampling.seed);
    let arms: usize = timed.iter().map(|one| one.variants.len()).sum();
    let mut pairs = Vec::new();
    let mut first_block = 0;
    for copy in 0..sampling.copies {
        let mut order: Vec<&Timed> = timed.iter().collect();
        order.shuffle(&mut random);
        for one in order {
            let share = one.variants.len() as f64 / arms as f64;
            let seconds = sampling.budget_seconds * share / f64::from(2 * sampling.copies);
            let mut affinities = Affinity::ALL;
            affinities.shuffle(&mut random);
            let time = Duration::from_secs_f64(seconds).max(LEAST_BLOCK);
            pairs.push(Pair { first_block, copy, timed: one, order: affinities, time });
            first_block += 2;
        }
    }
    pairs
}

fn measure_pair(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    pair: &Pair<'_>,
    outcomes: &[Outcome],
    phase: &Phase,
) -> Result<()> {
    let program = prepared.programs.iter().find(|program| program.name == pair.timed.program);
    let program = program.context("the program is not configured")?;
    let cases: Vec<Case> = pair.timed.variants.iter().map(|name| pair.timed.case(name)).collect();
    let artifacts: Vec<PathBuf> =
        cases.iter().filter_map(|case| Some(find(outcomes, case)?.path.clone())).collect();
    phase.now(&format!("{} copy {}", program.name, pair.copy));
    let copies =
        Copies::make(cache.scratch()?, &program.name, artifacts.iter().map(PathBuf::as_path), store::write)?;
    let scratch = cache.scratch()?;
    let around = surroundings(cache, prepared, &pair.timed.toolchain);
    let (args, env) = answers::start_command(program, &around, scratch.path());
    let env: Vec<(String, String)> = env.into_iter().collect();
    let arms = copies.paths().iter().map(|path| Arm { program: path, args: &args, env: &env });
    let mut starter = Starter::new(arms)?;
    for (block, affinity) in (pair.first_block..).zip(pair.order) {
        if folder.has_block(block) {
            phase.step("done before");
            continue;
        }
        let spec = BlockSpec {
            affinity,
            time: pair.time,
            limit: answers::START_LIMIT,
            warm_up_rounds: WARM_UP_ROUNDS,
            seed: prepared.info.sampling.seed ^ (u64::from(block) << 32),
        };
        let done = run_block(&mut starter, cases.len(), &spec)
            .with_context(|| format!("while starting {}", program.name))?;
        let bytes = starter.environment_bytes(0);
        let file = rows::block(&done, block, affinity, pair.copy, &cases, program.start.status, bytes);
        folder.keep_block(&file)?;
        phase.step(&format!("{} copy {} {}", program.name, pair.copy, affinity.word()));
    }
    Ok(())
}
