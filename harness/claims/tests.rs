use super::synthetic::{Costs, Link, Shape, Synthetic};
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
fn pie_makes_dynamic() {
    let id = "pie-makes-dynamic";
    check(
        id,
        &Synthetic::default(),
        Verdict::Qualified,
        "`-buildmode=pie` alone made a static program dynamic in 2 of 2",
    );
    check(id, &Synthetic::default(), Verdict::Qualified, "`-linkmode` alone did so in 1 of 1");
    let fixed = Synthetic::default().shape("pie-internal", |shape| shape.link = |_| Link::StaticPie);
    check(id, &fixed, Verdict::Refuted, "0 of 2");
    check(id, &Synthetic::default().without("pie-internal"), Verdict::Undecided, "build mode alone");
    // With a set in which nothing but PIE is switched there is nothing left that was not tried.
    let mut only = Synthetic::default().without("exe-external").without("fedora-like");
    check(id, &only, Verdict::Supported, "2 of 2");
    only = only.shape("pie-internal", |shape| {
        shape.link = |program| if program == "net" { Link::Loader } else { Link::StaticPie };
    });
    check(id, &only, Verdict::Qualified, "1 of 2");
}

#[test]
fn pie_needs_c_toolchain() {
    let id = "pie-needs-c-toolchain";
    check(id, &Synthetic::default(), Verdict::Undecided, "gcc (GCC) 12.2.0");
    let none = Synthetic { c_compiler: false, ..Synthetic::default() };
    check(id, &none, Verdict::Refuted, "every one was built");
    let some = none.clone().shape("pie-external", |shape| shape.status = Status::Unsupported);
    check(id, &some, Verdict::Qualified, "not `pie-external`");
    let mut neither = none;
    for (_, shape) in &mut neither.variants {
        shape.status = if shape.pie { Status::Unsupported } else { Status::Built };
    }
    check(id, &neither, Verdict::Supported, "none was built");
}

#[test]
fn pie_needs_loader() {
    let id = "pie-needs-loader";
    check(
        id,
        &Synthetic::default(),
        Verdict::Qualified,
        "no loader and gave the right answers: `static-pie`",
    );
    check(id, &Synthetic::default().without("static-pie"), Verdict::Undecided, "6 of 6 PIEs name a loader");
    let alone = all_pie(|shape| shape.link = |_| Link::StaticPie).without("fedora-like");
    check(id, &alone, Verdict::Refuted, "6 of 6 PIEs name no loader");
}

#[test]
fn static_stands_alone() {
    let id = "static-stands-alone";
    check(id, &Synthetic::default(), Verdict::Undecided, "2 of 2 artifacts of `static` name no loader");
    let some = Synthetic::default().shape("static", |shape| {
        shape.link = |program| if program == "net" { Link::LoaderAndLibc } else { Link::Static };
    });
    check(id, &some, Verdict::Qualified, "1 of 2");
    let all = Synthetic::default().shape("static", |shape| shape.link = |_| Link::LoaderAndLibc);
    check(id, &all, Verdict::Refuted, "2 of 2");
    check(id, &Synthetic::default().without("static"), Verdict::Undecided, "no artifact");
}

#[test]
fn imports_enable_cgo() {
    let id = "imports-enable-cgo";
    check(id, &Synthetic::default(), Verdict::Qualified, "1 of 2 programs dynamic (net)");
    let fixed = Synthetic::default().shape("default", |shape| shape.link = |_| Link::Static);
    check(id, &fixed, Verdict::Undecided, "0 of 2 programs dynamic (none)");
    let wrong = Synthetic::default().shape("static", |shape| shape.status = Status::Failed);
    check(id, &wrong, Verdict::Undecided, "no program");
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
    check(id, &packed, Verdict::Qualified, "takes back half or more of it in 2 of 4");
    let none = Synthetic::default().shape("static", |shape| shape.status = Status::Failed);
    check(id, &none.without("exe-external"), Verdict::Undecided, "no contrast");
}

#[test]
fn startup_cost() {
    let id = "startup-cost";
    check(id, &Synthetic::default(), Verdict::Supported, "CPU time, pinned: more in 4 of 4");
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
