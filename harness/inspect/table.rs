//! The table, for people: one line a file, or the facts of one file as a block.
//!
//! Widths are fixed, so that a line can be written before the next file is known; the path stands last and is
//! never cut. Control characters, which a terminal might obey, are written as escapes.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::view::Entry;
use crate::elf::{Facts, GoBuildInfo};

/// The heads of the columns.
pub(super) fn header() -> Vec<u8> {
    let path = "PATH";
    columns(["LINKAGE", "PIE", "RELRO", "NX", "CANARY", "RELOCATIONS", "GO", "SIZE"], path).into_bytes()
}

fn columns(fields: [&str; 8], path: &str) -> String {
    let [linkage, pie, relro, nx, canary, relocations, go, size] = fields;
    format!(
        "{linkage:14} {pie:3} {relro:14} {nx:14} {canary:14} {relocations:>11} {go:11} {size:>11} {path}\n"
    )
}

/// The line of an entry.
pub(super) fn line(entry: &Entry<'_>, out: &mut impl Write) -> io::Result<()> {
    let facts = entry.facts;
    let go = facts.go.as_ref().map_or("-".to_owned(), |go| shown(&go.version));
    let fields = [
        facts.linkage.kind.word(),
        yes(facts.linkage.pie),
        facts.hardening.relro.word(),
        facts.hardening.nx.word(),
        facts.hardening.stack_canary.word(),
        &facts.relocations.total.to_string(),
        &go,
        &facts.file_size.to_string(),
    ];
    out.write_all(columns(fields, &place(entry.path, entry.member)).as_bytes())
}

/// A path, and in parentheses the member of an archive.
pub(super) fn place(path: &Path, member: Option<&[u8]>) -> String {
    let path = shown(&String::from_utf8_lossy(path.as_os_str().as_bytes()));
    match member {
        Some(member) => format!("{path}({})", shown(&String::from_utf8_lossy(member))),
        None => path,
    }
}

/// A text without control characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, letter| {
        if letter.is_control() {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
        shown
    })
}

fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

/// The facts of an entry as a block.
pub(super) fn block(entry: &Entry<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut text = place(entry.path, entry.member);
    text.push('\n');
    for (name, value) in rows(entry) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:13} {}", shown(&value));
    }
    out.write_all(text.as_bytes())
}

fn rows(entry: &Entry<'_>) -> Vec<(&'static str, String)> {
    let facts = entry.facts;
    let Facts { linkage, relocations, hardening, notes, .. } = facts;
    let endian = facts.endian.word();
    let mut rows = vec![
        ("ELF", format!("{} bits, {endian}-endian, {}, {}", facts.class, facts.machine, facts.elf_type)),
        ("size", format!("{} bytes", facts.file_size)),
    ];
    let mut row = |name, value: String| {
        if !value.is_empty() {
            rows.push((name, value));
        }
    };
    row("sha256", entry.sha256.unwrap_or_default().to_owned());
    let pie = if linkage.pie { ", position-independent" } else { "" };
    row("linkage", format!("{}{pie}", linkage.kind.word()));
    row("interpreter", linkage.interpreter.clone().unwrap_or_default());
    row("needed", linkage.needed.join(" "));
    row("soname", linkage.soname.clone().unwrap_or_default());
    row("rpath", linkage.rpath.join(":"));
    row("runpath", linkage.runpath.join(":"));
    let packed = match relocations.relr_words {
        0 => String::new(),
        words => format!(", {} of them packed into {words} words", relocations.relr_addresses),
    };
    let pages = relocations.pages.map_or_else(String::new, |pages| format!(", on {pages} pages of 4 KiB"));
    row(
        "relocations",
        format!(
            "{}: {} relative, {} of functions{packed}{pages}; {} bytes of tables",
            relocations.total, relocations.relative, relocations.plt, relocations.table_bytes
        ),
    );
    row("by type", counted(relocations.by_type.iter().map(|(name, n)| (name.as_str(), *n))));
    let hardened = [
        ("relro", hardening.relro.word()),
        ("bind-now", yes(hardening.bind_now)),
        ("textrel", yes(hardening.textrel)),
        ("nx", hardening.nx.word()),
        ("stack canary", hardening.stack_canary.word()),
        ("fortify", hardening.fortify.word()),
    ];
    row("hardening", hardened.map(|(name, word)| format!("{name} {word}")).join(", "));
    row("memory", counted(facts.memory.by_kind().into_iter().filter(|pair| pair.1 > 0)));
    let sizes = facts.size_by_meaning().into_iter().filter(|pair| pair.1 > 0);
    row("file", counted(sizes.map(|(meaning, size)| (meaning.word(), size))));
    let (sections, segments) = (facts.sections.len(), facts.segments.len());
    let (symbols, debug) = (yes(facts.symbols_present), yes(facts.debug_present));
    row("headers", format!("{sections} sections, {segments} segments"));
    row("symbols", format!("{symbols}; debug data {debug}"));
    row("build id", notes.build_id.clone().unwrap_or_default());
    row("package note", notes.package_note.clone().unwrap_or_default());
    if let Some(go) = &facts.go {
        row("Go", go.version.clone());
        row("main package", go.main_package.clone().unwrap_or_default());
        row("module", module(go));
        row(
            "settings",
            go.settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "),
        );
    }
    rows
}

fn module(go: &GoBuildInfo) -> String {
    let name = go.module.as_ref().map(|module| format!("{} {}", module.path, module.version));
    let dependencies = match go.dependencies.len() {
        0 => String::new(),
        1 => "1 dependency".to_owned(),
        n => format!("{n} dependencies"),
    };
    [name.unwrap_or_default(), dependencies]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn counted<'a>(pairs: impl Iterator<Item = (&'a str, u64)>) -> String {
    pairs.map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_command_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(place(Path::new("libä.a"), Some(b"x\xff.o")), "libä.a(x\u{fffd}.o)");
    }
}
