//! A calibration as Markdown: every figure from the rows.

use std::fmt::Write;

use serde::Serialize;

use crate::results::{Calibration, Part, Share, Summary};
use crate::stats::{Estimate, Spread};

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
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "### False alarms\n\nCopies of the same bytes, compared as everything is: CPU time of a start, pinned. How \
         many 95 %\nintervals exclude no effect, with the Clopper-Pearson interval of that share; 5 % is right.\n\n\
         | setting | length | false alarms | half width | off in the mean | quiet | starts |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for null in &summary.null {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {:.0} % | {:.0} |",
            null.setting.words(),
            length(null.part),
            share(null.false_alarms),
            percent(null.half_width),
            off(null.bias),
            100.0 * null.quiet,
            null.starts,
        );
    }
    if !summary.known.is_empty() {
        page.push_str(
            "\n### Effects of known size\n\nA program that writes to private pages of its file, against itself \
             writing to so many more, for 2 s. The\nsize is known from what 256 more do, since it grows with their \
             number.\n\n\
             | setting | pages | size | off in the mean | interval holds it | found |\n\
             | --- | --- | --- | --- | --- | --- |\n",
        );
    }
    for known in &summary.known {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            known.setting.words(),
            known.pages,
            percent(known.expected),
            off(known.bias),
            share(known.covered),
            share(known.found),
        );
    }
    if !summary.drawn.is_empty() {
        page.push_str(
            "\n### What is found in how long\n\nExperiments drawn from the recorded streams of the short \
             comparisons, with effects added.\n\n\
             | setting | length | copies | interval holds the effect | smallest found 9 times in 10 |\n\
             | --- | --- | --- | --- | --- |\n",
        );
    }
    for drawn in &summary.drawn {
        let _ = writeln!(
            page,
            "| {} | {:.0} s | {} | {:.1} % | {} |",
            drawn.setting.words(),
            drawn.seconds,
            drawn.units,
            100.0 * drawn.coverage,
            percent(drawn.smallest),
        );
    }
    if !summary.repeated.is_empty() {
        page.push_str(
            "\n### The same answer again\n\n`pie-internal` over `static` for `hello`, 30 s each time, from fresh \
             copies, pinned; `hyperfine -N` with as\nmany executions.\n\n| setting | by | experiments | ratio | \
             relative standard deviation | its upper 95 % bound | times gopie's |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n",
        );
    }
    for repeated in &summary.repeated {
        let (low, high) = repeated.centre.interval.unwrap_or((f64::NAN, f64::NAN));
        let _ = writeln!(
            page,
            "| {} | {} | {} | {:.4} [{low:.4}, {high:.4}] | {} | {} | {} |",
            repeated.setting.words(),
            by(repeated.part),
            repeated.experiments,
            repeated.centre.mean,
            percent(repeated.deviation),
            repeated.bound.map_or("none".to_owned(), percent),
            repeated.wider.map_or("1".to_owned(), times),
        );
    }
    page
}
