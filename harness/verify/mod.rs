//! Whether a run can be reproduced: what was built and inspected again beside what it published; pure.
//!
//! What Go alone made must be the same to the byte. What a C compiler, a linker other than Go's or `strip` had a hand
//! in may differ where these are others, which are then named. Sampled numbers are compared by their intervals.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::analyse::LEAST_UNITS;
use crate::compare::{Hands, REBUILT, differing, tools_of};
use crate::diff::{Difference, FileDifference};
use crate::results::{ArtifactRow, EstimateRow, FactRow, RunInfo, Status};

/// One side: what it was made with, its cases and their facts.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// What it was made with.
    pub info: &'a RunInfo,
    /// The cases.
    pub artifacts: &'a [ArtifactRow],
    /// Their facts.
    pub facts: &'a [FactRow],
}

/// How a case was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// To the byte, or, where nothing was built, with the same status.
    Same,
    /// Not the same, where tools other than Go had a hand in it that are not the same either.
    OtherTools,
    /// It was not built on both sides.
    NotBuilt,
    /// Not the same, and nothing explains it.
    Mismatch,
}

/// A case that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The case.
    pub case: String,
    /// How it was found.
    pub found: Found,
    /// Why.
    pub why: String,
}

/// An interval that was published, and the one found here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Of what: contrast, program.
    pub name: String,
    /// Estimate and interval that were published.
    pub published: [f64; 3],
    /// Those found here.
    pub here: [f64; 3],
    /// Whether they overlap.
    pub overlap: bool,
}

/// What verifying came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verified {
    /// Version of the object.
    pub schema: u32,
    /// Cases that were compared.
    pub cases: usize,
    /// Those that are the same.
    pub reproduced: usize,
    /// Cases that Go alone made, and how many of them are the same.
    pub of_go_alone: [usize; 2],
    /// Facts that were compared, and how many of them are the same.
    pub facts: [usize; 2],
    /// Cases that are not the same.
    pub differing: Vec<Differing>,
    /// Tools that are not the same: which, there, here.
    pub tools: Vec<(String, String, String)>,
    /// Definitions of programs and variants that are not the same in this gopie.
    pub defined_otherwise: Vec<String>,
    /// Sampled numbers; empty where none were measured again.
    pub intervals: Vec<Interval>,
    /// The first mismatch, as `gopie diff` tells it.
    #[serde(skip)]
    pub explained: Option<String>,
}

/// Compares the exact part.
pub fn exact(published: Made<'_>, here: Made<'_>) -> Verified {
    let own: HashMap<&str, &ArtifactRow> = here.artifacts.iter().map(|row| (row.id.as_str(), row)).collect();
    let facts = [by_case(published.facts), by_case(here.facts)];
    let mut verified = Verified {
        schema: 1,
        cases: 0,
        reproduced: 0,
        of_go_alone: [0; 2],
        facts: [0; 2],
        differing: Vec::new(),
        tools: differing(&tools_of(published.info), &tools_of(here.info)),
        defined_otherwise: defined_otherwise(published.info, here.info),
        intervals: Vec::new(),
        explained: None,
    };
    // An artifact that was stripped was made by whatever made what was stripped.
    let linked = |row: &ArtifactRow| row.id.trim_end_matches("/stripped").to_owned();
    let of = |side: usize, id: &str| facts[side].get(id).map(Vec::as_slice).unwrap_or_default();
    for row in published.artifacts {
        verified.cases += 1;
        let rows = [of(0, &row.id), of(1, &row.id)];
        let mut hands = Hands::of(published.info, row, of(0, &linked(row)).iter().copied());
        let new = own.get(row.id.as_str());
        if let Some(new) = new {
            // What C has brought in here alone excuses nothing; but here it may be built where that is not the same.
            let folders = Hands::of(here.info, new, []).folders;
            let own = Hands { folders, ..Hands::default() };
            hands = hands.either(own, [&row.cgo_enabled, &new.cgo_enabled]);
        }
        let [there, now] = rows.map(told);
        verified.facts[0] += there.len();
        verified.facts[1] += there.intersection(&now).count();
        let (found, why) = match new {
            Some(new) => one((row, new), hands, there == now, &verified.tools),
            None => (Found::NotBuilt, "no such case is planned here".to_owned()),
        };
        verified.of_go_alone[0] += usize::from(hands.none());
        if found == Found::Same {
            verified.reproduced += 1;
            verified.of_go_alone[1] += usize::from(hands.none());
            continue;
        }
        if found == Found::Mismatch
            && verified.explained.is_none()
            && !rows.iter().any(|rows| rows.is_empty())
        {
            verified.explained = Some(format!("{}\n\n{}", row.id, explained(rows)));
        }
        verified.differing.push(Differing { case: row.id.clone(), found, why });
    }
    verified
}

/// A fact less its case.
type Fact<'a> = (&'a str, &'a str, Option<u64>, &'a str);

/// The facts of a case; whether it was built twice is none of the artifact.
fn told<'a>(rows: &[&'a FactRow]) -> BTreeSet<Fact<'a>> {
    let kept = rows.iter().filter(|row| row.metric != REBUILT);
    kept.map(|row| (row.metric.as_str(), row.key.as_str(), row.number, row.text.as_str())).collect()
}

fn by_case(facts: &[FactRow]) -> HashMap<&str, Vec<&FactRow>> {
    let mut all: HashMap<&str, Vec<&FactRow>> = HashMap::new();
    for row in facts {
        all.entry(&row.case).or_default().push(row);
    }
    all
}

/// What a case comes to.
fn one(
    (there, here): (&ArtifactRow, &ArtifactRow),
    hands: Hands,
    same_facts: bool,
    tools: &[(String, String, String)],
) -> (Found, String) {
    if there.status == here.status && there.sha256 == here.sha256 {
        return if same_facts {
            (Found::Same, String::new())
        } else {
            (Found::Mismatch, "the same bytes, and other facts".to_owned())
        };
    }
    if there.status == Status::Skipped {
        // What was not tried claims nothing.
        return (Found::NotBuilt, format!("not tried there: {}", there.reason));
    }
    if there.status == Status::Built && matches!(here.status, Status::Unsupported | Status::Skipped) {
        return (Found::NotBuilt, here.reason.clone());
    }
    let why = if there.status == here.status {
        "other bytes".to_owned()
    } else {
        format!("{} there, {} here: {}{}", there.status.word(), here.status.word(), there.reason, here.reason)
    };
    let mut excuses: Vec<String> = tools
        .iter()
        .filter(|(tool, ..)| hands.holds(tool))
        .map(|(tool, there, here)| format!("{tool} {there} there, {here} here"))
        .collect();
    if hands.folders && there.status == here.status {
        excuses.push("it holds the names of the folders that it was built in: no -trimpath, and no place that is the same everywhere".to_owned());
    }
    // A wrong answer has no excuse.
    if excuses.is_empty() || here.status == Status::Failed {
        (Found::Mismatch, why)
    } else {
        (Found::OtherTools, format!("{why}; {}", excuses.join("; ")))
    }
}

fn explained(rows: [&[&FactRow]; 2]) -> String {
    let [there, here] = rows.map(|rows| rows.iter().copied());
    let difference = FileDifference {
        identical: false,
        difference: Difference::of_rows(there, here),
        sections: Vec::new(),
        packages: None,
        packages_by_symbols: false,
    };
    difference.text(false)
}

/// Programs and variants that both know and that are not the same.
fn defined_otherwise(there: &RunInfo, here: &RunInfo) -> Vec<String> {
    let variants = there
        .variants
        .iter()
        .filter(|one| here.variants.iter().any(|other| other.name == one.name && other != *one));
    let programs = there
        .programs
        .iter()
        .filter(|one| here.programs.iter().any(|other| other.name == one.name && other != *one));
    let variants = variants.map(|one| format!("variant {}", one.name));
    variants.chain(programs.map(|one| format!("program {}", one.name))).collect()
}

/// The ratios that both sides have, by their intervals.
pub fn sampled(published: &[EstimateRow], here: &[EstimateRow]) -> Vec<Interval> {
    let compared = |row: &&EstimateRow| {
        (row.kind.as_str(), row.statistic.as_str()) == ("contrast", "ratio")
            && (row.metric.as_str(), row.condition.as_str()) == ("cpu-time", "pinned")
            && (row.cache.as_str(), row.scope.as_str()) == ("faulted", "this-layout")
            && row.units as usize >= LEAST_UNITS
    };
    let place = |row: &EstimateRow| {
        (row.name.clone(), row.program.clone(), row.toolchain.clone(), row.target.clone())
    };
    let values = |row: &EstimateRow| Some([row.estimate, row.low?, row.high?]);
    let own: HashMap<_, &EstimateRow> = here.iter().filter(compared).map(|row| (place(row), row)).collect();
    let one = |row: &EstimateRow| {
        let (published, here) = (values(row)?, values(own.get(&place(row))?)?);
        let overlap = published[1] <= here[2] && here[1] <= published[2];
        Some(Interval { name: format!("{} of {}", row.name, row.program), published, here, overlap })
    };
    published.iter().filter(compared).filter_map(one).collect()
}

impl Verified {
    /// Whether an exact fact is not what was published, and nothing explains it.
    pub fn mismatches(&self) -> bool {
        self.differing.iter().any(|one| one.found == Found::Mismatch)
    }

    /// Everything, for people.
    pub fn text(&self) -> String {
        const TOLD: usize = 10;
        let mut text = String::new();
        let mut line = |words: String| {
            text += &words;
            text.push('\n');
        };
        for (tool, there, here) in &self.tools {
            line(format!("not the same {tool}: {there} there, {here} here"));
        }
        for name in &self.defined_otherwise {
            line(format!("defined otherwise in this gopie: {name}"));
        }
        for (found, words) in [
            (Found::Mismatch, "MISMATCH"),
            (Found::OtherTools, "differs as the tools do"),
            (Found::NotBuilt, "not built on both sides"),
        ] {
            let all: Vec<&Differing> = self.differing.iter().filter(|one| one.found == found).collect();
            for one in all.iter().take(TOLD) {
                line(format!("{words}: {}: {}", one.case, one.why.lines().next().unwrap_or_default()));
            }
            if all.len() > TOLD {
                line(format!("{words}: {} more", all.len() - TOLD));
            }
        }
        if let Some(explained) = &self.explained {
            line(format!("\nthe first mismatch, there as old and here as new: {explained}"));
        }
        let apart: Vec<&Interval> = self.intervals.iter().filter(|one| !one.overlap).collect();
        for one in &apart {
            let [there, here] = [one.published, one.here]
                .map(|[ratio, low, high]| format!("{ratio:.3} [{low:.3}, {high:.3}]"));
            line(format!("intervals apart: {}: {there} there, {here} here", one.name));
        }
        if self.intervals.is_empty() {
            line("sampled: nothing was timed again".to_owned());
        } else {
            let overlap = self.intervals.len() - apart.len();
            line(format!(
                "sampled: {overlap} of {} published intervals overlap with these",
                self.intervals.len()
            ));
        }
        line(format!("facts: {} of {} the same", self.facts[1], self.facts[0]));
        line(format!(
            "made by Go alone: {} of {} the same to the byte",
            self.of_go_alone[1], self.of_go_alone[0]
        ));
        line(format!("reproduced: {} of {}", self.reproduced, self.cases));
        text
    }
}

#[cfg(test)]
mod tests;
