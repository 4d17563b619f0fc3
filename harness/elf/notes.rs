//! What the notes of a file say: GNU build id, Go build ID, package note.
//!
//! Notes are looked for in the sections of type `SHT_NOTE` first and then in the `PT_NOTE` segments, because
//! neither has them all: Go's internal linker puts `.note.gnu.build-id` beside its `PT_NOTE`, and a file may
//! have lost its section headers.
//!
//! Sources: ELF gABI 4.3, "Note Section"; binutils `include/elf/common.h`; Go's
//! `src/cmd/internal/buildid/note.go`; the package metadata specification of the UAPI group.

use super::ElfError;
use super::raw::{Elf, section, segment};
use crate::digest::hex;

const NT_GNU_BUILD_ID: u32 = 3;
const NT_GO_BUILD_ID: u32 = 4;
const NT_FDO_PACKAGING_METADATA: u32 = 0xcafe_1a7e;

/// What the notes of a file say; the first of a kind counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The GNU build id in lower-case hexadecimal.
    pub build_id: Option<String>,
    /// The Go build ID.
    pub go_build_id: Option<String>,
    /// The package note (`.note.package`): JSON about the package the file is of.
    pub package_note: Option<String>,
}

impl Notes {
    pub(super) fn of(elf: &Elf<'_>) -> Result<Self, ElfError> {
        let sections = elf.sections.iter().filter(|header| header.sh_type == section::SHT_NOTE);
        let sections = sections.map(|header| (header.sh_offset, header.sh_size, header.sh_addralign));
        let segments = elf.segments.iter().filter(|header| header.p_type == segment::PT_NOTE);
        let segments = segments.map(|header| (header.p_offset, header.p_filesz, header.p_align));
        let mut notes = Self::default();
        let mut seen = 0_u64;
        for (offset, size, align) in sections.chain(segments) {
            // Notes that lie over one another could make a small file cost the square of its size.
            seen = seen.saturating_add(size);
            if seen > 4 * elf.bytes.len() as u64 {
                return Err(ElfError::Impossible { what: "size of all notes", value: seen });
            }
            notes.read(elf, elf.slice("a note", offset, size)?, if align == 8 { 8 } else { 4 });
        }
        Ok(notes)
    }

    /// Reads notes up to the first that is not whole.
    fn read(&mut self, elf: &Elf<'_>, mut bytes: &[u8], align: usize) {
        while let Some((kind, name, text, rest)) = next(elf, bytes, align) {
            let place = match (name, kind) {
                (b"GNU\0", NT_GNU_BUILD_ID) => &mut self.build_id,
                (b"Go\0\0", NT_GO_BUILD_ID) => &mut self.go_build_id,
                (b"FDO\0", NT_FDO_PACKAGING_METADATA) => &mut self.package_note,
                _ => {
                    bytes = rest;
                    continue;
                }
            };
            place.get_or_insert_with(|| match kind {
                NT_GNU_BUILD_ID => hex(text),
                _ => String::from_utf8_lossy(text).trim_end_matches('\0').to_owned(),
            });
            bytes = rest;
        }
    }
}

type Note<'a> = (u32, &'a [u8], &'a [u8], &'a [u8]);

/// Type, name and text of the first note, and the bytes behind it.
fn next<'a>(elf: &Elf<'_>, bytes: &'a [u8], align: usize) -> Option<Note<'a>> {
    let field = |at| elf.encoding.half(bytes.get(at..)?);
    let name_size = usize::try_from(field(0)?).ok()?;
    let text_size = usize::try_from(field(4)?).ok()?;
    let name_end = 12_usize.checked_add(name_size)?;
    let text_start = name_end.checked_next_multiple_of(align)?;
    let text_end = text_start.checked_add(text_size)?;
    let name = bytes.get(12..name_end)?;
    let text = bytes.get(text_start..text_end)?;
    let rest = bytes.get(text_end.checked_next_multiple_of(align)?..).unwrap_or(&[]);
    Some((field(8)?, name, text, rest))
}
