//! What a build costs: its link step with everything else cached, or all of it with nothing cached.
//!
//! Times of the link step are Go's own, from the action graph. No part of Go tells peak memory, so that every
//! tool is run through gopie itself (`-toolexec`), which waits for it and writes down what it used: a child of
//! `go` would have `go`'s memory counted as its own.
//!
//! Source: `go help build`, `-toolexec`; cmd/go/internal/work, `-debug-actiongraph` (undocumented: `CmdReal`,
//! `CmdUser`, `CmdSys` in nanoseconds).

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use super::{Job, Paths, Setup, prepare, run_within};
use crate::plan::Case;
use crate::sys::usage;

/// The hidden command that runs a tool and writes down what it used.
pub const RECORD: &str = "record-usage";

/// What a build, or a step of one, took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Wall time.
    pub wall: Duration,
    /// CPU time of all its processes.
    pub cpu: Duration,
    /// Resident memory of its largest process at its peak, in bytes.
    pub peak: u64,
}

/// What one tool used, a line of JSON.
#[derive(Serialize, Deserialize)]
struct Used {
    tool: String,
    wall: Duration,
    cpu: Duration,
    peak: u64,
}

/// Runs a tool and adds what it used to a file; gives the tool's exit status.
pub fn record(file: &Path, program: &OsStr, args: &[OsString]) -> Result<u8> {
    let usage = usage::run(program, args).with_context(|| format!("cannot run {}", program.display()))?;
    // Go asks every tool for its version first.
    if args.first().is_none_or(|arg| arg != "-V=full") {
        let tool = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let used = Used { tool, wall: usage.wall, cpu: usage.cpu, peak: usage.peak };
        let line = format!("{}\n", serde_json::to_string(&used)?);
        let mut open = OpenOptions::new();
        let written =
            open.create(true).append(true).open(file).and_then(|mut file| file.write_all(line.as_bytes()));
        written.with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(u8::try_from(usage.status).unwrap_or(1))
}

/// What linking a case costs, its packages being in the build cache.
pub fn link_cost(setup: &Setup<'_>, case: &Case, gopie: &Path) -> Result<Cost> {
    let job = prepare(setup, case)?;
    let scratch = setup.cache.scratch()?;
    let (graph, used) = (scratch.path().join("graph.json"), scratch.path().join("used"));
    let extra = [
        format!("-debug-actiongraph={}", graph.display()),
        // Go takes it apart at white space, and understands quotes.
        format!("-toolexec='{}' {RECORD} '{}'", gopie.display(), used.display()),
    ];
    run(setup, &job, &[], &extra)?;
    let text = fs::read_to_string(&graph).with_context(|| format!("cannot read {}", graph.display()))?;
    let (wall, cpu) = link_step(&text)?;
    let peak = tools(&used)?.iter().filter(|used| used.tool == "link").map(|used| used.peak).max();
    Ok(Cost { wall, cpu, peak: peak.context("the linker was not run")? })
}

/// What building a case costs with an empty build cache.
pub fn whole_cost(setup: &Setup<'_>, case: &Case, gopie: &Path) -> Result<Cost> {
    let mut job = prepare(setup, case)?;
    let scratch = setup.cache.scratch()?;
    let used = scratch.path().join("used");
    job.recipe.env.insert("GOCACHE".to_owned(), scratch.path().join("build").display().to_string());
    let before = [gopie.as_os_str().to_owned(), RECORD.into(), used.as_os_str().to_owned()];
    run(setup, &job, &before, &[])?;
    let all = tools(&used)?;
    let Used { wall, cpu, peak, .. } = all.first().context("`go` was not run")?;
    Ok(Cost { wall: *wall, cpu: *cpu, peak: *peak })
}

/// Runs a build for its cost; what it says when it fails has no path of this machine in it.
fn run(setup: &Setup<'_>, job: &Job<'_>, before: &[OsString], extra: &[String]) -> Result<()> {
    let paths = Paths { tool: job.tool, cache: setup.cache, source: job.source.dir.as_deref() };
    let built = run_within(setup, job, before, extra);
    built.map(drop).map_err(|error| anyhow!(paths.shorten(&format!("{error:#}"))))
}

fn tools(file: &Path) -> Result<Vec<Used>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let all = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    all.with_context(|| format!("cannot understand {}", file.display()))
}

/// Wall and CPU time of the link step of an action graph.
fn link_step(graph: &str) -> Result<(Duration, Duration)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Action {
        mode: String,
        cmd_real: Option<u64>,
        #[serde(default)]
        cmd_user: u64,
        #[serde(default)]
        cmd_sys: u64,
    }
    let actions: Vec<Action> = serde_json::from_str(graph).context("cannot understand Go's action graph")?;
    let link = actions.iter().find_map(|action| {
        let real = action.cmd_real.filter(|_| action.mode == "link")?;
        Some((Duration::from_nanos(real), Duration::from_nanos(action.cmd_user + action.cmd_sys)))
    });
    link.context("Go's action graph has no link step that ran")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_step_is_found_in_the_action_graph() {
        let graph = r#"[
            {"ID": 0, "Mode": "link-install", "Package": "a", "Cmd": null},
            {"ID": 1, "Mode": "link", "Package": "a", "CmdReal": 1500000000, "CmdUser": 200000000, "CmdSys": 50000000},
            {"ID": 2, "Mode": "build", "Package": "a", "CmdReal": 7}
        ]"#;
        let times = link_step(graph).expect("is there");
        assert_eq!(times, (Duration::from_millis(1500), Duration::from_millis(250)));
        let cached = r#"[{"Mode": "link", "Package": "a"}]"#;
        assert!(link_step(cached).is_err() && link_step("{").is_err());
    }

    #[test]
    fn a_tool_is_recorded_with_its_exit_status_and_its_version_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("used");
        let run = |args: &[&str]| {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            record(&file, OsStr::new("/bin/sh"), &args).expect("runs")
        };
        assert_eq!((run(&["-c", "exit 3"]), run(&["-c", ":"])), (3, 0));
        // A shell knows no such option, but it is not written down.
        let _ = run(&["-V=full"]);
        let all = tools(&file).expect("reads");
        assert_eq!(all.iter().map(|used| used.tool.as_str()).collect::<Vec<_>>(), ["sh", "sh"]);
        assert!(all.iter().all(|used| used.peak > 0 && !used.wall.is_zero()));
    }
}
