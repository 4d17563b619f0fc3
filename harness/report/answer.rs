//! The answer: what the proposed build changes, and what it gives up, in about ten lines.
//!
//! Which variants are compared comes from the contrasts: the proposal against PIE alone, and against a whole set
//! of flags. Without the proposal, the primary contrasts stand in.

use crate::claims::words;
use crate::claims::{CPU_PINNED, Effect, Seen, as_judged, behind, clear_ends, counts, not_excluded};
use crate::config::{Contrast, Language, PROPOSAL};
use crate::results::{EstimateRow, Index, Place, Status};

/// The items of the answer.
pub(super) fn items(index: &Index<'_>) -> Vec<String> {
    let Some(place) = index.places().first().copied() else {
        return vec!["Nothing was built.".to_owned()];
    };
    let contrasts = headline(index);
    let answer = Answer { index, place, shared: shared_base(&contrasts), contrasts };
    let items = [answer.linkage(), answer.sizes(), answer.starts(), answer.given_up(), Some(answer.ground())];
    items.into_iter().flatten().collect()
}

/// Whether the numbers hold for one layout of the functions, or over layouts.
pub(super) fn layouts(index: &Index<'_>) -> String {
    let over = |row: &&EstimateRow| {
        row.scope == "over-layouts" && row.kind == "contrast" && row.statistic == "ratio"
    };
    match index.run().estimates.iter().filter(over).map(|row| row.units).min() {
        None => {
            "Timing is provisional: its intervals rest on copies of one layout of the functions.".to_owned()
        }
        Some(least) => format!(
            "\"This layout\" is the one that ships, its units are fresh copies; \"over layouts\" the functions are \
             shuffled by the linker, and the units are layouts, at least {least}."
        ),
    }
}

/// The contrasts of the answer.
fn headline<'a>(index: &Index<'a>) -> Vec<&'a Contrast> {
    let all = index.run().info.contrasts.iter();
    let all = || all.clone().filter(|contrast| !contrast.control && index.language(contrast) == Language::Go);
    let mut of_proposal: Vec<&Contrast> = all().filter(|contrast| contrast.base == PROPOSAL).collect();
    of_proposal.sort_by_key(|contrast| !contrast.primary);
    let pie = of_proposal.iter().find(|contrast| contrast.pie_only);
    let total = of_proposal.iter().find(|contrast| contrast.total);
    let found: Vec<&Contrast> = pie.into_iter().chain(total).copied().collect();
    if !found.is_empty() {
        return found;
    }
    let mut others: Vec<&Contrast> = all().collect();
    others.sort_by_key(|contrast| !contrast.primary);
    others.truncate(2);
    others
}

fn shared_base<'a>(contrasts: &[&'a Contrast]) -> Option<&'a str> {
    let first = contrasts.first()?.base.as_str();
    contrasts.iter().all(|contrast| contrast.base == first).then_some(first)
}

struct Answer<'a, 'i> {
    index: &'i Index<'a>,
    place: Place<'a>,
    contrasts: Vec<&'a Contrast>,
    shared: Option<&'a str>,
}

impl<'a> Answer<'a, '_> {
    fn programs(&self) -> impl Iterator<Item = &'a str> {
        self.index.go_programs().map(|program| program.name.as_str())
    }

    fn built(&self, program: &str, variant: &str) -> bool {
        self.index.artifact(program, variant, self.place, false).is_some()
    }

    /// The variants spoken of, each once, with what it is.
    fn variants(&self) -> Vec<(&'a str, &'static str)> {
        let mut all: Vec<(&str, &str)> = Vec::new();
        for contrast in &self.contrasts {
            let base = if contrast.base == PROPOSAL { " (the proposal)" } else { "" };
            let changed = match contrast {
                Contrast { pie_only: true, .. } => " (PIE alone)",
                Contrast { total: true, .. } => " (a whole set)",
                _ => "",
            };
            for (name, what) in [(contrast.base.as_str(), base), (contrast.changed.as_str(), changed)] {
                if !all.iter().any(|(known, _)| *known == name) {
                    all.push((name, what));
                }
            }
        }
        if all.is_empty() {
            let variants = self.index.variants(Language::Go);
            all.extend(variants.take(2).map(|variant| (variant.name.as_str(), "")));
        }
        all
    }

    /// `` `changed` ``, or `` `changed` over `base` `` where not all have the same base.
    fn name(&self, contrast: &Contrast) -> String {
        match self.shared {
            Some(_) => format!("`{}`", contrast.changed),
            None => format!("`{}` over `{}`", contrast.changed, contrast.base),
        }
    }

    /// The programs that cannot be built so where others can: `; not built: needsc`. What was not tried is none
    /// of them.
    fn lacking(&self, variant: &str) -> String {
        let tried = self.programs().filter(|name| {
            let case = self.index.case(name, variant, self.place, false);
            case.is_some_and(|row| row.status != Status::Skipped)
        });
        let (built, not): (Vec<&str>, Vec<&str>) = tried.partition(|program| self.built(program, variant));
        if built.is_empty() || not.is_empty() {
            return String::new();
        }
        format!("; not built: {}", words::list(&not))
    }

    /// What is said of each program's artifact of a variant, the same sayings together.
    fn grouped(&self, variant: &str, say: impl Fn(&str) -> Option<String>) -> String {
        let mut said: Vec<(String, usize)> = Vec::new();
        let mut built = 0;
        for program in self.programs() {
            let row = self.index.artifact(program, variant, self.place, false);
            let Some(text) = row.and_then(|row| say(&row.id)) else { continue };
            built += 1;
            match said.iter_mut().find(|(known, _)| *known == text) {
                Some((_, number)) => *number += 1,
                None => said.push((text, 1)),
            }
        }
        match said.as_slice() {
            [] => "was not built".to_owned(),
            [(only, _)] => only.clone(),
            several => {
                let parts =
                    several.iter().map(|(text, number)| format!("{text} in {}", words::of(*number, built)));
                parts.collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn linkage(&self) -> Option<String> {
        let needs = |id: &str| {
            self.index.text(id, "linkage")?;
            let loader = self.index.text(id, "interpreter").is_some();
            let library = self.index.facts(id, "needed").next().is_some();
            let text = match (loader, library) {
                (false, false) => "no loader, no library",
                (true, false) => "a loader only",
                (false, true) => "libraries only",
                (true, true) => "a loader and libraries",
            };
            Some(text.to_owned())
        };
        let said: Vec<String> = (self.variants().iter())
            .map(|(name, what)| {
                format!("`{name}`{what}: {}{}", self.grouped(name, needs), self.lacking(name))
            })
            .collect();
        let base = if self.shared.is_some() { "Baseline " } else { "" };
        (!said.is_empty()).then(|| format!("{base}{}.", said.join("; ")))
    }

    fn sizes(&self) -> Option<String> {
        let mut states = Vec::new();
        let said: Vec<String> = (self.contrasts.iter())
            .filter_map(|contrast| {
                let growths = |stripped| -> Vec<f64> {
                    let size =
                        |program, variant| self.index.artifact(program, variant, self.place, stripped)?.size;
                    let ratio = |program| {
                        let base = size(program, &contrast.base)? as f64;
                        Some(size(program, &contrast.changed)? as f64 / base)
                    };
                    self.programs().filter_map(ratio).collect()
                };
                let (state, all) = match growths(true) {
                    none if none.is_empty() => ("Linked", growths(false)),
                    some => ("Stripped", some),
                };
                states.push(state);
                let least = all.iter().copied().reduce(f64::min)?;
                let most = all.iter().copied().reduce(f64::max)?;
                Some(format!("{} {}", self.name(contrast), words::percent_range(least, most)))
            })
            .collect();
        let state = states.first()?;
        (!said.is_empty()).then(|| format!("{state} size: {}.", said.join(", ")))
    }

    fn effects(&self, contrast: &'a Contrast) -> Vec<Effect<'a>> {
        let effect = |program| Effect::of(self.index, contrast, program, self.place, CPU_PINNED);
        self.programs().filter_map(effect).collect()
    }

    fn starts(&self) -> Option<String> {
        let effects: Vec<Vec<Effect<'_>>> =
            self.contrasts.iter().map(|contrast| self.effects(contrast)).collect();
        let said: Vec<String> = (self.contrasts.iter().zip(&effects))
            .map(|(contrast, effects)| format!("{} {}", self.name(contrast), start_words(effects)))
            .collect();
        let copies = effects.iter().flatten().map(|effect| effect.ratio.units).min();
        let n = copies.map_or(String::new(), |copies| format!(", n = {copies}"));
        (!said.is_empty()).then(|| format!("CPU time of a start, pinned{n}: {}.", said.join("; ")))
    }

    fn given_up(&self) -> Option<String> {
        let type_and_relro = |id: &str| {
            let relro = match self.index.text(id, "relro")? {
                "not-applicable" => "RELRO n/a".to_owned(),
                "none" => "no RELRO".to_owned(),
                other => format!("{other} RELRO"),
            };
            Some(format!("{}, {relro}", self.index.text(id, "elf-type")?))
        };
        let said: Vec<(String, String)> = (self.variants().into_iter())
            .filter(|(name, _)| self.programs().any(|program| self.built(program, name)))
            .map(|(name, _)| (name.to_owned(), self.grouped(name, type_and_relro)))
            .collect();
        let is_fixed = |(name, text): &(String, String)| name == PROPOSAL && text.starts_with("EXEC");
        let others_move = said.iter().any(|(_, text)| text.starts_with("DYN"));
        let gives_up = others_move && said.iter().any(is_fixed);
        let title = if gives_up { "Given up" } else { "ELF type and RELRO" };
        let parts: Vec<String> = said
            .iter()
            .map(|pair| {
                let fixed = if gives_up && is_fixed(pair) { ", its code where the file says" } else { "" };
                format!("`{}` is {}{fixed}", pair.0, pair.1)
            })
            .collect();
        (!parts.is_empty()).then(|| format!("{title}: {}.", parts.join("; ")))
    }

    /// Whether other layouts of the functions say the same.
    fn layouts(&self) -> String {
        // Every primary one, as the verdict counts them, and not those of the answer alone.
        let all = self.index.run().info.contrasts.iter();
        let primary = all.filter(|contrast| contrast.primary && !contrast.control);
        let effects = primary.flat_map(|contrast| self.effects(contrast));
        let varied: Vec<Effect<'_>> = effects.filter(|effect| effect.over_layouts.is_some()).collect();
        let differing = varied.iter().filter(|effect| effect.differs_over_layouts()).count();
        match (varied.len(), differing) {
            (0, _) => "Timing provisional, one layout".to_owned(),
            (all, 0) => {
                format!("This layout, and over layouts the same in {} primary contrasts", words::of(all, all))
            }
            (all, n) => {
                format!("This layout; over layouts not the same in {} primary contrasts", words::of(n, all))
            }
        }
    }

    /// What the numbers rest on.
    fn ground(&self) -> String {
        let machine = &self.index.run().info.machine;
        let rows: Vec<&EstimateRow> = self
            .contrasts
            .iter()
            .flat_map(|contrast| self.effects(contrast))
            .map(|effect| effect.ratio)
            .collect();
        let timing = match rows.first() {
            None => "Nothing was timed.".to_owned(),
            Some(row) => format!(
                "{}: {:.0} % t intervals, n = {} each.",
                self.layouts(),
                row.confidence * 100.0,
                behind(rows.iter().copied())
            ),
        };
        let programs = words::count(self.programs().count() as u64, "program", "programs");
        let kernel: Vec<&str> = machine.kernel.split_whitespace().take(2).collect();
        let seen = [self.place.toolchain, self.place.target, &kernel.join(" "), &machine.libc, &machine.cpu];
        let seen: Vec<&str> = seen.into_iter().filter(|text| !text.is_empty()).collect();
        let more = match self.index.everywhere().len() {
            0 | 1 => String::new(),
            n => format!(" What {} more toolchains and targets change follows below.", n - 1),
        };
        format!("{timing} {programs}, {}.{more}", seen.join(", "))
    }
}

/// `+36.1 % [+34.4, +37.8] (gofmt, +0.39 ms) to ...`, or what else is seen.
pub(super) fn start_words(effects: &[Effect<'_>]) -> String {
    let one = |effect: &Effect<'_>| {
        let more =
            effect.difference.map_or(String::new(), |row| format!(", {}", words::time_more(row.estimate)));
        format!("{} ({}{more})", words::percent_interval(&as_judged(effect.ratio)), effect.program)
    };
    let range = match clear_ends(effects) {
        _ if effects.is_empty() => return "was not timed".to_owned(),
        None => {
            let ends = not_excluded(effects).map_or(String::new(), |ends| format!(" ({ends} not excluded)"));
            return format!("{}{ends}", counts(effects));
        }
        Some((least, most)) if least.same_as(most) => one(least),
        Some((least, most)) => format!("{} to {}", one(least), one(most)),
    };
    // All on one side need no counting.
    let sides = [Seen::More, Seen::Less];
    let alike = sides.iter().any(|side| effects.iter().all(|effect| effect.seen == *side));
    if alike { range } else { format!("{range}; {}", counts(effects)) }
}
