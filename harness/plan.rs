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
    /// The Go releases.
    pub toolchains: &'a [String],
    /// The C compiler that reference programs are built with, whether it is there or not.
    pub c_compiler: &'a str,
    /// The targets.
    pub targets: &'a [String],
    /// The target that can be started here.
    pub host: &'a str,
}

/// Makes the plan. A quick run starts the first program only; reference programs are built for the host alone.
pub fn plan(axes: &Axes<'_>) -> Plan {
    let mut plan = Plan {
        cases: Vec::new(),
        timed: Vec::new(),
        over_layouts: Vec::new(),
        at_work: Vec::new(),
        layouts: layouts(axes.kind),
    };
    let of_language = |language| {
        let programs = axes.programs.iter().enumerate();
        programs.filter(move |(_, program)| program.source.language() == language)
    };
    for toolchain in axes.toolchains {
        for target in axes.targets {
            for (number, program) in of_language(Language::Go) {
                plan.add(axes, number, program, toolchain, target);
            }
        }
    }
    for (number, program) in of_language(Language::C) {
        plan.add(axes, number, program, axes.c_compiler, axes.host);
    }
    plan
}

impl Plan {
    /// Adds a program on one toolchain and target: its cases, and its starts where they are timed.
    fn add(&mut self, axes: &Axes<'_>, number: usize, program: &Program, toolchain: &str, target: &str) {
        for variant in axes.variants.iter().filter(|variant| is_built(axes, program, variant)) {
            for stripped in [false, true] {
                self.cases.push(Case {
                    program: program.name.clone(),
                    variant: variant.name.clone(),
                    toolchain: toolchain.to_owned(),
                    target: target.to_owned(),
                    stripped,
                });
            }
        }
        if target != axes.host {
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
        let pairs = timed_contrasts(axes.kind, program, axes.variants, axes.contrasts);
        self.timed.extend(timed(sides(axes, pairs)).filter(|_| !first_only));
        let is_go = program.source.language() == Language::Go;
        let primary =
            || contrasts_of(program, axes.variants, axes.contrasts).filter(move |pair| pair.primary && is_go);
        if program.rung().is_some() {
            return;
        }
        let full = axes.kind == RunKind::Full;
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
