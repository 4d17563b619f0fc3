//! The objects that are injected: built by the C compiler, put where they are found, and seen by the marks they leave.
//!
//! Where rights are raised, another user starts a copy that takes the rights of its owner. It lies in a folder that its
//! owner alone may enter, and that user is handed it, and all that goes with it, as open files. So nobody else on the
//! machine can start it meanwhile, and where gopie is killed it goes with the other scratch folders. What the starts
//! say is for `injection` to tell.
//!
//! Sources: ld.so(8), `proc_pid_fd(5)`; glibc, `elf/dl-lookup.c` (`check_match`) and `elf/dl-load.c` (a soname with a
//! slash is a path); musl, `ldso/dynlink.c` (names that it keeps to itself).

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::StatVfsMountFlags;
use rustix::io::FdFlags;

use super::{Around, LIMIT, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Went};
use crate::cache::Scratch;
use crate::command::{Command, CommandError};
use crate::sys::apart::Apart;
use crate::toolchain::abbreviate;
use crate::{elf, measure};

const SOURCES: [(&str, &str); 2] =
    [("mark.c", include_str!("mark.c")), ("secure.c", include_str!("secure.c"))];
/// The variable that `mark.c` looks at.
const MARK: &str = "GOPIE_MARK";
/// A program of ours, which tells whether rights were raised.
const SECURE: &str = "secure";
/// Who has no rights at all by custom.
const USER: u32 = 65534;

/// What a start shows.
pub(super) struct Seen {
    pub(super) went: Went,
    /// The constructor ran in the program itself.
    pub(super) ran: bool,
    /// The program itself called our `write`.
    pub(super) called: bool,
}

/// Why something is not asked: the word, and the reason.
pub(super) type Lack = (&'static str, String);

/// What a mark tells of a program: whether the constructor ran in it, and whether it called our `write`.
fn seen_in(mark: &Path, program: &Path) -> (bool, bool) {
    // There is none where nothing left any.
    marked(&String::from_utf8_lossy(&fs::read(mark).unwrap_or_default()), program)
}

/// The same of a mark's text. What the program's children tell is not of it.
fn marked(mark: &str, program: &Path) -> (bool, bool) {
    let program = program.to_string_lossy();
    let has = |what: &str| mark.lines().any(|line| line.strip_prefix(what) == Some(&*program));
    (has("loaded "), has("write "))
}

/// An open file that every child gets too, and its name there: a way to it that needs no right to enter the folders
/// above, and has no space or colon, at which loaders divide their variables.
pub(super) struct Handed(File);

impl Handed {
    /// Opens a file or folder.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = || {
            let file = File::open(path)?;
            rustix::io::fcntl_setfd(&file, FdFlags::empty())?;
            Ok::<_, std::io::Error>(file)
        };
        Ok(Self(open().with_context(|| format!("cannot open {}", path.display()))?))
    }

    fn name(&self) -> String {
        format!("/proc/self/fd/{}", self.0.as_raw_fd())
    }
}

/// What all starts share.
pub(super) struct Bench<'a> {
    subject: &'a Subject,
    around: &'a Around<'a>,
    compiler: &'a Path,
    /// Where the program is, links followed.
    program: PathBuf,
    scratch: Scratch,
    /// The folder of the marks, where anybody may write who is handed it.
    pub(super) marks: Handed,
    starts: Cell<usize>,
}

impl<'a> Bench<'a> {
    /// Makes the folders and the sources.
    pub(super) fn new(subject: &'a Subject, around: &'a Around<'a>, compiler: &'a Path) -> Result<Self> {
        let scratch = around.cache.scratch()?;
        let make = |name: &str| {
            let path = scratch.path().join(name);
            fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
            anyhow::Ok(path)
        };
        let marks = make("marks")?;
        set_mode(&marks, 0o777)?;
        for name in ["mark", "write", "plain", "raised"] {
            set_mode(&make(name)?, 0o755)?;
        }
        for (name, text) in SOURCES {
            let path = scratch.path().join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let program = fs::canonicalize(&subject.path)
            .with_context(|| format!("cannot read {}", subject.path.display()))?;
        let marks = Handed::open(&marks)?;
        Ok(Self { subject, around, compiler, program, scratch, marks, starts: Cell::new(0) })
    }

    /// Whether there is output that could be taken away.
    pub(super) fn prints(&self) -> bool {
        !self.subject.normal.stdout.is_empty()
    }

    /// A file or folder of the bench by its name.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// A text without paths of this machine.
    fn plain(&self, text: &str) -> String {
        abbreviate(text, &[(self.scratch.path(), "$SCRATCH"), (self.around.cache.root(), "$CACHE")])
    }

    /// Has the C compiler build a file that anybody may read; what is wrong where it cannot.
    fn build<A: AsRef<OsStr>>(&self, name: &str, args: &[A]) -> Result<Result<(), String>> {
        let folder = self.compiler.parent().and_then(Path::to_str).unwrap_or_default();
        let temporary = self.scratch.path().display().to_string();
        let path = format!("{folder}:/usr/bin:/bin");
        let env = [("PATH", path.as_str()), ("LC_ALL", "C"), ("TMPDIR", temporary.as_str())];
        let command = Command::new(self.compiler, self.scratch.path())
            .args(["-w", "-fPIC", "-o", name])
            .args(args.iter().map(AsRef::as_ref))
            .env(env.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
            .limit(LIMIT);
        let wrong = |what: &str| {
            let what = what.lines().next().unwrap_or_default();
            Ok(Err(format!("the C compiler cannot build what would be injected: {}", self.plain(what))))
        };
        match command.run() {
            Ok(finished) if finished.well() => set_mode(&self.at(name), 0o755).map(Ok),
            Ok(finished) => wrong(&finished.complaint()),
            Err(CommandError::Interrupted(interrupted)) => Err(interrupted.into()),
            Err(error) => wrong(&error.to_string()),
        }
    }

    /// Builds the two objects; why not, where they cannot be built for this program, or run in none.
    pub(super) fn objects(&self) -> Result<Result<(), String>> {
        for (name, option) in [("mark.so", "-UINTERPOSE"), ("write.so", "-DINTERPOSE")] {
            if let Err(why) = self.build(name, &["-shared", option, "mark.c"])? {
                return Ok(Err(why));
            }
        }
        let path = self.at("mark.so");
        let read = || format!("cannot read {}", path.display());
        let built = elf::read(&fs::read(&path).with_context(read)?).with_context(read)?;
        let facts = &self.subject.facts;
        if (&built.machine, built.class) == (&facts.machine, facts.class) {
            return self.control();
        }
        let of = |facts: &elf::Facts| format!("{} of {} bits", facts.machine, facts.class);
        Ok(Err(format!("the C compiler builds for {}, and this is {}", of(&built), of(facts))))
    }

    /// A program of ours, which what is injected has to run in: only then does it tell something where it does not run.
    fn control(&self) -> Result<Result<(), String>> {
        if let Err(why) = self.build(SECURE, &["secure.c"])? {
            return Ok(Err(why));
        }
        let path = self.at(SECURE);
        let mut command = Command::new(&path, Path::new("/")).limit(LIMIT);
        let object = Handed::open(&self.at("mark.so"))?;
        let mark = self.inject(&mut command, "LD_PRELOAD", &object);
        let how = match command.run() {
            Ok(finished) => finished.end(),
            Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
            Err(CommandError::Start { source, .. }) => source.to_string(),
            Err(error) => error.to_string(),
        };
        let path = fs::canonicalize(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if seen_in(&mark, &path).0 {
            return Ok(Ok(()));
        }
        Ok(Err(format!(
            "what would be injected does not run in a program that the C compiler builds here either: {}",
            self.plain(&how)
        )))
    }

    /// Puts a stub under the name of the first library that the program needs by name into the folders `mark` and
    /// `write`, and gives that name. It needs the library itself by its path, and so passes on to it; where it is to
    /// take `write`'s place it needs the object that does before it. It has no function of its own, since loaders
    /// expect functions under a library's name to have the library's versions.
    pub(super) fn stand_in(&self) -> Result<Result<String, Lack>> {
        let needed = &self.subject.facts.linkage.needed;
        let Some(name) = needed.iter().find(|name| !name.contains('/') && !name.is_empty()) else {
            return Ok(Err((NOT_APPLICABLE, "it needs no library by a name".to_owned())));
        };
        let listed = measure::listed(&self.subject.path)?;
        let Some(library) = listed.as_ref().and_then(|(loader, all)| library(name, loader, all)) else {
            return Ok(Err((NOT_AVAILABLE, format!("its loader does not tell where {name} is"))));
        };
        // An empty object whose name is the library's path is what the stubs are linked to.
        let soname =
            [OsStr::new("-Xlinker"), OsStr::new("-soname"), OsStr::new("-Xlinker"), library.as_os_str()];
        let empty = ["-shared", "-nostdlib", "-x", "c", "/dev/null"].map(OsStr::new);
        if let Err(why) = self.build("dummy.so", &[&empty[..], &soname].concat())? {
            return Ok(Err((NOT_AVAILABLE, why)));
        }
        let write = self.at("write.so");
        let stub = ["-shared", "-nostdlib", "mark.c", "-Wl,--no-as-needed"].map(OsStr::new);
        for (folder, before) in [("mark", None), ("write", Some(write.as_os_str()))] {
            let args: Vec<&OsStr> = stub.into_iter().chain(before).chain([OsStr::new("dummy.so")]).collect();
            if let Err(why) = self.build(&format!("{folder}/{name}"), &args)? {
                return Ok(Err((NOT_AVAILABLE, why)));
            }
        }
        Ok(Ok(name.clone()))
    }

    /// Starts the program with a variable that names a file.
    pub(super) fn start(&self, variable: &str, file: &Handed) -> Result<Seen> {
        self.seen(self.subject.command(&self.subject.path, Path::new("/")), &self.program, variable, file)
    }

    /// As [`Bench::start`], but by an ordinary user from a copy, which raises rights or does not.
    pub(super) fn start_by_user(&self, raises: bool, variable: &str, file: &Handed) -> Result<Seen> {
        let (folder, mode) = if raises { ("raised", 0o4755) } else { ("plain", 0o755) };
        let path = self.at(folder).join(&self.subject.name);
        if !path.exists() {
            self.subject.copy(&path)?;
            set_mode(&path, mode)?;
        }
        let program = fs::canonicalize(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let copy = Handed::open(&path)?;
        let command = self.subject.command(Path::new(&copy.name()), Path::new("/")).apart(Apart::User(USER));
        self.seen(command, &program, variable, file)
    }

    /// How a start goes, and what it leaves of a program of which the kernel says that it is that file.
    fn seen(&self, mut command: Command, program: &Path, variable: &str, file: &Handed) -> Result<Seen> {
        let mark = self.inject(&mut command, variable, file);
        let went = match self.subject.went(&command)? {
            Went::Otherwise(how) => Went::Otherwise(self.plain(&how)),
            other => other,
        };
        let (ran, called) = seen_in(&mark, program);
        Ok(Seen { went, ran, called })
    }

    /// Sets a variable to a file, and gives the path of the mark that is left by what is in it.
    fn inject(&self, command: &mut Command, variable: &str, file: &Handed) -> PathBuf {
        let name = self.starts.replace(self.starts.get() + 1).to_string();
        command.env.insert(MARK.to_owned(), format!("{}/{name}", self.marks.name()));
        command.env.insert(variable.to_owned(), file.name());
        self.at("marks").join(name)
    }

    /// Whether a start can raise rights here, as a program tells that an ordinary user starts; why not.
    pub(super) fn can_raise(&self) -> Result<Result<(), String>> {
        let not =
            |why: &dyn std::fmt::Display| Ok(Err(format!("a start that raises rights fails here: {why}")));
        if !rustix::process::geteuid().is_root() {
            return Ok(Err(Apart::User(USER).lacking()));
        }
        let system =
            rustix::fs::statvfs(self.scratch.path()).context("cannot read the cache's file system")?;
        if system.f_flag.contains(StatVfsMountFlags::NOSUID) {
            return Ok(Err("the cache is on a file system that is mounted nosuid".to_owned()));
        }
        set_mode(&self.at(SECURE), 0o4755)?;
        let file = Handed::open(&self.at(SECURE))?;
        let command = Command::new(Path::new(&file.name()), Path::new("/")).limit(LIMIT);
        match command.apart(Apart::User(USER)).run() {
            Ok(finished) if finished.well() => Ok(Ok(())),
            Ok(finished) if finished.status == Some(1) => {
                Ok(Err("no start raises rights here (no_new_privs, or a user namespace)".to_owned()))
            }
            Ok(finished) => not(&finished.end()),
            Err(CommandError::Interrupted(interrupted)) => Err(interrupted.into()),
            Err(CommandError::Refused { lacking }) => Ok(Err(lacking)),
            Err(CommandError::Start { source, .. }) => not(&source),
            Err(error) => not(&error),
        }
    }
}

/// Where a library is, of those that a loader lists. musl's loader is its C library, whatever it is asked for by.
fn library<'a>(name: &str, loader: &'a Path, all: &'a [PathBuf]) -> Option<&'a Path> {
    let is_named = |path: &&PathBuf| path.file_name().is_some_and(|file| file == name);
    let is_musl = loader.file_name().is_some_and(|file| file.to_string_lossy().starts_with("ld-musl"));
    let itself = (is_musl && name.starts_with("libc.")).then_some(loader);
    all.iter().find(is_named).map(PathBuf::as_path).or(itself)
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    let set = fs::set_permissions(path, Permissions::from_mode(mode));
    set.with_context(|| format!("cannot set the permissions of {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_the_program_and_not_of_its_children() {
        let mark = "loaded /bin/parent\nloaded /bin/child\nwrite /bin/child\n";
        for (program, expected) in
            [("/bin/parent", (true, false)), ("/bin/child", (true, true)), ("/bin/chil", (false, false))]
        {
            assert_eq!(marked(mark, Path::new(program)), expected, "{program}");
        }
    }

    #[test]
    fn a_library_is_found_by_its_name_or_is_musl_itself() {
        let all = [PathBuf::from("/lib/libc.so.6"), PathBuf::from("/lib/ld.so")];
        let musl = Path::new("/lib/ld-musl-x86_64.so.1");
        let glibc = Path::new("/lib/ld.so");
        assert_eq!(library("libc.so.6", glibc, &all), Some(Path::new("/lib/libc.so.6")));
        assert_eq!(library("libc.so", glibc, &all), None);
        assert_eq!(library("libc.so", musl, &[]), Some(musl));
        assert_eq!(library("libz.so", musl, &[]), None);
    }
}
