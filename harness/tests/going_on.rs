//! Runs that are cut off, and two at once.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::Bench;

const RUN: &str = "run --programs hello --variants static,control,pie-internal --budget 8s";

/// Starts a run and waits until some blocks are finished.
fn under_way(bench: &Bench) -> Child {
    let mut child = bench.gopie(RUN).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    let begin = Instant::now();
    while blocks(&bench.path("results/local/partial")).len() < 3 {
        assert!(begin.elapsed() < Duration::from_secs(600), "no block was finished");
        assert!(child.try_wait().expect("is a child").is_none(), "it ended too early");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn blocks(partial: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(partial) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut all: Vec<_> = json
        .filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), fs::read(&path).ok()?)))
        .collect();
    all.sort();
    all
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("is a pid")).expect("is a pid");
    kill_process(pid, signal).expect("signals");
}

#[test]
fn a_run_cut_off_goes_on_where_it_was() {
    for (how, status) in [(Signal::INT, Some(130)), (Signal::TERM, Some(130)), (Signal::KILL, None)] {
        let bench = Bench::new();
        let child = under_way(&bench);
        signal(&child, how);
        let done = super::bench::done(&child.wait_with_output().expect("ends"));
        assert_eq!(done.status, status, "{}", done.stderr);
        if status.is_some() {
            assert!(done.stderr.contains("interrupted"), "{}", done.stderr);
        }
        let kept = blocks(&bench.path("results/local/partial"));
        assert!(kept.len() >= 3);
        bench.call("report local").with(3).says("cut off").says("hint: ");

        bench.call(RUN).with(0).says("going on with");
        assert!(!bench.path("results/local-2").exists());
        let info = bench.json("results/local/run.json");
        assert_eq!((&info["resumed"], info["finished"].is_string()), (&1.into(), true));
        let table = bench.table("results/local/blocks.csv");
        let numbers: Vec<&str> = table.iter().map(|row| row.get("block")).collect();
        // Over ten sets of copies two blocks pinned, and where there are several CPUs two scheduled and two crossed;
        // over ten layouts one.
        let several = std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1);
        assert_eq!(numbers.len(), 10 * if several { 6 } else { 2 } + 10, "{numbers:?}");
        assert_eq!(numbers.iter().collect::<std::collections::BTreeSet<_>>().len(), numbers.len());
        for (_, bytes) in kept {
            let block: serde_json::Value = serde_json::from_slice(&bytes).expect("is JSON");
            let block = &block["block"];
            let number = block["block"].to_string();
            let row = table.iter().find(|row| row.get("block") == number).expect("is there");
            assert_eq!(row.get("rounds"), block["rounds"].to_string(), "a finished block was measured again");
        }
        assert!(!bench.path("results/local/partial").exists() && !bench.path("results/local/.lock").exists());
    }
}

#[test]
fn another_plan_gets_another_number() {
    let bench = Bench::new();
    let child = under_way(&bench);
    signal(&child, Signal::INT);
    child.wait_with_output().expect("ends");
    bench.call("run --programs hello --variants static,control --budget 500ms").with(0);
    assert!(bench.path("results/local-2/estimates.csv").exists());
    assert_eq!(bench.json("results/local/run.json")["finished"], serde_json::Value::Null);
}

#[test]
fn a_second_gopie_in_the_same_folder_is_refused() {
    let bench = Bench::new();
    let child = under_way(&bench);
    bench.call(RUN).with(2).says("another gopie is writing to").says("hint: ");
    signal(&child, Signal::INT);
    child.wait_with_output().expect("ends");
}

#[test]
fn a_lock_file_left_behind_is_no_obstacle() {
    let bench = Bench::new();
    bench.write("results/local/.lock", "");
    bench.call("run --programs hello --variants static,control --budget 500ms").with(0);
    assert!(bench.path("results/local/estimates.csv").exists());
}
