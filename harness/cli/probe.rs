//! `gopie probe`.

use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use crate::hint::{HintExt, hints};
use crate::interrupt::Interrupted;
use crate::pipeline;
use crate::probe::{self, PROBES};
use crate::results::ProbeRow;
use crate::ui::say;

const LIST: &str = "list";

/// Experiments on what a binary does not hold any more: its source, and other ways to build it.
const ELSEWHERE: &str = "
By other commands:
cgo-by-import   gopie why-cgo PACKAGE-OR-FOLDER: what of its imports brings C in
need-for-cgo    the same: whether it needs C at all, and what would be lost
bug-class       gopie run: unsafe, assembly, cgo and linkname in its import graph
ablation        gopie run: each flag of a distribution's set on and off alone
c-toolchain     gopie run: builds that find no C compiler
";

const EXAMPLES: &str = "\
Examples:
  gopie probe list                                 the experiments
  gopie probe empty-root /usr/bin/fzf -- --version what it needs of the system to start
  gopie probe addresses ./mine -- --help           where things lie over many starts
  gopie probe all --format csv /usr/bin/true       every experiment, as probes.csv has it

What stands after -- is given to the program, which has to end by itself. It
is started with an empty environment but for PATH and HOME. What this machine
does not permit is said, and the rest goes on.

Exit status: 0 well (what could not be tried included); 2 usage; 3 a file
cannot be read or started.";

/// One experiment by itself, on any binary.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Probe {
    /// Which experiment; `list` tells which there are
    #[arg(value_parser = names())]
    name: String,
    /// Binaries
    paths: Vec<PathBuf>,
    /// Arguments for the binaries
    #[arg(last = true)]
    args: Vec<String>,
    /// The long form, with more starts
    #[arg(long)]
    long: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// The rows of `probes.csv`
    Csv,
}

fn names() -> PossibleValuesParser {
    PROBES.map(|probe| probe.name).into_iter().chain([LIST, "all"]).collect::<Vec<_>>().into()
}

impl Probe {
    pub(super) fn run(self) -> Result<u8> {
        let mut out = stdout().lock();
        if self.name == LIST {
            for probe in PROBES {
                writeln!(out, "{:<15} {}", probe.name, probe.what)?;
            }
            out.write_all(ELSEWHERE.as_bytes())?;
            return Ok(0);
        }
        if self.paths.is_empty() {
            return Err(anyhow!("no binary is named")).usage("gopie probe NAME PATH... [-- ARGUMENTS]");
        }
        let probes: Vec<probe::Probe> = match probe::Probe::named(&self.name) {
            Some(one) => vec![one],
            None => PROBES.to_vec(),
        };
        let (mut rows, mut status) = (Vec::new(), 0);
        for path in &self.paths {
            match pipeline::probe_file(path, &self.args, &probes, self.long) {
                Ok(own) => rows.extend(own),
                Err(error) if self.paths.len() == 1 || error.is::<Interrupted>() => return Err(error),
                // What the others tell is told.
                Err(error) => {
                    status = 3;
                    say(&format!("error: {error:#}"));
                    for hint in hints(&error) {
                        say(&format!("hint: {hint}"));
                    }
                }
            }
        }
        match self.format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                rows.iter().try_for_each(|row| writer.serialize(row))?;
                writer.flush()?;
            }
            Format::Table => out.write_all(table(&rows).as_bytes())?,
        }
        Ok(status)
    }
}

/// For people: a heading for each binary and experiment, then a line a finding.
fn table(rows: &[ProbeRow]) -> String {
    let mut text = String::new();
    let mut last = (String::new(), String::new());
    let widths: BTreeMap<(&str, &str), usize> = rows.iter().fold(BTreeMap::new(), |mut all, row| {
        let width = all.entry((row.case.as_str(), row.probe.as_str())).or_default();
        *width = row.key.chars().count().max(*width);
        all
    });
    for row in rows {
        let here = (row.case.clone(), row.probe.clone());
        if here != last {
            let gap = if text.is_empty() { "" } else { "\n" };
            crate::claims::words::add(&mut text, &format!("{gap}{}: {}\n", row.case, row.probe));
            last = here;
        }
        let width = widths[&(row.case.as_str(), row.probe.as_str())];
        let line = format!("  {:<width$}  {}", row.key, said(row));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn said(row: &ProbeRow) -> String {
    let value = match (row.number, row.unit.as_str()) {
        (Some(number), "bool") => if number > 0.0 { "yes" } else { "no" }.to_owned(),
        (Some(number), "bits" | "probability") => {
            format!("{number:.2} {}", row.unit).replace(" probability", "")
        }
        (Some(number), "bytes") => format!("{number} bytes"),
        (Some(number), _) => number.to_string(),
        (None, _) if row.status != "ok" => format!("[{}]", row.status),
        (None, _) => String::new(),
    };
    match (value.is_empty(), row.text.is_empty()) {
        (false, false) => format!("{value} ({})", row.text),
        (false, true) => value,
        (true, _) => row.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_told_in_words() {
        let row = |key: &str, unit: &str, number, status: &str, text: &str| ProbeRow {
            case: "a".to_owned(),
            probe: "p".to_owned(),
            key: key.to_owned(),
            unit: unit.to_owned(),
            number,
            status: status.to_owned(),
            text: text.to_owned(),
        };
        let rows = [
            row("alone", "bool", Some(0.0), "ok", "cannot be started"),
            row("text", "bits", Some(12.345), "ok", ""),
            row("beside musl", "", None, "not-available", "musl is not here"),
        ];
        let expected = "a: p\n  alone        no (cannot be started)\n  text         12.35 bits\n  \
                        beside musl  [not-available] (musl is not here)\n";
        assert_eq!(table(&rows), expected);
    }
}
