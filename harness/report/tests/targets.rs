//! What the report says of other targets.

use super::markdown;
use crate::claims::synthetic::Synthetic;
use crate::results::{EmulatedRow, FactRow, Run, Status};
use crate::toolchain::Toolchain;

const REFUSED: &str = "-buildmode=pie requires external (cgo) linking, but cgo is not enabled";
const OLD_REFUSED: &str = "internal linking requested but external linking required: buildmode=pie";
const NO_PIE: &str = "-buildmode=pie not supported on linux/mips";

/// A run of two releases and four targets: PIE without C for amd64 and arm64 in both, for riscv64 from 1.27 on, for
/// mips never.
fn run() -> Run {
    let mut run = Synthetic::default().run();
    run.info.targets = ["amd64", "arm64", "riscv64", "mips"].map(|arch| format!("linux/{arch}")).to_vec();
    let newest = run.info.toolchains[0].clone();
    run.info.toolchains.push(Toolchain { release: "go1.21.13".to_owned(), ..newest });
    for variant in &mut run.info.variants {
        variant.map = ["static", "pie-internal"].contains(&variant.name.as_str());
    }
    for release in ["go1.27.3", "go1.21.13"] {
        for target in ["linux/amd64", "linux/arm64", "linux/riscv64", "linux/mips"] {
            for variant in ["static", "pie-internal"] {
                place(&mut run, release, target, variant);
            }
        }
    }
    refuse(&mut run, "go1.21.13/linux-riscv64", OLD_REFUSED);
    refuse(&mut run, "linux-mips", NO_PIE);
    run
}

/// The same rows as at home, for another place.
fn place(run: &mut Run, release: &str, target: &str, variant: &str) {
    let home = format!("hello/{variant}/go1.27.3/linux-amd64");
    let id = format!("hello/{variant}/{release}/{}", target.replace('/', "-"));
    if id == home {
        return;
    }
    let mut row = run.artifacts.iter().find(|row| row.id == home).expect("is there").clone();
    row.id.clone_from(&id);
    release.clone_into(&mut row.toolchain);
    target.clone_into(&mut row.target);
    run.artifacts.push(row);
    let facts: Vec<FactRow> = run.facts.iter().filter(|fact| fact.case == home).cloned().collect();
    run.facts.extend(facts.into_iter().map(|fact| FactRow { case: id.clone(), ..fact }));
}

fn refuse(run: &mut Run, place: &str, reason: &str) {
    for row in &mut run.artifacts {
        if row.id.starts_with("hello/pie-internal/") && row.id.ends_with(place) {
            row.status = Status::Unsupported;
            row.size = None;
            reason.clone_into(&mut row.reason);
        }
    }
}

/// The section as one line, so that where lines break does not matter.
fn section(run: &Run) -> String {
    let text = markdown(run);
    let after = text.split("### Is it different on other targets?").nth(1).unwrap_or_default();
    let section = after.split("\n## ").next().unwrap_or_default();
    section.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn expect(run: &Run, words: &str) {
    let section = section(run);
    assert!(section.contains(words), "{words} is not in {section}");
}

#[test]
fn the_map_says_where_and_from_when_on_no_c_is_needed() {
    let run = run();
    expect(
        &run,
        "Without a C toolchain go1.27.3 links `hello` of 3 of 4 targets as `pie-internal` (PIE, no cgo) for \
         linux/amd64, linux/arm64 and linux/riscv64; it has no PIE for linux/mips.",
    );
    expect(&run, "linux/riscv64: needs C up to go1.21.13, then no C");
    expect(&run, "| linux/riscv64 | needs C | no C |");
    expect(&run, "| linux/mips | no PIE | no PIE |");
}

#[test]
fn flipped_builds_flip_the_reply() {
    let mut run = run();
    refuse(&mut run, "go1.27.3/linux-riscv64", REFUSED);
    expect(&run, "asks for external linking, and so for C, for linux/riscv64");
    expect(&run, "That is the same in every release that was tried, go1.21.13 to go1.27.3.");
    for fact in &mut run.facts {
        if fact.case == "hello/static/go1.27.3/linux-arm64" && fact.metric == "linkage" {
            "dynamic".clone_into(&mut fact.text);
        }
    }
    expect(&run, "`static` is static for 3 of 4 targets that it was built for; dynamic for linux/arm64.");
    // An end that is not one of those known is not taken for one.
    refuse(&mut run, "go1.27.3/linux-arm64", "internal compiler error");
    expect(&run, "| linux/arm64 | no C | ? |");
}

#[test]
fn sizes_go_from_the_least_to_the_most() {
    let mut run = run();
    for row in &mut run.artifacts {
        if row.id == "hello/pie-internal/go1.27.3/linux-arm64" {
            row.size = row.size.map(|size| size * 2);
        }
    }
    expect(&run, "by +9.8 % (linux/amd64) to +119.6 % (linux/arm64); for linux/amd64 by +9.8 %");
}

#[test]
fn what_ran_under_an_emulator_is_counted_by_variant() {
    let mut run = run();
    let row = |variant: &str, target: &str, ran| EmulatedRow {
        case: format!("hello/{variant}/go1.27.3/linux-{target}"),
        emulator: "qemu-user 9".to_owned(),
        ran,
        reason: String::new(),
    };
    run.emulated = vec![
        row("static", "arm64", Some(true)),
        row("static", "mips", Some(true)),
        row("pie-internal", "arm64", Some(false)),
        row("pie-internal", "riscv64", None),
    ];
    expect(&run, "gave the right answer: `pie-internal` 0 of 1 (not for linux/arm64); `static` 2 of 2.");
    expect(&run, "Not started: 1 artifact for other targets");
}

#[test]
fn one_target_has_no_such_part() {
    assert!(!markdown(&Synthetic::default().run()).contains("other targets?"));
}
