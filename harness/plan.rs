//! From what is configured to cases: which programs are built how, and which artifacts are started.
//!
//! Pure: it touches no file and no process. The plan of a run is the same wherever and whenever it is made
//! from the same configuration, toolchains and options; its digest is what tells whether a run that was cut
//! off can go on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::{Config, Contrast, Contrasts, Program, RunKind, Variant};

/// One program x variant x toolchain x target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// Name of the program.
    pub program: String,
    /// Name of the variant.
    pub variant: String,
    /// The Go release.
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
    /// The Go release.
    pub toolchain: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// Names of the variants that are started, in the order of the configuration.
    pub variants: Vec<String>,
    /// Whether the stripped artifacts are started, as packages ship; not where any of them could not be had.
    pub stripped: bool,
}

impl Timed {
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
    /// The targets.
    pub targets: &'a [String],
    /// The target that can be started here.
    pub host: &'a str,
}

/// Makes the plan. A quick run starts the first program only.
pub fn plan(axes: &Axes<'_>) -> Plan {
    let mut cases = Vec::new();
    let mut timed = Vec::new();
    for toolchain in axes.toolchains {
        for target in axes.targets {
            for (number, program) in axes.programs.iter().enumerate() {
                for variant in axes.variants {
                    for stripped in [false, true] {
                        cases.push(Case {
                            program: program.name.clone(),
                            variant: variant.name.clone(),
                            toolchain: toolchain.clone(),
                            target: target.clone(),
                            stripped,
                        });
                    }
                }
                let variants = timed_variants(axes, program);
                let first_only = axes.kind == RunKind::Quick && number > 0;
                if target == axes.host && !variants.is_empty() && !first_only {
                    timed.push(Timed {
                        program: program.name.clone(),
                        toolchain: toolchain.clone(),
                        target: target.clone(),
                        variants,
                        stripped: true,
                    });
                }
            }
        }
    }
    Plan { cases, timed }
}

/// The contrasts of a program that this kind of run times.
pub fn timed_contrasts<'a>(
    kind: RunKind,
    program: &'a Program,
    contrasts: &'a [Contrast],
) -> impl Iterator<Item = &'a Contrast> {
    contrasts.iter().filter(move |contrast| match (kind, program.contrasts) {
        (RunKind::Quick, Contrasts::All) => contrast.quick,
        (RunKind::Quick, Contrasts::Primary) => contrast.quick && contrast.primary,
        (RunKind::Default, Contrasts::Primary) => contrast.primary,
        (RunKind::Default, Contrasts::All) | (RunKind::Full, _) => true,
    })
}

fn timed_variants(axes: &Axes<'_>, program: &Program) -> Vec<String> {
    let known = |name: &str| axes.variants.iter().any(|variant| variant.name == name);
    let pairs: Vec<_> = timed_contrasts(axes.kind, program, axes.contrasts)
        .filter(|contrast| known(&contrast.base) && known(&contrast.changed))
        .collect();
    let names = axes.variants.iter().map(|variant| variant.name.clone());
    names.filter(|name| pairs.iter().any(|pair| *name == pair.base || *name == pair.changed)).collect()
}

/// The programs of a kind of run; naming programs overrides it.
pub fn programs_of(config: &Config, kind: RunKind) -> Vec<Program> {
    config.programs.iter().filter(|program| program.runs <= kind).cloned().collect()
}
