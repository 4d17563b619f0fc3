//! Refusing a program a kind of system call: it fails as if the kernel did not have it (`ENOSYS`).
//!
//! Every call of the kind is refused, from exec on, and not one of them once: a program that asks again does not get
//! further. `execve` is what starts it, and without `exit_group` nothing ends well: neither is refused. A call that
//! not every start makes may not have been made when it would have been refused: working then shows little.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;

use super::super::{Found, NOT_AVAILABLE, Subject, Told, Went};
use super::calls::{self, Seen};
use super::{PROOFS, REFUSED, works};
use crate::schedule;
use crate::sys::apart::{Apart, Named};

const SPARED: [&str; 2] = ["execve", "exit_group"];

/// Whether a kind of call is ever refused.
pub(super) fn may_be(kind: u64) -> bool {
    !SPARED.contains(&calls::name(kind).as_str())
}

/// Refuses each of some kinds that were seen in starts of its own, some at once; gives those that it surely does
/// without.
pub(super) fn each(
    told: &mut Told,
    subject: &Subject,
    (kinds, seen): (&BTreeSet<u64>, &Seen),
    limit: Duration,
    at_once: usize,
) -> Result<Option<BTreeSet<u64>>> {
    let kinds: Vec<u64> = kinds.iter().copied().filter(|kind| may_be(*kind)).collect();
    let ask = |kind| (calls::name(kind), kind, without(subject, kind, limit));
    let mut all = schedule::run_all(kinds, at_once, |_| String::new(), ask);
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let mut survived = BTreeSet::new();
    let (mut found, mut lacking) = (Vec::new(), None);
    for (name, kind, went) in all {
        let (yes, how) = match went? {
            Went::Well if seen.always(kind) => {
                survived.insert(kind);
                (true, String::new())
            }
            Went::Well => (true, "not every start makes it".to_owned()),
            Went::Otherwise(how) => (false, how),
            Went::Lacking(why) => {
                lacking = Some(why);
                continue;
            }
        };
        found.push(Found::bool(format!("without {name}"), yes, how));
    }
    match &lacking {
        Some(why) => told.lack(REFUSED, NOT_AVAILABLE, why),
        None if !found.is_empty() && !told.found.iter().any(|found| found.key == "refusal") => {
            told.found.push(Found::text(
                "refusal",
                format!(
                    "every call of a kind fails with ENOSYS from exec on, not one alone, in up to {PROOFS} starts; \
                     execve and exit_group are spared"
                ),
            ));
        }
        None => {}
    }
    told.found.append(&mut found);
    Ok(lacking.is_none().then_some(survived))
}

fn without(subject: &Subject, kind: u64, limit: Duration) -> Result<Went> {
    let filter = i64::try_from(kind).map(|kind| Apart::calls(&[kind], Named::Missing));
    match filter {
        Ok(Ok(filter)) => works(subject, &[filter], limit),
        Ok(Err(error)) => {
            Ok(Went::Lacking(format!("system calls of this processor cannot be filtered: {error}")))
        }
        Err(error) => Ok(Went::Lacking(error.to_string())),
    }
}
