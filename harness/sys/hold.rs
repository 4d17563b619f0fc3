//! A process that keeps files in the page cache as they are: it maps and locks them, and sleeps.
//!
//! It is a fork of this one, with nothing left open but the maps, on whatever CPUs the caller gives it, and it
//! is gone with its [`Holder`] or with the thread that made it. What should be held is for others to say.
//!
//! Sources: mlock(2), getrlimit(2) (`RLIMIT_MEMLOCK`), `PR_SET_PDEATHSIG(2const)`, signal-safety(7).

use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, Resource, Signal, WaitOptions, getpid, getrlimit, kill_process, waitpid};
use rustix::thread::CpuSet;

use super::orphan::die_with;

/// Files that are held in memory until this is dropped.
#[derive(Debug)]
pub struct Holder {
    pid: Pid,
}

/// Why files cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The limit on locked memory is too low.
    #[error("the limit on locked memory (ulimit -l) is {limit} KiB, and {wanted} KiB are to be held")]
    Limit {
        /// `RLIMIT_MEMLOCK`, in KiB.
        limit: u64,
        /// What was to be locked, in KiB.
        wanted: u64,
    },
    /// Anything else.
    #[error("cannot hold files in memory")]
    Io(#[from] io::Error),
}

impl Holder {
    /// Maps and locks the files in a process of its own, which may run on `cpus`.
    pub fn hold<'a>(files: impl IntoIterator<Item = &'a Path>, cpus: &CpuSet) -> Result<Self, HoldError> {
        let mut open = Vec::new();
        let mut wanted = 0;
        for path in files {
            let file = File::open(path)?;
            let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
            wanted += length as u64;
            open.push((file, length));
        }
        let (mut reader, writer) = io::pipe()?;
        let parent = getpid();
        // SAFETY: the child calls nothing but async-signal-safe functions before it ends (see `keep`).
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            keep(&open, &writer, parent, cpus);
        }
        drop(writer);
        let pid = Pid::from_raw(pid).filter(|_| pid > 0).ok_or_else(io::Error::last_os_error)?;
        let holder = Self { pid };
        // To the end, which comes when the holder has let go of all that was open.
        let mut answer = Vec::new();
        reader.read_to_end(&mut answer)?;
        let answer = answer.try_into().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        match i32::from_ne_bytes(answer) {
            0 => Ok(holder),
            libc::ENOMEM | libc::EPERM | libc::EAGAIN => {
                let limit = getrlimit(Resource::Memlock).current.unwrap_or(u64::MAX) / 1024;
                Err(HoldError::Limit { limit, wanted: wanted / 1024 })
            }
            error => Err(io::Error::from_raw_os_error(error).into()),
        }
    }

    /// Its number.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_pid()
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = kill_process(self.pid, Signal::KILL);
        while matches!(waitpid(Some(self.pid), WaitOptions::empty()), Err(Errno::INTR)) {}
    }
}

/// The child: holds the files, says so, and sleeps until it is killed.
fn keep(files: &[(File, usize)], answer: &io::PipeWriter, parent: Pid, cpus: &CpuSet) -> ! {
    let error = lock(files, parent, cpus).err().unwrap_or(0);
    let bytes = error.to_ne_bytes();
    let descriptor = answer.as_raw_fd();
    // SAFETY: async-signal-safe system calls on memory of this process's own; nothing is dropped or unwound.
    unsafe {
        libc::write(descriptor, bytes.as_ptr().cast(), bytes.len());
        // Locks of files that the parent holds must not live on here.
        libc::syscall(libc::SYS_close_range, 0, c_int::MAX, 0);
        if error != 0 {
            libc::_exit(1);
        }
        loop {
            libc::pause();
        }
    }
}

/// Gives the `errno` of what failed.
fn lock(files: &[(File, usize)], parent: Pid, cpus: &CpuSet) -> Result<(), c_int> {
    die_with(parent).map_err(|error| error.raw_os_error().unwrap_or(libc::ESRCH))?;
    let set = |error: Errno| error.raw_os_error();
    rustix::thread::sched_setaffinity(None, cpus).map_err(set)?;
    for (file, length) in files.iter().filter(|(_, length)| *length > 0) {
        // SAFETY: a new map of a file at a place that the kernel chooses; nothing reads or writes it. `errno` is
        // this thread's own.
        unsafe {
            let flags = libc::MAP_SHARED;
            let map = libc::mmap(std::ptr::null_mut(), *length, libc::PROT_READ, flags, file.as_raw_fd(), 0);
            if map == libc::MAP_FAILED || libc::mlock(map, *length) != 0 {
                return Err(*libc::__errno_location());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_held_until_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, vec![1; 100_000]).expect("writes");
        let cpus = rustix::thread::sched_getaffinity(None).expect("has CPUs");
        let holder = Holder::hold([path.as_path()], &cpus).expect("holds");
        let status = format!("/proc/{}/status", holder.pid());
        let text = std::fs::read_to_string(&status).expect("lives");
        let locked = text.lines().find(|line| line.starts_with("VmLck:")).expect("is told");
        assert!(locked.contains("100 kB"), "{locked}");
        let open = std::fs::read_dir(format!("/proc/{}/fd", holder.pid())).expect("is readable");
        assert_eq!(open.count(), 0, "the holder keeps files open");
        drop(holder);
        assert!(std::fs::read_to_string(&status).is_err(), "the holder is left behind");
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let cpus = rustix::thread::sched_getaffinity(None).expect("has CPUs");
        assert!(Holder::hold([Path::new("/nonexistent/file")], &cpus).is_err());
    }
}
