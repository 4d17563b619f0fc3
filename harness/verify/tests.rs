use super::*;
use crate::claims::synthetic::{Synthetic, untrimmed};
use crate::results::Run;

fn made(run: &Run) -> Made<'_> {
    Made { info: &run.info, artifacts: &run.artifacts, facts: &run.facts }
}

const OF_GO: &str = "hello/static/go1.27.3/linux-amd64";
const BY_C: &str = "hello/fedora-like/go1.27.3/linux-amd64";

/// The run with other bytes and another size of one case.
fn other(run: &Run, case: &str) -> Run {
    let mut run = run.clone();
    run.artifacts.iter_mut().filter(|row| row.id == case).for_each(|row| row.sha256 = "ab".repeat(32));
    for row in run.facts.iter_mut().filter(|row| row.case == case && row.metric == "file-size") {
        row.number = row.number.map(|size| size + 1);
    }
    run
}

#[test]
fn a_run_reproduces_itself() {
    let run = Synthetic::default().run();
    let verified = exact(made(&run), made(&run));
    assert_eq!(verified.reproduced, run.artifacts.len());
    assert!(verified.of_go_alone[0] > 0 && verified.of_go_alone[0] == verified.of_go_alone[1]);
    assert_eq!(verified.facts, [run.facts.len(); 2]);
    assert!(!verified.mismatches() && verified.differing.is_empty());
    assert!(verified.text().ends_with(&format!("reproduced: {0} of {0}\n", run.artifacts.len())));
}

#[test]
fn what_go_alone_made_must_be_the_same_and_the_first_difference_is_explained() {
    let run = Synthetic::default().run();
    let verified = exact(made(&run), made(&other(&run, OF_GO)));
    assert!(verified.mismatches());
    assert_eq!(verified.differing[0].case, OF_GO);
    let text = verified.text();
    assert!(
        text.contains("MISMATCH") && text.contains("the first mismatch") && text.contains("total"),
        "{text}"
    );
    // Also where the C compiler is another one.
    let mut here = other(&run, OF_GO);
    here.info.c_compiler.as_mut().expect("one").version = "gcc 13".to_owned();
    assert!(exact(made(&run), made(&here)).mismatches());
}

#[test]
fn what_c_had_a_hand_in_may_differ_with_the_c_toolchain_which_is_named() {
    let mut run = Synthetic::default().run();
    run.info.variants.iter_mut().for_each(|variant| variant.trimpath = true);
    assert!(
        exact(made(&run), made(&other(&run, BY_C))).mismatches(),
        "with the same compiler it must be the same"
    );
    let mut here = other(&run, BY_C);
    here.info.c_compiler.as_mut().expect("one").version = "gcc 13".to_owned();
    let verified = exact(made(&run), made(&here));
    assert!(!verified.mismatches());
    assert_eq!(verified.differing[0].found, Found::OtherTools);
    assert!(verified.differing[0].why.contains("gcc 13"), "{}", verified.differing[0].why);
    assert_eq!(verified.reproduced + 1, verified.cases);
}

#[test]
fn facts_count_by_themselves_and_what_was_not_tried_claims_nothing() {
    let run = Synthetic::default().run();
    let mut edited = run.clone();
    let row =
        edited.facts.iter_mut().find(|row| row.case == OF_GO && row.metric == "file-size").expect("has");
    row.number = row.number.map(|size| size + 1);
    let verified = exact(made(&edited), made(&run));
    assert!(verified.mismatches() && verified.differing.len() == 1);
    assert!(verified.differing[0].why.contains("other facts"), "{}", verified.differing[0].why);
    assert_eq!(verified.facts, [run.facts.len(), run.facts.len() - 1]);

    let mut skipped = run.clone();
    let row = skipped.artifacts.iter_mut().find(|row| row.id == OF_GO).expect("is there");
    (row.status, row.sha256, row.reason) = (Status::Skipped, String::new(), "no network".to_owned());
    let verified = exact(made(&skipped), made(&run));
    assert!(!verified.mismatches());
    assert_eq!(verified.differing[0].found, Found::NotBuilt);

    // A wrong answer is not excused by another compiler.
    let mut wrong = run.clone();
    wrong.info.c_compiler.as_mut().expect("one").version = "gcc 13".to_owned();
    wrong.artifacts.iter_mut().filter(|row| row.id == BY_C).for_each(|row| row.status = Status::Failed);
    assert!(exact(made(&run), made(&wrong)).mismatches());
}

#[test]
fn what_c_brought_in_here_alone_is_not_excused_by_another_compiler() {
    let run = Synthetic::default().run();
    let mut here = other(&run, OF_GO);
    here.info.c_compiler.as_mut().expect("one").version = "gcc 13".to_owned();
    let needed = run.facts.iter().find(|row| row.metric == "needed").expect("some need a library");
    here.facts.push(FactRow { case: OF_GO.to_owned(), ..needed.clone() });
    let cgo = |run: &mut Run| {
        let of_go = run.artifacts.iter_mut().filter(|row| row.id == OF_GO);
        of_go.for_each(|row| row.cgo_enabled = "1".to_owned());
    };
    let mut there = run.clone();
    cgo(&mut there);
    cgo(&mut here);
    assert!(exact(made(&there), made(&here)).mismatches());
}

#[test]
fn folders_explain_what_is_built_without_trimpath_and_strip_what_is_stripped() {
    let run = Synthetic::default().run();
    let untrimmed = untrimmed(&run, "static");
    assert!(!exact(made(&untrimmed), made(&other(&untrimmed, OF_GO))).mismatches());
    let mut in_place = untrimmed.clone();
    in_place.info.build_place = Some("/mnt".to_owned());
    let of_go = |there: &Run, here: &Run| exact(made(there), made(&other(here, OF_GO)));
    assert!(of_go(&in_place, &in_place).mismatches(), "the folders are the same everywhere");
    assert!(!of_go(&in_place, &untrimmed).mismatches() && !of_go(&untrimmed, &in_place).mismatches());
    let stripped = format!("{OF_GO}/stripped");
    assert!(run.artifacts.iter().any(|row| row.id == stripped));
    let mut gcc = other(&run, &stripped);
    gcc.info.c_compiler.as_mut().expect("one").version = "gcc 13".to_owned();
    assert!(exact(made(&run), made(&gcc)).mismatches(), "no C compiler had a hand in it");
    let mut strip = other(&run, &stripped);
    strip.info.strip = Some("another strip".to_owned());
    assert!(!exact(made(&run), made(&strip)).mismatches());
}

#[test]
fn what_cannot_be_built_here_is_not_reproduced_and_no_mismatch() {
    let run = Synthetic::default().run();
    let mut here = run.clone();
    here.artifacts.retain(|row| row.program == "hello");
    let row = here.artifacts.iter_mut().find(|row| row.id == BY_C).expect("is there");
    (row.status, row.sha256, row.reason) = (Status::Unsupported, String::new(), "no gcc".to_owned());
    let verified = exact(made(&run), made(&here));
    assert!(!verified.mismatches());
    assert!(verified.differing.iter().all(|one| one.found == Found::NotBuilt));
    assert!(verified.differing.iter().any(|one| one.case == BY_C && one.why == "no gcc"));
    assert_eq!(verified.cases, run.artifacts.len(), "what is not planned here counts");
}

#[test]
fn sampled_numbers_are_compared_by_their_intervals() {
    let run = Synthetic::default().run();
    let same = sampled(&run.estimates, &run.estimates);
    assert!(!same.is_empty() && same.iter().all(|one| one.overlap));
    let slower = Synthetic::default().shape("pie-internal", |shape| shape.start *= 1.5).run();
    let apart = sampled(&run.estimates, &slower.estimates);
    let names: Vec<&str> = apart.iter().filter(|one| !one.overlap).map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"pie-given-internal of hello"), "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("pie-given-internal")), "{names:?}");
}
