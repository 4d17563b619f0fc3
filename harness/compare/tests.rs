use std::path::Path;

use super::*;
use crate::claims::synthetic::{Synthetic, untrimmed};
use crate::results::{FactRow, Run, Status};

fn side(run: &Run) -> Side {
    Side::of_run(Path::new("run"), &run.info, &run.artifacts, run.facts.clone())
}

fn compared(base: &Run, new: &Run, how: How) -> Comparison {
    Comparison::of(&side(base), &side(new), &Policy::default(), how).expect("have cases in common")
}

/// A run in which the facts of one case are changed, and its bytes with them.
fn changed(run: &Run, case: &str, change: impl Fn(&mut Vec<FactRow>)) -> Run {
    let mut run = run.clone();
    let (mut own, others): (Vec<_>, Vec<_>) = run.facts.into_iter().partition(|row| row.case == case);
    change(&mut own);
    run.facts = [own, others].concat();
    for row in run.artifacts.iter_mut().filter(|row| row.id == case) {
        row.sha256 = crate::digest::of_bytes(row.sha256.as_bytes());
    }
    run
}

/// The run with other bytes in every artifact.
fn other_bytes(run: &Run) -> Run {
    let mut run = run.clone();
    for row in run.artifacts.iter_mut().filter(|row| row.status == Status::Built) {
        row.sha256 = crate::digest::of_bytes(row.sha256.as_bytes());
    }
    run
}

fn fact(case: &str, metric: &str, key: &str, unit: &str, number: Option<u64>, text: &str) -> FactRow {
    let [case, metric, key, unit, text] = [case, metric, key, unit, text].map(str::to_owned);
    FactRow { case, metric, key, unit, number, text }
}

const CASE: &str = "hello/static/go1.27.3/linux-amd64";

#[test]
fn the_same_run_has_no_regression() {
    let run = Synthetic::default().run();
    let comparison = compared(&run, &run, How { strict: true, part: false });
    assert!(!comparison.regressed() && comparison.changes.is_empty());
    assert_eq!((comparison.compared, comparison.same_facts), (run.artifacts.len(), 0));
    assert!(comparison.tools.is_empty());
}

/// What is planted, the fact that it shows in, and what is said of the cause.
type Planted<'a> = (&'a dyn Fn(&mut Vec<FactRow>), &'a str, &'a str);

#[test]
fn each_kind_of_regression_is_found_with_its_cause() {
    let run = Synthetic::default().run();
    let size = run.artifacts.iter().find(|row| row.id == CASE).and_then(|row| row.size).expect("a size");
    let grow = |facts: &mut Vec<FactRow>| {
        for row in facts.iter_mut().filter(|row| row.metric == "file-size") {
            row.number = Some(size + size / 100 + 1);
        }
        facts.push(fact(CASE, "section-size", ".gopclntab", "bytes", Some(size / 100 + 1), ""));
    };
    let library = |facts: &mut Vec<FactRow>| {
        facts.push(fact(CASE, "needed", "libfoo.so.1", "count", Some(1), ""));
        facts.push(fact(CASE, "go-setting", "CGO_ENABLED", "text", None, "1"));
    };
    let hardening = |facts: &mut Vec<FactRow>| {
        facts.retain(|row| row.metric != "nx");
        facts.push(fact(CASE, "textrel", "", "bool", Some(1), ""));
    };
    let base = changed(&run, CASE, |facts| {
        facts.retain(|row| row.metric != "textrel" && row.metric != "nx");
        facts.push(fact(CASE, "textrel", "", "bool", Some(0), ""));
        facts.push(fact(CASE, "nx", "", "bool", Some(1), ""));
    });
    let planted: [Planted<'_>; 3] = [
        (&grow, "file-size", "section .gopclntab grew most"),
        (&library, "needed", "build settings changed: CGO_ENABLED unset -> 1"),
        (
            &|facts| {
                facts.retain(|row| row.metric != "textrel");
                hardening(facts);
            },
            "textrel",
            "",
        ),
    ];
    for (plant, fact, cause) in planted {
        let comparison = compared(&base, &changed(&base, CASE, plant), How::default());
        let first = comparison.regressions.first().unwrap_or_else(|| panic!("{fact} is not found"));
        assert_eq!((first.change.fact.as_str(), first.cases), (fact, 1));
        assert!(
            first.causes.iter().any(|said| said.contains(cause)) || cause.is_empty(),
            "{:?}",
            first.causes
        );
        for format in [Format::Text, Format::Markdown, Format::Json, Format::Junit] {
            let text = comparison.render(format).expect("renders");
            assert!(text.contains(fact) && text.contains(CASE), "{text}");
        }
        // The other way round it is an improvement.
        let back = compared(&changed(&base, CASE, plant), &base, How::default());
        assert!(!back.regressed() && back.of_class(Class::Better) > 0, "{fact}");
    }
}

#[test]
fn the_gravest_comes_first_and_one_change_of_many_cases_is_one() {
    let base = Synthetic::default().run();
    let mut run = other_bytes(&base);
    for row in run.facts.iter_mut().filter(|row| row.metric == "file-size") {
        row.number = row.number.map(|size| size * 2);
    }
    let comparison = compared(&base, &run, How::default());
    assert_eq!(comparison.regressions.len(), 1);
    let files = base.facts.iter().filter(|row| row.metric == "file-size").count();
    assert_eq!(comparison.regressions[0].cases, files);
    let lost =
        changed(&run, CASE, |facts| facts.push(fact(CASE, "needed", "libfoo.so.1", "count", Some(1), "")));
    let comparison = compared(&base, &lost, How::default());
    let facts: Vec<&str> = comparison.regressions.iter().map(|one| one.change.fact.as_str()).collect();
    assert_eq!(facts, ["needed", "file-size"]);
}

#[test]
fn a_case_that_fails_or_is_gone_is_a_regression_but_where_a_part_was_asked_for() {
    let run = Synthetic::default().run();
    let mut failed = run.clone();
    failed.artifacts[0].status = Status::Failed;
    failed.facts.retain(|row| row.case != failed.artifacts[0].id);
    assert_eq!(compared(&run, &failed, How::default()).regressions[0].change.fact, "status");
    let mut gone = run.clone();
    gone.artifacts.truncate(4);
    assert_eq!(compared(&run, &gone, How::default()).regressions[0].change.fact, "case");
    assert!(!compared(&run, &gone, How { part: true, strict: true }).regressed());
}

#[test]
fn strictly_whatever_go_alone_made_must_be_the_same() {
    let run = Synthetic::default().run();
    let other = |case: &str| {
        changed(&run, case, |facts| facts.push(fact(case, "go-version", "", "text", None, "devel")))
    };
    let strict = How { strict: true, part: false };
    assert!(!compared(&run, &other(CASE), How::default()).regressed());
    assert!(compared(&run, &other(CASE), strict).regressed());
    let by_c = "hello/fedora-like/go1.27.3/linux-amd64";
    assert!(run.artifacts.iter().any(|row| row.id == by_c));
    assert!(!compared(&run, &other(by_c), strict).regressed(), "a C linker had a hand in it");
    // Other bytes with the same facts.
    let comparison = compared(&run, &changed(&run, CASE, |_| ()), strict);
    assert_eq!(comparison.regressions[0].change.fact, "sha256");
    assert!(!compared(&run, &changed(&run, by_c, |_| ()), strict).regressed());
    // With another C compiler nothing that it made is held against it.
    let grown = |run: &Run| {
        changed(run, by_c, |facts| facts.push(fact(by_c, "needed", "libfoo.so.1", "count", Some(1), "")))
    };
    assert!(compared(&run, &grown(&run), strict).regressed());
    // That there is one more for other variants is no excuse.
    let mut more = grown(&run);
    more.info.own_compilers = more.info.c_compiler.clone().into_iter().collect();
    assert!(compared(&run, &more, strict).regressed());
    let mut elsewhere = grown(&run);
    elsewhere.info.c_compiler.as_mut().expect("one").version = "gcc 13".to_owned();
    assert!(!compared(&run, &elsewhere, strict).regressed());
    assert!(compared(&run, &elsewhere, How::default()).regressed());
    // Without -trimpath the folders of a build are in what comes out of it.
    let mut untrimmed = untrimmed(&run, "static");
    assert!(!compared(&untrimmed, &changed(&untrimmed, CASE, |_| ()), strict).regressed());
    let elsewhere = untrimmed.clone();
    untrimmed.info.build_place = Some("/mnt".to_owned());
    assert!(compared(&untrimmed, &changed(&untrimmed, CASE, |_| ()), strict).regressed());
    assert!(!compared(&untrimmed, &changed(&elsewhere, CASE, |_| ()), strict).regressed());
}

#[test]
fn the_same_bytes_have_the_same_facts_however_many_are_kept() {
    let mut run = Synthetic::default().run();
    run.facts.push(fact(CASE, "elf-class", "", "count", Some(64), ""));
    let mut part = run.clone();
    part.facts.retain(|row| facts::is_of_matrix(&row.metric, &row.key));
    let strict = How { strict: true, part: false };
    assert!(!compared(&run, &part, strict).regressed() && !compared(&part, &run, strict).regressed());
    let of_part = changed(&part, CASE, |_| ());
    assert_eq!(compared(&run, &of_part, How::default()).changes, [], "what only one side keeps is no change");
}

#[test]
fn that_one_run_alone_built_twice_is_no_change() {
    let run = Synthetic::default().run();
    let mut full = run.clone();
    full.facts.push(fact(CASE, "rebuilt-identical", "", "bool", Some(1), ""));
    assert!(!compared(&full, &run, How { strict: true, part: true }).regressed());
    let mut other = run.clone();
    other.facts.push(fact(CASE, "rebuilt-identical", "", "bool", Some(0), ""));
    assert!(compared(&full, &other, How::default()).regressed());
}

#[test]
fn cases_of_another_release_are_compared_where_that_is_all_that_differs() {
    let run = Synthetic::default().run();
    let mut newer = run.clone();
    let name = |text: &str| text.replace("go1.27.3", "go1.28.0");
    for row in &mut newer.artifacts {
        (row.id, row.toolchain) = (name(&row.id), name(&row.toolchain));
    }
    for row in &mut newer.facts {
        row.case = name(&row.case);
    }
    let comparison = compared(&run, &newer, How::default());
    assert_eq!((comparison.compared, comparison.regressed()), (run.artifacts.len(), false));
}

#[test]
fn what_has_nothing_in_common_is_no_answer() {
    let run = Synthetic::default().run();
    let mut other = run.clone();
    other.artifacts.clear();
    let error = Comparison::of(&side(&run), &side(&other), &Policy::default(), How::default());
    assert!(error.expect_err("nothing").to_string().contains("nothing in common"));
}
