//! Each distribution's own set of flags against the proposal and against one another.
//!
//! A set is a variant that says of which distribution it is. What is counted is counted over all programs at the
//! run's first place; two of them, a small and a large one, are shown in full.

mod table;

use anyhow::Result;

use super::Part;
use crate::claims::{
    CPU_PINNED, Effect, Seen, as_judged, clear_ends, counts, measure_words, not_excluded, words,
};
use crate::config::{Contrast, Language, PROPOSAL, Program, Variant};
use crate::report::plots::{self, Plot};
use crate::results::{ArtifactRow, Index, Place, Status};

/// A distribution's set of flags.
struct Set<'a> {
    distribution: &'a str,
    variant: &'a Variant,
    /// The whole set against the proposal.
    total: Option<&'a Contrast>,
}

/// What a set makes of a program, by which it is told from another: all of the linkage, and how many relocations.
type Linkage<'a> =
    (Option<&'a str>, Option<&'a str>, Vec<&'a str>, Option<u64>, Option<&'a str>, Option<u64>);

/// What an artifact has or has not, by its case id.
type Property<'f> = &'f dyn Fn(&str) -> bool;

struct Distributions<'a, 'i> {
    index: &'i Index<'a>,
    place: Place<'a>,
    sets: Vec<Set<'a>>,
    programs: Vec<&'a Program>,
}

/// None where there are not two sets to compare.
pub(super) fn part(index: &Index<'_>) -> Result<Option<(Part, Vec<Plot>)>> {
    let sets = sets(index);
    let Some(place) = index.places().first().copied().filter(|_| sets.len() > 1) else { return Ok(None) };
    let programs = index.go_programs().collect();
    let all = Distributions { index, place, sets, programs };
    let shown = all.shown();
    let mut reply = all.alike(&shown);
    reply.extend(all.properties());
    reply.push(all.same_bytes());
    reply.extend(shown.iter().flat_map(|program| [all.sizes(program), all.starts(program)]).flatten());
    reply.extend(all.not_built());
    reply.extend(all.changes());
    let tables = shown.iter().map(|program| all.table(program)).collect();
    let plots = plots::distributions(index, place, &all.lines(&shown))?;
    let heading = "Do distributions build otherwise?";
    Ok(Some((Part { heading, reply, plots: Vec::new(), tables }, plots.into_iter().collect())))
}

fn sets<'a>(index: &Index<'a>) -> Vec<Set<'a>> {
    let contrasts = &index.run().info.contrasts;
    let set = |variant: &'a Variant| {
        let of = |contrast: &&Contrast| contrast.base == PROPOSAL && contrast.changed == variant.name;
        let total = contrasts.iter().filter(|contrast| contrast.total).find(of);
        Some(Set { distribution: variant.distribution.as_deref()?, variant, total })
    };
    index.variants(Language::Go).filter_map(set).collect()
}

impl<'a> Distributions<'a, '_> {
    fn case(&self, program: &str, variant: &str) -> Option<&'a ArtifactRow> {
        self.index.case(program, variant, self.place, false)
    }

    /// The id of what ships: stripped, where it could be.
    fn shipped(&self, program: &str, variant: &str) -> Option<&'a str> {
        let built = |stripped| self.index.artifact(program, variant, self.place, stripped);
        built(true).or_else(|| built(false)).map(|row| row.id.as_str())
    }

    /// Size of a program over that of the proposal, as a ratio, and its size; stripped, where both could be.
    fn growth(&self, program: &str, variant: &str) -> Option<(f64, u64)> {
        let size = |variant, stripped| self.index.artifact(program, variant, self.place, stripped)?.size;
        let both = |stripped| Some((size(PROPOSAL, stripped)?, size(variant, stripped)?));
        let (base, own) = both(true).or_else(|| both(false))?;
        Some((own as f64 / base as f64, own))
    }

    fn effect(&self, program: &str, set: &Set<'a>) -> Option<Effect<'a>> {
        Effect::of(self.index, set.total?, self.known(program)?, self.place, CPU_PINNED)
    }

    /// The name of a program as the run has it.
    fn known(&self, program: &str) -> Option<&'a str> {
        self.programs.iter().find(|known| known.name == program).map(|known| known.name.as_str())
    }

    /// The first program, and of the others the largest of those that were timed as most sets.
    fn shown(&self) -> Vec<&'a Program> {
        let built = |program: &&&Program| {
            self.sets.iter().any(|set| self.shipped(&program.name, &set.variant.name).is_some())
        };
        let mut all = self.programs.iter().filter(built);
        let Some(first) = all.next() else { return Vec::new() };
        let weight = |program: &&&Program| {
            let timed = self.sets.iter().filter(|set| self.effect(&program.name, set).is_some()).count();
            let sizes = self.sets.iter().filter_map(|set| {
                let shipped = self.index.artifact(&program.name, &set.variant.name, self.place, true)?;
                shipped.size
            });
            (timed, sizes.max())
        };
        std::iter::once(*first).chain(all.max_by_key(weight).copied()).collect()
    }

    fn linkage(&self, program: &str, variant: &str) -> Option<Linkage<'a>> {
        let id = self.shipped(program, variant)?;
        let needed = self.index.facts(id, "needed").map(|row| row.key.as_str()).collect();
        let number = |metric| self.index.number(id, metric, "");
        let text = |metric| self.index.text(id, metric);
        Some((
            text("linkage"),
            text("interpreter"),
            needed,
            number("relocations"),
            text("relro"),
            number("bind-now"),
        ))
    }

    /// Which sets make of a program what another variant does, of which more was measured.
    fn alike(&self, shown: &[&'a Program]) -> Vec<String> {
        let others = || self.index.variants(Language::Go).filter(|variant| variant.distribution.is_none());
        let sentence = |program: &&Program| {
            let mut groups: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
            for set in &self.sets {
                let Some(own) = self.linkage(&program.name, &set.variant.name) else { continue };
                let same = |other: &&Variant| self.linkage(&program.name, &other.name).as_ref() == Some(&own);
                let like = others().find(same).map(|variant| variant.name.as_str());
                match groups.iter_mut().find(|(known, _)| *known == like) {
                    Some((_, names)) => names.push(set.distribution),
                    None => groups.push((like, vec![set.distribution])),
                }
            }
            groups.sort_by_key(|(like, _)| like.is_none());
            let like = groups.iter().filter(|(like, _)| like.is_some()).map(|(_, names)| names.len()).sum();
            let all = groups.iter().map(|(_, names)| names.len()).sum();
            let parts: Vec<String> = groups
                .iter()
                .map(|(like, names)| match like {
                    Some(variant) => format!("{} as `{variant}`", words::list(names)),
                    None => format!("{} as no other", words::list(names)),
                })
                .collect();
            (!parts.is_empty()).then(|| {
                format!(
                    "`{}` has the linkage, loader, libraries, number of relocations, RELRO and binding of a variant \
                     that is of no distribution in {} sets: {}.",
                    program.name,
                    words::of(like, all),
                    parts.join("; ")
                )
            })
        };
        shown.iter().filter_map(sentence).collect()
    }

    /// Which sets have a property in all programs, in none, in some.
    fn properties(&self) -> Vec<String> {
        let index = self.index;
        let loader = |id: &str| index.text(id, "interpreter").is_some();
        let is = |id: &str, metric: &str| index.number(id, metric, "") == Some(1);
        let has: [(&str, Property<'_>); 5] = [
            ("PIE", &|id| is(id, "pie")),
            ("A loader is named", &loader),
            ("Linked to a library (libc, which the cgo runtime brings)", &|id| {
                index.facts(id, "needed").next().is_some()
            }),
            ("RELRO is full", &|id| index.text(id, "relro") == Some("full")),
            ("Functions are bound at start", &|id| loader(id) && is(id, "bind-now")),
        ];
        has.into_iter().filter_map(|(what, has)| self.property(what, has)).collect()
    }

    fn property(&self, what: &str, has: Property<'_>) -> Option<String> {
        let (mut yes, mut no, mut some) = (Vec::new(), Vec::new(), Vec::new());
        for set in &self.sets {
            let built = self.programs.iter().filter_map(|one| self.shipped(&one.name, &set.variant.name));
            let built: Vec<&str> = built.filter(|id| self.index.text(id, "linkage").is_some()).collect();
            match (built.iter().filter(|id| has(id)).count(), built.len()) {
                (_, 0) => {}
                (0, _) => no.push(set.distribution.to_owned()),
                (n, all) if n == all => yes.push(set.distribution.to_owned()),
                (n, all) => some.push(format!("{} ({})", set.distribution, words::of(n, all))),
            }
        }
        let said = [("", yes), ("not: ", no), ("in some programs: ", some)];
        let parts: Vec<String> = said
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(before, names)| format!("{before}{}", words::list(names)))
            .collect();
        (!parts.is_empty()).then(|| format!("{what}: {}.", parts.join("; ")))
    }

    /// Sets whose artifacts are those of another variant to the byte, with the programs in which they are.
    fn same_bytes(&self) -> String {
        let mut all: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
        for program in &self.programs {
            let mut groups: Vec<(&str, Vec<&Variant>)> = Vec::new();
            for variant in self.index.variants(Language::Go) {
                let row = self.index.artifact(&program.name, &variant.name, self.place, false);
                let Some(row) = row else { continue };
                match groups.iter_mut().find(|(sha256, _)| *sha256 == row.sha256) {
                    Some((_, variants)) => variants.push(variant),
                    None => groups.push((&row.sha256, vec![variant])),
                }
            }
            let of_a_set = |variants: &[&Variant]| variants.iter().any(|one| one.distribution.is_some());
            for (_, variants) in groups.iter().filter(|(_, some)| some.len() > 1 && of_a_set(some)) {
                let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
                match all.iter_mut().find(|(known, _)| *known == names) {
                    Some((_, programs)) => programs.push(&program.name),
                    None => all.push((names, vec![&program.name])),
                }
            }
        }
        let said: Vec<String> = all
            .iter()
            .map(|(names, programs)| format!("{} ({})", words::code_list(names), words::list(programs)))
            .collect();
        if said.is_empty() {
            return "No set gives the same bytes as another variant of this run.".to_owned();
        }
        format!("The same bytes: {}.", said.join("; "))
    }

    fn sizes(&self, program: &Program) -> Option<String> {
        let growth =
            |set: &Set<'a>| Some((set.distribution, self.growth(&program.name, &set.variant.name)?.0));
        let mut all: Vec<(&str, f64)> = self.sets.iter().filter_map(growth).collect();
        all.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let [(least, low), .., (most, high)] = all.as_slice() else { return None };
        let name = &program.name;
        Some(format!(
            "Size of `{name}` over `{PROPOSAL}`: from {} ({least}) to {} ({most}).",
            words::percent(*low),
            words::percent(*high)
        ))
    }

    fn starts(&self, program: &Program) -> Option<String> {
        let timed = |set| Some((set, self.effect(&program.name, set)?));
        let timed: Vec<(&Set<'_>, Effect<'_>)> = self.sets.iter().filter_map(timed).collect();
        let effects: Vec<Effect<'_>> = timed.iter().map(|(_, effect)| *effect).collect();
        if effects.is_empty() {
            return None;
        }
        let of = |wanted: &[Seen]| -> Vec<&str> {
            let seen = timed.iter().filter(|(_, effect)| wanted.contains(&effect.seen));
            seen.map(|(set, _)| set.distribution).collect()
        };
        let mut parts = vec![counts(&effects)];
        if let Some((least, most)) = clear_ends(&effects) {
            let say = |end: &Effect<'_>| {
                let set = timed.iter().find(|(_, effect)| effect.same_as(end));
                let more = end
                    .difference
                    .map_or(String::new(), |row| format!(", {}", words::difference(&as_judged(row))));
                let name = set.map_or("", |(set, _)| set.distribution);
                format!("{} ({name}{more})", words::percent_interval(&as_judged(end.ratio)))
            };
            parts.push(if least.same_as(most) {
                say(least)
            } else {
                format!("from {} to {}", say(least), say(most))
            });
        }
        let none = of(&[Seen::NoDifference, Seen::WithinNoise]);
        if !none.is_empty() {
            let quiet = |effect: &&Effect<'_>| matches!(effect.seen, Seen::NoDifference | Seen::WithinNoise);
            let quiet: Vec<Effect<'_>> = effects.iter().filter(quiet).copied().collect();
            let ends = not_excluded(&quiet).map_or(String::new(), |ends| format!(" ({ends} not excluded)"));
            parts.push(format!("nothing beyond noise for {}{ends}", words::list(&none)));
        }
        let measure = measure_words(CPU_PINNED);
        let name = &program.name;
        Some(format!("{measure}, of a start of `{name}` over `{PROPOSAL}`: {}.", parts.join("; ")))
    }

    /// The sets that could not be built, with the tool's own words.
    fn not_built(&self) -> Option<String> {
        let said = self.sets.iter().filter_map(|set| {
            let planned: Vec<_> =
                self.programs.iter().filter_map(|one| self.case(&one.name, &set.variant.name)).collect();
            let not: Vec<_> = planned.iter().filter(|row| row.status != Status::Built).collect();
            let reason = not.first()?.reason.lines().next().unwrap_or_default();
            // Of others' words only so many, and none that would be taken for code.
            let reason: String = reason.chars().filter(|letter| *letter != '`').take(160).collect();
            let programs = words::of(not.len(), planned.len());
            Some(format!("{} in {programs} programs ({})", set.distribution, reason.trim_end_matches('.')))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| format!("Not built here: {}.", said.join("; ")))
    }

    /// How many flags are not used as they stand.
    fn changes(&self) -> Option<String> {
        let changed = |set: &Set<'_>| match set.variant.changes.len() {
            0 => None,
            n => Some(format!("{n} of {}", set.distribution)),
        };
        let said: Vec<String> = self.sets.iter().filter_map(changed).collect();
        (!said.is_empty()).then(|| {
            format!(
                "Flags that are replaced or dropped: {}; each stands with its reason under Variants.",
                words::list(&said)
            )
        })
    }

    /// What the plot shows.
    fn lines(&self, shown: &[&'a Program]) -> Vec<plots::SetLines<'a>> {
        let line = |set: &Set<'a>, program: &&'a Program| plots::SetLine {
            program: &program.name,
            growth: self.growth(&program.name, &set.variant.name).map(|(ratio, _)| ratio),
            effect: self.effect(&program.name, set),
        };
        let lines = |set: &Set<'a>| plots::SetLines {
            set: set.distribution,
            lines: shown.iter().map(|program| line(set, program)).collect(),
        };
        self.sets.iter().map(lines).collect()
    }
}
