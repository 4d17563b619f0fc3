//! Builds that were tried flag by flag, turned around: the verdict turns with them.

use super::Verdict;
use super::probe_tests::{add, check};
use super::synthetic::Synthetic;
use crate::results::{Run, Status, TrialRow};

fn trial(experiment: &str, change: &str, linkage: &str, status: Status) -> TrialRow {
    TrialRow {
        experiment: experiment.to_owned(),
        program: "hello".to_owned(),
        toolchain: "go1.27.3".to_owned(),
        target: "linux/amd64".to_owned(),
        change: change.to_owned(),
        status,
        reason: String::new(),
        cgo_enabled: "0".to_owned(),
        linkage: linkage.to_owned(),
        pie: None,
        interpreter: String::new(),
        needed: String::new(),
        size: None,
        relocations: None,
        relro: String::new(),
        bind_now: None,
        start: None,
        start_low: None,
        start_high: None,
        cgo_runtime: None,
        file: format!("{} linked", if linkage == "dynamic" { "dynamically" } else { "statically" }),
        command: String::new(),
    }
}

fn tried(rows: &[(&str, &str, &str, Status)]) -> Run {
    let mut run = Synthetic::default().run();
    run.trials = rows
        .iter()
        .map(|(experiment, change, linkage, status)| trial(experiment, change, linkage, *status))
        .collect();
    run
}

#[test]
fn pie_makes_dynamic() {
    let id = "pie-makes-dynamic";
    let built = Status::Built;
    let flags = |pie: &'static str, link: &'static str, without: &'static str| {
        tried(&[
            ("on-alone", "", "static", built),
            ("on-alone", "-buildmode=pie", pie, built),
            ("on-alone", "-linkmode=external", link, built),
            ("off-alone", "", "dynamic", built),
            ("off-alone", "-buildmode=pie", without, built),
            ("off-alone", "-linkmode=external", "dynamic", built),
        ])
    };
    check(&tried(&[]), id, Verdict::Undecided, "on alone");
    check(&flags("dynamic", "static", "static"), id, Verdict::Supported, "none of the 1 other flags");
    check(&flags("dynamic", "static", "static"), id, Verdict::Supported, "`file` says the same in 6 of 6");
    check(&flags("static", "static", "static"), id, Verdict::Refuted, "dynamic in 0 of 1");
    check(&flags("dynamic", "dynamic", "static"), id, Verdict::Qualified, "so did `-linkmode=external`");
    check(&flags("dynamic", "static", "dynamic"), id, Verdict::Qualified, "no flag made it static again");
}

#[test]
fn the_loader_is_that_of_the_build_host() {
    let (id, key) = ("pie-needs-loader", "alone");
    let run = |musl: &str| {
        let mut run = tried(&[]);
        add(&mut run, "empty-root", &[("*", key, Ok(0.0))]);
        for (host, loader) in [("no loader", "/lib64/ld-linux-x86-64.so.2"), ("musl's loader alone", musl)] {
            let mut row = trial("other-host", &format!("where there is {host}"), "dynamic", Status::Built);
            loader.clone_into(&mut row.interpreter);
            run.trials.push(row);
        }
        run
    };
    let said = "comes from where it builds, unless `-I` pins it: `/lib64/ld-linux-x86-64.so.2` where there is no \
                loader and `/lib/ld-musl-x86_64.so.1` where there is musl's loader alone.";
    check(&run("/lib/ld-musl-x86_64.so.1"), id, Verdict::Supported, said);
    let same = run("/lib64/ld-linux-x86-64.so.2");
    let judged = super::judge(&same).into_iter().find(|judged| judged.id == id).expect("is there");
    assert!(!judged.because.contains("comes from where it builds"), "{}", judged.because);
}

#[test]
fn pie_needs_c_toolchain() {
    let id = "pie-needs-c-toolchain";
    let pie = |internal: Status, external: Status| {
        tried(&[
            ("no-c", "CGO_ENABLED unset -buildmode=pie", "dynamic", internal),
            ("no-c", "CGO_ENABLED=1 -buildmode=pie -linkmode=external", "dynamic", external),
            ("no-c", "CGO_ENABLED=0 -buildmode=default", "static", Status::Built),
            ("bogus-c", "CGO_ENABLED=0 -buildmode=pie", "dynamic", internal),
        ])
    };
    let (built, refused) = (Status::Built, Status::Unsupported);
    check(&tried(&[]), id, Verdict::Undecided, "nothing without a C compiler");
    check(&pie(built, built), id, Verdict::Refuted, "2 of 2 builds as PIE succeeded");
    check(&pie(built, refused), id, Verdict::Qualified, "Where CGO_ENABLED was unset, Go chose 0");
    check(
        &pie(built, refused),
        id,
        Verdict::Qualified,
        "not so `CGO_ENABLED=1 -buildmode=pie -linkmode=external`",
    );
    check(&pie(refused, refused), id, Verdict::Supported, "0 of 2");
    check(&pie(built, refused), id, Verdict::Qualified, "With a CC that is no compiler, 1 of 1 did");
}
