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

use anyhow::Result;
use rustix::param::page_size;

use super::maps::{Mapping, REGIONS, Snapshot, untaken};
use super::{Around, Found, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told};
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
/// How many bits of the main stack the kernel draws, in pages of 4096 bytes: `STACK_RND_MASK` of `asm/elf.h`.
const STACK_BITS: Option<u32> = if cfg!(target_arch = "x86_64") { Some(22) } else { None };

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
    let mut told = Told::default();
    let seen = match many(subject, starts, &[])? {
        Ok(seen) => seen,
        Err((word, why)) => return Ok(Told::nothing(word, why)),
    };
    told.found.push(Found::count("starts", seen.len()));
    one_by_one(&mut told, &seen);
    one_from_another(&mut told, &seen);
    known_code(&mut told, &seen);
    match many(subject, FIXED, &[Apart::Fixed])? {
        Ok(fixed) => {
            for name in names(&fixed) {
                let distinct: BTreeSet<u64> = bases(&fixed, &name).into_iter().collect();
                told.found
                    .push(Found::count(format!("{name}: places without the kernel's draws"), distinct.len()));
            }
        }
        Err((word, why)) => told.lack("places without the kernel's draws", word, why),
    }
    let setting =
        fs::read_to_string(SETTING).map_or_else(|error| error.to_string(), |text| text.trim().to_owned());
    told.found.push(Found::text("randomize_va_space", setting));
    let why = format!("{SETTING} is a setting of the whole machine: it is read, and not changed");
    told.lack("places with another randomize_va_space", NOT_AVAILABLE, why);
    Ok(told)
}

/// So many starts, or what is wrong with one, with the word for it.
fn many(
    subject: &Subject,
    starts: usize,
    apart: &[Apart],
) -> Result<Result<Vec<Seen>, (&'static str, String)>> {
    // Maps have the path that links lead to.
    let loader = subject.interpreter().and_then(|loader| fs::canonicalize(loader).ok());
    let mut all = Vec::with_capacity(starts);
    for _ in 0..starts {
        interrupt::check()?;
        let snapshot = match Snapshot::take(subject, apart) {
            Ok(snapshot) => snapshot,
            Err(error) => return Ok(Err(untaken(&error, apart))),
        };
        let regions = snapshot.regions(subject.facts.go.is_some(), loader.as_deref());
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
            agreement(told, &name, &bases, granularity);
        }
    }
}

/// How many bits the kernel draws of a region, in pages; or why that is not known.
fn documented(name: &str) -> Result<u32, &'static str> {
    match name {
        "text" | "mmap area" => fs::read_to_string("/proc/sys/vm/mmap_rnd_bits")
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .ok_or("/proc/sys/vm/mmap_rnd_bits cannot be read"),
        "main stack" => {
            STACK_BITS.ok_or("how many bits of the stack this processor's kernel draws is not known")
        }
        "Go heap" | "goroutine stack" => Err("the Go runtime draws it, not the kernel"),
        "read-only data" | "data" | "bss" => Err("it is drawn with text"),
        "brk heap" | "vdso" | "loader" => Err("the kernel documents no number of bits for it"),
        _ => Err("it is drawn with the mmap area"),
    }
}

/// How well what was seen agrees with the draw that the kernel documents. Where the region lies on a coarser grid than
/// pages, as aligned segments do, so many bits fewer are drawn.
fn agreement(told: &mut Told, name: &str, bases: &[u64], granularity: u64) {
    let key = format!("{name}: agreement with the kernel's draw");
    let low = bases.iter().min().copied().unwrap_or_default();
    if bases.iter().all(|base| *base == low) {
        return told.lack(key, NOT_APPLICABLE, "it lies at one place");
    }
    let bits = match documented(name) {
        Ok(bits) => bits,
        Err(why) => return told.lack(key, NOT_AVAILABLE, why),
    };
    let page = page_size() as u64;
    let unit = granularity.max(page);
    let places: Vec<u64> = bases.iter().map(|base| (base - low) / unit).collect();
    let bits = bits.saturating_sub((unit / page).ilog2());
    let Some(agreement) = stats::agreement(&places, bits) else {
        return told.lack(key, NOT_AVAILABLE, "too few starts, or too few bits");
    };
    told.found.push(Found::number(format!("{name}: bits documented"), "bits", f64::from(bits)));
    for (field, chance) in
        [("high bits", agreement.high), ("low bits", agreement.low), ("pairs of bits", agreement.parity)]
    {
        told.found.push(Found::number(format!("{key}, {field}"), "probability", chance));
    }
}

/// What is left of one region when an address in another is known: from how often two starts had the same distance. Where
/// the one lies on a coarse grid, a distance tells it up to a step of the grid, and smaller differences hide nothing.
fn one_from_another(told: &mut Told, seen: &[Seen]) {
    let names = names(seen);
    for leaked in &names {
        for other in names.iter().filter(|other| *other != leaked) {
            let step = stats::range(&bases(seen, other)).map_or(1, |(_, step)| step.max(1));
            let distances: Vec<i128> = seen
                .iter()
                .filter_map(|start| {
                    Some(i128::from(*start.regions.get(other)?) - i128::from(*start.regions.get(leaked)?))
                })
                .collect();
            let least = distances.iter().min().copied().unwrap_or_default();
            let steps = distances.iter().map(|distance| (distance - least) / i128::from(step));
            if let Some(left) = stats::collisions(steps) {
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
    fn what_lies_on_a_coarse_grid_is_told_by_what_lies_on_a_fine_one_and_not_the_other_way_round() {
        let one = |number: u64| {
            let fine = 0x7f00_0000_0000 + number * 37 * 0x1000;
            let coarse = fine & !0x1f_ffff;
            Seen {
                regions: [("text", coarse), ("vdso", fine)].map(|(name, at)| (name.to_owned(), at)).into(),
                executable: Vec::new(),
            }
        };
        let mut told = Told::default();
        let seen: Vec<Seen> = (0..400).map(one).collect();
        one_by_one(&mut told, &seen);
        one_from_another(&mut told, &seen);
        assert_eq!(number(&told, "text given vdso: bits demonstrated"), Some(0.0));
        assert!(number(&told, "vdso given text: bits demonstrated") > Some(5.0));
    }

    #[test]
    fn a_coarse_grid_is_no_disagreement_with_the_kernel() {
        let Ok(bits) = documented("text") else {
            return crate::ui::say("SKIPPED: /proc/sys/vm/mmap_rnd_bits cannot be read");
        };
        // Draws of that many pages, put on a grid of 512.
        let mut state = 1_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 20) & ((1 << bits) - 1) & !511) * page_size() as u64
        };
        let bases: Vec<u64> = (0..400).map(|_| draw()).collect();
        let mut told = Told::default();
        agreement(&mut told, "text", &bases, 512 * page_size() as u64);
        let low = number(&told, "text: agreement with the kernel's draw, low bits");
        assert!(low > Some(1e-4), "{told:?}");
        assert_eq!(number(&told, "text: bits documented"), Some(f64::from(bits - 9)));
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
