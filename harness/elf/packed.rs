//! Relocation tables that are not arrays: Android's packed tables and CREL.
//!
//! Both hold numbers of as many bytes as they need (LEB128), each entry as a difference from the one before.
//! Here they are told as types and how many of each; what the types mean is left to `relocations`.
//!
//! - Android (`DT_ANDROID_REL`, `DT_ANDROID_RELA`): `APS2`, the number of entries, the first offset, then groups.
//!   What the entries of a group share stands once, in front of them; where they share everything an entry
//!   takes no bytes at all, so a group is counted, never walked.
//! - CREL (`DT_CREL`, `SHT_CREL`): a number that holds the count, then entries of at least a byte. It has no
//!   size but its end.
//!
//! Sources: `linker_reloc_iterators.h` of Android's bionic; the proposal "CREL relocation format for ELF" to the
//! gABI group; both as `lld` 22 and LLVM 19 write them.

use super::ElfError;

/// `APS2`: what Android's tables begin with.
const MAGIC: &[u8] = b"APS2";

/// What the entries of one of Android's groups share.
const BY_INFO: i64 = 1;
const BY_OFFSET: i64 = 2;
const BY_ADDEND: i64 = 4;
const HAS_ADDEND: i64 = 8;

/// Bytes that are read one number after the other.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The bits of a number, and how many there are; bits beyond the 64th are lost.
    fn bits(&mut self) -> Option<(u64, u32)> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            // Ten bytes hold 64 bits; more of them would only be a way to waste time.
            if byte & 0x80 == 0 {
                return Some((value, shift));
            } else if shift >= 70 {
                return None;
            }
        }
    }

    fn unsigned(&mut self) -> Option<u64> {
        self.bits().map(|bits| bits.0)
    }

    fn signed(&mut self) -> Option<i64> {
        let (value, bits) = self.bits()?;
        let unused = 64_u32.saturating_sub(bits);
        Some((value << unused).cast_signed() >> unused)
    }

    fn count(&mut self) -> Option<u64> {
        self.signed().and_then(|count| u64::try_from(count).ok())
    }
}

/// Gives `r_info` of the entries of one of Android's tables, each with how many follow one another.
pub(super) fn android(bytes: &[u8], mut each: impl FnMut(u64, u64)) -> Result<(), ElfError> {
    let broken = ElfError::Impossible { what: "packed relocation table of size", value: bytes.len() as u64 };
    let table = bytes.strip_prefix(MAGIC).ok_or_else(|| broken.clone())?;
    groups(&mut Numbers(table), &mut each).ok_or(broken)
}

fn groups(numbers: &mut Numbers<'_>, each: &mut impl FnMut(u64, u64)) -> Option<()> {
    let mut left = numbers.count()?;
    numbers.signed()?;
    while left > 0 {
        let size = numbers.count()?;
        left = left.checked_sub(size)?;
        let flags = numbers.signed()?;
        let has = |flag| flags & flag != 0;
        if has(BY_OFFSET) {
            numbers.signed()?;
        }
        let shared = if has(BY_INFO) { Some(numbers.signed()?.cast_unsigned()) } else { None };
        if has(BY_ADDEND) && has(HAS_ADDEND) {
            numbers.signed()?;
        }
        let own_offset = !has(BY_OFFSET);
        let own_addend = has(HAS_ADDEND) && !has(BY_ADDEND);
        if let Some(info) = shared {
            each(info, size);
            if !own_offset && !own_addend {
                continue;
            }
        }
        for _ in 0..size {
            if own_offset {
                numbers.signed()?;
            }
            if shared.is_none() {
                each(numbers.signed()?.cast_unsigned(), 1);
            }
            if own_addend {
                numbers.signed()?;
            }
        }
    }
    Some(())
}

/// Gives symbol and type of the entries of a CREL table; returns how many bytes it takes.
pub(super) fn crel(bytes: &[u8], each: impl FnMut(u32, u32)) -> Result<usize, ElfError> {
    let mut numbers = Numbers(bytes);
    let read = entries(&mut numbers, each);
    let broken = ElfError::Impossible { what: "CREL table of size", value: bytes.len() as u64 };
    read.map(|()| bytes.len() - numbers.0.len()).ok_or(broken)
}

fn entries(numbers: &mut Numbers<'_>, mut each: impl FnMut(u32, u32)) -> Option<()> {
    let header = numbers.unsigned()?;
    let addends = header & 4 != 0;
    let (mut symbol, mut kind) = (0_u32, 0_u32);
    for _ in 0..header >> 3 {
        let flags = numbers.byte()?;
        if flags & 0x80 != 0 {
            // The rest of the offset.
            numbers.unsigned()?;
        }
        // Differences wrap round, and no more than the low 32 bits matter.
        if flags & 1 != 0 {
            symbol = symbol.wrapping_add(low(numbers.signed()?));
        }
        if flags & 2 != 0 {
            kind = kind.wrapping_add(low(numbers.signed()?));
        }
        if addends && flags & 4 != 0 {
            numbers.signed()?;
        }
        each(symbol, kind);
    }
    Some(())
}

fn low(number: i64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(bytes: &[u8]) -> Option<Vec<(u64, u64)>> {
        let mut seen = Vec::new();
        android(bytes, |info, count| seen.push((info, count))).ok()?;
        Some(seen)
    }

    #[test]
    fn numbers_of_any_length() {
        let signed = |bytes: &[u8]| Numbers(bytes).signed();
        assert_eq!(signed(&[2]), Some(2));
        assert_eq!(signed(&[0x7e]), Some(-2));
        assert_eq!(signed(&[0xff, 0]), Some(127));
        assert_eq!(signed(&[0x80, 0x7f]), Some(-128));
        let least = [&[0x80; 9][..], &[0x7f]].concat();
        assert_eq!(signed(&least), Some(i64::MIN));
        assert_eq!(signed(&[0x80; 10]), None);
        assert_eq!(signed(&[0x80]), None, "cut off");
        assert_eq!(Numbers(&[0xe5, 0x8e, 0x26]).unsigned(), Some(624_485));
    }

    #[test]
    fn groups_that_share_all_are_not_walked() {
        // Of 2^61 entries all but the last share everything.
        let head = b"APS2\x80\x80\x80\x80\x80\x80\x80\x80\x20\x00".to_vec();
        let many = b"\xff\xff\xff\xff\xff\xff\xff\xff\x1f\x07\x08\x08";
        let last = b"\x01\x08\x10\x07\x00";
        assert_eq!(packed(&[&head, &many[..], last].concat()), Some(vec![(8, (1 << 61) - 1), (7, 1)]));
        assert_eq!(packed(&[&head, &many[..]].concat()), None, "cut off");
        assert_eq!(packed(&[&head, &b"\x7f\x07\x08\x08"[..]].concat()), None, "a negative size");
        assert_eq!(packed(b"APS2\x01\x00\x02\x03\x08\x08"), None, "more in a group than in the table");
        assert_eq!(packed(b"APS1\x00\x00"), None);
        assert_eq!(packed(b"APS2\x00\x00"), Some(Vec::new()));
    }

    #[test]
    fn crel_knows_its_end() {
        let mut seen = Vec::new();
        let mut read = |bytes: &[u8]| {
            seen.clear();
            crel(bytes, |symbol, kind| seen.push((symbol, kind))).map(|size| (size, seen.clone())).ok()
        };
        // Three entries with addends: offset, symbol and type, addend; then the same again; then another type.
        let table = [0x1c, 0x0f, 1, 4, 0x7c, 0x20, 0x92, 1, 0x7d];
        assert_eq!(read(&[&table[..], &[99]].concat()), Some((9, vec![(1, 4), (1, 4), (1, 1)])));
        assert_eq!(read(&table[..8]), None, "cut off");
        assert_eq!(read(&[0]), Some((1, Vec::new())));
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0]), None);
    }
}
