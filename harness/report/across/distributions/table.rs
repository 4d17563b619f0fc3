//! The table of a program: a row a distribution's set of flags.

use super::{Distributions, Set};
use crate::claims::{as_judged, words};
use crate::config::{Change, PROPOSAL, Program};
use crate::report::across::Shown;
use crate::report::markdown::Table;

impl<'a> Distributions<'a, '_> {
    pub(super) fn table(&self, program: &Program) -> Shown {
        let over = format!(">over {PROPOSAL}");
        let mut table = Table::new(&[
            "set",
            "build mode",
            "link mode",
            "cgo",
            "linkage",
            "loader",
            "libraries",
            ">relocations",
            "RELRO",
            "binding",
            ">bytes",
            &over,
            "",
            ">start, us more",
            ">ratio",
            ">dropped",
            ">replaced",
        ]);
        for set in &self.sets {
            table.row(self.row(program, set));
        }
        let stripped = |name: &str| self.index.artifact(&program.name, name, self.place, true).is_some();
        let state = if stripped(PROPOSAL) { "stripped" } else { "as linked" };
        let title = format!(
            "`{}`, {}, {}: size {state}, exact, and CPU time of a start, pinned, with intervals that hold one by one:",
            program.name, self.place.toolchain, self.place.target
        );
        Shown { title, table: table.without_empty_columns().text() }
    }

    fn row(&self, program: &Program, set: &Set<'a>) -> Vec<String> {
        let variant = set.variant;
        let replaced = |change: &&Change| !change.by.is_empty();
        let replaced = variant.changes.iter().filter(replaced).count();
        let dropped = variant.changes.len() - replaced;
        let mut cells = vec![set.distribution.to_owned()];
        if let Some(id) = self.shipped(&program.name, &variant.name) {
            let text = |metric| self.index.text(id, metric).unwrap_or("?").replace("not-applicable", "n/a");
            let set_by_go = self.index.facts(id, "go-setting").find(|row| row.key == "-buildmode");
            let mode = set_by_go.map(|row| row.text.as_str()).or(variant.buildmode.as_deref());
            let loader = self.index.text(id, "interpreter");
            let binding = match (loader, self.index.number(id, "bind-now", "")) {
                (None, _) => "n/a",
                (_, Some(1)) => "at start",
                (_, Some(_)) => "lazy",
                (_, None) => "?",
            };
            let needed: Vec<&str> = self.index.facts(id, "needed").map(|row| row.key.as_str()).collect();
            let relocations = self.index.number(id, "relocations", "");
            cells.extend([
                mode.unwrap_or("unset").to_owned(),
                variant.linkmode.as_deref().unwrap_or("unset").to_owned(),
                self.case(&program.name, &variant.name).map_or("?".to_owned(), |row| row.cgo_enabled.clone()),
                text("linkage"),
                loader.map_or("none", |path| path.rsplit('/').next().unwrap_or(path)).to_owned(),
                if needed.is_empty() { "none".to_owned() } else { needed.join(" ") },
                relocations.map_or("?".to_owned(), |number| number.to_string()),
                text("relro"),
                binding.to_owned(),
            ]);
        } else {
            let status =
                self.case(&program.name, &variant.name).map_or("not planned", |row| row.status.word());
            cells.push(status.to_owned());
        }
        cells.resize(10, String::new());
        cells.extend(match self.growth(&program.name, &variant.name) {
            Some((ratio, size)) => [size.to_string(), words::percent(ratio)],
            None => [String::new(), String::new()],
        });
        let unit = words::TimeUnit::US;
        cells.extend(match self.effect(&program.name, set) {
            Some(effect) => [
                effect.seen.sign().to_owned(),
                effect
                    .difference
                    .map_or(String::new(), |row| words::time_more_interval(&as_judged(row), unit)),
                words::ratio_interval(&as_judged(effect.ratio)),
            ],
            None => [const { String::new() }; 3],
        });
        cells.extend([dropped, replaced].map(|number| number.to_string()));
        cells
    }
}
