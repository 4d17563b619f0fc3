//! What a change is: rules that are data. The first that fits decides, and those that stand first are the gravest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::config::find;
use crate::hint::HintExt;
use crate::results::facts::METRICS;

/// The policy where none is named.
const DEFAULT: &str = include_str!("policy.toml");
/// The version of the format.
const SCHEMA: u32 = 1;

/// Facts that runs have beside those of files.
pub(super) const CASE: &str = "case";
pub(super) const STATUS: &str = "status";
/// Whether an artifact came out the same when it was built a second time.
pub const REBUILT: &str = "rebuilt-identical";

/// What a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// For the worse.
    Worse,
    /// For the better.
    Better,
    /// Neither.
    Neutral,
}

impl Class {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Neutral => "neutral",
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Worse => Self::Better,
            Self::Better => Self::Worse,
            Self::Neutral => Self::Neutral,
        }
    }
}

/// How much a number may change.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "toml::Value")]
enum Allow {
    /// By a part of what it was.
    Part(f64),
    /// By so much.
    Number(u64),
}

impl TryFrom<toml::Value> for Allow {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let wrong = || "a number, or a text such as \"0.5 %\", is allowed".to_owned();
        match value {
            toml::Value::Integer(number) => u64::try_from(number).map(Self::Number).map_err(|_| wrong()),
            toml::Value::String(text) => {
                let percent =
                    text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
                let percent = percent.filter(|percent| percent.is_finite() && *percent >= 0.0);
                percent.map(|percent| Self::Part(percent / 100.0)).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    fact: String,
    key: Option<String>,
    cases: Option<String>,
    #[serde(default)]
    order: Vec<String>,
    more: Option<Class>,
    added: Option<Class>,
    removed: Option<Class>,
    changed: Option<Class>,
    allow: Option<Allow>,
    #[serde(default)]
    why: String,
}

/// Rules, the gravest first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    schema: u32,
    #[serde(rename = "rule", default)]
    rules: Vec<Rule>,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(u64),
    Text(String),
}

/// What the policy says of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said<'p> {
    pub(super) class: Class,
    /// The place of its rule; the number of rules where none fits.
    pub(super) gravity: usize,
    pub(super) why: &'p str,
}

impl Default for Policy {
    fn default() -> Self {
        Self::read(DEFAULT).expect("the policy that comes with gopie is one")
    }
}

impl Policy {
    /// Reads that of a file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the policy {}", path.display()))
            .hint("`gopie compare --policy-example` prints the one that is used where none is named")?;
        Self::read(&text)
            .with_context(|| format!("the policy {} is none", path.display()))
            .usage("`gopie compare --policy-example` prints one that is explained")
    }

    /// The text of the policy that is used where none is named.
    pub fn example() -> &'static str {
        DEFAULT
    }

    fn read(text: &str) -> Result<Self> {
        let policy: Self = toml::from_str(text)?;
        if policy.schema != SCHEMA {
            return Err(anyhow!("it has schema {}; this gopie reads schema {SCHEMA}", policy.schema));
        }
        let facts: Vec<&str> = METRICS.into_iter().chain([CASE, STATUS, REBUILT]).collect();
        for (number, rule) in policy.rules.iter().enumerate() {
            find("fact", &facts, &rule.fact).with_context(|| format!("rule {}", number + 1))?;
        }
        Ok(policy)
    }

    /// What a change of a fact is.
    pub(super) fn of(
        &self,
        case: &str,
        (fact, key): (&str, &str),
        old: Option<&Value>,
        new: Option<&Value>,
    ) -> Said<'_> {
        let fits = |rule: &Rule| {
            rule.fact == fact
                && rule.key.as_deref().is_none_or(|pattern| matches(pattern, key))
                && rule.cases.as_deref().is_none_or(|pattern| matches(pattern, case))
        };
        match self.rules.iter().position(fits) {
            Some(gravity) => {
                let rule = &self.rules[gravity];
                Said { class: rule.class(old, new), gravity, why: &rule.why }
            }
            None => Said { class: Class::Neutral, gravity: self.rules.len(), why: "" },
        }
    }
}

impl Rule {
    fn class(&self, old: Option<&Value>, new: Option<&Value>) -> Class {
        let said = match (old, new) {
            (Some(Value::Number(old)), Some(Value::Number(new))) => self.more.map(|more| {
                let within = match self.allow {
                    Some(Allow::Part(part)) => old.abs_diff(*new) as f64 <= part * *old as f64,
                    Some(Allow::Number(number)) => old.abs_diff(*new) <= number,
                    None => false,
                };
                match new.cmp(old) {
                    _ if within => Class::Neutral,
                    std::cmp::Ordering::Equal => Class::Neutral,
                    std::cmp::Ordering::Greater => more,
                    std::cmp::Ordering::Less => more.opposite(),
                }
            }),
            (Some(Value::Text(old)), Some(Value::Text(new))) => {
                let place = |text: &String| self.order.iter().position(|other| other == text);
                match (place(old), place(new)) {
                    (Some(old), Some(new)) if new < old => Some(Class::Worse),
                    (Some(old), Some(new)) if new > old => Some(Class::Better),
                    _ => self.changed,
                }
            }
            (None, Some(_)) => self.added,
            (Some(_), None) => self.removed,
            _ => self.changed,
        };
        said.unwrap_or(Class::Neutral)
    }
}

/// Whether a text fits a pattern, in which `*` is anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(place) = left.find(part) else { return false };
        left = &left[place + part.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u64) -> Value {
        Value::Number(number)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn the_policy_that_comes_with_it_says_what_one_expects() {
        let policy = Policy::default();
        let rows = [
            (("needed", "libc.so.6"), None, Some(number(1)), Class::Worse),
            (("needed", "libc.so.6"), Some(number(1)), None, Class::Better),
            (("interpreter", ""), Some(text("/lib/a")), Some(text("/lib/b")), Class::Worse),
            (("pie", ""), Some(number(1)), Some(number(0)), Class::Worse),
            (("pie", ""), Some(number(0)), Some(number(1)), Class::Better),
            (("relro", ""), Some(text("full")), Some(text("partial")), Class::Worse),
            (("relro", ""), Some(text("none")), Some(text("full")), Class::Better),
            (("relro", ""), Some(text("full")), Some(text("not-applicable")), Class::Neutral),
            (("bind-now", ""), Some(number(1)), Some(number(0)), Class::Worse),
            (("nx", ""), Some(number(1)), None, Class::Worse),
            (("file-size", ""), Some(number(1_000_000)), Some(number(1_010_000)), Class::Worse),
            (("file-size", ""), Some(number(1_000_000)), Some(number(990_000)), Class::Better),
            (("file-size", ""), Some(number(1_000_000)), Some(number(1_005_000)), Class::Neutral),
            (("relocations", ""), Some(number(0)), Some(number(1)), Class::Worse),
            (("relocations", "R_X86_64_RELATIVE"), Some(number(0)), Some(number(1)), Class::Neutral),
            (("go-version", ""), Some(text("go1.26")), Some(text("go1.27")), Class::Neutral),
            (("status", ""), Some(text("built")), Some(text("failed")), Class::Worse),
            (("case", ""), Some(number(1)), None, Class::Worse),
        ];
        for ((fact, key), old, new, class) in rows {
            let said = policy.of("program", (fact, key), old.as_ref(), new.as_ref());
            assert_eq!(said.class, class, "{fact} {key} {old:?} {new:?}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let text = "schema = 1\n[[rule]]\nfact = \"file-size\"\ncases = \"big*\"\nmore = \"worse\"\nallow = 10\n\
                    [[rule]]\nfact = \"file-size\"\nmore = \"better\"\n";
        let policy = Policy::read(text).expect("a policy");
        let class =
            |case: &str, new| policy.of(case, ("file-size", ""), Some(&number(100)), Some(&number(new)));
        assert_eq!(
            (class("big one", 110).class, class("big one", 111).class),
            (Class::Neutral, Class::Worse)
        );
        assert_eq!((class("small", 101).class, class("small", 101).gravity), (Class::Better, 1));
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_place_or_the_nearest_name() {
        let rows = [
            (
                "schema = 1\n[[rule]]\nfact = \"file-siez\"",
                "rule 1: there is no fact named \"file-siez\"; did you mean \"file-size\"?",
            ),
            ("schema = 1\n[[rule]]\nfact = \"pie\"\nmoer = \"worse\"", "line 4"),
            ("schema = 1\n[[rule]]\nfact = \"pie\"\nmore = \"bad\"", "line 4"),
            ("schema = 1\n[[rule]]\nfact = \"pie\"\nallow = \"much\"", "line 4"),
            ("schema = 2", "it has schema 2; this gopie reads schema 1"),
            ("", "schema"),
        ];
        for (text, said) in rows {
            let error = format!("{:#}", Policy::read(text).expect_err("is none"));
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("*", "a/b", true),
            ("a*c", "abc", true),
            ("a*c", "ab", false),
            ("*b*", "abc", true),
            ("a*b*c", "axbyc", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
