use std::fs;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::tempdir;

use super::builds::BUILDS;
use super::folder::{ARTIFACTS, BLOCKS, ESTIMATES, FACTS, SAMPLES, STARTS};
use super::ladder::LADDER;
use super::layouts::LAYOUTS;
use super::libraries::LIBRARIES;
use super::memory::MEMORY;
use super::traces::TRACES;
use super::*;
use crate::config::RunKind;
use crate::hint::hints;
use crate::machine::Machine;

fn info(name: &str, plan: &str) -> RunInfo {
    let sampling = Sampling {
        budget_seconds: 1.0,
        ladder_seconds: 0.0,
        copies: 2,
        seed: 1,
        timeout_seconds: 1.0,
        layouts: 0,
    };
    let harness = Harness { version: "0".to_owned(), commit: "c".to_owned(), profile: "debug".to_owned() };
    RunInfo {
        schema: SCHEMA,
        name: name.to_owned(),
        command: Vec::new(),
        kind: RunKind::Quick,
        started: String::new(),
        finished: None,
        resumed: 0,
        harness,
        machine: Machine::default(),
        toolchains: Vec::new(),
        targets: Vec::new(),
        missing: Vec::new(),
        cross: std::collections::BTreeMap::new(),
        facts_only: false,
        c_compiler: None,
        own_compilers: Vec::new(),
        strip: None,
        build_place: None,
        sampling,
        programs: Vec::new(),
        rungs: Vec::new(),
        variants: Vec::new(),
        contrasts: Vec::new(),
        plan_sha256: plan.to_owned(),
        not_measured: Vec::new(),
    }
}

fn start(number: u64, block: u32) -> StartRow {
    StartRow {
        start: number,
        case: "a/b/c/d".to_owned(),
        affinity: "pinned".to_owned(),
        gomaxprocs: "1".to_owned(),
        cache: "written".to_owned(),
        layout: "default".to_owned(),
        copy: 0,
        block,
        round: 0,
        position: 0,
        environment_bytes: 7,
        status: StartStatus::WrongStatus,
    }
}

fn sample(start: u64) -> SampleRow {
    SampleRow { start, metric: "cpu-time".to_owned(), unit: "seconds".to_owned(), value: 0.25 }
}

fn block(number: u32) -> BlockRow {
    BlockRow {
        block: number,
        program: "a".to_owned(),
        affinity: "pinned".to_owned(),
        cpu: Some(1),
        rounds: 1,
        seconds: 0.5,
        cpu_pressure_seconds: Some(0.0),
        ..BlockRow::default()
    }
}

fn reading(status: &str, value: Option<u64>) -> MemoryRow {
    MemoryRow {
        case: "a/b/c/d".to_owned(),
        condition: "n-copies".to_owned(),
        copy: 7,
        copies_at_once: 32,
        metric: "proportional".to_owned(),
        unit: "bytes".to_owned(),
        value,
        status: status.to_owned(),
        reason: String::new(),
    }
}

/// A row's header is that of its columns, and it comes back as it was, from an empty table too.
fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(row: T, header: &[&str]) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.serialize(&row).expect("serialises");
    let bytes = writer.into_inner().expect("flushes");
    let first = String::from_utf8(bytes).expect("is text").lines().next().map(str::to_owned);
    assert_eq!(first, Some(header.join(",")));

    let folder = tempdir().expect("a folder");
    let rows = [row];
    for name in ["table.csv", "table.csv.gz"] {
        let path = folder.path().join(name);
        table::write::<T>(&path, &[], header).expect("writes");
        assert_eq!(table::read::<T>(&path).expect("reads"), []);
        table::write(&path, &rows, header).expect("writes");
        let bytes = fs::read(&path).expect("reads");
        assert_eq!(table::read::<T>(&path).expect("reads"), rows);
        table::write(&path, &rows, header).expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), bytes, "the same rows give other bytes");
    }
}

#[test]
fn every_row_comes_back_as_it_was() {
    there_and_back(start(3, 1), &STARTS);
    there_and_back(sample(3), &SAMPLES);
    there_and_back(
        LibraryRow { path: "/lib/ld, so".to_owned(), loader: true, sha256: "ab".repeat(32) },
        &LIBRARIES,
    );
    there_and_back(block(2), &BLOCKS);
    there_and_back(reading("ok", Some(4096)), &MEMORY);
    there_and_back(reading("ended", None), &MEMORY);
    there_and_back(
        TraceRow {
            case: "a/b/c/d".to_owned(),
            tool: "inittrace".to_owned(),
            key: "a \"b\", c".to_owned(),
            start: 7,
            unit: "seconds".to_owned(),
            value: Some(0.1),
            status: "ok".to_owned(),
            text: String::new(),
        },
        &TRACES,
    );
    there_and_back(
        FactRow {
            case: "a,\"b\"".to_owned(),
            metric: "needed".to_owned(),
            key: "lib\nc".to_owned(),
            unit: "count".to_owned(),
            number: Some(u64::MAX),
            text: String::new(),
        },
        &FACTS,
    );
    there_and_back(
        BuildRow {
            step: "link".to_owned(),
            case: "a/b/c/d".to_owned(),
            repeat: 1,
            position: 2,
            wall_seconds: Some(0.25),
            cpu_seconds: None,
            peak_bytes: Some(1024),
            reason: String::new(),
        },
        &BUILDS,
    );
    there_and_back(
        LayoutRow {
            case: "a/b/c/d".to_owned(),
            layout: "7".to_owned(),
            sha256: String::new(),
            size: None,
            status: Status::Skipped,
            reason: "the same bytes".to_owned(),
        },
        &LAYOUTS,
    );
    there_and_back(
        ArtifactRow {
            id: "a/b/c/d".to_owned(),
            program: "a".to_owned(),
            variant: "b".to_owned(),
            toolchain: "c".to_owned(),
            target: "d/e".to_owned(),
            stripped: true,
            status: Status::Unsupported,
            reason: "two\nlines".to_owned(),
            cgo_enabled: String::new(),
            sha256: String::new(),
            size: None,
            command: "go 'build'".to_owned(),
            environment: "A=b".to_owned(),
        },
        &ARTIFACTS,
    );
    there_and_back(
        EstimateRow {
            kind: "contrast".to_owned(),
            name: "n".to_owned(),
            program: "p".to_owned(),
            toolchain: "t".to_owned(),
            target: "a/b".to_owned(),
            metric: "cpu-time".to_owned(),
            condition: "pinned".to_owned(),
            statistic: "ratio".to_owned(),
            unit: "ratio".to_owned(),
            estimate: 1.1,
            low: None,
            high: Some(0.1 + 0.2),
            confidence: 0.95,
            units: 1,
            starts: 2,
            ..EstimateRow::default()
        },
        &ESTIMATES,
    );
}

#[test]
fn a_rung_comes_back_as_it_was() {
    there_and_back(
        LadderRow {
            contrast: "c".to_owned(),
            program: "p".to_owned(),
            toolchain: "t".to_owned(),
            target: "a/b".to_owned(),
            metric: "cpu-time".to_owned(),
            role: LadderRole::Rung,
            relocations: -3,
            pages: 2,
            unit: "seconds".to_owned(),
            difference: 0.1 + 0.2,
            low: 0.1,
            high: 0.5,
            units: 8,
            fitted: 0.25,
            fitted_low: -0.0,
            fitted_high: 1e-9,
            residual: -0.05,
        },
        &LADDER,
    );
}

#[test]
fn a_damaged_table_is_an_error_with_its_line() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("samples.csv");
    fs::write(&path, "start,metric,unit,value\n1,cpu-time,seconds,0.5\n2,cpu-time,seconds,fast\n")
        .expect("writes");
    let error = table::read::<SampleRow>(&path).expect_err("is damaged");
    let text = format!("{error:#}");
    assert!(text.contains("samples.csv") && text.contains("line: 3") && text.contains("field 3"), "{text}");
    let path = folder.path().join("samples.csv.gz");
    table::write(&path, &[sample(1)], &SAMPLES).expect("writes");
    let bytes = fs::read(&path).expect("reads");
    fs::write(&path, &bytes[..bytes.len() - 9]).expect("writes");
    assert!(table::read::<SampleRow>(&path).is_err());
}

#[test]
fn a_run_goes_on_or_gets_a_number() {
    let results = tempdir().expect("a folder");
    let open = |plan| RunFolder::open(results.path(), info("local", plan)).expect("opens");
    let names = |folder: &RunFolder| (folder.info().name.clone(), folder.info().resumed);

    let first = open("plan");
    let file = BlockFile { block: block(0), starts: vec![start(0, 0)], samples: vec![sample(0)] };
    first.keep_block(&file).expect("keeps");
    let busy = RunFolder::open(results.path(), info("local", "plan")).expect_err("is locked");
    assert!(busy.to_string().contains("another gopie"), "{busy}");
    assert!(!hints(&busy).is_empty());
    drop(first);

    // Another plan does not touch it; the same one goes on.
    assert_eq!(names(&open("another")), ("local-2".to_owned(), 0));
    let again = open("plan");
    assert_eq!(names(&again), ("local".to_owned(), 1));
    assert!(again.has_block(0) && !again.has_block(1));
    let file = BlockFile { block: block(1), starts: vec![start(0, 1)], samples: vec![sample(0)] };
    again.keep_block(&file).expect("keeps");
    // Memory is kept program by program, and put together in their order.
    let readings = [reading("ok", Some(1)), reading("forked", None)];
    again.keep_memory_of(1, &readings[1..]).expect("keeps");
    assert!(again.has_memory(1) && !again.has_memory(0));
    again.keep_memory_of(0, &readings[..1]).expect("keeps");
    let (memory, memory_sha256) = again.keep_memory(3).expect("keeps");
    assert_eq!(memory, readings);
    again.keep_artifacts(&[]).expect("keeps");
    again.keep_facts(&[]).expect("keeps");
    let (samples, sha256) = again.keep_samples().expect("keeps");
    let numbers: Vec<u64> = samples.samples.iter().map(|sample| sample.start).collect();
    assert_eq!((samples.blocks.len(), numbers), (2, vec![0, 1]));
    let path = again.finish(&[], Vec::new(), "now".to_owned()).expect("finishes");

    // What is finished is read, and never opened again.
    let run = Run::load(&path).expect("loads");
    assert_eq!((run.blocks.len(), run.info.finished.as_deref()), (2, Some("now")));
    assert_eq!(load_samples(&path).expect("loads").1, sha256);
    assert_eq!(load_memory(&path).expect("loads"), (run.memory, memory_sha256));
    fs::remove_file(path.join("memory.csv.gz")).expect("removes");
    assert_eq!(Run::load(&path).expect("loads").memory, []);
    assert_eq!(names(&open("plan")), ("local-3".to_owned(), 0));
    assert!(!path.join(".lock").exists());
}

#[test]
fn somebodys_folder_is_left_alone() {
    let results = tempdir().expect("a folder");
    fs::create_dir(results.path().join("local")).expect("makes");
    fs::write(results.path().join("local/thesis.txt"), "years of work").expect("writes");
    let folder = RunFolder::open(results.path(), info("local", "plan")).expect("opens");
    assert_eq!(folder.info().name, "local-2");
    assert_eq!(fs::read_dir(results.path().join("local")).expect("is there").count(), 1);
}

#[test]
fn every_column_of_blocks_and_estimates_is_documented() {
    let documented = include_str!("../../docs/formats.md");
    let header = |text: Vec<u8>| String::from_utf8(text).expect("is text");
    let mut all = String::new();
    for row in [
        header({
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.serialize(BlockRow::default()).expect("writes");
            writer.into_inner().expect("flushes")
        }),
        header({
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.serialize(EstimateRow::default()).expect("writes");
            writer.into_inner().expect("flushes")
        }),
    ] {
        all.extend([row.lines().next().unwrap_or_default(), ","]);
    }
    for column in all.split(',').filter(|column| !column.is_empty()) {
        assert!(documented.contains(&format!("`{column}`")), "{column} is not in docs/formats.md");
    }
}
