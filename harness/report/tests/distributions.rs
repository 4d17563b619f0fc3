//! What the report says of distributions' sets of flags, and that other rows make it say otherwise.

use super::*;
use crate::config::Change;

/// Sets of four distributions: variants of the made-up run by other names, each with a total.
fn sets() -> Synthetic {
    let mut data = Synthetic::default();
    let names = [
        ("fedora-like", "Fedora"),
        ("static-pie", "Alpine with musl"),
        ("exe-external", "Void"),
        ("default", "Debian"),
    ];
    for (variant, _) in &mut data.variants {
        let name = names.iter().find(|(name, _)| *name == variant.name);
        variant.distribution = name.map(|(_, distribution)| (*distribution).to_owned());
        variant.date = name.map(|_| "2026-07".to_owned());
    }
    let total =
        data.contrasts.iter().find(|contrast| contrast.name == "fedora-total").expect("is there").clone();
    for (variant, _) in &names[1..] {
        let contrast = Contrast {
            name: format!("{variant}-total"),
            changed: (*variant).to_owned(),
            primary: false,
            parts: Vec::new(),
            ..total.clone()
        };
        data.contrasts.push(contrast);
    }
    data
}

/// The section, words joined by single spaces so that where lines break does not matter.
fn section(run: &Run) -> String {
    let text = markdown(run);
    let section = text.split_once("### Do distributions build otherwise?").map(|(_, section)| section);
    let section = section.and_then(|section| section.split("\n## ").next()).unwrap_or_default();
    section.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each row: a change to the data, what the section must then say, and what it must not.
#[test]
fn flipped_data_flips_what_is_said_of_distributions() {
    let shape = |variant: &str, change: fn(&mut Shape)| sets().shape(variant, change);
    let rows: Vec<(Synthetic, &str, &str)> = vec![
        (sets(), "- PIE: Alpine with musl and Fedora; not: Debian and Void.", "in some programs: Alpine"),
        (
            shape("fedora-like", |s| s.pie = false),
            "- PIE: Alpine with musl; not: Debian, Void and Fedora.",
            "- PIE: Fedora",
        ),
        (
            sets(),
            "- A loader is named: Void and Fedora; not: Alpine with musl; in some programs: Debian (1 of 2).",
            "xxx",
        ),
        (
            shape("default", |s| s.link = |_| Link::Static),
            "- A loader is named: Void and Fedora; not: Debian and Alpine with musl.",
            "Debian (1 of 2)",
        ),
        (sets(), "- RELRO is full: Fedora; not: Debian, Void and Alpine with musl.", "RELRO is full: Void"),
        (shape("exe-external", |s| s.relro = "full"), "- RELRO is full: Void and Fedora;", "not: Void"),
        (sets(), "- Functions are bound at start: Fedora; not:", "bound at start: Void"),
        (
            sets(),
            "`hello` has the linkage, loader, libraries, number of relocations, RELRO and binding of a variant that is \
             of no distribution in 1 of 4 sets: Debian as `static`; Void, Alpine with musl and Fedora as no other.",
            "in 2 of 4 sets",
        ),
        (
            shape("fedora-like", |s| s.relro = "partial"),
            "in 2 of 4 sets: Debian as `static`; Fedora as `pie-external`; Void and Alpine with musl as no other.",
            "in 1 of 4 sets: Debian as `static`; Void, Alpine",
        ),
        (sets(), "- No set gives the same bytes as another variant of this run.", "The same bytes"),
        (
            sets(),
            "- Size of `hello` over `static`: from 0.0 % (Debian) to +80.0 % (Alpine with musl).",
            "(Void).",
        ),
        (shape("default", |s| s.size = 0.9), "from -10.0 % (Debian) to", "from 0.0 %"),
        (
            sets(),
            "- CPU time, pinned, of a start of `hello` over `static`: more in 3 of 4, no difference seen in 1 of 4; \
             from +65 % [+63, +67] (Alpine with musl, +0.45 ms [+0.45, +0.46]) to +89 % [+87, +91] (Fedora, +0.62 ms \
             [+0.61, +0.63]); nothing beyond noise for Debian (-1.2 % to +1.2 % not excluded).",
            "less in",
        ),
        (
            shape("default", |s| s.start = 0.8),
            "more in 3 of 4, less in 1 of 4; from -20 %",
            "nothing beyond noise for",
        ),
        (
            Synthetic { noise: 0.2, ..sets() }.shape("fedora-like", |s| s.start = 1.1),
            "within the noise floor in 1 of 4",
            "(Fedora, +",
        ),
        (
            shape("static-pie", |s| s.status = Status::Unsupported),
            "- Not built here: Alpine with musl in 2 of 2 programs (ld: cannot find -lc).",
            "to +80.0 %",
        ),
        (sets(), "- Flags that are replaced or dropped: 1 of Fedora; each", "Not built here"),
    ];
    for (number, (data, said, not_said)) in rows.into_iter().enumerate() {
        let section = section(&data.run());
        assert!(section.contains(said), "row {number}: {said:?} is not in {section:?}");
        assert!(!section.contains(not_said), "row {number}: {not_said:?} is in {section:?}");
    }
}

#[test]
fn the_same_bytes_are_named_with_their_programs() {
    let mut run = sets().run();
    let of = |run: &Run, variant: &str| {
        let row =
            run.artifacts.iter().find(|row| row.program == "net" && row.variant == variant && !row.stripped);
        row.expect("is there").sha256.clone()
    };
    let same = of(&run, "static");
    for row in run.artifacts.iter_mut().filter(|row| row.program == "net" && row.variant == "default") {
        row.sha256.clone_from(&same);
    }
    assert!(section(&run).contains("- The same bytes: `static` and `default` (net)."), "{}", section(&run));
}

#[test]
fn flags_are_counted_by_whether_something_stands_in_their_place() {
    let mut data = sets();
    let text = section(&data.run());
    let row = |text: &str| -> Vec<String> {
        let row =
            text.split("| Void ").nth(1).expect("has a row").split("| Alpine").next().unwrap_or_default();
        row.split('|').map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
    };
    assert_eq!(row(&text)[..2], ["default", "external"].map(String::from));
    assert_eq!(row(&text).iter().rev().take(2).collect::<Vec<_>>(), ["0", "0"]);
    for (variant, _) in data.variants.iter_mut().filter(|(variant, _)| variant.name == "exe-external") {
        for by in ["", "", "-pie"] {
            variant.changes.push(Change { flag: "-x".to_owned(), by: by.to_owned(), why: "why".to_owned() });
        }
    }
    let text = section(&data.run());
    assert_eq!(row(&text).iter().rev().take(2).collect::<Vec<_>>(), ["1", "2"], "{text}");
    assert!(text.contains("3 of Void and 1 of Fedora"), "{text}");
}

#[test]
fn there_is_nothing_to_compare_where_there_is_one_set() {
    assert!(section(&sets().run()).contains("plots/distributions.png"));
    let mut data = Synthetic::default();
    for (variant, _) in data.variants.iter_mut().filter(|(variant, _)| variant.name == "fedora-like") {
        (variant.distribution, variant.date) = (Some("Fedora".to_owned()), Some("2026".to_owned()));
    }
    assert_eq!(section(&data.run()), "");
}

#[test]
fn the_plot_says_what_it_shows_and_its_words_are_whole() {
    let plot = |data: &Synthetic| {
        let plots = draw(&data.run()).expect("renders").1;
        plots.into_iter().find(|plot| plot.name == "distributions").expect("is drawn").svg
    };
    let svg = plot(&sets());
    check_words("distributions", &svg);
    let words: Vec<String> = text_boxes(&svg).expect("parses").0.into_iter().map(|(text, _)| text).collect();
    let said = words.join(" ");
    assert!(
        said.contains(
            "hello and net with the flags of distributions, 4 sets: CPU time of a start more in 5 of 6"
        ),
        "{said}"
    );
    let less = sets().shape("default", |shape| shape.start = 0.8);
    check_words("less", &plot(&less));
    let mut untimed = sets();
    untimed.contrasts.clear();
    let svg = plot(&untimed);
    check_words("untimed", &svg);
    assert!(svg.contains("Nothing was timed.") && svg.contains("size 0.0 to +80.0 %"), "{svg}");
    for (name, data) in [
        ("broken", sets().shape("static-pie", |shape| shape.status = Status::Unsupported)),
        ("huge", Synthetic { width: 3.0, noise: 2.0, ..sets() }),
        ("one copy", Synthetic { copies: 1, ..sets() }),
        ("more", sets().shape("default", |shape| (shape.start, shape.size) = (80.0, 12.0))),
    ] {
        check_words(name, &plot(&data));
    }
}

#[test]
fn a_full_run_says_who_times_the_totals_of_distributions() {
    let mut run = sets().run();
    run.info.kind = RunKind::Full;
    assert!(!markdown(&run).contains("Not timed for this program"));
    for variant in run.info.variants.iter_mut().filter(|variant| variant.distribution.is_some()) {
        variant.runs = RunKind::Full;
    }
    let text = markdown(&run).split_whitespace().collect::<Vec<_>>().join(" ");
    let said =
        "`static-pie-total`, `exe-external-total` and `default-total`. Naming a variant (`--variants`) has";
    assert!(text.contains(said) && !text.contains("A full run times them all"), "{text}");
}
