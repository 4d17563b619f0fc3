//! What is compared: the cases of a run, a binary, or those of a folder, each with its facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use walkdir::WalkDir;

use super::policy::{CASE, STATUS};
use crate::hint::HintExt;
use crate::results::{ArtifactRow, FactRow, RunInfo, Status, facts, load_facts, load_info};
use crate::{digest, elf, interrupt};

/// One thing that is compared.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its facts; nothing where it was not built.
    pub(super) facts: Vec<FactRow>,
    /// SHA-256 of its file.
    pub(super) sha256: String,
    /// The command and the environment that built it, where they are known.
    pub(super) command: Vec<String>,
    /// Its file, where it is at hand.
    pub(super) file: Option<PathBuf>,
    /// Which other things it may stand beside where the names differ.
    twin: Option<[String; 4]>,
    /// Whether its bytes rest on Go alone: no C compiler, linker or `strip` had a hand in them.
    pub(super) of_go_alone: bool,
}

/// One side.
#[derive(Clone, Debug)]
pub struct Side {
    /// What was named.
    pub(super) path: PathBuf,
    /// What is in it, by name.
    pub(super) items: BTreeMap<String, Item>,
    /// What made it, where that is known.
    pub(super) tools: Vec<(&'static str, String)>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Run,
    File,
    Folder,
}

impl Side {
    /// Reads a side: of a run its derived tables alone.
    pub fn load(path: &Path) -> Result<Self> {
        if path.join("run.json").exists() {
            return run(path);
        }
        let found = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()));
        let found = found.hint("name a binary, a folder of them, or the folder of a run")?;
        let (kind, items) =
            if found.is_dir() { (Kind::Folder, folder(path)?) } else { (Kind::File, file(path)?) };
        Ok(Self { path: path.to_owned(), items, tools: Vec::new(), kind })
    }

    /// A run that is in memory.
    pub fn of_run(path: &Path, info: &RunInfo, artifacts: &[ArtifactRow], facts: Vec<FactRow>) -> Self {
        let mut own: BTreeMap<String, Vec<FactRow>> = BTreeMap::new();
        for row in facts {
            own.entry(row.case.clone()).or_default().push(row);
        }
        let item = |row: &ArtifactRow| {
            let facts = own.remove(&row.id).unwrap_or_default();
            let of_go_alone = of_go_alone(info, row, &facts);
            let stripped = if row.stripped { "stripped" } else { "" };
            let twin = [&row.program, &row.variant, &row.target].map(String::clone);
            let [program, variant, target] = twin;
            let item = Item {
                of_go_alone,
                facts: with_status(row, facts),
                sha256: row.sha256.clone(),
                command: command(row),
                file: None,
                twin: Some([program, variant, target, stripped.to_owned()]),
            };
            (row.id.clone(), item)
        };
        let items = artifacts.iter().map(item).collect();
        Self { path: path.to_owned(), items, tools: tools_of(info), kind: Kind::Run }
    }

    /// The files of a side that has some.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.items.iter().filter_map(|(name, item)| Some((name.as_str(), item.file.as_deref()?)))
    }
}

fn run(path: &Path) -> Result<Side> {
    let info = load_info(path)?;
    if info.finished.is_none() {
        return Err(anyhow!("the run in {} was cut off", path.display()))
            .hint("the same `gopie run` again goes on where it was");
    }
    let (artifacts, facts) = load_facts(path)?;
    Ok(Side::of_run(path, &info, &artifacts, facts))
}

/// What a case came to stands before its facts.
fn with_status(row: &ArtifactRow, mut facts: Vec<FactRow>) -> Vec<FactRow> {
    let status = FactRow {
        case: row.id.clone(),
        metric: STATUS.to_owned(),
        key: String::new(),
        unit: "text".to_owned(),
        number: None,
        text: row.status.word().to_owned(),
    };
    facts.insert(0, status);
    facts
}

/// Whether an artifact rests on Go alone: no C compiler, no other linker and no `strip` had a hand in its bytes.
pub fn of_go_alone<'a>(
    info: &RunInfo,
    row: &ArtifactRow,
    facts: impl IntoIterator<Item = &'a FactRow>,
) -> bool {
    let Some(variant) = info.variants.iter().find(|variant| variant.name == row.variant) else {
        return false;
    };
    let is_go = info.toolchains.iter().any(|toolchain| toolchain.release == row.toolchain);
    let brings_c = || variant.import_runtime_cgo || facts.into_iter().any(|fact| fact.metric == "needed");
    let external = variant.linkmode.as_deref() == Some("external");
    row.status == Status::Built
        && !row.stripped
        && is_go
        && !external
        && (row.cgo_enabled == "0" || !brings_c())
}

fn command(row: &ArtifactRow) -> Vec<String> {
    let words =
        |text: &str| shlex::split(text).unwrap_or_else(|| text.split(' ').map(str::to_owned).collect());
    [words(&row.command), words(&row.environment)].concat()
}

/// What a run was made with, always in this order.
pub fn tools_of(info: &RunInfo) -> Vec<(&'static str, String)> {
    let c = info.c_compiler.as_ref();
    let none = || "none".to_owned();
    vec![
        ("gopie", format!("{} ({})", info.harness.version, info.harness.commit)),
        ("Go", info.toolchains.iter().map(|one| one.release.as_str()).collect::<Vec<_>>().join(", ")),
        ("C compiler", c.map_or_else(none, |c| c.version.clone())),
        ("C linker", c.map_or_else(none, |c| c.linker.clone())),
        ("C library", c.map_or_else(none, |c| c.libc.clone())),
        ("strip", info.strip.clone().unwrap_or_else(none)),
    ]
}

fn file(path: &Path) -> Result<BTreeMap<String, Item>> {
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    Ok([(name.clone(), binary(&name, path)?)].into())
}

/// The binaries of a folder, by their paths in it; what is no ELF file, and links, are passed over.
fn folder(path: &Path) -> Result<BTreeMap<String, Item>> {
    let mut items = BTreeMap::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        interrupt::check()?;
        let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
        if !entry.file_type().is_file() || !is_elf(entry.path())? {
            continue;
        }
        let name = entry.path().strip_prefix(path).unwrap_or(entry.path()).display().to_string();
        let item = binary(&name, entry.path())?;
        items.insert(name, item);
    }
    if items.is_empty() {
        return Err(anyhow!("{}: no ELF file in it, and no run.json", path.display()))
            .hint("name a binary, a folder of them, or the folder of a run");
    }
    Ok(items)
}

fn is_elf(path: &Path) -> Result<bool> {
    let read = || format!("cannot read {}", path.display());
    let mut magic = [0; 4];
    let mut file = File::open(path).with_context(read)?;
    match file.read_exact(&mut magic) {
        Ok(()) => Ok(magic == *b"\x7fELF"),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error).with_context(read),
    }
}

fn binary(name: &str, path: &Path) -> Result<Item> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = elf::read(&bytes).with_context(|| path.display().to_string());
    let read = read.hint("gopie compare compares ELF files, folders of them, and runs")?;
    Ok(Item {
        facts: facts::rows(name, &read),
        sha256: digest::of_bytes(&bytes),
        command: Vec::new(),
        file: Some(path.to_owned()),
        twin: None,
        of_go_alone: false,
    })
}

/// Two things that belong together.
pub(super) struct Pair<'a> {
    pub(super) name: &'a str,
    pub(super) base: &'a Item,
    pub(super) new: &'a Item,
}

/// What belongs together: of two files these, else by name, and cases of runs by all but the release where that has
/// changed; then what only one side has.
pub(super) fn pairs<'a>(
    base: &'a Side,
    new: &'a Side,
) -> Result<(Vec<Pair<'a>>, Vec<&'a str>, Vec<&'a str>)> {
    if base.kind != new.kind {
        return Err(anyhow!("{} and {} are not of one kind", base.path.display(), new.path.display()))
            .usage("name two binaries, two folders of them, or two runs");
    }
    if base.kind == Kind::File {
        let (Some(old), Some((name, new))) = (base.items.values().next(), new.items.iter().next()) else {
            return Ok((Vec::new(), Vec::new(), Vec::new()));
        };
        return Ok((vec![Pair { name, base: old, new }], Vec::new(), Vec::new()));
    }
    let mut pairs = Vec::new();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    let mut come: BTreeSet<&str> = new.items.keys().map(String::as_str).collect();
    for (name, old) in &base.items {
        match new.items.get(name) {
            Some(item) => {
                come.remove(name.as_str());
                pairs.push(Pair { name, base: old, new: item });
            }
            None => {
                gone.insert(name);
            }
        }
    }
    let by_twin = |names: &BTreeSet<&'a str>, side: &'a Side| {
        let mut twins: BTreeMap<&'a [String; 4], Vec<&'a str>> = BTreeMap::new();
        for name in names {
            if let Some(twin) = side.items.get(*name).and_then(|item| item.twin.as_ref()) {
                twins.entry(twin).or_default().push(name);
            }
        }
        twins
    };
    let others = by_twin(&come, new);
    for (twin, names) in by_twin(&gone, base) {
        if let ([old], Some([name])) = (names.as_slice(), others.get(twin).map(Vec::as_slice)) {
            gone.remove(old);
            come.remove(name);
            pairs.push(Pair { name, base: &base.items[*old], new: &new.items[*name] });
        }
    }
    pairs.sort_by_key(|pair| pair.name);
    Ok((pairs, gone.into_iter().collect(), come.into_iter().collect()))
}

/// The fact that stands for a case that only one side has.
pub(super) fn case_fact() -> (&'static str, &'static str) {
    (CASE, "")
}
