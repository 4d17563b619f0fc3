//! The Go fixtures by Go's own measure: formatted, vetted, and their own tests pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gopie::cache::Cache;
use gopie::toolchain;

fn modules() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("gofixtures");
    let entries = fs::read_dir(root).expect("is there").map(|entry| entry.expect("is readable").path());
    let modules: Vec<PathBuf> = entries.filter(|path| path.join("go.mod").exists()).collect();
    assert!(!modules.is_empty());
    modules
}

/// Runs a tool of the toolchain in every fixture; gives what each said.
fn in_every_module(tool: &str, args: &[&str]) -> Vec<(PathBuf, String)> {
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/gopie")).expect("a cache");
    let toolchain = toolchain::find(None, &cache, &|_| (), gopie::interrupt::flag())
        .expect("a Go toolchain is found or fetched");
    let c = toolchain::c_compiler();
    let folders = toolchain::Folders::open(&cache).expect("are made");
    let env = toolchain::go_environment(c.as_ref(), &gopie::target::host(), &folders);
    let run = |dir: PathBuf| {
        let mut command = Command::new(toolchain.goroot.join("bin").join(tool));
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
    in_every_module("go", &["test", "./..."]);
}
