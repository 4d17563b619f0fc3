//! The claims with their verdicts, and where the evidence of each is.

use serde::Serialize;

use super::markdown::{Table, anchor};
use super::{borders, probes, program_heading};
use crate::claims::{Judged, Verdict, judge, words};
use crate::config::Language;
use crate::probe::PROBES;
use crate::results::{Index, Run};

/// The heading under which claims without a rule stand.
const WAITING: &str = "Not judged yet";

/// The part of the report about claims.
#[derive(Debug, Serialize)]
pub(super) struct Verdicts {
    pub(super) table: String,
    pub(super) counts: String,
    pub(super) judged: Vec<Detail>,
    pub(super) waiting_heading: &'static str,
    pub(super) waiting: Vec<Detail>,
}

/// A claim in full.
#[derive(Debug, Serialize)]
pub(super) struct Detail {
    id: &'static str,
    claim: String,
    verdict: &'static str,
    because: String,
    rule: &'static str,
    waits: &'static str,
    evidence: String,
    borders: String,
}

pub(super) fn part(run: &Run) -> Verdicts {
    let all = judge(run);
    let index = Index::new(run);
    let mut table = Table::new(&["claim", "verdict"]);
    for judged in &all {
        let place = if judged.rule.is_empty() { anchor(WAITING) } else { anchor(judged.id) };
        table.row([format!("[{}](#{place})", judged.id), judged.verdict.word().to_owned()]);
    }
    let verdicts =
        [Verdict::Supported, Verdict::Refuted, Verdict::Qualified, Verdict::Readers, Verdict::Undecided];
    let counts: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| match all.iter().filter(|judged| judged.verdict == verdict).count() {
            0 => None,
            n => Some(format!("{n} {}", verdict.word())),
        })
        .collect();
    let (judged, waiting): (Vec<Judged>, Vec<Judged>) =
        all.into_iter().partition(|judged| !judged.rule.is_empty());
    Verdicts {
        table: table.text(),
        counts: words::list(&counts),
        judged: judged.iter().map(|judged| detail(judged, &index)).collect(),
        waiting_heading: WAITING,
        waiting: waiting.iter().map(|judged| detail(judged, &index)).collect(),
    }
}

fn detail(judged: &Judged, index: &Index<'_>) -> Detail {
    let link = |name: &String| format!("[{name}](#{})", anchor(&program_heading(Language::Go, name)));
    let programs: Vec<String> = judged.programs.iter().map(link).collect();
    let rows: Vec<String> = judged.evidence.iter().map(|text| rows_with_links(text)).collect();
    let evidence = match (rows.as_slice(), programs.as_slice()) {
        ([], []) => String::new(),
        (rows, []) => words::list(rows),
        (rows, programs) => format!("{}; programs {}", words::list(rows), words::list(programs)),
    };
    Detail {
        id: judged.id,
        claim: words::capital(judged.claim),
        verdict: judged.verdict.word(),
        because: format!("{}.", words::capital(judged.because.trim_end_matches('.'))),
        rule: judged.rule,
        waits: judged.waits,
        evidence,
        borders: borders::table(index, judged.id).unwrap_or_default(),
    }
}

/// The rows behind a verdict; those of probes with links to where they are shown.
fn rows_with_links(text: &str) -> String {
    let rows = format!("`{text}`");
    let Some(named) = text.strip_prefix("probes.csv: ") else { return rows };
    let known = named.split(", ").filter(|name| PROBES.iter().any(|probe| probe.name == *name));
    let links: Vec<String> =
        known.map(|name| format!("[{name}](#{})", anchor(&probes::heading(name)))).collect();
    if links.is_empty() { rows } else { format!("{rows} ({})", links.join(", ")) }
}
