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
    when: String,
    machine: String,
    figures: String,
}

pub(super) fn part(calibration: &Calibration) -> Words {
    let Calibration { info, summary } = calibration;
    let machine = format!("{}, {} CPUs, {}", info.machine.cpu, info.machine.cpus, info.machine.kernel);
    Words { when: info.ended.clone(), machine, figures: figures(summary) }
}

/// The whole page.
pub fn page(calibration: &Calibration) -> String {
    let Calibration { info, summary } = calibration;
    let machine = &info.machine;
    let mut page = format!(
        "# gopie: the measuring, measured\n\nMade by `gopie calibrate` {} ({}), {} to {}, {:.0} minutes of \
         comparisons{}.\n{}, {} CPUs, {}, {}, {}.\n\n",
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
    );
    page.push_str(&figures(summary));
    page
}

/// The tables, as the methodology and the report of a run have them too.
pub fn figures(summary: &Summary) -> String {
    let parts = [
        (
            "False alarms",
            "Copies of the same bytes, compared as everything is: CPU time of a start, pinned. How many 95 % \
             intervals exclude no effect, with the Clopper-Pearson interval of that share; 5 % is right. How far \
             what is compared wanders from one comparison to the next is the standard deviation beyond what their \
             intervals say.",
            false_alarms(summary),
            String::new(),
        ),
        (
            "Effects of known size",
            "A program against itself with so much more to do, for 2 s: private pages of its file that it writes to; \
             relative relocations that its loader makes; pieces of 64 KiB of its file that it maps executable and \
             reads from. Its size is what comparisons of 30 s with other copies found in the same hours; beside it \
             stands what it would be in proportion to a large effect of its kind (the kernel does not do everything \
             in proportion).",
            known(summary),
            together(summary),
        ),
        (
            "What is found in how long",
            "Experiments drawn from the recorded streams of the short comparisons, with effects added.",
            drawn(summary),
            String::new(),
        ),
        (
            "The same answer again",
            "`pie-internal` over `static` for `hello`, 30 s each time, from fresh copies, pinned; `hyperfine -N` \
             with as many executions.",
            repeated(summary),
            String::new(),
        ),
    ];
    let there = parts.into_iter().filter(|(_, _, table, _)| !table.is_empty());
    let text: Vec<String> = there
        .map(|(title, words, table, after)| format!("### {title}\n\n{words}\n\n{}{after}", table.text()))
        .collect();
    fill_prose(&text.join("\n"))
}

/// How many of the intervals of known effects hold the size, all sizes and kinds of a setting together.
fn together(summary: &Summary) -> String {
    let of = |setting: Setting| {
        let rows = summary.known.iter().filter(|known| known.setting == setting);
        let (hits, of) =
            rows.fold((0, 0), |(hits, of), known| (hits + known.covered.hits, of + known.covered.of));
        let interval = proportion_interval(hits, of, 0.95)?;
        Some(format!("{} {}", setting.words(), share(Share { hits, of, interval })))
    };
    let said: Vec<String> = Setting::ALL.into_iter().filter_map(of).collect();
    if said.is_empty() {
        return String::new();
    }
    format!("\nIntervals that hold the size, all effects together; 95 % is right: {}.\n", said.join("; "))
}

fn false_alarms(summary: &Summary) -> Table {
    let columns = [
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
    for null in &summary.null {
        table.row([
            null.setting.words().to_owned(),
            length(null.part).to_owned(),
            share(null.false_alarms),
            percent(null.half_width),
            off(null.bias),
            percent(null.wander),
            format!("{:.0} %", 100.0 * null.quiet),
            format!("{:.0}", null.starts),
        ]);
    }
    table
}

fn known(summary: &Summary) -> Table {
    let columns = [
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
    for known in &summary.known {
        table.row([
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
    table
}

fn drawn(summary: &Summary) -> Table {
    let columns =
        ["setting", ">length", ">copies", ">interval holds the effect", ">smallest found 9 times in 10"];
    let mut table = Table::new(&columns);
    for drawn in &summary.drawn {
        table.row([
            drawn.setting.words().to_owned(),
            format!("{:.0} s", drawn.seconds),
            drawn.units.to_string(),
            format!("{:.1} %", 100.0 * drawn.coverage),
            percent(drawn.smallest),
        ]);
    }
    table
}

fn repeated(summary: &Summary) -> Table {
    let columns = [
        "setting",
        "by",
        ">experiments",
        "ratio",
        ">relative standard deviation",
        ">its upper 95 % bound",
        "times gopie's",
    ];
    let mut table = Table::new(&columns);
    for repeated in &summary.repeated {
        let (low, high) = repeated.centre.interval.unwrap_or((f64::NAN, f64::NAN));
        table.row([
            repeated.setting.words().to_owned(),
            by(repeated.part).to_owned(),
            repeated.experiments.to_string(),
            format!("{:.4} [{low:.4}, {high:.4}]", repeated.centre.mean),
            percent(repeated.deviation),
            repeated.bound.map_or("none".to_owned(), percent),
            repeated.wider.map_or("1".to_owned(), times),
        ]);
    }
    table
}
