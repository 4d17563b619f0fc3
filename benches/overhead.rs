//! What gopie's own machinery costs, as ratios against something measured in the same run:
//!
//! - `spawn`: a start through gopie's runner against a bare C loop of `posix_spawn` and `wait4`, on the same
//!   empty static program, pinned to the same CPU;
//! - `build`: building through gopie (hashing, copying and `fsync` included) against a shell that runs the same
//!   `go build` commands, as many at once, on the same build cache.
//!
//! The two sides alternate; each ratio is the median over the pairs, with the smallest and the largest.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use gopie::build::{Fetched, Setup, build_all};
use gopie::cache::Cache;
use gopie::config::Config;
use gopie::interrupt;
use gopie::machine::Machine;
use gopie::measure::{Affinity, Arm, Runner, Seat, Starter};
use gopie::plan::Case;
use gopie::results::Status;
use gopie::stats::median;
use gopie::toolchain::{self, Folders};

const EMPTY: &str = "int main(void) { return 0; }\n";

/// Starts argv[2] argv[1] times; prints nanoseconds a start.
const LOOP: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

int main(int argc, char **argv) {
    int n = atoi(argv[1]);
    char *args[] = {argv[2], NULL}, *env[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++) posix_spawn_file_actions_adddup2(&actions, null, fd);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < n; i++) {
        pid_t pid;
        int status;
        struct rusage usage;
        if (posix_spawn(&pid, argv[2], &actions, NULL, args, env)) return 1;
        if (wait4(pid, &status, 0, &usage) != pid || status) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%f\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / n);
    return 0;
}
"#;

fn main() -> Result<()> {
    // Criterion's flags reach this bench too; of them only these two mean something here.
    let short = std::env::args().any(|arg| arg == "--quick" || arg == "--test");
    let cache = Cache::open()?;
    match toolchain::c_compiler() {
        Some(c) => spawn(&c.path, if short { 10 } else { 40 })?,
        None => say("overhead/spawn: NOT MEASURED: there is no C compiler for the bare loop")?,
    }
    build(&cache, if short { 3 } else { 7 })
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn tell(name: &str, ratios: &[f64], what: &str) -> Result<()> {
    let middle = median(ratios).context("there are no pairs")?;
    let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ratios.iter().copied().fold(0.0, f64::max);
    let pairs = ratios.len();
    say(&format!("{name}: ratio {middle:.3} (pairs: {low:.3} to {high:.3}, n = {pairs}): {what}"))
}

fn spawn(cc: &Path, pairs: usize) -> Result<()> {
    const STARTS: u32 = 200;
    let folder = tempfile::tempdir()?;
    let compile = |name: &str, code: &str, flags: &[&str]| -> Result<PathBuf> {
        let (source, program) = (folder.path().join(format!("{name}.c")), folder.path().join(name));
        fs::write(&source, code)?;
        let status = Command::new(cc).args(flags).arg("-O2").arg("-o").arg(&program).arg(&source).status()?;
        ensure!(status.success(), "{} cannot compile {name}", cc.display());
        Ok(program)
    };
    let empty = compile("empty", EMPTY, &["-static"])?;
    let bare = compile("loop", LOOP, &[])?;
    // The loop below inherits this thread's CPU.
    let seat = Seat::take()?;
    let arm = Arm { program: &empty, args: &[], env: &[] };
    let mut starter = Starter::new([arm], None, seat.placement(Affinity::Pinned))?;
    let mut ratios = Vec::new();
    for _ in 0..pairs {
        let begin = Instant::now();
        for _ in 0..STARTS {
            starter.start(0, Duration::from_secs(10))?;
        }
        let ours = begin.elapsed().as_secs_f64() * 1e9 / f64::from(STARTS);
        let output = Command::new(&bare).arg(STARTS.to_string()).arg(&empty).output()?;
        let theirs: f64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        ratios.push(ours / theirs);
    }
    tell("overhead/spawn", &ratios, "a start by gopie / by a bare C loop")
}

fn build(shared: &Cache, pairs: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let cache = Cache::at(folder.path().join("gopie"))?;
    let config = Config::embedded(&cache)?;
    let toolchain = toolchain::find(None, shared, &|_| (), interrupt::flag())?;
    let machine = Machine::read(folder.path());
    let c = toolchain::c_compiler();
    let folders = Folders::open(&cache)?;
    let setup = Setup {
        cache: &cache,
        config: &config,
        toolchains: std::slice::from_ref(&toolchain),
        missing: &[],
        c_compiler: c.as_ref(),
        cross: &std::collections::BTreeMap::new(),
        host: &machine.host,
        own_compilers: &[],
        strip: None,
        folders: &folders,
        libc: &machine.libc,
        outputs: &[],
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        fetched: &Fetched::default(),
        in_place: false,
        elsewhere: None,
    };
    let case = |(program, variant): (&str, &str)| Case {
        program: program.to_owned(),
        variant: variant.to_owned(),
        toolchain: toolchain.release.clone(),
        target: machine.host.clone(),
        stripped: false,
    };
    let programs = ["hello", "gofmt", "passbound", "whoami", "httpget"];
    let cases: Vec<Case> = programs
        .iter()
        .flat_map(|program| [(*program, "static"), (*program, "pie-internal")])
        .map(case)
        .collect();
    let script = script(&setup, &cases, folder.path())?;
    let ours = || -> Result<f64> {
        let _ = fs::remove_dir_all(cache.root().join("store"));
        let begin = Instant::now();
        let outcomes = build_all(&setup, &cases, &|_| ());
        let seconds = begin.elapsed().as_secs_f64();
        ensure!(outcomes.iter().all(|outcome| outcome.status == Status::Built), "not all were built");
        Ok(seconds)
    };
    let theirs = || -> Result<f64> {
        let begin = Instant::now();
        let status = Command::new("/bin/sh").arg(&script).stdout(Stdio::null()).status()?;
        ensure!(status.success(), "the script failed");
        Ok(begin.elapsed().as_secs_f64())
    };
    // Both sides find every package compiled: what is compared is linking and what gopie adds.
    ours()?;
    theirs()?;
    let mut ratios = Vec::new();
    for pair in 0..pairs {
        let (first, second) = if pair % 2 == 0 { (ours()?, theirs()?) } else { (theirs()?, ours()?) };
        ratios.push(if pair % 2 == 0 { first / second } else { second / first });
    }
    tell("overhead/build", &ratios, "10 programs built by gopie / by a shell with xargs -P")
}

/// A shell script of the very same commands, as many at once.
fn script(setup: &Setup<'_>, cases: &[Case], folder: &Path) -> Result<PathBuf> {
    let mut list = String::new();
    for (number, outcome) in build_all(setup, cases, &|_| ()).iter().enumerate() {
        let dir = setup.config.root.join(&outcome.case.program);
        let dir = if dir.exists() { dir } else { folder.to_owned() };
        let goroot = setup.toolchains[0].goroot.display().to_string();
        let place = |text: &str| {
            text.replace("$GOROOT", &goroot)
                .replace("$CACHE", &setup.cache.root().display().to_string())
                .replace("$SRC", &dir.display().to_string())
        };
        let output = folder.join(format!("out{number}")).display().to_string();
        let command = place(&outcome.command).replace("-o artifact", &format!("-o {output}"));
        let one = folder.join(format!("{number}.sh"));
        fs::write(
            &one,
            format!("cd {} && exec env -i {} {command}\n", dir.display(), place(&outcome.environment)),
        )?;
        list.push_str(&one.display().to_string());
        list.push('\n');
    }
    let scripts = folder.join("list");
    fs::write(&scripts, list)?;
    let script = folder.join("all.sh");
    let at_once = setup.cores;
    let clean = folder.join("out*").display().to_string();
    let text = format!("rm -f {clean}\nxargs -P {at_once} -n 1 sh < {}\n", scripts.display());
    fs::write(&script, text)?;
    Ok(script)
}
