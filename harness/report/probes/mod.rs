//! What the probes found: a table an experiment, variants in its rows.

mod addresses;

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use super::Picture;
use super::markdown::Table;
use super::plots::Plot;
use crate::claims::words;
use crate::config::Language;
use crate::probe::PROBES;
use crate::results::{Index, OK, Place, ProbeRow};

/// The section of one experiment.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    heading: String,
    /// What it does, and how to read its tables.
    intro: String,
    plots: Vec<Picture>,
    tables: Vec<Titled>,
    /// What other tools say of the first program, alike ones together.
    said: Vec<String>,
    /// What it could not tell, alike ones together.
    lacking: Vec<String>,
}

/// A table with what it is of.
#[derive(Debug, Serialize)]
pub(super) struct Titled {
    title: String,
    table: String,
}

/// The heading of an experiment's section.
pub(super) fn heading(probe: &str) -> String {
    format!("Probe `{probe}`")
}

/// The sections of all experiments that told anything, and their plots.
pub(super) fn parts(index: &Index<'_>) -> Result<(Vec<Part>, Vec<Plot>)> {
    let (mut parts, mut plots) = (Vec::new(), Vec::new());
    for probe in PROBES {
        let all = Asked::all(index, probe.name);
        if all.is_empty() {
            continue;
        }
        let own = if probe.name == "addresses" { addresses::plot(&all)? } else { None };
        let pictures = own.iter().map(Plot::picture).collect();
        parts.push(part(&all, probe.name, probe.what, pictures));
        plots.extend(own);
    }
    Ok((parts, plots))
}

fn part(all: &[Asked<'_>], probe: &str, what: &str, plots: Vec<Picture>) -> Part {
    let tables = match probe {
        "addresses" => addresses::tables(all),
        _ => over_programs(all),
    };
    let intro = format!("{}. {}", words::capital(what), how_to_read(probe));
    Part { heading: heading(probe), intro, plots, tables, said: said(all), lacking: lacking(all) }
}

/// Wide tables are unreadable: so many columns at once.
const COLUMNS: usize = 4;

/// What a reader has to know of an experiment's tables.
fn how_to_read(probe: &str) -> &'static str {
    match probe {
        "empty-root" => {
            "The root is a folder, entered in a user namespace; `yes` means that it started there and gave its usual \
             answer. A number behind an answer is of how many programs it is true."
        }
        "addresses" => {
            "Each start is stopped at its end and its own map is read. Bits demonstrated: what these starts rule out is \
             fewer, at 95 %, from how often two of them had the same place; few starts show few bits, however many there \
             are. The bits that a range holds assume that places are drawn evenly over it. Nothing is summed over single \
             bits."
        }
        "writable-memory" => {
            "Every aligned word of writable memory is read at the end of a start; one that happens to look like an \
             address of code counts too, so that this is an upper estimate. Medians over programs."
        }
        "injection" => {
            "A user's own environment crosses no privilege boundary; and tools that preload (fakeroot, torsocks) are \
             lost where nothing can be."
        }
        "sandbox" => {
            "Traced from exec to exit, then started again under filters that permit what was seen and nothing else. \
             Which kernels would do is at best an estimate."
        }
        _ => "",
    }
}

/// What an experiment told of one artifact.
pub(super) struct Asked<'a> {
    pub(super) program: &'a str,
    pub(super) variant: &'a str,
    pub(super) place: Place<'a>,
    rows: &'a [&'a ProbeRow],
}

impl<'a> Asked<'a> {
    /// Of every artifact, program by program, in the order of the variants; home first.
    fn all(index: &'a Index<'a>, probe: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for language in [Language::Go, Language::C] {
            let programs =
                index.run().info.programs.iter().filter(|program| program.source.language() == language);
            for program in programs {
                for variant in index.variants(language) {
                    let places =
                        if language == Language::Go { index.everywhere() } else { index.places_of(language) };
                    for place in places {
                        for stripped in [true, false] {
                            let Some(row) = index.artifact(&program.name, &variant.name, place, stripped)
                            else {
                                continue;
                            };
                            let rows = index.probed(&row.id, probe);
                            if !rows.is_empty() {
                                all.push(Self {
                                    program: &program.name,
                                    variant: &variant.name,
                                    place,
                                    rows,
                                });
                            }
                        }
                    }
                }
            }
        }
        all
    }

    pub(super) fn row(&self, key: &str) -> Option<&'a ProbeRow> {
        self.rows.iter().copied().find(|row| row.key == key && row.status == OK)
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.row(key)?.number
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &'a ProbeRow> + '_ {
        self.rows.iter().copied()
    }
}

/// Each variant's answers over all programs at home: how many say yes, or the median of a number.
fn over_programs(all: &[Asked<'_>]) -> Vec<Titled> {
    let home = all.first().map(|one| one.place.target);
    let here: Vec<&Asked<'_>> = all.iter().filter(|one| Some(one.place.target) == home).collect();
    let mut keys: Vec<(&str, &str)> = Vec::new();
    for row in here.iter().flat_map(|one| one.rows()) {
        let known = keys.iter().any(|(key, _)| *key == row.key);
        // What has a key a file or a call is told elsewhere.
        let single = ["file ", "call ", "without "].iter().any(|of| row.key.starts_with(of));
        if !known && !single && row.status == OK && ["bool", "count", "bytes"].contains(&row.unit.as_str()) {
            keys.push((&row.key, &row.unit));
        }
    }
    let mut variants: Vec<&str> = Vec::new();
    for one in &here {
        if !variants.contains(&one.variant) {
            variants.push(one.variant);
        }
    }
    let mut tables = Vec::new();
    for keys in keys.chunks(COLUMNS) {
        let columns: Vec<String> = std::iter::once("variant".to_owned())
            .chain(keys.iter().map(|(key, unit)| {
                if *unit == "bytes" { format!("{key} (bytes)") } else { (*key).to_owned() }
            }))
            .collect();
        let mut table = Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
        for variant in &variants {
            let of: Vec<&&Asked<'_>> = here.iter().filter(|one| one.variant == *variant).collect();
            let cells = keys.iter().map(|(key, unit)| cell(&of, key, unit));
            table.row(std::iter::once((*variant).to_owned()).chain(cells));
        }
        tables.push(Titled { title: String::new(), table: table.text() });
    }
    tables
}

fn cell(of: &[&&Asked<'_>], key: &str, unit: &str) -> String {
    let mut numbers: Vec<f64> = of.iter().filter_map(|one| one.number(key)).collect();
    if numbers.is_empty() {
        let why = of
            .iter()
            .flat_map(|one| one.rows())
            .find(|row| row.status != OK && (row.key == key || row.key.is_empty()));
        return why
            .map_or_else(String::new, |row| row.status.replace("not-applicable", "n/a").replace('-', " "));
    }
    if unit == "bool" {
        let yes = numbers.iter().filter(|number| **number > 0.0).count();
        return match yes {
            0 => format!("no ({})", numbers.len()),
            n if n == numbers.len() => format!("yes ({n})"),
            n => format!("yes {n}, no {}", numbers.len() - n),
        };
    }
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).map_or_else(String::new, f64::to_string)
}

/// What tools say of the first program at home, each saying once with the variants that it is said of.
fn said(all: &[Asked<'_>]) -> Vec<String> {
    let Some(first) = all.first() else { return Vec::new() };
    let mut sayings: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for one in all.iter().filter(|one| one.program == first.program && one.place == first.place) {
        let texts =
            one.rows().filter(|row| row.status == OK && row.unit == "text" && row.key.ends_with(" says"));
        for row in texts {
            match sayings.iter_mut().find(|(key, text, _)| *key == row.key && *text == row.text) {
                Some((.., variants)) => variants.push(one.variant),
                None => sayings.push((&row.key, &row.text, vec![one.variant])),
            }
        }
    }
    sayings.sort_by_key(|(key, ..)| *key);
    let line = |(key, text, variants): &(&str, &str, Vec<&str>)| {
        let text = text.trim_start_matches("FILE:").trim_start_matches(" | ").replace(" | ", "; ");
        format!("{key} of {} as {}: {text}", first.program, words::code_list(variants))
    };
    sayings.iter().map(line).collect()
}

/// Why there are no answers, each reason once with the variants that have it.
fn lacking(all: &[Asked<'_>]) -> Vec<String> {
    let mut reasons: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for one in all {
        for row in one.rows().filter(|row| row.status != OK && row.status != "not-applicable") {
            let variants = reasons.entry((&row.text, &row.key)).or_default();
            if !variants.iter().any(|known| known == one.variant) {
                variants.push(one.variant.to_owned());
            }
        }
    }
    let line = |((why, key), variants): (&(&str, &str), &Vec<String>)| {
        let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
        format!("{key}{why} ({})", words::code_list(variants))
    };
    reasons.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::synthetic::Synthetic;

    fn run(number: Option<f64>, status: &str, text: &str) -> crate::results::Run {
        let mut run = Synthetic::default().run();
        for case in ["hello/static/go1.27.3/linux-amd64/stripped", "net/static/go1.27.3/linux-amd64/stripped"]
        {
            run.probes.push(ProbeRow {
                case: case.to_owned(),
                probe: "empty-root".to_owned(),
                key: "alone".to_owned(),
                unit: "bool".to_owned(),
                number,
                status: status.to_owned(),
                text: text.to_owned(),
            });
        }
        run
    }

    #[test]
    fn answers_are_counted_over_programs() {
        for (number, said) in [(1.0, "yes (2)"), (0.0, "no (2)")] {
            let run = run(Some(number), OK, "");
            let (parts, _) = parts(&Index::new(&run)).expect("renders");
            assert_eq!(parts.len(), 1);
            assert!(parts[0].tables[0].table.contains(said), "{}", parts[0].tables[0].table);
        }
    }

    #[test]
    fn what_tools_say_is_told_once() {
        let mut run = Synthetic::default().run();
        for (variant, text) in [
            ("static", "FILE: | PIE: no | Bound: no"),
            ("pie-internal", "FILE: | PIE: yes | Bound: no"),
            ("exe-external", "FILE: | PIE: no | Bound: no"),
        ] {
            run.probes.push(ProbeRow {
                case: format!("hello/{variant}/go1.27.3/linux-amd64/stripped"),
                probe: "metadata".to_owned(),
                key: "a-checker says".to_owned(),
                unit: "text".to_owned(),
                number: None,
                status: OK.to_owned(),
                text: text.to_owned(),
            });
        }
        let (parts, _) = parts(&Index::new(&run)).expect("renders");
        let said = [
            "a-checker says of hello as `static` and `exe-external`: PIE: no; Bound: no",
            "a-checker says of hello as `pie-internal`: PIE: yes; Bound: no",
        ];
        assert_eq!(parts[0].said, said);
    }

    #[test]
    fn what_could_not_be_told_is_said_once() {
        let run = run(None, "not-available", "no namespaces");
        let (parts, _) = parts(&Index::new(&run)).expect("renders");
        assert_eq!(parts[0].lacking, ["alone: no namespaces (`static`)"]);
        let (none, _) = super::parts(&Index::new(&Synthetic::default().run())).expect("renders");
        assert!(none.is_empty());
    }
}
