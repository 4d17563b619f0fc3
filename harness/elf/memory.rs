//! The loaded image by kind, from the `PT_LOAD` segments.
//!
//! Sizes are those of the program headers, not rounded to pages: what the kernel maps is up to a page more at
//! each end of a segment.
//!
//! Source: `elf(5)`; `fs/binfmt_elf.c` of Linux.

use super::raw::{Elf, ProgramHeader, segment};

/// Bytes of the loaded image by kind; every byte is counted in one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Of executable segments, writable or not.
    pub executable: u64,
    /// Of segments that are neither writable nor executable.
    pub read_only: u64,
    /// Of writable segments, where `PT_GNU_RELRO` covers them.
    pub relro: u64,
    /// Of the rest of the writable segments, where the file fills it.
    pub writable: u64,
    /// Of the rest of the writable segments, where it starts as zeros.
    pub bss: u64,
}

impl Memory {
    pub(super) fn of(elf: &Elf<'_>) -> Self {
        let relro = elf.relro();
        let mut memory = Self::default();
        for load in elf.loads() {
            let kind = match load.p_flags & (segment::PF_X | segment::PF_W) {
                0 => &mut memory.read_only,
                segment::PF_W => {
                    memory.add_writable(load, relro);
                    continue;
                }
                _ => &mut memory.executable,
            };
            *kind = kind.saturating_add(load.p_memsz);
        }
        memory
    }

    fn add_writable(&mut self, load: &ProgramHeader, relro: Option<&ProgramHeader>) {
        let span = |start: u64, size: u64| (start, start.saturating_add(size));
        let overlap = |a: (u64, u64), b: (u64, u64)| a.1.min(b.1).saturating_sub(a.0.max(b.0));
        let whole = span(load.p_vaddr, load.p_memsz);
        let filled = span(load.p_vaddr, load.p_filesz.min(load.p_memsz));
        let covered = relro.map_or((0, 0), |relro| span(relro.p_vaddr, relro.p_memsz));
        let relro = overlap(whole, covered);
        let writable = (filled.1 - filled.0) - overlap(filled, covered);
        let bss = (whole.1 - whole.0) - relro - writable;
        self.relro = self.relro.saturating_add(relro);
        self.writable = self.writable.saturating_add(writable);
        self.bss = self.bss.saturating_add(bss);
    }

    /// Each kind with its bytes, in a fixed order.
    pub fn by_kind(&self) -> [(&'static str, u64); 5] {
        [
            ("executable", self.executable),
            ("read-only", self.read_only),
            ("relro", self.relro),
            ("writable", self.writable),
            ("bss", self.bss),
        ]
    }
}
