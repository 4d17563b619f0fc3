//! Experiments on an artifact that are neither read from its bytes nor timed: one file an experiment.
//!
//! Each starts the artifact in some way that shows something, and tells what it found as [`Found`]. What an
//! experiment lacks on this machine it says, and the others go on. Whatever is set is set in the child alone, and
//! every file is in a scratch folder of the cache: nothing is left behind, also where gopie is killed.

mod addresses;
mod foreign;
mod injection;
mod maps;
mod metadata;
mod names;
mod objects;
mod response;
mod roots;
mod sandbox;
mod writable;

pub use maps::REGIONS;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use goblin::elf::header;

use crate::answers::Work;
use crate::build::store;
use crate::cache::Cache;
use crate::command::{Command, CommandError, Finished};
use crate::config::RunKind;
use crate::elf::{self, Facts};
use crate::hint::HintExt;

/// How long one start may take.
const LIMIT: Duration = Duration::from_secs(20);
/// What to do where a program does not end well.
const ADVICE: &str = "give it arguments with which it ends by itself, after --";
/// How much it may print.
const MOST_SAID: u64 = 64 << 20;

/// An experiment.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub what: &'static str,
    /// The smallest run that has it.
    runs: RunKind,
    /// The smallest run that asks it of every program; the others ask it of those that a quick run has.
    each: Option<RunKind>,
    /// Whether it is also asked of the first program as other releases build it, and of reference programs.
    pub widely: bool,
    /// Whether it can be asked of 32-bit programs where gopie is none.
    any_class: bool,
    run: fn(&Subject, &Around<'_>) -> Result<Told>,
}

/// All of them, in the order in which they are told.
pub const PROBES: [Probe; 9] = [
    Probe {
        name: "empty-root",
        what: "what it needs of the system to start: alone, with its loader, with its libraries",
        runs: RunKind::Quick,
        each: Some(RunKind::Quick),
        widely: false,
        any_class: true,
        run: roots::probe,
    },
    Probe {
        name: "addresses",
        what: "where things lie over many starts, and what one address tells of others",
        runs: RunKind::Default,
        each: None,
        widely: true,
        any_class: false,
        run: addresses::probe,
    },
    Probe {
        name: "writable-memory",
        what: "what can be written at its end, and which words of it point to code",
        runs: RunKind::Quick,
        each: Some(RunKind::Quick),
        widely: false,
        any_class: false,
        run: writable::probe,
    },
    Probe {
        name: "foreign-code",
        what: "code of others in it at its end, and what runs before its entry point",
        runs: RunKind::Quick,
        each: Some(RunKind::Quick),
        widely: false,
        any_class: true,
        run: foreign::probe,
    },
    Probe {
        name: "injection",
        what: "what LD_PRELOAD, LD_AUDIT and LD_LIBRARY_PATH achieve, and what raised rights stop",
        runs: RunKind::Default,
        each: Some(RunKind::Full),
        widely: false,
        any_class: true,
        run: injection::probe,
    },
    Probe {
        name: "sandbox",
        what: "system calls and files of its work, whether it works with no others, and without each",
        runs: RunKind::Default,
        each: None,
        widely: false,
        any_class: false,
        run: sandbox::probe,
    },
    Probe {
        name: "names",
        what: "whether it finds a user and a host that only the system's name service knows",
        runs: RunKind::Default,
        each: Some(RunKind::Default),
        widely: false,
        any_class: true,
        run: names::probe,
    },
    Probe {
        name: "metadata",
        what: "what a distribution reads off it: build id, debug data, checkers, Go's FIPS mode",
        runs: RunKind::Default,
        each: Some(RunKind::Full),
        widely: false,
        any_class: true,
        run: metadata::probe,
    },
    Probe {
        name: "response",
        what: "who changes it for a flaw in what it rests on: whoever rebuilds it, or updates a package",
        runs: RunKind::Quick,
        each: Some(RunKind::Quick),
        widely: false,
        any_class: true,
        run: response::probe,
    },
];

/// What is probed: a program with a command that does something and ends.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The file.
    pub path: PathBuf,
    /// The name that it is started by.
    pub name: String,
    /// Arguments after its name.
    pub args: Vec<String>,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// Another command, of what it is for, where it has one, and the folder that this is started in.
    pub work: Option<(Work, PathBuf)>,
    /// What it reads; nothing where absent.
    stdin: Option<PathBuf>,
    /// The folder that it is started in, where an experiment needs no other.
    dir: PathBuf,
    /// The file as it was linked, where this one was stripped and that is at hand.
    pub linked: Option<PathBuf>,
    /// What it is.
    pub facts: Facts,
    /// What it does where nothing keeps it from anything.
    normal: Normal,
}

#[derive(Clone, Debug)]
struct Normal {
    status: Option<i32>,
    stdout: Vec<u8>,
}

/// What an experiment may use.
#[derive(Clone, Debug)]
pub struct Around<'a> {
    /// For scratch folders.
    pub cache: &'a Cache,
    /// The path of a C compiler.
    pub c_compiler: Option<&'a Path>,
    /// Whether there is time for the long form.
    pub long: bool,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What.
    pub key: String,
    /// `bool`, `count`, `bytes`, `bits`, `probability` or `text`.
    pub unit: &'static str,
    /// The value, where it is a number.
    pub number: Option<f64>,
    /// The value, where it is a text; else what there is to say of it.
    pub text: String,
}

impl Found {
    fn number(key: impl Into<String>, unit: &'static str, number: f64) -> Self {
        Self { key: key.into(), unit, number: Some(number), text: String::new() }
    }

    fn count(key: impl Into<String>, number: usize) -> Self {
        Self::number(key, "count", number as f64)
    }

    fn bool(key: impl Into<String>, yes: bool, text: impl Into<String>) -> Self {
        Self { key: key.into(), unit: "bool", number: Some(f64::from(u8::from(yes))), text: text.into() }
    }

    fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), unit: "text", number: None, text: text.into() }
    }
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Which question; empty where it is all of them.
    pub key: String,
    /// `not-applicable`, `not-available` or `failed`.
    pub word: &'static str,
    /// In full.
    pub why: String,
}

/// What an experiment tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// What it found.
    pub found: Vec<Found>,
    /// What it did not.
    pub lacking: Vec<Lacking>,
}

impl Told {
    fn lack(&mut self, key: impl Into<String>, word: &'static str, why: impl Into<String>) {
        self.lacking.push(Lacking { key: key.into(), word, why: why.into() });
    }

    /// Of an experiment that went wrong.
    pub fn failed(error: &anyhow::Error) -> Self {
        Self::nothing(FAILED, format!("{error:#}"))
    }

    fn nothing(word: &'static str, why: impl Into<String>) -> Self {
        let mut told = Self::default();
        told.lack("", word, why);
        told
    }
}

const NOT_APPLICABLE: &str = "not-applicable";
const NOT_AVAILABLE: &str = "not-available";
const FAILED: &str = "failed";

/// How a start under some condition went.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Went {
    /// As ever: the same status, and the same output.
    Well,
    /// Otherwise; how, in words.
    Otherwise(String),
    /// This machine does not permit the condition.
    Lacking(String),
}

impl Probe {
    /// The experiment of that name.
    pub fn named(name: &str) -> Option<Self> {
        PROBES.into_iter().find(|probe| probe.name == name)
    }

    /// Whether a run of that kind asks it of a program that is part of such runs.
    pub fn is_asked(&self, program: RunKind, run: RunKind) -> bool {
        run >= self.runs && (program == RunKind::Quick || self.each.is_some_and(|each| run >= each))
    }

    /// Does it.
    pub fn run(&self, subject: &Subject, around: &Around<'_>) -> Result<Told> {
        if !self.any_class && u32::from(subject.facts.class) != usize::BITS {
            return Ok(Told::nothing(NOT_AVAILABLE, "it is a 32-bit program, and this gopie is none"));
        }
        (self.run)(subject, around).with_context(|| format!("{} of {}", self.name, subject.path.display()))
    }
}

impl Subject {
    /// Reads the file, and starts it once to see what it does.
    pub fn new(path: &Path, name: &str, args: Vec<String>, env: BTreeMap<String, String>) -> Result<Self> {
        let read = || format!("cannot read {}", path.display());
        if !fs::metadata(path).with_context(read)?.is_file() {
            return Err(anyhow!("{} is no file that could be started", path.display()));
        }
        let bytes = fs::read(path).with_context(read)?;
        let facts = elf::read(&bytes).with_context(read)?;
        if let Some(own) = machine_of_gopie()
            && !runs_on(machine(&bytes), own)
        {
            // What the kernel cannot execute a shell would take for a script.
            return Err(anyhow!("{} is for another processor: {}", path.display(), facts.machine))
                .hint("probes start it: ask them on a machine of its kind");
        }
        let normal = Normal { status: None, stdout: Vec::new() };
        let (path, name, dir) = (path.to_owned(), name.to_owned(), PathBuf::from("/"));
        Self { path, name, args, env, work: None, stdin: None, dir, linked: None, facts, normal }.seen()
    }

    /// Starts it once to see what it does.
    fn seen(mut self) -> Result<Self> {
        let finished = match self.start().run() {
            Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
            other => other.hint(ADVICE)?,
        };
        if finished.status.is_none() {
            return Err(anyhow!("{}: {}", self.path.display(), finished.end())).hint(ADVICE);
        }
        self.normal = Normal { status: finished.status, stdout: finished.stdout };
        Ok(self)
    }

    /// It at what it is for, where it has a command for that; what it does then is seen anew.
    fn at_work(&self) -> Result<Option<Self>> {
        let Some((work, dir)) = self.work.clone() else { return Ok(None) };
        let Work { args, env, stdin } = work;
        Self { args, env, stdin, dir, work: None, ..self.clone() }.seen().map(Some)
    }

    /// A fresh copy of its file.
    fn copy(&self, to: &Path) -> Result<()> {
        let file = File::open(&self.path).with_context(|| format!("cannot read {}", self.path.display()));
        store::write(to, &mut file?)
    }

    /// Its command, with that path for the file.
    fn command(&self, path: &Path, dir: &Path) -> Command {
        let mut command = Command::new(path, dir).args(&self.args).env(self.env.clone()).limit(LIMIT);
        command.most_output = MOST_SAID;
        command.stdin.clone_from(&self.stdin);
        command
    }

    /// Its command, started where it lies.
    fn start(&self) -> Command {
        self.command(&self.path, &self.dir)
    }

    /// How a start went, beside what it does where nothing keeps it from anything.
    fn went(&self, command: &Command) -> Result<Went> {
        Ok(match command.run() {
            Ok(finished) => self.compared(&finished),
            Err(CommandError::Refused { lacking }) => Went::Lacking(lacking),
            Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
            Err(CommandError::Start { source, .. }) => {
                Went::Otherwise(format!("cannot be started: {source}"))
            }
            Err(error) => Went::Otherwise(error.to_string()),
        })
    }

    fn compared(&self, finished: &Finished) -> Went {
        if finished.status != self.normal.status {
            let said = finished.complaint();
            let said = without_addresses(said.lines().next().unwrap_or_default());
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Went::Otherwise(format!("{}{said}", finished.end()));
        }
        if finished.stdout == self.normal.stdout {
            Went::Well
        } else {
            Went::Otherwise("printed something else".to_owned())
        }
    }

    /// The loader that it names.
    fn interpreter(&self) -> Option<&str> {
        self.facts.linkage.interpreter.as_deref()
    }
}

/// `e_machine` of an ELF file, in its own byte order.
fn machine(file: &[u8]) -> u16 {
    let Some(&[first, second]) = file.get(18..20) else { return 0 };
    // EI_DATA: 2 is big-endian.
    if file.get(5) == Some(&2) {
        u16::from_be_bytes([first, second])
    } else {
        u16::from_le_bytes([first, second])
    }
}

fn machine_of_gopie() -> Option<u16> {
    let mut head = [0; 20];
    File::open("/proc/self/exe").and_then(|mut file| file.read_exact(&mut head)).ok()?;
    Some(machine(&head))
}

/// Whether programs for a machine run where those for another do: these are the same, or its 32-bit kin.
fn runs_on(machine: u16, own: u16) -> bool {
    machine == own
        || matches!(
            (machine, own),
            (header::EM_386, header::EM_X86_64) | (header::EM_ARM, header::EM_AARCH64)
        )
}

/// A line in which numbers that differ from start to start are left out.
fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told.push_str("0x...");
        told.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    told
}

#[cfg(test)]
mod tests;
