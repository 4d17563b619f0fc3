//! Asking the `go` command: the graph of a package, and whether it compiles.
//!
//! It is asked in the environment that builds have, so that nothing of the user's bears on the answer; the network is
//! asked for modules alone, and only where these are not in the cache.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::cgo::{Obstacle, obstacles};
use super::graph::{FIELDS, Graph, GraphError};
use super::place::Place;
use crate::cache::Cache;
use crate::command::{Command, Finished};
use crate::hint::HintExt;
use crate::interrupt;
use crate::toolchain::{self, CCompiler, Folders, Toolchain, abbreviate, go_environment};

/// How long `go list` may take.
const LIST_LIMIT: Duration = Duration::from_secs(300);
/// The tags that choose Go's own resolver and look-up of users also where there is cgo.
pub const TAGS: [&str; 2] = ["netgo", "osusergo"];
/// What Go says of a module that is not in the cache and may not be fetched.
const NOT_FETCHED: &str = "GOPROXY=off";
/// What Go says where `go.sum` has no line for a module.
const NO_SUM: &str = "missing go.sum entry";
/// Lines that are kept of what a build says.
const LINES: usize = 4;

/// A way of asking: with or without cgo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cgo {
    /// `CGO_ENABLED=1`.
    On,
    /// `CGO_ENABLED=0`.
    Off,
    /// `CGO_ENABLED=1` and `-tags` with [`TAGS`].
    OnWithTags,
}

impl Cgo {
    /// The value of `CGO_ENABLED`.
    pub fn enabled(self) -> &'static str {
        if self == Self::Off { "0" } else { "1" }
    }

    /// `-tags`.
    pub fn tags(self) -> &'static [&'static str] {
        if self == Self::OnWithTags { &TAGS } else { &[] }
    }
}

/// The `go` command that is asked, and what it is asked with.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The toolchain.
    pub toolchain: &'a Toolchain,
    /// The C compiler, if there is one.
    pub c_compiler: Option<&'a CCompiler>,
    /// `GOOS/GOARCH`.
    pub target: &'a str,
    /// The folders that `go` works in.
    pub folders: &'a Folders,
    /// For scratch folders, and for modules.
    pub cache: &'a Cache,
    /// Whether modules may be fetched that are not in the cache.
    pub fetches: bool,
}

/// The graphs of one package.
#[derive(Clone, Debug)]
pub struct Graphs {
    /// With cgo.
    pub with: Graph,
    /// Without.
    pub without: Graph,
    /// With cgo and [`TAGS`].
    pub tagged: Graph,
}

/// Why there is no graph.
#[derive(Debug, thiserror::Error)]
pub enum NoGraph {
    /// There is no such package.
    #[error("{0}")]
    Missing(String),
    /// What it is built from is wrong, or not there.
    #[error("{0}")]
    Broken(String),
}

/// How a trial build went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// It compiles.
    Built,
    /// It does not; the package at which it ended, and what was said.
    Refused(String, String),
}

impl Asked<'_> {
    /// The graphs of a package. Fails with [`NoGraph`], and a hint, where there is nothing to say of it.
    pub fn graphs(&self, place: &Place) -> Result<Graphs> {
        let with = match self.checked(place) {
            Err(error) if self.fetches && needs_modules(&error) => {
                if let Some(dir) = &place.dir {
                    toolchain::fetch_modules(self.toolchain, dir, self.cache, interrupt::flag()).hint(
                        "it requires modules that have to be fetched once: try again with the network within \
                         reach, or run `go mod vendor` in it where that is",
                    )?;
                }
                self.checked(place)
            }
            other => other,
        };
        let with = with.or_else(|error| hinted(error, place))?;
        Ok(Graphs { with, without: self.list(place, Cgo::Off)?, tagged: self.list(place, Cgo::OnWithTags)? })
    }

    /// The graph with cgo, in which nothing may be wrong.
    fn checked(&self, place: &Place) -> Result<Graph> {
        let graph = self.list(place, Cgo::On)?;
        let root = graph.get(graph.root());
        let no_root = root.is_none_or(|root| !root.has_files() && root.ignored_go_files.is_empty());
        match obstacles(&graph).into_iter().next() {
            None => Ok(graph),
            Some(Obstacle { package, why, .. })
                if package == graph.root() && no_root && !why.contains(NO_SUM) =>
            {
                Err(NoGraph::Missing(self.shortened(&why)).into())
            }
            Some(Obstacle { package, chain, why }) => {
                let imported = match chain.len() {
                    0 | 1 => String::new(),
                    _ => format!(" (imported as {})", chain.join(" > ")),
                };
                Err(NoGraph::Broken(self.shortened(&format!("{package}{imported}: {why}"))).into())
            }
        }
    }

    fn list(&self, place: &Place, cgo: Cgo) -> Result<Graph> {
        let args = vec!["list".to_owned(), "-e".to_owned(), "-deps".to_owned(), format!("-json={FIELDS}")];
        let finished = self.run(place, cgo, args, LIST_LIMIT)?;
        if !finished.well() {
            return Err(NoGraph::Broken(self.shortened(&finished.complaint())).into());
        }
        Graph::parse(&finished.stdout).with_context(|| format!("go list of {}", place.words()))
    }

    /// Compiles the package, and links it where it is a command. What comes of it is thrown away.
    pub fn build(&self, place: &Place, cgo: Cgo) -> Result<Trial> {
        let scratch = self.cache.scratch()?;
        let made = scratch.path().join("made").display().to_string();
        let args = vec!["build".to_owned(), "-trimpath".to_owned(), "-o".to_owned(), made];
        let finished = self.run(place, cgo, args, Duration::from_secs(3600))?;
        if finished.well() {
            return Ok(Trial::Built);
        }
        let said = finished.complaint();
        let package = said.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&place.package);
        let lines: Vec<&str> =
            said.lines().filter(|line| !line.starts_with("# ") && !line.is_empty()).take(LINES).collect();
        let said = if lines.is_empty() { finished.end() } else { lines.join("\n") };
        Ok(Trial::Refused(package.to_owned(), self.shortened(&said)))
    }

    fn run(&self, place: &Place, cgo: Cgo, mut args: Vec<String>, limit: Duration) -> Result<Finished> {
        let scratch = self.cache.scratch()?;
        let dir = place.dir.as_deref().unwrap_or(scratch.path());
        args.push("-buildvcs=false".to_owned());
        if !cgo.tags().is_empty() {
            args.push(format!("-tags={}", cgo.tags().join(",")));
        }
        args.extend(["--".to_owned(), place.package.clone()]);
        Ok(Command::new(&self.go(), dir).args(args).env(self.environment(cgo)).limit(limit).run()?)
    }

    fn go(&self) -> PathBuf {
        self.toolchain.goroot.join("bin/go")
    }

    fn environment(&self, cgo: Cgo) -> BTreeMap<String, String> {
        let mut environment = go_environment(self.c_compiler, self.target, self.folders);
        environment.insert("CGO_ENABLED".to_owned(), cgo.enabled().to_owned());
        environment
    }

    /// Names for the folders of gopie's own that Go speaks of.
    fn shortened(&self, said: &str) -> String {
        let folders: [(&Path, &str); 2] =
            [(self.cache.root(), "$CACHE"), (self.toolchain.goroot.as_path(), "$GOROOT")];
        abbreviate(said.trim(), &folders)
    }
}

fn needs_modules(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        Some(NoGraph::Missing(said) | NoGraph::Broken(said)) => said.contains(NOT_FETCHED),
        None => false,
    }
}

/// Says where, and what to do about it.
fn hinted(error: anyhow::Error, place: &Place) -> Result<Graph> {
    let several = error.is::<GraphError>();
    let broken = error.downcast_ref::<NoGraph>().map(|error| match error {
        NoGraph::Missing(_) => None,
        NoGraph::Broken(said) => Some(advice(said)),
    });
    let error: Result<Graph> = Err(error.context(format!("cannot list {}", place.words())));
    match broken {
        None if several => error.usage("name one package"),
        None => error,
        Some(None) => error.usage(
            "name a folder with Go files in it, a package of the standard library, or one of a module that the \
             go.mod of the current folder requires",
        ),
        Some(Some(advice)) => error.hint(advice),
    }
}

/// What to do about a graph that is broken, by what Go says.
fn advice(said: &str) -> &'static str {
    const ADVICE: [(&str, &str); 5] = [
        ("requires go >=", "name a newer release with --go"),
        ("unknown directive", "name a newer release with --go, or mend the go.mod"),
        ("go mod tidy", "run `go mod tidy` in the module first"),
        ("no required module provides", "run `go mod tidy` in the module first"),
        (NO_SUM, "run `go mod tidy` in the module first"),
    ];
    let known = ADVICE.iter().find(|(words, _)| said.contains(words));
    known.map_or("mend that first: `go build` has to get so far too", |(_, advice)| advice)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_to_do_depends_on_what_go_says() {
        for (said, expected) in [
            ("go: go.mod requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local)", "--go"),
            ("no required module provides package a.example/b; to add it:\n\tgo get a.example/b", "tidy"),
            ("string literal not terminated", "go build"),
        ] {
            assert!(advice(said).contains(expected), "{said}: {}", advice(said));
        }
    }

    #[test]
    fn modules_are_fetched_only_where_that_is_what_is_wrong() {
        let missing: anyhow::Error =
            NoGraph::Missing("module lookup disabled by GOPROXY=off".to_owned()).into();
        assert!(needs_modules(&missing));
        assert!(!needs_modules(&NoGraph::Broken("string literal not terminated".to_owned()).into()));
        assert!(!needs_modules(&anyhow!("module lookup disabled by GOPROXY=off")));
    }
}
