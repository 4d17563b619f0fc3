//! The tables: files, starts, and what was not built.

use super::{Comparison, Shown};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, Effect, as_judged, measure_words};
use crate::config::{Language, Program};
use crate::report::markdown::Table;
use crate::results::{ArtifactRow, Status};

/// Characters of a reason that are shown; all of it stands where what was not built is listed.
const REASON: usize = 240;

impl<'a> Comparison<'a, '_> {
    pub(super) fn files_table(&self) -> Option<Shown> {
        let contrast = self.alone?;
        let over = format!(">{} over it", contrast.changed);
        let side = |name: &'static str| -> [String; 4] {
            [name.to_owned(), format!(">{}", contrast.base), over.clone(), ">relocations".to_owned()]
        };
        let heads = [side("fixture"), side("original")].concat();
        let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        for pair in &self.pairs {
            let cells = pair.both().map(|program| match self.files_of(program) {
                Some(files) => [
                    program.name.clone(),
                    files.base.to_string(),
                    words::percent(files.growth()),
                    files.relocations.to_string(),
                ],
                None => [program.name.clone(), self.state_of(program), String::new(), String::new()],
            });
            table.row(cells.concat());
        }
        let title = format!(
            "Size of the file in bytes, {}, and relocations of `{}`:",
            self.state(),
            contrast.changed
        );
        Some(Shown { title, table: table.text() })
    }

    /// What became of a program that cannot be compared.
    fn state_of(&self, program: &Program) -> String {
        let rows = self.not_built(program);
        rows.first().map_or("not compared", |row| row.status.word()).to_owned()
    }

    fn not_built(&self, program: &Program) -> Vec<&'a ArtifactRow> {
        let variants = self.index.variants(Language::Go);
        let rows = variants
            .filter_map(|variant| self.index.case(&program.name, &variant.name, self.place, false))
            .filter(|row| row.status != Status::Built);
        rows.collect()
    }

    pub(super) fn starts_table(&self) -> Option<Shown> {
        let side = |name| [name, "", ">us", ">ratio", ">n"];
        let heads = [&["contrast"][..], &side("fixture"), &side("original")].concat();
        let mut table = Table::new(&heads);
        for contrast in &self.primary {
            for pair in &self.pairs {
                let effects = pair
                    .both()
                    .map(|program| Effect::of(self.index, contrast, &program.name, self.place, CPU_PINNED));
                if effects.iter().all(Option::is_none) {
                    continue;
                }
                let [fixture, original] = pair.both().map(|program| program.name.clone());
                let [own, others] = effects.map(|effect| effect.as_ref().map_or_else(not_timed, timed));
                let own = [&[contrast.name.clone(), fixture][..], &own].concat();
                table.row([own, vec![original], others.to_vec()].concat());
            }
        }
        let title = format!(
            "What a contrast adds to a start, {}, with its intervals and its n (copies/starts):",
            measure_words(CPU_PINNED)
        );
        (!table.is_empty()).then(|| Shown { title, table: table.text() })
    }

    /// The originals that are not all there, each reason once.
    pub(super) fn missing_table(&self) -> Option<Shown> {
        let mut table = Table::new(&["original", "of", "as", "", "what was said"]);
        for pair in &self.pairs {
            let rows = self.not_built(pair.original);
            let mut reasons: Vec<(Status, &str)> = Vec::new();
            for row in &rows {
                if !reasons.contains(&(row.status, &row.reason)) {
                    reasons.push((row.status, &row.reason));
                }
            }
            for (status, reason) in reasons {
                let same = rows.iter().filter(|row| (row.status, row.reason.as_str()) == (status, reason));
                let ways: Vec<&str> = same.map(|row| row.variant.as_str()).collect();
                table.row([
                    pair.original.name.clone(),
                    pair.fixture.name.clone(),
                    words::list(&ways),
                    status.word().to_owned(),
                    code(reason),
                ]);
            }
        }
        let title = "Originals that were not built, in the tools' own words:".to_owned();
        (!table.is_empty()).then(|| Shown { title, table: table.text() })
    }
}

/// The cells of an effect: what is seen, difference, ratio and n.
fn timed(effect: &Effect<'_>) -> [String; 4] {
    let difference = effect.difference;
    [
        effect.seen.sign().to_owned(),
        difference.map_or(String::new(), |row| words::time_more_interval(&as_judged(row), TimeUnit::US)),
        words::ratio_interval(&as_judged(effect.ratio)),
        format!("{}/{}", effect.ratio.units, effect.ratio.starts),
    ]
}

fn not_timed() -> [String; 4] {
    ["?", "not timed", "", ""].map(str::to_owned)
}

/// The beginning of somebody else's words, on one line as code.
fn code(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    let mut letters = line.chars().filter(|letter| !letter.is_control());
    let begin: String = letters.by_ref().take(REASON).collect();
    let more = if letters.next().is_some() { " ..." } else { "" };
    format!("`{begin}{more}`")
}
