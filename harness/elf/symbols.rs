//! What the names of symbols tell of compiler hardening: stack canaries, and fortified library functions.
//!
//! Neither stands in a header. Code with stack canaries names `__stack_chk_fail`; code compiled with
//! `_FORTIFY_SOURCE` names `__memcpy_chk` where the plain function would be `memcpy`. The table that decides is
//! that of the dynamic linker for what a dynamic linker loads, else the one that `strip` takes away.
//!
//! | | canary | fortify |
//! | --- | --- | --- |
//! | `yes` | some code names the failing function | a fortified function is imported |
//! | `no` | none does | functions that could be are imported, none of them fortified |
//! | `unknown` | no table of symbols is left | the same; a static program, where the C library's own are among them |
//! | `not-applicable` | no C: a Go program built without cgo; a core dump | the same; nothing that could be is imported |
//!
//! "Some code" need not be the program's own: in a static program it may be the C library's.
//!
//! Sources: GCC's `-fstack-protector`; the `_chk` names of glibc 2.36 (`debug/Versions`); gABI 4.3, "Hash Table";
//! for `DT_GNU_HASH`, `elf/dl-lookup.c` of glibc.

use super::dynamic::Dynamic;
use super::raw::{Elf, SectionHeader, constant, section, tag};
use super::{ElfError, GoBuildInfo, LinkageKind};

/// Whether a file has a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It has.
    Yes,
    /// It has not.
    No,
    /// What would tell is gone.
    Unknown,
    /// The question does not arise.
    NotApplicable,
}

impl Presence {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// Names of the functions that code with stack canaries calls: of GCC and clang, and of OpenBSD.
const CANARY: &[&[u8]] = &[b"__stack_chk_fail", b"__stack_chk_fail_local", b"__stack_smash_handler"];

/// Functions of the C library that have a fortified variant, `__NAME_chk`, in the order of the alphabet.
const FORTIFIABLE: &[&str] = &[
    "asprintf",
    "confstr",
    "dprintf",
    "explicit_bzero",
    "fdelt",
    "fgets",
    "fgets_unlocked",
    "fgetws",
    "fgetws_unlocked",
    "fprintf",
    "fread",
    "fread_unlocked",
    "fwprintf",
    "getcwd",
    "getdomainname",
    "getgroups",
    "gethostname",
    "getlogin_r",
    "gets",
    "getwd",
    "longjmp",
    "mbsnrtowcs",
    "mbsrtowcs",
    "mbstowcs",
    "memcpy",
    "memmove",
    "mempcpy",
    "memset",
    "obstack_printf",
    "obstack_vprintf",
    "poll",
    "ppoll",
    "pread",
    "pread64",
    "printf",
    "ptsname_r",
    "read",
    "readlink",
    "readlinkat",
    "realpath",
    "recv",
    "recvfrom",
    "snprintf",
    "sprintf",
    "stpcpy",
    "stpncpy",
    "strcat",
    "strcpy",
    "strncat",
    "strncpy",
    "swprintf",
    "syslog",
    "ttyname_r",
    "vasprintf",
    "vdprintf",
    "vfprintf",
    "vfwprintf",
    "vprintf",
    "vsnprintf",
    "vsprintf",
    "vswprintf",
    "vsyslog",
    "vwprintf",
    "wcpcpy",
    "wcpncpy",
    "wcrtomb",
    "wcscat",
    "wcscpy",
    "wcsncat",
    "wcsncpy",
    "wcsnrtombs",
    "wcsrtombs",
    "wcstombs",
    "wctomb",
    "wmemcpy",
    "wmemmove",
    "wmempcpy",
    "wmemset",
    "wprintf",
];

/// What the names of a file's symbols tell.
pub(super) struct Named {
    pub(super) stack_canary: Presence,
    pub(super) fortify: Presence,
}

impl Named {
    pub(super) fn of(
        elf: &Elf<'_>,
        dynamic: Option<&Dynamic>,
        kind: LinkageKind,
        go: Option<&GoBuildInfo>,
    ) -> Result<Self, ElfError> {
        let both = |presence| Self { stack_canary: presence, fortify: presence };
        let without_c = go.is_some_and(|go| go.settings.get("CGO_ENABLED").is_some_and(|value| value == "0"));
        if without_c || matches!(kind, LinkageKind::Core | LinkageKind::Unknown) {
            return Ok(both(Presence::NotApplicable));
        }
        let loaded_by_linker = matches!(kind, LinkageKind::Dynamic | LinkageKind::SharedLibrary);
        let table = if loaded_by_linker { dynamic_symbols(elf, dynamic)? } else { linked_symbols(elf)? };
        let Some(table) = table else { return Ok(both(Presence::Unknown)) };
        let (mut canary, mut fortified, mut plain) = (false, false, false);
        for (name, undefined) in table.names(elf) {
            canary |= CANARY.contains(&name);
            if undefined && !fortified {
                let inner = name.strip_prefix(b"__").and_then(|name| name.strip_suffix(b"_chk"));
                fortified |= inner.is_some_and(fortifiable);
                plain |= fortifiable(name);
            }
        }
        let fortify = match kind {
            LinkageKind::Static | LinkageKind::StaticPie => Presence::Unknown,
            _ if fortified => Presence::Yes,
            _ if plain => Presence::No,
            _ => Presence::NotApplicable,
        };
        Ok(Self { stack_canary: if canary { Presence::Yes } else { Presence::No }, fortify })
    }
}

fn fortifiable(name: &[u8]) -> bool {
    FORTIFIABLE.binary_search_by(|other| other.as_bytes().cmp(name)).is_ok()
}

/// A symbol table and its strings.
struct Table<'a> {
    symbols: &'a [u8],
    strings: &'a [u8],
}

impl<'a> Table<'a> {
    /// Name of each symbol, and whether it is undefined. A name that lies outside the strings is left out.
    fn names(&self, elf: &Elf<'_>) -> impl Iterator<Item = (&'a [u8], bool)> {
        let encoding = elf.encoding;
        let strings = self.strings;
        let (size, index) = if encoding.wide { (24, 6) } else { (16, 14) };
        self.symbols.chunks_exact(size).filter_map(move |symbol| {
            let name = usize::try_from(encoding.half(symbol)?).ok().filter(|&name| name != 0)?;
            let undefined = symbol.get(index..index + 2)? == [0, 0];
            // Names that could matter are short; longer ones cannot cost more than that.
            let tail = strings.get(name..)?;
            let head = &tail[..tail.len().min(32)];
            let end = head.iter().position(|&byte| byte == 0)?;
            Some((&head[..end], undefined))
        })
    }
}

/// `SHT_SYMTAB` with its strings.
fn linked_symbols<'a>(elf: &Elf<'a>) -> Result<Option<Table<'a>>, ElfError> {
    section_symbols(elf, section::SHT_SYMTAB)
}

/// The symbols of the dynamic linker: by section where there is one, else as far as its hash tables tell.
fn dynamic_symbols<'a>(elf: &Elf<'a>, dynamic: Option<&Dynamic>) -> Result<Option<Table<'a>>, ElfError> {
    if let Some(table) = section_symbols(elf, section::SHT_DYNSYM)? {
        return Ok(Some(table));
    }
    let Some(dynamic) = dynamic else { return Ok(None) };
    let Some(address) = dynamic.get(tag::DT_SYMTAB) else { return Ok(None) };
    let Some(count) = symbol_count(elf, dynamic)? else { return Ok(None) };
    let size: u64 = if elf.encoding.wide { 24 } else { 16 };
    let symbols = elf.mapped("the dynamic symbol table", address, count.saturating_mul(size))?;
    Ok(Some(Table { symbols, strings: dynamic.string_table(elf)? }))
}

fn section_symbols<'a>(elf: &Elf<'a>, kind: u32) -> Result<Option<Table<'a>>, ElfError> {
    let is_table = |header: &&SectionHeader| header.sh_type == kind && header.sh_size > 0;
    let Some(header) = elf.sections.iter().find(is_table) else { return Ok(None) };
    let strings = (header.sh_link as usize).checked_sub(1).and_then(|index| elf.sections.get(index));
    let Some(strings) = strings.filter(|strings| strings.sh_type == section::SHT_STRTAB) else {
        return Ok(None);
    };
    Ok(Some(Table { symbols: elf.section_bytes(header)?, strings: elf.section_bytes(strings)? }))
}

/// How many symbols the dynamic linker has: nothing says so but its hash tables.
fn symbol_count(elf: &Elf<'_>, dynamic: &Dynamic) -> Result<Option<u64>, ElfError> {
    const DT_MIPS_SYMTABNO: u64 = 0x7000_0011;
    if elf.header.e_machine == constant::EM_MIPS
        && let Some(count) = dynamic.get(DT_MIPS_SYMTABNO)
    {
        return Ok(Some(count));
    }
    let half = |what, address| -> Result<u64, ElfError> {
        let bytes = elf.mapped(what, address, 4)?;
        Ok(elf.encoding.half(bytes).unwrap_or_default().into())
    };
    if let Some(address) = dynamic.get(tag::DT_HASH) {
        return hashed(elf, address).map(Some);
    }
    let Some(address) = dynamic.get(tag::DT_GNU_HASH) else { return Ok(None) };
    let what = "the GNU hash table";
    let at = |index: u64| address.saturating_add(index);
    let (buckets, first, bloom) = (half(what, at(0))?, half(what, at(4))?, half(what, at(8))?);
    let buckets_at = at(16).saturating_add(bloom.saturating_mul(elf.encoding.word_size() as u64));
    let bytes = elf.mapped(what, buckets_at, buckets.saturating_mul(4))?;
    let last = bytes.chunks_exact(4).filter_map(|bytes| elf.encoding.half(bytes)).max().unwrap_or(0);
    let last = u64::from(last);
    if last < first {
        // Only what is defined has a hash: where nothing is, linkers write any number as the first.
        return Ok(Some(first.max(relocated(elf, dynamic)?)));
    }
    // The chain of the last bucket ends where bit 0 is set; the table holds no more of them than the file.
    let chains = buckets_at.saturating_add(buckets.saturating_mul(4));
    let chain = elf.mapped_tail(what, chains.saturating_add((last - first).saturating_mul(4)))?;
    let hashes = chain.chunks_exact(4).filter_map(|bytes| elf.encoding.half(bytes));
    Ok(Some(last + 1 + hashes.take_while(|hash| hash & 1 == 0).count() as u64))
}

/// `nchain` of a `DT_HASH` table. Its words have 32 bits, on s390x 64; but lld writes 32 there too.
fn hashed(elf: &Elf<'_>, address: u64) -> Result<u64, ElfError> {
    let what = "the hash table";
    if elf.encoding.wide && elf.header.e_machine == constant::EM_S390 {
        let head = elf.mapped(what, address, 16).ok();
        let counts = head.and_then(|head| Some((elf.encoding.word(head)?, elf.encoding.word(&head[8..])?)));
        if let Some((buckets, chains)) = counts {
            let words = buckets.saturating_add(chains).saturating_add(2);
            if elf.offset_of(address, words.saturating_mul(8)).is_some() {
                return Ok(chains);
            }
        }
    }
    let bytes = elf.mapped(what, address.saturating_add(4), 4)?;
    Ok(elf.encoding.half(bytes).unwrap_or_default().into())
}

/// One more than the highest number of a symbol that a relocation names: there are so many at least, and what
/// code imports and uses is among them.
fn relocated(elf: &Elf<'_>, dynamic: &Dynamic) -> Result<u64, ElfError> {
    let encoding = elf.encoding;
    let word = encoding.word_size();
    let plt = if dynamic.get(tag::DT_PLTREL) == Some(tag::DT_REL) { 2 * word } else { 3 * word };
    let rows = [
        (tag::DT_REL, tag::DT_RELSZ, 2 * word),
        (tag::DT_RELA, tag::DT_RELASZ, 3 * word),
        (tag::DT_JMPREL, tag::DT_PLTRELSZ, plt),
    ];
    let mut count = 0;
    for (address, size, entry) in rows {
        let (Some(address), Some(size)) = (dynamic.get(address), dynamic.get(size)) else { continue };
        let bytes = if size > 0 { elf.mapped("a relocation table", address, size)? } else { &[] };
        let infos = bytes.chunks_exact(entry).filter_map(|entry| encoding.word(&entry[word..]));
        let symbols = infos.map(|info| match (encoding.wide, elf.header.e_machine) {
            (false, _) => info >> 8,
            (true, constant::EM_MIPS) if encoding.little => info & 0xffff_ffff,
            (true, _) => info >> 32,
        });
        count = count.max(symbols.max().map_or(0, |symbol| symbol + 1));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(FORTIFIABLE.is_sorted());
        assert!(fortifiable(b"memcpy") && !fortifiable(b"memcp") && !fortifiable(b"malloc"));
    }
}
