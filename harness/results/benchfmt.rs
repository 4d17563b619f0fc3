//! A run in the Go benchmark format, as `benchstat` reads it: a line for each fresh copy of each artifact.
//!
//! The unit of the statistics is a copy, not a start: starts of one copy are no independent samples. Sides stand in
//! the names (`/variant=`), so that `benchstat -col /variant` sets them beside each other.
//!
//! Source: <https://go.dev/design/14313-benchmark-format>; `golang.org/x/perf/benchfmt`.

use std::fmt::Write as _;

use super::{EstimateRow, RunInfo};

/// What is exported: metric and condition, with the unit of the value.
const METRICS: [(&str, &str, &str); 2] =
    [("cpu-time", "pinned", "cpu-ns/op"), ("wall-time", "scheduled", "ns/op")];

/// The text; copies of all cases that were timed.
pub fn benchmark_format(info: &RunInfo, estimates: &[EstimateRow]) -> String {
    let mut text = String::new();
    let mut target = info.machine.host.split('/');
    let mut line = |key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key}: {}", value.split_whitespace().collect::<Vec<_>>().join(" "));
    };
    line("goos", target.next().unwrap_or_default());
    line("goarch", target.next().unwrap_or_default());
    line("cpu", &info.machine.cpu);
    line("gopie-run", &info.name);
    text += "\nUnit cpu-ns/op better=lower\nUnit ns/op better=lower\n";
    for (metric, condition, unit) in METRICS {
        let rows = estimates.iter().filter(|row| {
            (row.metric.as_str(), row.condition.as_str()) == (metric, condition)
                && (row.statistic.as_str(), row.cache.as_str()) == ("copy-centre", "faulted")
        });
        text.push('\n');
        for row in rows {
            // program/variant/toolchain/target[/stripped]
            let mut parts = row.name.split('/').skip(1);
            let variant = parts.next().unwrap_or_default();
            let _ = writeln!(
                text,
                "BenchmarkStart/program={}/variant={variant}/toolchain={} 1 {:.0} {unit}",
                row.program,
                row.toolchain,
                row.estimate * 1e9
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_is_a_line() {
        let run = crate::claims::synthetic::Synthetic::default().run();
        let text = benchmark_format(&run.info, &run.estimates);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("Benchmark")).collect();
        let copies = run.estimates.iter().filter(|row| row.statistic == "copy-centre");
        let copies = copies.filter(|row| (row.metric == "cpu-time") == (row.condition == "pinned"));
        assert_eq!(lines.len(), copies.count());
        assert!(!lines.is_empty());
        for line in lines {
            let fields: Vec<&str> = line.split(' ').collect();
            assert_eq!((fields.len(), fields[1]), (4, "1"), "{line}");
            assert!(fields[2].parse::<f64>().is_ok_and(|value| value > 0.0), "{line}");
        }
    }
}
