use super::*;
use crate::claims::synthetic::{Base, Synthetic};
use crate::report::tests::markdown;
use crate::results::{ArtifactRow, Run, Status};

/// A run in which `hello` stands for `big` and `net` for `none`, which was not fetched.
fn run(data: &Synthetic) -> Run {
    let mut data = data.clone();
    let first = data.programs[0].clone();
    data.programs.push(Base {
        name: "big",
        size: 5.0 * first.size,
        start: 3.0 * first.start,
        ..first.clone()
    });
    data.programs.push(Base { name: "none", ..first });
    let mut run = data.run();
    for (fixture, original) in [(0, "big"), (1, "none")] {
        run.info.programs[fixture].stands_for = Some(original.to_owned());
    }
    for row in run.artifacts.iter_mut().filter(|row| row.program == "none") {
        (row.status, row.size, row.sha256) = (Status::Skipped, None, String::new());
        row.reason = "cannot fetch the modules of $SRC: a `proxy` | says\nno".to_owned();
    }
    run.estimates.retain(|row| row.program != "none");
    run
}

/// The part, on one line.
fn text(run: &Run) -> String {
    let text = markdown(run);
    let part = text.split("\n### Are these toy programs?\n").nth(1).expect("has the part");
    let part = part.split("\n#").next().expect("ends");
    part.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(run: &Run, words: &str) {
    let text = text(run);
    assert!(text.contains(words), "{words:?} is not in {text}");
}

#[test]
fn a_fixture_stands_beside_its_original() {
    let run = run(&Synthetic::default());
    for words in [
        "1 of 2 fixtures can be set beside the program that each is modelled on: `hello` beside `big`; not \
         `net` beside `none`, the reason is below.",
        "in the share that PIE adds to the file in 1 of 1 pairs and in what is seen of a contrast at start in \
         3 of 3 comparisons",
        "Size of `static`, stripped: `big` 5.000 times `hello`. What `pie-internal` adds to it is, as a share, \
         the same within 2 points of a percentage in 1 of 1 pairs; farthest apart are `hello` (+9.8 %) and \
         `big` (+9.8 %).",
        "Relocations of `pie-internal` for every MB of `static`: 3896 in the fixtures, 779 in the originals; an \
         original has 1.000 times as many as its fixture.",
        "`pie-given-internal` (PIE, given internal linking), CPU time, pinned: fixtures more in 1 of 1; \
         originals more in 1 of 1; the same is seen of both in 1 of 1 pairs. In time the original's interval \
         lies above its fixture's in 1 of 1, as a ratio no original's interval lies apart from its fixture's \
         in 1 of 1. n = 8 copies, 480 starts.",
        "| hello | 1312152 | +9.8 % | 5112 | big | 6560760 | +9.8 % | 5112 |",
        "| net | 5612152 | +9.8 % | 5112 | none | skipped | | |",
        "| pie-given-internal | hello | + | +301 [+293, +309] | 1.430 [1.413, 1.447] | 8/480 | big | + | +903",
        "| none | net | static, default, pie-internal,",
        "| skipped | `cannot fetch the modules of $SRC: a 'proxy' \\| says no` |",
    ] {
        says(&run, words);
    }
}

#[test]
fn other_data_is_another_reply() {
    let change = |change: &dyn Fn(&mut Run)| {
        let mut run = run(&Synthetic::default());
        change(&mut run);
        run
    };
    let larger = change(&|run| {
        let of = |row: &&mut ArtifactRow| row.program == "big" && row.variant == "pie-internal";
        for row in run.artifacts.iter_mut().filter(of) {
            row.size = row.size.map(|size| size + size / 20);
        }
    });
    says(&larger, "in the share that PIE adds to the file in 0 of 1 pairs");
    says(&larger, "in 0 of 1 pairs; farthest apart are `hello` (+9.8 %) and `big` (+15.3 %)");
    let quicker = change(&|run| {
        let of = |row: &&mut EstimateRow| row.program == "big" && row.name == "pie-given-internal";
        for row in run.estimates.iter_mut().filter(of) {
            let middle = if row.statistic == "ratio" { 0.7 } else { -1e-4 };
            row.estimate = middle;
            (row.low, row.high) = (Some(middle * 1.01), Some(middle * 0.99));
            if middle > 0.0 {
                (row.low, row.high) = (row.high, row.low);
            }
        }
    });
    says(&quicker, "in what is seen of a contrast at start in 2 of 3 comparisons");
    says(&quicker, "originals less in 1 of 1; the same is seen of both in 0 of 1 pairs");
    says(
        &quicker,
        "the original's interval lies below its fixture's in 1 of 1, as a ratio the original's interval lies below",
    );
    let alone = change(&|run| {
        for row in run.artifacts.iter_mut().filter(|row| row.program == "big") {
            row.status = Status::Unsupported;
        }
    });
    says(
        &alone,
        "0 of 2 fixtures can be set beside the program that each is modelled on; not `hello` beside `big`",
    );
    says(&alone, "Size of the file in bytes, stripped,");
    says(&alone, "| hello | 1312152 | +9.8 % | 5112 | big | unsupported |");
    let untimed = change(&|run| run.estimates.retain(|row| row.program != "big"));
    says(&untimed, "No start of a fixture and of its original was timed in this run.");
    says(&untimed, "| big | ? | not timed |");
    let linked = run(&Synthetic { strip: false, ..Synthetic::default() });
    says(&linked, "Size of `static`, as linked: `big` 5.000 times `hello`.");
    let single = run(&Synthetic { copies: 1, ..Synthetic::default() });
    says(&single, "In time there are too few copies to tell");
}

#[test]
fn without_a_pair_there_is_no_part() {
    let mut run = run(&Synthetic::default());
    run.info.programs.truncate(2);
    assert!(!markdown(&run).contains("toy programs"));
    assert!(!markdown(&Synthetic::default().run()).contains("toy programs"));
}
