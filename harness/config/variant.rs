//! A variant, a named way of building, and the contrasts between two of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Language, RunKind};
use crate::target::LINUX;

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
    /// The distribution whose whole set of flags it is, by its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Of when that is which `source` names: `2026`, `2026-07` or `2026-07-15`; with `read ` before it, when it was
    /// read, where it has no date itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The shortest kind of run that has it; naming variants overrides it.
    #[serde(default = "quick")]
    pub runs: RunKind,
    /// `-buildmode`.
    pub buildmode: Option<String>,
    /// The `GOARCH`s on which `-buildmode` is set; with `!` before each, those on which it is not. Everywhere
    /// where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buildmode_on: Vec<String>,
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
    /// Other environment; `CC` names a C compiler of its own.
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
    /// Whether it is on the map of releases and targets.
    #[serde(default)]
    pub map: bool,
    /// The artifact of another variant under a name of its own: the control.
    pub copy_of: Option<String>,
    /// Flags that had to be replaced or dropped here.
    #[serde(default)]
    pub changes: Vec<Change>,
}

/// What a variant's `-ldflags` may hold in place of the loader that its own C compiler names.
pub const LOADER: &str = "{loader}";

impl Variant {
    /// `-buildmode` on a `GOARCH`.
    pub fn buildmode_at(&self, goarch: &str) -> Option<&str> {
        let barred = self.buildmode_on.iter().any(|one| one.strip_prefix('!') == Some(goarch));
        let everywhere = self.buildmode_on.iter().all(|one| one.starts_with('!'));
        let set = !barred && (everywhere || self.buildmode_on.iter().any(|one| one == goarch));
        self.buildmode.as_deref().filter(|_| set)
    }

    /// Whether `buildmode_on` says something that can be understood.
    pub(super) fn has_sound_architectures(&self) -> bool {
        let barred = self.buildmode_on.iter().filter(|one| one.starts_with('!')).count();
        let known = |one: &String| LINUX.iter().any(|target| target.arch == one.trim_start_matches('!'));
        [0, self.buildmode_on.len()].contains(&barred) && self.buildmode_on.iter().all(known)
    }

    /// Whether its date is one, and there is one where it is a distribution's.
    pub(super) fn has_sound_date(&self) -> bool {
        let Some(date) = &self.date else { return self.distribution.is_none() };
        let parts: Vec<&str> = date.strip_prefix("read ").unwrap_or(date).split('-').collect();
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        parts.iter().all(digits) && [&[4][..], &[4, 2], &[4, 2, 2]].contains(&&lengths(&parts)[..])
    }

    /// The C compiler that it names for itself.
    pub fn own_compiler(&self) -> Option<&str> {
        self.env.get("CC").map(String::as_str)
    }

    /// Whether only a full run has it, which shows its facts and sizes in every program and the rest in few.
    pub fn is_only_in_full_runs(&self) -> bool {
        self.runs == RunKind::Full
    }

    /// A key that is set and does not apply to the variant's language.
    pub(super) fn stray_key(&self) -> Option<&'static str> {
        let go = [
            ("distribution", self.distribution.is_some()),
            ("buildmode", self.buildmode.is_some()),
            ("buildmode_on", !self.buildmode_on.is_empty()),
            ("linkmode", self.linkmode.is_some()),
            ("cgo_enabled", self.cgo_enabled.is_some()),
            ("tags", !self.tags.is_empty()),
            ("ldflags", !self.ldflags.is_empty()),
            ("extldflags", !self.extldflags.is_empty()),
            ("trimpath", !self.trimpath),
            ("import_runtime_cgo", self.import_runtime_cgo),
            ("env.CC", self.own_compiler().is_some()),
        ];
        let c = [("cc", !self.cc.is_empty())];
        let foreign = if self.language == Language::C { &go[..] } else { &c[..] };
        foreign.iter().find(|(_, set)| *set).map(|(key, _)| *key)
    }
}

fn yes() -> bool {
    true
}

fn quick() -> RunKind {
    RunKind::Quick
}

fn lengths(parts: &[&str]) -> Vec<usize> {
    parts.iter().map(|part| part.len()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(keys: &str) -> Variant {
        let text = format!("name = \"v\"\nwhy = \"\"\nsource = \"\"\nbuildmode = \"pie\"\n{keys}");
        toml::from_str(&text).expect("a variant")
    }

    #[test]
    fn the_build_mode_is_set_where_it_says() {
        let set = |keys: &str, goarch: &str| variant(keys).buildmode_at(goarch) == Some("pie");
        assert!(set("", "amd64") && set("", "riscv64"));
        let some = "buildmode_on = [\"amd64\", \"s390x\"]";
        assert!(set(some, "amd64") && set(some, "s390x") && !set(some, "riscv64"));
        let barred = "buildmode_on = [\"!ppc64\", \"!riscv64\"]";
        assert!(set(barred, "amd64") && set(barred, "ppc64le"));
        assert!(!set(barred, "ppc64") && !set(barred, "riscv64"));
    }

    #[test]
    fn architectures_and_dates_are_checked() {
        for (list, sound) in [
            ("[]", true),
            ("[\"amd64\"]", true),
            ("[\"!ppc64\", \"!riscv64\"]", true),
            ("[\"amd64\", \"!ppc64\"]", false),
            ("[\"x86_64\"]", false),
        ] {
            assert_eq!(variant(&format!("buildmode_on = {list}")).has_sound_architectures(), sound, "{list}");
        }
        for (keys, sound) in [
            ("", true),
            ("date = \"2026-07\"", true),
            ("date = \"2026-07-15\"\ndistribution = \"Debian\"", true),
            ("distribution = \"Debian\"", false),
            ("date = \"read 2026-11\"", true),
            ("date = \"July 2026\"", false),
            ("date = \"2026-7\"", false),
        ] {
            assert_eq!(variant(keys).has_sound_date(), sound, "{keys}");
        }
    }
}
