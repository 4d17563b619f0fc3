//! Tables on disk: CSV with a header, gzipped where the name says so, written beside their place and renamed.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::hint::HintExt;

/// From so many bytes on, a table that may be large is kept gzipped.
const LARGE: u64 = 2_500_000;
const NO_ROOM: &str = "is the disk full, or the folder not writable? what was finished before is kept";

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        let mut readable = file.as_file().metadata()?.permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut readable, 0o644);
        file.as_file().set_permissions(readable)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display())).hint(NO_ROOM)
}

/// Makes a folder and those above it.
pub fn make_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path)
        .with_context(|| format!("cannot make the folder {}", path.display()))
        .hint(NO_ROOM)
}

/// Writes rows; the header comes from the field names, and is there even where no row is.
pub fn write<T: Serialize>(path: &Path, rows: &[T], header: &[&str]) -> Result<()> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.serialize(row)?;
    }
    let bytes = writer.into_inner().with_context(|| format!("cannot write {}", path.display()))?;
    let gzipped = path.extension().is_some_and(|extension| extension == "gz");
    write_file(path, &if gzipped { gzip(&bytes)? } else { bytes })
}

/// The same, but gzipped, with `.gz` after the name, where it would be a large file otherwise.
pub fn write_large<T: Serialize>(path: &Path, rows: &[T], header: &[&str]) -> Result<()> {
    write(path, rows, header)?;
    let plain = fs::metadata(path).map_or(0, |file| file.len()) <= LARGE;
    if !plain {
        write(&gzipped(path), rows, header)?;
    }
    let spare = if plain { gzipped(path) } else { path.to_owned() };
    match fs::remove_file(&spare) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", spare.display()))
        }
        _ => Ok(()),
    }
}

/// Reads what [`write_large`] wrote.
pub fn read_large<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let gzipped = gzipped(path);
    read(if gzipped.exists() { &gzipped } else { path })
}

fn gzipped(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    // No name and no time inside: the same rows give the same bytes.
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Reads rows of a table that runs may be without; none where there is no such file.
pub fn read_if_there<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    if path.exists() { read(path) } else { Ok(Vec::new()) }
}

/// Reads rows; an error names file, line and column.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let rows = || -> Result<Vec<T>> {
        let file = BufReader::new(File::open(path)?);
        let gzipped = path.extension().is_some_and(|extension| extension == "gz");
        let reader: Box<dyn Read> =
            if gzipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(csv::Reader::from_reader(reader).deserialize().collect::<Result<_, _>>()?)
    };
    rows()
        .with_context(|| format!("cannot read {}", path.display()))
        .hint("the run may have been cut off or edited; `gopie run` makes a new one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_table_is_gzipped_and_read_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("facts.csv");
        let rows =
            |n: usize| -> Vec<(usize, String)> { (0..n).map(|row| (row, "a text".repeat(20))).collect() };
        for (rows, gzipped) in [(rows(10), false), (rows(30_000), true), (rows(10), false)] {
            write_large(&path, &rows, &["number", "text"]).expect("writes");
            assert_eq!((path.exists(), folder.path().join("facts.csv.gz").exists()), (!gzipped, gzipped));
            assert_eq!(read_large::<(usize, String)>(&path).expect("reads"), rows);
        }
    }
}
