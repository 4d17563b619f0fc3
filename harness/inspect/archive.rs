//! The members of an `ar` archive: GNU, BSD and thin ones; the only file outside of tests that names `object`.
//!
//! Symbol tables and tables of names are no members. What a member is, and the files of a thin archive, are
//! left to `file`.
//!
//! Sources: ar(5) of FreeBSD; `include/aout/ar.h` of binutils.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Result, bail};
use object::read::archive::ArchiveFile;

/// How a plain and a thin archive begin. `object` also reads those of AIX and z/OS, which hold no ELF files.
pub(super) const MAGIC: [&[u8]; 2] = [b"!<arch>\n", b"!<thin>\n"];

/// A member of an archive.
pub(super) struct Member<'a> {
    /// Its name as it stands there.
    pub(super) name: &'a [u8],
    /// Where its bytes are.
    pub(super) content: Content<'a>,
}

/// Where the bytes of a member are.
pub(super) enum Content<'a> {
    /// In the archive, from an offset on.
    Here { offset: u64, bytes: &'a [u8] },
    /// In a file, relative to the folder of the archive.
    Elsewhere(&'a Path),
}

/// The members in their order; the first error is the last item.
pub(super) fn members(bytes: &[u8]) -> impl Iterator<Item = Result<Member<'_>>> {
    let (archive, error) = match ArchiveFile::parse(bytes) {
        Ok(archive) => (Some(archive), None),
        Err(error) => (None, Some(damaged(&error))),
    };
    let thin = archive.as_ref().is_some_and(ArchiveFile::is_thin);
    // Names may lie over one another, and could cost the square of the archive's size.
    let mut budget = bytes.len().saturating_mul(4);
    let mut seen = HashSet::new();
    let members = archive.into_iter().flat_map(|archive| archive.members()).map(move |member| {
        let member = member.map_err(|error| damaged(&error))?;
        let name = member.name();
        let Some(left) = budget.checked_sub(name.len()) else {
            bail!("a damaged archive: impossible size of all names of members");
        };
        budget = left;
        // A few bytes could ask for the same large file again and again.
        if thin && !seen.insert(name) {
            bail!("a damaged archive: {} is a member twice", String::from_utf8_lossy(name));
        }
        let content = if thin {
            Content::Elsewhere(Path::new(OsStr::from_bytes(name)))
        } else {
            let bytes = member.data(bytes).map_err(|error| damaged(&error))?;
            Content::Here { offset: member.file_range().0, bytes }
        };
        Ok(Member { name, content })
    });
    let mut over = false;
    error.map(Err).into_iter().chain(members).take_while(move |member| {
        let last = over;
        over = member.is_err();
        !last
    })
}

fn damaged(error: &object::read::Error) -> anyhow::Error {
    anyhow::anyhow!("a damaged archive: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of a member.
    fn header(name: &str, size: &str) -> Vec<u8> {
        format!("{name:16}{:12}{:6}{:6}{:8}{size:10}`\n", 0, 0, 0, 644).into_bytes()
    }

    fn names(bytes: &[u8]) -> Vec<Result<String, String>> {
        let name = |member: Member<'_>| String::from_utf8_lossy(member.name).into_owned();
        members(bytes).map(|member| member.map(name).map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn gnu_and_bsd_names_are_read() {
        let mut bytes = MAGIC[0].to_vec();
        for part in [
            header("//", "20"),
            b"a-very-long-name.o/\n".to_vec(),
            header("/0", "2"),
            b"xx".to_vec(),
            header("short.o/", "1"),
            b"x\n".to_vec(),
            header("#1/12", "14"),
            b"name of BSD\0xx".to_vec(),
        ] {
            bytes.extend(part);
        }
        let expected = ["a-very-long-name.o", "short.o", "name of BSD"].map(|name| Ok(name.to_owned()));
        assert_eq!(names(&bytes), expected);
        let range = |member: Member<'_>| match member.content {
            Content::Here { bytes, .. } => bytes.len(),
            Content::Elsewhere(_) => 0,
        };
        let sizes: Vec<usize> = members(&bytes).map(|member| member.map_or(99, range)).collect();
        assert_eq!(sizes, [2, 1, 2]);
    }

    #[test]
    fn damage_is_one_error_at_the_end() {
        let mut bytes = MAGIC[0].to_vec();
        bytes.extend(header("a.o/", "2"));
        bytes.extend(b"xx");
        for damage in
            [header("b.o/", "-1"), header("b.o/", "9999999999"), b"rubbish".to_vec(), header("/77", "0")]
        {
            let mut bytes = bytes.clone();
            bytes.extend(damage);
            let seen = names(&bytes);
            assert_eq!(seen.len(), 2, "{seen:?}");
            assert!(seen[0].is_ok() && seen[1].as_ref().is_err_and(|text| text.contains("damaged")));
        }
    }

    #[test]
    fn a_thin_archive_cannot_ask_for_a_file_again() {
        let mut bytes = MAGIC[1].to_vec();
        for name in ["a.o/", "b.o/", "a.o/", "c.o/"] {
            bytes.extend(header(name, "1000"));
        }
        let seen = names(&bytes);
        assert_eq!(seen[..2], [Ok("a.o".to_owned()), Ok("b.o".to_owned())]);
        assert!(
            seen.len() == 3 && seen[2].as_ref().is_err_and(|text| text.contains("a.o is a member twice"))
        );
    }

    #[test]
    fn names_that_lie_over_one_another_do_not_cost_their_square() {
        let mut bytes = MAGIC[0].to_vec();
        bytes.extend(header("//", "100002"));
        bytes.extend(std::iter::repeat_n(b'a', 100_000));
        bytes.extend(b"/\n");
        for _ in 0..1000 {
            bytes.extend(header("/0", "0"));
        }
        let seen = names(&bytes);
        assert!(seen.len() < 10 && seen.last().is_some_and(Result::is_err));
    }
}
