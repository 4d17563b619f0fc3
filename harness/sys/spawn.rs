//! Starting a program with the least between the clock and the kernel, and waiting for it with its resource
//! usage.
//!
//! `posix_spawn` and `wait4` are called directly, since no well-kept crate gives the rusage of one child.
//! Everything that can be prepared is prepared beforehand: arguments, environment, file actions. The child
//! leads a process group of its own, reads and writes `/dev/null`, has no signal blocked or ignored, and
//! inherits the CPU affinity of the calling thread (`posix_spawn` cannot set it). The wait sleeps in the
//! kernel, on a pidfd, so that it can end at a time limit; the group is then killed and reaped.
//!
//! Source: `posix_spawn(3)`, wait4(2), `pidfd_open(2)`.

use std::ffi::{CString, OsStr};
use std::fs::{File, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With an exit status.
    Status(i32),
    /// By a signal.
    Signal(i32),
    /// Killed when its time was up.
    Timeout,
}

/// What one start came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// From before the spawn until the wait came back.
    pub wall: Duration,
    /// User and system time of the child (not split: see `docs/methodology.md`).
    pub cpu: Duration,
    /// Page faults without I/O.
    pub minor_faults: u64,
}

/// A program with its arguments and environment, ready to be started many times.
#[derive(Debug)]
pub struct Prepared {
    strings: Strings,
    attributes: Attributes,
    actions: Actions,
    // The actions name this file's descriptor.
    _null: File,
}

impl Prepared {
    /// Prepares a program; `args` are those after the program's own name, `env` the whole environment.
    pub fn new<A: AsRef<OsStr>>(
        program: &Path,
        args: &[A],
        env: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
        Ok(Self {
            strings: Strings::new(program, args, env)?,
            attributes: Attributes::new()?,
            actions: Actions::all_to(&null)?,
            _null: null,
        })
    }

    /// Bytes of the environment, terminators included.
    pub fn environment_bytes(&self) -> u32 {
        let bytes: usize = self.strings.environment.iter().map(|text| text.as_bytes_with_nul().len()).sum();
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// Starts it and waits until it has ended, at most as long as `limit`.
    pub fn start(&self, limit: Duration) -> io::Result<Outcome> {
        let begin = Instant::now();
        let mut pid: libc::pid_t = 0;
        // SAFETY: all pointers are to memory that `self` owns and that lives through the call: the path is
        // NUL-terminated, the arrays of arguments and environment end in a null pointer, the attributes and
        // actions were initialised.
        let error = unsafe {
            libc::posix_spawn(
                &raw mut pid,
                self.strings.path.as_ptr(),
                &raw const self.actions.0,
                &raw const self.attributes.0,
                self.strings.argument_pointers.as_ptr(),
                self.strings.environment_pointers.as_ptr(),
            )
        };
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error));
        }
        let in_time = wait_until_ended(pid, limit);
        if !matches!(in_time, Ok(true)) {
            kill_group(pid);
        }
        let (status, usage) = reap(pid)?;
        let wall = begin.elapsed();
        let end = match in_time? {
            false => End::Timeout,
            true if libc::WIFSIGNALED(status) => End::Signal(libc::WTERMSIG(status)),
            true => End::Status(libc::WEXITSTATUS(status)),
        };
        Ok(Outcome {
            end,
            wall,
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
            minor_faults: u64::try_from(usage.ru_minflt).unwrap_or(0),
        })
    }
}

/// Sleeps until the child has ended (true) or the time is up (false); reaps nothing.
fn wait_until_ended(pid: libc::pid_t, limit: Duration) -> io::Result<bool> {
    let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidInput)?;
    let pidfd = pidfd_open(pid, PidfdFlags::empty())?;
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn kill_group(pid: libc::pid_t) {
    if let Some(pid) = Pid::from_raw(pid) {
        // It may be gone already.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

fn reap(pid: libc::pid_t) -> io::Result<(libc::c_int, libc::rusage)> {
    let mut status: libc::c_int = 0;
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    loop {
        // SAFETY: both pointers are to valid memory of the right type; `pid` is a child of this process that
        // nobody else reaps.
        let reaped = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
        if reaped == pid {
            // SAFETY: wait4 succeeded, so it has filled in the whole structure.
            return Ok((status, unsafe { usage.assume_init() }));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn duration(time: libc::timeval) -> Duration {
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    Duration::from_secs(part(time.tv_sec)) + Duration::from_micros(part(time.tv_usec))
}

/// Owned strings, and the arrays of pointers to them that the kernel wants.
#[derive(Debug)]
struct Strings {
    path: CString,
    _arguments: Vec<CString>,
    argument_pointers: Vec<*mut libc::c_char>,
    environment: Vec<CString>,
    environment_pointers: Vec<*mut libc::c_char>,
}

impl Strings {
    fn new<A: AsRef<OsStr>>(
        program: &Path,
        args: &[A],
        env: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let path = CString::new(program.as_os_str().as_bytes())?;
        let mut arguments = vec![path.clone()];
        for arg in args {
            arguments.push(CString::new(arg.as_ref().as_bytes())?);
        }
        let environment = env
            .into_iter()
            .map(|(name, value)| CString::new(format!("{name}={value}")))
            .collect::<Result<Vec<_>, _>>()?;
        // A CString's bytes stay where they are when the vector that holds it moves.
        let pointers = |strings: &[CString]| {
            strings.iter().map(|text| text.as_ptr().cast_mut()).chain([ptr::null_mut()]).collect()
        };
        Ok(Self {
            path,
            argument_pointers: pointers(&arguments),
            _arguments: arguments,
            environment_pointers: pointers(&environment),
            environment,
        })
    }
}

struct Attributes(libc::posix_spawnattr_t);

impl std::fmt::Debug for Attributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attributes")
    }
}

impl Attributes {
    /// A process group of its own, no signal blocked, every signal at its default.
    fn new() -> io::Result<Self> {
        let mut raw = MaybeUninit::uninit();
        let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
        let flags = libc::POSIX_SPAWN_SETPGROUP | libc::POSIX_SPAWN_SETSIGDEF | libc::POSIX_SPAWN_SETSIGMASK;
        let flags = libc::c_short::try_from(flags).map_err(|_| io::ErrorKind::InvalidInput)?;
        // SAFETY: each structure is initialised by the function made for it before it is used or read.
        unsafe {
            check(libc::posix_spawnattr_init(raw.as_mut_ptr()))?;
            let mut attributes = Self(raw.assume_init());
            let raw = &raw mut attributes.0;
            check(libc::posix_spawnattr_setflags(raw, flags))?;
            check(libc::posix_spawnattr_setpgroup(raw, 0))?;
            libc::sigemptyset(signals.as_mut_ptr());
            check(libc::posix_spawnattr_setsigmask(raw, signals.as_ptr()))?;
            libc::sigfillset(signals.as_mut_ptr());
            check(libc::posix_spawnattr_setsigdefault(raw, signals.as_ptr()))?;
            Ok(attributes)
        }
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: `new` initialised it, and nothing uses it afterwards.
        unsafe { libc::posix_spawnattr_destroy(&raw mut self.0) };
    }
}

struct Actions(libc::posix_spawn_file_actions_t);

impl std::fmt::Debug for Actions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Actions")
    }
}

impl Actions {
    /// Standard input, output and error from and to one file.
    fn all_to(file: &File) -> io::Result<Self> {
        let mut raw = MaybeUninit::uninit();
        // SAFETY: the structure is initialised before it is used; it holds descriptor numbers only.
        unsafe {
            check(libc::posix_spawn_file_actions_init(raw.as_mut_ptr()))?;
            let mut actions = Self(raw.assume_init());
            for descriptor in 0..3 {
                let added =
                    libc::posix_spawn_file_actions_adddup2(&raw mut actions.0, file.as_raw_fd(), descriptor);
                check(added)?;
            }
            Ok(actions)
        }
    }
}

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: `all_to` initialised it, and nothing uses it afterwards.
        unsafe { libc::posix_spawn_file_actions_destroy(&raw mut self.0) };
    }
}

fn check(error: libc::c_int) -> io::Result<()> {
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Prepared {
        let env = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        Prepared::new(Path::new("/bin/sh"), &["-c", script], env).expect("prepares")
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn status_and_signal_are_told_apart() {
        assert_eq!(shell("exit 7").start(LONG).expect("starts").end, End::Status(7));
        assert_eq!(shell("kill -TERM $$").start(LONG).expect("starts").end, End::Signal(libc::SIGTERM));
    }

    #[test]
    fn the_environment_is_exactly_what_was_given() {
        let prepared = shell("test -z \"$HOME\" && test \"$PATH\" = /usr/bin:/bin");
        assert_eq!(prepared.start(LONG).expect("starts").end, End::Status(0));
        assert_eq!(prepared.environment_bytes(), 19);
    }

    #[test]
    fn ignored_signals_are_not_inherited() {
        // Rust ignores SIGPIPE; a child that inherited that would see a write error instead of dying.
        let prepared = shell("kill -PIPE $$; exit 0");
        assert_eq!(prepared.start(LONG).expect("starts").end, End::Signal(libc::SIGPIPE));
    }

    #[test]
    fn a_hanging_program_is_killed_with_its_children() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("pid");
        let script = format!("trap '' TERM; sleep 600 & echo $! > {}; wait", mark.display());
        let outcome = shell(&script).start(Duration::from_millis(500)).expect("starts");
        assert_eq!(outcome.end, End::Timeout);
        let child = std::fs::read_to_string(&mark).expect("the child wrote its number");
        let stat = format!("/proc/{}/stat", child.trim());
        let gone = || std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z "));
        let begin = Instant::now();
        while !gone() && begin.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert!(gone(), "the grandchild outlived the time limit");
    }

    #[test]
    fn usage_is_that_of_the_child() {
        let busy = shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done").start(LONG).expect("starts");
        let idle = shell("exit 0").start(LONG).expect("starts");
        assert!(busy.cpu > idle.cpu, "{busy:?} against {idle:?}");
        assert!(idle.minor_faults > 0);
    }

    #[test]
    fn a_missing_program_is_an_error() {
        let prepared = Prepared::new::<&str>(Path::new("/nonexistent/program"), &[], []).expect("prepares");
        let error = prepared.start(LONG).expect_err("cannot start");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
