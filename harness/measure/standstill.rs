//! What the threads of a process are doing, and whether it has come to a standstill.
//!
//! A program stands still when one of its threads waits in a write to standard output or in a read from
//! standard input, and every other one waits for something that will not come by itself: none runs, and none
//! only naps, as the Go runtime's `sysmon` does for some milliseconds after the last thing happened. Where the
//! kernel does not show system calls, the name of the place in the kernel stands in.
//!
//! Sources: proc(5), `/proc/PID/task/TID/syscall`, `wchan`, `stat`, `children`; Go, `runtime/proc.go`.

use std::fs;
use std::io;

/// What a thread is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// It runs, or wants to.
    Running,
    /// It sleeps for a time of its own choosing.
    Napping,
    /// It waits until its output is taken or its input comes.
    Blocked,
    /// It waits for something else: where.
    Elsewhere(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Thread {
    id: String,
    place: Place,
    /// What the kernel said: the call with its arguments, stack and place, or the name.
    said: String,
}

/// What all threads of a process are doing. Two that are equal saw the same threads in the very same calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glance {
    threads: Vec<Thread>,
}

/// What a process as a whole is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waits where it should, and nothing of it moves.
    Still,
    /// A thread of it runs.
    Running,
    /// A thread of it only naps.
    Napping,
    /// All of it waits, but not for input or output; where.
    Elsewhere(String),
}

impl Glance {
    /// Looks at every thread. An error where the process is gone, or the kernel shows neither calls nor places.
    pub(super) fn of(process: u32) -> io::Result<Self> {
        let mut threads = Vec::new();
        for entry in fs::read_dir(format!("/proc/{process}/task"))? {
            let folder = entry?.path();
            let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (place, said) = match fs::read_to_string(folder.join("syscall")) {
                Ok(text) => (place_of_call(&text), text),
                // It ended between the list and the look.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.exists() => continue,
                Err(_) => {
                    let name = fs::read_to_string(folder.join("wchan"))?;
                    (place_of_name(&fs::read_to_string(folder.join("stat"))?, &name)?, name)
                }
            };
            threads.push(Thread { id, place, said });
        }
        threads.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { threads })
    }

    /// Whether a thread has got to where the program is to wait.
    pub(super) fn has_arrived(&self) -> bool {
        self.threads.iter().any(|thread| thread.place == Place::Blocked)
    }

    /// What it comes to.
    pub(super) fn state(&self) -> State {
        let places = || self.threads.iter().map(|thread| &thread.place);
        let any = |place: &Place| places().any(|other| other == place);
        if any(&Place::Running) || self.threads.is_empty() {
            State::Running
        } else if any(&Place::Napping) {
            State::Napping
        } else if any(&Place::Blocked) {
            State::Still
        } else {
            let first = places().find_map(|place| match place {
                Place::Elsewhere(place) => Some(place.clone()),
                _ => None,
            });
            State::Elsewhere(first.unwrap_or_default())
        }
    }
}

/// Whether the process has children, where the kernel tells.
pub(super) fn has_children(process: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return false };
    threads.flatten().any(|thread| {
        fs::read_to_string(thread.path().join("children")).is_ok_and(|text| !text.trim().is_empty())
    })
}

/// From `NUMBER ARGUMENT...` in hexadecimal, `running`, or `-1` where it waits outside any call.
fn place_of_call(text: &str) -> Place {
    let mut words = text.split_whitespace();
    let Some(number) = words.next().and_then(|word| word.parse::<i64>().ok()) else { return Place::Running };
    if number < 0 {
        // As in a page fault: it goes on by itself.
        return Place::Running;
    }
    let first = words.next().and_then(|word| i64::from_str_radix(word.trim_start_matches("0x"), 16).ok());
    match (number, first) {
        (libc::SYS_write | libc::SYS_writev, Some(1)) | (libc::SYS_read | libc::SYS_readv, Some(0)) => {
            Place::Blocked
        }
        (libc::SYS_nanosleep | libc::SYS_clock_nanosleep, _) => Place::Napping,
        _ => Place::Elsewhere(format!("system call {number}")),
    }
}

/// From the `stat` of a thread and the name of the function of the kernel that it sleeps in.
fn place_of_name(stat: &str, name: &str) -> io::Result<Place> {
    // The name of the program stands in brackets and may hold any.
    let sleeps = stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'));
    match name.trim() {
        _ if !sleeps => Ok(Place::Running),
        "" | "0" => Err(io::ErrorKind::PermissionDenied.into()),
        name if name.contains("pipe_write") || name.contains("pipe_read") => Ok(Place::Blocked),
        name if name.contains("nanosleep") => Ok(Place::Napping),
        name => Ok(Place::Elsewhere(name.to_owned())),
    }
}

/// What stands behind a name at the start of a line.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glance(places: &[&str]) -> State {
        let thread =
            |text: &&str| Thread { id: String::new(), place: place_of_call(text), said: String::new() };
        Glance { threads: places.iter().map(thread).collect() }.state()
    }

    #[test]
    fn only_who_waits_at_the_pipes_and_wholly_stands_still() {
        let write = format!("{} 0x1 0xc000 0xd 0x0 0x0 0x0 0x7ffd 0x47e5", libc::SYS_write);
        let other = format!("{} 0x3 0xc000 0xd 0x0 0x0 0x0 0x7ffd 0x47e5", libc::SYS_write);
        let read = format!("{} 0x0 0xc000 0xd 0x0 0x0 0x0 0x7ffd 0x47e5", libc::SYS_read);
        let nap = format!("{} 0x7ffd 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x47e5", libc::SYS_nanosleep);
        let futex = format!("{} 0x55 0x80 0x0 0x0 0x0 0x0 0x7ffd 0x47e5", libc::SYS_futex);
        let rows: [(&[&str], State); 8] = [
            (&[&write, &futex], State::Still),
            (&[&futex, &read], State::Still),
            (&[&write, "running"], State::Running),
            (&[&write, "-1 0x7ffd 0x47e5"], State::Running),
            (&[&write, &nap], State::Napping),
            (&[&futex], State::Elsewhere(format!("system call {}", libc::SYS_futex))),
            (&[&other], State::Elsewhere(format!("system call {}", libc::SYS_write))),
            (&[], State::Running),
        ];
        for (places, state) in rows {
            assert_eq!(glance(places), state, "{places:?}");
        }
    }

    #[test]
    fn names_of_the_kernel_stand_in_for_calls() {
        let place = |state, name| place_of_name(&format!("12 (a) b) {state} 1 12 12 0"), name).ok();
        assert_eq!(place("S", "anon_pipe_write"), Some(Place::Blocked));
        assert_eq!(place("S", "pipe_read\n"), Some(Place::Blocked));
        assert_eq!(place("S", "hrtimer_nanosleep"), Some(Place::Napping));
        assert_eq!(place("S", "futex_do_wait"), Some(Place::Elsewhere("futex_do_wait".to_owned())));
        assert_eq!(place("R", "0"), Some(Place::Running));
        assert_eq!(place("S", "0"), None);
    }

    #[test]
    fn threads_are_found() {
        let glance = Glance::of(std::process::id()).expect("looks");
        assert!(!glance.threads.is_empty() && !glance.has_arrived(), "{glance:?}");
        assert!(Glance::of(0).is_err());
    }
}
