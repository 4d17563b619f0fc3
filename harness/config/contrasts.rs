//! Which contrasts apply to a program, and which of them a kind of run times.

use super::{Contrast, Contrasts, Program, RunKind, Variant};

/// Name of the variant that is the proposal's build.
pub const PROPOSAL: &str = "static";

/// The contrasts that apply to a program: both sides are known, and ways that it is built; to a rung of the
/// relocation ladder those that say so.
pub fn contrasts_of<'a>(
    program: &'a Program,
    variants: &'a [Variant],
    contrasts: &'a [Contrast],
) -> impl Iterator<Item = &'a Contrast> {
    let builds = move |name: &str| {
        let mut own = variants.iter().filter(|variant| program.is_built_as(variant));
        own.any(|variant| variant.name == name)
    };
    let applies = |contrast: &&Contrast| program.rung().is_none() || contrast.ladder;
    contrasts
        .iter()
        .filter(applies)
        .filter(move |contrast| builds(&contrast.base) && builds(&contrast.changed))
}

/// Those of them that this kind of run times. Totals of variants that only full runs have are timed where all
/// contrasts of a program are: ten more variants of every program would leave too little time for the rest.
pub fn timed_contrasts<'a>(
    kind: RunKind,
    program: &'a Program,
    variants: &'a [Variant],
    contrasts: &'a [Contrast],
) -> impl Iterator<Item = &'a Contrast> {
    contrasts_of(program, variants, contrasts).filter(move |contrast| match (kind, program.contrasts) {
        (RunKind::Quick, Contrasts::All) => contrast.quick,
        (RunKind::Quick, Contrasts::Primary) => contrast.quick && contrast.primary,
        (RunKind::Default, Contrasts::Primary) => contrast.primary,
        (RunKind::Full, Contrasts::Primary) => !is_aside(contrast, variants),
        (RunKind::Default | RunKind::Full, Contrasts::All) => true,
    })
}

fn is_aside(contrast: &Contrast, variants: &[Variant]) -> bool {
    let mut aside = variants.iter().filter(|variant| variant.is_only_in_full_runs());
    contrast.total && aside.any(|variant| variant.name == contrast.changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn program(contrasts: Contrasts) -> Program {
        let mut program: Program = toml::from_str(
            "name = \"p\"\nwhat = \"p\"\nsource = { module = \"p\" }\nruns = \"quick\"\nstart = {}\n\
             [workload]\nstdout_sha256 = {}",
        )
        .expect("a program");
        program.contrasts = contrasts;
        assert!(matches!(program.source, Source::Module { .. }));
        program
    }

    #[test]
    fn totals_of_full_runs_are_timed_where_all_contrasts_are() {
        let variant = |name: &str, runs: &str| -> Variant {
            let text = format!("name = \"{name}\"\nwhy = \"\"\nsource = \"\"\nruns = \"{runs}\"");
            toml::from_str(&text).expect("a variant")
        };
        let contrast = |name: &str, changed: &str, total: bool| -> Contrast {
            let text = format!(
                "name = \"{name}\"\nwhat = \"\"\nbase = \"static\"\nchanged = \"{changed}\"\ntotal = {total}"
            );
            toml::from_str(&text).expect("a contrast")
        };
        let contrasts = [
            contrast("one", "one", false),
            contrast("usual-total", "one", true),
            contrast("rare-total", "rare", true),
        ];
        let timed = |kind, own, runs: &str| -> Vec<String> {
            let variants = [variant("static", "quick"), variant("one", "quick"), variant("rare", runs)];
            let program = program(own);
            let timed = timed_contrasts(kind, &program, &variants, &contrasts);
            timed.map(|contrast| contrast.name.clone()).collect()
        };
        assert_eq!(timed(RunKind::Full, Contrasts::Primary, "full"), ["one", "usual-total"]);
        assert_eq!(timed(RunKind::Full, Contrasts::All, "full"), ["one", "usual-total", "rare-total"]);
        // Named, or of every run.
        assert_eq!(timed(RunKind::Full, Contrasts::Primary, "quick"), ["one", "usual-total", "rare-total"]);
        assert_eq!(timed(RunKind::Default, Contrasts::Primary, "quick"), [""; 0]);
    }
}
