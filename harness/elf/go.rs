//! Go's build information: release, main package and build settings.
//!
//! A blob at an address divisible by 16 begins with `\xff Go buildinf:`. Since Go 1.18 bit 1 of byte 15 is
//! set and two strings follow at offset 32, each behind its length as a varint: the release, and the text of
//! `runtime/debug.BuildInfo` between two markers of 16 bytes. Before, two pointers to Go strings stood at
//! offset 16, of the size that byte 14 tells; in a position-independent file they are relocated, and so are
//! those in the strings' headers. Build settings are recorded since Go 1.18.
//!
//! The blob is looked for in the section `.go.buildinfo`, then in every segment that is not executable, first
//! in the writable ones, where linkers put it. Go itself goes by the section alone since Go 1.27, and before
//! by the first writable segment, which in an internally linked PIE is not the one that holds it; and it does
//! not relocate.
//!
//! Source: Go's `src/debug/buildinfo/buildinfo.go` and `src/runtime/debug/mod.go` (1.13 to 1.27).

use std::collections::BTreeMap;

use super::ElfError;
use super::image::Image;
use super::raw::{Elf, segment};
use super::sections::Section;

const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGN: usize = 16;
const HEADER: usize = 32;
const INLINE: u8 = 2;

/// What Go recorded about how it built a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoBuildInfo {
    /// The release, e.g. `go1.27.3`.
    pub version: String,
    /// The path of the main package.
    pub main_package: Option<String>,
    /// Build settings by name, e.g. `-buildmode`, `CGO_ENABLED`, `vcs.revision`.
    pub settings: BTreeMap<String, String>,
    /// The module of the main package.
    pub module: Option<Module>,
    /// The modules that it was built from.
    pub dependencies: Vec<Module>,
}

/// A module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// Its path.
    pub path: String,
    /// Its version; `(devel)` where it has none.
    pub version: String,
    /// Its checksum; empty where none was recorded.
    pub sum: String,
    /// The module that stood in for it.
    pub replace: Option<Box<Module>>,
}

impl Module {
    /// From the fields of a line, which stand between tabs.
    fn of(fields: &str) -> Self {
        let mut fields = fields.split('\t').map(str::to_owned);
        let mut field = || fields.next().unwrap_or_default();
        Self { path: field(), version: field(), sum: field(), replace: None }
    }
}

impl GoBuildInfo {
    /// Go's build information, if the file has it.
    pub(super) fn of(
        elf: &Elf<'_>,
        image: &Image<'_, '_>,
        sections: &[Section],
    ) -> Result<Option<Self>, ElfError> {
        let mut named = sections.iter().zip(&elf.sections).filter(|pair| pair.0.name == ".go.buildinfo");
        if let Some((_, header)) = named.next()
            && let Some(info) = search(elf, image, elf.section_bytes(header)?, header.sh_addr)
        {
            return Ok(Some(info));
        }
        let mut seen = 0_u64;
        for writable in [segment::PF_W, 0] {
            for load in elf.loads() {
                if load.p_flags & (segment::PF_W | segment::PF_X) != writable {
                    continue;
                }
                // Segments that lie over one another could make a small file cost the square of its size.
                seen = seen.saturating_add(load.p_filesz);
                if seen > 2 * elf.bytes.len() as u64 {
                    return Err(ElfError::Impossible { what: "size of all data segments", value: seen });
                }
                let bytes = elf.slice("a loaded segment", load.p_offset, load.p_filesz)?;
                let skip = load.p_vaddr.wrapping_neg() % ALIGN as u64;
                let aligned = usize::try_from(skip).ok().and_then(|skip| bytes.get(skip..));
                let address = load.p_vaddr.wrapping_add(skip);
                if let Some(info) = aligned.and_then(|bytes| search(elf, image, bytes, address)) {
                    return Ok(Some(info));
                }
            }
        }
        Ok(None)
    }
}

/// The first blob that can be read; its magic also occurs as plain data in programs that look for it.
fn search(elf: &Elf<'_>, image: &Image<'_, '_>, bytes: &[u8], address: u64) -> Option<GoBuildInfo> {
    let starts = (0..bytes.len()).step_by(ALIGN).filter_map(|at| Some((at, bytes.get(at..)?)));
    starts.filter(|(_, bytes)| bytes.starts_with(MAGIC)).find_map(|(at, blob)| {
        let (version, modules) = if blob.get(15)? & INLINE != 0 {
            let (version, rest) = prefixed(blob.get(HEADER..)?)?;
            (version, prefixed(rest)?.0)
        } else {
            strings(elf, image, *blob.get(14)?, address.checked_add(at as u64)?)?
        };
        (!version.is_empty()).then(|| info(version, modules))
    })
}

/// The two strings that a blob of Go 1.17 and before points to.
fn strings<'a>(
    elf: &Elf<'_>,
    image: &Image<'_, 'a>,
    pointer_size: u8,
    blob: u64,
) -> Option<(&'a [u8], &'a [u8])> {
    let word = elf.encoding.word_size() as u64;
    if u64::from(pointer_size) != word {
        return None;
    }
    let string = |at: u64| {
        let header = image.pointer(blob.checked_add(at)?)?;
        let size = elf.encoding.word(image.bytes(header.checked_add(word)?, word)?)?;
        image.bytes(image.pointer(header)?, size)
    };
    // The second is empty, or its pointer nil, where the program was built without modules.
    Some((string(16)?, string(16 + word).unwrap_or_default()))
}

/// A string behind its length as a varint, and what follows it.
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_u64;
    for (place, &byte) in bytes.iter().enumerate().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return bytes.get(place + 1..)?.split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

fn info(version: &[u8], modules: &[u8]) -> GoBuildInfo {
    let mut info = GoBuildInfo {
        version: String::from_utf8_lossy(version).into_owned(),
        main_package: None,
        settings: BTreeMap::new(),
        module: None,
        dependencies: Vec::new(),
    };
    // The text stands between two markers and ends with a line break.
    let text = modules.get(16..modules.len().saturating_sub(16)).filter(|text| text.ends_with(b"\n"));
    for line in String::from_utf8_lossy(text.unwrap_or_default()).lines() {
        match line.split_once('\t') {
            Some(("path", path)) => info.main_package = Some(path.to_owned()),
            Some(("mod", fields)) => info.module = Some(Module::of(fields)),
            Some(("dep", fields)) => info.dependencies.push(Module::of(fields)),
            // What replaced the module of the line before.
            Some(("=>", fields)) => {
                let replaced = info.dependencies.last_mut().or(info.module.as_mut());
                if let Some(module) = replaced {
                    module.replace = Some(Box::new(Module::of(fields)));
                }
            }
            Some(("build", setting)) => {
                let name = if setting.starts_with('"') { quoted_end(setting) } else { setting.find('=') };
                if let Some((name, value)) = name.and_then(|end| setting.split_at_checked(end)) {
                    let value = value.strip_prefix('=').unwrap_or(value);
                    info.settings.insert(unquote(name), unquote(value));
                }
            }
            _ => {}
        }
    }
    info
}

/// Where the quoted text at the start of a text ends.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(place + 1),
            _ => {}
        }
    }
    None
}

/// A text without the quotes that Go's `strconv.Quote` put round it; any other text as it is.
fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let Some(inner) = inner else {
        let raw = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        return raw.unwrap_or(text).to_owned();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(place) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..place]);
        let Some(escape) = rest[place + 1..].chars().next() else { return text.to_owned() };
        rest = &rest[place + 1 + escape.len_utf8()..];
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let Some((number, tail)) = rest.split_at_checked(digits) else { return text.to_owned() };
        rest = tail;
        let number = u32::from_str_radix(number, 16).unwrap_or(0);
        match escape {
            'x' => bytes.push(u8::try_from(number).unwrap_or(b'?')),
            'u' | 'U' => {
                let letter = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => {
                let letter = match escape {
                    'a' => '\x07',
                    'b' => '\x08',
                    'f' => '\x0c',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\x0b',
                    other => other,
                };
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
