//! The output of `readelf -hSldrnsW`, as facts.
//!
//! Source: binutils 2.40; for RELR also 2.41 and later, which say how many addresses there are in another line.

use std::collections::{BTreeMap, BTreeSet};

/// What `readelf` says of a file.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) class: String,
    pub(super) endian: String,
    pub(super) machine: String,
    pub(super) elf_type: String,
    /// Whether it calls a file of type `DYN` an executable: it does so where it has `DF_1_PIE`.
    pub(super) named_pie: bool,
    pub(super) interpreter: Option<String>,
    /// Text of the dynamic entries by tag, in their order.
    pub(super) dynamic: Vec<(String, String)>,
    pub(super) sections: Vec<Section>,
    pub(super) segments: Vec<Segment>,
    /// Relocations by type as listed, those of loaded sections alone unless it is an object file.
    pub(super) relocations: BTreeMap<String, u64>,
    /// Of those, how many are `R_MIPS_REL32` and name a symbol.
    pub(super) rel32_with_symbol: u64,
    pub(super) relr_addresses: u64,
    /// Pages of 4 KiB that hold the addresses of all these.
    pub(super) relocated_pages: BTreeSet<u64>,
    /// Symbols of `.dynsym` and of `.symtab`: name without version, and whether it is undefined.
    pub(super) dynamic_symbols: Option<BTreeSet<(String, bool)>>,
    pub(super) symbols: Option<BTreeSet<(String, bool)>>,
    pub(super) build_id: Option<String>,
}

/// A section: numbers as they stand there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) flags: String,
    pub(super) address: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
}

/// A program header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) kind: String,
    pub(super) flags: u32,
    pub(super) offset: u64,
    pub(super) address: u64,
    pub(super) file_size: u64,
    pub(super) memory_size: u64,
    pub(super) align: u64,
}

impl Told {
    /// The texts of a dynamic tag.
    pub(super) fn entries<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a str> {
        self.dynamic.iter().filter(move |entry| entry.0 == tag).map(|entry| entry.1.as_str())
    }

    /// The strings that a dynamic tag names: they stand between brackets.
    pub(super) fn strings(&self, tag: &str) -> Vec<String> {
        let between = |text: &str| Some(text.split_once('[')?.1.strip_suffix(']')?.to_owned());
        self.entries(tag).filter_map(between).collect()
    }

    /// The last number of a dynamic tag, in bytes or as an address.
    pub(super) fn number(&self, tag: &str) -> Option<u64> {
        let word = self.entries(tag).last()?.split_whitespace().next()?.to_owned();
        word.strip_prefix("0x").map_or_else(|| word.parse().ok(), hex)
    }

    /// Whether a dynamic tag has a flag.
    pub(super) fn flag(&self, tag: &str, flag: &str) -> bool {
        self.entries(tag).any(|text| text.split_whitespace().any(|word| word == flag))
    }
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).ok()
}

/// What a line belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Header,
    Sections,
    Segments,
    Dynamic,
    Relocations { counted: bool },
    Symbols { dynamic: bool },
    Notes,
}

/// Reads all that was printed of one file.
pub(super) fn parse(text: &str) -> Told {
    let mut told = Told::default();
    let mut part = Part::Header;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some(next) = opening(&told, line, &words) {
            part = next;
            if let Part::Symbols { dynamic } = part {
                let table = if dynamic { &mut told.dynamic_symbols } else { &mut told.symbols };
                table.get_or_insert_default();
            }
            // Since binutils 2.41: "contains 3 entries which relocate 12 locations:".
            if let Some(place) = words.iter().position(|word| *word == "relocate") {
                told.relr_addresses = words[place + 1].parse().expect("a number");
            }
            continue;
        }
        match part {
            Part::Header => header(&mut told, line),
            Part::Sections => told.sections.extend(section(line)),
            Part::Segments => {
                if let Some(name) = line.trim().strip_prefix("[Requesting program interpreter: ") {
                    told.interpreter = name.strip_suffix(']').map(str::to_owned);
                }
                told.segments.extend(segment(&words));
            }
            Part::Dynamic => told.dynamic.extend(dynamic(line)),
            Part::Relocations { counted } => relocation(&mut told, counted, &words),
            Part::Symbols { dynamic } => {
                let table = if dynamic { &mut told.dynamic_symbols } else { &mut told.symbols };
                table.get_or_insert_default().extend(symbol(&words));
            }
            Part::Notes => {
                // On a line of its own, or behind the note's name with `-W`.
                if let [.., "Build", "ID:", id] = words.as_slice() {
                    told.build_id.get_or_insert_with(|| (*id).to_owned());
                }
            }
        }
    }
    told
}

/// The part that a line is the headline of.
fn opening(told: &Told, line: &str, words: &[&str]) -> Option<Part> {
    match words {
        ["Section", "Headers:"] => Some(Part::Sections),
        ["Key", "to", "Flags:"] | ["Section", "to", "Segment", ..] => Some(Part::Header),
        ["Program", "Headers:"] => Some(Part::Segments),
        ["Dynamic", "section", "at", ..] => Some(Part::Dynamic),
        ["Relocation", "section", rest @ ..] => {
            // The name stands in quotes; of two sections with one name either may be meant.
            let name = line.split('\'').nth(1).unwrap_or(rest[0]);
            let loaded = |section: &Section| section.name == name && section.flags.contains('A');
            Some(Part::Relocations { counted: told.elf_type == "REL" || told.sections.iter().any(loaded) })
        }
        ["Symbol", "table", name, ..] => Some(Part::Symbols { dynamic: *name == "'.dynsym'" }),
        ["Displaying", "notes", ..] => Some(Part::Notes),
        _ => None,
    }
}

fn header(told: &mut Told, line: &str) {
    let Some((field, value)) = line.split_once(':') else { return };
    let value = value.trim();
    match field.trim() {
        "Class" => value.clone_into(&mut told.class),
        "Data" => told.endian = if value.contains("little") { "little" } else { "big" }.to_owned(),
        "Machine" => value.clone_into(&mut told.machine),
        "Type" if told.elf_type.is_empty() => {
            told.elf_type = value.split_whitespace().next().unwrap_or_default().to_owned();
            told.named_pie = value.contains("Position-Independent Executable");
        }
        _ => {}
    }
}

/// Told from the right, as names may hold anything: `name type address offset size ES flags link info align`.
fn section(line: &str) -> Option<Section> {
    let (number, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    if number.trim().parse::<u32>().ok()? == 0 {
        return None;
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let before = words.len().checked_sub(4)?;
    let small = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let flags = if small(words[before]) { "" } else { words[before] };
    let end = before.checked_sub(usize::from(!flags.is_empty()))?;
    let start = end.checked_sub(3)?;
    // A type is a word, but for these.
    let long = [["<unknown>:"].as_slice(), &["SYMTAB", "SECTION"]];
    let kind = start.checked_sub(1)?;
    let more = match long.iter().find(|long| words[..kind].ends_with(long)) {
        Some(long) => long.len(),
        // `40000014: <unknown>`
        None => usize::from(words[kind] == "<unknown>"),
    };
    let kind = kind - more;
    Some(Section {
        name: words[..kind].join(" "),
        kind: words[kind..start].join(" "),
        flags: flags.to_owned(),
        address: hex(words[start])?,
        offset: hex(words[start + 1])?,
        size: hex(words[start + 2])?,
    })
}

/// `type offset address physical-address size size flags align`, the flags with spaces between.
fn segment(words: &[&str]) -> Option<Segment> {
    let first = words.iter().position(|word| word.starts_with("0x")).filter(|&first| first > 0)?;
    // A type without a name is a number too.
    let first = first + usize::from(words[first - 1] == "<unknown>:");
    let [offset, address, _, file_size, memory_size, flags @ .., align] = words.get(first..)? else {
        return None;
    };
    let flag = |letter, bit| if flags.concat().contains(letter) { bit } else { 0 };
    Some(Segment {
        kind: words[..first].join(" "),
        flags: flag('R', 4) | flag('W', 2) | flag('E', 1),
        offset: hex(offset)?,
        address: hex(address)?,
        file_size: hex(file_size)?,
        memory_size: hex(memory_size)?,
        align: hex(align)?,
    })
}

/// `0x... (TAG) text`.
fn dynamic(line: &str) -> Option<(String, String)> {
    let (tag, text) = line.trim_start().strip_prefix("0x")?.split_once(" (")?.1.split_once(')')?;
    Some((tag.to_owned(), text.trim().to_owned()))
}

fn packed_address(text: &str) -> Option<u64> {
    hex(text).filter(|_| text.len() == 8 || text.len() == 16)
}

fn relocation(told: &mut Told, counted: bool, words: &[&str]) {
    match words {
        // Until binutils 2.40, before the addresses of a RELR table.
        [number, "offsets" | "offset"] => told.relr_addresses = number.parse().expect("a number"),
        [offset, info, kind, rest @ ..] if counted && hex(offset).is_some() && hex(info).is_some() => {
            let name = match (*kind, rest) {
                ("unrecognized:", [number, ..]) => hex(number).expect("a number").to_string(),
                (name, _) if name.starts_with("R_") => name.to_owned(),
                _ => return,
            };
            // What follows is the value of the symbol and its name.
            if name == "R_MIPS_REL32" && !rest.is_empty() {
                told.rel32_with_symbol += 1;
            }
            if !name.ends_with("_NONE") {
                told.relocated_pages.extend(hex(offset).map(|offset| offset / 4096));
            }
            *told.relocations.entry(name).or_default() += 1;
        }
        // A packed address: alone on its line, or since binutils 2.41 behind an index and the word of the table.
        [address, ..] if !address.ends_with(':') => {
            told.relocated_pages.extend(packed_address(address).map(|address| address / 4096));
        }
        [_, _, address, ..] => {
            told.relocated_pages.extend(packed_address(address).map(|address| address / 4096));
        }
        _ => {}
    }
}

/// `number: value size type binding visibility index name`; some names have notes behind them.
fn symbol(words: &[&str]) -> Option<(String, bool)> {
    let [number, _, _, _, _, rest @ ..] = words else { return None };
    number.strip_suffix(':')?.parse::<u64>().ok()?;
    // Visibility may be followed by notes between brackets, as `[VARIANT_PCS]` or `[<other>: 88]`.
    let mut rest = rest;
    if let Some(end) = rest.iter().position(|word| word.ends_with(']')).filter(|_| rest[1].starts_with('[')) {
        rest = &rest[end..];
    }
    let (index, name) = (rest.get(1)?, rest.get(2)?);
    Some((name.split('@').next()?.to_owned(), *index == "UND"))
}
