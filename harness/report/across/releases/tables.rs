//! The tables: a line a variant, a column a release.

use super::reply::effects;
use super::{Releases, Subject, short};
use crate::claims::behind;
use crate::claims::words::{self, TimeUnit};
use crate::report::across::Shown;
use crate::report::markdown::Table;
use crate::results::{EstimateRow, Place, Status};

/// The tables that there is anything for.
pub(super) fn all(releases: &Releases<'_, '_>) -> Vec<Shown> {
    let mut all = Vec::new();
    let size = if releases.is_stripped() { "Stripped size" } else { "Size as linked" };
    all.extend(of_cases(releases, &format!("{size} in bytes:"), true, |subject, place| {
        let row = releases.row(subject, place)?;
        let stripped = releases.is_stripped();
        let size = releases.index.artifact(&subject.program.name, &subject.variant.name, place, stripped);
        Some(match size.and_then(|row| row.size) {
            Some(size) => size.to_string(),
            None if row.status == Status::Built => "-".to_owned(),
            None => row.status.word().to_owned(),
        })
    }));
    let relocations = "Relocations, and the bytes of their tables:";
    all.extend(of_cases(releases, relocations, true, |subject, place| {
        let id = &releases.shipped(subject, place)?.id;
        let number = |metric| releases.index.number(id, metric, "");
        Some(format!("{} ({})", number("relocations")?, number("relocation-table-size")?))
    }));
    let relro = "Read-only after relocation (RELRO), and when functions are bound:";
    all.extend(of_cases(releases, relro, false, |subject, place| {
        let property = |name| releases.property(name, subject, place);
        let (relro, binding) = (property("RELRO")?, property("binding")?);
        Some(if relro == "n/a" && binding == "n/a" { relro } else { format!("{relro}, {binding}") })
    }));
    let moved = "Address randomisation, as far as the file decides: the ELF type (the kernel may load a DYN at any \
                 address, the code of an EXEC lies where the file says), and whether a loader is named. Where they \
                 came to lie was not observed for this table:";
    all.extend(of_cases(releases, moved, false, |subject, place| {
        let property = |name| releases.property(name, subject, place);
        let loader = if property("loader")? == "none" { "no loader" } else { "loader" };
        Some(format!("{}, {loader}", property("ELF type")?))
    }));
    let c = "What a C toolchain had to do with it: `none` (cgo was off), `links` (external linking), `cgo on` (it may \
             have compiled C; the artifact does not tell), `lacking` (refused for want of it):";
    all.extend(of_cases(releases, c, false, |subject, place| {
        releases.property("C toolchain", subject, place)
    }));
    all.extend(starts(releases));
    all
}

/// The columns: the program where there are several, what a line is, and each release.
fn columns(releases: &Releases<'_, '_>, line: &str, right: bool) -> Table {
    let mut columns = Vec::new();
    if releases.programs().len() > 1 {
        columns.push("program".to_owned());
    }
    columns.push(line.to_owned());
    let mark = if right { ">" } else { "" };
    columns.extend(releases.had.iter().map(|place| format!("{mark}{}", short(place.toolchain))));
    Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A row, where any of its cells is there.
fn add(
    releases: &Releases<'_, '_>,
    table: &mut Table,
    [program, line]: [&str; 2],
    cells: Vec<Option<String>>,
) {
    if cells.iter().all(Option::is_none) {
        return;
    }
    let mut row = Vec::new();
    if releases.programs().len() > 1 {
        row.push(program.to_owned());
    }
    row.push(line.to_owned());
    row.extend(cells.into_iter().map(|cell| cell.unwrap_or_else(|| "-".to_owned())));
    table.row(row);
}

fn of_cases<'a>(
    releases: &Releases<'a, '_>,
    title: &str,
    right: bool,
    cell: impl Fn(Subject<'a>, Place<'a>) -> Option<String>,
) -> Option<Shown> {
    let mut table = columns(releases, "variant", right);
    for subject in releases.subjects() {
        let cells = releases.had.iter().map(|place| cell(subject, *place)).collect();
        add(releases, &mut table, [&subject.program.name, &subject.variant.name], cells);
    }
    (!table.is_empty()).then(|| Shown { title: title.to_owned(), table: table.text() })
}

fn starts(releases: &Releases<'_, '_>) -> Option<Shown> {
    let mut table = columns(releases, "contrast", true);
    let mut shown: Vec<&EstimateRow> = Vec::new();
    for program in releases.programs() {
        for contrast in releases.index.timed_contrasts(program).filter(|contrast| !contrast.control) {
            let effects = effects(releases, contrast, program);
            if effects.len() < 2 {
                continue;
            }
            shown.extend(effects.iter().map(|effect| effect.ratio));
            let cell = |place: &Place<'_>| {
                let effect = effects.iter().find(|effect| effect.place == *place)?;
                let difference = effect.difference?;
                let time = words::time_more_interval(difference, TimeUnit::US);
                Some(format!("{} {time}", effect.seen.sign()))
            };
            let cells = releases.had.iter().map(cell).collect();
            add(releases, &mut table, [&program.name, &contrast.name], cells);
        }
    }
    let first = shown.first()?;
    let title = format!(
        "CPU time of a start, pinned, changed less base in us, with {:.0} % intervals one by one ({}; `+` more, `-` less, `=` no \
         difference seen, `~` within the noise floor, `?` cannot be judged). The two sides of a contrast were \
         started interleaved, releases were not: what differs from column to column may be the machine's:",
        first.confidence * 100.0,
        behind(shown.iter().copied())
    );
    Some(Shown { title, table: table.text() })
}
