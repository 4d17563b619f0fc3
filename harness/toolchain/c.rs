//! The C compiler, its linker, and `strip`: what they are, if they are there.
//!
//! Sources: `gcc(1)`, `ld(1)`; the order is that of the names which Go's own `make.bash` and users try.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use duct::cmd;

use super::CCompiler;
use crate::command::Command;
use crate::process::{Limits, answer};
use crate::{digest, machine};

const COMPILERS: [&str; 3] = ["gcc", "clang", "cc"];
/// Programs that go by a compiler's name and run another one: what they are says nothing of what it is.
const WRAPPERS: [&str; 5] = ["ccache", "distcc", "icecc", "icerun", "sccache"];
const TIME: Duration = Duration::from_secs(30);
static NEVER: AtomicBool = AtomicBool::new(false);

/// The first C compiler on `PATH` that answers.
pub fn c_compiler() -> Option<CCompiler> {
    c_compiler_on(&env::var_os("PATH")?)
}

/// The C compilers of those names on `PATH`, each once, with the C library that each links to. A name that nothing
/// there has is left out.
pub fn c_compilers_named<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<CCompiler> {
    let Some(path) = env::var_os("PATH") else { return Vec::new() };
    let names: BTreeSet<&str> = names.into_iter().collect();
    names.into_iter().filter_map(|name| named(name, &path)).collect()
}

fn named(name: &str, path: &OsStr) -> Option<CCompiler> {
    let place = which::which_in(name, Some(path), "/").ok()?;
    let mut found = describe(name, place, path)?;
    found.loader = loader(&found.path, path).unwrap_or_default();
    let libc = machine::libc_of(Path::new(&found.loader));
    found.libc = libc.unwrap_or_else(|| "unknown".to_owned());
    Some(found)
}

/// The loader that a compiler has its linker name: it says what it would run, and runs nothing.
fn loader(compiler: &Path, path: &OsStr) -> Option<String> {
    let environment = [("PATH", path.to_str()?), ("LC_ALL", "C")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut asked = Command::new(compiler, Path::new("/"))
        .args(["-###", "-x", "c", "/dev/null", "-o", "/dev/null"])
        .env(environment);
    asked.limit = TIME;
    let said = asked.run().ok()?.complaint();
    let mut words = said.split_whitespace().map(|word| word.trim_matches('"'));
    words.find(|word| ["-dynamic-linker", "--dynamic-linker"].contains(word))?;
    words.next().map(str::to_owned)
}

/// `strip`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// First line of what it says to `--version`.
    pub version: String,
    /// Its path.
    pub path: PathBuf,
}

/// The first `strip` on `PATH`.
pub fn strip() -> Option<Strip> {
    let places = env::var_os("PATH")?;
    let path = which::which_in("strip", Some(&places), "/").ok()?;
    Some(Strip { version: first_line(&path, "--version", &places)?, path })
}

fn c_compiler_on(path: &OsStr) -> Option<CCompiler> {
    let named = |command: &'static str| {
        let found = which::which_in_all(command, Some(path), "/").ok().into_iter().flatten();
        found.map(move |place| (command, place))
    };
    COMPILERS.into_iter().flat_map(named).find_map(|(command, place)| describe(command, place, path))
}

pub(super) fn describe(command: &str, place: PathBuf, path: &OsStr) -> Option<CCompiler> {
    let executable = place.canonicalize().ok()?;
    if WRAPPERS.iter().any(|wrapper| executable.file_name().is_some_and(|name| name == *wrapper)) {
        return None;
    }
    Some(CCompiler {
        command: command.to_owned(),
        version: first_line(&place, "--version", path)?,
        linker: first_line(&place, "-Wl,--version", path).unwrap_or_else(|| "unknown".to_owned()),
        sha256: digest::of_file(&executable).ok()?,
        libc: String::new(),
        loader: String::new(),
        path: place,
    })
}

pub(super) fn first_line(program: &Path, option: &str, path: &OsStr) -> Option<String> {
    let environment: [(&str, OsString); 2] = [("PATH", path.to_owned()), ("LC_ALL", "C".into())];
    let command = cmd!(program, option).full_env(environment);
    let text = answer(&command, Limits { time: TIME, interrupted: &NEVER }).ok()?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::toolchain::testing::script;

    #[test]
    fn gcc_comes_first_and_a_broken_one_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let (broken, good) = (folder.path().join("broken"), folder.path().join("good"));
        script(&broken.join("gcc"), "exit 1");
        script(&broken.join("cc"), "echo a cc");
        script(
            &good.join("clang"),
            "[ $1 = --version ] && echo clang version 99 && exit; echo LLD 99; echo more",
        );
        let path = env::join_paths([&broken, &good]).expect("a path");
        let found = c_compiler_on(&path).expect("is found");
        assert_eq!((found.command.as_str(), found.version.as_str()), ("clang", "clang version 99"));
        assert_eq!(found.linker, "LLD 99");
        assert_eq!(found.path, good.join("clang"));
        assert_eq!(found.sha256, digest::of_file(&found.path).expect("reads"));
    }

    #[test]
    fn a_compiler_cache_is_not_the_compiler() {
        let folder = tempfile::tempdir().expect("a folder");
        let (wrapped, real) = (folder.path().join("wrapped"), folder.path().join("real"));
        script(&wrapped.join("ccache"), "echo ccache 4");
        symlink("ccache", wrapped.join("gcc")).expect("a link");
        script(&real.join("gcc"), "echo gcc 12");
        let path = env::join_paths([&wrapped, &real]).expect("a path");
        assert_eq!(c_compiler_on(&path).map(|found| found.version).as_deref(), Some("gcc 12"));
        assert_eq!(c_compiler_on(wrapped.as_os_str()), None);
    }

    #[test]
    fn a_compiler_asked_for_by_name_tells_of_its_loader_and_libc() {
        let folder = tempfile::tempdir().expect("a folder");
        let ld = folder.path().join("ld-musl-x86_64.so.1");
        script(&ld, "echo 'musl libc (x86_64)' >&2; echo Version 1.2.3 >&2; exit 1");
        let text = format!(
            "case $1 in --version) echo gcc 12;; -Wl,--version) echo GNU ld 2;; \
             -'###') echo ' \"collect2\" \"-dynamic-linker\" \"{}\" \"-o\"' >&2;; esac",
            ld.display()
        );
        script(&folder.path().join("musl-gcc"), &text);
        script(&folder.path().join("dumb-cc"), "echo a compiler");
        let path = folder.path().as_os_str();
        let found = named("musl-gcc", path).expect("is found");
        assert_eq!((found.libc.as_str(), Path::new(&found.loader)), ("musl 1.2.3", ld.as_path()));
        assert_eq!((found.command.as_str(), found.version.as_str()), ("musl-gcc", "gcc 12"));
        let found = named("dumb-cc", path).expect("is found");
        assert_eq!((found.libc.as_str(), found.loader.as_str()), ("unknown", ""));
        assert_eq!(named("absent-cc", path), None);
    }

    #[test]
    fn the_id_is_command_and_version() {
        let id = |command: &str, version: &str| {
            let (command, version) = (command.to_owned(), version.to_owned());
            let none = String::new;
            let (linker, sha256, libc, loader) = (none(), none(), none(), none());
            CCompiler { command, version, linker, sha256, libc, loader, path: PathBuf::new() }.id()
        };
        assert_eq!(id("gcc", "gcc (Debian 12.2.0-14+deb12u1) 12.2.0"), "gcc-12.2.0");
        assert_eq!(id("clang", "Debian clang version 14.0.6"), "clang-14.0.6");
        assert_eq!(id("cc", "a compiler of 2020"), "cc");
    }

    #[test]
    fn nothing_where_there_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(c_compiler_on(folder.path().as_os_str()), None);
    }
}
