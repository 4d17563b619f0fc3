//! What a program used: run to its end with everything inherited, and waited for with its resource usage.
//!
//! The peak is `ru_maxrss`: the largest of the process, of every descendant that was waited for, and of what
//! the process was before `execve`, which is the caller. So the caller has to be small, and not the process
//! that holds a run's samples.
//!
//! Source: wait4(2), getrusage(2).

use std::ffi::{OsStr, OsString, c_int};
use std::io;
use std::mem::MaybeUninit;
use std::process::Command;
use std::time::{Duration, Instant};

/// What a program and its descendants used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Its exit status; 128 and the signal where one ended it.
    pub status: i32,
    /// From before it was started until it was reaped.
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    /// Resident memory of the largest process at its peak, in bytes.
    pub peak: u64,
}

/// Runs a program to its end.
pub fn run(program: &OsStr, args: &[OsString]) -> io::Result<Usage> {
    let begin = Instant::now();
    let child = Command::new(program).args(args).spawn()?;
    let pid = c_int::try_from(child.id()).map_err(io::Error::other)?;
    let mut status: c_int = 0;
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    loop {
        // SAFETY: both pointers are to valid memory of the right type; nobody else reaps the child.
        if unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) } == pid {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    let wall = begin.elapsed();
    // SAFETY: wait4 succeeded, so it has filled in the whole structure.
    let usage = unsafe { usage.assume_init() };
    let time = |time: libc::timeval| {
        let part = |number: i64| u64::try_from(number).unwrap_or(0);
        Duration::from_secs(part(time.tv_sec)) + Duration::from_micros(part(time.tv_usec))
    };
    let ended = libc::WIFEXITED(status);
    Ok(Usage {
        status: if ended { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) },
        wall,
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        peak: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Usage {
        run(OsStr::new("/bin/sh"), &["-c".into(), script.into()]).expect("runs")
    }

    #[test]
    fn the_end_and_the_cpu_time_of_children_are_told() {
        assert_eq!((shell("exit 7").status, shell("kill -TERM $$").status), (7, 128 + libc::SIGTERM));
        let busy = shell("(i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done)");
        assert!(busy.cpu > shell("exit 0").cpu, "{busy:?}");
    }

    #[test]
    fn the_peak_is_that_of_the_largest_process() {
        let large = shell("head -c 200000000 /dev/zero | tail -c 150000000 >/dev/null");
        assert!(large.peak > 140_000_000, "{large:?}");
        // Every child had this process's memory before its own.
        let small = shell("exit 0");
        if small.peak > 140_000_000 {
            crate::ui::say("SKIPPED: the other tests take more memory than the child");
        } else {
            assert!(large.peak > small.peak, "{small:?} {large:?}");
        }
    }
}
