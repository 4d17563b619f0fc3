//! Regressions: the exact facts of two runs, binaries or folders of them beside each other, each change classed by a
//! policy.
//!
//! Timing is never judged across runs. [`starts`] compares how two binaries start here and now, interleaved.

mod cause;
mod policy;
mod render;
mod side;
pub mod starts;

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use serde::Serialize;

use crate::hint::HintExt;
use crate::results::{FactRow, facts};
use policy::Value;
use side::{Item, Pair, pairs};

pub use policy::REBUILT;
pub use policy::{Class, Policy};
pub use render::Format;
pub use side::{Hands, Side, differing, tools_of};

/// How many regressions are told at once.
const TOLD: usize = 3;

/// A fact that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Of what.
    pub case: String,
    /// The fact, as in `facts.csv`.
    pub fact: String,
    /// What it is a fact of; empty for the whole file.
    pub key: String,
    /// `bytes`, `count`, `bool` or `text`.
    pub unit: String,
    /// What the base says; absent where it does not have it.
    pub base: Option<String>,
    /// What the new side says.
    pub new: Option<String>,
    /// What the policy makes of it.
    pub class: Class,
    /// The place of the policy's rule: the lower, the graver.
    #[serde(skip)]
    gravity: usize,
    /// Why the policy makes that of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// By which part of what it was a number changed.
    #[serde(skip)]
    part: f64,
}

/// A regression: one change, of all the cases that have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regression {
    /// The change, of the case where it is largest.
    pub change: Change,
    /// How many cases have it.
    pub cases: usize,
    /// What it likely comes from.
    pub causes: Vec<String>,
}

/// How sides are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// Every change of an artifact that Go alone made is a regression.
    pub strict: bool,
    /// The new side is a part of the base: what only the base has is no loss.
    pub part: bool,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Version of the object.
    pub schema: u32,
    /// The base, as it was named.
    pub base: String,
    /// The new side.
    pub new: String,
    /// How many cases both sides have.
    pub compared: usize,
    /// How many of them are the same to the byte.
    pub identical: usize,
    /// Cases of which every fact is the same, though not every byte.
    pub same_facts: usize,
    /// What made the sides, where that is known and not the same: tool, base, new.
    pub tools: Vec<(String, String, String)>,
    /// What got worse, the gravest first.
    pub regressions: Vec<Regression>,
    /// Every change, case by case.
    pub changes: Vec<Change>,
    /// The names of all that was compared.
    #[serde(skip)]
    pub cases: Vec<String>,
}

impl Comparison {
    /// Compares two sides.
    pub fn of(base: &Side, new: &Side, policy: &Policy, how: How) -> Result<Self> {
        let (both, gone, come) = pairs(base, new)?;
        if both.is_empty() {
            return Err(anyhow!("{} and {} have nothing in common", base.path.display(), new.path.display()))
                .hint("runs are compared by case, folders by the paths in them");
        }
        if how.strict && !(base.is_run() && new.is_run()) {
            return Err(anyhow!("{} and {} are no runs", base.path.display(), new.path.display()))
                .usage("--strict is for runs: of files it is not known what made them");
        }
        let tools = differing(&base.tools, &new.tools);
        let mut changes = Vec::new();
        let (mut identical, mut same_facts) = (0, 0);
        for pair in &both {
            let own = of_pair(pair, policy, how.strict, &tools);
            identical += usize::from(pair.same_bytes());
            same_facts += usize::from(!pair.same_bytes() && own.is_empty());
            changes.extend(own);
        }
        let there = Value::Number(1);
        let alone = |name: &&str, old, new| change(policy, name, ((policy::CASE, ""), "count"), (old, new));
        changes.extend(gone.iter().filter(|_| !how.part).filter_map(|name| alone(name, Some(&there), None)));
        changes.extend(come.iter().filter_map(|name| alone(name, None, Some(&there))));
        let regressions = regressions(&changes, &both);
        Ok(Self {
            schema: 1,
            base: base.path.display().to_string(),
            new: new.path.display().to_string(),
            compared: both.len(),
            identical,
            same_facts,
            tools,
            regressions,
            changes,
            cases: both.iter().map(|pair| pair.name.to_owned()).collect(),
        })
    }

    /// Whether anything got worse.
    pub fn regressed(&self) -> bool {
        !self.regressions.is_empty()
    }

    /// How many changes are of a class.
    fn of_class(&self, class: Class) -> usize {
        self.changes.iter().filter(|change| change.class == class).count()
    }
}

/// The facts of an item by name.
fn values(item: &Item) -> BTreeMap<(&str, &str), (&FactRow, Value)> {
    let value = |row: &FactRow| row.number.map_or_else(|| Value::Text(row.text.clone()), Value::Number);
    item.facts.iter().map(|row| ((row.metric.as_str(), row.key.as_str()), (row, value(row)))).collect()
}

/// The changes of a pair; `tools` are those that are not the same on both sides.
fn of_pair(
    pair: &Pair<'_>,
    policy: &Policy,
    strict: bool,
    tools: &[(String, String, String)],
) -> Vec<Change> {
    let (old, new) = (values(pair.base), values(pair.new));
    let mut names: Vec<(&str, &str)> = old.keys().chain(new.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    // A run keeps only some facts of what is not at home.
    let whole = |facts: &BTreeMap<_, _>| facts.contains_key(&("elf-class", ""));
    let part = whole(&old) != whole(&new);
    let kept = |(metric, key): &(&str, &str)| match *metric {
        policy::STATUS => true,
        // Only full runs build twice: that one of them did is no change.
        policy::REBUILT => {
            old.contains_key(&(policy::REBUILT, "")) && new.contains_key(&(policy::REBUILT, ""))
        }
        // The same bytes have the same facts, however many of them a run keeps.
        _ => !pair.same_bytes() && (!part || facts::is_of_matrix(metric, key)),
    };
    names.retain(kept);
    let mut changes: Vec<Change> = names
        .into_iter()
        .filter_map(|name| {
            let sides = (old.get(&name), new.get(&name));
            let unit = sides.0.or(sides.1).map_or("text", |side| side.0.unit.as_str());
            let values = (sides.0.map(|side| &side.1), sides.1.map(|side| &side.1));
            change(policy, pair.name, (name, unit), values)
        })
        .collect();
    if strict && pair.of_go_alone() {
        if changes.is_empty() && !pair.same_bytes() && !pair.new.sha256.is_empty() {
            let digest = |item: &Item| Value::Text(item.sha256.clone());
            let values = (digest(pair.base), digest(pair.new));
            changes.extend(change(
                policy,
                pair.name,
                (("sha256", ""), "text"),
                (Some(&values.0), Some(&values.1)),
            ));
        }
        for change in &mut changes {
            change.class = Class::Worse;
            "Go alone made it: every byte must be the same".clone_into(&mut change.why);
        }
    } else if strict && let Some((tool, ..)) = tools.iter().find(|(tool, ..)| pair.hands().holds(tool)) {
        for change in changes.iter_mut().filter(|change| change.fact != policy::STATUS) {
            change.class = Class::Neutral;
            change.why = format!("the {tool} is not the same");
        }
    }
    changes
}

/// A change of a fact, if it is one.
fn change(
    policy: &Policy,
    case: &str,
    ((fact, key), unit): ((&str, &str), &str),
    (old, new): (Option<&Value>, Option<&Value>),
) -> Option<Change> {
    if old == new {
        return None;
    }
    let said = policy.of(case, (fact, key), old, new);
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) if unit == "bool" || fact == "needed" => {
            if *number > 0 { "yes" } else { "no" }.to_owned()
        }
        Value::Number(number) => number.to_string(),
    };
    let part = match (old, new) {
        (Some(Value::Number(old)), Some(Value::Number(new))) => {
            new.abs_diff(*old) as f64 / (*old).max(1) as f64
        }
        _ => 1.0,
    };
    Some(Change {
        case: case.to_owned(),
        fact: fact.to_owned(),
        key: key.to_owned(),
        unit: unit.to_owned(),
        base: old.map(text),
        new: new.map(text),
        class: said.class,
        gravity: said.gravity,
        why: said.why.to_owned(),
        part,
    })
}

/// What got worse, each once with the number of its cases, the gravest first.
fn regressions(changes: &[Change], pairs: &[Pair<'_>]) -> Vec<Regression> {
    // Numbers of one fact are one regression, texts only where they say the same.
    let of = |change: &Change| {
        let texts = (change.unit == "text").then(|| (change.base.clone(), change.new.clone()));
        (change.gravity, change.fact.clone(), change.key.clone(), texts)
    };
    let mut groups: BTreeMap<_, Vec<&Change>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.class == Class::Worse) {
        groups.entry(of(change)).or_default().push(change);
    }
    let regression = |group: Vec<&Change>| {
        let first = group.first().copied()?;
        let worst = group.iter().fold(first, |worst, one| if one.part > worst.part { one } else { worst });
        let pair = pairs.iter().find(|pair| pair.name == worst.case);
        let own: Vec<&Change> = changes.iter().filter(|change| change.case == worst.case).collect();
        let causes = pair.map_or_else(Vec::new, |pair| cause::of(worst, &own, pair.base, pair.new));
        Some((worst.gravity, -worst.part, Regression { change: worst.clone(), cases: group.len(), causes }))
    };
    let mut all: Vec<_> = groups.into_values().filter_map(regression).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    all.into_iter().map(|(.., regression)| regression).collect()
}

#[cfg(test)]
mod tests;
