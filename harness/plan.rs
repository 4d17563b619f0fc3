//! From what is configured to cases: which programs are built how, and which artifacts are started.
//!
//! Pure: it touches no file and no process. The plan of a run is the same wherever and whenever it is made
//! from the same configuration, toolchains and options; its digest is what tells whether a run that was cut
//! off can go on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::{Config, Contrast, Language, Program, RunKind, Variant, contrasts_of, timed_contrasts};

/// One program x variant x toolchain x target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// Name of the program.
    pub program: String,
    /// Name of the variant.
    pub variant: String,
    /// The Go release, or for a reference program the C compiler.
    pub toolchain: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// Whether the artifact goes through `strip`.
    pub stripped: bool,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, variant, toolchain, target, stripped } = self;
        let target = target.replace('/', "-");
        let end = if *stripped { "/stripped" } else { "" };
        write!(f, "{program}/{variant}/{toolchain}/{target}{end}")
    }
}

impl Case {
    /// The same case in the other state of stripping.
    pub fn with_stripped(&self, stripped: bool) -> Self {
        Self { stripped, ..self.clone() }
    }
}

/// The starts of one program on one toolchain and target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timed {
    /// Name of the program.
    pub program: String,
    /// The Go release, or for a reference program the C compiler.
    pub toolchain: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// Names of the variants that are started, in the order of the configuration.
    pub variants: Vec<String>,
    /// Whether the stripped artifacts are started, as packages ship; not where any of them could not be had.
    pub stripped: bool,
}

impl Timed {
    /// The program and what builds it, in words.
    pub fn title(&self) -> String {
        format!("{} by {}", self.program, self.toolchain)
    }

    /// Whether Go built them: only then does `GOMAXPROCS` mean anything.
    pub fn is_go(&self) -> bool {
        self.toolchain.starts_with("go")
    }

    /// Whether a case is one of those that are started.
    pub fn is_of(&self, case: &Case) -> bool {
        self.variants.contains(&case.variant) && self.case(&case.variant) == *case
    }

    /// The case that is started for a variant.
    pub fn case(&self, variant: &str) -> Case {
        Case {
            program: self.program.clone(),
            variant: variant.to_owned(),
            toolchain: self.toolchain.clone(),
            target: self.target.clone(),
            stripped: self.stripped,
        }
    }
}

/// What a run does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Every case, unstripped and then stripped, program by program.
    pub cases: Vec<Case>,
    /// What is timed.
    pub timed: Vec<Timed>,
    /// What is started in other function layouts too: both sides of the primary contrasts, less the controls.
    pub over_layouts: Vec<Timed>,
    /// What is timed at work, in every layout: both sides of those in which PIE alone differs, and a control.
    pub at_work: Vec<Timed>,
    /// How many function layouts there are beside the one that ships: `-randlayout` seeds from 1 on.
    pub layouts: u32,
}

/// Two more than a number has to rest on in a default run; as many as speed asks for in a full one.
fn layouts(kind: RunKind) -> u32 {
    match kind {
        RunKind::Quick => 0,
        RunKind::Default => 10,
        RunKind::Full => 16,
    }
}

/// The axes of a plan.
#[derive(Clone, Debug)]
pub struct Axes<'a> {
    /// Which kind of run.
    pub kind: RunKind,
    /// The programs.
    pub programs: &'a [Program],
    /// The variants.
    pub variants: &'a [Variant],
    /// The contrasts; those that name an absent variant are left out.
    pub contrasts: &'a [Contrast],
    /// Whether the programs were named, so that each of them is meant wherever it can be built.
    pub programs_named: bool,
    /// Whether the variants were.
    pub variants_named: bool,
    /// The Go releases, that of home first, whether they could be had or not.
    pub toolchains: &'a [String],
    /// The C compiler that reference programs are built with, whether it is there or not.
    pub c_compiler: &'a str,
    /// The targets, that of home first.
    pub targets: &'a [String],
    /// The target that can be started here.
    pub host: &'a str,
    /// Whether nothing is started that is timed.
    pub facts_only: bool,
}

/// How far a toolchain and a target are from home, which is the first of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Everything is built here.
    Home,
    /// Another release, for the target of home: the first program as a default run builds it, the others of a quick
    /// run as what is timed of them.
    Release,
    /// Another target: the first of these programs, as the variants of the map.
    Target,
    /// Another release for another target: the same as PIE alone, for the map of where that needs C.
    Far,
}

impl Axes<'_> {
    fn reach(&self, toolchain: &str, target: &str) -> Reach {
        let is_first = |all: &[String], one: &str| all.first().is_some_and(|first| first == one);
        match (is_first(self.toolchains, toolchain), is_first(self.targets, target)) {
            (true, true) => Reach::Home,
            (false, true) => Reach::Release,
            (true, false) => Reach::Target,
            (false, false) => Reach::Far,
        }
    }

    /// Whether a program is built so far from home.
    fn goes(&self, program: &Program, reach: Reach) -> bool {
        let quick = |program: &&Program| program.runs == RunKind::Quick;
        match reach {
            Reach::Home => true,
            _ if program.rung().is_some() => false,
            _ if self.programs_named => true,
            Reach::Release => quick(&program),
            Reach::Target | Reach::Far => self.programs.iter().find(quick) == Some(program),
        }
    }

    /// Whether a program's variant is.
    fn is_wanted(&self, program: &Program, variant: &Variant, reach: Reach) -> bool {
        let first = || self.programs.iter().find(|program| program.runs == RunKind::Quick) == Some(program);
        let primary = || {
            let mut sides = self.contrasts.iter().filter(|contrast| contrast.primary);
            sides.any(|contrast| contrast.base == variant.name || contrast.changed == variant.name)
        };
        match reach {
            Reach::Home => true,
            _ if self.variants_named => true,
            Reach::Release => !variant.is_only_in_full_runs() && (first() || primary()),
            Reach::Target => variant.map,
            Reach::Far => variant.map && variant.buildmode.as_deref() == Some("pie"),
        }
    }
}

/// Makes the plan. A quick run starts the first program only; reference programs are built for the host alone. What
/// is built for other targets is not stripped: `strip` knows the host's files.
pub fn plan(axes: &Axes<'_>) -> Plan {
    let mut plan = Plan {
        cases: Vec::new(),
        timed: Vec::new(),
        over_layouts: Vec::new(),
        at_work: Vec::new(),
        layouts: if axes.facts_only { 0 } else { layouts(axes.kind) },
    };
    let of_language = |language| {
        let programs = axes.programs.iter().enumerate();
        programs.filter(move |(_, program)| program.source.language() == language)
    };
    for toolchain in axes.toolchains {
        for target in axes.targets {
            let reach = axes.reach(toolchain, target);
            for (number, program) in of_language(Language::Go) {
                if axes.goes(program, reach) {
                    plan.add(axes, number, program, toolchain, target, reach);
                }
            }
        }
    }
    for (number, program) in of_language(Language::C) {
        plan.add(axes, number, program, axes.c_compiler, axes.host, Reach::Home);
    }
    plan
}

impl Plan {
    /// Adds a program on one toolchain and target: its cases, and its starts where they are timed.
    fn add(
        &mut self,
        axes: &Axes<'_>,
        number: usize,
        program: &Program,
        toolchain: &str,
        target: &str,
        reach: Reach,
    ) {
        let wanted =
            |variant: &&Variant| is_built(axes, program, variant) && axes.is_wanted(program, variant, reach);
        let variants: Vec<Variant> = axes.variants.iter().filter(wanted).cloned().collect();
        for variant in &variants {
            for stripped in [false, true].into_iter().filter(|stripped| !stripped || target == axes.host) {
                self.cases.push(Case {
                    program: program.name.clone(),
                    variant: variant.name.clone(),
                    toolchain: toolchain.to_owned(),
                    target: target.to_owned(),
                    stripped,
                });
            }
        }
        if target != axes.host || axes.facts_only {
            return;
        }
        let timed = |variants: Vec<String>| {
            let timed = Timed {
                program: program.name.clone(),
                toolchain: toolchain.to_owned(),
                target: target.to_owned(),
                variants,
                stripped: true,
            };
            (!timed.variants.is_empty()).then_some(timed)
        };
        let first_only = axes.kind == RunKind::Quick && number > 0;
        let pairs = timed_contrasts(axes.kind, program, &variants, axes.contrasts)
            .filter(|pair| reach == Reach::Home || pair.primary);
        self.timed.extend(timed(sides(axes, pairs)).filter(|_| !first_only));
        let is_go = program.source.language() == Language::Go;
        let primary =
            || contrasts_of(program, axes.variants, axes.contrasts).filter(move |pair| pair.primary && is_go);
        if program.rung().is_some() || reach != Reach::Home {
            return;
        }
        // What a full run alone has is large: one link for each layout would take longer than all else.
        let full = axes.kind == RunKind::Full && program.runs < RunKind::Full;
        if full || (self.layouts > 0 && program.runs == RunKind::Quick) {
            self.over_layouts.extend(timed(sides(axes, primary().filter(|pair| !pair.control))));
        }
        if full && program.speed.is_some() && primary().any(|pair| pair.pie_only) {
            self.at_work.extend(timed(sides(axes, primary().filter(|pair| pair.pie_only || pair.control))));
        }
    }
}

/// Whether a program is built that way: as it asks for, and a rung of the ladder only where that is timed.
fn is_built(axes: &Axes<'_>, program: &Program, variant: &Variant) -> bool {
    let mut timed = contrasts_of(program, axes.variants, axes.contrasts);
    program.is_built_as(variant)
        && (program.rung().is_none()
            || timed.any(|contrast| contrast.base == variant.name || contrast.changed == variant.name))
}

/// The variants on either side of some contrasts, in the order of the configuration.
fn sides<'a>(axes: &Axes<'_>, pairs: impl Iterator<Item = &'a Contrast>) -> Vec<String> {
    let pairs: Vec<_> = pairs.collect();
    let names = axes.variants.iter().map(|variant| variant.name.clone());
    names.filter(|name| pairs.iter().any(|pair| *name == pair.base || *name == pair.changed)).collect()
}

/// The programs of a kind of run; naming programs overrides it.
pub fn programs_of(config: &Config, kind: RunKind) -> Vec<Program> {
    config.programs.iter().filter(|program| program.runs <= kind).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;

    /// How the cases of a plan are spread: `program toolchain target`, each with its variants.
    fn spread(kind: RunKind, change: impl FnOnce(&mut Axes<'_>)) -> (Plan, Vec<(String, Vec<String>)>) {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().to_owned()).expect("a cache");
        let config = Config::embedded(&cache).expect("loads");
        let programs = programs_of(&config, kind);
        let names = |names: [&str; 2]| names.map(str::to_owned);
        let (toolchains, targets) = (names(["go1.27.3", "go1.21.13"]), names(["linux/amd64", "linux/arm64"]));
        let mut axes = Axes {
            kind,
            programs: &programs,
            variants: &config.variants,
            contrasts: &config.contrasts,
            programs_named: false,
            variants_named: false,
            toolchains: &toolchains,
            c_compiler: "gcc-12",
            targets: &targets,
            host: "linux/amd64",
            facts_only: false,
        };
        change(&mut axes);
        let plan = plan(&axes);
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for case in plan.cases.iter().filter(|case| !case.stripped) {
            let place = format!("{} {} {}", case.program, case.toolchain, case.target);
            match all.iter_mut().find(|(known, _)| *known == place) {
                Some((_, variants)) => variants.push(case.variant.clone()),
                None => all.push((place, vec![case.variant.clone()])),
            }
        }
        (plan, all)
    }

    fn at<'a>(all: &'a [(String, Vec<String>)], place: &str) -> &'a [String] {
        all.iter().find(|(known, _)| known == place).map_or(&[], |(_, variants)| variants)
    }

    #[test]
    fn the_farther_from_home_the_less_is_built() {
        let (plan, all) = spread(RunKind::Default, |_| ());
        let map = ["static", "pie-internal", "pie-external"].map(str::to_owned);
        assert!(at(&all, "fuzzyfind go1.27.3 linux/amd64").contains(&"pie-internal".to_owned()));
        for (program, release, target) in
            [("hello", true, true), ("gofmt", true, false), ("fuzzyfind", false, false)]
        {
            assert_eq!(!at(&all, &format!("{program} go1.21.13 linux/amd64")).is_empty(), release);
            let arm = at(&all, &format!("{program} go1.27.3 linux/arm64"));
            assert_eq!(arm, if target { &map[..] } else { &[] });
        }
        assert_eq!(at(&all, "hello go1.21.13 linux/arm64"), &map[1..]);
        assert_eq!(at(&all, "gofmt go1.21.13 linux/arm64"), [] as [String; 0]);
        assert!(at(&all, "hello go1.21.13 linux/amd64").contains(&"fedora-like".to_owned()));
        assert!(at(&all, "hello go1.21.13 linux/amd64").contains(&"static-pie".to_owned()));
        assert!(at(&all, "gofmt go1.21.13 linux/amd64").contains(&"fedora-like".to_owned()));
        assert!(!at(&all, "gofmt go1.21.13 linux/amd64").contains(&"static-pie".to_owned()));
        // `strip` knows the host's files alone, and nothing else can be started.
        assert!(plan.cases.iter().all(|case| !case.stripped || case.target == "linux/amd64"));
        assert!(plan.timed.iter().all(|one| one.target == "linux/amd64"));
        // With another release the primary contrasts alone are timed.
        let timed = |toolchain: &str| {
            let mut all = plan.timed.iter();
            let one = all.find(|one| one.program == "hello" && one.toolchain == toolchain);
            one.map(|one| one.variants.clone()).unwrap_or_default()
        };
        assert!(timed("go1.27.3").contains(&"static-pie".to_owned()));
        assert!(!timed("go1.21.13").contains(&"static-pie".to_owned()));
        assert!(timed("go1.21.13").contains(&"pie-internal".to_owned()));
        assert!(plan.over_layouts.iter().all(|one| one.toolchain == "go1.27.3"));
    }

    #[test]
    fn what_is_named_is_built_everywhere() {
        let (_, all) = spread(RunKind::Default, |axes| axes.programs_named = true);
        assert!(!at(&all, "fuzzyfind go1.21.13 linux/arm64").is_empty());
        let (_, all) = spread(RunKind::Default, |axes| axes.variants_named = true);
        assert!(at(&all, "hello go1.21.13 linux/arm64").contains(&"static-pie".to_owned()));
    }

    #[test]
    fn distributions_sets_are_built_of_some_programs() {
        let (_, all) = spread(RunKind::Full, |_| ());
        for (program, built) in [("hello", true), ("httpget", true), ("httpserve", false), ("compile", false)]
        {
            let variants = at(&all, &format!("{program} go1.27.3 linux/amd64"));
            assert!(variants.contains(&"static".to_owned()));
            assert_eq!(variants.contains(&"debian-like".to_owned()), built, "{program}");
        }
    }

    #[test]
    fn facts_alone_start_nothing() {
        let (plan, all) = spread(RunKind::Full, |axes| axes.facts_only = true);
        assert!(plan.timed.is_empty() && plan.over_layouts.is_empty() && plan.at_work.is_empty());
        assert_eq!((plan.layouts, all.is_empty()), (0, false));
        assert!(!spread(RunKind::Full, |_| ()).0.at_work.is_empty());
    }
}
