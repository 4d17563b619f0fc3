//! Starting a program with the least between the clock and the kernel, and waiting for it with its resource
//! usage.
//!
//! `clone` and `wait4` are called directly, since no well-kept crate sets a child's affinity or gives the rusage
//! of one child. Everything that can be prepared is prepared beforehand: arguments, environment, descriptors.
//! The child leads a process group of its own, reads and writes `/dev/null`, and has no signal blocked or
//! ignored. The wait sleeps in the kernel, on a pidfd, so that it can end at a time limit; the group is then
//! killed and reaped. What a child leaves behind in its group when it ends is killed, and told.
//!
//! Source: clone(2), wait4(2), pidfd in clone(2), getrusage(2).

use std::ffi::{CString, OsStr, c_int};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use rustix::thread::CpuSet;

use super::vfork::{self, Plan, Stack};

/// How often a long wait looks whether it should go on.
const GLANCE: Duration = Duration::from_millis(200);

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With an exit status.
    Status(i32),
    /// By a signal.
    Signal(i32),
    /// Killed when its time was up.
    Timeout,
    /// With an exit status, but it left processes behind; they were killed.
    LeftProcesses(i32),
}

/// What one start came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// From before the child was made until it was reaped.
    pub wall: Duration,
    /// User and system time of the child (not split: see `docs/methodology.md`).
    pub cpu: Duration,
    /// Page faults without I/O.
    pub minor_faults: u64,
    /// Page faults with I/O.
    pub major_faults: u64,
    /// Times it gave up the CPU to wait for something.
    pub voluntary_switches: u64,
    /// Times the CPU was taken from it.
    pub involuntary_switches: u64,
}

/// Where and how a child runs.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The CPUs it may run on; those of the starting thread where absent.
    pub cpus: Option<CpuSet>,
    /// Whether its addresses are randomised as the kernel is set; else never.
    pub randomised: bool,
}

impl Default for Placement {
    fn default() -> Self {
        Self { cpus: None, randomised: true }
    }
}

/// A program with its arguments and environment, ready to be started many times.
#[derive(Debug)]
pub struct Prepared {
    strings: Strings,
    input: File,
    null: File,
    stack: Stack,
    ignored: Vec<c_int>,
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
            input: null.try_clone()?,
            null,
            stack: Stack::new(),
            ignored: vfork::ignored_signals(),
        })
    }

    /// The same, reading from a file, each start from its beginning.
    pub fn reading(self, input: File) -> Self {
        Self { input, ..self }
    }

    /// Bytes of the environment, terminators included.
    pub fn environment_bytes(&self) -> u32 {
        let bytes: usize = self.strings.environment.iter().map(|text| text.as_bytes_with_nul().len()).sum();
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// Starts it and waits until it has ended, at most as long as `limit`. Once `stop` is set a long wait ends
    /// with an error of the kind `Interrupted`.
    pub fn start(&self, placement: &Placement, limit: Duration, stop: &AtomicBool) -> io::Result<Outcome> {
        // `/dev/null` does not mind.
        (&self.input).rewind()?;
        let plan = Plan {
            path: self.strings.path.as_ptr(),
            arguments: self.strings.argument_pointers.as_ptr(),
            environment: self.strings.environment_pointers.as_ptr(),
            input: self.input.as_fd(),
            output: self.null.as_fd(),
            cpus: placement.cpus.as_ref(),
            randomised: placement.randomised,
            ignored: &self.ignored,
        };
        let (pid, pidfd, begin) = vfork::start(plan, &self.stack, Instant::now)?;
        let in_time = wait_until_ended(&pidfd, limit, stop);
        if !matches!(in_time, Ok(true)) {
            kill_group(pid);
        }
        let (status, usage) = reap(pid)?;
        let wall = begin.elapsed();
        let left = in_time.as_ref().is_ok_and(|ended| *ended) && test_kill_process_group(pid).is_ok();
        if left {
            kill_group(pid);
        }
        let end = match (in_time?, left) {
            (false, _) => End::Timeout,
            _ if libc::WIFSIGNALED(status) => End::Signal(libc::WTERMSIG(status)),
            (_, true) => End::LeftProcesses(libc::WEXITSTATUS(status)),
            _ => End::Status(libc::WEXITSTATUS(status)),
        };
        let count = |number: libc::c_long| u64::try_from(number).unwrap_or(0);
        Ok(Outcome {
            end,
            wall,
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
            minor_faults: count(usage.ru_minflt),
            major_faults: count(usage.ru_majflt),
            voluntary_switches: count(usage.ru_nvcsw),
            involuntary_switches: count(usage.ru_nivcsw),
        })
    }
}

/// Sleeps until the child has ended (true) or the time is up (false); reaps nothing.
fn wait_until_ended(pidfd: &OwnedFd, limit: Duration, stop: &AtomicBool) -> io::Result<bool> {
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left.min(GLANCE)).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&timeout)) {
            Ok(0) if left <= GLANCE => return Ok(false),
            Ok(0) | Err(rustix::io::Errno::INTR) if stop.load(Ordering::Relaxed) => {
                return Err(io::ErrorKind::Interrupted.into());
            }
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}

fn kill_group(pid: Pid) {
    // It may be gone already.
    let _ = kill_process_group(pid, Signal::KILL);
}

fn reap(pid: Pid) -> io::Result<(c_int, libc::rusage)> {
    let pid = pid.as_raw_pid();
    let mut status: c_int = 0;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Prepared {
        let env = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        Prepared::new(Path::new("/bin/sh"), &["-c", script], env).expect("prepares")
    }

    impl Prepared {
        fn run(&self) -> io::Result<Outcome> {
            self.start(&Placement::default(), Duration::from_secs(60), &AtomicBool::new(false))
        }
    }

    #[test]
    fn status_and_signal_are_told_apart() {
        assert_eq!(shell("exit 7").run().expect("starts").end, End::Status(7));
        assert_eq!(shell("kill -TERM $$").run().expect("starts").end, End::Signal(libc::SIGTERM));
    }

    #[test]
    fn the_environment_is_exactly_what_was_given() {
        let prepared = shell("test -z \"$HOME\" && test \"$PATH\" = /usr/bin:/bin");
        assert_eq!(prepared.run().expect("starts").end, End::Status(0));
        assert_eq!(prepared.environment_bytes(), 19);
    }

    #[test]
    fn ignored_signals_are_not_inherited() {
        // Rust ignores SIGPIPE; a child that inherited that would see a write error instead of dying.
        let prepared = shell("kill -PIPE $$; exit 0");
        assert_eq!(prepared.run().expect("starts").end, End::Signal(libc::SIGPIPE));
    }

    #[test]
    fn a_hanging_program_is_killed_with_its_children() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("pid");
        let script = format!("trap '' TERM; sleep 600 & echo $! > {}; wait", mark.display());
        let prepared = shell(&script);
        let limit = Duration::from_millis(500);
        let outcome = prepared.start(&Placement::default(), limit, &AtomicBool::new(false)).expect("starts");
        assert_eq!(outcome.end, End::Timeout);
        let child = std::fs::read_to_string(&mark).expect("the child wrote its number");
        assert_gone(child.trim());
    }

    fn assert_gone(pid: &str) {
        let stat = format!("/proc/{pid}/stat");
        let gone = || std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z "));
        let begin = Instant::now();
        while !gone() && begin.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert!(gone(), "process {pid} outlived its parent");
    }

    #[test]
    fn a_wait_ends_once_it_is_told_to() {
        let begin = Instant::now();
        let stopped =
            shell("sleep 600").start(&Placement::default(), Duration::from_secs(600), &AtomicBool::new(true));
        assert_eq!(stopped.expect_err("was stopped").kind(), io::ErrorKind::Interrupted);
        assert!(begin.elapsed() < Duration::from_secs(300));
    }

    #[test]
    fn what_is_left_behind_is_killed_and_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("pid");
        let outcome = shell(&format!("sleep 600 & echo $! > {}", mark.display())).run().expect("starts");
        assert_eq!(outcome.end, End::LeftProcesses(0));
        let child = std::fs::read_to_string(&mark).expect("the child wrote its number");
        assert_gone(child.trim());
    }

    #[test]
    fn the_placement_is_set_before_the_program_runs() {
        let all = rustix::thread::sched_getaffinity(None).expect("has CPUs");
        let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| all.is_set(*cpu)).expect("has a CPU");
        let mut one = CpuSet::new();
        one.set(last);
        let here = shell(&format!(
            "grep -qx 'Cpus_allowed_list:.{last}' /proc/self/status && grep -q '^0*40000$' /proc/self/personality"
        ));
        let placement = Placement { cpus: Some(one), randomised: false };
        let end =
            here.start(&placement, Duration::from_secs(60), &AtomicBool::new(false)).expect("starts").end;
        assert_eq!(end, End::Status(0));
        assert_eq!(rustix::thread::sched_getaffinity(None).expect("has CPUs"), all);
        assert_ne!(here.run().expect("starts").end, End::Status(0));
    }

    #[test]
    fn each_start_reads_its_input_from_the_beginning() {
        let mut file = tempfile::tempfile().expect("a file");
        std::io::Write::write_all(&mut file, b"line\n").expect("writes");
        let prepared = shell("read line && test \"$line\" = line").reading(file);
        for _ in 0..2 {
            assert_eq!(prepared.run().expect("starts").end, End::Status(0));
        }
    }

    #[test]
    fn usage_is_that_of_the_child() {
        let busy = shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done").run().expect("starts");
        let idle = shell("exit 0").run().expect("starts");
        assert!(busy.cpu > idle.cpu, "{busy:?} against {idle:?}");
        assert!(idle.minor_faults > 0);
    }

    #[test]
    fn a_missing_program_is_an_error() {
        let prepared = Prepared::new::<&str>(Path::new("/nonexistent/program"), &[], []).expect("prepares");
        let error = prepared.run().expect_err("cannot start");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
