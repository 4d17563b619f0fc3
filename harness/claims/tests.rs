use super::synthetic::{Costs, Shape, Synthetic};
use super::{Judged, Verdict, judge};
use crate::results::Status;

fn verdict(data: &Synthetic, id: &str) -> Judged {
    judge(&data.run()).into_iter().find(|judged| judged.id == id).expect("a claim of that id")
}

/// Each row: a claim, a change to the data, and the verdict that it must lead to.
#[track_caller]
fn check(id: &str, data: &Synthetic, expected: Verdict, said: &str) {
    let judged = verdict(data, id);
    assert_eq!(judged.verdict, expected, "{id}: {}", judged.because);
    assert!(judged.because.contains(said), "{id}: {:?} is not in {:?}", said, judged.because);
}

const PIE: [&str; 3] = ["pie-internal", "pie-external", "static-pie"];

fn all_pie(change: impl Fn(&mut Shape) + Copy) -> Synthetic {
    PIE.into_iter().fold(Synthetic::default(), |data, variant| data.shape(variant, change))
}

#[test]
fn every_claim_is_listed_once_with_a_reason() {
    let judged = judge(&Synthetic::default().run());
    assert_eq!(judged.len(), 21);
    let mut ids: Vec<_> = judged.iter().map(|judged| judged.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 21);
    for (id, _) in super::RULES {
        let judged = judged.iter().find(|judged| judged.id == id).expect("a rule has its claim");
        assert!(!judged.rule.is_empty(), "{id} has its rule in words");
    }
    for judged in judged {
        assert!(!judged.because.is_empty() && !judged.waits.is_empty(), "{}", judged.id);
        let decided = judged.verdict != Verdict::Undecided;
        assert!(!decided || !judged.evidence.is_empty() && !judged.programs.is_empty(), "{}", judged.id);
        assert!(!decided || !judged.rule.is_empty(), "{}", judged.id);
    }
}

#[test]
fn nothing_is_decided_without_data() {
    let empty = Synthetic { programs: Vec::new(), ..Synthetic::default() };
    for judged in judge(&empty.run()) {
        assert_eq!(judged.verdict, Verdict::Undecided, "{}", judged.id);
    }
}

#[test]
fn size_cost() {
    let id = "size-cost";
    check(id, &Synthetic::default(), Verdict::Supported, "4 of 4");
    check(id, &all_pie(|shape| shape.size = 0.9), Verdict::Refuted, "0 of 4");
    check(id, &all_pie(|shape| shape.size = 1.014), Verdict::Qualified, "2 of 4");
    let mut packed = Synthetic::default();
    packed.contrasts[2].base = "pie-external".to_owned();
    packed.contrasts[2].changed = "static-pie".to_owned();
    let packed = packed.shape("static-pie", |shape| shape.size = 1.02);
    check(id, &packed, Verdict::Qualified, "takes back half or more of it in 2 of 2");
    let none = Synthetic::default().shape("static", |shape| shape.status = Status::Failed);
    check(id, &none.without("exe-external"), Verdict::Undecided, "no contrast");
}

#[test]
fn memory_cost() {
    let id = "memory-cost";
    let data = Synthetic::default;
    check(id, &data(), Verdict::Supported, "Anonymous memory of a process: more in 4 of 4");
    check(
        id,
        &data(),
        Verdict::Supported,
        "What a further process adds, shared pages divided: more in 2 of 2",
    );
    check(id, &data(), Verdict::Supported, "+140 kB [+138, +143] (1.254 times");
    let pair = |internal: u64, external: u64, scatter: u64| {
        Synthetic { scatter, ..data() }
            .shape("pie-internal", |shape| shape.memory = internal)
            .shape("pie-external", |shape| shape.memory = external)
    };
    check(
        id,
        &pair(550_000, 670_000, 0),
        Verdict::Refuted,
        "no difference seen in 4 of 4 (0 bytes to 0 bytes not excluded)",
    );
    check(id, &pair(500_000, 600_000, 100), Verdict::Refuted, "less in 4 of 4");
    check(id, &pair(500_000, 770_000, 100), Verdict::Qualified, "more in 2 of 4, less in 2 of 4");
    // What cannot be told from nothing, nor excluded.
    check(id, &pair(550_000, 670_000, 10_000), Verdict::Undecided, "kB not excluded)");
    check(id, &pair(560_000, 680_000, 1000), Verdict::Supported, "more in 4 of 4");
    check(id, &pair(690_000, 770_000, 100_000), Verdict::Undecided, "in 4 of 4");
    check(id, &Synthetic { copies: 1, ..data() }, Verdict::Undecided, "too few copies in 4 of 4");
    check(id, &data().without("control"), Verdict::Undecided, "no noise floor measured in 4 of 4");
    // One process alone shows what is private, not that others share it.
    let mut run = data().run();
    run.estimates.retain(|row| row.condition != "n-copies");
    let alone = judge(&run).into_iter().find(|judged| judged.id == id).expect("is there");
    assert_eq!(alone.verdict, Verdict::Qualified);
    run.estimates.retain(|row| row.condition != "one-copy");
    let none = judge(&run).into_iter().find(|judged| judged.id == id).expect("is there");
    assert_eq!((none.verdict, none.because.contains("was measured")), (Verdict::Undecided, true));
}

#[test]
fn startup_cost() {
    let id = "startup-cost";
    check(id, &Synthetic::default(), Verdict::Supported, "CPU time, pinned: more in 4 of 4");
    check(
        id,
        &Synthetic::default(),
        Verdict::Supported,
        "Exploratory: Wall time, as scheduled: more in 4 of 4",
    );
    check(
        id,
        &Synthetic::default(),
        Verdict::Supported,
        "+0.86 ms [+0.84, +0.88] (1.430 times [1.413, 1.447])",
    );
    let mut faster = Synthetic::default().shape("pie-internal", |shape| shape.start = 0.8);
    check(id, &faster, Verdict::Qualified, "less in 2 of 4");
    faster = faster.shape("pie-external", |shape| shape.start = 1.5);
    check(id, &faster, Verdict::Refuted, "less in 4 of 4");
    let same = Synthetic::default()
        .shape("pie-internal", |shape| shape.start = 1.0)
        .shape("pie-external", |shape| shape.start = 1.82);
    check(id, &same, Verdict::Undecided, "no difference seen in 4 of 4");
    check(id, &same, Verdict::Undecided, "-1.2 % to +1.2 % not excluded");
    let noisy = Synthetic { noise: 0.6, ..Synthetic::default() };
    check(id, &noisy, Verdict::Undecided, "within the noise floor in 4 of 4");
    let single = Synthetic { copies: 1, ..Synthetic::default() };
    check(id, &single, Verdict::Undecided, "too few copies in 4 of 4");
    check(
        id,
        &Synthetic::default().without("control"),
        Verdict::Undecided,
        "no noise floor measured in 4 of 4",
    );
}

/// A ladder of two contrasts, one as given, one that is always the same.
fn climbed(costs: Costs) -> Synthetic {
    let always = Costs { contrast: "pie-given-external", ..PLAIN };
    Synthetic { ladder: vec![costs, always], ..Synthetic::default() }
}

const PLAIN: Costs =
    Costs { contrast: "pie-given-internal", relocation: (6e-9, 1e-9), page: (0.0, 0.1e-6), off: 0.0 };

#[test]
fn relocation_cost() {
    let id = "relocation-cost";
    let none = (0.0, 0.05e-9);
    check(id, &Synthetic::default(), Verdict::Undecided, "no relocation ladder was climbed");
    check(id, &climbed(PLAIN), Verdict::Supported, "a relocation is seen to cost something in 2 of 2");
    check(id, &climbed(PLAIN), Verdict::Supported, "`pie-given-internal`: 6.00 ns [5.00, 7.00] a relocation");
    check(id, &climbed(PLAIN), Verdict::Supported, "4 of 4 differences lie within their prediction interval");
    let off = Costs { off: 30e-6, ..PLAIN };
    check(id, &climbed(off), Verdict::Supported, "2 of 4 differences lie within their prediction interval");
    let unsure = Costs { relocation: (6e-9, 7e-9), ..PLAIN };
    check(id, &climbed(unsure), Verdict::Qualified, "something in 1 of 2 contrasts");
    let pages = Costs { page: (2e-6, 0.1e-6), ..PLAIN };
    check(id, &climbed(pages), Verdict::Qualified, "a page that relocations write to in 1 of 2");
    let said = "15112 relocations more cost +0.49 ms on 49 pages, and +1.70 ms on 654 (`pie-given-internal`)";
    check(id, &climbed(pages), Verdict::Qualified, said);
    // Nothing is seen, and little enough is left that could be: only the latter refutes.
    let alone =
        |relocation| Synthetic { ladder: vec![Costs { relocation, ..PLAIN }], ..Synthetic::default() };
    check(id, &alone((1e-9, 2e-9)), Verdict::Undecided, "something in 0 of 1");
    check(id, &alone(none), Verdict::Refuted, "something in 0 of 1");
}

#[test]
fn the_primary_family_is_judged_by_intervals_that_hold_all_at_once() {
    let id = "startup-cost";
    let slight = |simultaneous| {
        let data = Synthetic { noise: 0.001, simultaneous, ..Synthetic::default() };
        let data = data.shape("pie-internal", |shape| shape.start = 1.02);
        data.shape("pie-external", |shape| shape.start = 1.82 * 1.02)
    };
    check(id, &slight(None), Verdict::Supported, "more in 4 of 4");
    check(id, &slight(Some(0.015)), Verdict::Supported, "(intervals that hold all at once)");
    check(id, &slight(Some(0.03)), Verdict::Undecided, "no difference seen in 4 of 4 (-1.1 % to +5.1 %");
    // Wall time, judged by plain intervals, still sees more: it decides nothing.
    check(
        id,
        &slight(Some(0.03)),
        Verdict::Undecided,
        "Exploratory: Wall time, as scheduled: more in 4 of 4",
    );
}

#[test]
fn layouts_that_show_something_else_qualify() {
    let id = "startup-cost";
    let over = |over_layouts| Synthetic { over_layouts, ..Synthetic::default() };
    check(id, &over(None), Verdict::Supported, "Provisional: one layout");
    check(id, &over(Some(1.01)), Verdict::Supported, "Over layouts: more in 4 of 4 (16 layouts");
    check(
        id,
        &over(Some(0.66)),
        Verdict::Qualified,
        "Not what this layout shows: pie-given-internal (hello)",
    );
}

#[test]
fn without_quiet_blocks_there_is_no_wall_time() {
    let data = Synthetic { unquiet: "something else ran", ..Synthetic::default() };
    check("startup-cost", &data, Verdict::Supported, "No wall time is given: 0 of 4 blocks were quiet.");
}

#[test]
fn an_exploratory_contrary_qualifies_and_decides_nothing() {
    let mut data = Synthetic::default();
    for contrast in &mut data.contrasts {
        contrast.primary &= contrast.name != "pie-given-external";
    }
    let data = data.shape("pie-external", |shape| shape.start = 1.5);
    check("startup-cost", &data, Verdict::Qualified, "Exploratory: CPU time, pinned: less in 1 of 1");
    let none = Synthetic { programs: Vec::new(), ..data };
    check("startup-cost", &none, Verdict::Undecided, "no primary contrast");
}
