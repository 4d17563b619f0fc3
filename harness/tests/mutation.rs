//! The published evidence, turned around: in a copy of the run's files the rows that decide a claim are changed, the
//! run is read again, and the verdict has to be another.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use gopie::claims::{Verdict, judge};
use gopie::results::Run;

/// A row of a table, by column.
type Row = BTreeMap<String, String>;

/// What is changed in one table: whether the row stays.
type Change = fn(&mut Row) -> bool;

/// A claim, with what is changed in which tables.
struct Mutation {
    claim: &'static str,
    changes: &'static [(&'static str, Change)],
}

fn set(row: &mut Row, column: &str, value: &str) {
    row.insert(column.to_owned(), value.to_owned());
}

/// Sets the number that a probe found under some keys.
fn found(row: &mut Row, probe: &str, key: impl Fn(&str) -> bool, number: &str) -> bool {
    if row["probe"] == probe && key(&row["key"]) && row["status"] == "ok" {
        set(row, "number", number);
    }
    true
}

/// Sets an estimate with its intervals.
fn estimate(row: &mut Row, value: &str, low: &str, high: &str) {
    let simultaneous = !row["low_simultaneous"].is_empty();
    for (column, value) in [("estimate", value), ("low", low), ("high", high)] {
        set(row, column, value);
    }
    if simultaneous {
        set(row, "low_simultaneous", low);
        set(row, "high_simultaneous", high);
    }
}

/// Contrasts in which PIE alone differs.
fn is_pie_only(row: &Row) -> bool {
    row["kind"] == "contrast" && row["name"].contains("pie-given")
}

const MUTATIONS: &[Mutation] = &[
    Mutation {
        claim: "pie-makes-dynamic",
        changes: &[("trials.csv", |row| {
            if row["change"].starts_with("-buildmode=pie") && row["experiment"] == "on-alone" {
                set(row, "linkage", "static");
            }
            true
        })],
    },
    Mutation {
        claim: "pie-needs-c-toolchain",
        changes: &[("trials.csv", |row| {
            if row["experiment"] == "no-c" {
                set(row, "status", "unsupported");
            }
            true
        })],
    },
    Mutation {
        claim: "pie-needs-loader",
        changes: &[("probes.csv.gz", |row| found(row, "empty-root", |key| key == "alone", "1"))],
    },
    Mutation {
        claim: "static-stands-alone",
        changes: &[("probes.csv.gz", |row| found(row, "empty-root", |key| key == "alone", "0"))],
    },
    Mutation {
        claim: "kernel-abi-only",
        changes: &[("probes.csv.gz", |row| {
            found(row, "sandbox", |key| key.starts_with("works under these"), "0")
        })],
    },
    Mutation {
        claim: "fixed-addresses",
        changes: &[("probes.csv.gz", |row| found(row, "addresses", |key| key.ends_with(": places"), "1"))],
    },
    Mutation {
        claim: "one-leak-tells-all",
        changes: &[("probes.csv.gz", |row| {
            found(
                row,
                "addresses",
                |key| key.contains(" given ") && key.ends_with(": bits demonstrated"),
                "0",
            )
        })],
    },
    Mutation {
        claim: "known-code",
        changes: &[("probes.csv.gz", |row| {
            found(row, "addresses", |key| key == "code at known addresses", "0")
        })],
    },
    Mutation {
        claim: "no-mitigation",
        changes: &[("probes.csv.gz", |row| {
            !["addresses", "writable-memory"].contains(&row["probe"].as_str())
        })],
    },
    Mutation {
        claim: "memory-safe-anyway",
        changes: &[("probes.csv.gz", |row| found(row, "bug-class", |_| true, "0"))],
    },
    Mutation {
        claim: "extra-attack-surface",
        changes: &[("probes.csv.gz", |row| !["foreign-code", "injection"].contains(&row["probe"].as_str()))],
    },
    Mutation {
        claim: "response",
        // A static libc in what is called `static`.
        changes: &[("artifacts.csv", |row| {
            let was = row["variant"].clone();
            if was == "exe-external-static" {
                set(row, "variant", "static");
            }
            was != "static"
        })],
    },
    Mutation { claim: "imports-enable-cgo", changes: &[("facts.csv", |row| row["metric"] != "needed")] },
    Mutation {
        claim: "some-programs-need-cgo",
        // As if no program failed to build without C.
        changes: &[("artifacts.csv", |row| row["variant"] != "static" || row["status"] != "unsupported")],
    },
    Mutation {
        claim: "size-cost",
        changes: &[("artifacts.csv", |row| {
            if row["variant"].contains("pie") && !row["size"].is_empty() {
                set(row, "size", "1");
            }
            true
        })],
    },
    Mutation {
        claim: "startup-cost",
        changes: &[("estimates.csv", |row| {
            if is_pie_only(row) && row["statistic"] == "ratio" {
                estimate(row, "0.5", "0.49", "0.51");
            }
            true
        })],
    },
    Mutation {
        claim: "relocation-cost",
        changes: &[("estimates.csv", |row| {
            if row["kind"] == "ladder" {
                estimate(row, "0", "-1e-12", "1e-12");
            }
            true
        })],
    },
    Mutation {
        claim: "memory-cost",
        changes: &[("estimates.csv", |row| {
            if is_pie_only(row) && row["unit"] == "bytes" {
                estimate(row, "0", "-1", "1");
            }
            true
        })],
    },
    Mutation {
        claim: "speed-cost",
        changes: &[("estimates.csv", |row| {
            if is_pie_only(row) && row["metric"].starts_with("work") {
                let more = if row["statistic"].contains("ratio") {
                    ["1.5", "1.49", "1.51"]
                } else {
                    ["10", "9", "11"]
                };
                estimate(row, more[0], more[1], more[2]);
            }
            true
        })],
    },
    Mutation {
        claim: "packaging-cost",
        // `static` keeps nothing.
        changes: &[
            ("facts.csv", |row| {
                let ours = row["case"].contains("/static/");
                if ours && row["metric"] == "debug-present" {
                    set(row, "number", "0");
                }
                !(ours && row["metric"] == "build-id")
            }),
            ("probes.csv.gz", |row| {
                let ours = row["case"].contains("/static/");
                !ours
                    || found(
                        row,
                        "metadata",
                        |key| key.starts_with("starts with") || key.contains("split"),
                        "0",
                    )
            }),
        ],
    },
    Mutation {
        claim: "middle-ground",
        changes: &[("estimates.csv", |row| {
            if row["kind"] == "cost" && row["name"] != "fedora-like" {
                estimate(row, "3", "2.99", "3.01");
            }
            true
        })],
    },
];

fn published() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results/reference")
}

/// The file of a table: a large one is gzipped.
fn file(folder: &Path, table: &str) -> PathBuf {
    let plain = folder.join(table);
    if plain.exists() { plain } else { folder.join(format!("{table}.gz")) }
}

/// Changes the rows of a table on disk; how many are not what they were.
fn mutate(path: &Path, change: Change) -> usize {
    let gzipped = path.extension().is_some_and(|extension| extension == "gz");
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader: Box<dyn Read> = if gzipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = csv::Reader::from_reader(reader);
    let header = reader.headers().expect("has a header").clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).expect("writes");
    let mut changed = 0;
    for record in reader.records() {
        let record = record.expect("is a row");
        let before: Row =
            header.iter().zip(&record).map(|(name, field)| (name.to_owned(), field.to_owned())).collect();
        let mut row = before.clone();
        let stays = change(&mut row);
        changed += usize::from(!stays || row != before);
        if stays {
            writer.write_record(header.iter().map(|name| &row[name])).expect("writes");
        }
    }
    let bytes = writer.into_inner().expect("is whole");
    let mut out = File::create(path).expect("is made");
    if gzipped {
        let mut encoder = GzEncoder::new(out, Compression::fast());
        encoder.write_all(&bytes).expect("writes");
        encoder.finish().expect("writes");
    } else {
        out.write_all(&bytes).expect("writes");
    }
    changed
}

fn verdicts(folder: &Path) -> BTreeMap<&'static str, Verdict> {
    let run = Run::load(folder).expect("is a run");
    judge(&run).into_iter().map(|judged| (judged.id, judged.verdict)).collect()
}

#[test]
fn every_verdict_of_the_published_run_turns_with_its_rows() {
    let published = published();
    let before = verdicts(&published);
    let claims: Vec<&str> = MUTATIONS.iter().map(|mutation| mutation.claim).collect();
    assert_eq!(
        before.keys().filter(|claim| !claims.contains(*claim)).count(),
        0,
        "each claim has a mutation"
    );
    let mut same = Vec::new();
    for mutation in MUTATIONS {
        let folder = tempfile::tempdir().expect("a folder");
        for entry in fs::read_dir(&published).expect("is there") {
            let path = entry.expect("is read").path();
            fs::copy(&path, folder.path().join(path.file_name().expect("has a name"))).expect("copies");
        }
        for (table, change) in mutation.changes {
            let changed = mutate(&file(folder.path(), table), *change);
            assert!(changed > 0, "{}: no row of {table} was changed", mutation.claim);
        }
        let after = verdicts(folder.path())[mutation.claim];
        if after == before[mutation.claim] {
            same.push(format!("{} is {} all the same", mutation.claim, after.word()));
        }
    }
    assert!(same.is_empty(), "{same:#?}");
}
