//! Rules over costs: what PIE alone adds to a file and to a start.

use super::effect::{
    CPU_PINNED, Effect, Seen, WALL_SCHEDULED, behind, clear_ends, counts, measure_words, not_excluded,
};
use super::subject::{pie_only, unique};
use super::{Finding, Verdict, words};
use crate::config::Contrast;
use crate::results::{Index, Measure, Place};

/// What PIE alone does to the size of one program.
struct Growth<'a> {
    contrast: &'a Contrast,
    program: &'a str,
    place: Place<'a>,
    stripped: bool,
    base: u64,
    changed: u64,
}

impl Growth<'_> {
    fn percent(&self) -> String {
        words::percent(self.changed as f64 / self.base as f64)
    }

    fn words(&self) -> String {
        let more = words::bytes_more(self.base, self.changed);
        format!("{more} ({}; {}, `{}`)", self.percent(), self.program, self.contrast.name)
    }
}

fn size_of(index: &Index<'_>, program: &str, variant: &str, place: Place<'_>, stripped: bool) -> Option<u64> {
    index.artifact(program, variant, place, stripped)?.size
}

fn growths<'a>(index: &Index<'a>) -> Vec<Growth<'a>> {
    let mut all = Vec::new();
    for place in index.places() {
        for program in index.go_programs() {
            for contrast in pie_only(index) {
                let sizes = |stripped| {
                    let size = |variant: &str| size_of(index, &program.name, variant, place, stripped);
                    Some((stripped, size(&contrast.base)?, size(&contrast.changed)?))
                };
                if let Some((stripped, base, changed)) = sizes(true).or_else(|| sizes(false)) {
                    all.push(Growth { contrast, program: &program.name, place, stripped, base, changed });
                }
            }
        }
    }
    all
}

/// A further switch on a PIE after which no more than half of the growth is left.
fn taken_back<'a>(index: &Index<'a>, growth: &Growth<'a>) -> Option<(&'a Contrast, u64)> {
    let further = index.run().info.contrasts.iter().filter(|contrast| {
        contrast.base == growth.contrast.changed && !contrast.total && !contrast.control && !contrast.pie_only
    });
    further
        .filter_map(|contrast| {
            let id = &index.artifact(growth.program, &contrast.changed, growth.place, growth.stripped)?.id;
            let is_pie = index.number(id, "pie", "") == Some(1);
            let size = size_of(index, growth.program, &contrast.changed, growth.place, growth.stripped)?;
            let left = size.saturating_sub(growth.base);
            (is_pie && left <= (growth.changed - growth.base) / 2).then_some((contrast, size))
        })
        .min_by_key(|(_, size)| *size)
}

pub(super) fn size(index: &Index<'_>) -> Finding {
    let all = growths(index);
    let by_percent = |a: &&Growth<'_>, b: &&Growth<'_>| {
        (a.changed as f64 / a.base as f64).total_cmp(&(b.changed as f64 / b.base as f64))
    };
    let (Some(least), Some(most)) = (all.iter().min_by(by_percent), all.iter().max_by(by_percent)) else {
        return Finding::undecided("no contrast in which PIE alone differs has both its artifacts");
    };
    let larger: Vec<&Growth<'_>> = all.iter().filter(|growth| growth.changed > growth.base).collect();
    let how = match all.iter().filter(|growth| growth.stripped).count() {
        0 => "As linked",
        n if n == all.len() => "Stripped",
        _ => "Stripped where strip was had",
    };
    let range = if all.len() == 1 { least.words() } else { format!("{} to {}", least.words(), most.words()) };
    let mut because = vec![format!(
        "{how}, PIE alone makes the file larger in {} comparisons: {range}.",
        words::of(larger.len(), all.len()),
    )];
    let back: Vec<_> =
        larger.iter().filter_map(|growth| Some((growth, taken_back(index, growth)?))).collect();
    if let Some((growth, (contrast, size))) = back.first() {
        because.push(format!(
            "One further switch (`{}`: {}) takes back half or more of it in {}: {}, {} is left of {}.",
            contrast.name,
            contrast.what,
            words::of(back.len(), larger.len()),
            growth.program,
            words::bytes_more(growth.base, *size),
            words::bytes_more(growth.base, growth.changed),
        ));
    }
    let verdict = match larger.len() {
        0 => Verdict::Refuted,
        n if n == all.len() && back.is_empty() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let programs = unique(all.iter().map(|growth| growth.program));
    let evidence = vec!["artifacts.csv: size".to_owned()];
    Finding { verdict, because: because.join(" "), evidence, programs }
}

/// The effects of PIE alone, program by program.
fn effects<'a>(index: &Index<'a>, measure: Measure) -> Vec<Effect<'a>> {
    let mut all = Vec::new();
    for place in index.places() {
        for program in index.go_programs() {
            let contrasts = pie_only(index);
            all.extend(
                contrasts.filter_map(|contrast| Effect::of(index, contrast, &program.name, place, measure)),
            );
        }
    }
    all
}

fn number(effects: &[Effect<'_>], seen: Seen) -> usize {
    effects.iter().filter(|effect| effect.seen == seen).count()
}

/// `CPU time, pinned: more in 3 of 4, no difference seen in 1 of 4, from ... to ...`.
fn summary(effects: &[Effect<'_>], measure: Measure) -> String {
    let one =
        |effect: &Effect<'_>| format!("{} ({}, `{}`)", effect.phrase(), effect.program, effect.contrast.name);
    let range = match clear_ends(effects) {
        Some((least, most)) if least.same_as(most) => format!(": {}", one(least)),
        Some((least, most)) => format!(", from {} to {}", one(least), one(most)),
        None => not_excluded(effects).map_or(String::new(), |ends| format!(" ({ends} not excluded)")),
    };
    format!("{}: {}{range}.", words::capital(&measure_words(measure)), counts(effects))
}

pub(super) fn startup(index: &Index<'_>) -> Finding {
    let measured: Vec<(Measure, Vec<Effect<'_>>)> = [CPU_PINNED, WALL_SCHEDULED]
        .into_iter()
        .map(|measure| (measure, effects(index, measure)))
        .filter(|(_, effects)| !effects.is_empty())
        .collect();
    if measured.is_empty() {
        return Finding::undecided("no contrast in which PIE alone differs was timed");
    }
    let all: Vec<Effect<'_>> = measured.iter().flat_map(|(_, effects)| effects.clone()).collect();
    let (more, less) = (number(&all, Seen::More), number(&all, Seen::Less));
    let verdict = match (more, less) {
        (more, 0) if more == all.len() && measured.len() == 2 => Verdict::Supported,
        (0, less) if less == all.len() && measured.len() == 2 => Verdict::Refuted,
        (0, _) => Verdict::Undecided,
        _ => Verdict::Qualified,
    };
    let said: Vec<String> = measured.iter().map(|(measure, effects)| summary(effects, *measure)).collect();
    let because = format!(
        "{} {} a comparison; provisional: the intervals rest on copies of one layout.",
        said.join(" "),
        behind(all.iter().map(|effect| effect.ratio))
    );
    let contrasts = unique(all.iter().map(|effect| effect.contrast.name.as_str()));
    let evidence = contrasts.iter().map(|name| format!("estimates.csv: {name}")).collect();
    Finding { verdict, because, evidence, programs: unique(all.iter().map(|effect| effect.program)) }
}
