//! What the bytes of a file are there for: each byte counted once, so that the parts are the whole.
//!
//! With section headers the sections tell; without, the segments and the tables that the dynamic table
//! names, which is coarser (Go's type data and pc-line tables are then read-only data). Where two overlap
//! the headers of the file come first, then the section with the lower number; without sections, a table
//! before the segment around it.
//!
//! Source: the invariant is bloaty's: the parts always add up to the size of the file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use super::dynamic::Dynamic;
use super::raw::{Elf, ProgramHeader, section, segment, tag};
use super::relocations::Table;
use super::sections::{Meaning, Section};

/// What bytes of the file belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Label {
    /// Their section, by its place among all; `None` for what lies in none.
    section: Option<usize>,
    /// What they are there for.
    pub(super) meaning: Meaning,
}

impl Label {
    fn outside(meaning: Meaning) -> Self {
        Self { section: None, meaning }
    }
}

/// What every byte of a file belongs to: labels with their bytes, which add up to the size of the file.
pub(super) type Parts = Vec<(Label, u64)>;

/// What every byte of the file belongs to.
pub(super) fn parts(
    elf: &Elf<'_>,
    dynamic: Option<&Dynamic>,
    sections: &[Section],
    tables: &[Table],
) -> Parts {
    let padding = Label::outside(Meaning::PaddingAndUnmapped);
    let parts = partition(elf.bytes.len() as u64, claims(elf, dynamic, sections, tables));
    parts.into_iter().map(|(label, size)| (label.unwrap_or(padding), size)).collect()
}

/// Bytes of each meaning, in the order of [`Meaning::IN_FILE`].
pub(super) fn by_meaning(parts: &Parts) -> Vec<(Meaning, u64)> {
    let size_of = |meaning: Meaning| {
        let same = parts.iter().filter(|(label, _)| label.meaning == meaning);
        (meaning, same.map(|part| part.1).sum())
    };
    Meaning::IN_FILE.into_iter().map(size_of).collect()
}

/// Bytes of each section under its name, and in brackets by meaning what lies in none.
pub(super) fn by_section(parts: &Parts, sections: &[Section]) -> Vec<(String, u64)> {
    let name = |label: &Label| match label.section.and_then(|place| sections.get(place)) {
        Some(section) => section.name.clone(),
        None => format!("[{}]", label.meaning.word()),
    };
    parts.iter().map(|(label, size)| (name(label), *size)).collect()
}

/// Some bytes of the file, and what they are counted as.
pub(super) type Claim<L> = (Range<u64>, L);

/// What tells where bytes belong; what nothing claims is padding and unmapped.
pub(super) fn claims(
    elf: &Elf<'_>,
    dynamic: Option<&Dynamic>,
    sections: &[Section],
    tables: &[Table],
) -> Vec<Claim<Label>> {
    let headers = elf.headers.iter().map(|range| (range.clone(), Label::outside(Meaning::Headers)));
    let mut claims: Vec<_> = headers.collect();
    if sections.is_empty() {
        let mut outside = Vec::new();
        segment_claims(elf, dynamic, tables, &mut outside);
        claims.extend(outside.into_iter().map(|(range, meaning)| (range, Label::outside(meaning))));
    }
    for (place, (section, header)) in sections.iter().zip(&elf.sections).enumerate() {
        if !matches!(header.sh_type, section::SHT_NOBITS | section::SHT_NULL) {
            let label = Label { section: Some(place), meaning: section.meaning };
            claims.push((span(section.offset, section.size), label));
        }
    }
    claims
}

pub(super) fn span(offset: u64, size: u64) -> Range<u64> {
    offset..offset.saturating_add(size)
}

fn segment_claims(
    elf: &Elf<'_>,
    dynamic: Option<&Dynamic>,
    tables: &[Table],
    claims: &mut Vec<Claim<Meaning>>,
) {
    for table in tables {
        claims.push((table.range.clone(), Meaning::RelocationTables));
    }
    let strings = dynamic.and_then(|dynamic| {
        let size = dynamic.get(tag::DT_STRSZ)?;
        Some(span(elf.offset_of(dynamic.get(tag::DT_STRTAB)?, size)?, size))
    });
    if let Some(strings) = strings {
        claims.push((strings, Meaning::DynamicLinkingTables));
    }
    let of_types = |kinds: &'static [u32]| {
        elf.segments.iter().filter(move |header: &&ProgramHeader| kinds.contains(&header.p_type))
    };
    for header in of_types(&[segment::PT_DYNAMIC, segment::PT_INTERP]) {
        claims.push((span(header.p_offset, header.p_filesz), Meaning::DynamicLinkingTables));
    }
    for header in of_types(&[segment::PT_NOTE]) {
        claims.push((span(header.p_offset, header.p_filesz), Meaning::Notes));
    }
    for load in elf.loads() {
        let meaning = match load.p_flags {
            flags if flags & segment::PF_X != 0 => Meaning::Code,
            flags if flags & segment::PF_W != 0 => Meaning::WritableData,
            _ => Meaning::ReadOnlyData,
        };
        claims.push((span(load.p_offset, load.p_filesz), meaning));
    }
}

/// Adds up the bytes of each label as [`pieces`] deals them out; `None` stands for those that nothing claims.
/// Labels come in order, each once, and none without bytes.
pub(super) fn partition<L: Copy + Ord>(file_size: u64, claims: Vec<Claim<L>>) -> Vec<(Option<L>, u64)> {
    let mut sizes = BTreeMap::new();
    pieces(file_size, claims, |piece, label| *sizes.entry(label).or_default() += piece.end - piece.start);
    sizes.into_iter().collect()
}

/// Gives every byte of a file to the first of the claims to it, in pieces that follow one another from the
/// start of the file to its end.
///
/// Goes once through the file with the claims that are open at each place.
pub(super) fn pieces<L: Copy + Ord>(
    file_size: u64,
    claims: Vec<Claim<L>>,
    mut each: impl FnMut(Range<u64>, Option<L>),
) {
    let mut ranked: Vec<_> = claims.into_iter().enumerate().collect();
    ranked.retain(|(_, (range, _))| range.start < range.end);
    ranked.sort_by_key(|(_, (range, _))| range.start);
    let mut open = BinaryHeap::new();
    let mut coming = ranked.into_iter().peekable();
    let mut at = 0;
    while at < file_size {
        while let Some((rank, (range, label))) = coming.next_if(|(_, (range, _))| range.start <= at) {
            open.push(Reverse((rank, range.end, label)));
        }
        while open.peek().is_some_and(|Reverse((_, end, _))| *end <= at) {
            open.pop();
        }
        let next = coming.peek().map_or(file_size, |(_, (range, _))| range.start);
        let (end, label) = match open.peek() {
            Some(&Reverse((_, end, label))) => (end, Some(label)),
            None => (file_size, None),
        };
        let until = next.min(end).min(file_size);
        each(at..until, label);
        at = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file_size: u64, ranges: &[Claim<Meaning>], expected: &[(Meaning, u64)]) {
        let sizes = partition(file_size, ranges.to_vec());
        assert_eq!(sizes.iter().map(|pair| pair.1).sum::<u64>(), file_size);
        let padding = sizes.first().filter(|pair| pair.0.is_none());
        let unclaimed = padding.map(|pair| (Meaning::PaddingAndUnmapped, pair.1));
        let claimed = sizes.iter().filter_map(|&(label, size)| Some((label?, size)));
        assert_eq!(claimed.chain(unclaimed).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_byte_is_counted_once() {
        use Meaning::{Code, DebugData, Headers, Notes, PaddingAndUnmapped as Padding, Symbols};
        check(0, &[(0..10, Headers)], &[]);
        check(10, &[], &[(Padding, 10)]);
        check(100, &[(0..10, Headers), (20..50, Code)], &[(Headers, 10), (Code, 30), (Padding, 60)]);
        // Of two that overlap the first has the shared bytes, wherever each begins.
        check(100, &[(50..100, Code), (0..60, Notes)], &[(Code, 50), (Notes, 50)]);
        check(100, &[(0..60, Notes), (50..100, Code)], &[(Code, 40), (Notes, 60)]);
        // One that lies within another, and one that goes on behind it.
        check(100, &[(40..50, Headers), (0..100, Code)], &[(Headers, 10), (Code, 90)]);
        check(
            90,
            &[(10..20, Symbols), (10..30, DebugData), (0..25, Notes), (30..u64::MAX, Code)],
            &[(Code, 60), (Notes, 10), (Symbols, 10), (DebugData, 10)],
        );
    }
}
