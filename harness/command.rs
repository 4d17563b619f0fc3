//! Running a tool and keeping what it says: bounded in time and output, stopped with all its children.
//!
//! For compilers, `pip`, `strip` and the checking of answers; the starts that are timed go through
//! [`crate::sys::spawn`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::interrupt::{self, Interrupted};
use crate::process::{self, Limits, Stopped};
use crate::sys::apart::{self, Apart};

/// A command to run; nothing of the environment is inherited.
#[derive(Clone, Debug)]
pub struct Command {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// The folder it is run in.
    pub dir: PathBuf,
    /// What it reads; `/dev/null` where absent.
    pub stdin: Option<PathBuf>,
    /// How long it may take.
    pub limit: Duration,
    /// How many bytes it may print.
    pub most_output: u64,
    /// What it is kept from, in that order.
    pub apart: Vec<Apart>,
}

/// How a command ended that was not stopped.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Exit status, or `None` where a signal ended it.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// Whether it ended with status 0.
    pub fn well(&self) -> bool {
        self.status == Some(0)
    }

    /// Standard error as text, without white space around it.
    pub fn complaint(&self) -> String {
        String::from_utf8_lossy(&self.stderr).trim().to_owned()
    }

    /// How it ended, in words.
    pub fn end(&self) -> String {
        match (self.status, self.signal) {
            (Some(status), _) => format!("exit status {status}"),
            (None, Some(signal)) => format!("killed by signal {signal}"),
            (None, None) => "ended in an unknown way".to_owned(),
        }
    }
}

/// Why a command has no end of its own.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("cannot run {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its time was up.
    #[error("{} did not end within {} s and was killed", program.display(), limit.as_secs())]
    Timeout {
        /// The program.
        program: PathBuf,
        /// How long it had.
        limit: Duration,
    },
    /// It printed too much.
    #[error("{} printed more than {most} bytes and was killed", program.display())]
    Output {
        /// The program.
        program: PathBuf,
        /// How much it might print.
        most: u64,
    },
    /// The kernel does not permit that it is kept apart as was asked.
    #[error("{lacking}")]
    Refused {
        /// What is lacking.
        lacking: String,
    },
    /// gopie itself was interrupted.
    #[error("interrupted")]
    Interrupted(#[from] Interrupted),
}

impl Command {
    /// A command in a folder, with an hour's time, and 64 MiB of output.
    pub fn new(program: &Path, dir: &Path) -> Self {
        Self {
            program: program.to_owned(),
            args: Vec::new(),
            env: BTreeMap::new(),
            dir: dir.to_owned(),
            stdin: None,
            limit: Duration::from_secs(3600),
            most_output: 64 << 20,
            apart: Vec::new(),
        }
    }

    /// Keeps it from something more.
    pub fn apart(mut self, apart: Apart) -> Self {
        self.apart.push(apart);
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets the whole environment.
    pub fn env(mut self, env: BTreeMap<String, String>) -> Self {
        self.env = env;
        self
    }

    /// Sets the time limit.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end. On every other way out its whole process group has been killed.
    pub fn run(&self) -> Result<Finished, CommandError> {
        let start = |source| {
            if apart::is_refusal(&source) && !self.apart.is_empty() {
                // Which of several it was is not told.
                let lacking: Vec<String> = self.apart.iter().map(Apart::lacking).collect();
                return CommandError::Refused { lacking: lacking.join("; or ") };
            }
            CommandError::Start { program: self.program.clone(), source }
        };
        let mut stdout = tempfile::tempfile().map_err(start)?;
        let mut stderr = tempfile::tempfile().map_err(start)?;
        let expression = duct::cmd(&self.program, &self.args)
            .dir(&self.dir)
            .full_env(&self.env)
            .stdout_file(stdout.try_clone().map_err(start)?)
            .stderr_file(stderr.try_clone().map_err(start)?);
        let expression = match &self.stdin {
            Some(path) => expression.stdin_path(path),
            None => expression.stdin_null(),
        };
        let kept = self.apart.clone();
        let expression =
            expression.before_spawn(move |command| kept.iter().try_for_each(|apart| apart.keep(command)));
        let printed = |file: &File| file.metadata().map_or(0, |file| file.len());
        let enough = || printed(&stdout) + printed(&stderr) > self.most_output;
        let limits = Limits { time: self.limit, interrupted: interrupt::flag() };
        let output = process::run(&expression, limits, &enough).map_err(|stopped| match stopped {
            Stopped::Start(error) => start(error),
            Stopped::Time(limit) => CommandError::Timeout { program: self.program.clone(), limit },
            Stopped::TooMuch => {
                CommandError::Output { program: self.program.clone(), most: self.most_output }
            }
            Stopped::Interrupted(interrupted) => interrupted.into(),
        })?;
        Ok(Finished {
            status: output.status.code(),
            signal: output.status.signal(),
            stdout: read(&mut stdout).map_err(start)?,
            stderr: read(&mut stderr).map_err(start)?,
        })
    }
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let env = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        Command::new(Path::new("/bin/sh"), Path::new("/")).args(["-c", script]).env(env)
    }

    #[test]
    fn what_it_says_is_kept() {
        let done = shell("echo out; echo err >&2; pwd; exit 3").run().expect("runs");
        assert_eq!(done.stdout, b"out\n/\n");
        assert_eq!((done.complaint().as_str(), done.end().as_str()), ("err", "exit status 3"));
    }

    #[test]
    fn nothing_is_inherited() {
        let done = shell("echo ${HOME-none} ${CARGO-none}").run().expect("runs");
        assert_eq!(done.stdout, b"none none\n");
    }

    #[test]
    fn too_long_is_stopped() {
        let error = shell("sleep 60 & wait").limit(Duration::from_millis(200)).run().expect_err("hangs");
        assert!(matches!(error, CommandError::Timeout { .. }), "{error}");
    }

    #[test]
    fn too_much_is_stopped() {
        let mut command = shell("yes");
        command.most_output = 1 << 16;
        let error = command.run().expect_err("prints for ever");
        assert!(matches!(error, CommandError::Output { .. }), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Command::new(Path::new("/nonexistent"), Path::new("/")).run().expect_err("is missing");
        assert_eq!(error.to_string(), "cannot run /nonexistent");
    }
}
