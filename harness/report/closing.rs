//! The noise floor, what was not measured, the machine, and how to do it again.

use std::collections::HashSet;

use serde::Serialize;

use super::markdown::{Table, code_block, shell_block};
use crate::claims::{Effect, Floor, Seen, TIMES, measure_words, words};
use crate::config::PROPOSAL;
use crate::results::{ArtifactRow, Index, Status};

/// The noise floor.
#[derive(Debug, Serialize)]
pub(super) struct Noise {
    pub(super) table: Option<String>,
    /// Controls whose interval leaves out no effect: the intervals are then too narrow.
    pub(super) differing: Vec<String>,
}

pub(super) fn noise(index: &Index<'_>) -> Noise {
    let info = &index.run().info;
    let mut table = Table::new(&["program", "metric and condition", ">ratio", ">noise floor", ">n"]);
    let mut differing = Vec::new();
    for program in &info.programs {
        for place in index.places_of(program.source.language()) {
            for contrast in info.contrasts.iter().filter(|contrast| contrast.control) {
                for measure in TIMES {
                    let Some(effect) = Effect::of(index, contrast, &program.name, place, measure) else {
                        continue;
                    };
                    let floor = Floor::of(index, &program.name, place, measure);
                    table.row([
                        program.name.clone(),
                        measure_words(measure),
                        words::ratio_interval(effect.ratio),
                        floor.map_or("?".to_owned(), Floor::words),
                        format!("{}/{}", effect.ratio.units, effect.ratio.starts),
                    ]);
                    if matches!(effect.seen, Seen::More | Seen::Less) {
                        differing.push(format!("{}, {}", program.name, measure_words(measure)));
                    }
                }
            }
        }
    }
    Noise { table: (!table.is_empty()).then(|| table.text()), differing }
}

/// Cases that ended alike, with the tool's own words.
#[derive(Debug, Serialize)]
pub(super) struct NotBuilt {
    status: &'static str,
    cases: String,
    words: String,
}

pub(super) fn not_built(index: &Index<'_>) -> Vec<NotBuilt> {
    let mut groups: Vec<(&ArtifactRow, Vec<&str>)> = Vec::new();
    // Where there is nothing to strip, the reason is that of what was not linked.
    let linked: HashSet<&str> = (index.run().artifacts.iter())
        .filter(|row| !row.stripped && row.status != Status::Built)
        .map(|row| row.id.as_str())
        .collect();
    let is_twin = |row: &ArtifactRow| {
        row.stripped && row.id.strip_suffix("/stripped").is_some_and(|twin| linked.contains(twin))
    };
    let rows = index.run().artifacts.iter().filter(|row| row.status != Status::Built && !is_twin(row));
    for row in rows {
        match groups.iter_mut().find(|(first, _)| first.status == row.status && first.reason == row.reason) {
            Some((_, ids)) => ids.push(&row.id),
            None => groups.push((row, vec![&row.id])),
        }
    }
    groups.sort_by_key(|(row, _)| row.status != Status::Failed);
    let group = |(row, ids): (&ArtifactRow, Vec<&str>)| {
        let shown: Vec<String> = ids.iter().take(12).map(|id| format!("`{id}`")).collect();
        let more = match ids.len().saturating_sub(shown.len()) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        NotBuilt {
            status: row.status.word(),
            cases: format!("{}{more}", shown.join(", ")),
            words: code_block(&row.reason, 8),
        }
    };
    groups.into_iter().map(group).collect()
}

/// A row a property of the machine, the tools and the run.
pub(super) fn machine(index: &Index<'_>) -> Vec<String> {
    let info = &index.run().info;
    let machine = &info.machine;
    let mut lines = Vec::new();
    let mut add = |name: &str, value: String| {
        let value = if value.is_empty() { "not known".to_owned() } else { value };
        lines.push(format!("{name}: {value}"));
    };
    add("Host", machine.host.clone());
    add("Kernel", machine.kernel.clone());
    let cpus = words::count(u64::from(machine.cpus), "CPU", "CPUs");
    add("CPU", format!("{}; {cpus} used, {} of memory", machine.cpu, words::bytes(machine.memory)));
    add("Frequency governor", machine.governor.clone());
    add("Hypervisor", machine.hypervisor.clone());
    add("libc", machine.libc.clone());
    add("Address randomisation (`randomize_va_space`)", machine.address_randomisation.clone());
    add("Huge pages", machine.huge_pages.clone());
    add("CPU accounting", machine.cpu_accounting.clone());
    add("File system of the artifacts", machine.file_system.clone());
    for toolchain in &info.toolchains {
        add(
            &format!("Toolchain {}", toolchain.release),
            format!(
                "`{}`; {}; sha256 of `go` `{}`, of `compile` `{}`, of `link` `{}`",
                toolchain.version,
                toolchain.provenance(),
                toolchain.go_sha256,
                toolchain.compile_sha256,
                toolchain.link_sha256
            ),
        );
    }
    let compiler = info.c_compiler.as_ref().map_or("none found".to_owned(), |compiler| {
        format!("{}; linker {}; sha256 `{}`", compiler.version, compiler.linker, compiler.sha256)
    });
    add("C compiler", compiler);
    for compiler in &info.own_compilers {
        let named = compiler.command.as_str();
        let by = info.variants.iter().filter(|variant| variant.own_compiler() == Some(named));
        let by = words::code_list(&by.map(|variant| variant.name.as_str()).collect::<Vec<_>>());
        add(
            "C compiler of its own",
            format!(
                "`{named}` of {by}: {}; linker {}; links to {}; sha256 `{}`",
                compiler.version, compiler.linker, compiler.libc, compiler.sha256
            ),
        );
    }
    add("strip", info.strip.clone().unwrap_or_else(|| "none found".to_owned()));
    let sampling = &info.sampling;
    add(
        "Sampling",
        format!(
            "{:.0} s of starts wanted, {} of each artifact, seed {}, a start is killed after {:.0} s",
            sampling.budget_seconds,
            words::count(u64::from(sampling.copies), "fresh copy", "fresh copies"),
            sampling.seed,
            sampling.timeout_seconds
        ),
    );
    let harness = &info.harness;
    add("gopie", format!("{} of commit `{}`, {} build", harness.version, harness.commit, harness.profile));
    let finished = info.finished.as_deref().unwrap_or("not finished");
    let resumed = match info.resumed {
        0 => String::new(),
        n => format!(", gone on with {} after being cut off", words::count(u64::from(n), "time", "times")),
    };
    add("Time of the run", format!("{} to {finished}{resumed}", info.started));
    add("Plan (sha256)", format!("`{}`", info.plan_sha256));
    lines
}

/// The command that made the run, and that of one artifact.
#[derive(Debug, Serialize)]
pub(super) struct Again {
    commit: String,
    arguments: String,
    name: String,
    example: Option<Example>,
}

#[derive(Debug, Serialize)]
struct Example {
    case: String,
    command: String,
}

pub(super) fn again(index: &Index<'_>) -> Again {
    let run = index.run();
    let built = || run.artifacts.iter().filter(|row| row.status == Status::Built && !row.stripped);
    let example = built().find(|row| row.variant == PROPOSAL).or_else(|| built().next());
    let quoted = |argument: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    };
    Again {
        commit: run.info.harness.commit.clone(),
        arguments: run.info.command.iter().map(quoted).collect::<Vec<_>>().join(" "),
        name: run.info.name.clone(),
        example: example.map(|row| Example {
            case: row.id.clone(),
            command: shell_block(&row.environment, &row.command),
        }),
    }
}
