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

/// Those of them that this kind of run times.
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
        (RunKind::Default, Contrasts::All) | (RunKind::Full, _) => true,
    })
}
