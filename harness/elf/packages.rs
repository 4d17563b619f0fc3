//! Which bytes of a Go program belong to which package, from its pc-line table and its symbol table.
//!
//! The pc-line table, which no `strip` takes away, tells of code and of itself: to the package of a function go
//! its code with the padding behind it, its entry, its record and its tables of values; to that of a name, of
//! an inlined function too, the name; to that of a compilation unit its list of files. What several packages
//! share goes to the first. The symbol table, where there is one, tells of data, and of C code: that of
//! `runtime/cgo`, the calls that cgo made for a package, and the rest, which is of the package `C` as in
//! `import "C"`.
//!
//! Nothing is told of what the linker gathers under one name: types, strings, pointer maps. That belongs to no
//! package, as do relocations, debug data and all else.
//!
//! Sources: those of `pclntab` and `go_names`; for names of C functions Go's `src/cmd/cgo/out.go`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::ElfError;
use super::dynamic::Dynamic;
use super::go_names;
use super::image::Image;
use super::linkage::Linkage;
use super::pclntab::{Function, Layout, PcLineTable};
use super::raw::Elf;
use super::relocations;
use super::sections::{self, Meaning, Section};
use super::sizes::{self, Claim};
use super::symbol_table::{self, Symbol};

/// The bytes of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageSize {
    /// Its path; `C` for C code that is not of `runtime/cgo`; `None` for all that belongs to no package.
    pub package: Option<String>,
    /// Its bytes by what they are there for, in the order of [`Meaning::IN_FILE`], none of them zero.
    pub sizes: Vec<(Meaning, u64)>,
}

/// The bytes of each package of a Go program, in the order of their paths, and last what belongs to none. All
/// of them add up to the size of the file, and those of one meaning to what [`super::Facts::size_by_meaning`]
/// tells. `None` where the file has no pc-line table.
pub fn by_package(bytes: &[u8]) -> Result<Option<Vec<PackageSize>>, ElfError> {
    attribute(bytes, true)
}

/// The same as if the file had no symbols: to be set against one that has none.
pub fn by_package_without_symbols(bytes: &[u8]) -> Result<Option<Vec<PackageSize>>, ElfError> {
    attribute(bytes, false)
}

fn attribute(bytes: &[u8], with_symbols: bool) -> Result<Option<Vec<PackageSize>>, ElfError> {
    let elf = Elf::parse(bytes)?;
    let dynamic = Dynamic::parse(&elf)?;
    let dynamic = dynamic.as_ref();
    let sections = sections::sections(&elf)?;
    let image = Image::of(&elf, dynamic);
    let Some(packages) = Packages::of(&elf, &image, &sections, with_symbols)? else { return Ok(None) };
    let kind = Linkage::of(&elf, dynamic)?.kind;
    let (_, tables) = relocations::tables(&elf, dynamic, kind)?;

    let file_size = bytes.len() as u64;
    let mut meanings = Vec::new();
    let claims = sizes::claims(&elf, dynamic, &sections, &tables);
    sizes::pieces(file_size, claims, |piece, label| {
        let meaning = label.map_or(Meaning::PaddingAndUnmapped, |label| label.meaning);
        meanings.push((piece.end, meaning));
    });
    let unclaimed = packages.paths.len();
    let mut table = vec![[0_u64; Meaning::IN_FILE.len()]; unclaimed + 1];
    let mut at = 0;
    sizes::pieces(file_size, packages.claims, |mut piece, label| {
        let row = label.map_or(unclaimed, |label| label as usize);
        while piece.start < piece.end {
            let Some(&(end, meaning)) = meanings.get(at) else { return };
            let until = end.min(piece.end);
            if let Some(column) = Meaning::IN_FILE.iter().position(|&other| other == meaning) {
                table[row][column] += until - piece.start;
            }
            at += usize::from(until == end);
            piece.start = until;
        }
    });

    let paths = packages.paths.into_iter().map(Some).chain([None]);
    let mut rows: Vec<PackageSize> = paths
        .zip(table)
        .map(|(package, sizes)| {
            let sizes = Meaning::IN_FILE.into_iter().zip(sizes).filter(|pair| pair.1 > 0).collect();
            PackageSize { package, sizes }
        })
        .collect();
    rows.retain(|row| row.package.is_none() || !row.sizes.is_empty());
    rows.sort_by(|one, other| {
        (one.package.is_none(), &one.package).cmp(&(other.package.is_none(), &other.package))
    });
    Ok(Some(rows))
}

/// Bytes of the file that belong to packages.
pub(super) struct Packages {
    /// Paths of packages, each once.
    pub(super) paths: Vec<String>,
    /// Labels are indexes of `paths`; of two claims that overlap the first holds.
    pub(super) claims: Vec<Claim<u32>>,
}

impl Packages {
    /// What the tables of a file tell; `None` where it has no pc-line table.
    pub(super) fn of(
        elf: &Elf<'_>,
        image: &Image<'_, '_>,
        sections: &[Section],
        with_symbols: bool,
    ) -> Result<Option<Self>, ElfError> {
        let Some(table) = PcLineTable::find(elf, image, sections) else { return Ok(None) };
        let mut paths = Paths::default();
        let mut lanes = Lanes { image, claims: Vec::new() };
        let code = functions(elf, &table, &mut paths, &mut lanes);
        let symbols = if with_symbols { symbol_table::symbols(elf)? } else { Vec::new() };
        named(&symbols, &table, &code, &mut paths, &mut lanes);
        Ok(Some(Self { paths: paths.list, claims: lanes.claims }))
    }
}

/// Paths of packages, numbered.
#[derive(Default)]
struct Paths<'a> {
    list: Vec<String>,
    numbers: HashMap<&'a [u8], u32>,
    /// The last one asked for, since names of a package stand together.
    last: Option<(&'a [u8], u32)>,
}

impl<'a> Paths<'a> {
    fn number(&mut self, path: &'a [u8]) -> u32 {
        match self.last {
            Some((last, number)) if last == path => return number,
            _ => {}
        }
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(path).or_insert(next);
        if number == next {
            self.list.push(go_names::unescape(path));
        }
        self.last = Some((path, number));
        number
    }
}

/// What bytes tell of packages, gathered so that neighbours become one claim.
struct Lanes<'e, 'a> {
    image: &'e Image<'e, 'a>,
    claims: Vec<Claim<u32>>,
}

impl Lanes<'_, '_> {
    /// Bytes of the file; joined to the last claim of a lane, whose index is kept in `last`, where they go on.
    fn add(&mut self, last: &mut usize, range: Range<u64>, label: u32) {
        match self.claims.get_mut(*last) {
            Some((before, same)) if *same == label && before.end == range.start => before.end = range.end,
            _ => {
                *last = self.claims.len();
                self.claims.push((range, label));
            }
        }
    }

    /// Bytes of the loaded image, as far as they come from the file.
    fn add_loaded(&mut self, last: &mut usize, address: u64, size: u64, label: u32) {
        if let Some((offset, left)) = self.image.offset(address) {
            self.add(last, offset..offset + size.min(left), label);
        }
    }
}

/// Numbers of last claims of lanes before there are any.
const NONE: usize = usize::MAX;

/// What the pc-line table tells. Returns where the code of all functions lies.
fn functions<'a>(
    elf: &Elf<'_>,
    table: &PcLineTable<'_, 'a>,
    paths: &mut Paths<'a>,
    lanes: &mut Lanes<'_, '_>,
) -> Range<u64> {
    let colons = table.layout >= Layout::Go120;
    let size = table.bytes.len();
    let at = |range: Range<usize>| table.offset + range.start as u64..table.offset + range.end as u64;
    let [mut code, mut entries, mut records, mut names, mut values] = [NONE; 5];
    let mut walked = Walked::new(table.values.clone());
    let mut units: Vec<(u32, u32)> = Vec::new();
    let mut data: Vec<(u64, u32)> = Vec::new();
    // Records and names that lie over one another could make a small file cost the square of its size.
    let (mut record_budget, mut name_budget) = (2 * size, 4 * elf.bytes.len());
    let mut whole: Option<Range<u64>> = None;
    for Function { address, size, entry, record } in table.functions() {
        let end = address.saturating_add(size);
        whole = Some(whole.map_or(address, |whole| whole.start)..end);
        let Some(record) = record else { continue };
        let Some(rest) = record_budget.checked_sub(record.range.len()) else { break };
        record_budget = rest;
        let Some((name, place)) = table.name(record.name, name_budget) else { continue };
        name_budget -= name.len();
        let Some(label) = go_names::package(name, colons).map(|path| paths.number(path)) else { continue };
        lanes.add_loaded(&mut code, address, size, label);
        lanes.add(&mut entries, at(entry), label);
        for offset in record.values() {
            if let Some(range) = walked.walk(table.bytes, offset) {
                lanes.add(&mut values, at(range), label);
            }
        }
        if let Some(unit) = record.unit.filter(|&unit| units.last() != Some(&(unit, label))) {
            units.push((unit, label));
        }
        data.extend(record.data().map(|place| (place, label)));
        lanes.add(&mut records, at(record.range), label);
        if table.layout == Layout::Go12 {
            lanes.add(&mut names, at(place), label);
        }
    }
    if table.layout > Layout::Go12 {
        let mut start = table.names.start;
        for name in table.bytes[table.names.clone()].split_inclusive(|&byte| byte == 0) {
            let end = start + name.len();
            let path = name.split_last().and_then(|(_, name)| go_names::package(name, colons));
            if let Some(path) = path {
                lanes.add(&mut names, at(start..end), paths.number(path));
            }
            start = end;
        }
    }
    files(elf, table, units, lanes);
    pointer_maps(table, data, lanes);
    whole.unwrap_or_default()
}

/// The files of compilation units: where the list of each begins and whose it is.
fn files(elf: &Elf<'_>, table: &PcLineTable<'_, '_>, mut units: Vec<(u32, u32)>, lanes: &mut Lanes<'_, '_>) {
    let at = |place: usize| table.offset + place as u64;
    units.sort_by_key(|unit| unit.0);
    units.dedup_by_key(|unit| unit.0);
    let [mut lists, mut names] = [NONE; 2];
    let mut seen = HashSet::new();
    let place = |unit: u32| (table.units.start + unit as usize * 4).min(table.units.end);
    for (index, &(unit, label)) in units.iter().enumerate() {
        let next = units.get(index + 1).map_or(table.units.end, |next| place(next.0));
        let list = place(unit)..next;
        for entry in table.bytes[list.clone()].chunks_exact(4) {
            let Some(offset) = elf.encoding.half(entry) else { continue };
            let start = table.files.start.saturating_add(offset as usize);
            // Each name once and only where one begins, so that no byte is read twice.
            let begins = offset == 0 || table.bytes.get(start - 1) == Some(&0);
            let tail = table.bytes.get(start..table.files.end).filter(|_| begins && seen.insert(offset));
            if let Some(length) = tail.and_then(|tail| tail.iter().position(|&byte| byte == 0)) {
                lanes.add(&mut names, at(start)..at(start + length + 1), label);
            }
        }
        lanes.add(&mut lists, at(list.start)..at(list.end), label);
    }
}

/// Pointer maps and other data of functions: of each only the start is known, so it ends where the next begins;
/// the last is left out, and what would leave the table.
fn pointer_maps(table: &PcLineTable<'_, '_>, mut data: Vec<(u64, u32)>, lanes: &mut Lanes<'_, '_>) {
    let Some((base, border)) = table.module().filter(|_| table.relative()).and_then(|module| module.data())
    else {
        return;
    };
    // Of those who share it the first stays first.
    data.sort_by_key(|place| place.0);
    data.dedup_by_key(|place| place.0);
    let mut last = NONE;
    for pair in data.windows(2) {
        let &[(start, label), (next, _)] = pair else { continue };
        let (start, next) = (base.saturating_add(start), base.saturating_add(next));
        if border.is_none_or(|border| start >= border || next <= border) {
            lanes.add_loaded(&mut last, start, next - start, label);
        }
    }
}

/// Tables of values that were walked through.
struct Walked {
    region: Range<usize>,
    /// A bit for each byte that began a pair: so that tables that lie over one another are walked but once.
    begun: Vec<u64>,
}

impl Walked {
    fn new(region: Range<usize>) -> Self {
        Self { begun: vec![0; region.len().div_ceil(64)], region }
    }

    /// The bytes of a table, up to where another that was walked before goes on.
    fn walk(&mut self, bytes: &[u8], offset: u32) -> Option<Range<usize>> {
        let offset = usize::try_from(offset).ok().filter(|&offset| offset > 0)?;
        let region = bytes.get(self.region.clone())?;
        let mut at = offset;
        while let Some(&first) = region.get(at) {
            let (word, bit) = (self.begun.get_mut(at / 64)?, 1 << (at % 64));
            if *word & bit != 0 {
                break;
            }
            *word |= bit;
            // Change of the value, and then of the pc; a change of nothing ends the table, but for the first.
            if first == 0 && at > offset {
                at += 1;
                break;
            }
            for _ in 0..2 {
                let length = region.get(at..)?.iter().position(|&byte| byte & 0x80 == 0)?;
                at += length + 1;
            }
        }
        let start = self.region.start;
        (at > offset).then_some(start + offset..start + at.min(region.len()))
    }
}

/// Names under which the linker gathers what is of all packages.
const GATHERED: [&[u8]; 8] = [
    b"runtime.findfunctab",
    b"runtime.gcbss",
    b"runtime.gcdata",
    b"runtime.itablink",
    b"runtime.pclntab",
    b"runtime.rodata",
    b"runtime.typelink",
    b"runtime.types",
];

/// What the symbol table tells, given where Go's functions lie.
fn named<'a>(
    symbols: &[Symbol<'a>],
    table: &PcLineTable<'_, '_>,
    go: &Range<u64>,
    paths: &mut Paths<'a>,
    lanes: &mut Lanes<'_, '_>,
) {
    let colons = table.layout >= Layout::Go120;
    let package = |symbol: &Symbol<'a>| go_names::package(symbol.name, colons);
    // The linker's own code, such as the build id, lies before Go's functions.
    let own = |name: &[u8]| name.starts_with(b"go:") || name.starts_with(b"go.");
    let is_c = |symbol: &&Symbol<'a>| symbol.code && !go.contains(&symbol.address) && !own(symbol.name);
    // The Go side of each call of cgo tells whose the C side is.
    let mut calls: HashMap<&[u8], &[u8]> = HashMap::new();
    let c = symbols.iter().any(|symbol| is_c(&symbol));
    for symbol in symbols.iter().filter(|symbol| c && !symbol.code) {
        if let Some(path) = package(symbol)
            && let Some(prefix) = symbol.name.get(path.len() + 1..).and_then(cgo_prefix)
        {
            calls.insert(prefix, path);
        }
    }
    let known = paths.list.len();
    let mut last = NONE;
    for symbol in symbols {
        let path = if is_c(&symbol) {
            Some(match cgo_prefix(symbol.name).and_then(|prefix| calls.get(prefix)) {
                Some(path) => *path,
                None if of_runtime_cgo(symbol.name) => &b"runtime/cgo"[..],
                None => b"C",
            })
        } else if symbol.code || GATHERED.contains(&symbol.name) {
            None
        } else {
            package(symbol)
        };
        let Some(path) = path else { continue };
        // Names of C data may have dots too; a package that has no function has seldom but one word.
        let number = paths.number(path);
        let strange = c && !symbol.code && number as usize >= known && !path.contains(&b'/');
        let number = if strange { paths.number(b"C") } else { number };
        lanes.add_loaded(&mut last, symbol.address, symbol.size, number);
    }
}

/// `_cgo_`, a hash of the package and `_`, with which cgo begins the names of a package's calls.
fn cgo_prefix(name: &[u8]) -> Option<&[u8]> {
    let hash = name.strip_prefix(b"_cgo_")?.split_first_chunk::<12>()?;
    (hash.0.iter().all(u8::is_ascii_hexdigit) && hash.1.starts_with(b"_")).then(|| &name[..18])
}

/// Whether a C function is one of those that every program with cgo has from `runtime/cgo`.
fn of_runtime_cgo(name: &[u8]) -> bool {
    [&b"x_cgo_"[..], b"_cgo_", b"crosscall"].iter().any(|prefix| name.starts_with(prefix))
}
