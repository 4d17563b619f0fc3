//! What the bytes of a file are there for: each byte counted once, so that the parts are the whole.
//!
//! With section headers the sections tell; without, the segments and the tables that the dynamic table
//! names, which is coarser (Go's type data and pc-line tables are then read-only data). Where two overlap
//! the headers of the file come first, then the section with the lower number; without sections, a table
//! before the segment around it.
//!
//! Source: the invariant is bloaty's: the parts always add up to the size of the file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::dynamic::Dynamic;
use super::raw::{Elf, ProgramHeader, section, segment, tag};
use super::relocations::Table;
use super::sections::{Meaning, Section};

/// Some bytes of the file and what they are there for; the lowest rank wins.
struct Claim {
    range: Range<u64>,
    rank: usize,
    meaning: Meaning,
}

/// Bytes of each meaning, in the order of [`Meaning::IN_FILE`]; their sum is the size of the file.
pub(super) fn by_meaning(
    elf: &Elf<'_>,
    dynamic: Option<&Dynamic>,
    sections: &[Section],
    tables: &[Table],
) -> Vec<(Meaning, u64)> {
    let mut claims = Claims(Vec::new());
    for range in &elf.headers {
        claims.add(range.clone(), Meaning::Headers);
    }
    if sections.is_empty() {
        segment_claims(elf, dynamic, tables, &mut claims);
    }
    for (section, header) in sections.iter().zip(&elf.sections) {
        if !matches!(header.sh_type, section::SHT_NOBITS | section::SHT_NULL) {
            claims.add(span(section.offset, section.size), section.meaning);
        }
    }
    let sizes = partition(elf.bytes.len() as u64, claims.0);
    Meaning::IN_FILE.into_iter().zip(sizes).collect()
}

struct Claims(Vec<Claim>);

impl Claims {
    fn add(&mut self, range: Range<u64>, meaning: Meaning) {
        let rank = self.0.len();
        self.0.push(Claim { range, rank, meaning });
    }
}

fn span(offset: u64, size: u64) -> Range<u64> {
    offset..offset.saturating_add(size)
}

fn segment_claims(elf: &Elf<'_>, dynamic: Option<&Dynamic>, tables: &[Table], claims: &mut Claims) {
    for table in tables {
        claims.add(table.range.clone(), Meaning::RelocationTables);
    }
    let strings = dynamic.and_then(|dynamic| {
        let size = dynamic.get(tag::DT_STRSZ)?;
        Some(span(elf.offset_of(dynamic.get(tag::DT_STRTAB)?, size)?, size))
    });
    if let Some(strings) = strings {
        claims.add(strings, Meaning::DynamicLinkingTables);
    }
    let of_types = |kinds: &'static [u32]| {
        elf.segments.iter().filter(move |header: &&ProgramHeader| kinds.contains(&header.p_type))
    };
    for header in of_types(&[segment::PT_DYNAMIC, segment::PT_INTERP]) {
        claims.add(span(header.p_offset, header.p_filesz), Meaning::DynamicLinkingTables);
    }
    for header in of_types(&[segment::PT_NOTE]) {
        claims.add(span(header.p_offset, header.p_filesz), Meaning::Notes);
    }
    for load in elf.loads() {
        let meaning = match load.p_flags {
            flags if flags & segment::PF_X != 0 => Meaning::Code,
            flags if flags & segment::PF_W != 0 => Meaning::WritableData,
            _ => Meaning::ReadOnlyData,
        };
        claims.add(span(load.p_offset, load.p_filesz), meaning);
    }
}

/// Gives every byte to one claim, going once through the file with the claims that are open at that place.
fn partition(file_size: u64, mut claims: Vec<Claim>) -> [u64; Meaning::IN_FILE.len()] {
    claims.retain(|claim| claim.range.start < claim.range.end);
    claims.sort_by_key(|claim| claim.range.start);
    let mut sizes = [0; Meaning::IN_FILE.len()];
    let mut open = BinaryHeap::new();
    let mut coming = claims.into_iter().peekable();
    let mut at = 0;
    while at < file_size {
        while let Some(claim) = coming.next_if(|claim| claim.range.start <= at) {
            open.push(Reverse((claim.rank, claim.range.end, claim.meaning)));
        }
        while open.peek().is_some_and(|Reverse((_, end, _))| *end <= at) {
            open.pop();
        }
        let next = coming.peek().map_or(file_size, |claim| claim.range.start);
        let (end, meaning) = match open.peek() {
            Some(&Reverse((_, end, meaning))) => (end, meaning),
            None => (file_size, Meaning::PaddingAndUnmapped),
        };
        let until = next.min(end).min(file_size);
        if let Some(place) = Meaning::IN_FILE.iter().position(|&other| other == meaning) {
            sizes[place] += until - at;
        }
        at = until;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file_size: u64, ranges: &[(Range<u64>, Meaning)], expected: &[(Meaning, u64)]) {
        let mut claims = Claims(Vec::new());
        for (range, meaning) in ranges {
            claims.add(range.clone(), *meaning);
        }
        let sizes = partition(file_size, claims.0);
        assert_eq!(sizes.iter().sum::<u64>(), file_size);
        let seen: Vec<_> = Meaning::IN_FILE.into_iter().zip(sizes).filter(|pair| pair.1 > 0).collect();
        assert_eq!(seen, expected);
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
