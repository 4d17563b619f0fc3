//! Effects of known size, each of which grows with a number: what is started to have them.

use anyhow::{Context, Result};

use super::relocated::Relocated;
use super::{Stock, arm};
use crate::cache::Scratch;
use crate::paired::ArmOf;
use crate::pipeline::Startable;
use crate::results::{Effect, table};

/// How much of an effect there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Both sides have so much: the first of it costs more, since page tables have to be made.
    ground: u32,
    /// A large effect has so much more; the sizes of small ones follow from it.
    pub(super) anchor: u32,
    /// It grows in steps of so much.
    step: u32,
}

/// Of an effect.
pub(super) fn scale(effect: Effect) -> Scale {
    match effect {
        Effect::Pages => Scale { ground: 64, anchor: 48, step: 1 },
        // A page holds 512 pointers.
        Effect::Relocations => Scale { ground: 20 * 512, anchor: 64 * 512, step: 512 },
        Effect::Mapping => Scale { ground: 16, anchor: 48, step: 1 },
    }
}

impl Scale {
    /// The nearest amount that can be made.
    pub(super) fn nearest(self, amount: f64) -> u32 {
        let steps = (amount / f64::from(self.step)).round().clamp(1.0, f64::from(self.anchor / self.step));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a few hundred"
        )]
        let steps = steps as u32;
        steps * self.step
    }
}

/// What has the effect, and what has so much more of it. Files that have to be made for that lie in `scratch`.
pub(super) fn arms<'a>(
    stock: &'a Stock,
    effect: Effect,
    more: u32,
    scratch: &Scratch,
) -> Result<Vec<ArmOf<'a>>> {
    let ground = scale(effect).ground;
    let counts = [ground, ground + more];
    let told = |what: &'a Startable| {
        Ok(counts.map(|count| ArmOf { args: vec![count.to_string()], ..arm(what) }).to_vec())
    };
    match effect {
        Effect::Pages => told(&stock.known),
        Effect::Mapping => told(&stock.mapped),
        Effect::Relocations => {
            let path = &stock.rung.path;
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let relocated =
                Relocated::of(bytes).with_context(|| format!("cannot change {}", path.display()))?;
            let one = |count| {
                let artifact = scratch.path().join(format!("relocated-{count}"));
                table::write_file(&artifact, &relocated.making(count)?)?;
                Ok(ArmOf { artifact, ..arm(&stock.rung) })
            };
            counts.into_iter().map(one).collect()
        }
    }
}
