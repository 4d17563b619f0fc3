//! Writes small ELF files of either class and byte order, for tests.
//!
//! The ELF header stands first, then whatever is put in, then the program headers, then the names and headers
//! of the sections. An address is [`BASE`] plus the offset. What is wrong is written as it is told.

/// Difference between addresses and offsets.
pub(crate) const BASE: u64 = 0x1_0000;

pub(crate) const ET_REL: u16 = 1;
pub(crate) const ET_EXEC: u16 = 2;
pub(crate) const ET_DYN: u16 = 3;
pub(crate) const ET_CORE: u16 = 4;
pub(crate) const X86_64: u16 = 62;

pub(crate) const PT_LOAD: u32 = 1;
pub(crate) const PT_DYNAMIC: u32 = 2;
pub(crate) const PT_INTERP: u32 = 3;
pub(crate) const PT_NOTE: u32 = 4;
pub(crate) const PT_GNU_STACK: u32 = 0x6474_e551;
pub(crate) const PT_GNU_RELRO: u32 = 0x6474_e552;

/// A place in the file.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

impl Place {
    pub(crate) fn address(self) -> u64 {
        BASE + self.offset
    }
}

struct Segment {
    kind: u32,
    flags: u32,
    place: Place,
    memory: u64,
}

struct Section {
    name: String,
    kind: u32,
    flags: u64,
    place: Place,
    link: u32,
}

/// A file in the making.
pub(crate) struct Writer {
    wide: bool,
    little: bool,
    kind: u16,
    machine: u16,
    entry: u64,
    body: Vec<u8>,
    strings: Vec<u8>,
    segments: Vec<Segment>,
    sections: Vec<Section>,
}

impl Writer {
    pub(crate) fn new(wide: bool, little: bool, kind: u16) -> Self {
        let header = if wide { 64 } else { 52 };
        Self {
            wide,
            little,
            kind,
            machine: X86_64,
            entry: 0,
            body: vec![0; header],
            strings: vec![0],
            segments: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// A 64-bit little-endian file, the usual case.
    pub(crate) fn usual(kind: u16) -> Self {
        Self::new(true, true, kind)
    }

    pub(crate) fn machine(mut self, machine: u16) -> Self {
        self.machine = machine;
        self
    }

    pub(crate) fn entry(mut self, entry: u64) -> Self {
        self.entry = entry;
        self
    }

    /// Puts bytes into the file, at an offset divisible by 16.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Place {
        self.body.resize(self.body.len().next_multiple_of(16), 0);
        let offset = self.body.len() as u64;
        self.body.extend_from_slice(bytes);
        Place { offset, size: bytes.len() as u64 }
    }

    /// Address-sized numbers in the file's byte order.
    pub(crate) fn words(&self, words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|&word| self.number(word, if self.wide { 8 } else { 4 })).collect()
    }

    /// A note.
    pub(crate) fn note(&self, name: &[u8], kind: u32, text: &[u8]) -> Vec<u8> {
        let padded = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes
        };
        let numbers = [name.len() as u64, text.len() as u64, u64::from(kind)];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|&number| self.number(number, 4)).collect();
        bytes.extend(padded(name));
        bytes.extend(padded(text));
        bytes
    }

    pub(crate) fn segment(&mut self, kind: u32, flags: u32, place: Place) {
        self.sized_segment(kind, flags, place, place.size);
    }

    pub(crate) fn sized_segment(&mut self, kind: u32, flags: u32, place: Place, memory: u64) {
        self.segments.push(Segment { kind, flags, place, memory });
    }

    /// A segment that loads all that has been put in so far.
    pub(crate) fn load(&mut self, flags: u32) -> Place {
        let place = Place { offset: 0, size: self.body.len() as u64 };
        self.segment(PT_LOAD, flags, place);
        place
    }

    /// A section; returns its number.
    pub(crate) fn section(&mut self, name: &str, kind: u32, flags: u64, place: Place) -> u32 {
        self.sections.push(Section { name: name.to_owned(), kind, flags, place, link: 0 });
        u32::try_from(self.sections.len()).expect("few")
    }

    /// A string for the dynamic string table; returns its offset there.
    pub(crate) fn dynamic_string(&mut self, text: &str) -> u64 {
        let offset = self.strings.len() as u64;
        self.strings.extend_from_slice(text.as_bytes());
        self.strings.push(0);
        offset
    }

    /// The dynamic table, with the string table and the end added, and its segment.
    pub(crate) fn dynamic(&mut self, entries: &[(u64, u64)]) -> Place {
        let strings = self.strings.clone();
        let strings = self.put(&strings);
        let mut words: Vec<u64> = entries.iter().flat_map(|&(tag, value)| [tag, value]).collect();
        words.extend([5, strings.address(), 10, strings.size, 0, 0]);
        let bytes = self.words(&words);
        let place = self.put(&bytes);
        self.segment(PT_DYNAMIC, 6, place);
        place
    }

    /// The file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let segments: Vec<u8> =
            self.segments.iter().flat_map(|segment| self.program_header(segment)).collect();
        let program_headers = self.put(&segments).offset;
        let (mut section_headers, mut count) = (0, 0);
        if !self.sections.is_empty() {
            self.section(".shstrtab", 3, 0, Place { offset: 0, size: 0 });
            let mut names = vec![0];
            for section in &self.sections {
                names.extend_from_slice(section.name.as_bytes());
                names.push(0);
            }
            let place = self.put(&names);
            if let Some(last) = self.sections.last_mut() {
                last.place = place;
            }
            let mut headers = vec![0; if self.wide { 64 } else { 40 }];
            let mut name = 1;
            for section in &self.sections {
                headers.extend(self.section_header(section, name));
                name += section.name.len() as u64 + 1;
            }
            section_headers = self.put(&headers).offset;
            count = self.sections.len() as u64 + 1;
        }
        let header = self.header(program_headers, section_headers, count);
        self.body[..header.len()].copy_from_slice(&header);
        self.body
    }

    fn header(&self, program_headers: u64, section_headers: u64, sections: u64) -> Vec<u8> {
        let word = if self.wide { 8 } else { 4 };
        let sizes = if self.wide { [64, 56, 64] } else { [52, 32, 40] };
        let mut bytes = vec![0x7f, b'E', b'L', b'F', 1 + u8::from(self.wide), 2 - u8::from(self.little), 1];
        bytes.resize(16, 0);
        let fields = [
            (u64::from(self.kind), 2),
            (u64::from(self.machine), 2),
            (1, 4),
            (self.entry, word),
            (program_headers, word),
            (section_headers, word),
            (0, 4),
            (sizes[0], 2),
            (sizes[1], 2),
            (self.segments.len() as u64, 2),
            (sizes[2], 2),
            (sections, 2),
            (sections.saturating_sub(1), 2),
        ];
        bytes.extend(fields.iter().flat_map(|&(value, size)| self.number(value, size)));
        bytes
    }

    fn program_header(&self, segment: &Segment) -> Vec<u8> {
        let (kind, flags) = (self.number(segment.kind.into(), 4), self.number(segment.flags.into(), 4));
        let Place { offset, size } = segment.place;
        let address = segment.place.address();
        let words = self.words(&[offset, address, address, size, segment.memory]);
        let align = self.words(&[1]);
        if self.wide { [kind, flags, words, align].concat() } else { [kind, words, flags, align].concat() }
    }

    fn section_header(&self, section: &Section, name: u64) -> Vec<u8> {
        let address = if section.flags & 2 == 0 { 0 } else { section.place.address() };
        [
            self.number(name, 4),
            self.number(section.kind.into(), 4),
            self.words(&[section.flags, address, section.place.offset, section.place.size]),
            self.number(section.link.into(), 4),
            self.number(0, 4),
            self.words(&[1, 0]),
        ]
        .concat()
    }

    fn number(&self, value: u64, size: usize) -> Vec<u8> {
        let little = value.to_le_bytes();
        if self.little { little[..size].to_vec() } else { little[..size].iter().rev().copied().collect() }
    }
}
