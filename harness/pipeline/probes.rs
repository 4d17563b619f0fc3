//! The probes of a run: each experiment on each case that it is asked of, kept as soon as it is finished.

use std::collections::BTreeMap;
use std::path::{self, Path};

use anyhow::{Context, Result};

use super::prepare::{Prepared, surroundings};
use super::stages::find;
use super::started::Started;
use crate::answers;
use crate::build::Outcome;
use crate::cache::Cache;
use crate::config::{Language, RunKind};
use crate::interrupt::{self, Interrupted};
use crate::measure::strays::Watch;
use crate::plan::{Case, Timed};
use crate::probe::{Around, PROBES, Probe, Subject, Told};
use crate::results::{OK, ProbeRow, RunFolder};
use crate::ui::Phase;
use crate::{sys, toolchain};

/// Asks whatever was not asked yet: at home of every case, with other releases and of references only where things
/// lie. Gives what all of them told.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &[Outcome],
) -> Result<Vec<ProbeRow>> {
    let first = prepared.programs.first().map(|program| program.name.as_str());
    // Each start forks this process, which takes the longer the larger it is.
    sys::memory::give_back();
    let phase = Phase::new("probes", timed.len());
    let mut rows = Vec::new();
    let mut number = 0;
    for one in timed {
        phase.now(&one.program);
        let program = prepared.program(one)?;
        let is_home = !prepared.at_home(std::slice::from_ref(one)).is_empty();
        let wanted: Vec<Probe> = PROBES
            .into_iter()
            .filter(|probe| {
                let is_reference = probe.widely && program.source.language() == Language::C;
                let runs = if is_reference { RunKind::Quick } else { program.runs };
                probe.is_asked(runs, prepared.info.kind)
            })
            .filter(|probe| is_home || probe.widely && first == Some(program.name.as_str()))
            .collect();
        if !wanted.is_empty() {
            rows.extend(of_program(
                folder,
                (cache, prepared, outcomes),
                (one, is_home),
                &wanted,
                &mut number,
            )?);
        }
        phase.step(&one.program);
    }
    Ok(rows)
}

/// What some experiments tell of every variant of a program; `number` counts what was asked.
fn of_program(
    folder: &RunFolder,
    (cache, prepared, outcomes): (&Cache, &Prepared, &[Outcome]),
    (one, is_home): (&Timed, bool),
    probes: &[Probe],
    number: &mut usize,
) -> Result<Vec<ProbeRow>> {
    let full = prepared.info.kind == RunKind::Full;
    let c_compiler = prepared.c_compiler.as_ref().map(|compiler| compiler.path.as_path());
    let around = Around { cache, c_compiler, long: full && is_home };
    // The same bytes again tell the same.
    let own = |name: &&String| {
        prepared.config.variants.iter().any(|variant| variant.name == **name && variant.copy_of.is_none())
    };
    let one = Timed { variants: one.variants.iter().filter(own).cloned().collect(), ..one.clone() };
    let started = Started::of(cache, prepared, &one, outcomes, false)?;
    let at_work = surroundings(cache, prepared, &one.toolchain);
    let hidden = [(at_work.goroot, "$GOROOT"), (cache.root(), "$CACHE")];
    let scratch = cache.scratch()?;
    // Of the others no probe asks for their work.
    let work = if started.program.runs == RunKind::Quick {
        let longer = full.then_some(&started.program.workload);
        let work = started.program.speed.as_ref().or(longer);
        work.map(|work| answers::work_command(work, &at_work, scratch.path())).transpose()?
    } else {
        None
    };
    let mut rows = Vec::new();
    for (case, path) in started.cases.iter().zip(started.paths()) {
        let mut subject = None;
        for probe in probes {
            interrupt::check()?;
            *number += 1;
            if let Some(known) = folder.probed(probe.name, *number)? {
                rows.extend(known);
                continue;
            }
            let subject = subject.get_or_insert_with(|| {
                let env: BTreeMap<String, String> = started.env.iter().cloned().collect();
                let mut made = Subject::new(path, &started.program.name, started.args.clone(), env)?;
                made.work = work.clone().map(|work| (work, scratch.path().to_owned()));
                if case.stripped {
                    let linked = find(outcomes, &Case { stripped: false, ..case.clone() });
                    made.linked = linked.map(|artifact| artifact.path.clone());
                }
                Ok(made)
            });
            let told = told(probe, subject, &around)?;
            let own = as_rows(&case.to_string(), probe, told, &hidden);
            folder.keep_probed(probe.name, *number, &own)?;
            rows.extend(own);
        }
    }
    Ok(rows)
}

/// What an experiment tells, also where it went wrong or its subject cannot be started: the others go on.
fn told(probe: &Probe, subject: &Result<Subject>, around: &Around<'_>) -> Result<Told> {
    let error = match subject {
        Ok(subject) => match probe.run(subject, around) {
            Ok(told) => return Ok(told),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => error,
        },
        Err(error) if error.is::<Interrupted>() => return Err(Interrupted.into()),
        Err(error) => return Ok(Told::failed(error)),
    };
    interrupt::check()?;
    Ok(Told::failed(&error))
}

/// Asks some experiments of one file, which need not be gopie's. What programs leave behind is killed, so that this
/// is for a process that owns all its children.
pub fn probe_file(path: &Path, args: &[String], probes: &[Probe], long: bool) -> Result<Vec<ProbeRow>> {
    let cache = Cache::open()?;
    let case = path.display().to_string();
    let path = &path::absolute(path).with_context(|| format!("cannot find {case}"))?;
    // Where the kernel does not tell of children, none can be found.
    let _watch = Watch::begin().ok();
    let compiler = toolchain::c_compiler();
    let c_compiler = compiler.as_ref().map(|compiler| compiler.path.as_path());
    let around = Around { cache: &cache, c_compiler, long };
    let name =
        path.file_name().map_or_else(|| "program".to_owned(), |name| name.to_string_lossy().into_owned());
    let subject = Ok(Subject::new(path, &name, args.to_vec(), answers::fixed_environment())?);
    let mut rows = Vec::new();
    for probe in probes {
        interrupt::check()?;
        rows.extend(as_rows(&case, probe, told(probe, &subject, &around)?, &[(cache.root(), "$CACHE")]));
    }
    Ok(rows)
}

/// Rows, in which folders of this machine have names.
fn as_rows(case: &str, probe: &Probe, told: Told, hidden: &[(&Path, &str)]) -> Vec<ProbeRow> {
    let row = |key: String, unit: &str, number, status: &str, text: String| ProbeRow {
        case: case.to_owned(),
        probe: probe.name.to_owned(),
        key: without_folders(&key, hidden),
        unit: unit.to_owned(),
        number,
        status: status.to_owned(),
        text: without_folders(&text, hidden),
    };
    let found = told.found.into_iter().map(|found| row(found.key, found.unit, found.number, OK, found.text));
    let lacking =
        told.lacking.into_iter().map(|lacking| row(lacking.key, "", None, lacking.word, lacking.why));
    found.chain(lacking).collect()
}

/// A text in which folders have names, and scratch folders one.
fn without_folders(text: &str, hidden: &[(&Path, &str)]) -> String {
    const SCRATCH: &str = "$CACHE/scratch/";
    let mut text = hidden
        .iter()
        .fold(text.to_owned(), |text, (path, name)| text.replace(&path.display().to_string(), name));
    while let Some(begin) = text.find(SCRATCH) {
        let name = &text[begin + SCRATCH.len()..];
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(name.len());
        text.replace_range(begin..begin + SCRATCH.len() + end, "$SCRATCH");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_this_machine_are_not_told() {
        let hidden = [(Path::new("/cache/go/go1"), "$GOROOT"), (Path::new("/cache"), "$CACHE")];
        for (text, expected) in [
            ("/cache/scratch/.tmpAb1/hello: no; /cache/scratch/.tmpX", "$SCRATCH/hello: no; $SCRATCH"),
            ("file /cache/go/go1/src/a.go", "file $GOROOT/src/a.go"),
            ("/cache/inputs/1", "$CACHE/inputs/1"),
            ("/etc/passwd", "/etc/passwd"),
        ] {
            assert_eq!(without_folders(text, &hidden), expected);
        }
    }
}
