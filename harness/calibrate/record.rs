//! What a calibration has found so far, on disk: a line a comparison, so that one that was cut off goes on.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::hint::HintExt;
use crate::machine::Machine;
use crate::results::{CalibrationInfo, ComparisonRow, UnitRow, table};

/// A comparison with its units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    /// The comparison.
    pub(super) comparison: ComparisonRow,
    /// Its units.
    pub(super) units: Vec<UnitRow>,
}

/// The folder of a calibration, locked while it is written.
#[derive(Debug)]
pub(super) struct Record {
    folder: PathBuf,
    lines: File,
    done: Vec<Line>,
}

const LINES: &str = "partial.jsonl";
const INFO: &str = "calibration.json";
const COMPARISONS: &str = "comparisons.csv";
const UNITS: &str = "units.csv.gz";

/// The folder for a calibration among those of other machines: the one that it can go on in, else a new one.
pub(super) fn place(folder: &Path, info: &CalibrationInfo) -> Result<PathBuf> {
    let letters = info.machine.cpu.to_lowercase();
    let words = letters.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("-");
    if name.is_empty() {
        "machine".clone_into(&mut name);
    }
    for number in 1..1000 {
        let place = folder.join(if number == 1 { name.clone() } else { format!("{name}-{number}") });
        let free = !place.join(INFO).exists() && !is_there(&place);
        if free || old_info(&place).is_some_and(|old| goes_on(&old, info)) {
            return Ok(place);
        }
    }
    Err(anyhow!("no name is left for a calibration in {}", folder.display()))
}

/// Whether a calibration goes on with an old one: on the same machine, with the same artifacts.
fn goes_on(old: &CalibrationInfo, info: &CalibrationInfo) -> bool {
    // Another boot of the same machine is as good: each comparison stands by itself.
    let machine = Machine { boot: old.machine.boot.clone(), ..info.machine.clone() };
    // An artifact that nothing was compared of before does no harm.
    let as_now = |(case, digest): &(String, String)| {
        info.artifacts.iter().find(|now| now.0 == *case).is_none_or(|now| now.1 == *digest)
    };
    old.machine == machine && old.schema == info.schema && old.artifacts.iter().all(as_now)
}

fn old_info(folder: &Path) -> Option<CalibrationInfo> {
    serde_json::from_slice(&fs::read(folder.join(INFO)).ok()?).ok()
}

/// The folders that hold a calibration, by name.
pub(super) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_there(path)).collect();
    folders.sort();
    Ok(folders)
}

impl Record {
    /// Opens the folder; what was found there before counts if machine and artifacts are the same, and is
    /// otherwise begun anew.
    pub(super) fn open(folder: &Path, info: &mut CalibrationInfo) -> Result<Self> {
        table::make_dir(folder)?;
        let path = folder.join(LINES);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let lines = file.with_context(|| format!("cannot write {}", path.display()))?;
        match lines.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(anyhow!("another gopie is writing to {}", folder.display()))
                    .usage("wait for it: two at once would disturb each other's timing");
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        let mut record = Self { folder: folder.to_owned(), lines, done: Vec::new() };
        if let Some(old) = old_info(folder).filter(|old| goes_on(old, info)) {
            info.started = old.started;
            info.resumed = old.resumed + 1;
            let new = std::mem::take(&mut info.harnesses);
            info.harnesses = old.harnesses;
            info.harnesses.extend(new);
            info.harnesses.dedup();
            record.done = record.tables()?;
            let more = record.read()?;
            record.done.extend(more);
        } else {
            record.lines.set_len(0).with_context(|| format!("cannot empty {}", path.display()))?;
            record.write_tables()?;
        }
        record.write_info(info)?;
        Ok(record)
    }

    fn write_info(&self, info: &CalibrationInfo) -> Result<()> {
        table::write_file(
            &self.folder.join(INFO),
            format!("{}\n", serde_json::to_string_pretty(info)?).as_bytes(),
        )
    }

    /// What the tables hold, where there are any.
    fn tables(&self) -> Result<Vec<Line>> {
        if !self.folder.join(COMPARISONS).exists() {
            return Ok(Vec::new());
        }
        let comparisons: Vec<ComparisonRow> = table::read(&self.folder.join(COMPARISONS))?;
        let mut units: HashMap<u32, Vec<UnitRow>> = HashMap::new();
        for unit in table::read::<UnitRow>(&self.folder.join(UNITS))? {
            units.entry(unit.comparison).or_default().push(unit);
        }
        let line = |comparison: ComparisonRow| Line {
            units: units.remove(&comparison.comparison).unwrap_or_default(),
            comparison,
        };
        Ok(comparisons.into_iter().map(line).collect())
    }

    /// The whole lines; one that was cut off is left out.
    fn read(&self) -> Result<Vec<Line>> {
        let path = self.folder.join(LINES);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        self.lines.set_len(if whole.is_empty() { 0 } else { whole.len() as u64 + 1 })?;
        whole
            .lines()
            .enumerate()
            .map(|(number, line)| {
                serde_json::from_str(line)
                    .with_context(|| format!("cannot understand line {} of {}", number + 1, path.display()))
                    .hint("remove the file to begin anew")
            })
            .collect()
    }

    /// What was found so far.
    pub(super) fn done(&self) -> &[Line] {
        &self.done
    }

    /// Keeps a comparison.
    pub(super) fn keep(&mut self, line: Line) -> Result<()> {
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.lines
            .write_all(text.as_bytes())
            .and_then(|()| self.lines.sync_data())
            .with_context(|| format!("cannot write {}", self.folder.join(LINES).display()))
            .hint("is the disk full? what was finished before is kept")?;
        self.done.push(line);
        Ok(())
    }

    /// Writes the tables, after which the lines are no longer needed.
    pub(super) fn write(&self, info: &CalibrationInfo) -> Result<()> {
        self.write_tables()?;
        self.write_info(info)?;
        let path = self.folder.join(LINES);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
    }

    fn write_tables(&self) -> Result<()> {
        let mut lines: Vec<&Line> = self.done.iter().collect();
        lines.sort_by_key(|line| line.comparison.comparison);
        let comparisons: Vec<&ComparisonRow> = lines.iter().map(|line| &line.comparison).collect();
        let units: Vec<&UnitRow> = lines.iter().flat_map(|line| &line.units).collect();
        table::write(&self.folder.join(COMPARISONS), &comparisons, &COMPARISON_HEADER)?;
        table::write(&self.folder.join(UNITS), &units, &UNIT_HEADER)
    }
}

/// Whether a folder holds the tables of a calibration.
pub(super) fn is_there(folder: &Path) -> bool {
    folder.join(COMPARISONS).exists()
}

/// A calibration as it is read back.
pub fn load(folder: &Path) -> Result<(CalibrationInfo, Vec<ComparisonRow>, Vec<UnitRow>)> {
    let path = folder.join(INFO);
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let info = serde_json::from_slice(&bytes)
        .with_context(|| format!("cannot understand {}", path.display()))
        .hint("`gopie calibrate` makes a new one")?;
    Ok((info, table::read(&folder.join(COMPARISONS))?, table::read(&folder.join(UNITS))?))
}

const COMPARISON_HEADER: [&str; 12] = [
    "comparison",
    "part",
    "setting",
    "effect",
    "seconds",
    "units",
    "quiet_units",
    "voided_units",
    "starts",
    "ratio",
    "low",
    "high",
];
const UNIT_HEADER: [&str; 7] =
    ["comparison", "unit", "rounds", "base_seconds", "log_ratio", "quiet", "voided"];
