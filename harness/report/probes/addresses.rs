//! Where things lie: a region a row, a variant a column; what one address tells of another; code that is known.

use anyhow::Result;

use super::{Asked, Titled};
use crate::probe::REGIONS;
use crate::report::markdown::Table;
use crate::report::plots::Plot;
use crate::report::plots::moves::{Lies, Moves, draw};

const PLACES: &str = ": places";
const BITS: &str = ": bits demonstrated";

pub(super) fn tables(all: &[Asked<'_>]) -> Vec<Titled> {
    let mut groups: Vec<(&str, &str, &str)> = Vec::new();
    for one in all {
        let group = (one.program, one.place.toolchain, one.place.target);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let mut tables = Vec::new();
    for (program, toolchain, target) in groups {
        let of: Vec<&Asked<'_>> = all
            .iter()
            .filter(|one| {
                (one.program, one.place.toolchain, one.place.target) == (program, toolchain, target)
            })
            .collect();
        let starts = of.iter().filter_map(|one| one.number("starts")).fold(f64::INFINITY, f64::min);
        if !starts.is_finite() {
            continue;
        }
        let most = of.iter().filter_map(|one| one.number("starts")).fold(starts, f64::max);
        let starts = if most > starts { format!("{starts} to {most}") } else { starts.to_string() };
        let title = format!(
            "{program}, {toolchain}, {target}, {starts} starts each: bits demonstrated, `one place` where none moved"
        );
        tables.extend(chunked(&of).map(|of| Titled { title: title.clone(), table: regions(of) }));
        let title = format!("{program}, {toolchain}: bytes of code that is known, in all starts");
        tables.push(Titled { title, table: code(&of) });
    }
    tables
}

/// What moves in the first program at home.
pub(super) fn plot(all: &[Asked<'_>]) -> Result<Option<Plot>> {
    let Some(first) = all.first() else { return Ok(None) };
    let of: Vec<&Asked<'_>> =
        all.iter().filter(|one| (one.program, one.place) == (first.program, first.place)).collect();
    let starts = of.iter().filter_map(|one| one.number("starts")).fold(f64::INFINITY, f64::min);
    if !starts.is_finite() {
        return Ok(None);
    }
    let lies = |one: &&Asked<'_>, region: &str| match one.number(&format!("{region}{PLACES}")) {
        None => Lies::Absent,
        Some(places) if places <= 1.0 => Lies::AtOnePlace,
        Some(_) => Lies::Moves(one.number(&format!("{region}{BITS}")).unwrap_or_default()),
    };
    let moves = Moves {
        program: first.program,
        place: format!("{}, {}", first.place.toolchain, first.place.target),
        starts,
        variants: of.iter().map(|one| one.variant).collect(),
        rows: REGIONS
            .into_iter()
            .map(|region| (region, of.iter().map(|one| lies(one, region)).collect::<Vec<_>>()))
            .filter(|(_, tiles)| tiles.iter().any(|tile| *tile != Lies::Absent))
            .collect(),
    };
    let shows = format!("{}: which regions of memory move from start to start", first.program);
    Ok(Some(Plot { name: "addresses".to_owned(), svg: draw(&moves)?, shows }))
}

/// So many variants fit beside each other.
fn chunked<'b, 'a>(of: &'b [&'b Asked<'a>]) -> impl Iterator<Item = &'b [&'b Asked<'a>]> {
    of.chunks(5)
}

fn regions(of: &[&Asked<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for row in of.iter().flat_map(|one| one.rows()) {
        if let Some(name) = row.key.strip_suffix(PLACES)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let columns: Vec<&str> = std::iter::once("region").chain(of.iter().map(|one| one.variant)).collect();
    let mut table = Table::new(&columns);
    for name in names {
        let cell = |one: &&Asked<'_>| match one.number(&format!("{name}{PLACES}")) {
            None => String::new(),
            Some(places) if places <= 1.0 => "one place".to_owned(),
            Some(_) => {
                one.number(&format!("{name}{BITS}")).map_or_else(String::new, |bits| format!("{bits:.1}"))
            }
        };
        table.row(std::iter::once(name.to_owned()).chain(of.iter().map(cell)));
    }
    table.text()
}

fn code(of: &[&Asked<'_>]) -> String {
    let mut table = Table::new(&[
        "variant",
        "in all",
        "without a leak",
        "given text",
        "given Go heap",
        "given main stack",
        "given loader",
    ]);
    for one in of {
        let bytes = |key: &str| one.number(key).map_or_else(String::new, |bytes| bytes.to_string());
        table.row([
            one.variant.to_owned(),
            bytes("code in all"),
            bytes("code at known addresses"),
            bytes("code known given text"),
            bytes("code known given Go heap"),
            bytes("code known given main stack"),
            bytes("code known given loader"),
        ]);
    }
    table.without_empty_columns().text()
}
