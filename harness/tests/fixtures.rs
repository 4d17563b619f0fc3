//! The Go fixtures by Go's own measure: formatted, vetted, and their own tests pass.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use gopie::cache::Cache;
use gopie::config::{Config, Source};
use gopie::toolchain;

use super::bench::go;

fn modules() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("gofixtures");
    let entries = fs::read_dir(root).expect("is there").map(|entry| entry.expect("is readable").path());
    let modules: Vec<PathBuf> = entries.filter(|path| path.join("go.mod").exists()).collect();
    assert!(!modules.is_empty());
    modules
}

/// Runs a tool of the toolchain in every fixture; gives what each said.
fn in_every_module(tool: &str, args: &[&str]) -> Vec<(PathBuf, String)> {
    let (goroot, env, _) = go();
    let run = |dir: PathBuf| {
        let mut command = Command::new(goroot.join("bin").join(tool));
        let output = command.args(args).current_dir(&dir).env_clear().envs(&env).output().expect("starts");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{tool} {args:?} in {}: {said}", dir.display());
        (dir, said)
    };
    modules().into_iter().map(run).collect()
}

#[test]
fn they_are_formatted() {
    for (dir, said) in in_every_module("gofmt", &["-l", "."]) {
        assert_eq!(said, "", "not as gofmt has it, in {}", dir.display());
    }
}

#[test]
fn they_are_vetted() {
    in_every_module("go", &["vet", "./..."]);
}

#[test]
fn their_own_tests_pass() {
    for (dir, said) in in_every_module("go", &["test", "-v", "./..."]) {
        // What a test could not do here, and what a comparison came to, is said aloud.
        for line in said.lines().filter(|line| line.contains("_test.go:")) {
            let _ = writeln!(std::io::stderr(), "{}: {}", dir.display(), line.trim());
        }
    }
}

#[test]
fn programs_with_c_of_their_own_are_said_to_have_it() {
    let calls_c = |dir: &Path| {
        let mut files = vec![dir.to_owned()];
        let mut found = false;
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files
                    .extend(fs::read_dir(&path).expect("is there").map(|entry| entry.expect("reads").path()));
            } else if path.extension().is_some_and(|ending| ending == "go") {
                let text = fs::read_to_string(&path).expect("reads");
                let test = path.to_string_lossy().ends_with("_test.go");
                found |= !test && text.lines().any(|line| line.trim() == "import \"C\"");
            }
        }
        found
    };
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/gopie")).expect("a cache");
    let config = Config::embedded(&cache).expect("loads");
    for program in config.programs {
        let Source::Module { folder, .. } = &program.source else { continue };
        assert_eq!(program.own_c, calls_c(&config.root.join(folder)), "{}", program.name);
    }
}

/// What the C compiler makes of `cref` with some options; `None`, and said so, where there is no compiler.
fn cref(folder: &Path, options: &[&str]) -> Option<PathBuf> {
    let Some(compiler) = toolchain::c_compiler() else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no C compiler to build cref with");
        return None;
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("gofixtures/cref");
    let files = fs::read_dir(sources).expect("is there").map(|entry| entry.expect("is readable").path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "c"));
    let program = folder.join(format!("cref{}", options.concat()));
    let warnings = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];
    let mut command = Command::new(compiler.path);
    command.args(warnings).args(options).arg("-o").arg(&program).args(files);
    let output = command.output().expect("starts");
    assert!(output.status.success(), "{options:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(program)
}

#[test]
fn cref_knows_whether_it_is_pie_and_computes_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for (options, pie) in [(["-fno-pie", "-no-pie"], "pie no"), (["-fPIE", "-pie"], "pie yes")] {
        let Some(program) = cref(folder.path(), &options) else { return };
        let call = |args: &[&str]| {
            let output = Command::new(&program).args(args).output().expect("starts");
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is text");
            (output.status.code(), text(output.stdout), text(output.stderr))
        };
        let (status, addresses, _) = call(&["addresses"]);
        assert_eq!(status, Some(0));
        assert!(addresses.lines().any(|line| line.starts_with(pie)), "{options:?}: {addresses}");
        let answer = "rounds 3 primes 6542 words 5650 checksum 444c03f5\n".to_owned();
        assert_eq!(call(&["work", "3"]), (Some(0), answer, String::new()));
        for wrong in [&["work"][..], &["work", "0"], &["work", "many"], &["work", "1000001"], &["dance"]] {
            let (status, stdout, stderr) = call(wrong);
            assert_eq!((status, stdout.as_str()), (Some(2), ""), "{wrong:?}");
            assert!(stderr.contains("\nhint: "), "{wrong:?}: {stderr}");
        }
    }
}
