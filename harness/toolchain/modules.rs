//! Fetching the modules that a program under test requires: besides switching, the one thing that goes onto the
//! network, through the user's own proxy settings.
//!
//! What is fetched is held against the `go.sum` beside the `go.mod`, by `go` itself, whether it comes from the
//! network or from the cache. What is no longer the same is refused.
//! Source: Go Modules Reference, "Authenticating modules" and "go mod download".

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use duct::cmd;

use super::Toolchain;
use super::find::{DOWNLOAD, Setting};
use super::pins::Pins;
use super::switch::network_environment;
use crate::cache::Cache;
use crate::process::capture;

/// What `go` says of a module that is not the one which `go.sum` names.
const MISMATCH: &str = "checksum mismatch";
/// Lines that are kept of what it says then, and of what it says where there is no network: one a module.
const LINES: (usize, usize) = (12, 4);

/// The modules that a program requires could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotFetched(String);

impl NotFetched {
    /// An error of [`fetch_modules`], as far as there is more to say of it than its text.
    pub fn of(error: &anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }

    /// Whether there was something else in a module's place than what its checksum stands for.
    pub fn is_mismatch(&self) -> bool {
        self.0.contains(MISMATCH)
    }
}

/// Fetches what the module in a folder requires, into the cache's module folder.
pub fn fetch_modules(
    toolchain: &Toolchain,
    folder: &Path,
    cache: &Cache,
    interrupted: &AtomicBool,
) -> Result<()> {
    let pins = Pins::carried()?;
    let environment = env::vars_os().collect();
    let setting = Setting { cache, pins: &pins, environment, say: &|_| (), interrupted };
    let mut environment = network_environment(&toolchain.goroot, &setting)?;
    let proxies =
        environment.get(OsStr::new("GOPROXY")).map(|proxies| proxies.to_string_lossy().into_owned());
    // What is write-protected cannot be deleted with the rest of the cache.
    environment.insert("GOFLAGS".into(), OsString::from("-modcacherw"));
    let download = cmd!(toolchain.goroot.join("bin/go"), "mod", "download").full_env(environment).dir(folder);
    let context = || format!("cannot fetch the modules of {}", folder.display());
    let output = capture(&download, setting.limits(DOWNLOAD)).with_context(context)?;
    if output.status.success() {
        return Ok(());
    }
    let said = match words(&String::from_utf8_lossy(&output.stderr)) {
        said if said.is_empty() => output.status.to_string(),
        said => said,
    };
    Err(NotFetched(without_hosts(&said, &proxies.unwrap_or_default()))).with_context(context)
}

/// Writes `$GOPROXY` for the addresses of the user's proxies, which are nobody else's business.
fn without_hosts(said: &str, proxies: &str) -> String {
    let mut said = said.to_owned();
    for proxy in proxies.split([',', '|']).map(str::trim) {
        let Some((scheme, rest)) = proxy.trim_end_matches('/').split_once("://") else { continue };
        let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        // Go writes `xxxxx` for a password.
        let (name, _) = user.split_once(':').unwrap_or((user, ""));
        let host = place.split(['/', ':']).next().unwrap_or(place);
        for address in [
            format!("{scheme}://{rest}"),
            format!("{scheme}://{name}:xxxxx@{place}"),
            format!("{scheme}://{place}"),
            host.to_owned(),
        ] {
            if !address.is_empty() {
                said = said.replace(&address, "$GOPROXY");
            }
        }
    }
    said
}

/// What `go` said, less its progress: from a mismatch on where there is one, else its first words.
fn words(stderr: &str) -> String {
    let lines: Vec<&str> =
        stderr.lines().map(str::trim_end).filter(|line| !line.starts_with("go: downloading ")).collect();
    let (begin, most) = match lines.iter().position(|line| line.contains(MISMATCH)) {
        Some(line) => (line, LINES.0),
        None => (0, LINES.1),
    };
    let left = lines.len().saturating_sub(begin + most);
    let mut said = lines.iter().skip(begin).take(most).copied().collect::<Vec<_>>().join("\n");
    if left > 0 {
        // Writing to a String cannot fail.
        let _ = write!(said, "\n[{left} more lines]");
    }
    said.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_left_out_and_a_mismatch_comes_first() {
        let many = "go: downloading a.example v1.0.0\nno 1\nno 2\nno 3\nno 4\nno 5\nno 6\n";
        assert_eq!(words(many), "no 1\nno 2\nno 3\nno 4\n[2 more lines]");
        let forged = format!("{many}verifying b.example@v1.0.0: checksum mismatch\n\tdownloaded: h1:x=\n");
        assert_eq!(words(&forged), "verifying b.example@v1.0.0: checksum mismatch\n\tdownloaded: h1:x=");
        assert_eq!(words("go: downloading a.example v1.0.0\n"), "");
    }

    #[test]
    fn the_users_proxy_is_not_told() {
        let proxies = "https://me:secret@proxy.example:8080/go/,direct|file:///srv/proxy";
        for (said, expected) in [
            (
                "reading https://me:xxxxx@proxy.example:8080/go/x/@v/list: 403",
                "reading $GOPROXY/x/@v/list: 403",
            ),
            ("dial tcp: lookup proxy.example: no such host", "dial tcp: lookup $GOPROXY: no such host"),
            ("reading file:///srv/proxy/x/@v/list: no such file", "reading $GOPROXY/x/@v/list: no such file"),
            ("x@v1.0.0: unrecognized import path", "x@v1.0.0: unrecognized import path"),
        ] {
            assert_eq!(without_hosts(said, proxies), expected);
        }
        assert_eq!(
            without_hosts("module lookup disabled by GOPROXY=off", "off"),
            "module lookup disabled by GOPROXY=off"
        );
    }
}
