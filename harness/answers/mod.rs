//! Right answers: an artifact that gives a wrong one is never timed.
//!
//! Each artifact's start-up command is run and compared to the byte, also on one CPU; each one that will be timed also does its
//! workload, whose output is compared by digest. An answer once found right for the same bytes is not asked
//! again.

pub mod input;
mod work;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::command::{Command, CommandError, Finished};
use crate::config::{Program, Workload};
use crate::toolchain::Emulator;
use crate::{digest, elf, measure};

use work::workload_answer;
pub use work::{Work, work_command};

/// How long a start-up command may take.
pub const START_LIMIT: Duration = Duration::from_secs(10);
/// How long a start-up command may take under an emulator.
const EMULATED_LIMIT: Duration = Duration::from_secs(60);
/// How long a workload may take.
pub const WORKLOAD_LIMIT: Duration = Duration::from_secs(120);
const MOST_OUTPUT: u64 = 1 << 30;
const SHOWN: usize = 200;

/// What is wrong with an answer.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Another exit status, or a signal.
    #[error("{what}: {end} instead of exit status {expected}{said}")]
    End {
        /// `start`, `start on one CPU` or `workload`.
        what: &'static str,
        /// How it ended.
        end: String,
        /// The expected status.
        expected: i32,
        /// What it said on standard error.
        said: String,
    },
    /// Another output.
    #[error("{what}: printed {got} instead of {expected}")]
    Output {
        /// `start` or `start on one CPU`.
        what: &'static str,
        /// What it printed.
        got: String,
        /// What it should have.
        expected: String,
    },
    /// Other work.
    #[error("workload: {got} instead of {expected}")]
    Work {
        /// What came of it, by its digest.
        got: String,
        /// The digest of what should have.
        expected: String,
    },
    /// No output is pinned for this toolchain.
    #[error("workload: programs.toml has no stdout_sha256 for {toolchain}; this output's is {got}")]
    Unpinned {
        /// The toolchain.
        toolchain: String,
        /// Digest of what it printed.
        got: String,
    },
    /// The loader that it names is not there: an artifact for another C library.
    #[error("{what}: its loader {loader} is not on this machine")]
    NoLoader {
        /// `start`, `start on one CPU` or `workload`.
        what: &'static str,
        /// The loader.
        loader: String,
    },
    /// It hung, could not be started, or printed without end.
    #[error(transparent)]
    Stopped(#[from] CommandError),
}

/// What a program is run with.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// Where inputs are kept.
    pub cache: &'a Cache,
    /// Root of the Go toolchain.
    pub goroot: &'a Path,
    /// What built the artifact: the Go release, or the C compiler.
    pub toolchain: &'a str,
    /// `GOOS/GOARCH`.
    pub target: &'a str,
}

/// No home, and none that could be made, not even by root: Go would keep telemetry in it.
const NO_HOME: &str = "/proc/nonexistent";

/// The fixed environment of every start, before what the program's table adds.
pub fn fixed_environment() -> BTreeMap<String, String> {
    [("HOME", NO_HOME), ("LC_ALL", "C"), ("PATH", "/usr/bin:/bin")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// Fills in what stands in braces.
struct Places<'a> {
    input: Option<&'a Path>,
    around: &'a Surroundings<'a>,
    scratch: &'a Path,
}

impl Places<'_> {
    fn fill(&self, text: &str) -> String {
        let shown = |path: &Path| path.display().to_string();
        text.replace("{input}", &self.input.map(shown).unwrap_or_default())
            .replace("{goroot}", &shown(self.around.goroot))
            .replace("{scratch}", &shown(self.scratch))
            .replace("{release}", self.around.toolchain)
            .replace("{target}", self.around.target)
    }

    fn env(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut env = fixed_environment();
        env.extend(own.iter().map(|(name, value)| (name.clone(), self.fill(value))));
        env
    }
}

/// Arguments and environment of a program's start-up command; `scratch` is a folder it may write to.
pub fn start_command(
    program: &Program,
    around: &Surroundings<'_>,
    scratch: &Path,
) -> (Vec<String>, BTreeMap<String, String>) {
    let places = Places { input: None, around, scratch };
    (program.start.args.iter().map(|arg| places.fill(arg)).collect(), places.env(&program.start.env))
}

/// Checks an artifact's answers; the inner error is what is wrong with it, the outer one that no answer could
/// be had.
pub fn check(
    artifact: (&Path, &str),
    program: &Program,
    around: &Surroundings<'_>,
    workload: bool,
) -> Result<Result<(), Wrong>> {
    let asked = format!("{workload} also on one CPU {}", serde_json::to_string(program)?);
    once(artifact, program, around, &asked, |path, scratch| {
        let (args, env) = start_command(program, around, scratch);
        let start = Command::new(path, scratch).args(args).env(env).limit(START_LIMIT);
        let stdout = Places { input: None, around, scratch }.fill(&program.start.stdout);
        let answer = |what| start_answer(what, &start, program.start.status, &stdout);
        if let Err(wrong) = answer("start") {
            return Ok(Err(wrong));
        }
        // It is timed there, with its output thrown away. Where this is forbidden, nothing is timed.
        if let Ok(Err(wrong)) = measure::on_one_cpu(|| answer("start on one CPU")) {
            return Ok(Err(wrong));
        }
        if workload { workload_answer(path, &program.workload, around, scratch) } else { Ok(Ok(())) }
    })
}

/// Checks the start-up command of an artifact for another target, under an emulator; results as of [`check`].
pub fn check_under(
    emulator: &Emulator,
    artifact: (&Path, &str),
    program: &Program,
    around: &Surroundings<'_>,
) -> Result<Result<(), Wrong>> {
    let asked = format!("under {} {}", emulator.version, serde_json::to_string(&program.start)?);
    once(artifact, program, around, &asked, |path, scratch| {
        let (args, mut env) = start_command(program, around, scratch);
        if let Some(folder) = &emulator.libraries {
            env.insert("QEMU_LD_PREFIX".to_owned(), folder.display().to_string());
        }
        let args = std::iter::once(path.display().to_string()).chain(args);
        let start = Command::new(&emulator.path, scratch).args(args).env(env).limit(EMULATED_LIMIT);
        let stdout = Places { input: None, around, scratch }.fill(&program.start.stdout);
        Ok(start_answer("start under an emulator", &start, program.start.status, &stdout))
    })
}

/// Checks what an artifact prints when it does the work that speed is timed on; results as of [`check`].
pub fn check_speed(
    artifact: (&Path, &str),
    program: &Program,
    speed: &Workload,
    around: &Surroundings<'_>,
) -> Result<Result<(), Wrong>> {
    let asked = format!("{} speed {}", program.name, serde_json::to_string(speed)?);
    once(artifact, program, around, &asked, |path, scratch| workload_answer(path, speed, around, scratch))
}

/// Asks an artifact, under its program's name, which some print; the second path is that of an empty folder. What
/// was found right once for the same bytes is not asked again.
fn once(
    (artifact, sha256): (&Path, &str),
    program: &Program,
    around: &Surroundings<'_>,
    asked: &str,
    ask: impl FnOnce(&Path, &Path) -> Result<Result<(), Wrong>>,
) -> Result<Result<(), Wrong>> {
    let asked = format!("{sha256} {} {} {asked}", around.toolchain, around.target);
    let mark = around.cache.dir("answers")?.join(digest::of_bytes(asked.as_bytes()));
    if mark.exists() {
        return Ok(Ok(()));
    }
    let scratch = around.cache.scratch()?;
    let named = around.cache.scratch()?;
    let path = named.path().join(&program.name);
    symlink(artifact, &path).with_context(|| format!("cannot make the link {}", path.display()))?;
    let answer = ask(&path, scratch.path())?;
    if answer.is_ok() {
        fs::write(&mark, "").with_context(|| format!("cannot write {}", mark.display()))?;
    }
    Ok(answer)
}

fn start_answer(what: &'static str, command: &Command, status: i32, stdout: &str) -> Result<(), Wrong> {
    let finished = command.run().map_err(|error| not_started(what, &command.program, error))?;
    expect_status(what, &finished, status)?;
    if finished.stdout != stdout.as_bytes() {
        let (got, expected) = (shown(&finished.stdout), shown(stdout.as_bytes()));
        return Err(Wrong::Output { what, got, expected });
    }
    Ok(())
}

/// What is wrong where an artifact could not be run: the kernel does not say that it is the loader which is not
/// there.
fn not_started(what: &'static str, artifact: &Path, error: CommandError) -> Wrong {
    let missing = || {
        let bytes = fs::read(artifact).ok()?;
        elf::read(&bytes).ok()?.linkage.interpreter.filter(|loader| !Path::new(loader).exists())
    };
    match (&error, missing()) {
        (CommandError::Start { .. }, Some(loader)) => Wrong::NoLoader { what, loader },
        _ => Wrong::Stopped(error),
    }
}

fn expect_status(what: &'static str, finished: &Finished, expected: i32) -> Result<(), Wrong> {
    if finished.status == Some(expected) {
        return Ok(());
    }
    let said = match finished.complaint() {
        said if said.is_empty() => said,
        said => format!(", and said {}", shown(said.as_bytes())),
    };
    Err(Wrong::End { what, end: finished.end(), expected, said })
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    let more = if bytes.len() > SHOWN { " ..." } else { "" };
    format!("{text:?}{more}")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Bench {
        folder: tempfile::TempDir,
        cache: Cache,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let cache = Cache::at(folder.path().join("cache")).expect("a cache");
            Self { folder, cache }
        }

        /// What is wrong with a program made of a shell script that should print `1\n` and, given `work`, the
        /// sum of its input.
        fn wrong(&self, script: &str) -> Option<String> {
            let path = self.folder.path().join("program");
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("writes");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("sets");
            let program: Program = toml::from_str(
                r#"
                name = "script"
                what = "a script"
                source = { module = "script" }
                runs = "quick"
                start = { stdout = "1\n" }
                [workload]
                args = ["work"]
                input = { kind = "passwords", seed = 1, lines = 10 }
                stdout_sha256 = { go1 = "00", "go1.27" = "53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3" }
                "#,
            )
            .expect("is a program");
            let around = Surroundings {
                cache: &self.cache,
                goroot: Path::new("/goroot"),
                toolchain: "go1.27.3",
                target: "linux/amd64",
            };
            let sha256 = digest::of_bytes(script.as_bytes());
            let answer = check((&path, &sha256), &program, &around, true).expect("asks");
            answer.err().map(|wrong| wrong.to_string())
        }
    }

    #[test]
    fn a_right_answer_is_asked_for_once() {
        let bench = Bench::new();
        // The pinned digest is that of "2\n".
        assert_eq!(bench.wrong("if test \"$1\" = work; then read line && echo 2; else echo 1; fi"), None);
        assert_eq!(fs::read_dir(bench.cache.root().join("answers")).expect("is there").count(), 1);
    }

    #[test]
    fn another_answer_on_one_cpu_is_wrong() {
        if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
            crate::ui::say("SKIPPED: there is one CPU");
            return;
        }
        let wrong = Bench::new().wrong("if test $(nproc) = 1; then echo 4; else echo 1; fi");
        assert_eq!(wrong.as_deref(), Some("start on one CPU: printed \"4\\n\" instead of \"1\\n\""));
    }

    #[test]
    fn a_loader_that_is_not_there_is_named() {
        let shell = fs::read("/bin/sh").expect("reads");
        let Some(loader) = elf::read(&shell).ok().and_then(|facts| facts.linkage.interpreter) else {
            crate::ui::say("SKIPPED: /bin/sh is static here");
            return;
        };
        let at = shell.windows(loader.len()).position(|bytes| bytes == loader.as_bytes()).expect("is there");
        let (mut bytes, absent) = (shell, format!("{}!", &loader[..loader.len() - 1]));
        bytes[at..at + loader.len()].copy_from_slice(absent.as_bytes());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("program");
        fs::write(&path, bytes).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("sets");
        let command = Command::new(&path, folder.path());
        let wrong = start_answer("start", &command, 0, "").expect_err("cannot be started");
        assert_eq!(wrong.to_string(), format!("start: its loader {absent} is not on this machine"));
        let gone = Command::new(&folder.path().join("gone"), folder.path());
        assert!(matches!(start_answer("start", &gone, 0, ""), Err(Wrong::Stopped(_))));
    }

    #[test]
    fn every_wrong_answer_is_named() {
        let bench = Bench::new();
        for (script, expected) in [
            ("echo 3", "start: printed \"3\\n\" instead of \"1\\n\""),
            ("echo 1; exit 4", "start: exit status 4 instead of exit status 0"),
            (
                "echo no >&2; kill -9 $$",
                "start: killed by signal 9 instead of exit status 0, and said \"no\"",
            ),
            (
                "echo 1",
                "workload: printed output with sha256 4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865 instead of 53c2",
            ),
        ] {
            let wrong = bench.wrong(script).expect("is wrong");
            assert!(wrong.starts_with(expected), "{wrong}");
        }
    }
}
