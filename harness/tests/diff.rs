//! `gopie diff` over real files: this program, and the program of these tests.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Bench;

fn files() -> [PathBuf; 2] {
    [env!("CARGO_BIN_EXE_gopie").into(), std::env::current_exe().expect("has a path")]
}

/// Sum of one side of some rows.
fn sum(rows: &Value, side: &str) -> u64 {
    rows.as_array().expect("rows").iter().map(|row| row[side].as_u64().expect("a number")).sum()
}

fn document(bench: &Bench, old: &Path, new: &Path) -> Value {
    let done = bench.call(&format!("diff --format json {} {}", old.display(), new.display())).with(0);
    serde_json::from_str(&done.stdout).expect("is JSON")
}

#[test]
fn the_parts_add_up_on_both_sides() {
    let bench = Bench::new();
    let files = files();
    let document = document(&bench, &files[0], &files[1]);
    for (side, path) in ["old", "new"].into_iter().zip(&files) {
        let size = fs::metadata(path).expect("is there").len();
        assert_eq!(document["file_size"][side], size);
        assert_eq!(sum(&document["meanings"], side), size, "meanings, {side}");
        assert_eq!(sum(&document["sections"], side), size, "sections, {side}");
        assert_eq!(sum(&document["relocation_types"], side), document["relocations"][side]);
    }
    assert_eq!(document["packages"], Value::Null, "neither is a Go program");
}

#[test]
fn a_difference_is_status_1_where_that_is_asked_for() {
    let bench = Bench::new();
    let [old, new] = files().map(|path| path.display().to_string());
    bench.call(&format!("diff {old} {new}")).with(0);
    bench.call(&format!("diff --exit-code {old} {new}")).with(1);
    let same = bench.call(&format!("diff --exit-code {old} {old}")).with(0);
    assert!(same.stdout.contains("the same to the byte"), "{}", same.stdout);
    // One byte that changes no size is a difference too.
    let mut bytes = fs::read(&old).expect("reads");
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    fs::write(bench.path("changed"), bytes).expect("writes");
    let changed = bench.call(&format!("diff --exit-code {old} changed")).with(1);
    assert!(changed.stdout.contains("not the same bytes"), "{}", changed.stdout);
}

#[test]
fn a_plot_is_drawn_in_the_format_of_its_name() {
    let bench = Bench::new();
    let [old, new] = files().map(|path| path.display().to_string());
    bench.call(&format!("diff --plot went.svg {old} {new}")).with(0);
    assert!(bench.read("went.svg").starts_with("<svg"));
    bench.call(&format!("diff --plot went.png {old} {new}")).with(0);
    assert!(fs::read(bench.path("went.png")).expect("is there").starts_with(b"\x89PNG"));
    bench.call(&format!("diff --plot went.jpg {old} {new}")).with(2).says("went.jpg").says("hint: ");
    bench.call(&format!("diff --plot no/went.svg {old} {new}")).with(3).says("no/went.svg");
}

#[test]
fn what_cannot_be_read_is_named() {
    let bench = Bench::new();
    let [old, _] = files().map(|path| path.display().to_string());
    bench.call(&format!("diff {old} nowhere")).with(3).says("nowhere");
    bench.call(&format!("diff {old} .")).with(3).says("cannot read .");
    bench.write("text", "no ELF file");
    bench.call(&format!("diff text {old}")).with(3).says("text: not an ELF file").says("hint: ");
    let bytes = fs::read(&old).expect("reads");
    fs::write(bench.path("cut"), &bytes[..bytes.len() / 2]).expect("writes");
    bench.call(&format!("diff {old} cut")).with(3).says("cut: truncated");
}
