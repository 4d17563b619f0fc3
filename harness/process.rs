//! Runs a helper command to its end: output captured, time limited, and stopped with all that it started.
//!
//! The command is put into a process group of its own. A terminal's Ctrl-C therefore does not reach it; this
//! watches the caller's flag instead and kills the whole group, so that nothing is left behind a `pip` or a
//! `go` that starts others. Timing is no duty of this: `measure` starts its children otherwise.
//! Sources: setpgid(2), kill(2), and duct's documentation of `Handle::kill`.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Output;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use duct::{Expression, Handle};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::interrupt::{Interrupted, check_flag};
use crate::sys::orphan;

/// How often the flag is looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a killed command's output is waited for: somebody who left the group may still hold it.
const FAREWELL: Duration = Duration::from_secs(2);
/// The lines of a failed command's last words that are repeated.
const LAST_WORDS: usize = 3;

/// When a command is stopped before its end.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// After so much time.
    pub time: Duration,
    /// Once this is set.
    pub interrupted: &'a AtomicBool,
}

/// Runs one command with no standard input, and gives what it wrote, whatever its exit status.
///
/// The command is one of [`duct::cmd()`], not a pipe of several. Fails where it cannot be started, with
/// [`Interrupted`], or when its time is up.
pub fn capture(command: &Expression, limits: Limits) -> Result<Output> {
    let command = command.stdin_null().stdout_capture().stderr_capture();
    match run(&command, limits, &|| false) {
        Ok(output) => Ok(output),
        Err(Stopped::Start(error)) => Err(error).context("cannot be started"),
        Err(Stopped::Time(_) | Stopped::TooMuch) => {
            bail!("was stopped after {} s without an answer", limits.time.as_secs())
        }
        Err(Stopped::Interrupted(interrupted)) => Err(interrupted.into()),
    }
}

/// Why a command did not come to its own end; it and all that it started have been killed.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// It could not be started, or not be waited for.
    #[error("cannot be started")]
    Start(#[source] io::Error),
    /// Its time was up.
    #[error("did not end within {} s and was killed", .0.as_secs())]
    Time(Duration),
    /// The caller had enough of it.
    #[error("printed too much and was killed")]
    TooMuch,
    /// gopie itself was told to stop.
    #[error("interrupted")]
    Interrupted(#[source] Interrupted),
}

/// Runs one command to its end in a process group of its own; `enough` is asked now and then whether it has to
/// be stopped.
pub fn run(command: &Expression, limits: Limits, enough: &dyn Fn() -> bool) -> Result<Output, Stopped> {
    check_flag(limits.interrupted).map_err(Stopped::Interrupted)?;
    let command = command.unchecked().before_spawn(|command| {
        command.process_group(0);
        orphan::goes_with_us(command);
        Ok(())
    });
    let handle = start(&command).map_err(Stopped::Start)?;
    let start = Instant::now();
    loop {
        if let Some(output) = handle.wait_timeout(GLANCE).map_err(Stopped::Start)? {
            return Ok(output.clone());
        }
        let stopped = if let Err(interrupted) = check_flag(limits.interrupted) {
            Stopped::Interrupted(interrupted)
        } else if start.elapsed() >= limits.time {
            Stopped::Time(limits.time)
        } else if enough() {
            Stopped::TooMuch
        } else {
            continue;
        };
        kill_group(&handle);
        return Err(stopped);
    }
}

/// Starts a command. A freshly written one is busy for a moment if another thread forked meanwhile.
///
/// Source: <https://go.dev/issue/22315>, which explains it.
fn start(command: &Expression) -> io::Result<Handle> {
    let mut started = command.start();
    for _ in 0..100 {
        match &started {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                thread::sleep(Duration::from_millis(10));
                started = command.start();
            }
            _ => break,
        }
    }
    started
}

/// What a command that must succeed wrote to standard output, trimmed.
pub fn answer(command: &Expression, limits: Limits) -> Result<String> {
    let output = capture(command, limits)?;
    if !output.status.success() {
        bail!("{}", complaint(&output));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The last words of a command that failed, in one line.
pub fn complaint(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut lines: Vec<&str> =
        errors.lines().map(str::trim).filter(|line| !line.is_empty()).rev().take(LAST_WORDS).collect();
    lines.reverse();
    if lines.is_empty() { output.status.to_string() } else { lines.join(" / ") }
}

fn kill_group(handle: &Handle) {
    let group = handle.pids().first().and_then(|&id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        // It fails only where the last of them has just gone by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = handle.wait_timeout(FAREWELL);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::Ordering;

    use duct::cmd;
    use rustix::process::test_kill_process;

    use super::*;

    fn shell(script: &str, time: Duration, interrupted: &AtomicBool) -> Result<Output> {
        capture(&cmd("/bin/sh", ["-c", script]), Limits { time, interrupted })
    }

    #[test]
    fn gives_output_and_status() {
        let output =
            shell("echo out; echo err >&2; exit 3", Duration::from_secs(20), &AtomicBool::new(false))
                .expect("runs");
        assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"out\n"[..], Some(3)));
        assert_eq!(complaint(&output), "err");
    }

    #[test]
    fn last_words_are_few_and_never_none() {
        let flag = AtomicBool::new(false);
        let said = |script| complaint(&shell(script, Duration::from_secs(20), &flag).expect("runs"));
        assert_eq!(said("printf 'a\\nb\\n\\n c\\nd\\n' >&2; exit 1"), "b / c / d");
        assert_eq!(said("exit 7"), "exit status: 7");
    }

    /// Runs a script that leaves a sleeping child's id in a file, and asserts that the child is gone too.
    fn child_is_killed(time: Duration, interrupted: &AtomicBool) -> anyhow::Error {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("child");
        let script = format!("sleep 100 & echo $! > {0}.new; mv {0}.new {0}; wait", file.display());
        let start = Instant::now();
        let error = thread::scope(|scope| {
            scope.spawn(|| {
                while !file.exists() {
                    thread::sleep(Duration::from_millis(5));
                }
                interrupted.store(time > Duration::from_secs(60), Ordering::Relaxed);
            });
            shell(&script, time, interrupted).expect_err("is stopped")
        });
        assert!(start.elapsed() < Duration::from_secs(30), "it was stopped early");
        let child = fs::read_to_string(&file).expect("has an id").trim().parse().expect("is a number");
        let child = Pid::from_raw(child).expect("is an id");
        // The kernel may need a moment, and an orphan waits for init to reap it.
        let gone = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(10));
            let status = fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero()));
            test_kill_process(child).is_err() || status.is_ok_and(|text| text.contains(") Z "))
        });
        assert!(gone, "the child of the child was killed");
        error
    }

    #[test]
    fn a_hanging_command_is_stopped_with_its_children() {
        let error = child_is_killed(Duration::from_secs(2), &AtomicBool::new(false));
        assert_eq!(error.to_string(), "was stopped after 2 s without an answer");
    }

    #[test]
    fn an_interrupt_stops_a_command_with_its_children() {
        let error = child_is_killed(Duration::from_secs(300), &AtomicBool::new(false));
        assert!(error.is::<Interrupted>(), "{error:#}");
        let early =
            shell("exit 0", Duration::from_secs(1), &AtomicBool::new(true)).expect_err("is not begun");
        assert!(early.is::<Interrupted>());
    }
}
