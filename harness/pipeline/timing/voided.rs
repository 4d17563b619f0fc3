//! What was started, but has too few blocks that count: named with the reason of the first that does not. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::design::WORK;
use crate::analyse::LEAST_UNITS;
use crate::results::{BlockRow, NotMeasured};

/// Every program and condition of which no number can be given since blocks were voided.
pub(in crate::pipeline) fn not_measured(blocks: &[BlockRow]) -> Vec<NotMeasured> {
    let mut groups: BTreeMap<_, Vec<&BlockRow>> = BTreeMap::new();
    for block in blocks {
        let over_layouts = block.layout != "default";
        let at_work = block.block >= WORK.first_block;
        let group = (&block.program, at_work, over_layouts, &block.condition, &block.cache);
        groups.entry(group).or_default().push(block);
    }
    let too_few = |((program, at_work, over_layouts, condition, cache), blocks): (_, Vec<&BlockRow>)| {
        let first = blocks.iter().find(|block| block.voided)?;
        let count = blocks.iter().filter(|block| !block.voided);
        let left: BTreeSet<_> = count.map(|block| (&block.layout, block.copy)).collect();
        if left.len() >= LEAST_UNITS {
            return None;
        }
        let what = if at_work { "work" } else { "starts" };
        let units = if over_layouts { "layouts" } else { "copies" };
        let over = if over_layouts { " over function layouts" } else { "" };
        let voided = blocks.iter().filter(|block| block.voided).count();
        Some(NotMeasured {
            what: format!("{what} of {program}, {condition}, {cache}{over}"),
            why: format!(
                "{voided} of {} blocks were voided, which leaves {} {units}; the first: {}",
                blocks.len(),
                left.len(),
                first.reason
            ),
        })
    };
    groups.into_iter().filter_map(too_few).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(program: &str, voided: impl Fn(u32) -> bool) -> Vec<BlockRow> {
        let block = |number: u32| BlockRow {
            block: number,
            program: program.to_owned(),
            condition: "pinned".to_owned(),
            cache: "faulted".to_owned(),
            layout: "default".to_owned(),
            copy: number / 2,
            voided: voided(number),
            reason: if voided(number) { format!("reason {number}") } else { String::new() },
            ..BlockRow::default()
        };
        (0..20).map(block).collect()
    }

    #[test]
    fn what_has_too_few_blocks_is_named_with_its_reason() {
        let mut all = blocks("well", |number| number < 5);
        all.extend(blocks("ill", |number| number > 5));
        let named = not_measured(&all);
        assert_eq!(named.len(), 1, "{named:?}");
        assert_eq!(named[0].what, "starts of ill, pinned, faulted");
        assert_eq!(named[0].why, "14 of 20 blocks were voided, which leaves 3 copies; the first: reason 6");
        assert!(not_measured(&[]).is_empty());
    }
}
