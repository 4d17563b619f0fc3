//! What `cargo bench` left behind: the medians of the start-up benches, as Criterion writes them.
//!
//! A bench `startup/PROGRAM/VARIANT` has a folder for each baseline, with `benchmark.json` (what it is) and
//! `estimates.json` (what came out, in nanoseconds). What the numbers mean beside a run's is for `report`.
//!
//! Source: the folder `target/criterion` of Criterion 0.8.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::hint::HintExt;

/// What the groups of the start-up benches are called, before the program.
const GROUP: &str = "startup/";

/// Results of the start-up benches.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The baseline that they are of; `new` is the latest.
    pub baseline: String,
    /// In the order of their names.
    pub benches: Vec<Bench>,
}

/// A bench: a variant of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Bench {
    /// The program.
    pub program: String,
    /// The variant.
    pub variant: String,
    /// Median of the wall times of a start, pinned, in seconds.
    pub median: f64,
}

#[derive(Deserialize)]
struct Id {
    group_id: String,
    function_id: Option<String>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

/// Reads what a baseline has of start-up. A bench without that baseline is left out; that there is none at all, or
/// that a file is missing or damaged, is an error.
pub fn load_criterion(folder: &Path, baseline: &str) -> Result<Criterion> {
    let mut benches = Vec::new();
    for group in folders(folder)? {
        for bench in folders(&group)? {
            let own = bench.join(baseline);
            if !own.is_dir() {
                continue;
            }
            let id: Id = read(&own.join("benchmark.json"))?;
            let (Some(program), Some(variant)) = (id.group_id.strip_prefix(GROUP), id.function_id) else {
                continue;
            };
            let path = own.join("estimates.json");
            let nanoseconds = read::<Estimates>(&path)?.median.point_estimate;
            if !(nanoseconds.is_finite() && nanoseconds > 0.0) {
                return Err(anyhow!("{} has a median of {nanoseconds} ns", path.display())).hint(AGAIN);
            }
            benches.push(Bench { program: program.to_owned(), variant, median: nanoseconds / 1e9 });
        }
    }
    if benches.is_empty() {
        return Err(anyhow!("{} has no start-up bench of the baseline {baseline}", folder.display()))
            .hint("`cargo bench --bench startup -- --save-baseline NAME` makes one; `new` is the latest");
    }
    benches.sort_by(|a, b| (&a.program, &a.variant).cmp(&(&b.program, &b.variant)));
    Ok(Criterion { baseline: baseline.to_owned(), benches })
}

const AGAIN: &str = "remove that bench's folder, and call `cargo bench --bench startup` again";

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display())).hint(AGAIN)?;
    serde_json::from_slice(&bytes)
        .with_context(|| format!("cannot understand {}", path.display()))
        .hint(AGAIN)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))
        .hint("`cargo bench --bench startup` writes `target/criterion`")?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> =
        paths.collect::<std::io::Result<_>>().with_context(|| format!("cannot read {}", folder.display()))?;
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::hints;

    /// A bench as Criterion writes it, less what nobody reads here.
    fn bench(root: &Path, group: &str, function: &str, baseline: &str, estimates: &str) {
        let own = root.join(group.replace('/', "_")).join(function).join(baseline);
        fs::create_dir_all(&own).expect("makes");
        let id = format!(
            r#"{{"group_id":"{group}","function_id":"{function}","value_str":null,"throughput":null,"full_id":"{group}/{function}","directory_name":"","title":""}}"#
        );
        fs::write(own.join("benchmark.json"), id).expect("writes");
        fs::write(own.join("estimates.json"), estimates).expect("writes");
    }

    fn median(nanoseconds: f64) -> String {
        let estimate = format!(
            r#"{{"confidence_interval":{{"confidence_level":0.95,"lower_bound":1.0,"upper_bound":2.0}},"point_estimate":{nanoseconds:?},"standard_error":1.0}}"#
        );
        format!(
            r#"{{"mean":{estimate},"median":{estimate},"median_abs_dev":{estimate},"slope":null,"std_dev":{estimate}}}"#
        )
    }

    #[test]
    fn medians_of_a_baseline_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        bench(folder.path(), "startup/hello", "static", "before", &median(1_000_000.0));
        bench(folder.path(), "startup/hello", "pie-internal", "before", &median(1_500_000.0));
        bench(folder.path(), "startup/hello", "static", "new", &median(2_000_000.0));
        bench(folder.path(), "inspect", "read", "before", &median(7.0));
        fs::create_dir_all(folder.path().join("report")).expect("makes");
        let read = load_criterion(folder.path(), "before").expect("reads");
        let expected = [("pie-internal", 0.0015), ("static", 0.001)].map(|(variant, median)| Bench {
            program: "hello".to_owned(),
            variant: variant.to_owned(),
            median,
        });
        assert_eq!(read.benches, expected);
        assert_eq!(load_criterion(folder.path(), "new").expect("reads").benches.len(), 1);
    }

    #[test]
    fn what_is_missing_or_damaged_is_named_with_advice() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let error = |baseline| {
            let error = load_criterion(root, baseline).expect_err("is wrong");
            (format!("{error:#}"), hints(&error).len())
        };
        assert!(error("new").0.contains("no start-up bench of the baseline new"));
        bench(root, "startup/hello", "static", "new", &median(1.0));
        assert!(error("other").0.contains("no start-up bench of the baseline other"));
        let file = root.join("startup_hello/static/new/estimates.json");
        for damaged in [r#"{"median""#, "{}", &median(0.0), &median(-1.0)] {
            fs::write(&file, damaged).expect("writes");
            let (said, hints) = error("new");
            assert!(said.contains("startup_hello/static/new/estimates.json") && hints == 1, "{said}");
        }
        fs::remove_file(&file).expect("removes");
        assert!(error("new").0.contains("cannot read"));
        assert!(load_criterion(&root.join("nowhere"), "new").is_err());
    }
}
