//! What is compared: the cases of a run, a binary, or those of a folder, each with its facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use walkdir::WalkDir;

use super::policy::STATUS;
use crate::hint::HintExt;
use crate::results::{ArtifactRow, FactRow, RunInfo, Status, facts, load_facts, load_info};
use crate::toolchain::{CCompiler, Toolchain};
use crate::ui::say;
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
    /// What had a hand in its bytes besides Go.
    pub(super) hands: Hands,
    /// The value of `CGO_ENABLED` that it was built with.
    pub(super) cgo_enabled: String,
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
            let hands = Hands::of(info, row, &facts);
            let stripped = if row.stripped { "stripped" } else { "" };
            let twin = [&row.program, &row.variant, &row.target, stripped].map(str::to_owned);
            let item = Item {
                hands,
                cgo_enabled: row.cgo_enabled.clone(),
                facts: with_status(row, facts),
                sha256: row.sha256.clone(),
                command: command(row),
                file: None,
                twin: Some(twin),
            };
            (row.id.clone(), item)
        };
        let items = artifacts.iter().map(item).collect();
        Self { path: path.to_owned(), items, tools: tools_of(info), kind: Kind::Run }
    }

    /// Whether it is a run.
    pub(super) fn is_run(&self) -> bool {
        self.kind == Kind::Run
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

/// The name in [`tools_of`] of what is not the machine's own C compiler.
const OTHER_COMPILERS: &str = "other C compilers";

/// What had a hand in an artifact's bytes besides Go.
#[expect(clippy::struct_excessive_bools, reason = "each is a hand of its own")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    /// The C compiler, the linker that it runs, or the C library.
    pub c: bool,
    /// Another C compiler: a variant's own, or one for another target.
    pub other_c: bool,
    /// `strip`.
    pub strip: bool,
    /// The folders of the build, whose names are in it unless `-trimpath` keeps them out or they are the same everywhere.
    pub folders: bool,
}

impl Hands {
    /// Those of an artifact of a run; whether a case can be built at all may rest on C.
    pub fn of<'a>(info: &RunInfo, row: &ArtifactRow, facts: impl IntoIterator<Item = &'a FactRow>) -> Self {
        let variant = info.variants.iter().find(|variant| variant.name == row.variant);
        let is_go = info.toolchains.iter().any(|toolchain| toolchain.release == row.toolchain);
        let (Some(variant), true, Status::Built) = (variant, is_go, row.status) else {
            return Self { c: true, other_c: true, strip: row.stripped, folders: false };
        };
        let brings_c = || variant.import_runtime_cgo || facts.into_iter().any(|fact| fact.metric == "needed");
        let external = variant.linkmode.as_deref() == Some("external");
        let c = external || (row.cgo_enabled != "0" && brings_c());
        Self {
            c,
            other_c: c && (variant.env.contains_key("CC") || row.target != info.machine.host),
            strip: row.stripped,
            folders: !variant.trimpath && info.build_place.is_none(),
        }
    }

    /// Those of two artifacts that are set beside each other, with the `CGO_ENABLED` of each: whether it is on where
    /// nobody says so rests on there being a C compiler.
    pub fn either(self, other: Self, cgo_enabled: [&str; 2]) -> Self {
        Self {
            c: self.c || other.c || cgo_enabled[0] != cgo_enabled[1],
            other_c: self.other_c || other.other_c,
            strip: self.strip || other.strip,
            folders: self.folders || other.folders,
        }
    }

    /// Whether there are none: Go alone made it.
    pub fn none(self) -> bool {
        self == Self::default()
    }

    /// Whether a tool is one of them, by its name in [`tools_of`].
    pub fn holds(self, tool: &str) -> bool {
        match tool {
            "strip" => self.strip,
            "gopie" | "Go" => false,
            OTHER_COMPILERS => self.other_c,
            _ => self.c,
        }
    }
}

fn command(row: &ArtifactRow) -> Vec<String> {
    let words =
        |text: &str| shlex::split(text).unwrap_or_else(|| text.split(' ').map(str::to_owned).collect());
    [words(&row.command), words(&row.environment)].concat()
}

/// What a run was made with, always in this order.
pub fn tools_of(info: &RunInfo) -> Vec<(&'static str, String)> {
    /// So much of a digest is told.
    const TOLD: usize = 12;
    let c = info.c_compiler.as_ref();
    let none = || "none".to_owned();
    let several = |all: Vec<String>| if all.is_empty() { none() } else { all.join(", ") };
    let go = |one: &Toolchain| {
        format!("{} ({})", one.release, one.compile_sha256.get(..TOLD).unwrap_or(&one.compile_sha256))
    };
    let other = |name: &str, c: &CCompiler| format!("{name}: {} {}", c.version, c.libc).trim_end().to_owned();
    let own = info.own_compilers.iter().map(|c| other(&c.command, c));
    let cross = info.cross.iter().map(|(target, c)| other(target, c));
    vec![
        ("gopie", format!("{} ({})", info.harness.version, info.harness.commit)),
        ("Go", several(info.toolchains.iter().map(go).collect())),
        ("C compiler", c.map_or_else(none, |c| c.version.clone())),
        ("C linker", c.map_or_else(none, |c| c.linker.clone())),
        ("C library", info.machine.libc.clone()),
        (OTHER_COMPILERS, several(own.chain(cross).collect())),
        ("strip", info.strip.clone().unwrap_or_else(none)),
    ]
}

/// The tools that are not the same on both sides: which, the one, the other.
pub fn differing(
    base: &[(&'static str, String)],
    new: &[(&'static str, String)],
) -> Vec<(String, String, String)> {
    let both = base.iter().zip(new).filter(|(base, new)| base.1 != new.1);
    both.map(|(base, new)| (base.0.to_owned(), base.1.clone(), new.1.clone())).collect()
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
        match binary(&name, entry.path()) {
            Ok(item) => {
                if items.insert(name.clone(), item).is_some() {
                    return Err(anyhow!("two files in {} are shown as {name}", path.display()))
                        .hint("rename one of them: names are compared as text");
                }
            }
            // A damaged file among others is no reason to say nothing of these.
            Err(error) => say(&format!("warning: left out: {error:#}")),
        }
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
        hands: Hands { c: true, other_c: true, strip: true, folders: true },
        cgo_enabled: String::new(),
    })
}

/// Two things that belong together.
pub(super) struct Pair<'a> {
    pub(super) name: &'a str,
    pub(super) base: &'a Item,
    pub(super) new: &'a Item,
}

impl Pair<'_> {
    /// Whether both are files with the same bytes.
    pub(super) fn same_bytes(&self) -> bool {
        !self.base.sha256.is_empty() && self.base.sha256 == self.new.sha256
    }

    /// What had a hand in either besides Go.
    pub(super) fn hands(&self) -> Hands {
        self.base.hands.either(self.new.hands, [&self.base.cgo_enabled, &self.new.cgo_enabled])
    }

    /// Whether Go alone made both.
    pub(super) fn of_go_alone(&self) -> bool {
        self.hands().none()
    }
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
