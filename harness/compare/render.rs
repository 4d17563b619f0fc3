//! A comparison as text, Markdown, JSON and `JUnit` XML.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::starts::{Found, Starts, Wanted};
use super::{Change, Class, Comparison, Regression, TOLD};
use crate::claims::words;
use crate::inspect::shown;
use crate::report::Table;

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For the summary of a job, or a comment
    Markdown,
    /// One JSON object
    Json,
    /// `JUnit` XML, as CI systems read it
    Junit,
}

/// Changes of one fact and class, over the cases that have them.
struct Group<'c> {
    changes: Vec<&'c Change>,
}

impl<'c> Group<'c> {
    /// Changes put together, the gravest class and fact first.
    fn all(changes: &'c [Change]) -> Vec<Self> {
        let mut groups: BTreeMap<_, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            let texts = (change.unit == "text").then_some((&change.base, &change.new));
            let key = (change.class, change.gravity, &change.fact, &change.key, texts);
            groups.entry(key).or_default().push(change);
        }
        groups.into_values().map(|changes| Self { changes }).collect()
    }

    fn first(&self) -> &'c Change {
        self.changes[0]
    }

    /// Base and new, as one value or a range over the cases.
    fn values(&self) -> [String; 2] {
        [|change: &Change| change.base.clone(), |change: &Change| change.new.clone()]
            .map(|side| range(&self.changes, side))
    }

    fn cases(&self) -> String {
        of_cases(&self.first().case, self.changes.len())
    }
}

fn of_cases(first: &str, count: usize) -> String {
    match count {
        1 => first.to_owned(),
        n => format!("{n} cases, such as {first}"),
    }
}

/// What one side says, without control characters: it may stand in the binary.
fn said(side: Option<&String>) -> String {
    side.map_or_else(|| "-".to_owned(), |text| shown(text))
}

/// One value, or the least and the most of them.
fn range(changes: &[&Change], side: impl Fn(&Change) -> Option<String>) -> String {
    let all: Vec<Option<String>> = changes.iter().map(|change| side(change)).collect();
    let numbers: Option<Vec<u64>> = all.iter().map(|text| text.as_ref()?.parse().ok()).collect();
    match (numbers, all.first()) {
        (Some(numbers), _) if !numbers.is_empty() => {
            let (least, most) = (numbers.iter().min().unwrap_or(&0), numbers.iter().max().unwrap_or(&0));
            if least == most { least.to_string() } else { format!("{least} to {most}") }
        }
        (_, Some(first)) => {
            let mut distinct: Vec<String> = all.iter().map(|text| said(text.as_ref())).collect();
            distinct.sort();
            distinct.dedup();
            if distinct.len() == 1 { said(first.as_ref()) } else { "(several)".to_owned() }
        }
        (_, None) => said(None),
    }
}

fn name(change: &Change) -> String {
    shown(format!("{} {}", change.fact, change.key).trim_end())
}

/// What a regression is, in a line.
fn headline(regression: &Regression) -> String {
    let change = &regression.change;
    let percent = match (&change.base, &change.new) {
        (Some(base), Some(new)) if change.unit != "text" && change.unit != "bool" => {
            match (base.parse::<f64>(), new.parse::<f64>()) {
                (Ok(base), Ok(new)) if base > 0.0 => format!(" ({})", words::percent(new / base)),
                _ => String::new(),
            }
        }
        _ => String::new(),
    };
    format!(
        "{}: {} -> {}{percent} in {}",
        name(change),
        said(change.base.as_ref()),
        said(change.new.as_ref()),
        of_cases(&change.case, regression.cases)
    )
}

impl Comparison {
    /// In a format.
    pub fn render(&self, format: Format) -> Result<String> {
        Ok(match format {
            Format::Text => self.text(),
            Format::Markdown => self.markdown(),
            Format::Json => serde_json::to_string(self)? + "\n",
            Format::Junit => self.junit()?,
        })
    }

    fn summary(&self) -> String {
        let changed = self.compared - self.identical - self.same_facts;
        let mut summary = format!(
            "{}: {} the same to the byte, {} in every fact, {changed} changed",
            words::count(self.compared as u64, "case compared", "cases compared"),
            self.identical,
            self.same_facts,
        );
        if !self.changes.is_empty() {
            let of = |class| self.of_class(class);
            // Writing to a string cannot fail.
            let _ = write!(
                summary,
                "; changes: {} worse, {} better, {} neutral",
                of(Class::Worse),
                of(Class::Better),
                of(Class::Neutral)
            );
        }
        summary
    }

    fn text(&self) -> String {
        let mut lines = vec![format!("{} -> {}", self.base, self.new), self.summary()];
        let tools = self.tools.iter();
        lines.extend(tools.map(|(tool, base, new)| format!("not the same {tool}: {base} -> {new}")));
        for regression in self.regressions.iter().take(TOLD) {
            lines.extend([String::new(), format!("REGRESSION {}", headline(regression))]);
            let why = Some(&regression.change.why).filter(|why| !why.is_empty());
            lines.extend(why.map(|why| format!("  {why}")));
            lines.extend(regression.causes.iter().map(|cause| format!("  likely: {}", shown(cause))));
        }
        if self.regressions.len() > TOLD {
            let more = self.regressions.len() - TOLD;
            lines.extend([String::new(), format!("({more} further regressions below)")]);
        }
        let groups = Group::all(&self.changes);
        lines.extend((!groups.is_empty()).then(String::new));
        for group in &groups {
            let [base, new] = group.values();
            let (change, cases) = (group.first(), group.cases());
            let class = change.class.word();
            lines.push(format!("{class:7}  {}: {base} -> {new}  ({cases})", name(change)));
        }
        lines.join("\n") + "\n"
    }

    fn markdown(&self) -> String {
        let word = if self.regressed() { "**Regressions**" } else { "No regressions" };
        let summary = words::capital(&self.summary());
        let mut lines = vec![format!("{word}: `{}` -> `{}`. {summary}.", self.base, self.new), String::new()];
        for (number, regression) in self.regressions.iter().take(TOLD).enumerate() {
            // As code: what stands in a binary must not be read as Markdown.
            let code = |text: &str| format!("`{}`", text.replace('`', "'"));
            let causes = regression.causes.iter().map(|cause| format!("; likely {}", code(&shown(cause))));
            let headline = code(&headline(regression));
            lines.push(format!("{}. {headline}{}", number + 1, causes.collect::<String>()));
        }
        if !self.tools.is_empty() {
            let mut table = Table::new(&["not the same", "base", "new"]);
            for (tool, base, new) in &self.tools {
                table.row([tool.clone(), base.clone(), new.clone()]);
            }
            lines.extend([String::new(), table.text()]);
        }
        if !self.changes.is_empty() {
            let mut table = Table::new(&["class", "fact", ">base", ">new", "in"]);
            for group in Group::all(&self.changes) {
                let [base, new] = group.values();
                let change = group.first();
                table.row([change.class.word().to_owned(), name(change), base, new, group.cases()]);
            }
            lines.extend([String::new(), table.text()]);
        }
        lines.join("\n") + "\n"
    }

    fn junit(&self) -> Result<String> {
        let mut suite = TestSuite::new(format!("{} -> {}", self.base, self.new));
        let mut names: Vec<&str> = self.cases.iter().map(String::as_str).collect();
        names.extend(self.changes.iter().map(|change| change.case.as_str()));
        names.sort_unstable();
        names.dedup();
        for case in names {
            let line = |change: &&Change| {
                let [base, new] = [&change.base, &change.new].map(|side| said(side.as_ref()));
                format!("{}: {base} -> {new}", name(change))
            };
            let worse =
                self.changes.iter().filter(|change| change.case == case && change.class == Class::Worse);
            let worse: Vec<String> = worse.map(|change| line(&change)).collect();
            suite.add_test_case(test_case(case, &worse));
        }
        junit(suite)
    }
}

fn test_case(name: &str, failures: &[String]) -> TestCase {
    let Some(first) = failures.first() else { return TestCase::new(name, TestCaseStatus::success()) };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(first.clone()).set_type("regression").set_description(failures.join("\n"));
    TestCase::new(name, status)
}

fn junit(suite: TestSuite) -> Result<String> {
    let mut report = Report::new("gopie compare");
    report.add_test_suite(suite);
    Ok(report.to_string()? + "\n")
}

/// What `--format json` prints of starts.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    threshold: f64,
    false_alarms: f64,
    starts: &'a [Starts],
}

fn line(one: &Starts) -> String {
    format!(
        "{}: {}: {} [{}, {}] of {}, {} copies, {} starts each",
        one.name,
        one.found.words(),
        words::percent(one.ratio),
        words::percent(one.low),
        words::percent(one.high),
        words::time(one.base_seconds),
        one.copies,
        one.starts
    )
}

/// Comparisons of starts in a format, the slowest first.
pub(super) fn starts(all: &[Starts], wanted: &Wanted, format: Format) -> Result<String> {
    let mut sorted = all.to_vec();
    sorted.sort_by(|a, b| {
        (b.found == Found::Slower).cmp(&(a.found == Found::Slower)).then(b.low.total_cmp(&a.low))
    });
    let asked = format!(
        "CPU time of a start, pinned, new over base; allowed {}, false alarms {} in all",
        words::percent(1.0 + wanted.threshold),
        wanted.false_alarms
    );
    Ok(match format {
        Format::Text => {
            let mut lines = vec![asked];
            for one in &sorted {
                let word = if one.found == Found::Slower { "REGRESSION " } else { "" };
                lines.push(format!("{word}{}", line(one)));
                lines.extend(one.left_out.iter().map(|why| format!("  left out: {why}")));
            }
            lines.join("\n") + "\n"
        }
        Format::Markdown => {
            let mut table =
                Table::new(&["", "", ">ratio", ">at least", ">at most", ">base", ">copies", ">starts"]);
            for one in &sorted {
                let [ratio, low, high] = [one.ratio, one.low, one.high].map(words::percent);
                let base = words::time(one.base_seconds);
                let counts = [one.copies.to_string(), one.starts.to_string()];
                table.row(
                    [one.name.clone(), one.found.words().to_owned(), ratio, low, high, base]
                        .into_iter()
                        .chain(counts),
                );
            }
            format!("{asked}.\n\n{}", table.text())
        }
        Format::Json => {
            let document = Document {
                schema: 1,
                threshold: wanted.threshold,
                false_alarms: wanted.false_alarms,
                starts: &sorted,
            };
            serde_json::to_string(&document)? + "\n"
        }
        Format::Junit => {
            let mut suite = TestSuite::new(asked);
            for one in &sorted {
                let failures = if one.found == Found::Slower { vec![line(one)] } else { Vec::new() };
                suite.add_test_case(test_case(&one.name, &failures));
            }
            junit(suite)?
        }
    })
}
