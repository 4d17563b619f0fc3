//! Where things lie: a region a row, a variant a column; what one address tells of another; code that is known.

use super::{Asked, Titled};
use crate::report::markdown::Table;

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
            .filter(|one| (one.program, one.place.toolchain, one.place.target) == (program, toolchain, target))
            .collect();
        let starts = of.iter().filter_map(|one| one.number("starts")).fold(f64::INFINITY, f64::min);
        if !starts.is_finite() {
            continue;
        }
        let title = format!("{program}, {toolchain}, {target}, {starts} starts each: bits demonstrated, `one place` where none moved");
        tables.extend(chunked(&of).map(|of| Titled { title: title.clone(), table: regions(of) }));
        let title = format!("{program}, {toolchain}: bytes of code that is known, in all starts");
        tables.push(Titled { title, table: code(&of) });
    }
    tables
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
            Some(_) => one.number(&format!("{name}{BITS}")).map_or_else(String::new, |bits| format!("{bits:.1}")),
        };
        table.row(std::iter::once(name.to_owned()).chain(of.iter().map(cell)));
    }
    table.text()
}

fn code(of: &[&Asked<'_>]) -> String {
    let mut table = Table::new(&["variant", "in all", "without a leak", "given text", "given Go heap", "given main stack", "given loader"]);
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
