//! Programs that misbehave, and places that cannot be written to: a row with its reason or a clear error.

use super::Bench;
use super::bench::config;

/// Runs a program whose main function is given; gives status and reason of its first case.
fn row_of(main: &str, status: i32) -> (String, String) {
    let bench = Bench::new();
    config(&bench, &format!("package main\n\nimport \"os\"\n\nfunc main() {{\n\t{main}\n}}\n"));
    bench.call("run --config mine --variants static,pie-internal --budget 500ms").with(status);
    let rows = bench.table("results/local/artifacts.csv");
    assert!(bench.read("report/local/report.md").contains("prog"));
    (rows[0].get("status").to_owned(), rows[0].get("reason").to_owned())
}

#[test]
fn a_wrong_answer_is_a_failed_case() {
    let (status, reason) = row_of("os.Stdout.WriteString(\"2\\n\")", 3);
    assert_eq!((status.as_str(), reason.as_str()), ("failed", "start: printed \"2\\n\" instead of \"1\\n\""));
}

#[test]
fn a_crash_is_a_failed_case() {
    let (status, reason) = row_of("os.Exit(7)", 3);
    assert_eq!(
        (status.as_str(), reason.as_str()),
        ("failed", "start: exit status 7 instead of exit status 0")
    );
    let (status, reason) = row_of("os.Stdout.WriteString(\"1\\n\"); panic(\"gone\")", 3);
    assert!(status == "failed" && reason.contains("gone"), "{reason}");
}

#[test]
fn a_program_that_hangs_is_a_failed_case() {
    let (status, reason) = row_of("os.Stdout.WriteString(\"1\\n\"); for { }", 3);
    assert!(status == "failed" && reason.contains("did not end within"), "{reason}");
}

#[test]
fn a_program_that_does_not_compile_is_a_failed_case() {
    let (status, reason) = row_of("os.NoSuchThing()", 3);
    assert!(status == "failed" && reason.contains("NoSuchThing"), "{reason}");
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    let bench = Bench::new();
    bench.write("results", "a file where the folder should be");
    bench.call("run --programs hello --variants static,control").with(3).says("results").says("hint: ");
}

#[test]
fn a_cache_that_cannot_be_made_is_named() {
    let bench = Bench::new();
    bench.write("cache", "a file where the folder should be");
    let output = bench.gopie("run").env("XDG_CACHE_HOME", bench.path("cache")).output().expect("starts");
    super::bench::done(&output).with(2).says("cache").says("XDG_CACHE_HOME");
}
