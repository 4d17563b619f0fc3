//! Rules over costs: what PIE alone adds to a file and to a start.

use super::effect::{
    CPU_PINNED, Effect, Seen, WALL_SCHEDULED, behind, clear_ends, counts, measure_words, not_excluded,
    quiet_blocks,
};
use super::subject::{of_pie_only, unique};
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
    of_pie_only(index, |contrast, program, place| {
        let sizes = |stripped| {
            let size = |variant: &str| size_of(index, program, variant, place, stripped);
            Some((stripped, size(&contrast.base)?, size(&contrast.changed)?))
        };
        let (stripped, base, changed) = sizes(true).or_else(|| sizes(false))?;
        Some(Growth { contrast, program, place, stripped, base, changed })
    })
}

/// The sizes that further switches on a PIE leave, the smallest first.
fn further<'a>(index: &Index<'a>, growth: &Growth<'a>) -> Option<(&'a Contrast, u64)> {
    let further = index.run().info.contrasts.iter().filter(|contrast| {
        contrast.base == growth.contrast.changed && !contrast.total && !contrast.control && !contrast.pie_only
    });
    further
        .filter_map(|contrast| {
            let id = &index.artifact(growth.program, &contrast.changed, growth.place, growth.stripped)?.id;
            let is_pie = index.number(id, "pie", "") == Some(1);
            let size = size_of(index, growth.program, &contrast.changed, growth.place, growth.stripped)?;
            is_pie.then_some((contrast, size))
        })
        .min_by_key(|(_, size)| *size)
}

pub(super) fn size(index: &Index<'_>) -> Finding {
    let all = growths(index);
    let by_bytes = |growth: &&Growth<'_>| i128::from(growth.changed) - i128::from(growth.base);
    let (Some(least), Some(most)) = (all.iter().min_by_key(by_bytes), all.iter().max_by_key(by_bytes)) else {
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
    // Only where a further switch was tried can one take anything back.
    let tried: Vec<_> = larger.iter().filter_map(|growth| Some((growth, further(index, growth)?))).collect();
    let halved = |(growth, (_, size)): &&(&&Growth<'_>, (&Contrast, u64))| {
        size.saturating_sub(growth.base) <= (growth.changed - growth.base) / 2
    };
    let back: Vec<_> = tried.iter().filter(halved).collect();
    if let Some((growth, (contrast, size))) = back.first() {
        let so = |(_, (other, _)): &&(_, (&Contrast, u64))| other.name == contrast.name;
        let (back, tried) = (back.iter().filter(|one| so(one)).count(), tried.iter().filter(so).count());
        because.push(format!(
            "One further switch (`{}`: {}) takes back half or more of it in {} that were built so: {}, {} is left of {}.",
            contrast.name,
            contrast.what,
            words::of(back, tried),
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
    of_pie_only(index, |contrast, program, place| Effect::of(index, contrast, program, place, measure))
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

/// What effects of one kind come to.
fn verdict(effects: &[Effect<'_>]) -> Verdict {
    let number = |seen| effects.iter().filter(|effect| effect.seen == seen).count();
    match (number(Seen::More), number(Seen::Less)) {
        (more, 0) if more == effects.len() => Verdict::Supported,
        (0, less) if less == effects.len() => Verdict::Refuted,
        (0, _) => Verdict::Undecided,
        _ => Verdict::Qualified,
    }
}

pub(super) fn startup(index: &Index<'_>) -> Finding {
    let (primary, others): (Vec<Effect<'_>>, Vec<Effect<'_>>) =
        effects(index, CPU_PINNED).into_iter().partition(|effect| effect.contrast.primary);
    if primary.is_empty() {
        return Finding::undecided("no primary contrast in which PIE alone differs was timed");
    }
    let wall = effects(index, WALL_SCHEDULED);
    let exploratory = || others.iter().chain(&wall);
    let contrary = match verdict(&primary) {
        Verdict::Supported => Some(Seen::Less),
        Verdict::Refuted => Some(Seen::More),
        _ => None,
    };
    let contradicted = exploratory().any(|effect| Some(effect.seen) == contrary);
    let by_layout = primary.iter().any(Effect::differs_over_layouts);
    let verdict = if contradicted || by_layout { Verdict::Qualified } else { verdict(&primary) };

    let all_at_once =
        if primary.iter().all(Effect::is_primary) { " (intervals that hold all at once)" } else { "" };
    let ground = behind(primary.iter().map(|effect| effect.ratio));
    let mut because = vec![format!("The primary contrasts{all_at_once}: {}", summary(&primary, CPU_PINNED))];
    because.push(format!("{} a comparison.", words::capital(&ground)));
    because.push(over_layouts(&primary));
    for (effects, measure) in [(&others, CPU_PINNED), (&wall, WALL_SCHEDULED)] {
        if !effects.is_empty() {
            because.push(format!("Exploratory: {}", summary(effects, measure)));
        }
    }
    if wall.is_empty() {
        let (quiet, blocks) = quiet_blocks(index.run(), WALL_SCHEDULED, None);
        because.push(format!("No wall time is given: {} blocks were quiet.", words::of(quiet, blocks)));
    }
    let all = || primary.iter().chain(exploratory());
    let contrasts = unique(all().map(|effect| effect.contrast.name.as_str()));
    let evidence = contrasts.iter().map(|name| format!("estimates.csv: {name}")).collect();
    let programs = unique(all().map(|effect| effect.program));
    Finding { verdict, because: because.join(" "), evidence, programs }
}

/// What other function layouts say of the same contrasts.
fn over_layouts(effects: &[Effect<'_>]) -> String {
    let over: Vec<Effect<'_>> = effects
        .iter()
        .filter_map(|effect| {
            let (ratio, seen) = effect.over_layouts?;
            Some(Effect { ratio, seen, difference: None, ..*effect })
        })
        .collect();
    if over.is_empty() {
        return "Provisional: one layout of the functions.".to_owned();
    }
    let ground = behind(over.iter().map(|effect| effect.ratio));
    let differing = effects.iter().filter(|effect| effect.differs_over_layouts());
    let differing: Vec<String> =
        differing.map(|effect| format!("{} ({})", effect.contrast.name, effect.program)).collect();
    let differs = if differing.is_empty() {
        String::new()
    } else {
        format!(" Not what this layout shows: {}.", words::list(&differing))
    };
    format!("Over layouts: {} ({ground}).{differs}", counts(&over))
}
