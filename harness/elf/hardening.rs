//! What the dynamic linker and the kernel are asked to protect: RELRO, immediate binding, stack, text.
//!
//! What the names of symbols tell beside the headers is left to `symbols`.
//!
//! RELRO uses the words of checksec: `none` without `PT_GNU_RELRO`, `partial` with it, `full` with it and
//! immediate binding. They describe what is done to a file that is relocated when it starts; for a static
//! program at a fixed address, an object file or a core dump the answer is `not-applicable`. (A static
//! glibc program may still carry `PT_GNU_RELRO`, and honours it: [`super::Memory::relro`] tells the bytes.)
//! A static PIE relocates itself, so it is judged like a dynamic program.
//!
//! Sources: `elf/dl-reloc.c` (`_dl_protect_relro`) and `csu/libc-start.c` of glibc, checksec's `relro` check.

use super::dynamic::Dynamic;
use super::raw::{Elf, segment, tag};
use super::symbols::Named;
use super::{LinkageKind, Presence};

/// Which relocated data the dynamic linker makes read-only again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relro {
    /// None.
    None,
    /// What `PT_GNU_RELRO` covers; functions are bound when first called, so their addresses stay writable.
    Partial,
    /// What `PT_GNU_RELRO` covers, and functions are bound before the program starts.
    Full,
    /// Nothing is relocated when the file is loaded, or it is not loaded.
    NotApplicable,
}

impl Relro {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Partial => "partial",
            Self::Full => "full",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What a file asks the dynamic linker and the kernel to protect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// Which relocated data becomes read-only.
    pub relro: Relro,
    /// Whether all functions are bound at start (`DT_BIND_NOW`, `DF_BIND_NOW` or `DF_1_NOW`).
    pub bind_now: bool,
    /// Whether relocations change code (`DT_TEXTREL` or `DF_TEXTREL`).
    pub textrel: bool,
    /// Whether the stack is not executable (`PT_GNU_STACK` without `PF_X`); unknown without that segment,
    /// where the kernel decides by machine, and a question of programs and libraries alone.
    pub nx: Presence,
    /// Whether code checks a canary on the stack.
    pub stack_canary: Presence,
    /// Whether fortified functions of the C library are called.
    pub fortify: Presence,
}

impl Hardening {
    pub(super) fn of(elf: &Elf<'_>, dynamic: Option<&Dynamic>, kind: LinkageKind, named: &Named) -> Self {
        let has = |tag| dynamic.is_some_and(|table| table.has(tag));
        let flag = |tag, mask| dynamic.is_some_and(|table| table.flag(tag, mask));
        let bind_now = has(tag::DT_BIND_NOW)
            || flag(tag::DT_FLAGS, tag::DF_BIND_NOW)
            || flag(tag::DT_FLAGS_1, tag::DF_1_NOW);
        let relocated =
            matches!(kind, LinkageKind::StaticPie | LinkageKind::Dynamic | LinkageKind::SharedLibrary);
        let covered = elf.relro().is_some_and(|header| header.p_memsz > 0);
        let relro = match (relocated, covered, bind_now) {
            (false, ..) => Relro::NotApplicable,
            (true, false, _) => Relro::None,
            (true, true, false) => Relro::Partial,
            (true, true, true) => Relro::Full,
        };
        let loaded = relocated || kind == LinkageKind::Static;
        let nx = match elf.segment(segment::PT_GNU_STACK) {
            _ if !loaded => Presence::NotApplicable,
            None => Presence::Unknown,
            Some(header) if header.p_flags & segment::PF_X == 0 => Presence::Yes,
            Some(_) => Presence::No,
        };
        Self {
            relro,
            bind_now,
            textrel: has(tag::DT_TEXTREL) || flag(tag::DT_FLAGS, tag::DF_TEXTREL),
            nx,
            stack_canary: named.stack_canary,
            fortify: named.fortify,
        }
    }
}
