//! Where things lie: a region a row, a variant a column; what one address tells of another; code that is known.

use anyhow::Result;

use super::{Asked, Titled};
use crate::claims::words;
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
            "{program}, {toolchain}, {target}, {starts} starts each: bits demonstrated / if places were drawn evenly over \
             their range, `one place` where none moved"
        );
        tables.extend(chunked(&of).map(|of| Titled { title: title.clone(), table: regions(of) }));
        let title = format!("{program}, {toolchain}: bytes of code that is known, in all starts");
        tables.push(Titled { title, table: code(&of) });
        // Of the first program at home alone: the others tell the same, at length.
        if tables.iter().all(|table| !table.title.contains(MATRIX)) {
            tables.extend(agreement(&of));
            tables.extend(matrices(&of));
        }
    }
    tables
}

/// How well draws agree with what the kernel documents.
fn agreement(of: &[&Asked<'_>]) -> Option<Titled> {
    const KEY: &str = ": agreement with the kernel's draw, ";
    let mut table =
        Table::new(&["variant", "region", ">bits documented", ">high bits", ">low bits", ">pairs of bits"]);
    for one in of {
        for region in REGIONS {
            let Some(bits) = one.number(&format!("{region}: bits documented")) else { continue };
            let chances = ["high bits", "low bits", "pairs of bits"].map(|field| {
                one.number(&format!("{region}{KEY}{field}")).map_or_else(String::new, |p| format!("{p:.3}"))
            });
            table.row(
                [one.variant.to_owned(), region.to_owned(), bits.to_string()].into_iter().chain(chances),
            );
        }
    }
    let first = of.first()?;
    let title = format!(
        "{}, {}: agreement with the draw that the kernel documents: the chance of what was seen, or more, were it drawn \
         so (chi-square on the four highest and lowest bits, parity of every two bits, corrected); of many such numbers \
         some are small",
        first.program, first.place.toolchain
    );
    (!table.is_empty()).then(|| Titled { title, table: table.text() })
}

/// The tables of what one address leaves of others are known by this.
const MATRIX: &str = "bits that are left";

/// What is left of a region when an address in another is known: a table for all variants in which the same is told.
fn matrices(of: &[&Asked<'_>]) -> Vec<Titled> {
    let left = |one: &Asked<'_>, region: &str, leaked: &str| {
        one.number(&format!("{region} given {leaked}: bits demonstrated"))
    };
    let told = |one: &Asked<'_>| -> Vec<Option<bool>> {
        REGIONS
            .iter()
            .flat_map(|region| REGIONS.iter().map(|leaked| left(one, region, leaked).map(|bits| bits > 0.0)))
            .collect()
    };
    let mut groups: Vec<(Vec<Option<bool>>, Vec<&Asked<'_>>)> = Vec::new();
    for one in of {
        let pattern = told(one);
        match groups.iter_mut().find(|(known, _)| *known == pattern) {
            Some((_, some)) => some.push(one),
            None => groups.push((pattern, vec![one])),
        }
    }
    let mut tables = Vec::new();
    for (_, some) in groups {
        let Some(first) = some.first() else { continue };
        let moves =
            |region: &&str| first.number(&format!("{region}{PLACES}")).is_some_and(|places| places > 1.0);
        let there = |region: &&str| first.number(&format!("{region}{PLACES}")).is_some();
        let columns: Vec<&str> = REGIONS.into_iter().filter(there).collect();
        let heads: Vec<String> =
            std::iter::once("of".to_owned()).chain(columns.iter().map(|name| format!(">{name}"))).collect();
        let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        for region in REGIONS.iter().copied().filter(moves) {
            let cells = columns.iter().map(|leaked| match left(first, region, leaked) {
                None => String::new(),
                Some(bits) if bits > 0.0 => format!("{bits:.1}"),
                Some(_) => "told".to_owned(),
            });
            table.row(std::iter::once(region.to_owned()).chain(cells));
        }
        if table.is_empty() {
            continue;
        }
        let names: Vec<&str> = some.iter().map(|one| one.variant).collect();
        let title = format!(
            "{}, {}, {} (numbers of the first): {MATRIX} of what moves when one address in the region of the column is \
             known; `told` where the distance was the same in every start",
            first.program,
            first.place.toolchain,
            words::code_list(&names)
        );
        tables.push(Titled { title, table: table.text() });
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
                let even = one.number(&format!("{name}: bits if uniform over its range"));
                let even = even.map_or_else(String::new, |bits| format!(" / {bits:.1}"));
                let bits = one.number(&format!("{name}{BITS}"));
                bits.map_or_else(String::new, |bits| format!("{bits:.1}{even}"))
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
