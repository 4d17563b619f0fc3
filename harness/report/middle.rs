//! The middle ground: what each variant has and costs, and what to take for what one wants.

use serde::Serialize;

use super::markdown::Table;
use crate::claims::middle::{Choice, PROPERTIES, cheapest, choices, subject, undominated};
use crate::claims::words;
use crate::results::Index;

/// The section; absent where nothing has a cost.
#[derive(Debug, Serialize)]
pub(super) struct Middle {
    of: String,
    table: String,
    wanted: String,
}

pub(super) fn part(index: &Index<'_>) -> Option<Middle> {
    let (program, place) = subject(index)?;
    let all = choices(index, program, place);
    if all.iter().filter(|one| one.start.is_some()).count() < 2 {
        return None;
    }
    let of = format!("{}, {}, {}", program.name, place.toolchain, place.target);
    Some(Middle { of, table: vectors(&all), wanted: wanted(&all) })
}

fn vectors(all: &[Choice<'_>]) -> String {
    let free = undominated(all);
    let names = PROPERTIES.iter().map(|property| property.name);
    let columns: Vec<&str> =
        std::iter::once("variant").chain(names).chain(["a start", "size", "before it"]).collect();
    let mut table = Table::new(&columns);
    for one in all {
        let has = one.has.iter().map(|has| match has {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => "n/a".to_owned(),
        });
        let start = one.start.map_or_else(String::new, |(ratio, low, high)| {
            if (low, high) == (1.0, 1.0) {
                "1".to_owned()
            } else {
                format!("{} [{}, {}]", words::ratio(ratio), words::ratio(low), words::ratio(high))
            }
        });
        let behind = if free.contains(&one.variant) { "" } else { "another" };
        let cells = [start, one.size.map_or_else(String::new, words::bytes), behind.to_owned()];
        table.row(std::iter::once(one.variant.to_owned()).chain(has).chain(cells));
    }
    table.text()
}

fn wanted(all: &[Choice<'_>]) -> String {
    let mut table = Table::new(&["if you want", "the cheapest is", "a start", "and you give up"]);
    for row in cheapest(all) {
        let level = if row.level.is_empty() {
            String::new()
        } else {
            format!(" (not to be told from it: {})", words::code_list(&row.level))
        };
        let given_up =
            if row.given_up.is_empty() { "nothing of the above".to_owned() } else { row.given_up.join("; ") };
        table.row([
            row.property.wanted.to_owned(),
            format!("`{}`{level}", row.variant),
            format!("{} times", words::ratio(row.ratio)),
            given_up,
        ]);
    }
    table.text()
}
