//! What is asked of the kernel about threads that are traced, one request a function.
//!
//! Sources: ptrace(2), waitpid(2).

use std::ffi::{c_int, c_long};
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::ptr::{null_mut, without_provenance_mut};

use rustix::process::Pid;

/// What C libraries take a request for.
#[cfg(target_env = "musl")]
pub(super) type Request = c_int;
#[cfg(not(target_env = "musl"))]
pub(super) type Request = libc::c_uint;

/// What a thread is stopped for.
pub(super) enum Info {
    /// A system call that is about to be made: its number and arguments.
    Entry(u64, [u64; 6]),
    /// One that was made: the answer.
    Exit(i64),
    /// Something else.
    Other,
}

/// The next thing that happens to a thread of what this thread traces. Children of other threads of gopie are not touched.
pub(super) fn next_event() -> io::Result<(Pid, c_int)> {
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
pub(super) fn request(what: Request, thread: Pid, address: u64, data: u64) -> io::Result<()> {
    // SAFETY: none of the requests made here writes to this process's memory.
    let answer = unsafe { libc::ptrace(what, thread.as_raw_pid(), number(address), number(data)) };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn number(value: u64) -> *mut u8 {
    without_provenance_mut(usize::try_from(value).unwrap_or(usize::MAX))
}

/// Lets a thread run on; one that is gone needs nothing.
pub(super) fn go_on(thread: Pid, signal: c_int) {
    resume(libc::PTRACE_CONT, thread, signal);
}

pub(super) fn resume(how: Request, thread: Pid, signal: c_int) {
    let _ = request(how, thread, 0, u64::from(signal.unsigned_abs()));
}

/// The signal that a stopped thread gets when it goes on. A new thread begins with a stop that is the tracer's affair
/// alone, as events are.
pub(super) fn passed(signal: c_int, event: c_int) -> c_int {
    if event != 0 || signal == libc::SIGSTOP { 0 } else { signal }
}

/// What a thread that is stopped at a system call is about. Source: ptrace(2), `PTRACE_GET_SYSCALL_INFO` (Linux 5.3).
pub(super) fn info(thread: Pid) -> io::Result<Info> {
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
            libc::PTRACE_SYSCALL_INFO_SECCOMP => Info::Entry(info.u.seccomp.nr, info.u.seccomp.args),
            libc::PTRACE_SYSCALL_INFO_EXIT => Info::Exit(info.u.exit.sval),
            _ => Info::Other,
        })
    }
}

/// The thread that comes with an event: a new one, or what a thread was before it executed something.
pub(super) fn message(thread: Pid) -> io::Result<Option<Pid>> {
    Ok(i32::try_from(with_event(thread)?).ok().and_then(Pid::from_raw))
}

/// How a thread that is about to end will have ended, as waitpid(2) has it.
pub(super) fn exit_status(thread: Pid) -> io::Result<c_int> {
    c_int::try_from(with_event(thread)?).map_err(io::Error::other)
}

/// The number that comes with an event.
fn with_event(thread: Pid) -> io::Result<u64> {
    let mut number: libc::c_ulong = 0;
    // SAFETY: the kernel writes one word to where the pointer points, and it is to one.
    let answer = unsafe {
        libc::ptrace(libc::PTRACE_GETEVENTMSG, thread.as_raw_pid(), null_mut::<u8>(), &raw mut number)
    };
    if answer == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(number)
}

/// Whether a thread is in the call that ends all threads.
pub(super) fn ends_all(thread: Pid) -> bool {
    let said = fs::read_to_string(format!("/proc/{}/syscall", thread.as_raw_pid()));
    said.is_ok_and(|text| text.split(' ').next() == Some(&libc::SYS_exit_group.to_string()))
}

pub(super) fn peek(thread: Pid, address: u64) -> io::Result<u64> {
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
pub(super) fn is_at(thread: Pid, address: u64) -> io::Result<bool> {
    let place = std::mem::offset_of!(libc::user, regs) + std::mem::offset_of!(libc::user_regs_struct, rip);
    let here = peeked(libc::PTRACE_PEEKUSER, thread, place as u64)? == address + 1;
    if here {
        request(libc::PTRACE_POKEUSER, thread, place as u64, address)?;
    }
    Ok(here)
}

/// Elsewhere the program counter stays at the breakpoint.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn is_at(_: Pid, _: u64) -> io::Result<bool> {
    Ok(true)
}
