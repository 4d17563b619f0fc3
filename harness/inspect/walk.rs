//! From what was named to the files to look at, one after the other: folders are walked in the order of names.
//!
//! A link that is named is followed; within a folder or a list it is passed over, since what it leads to is
//! there too or belongs elsewhere. What a file is, is left to `file`.

use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io::{self, BufRead, BufReader, Read, Stdin};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use walkdir::WalkDir;

use crate::interrupt;

/// Why something was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// It is neither an ELF file nor an archive.
    NotElf,
    /// A symbolic link in a folder or list.
    Link,
    /// A folder in a list.
    Folder,
    /// A pipe, socket or device in a folder or list.
    Special,
}

impl Why {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NotElf => "neither ELF nor archive",
            Self::Link => "links",
            Self::Folder => "folders in a list",
            Self::Special => "pipes, sockets and devices",
        }
    }

    fn of(kind: FileType) -> Option<Self> {
        match kind {
            kind if kind.is_file() => None,
            kind if kind.is_symlink() => Some(Self::Link),
            kind if kind.is_dir() => Some(Self::Folder),
            kind if kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device() => {
                Some(Self::Special)
            }
            _ => Some(Self::NotElf),
        }
    }
}

/// Something that was found.
pub(super) enum Found {
    /// A file; whether it was named, rather than met in a folder or list.
    File { path: PathBuf, named: bool },
    /// What is no file of its own.
    PassedOver(Why),
    /// What cannot be looked at.
    Failed { path: PathBuf, error: anyhow::Error },
}

/// All that is behind some paths; `-` is the list on stdin, whose paths end with `end`.
pub(super) fn walk(paths: Vec<PathBuf>, end: u8) -> impl Iterator<Item = Found> + Send {
    paths.into_iter().flat_map(move |path| -> Box<dyn Iterator<Item = Found> + Send> {
        if path == Path::new("-") {
            Box::new(List::new(end))
        } else if path.is_dir() {
            Box::new(folder(&path))
        } else {
            Box::new(std::iter::once(Found::File { path, named: true }))
        }
    })
}

fn folder(path: &Path) -> impl Iterator<Item = Found> + Send + use<> {
    let root = path.to_owned();
    WalkDir::new(path).sort_by_file_name().into_iter().filter_map(move |entry| match entry {
        // Folders were asked for as a whole: they are no things that are passed over.
        Ok(entry) if entry.file_type().is_dir() || entry.depth() == 0 => None,
        Ok(entry) => Some(match Why::of(entry.file_type()) {
            Some(why) => Found::PassedOver(why),
            None => Found::File { path: entry.into_path(), named: false },
        }),
        Err(error) => {
            let path = error.path().unwrap_or(&root).to_owned();
            let error = io::Error::from(error);
            // walkdir puts the path into its words, where it then stands twice.
            let error = error.raw_os_error().map_or(error, io::Error::from_raw_os_error);
            Some(Found::Failed { path, error: anyhow::Error::new(error).context("cannot be walked") })
        }
    })
}

/// The list on stdin.
struct List {
    reader: BufReader<Patient>,
    end: u8,
    over: bool,
}

impl List {
    fn new(end: u8) -> Self {
        Self { reader: BufReader::new(Patient(io::stdin())), end, over: false }
    }
}

impl Iterator for List {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while !self.over {
            let mut line = Vec::new();
            let read = self.reader.read_until(self.end, &mut line);
            if let Err(error) = read {
                self.over = true;
                let error = anyhow::Error::new(error).context("the list on stdin cannot be read");
                return Some(Found::Failed { path: PathBuf::from("-"), error });
            }
            if line.is_empty() {
                self.over = true;
            } else if line.last() == Some(&self.end) {
                line.pop();
            }
            if !line.is_empty() {
                return Some(listed(PathBuf::from(OsString::from_vec(line))));
            }
        }
        None
    }
}

fn listed(path: PathBuf) -> Found {
    match fs::symlink_metadata(&path).context("cannot be found") {
        Ok(about) => match Why::of(about.file_type()) {
            Some(why) => Found::PassedOver(why),
            None => Found::File { path, named: false },
        },
        Err(error) => Found::Failed { path, error },
    }
}

/// Stdin, waited for in a way that Ctrl-C ends.
struct Patient(Stdin);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let step = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        loop {
            interrupt::check().map_err(io::Error::other)?;
            match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&step)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return self.0.read(buffer),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
