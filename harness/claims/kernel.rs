//! Rules over system calls and files: what a program relies on besides itself.

use std::collections::BTreeSet;

use super::probed::{Probed, at_home};
use super::subject::unique;
use super::{Finding, Verdict, words};
use crate::config::PROPOSAL;
use crate::results::Index;

const PROBE: &str = "sandbox";
const CALLS: &str = "works under these calls alone";
const FILES: &str = "works under these files alone";
const BOTH: &str = "works under both";
/// Where the probe of names leaves what it asks for.
const OF_SYSTEM: &str = "/etc/";
/// Where the kernel itself answers, and no file of the system does.
const OF_KERNEL: [&str; 3] = ["/proc/", "/sys/", "/dev/"];

/// The files that it opened, less its own input and what gopie gives it.
fn opened<'a>(one: &Probed<'a>) -> BTreeSet<&'a str> {
    one.rows()
        .filter(|row| row.number == Some(1.0))
        .filter_map(|row| row.key.strip_prefix("file "))
        .filter(|path| path.starts_with('/'))
        .collect()
}

/// Programs that look something up, each with the file of the system in which `static` finds it.
fn looked_up<'a>(index: &Index<'a>) -> Vec<(&'a str, &'a str)> {
    let mut all = Vec::new();
    for one in at_home(index, "names").into_iter().filter(|one| one.variant() == PROPOSAL) {
        for row in one.rows().filter(|row| row.number > Some(0.0)) {
            let file = row.key.split(' ').find(|word| word.starts_with(OF_SYSTEM));
            all.extend(file.map(|file| (one.built.program, file)));
        }
    }
    all
}

pub(super) fn kernel_abi_only(index: &Index<'_>) -> Finding {
    let all: Vec<Probed<'_>> =
        at_home(index, PROBE).into_iter().filter(|one| one.variant() == PROPOSAL).collect();
    let tried: Vec<&Probed<'_>> =
        all.iter().filter(|one| one.yes(CALLS).is_some() || one.yes(FILES).is_some()).collect();
    if tried.is_empty() {
        let why = all.iter().find_map(|one| one.lacking(CALLS));
        return Finding::undecided(why.map_or_else(
            || format!("this run traced no system calls of `{PROPOSAL}`"),
            |why| format!("no system calls of `{PROPOSAL}` could be traced: {why}"),
        ));
    }
    let mut foreign: BTreeSet<&str> = BTreeSet::new();
    let mut well = 0;
    for one in &tried {
        let others: Vec<&str> = opened(one)
            .into_iter()
            .filter(|path| !OF_KERNEL.iter().any(|folder| path.starts_with(folder)))
            .collect();
        let works = [CALLS, FILES, BOTH].iter().all(|key| match one.yes(key) {
            Some(works) => works,
            None => one.lacking(key).is_none(),
        });
        if works && others.is_empty() {
            well += 1;
        }
        foreign.extend(others);
    }
    let kinds: Vec<f64> = tried.iter().filter_map(|one| one.number("kinds of system calls")).collect();
    let most = kinds.iter().copied().fold(0.0, f64::max);
    let mut because = format!(
        "Of `{PROPOSAL}`, {} artifacts that were traced still worked when no other calls were permitted than those \
         seen (at most {most} kinds) and no other files than those opened, all of them the kernel's own (/proc, \
         /sys, /dev).",
        words::of(well, tried.len())
    );
    if !foreign.is_empty() {
        let named: Vec<&str> = foreign.iter().copied().take(4).collect();
        words::add(
            &mut because,
            &format!(" Files of the system that were opened: {}.", words::code_list(&named)),
        );
    }
    // A call whose refusal is survived was no need.
    let refused: Vec<(bool, &str)> = tried
        .iter()
        .flat_map(|one| one.rows())
        .filter_map(|row| Some((row.number? > 0.0, row.key.strip_prefix("without ")?)))
        .collect();
    if !refused.is_empty() {
        let needed: BTreeSet<&str> =
            refused.iter().filter(|(works, _)| !works).map(|(_, call)| *call).collect();
        let named: Vec<&str> = needed.iter().copied().collect();
        words::add(
            &mut because,
            &format!(
                " Refused one by one, these calls were needed: {}.",
                if named.is_empty() { "none".to_owned() } else { words::code_list(&named) }
            ),
        );
    }
    // What could not be tried is no proof, and no failure either.
    let unproved = tried.iter().find_map(|one| [CALLS, FILES, BOTH].iter().find_map(|key| one.lacking(key)));
    if let Some(why) = unproved {
        words::add(&mut because, &format!(" Not all of it could be tried: {why}."));
    }
    let looked = looked_up(index);
    if !looked.is_empty() {
        let said: Vec<String> =
            looked.iter().map(|(program, file)| format!("{program} in `{file}`")).collect();
        words::add(
            &mut because,
            &format!(" What looks names up finds them in files of the system: {}.", words::list(&said)),
        );
    }
    let verdict = match well {
        0 if unproved.is_some() => Verdict::Undecided,
        0 => Verdict::Refuted,
        n if n == tried.len() && looked.is_empty() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let programs =
        unique(tried.iter().map(|one| one.built.program).chain(looked.iter().map(|(program, _)| *program)));
    Finding { verdict, because, evidence: vec!["probes.csv: sandbox, names".to_owned()], programs }
}
