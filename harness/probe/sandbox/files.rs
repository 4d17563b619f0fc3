//! The files that system calls name, what became of them, and the rights that opening them takes.
//!
//! A path is read from the memory of the thread that makes the call while it is stopped there. Which file it led to
//! the kernel tells afterwards (`/proc/PID/fd`), so that links and relative paths are of no concern.
//!
//! Sources: open(2), openat2(2), proc(5), landlock(7), execve(2) for interpreters, and the pages of the calls.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::{Component, Path, PathBuf};

use super::calls;
use crate::elf;
use crate::sys::apart::Right;
use crate::sys::traced::Call;

/// What a call does with the path that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Opens it; the flags are that argument.
    Open(usize),
    /// Opens it; the flags are what that argument points to.
    OpenHow(usize),
    /// Makes a file there and opens it.
    Create,
    /// Executes it.
    Execute,
    /// Looks at it, or changes what no sandbox of ours keeps from anybody.
    Look,
    /// Makes or removes a name.
    Change,
}

/// Calls that take paths: which argument is the folder that a path is relative to, and which the path.
const FORMS: &[(&str, Option<usize>, usize, Does)] = &[
    ("open", None, 0, Does::Open(1)),
    ("openat", Some(0), 1, Does::Open(2)),
    ("openat2", Some(0), 1, Does::OpenHow(2)),
    ("creat", None, 0, Does::Create),
    ("execve", None, 0, Does::Execute),
    ("execveat", Some(0), 1, Does::Execute),
    ("access", None, 0, Does::Look),
    ("faccessat", Some(0), 1, Does::Look),
    ("faccessat2", Some(0), 1, Does::Look),
    ("stat", None, 0, Does::Look),
    ("lstat", None, 0, Does::Look),
    ("newfstatat", Some(0), 1, Does::Look),
    ("fstatat", Some(0), 1, Does::Look),
    ("statx", Some(0), 1, Does::Look),
    ("statfs", None, 0, Does::Look),
    ("readlink", None, 0, Does::Look),
    ("readlinkat", Some(0), 1, Does::Look),
    ("chdir", None, 0, Does::Look),
    ("truncate", None, 0, Does::Look),
    ("chmod", None, 0, Does::Look),
    ("fchmodat", Some(0), 1, Does::Look),
    ("fchmodat2", Some(0), 1, Does::Look),
    ("chown", None, 0, Does::Look),
    ("lchown", None, 0, Does::Look),
    ("fchownat", Some(0), 1, Does::Look),
    ("utimensat", Some(0), 1, Does::Look),
    ("getxattr", None, 0, Does::Look),
    ("lgetxattr", None, 0, Does::Look),
    ("mkdir", None, 0, Does::Change),
    ("mkdirat", Some(0), 1, Does::Change),
    ("mknod", None, 0, Does::Change),
    ("mknodat", Some(0), 1, Does::Change),
    ("rmdir", None, 0, Does::Change),
    ("unlink", None, 0, Does::Change),
    ("unlinkat", Some(0), 1, Does::Change),
    ("symlink", None, 1, Does::Change),
    ("symlinkat", Some(1), 2, Does::Change),
    ("link", None, 0, Does::Change),
    ("link", None, 1, Does::Change),
    ("linkat", Some(0), 1, Does::Change),
    ("linkat", Some(2), 3, Does::Change),
    ("rename", None, 0, Does::Change),
    ("rename", None, 1, Does::Change),
    ("renameat", Some(0), 1, Does::Change),
    ("renameat", Some(2), 3, Does::Change),
    ("renameat2", Some(0), 1, Does::Change),
    ("renameat2", Some(2), 3, Does::Change),
];

/// The longest path, and the size of a page of memory: what follows may not be there.
const LONGEST: usize = 4096;
const PAGE: u64 = 4096;
/// How many interpreters deep the kernel looks.
const DEEPEST: usize = 5;

/// A path that a call is about to be made with.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    does: Does,
    /// As it was named, made absolute.
    path: PathBuf,
    flags: i32,
    /// Whether there is such a file.
    was_there: bool,
}

impl Naming {
    /// The paths of a call that is about to be made.
    pub(super) fn of(call: &Call) -> Vec<Self> {
        let name = calls::name(call.number);
        let forms = FORMS.iter().filter(|(of, ..)| *of == name);
        forms.filter_map(|&(_, at, path, does)| Self::read(call, at, path, does)).collect()
    }

    fn read(call: &Call, at: Option<usize>, path: usize, does: Does) -> Option<Self> {
        let memory = File::open(format!("/proc/{}/mem", call.thread)).ok()?;
        let named = text(&memory, call.args[path])?;
        // An empty one is of an open file.
        if named.as_os_str().is_empty() {
            return None;
        }
        let folder = || {
            let open = at.map(|at| as_int(call.args[at])).filter(|open| *open != libc::AT_FDCWD);
            let link = open.map_or_else(|| "cwd".to_owned(), |open| format!("fd/{open}"));
            fs::read_link(format!("/proc/{}/{link}", call.thread)).ok()
        };
        let path = if named.is_absolute() { named } else { folder()?.join(named) };
        let flags = match does {
            Does::Open(at) => as_int(call.args[at]),
            Does::OpenHow(at) => {
                let mut flags = [0; 8];
                memory.read_exact_at(&mut flags, call.args[at]).ok()?;
                as_int(u64::from_ne_bytes(flags))
            }
            Does::Create => libc::O_CREAT | libc::O_WRONLY,
            _ => 0,
        };
        let was_there = fs::symlink_metadata(&path).is_ok();
        // Without `.` and doubled `/`.
        Some(Self { does, path: path.components().collect(), flags, was_there })
    }
}

/// An argument of which the lower half counts, as of every `int`.
fn as_int(argument: u64) -> i32 {
    let [a, b, c, d, ..] = argument.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

/// The text that ends with a zero byte.
fn text(memory: &File, address: u64) -> Option<PathBuf> {
    let mut bytes: Vec<u8> = Vec::new();
    while bytes.len() < LONGEST {
        let here = address.checked_add(bytes.len() as u64)?;
        let mut piece = vec![0; usize::try_from(PAGE - here % PAGE).ok()?];
        memory.read_exact_at(&mut piece, here).ok()?;
        let end = piece.iter().position(|byte| *byte == 0);
        bytes.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
        if end.is_some() {
            return Some(OsString::from_vec(bytes).into());
        }
    }
    None
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Became {
    /// It was opened, or executed.
    pub(super) opened: bool,
    /// In words, each once; names of errors among them.
    pub(super) words: BTreeSet<&'static str>,
}

/// All files that some starts named.
#[derive(Debug, Default)]
pub(super) struct Files {
    became: BTreeMap<PathBuf, Became>,
    rights: BTreeSet<(PathBuf, Right)>,
}

impl Files {
    /// A call was made and answered; its thread is stopped.
    pub(super) fn add(&mut self, naming: &Naming, thread: u32, answer: i64) {
        // It was interrupted, and is made again.
        if (-516..=-512).contains(&answer) {
            return;
        }
        let became = self.became.entry(naming.path.clone()).or_default();
        if answer < 0 {
            let name = i32::try_from(-answer).ok().and_then(|error| syscalls::Errno::new(error).name());
            became.words.insert(name.unwrap_or("failed"));
            return;
        }
        match naming.does {
            Does::Look => {
                became.words.insert("looked at");
            }
            Does::Change => {
                became.words.insert("made or removed");
                self.rights.extend(folder_of(&naming.path).map(|folder| (folder, Right::All)));
            }
            Does::Execute => self.add_program(&naming.path),
            Does::Open(_) | Does::OpenHow(_) | Does::Create => {
                became.opened = true;
                let writes = naming.flags & libc::O_ACCMODE != libc::O_RDONLY;
                if writes {
                    became.words.insert("written to");
                }
                if naming.flags & libc::O_PATH == 0 {
                    let led_to = fs::read_link(format!("/proc/{thread}/fd/{answer}"));
                    self.rights.extend(led_to.ok().iter().flat_map(|path| rights(path, naming)));
                }
            }
        }
    }

    /// A program that is executed, and what the kernel opens for that: its loader, or a script's interpreter.
    pub(super) fn add_program(&mut self, path: &Path) {
        let mut next = Some(path.to_owned());
        for deep in 0..DEEPEST {
            let Some(path) = next else { return };
            let became = self.became.entry(path.clone()).or_default();
            became.opened = true;
            became.words.insert(if deep == 0 { "executed" } else { "by the kernel" });
            self.rights.extend(fs::canonicalize(&path).ok().map(|path| (path, Right::Execute)));
            next = interpreter(&path);
        }
    }

    /// What opening all of them takes.
    pub(super) fn rights(&self) -> Vec<(PathBuf, Right)> {
        self.rights.iter().cloned().collect()
    }

    /// How they are told of: files below a place of gopie's are told as that place, and processes are no numbers.
    pub(super) fn told(&self, places: &[(PathBuf, &'static str)]) -> BTreeMap<String, (usize, Became)> {
        let mut all: BTreeMap<String, (usize, Became)> = BTreeMap::new();
        for (path, became) in &self.became {
            let (number, together) = all.entry(shown(path, places)).or_default();
            *number += 1;
            together.opened |= became.opened;
            together.words.extend(&became.words);
        }
        all
    }
}

/// What Landlock asks for when that file is opened so.
fn rights(path: &Path, naming: &Naming) -> Vec<(PathBuf, Right)> {
    let made = naming.flags & libc::O_CREAT != 0 && !naming.was_there;
    // A file without a name, in that folder.
    if naming.flags & libc::O_TMPFILE == libc::O_TMPFILE {
        return fs::canonicalize(&naming.path).ok().map(|path| (path, Right::All)).into_iter().collect();
    }
    // Pipes and the like, and what has no name any more.
    if !path.is_absolute() || path.as_os_str().as_encoded_bytes().ends_with(b" (deleted)") {
        return Vec::new();
    }
    let (reads, writes) = match naming.flags & libc::O_ACCMODE {
        libc::O_RDONLY => (true, false),
        libc::O_WRONLY => (false, true),
        _ => (true, true),
    };
    // What a process has there it has under another number in each start.
    if is_of_process(path) {
        return vec![(PathBuf::from("/proc"), if writes { Right::All } else { Right::ReadBelow })];
    }
    let made = made.then(|| path.parent().map(|folder| (folder.to_owned(), Right::All))).flatten();
    let read = reads.then(|| (path.to_owned(), Right::Read));
    let write = writes.then(|| (path.to_owned(), Right::Write));
    [read, write, made].into_iter().flatten().collect()
}

/// The folder that a name is in, links followed.
fn folder_of(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path.parent()?).ok()
}

/// What the kernel starts to run a file: the interpreter that its first line or its program headers name.
fn interpreter(path: &Path) -> Option<PathBuf> {
    let bytes = fs::read(path).ok()?;
    if let Some(script) = bytes.strip_prefix(b"#!") {
        let line = script.split(|byte| *byte == b'\n').next()?;
        let line = String::from_utf8_lossy(line).trim().to_owned();
        return line.split_whitespace().next().map(PathBuf::from);
    }
    elf::read(&bytes).ok()?.linkage.interpreter.map(PathBuf::from)
}

fn is_number(component: Component<'_>) -> bool {
    component.as_os_str().as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

/// Whether a path is in `/proc/PID`.
fn is_of_process(path: &Path) -> bool {
    path.strip_prefix("/proc").is_ok_and(|rest| rest.components().next().is_some_and(is_number))
}

/// A path as it is told of.
pub(super) fn shown(path: &Path, places: &[(PathBuf, &'static str)]) -> String {
    if let Some((_, name)) = places.iter().find(|(place, _)| path.starts_with(place)) {
        return (*name).to_owned();
    }
    let Ok(rest) = path.strip_prefix("/proc") else { return path.display().to_string() };
    let mut shown = PathBuf::from("/proc");
    for (number, component) in rest.components().enumerate() {
        match (number, is_number(component)) {
            (0, true) => shown.push("self"),
            (_, true) => shown.push("N"),
            (_, false) => shown.push(component),
        }
    }
    shown.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(path: &str, flags: i32, was_there: bool) -> Naming {
        Naming { does: Does::Open(2), path: path.into(), flags, was_there }
    }

    #[test]
    fn every_form_is_of_a_call() {
        // Other processors have fewer: those with a newer twin are gone there.
        for (call, at, path, _) in FORMS {
            assert!(at.is_none_or(|at| at < *path), "{call}");
            let known = calls::number(call).is_some();
            assert!(known || !cfg!(target_arch = "x86_64") || *call == "fstatat", "{call}");
        }
    }

    #[test]
    fn paths_of_processes_and_of_this_machine_are_told_without_them() {
        let places =
            [(PathBuf::from("/cache/store/a/hello"), "$PROGRAM"), (PathBuf::from("/cache"), "$CACHE")];
        for (path, expected) in [
            ("/etc/passwd", "/etc/passwd"),
            ("/proc/77/maps", "/proc/self/maps"),
            ("/proc/self/task/123/stat", "/proc/self/task/N/stat"),
            ("/proc/sys/vm", "/proc/sys/vm"),
            ("/cache/store/a/hello", "$PROGRAM"),
            ("/cache/store/a/other", "$CACHE"),
            ("/cachet", "/cachet"),
        ] {
            assert_eq!(shown(Path::new(path), &places), expected);
        }
        assert!(is_of_process(Path::new("/proc/7/x")) && !is_of_process(Path::new("/proc/stat")));
    }

    #[test]
    fn rights_are_what_opening_asks_for() {
        let file = Path::new("/etc/file");
        let of = |flags, was_there| rights(file, &naming("/etc/file", flags, was_there));
        assert_eq!(of(libc::O_RDONLY, true), [(file.to_owned(), Right::Read)]);
        assert_eq!(of(libc::O_WRONLY | libc::O_CREAT, true), [(file.to_owned(), Right::Write)]);
        let made = (PathBuf::from("/etc"), Right::All);
        assert_eq!(of(libc::O_WRONLY | libc::O_CREAT, false), [(file.to_owned(), Right::Write), made]);
        assert_eq!(of(libc::O_RDWR, true).len(), 2);
        let led = |path: &str| rights(Path::new(path), &naming("/x", libc::O_RDONLY, true));
        assert_eq!(led("/proc/7/maps"), [(PathBuf::from("/proc"), Right::ReadBelow)]);
        assert_eq!(led("/proc/stat"), [(PathBuf::from("/proc/stat"), Right::Read)]);
        assert_eq!((led("pipe:[7]"), led("/tmp/a (deleted)")), (vec![], vec![]));
    }

    #[test]
    fn what_became_of_files_is_told_together() {
        let mut files = Files::default();
        files.add(&naming("/cache/a", 0, false), 0, -2);
        files.add(&naming("/cache/b", libc::O_WRONLY, true), 0, 3);
        files.add(&naming("/etc/c", 0, true), 0, -512);
        let told = files.told(&[(PathBuf::from("/cache"), "$CACHE")]);
        let words = BTreeSet::from(["ENOENT", "written to"]);
        assert_eq!(told, [("$CACHE".to_owned(), (2, Became { opened: true, words }))].into());
    }

    #[test]
    fn a_text_is_read_up_to_its_end_and_no_further() {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(b"/etc/passwd\0more", 4090).expect("writes");
        // The rest of the page it ends in is there too, as in memory.
        file.set_len(3 * PAGE).expect("grows");
        assert_eq!(text(&file, 4090), Some(PathBuf::from("/etc/passwd")));
        assert_eq!(text(&file, 4 * PAGE), None);
        file.write_all_at(&[b'a'; 8192], 0).expect("writes");
        file.set_len(8192).expect("shrinks");
        assert_eq!(text(&file, 0), None);
    }

    #[test]
    fn interpreters_are_of_scripts_and_of_programs() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = folder.path().join("script");
        fs::write(&script, "#! /bin/sh -e\nexit\n").expect("writes");
        assert_eq!(interpreter(&script), Some(PathBuf::from("/bin/sh")));
        let mut files = Files::default();
        files.add_program(&script);
        let told = files.told(&[]);
        assert!(told["/bin/sh"].1.opened && told.len() >= 2, "{told:?}");
        fs::write(&script, "exit\n").expect("writes");
        assert_eq!(interpreter(&script), None);
    }
}
