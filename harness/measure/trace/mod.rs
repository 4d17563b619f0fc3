//! What happens in a start, as tracing shows it: the loader's own statistics, the Go runtime's own trace of
//! package inits, and how far a start has got by CPU time and page faults when it comes to known places.
//!
//! Each start is traced in one way alone. All of it perturbs what it looks at, so that nothing here is
//! compared or has an interval; the contrasts of untraced starts are for [`super::sitting`].

mod counters;
mod entry;
mod said;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use self::entry::Way;
use super::Arm;
use crate::command::{Command, CommandError};
use crate::elf;

/// How much a start may print.
const MOST_SAID: u64 = 1 << 20;

/// The ways of tracing, in the order in which they are told.
pub const TOOLS: [&str; 4] = ["ld-debug", "inittrace", "exec-to-entry", "counters"];

/// One number of one traced start.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What told it.
    pub tool: &'static str,
    /// What it is of: a line of the loader's, a package, or a place.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// It.
    pub value: f64,
}

impl Reading {
    fn new(tool: &'static str, key: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self { tool, key: key.into(), unit, value }
    }
}

/// Why a way of tracing tells nothing of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nothing {
    /// Which way.
    pub tool: &'static str,
    /// `not-applicable`, `not-available` or `failed`.
    pub word: &'static str,
    /// In full.
    pub why: String,
}

impl Nothing {
    fn new(tool: &'static str, word: &'static str, why: impl Into<String>) -> Self {
        Self { tool, word, why: why.into() }
    }
}

/// A program that is traced, on the CPUs of the calling thread.
#[derive(Debug)]
pub struct Subject<'a> {
    arm: Arm<'a>,
    /// The status it should end with.
    status: i32,
    limit: Duration,
    loader: Option<String>,
    go: bool,
    way: Way,
    /// What has told nothing, and is not asked again.
    nothing: Vec<Nothing>,
}

impl<'a> Subject<'a> {
    /// Reads from the artifact's bytes what can be traced of it.
    pub fn new(arm: Arm<'a>, bytes: &[u8], status: i32, limit: Duration) -> Result<Self> {
        let what = || format!("cannot read {}", arm.program.display());
        let facts = elf::read(bytes).with_context(what)?;
        let way = Way::of(bytes).with_context(what)?;
        let (loader, go) = (facts.linkage.interpreter, facts.go.is_some());
        Ok(Self { arm, status, limit, loader, go, way, nothing: Vec::new() })
    }

    /// What told nothing so far, and why.
    pub fn nothing(&self) -> &[Nothing] {
        &self.nothing
    }

    /// Starts it once in each way; `number` tells the start, from 0.
    pub fn trace(&mut self, number: u32) -> Result<Vec<Reading>> {
        let mut all = Vec::new();
        for tool in &TOOLS[..3] {
            if self.nothing.iter().any(|nothing| nothing.tool == *tool) {
                continue;
            }
            let told = match *tool {
                "ld-debug" => self.ask_the_loader()?,
                "inittrace" => self.ask_the_runtime()?,
                _ => self.look(number),
            };
            match told {
                Ok(readings) => all.extend(readings),
                Err(nothing) => self.nothing.push(nothing),
            }
        }
        Ok(all)
    }

    fn ask_the_loader(&self) -> Result<Result<Vec<Reading>, Nothing>> {
        let nothing = |word, why: &str| Ok(Err(Nothing::new("ld-debug", word, why)));
        let Some(loader) = &self.loader else { return nothing("not-applicable", "it has no loader") };
        if loader.contains("musl") {
            return nothing("not-available", "the loader is musl's, which does not tell; glibc's does");
        }
        let said = match self.ask("LD_DEBUG", "statistics")? {
            Ok(said) => said,
            Err(why) => return nothing("failed", &why),
        };
        let readings = said::loader(&said);
        if readings.is_empty() {
            return nothing("not-available", "the loader printed no statistics that are understood");
        }
        Ok(Ok(readings))
    }

    fn ask_the_runtime(&self) -> Result<Result<Vec<Reading>, Nothing>> {
        let nothing = |word, why: &str| Ok(Err(Nothing::new("inittrace", word, why)));
        if !self.go {
            return nothing("not-applicable", "it is no Go program");
        }
        let said = match self.ask("GODEBUG", "inittrace=1")? {
            Ok(said) => said,
            Err(why) => return nothing("failed", &why),
        };
        let readings = said::inits(&said);
        if readings.is_empty() {
            return nothing("not-available", "the Go runtime printed no inits; it does since Go 1.16");
        }
        Ok(Ok(readings))
    }

    /// What it prints on standard error with one more variable in its environment, or what is wrong.
    fn ask(&self, name: &str, value: &str) -> Result<Result<String, String>> {
        let mut env: BTreeMap<String, String> = self.arm.env.iter().cloned().collect();
        env.insert(name.to_owned(), value.to_owned());
        let dir = self.arm.program.parent().unwrap_or(Path::new("/"));
        let mut command = Command::new(self.arm.program, dir).args(self.arm.args).env(env).limit(self.limit);
        command.most_output = MOST_SAID;
        match command.run() {
            Ok(done) if done.status == Some(self.status) => Ok(Ok(done.complaint())),
            Ok(done) => Ok(Err(format!("with {name}={value}: {}", done.end()))),
            Err(CommandError::Interrupted(interrupted)) => Err(interrupted.into()),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn look(&mut self, number: u32) -> Result<Vec<Reading>, Nothing> {
        // Of the counters one is asked a start: a processor counts few at once.
        let counters = self.nothing.iter().all(|nothing| nothing.tool != "counters");
        let (readings, uncounted) =
            self.way.look(self.arm, self.limit, counters.then_some(number as usize))?;
        self.nothing.extend(uncounted);
        Ok(readings)
    }
}

#[cfg(test)]
mod tests;
