//! Where things lie over many starts, and what one of them gives away of the others.
//!
//! Of each region three lines, none of which stands for another: the bits that the starts demonstrate (from how
//! often two of them had the same base); those that its range would have if it were uniform; and, where the kernel
//! documents the draw, how well what was seen agrees with it. Bits are never summed one by one. Then for every two
//! regions how much the one still hides when an address in the other is known, and how much code lies where it can
//! be known: from nothing, or from one address.
//!
//! Sources: Linux, `arch/x86/mm/mmap.c`, `fs/binfmt_elf.c` and `vm.mmap_rnd_bits` (Documentation/admin-guide/sysctl/vm.rst).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::maps::{Mapping, REGIONS, Snapshot};
use super::{Around, FAILED, Found, LIMIT, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told};
use crate::interrupt;
use crate::stats::{self, Collisions};
use crate::sys::apart::Apart;
use crate::sys::traced;

/// Starts, those of the long form, and those of a PIE that is not Go in the long form: it stands for the kernel's draw.
const STARTS: usize = 400;
const LONG: usize = 1000;
const REFERENCE: usize = 40_000;
/// Starts with what the kernel draws switched off.
const FIXED: usize = 20;
/// What the kernel draws at all.
const SETTING: &str = "/proc/sys/kernel/randomize_va_space";
/// The unit of the kernel's draws.
const PAGE: u64 = 4096;

/// What is kept of a start.
struct Seen {
    regions: BTreeMap<String, u64>,
    executable: Vec<(u64, u64)>,
}

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let starts = match (
        around.long,
        subject.facts.go.is_none() && subject.facts.linkage.pie && subject.interpreter().is_some(),
    ) {
        (false, _) => STARTS,
        (true, false) => LONG,
        (true, true) => REFERENCE,
    };
    if !traced::is_known() {
        return Ok(Told::nothing(NOT_AVAILABLE, "programs of this processor cannot be traced"));
    }
    let folder = around.cache.scratch()?;
    let copy = folder.path().join(&subject.name);
    subject.copy(&copy)?;
    let mut told = Told::default();
    let seen = match many(subject, &copy, starts, &[])? {
        Ok(seen) => seen,
        Err(why) => return Ok(Told::nothing(FAILED, why)),
    };
    told.found.push(Found::count("starts", seen.len()));
    one_by_one(&mut told, &seen);
    one_from_another(&mut told, &seen);
    known_code(&mut told, &seen);
    match many(subject, &copy, FIXED, &[Apart::Fixed])? {
        Ok(fixed) => {
            for name in names(&fixed) {
                let distinct: BTreeSet<u64> = bases(&fixed, &name).into_iter().collect();
                told.found
                    .push(Found::count(format!("{name}: places without the kernel's draws"), distinct.len()));
            }
        }
        Err(why) => told.lack("places without the kernel's draws", NOT_AVAILABLE, why),
    }
    let setting =
        fs::read_to_string(SETTING).map_or_else(|error| error.to_string(), |text| text.trim().to_owned());
    told.found.push(Found::text("randomize_va_space", setting));
    let why = format!("{SETTING} is a setting of the whole machine: it is read, and not changed");
    told.lack("places with another randomize_va_space", NOT_AVAILABLE, why);
    Ok(told)
}

/// So many starts, or what is wrong with one.
fn many(subject: &Subject, copy: &Path, starts: usize, apart: &[Apart]) -> Result<Result<Vec<Seen>, String>> {
    let env: Vec<(String, String)> = subject.env.clone().into_iter().collect();
    // Maps have the path that links lead to.
    let loader = subject.interpreter().and_then(|loader| fs::canonicalize(loader).ok());
    let copy = fs::canonicalize(copy).unwrap_or_else(|_| copy.to_owned());
    let mut all = Vec::with_capacity(starts);
    for _ in 0..starts {
        interrupt::check()?;
        let snapshot = match Snapshot::take(&copy, &subject.args, &env, LIMIT, apart) {
            Ok(snapshot) => snapshot,
            Err(error) => return Ok(Err(format!("cannot be stopped at its end: {error}"))),
        };
        let regions = snapshot.regions(&copy, loader.as_deref());
        let code = |mapping: &&Mapping| mapping.execute && !mapping.name.starts_with("[vsyscall");
        let executable =
            snapshot.mappings.iter().filter(code).map(|mapping| (mapping.start, mapping.size())).collect();
        all.push(Seen { regions, executable });
    }
    Ok(Ok(all))
}

/// The regions that any start has: those with names of their own first.
fn names(seen: &[Seen]) -> Vec<String> {
    let all: BTreeSet<&String> = seen.iter().flat_map(|start| start.regions.keys()).collect();
    let (mut known, mut others): (Vec<String>, Vec<String>) =
        all.into_iter().cloned().partition(|name| REGIONS.contains(&name.as_str()));
    known.sort_by_key(|name| REGIONS.iter().position(|region| region == name));
    known.append(&mut others);
    known
}

fn bases(seen: &[Seen], name: &str) -> Vec<u64> {
    seen.iter().filter_map(|start| start.regions.get(name).copied()).collect()
}

fn one_by_one(told: &mut Told, seen: &[Seen]) {
    for name in names(seen) {
        let bases = bases(seen, &name);
        let Some(Collisions { distinct, bits_at_least, .. }) = stats::collisions(bases.iter()) else {
            continue;
        };
        told.found.push(Found::number(format!("{name}: places"), "count", distinct as f64));
        told.found.push(Found::number(format!("{name}: bits demonstrated"), "bits", bits_at_least));
        if let Some((bits, granularity)) = stats::range(&bases) {
            told.found.push(Found::number(format!("{name}: bits if uniform over its range"), "bits", bits));
            told.found.push(Found::number(format!("{name}: granularity"), "bytes", granularity as f64));
        }
        agreement(told, &name, &bases);
    }
}

/// Where the kernel documents how many bits it draws.
fn agreement(told: &mut Told, name: &str, bases: &[u64]) {
    let documented = match name {
        "text" | "mmap area" => fs::read_to_string("/proc/sys/vm/mmap_rnd_bits").ok(),
        _ => return,
    };
    let key = format!("{name}: agreement with the kernel's draw");
    let Some(bits) = documented.and_then(|text| text.trim().parse::<u32>().ok()) else {
        return told.lack(key, NOT_AVAILABLE, "/proc/sys/vm/mmap_rnd_bits cannot be read");
    };
    let low = bases.iter().min().copied().unwrap_or_default();
    let pages: Vec<u64> = bases.iter().map(|base| (base - low) / PAGE).collect();
    if pages.iter().all(|page| *page == 0) {
        return told.lack(key, NOT_APPLICABLE, "it lies at one place");
    }
    let Some(agreement) = stats::agreement(&pages, bits) else {
        return told.lack(key, NOT_AVAILABLE, "too few starts");
    };
    told.found.push(Found::number(format!("{name}: bits documented"), "bits", f64::from(bits)));
    for (field, chance) in
        [("high bits", agreement.high), ("low bits", agreement.low), ("pairs of bits", agreement.parity)]
    {
        told.found.push(Found::number(format!("{key}, {field}"), "probability", chance));
    }
}

fn one_from_another(told: &mut Told, seen: &[Seen]) {
    let names = names(seen);
    for leaked in &names {
        for other in &names {
            let differences = seen.iter().filter_map(|start| {
                Some(start.regions.get(other)?.wrapping_sub(*start.regions.get(leaked)?))
            });
            if leaked == other {
                continue;
            }
            if let Some(left) = stats::collisions(differences) {
                let key = format!("{other} given {leaked}: bits demonstrated");
                told.found.push(Found::number(
                    key,
                    "bits",
                    if left.distinct == 1 { 0.0 } else { left.bits_at_least },
                ));
            }
        }
    }
}

/// Bytes of code at addresses that are the same in every start, and at the same distance from a leaked one.
fn known_code(told: &mut Told, seen: &[Seen]) {
    let all = |from: &dyn Fn(&Seen) -> Option<u64>| -> Option<u64> {
        let mut common: Option<BTreeSet<(u64, u64)>> = None;
        for start in seen {
            let from = from(start)?;
            let here = start.executable.iter().map(|(base, size)| (base.wrapping_sub(from), *size)).collect();
            common = Some(match common {
                None => here,
                Some(common) => common.intersection(&here).copied().collect(),
            });
        }
        common.map(|common| common.iter().map(|(_, size)| size).sum())
    };
    if let Some(bytes) = all(&|_| Some(0)) {
        told.found.push(Found::number("code at known addresses", "bytes", bytes as f64));
    }
    let every = seen.first().map(|start| start.executable.iter().map(|(_, size)| size).sum::<u64>());
    told.found.extend(every.map(|bytes| Found::number("code in all", "bytes", bytes as f64)));
    for name in names(seen) {
        if let Some(bytes) = all(&|start| start.regions.get(&name).copied()) {
            told.found.push(Found::number(format!("code known given {name}"), "bytes", bytes as f64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(starts: usize, base: &dyn Fn(u64) -> u64) -> Vec<Seen> {
        let one = |number| {
            let text = base(number);
            let regions =
                [("text", text), ("data", text + 0x10_0000), ("loader", 0x7f00_0000_0000 + number * 0x1000)];
            Seen {
                regions: regions.map(|(name, base)| (name.to_owned(), base)).into(),
                executable: vec![(text, 0x8000), (0x7f00_0000_0000 + number * 0x1000, 0x3000)],
            }
        };
        (0..starts as u64).map(one).collect()
    }

    fn number(told: &Told, key: &str) -> Option<f64> {
        told.found.iter().find(|found| found.key == key)?.number
    }

    #[test]
    fn code_is_known_where_it_never_moves_and_by_one_address_where_it_moves_along() {
        for (moves, without, given_data) in [(false, 0x8000, 0x8000), (true, 0, 0x8000)] {
            let mut told = Told::default();
            let seen = seen(100, &|number| 0x40_0000 + if moves { number * 0x1000 } else { 0 });
            known_code(&mut told, &seen);
            assert_eq!(number(&told, "code at known addresses"), Some(f64::from(without)));
            assert_eq!(
                number(&told, "code known given data"),
                Some(f64::from(given_data) + if moves { 12288.0 } else { 0.0 })
            );
        }
    }

    #[test]
    fn what_moves_together_hides_nothing() {
        let mut told = Told::default();
        let seen = seen(100, &|number| 0x5555_0000_0000 + number * 0x7000);
        one_by_one(&mut told, &seen);
        one_from_another(&mut told, &seen);
        assert_eq!(number(&told, "data given text: bits demonstrated"), Some(0.0));
        assert!(number(&told, "loader given text: bits demonstrated") > Some(5.0));
        assert!(number(&told, "text: bits demonstrated") > Some(5.0));
        assert_eq!(number(&told, "text: granularity"), Some(f64::from(0x1000)));
    }
}
