//! Reading: the facts of a small, a medium and a large binary, and a run with its analysis and its report.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use gopie::config::RunKind;
use gopie::pipeline::{self, Options};
use gopie::results::Run;
use gopie::{elf, report};

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    inspect(&mut criterion)?;
    run(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

fn inspect(criterion: &mut Criterion) -> anyhow::Result<()> {
    let mut options = Options::new(RunKind::Default);
    options.programs = vec!["hello".to_owned(), "httpget".to_owned()];
    options.variants = vec!["pie-internal".to_owned()];
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for startable in pipeline::startables(&options)? {
        files.push((startable.case.program.clone(), fs::read(&startable.path)?));
    }
    // The largest at hand: this very program, with its debug data.
    files.push(("gopie".to_owned(), fs::read(std::env::current_exe()?)?));
    files.sort_by_key(|(_, bytes)| bytes.len());
    let mut group = criterion.benchmark_group("inspect");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    for ((_, bytes), size) in files.iter().zip(["small", "medium", "large"]) {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(size, |bencher| bencher.iter(|| elf::read(black_box(bytes))));
    }
    group.finish();
    Ok(())
}

fn run(criterion: &mut Criterion) -> anyhow::Result<()> {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/reference");
    let run = Run::load(&reference)?;
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    group.bench_function("load", |bencher| bencher.iter(|| Run::load(black_box(&reference))));
    group
        .bench_function("analyse", |bencher| bencher.iter(|| pipeline::analyse_again(black_box(&reference))));
    group.bench_function("report", |bencher| bencher.iter(|| report::render(black_box(&run))));
    group.finish();
    Ok(())
}
