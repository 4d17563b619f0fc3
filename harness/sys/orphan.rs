//! Children that do not outlive gopie, however it ends.
//!
//! The kernel sends the signal when the thread ends that started the child: whoever starts one waits for it.
//!
//! Source: `PR_SET_PDEATHSIG(2const)`.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Signal, set_parent_process_death_signal};

/// Kills a command when gopie ends before it. What it has started in turn is not: a group is killed by whoever stops it.
pub fn goes_with_us(command: &mut Command) {
    // SAFETY: between fork and exec the closure makes one system call and nothing else.
    unsafe {
        command.pre_exec(|| set_parent_process_death_signal(Some(Signal::KILL)).map_err(io::Error::from));
    }
}
