//! What traced starts of a command show: its system calls from exec to exit, of all threads and children, and the
//! files that they name.
//!
//! A tracer slows a program down, so that calls which depend on scheduling may not be made under it. Therefore some
//! more starts run at nearly full speed and stop at such calls alone as no start before them made.
//!
//! Sources: ptrace(2), seccomp(2) (`SECCOMP_RET_TRACE`).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::super::maps::NO_PTRACE;
use super::super::{LIMIT, Subject};
use super::files::{Files, Naming};
use crate::interrupt;
use crate::sys::apart::{Apart, Named};
use crate::sys::traced::{Call, End, Traced, With};
use syscalls::Sysno;

/// Starts of which every call is looked at.
const TRACED: usize = 3;
/// How many starts in a row have to bring nothing new, and after how many there is an end of it.
const QUIET: usize = 6;
const WATCHED: usize = 30;

/// The name of a system call of this processor.
pub(super) fn name(number: u64) -> String {
    let known = usize::try_from(number).ok().and_then(Sysno::new);
    known.map_or_else(|| format!("call {number}"), |call| call.name().to_owned())
}

/// Its number.
#[cfg(test)]
pub(super) fn number(name: &str) -> Option<u64> {
    name.parse::<Sysno>().ok().and_then(|call| u64::try_from(call.id()).ok())
}

/// What the starts of a command show together.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Of each traced start, how often it made a call of each kind.
    starts: Vec<BTreeMap<u64, usize>>,
    /// Kinds that only starts at nearly full speed made.
    late: BTreeSet<u64>,
    /// Starts at nearly full speed.
    pub(super) watched: usize,
    /// The files.
    pub(super) files: Files,
}

/// Why a command shows nothing.
#[derive(Debug)]
pub(super) enum Unseen {
    /// This machine does not permit it.
    Lacking(String),
    /// It did not do as ever.
    Failed(String),
}

impl Seen {
    /// Traces some starts of it. `output` is a file for what it prints.
    pub(super) fn of(subject: &Subject, output: &Path) -> Result<Self, Unseen> {
        let mut seen = Self::default();
        for _ in 0..TRACED {
            stop_here().map_err(|error| Unseen::Failed(error.to_string()))?;
            let end = seen.trace(subject, output).map_err(|error| unseen(&error))?;
            if Some(end) != subject.normal.status.map(End::Status) {
                return Err(Unseen::Failed(format!("it ends otherwise when it is traced: {}", end.words())));
            }
        }
        if seen.total() == 0 {
            let why =
                "this kernel does not tell a tracer of system calls (PTRACE_GET_SYSCALL_INFO, Linux 5.3)";
            return Err(Unseen::Lacking(why.to_owned()));
        }
        seen.files.add_program(&subject.path);
        Ok(seen)
    }

    /// Lets it run at nearly full speed until it makes no more kinds of calls; tells whether it made any. Where
    /// filters are not permitted it is not started.
    pub(super) fn watch(&mut self, subject: &Subject, output: &Path) -> io::Result<bool> {
        let (mut grew, mut quiet) = (false, 0);
        for _ in 0..WATCHED {
            stop_here()?;
            let known = Apart::calls(&self.list(), Named::Known)?;
            let mut traced = start(subject, output, vec![known])?;
            let mut new = BTreeSet::new();
            let end = traced.run_unknown(|call| {
                new.insert(call.number);
            })?;
            if Some(end) != subject.normal.status.map(End::Status) {
                return Err(io::Error::other(format!(
                    "it ends otherwise when it is traced: {}",
                    end.words()
                )));
            }
            self.watched += 1;
            quiet = if new.is_empty() { quiet + 1 } else { 0 };
            grew |= !new.is_empty();
            self.late.extend(new);
            if quiet == QUIET {
                break;
            }
        }
        Ok(grew)
    }

    fn trace(&mut self, subject: &Subject, output: &Path) -> io::Result<End> {
        let mut traced = start(subject, output, Vec::new())?;
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        let mut open: Vec<(Call, Vec<Naming>)> = Vec::new();
        let files = &mut self.files;
        let end = traced.run_calls(|call| {
            let Some(answer) = call.answer else {
                *counts.entry(call.number).or_default() += 1;
                open.retain(|(made, _)| made.thread != call.thread);
                let named = Naming::of(call);
                if !named.is_empty() {
                    open.push((*call, named));
                }
                return;
            };
            let same = |made: &Call| made.number == call.number && made.args == call.args;
            // What executes something is another thread afterwards, where it was not the first.
            let place = open
                .iter()
                .position(|(made, _)| made.thread == call.thread && same(made))
                .or_else(|| open.iter().position(|(made, _)| same(made)));
            if let Some(place) = place {
                let (_, named) = open.swap_remove(place);
                for one in &named {
                    files.add(one, call.thread, answer);
                }
            }
        })?;
        self.starts.push(counts);
        Ok(end)
    }

    /// How many starts were traced.
    pub(super) fn traced(&self) -> usize {
        self.starts.len()
    }

    /// Every kind of call that any start made.
    pub(super) fn kinds(&self) -> BTreeSet<u64> {
        self.starts.iter().flat_map(BTreeMap::keys).chain(&self.late).copied().collect()
    }

    /// Whether every traced start made it, so that it does not depend on scheduling.
    pub(super) fn always(&self, kind: u64) -> bool {
        self.of_kind(kind).1 == self.traced()
    }

    /// The list of calls for a filter: what starts it must be on it too.
    pub(super) fn list(&self) -> Vec<i64> {
        let mut list: BTreeSet<i64> =
            self.kinds().into_iter().filter_map(|kind| i64::try_from(kind).ok()).collect();
        list.insert(libc::SYS_execve);
        list.into_iter().collect()
    }

    /// How many calls a start makes: the median.
    pub(super) fn total(&self) -> usize {
        median(self.starts.iter().map(|start| start.values().sum()))
    }

    /// How many of a kind: the median, and how many of the traced starts made any.
    pub(super) fn of_kind(&self, kind: u64) -> (usize, usize) {
        let all = || self.starts.iter().map(move |start| start.get(&kind).copied().unwrap_or(0));
        (median(all()), all().filter(|number| *number > 0).count())
    }
}

fn median(numbers: impl Iterator<Item = usize>) -> usize {
    let mut all: Vec<usize> = numbers.collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Starts it under trace as it is started without: what it reads and writes is a file of the same kind.
fn start(subject: &Subject, output: &Path, apart: Vec<Apart>) -> io::Result<Traced> {
    let env: Vec<(String, String)> = subject.env.clone().into_iter().collect();
    let (dir, output): (PathBuf, PathBuf) = (subject.dir.clone(), output.to_owned());
    let with = With { stdin: subject.stdin.clone(), output: Some(output), dir: Some(dir), apart };
    Traced::start_apart(&subject.path, &subject.args, &env, LIMIT, &with)
}

fn unseen(error: &io::Error) -> Unseen {
    // What may not be executed is another number.
    if error.raw_os_error() == Some(libc::EPERM) {
        return Unseen::Lacking(NO_PTRACE.to_owned());
    }
    Unseen::Failed(error.to_string())
}

/// Whoever asked for it is told by the check that follows.
fn stop_here() -> io::Result<()> {
    interrupt::check().map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_names() {
        assert_eq!(name(number("openat").expect("is a call")), "openat");
        assert_eq!(name(1 << 40), format!("call {}", 1_u64 << 40));
        assert_eq!(number("no_such_call"), None);
    }

    #[test]
    fn a_machine_that_permits_no_tracing_is_no_failure() {
        let why = |errno| unseen(&io::Error::from_raw_os_error(errno));
        assert!(matches!(why(libc::EPERM), Unseen::Lacking(why) if why.contains("ptrace")));
        assert!(matches!(why(libc::ENOENT), Unseen::Failed(_)));
    }

    #[test]
    fn what_no_start_made_before_is_found_at_full_speed() {
        let Some(subject) = super::super::super::tests::subject("/bin/true", &[]) else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let mut seen = Seen { starts: vec![BTreeMap::new()], ..Seen::default() };
        match seen.watch(&subject, &folder.path().join("output")) {
            Ok(grew) => assert!(grew),
            Err(error) => return crate::ui::say(&format!("SKIPPED: {error}")),
        }
        let names: Vec<String> = seen.kinds().into_iter().map(name).collect();
        assert!(["mmap", "exit_group"].iter().all(|call| names.iter().any(|name| name == call)), "{names:?}");
        // The first start made all of them known.
        assert_eq!(seen.watched, 1 + QUIET);
    }

    #[test]
    fn what_is_told_is_the_median_and_the_union() {
        let start = |pairs: &[(u64, usize)]| pairs.iter().copied().collect();
        let seen = Seen {
            starts: vec![start(&[(1, 5), (2, 1)]), start(&[(1, 7)]), start(&[(1, 6), (3, 9)])],
            late: BTreeSet::from([4]),
            ..Seen::default()
        };
        assert_eq!((seen.total(), seen.traced()), (7, 3));
        assert_eq!(seen.kinds(), BTreeSet::from([1, 2, 3, 4]));
        assert_eq!((seen.of_kind(1), seen.of_kind(2), seen.of_kind(4)), ((6, 3), (0, 1), (0, 0)));
        assert!(seen.always(1) && !seen.always(2) && !seen.always(4));
        assert!(seen.list().contains(&libc::SYS_execve) && seen.list().len() == 5);
    }
}
