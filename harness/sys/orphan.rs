//! Children that do not outlive gopie, however it ends.
//!
//! The kernel sends the signal when the thread ends that started the child: whoever starts one waits for it.
//!
//! Source: `PR_SET_PDEATHSIG(2const)`.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Pid, Signal, getpid, getppid, set_parent_process_death_signal};

/// Has the kernel kill the calling process when the one that started it ends; fails where that has ended already.
/// Makes two system calls and nothing else, so that it may be called between fork and exec.
pub fn die_with(parent: Pid) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Kills a command when gopie ends before it. What it has started in turn is not: a group is killed by whoever stops it.
pub fn goes_with_us(command: &mut Command) {
    let parent = getpid();
    // SAFETY: between fork and exec the closure makes two system calls and nothing else.
    unsafe {
        command.pre_exec(move || die_with(parent));
    }
}
