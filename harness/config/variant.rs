//! A variant, a named way of building, and the contrasts between two of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Language, RunKind};

/// A flag of a distribution that is not used as it stands, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The flag as the distribution has it.
    pub flag: String,
    /// What stands in its place; empty where it is dropped.
    #[serde(default)]
    pub by: String,
    /// Why.
    pub why: String,
}

/// A variant: a table of `variants.toml`. What is absent is left to Go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name, `[a-z0-9.-]+`.
    pub name: String,
    /// Why it is there, in one line.
    pub why: String,
    /// Where the flags come from.
    pub source: String,
    /// `-buildmode`.
    pub buildmode: Option<String>,
    /// `-linkmode`, an `-ldflags` one.
    pub linkmode: Option<String>,
    /// `CGO_ENABLED`, `0` or `1`; absent leaves it unset, and Go then looks for a C compiler.
    pub cgo_enabled: Option<String>,
    /// `-tags`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Other `-ldflags`.
    #[serde(default)]
    pub ldflags: Vec<String>,
    /// `-extldflags`.
    #[serde(default)]
    pub extldflags: Vec<String>,
    /// Other environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// `-trimpath`.
    #[serde(default = "yes")]
    pub trimpath: bool,
    /// Adds an import of `runtime/cgo` to package main (through `-overlay`), so that a program which has no
    /// C in it carries the cgo runtime.
    #[serde(default)]
    pub import_runtime_cgo: bool,
    /// The language of the programs that are built this way.
    #[serde(default)]
    pub language: Language,
    /// Arguments of the C compiler, where the language is C; of the keys above only `env` applies then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// The shortest kind of run that has it; naming variants overrides it.
    #[serde(default = "always")]
    pub runs: RunKind,
    /// Whether it is on the map of releases and targets.
    #[serde(default)]
    pub map: bool,
    /// The artifact of another variant under a name of its own: the control.
    pub copy_of: Option<String>,
    /// Flags that had to be replaced or dropped here.
    #[serde(default)]
    pub changes: Vec<Change>,
}

impl Variant {
    /// A key that is set and does not apply to the variant's language.
    pub(super) fn stray_key(&self) -> Option<&'static str> {
        let go = [
            ("buildmode", self.buildmode.is_some()),
            ("linkmode", self.linkmode.is_some()),
            ("cgo_enabled", self.cgo_enabled.is_some()),
            ("tags", !self.tags.is_empty()),
            ("ldflags", !self.ldflags.is_empty()),
            ("extldflags", !self.extldflags.is_empty()),
            ("trimpath", !self.trimpath),
            ("import_runtime_cgo", self.import_runtime_cgo),
        ];
        let c = [("cc", !self.cc.is_empty())];
        let foreign = if self.language == Language::C { &go[..] } else { &c[..] };
        foreign.iter().find(|(_, set)| *set).map(|(key, _)| *key)
    }
}

fn yes() -> bool {
    true
}

fn always() -> RunKind {
    RunKind::Quick
}

/// Two variants that differ in one thing, or, where `total` is set, a whole set of flags against another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of a contrast's table")]
pub struct Contrast {
    /// Its name, `[a-z0-9.-]+`.
    pub name: String,
    /// The one thing that differs, as a title, e.g. `PIE, given internal linking`.
    pub what: String,
    /// The variant that is the baseline.
    pub base: String,
    /// The variant in which that one thing is changed.
    pub changed: String,
    /// Whether it is one of the primary contrasts.
    #[serde(default)]
    pub primary: bool,
    /// Whether it is in a quick run.
    #[serde(default)]
    pub quick: bool,
    /// Whether nothing but PIE differs, so that it may be called a cost of PIE.
    #[serde(default)]
    pub pie_only: bool,
    /// Whether several things differ: a whole set of flags, not one cause.
    #[serde(default)]
    pub total: bool,
    /// The contrasts that a total is made of, each with one cause.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Whether both sides are the same bytes: the noise floor.
    #[serde(default)]
    pub control: bool,
    /// Whether it is timed on the relocation ladder.
    #[serde(default)]
    pub ladder: bool,
}
