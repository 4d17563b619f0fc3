//! What the machine did while it was measured: from the controls that stand with every block.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::claims::words;
use crate::results::{BlockRow, Index, LibraryRow};

/// The blocks, and what is known of them.
#[derive(Debug, Serialize)]
pub(super) struct Controls {
    /// A sentence each; empty where nothing was started.
    sentences: Vec<String>,
    /// Why blocks were voided, the same reasons together.
    voided: Vec<String>,
    /// Why blocks were not quiet.
    unquiet: Vec<String>,
}

pub(super) fn controls(index: &Index<'_>) -> Controls {
    let blocks = &index.run().blocks;
    if blocks.is_empty() {
        return Controls { sentences: Vec::new(), voided: Vec::new(), unquiet: Vec::new() };
    }
    Controls {
        sentences: [
            summary(blocks),
            files(blocks),
            libraries(&index.run().libraries),
            settings(blocks),
            machine(blocks),
        ]
        .concat(),
        voided: reasons(blocks, |block| if block.voided { &block.reason } else { "" }),
        unquiet: reasons(blocks, |block| &block.unquiet),
    }
}

fn blocks_words(number: usize) -> String {
    words::count(number as u64, "block", "blocks")
}

/// `all blocks`, `no block` or `3 of 8 blocks`.
fn share(blocks: &[BlockRow], is: impl Fn(&BlockRow) -> bool) -> String {
    match blocks.iter().filter(|block| is(block)).count() {
        0 => "no block".to_owned(),
        n if n == blocks.len() => "every block".to_owned(),
        n => words::of(n, blocks.len()) + " blocks",
    }
}

fn summary(blocks: &[BlockRow]) -> Vec<String> {
    let seconds: f64 = blocks.iter().map(|block| block.seconds).sum();
    let voided = blocks.iter().filter(|block| block.voided).count();
    let quiet = blocks.iter().filter(|block| block.unquiet.is_empty()).count();
    let by = |what: &str| blocks.iter().filter(|block| block.length_by == what).count();
    vec![
        format!(
            "{} of starts, {seconds:.0} s together; {voided} voided, {quiet} quiet.",
            blocks_words(blocks.len())
        ),
        format!(
            "Ended by the pilot (as long as it asked for): {}; by the budget (shorter than that): {}.",
            blocks_words(by("pilot")),
            blocks_words(by("budget"))
        ),
    ]
}

/// How the files lay in the page cache.
fn files(blocks: &[BlockRow]) -> Vec<String> {
    let folios: Vec<f64> = blocks
        .iter()
        .filter_map(|block| Some(block.resident_before as f64 / block.folios_before? as f64))
        .filter(|size| size.is_finite())
        .collect();
    let folios = match range(folios.into_iter()) {
        None => "How large the folios were was not told to this user.".to_owned(),
        Some([least, most]) => format!("Pages of theirs to a folio, on average: {}.", span(least, most, 1)),
    };
    let moved = |block: &BlockRow| {
        block.resident_before != block.resident_after || block.folios_before != block.folios_after
    };
    vec![
        format!(
            "Fresh copies stood in for the loader and the C library in {}; the files were locked in memory in {}.",
            share(blocks, |block| block.libraries_replicated),
            share(blocks, |block| block.held),
        ),
        folios,
        format!("Residency or folios changed during {}.", share(blocks, moved)),
    ]
}

/// What artifacts were started with.
fn libraries(rows: &[LibraryRow]) -> Vec<String> {
    let one = |row: &LibraryRow| {
        let what = if row.loader { "loader" } else { "library" };
        format!("The {what} `{}`: SHA-256 `{}`.", row.path, row.sha256)
    };
    rows.iter().map(one).collect()
}

fn settings(blocks: &[BlockRow]) -> Vec<String> {
    let distinct = |value: fn(&BlockRow) -> &str| {
        let mut all: Vec<&str> = blocks.iter().map(value).filter(|value| !value.is_empty()).collect();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() { "not known".to_owned() } else { words::list(&all) }
    };
    let environment = range(blocks.iter().map(|block| f64::from(block.environment_bytes)));
    let [least, most] = environment.unwrap_or_default();
    vec![format!(
        "File system: {}; huge pages: {}; `randomize_va_space`: {}; clock source: {}; CPUs: {}; size of the \
         environment: {} bytes.",
        distinct(|block| &block.file_system),
        distinct(|block| &block.huge_pages),
        distinct(|block| &block.address_randomisation),
        distinct(|block| &block.clock_source),
        range(blocks.iter().map(|block| f64::from(block.cpus)))
            .map_or_else(String::new, |[least, most]| span(least, most, 0)),
        span(least, most, 0),
    )]
}

/// What else ran.
fn machine(blocks: &[BlockRow]) -> Vec<String> {
    let shares = |value: fn(&BlockRow) -> Option<f64>| {
        range(blocks.iter().filter_map(|block| Some(100.0 * value(block)? / block.seconds)))
    };
    let said = |what: &str, shares: Option<[f64; 2]>| match shares {
        None => format!("{what} is not told by this kernel."),
        Some([least, most]) => format!("{what}: {} % of a block's time.", span(least, most, 1)),
    };
    let sentinel = range(blocks.iter().filter_map(|block| block.sentinel_seconds));
    let sum = |value: fn(&BlockRow) -> u64| blocks.iter().map(value).sum::<u64>();
    let mut all = vec![
        said("Taken by the hypervisor (steal)", shares(|block| block.steal_seconds)),
        said("Some task waited for a CPU (pressure)", shares(|block| block.cpu_pressure_seconds)),
    ];
    all.extend(sentinel.map(|[least, most]| {
        format!(
            "A start of the sentinel, an empty static program, took {} to {} by the median of a block.",
            words::time(least),
            words::time(most)
        )
    }));
    all.push(format!(
        "The starts met {} with I/O and were taken off their CPU {}.",
        words::count(sum(|block| block.major_faults), "page fault", "page faults"),
        words::count(sum(|block| block.involuntary_switches), "time", "times"),
    ));
    all
}

fn range(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.fold(None, |range, value| match range {
        None => Some([value, value]),
        Some([least, most]) => Some([value.min(least), value.max(most)]),
    })
}

fn span(least: f64, most: f64, decimals: usize) -> String {
    let [low, high] = [least, most].map(|value| format!("{value:.decimals$}"));
    if low == high { low } else { format!("{low} to {high}") }
}

/// Reasons that differ in numbers and cases alone are one: how many blocks gave it, most first.
fn reasons(blocks: &[BlockRow], of: fn(&BlockRow) -> &str) -> Vec<String> {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for block in blocks {
        let mut own: Vec<String> =
            of(block).split("; ").filter(|reason| !reason.is_empty()).map(kind).collect();
        own.sort_unstable();
        own.dedup();
        for reason in own {
            *kinds.entry(reason).or_default() += 1;
        }
    }
    let mut kinds: Vec<(String, usize)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    kinds.into_iter().map(|(reason, number)| format!("{}: {reason}", blocks_words(number))).collect()
}

/// A reason without its numbers: `tasks waited for a CPU for ... %`.
fn kind(reason: &str) -> String {
    let word = |word: &str| {
        if !word.contains('/') && word.contains(|letter: char| letter.is_ascii_digit()) {
            "...".to_owned()
        } else {
            word.to_owned()
        }
    };
    reason.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(unquiet: &str) -> BlockRow {
        BlockRow { seconds: 2.0, unquiet: unquiet.to_owned(), ..BlockRow::default() }
    }

    #[test]
    fn reasons_of_one_kind_are_counted_together() {
        let blocks = [
            block("tasks waited for a CPU for 8.1 %; 12.0 % of the sentinel's starts were slow"),
            block("tasks waited for a CPU for 31.0 %"),
            block(""),
        ];
        assert_eq!(
            reasons(&blocks, |block| &block.unquiet),
            [
                "2 blocks: tasks waited for a CPU for ... %",
                "1 block: ... % of the sentinel's starts were slow"
            ]
        );
    }

    #[test]
    fn shares_are_of_all_blocks() {
        let mut blocks = [block(""), block("")];
        assert_eq!(share(&blocks, |block| block.held), "no block");
        blocks[0].held = true;
        assert_eq!(share(&blocks, |block| block.held), "1 of 2 blocks");
        blocks[1].held = true;
        assert_eq!(share(&blocks, |block| block.held), "every block");
    }
}
