//! Tests of the room as a whole: hand-made files, hostile ones, and second opinions.

mod agreement;
mod contents;
mod encodings;
mod extremes;
mod facts;
mod hostile;
mod packages;
mod pages;
mod readelf;
pub(crate) mod writer;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use writer::Writer;

use super::{Facts, Meaning, read};

/// The facts of a hand-made file, checked for what holds of all.
fn facts(writer: Writer) -> Facts {
    let bytes = writer.finish();
    let facts = read(&bytes).expect("well-formed");
    let sum: u64 = facts.size_by_meaning().iter().map(|pair| pair.1).sum();
    assert_eq!(sum, bytes.len() as u64, "the parts are the whole");
    assert_eq!(facts.relocations.by_type.values().sum::<u64>(), facts.relocations.total);
    facts
}

/// Writes a number over some bytes: near zero, near the file's size and near the top are those that go wrong.
fn change(bytes: &mut [u8], place: usize, shape: usize, value: u64, little: bool) {
    let value = match shape {
        0 => value % 64,
        1 => bytes.len() as u64 - 32 + value % 64,
        2 => u64::MAX - value % 64,
        _ => value,
    };
    let number = if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let size = (bytes.len() - place).min(8);
    bytes[place..place + size].copy_from_slice(&number[..size]);
}

/// Bytes of a meaning.
fn size(facts: &Facts, meaning: Meaning) -> u64 {
    let pair = facts.size_by_meaning().into_iter().find(|pair| pair.0 == meaning);
    pair.expect("all are listed").1
}

/// Real ELF files of this machine: `/bin/sh`, `/bin/ls`, start-up objects, and from each of the usual folders
/// `limit` files evenly spread, none larger than `largest` bytes. No file comes twice.
fn binaries(limit: usize, largest: u64) -> Vec<PathBuf> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    let folders: Vec<PathBuf> = ["/usr/bin", "/usr/sbin", "/usr/lib64", "/usr/lib"]
        .iter()
        .map(PathBuf::from)
        .chain(children(Path::new("/usr/lib")).into_iter().filter(|path| path.is_dir()))
        .collect();
    for folder in folders {
        let files: BTreeSet<PathBuf> =
            children(&folder).iter().filter_map(|path| elf(path, largest)).collect();
        let step = files.len().div_ceil(limit).max(1);
        found.extend(files.into_iter().step_by(step));
    }
    let named = ["/bin/sh", "/bin/ls", "/usr/lib/x86_64-linux-gnu/crt1.o", "/usr/lib64/crt1.o"];
    found.extend(named.iter().filter_map(|path| elf(Path::new(path), largest)));
    found.into_iter().collect()
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// The file behind a path, if it is an ELF file of a fair size.
fn elf(path: &Path, largest: u64) -> Option<PathBuf> {
    use std::io::Read as _;

    let path = fs::canonicalize(path).ok()?;
    let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
    let mut magic = [0; 4];
    fs::File::open(&path).ok()?.read_exact(&mut magic).ok()?;
    (magic == *b"\x7fELF" && size <= largest).then_some(path)
}
