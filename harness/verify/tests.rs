use super::*;
use crate::claims::synthetic::Synthetic;
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
    let run = Synthetic::default().run();
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
