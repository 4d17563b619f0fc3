//! Finds rows of a run by what they are about.
//!
//! Built once, so that a run with every toolchain and target is looked through once and not once a number. It
//! computes nothing.

use std::collections::HashMap;

use super::{ArtifactRow, EstimateRow, FactRow, ProbeRow, Run, Status};
use crate::config::{Contrast, Language, PROPOSAL, Program, Variant, contrasts_of, timed_contrasts};

/// A toolchain and a target: what a program is built with and for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// The Go release, or for a reference program the C compiler.
    pub toolchain: &'a str,
    /// `GOOS/GOARCH`.
    pub target: &'a str,
}

/// What is timed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Measure {
    /// `cpu-time`, `wall-time` or `minor-faults`.
    pub metric: &'static str,
    /// `pinned`, `scheduled` and so on.
    pub condition: &'static str,
    /// How the files came into the page cache.
    pub cache: &'static str,
    /// What the units are.
    pub scope: &'static str,
}

impl Measure {
    /// In the headline's recipe, over copies of the one layout that ships.
    pub const fn new(metric: &'static str, condition: &'static str) -> Self {
        Self { metric, condition, cache: "faulted", scope: "this-layout" }
    }

    /// The same over function layouts.
    pub const fn over_layouts(self) -> Self {
        Self { scope: "over-layouts", ..self }
    }

    /// The same in another recipe.
    pub const fn in_cache(self, cache: &'static str) -> Self {
        Self { cache, ..self }
    }
}

/// The rows of a run, by what they are about.
#[derive(Debug)]
pub struct Index<'a> {
    run: &'a Run,
    artifacts: HashMap<(&'a str, &'a str, Place<'a>, bool), &'a ArtifactRow>,
    facts: HashMap<&'a str, Vec<&'a FactRow>>,
    estimates: HashMap<(&'a str, &'a str), Vec<&'a EstimateRow>>,
    probes: HashMap<&'a str, HashMap<&'a str, Vec<&'a ProbeRow>>>,
    /// By language, those of this machine first.
    places: Vec<(Language, Place<'a>)>,
}

impl<'a> Index<'a> {
    /// Goes through a run once.
    pub fn new(run: &'a Run) -> Self {
        let mut index = Self {
            run,
            artifacts: HashMap::new(),
            facts: HashMap::new(),
            estimates: HashMap::new(),
            probes: HashMap::new(),
            places: Vec::new(),
        };
        let programs = run.info.programs.iter();
        let languages: HashMap<&str, Language> =
            programs.map(|program| (program.name.as_str(), program.source.language())).collect();
        for row in &run.artifacts {
            let place = Place { toolchain: &row.toolchain, target: &row.target };
            let language = languages.get(row.program.as_str()).copied().unwrap_or_default();
            if !index.places.contains(&(language, place)) {
                index.places.push((language, place));
            }
            index.artifacts.insert((&row.program, &row.variant, place, row.stripped), row);
        }
        for row in &run.facts {
            index.facts.entry(&row.case).or_default().push(row);
        }
        for row in &run.estimates {
            index.estimates.entry((&row.program, &row.name)).or_default().push(row);
        }
        for row in &run.probes {
            index.probes.entry(&row.case).or_default().entry(&row.probe).or_default().push(row);
        }
        // Home comes first; the order is else that of the cases.
        let home = run.info.home();
        index.places.sort_by_key(|(_, place)| Some((place.toolchain, place.target)) != home);
        index
    }

    /// The run itself.
    pub fn run(&self) -> &'a Run {
        self.run
    }

    /// Every Go toolchain and target of the run, home first.
    pub fn everywhere(&self) -> Vec<Place<'a>> {
        self.all_of(Language::Go).collect()
    }

    /// The Go toolchain and target that everything is built with and for.
    pub fn places(&self) -> Vec<Place<'a>> {
        self.places_of(Language::Go)
    }

    /// The toolchain and target of a language that everything is built with and for.
    pub fn places_of(&self, language: Language) -> Vec<Place<'a>> {
        self.all_of(language).take(1).collect()
    }

    fn all_of(&self, language: Language) -> impl Iterator<Item = Place<'a>> {
        self.places.iter().filter(move |(of, _)| *of == language).map(|(_, place)| *place)
    }

    /// Where a program stands beside Go programs at a place: there, or, in C, at the place of the same target.
    pub fn beside(&self, program: &Program, place: Place<'a>) -> Option<Place<'a>> {
        match program.source.language() {
            Language::Go => Some(place),
            Language::C => self.places_of(Language::C).into_iter().find(|own| own.target == place.target),
        }
    }

    /// The programs under test, less the reference programs.
    pub fn go_programs(&self) -> impl Iterator<Item = &'a Program> {
        self.run.info.programs.iter().filter(|program| program.source.language() == Language::Go)
    }

    /// The variants of a language that are not copies.
    pub fn variants(&self, language: Language) -> impl Iterator<Item = &'a Variant> {
        let all = self.run.info.variants.iter();
        all.filter(move |variant| variant.language == language && variant.copy_of.is_none())
    }

    /// The contrasts that apply to a program.
    pub fn contrasts_of(&self, program: &'a Program) -> impl Iterator<Item = &'a Contrast> {
        contrasts_of(program, &self.run.info.variants, &self.run.info.contrasts)
    }

    /// Those of them that this kind of run times.
    pub fn timed_contrasts(&self, program: &'a Program) -> impl Iterator<Item = &'a Contrast> {
        let info = &self.run.info;
        timed_contrasts(info.kind, program, &info.variants, &info.contrasts)
    }

    /// The variant that the others of a program are shown against: the proposal, or in C the first baseline.
    pub fn baseline(&self, program: &'a Program) -> Option<&'a str> {
        match program.source.language() {
            Language::Go => Some(PROPOSAL),
            Language::C => self.contrasts_of(program).next().map(|contrast| contrast.base.as_str()),
        }
    }

    /// The language of both sides of a contrast.
    pub fn language(&self, contrast: &Contrast) -> Language {
        let base = self.run.info.variants.iter().find(|variant| variant.name == contrast.base);
        base.map_or(Language::Go, |variant| variant.language)
    }

    /// The contrast of that name.
    pub fn contrast(&self, name: &str) -> Option<&'a Contrast> {
        self.run.info.contrasts.iter().find(|contrast| contrast.name == name)
    }

    /// The row of a case, built or not.
    pub fn case(
        &self,
        program: &str,
        variant: &str,
        place: Place<'_>,
        stripped: bool,
    ) -> Option<&'a ArtifactRow> {
        self.artifacts.get(&(program, variant, place, stripped)).copied()
    }

    /// The row of a case that was built.
    pub fn artifact(
        &self,
        program: &str,
        variant: &str,
        place: Place<'_>,
        stripped: bool,
    ) -> Option<&'a ArtifactRow> {
        self.case(program, variant, place, stripped).filter(|row| row.status == Status::Built)
    }

    /// The facts of a case with that metric, in their order.
    pub fn facts(&self, case: &str, metric: &str) -> impl Iterator<Item = &'a FactRow> {
        self.all_facts(case).filter(move |row| row.metric == metric)
    }

    /// All facts of a case, in their order.
    pub fn all_facts(&self, case: &str) -> impl Iterator<Item = &'a FactRow> {
        self.facts.get(case).map(Vec::as_slice).unwrap_or_default().iter().copied()
    }

    /// A fact that is a number.
    pub fn number(&self, case: &str, metric: &str, key: &str) -> Option<u64> {
        self.facts(case, metric).find(|row| row.key == key)?.number
    }

    /// A fact that is a text.
    pub fn text(&self, case: &str, metric: &str) -> Option<&'a str> {
        self.facts(case, metric).find(|row| row.key.is_empty()).map(|row| row.text.as_str())
    }

    /// What a probe told of a case, in its order; nothing where it was not asked.
    pub fn probed(&self, case: &str, probe: &str) -> &[&'a ProbeRow] {
        let of_case = self.probes.get(case);
        of_case.and_then(|all| all.get(probe)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Estimates of a contrast or of a case, by their statistic.
    pub fn estimates<'s>(
        &'s self,
        name: &'s str,
        program: &'s str,
        place: Place<'s>,
        measure: Measure,
        statistic: &'s str,
    ) -> impl Iterator<Item = &'a EstimateRow> {
        let rows = self.estimates.get(&(program, name)).map(Vec::as_slice).unwrap_or_default();
        rows.iter().copied().filter(move |row| {
            row.toolchain == place.toolchain
                && row.target == place.target
                && row.metric == measure.metric
                && row.condition == measure.condition
                && row.cache == measure.cache
                && row.scope == measure.scope
                && row.statistic == statistic
        })
    }

    /// One estimate of a contrast or of a case.
    pub fn estimate(
        &self,
        name: &str,
        program: &str,
        place: Place<'_>,
        measure: Measure,
        statistic: &str,
    ) -> Option<&'a EstimateRow> {
        self.estimates(name, program, place, measure, statistic).next()
    }
}
