//! A program that is started and stays: in a process group of its own, killed and reaped when it is dropped.
//!
//! The kernel kills it too when the thread that started it is gone, so that a killed gopie leaves nothing
//! behind; no safe call asks for that, which is why this stands here. What the program does meanwhile is for
//! `measure` to look at. Starts are not timed here: the child is made by fork, which is slower than what
//! `spawn` does.
//!
//! Sources: `PR_SET_PDEATHSIG(2const)`, waitid(2), `setpgid(2)`.

use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid};

use super::orphan::goes_with_us;

/// A program that was started and not yet reaped.
#[derive(Debug)]
pub struct Waiting {
    child: Child,
    pid: Pid,
}

impl Waiting {
    /// Starts a program; `args` are those after its own name, `env` the whole environment. It reads from and
    /// writes to the pipes that are given; what it says on standard error is lost.
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        args: &[A],
        env: &[(String, String)],
        (stdin, stdout): (&PipeReader, &PipeWriter),
    ) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(stdin.try_clone()?)
            .stdout(stdout.try_clone()?)
            .stderr(Stdio::null())
            .process_group(0);
        goes_with_us(&mut command);
        let child = command.spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Ok(Self { pid: pid.ok_or(io::ErrorKind::InvalidData)?, child })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it and all of its group, and does not wait.
    pub fn kill(&self) {
        // It may be gone already.
        let _ = kill_process_group(self.pid, Signal::KILL);
    }

    /// Waits until it has ended, and its memory is free again; it is not reaped.
    pub fn wait(&self) -> io::Result<()> {
        self.ended(WaitIdOptions::empty()).map(|_| ())
    }

    fn ended(&self, option: WaitIdOptions) -> io::Result<Option<WaitIdStatus>> {
        loop {
            match waitid(WaitId::Pid(self.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | option) {
                Err(Errno::INTR) => {}
                other => return Ok(other?),
            }
        }
    }

    /// How it ended, in words, if it has; it is not reaped, so that its number is nobody else's yet.
    pub fn end(&self) -> io::Result<Option<String>> {
        Ok(self.ended(WaitIdOptions::NOHANG)?.map(|ended| {
            match (ended.exit_status(), ended.terminating_signal()) {
                (Some(status), _) => format!("exit status {status}"),
                (_, Some(signal)) => format!("signal {signal}"),
                _ => "an unknown end".to_owned(),
            }
        }))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Before it is reaped: afterwards the number could be somebody else's.
        self.kill();
        let _ = self.child.wait();
    }
}
