//! The probes of a run: each experiment on each case that it is asked of, kept as soon as it is finished.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::prepare::Prepared;
use super::started::Started;
use crate::build::Outcome;
use crate::cache::Cache;
use crate::config::RunKind;
use crate::plan::Timed;
use crate::probe::{Around, PROBES, Probe, Subject, Told};
use crate::results::{OK, ProbeRow, RunFolder};
use crate::toolchain;
use crate::ui::Phase;
use crate::{answers, interrupt};

/// Asks whatever was not asked yet of every case at home, and writes what all of them told.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &[Outcome],
) -> Result<()> {
    let full = prepared.info.kind == RunKind::Full;
    let c_compiler = prepared.c_compiler.as_ref().map(|compiler| compiler.path.as_path());
    let around = Around { cache, c_compiler, long: full };
    let phase = Phase::new("probes", timed.len());
    let mut rows = Vec::new();
    let mut number = 0;
    for one in timed {
        phase.now(&one.program);
        // The same bytes again tell the same.
        let own = |name: &&String| {
            prepared.config.variants.iter().any(|variant| variant.name == **name && variant.copy_of.is_none())
        };
        let one = Timed { variants: one.variants.iter().filter(own).cloned().collect(), ..one.clone() };
        let started = Started::of(cache, prepared, &one, outcomes, false)?;
        let runs = prepared.program(&one)?.runs;
        for (case, path) in started.cases.iter().zip(started.paths()) {
            for probe in PROBES {
                interrupt::check()?;
                if !probe.is_asked(runs, prepared.info.kind) {
                    continue;
                }
                number += 1;
                let known = folder.probed(probe.name, number)?;
                let told = match known {
                    Some(rows) => rows,
                    None => {
                        let env: BTreeMap<String, String> = started.env.iter().cloned().collect();
                        let subject = Subject::new(path, &started.program.name, started.args.clone(), env)?;
                        let rows = as_rows(&case.to_string(), &probe, probe.run(&subject, &around)?);
                        folder.keep_probed(probe.name, number, &rows)?;
                        rows
                    }
                };
                rows.extend(told);
            }
        }
        phase.step(&one.program);
    }
    ProbeRow::keep(folder.path(), &rows)
}

/// Asks some experiments of one file, which need not be gopie's.
pub fn probe_file(path: &Path, args: &[String], probes: &[Probe], long: bool) -> Result<Vec<ProbeRow>> {
    let cache = Cache::open()?;
    let compiler = toolchain::c_compiler();
    let c_compiler = compiler.as_ref().map(|compiler| compiler.path.as_path());
    let around = Around { cache: &cache, c_compiler, long };
    let name =
        path.file_name().map_or_else(|| "program".to_owned(), |name| name.to_string_lossy().into_owned());
    let subject = Subject::new(path, &name, args.to_vec(), answers::fixed_environment())?;
    let mut rows = Vec::new();
    for probe in probes {
        interrupt::check()?;
        rows.extend(as_rows(&path.display().to_string(), probe, probe.run(&subject, &around)?));
    }
    Ok(rows)
}

fn as_rows(case: &str, probe: &Probe, told: Told) -> Vec<ProbeRow> {
    let row = |key: String, unit: &str, number, status: &str, text: String| ProbeRow {
        case: case.to_owned(),
        probe: probe.name.to_owned(),
        key,
        unit: unit.to_owned(),
        number,
        status: status.to_owned(),
        text,
    };
    let found = told.found.into_iter().map(|found| row(found.key, found.unit, found.number, OK, found.text));
    let lacking =
        told.lacking.into_iter().map(|lacking| row(lacking.key, "", None, lacking.word, lacking.why));
    found.chain(lacking).collect()
}
