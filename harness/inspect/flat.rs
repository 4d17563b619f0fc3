//! The CSV row of a file: its columns, in their order. `docs/formats.md` says what they mean.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::part::Failure;
use super::record;
use super::view::Entry;
use crate::elf::{Facts, Meaning};

/// Columns that tell which file, or member of an archive.
const WHICH: [&str; 4] = ["path", "path_bytes", "member", "member_bytes"];

/// A column: its name, and its field.
type Column = (&'static str, fn(&Facts) -> String);

/// The columns of facts, between the digest and the sizes by meaning.
const FACTS: &[Column] = &[
    ("file_size", |facts| facts.file_size.to_string()),
    ("class", |facts| facts.class.to_string()),
    ("endian", |facts| facts.endian.word().to_owned()),
    ("machine", |facts| facts.machine.clone()),
    ("type", |facts| facts.elf_type.clone()),
    ("linkage", |facts| facts.linkage.kind.word().to_owned()),
    ("pie", |facts| facts.linkage.pie.to_string()),
    ("interpreter", |facts| text(facts.linkage.interpreter.as_ref())),
    ("needed", |facts| facts.linkage.needed.join(";")),
    ("soname", |facts| text(facts.linkage.soname.as_ref())),
    ("rpath", |facts| facts.linkage.rpath.join(";")),
    ("runpath", |facts| facts.linkage.runpath.join(";")),
    ("relocations", |facts| facts.relocations.total.to_string()),
    ("relative", |facts| facts.relocations.relative.to_string()),
    ("plt", |facts| facts.relocations.plt.to_string()),
    ("relr_words", |facts| facts.relocations.relr_words.to_string()),
    ("relr_addresses", |facts| facts.relocations.relr_addresses.to_string()),
    ("relocation_table_bytes", |facts| facts.relocations.table_bytes.to_string()),
    ("relocated_pages", |facts| facts.relocations.pages.map_or_else(String::new, |pages| pages.to_string())),
    ("relocation_source", |facts| facts.relocations.source.word().to_owned()),
    ("sections", |facts| facts.sections.len().to_string()),
    ("segments", |facts| facts.segments.len().to_string()),
    ("memory_executable", |facts| facts.memory.executable.to_string()),
    ("memory_read_only", |facts| facts.memory.read_only.to_string()),
    ("memory_relro", |facts| facts.memory.relro.to_string()),
    ("memory_writable", |facts| facts.memory.writable.to_string()),
    ("memory_bss", |facts| facts.memory.bss.to_string()),
    ("relro", |facts| facts.hardening.relro.word().to_owned()),
    ("bind_now", |facts| facts.hardening.bind_now.to_string()),
    ("textrel", |facts| facts.hardening.textrel.to_string()),
    ("nx", |facts| facts.hardening.nx.word().to_owned()),
    ("stack_canary", |facts| facts.hardening.stack_canary.word().to_owned()),
    ("fortify", |facts| facts.hardening.fortify.word().to_owned()),
    ("symbols", |facts| facts.symbols_present.to_string()),
    ("debug", |facts| facts.debug_present.to_string()),
    ("build_id", |facts| text(facts.notes.build_id.as_ref())),
    ("go_build_id", |facts| text(facts.notes.go_build_id.as_ref())),
    ("package_note", |facts| text(facts.notes.package_note.as_ref())),
    ("go_version", |facts| facts.go.as_ref().map_or_else(String::new, |go| go.version.clone())),
    ("go_main_package", |facts| text(facts.go.as_ref().and_then(|go| go.main_package.as_ref()))),
    ("go_module", |facts| {
        let module = facts.go.as_ref().and_then(|go| go.module.as_ref());
        text(module.map(|module| &module.path))
    }),
    ("go_module_version", |facts| {
        let module = facts.go.as_ref().and_then(|go| go.module.as_ref());
        text(module.map(|module| &module.version))
    }),
    ("go_dependencies", |facts| {
        facts.go.as_ref().map_or_else(String::new, |go| go.dependencies.len().to_string())
    }),
    ("go_settings", |facts| {
        let pairs = facts.go.iter().flat_map(|go| &go.settings);
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(";")
    }),
];

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// The names of the columns.
pub(super) fn header() -> Vec<u8> {
    let sizes = Meaning::IN_FILE.map(|meaning| format!("size_{}", record::key(meaning)));
    let names = WHICH.into_iter().chain(["sha256"]).chain(FACTS.iter().map(|column| column.0));
    let names = names.chain(sizes.iter().map(String::as_str)).chain(["error"]);
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = row(names, &mut bytes);
    bytes
}

fn which(path: &Path, member: Option<&[u8]>) -> [String; WHICH.len()] {
    [
        path.to_string_lossy().into_owned(),
        record::bytes(path.as_os_str().as_bytes()).unwrap_or_default(),
        member.map_or_else(String::new, |member| String::from_utf8_lossy(member).into_owned()),
        member.and_then(record::bytes).unwrap_or_default(),
    ]
}

/// The row of an entry.
pub(super) fn entry(entry: &Entry<'_>, out: &mut impl Write) -> io::Result<()> {
    let sha256 = entry.sha256.unwrap_or_default().to_owned();
    let facts = FACTS.iter().map(|column| column.1(entry.facts));
    let sizes = entry.facts.size_by_meaning().into_iter().map(|pair| pair.1.to_string());
    let fields = which(entry.path, entry.member).into_iter().chain([sha256]).chain(facts).chain(sizes);
    row(fields.chain([String::new()]), out)
}

/// The row of what cannot be told.
pub(super) fn failure(failure: &Failure, out: &mut impl Write) -> io::Result<()> {
    let which = which(&failure.path, failure.member.as_deref()).into_iter();
    let empty = std::iter::repeat_n(String::new(), 1 + FACTS.len() + Meaning::IN_FILE.len());
    row(which.chain(empty).chain([format!("{:#}", failure.error)]), out)
}

fn row(fields: impl Iterator<Item = impl AsRef<[u8]>>, out: &mut impl Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 12).from_writer(Vec::new());
    writer.write_record(fields)?;
    out.write_all(&writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}
