//! A child that borrows this process's memory until it runs another program: what `vfork` does, with room
//! between for what `posix_spawn` cannot set, the CPU affinity first of all.
//!
//! The calling thread sleeps in the kernel from the `clone` until the child has called `execve` or ended, so
//! that the two never run at once. What the child does in between is a fixed list of system calls: it
//! allocates nothing, takes no lock and cannot panic. Signals are blocked meanwhile, lest a handler of ours
//! run in the child on memory that is also the parent's.
//!
//! Sources: clone(2), vfork(2), signal-safety(7).

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use std::fmt;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::process::{Pid, setpgid};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};
use rustix::thread::{CpuSet, sched_setaffinity};

/// 64 KiB in units that are aligned as every stack must be.
const STACK_UNITS: usize = 4096;

/// `_exit` status of a child that could not run the program; the parent reads the reason from memory.
const NOT_RUN: c_int = 127;

/// What a child runs on until it has memory of its own.
pub(super) struct Stack(UnsafeCell<Box<[u128]>>);

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stack")
    }
}

impl Stack {
    pub(super) fn new() -> Self {
        Self(UnsafeCell::new(vec![0; STACK_UNITS].into_boxed_slice()))
    }

    /// Its upper end: stacks grow downwards wherever Go runs.
    fn top(&self) -> *mut c_void {
        // SAFETY: nobody else has a reference to the slice (the cell is not `Sync`, and hands none out), and one
        // past its end is what pointer arithmetic allows.
        unsafe { (*self.0.get()).as_mut_ptr().add(STACK_UNITS).cast() }
    }
}

/// What the child is to become.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    /// NUL-terminated path, and null-terminated arrays of NUL-terminated strings.
    pub(super) path: *const libc::c_char,
    pub(super) arguments: *const *mut libc::c_char,
    pub(super) environment: *const *mut libc::c_char,
    /// Standard input, output and error.
    pub(super) input: BorrowedFd<'a>,
    pub(super) output: BorrowedFd<'a>,
    /// The CPUs it may run on; the parent's where absent.
    pub(super) cpus: Option<&'a CpuSet>,
    /// Whether its addresses are randomised as the kernel is set; else never.
    pub(super) randomised: bool,
    /// Ignored signals, which would be inherited through `execve`.
    pub(super) ignored: &'a [c_int],
}

struct Shared<'a> {
    plan: Plan<'a>,
    /// `errno` of the step that failed; 0 of none.
    failed: c_int,
}

/// The signals that this process ignores.
pub(super) fn ignored_signals() -> Vec<c_int> {
    let ignored = |signal: &c_int| {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: only the old action is asked for; the structure is read where the call filled it in.
        unsafe {
            libc::sigaction(*signal, std::ptr::null(), action.as_mut_ptr()) == 0
                && action.assume_init().sa_sigaction == libc::SIG_IGN
        }
    };
    (1..=libc::SIGRTMAX()).filter(ignored).collect()
}

/// All signals blocked in this thread, until it is dropped.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Self {
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: both sets are written by the calls before they are read; the calls cannot fail with these
        // arguments.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is the one that the kernel gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}

/// Starts the child; `begin` is called when all is ready, as the last thing before the kernel. Gives its
/// number, a descriptor of it, and what `begin` gave.
pub(super) fn start<T>(
    plan: Plan<'_>,
    stack: &Stack,
    begin: impl FnOnce() -> T,
) -> io::Result<(Pid, OwnedFd, T)> {
    let mut shared = Shared { plan, failed: 0 };
    let mut pidfd: c_int = -1;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
    let blocked = Blocked::all();
    let begun = begin();
    // SAFETY: the stack is 64 KiB that nothing else uses, since `self` is borrowed by one call at a time (it is
    // not `Sync`) and the child is done with it when `clone` returns; `shared` and all that the plan points to
    // outlive the call for the same reason.
    let pid = unsafe { libc::clone(child, stack.top(), flags, (&raw mut shared).cast(), &raw mut pidfd) };
    let error = io::Error::last_os_error();
    drop(blocked);
    let pid = Pid::from_raw(pid).filter(|_| pid > 0).ok_or(error)?;
    // SAFETY: `clone` succeeded and gave a descriptor that nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    if shared.failed != 0 {
        // SAFETY: reaping a child of this process that nobody else reaps; no status is asked for.
        unsafe { libc::waitpid(pid.as_raw_pid(), std::ptr::null_mut(), 0) };
        return Err(io::Error::from_raw_os_error(shared.failed));
    }
    Ok((pid, pidfd, begun))
}

extern "C" fn child(shared: *mut c_void) -> c_int {
    // SAFETY: `start` passed a pointer to a `Shared` that lives until this function has left the memory, and
    // does not touch it meanwhile.
    let shared = unsafe { &mut *shared.cast::<Shared<'_>>() };
    shared.failed = become_it(&shared.plan);
    NOT_RUN
}

/// Returns only where a step failed, with its `errno`.
fn become_it(plan: &Plan<'_>) -> c_int {
    let set_up = || -> rustix::io::Result<()> {
        setpgid(None, None)?;
        if let Some(cpus) = plan.cpus {
            sched_setaffinity(None, cpus)?;
        }
        dup2_stdin(plan.input.as_fd())?;
        dup2_stdout(plan.output.as_fd())?;
        dup2_stderr(plan.output.as_fd())
    };
    if let Err(error) = set_up() {
        return error.raw_os_error();
    }
    // SAFETY: system calls alone, on the child's own attributes and on memory that the plan keeps alive; the
    // signal structures are initialised before they are passed.
    unsafe {
        for signal in plan.ignored {
            let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
            action.sa_sigaction = libc::SIG_DFL;
            libc::sigaction(*signal, &raw const action, std::ptr::null_mut());
        }
        if !plan.randomised && libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) == -1 {
            return *libc::__errno_location();
        }
        let mut none = MaybeUninit::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
        libc::execve(plan.path, plan.arguments.cast(), plan.environment.cast());
        *libc::__errno_location()
    }
}
