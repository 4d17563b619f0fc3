//! A calibration as Markdown: every figure from the rows.

use serde::Serialize;

use super::markdown::{Table, fill_prose};
use crate::results::{Calibration, Part, Setting, Share, Summary};
use crate::stats::{Estimate, Spread, proportion_interval};

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn share(share: Share) -> String {
    let (low, high) = share.interval;
    let of = format!("{} of {}", share.hits, share.of);
    format!("{:.1} % [{:.1}, {:.1}] ({of})", 100.0 * share.value(), 100.0 * low, 100.0 * high)
}

fn off(estimate: Estimate) -> String {
    let signed = |value: f64| format!("{:+.2}", 100.0 * value);
    let ends = estimate
        .interval
        .map_or(String::new(), |(low, high)| format!(" [{}, {}]", signed(low), signed(high)));
    format!("{} %{ends}", signed(estimate.mean))
}

fn times(spread: Spread) -> String {
    let (low, high) = spread.interval;
    format!("{:.1} [{low:.1}, {high:.1}]", spread.value)
}

fn by(part: Part) -> &'static str {
    match part {
        Part::HyperfineWall => "hyperfine, wall time",
        Part::HyperfineCpu => "hyperfine, CPU time",
        _ => "gopie, CPU time",
    }
}

fn length(part: Part) -> &'static str {
    if part == Part::NullFull { "30 s" } else { "2 s" }
}

/// The section of a run's report.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    machines: Vec<String>,
    figures: String,
}

/// The section of a run's report; none where there is no calibration.
pub(super) fn part(calibrations: &[Calibration]) -> Option<Words> {
    let (machines, figures) = (machines(calibrations), figures(calibrations));
    (!calibrations.is_empty()).then_some(Words { machines, figures })
}

/// What each was made on, and when.
pub fn machines(calibrations: &[Calibration]) -> Vec<String> {
    let machine = |(label, one): (String, &Calibration)| {
        let Calibration { info, summary } = one;
        let label = if label.is_empty() { label } else { format!("{label}: ") };
        format!(
            "{label}{}, {} CPUs, {}; {}, {:.0} minutes of comparisons",
            info.machine.cpu,
            info.machine.cpus,
            info.machine.kernel,
            info.ended,
            summary.seconds / 60.0
        )
    };
    labelled(calibrations).into_iter().map(machine).collect()
}

/// Each calibration under a name for its machine, a letter; none where there is only one.
fn labelled(calibrations: &[Calibration]) -> Vec<(String, &Calibration)> {
    let several = calibrations.len() > 1;
    let label = |letter: char| if several { letter.to_string() } else { String::new() };
    ('A'..).map(label).zip(calibrations).collect()
}

/// The whole page.
pub fn page(calibrations: &[Calibration]) -> String {
    let mut page = "# gopie: the measuring, measured\n\n".to_owned();
    for (label, calibration) in labelled(calibrations) {
        page.push_str(&provenance(&label, calibration));
    }
    page.push_str(&figures(calibrations));
    page
}

fn provenance(label: &str, calibration: &Calibration) -> String {
    let Calibration { info, summary } = calibration;
    let machine = &info.machine;
    format!(
        "{}Made by `gopie calibrate` {} ({}), {} to {}, {:.0} minutes of comparisons{}.\n{}, {} CPUs, {}, {}, {}.\n\n",
        if label.is_empty() { String::new() } else { format!("Machine {label}. ") },
        info.harnesses.last().map_or("", |harness| harness.version.as_str()),
        info.harnesses.iter().map(|harness| harness.commit.as_str()).collect::<Vec<_>>().join(", "),
        info.started,
        info.ended,
        summary.seconds / 60.0,
        if info.resumed > 0 { format!(", gone on with {} times", info.resumed) } else { String::new() },
        machine.cpu,
        machine.cpus,
        machine.kernel,
        machine.libc,
        info.toolchain,
    )
}

/// Prose in lines of the width that a report has.
pub fn prose(text: &str) -> String {
    fill_prose(text)
}

/// The tables, as the methodology and the report of a run have them too.
pub fn figures(calibrations: &[Calibration]) -> String {
    let all: Vec<(String, &Summary)> =
        labelled(calibrations).into_iter().map(|(label, one)| (label, &one.summary)).collect();
    let all = all.as_slice();
    let parts = [
        (
            "False alarms",
            "Copies of the same bytes, compared as everything is: CPU time of a start, pinned. How many 95 % \
             intervals exclude no effect, with the Clopper-Pearson interval of that share; 5 % is right. How far \
             what is compared wanders from one comparison to the next is the standard deviation beyond what their \
             intervals say.",
            false_alarms(all),
            String::new(),
        ),
        (
            "Effects of known size",
            "A program against itself with so much more to do, for 2 s: private pages of its file that it writes to; \
             relative relocations that its loader makes; pieces of 64 KiB of its file that it maps executable and \
             reads from. Its size is what comparisons of 30 s with other copies found in the same hours; beside it \
             stands what it would be in proportion to a large effect of its kind (the kernel does not do everything \
             in proportion).",
            known(all),
            together(all),
        ),
        (
            "What is called slower",
            "The same comparisons, judged as `gopie compare --measure` judges with what it is given by itself: the \
             lower end of a one-sided 99 % interval above 1 %. Copies of the same bytes are false alarms; effects of \
             known size are to be found.",
            called(all),
            String::new(),
        ),
        (
            "What is found in how long",
            "Experiments drawn from the recorded streams of the short comparisons, with effects added.",
            drawn(all),
            String::new(),
        ),
        (
            "The same answer again",
            "`pie-internal` over `static` for `hello`, 30 s each time, from fresh copies, pinned; `hyperfine -N` \
             with as many executions.",
            repeated(all),
            agreement(all),
        ),
    ];
    let there = parts.into_iter().filter(|(_, _, table, _)| !table.is_empty());
    let text: Vec<String> = there
        .map(|(title, words, table, after)| format!("### {title}\n\n{words}\n\n{}{after}", table.text()))
        .collect();
    fill_prose(&text.join("\n"))
}

/// How many of the intervals of known effects hold the size, all sizes and kinds of a setting together.
fn together(all: &[(String, &Summary)]) -> String {
    let of = |(setting, (label, summary)): (Setting, &(String, &Summary))| {
        let rows = summary.known.iter().filter(|known| known.setting == setting);
        let covered = added(rows.map(|known| known.covered))?;
        let label = if label.is_empty() { String::new() } else { format!(" ({label})") };
        Some(format!("{}{label} {}", setting.words(), share(covered)))
    };
    let settings = Setting::ALL.into_iter().flat_map(|setting| all.iter().map(move |one| (setting, one)));
    let said: Vec<String> = settings.filter_map(of).collect();
    if said.is_empty() {
        return String::new();
    }
    format!("\nIntervals that hold the size, all effects together; 95 % is right: {}.\n", said.join("; "))
}

/// Shares of the same thing as one.
fn added(shares: impl Iterator<Item = Share>) -> Option<Share> {
    let (hits, of) = shares.fold((0, 0), |(hits, of), share| (hits + share.hits, of + share.of));
    Some(Share { hits, of, interval: proportion_interval(hits, of, 0.95)? })
}

/// Whether the same contrast comes out alike with nothing added and with the other CPUs busy.
fn agreement(all: &[(String, &Summary)]) -> String {
    let one = |(label, summary): &(String, &Summary)| {
        let of = |setting| {
            let mut own = summary.repeated.iter().filter(|row| row.part == Part::Spread);
            own.find(|row| row.setting == setting).map(|row| row.centre)
        };
        let (quiet, loaded) = (of(Setting::Quiet)?, of(Setting::OtherLoaded)?);
        let overlap = match (quiet.interval?, loaded.interval?) {
            (one, other) if one.0 <= other.1 && other.0 <= one.1 => "overlap",
            _ => "do not overlap",
        };
        let label = if label.is_empty() { String::new() } else { format!(" ({label})") };
        let more = format!("{:+.2} %", 100.0 * (loaded.mean / quiet.mean - 1.0));
        Some(format!("the other CPUs busy over nothing added{label} {more}, and their intervals {overlap}"))
    };
    let said: Vec<String> = all.iter().filter_map(one).collect();
    if said.is_empty() { String::new() } else { format!("\nThe centres: {}.\n", said.join("; ")) }
}

fn false_alarms(all: &[(String, &Summary)]) -> Table {
    let columns = [
        "machine",
        "setting",
        "length",
        "false alarms",
        ">half width",
        "off in the mean",
        ">wanders",
        ">quiet",
        ">starts",
    ];
    let mut table = Table::new(&columns);
    for (setting, part) in Setting::ALL
        .into_iter()
        .flat_map(|setting| [Part::NullShort, Part::NullFull].map(|part| (setting, part)))
    {
        let of = |(label, summary): &(String, &Summary)| {
            let null = summary.null.iter().find(|null| null.setting == setting && null.part == part);
            null.map(|null| (label.clone(), *null))
        };
        let found: Vec<_> = all.iter().filter_map(of).collect();
        for (label, null) in &found {
            table.row([
                label.clone(),
                setting.words().to_owned(),
                length(part).to_owned(),
                share(null.false_alarms),
                percent(null.half_width),
                off(null.bias),
                percent(null.wander),
                format!("{:.0} %", 100.0 * null.quiet),
                format!("{:.0}", null.starts),
            ]);
        }
        // Each comparison is a trial of its own: those of several machines count together.
        if let (true, Some(all)) = (found.len() > 1, added(found.iter().map(|(_, null)| null.false_alarms))) {
            let cells = ["all", setting.words(), length(part), &share(all), "", "", "", "", ""];
            table.row(cells.map(str::to_owned));
        }
    }
    table.without_empty_columns()
}

fn known(all: &[(String, &Summary)]) -> Table {
    let columns = [
        "machine",
        "setting",
        ">more",
        ">size",
        ">in proportion",
        "off in the mean",
        ">wanders",
        "interval holds it",
        "found",
    ];
    let mut table = Table::new(&columns);
    for (label, known) in
        all.iter().flat_map(|(label, summary)| summary.known.iter().map(move |row| (label, row)))
    {
        table.row([
            label.clone(),
            known.setting.words().to_owned(),
            known.effect.amount(known.more),
            percent(known.size),
            percent(known.proportional),
            off(known.bias),
            percent(known.wander),
            share(known.covered),
            share(known.found),
        ]);
    }
    table.without_empty_columns()
}

fn called(all: &[(String, &Summary)]) -> Table {
    let mut table = Table::new(&["machine", "setting", "length", ">really slower", "called slower"]);
    for (label, called) in
        all.iter().flat_map(|(label, summary)| summary.called.iter().map(move |row| (label, row)))
    {
        table.row([
            label.clone(),
            called.setting.words().to_owned(),
            length(called.part).to_owned(),
            if called.part == Part::Known { percent(called.size) } else { "not at all".to_owned() },
            share(called.slower),
        ]);
    }
    table.without_empty_columns()
}

fn drawn(all: &[(String, &Summary)]) -> Table {
    let columns = [
        "machine",
        "setting",
        ">length",
        ">copies",
        ">interval holds the effect",
        ">smallest found 9 times in 10",
    ];
    let mut table = Table::new(&columns);
    for (label, drawn) in
        all.iter().flat_map(|(label, summary)| summary.drawn.iter().map(move |row| (label, row)))
    {
        table.row([
            label.clone(),
            drawn.setting.words().to_owned(),
            format!("{:.0} s", drawn.seconds),
            drawn.units.to_string(),
            format!("{:.1} %", 100.0 * drawn.coverage),
            percent(drawn.smallest),
        ]);
    }
    table.without_empty_columns()
}

fn repeated(all: &[(String, &Summary)]) -> Table {
    let columns = [
        "machine",
        "setting",
        "by",
        ">experiments",
        "ratio",
        ">relative standard deviation",
        ">its upper 95 % bound",
        "times gopie's",
    ];
    let mut table = Table::new(&columns);
    let rows = all.iter().flat_map(|(label, summary)| summary.repeated.iter().map(move |row| (label, row)));
    for (label, repeated) in rows {
        let (low, high) = repeated.centre.interval.unwrap_or((f64::NAN, f64::NAN));
        table.row([
            label.clone(),
            repeated.setting.words().to_owned(),
            by(repeated.part).to_owned(),
            repeated.experiments.to_string(),
            format!("{:.4} [{low:.4}, {high:.4}]", repeated.centre.mean),
            percent(repeated.deviation),
            repeated.bound.map_or("none".to_owned(), percent),
            repeated.wider.map_or("1".to_owned(), times),
        ]);
    }
    table.without_empty_columns()
}
