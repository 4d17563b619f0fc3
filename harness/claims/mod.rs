//! Verdicts: rules over facts and estimates, one a claim.
//!
//! Pure. A claim is undecided unless a rule says otherwise, and a rule says otherwise only where the run's rows
//! can carry it; what they cannot show is named beside the verdict. Which claims there are, and each rule in
//! words, stands in `claims.toml`.

mod ablation;
mod addresses;
mod alone;
mod cost;
mod effect;
mod exposure;
mod imports;
mod kernel;
mod memory;
pub mod middle;
mod packages;
mod probed;
mod relocations;
mod settings;
pub mod speed;
mod subject;
pub mod words;

#[cfg(test)]
pub(crate) mod synthetic;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::results::{Index, Run};

pub use effect::{
    CPU_PINNED, Effect, Floor, Seen, TIMES, WALL_SCHEDULED, as_judged, behind, clear_ends, condition_words,
    counts, judged_by, measure_words, not_excluded, quiet_blocks,
};
pub use memory::{ANONYMOUS, FURTHER, FURTHER_TABLES, Growth, PAGE_TABLES};
pub use packages::has;
pub use relocations::{Climbed, costs, twins};
pub use settings::recipe;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// True, as far as this run goes.
    Supported,
    /// Not true.
    Refuted,
    /// True under conditions, which are named.
    Qualified,
    /// Not measured here, or not measurable; the reason is given.
    Undecided,
    /// A question of judgement: both sides are laid out, the reader judges.
    Readers,
}

impl Verdict {
    /// The word used in tables and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Refuted => "refuted",
            Self::Qualified => "qualified",
            Self::Undecided => "undecided",
            Self::Readers => "reader's",
        }
    }
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Id of the claim.
    pub id: &'static str,
    /// The claim, in one sentence.
    pub claim: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, with the numbers; computed.
    pub because: String,
    /// The rule that was followed, in words; empty where this version has none.
    pub rule: &'static str,
    /// What this version does not do for it.
    pub waits: &'static str,
    /// The rows behind it, as file, metric or contrast.
    pub evidence: Vec<String>,
    /// The programs whose rows those are.
    pub programs: Vec<String>,
}

/// What a rule finds.
struct Finding {
    verdict: Verdict,
    because: String,
    evidence: Vec<String>,
    programs: Vec<String>,
}

impl Finding {
    fn undecided(because: impl Into<String>) -> Self {
        let because = because.into();
        Self { verdict: Verdict::Undecided, because, evidence: Vec::new(), programs: Vec::new() }
    }
}

/// A rule over the rows of a run.
type Rule = fn(&Index<'_>) -> Finding;

/// The rules of this version.
const RULES: [(&str, Rule); 21] = [
    ("pie-makes-dynamic", ablation::pie_makes_dynamic),
    ("pie-needs-c-toolchain", ablation::pie_needs_c_toolchain),
    ("pie-needs-loader", alone::pie_needs_loader),
    ("static-stands-alone", alone::static_stands_alone),
    ("kernel-abi-only", kernel::kernel_abi_only),
    ("fixed-addresses", addresses::fixed_addresses),
    ("one-leak-tells-all", addresses::one_leak_tells_all),
    ("known-code", addresses::known_code),
    ("no-mitigation", exposure::no_mitigation),
    ("memory-safe-anyway", imports::memory_safe_anyway),
    ("extra-attack-surface", exposure::extra_attack_surface),
    ("response", packages::response),
    ("some-programs-need-cgo", packages::some_programs_need_cgo),
    ("packaging-cost", packages::packaging_cost),
    ("imports-enable-cgo", imports::imports_enable_cgo),
    ("size-cost", cost::size),
    ("startup-cost", cost::startup),
    ("relocation-cost", relocations::cost_grows),
    ("speed-cost", speed::speed),
    ("memory-cost", memory::memory),
    ("middle-ground", middle::middle_ground),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    id: String,
    #[serde(rename = "claim")]
    sentence: String,
    #[serde(default)]
    rule: String,
    waits: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    claim: Vec<Claim>,
}

/// The claims; the file is a part of the program, so that only a broken build could fail to read it.
static CLAIMS: LazyLock<Claims> =
    LazyLock::new(|| toml::from_str(include_str!("claims.toml")).expect("claims.toml is well-formed"));

/// Judges every claim of the debate, in the order of the list.
pub fn judge(run: &Run) -> Vec<Judged> {
    let index = Index::new(run);
    let judge = |claim: &'static Claim| {
        let rule = RULES.iter().find(|(id, _)| *id == claim.id);
        let finding = match rule {
            Some((_, rule)) => rule(&index),
            None => Finding::undecided("its experiment is not part of this version"),
        };
        Judged {
            id: &claim.id,
            claim: &claim.sentence,
            verdict: finding.verdict,
            because: finding.because,
            rule: &claim.rule,
            waits: &claim.waits,
            evidence: finding.evidence,
            programs: finding.programs,
        }
    };
    CLAIMS.claim.iter().map(judge).collect()
}

#[cfg(test)]
mod probe_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial_tests;
