//! Go's own toolchain switching: a Go that is here downloads another release, and checks it against the
//! checksum database.
//!
//! It goes into a scratch folder instead of the user's module cache. This is the one `go` command that is let
//! onto the network, with the user's proxy settings and no others of the user's.
//! Sources: <https://go.dev/doc/toolchain>; `src/cmd/go/internal/toolchain/select.go` of Go.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use duct::cmd;

use super::env::{Folders, go_environment};
use super::examine::{examine, release_at};
use super::find::{DOWNLOAD, QUESTION, Setting};
use super::{Origin, Toolchain, kept, version};
use crate::cache::unprotect;
use crate::process::answer;
use crate::target;

/// Settings that Go keeps: from the environment, the user's `go/env` file, or its own `go.env`.
const GO_SETTINGS: [&str; 7] =
    ["GOAUTH", "GOINSECURE", "GONOPROXY", "GONOSUMDB", "GOPRIVATE", "GOPROXY", "GOSUMDB"];
/// Settings that are in the environment or nowhere; `HOME` for `.netrc`, `PATH` for the helpers that they
/// name.
const NETWORK_SETTINGS: [&str; 13] = [
    "ALL_PROXY",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NETRC",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Makes the Go in a root switch to another release.
pub(super) fn switch(root: &Path, release: &str, setting: &Setting) -> Result<Toolchain> {
    let (_, here) = release_at(root, setting)?;
    if version::minor(&here).is_none_or(|minor| minor < 21) {
        bail!("{here} is too old for it, which came with go1.21");
    }
    let scratch = setting.cache.scratch()?;
    let modules = scratch.path().join("modules");
    let mut environment = network_environment(root, setting)?;
    let own = [
        ("GOFLAGS", OsString::from("-modcacherw")),
        ("GOMODCACHE", modules.clone().into()),
        ("GOTOOLCHAIN", release.into()),
        ("TMPDIR", scratch.path().into()),
    ];
    environment.extend(own.map(|(name, value)| (name.into(), value)));
    (setting.say)(&format!("fetching {release} by means of {here}"));
    let command = cmd!(root.join("bin/go"), "env", "GOROOT").full_env(environment).dir(scratch.path());
    let found = PathBuf::from(answer(&command, setting.limits(DOWNLOAD))?);
    if !found.starts_with(&modules) {
        // A command of that release's name was on PATH, and Go took that one.
        let toolchain = examine(&found, Origin::Switched, setting)?;
        ensure!(toolchain.release == release, "{} is {}", found.display(), toolchain.release);
        return Ok(toolchain);
    }
    // A write-protected folder cannot be moved.
    unprotect(&found).with_context(|| format!("cannot unprotect {}", found.display()))?;
    kept::keep(&found, Origin::Switched, release, setting)
}

pub(super) fn network_environment(root: &Path, setting: &Setting) -> Result<BTreeMap<OsString, OsString>> {
    let folders = Folders::open(setting.cache)?;
    let mut environment: BTreeMap<OsString, OsString> = go_environment(None, &target::host(), &folders)
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    // The user's own folder for settings is not written to, as Go does for telemetry.
    environment.insert("XDG_CONFIG_HOME".into(), Path::new(&folders.home).join(".config").into());
    for name in NETWORK_SETTINGS {
        if let Some(value) = setting.variable(name) {
            environment.insert(name.into(), value.clone());
        }
    }
    let mut asking = setting.environment.clone();
    asking.insert("GOTOOLCHAIN".into(), "local".into());
    let command = cmd(root.join("bin/go"), ["env", "-json"].iter().chain(&GO_SETTINGS)).full_env(asking);
    let text = answer(&command, setting.limits(QUESTION)).context("go env of the user's settings")?;
    let settings: BTreeMap<String, String> = serde_json::from_str(&text).context("go env -json")?;
    let settings = settings.into_iter().filter(|(_, value)| !value.is_empty());
    environment.extend(settings.map(|(name, value)| (name.into(), value.into())));
    Ok(environment)
}
