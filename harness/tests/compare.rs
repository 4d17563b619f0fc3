//! `gopie compare`, `verify` and `export` as somebody types them: on programs of the system, and on runs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Bench;

/// A C compiler, or nothing, said.
fn compiler() -> Option<PathBuf> {
    let found = which::which("cc").ok();
    if found.is_none() {
        gopie::ui::say("SKIPPED: there is no C compiler to plant regressions with");
    }
    found
}

/// A program in C, with some flags.
fn program(bench: &Bench, compiler: &Path, name: &str, source: &str, flags: &[&str]) {
    let file = format!("{name}.c").replace('/', "-");
    bench.write(&file, source);
    let path = bench.path(name);
    fs::create_dir_all(path.parent().expect("has a folder")).expect("a folder");
    let done =
        std::process::Command::new(compiler).arg(bench.path(&file)).args(flags).arg("-o").arg(path).status();
    assert!(done.expect("starts").success(), "{name} is compiled");
}

const NOTHING: &str = "int main(void) { return 0; }\n";

#[test]
fn planted_regressions_are_found_and_the_same_bytes_have_none() {
    let Some(compiler) = compiler() else { return };
    let bench = Bench::new();
    let hardened = ["-pie", "-fPIE", "-Wl,-z,relro,-z,now", "-Wl,--build-id"];
    program(&bench, &compiler, "base", NOTHING, &hardened);
    fs::copy(bench.path("base"), bench.path("same")).expect("copies");
    bench.call("compare base same").with(0);
    let grown = "const char more[65536] = {1}; int main(void) { return more[0] - 1; }\n";
    program(&bench, &compiler, "larger", grown, &hardened);
    program(
        &bench,
        &compiler,
        "no-pie",
        NOTHING,
        &["-no-pie", "-fno-PIE", "-Wl,-z,relro,-z,now", "-Wl,--build-id"],
    );
    program(
        &bench,
        &compiler,
        "lazy",
        NOTHING,
        &["-pie", "-fPIE", "-Wl,-z,norelro,-z,lazy", "-Wl,--build-id"],
    );
    let with_library = [&hardened[..], &["-Wl,--no-as-needed", "-lm"]].concat();
    program(&bench, &compiler, "needy", NOTHING, &with_library);
    for (name, fact, cause) in [
        ("larger", "file-size", "likely: section"),
        ("no-pie", "pie", ""),
        ("lazy", "relro", ""),
        ("needy", "needed", "libm.so"),
    ] {
        let done = bench.call(&format!("compare base {name}")).with(1);
        assert!(done.stdout.contains(&format!("REGRESSION {fact}")), "{name}: {}", done.stdout);
        assert!(cause.is_empty() || done.stdout.contains(cause), "{name}: {}", done.stdout);
    }
    // A policy that allows it.
    bench.write(
        "policy.toml",
        "schema = 1\n[[rule]]\nfact = \"needed\"\nkey = \"libm.so*\"\nadded = \"neutral\"\n",
    );
    bench.call("compare --policy policy.toml base needy").with(0);
}

#[test]
fn folders_are_compared_by_path_and_every_format_is_one() {
    let Some(compiler) = compiler() else { return };
    let bench = Bench::new();
    program(&bench, &compiler, "old/bin/tool", NOTHING, &[]);
    program(&bench, &compiler, "new/bin/tool", NOTHING, &["-Wl,--no-as-needed", "-lm"]);
    bench.write("new/README", "no program");
    let json = bench.call("compare --format json --output out.md --output out.xml old new").with(1).stdout;
    let document: Value = serde_json::from_str(&json).expect("is JSON");
    assert_eq!(document["compared"], 1);
    assert_eq!(document["regressions"][0]["change"]["fact"], "needed");
    assert_eq!(document["regressions"][0]["change"]["case"], "bin/tool");
    assert!(bench.read("out.md").contains("| worse"));
    let xml = bench.read("out.xml");
    assert!(xml.starts_with("<?xml") && xml.contains("<failure") && xml.contains("bin/tool"), "{xml}");
    bench.call("compare old new/bin/tool").with(2).says("not of one kind");
    bench.call("compare --output out.pdf old new").with(2).says("out.pdf");
    bench.call("compare --strict old new").with(2).says("--strict is for runs");
    // A damaged file is left out, and said; where only the new side is damaged, that is a loss.
    for side in ["old", "new"] {
        bench.write(&format!("{side}/bin/damaged"), "\x7fELF and no more");
    }
    bench.call("compare old new").with(1).says("left out: ").says("damaged");
}

#[test]
fn a_pair_that_gives_no_answer_hides_none_that_does() {
    let bench = Bench::new();
    for side in ["old", "new"] {
        fs::create_dir_all(bench.path(side)).expect("a folder");
        fs::copy("/bin/true", bench.path(&format!("{side}/well"))).expect("copies");
    }
    fs::copy("/bin/true", bench.path("old/other")).expect("copies");
    fs::copy("/bin/false", bench.path("new/other")).expect("copies");
    let done = bench.call("compare --measure --budget 2s old new").with(3).says("no answer: other");
    assert!(done.stdout.contains("well: "), "{}", done.stdout);
}

#[test]
fn what_cannot_be_compared_is_named() {
    let bench = Bench::new();
    bench.write("text", "no ELF file");
    bench.write("empty/file", "nothing");
    bench.call("compare nowhere text").with(3).says("nowhere").says("hint: ");
    bench.call("compare text text").with(3).says("text: not an ELF file").says("hint: ");
    bench.call("compare empty empty").with(3).says("no ELF file in it");
    bench.write("policy.toml", "schema = 1\n[[rule]]\nfact = \"file-siez\"\n");
    bench.call("compare --policy policy.toml text text").with(3);
    let own = env!("CARGO_BIN_EXE_gopie");
    bench
        .call(&format!("compare --policy policy.toml {own} {own}"))
        .with(2)
        .says("did you mean \"file-size\"?");
}

#[test]
fn starts_are_compared_here_and_now() {
    let bench = Bench::new();
    let json = bench.call("compare --measure --budget 2s --format json /bin/true /bin/true").with(0).stdout;
    let document: Value = serde_json::from_str(&json).expect("is JSON");
    let one = &document["starts"][0];
    assert!(one["copies"].as_u64() >= Some(8) && one["ratio"].as_f64() > Some(0.0), "{json}");
    assert!(one["low"].as_f64() <= one["ratio"].as_f64() && one["ratio"].as_f64() <= one["high"].as_f64());
}

#[test]
fn a_start_that_ends_otherwise_is_no_answer() {
    let bench = Bench::new();
    bench
        .call("compare --measure --budget 1s /bin/true /bin/false")
        .with(3)
        .says("the base ends with status 0, the new one with 1");
}

/// A quick run of one program.
fn run(bench: &Bench) {
    bench.call("run --quick --programs hello --variants static,control --budget 5s --artifacts kept").with(0);
}

/// The cgo runtime comes into a program of the toolchain by a file beside its sources, wherever links lead to these:
/// what is verified is built in a folder of links.
#[test]
fn what_is_built_through_links_is_the_same() {
    let Some(_) = compiler() else { return };
    let bench = Bench::new();
    bench.call("run --quick --facts-only --programs gofmt --variants static-runtime-cgo").with(0);
    let facts = bench.read("results/local/facts.csv");
    assert!(
        facts.contains("gofmt/static-runtime-cgo/") && facts.contains(",needed,libc"),
        "it has no C in it"
    );
    let text = bench.call("verify local --facts-only").with(0).stdout;
    assert!(text.contains("reproduced: 2 of 2") || text.contains("reproduced: 1 of 1"), "{text}");
}

/// Without -trimpath a build holds the names of its folders: these are laid out alike for every build, so that what
/// was built in one cache and what is verified in another are the same to the byte.
#[test]
fn what_holds_the_names_of_its_folders_is_the_same_elsewhere() {
    let bench = Bench::new();
    bench.call("run --quick --facts-only --programs hello,whoami --variants fedora-proposed").with(0);
    if !bench.read("results/local/run.json").contains("\"build_place\": \"/mnt\"") {
        return gopie::ui::say("SKIPPED: mounts of its own are not permitted here");
    }
    let artifacts = bench.read("results/local/artifacts.csv");
    assert!(artifacts.contains("/mnt/go/bin/go build '-buildvcs=false'"), "{artifacts}");
    let text = bench.call("verify local --facts-only").with(0).stdout;
    assert!(text.contains("made by Go alone: 2 of 2 the same"), "{text}");
    assert!(text.contains("reproduced: 4 of 4"), "{text}");
}

#[test]
fn runs_are_compared_verified_and_exported() {
    let bench = Bench::new();
    run(&bench);
    bench.call("compare results/local results/local").with(0);
    bench.call("compare kept kept").with(0);
    assert!(bench.path("kept/hello-static-stripped").exists());
    let text = bench.call("verify local --budget 3s").with(0).stdout;
    assert!(text.contains("made by Go alone: 2 of 2 the same"), "{text}");
    assert!(text.contains("reproduced: 4 of 4"), "{text}");
    let text = bench.call("export local").with(0).stdout;
    assert!(text.contains("BenchmarkStart/program=hello/variant=control/"), "{text}");
    if which::which("benchstat").is_ok() {
        bench.write("starts.txt", &text);
        let read = std::process::Command::new("benchstat")
            .args(["-col", "/variant", "-filter", "/program:hello"])
            .arg(bench.path("starts.txt"))
            .output()
            .expect("benchstat starts");
        let said = String::from_utf8_lossy(&read.stdout);
        assert!(read.status.success() && said.contains("sec/op") && said.contains("control"), "{said}");
    } else {
        gopie::ui::say("SKIPPED: there is no benchstat to read the export with");
    }
    bench.call("verify local --programs nothing").with(2).says("no program `nothing`");

    // A fact that is edited by hand is found, with what differs; nonsense is named with its line.
    let facts = bench.read("results/local/facts.csv");
    let line = facts.lines().find(|line| line.contains("relocations,,count")).expect("there are relocations");
    bench.write("results/local/facts.csv", &facts.replacen(line, &line.replace("count,", "count,1"), 1));
    let text = bench.call("verify local --facts-only").with(1).stdout;
    assert!(text.contains("the same bytes, and other facts"), "{text}");
    let artifacts = bench.read("results/local/artifacts.csv");
    let sha256 = artifacts.lines().nth(1).and_then(|line| line.split(',').nth(9)).expect("a digest");
    bench.write("results/local/artifacts.csv", &artifacts.replace(sha256, &"ab".repeat(32)));
    let text = bench.call("verify local --facts-only").with(1).stdout;
    assert!(text.contains("MISMATCH") && text.contains("the first mismatch"), "{text}");
    bench.write("results/local/facts.csv", &facts.replacen("count,", "count,many", 1));
    bench.call("compare results/local results/local").with(3).says("facts.csv").says("line");
    let erased = line.split("count,").next().map(|begin| format!("{begin}count,,")).expect("has a unit");
    bench.write("results/local/facts.csv", &facts.replacen(line, &erased, 1));
    bench.call("compare results/local results/local").with(3).says("facts.csv").says("line");
    let half = facts.lines().take(facts.lines().count() / 2).map(|line| format!("{line}\n"));
    bench.write("results/local/facts.csv", &half.collect::<String>());
    bench.call("compare results/local results/local").with(3).says("it ends without the facts of");
    bench.write("results/local/artifacts.csv", &artifacts[..artifacts.len() / 2]);
    bench.call("compare results/local results/local").with(3).says("artifacts.csv").says("line");
    let info = bench.read("results/local/run.json");
    bench.write("results/local/run.json", &info.replacen("\"schema\": 1", "\"schema\": 99", 1));
    bench.call("compare results/local results/local").with(3).says("schema 99");
    bench.call("verify local").with(3).says("schema 99");
}
