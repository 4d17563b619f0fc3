//! Refusing a program a kind of system call: it fails as if the kernel did not have it (`ENOSYS`).
//!
//! Every call of the kind is refused, from exec on, and not one of them once: a program that asks again does not get
//! further. `execve` is what starts it, and without `exit_group` nothing ends well: neither is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;

use super::super::{Found, NOT_AVAILABLE, Subject, Told, Went};
use super::{REFUSED, calls, kept, went};
use crate::schedule;
use crate::sys::apart::{Apart, Named};

const SPARED: [&str; 2] = ["execve", "exit_group"];

/// Whether a kind of call is ever refused.
pub(super) fn may_be(kind: u64) -> bool {
    !SPARED.contains(&calls::name(kind).as_str())
}

/// Refuses each of them in a start of its own, some starts at once; gives those that it does without.
pub(super) fn each(
    told: &mut Told,
    subject: &Subject,
    kinds: &BTreeSet<u64>,
    limit: Duration,
    at_once: usize,
) -> Result<BTreeSet<u64>> {
    let kinds: Vec<u64> = kinds.iter().copied().filter(|kind| may_be(*kind)).collect();
    let ask = |kind| (calls::name(kind), kind, without(subject, kind, limit));
    let mut all = schedule::run_all(kinds, at_once, |_| String::new(), ask);
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let mut survived = BTreeSet::new();
    let (mut found, mut lacking) = (Vec::new(), None);
    for (name, kind, went) in all {
        let (yes, how) = match went? {
            Went::Well => (true, String::new()),
            Went::Otherwise(how) => (false, how),
            Went::Lacking(why) => {
                lacking = Some(why);
                continue;
            }
        };
        if yes {
            survived.insert(kind);
        }
        found.push(Found::bool(format!("without {name}"), yes, how));
    }
    match lacking {
        Some(why) => told.lack(REFUSED, NOT_AVAILABLE, why),
        None if !found.is_empty() && !told.found.iter().any(|found| found.key == "refusal") => {
            told.found.push(Found::text(
                "refusal",
                "every call of a kind fails with ENOSYS from exec on, not one alone; execve and exit_group are spared",
            ));
        }
        None => {}
    }
    told.found.append(&mut found);
    Ok(survived)
}

fn without(subject: &Subject, kind: u64, limit: Duration) -> Result<Went> {
    let filter = i64::try_from(kind).map(|kind| Apart::calls(&[kind], Named::Missing));
    match filter {
        Ok(Ok(filter)) => went(subject, &kept(subject, vec![filter], limit)),
        Ok(Err(error)) => {
            Ok(Went::Lacking(format!("system calls of this processor cannot be filtered: {error}")))
        }
        Err(error) => Ok(Went::Lacking(error.to_string())),
    }
}
