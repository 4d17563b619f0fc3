//! A program that is stopped right after exec, and then at addresses of its code, at its system calls, or at its end.
//!
//! The kernel stops it at a breakpoint instruction that is put there and taken away again; it does not run
//! while it is looked at. All of its threads are followed, so that none meets the breakpoint alone. What is
//! looked at is for `measure` and `probe` to say. A watcher kills it when its time is up, and it is killed and
//! reaped when this is dropped, with all the processes that it started where these are followed. Everything happens
//! in one thread, for the kernel knows one thread as the tracer.
//!
//! Sources: ptrace(2), `getauxval(3)`, `proc_pid_auxv(5)`, waitpid(2).

mod requests;

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, c_int};
use std::fs::{self, File};
use std::io;
use std::marker::PhantomData;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::ptr::null_mut;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getpid, kill_process, kill_process_group, pidfd_open,
    pidfd_send_signal, setrlimit,
};

use self::requests::{
    Info, Request, ends_all, exit_status, go_on, info, is_at, message, next_event, passed, peek, request,
    resume,
};
use super::apart::Apart;
use super::orphan::die_with;

/// The breakpoint instruction, as it lies in the low bytes of a word, and how many bits it has.
#[cfg(target_arch = "x86_64")]
const BREAKPOINT: (u64, u32) = (0xcc, 8);
#[cfg(target_arch = "aarch64")]
const BREAKPOINT: (u64, u32) = (0xd420_0000, 32);
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const BREAKPOINT: (u64, u32) = (0, 0);

/// Bytes that it may write to a file while what it prints is kept.
const MOST_WRITTEN: u64 = 1 << 30;

/// `AT_ENTRY` of the auxiliary vector.
const AT_ENTRY: u64 = 9;

/// A program under trace, stopped.
#[derive(Debug)]
pub struct Traced {
    pid: Pid,
    reaped: bool,
    /// All that is traced and was not reaped: its threads, and what it started where this is followed.
    threads: HashSet<Pid>,
    /// The watcher leaves when this is dropped.
    done: Option<mpsc::Sender<()>>,
    watcher: Option<thread::JoinHandle<()>>,
    /// The tracer is this thread and no other.
    _here: PhantomData<*const ()>,
}

/// More about a program that is traced.
#[derive(Clone, Debug, Default)]
pub struct With {
    /// What it reads.
    pub stdin: Option<PathBuf>,
    /// A file that all it prints is written to; `/dev/null` where absent.
    pub output: Option<PathBuf>,
    /// The folder that it is started in.
    pub dir: Option<PathBuf>,
    /// What it is kept from.
    pub apart: Vec<Apart>,
}

impl With {
    /// What it prints to.
    fn printed(&self) -> io::Result<(Stdio, Stdio)> {
        let Some(path) = &self.output else { return Ok((Stdio::null(), Stdio::null())) };
        let file = File::create(path)?;
        Ok((file.try_clone()?.into(), file.into()))
    }
}

/// A system call of a traced program, or the answer to one.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The thread that makes it.
    pub thread: u32,
    /// Its number.
    pub number: u64,
    /// Its arguments; what is no pointer is what it is.
    pub args: [u64; 6],
    /// The answer, `-errno` where it failed; absent where it is about to be made.
    pub answer: Option<i64>,
}

/// How a traced program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with that status.
    Status(i32),
    /// By a signal.
    Signal(i32),
}

impl End {
    /// As waitpid(2) has it.
    fn of(status: c_int) -> Self {
        if libc::WIFSIGNALED(status) {
            Self::Signal(libc::WTERMSIG(status))
        } else {
            Self::Status(libc::WEXITSTATUS(status))
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Status(status) => format!("exit status {status}"),
            // So is one that is not finished in time.
            Self::Signal(signal) => format!("killed by signal {signal}"),
        }
    }
}

/// Whether breakpoints of this processor are known.
pub fn is_known() -> bool {
    BREAKPOINT.1 > 0
}

impl Traced {
    /// Starts a program on the CPUs of the calling thread, in a process group of its own, and leaves it stopped
    /// before its first instruction. `args` are those after its name, `env` the whole environment; it reads and
    /// writes `/dev/null`. After `limit` it is killed.
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        args: &[A],
        env: &[(String, String)],
        limit: Duration,
    ) -> io::Result<Self> {
        Self::start_apart(program, args, env, limit, &With::default())
    }

    /// As [`Traced::start`], with more about it.
    pub fn start_apart<A: AsRef<OsStr>>(
        program: &Path,
        args: &[A],
        env: &[(String, String)],
        limit: Duration,
        with: &With,
    ) -> io::Result<Self> {
        let (stdout, stderr) = with.printed()?;
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(match &with.stdin {
                Some(path) => File::open(path)?.into(),
                None => Stdio::null(),
            })
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0);
        if let Some(dir) = &with.dir {
            command.current_dir(dir);
        }
        // A filter of system calls is the last: the calls made here need not be on its list.
        let (filters, others): (Vec<&Apart>, Vec<&Apart>) =
            with.apart.iter().partition(|apart| matches!(apart, Apart::Calls(_)));
        others.into_iter().try_for_each(|apart| apart.keep(&mut command))?;
        let parent = getpid();
        let bounded = with.output.is_some();
        // SAFETY: between fork and exec the closure makes system calls and nothing else: it takes no lock,
        // allocates nothing, and touches no memory but its own.
        unsafe {
            command.pre_exec(move || {
                die_with(parent)?;
                if bounded {
                    let limit = Rlimit { current: Some(MOST_WRITTEN), maximum: Some(MOST_WRITTEN) };
                    setrlimit(Resource::Fsize, limit)?;
                }
                match libc::ptrace(libc::PTRACE_TRACEME, 0, null_mut::<u8>(), null_mut::<u8>()) {
                    -1 => Err(io::Error::last_os_error()),
                    _ => Ok(()),
                }
            });
        }
        filters.into_iter().try_for_each(|apart| apart.keep(&mut command))?;
        let child = command.spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
        let threads = HashSet::from([pid]);
        let mut traced = Self { pid, reaped: false, threads, done: None, watcher: None, _here: PhantomData };
        let pidfd = pidfd_open(pid, PidfdFlags::empty())?;
        let (done, end) = mpsc::channel::<()>();
        traced.done = Some(done);
        traced.watcher = Some(thread::Builder::new().spawn(move || {
            if end.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                // It may be gone already.
                let _ = pidfd_send_signal(&pidfd, Signal::KILL);
            }
        })?);
        // An orphan that somebody else left may end meanwhile.
        let status = loop {
            match traced.event()? {
                (thread, status) if thread == pid => break status,
                _ => {}
            }
        };
        if !libc::WIFSTOPPED(status) {
            return Err(io::Error::other("it ended before it was stopped"));
        }
        let options = libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACECLONE;
        request(libc::PTRACE_SETOPTIONS, pid, 0, u64::from(options.unsigned_abs()))?;
        Ok(traced)
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        number_of(self.pid)
    }

    /// Where its first own instruction lies in memory; the loader, where there is one, runs before it.
    pub fn entry(&self) -> io::Result<u64> {
        let words = fs::read(format!("/proc/{}/auxv", self.id()))?;
        let words: Vec<u64> = words.as_chunks::<8>().0.iter().map(|word| u64::from_ne_bytes(*word)).collect();
        let pair = words.as_chunks::<2>().0.iter().find(|pair| pair[0] == AT_ENTRY);
        pair.map(|pair| pair[1]).ok_or_else(|| io::Error::other("its auxiliary vector has no entry"))
    }

    /// Lets it run until it is about to end, all of its memory still there; gives the thread that ends it, and how.
    pub fn run_to_end(&mut self) -> io::Result<(u32, End)> {
        // What it executes is told of too: the kernel would else stop it by a signal that ends it.
        let children = libc::PTRACE_O_TRACEFORK | libc::PTRACE_O_TRACEVFORK | libc::PTRACE_O_TRACEEXEC;
        self.follow(libc::PTRACE_O_TRACEEXIT | children)?;
        go_on(self.pid, 0);
        loop {
            let (thread, status) = self.event()?;
            if !libc::WIFSTOPPED(status) {
                if self.reaped {
                    return Err(io::Error::other("it was killed"));
                }
                continue;
            }
            let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
            // A thread may end before the others; what ends all of them is a call of its own.
            let ends = || thread == self.pid || (self.is_own(thread) && ends_all(thread));
            if event == libc::PTRACE_EVENT_EXIT && ends() {
                return Ok((number_of(thread), End::of(exit_status(thread)?)));
            }
            go_on(thread, passed(signal, event));
        }
    }

    /// Lets it run to its end and tells of every system call of it and its children, before it is made and after.
    pub fn run_calls(&mut self, told: impl FnMut(&Call)) -> io::Result<End> {
        self.run(libc::PTRACE_SYSCALL, libc::PTRACE_O_TRACESYSGOOD, told)
    }

    /// As [`Traced::run_calls`], and tells of nothing but calls, before they are made, that a filter which it is
    /// kept apart by does not know ([`super::apart::Named::Known`]). It hardly runs slower than without.
    pub fn run_unknown(&mut self, told: impl FnMut(&Call)) -> io::Result<End> {
        self.run(libc::PTRACE_CONT, libc::PTRACE_O_TRACESECCOMP, told)
    }

    fn run(&mut self, how: Request, of_calls: c_int, mut told: impl FnMut(&Call)) -> io::Result<End> {
        self.follow(
            libc::PTRACE_O_TRACEFORK | libc::PTRACE_O_TRACEVFORK | libc::PTRACE_O_TRACEEXEC | of_calls,
        )?;
        resume(how, self.pid, 0);
        let mut made: HashMap<u32, (u64, [u64; 6])> = HashMap::new();
        loop {
            let (thread, status) = self.event()?;
            if !libc::WIFSTOPPED(status) {
                if self.reaped {
                    return Ok(End::of(status));
                }
                continue;
            }
            let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
            let id = number_of(thread);
            if signal == libc::SIGTRAP | 0x80 || event == libc::PTRACE_EVENT_SECCOMP {
                match info(thread) {
                    Ok(Info::Entry(number, args)) => {
                        made.insert(id, (number, args));
                        told(&Call { thread: id, number, args, answer: None });
                    }
                    Ok(Info::Exit(answer)) => {
                        if let Some((number, args)) = made.remove(&id) {
                            told(&Call { thread: id, number, args, answer: Some(answer) });
                        }
                    }
                    // It is gone by now.
                    Ok(Info::Other) | Err(_) => {}
                }
                resume(how, thread, 0);
            } else {
                // A thread that executes something is the first one from then on.
                if event == libc::PTRACE_EVENT_EXEC
                    && let Some(former) = message(thread).ok().flatten()
                    && let Some(call) = made.remove(&number_of(former))
                {
                    made.insert(id, call);
                }
                resume(how, thread, passed(signal, event));
            }
        }
    }

    /// Whether a thread is of the program itself, and not of what it started.
    fn is_own(&self, thread: Pid) -> bool {
        Path::new(&format!("/proc/{}/task/{}", self.pid.as_raw_pid(), thread.as_raw_pid())).exists()
    }

    /// What else is told of, beside new threads.
    fn follow(&self, more: c_int) -> io::Result<()> {
        let options = libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACECLONE | more;
        request(libc::PTRACE_SETOPTIONS, self.pid, 0, u64::from(options.unsigned_abs()))
    }

    /// The next thing that happens.
    fn event(&mut self) -> io::Result<(Pid, c_int)> {
        let (thread, status) = next_event()?;
        if !libc::WIFSTOPPED(status) {
            self.threads.remove(&thread);
            self.reaped |= thread == self.pid;
            return Ok((thread, status));
        }
        self.threads.insert(thread);
        match status >> 16 {
            libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK => {
                // It may have ended before this was told.
                let is_there = |new: &Pid| Path::new(&format!("/proc/{}", new.as_raw_pid())).exists();
                self.threads.extend(message(thread).ok().flatten().filter(is_there));
            }
            libc::PTRACE_EVENT_EXEC => {
                if let Some(former) = message(thread).ok().flatten().filter(|former| *former != thread) {
                    self.threads.remove(&former);
                }
            }
            _ => {}
        }
        Ok((thread, status))
    }

    /// Lets it run until one of its threads comes to that address; `false` where it ended before.
    pub fn run_to(&mut self, address: u64) -> io::Result<bool> {
        let (instruction, bits) = BREAKPOINT;
        let mask = (1_u64 << bits) - 1;
        let word = peek(self.pid, address)?;
        request(libc::PTRACE_POKETEXT, self.pid, address, word & !mask | instruction)?;
        go_on(self.pid, 0);
        loop {
            let (thread, status) = self.event()?;
            if !libc::WIFSTOPPED(status) {
                if self.reaped {
                    return Ok(false);
                }
                continue;
            }
            let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
            if signal == libc::SIGTRAP && event == 0 && is_at(thread, address)? {
                request(libc::PTRACE_POKETEXT, thread, address, word)?;
                return Ok(true);
            }
            go_on(thread, passed(signal, event));
        }
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // What it leaves behind in its group goes too, and so does what left the group and was followed.
        let _ = kill_process_group(self.pid, Signal::KILL);
        for thread in &self.threads {
            let _ = kill_process(*thread, Signal::KILL);
            // One that is stopped while it ends takes no signal any more, and has to be let go.
            go_on(*thread, libc::SIGKILL);
        }
        while !(self.reaped && self.threads.is_empty()) {
            match self.event() {
                Ok((thread, status)) if libc::WIFSTOPPED(status) => go_on(thread, libc::SIGKILL),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        drop(self.done.take());
        let _ = self.watcher.take().map(thread::JoinHandle::join);
    }
}

fn number_of(thread: Pid) -> u32 {
    thread.as_raw_pid().unsigned_abs()
}

#[cfg(test)]
mod tests;
