//! What a program relies on besides itself: the system calls that it makes and the files that it opens, from exec to
//! exit; whether it still works where no others are permitted; and whether it has another way where one is missing.
//!
//! Its work is looked at where it has some, else its start-up command; the calls are refused to the start-up
//! command. The lists are the smallest that the traced starts need, and are proved by starts under them. What is
//! permitted is a kind of call whatever its arguments.
//!
//! Sources: ptrace(2), seccomp(2), landlock(7).

mod calls;
mod files;
mod kernels;
mod refused;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;

use self::calls::{Seen, Unseen};
use super::{Around, FAILED, Found, LIMIT, NOT_AVAILABLE, Subject, Told, Went};
use crate::command::Command;
use crate::interrupt;
use crate::sys::apart::{Apart, Named, Right};

/// Starts that prove that it works.
const PROOFS: usize = 3;
/// How often a list of calls that is too short is made longer and tried again.
const AGAIN: usize = 3;
/// How much longer than ever a start may take that is kept from something, and how long at least.
const SLOWER: u32 = 50;
const LEAST: Duration = Duration::from_secs(1);
/// What it may print beside what it ever does.
const MORE_SAID: u64 = 1 << 20;
/// Starts at once that are refused a call: those that hang do so together.
const AT_ONCE: usize = 4;

const BY_CALLS: &str = "works under these calls alone";
const BY_FILES: &str = "works under these files alone";
const BY_BOTH: &str = "works under both";
const REFUSED: &str = "without each call";
const OLDEST: &str = "oldest kernel, estimated";

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let mut told = Told::default();
    let work = at_work(subject, &mut told)?;
    let asked = work.as_ref().unwrap_or(subject);
    let folder = around.cache.scratch()?;
    let output = folder.path().join("output");
    let seen = Seen::of(asked, &output);
    interrupt::check()?;
    let mut seen = match seen {
        Ok(seen) => seen,
        Err(unseen) => return Ok(nothing(unseen)),
    };
    let limit = steady(asked)?;
    let mut proofs = Told::default();
    match &limit {
        Ok(limit) => prove(&mut proofs, asked, &mut seen, &output, *limit)?,
        Err(why) => {
            for key in [BY_CALLS, BY_FILES, BY_BOTH] {
                proofs.lack(key, NOT_AVAILABLE, why);
            }
        }
    }
    told.found.push(Found::text("command", if work.is_some() { "workload" } else { "start-up command" }));
    tell_calls(&mut told, &seen);
    tell_files(&mut told, &seen, &places(asked, around));
    told.found.append(&mut proofs.found);
    told.lacking.append(&mut proofs.lacking);
    let survived = match &work {
        None => refuse(&mut told, subject, (&seen.kinds(), &seen), &limit, AT_ONCE)?,
        Some(work) => refuse_both(&mut told, (subject, work), &seen, (&limit, &output), around.long)?,
    };
    match survived {
        Some(survived) => tell_oldest(&mut told, &seen.kinds(), &survived),
        None => told.lack(OLDEST, NOT_AVAILABLE, "no call was refused to see which it does without"),
    }
    Ok(told)
}

/// It at its work, where it has some that can be looked at.
fn at_work(subject: &Subject, told: &mut Told) -> Result<Option<Subject>> {
    match subject.at_work() {
        Ok(work) => Ok(work),
        Err(error) => {
            interrupt::check()?;
            told.lack("workload", FAILED, format!("{error:#}"));
            Ok(None)
        }
    }
}

fn nothing(unseen: Unseen) -> Told {
    match unseen {
        Unseen::Lacking(why) => Told::nothing(NOT_AVAILABLE, why),
        Unseen::Failed(why) => Told::nothing(FAILED, why),
    }
}

/// How long a start may take that is kept from something; or why nothing can be said of such a start.
fn steady(subject: &Subject) -> Result<Result<Duration, String>> {
    let begin = Instant::now();
    Ok(match went(subject, &kept(subject, Vec::new(), LIMIT))? {
        Went::Well => Ok((begin.elapsed() * SLOWER).clamp(LEAST, LIMIT)),
        Went::Otherwise(how) | Went::Lacking(how) => {
            Err(format!("it does not do the same at each start: {how}"))
        }
    })
}

/// Its command, kept from something.
fn kept(subject: &Subject, apart: Vec<Apart>, limit: Duration) -> Command {
    let mut command = subject.start().limit(limit);
    command.apart = apart;
    command.most_output = subject.normal.stdout.len() as u64 + MORE_SAID;
    command
}

/// How a start went; its own path is not told.
fn went(subject: &Subject, command: &Command) -> Result<Went> {
    Ok(match subject.went(command)? {
        Went::Otherwise(how) => {
            Went::Otherwise(how.replace(&subject.path.display().to_string(), &subject.name))
        }
        other => other,
    })
}

/// How some starts went that are kept from something: as the first that did not do as ever.
fn works(subject: &Subject, apart: &[Apart], limit: Duration) -> Result<Went> {
    for _ in 0..PROOFS {
        match went(subject, &kept(subject, apart.to_vec(), limit))? {
            Went::Well => {}
            other => return Ok(other),
        }
    }
    Ok(Went::Well)
}

/// Starts it under the calls that were seen, under the files, and under both.
fn prove(told: &mut Told, subject: &Subject, seen: &mut Seen, output: &Path, limit: Duration) -> Result<()> {
    let works = |apart: &[Apart]| works(subject, apart, limit);
    let files = Apart::Files(Arc::new(seen.files.rights()));
    // Where the machine does not permit this, the starts that follow tell why.
    let _ = seen.watch(subject, output);
    let mut rounds = 0;
    let calls = loop {
        let calls = match Apart::calls(&seen.list(), Named::Allowed) {
            Ok(calls) => calls,
            Err(error) => {
                let why = format!("system calls of this processor cannot be filtered: {error}");
                told.lack(BY_CALLS, NOT_AVAILABLE, &why);
                told.lack(BY_BOTH, NOT_AVAILABLE, why);
                return tell_proof(told, BY_FILES, works(&[files])?);
            }
        };
        let went = works(std::slice::from_ref(&calls))?;
        rounds += 1;
        let may_grow = matches!(went, Went::Otherwise(_)) && rounds <= AGAIN;
        if !(may_grow && seen.watch(subject, output).unwrap_or(false)) {
            told.found.push(Found::count("kinds permitted", seen.list().len()));
            tell_proof(told, BY_CALLS, went)?;
            break calls;
        }
    };
    tell_proof(told, BY_FILES, works(std::slice::from_ref(&files))?)?;
    // In that order: a filter may forbid the calls by which files are kept from it.
    let mut both = works(&[files.clone(), calls])?;
    for _ in 0..AGAIN {
        // A call that no start made so far shows here too.
        if !(matches!(both, Went::Otherwise(_)) && seen.watch(subject, output).unwrap_or(false)) {
            break;
        }
        if let Ok(calls) = Apart::calls(&seen.list(), Named::Allowed) {
            both = works(&[files.clone(), calls])?;
        }
    }
    tell_proof(told, BY_BOTH, both)
}

fn tell_proof(told: &mut Told, key: &str, went: Went) -> Result<()> {
    match went {
        Went::Well => told.found.push(Found::bool(key, true, format!("{PROOFS} starts"))),
        Went::Otherwise(how) => told.found.push(Found::bool(key, false, how)),
        Went::Lacking(why) => told.lack(key, NOT_AVAILABLE, why),
    }
    Ok(interrupt::check()?)
}

fn tell_calls(told: &mut Told, seen: &Seen) {
    let starts = seen.traced();
    let more = match seen.watched {
        0 => String::new(),
        watched => format!("and {watched} at nearly full speed, stopped at calls that are new alone"),
    };
    told.found.push(Found { text: more, ..Found::count("traced starts", starts) });
    told.found.push(Found::count("system calls", seen.total()));
    told.found.push(Found::count("kinds of system calls", seen.kinds().len()));
    let mut kinds: Vec<(String, u64)> =
        seen.kinds().into_iter().map(|kind| (calls::name(kind), kind)).collect();
    kinds.sort_unstable();
    for (name, kind) in kinds {
        let (number, of) = seen.of_kind(kind);
        let text = match of {
            0 => "not while every call was traced".to_owned(),
            _ if of == starts => String::new(),
            _ => format!("in {of} of {starts} traced starts"),
        };
        told.found.push(Found { text, ..Found::count(format!("call {name}"), number) });
    }
}

fn tell_files(told: &mut Told, seen: &Seen, places: &[(PathBuf, &'static str)]) {
    for (name, (number, became)) in seen.files.told(places) {
        let files = (number > 1).then(|| format!("{number} files"));
        let words: Vec<String> =
            files.into_iter().chain(became.words.iter().map(|&word| word.to_owned())).collect();
        told.found.push(Found::bool(format!("file {name}"), became.opened, words.join(", ")));
    }
    let rights = seen.files.rights();
    let paths: BTreeSet<&PathBuf> = rights.iter().map(|(path, _)| path).collect();
    let folders: BTreeSet<String> = rights
        .iter()
        .filter_map(|(path, right)| {
            let shown = files::shown(path, places);
            match right {
                Right::All => Some(format!("everything below {shown}")),
                Right::ReadBelow => Some(format!("reading below {shown}")),
                _ => None,
            }
        })
        .collect();
    let text = folders.into_iter().collect::<Vec<_>>().join(", ");
    told.found.push(Found { text, ..Found::count("files permitted", paths.len()) });
}

/// Folders of gopie's and the program itself, and how they are told of. What a program keeps in its home folder has
/// names with days and versions.
fn places(subject: &Subject, around: &Around<'_>) -> Vec<(PathBuf, &'static str)> {
    let dir = (subject.dir != Path::new("/")).then_some((&*subject.dir, "$SCRATCH"));
    let home = subject.env.get("HOME").map(Path::new).filter(|home| home.parent().is_some());
    let all = [
        Some((&*subject.path, "$PROGRAM")),
        dir,
        Some((around.cache.root(), "$CACHE")),
        home.map(|home| (home, "$HOME")),
    ];
    // Links are followed in some places and in others not.
    let both = |(path, name): (&Path, &'static str)| {
        [Some(path.to_owned()), fs::canonicalize(path).ok()].map(|path| path.map(|path| (path, name)))
    };
    all.into_iter().flatten().flat_map(both).flatten().collect()
}

/// Refuses each of those calls, where something can be said of that; gives those that it does without.
fn refuse(
    told: &mut Told,
    subject: &Subject,
    (kinds, seen): (&BTreeSet<u64>, &Seen),
    limit: &Result<Duration, String>,
    at_once: usize,
) -> Result<Option<BTreeSet<u64>>> {
    match limit {
        Ok(limit) => refused::each(told, subject, (kinds, seen), *limit, at_once),
        Err(why) => {
            told.lack(REFUSED, NOT_AVAILABLE, why);
            Ok(None)
        }
    }
}

/// Refuses its start-up command each of the calls that this makes; in the long form also its work the others, which
/// are most of the time that it takes.
fn refuse_both(
    told: &mut Told,
    (subject, work): (&Subject, &Subject),
    seen: &Seen,
    (limit, output): (&Result<Duration, String>, &Path),
    long: bool,
) -> Result<Option<BTreeSet<u64>>> {
    let of_start = match Seen::of(subject, output) {
        Ok(of_start) => of_start,
        Err(Unseen::Lacking(why) | Unseen::Failed(why)) => {
            told.lack(REFUSED, FAILED, format!("the start-up command: {why}"));
            return Ok(None);
        }
    };
    let kinds = of_start.kinds();
    let mut survived = refuse(told, subject, (&kinds, &of_start), &steady(subject)?, AT_ONCE)?;
    let others: BTreeSet<u64> = seen.kinds().difference(&kinds).copied().collect();
    if long {
        // One at a time: it may write to one place.
        let also = refuse(told, work, (&others, seen), limit, 1)?;
        survived = survived.map(|survived| survived.into_iter().chain(also.into_iter().flatten()).collect());
    } else {
        let why =
            "the start-up command does not make it, and its work is refused calls in the long form alone";
        for kind in others.into_iter().filter(|kind| refused::may_be(*kind)) {
            told.lack(format!("without {}", calls::name(kind)), NOT_AVAILABLE, why);
        }
    }
    Ok(survived)
}

fn tell_oldest(told: &mut Told, kinds: &BTreeSet<u64>, survived: &BTreeSet<u64>) {
    match kernels::oldest(kinds.difference(survived).copied()) {
        Ok((kernel, calls)) => told.found.push(Found::text(
            OLDEST,
            format!(
                "Linux {kernel} ({}), from the names of calls alone, less {} that it does without: not their flags, \
                 nor what else the program asks of a kernel",
                calls.join(", "),
                survived.len()
            ),
        )),
        Err(calls) => {
            let why = format!("the manual of this table does not say since when there is {}", calls.join(", "));
            told.lack(OLDEST, NOT_AVAILABLE, why);
        }
    }
}

#[cfg(test)]
mod tests;
