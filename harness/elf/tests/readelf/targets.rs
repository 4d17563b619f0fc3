//! Go programs cross-built for every Linux target, read as `readelf` and the `file` tests read this machine's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::corpus::{everything, say};
use super::{differences_of, have, without_headers};
use crate::cache::Cache;
use crate::elf::{LinkageKind, read};
use crate::toolchain;

/// Every architecture of Linux that Go builds for, and whether it links a PIE there without a C compiler.
const TARGETS: &[(&str, bool)] = &[
    ("386", false),
    ("amd64", true),
    ("arm", false),
    ("arm64", true),
    ("loong64", true),
    ("mips", false),
    ("mips64", false),
    ("mips64le", false),
    ("mipsle", false),
    ("ppc64", false),
    ("ppc64le", true),
    ("riscv64", false),
    ("s390x", true),
];

const HELLO: &str = "package main\n\nfunc main() { println(\"hello\") }\n";
const SERVER: &str = "package main\n\nimport (\n\t\"log\"\n\t\"net/http\"\n)\n\n\
    func main() { log.Fatal(http.ListenAndServe(\":0\", http.FileServer(http.Dir(\".\")))) }\n";

/// The `go` of the project's pinned release and its environment for a target, if it can be had.
fn go(scratch: &Path, target: &str) -> Option<Command> {
    // The cache that cargo gives to the tests of the command line, so that no toolchain is fetched twice.
    let program = std::env::current_exe().ok()?;
    let cache = Cache::at(program.ancestors().nth(3)?.join("tmp/cache/gopie")).ok()?;
    let found = toolchain::find(None, &cache, &|_| (), crate::interrupt::flag());
    let found = found.map_err(|error| say(&format!("SKIPPED: {error:#}"))).ok()?;
    let folders = toolchain::Folders::open(&cache).ok()?;
    let mut command = Command::new(found.goroot.join("bin/go"));
    command.env_clear().envs(toolchain::go_environment(None, target, &folders)).env("CGO_ENABLED", "0");
    command.current_dir(scratch);
    Some(command)
}

#[test]
fn go_programs_for_every_target() {
    if !have("readelf") {
        return;
    }
    let scratch = TempDir::new().expect("a folder");
    fs::write(scratch.path().join("go.mod"), "module x.example/cross\n\ngo 1.21\n").expect("is written");
    let mut programs = vec![("hello", HELLO)];
    // All targets take minutes where nothing is built yet.
    let mut targets = TARGETS.to_vec();
    if everything() {
        programs.push(("server", SERVER));
    } else {
        targets.retain(|(arch, _)| ["386", "amd64", "s390x"].contains(arch));
        say("SKIPPED: most targets of Go, and a larger program, as GOPIE_CORPUS is not all");
    }
    for (name, text) in &programs {
        fs::create_dir(scratch.path().join(name)).expect("a folder");
        fs::write(scratch.path().join(name).join("main.go"), text).expect("is written");
    }
    let (mut count, mut wrong) = (0, Vec::new());
    for &(arch, has_pie) in &targets {
        let target = format!("linux/{arch}");
        for mode in ["exe", "pie"].into_iter().take(1 + usize::from(has_pie)) {
            for ldflags in ["", "-s -w"] {
                for (name, _) in &programs {
                    let Some(mut go) = go(scratch.path(), &target) else { return };
                    let output = scratch.path().join(format!("{name}-{arch}-{mode}{}", ldflags.len()));
                    let built = go
                        .args([
                            "build",
                            "-trimpath",
                            &format!("-buildmode={mode}"),
                            "-ldflags",
                            ldflags,
                            "-o",
                        ])
                        .arg(&output)
                        .arg(format!("./{name}"))
                        .output()
                        .expect("starts");
                    let said = String::from_utf8_lossy(&built.stderr);
                    assert!(built.status.success(), "{target} {mode}: {said}");
                    wrong.extend(check(&output, arch, mode));
                    count += 1;
                }
            }
        }
    }
    say(&format!("compared {count} programs for {} targets with readelf", targets.len()));
    assert!(wrong.is_empty(), "of {count} programs, {} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is wrong with the facts of a program: against `readelf`, and against what was asked of Go.
fn check(path: &PathBuf, arch: &str, mode: &str) -> Vec<String> {
    let mut wrong = differences_of(path).1;
    let bytes = fs::read(path).expect("was built");
    let facts = read(&bytes).expect("is compared above");
    let name = path.display();
    let go = facts.go.as_ref().expect("Go's build information");
    let settings = [("GOARCH", arch), ("-buildmode", mode), ("CGO_ENABLED", "0")];
    for (setting, value) in settings {
        if go.settings.get(setting).is_none_or(|found| found != value) {
            wrong.push(format!("{name}: {setting} is {:?}", go.settings.get(setting)));
        }
    }
    let pie = mode == "pie";
    if facts.linkage.pie != pie || (!pie && facts.linkage.kind != LinkageKind::Static) {
        wrong.push(format!("{name}: {:?}", facts.linkage));
    }
    // A PIE has a relocation for each pointer in its data; what lies at a fixed place has none.
    let relocated = facts.relocations.relative > 500;
    if relocated != pie || facts.relocations.by_type.keys().any(|kind| kind.parse::<u32>().is_ok()) {
        wrong.push(format!("{name}: {:?}", facts.relocations));
    }
    wrong.extend(without_headers(&name.to_string(), &bytes, &facts));
    wrong
}
