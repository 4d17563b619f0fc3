//! Whether the fixtures stand for the programs that they are modelled on.
//!
//! Each fixture is set beside its original: sizes and relocations, which are exact, and what the primary contrasts
//! cost a start of either. Nothing is pooled: a pair is one program of ours and one of somebody else's.

mod tables;

use anyhow::Result;

use super::{Part, Shown};
use crate::claims::words;
use crate::claims::{CPU_PINNED, Effect, behind, counts, measure_words};
use crate::config::{Contrast, Language, PROPOSAL, Program};
use crate::report::plots::Plot;
use crate::results::{EstimateRow, Index, Place};

/// How far apart the shares that PIE adds to two files may be to be called alike: two points of a percentage.
const ALIKE: f64 = 0.02;

/// A fixture and the program that it is modelled on.
#[derive(Clone, Copy)]
struct Pair<'a> {
    fixture: &'a Program,
    original: &'a Program,
}

impl<'a> Pair<'a> {
    fn both(self) -> [&'a Program; 2] {
        [self.fixture, self.original]
    }
}

/// A program as the proposal has it and as PIE.
#[derive(Clone, Copy)]
struct Files {
    base: u64,
    changed: u64,
    /// Those of the PIE.
    relocations: u64,
}

impl Files {
    /// PIE over the proposal.
    fn growth(self) -> f64 {
        self.changed as f64 / self.base as f64
    }

    /// Relocations of the PIE for every million bytes of the proposal.
    fn density(self) -> f64 {
        self.relocations as f64 / (self.base as f64 / 1e6)
    }
}

/// What is compared, and where.
struct Comparison<'a, 'i> {
    index: &'i Index<'a>,
    place: Place<'a>,
    pairs: Vec<Pair<'a>>,
    /// PIE alone against the proposal.
    alone: Option<&'a Contrast>,
    /// What is timed of every program.
    primary: Vec<&'a Contrast>,
    /// Whether every size is one of a stripped file.
    stripped: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "the other parts may fail to draw their plots")]
pub(super) fn part(index: &Index<'_>) -> Result<Option<(Part, Vec<Plot>)>> {
    let Some(comparison) = Comparison::of(index) else { return Ok(None) };
    let tables = [comparison.files_table(), comparison.starts_table(), comparison.missing_table()];
    let part = Part {
        heading: "Are these toy programs?",
        reply: comparison.reply(),
        tables: tables.into_iter().flatten().collect(),
        ..Part::default()
    };
    Ok(Some((part, Vec::new())))
}

impl<'a, 'i> Comparison<'a, 'i> {
    /// None where the run has no fixture beside its original.
    fn of(index: &'i Index<'a>) -> Option<Self> {
        let place = *index.places().first()?;
        let programs = &index.run().info.programs;
        let pair = |fixture: &'a Program| {
            let name = fixture.stands_for.as_ref()?;
            Some(Pair { fixture, original: programs.iter().find(|program| program.name == *name)? })
        };
        let pairs: Vec<Pair<'_>> = programs.iter().filter_map(pair).collect();
        if pairs.is_empty() {
            return None;
        }
        let of_go = |contrast: &&Contrast| index.language(contrast) == Language::Go;
        let all = || index.run().info.contrasts.iter().filter(of_go);
        let alone = all().find(|contrast| contrast.pie_only && contrast.base == PROPOSAL);
        let primary = all().filter(|contrast| contrast.primary && !contrast.control).collect();
        let mut comparison = Self { index, place, pairs, alone, primary, stripped: true };
        // Like is compared with like: without `strip`, all as they were linked.
        let mut programs = comparison.pairs.iter().flat_map(|pair| pair.both());
        let stripped = programs.any(|program| comparison.files_of(program).is_some());
        comparison.stripped = stripped;
        Some(comparison)
    }

    fn files_of(&self, program: &Program) -> Option<Files> {
        let contrast = self.alone?;
        let row = |variant: &str| self.index.artifact(&program.name, variant, self.place, self.stripped);
        let (base, changed) = (row(&contrast.base)?, row(&contrast.changed)?);
        let relocations = self.index.number(&changed.id, "relocations", "")?;
        Some(Files { base: base.size?, changed: changed.size?, relocations })
    }

    /// The pairs of which both are there, fixture first.
    fn files(&self) -> impl Iterator<Item = (Pair<'a>, [Files; 2])> {
        self.pairs.iter().filter_map(|pair| {
            let [fixture, original] = pair.both().map(|program| self.files_of(program));
            Some((*pair, [fixture?, original?]))
        })
    }

    /// The pairs of which both were timed, fixture first.
    fn effects(&self, contrast: &'a Contrast) -> Vec<[Effect<'a>; 2]> {
        let effect =
            |program: &'a Program| Effect::of(self.index, contrast, &program.name, self.place, CPU_PINNED);
        let both = self.pairs.iter().filter_map(|pair| {
            let [fixture, original] = pair.both().map(effect);
            Some([fixture?, original?])
        });
        both.collect()
    }

    fn state(&self) -> &'static str {
        if self.stripped { "stripped" } else { "as linked" }
    }

    fn reply(&self) -> Vec<String> {
        let timed: Vec<(&Contrast, Vec<[Effect<'_>; 2]>)> = self
            .primary
            .iter()
            .map(|contrast| (*contrast, self.effects(contrast)))
            .filter(|(_, effects)| !effects.is_empty())
            .collect();
        let mut said = vec![self.which()];
        said.extend(self.in_short(&timed));
        said.extend(self.sizes());
        said.extend(self.relocations());
        said.extend(timed.iter().map(|(contrast, effects)| starts(contrast, effects)));
        if timed.is_empty() {
            said.push("No start of a fixture and of its original was timed in this run.".to_owned());
        }
        said
    }

    fn which(&self) -> String {
        let there: Vec<Pair<'_>> = self.files().map(|(pair, _)| pair).collect();
        let beside = |pair: &Pair<'_>| format!("`{}` beside `{}`", pair.fixture.name, pair.original.name);
        let named: Vec<String> = there.iter().map(beside).collect();
        let is_there = |pair: &&Pair<'_>| there.iter().any(|one| one.fixture.name == pair.fixture.name);
        let missing: Vec<String> = (self.pairs.iter().filter(|pair| !is_there(pair))).map(beside).collect();
        let listed = |before: &str, named: &[String], after: &str| match named {
            [] => String::new(),
            some => format!("{before} {}{after}", words::list(some)),
        };
        format!(
            "{} fixtures can be set beside the program that each is modelled on{}{}.",
            words::of(there.len(), self.pairs.len()),
            listed(":", &named, ""),
            listed("; not", &missing, ", the reason is below"),
        )
    }

    /// In how many of all comparisons a fixture and its original say the same.
    fn in_short(&self, timed: &[(&Contrast, Vec<[Effect<'_>; 2]>)]) -> Option<String> {
        let shares: Vec<f64> = self.files().map(|(_, both)| apart(both)).collect();
        let alike = shares.iter().filter(|apart| **apart <= ALIKE).count();
        let effects: Vec<&[Effect<'_>; 2]> = timed.iter().flat_map(|(_, effects)| effects).collect();
        let same = effects.iter().filter(|[fixture, original]| fixture.seen == original.seen).count();
        let mut parts = Vec::new();
        if !shares.is_empty() {
            parts.push(format!(
                "in the share that PIE adds to the file in {} pairs",
                words::of(alike, shares.len())
            ));
        }
        if !effects.is_empty() {
            let all = words::of(same, effects.len());
            parts.push(format!("in what is seen of a contrast at start in {all} comparisons"));
        }
        (!parts.is_empty()).then(|| format!("A fixture says what its original says {}.", words::list(&parts)))
    }

    fn sizes(&self) -> Option<String> {
        let all: Vec<(Pair<'_>, [Files; 2])> = self.files().collect();
        let contrast = self.alone?;
        let (farthest, both) = all.iter().max_by(|a, b| apart(a.1).total_cmp(&apart(b.1)))?;
        let times = all.iter().map(|(pair, [fixture, original])| {
            let times = words::ratio(original.base as f64 / fixture.base as f64);
            format!("`{}` {times} times `{}`", pair.original.name, pair.fixture.name)
        });
        let alike = all.iter().filter(|(_, both)| apart(*both) <= ALIKE).count();
        let [fixture, original] = both.map(|files| words::percent(files.growth()));
        Some(format!(
            "Size of `{}`, {}: {}. What `{}` adds to it is, as a share, the same within {:.0} points of a percentage in \
             {} pairs; farthest apart are `{}` ({fixture}) and `{}` ({original}).",
            contrast.base,
            self.state(),
            words::list(&times.collect::<Vec<_>>()),
            contrast.changed,
            ALIKE * 100.0,
            words::of(alike, all.len()),
            farthest.fixture.name,
            farthest.original.name,
        ))
    }

    fn relocations(&self) -> Option<String> {
        let contrast = self.alone?;
        let all: Vec<[Files; 2]> = self.files().map(|(_, both)| both).collect();
        let range = |of: &dyn Fn(&[Files; 2]) -> f64, say: &dyn Fn(f64) -> String| {
            let values = || all.iter().map(of);
            let [least, most] = [values().reduce(f64::min)?, values().reduce(f64::max)?].map(say);
            Some(if least == most { least } else { format!("{least} to {most}") })
        };
        let whole = |value: f64| format!("{value:.0}");
        Some(format!(
            "Relocations of `{}` for every MB of `{}`: {} in the fixtures, {} in the originals; an original has {} \
             times as many as its fixture.",
            contrast.changed,
            contrast.base,
            range(&|[fixture, _]| fixture.density(), &whole)?,
            range(&|[_, original]| original.density(), &whole)?,
            range(
                &|[fixture, original]| original.relocations as f64 / fixture.relocations as f64,
                &words::ratio
            )?,
        ))
    }
}

/// How far apart the shares are that PIE adds to the files of a pair.
fn apart([fixture, original]: [Files; 2]) -> f64 {
    (fixture.growth() - original.growth()).abs()
}

/// What is seen of a contrast in the fixtures and in their originals.
fn starts(contrast: &Contrast, effects: &[[Effect<'_>; 2]]) -> String {
    let side = |number: usize| -> Vec<Effect<'_>> { effects.iter().map(|both| both[number]).collect() };
    let (fixtures, originals) = (side(0), side(1));
    let same = effects.iter().filter(|[fixture, original]| fixture.seen == original.seen).count();
    let differences = effects.iter().map(|both| both.map(|effect| effect.difference));
    let ratios = effects.iter().map(|both| both.map(|effect| Some(effect.ratio)));
    format!(
        "`{}` ({}), {}: fixtures {}; originals {}; the same is seen of both in {} pairs. In time {}, as a ratio {}. \
         n = {}.",
        contrast.name,
        contrast.what,
        measure_words(CPU_PINNED),
        counts(&fixtures),
        counts(&originals),
        words::of(same, effects.len()),
        beyond(differences),
        beyond(ratios),
        behind(fixtures.iter().chain(&originals).map(|effect| effect.ratio)),
    )
}

/// How often the interval of an original lies wholly beyond its fixture's, on either side.
fn beyond<'a>(rows: impl Iterator<Item = [Option<&'a EstimateRow>; 2]>) -> String {
    let mut sides = [0_usize; 3];
    for [fixture, original] in rows {
        let ends = |row: Option<&EstimateRow>| row.and_then(|row| row.low.zip(row.high));
        let (Some(fixture), Some(original)) = (ends(fixture), ends(original)) else { continue };
        let side = if original.0 > fixture.1 {
            0
        } else if original.1 < fixture.0 {
            1
        } else {
            2
        };
        sides[side] += 1;
    }
    let all = sides.iter().sum();
    let [more, less, _] = sides;
    match (more, less) {
        _ if all == 0 => "there are too few copies to tell".to_owned(),
        (0, 0) => format!("no original's interval lies apart from its fixture's in {}", words::of(all, all)),
        (more, 0) => format!("the original's interval lies above its fixture's in {}", words::of(more, all)),
        (0, less) => format!("the original's interval lies below its fixture's in {}", words::of(less, all)),
        (more, less) => format!(
            "the original's interval lies above its fixture's in {} and below in {}",
            words::of(more, all),
            words::of(less, all)
        ),
    }
}

#[cfg(test)]
mod tests;
