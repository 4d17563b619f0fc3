//! Starting every variant of every program, as `startup/PROGRAM/VARIANT`.
//!
//! The variants of a program are interleaved: one iteration of any of these benches is a round in which each is
//! started once, in shuffled order, pinned to one CPU, from copies all written the same way; the bench's own
//! variant is what it reports. So whatever drifts falls on all variants alike.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use gopie::build::store;
use gopie::cache::Cache;
use gopie::config::RunKind;
use gopie::measure::{self, Command, Condition, Recipe, Request, Runner, Sitting, Starter};
use gopie::pipeline::{self, Options, Startable};
use gopie::sys::spawn::End;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

const LIMIT: Duration = Duration::from_secs(10);

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    let mut options = Options::new(RunKind::Default);
    options.programs = wanted(&options, std::env::args().skip(1))?;
    let startables = pipeline::startables(&options)?;
    let mut programs: BTreeMap<&str, Vec<&Startable>> = BTreeMap::new();
    for startable in &startables {
        programs.entry(&startable.case.program).or_default().push(startable);
    }
    for (program, variants) in programs {
        bench_program(&mut criterion, program, &variants)?;
    }
    criterion.final_summary();
    Ok(())
}

/// The program that a filter names, as `startup/PROGRAM` or `startup/PROGRAM/VARIANT`: no other one need be built.
/// None, which is all of them, where there is no filter or another one.
fn wanted(options: &Options, args: impl Iterator<Item = String>) -> anyhow::Result<Vec<String>> {
    let named = |arg: String| Some(arg.strip_prefix("startup/")?.split('/').next()?.to_owned());
    let named: Vec<String> = args.filter_map(named).collect();
    let plan = pipeline::plan(options)?;
    let is_there = |name: &String| plan.cases.iter().any(|case| case.program == *name);
    Ok(if named.iter().all(is_there) { named } else { Vec::new() })
}

fn bench_program(criterion: &mut Criterion, program: &str, variants: &[&Startable]) -> anyhow::Result<()> {
    let paths: Vec<&Path> = variants.iter().map(|one| one.path.as_path()).collect();
    let libraries = measure::libraries(paths.iter().copied())?;
    let scratch = Cache::open()?.scratch()?;
    let command = Command { args: &variants[0].args, env: &variants[0].env };
    let mut sitting = Sitting::here(libraries)?;
    let mut set = sitting.lay_out(scratch, program, paths, (Recipe::Faulted, 1), &store::write)?;
    let time = Duration::ZERO;
    let request = Request { condition: Condition::PINNED, time, limit: LIMIT, seed: 1, padding: 0 };
    bench_variants(criterion, program, variants, &mut sitting.starter(&mut set, &[command], &request)?);
    Ok(())
}

fn bench_variants(criterion: &mut Criterion, program: &str, variants: &[&Startable], starter: &mut Starter) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut order: Vec<usize> = (0..variants.len()).collect();
    let mut group = criterion.benchmark_group(format!("startup/{program}"));
    group.sampling_mode(SamplingMode::Flat).sample_size(30);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    for (arm, variant) in variants.iter().enumerate() {
        group.bench_function(&variant.case.variant, |bencher| {
            bencher.iter_custom(|rounds| {
                let mut own = Duration::ZERO;
                for _ in 0..rounds {
                    order.shuffle(&mut random);
                    for started in &order {
                        let outcome =
                            starter.start(*started, LIMIT).expect("what was checked can be started");
                        assert_eq!(outcome.end, End::Status(variants[*started].status));
                        own += if *started == arm { outcome.wall } else { Duration::ZERO };
                    }
                }
                own
            });
        });
    }
    group.finish();
}
