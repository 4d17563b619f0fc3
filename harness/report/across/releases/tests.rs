use crate::claims::synthetic::releases::{add_missing, of_releases};
use crate::claims::synthetic::{Shape, Synthetic};
use crate::report::draw;
use crate::report::tests::{check_words, markdown};
use crate::results::{Run, Status};

const OLD: &str = "go1.21.13";
const MIDDLE: &str = "go1.25.5";
const NEW: &str = "go1.27.3";

fn data() -> Synthetic {
    Synthetic::default()
}

/// The data with another shape of `pie-internal`.
fn changed(change: fn(&mut Shape)) -> Synthetic {
    data().shape("pie-internal", change)
}

/// Three releases; of the oldest as given.
fn three(oldest: Synthetic) -> Run {
    of_releases(&[(NEW, data()), (OLD, oldest), (MIDDLE, data())])
}

/// The part, words joined by single spaces so that where lines break does not matter; empty where there is none.
fn section(run: &Run) -> String {
    let text = markdown(run);
    let Some((_, section)) = text.split_once("### Does it depend on the Go release?") else {
        return String::new();
    };
    let section = section.split("\n## ").next().and_then(|text| text.split("\n### ").next());
    section.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn one_release_has_no_part() {
    assert_eq!(section(&data().run()), "");
    assert_eq!(section(&of_releases(&[(OLD, data())])), "");
    assert_ne!(section(&of_releases(&[(OLD, data()), (NEW, data())])), "");
}

/// Each row: the oldest of three releases, what must then be said, and what must not.
#[test]
fn a_change_in_one_release_changes_the_sentence() {
    let rows: [(Synthetic, &str, &str); 15] = [
        (
            data(),
            "Over 3 releases, go1.21.13 to go1.27.3, linkage, ELF type, loader, RELRO and binding stay the same in \
             each of 14 pairs of program and variant.",
            "what changed",
        ),
        (
            changed(|s| s.relro = "full"),
            "linkage, ELF type, loader, RELRO and binding stay the same in 12 of 14 pairs of program and variant;",
            "in each of",
        ),
        (
            changed(|s| s.relro = "full"),
            "RELRO of `pie-internal` (hello and net): full in go1.21.13, partial in go1.25.5.",
            "in go1.27.3: full",
        ),
        (
            changed(|s| s.relro = "full"),
            "Binding of `pie-internal` (hello and net): at start in go1.21.13, lazy in go1.25.5.",
            "ELF type of",
        ),
        (changed(|s| s.pie = false), "ELF type of `pie-internal` (hello and net): EXEC in", "RELRO of"),
        (
            changed(|s| s.status = Status::Unsupported),
            "Status of `pie-internal` (hello and net): unsupported in go1.21.13, built in go1.25.5.",
            "RELRO of",
        ),
        (
            data(),
            "(`static` to `pie-internal`), stripped size: hello +9.8 % in all 3; net +9.8 % in all 3.",
            "at least",
        ),
        (
            changed(|s| s.size = 1.2),
            "hello +20.0 % (go1.21.13) to +9.8 % (go1.27.3); net +20.0 %",
            "`pie-internal`), stripped size: hello +9.8 % in all 3",
        ),
        (data(), "Relocations of `pie-internal`: hello 5112 in all 3; net 5112 in all 3.", "5113"),
        (
            changed(|s| s.relocations = 9000),
            "Relocations of `pie-internal`: hello 9000 (go1.21.13) to 5112 (go1.27.3)",
            "hello 5112 in all 3",
        ),
        (
            data(),
            "`pie-internal`), CPU time of a start, pinned: hello more in 3 of 3 releases; +0.30 ms [+0.29, +0.31] (go1.21.13) to +0.30 ms \
             [+0.29, +0.31] (go1.27.3), intervals that overlap",
            "lie apart",
        ),
        (
            changed(|s| s.start = 2.0),
            "to +0.70 ms [+0.69, +0.71] (go1.21.13), intervals that lie apart",
            "not timed",
        ),
        (
            changed(|s| s.start = 1.005),
            "hello more in 2 of 3, no difference seen in 1 of 3 releases",
            "`pie-internal`), CPU time of a start, pinned: hello more in 3 of 3",
        ),
        (
            data(),
            "No release needed a C toolchain, cgo being off in what it built, for `static` and `pie-internal`.",
            "could not be had",
        ),
        (
            Synthetic { c_compiler: false, ..data() },
            "C toolchain of `default` (hello and net): none in go1.21.13, cgo on in go1.25.5.",
            "for `static`, `default` and",
        ),
    ];
    for (number, (oldest, said, not_said)) in rows.into_iter().enumerate() {
        let text = section(&three(oldest));
        assert!(text.contains(said), "row {number}: {said:?} is not in {text}");
        assert!(!text.contains(not_said), "row {number}: {not_said:?} is in {text}");
    }
}

#[test]
fn a_number_that_is_highest_in_between_is_not_hidden_by_its_ends() {
    let run = of_releases(&[
        (OLD, data()),
        (MIDDLE, changed(|shape| shape.size = 1.5)),
        (NEW, changed(|shape| shape.size = 1.2)),
    ]);
    let said = "hello +9.8 % (go1.21.13) to +20.0 % (go1.27.3), at most +50.0 % (go1.25.5)";
    assert!(section(&run).contains(said), "{}", section(&run));
}

#[test]
fn releases_stand_in_their_order_whatever_was_asked_for_first() {
    let run = of_releases(&[("go1.27.3", data()), ("go1.21.13", data()), ("go1.21.9", data())]);
    let text = section(&run);
    assert!(text.contains("| program | variant | 1.21.9 | 1.21.13 | 1.27.3 |"), "{text}");
}

#[test]
fn tables_have_a_line_a_variant_and_a_column_a_release() {
    let mut oldest = changed(|shape| shape.status = Status::Unsupported);
    oldest.programs.truncate(1);
    let mut newest = data();
    newest.programs.truncate(1);
    let run = of_releases(&[(NEW, newest), (OLD, oldest)]);
    let text = section(&run);
    for line in [
        "Stripped size in bytes: | variant | 1.21.13 | 1.27.3 |",
        "| static | 1312152 | 1312152 |",
        "| pie-internal | unsupported | 1440743 |",
        "| pie-internal | - | 5112 (122688) |",
        "| static | n/a | n/a |",
        "| fedora-like | full, at start | full, at start |",
        "| pie-internal | - | DYN, loader |",
        "| static | EXEC, no loader | EXEC, no loader |",
        "| exe-external | links | links |",
        "| fedora-total | + +623 [+615, +631] | + +623 [+615, +631] |",
    ] {
        assert!(text.contains(line), "{line:?} is not in {text}");
    }
    assert!(!text.contains("| control |") && !text.contains("| noise-floor |"), "{text}");
}

#[test]
fn a_release_that_could_not_be_had_is_named_with_its_reason() {
    let mut run = of_releases(&[(OLD, data()), (NEW, data())]);
    add_missing(&mut run, "go1.23.9", "it.whl has the sha256 ab,\n# which `should` be cd.");
    let text = section(&run);
    let said =
        "go1.23.9 could not be had and is in no table: `it.whl has the sha256 ab, # which should be cd`.";
    assert!(text.contains(said) && !text.contains("1.23.9 |"), "{text}");
    assert!(text.contains("Over 2 releases, go1.21.13 to go1.27.3, linkage"), "{text}");
    // Of a release that was had, a case that was not tried is no case.
    for row in run.artifacts.iter_mut().filter(|row| row.toolchain == OLD && row.variant == "static-pie") {
        row.status = Status::Skipped;
    }
    assert!(section(&run).contains("in each of 12 pairs"), "{}", section(&run));
}

#[test]
fn where_one_alone_could_be_had_nothing_is_said_to_be_alike() {
    let mut run = data().run();
    add_missing(&mut run, OLD, "no network");
    let text = section(&run);
    assert!(
        text.contains("Only go1.27.3 could be had: whether anything depends on the release is not known.")
    );
    assert!(
        text.contains("go1.21.13 could not be had and is in no table: `no network`.") && !text.contains('|')
    );
}

#[test]
fn without_starts_of_two_releases_no_cost_is_compared() {
    let mut run = three(data());
    run.estimates.retain(|row| row.toolchain == NEW);
    let text = section(&run);
    assert!(text.contains("Starts were timed with go1.27.3, none with two releases alike"), "{text}");
    assert!(!text.contains("CPU time of a start, pinned"), "{text}");
    run.estimates.clear();
    assert!(section(&run).contains("No start of a PIE and its twin was timed."));
}

#[test]
fn another_target_is_no_other_release() {
    let mut run = of_releases(&[(OLD, data()), (NEW, data())]);
    for row in run.artifacts.iter_mut().filter(|row| row.toolchain == OLD) {
        row.target = "linux/arm64".to_owned();
    }
    assert_eq!(section(&run), "");
}

#[test]
fn the_plot_is_there_and_its_words_are_whole() {
    let seven = ["1.21.13", "1.22.10", "1.23.9", "1.24.11", "1.25.5", "1.26.6", "1.27.3"];
    let parts: Vec<(String, Synthetic)> =
        seven.iter().map(|number| (format!("go{number}"), data())).collect();
    let parts: Vec<(&str, Synthetic)> =
        parts.iter().map(|(name, data)| (name.as_str(), data.clone())).collect();
    let many = of_releases(&parts);
    let mut gap = of_releases(&parts);
    gap.artifacts.retain(|row| row.toolchain != "go1.24.11" || row.variant != "pie-internal");
    let mut untimed = of_releases(&parts);
    untimed.estimates.clear();
    let less = three(changed(|shape| (shape.start, shape.size) = (0.2, 0.5)));
    let more = three(changed(|shape| (shape.start, shape.size) = (80.0, 12.0)));
    for (name, run) in [("many", many), ("gap", gap), ("untimed", untimed), ("less", less), ("more", more)] {
        let (text, plots) = draw(&run).expect("renders");
        let plot = plots.iter().find(|plot| plot.name == "releases").expect("is drawn");
        check_words(name, &plot.svg);
        assert!(text.contains("(plots/releases.png)"));
        assert!(plot.svg.contains("pie-internal of hello over static"), "{name}");
        let timed = plot.svg.contains("CPU time of a start, ms more");
        assert_eq!(timed, name != "untimed");
    }
}

#[test]
fn the_title_of_the_plot_follows_the_sizes() {
    let title = |oldest: Synthetic| {
        let plots = draw(&three(oldest)).expect("renders").1;
        let plot = plots.into_iter().find(|plot| plot.name == "releases").expect("is drawn");
        plot.svg.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(title(data()).contains("+9.8 % in size with go1.21.13"));
    assert!(title(changed(|shape| shape.size = 0.5)).contains("-50.0 % in size with go1.21.13"));
}
