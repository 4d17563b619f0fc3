//! A program that is stopped right after exec, and then at addresses of its code, at its system calls, or at its end.
//!
//! The kernel stops it at a breakpoint instruction that is put there and taken away again; it does not run
//! while it is looked at. All of its threads are followed, so that none meets the breakpoint alone. What is
//! looked at is for `measure` to say. A watcher kills it when its time is up, and it is killed and reaped when
//! this is dropped. Everything happens in one thread, for the kernel knows one thread as the tracer.
//!
//! Sources: ptrace(2), `getauxval(3)`, `proc_pid_auxv(5)`, waitpid(2).

use std::collections::HashMap;
use std::ffi::{OsStr, c_int, c_long};
use std::fs::{self, File};
use std::io;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::ptr::{null_mut, without_provenance_mut};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal,
    set_parent_process_death_signal,
};

use super::apart::Apart;

/// The breakpoint instruction, as it lies in the low bytes of a word, and how many bits it has.
#[cfg(target_arch = "x86_64")]
const BREAKPOINT: (u64, u32) = (0xcc, 8);
#[cfg(target_arch = "aarch64")]
const BREAKPOINT: (u64, u32) = (0xd420_0000, 32);
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const BREAKPOINT: (u64, u32) = (0, 0);

/// `AT_ENTRY` of the auxiliary vector.
const AT_ENTRY: u64 = 9;

/// What C libraries take a request for.
#[cfg(target_env = "musl")]
type Request = c_int;
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;

/// A program under trace, stopped.
#[derive(Debug)]
pub struct Traced {
    pid: Pid,
    reaped: bool,
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
    /// The folder that it is started in.
    pub dir: Option<PathBuf>,
    /// What it is kept from.
    pub apart: Vec<Apart>,
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
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(match &with.stdin {
                Some(path) => File::open(path)?.into(),
                None => Stdio::null(),
            })
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        if let Some(dir) = &with.dir {
            command.current_dir(dir);
        }
        for apart in &with.apart {
            apart.keep(&mut command)?;
        }
        // SAFETY: between fork and exec the closure makes two system calls and nothing else: it takes no lock,
        // allocates nothing, and touches no memory but its own.
        unsafe {
            command.pre_exec(|| {
                set_parent_process_death_signal(Some(Signal::KILL))?;
                match libc::ptrace(libc::PTRACE_TRACEME, 0, null_mut::<u8>(), null_mut::<u8>()) {
                    -1 => Err(io::Error::last_os_error()),
                    _ => Ok(()),
                }
            });
        }
        let child = command.spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
        let mut traced = Self { pid, reaped: false, done: None, watcher: None, _here: PhantomData };
        let pidfd = pidfd_open(pid, PidfdFlags::empty())?;
        let (done, end) = mpsc::channel::<()>();
        traced.done = Some(done);
        traced.watcher = Some(thread::spawn(move || {
            if end.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                // It may be gone already.
                let _ = pidfd_send_signal(&pidfd, Signal::KILL);
            }
        }));
        match next_event()? {
            (_, status) if libc::WIFSTOPPED(status) => {}
            _ => return Err(io::Error::other("it ended before it was stopped")),
        }
        let options = libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACECLONE;
        request(libc::PTRACE_SETOPTIONS, pid, 0, u64::from(options.unsigned_abs()))?;
        Ok(traced)
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.pid.as_raw_pid().unsigned_abs()
    }

    /// Where its first own instruction lies in memory; the loader, where there is one, runs before it.
    pub fn entry(&self) -> io::Result<u64> {
        let words = fs::read(format!("/proc/{}/auxv", self.id()))?;
        let words: Vec<u64> = words.as_chunks::<8>().0.iter().map(|word| u64::from_ne_bytes(*word)).collect();
        let pair = words.as_chunks::<2>().0.iter().find(|pair| pair[0] == AT_ENTRY);
        pair.map(|pair| pair[1]).ok_or_else(|| io::Error::other("its auxiliary vector has no entry"))
    }

    /// Lets it run until it is about to end, all of its memory still there; gives the thread that ends it.
    pub fn run_to_end(&mut self) -> io::Result<u32> {
        self.follow(libc::PTRACE_O_TRACEEXIT)?;
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
            if event == libc::PTRACE_EVENT_EXIT && (thread == self.pid || ends_all(thread)) {
                return Ok(thread.as_raw_pid().unsigned_abs());
            }
            go_on(thread, passed(signal, event));
        }
    }

    /// Lets it run to its end and tells of every system call of it and its children, before it is made and after.
    pub fn run_calls(&mut self, mut told: impl FnMut(&Call)) -> io::Result<End> {
        self.follow(libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACEFORK | libc::PTRACE_O_TRACEVFORK)?;
        resume(libc::PTRACE_SYSCALL, self.pid, 0);
        let mut made: HashMap<u32, (u64, [u64; 6])> = HashMap::new();
        loop {
            let (thread, status) = self.event()?;
            if !libc::WIFSTOPPED(status) {
                if self.reaped {
                    return Ok(if libc::WIFSIGNALED(status) {
                        End::Signal(libc::WTERMSIG(status))
                    } else {
                        End::Status(libc::WEXITSTATUS(status))
                    });
                }
                continue;
            }
            let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
            if signal == libc::SIGTRAP | 0x80 {
                let id = thread.as_raw_pid().unsigned_abs();
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
                resume(libc::PTRACE_SYSCALL, thread, 0);
            } else {
                resume(libc::PTRACE_SYSCALL, thread, passed(signal, event));
            }
        }
    }

    /// What else is told of, beside new threads.
    fn follow(&self, more: c_int) -> io::Result<()> {
        let options = libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACECLONE | more;
        request(libc::PTRACE_SETOPTIONS, self.pid, 0, u64::from(options.unsigned_abs()))
    }

    /// The next thing that happens.
    fn event(&mut self) -> io::Result<(Pid, c_int)> {
        let (thread, status) = next_event()?;
        self.reaped |= thread == self.pid && !libc::WIFSTOPPED(status);
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
            let (thread, status) = next_event()?;
            if !libc::WIFSTOPPED(status) {
                if thread == self.pid {
                    self.reaped = true;
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
        // What it leaves behind in its group goes too.
        let _ = kill_process_group(self.pid, Signal::KILL);
        while !self.reaped {
            match next_event() {
                Ok((thread, status)) if libc::WIFSTOPPED(status) => go_on(thread, libc::SIGKILL),
                Ok((thread, _)) => self.reaped = thread == self.pid,
                Err(_) => self.reaped = true,
            }
        }
        drop(self.done.take());
        let _ = self.watcher.take().map(thread::JoinHandle::join);
    }
}

/// The next thing that happens to a thread of what this thread traces. Children of other threads of gopie are not touched.
fn next_event() -> io::Result<(Pid, c_int)> {
    let mut status: c_int = 0;
    loop {
        // SAFETY: the pointer is to valid memory of the right type; what is reaped was started by this thread,
        // which reaps nothing else meanwhile.
        let seen = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        match Pid::from_raw(seen) {
            Some(thread) if seen > 0 => return Ok((thread, status)),
            _ => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}

/// A request of which only the failure is told. Address and data are numbers to the kernel, not pointers of ours.
fn request(what: Request, thread: Pid, address: u64, data: u64) -> io::Result<()> {
    // SAFETY: none of the requests made here writes to this process's memory.
    let answer = unsafe { libc::ptrace(what, thread.as_raw_pid(), number(address), number(data)) };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn number(value: u64) -> *mut u8 {
    without_provenance_mut(usize::try_from(value).unwrap_or(usize::MAX))
}

/// Lets a thread run on; one that is gone needs nothing.
fn go_on(thread: Pid, signal: c_int) {
    resume(libc::PTRACE_CONT, thread, signal);
}

fn resume(how: Request, thread: Pid, signal: c_int) {
    let _ = request(how, thread, 0, u64::from(signal.unsigned_abs()));
}

/// The signal that a stopped thread gets when it goes on. A new thread begins with a stop that is the tracer's affair
/// alone, as events are.
fn passed(signal: c_int, event: c_int) -> c_int {
    if event != 0 || signal == libc::SIGSTOP { 0 } else { signal }
}

enum Info {
    Entry(u64, [u64; 6]),
    Exit(i64),
    Other,
}

/// What a thread that is stopped at a system call is about. Source: ptrace(2), `PTRACE_GET_SYSCALL_INFO` (Linux 5.3).
fn info(thread: Pid) -> io::Result<Info> {
    let mut info = MaybeUninit::<libc::ptrace_syscall_info>::zeroed();
    let size = size_of::<libc::ptrace_syscall_info>();
    // SAFETY: the kernel writes at most `size` bytes to where the pointer points; all zero bytes are a value of the
    // structure, and the member of the union that is read is the one that `op` tells.
    unsafe {
        let pointer = info.as_mut_ptr();
        if libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, thread.as_raw_pid(), number(size as u64), pointer)
            == -1
        {
            return Err(io::Error::last_os_error());
        }
        let info = info.assume_init();
        Ok(match info.op {
            libc::PTRACE_SYSCALL_INFO_ENTRY => Info::Entry(info.u.entry.nr, info.u.entry.args),
            libc::PTRACE_SYSCALL_INFO_EXIT => Info::Exit(info.u.exit.sval),
            _ => Info::Other,
        })
    }
}

/// Whether a thread is in the call that ends all threads.
fn ends_all(thread: Pid) -> bool {
    let said = fs::read_to_string(format!("/proc/{}/syscall", thread.as_raw_pid()));
    said.is_ok_and(|text| text.split(' ').next() == Some(&libc::SYS_exit_group.to_string()))
}

fn peek(thread: Pid, address: u64) -> io::Result<u64> {
    peeked(libc::PTRACE_PEEKTEXT, thread, address)
}

fn peeked(what: Request, thread: Pid, address: u64) -> io::Result<u64> {
    // SAFETY: `errno` is this thread's own. The C library gives the word that was read and touches no memory of
    // ours but for that.
    let (word, errno): (c_long, c_int) = unsafe {
        *libc::__errno_location() = 0;
        let word = libc::ptrace(what, thread.as_raw_pid(), number(address), null_mut::<u8>());
        (word, *libc::__errno_location())
    };
    if word == -1 && errno != 0 { Err(io::Error::from_raw_os_error(errno)) } else { Ok(word.cast_unsigned()) }
}

/// Whether a thread has just met the breakpoint there; it is then set to go on with what stood there before.
#[cfg(target_arch = "x86_64")]
fn is_at(thread: Pid, address: u64) -> io::Result<bool> {
    let place = std::mem::offset_of!(libc::user, regs) + std::mem::offset_of!(libc::user_regs_struct, rip);
    let here = peeked(libc::PTRACE_PEEKUSER, thread, place as u64)? == address + 1;
    if here {
        request(libc::PTRACE_POKEUSER, thread, place as u64, address)?;
    }
    Ok(here)
}

/// Elsewhere the program counter stays at the breakpoint.
#[cfg(not(target_arch = "x86_64"))]
fn is_at(_: Pid, _: u64) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn a_program_is_stopped_at_its_entry_and_leaves_nothing_behind() {
        if !is_known() {
            crate::ui::say("SKIPPED: no breakpoint is known of this processor");
            return;
        }
        let mut traced = match Traced::start(Path::new("/bin/sh"), &["-c", "sleep 100 & wait"], &[], LIMIT) {
            Ok(traced) => traced,
            Err(error) => return crate::ui::say(&format!("SKIPPED: ptrace is not permitted: {error}")),
        };
        let id = traced.id();
        let entry = traced.entry().expect("has an entry");
        assert!(traced.run_to(entry).expect("runs"), "it ended before its entry");
        drop(traced);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn one_that_ends_or_takes_too_long_is_told() {
        if !is_known() {
            return crate::ui::say("SKIPPED: no breakpoint is known of this processor");
        }
        for (script, limit) in [("exit 3", LIMIT), ("sleep 100", Duration::from_millis(300))] {
            let mut traced = match Traced::start(Path::new("/bin/sh"), &["-c", script], &[], limit) {
                Ok(traced) => traced,
                Err(error) => return crate::ui::say(&format!("SKIPPED: ptrace is not permitted: {error}")),
            };
            let entry = traced.entry().expect("has an entry");
            assert!(traced.run_to(entry).expect("runs"));
            // Nothing comes to its entry a second time.
            assert!(!traced.run_to(entry + 1).expect("runs"), "{script}");
        }
        let missing = Traced::start::<&str>(Path::new("/nonexistent/program"), &[], &[], LIMIT);
        assert_eq!(missing.expect_err("cannot start").kind(), io::ErrorKind::NotFound);
    }
}
