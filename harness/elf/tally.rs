//! Counting the entries of relocation tables by type, at the speed at which their pages come in.
//!
//! Which tables there are, and the names of types, are left to `relocations`.
//!
//! Sources: ELF gABI 4.3, "Relocation"; for MIPS and SPARC `r_info`, `elfxx-mips.c` and `elf.h`.

use std::collections::BTreeMap;

use super::ElfError;
use super::packed;
use super::raw::{Elf, Encoding, constant};

/// Types below this are counted in a table; they are nearly all there are.
const USUAL: usize = 2048;

/// How many entries are compared at once.
const BLOCK: usize = 16;

/// How many relocations there are of each type.
pub(super) struct Tally<'e> {
    elf: &'e Elf<'e>,
    layout: Layout,
    /// By type, twice as many as there are types: the second of each is for those that name a symbol.
    usual: Vec<u64>,
    /// By type, and by whether a symbol is named where that matters.
    others: BTreeMap<(u32, bool), u64>,
    /// Those of Android's packed tables.
    packed: u64,
}

impl<'e> Tally<'e> {
    pub(super) fn new(elf: &'e Elf<'e>) -> Self {
        let layout = Layout::of(elf.encoding, elf.header.e_machine);
        Self { elf, layout, usual: vec![0; 2 * USUAL], others: BTreeMap::new(), packed: 0 }
    }

    /// Counts the entries of a table of `REL` or `RELA`.
    pub(super) fn add(&mut self, bytes: &[u8], with_addends: bool) {
        match (self.elf.encoding.wide, with_addends) {
            (false, false) => self.runs::<4, 8>(bytes),
            (false, true) => self.runs::<4, 12>(bytes),
            (true, false) => self.runs::<8, 16>(bytes),
            (true, true) => self.runs::<8, 24>(bytes),
        }
    }

    /// Linkers sort by type, and relative entries name no symbol: a program may have a hundred thousand of them
    /// whose `r_info` is the same to the byte.
    fn runs<const WORD: usize, const ENTRY: usize>(&mut self, bytes: &[u8]) {
        let info = |entry: &[u8; ENTRY]| -> [u8; WORD] { std::array::from_fn(|byte| entry[WORD + byte]) };
        let mut last = [0; WORD];
        let mut run = 0;
        for block in bytes.as_chunks::<ENTRY>().0.chunks(BLOCK) {
            if block.iter().fold(true, |same, entry| same & (info(entry) == last)) {
                run += block.len() as u64;
                continue;
            }
            for entry in block {
                let info = info(entry);
                if info != last {
                    self.note(last, run);
                    (last, run) = (info, 0);
                }
                run += 1;
            }
        }
        self.note(last, run);
    }

    fn note<const WORD: usize>(&mut self, info: [u8; WORD], count: u64) {
        if let Some(info) = self.elf.encoding.word(&info) {
            self.count(self.layout.split(info), count);
        }
    }

    pub(super) fn add_android(&mut self, bytes: &[u8]) -> Result<(), ElfError> {
        let (encoding, machine) = (self.elf.encoding, self.elf.header.e_machine);
        if encoding.wide && encoding.little && machine == constant::EM_MIPS {
            // lld packs some entries with the bytes of `r_info` turned round and some without.
            return Err(ElfError::Impossible {
                what: "Android's encoding on machine",
                value: machine.into(),
            });
        }
        packed::android(bytes, |info, count| {
            self.packed = self.packed.saturating_add(count);
            self.count(self.layout.split(info), count);
        })?;
        // A group of a few bytes can claim any number of them; no more than one applies to a byte of memory.
        let memory = self.elf.loads().fold(0, |sum: u64, load| sum.saturating_add(load.p_memsz));
        if self.packed > memory.min(1 << 60) {
            return Err(ElfError::Impossible { what: "number of packed relocations", value: self.packed });
        }
        Ok(())
    }

    pub(super) fn add_crel(&mut self, bytes: &[u8]) -> Result<(), ElfError> {
        let machine = self.elf.header.e_machine;
        // 64-bit MIPS keeps its three types in one number, the first lowest.
        let first = if machine == constant::EM_MIPS { 0xff } else { u32::MAX };
        let size = packed::crel(bytes, |symbol, kind| {
            self.count((u64::from(kind & first), machine == constant::EM_MIPS && symbol != 0), 1);
        })?;
        // LLVM 19 for MIPS writes plain entries under the type of CREL: a count of 0, and bytes behind it.
        if size < bytes.len() {
            return Err(ElfError::Impossible { what: "CREL table that ends at byte", value: size as u64 });
        }
        Ok(())
    }

    fn count(&mut self, (kind, names_symbol): (u64, bool), count: u64) {
        let kind = u32::try_from(kind).unwrap_or(u32::MAX);
        let place = 2 * kind as usize + usize::from(names_symbol);
        if let Some(known) = self.usual.get_mut(place) {
            *known = known.saturating_add(count);
        } else if count > 0 {
            let known = self.others.entry((kind, names_symbol)).or_default();
            *known = known.saturating_add(count);
        }
    }

    /// All of them.
    pub(super) fn sum(&self) -> u64 {
        let usual = self.usual.iter().chain(self.others.values());
        usual.fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Each type, whether it names a symbol where that matters, and how many there are.
    pub(super) fn types(self) -> impl Iterator<Item = ((u32, bool), u64)> {
        let usual = (0_u32..).zip(self.usual).map(|(place, count)| ((place / 2, place % 2 == 1), count));
        usual.chain(self.others).filter(|(_, count)| *count > 0)
    }
}

/// Where `r_info` has the type of an entry and, on MIPS, where it matters, its symbol.
pub(super) struct Layout {
    shift: u32,
    mask: u64,
    symbol: u64,
}

impl Layout {
    pub(super) fn of(encoding: Encoding, machine: u16) -> Self {
        let (low, high) = (0xffff_ffff, 0xffff_ffff << 32);
        let (shift, mask, symbol) = match (encoding.wide, machine) {
            (false, constant::EM_MIPS) => (0, 0xff, 0xffff_ff00),
            (false, _) | (true, constant::EM_SPARCV9) => (0, 0xff, 0),
            // 64-bit MIPS has a symbol of 32 bits and then four single bytes, the type last.
            (true, constant::EM_MIPS) if encoding.little => (56, 0xff, low),
            (true, constant::EM_MIPS) => (0, 0xff, high),
            (true, _) => (0, low, 0),
        };
        Self { shift, mask, symbol }
    }

    /// Type of an entry, and on MIPS whether it names a symbol.
    pub(super) fn split(&self, info: u64) -> (u64, bool) {
        ((info >> self.shift) & self.mask, info & self.symbol != 0)
    }
}
