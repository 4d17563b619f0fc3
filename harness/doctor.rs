//! What this machine can and cannot measure, and why; each with what to do about it.

mod page_cache;
mod time;

use std::path::Path;

use crate::cache::Cache;
use crate::config;
use crate::interrupt;
use crate::machine::Machine;
use crate::toolchain;
use crate::ui::say;

/// How a finding bears on a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Well,
    /// A run works, with less in it or with more noise.
    Limits,
    /// No run is possible.
    Missing,
}

impl Verdict {
    /// The word that it is shown with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Limits => "limits",
            Self::Missing => "missing",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// How it bears on a run.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it; empty where there is nothing to do.
    pub hint: String,
}

fn finding(what: &'static str, well: bool, found: impl Into<String>, hint: &str) -> Finding {
    let verdict = if well { Verdict::Well } else { Verdict::Limits };
    let hint = if well { String::new() } else { hint.to_owned() };
    Finding { what, verdict, found: found.into(), hint }
}

/// Looks at everything that a run rests on.
pub fn examine(go: Option<&str>, cache: &Cache) -> Vec<Finding> {
    let machine = Machine::read(cache.root());
    let mut all = vec![
        go_finding(go, cache),
        c_finding(),
        match toolchain::strip() {
            Some(strip) => finding("strip", true, strip.version, ""),
            None => finding(
                "strip",
                false,
                "not on PATH",
                "install binutils; without it only unstripped artifacts are timed",
            ),
        },
        finding(
            "processors",
            machine.cpus > 1,
            format!("{} x {}", machine.cpus, machine.cpu),
            "on a single one the starts share it with everything else",
        ),
        pinning(),
        finding(
            "governor",
            ["none", "performance"].contains(&machine.governor.as_str()),
            machine.governor.clone(),
            "the frequency changes with the load; `performance` holds it",
        ),
        finding(
            "hypervisor",
            machine.hypervisor == "none seen",
            machine.hypervisor.clone(),
            "other guests may take time; steal is recorded with every block",
        ),
        aslr(&machine),
        finding(
            "file system",
            !machine.file_system.is_empty(),
            format!("{} holds the artifacts", machine.file_system),
            "which one holds the artifacts cannot be told",
        ),
        finding("c library", true, machine.libc.clone(), ""),
        finding("kernel", true, machine.kernel.clone(), ""),
        page_cache::in_memory(),
    ];
    all.extend(time::findings(&machine));
    all.extend(page_cache::findings(&machine, variants(cache)));
    all
}

/// How many variants a Go program is built in, copies for control among them: all of them are started.
fn variants(cache: &Cache) -> usize {
    let config = config::Config::embedded(cache);
    let of_go = |variant: &&config::Variant| variant.language == config::Language::Go;
    config.map_or(0, |config| config.variants.iter().filter(of_go).count())
}

/// The trimmed text of a file, empty where it cannot be read.
fn text(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn go_finding(go: Option<&str>, cache: &Cache) -> Finding {
    match toolchain::find(go, cache, &|text| say(&format!("note: {text}")), interrupt::flag()) {
        Ok(found) => {
            let own = format!("{} ({})", found.version, found.provenance());
            finding(
                "go",
                found.build == toolchain::Build::Release,
                own,
                "its binaries are not known to be the release's own",
            )
        }
        Err(error) => Finding {
            what: "go",
            verdict: Verdict::Missing,
            found: format!("{error:#}"),
            hint: crate::hint::hints(&error).join("; "),
        },
    }
}

fn c_finding() -> Finding {
    match toolchain::c_compiler() {
        Some(c) => finding("c compiler", true, format!("{}; {}", c.version, c.linker), ""),
        None => finding(
            "c compiler",
            false,
            "neither gcc nor clang nor cc is on PATH",
            "install gcc; without it what needs C is reported as unsupported",
        ),
    }
}

fn pinning() -> Finding {
    let tried =
        rustix::thread::sched_getaffinity(None).and_then(|all| rustix::thread::sched_setaffinity(None, &all));
    match tried {
        Ok(()) => finding("pinning", true, "permitted", ""),
        Err(error) => {
            finding("pinning", false, error.to_string(), "starts cannot be pinned to one processor")
        }
    }
}

fn aslr(machine: &Machine) -> Finding {
    let hint = "addresses are not as randomised as usual; `sysctl kernel.randomize_va_space` should be 2";
    finding(
        "randomisation",
        machine.address_randomisation == "2",
        machine.address_randomisation.clone(),
        hint,
    )
}
