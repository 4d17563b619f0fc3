//! Each decisive finding of a probe, turned around: the verdict turns with it.

use super::synthetic::{Synthetic, renamed};
use super::{Judged, Verdict, judge};
use crate::results::{FactRow, ProbeRow, Run, Status};

/// A finding of a probe: variant, key, and a number or why there is none.
type Finding<'a> = (&'a str, &'a str, Result<f64, &'a str>);

/// A made-up run in which a probe found that of every program.
fn run(probe: &str, findings: &[Finding<'_>]) -> Run {
    let mut run = Synthetic::default().run();
    add(&mut run, probe, findings);
    run
}

pub(super) fn add(run: &mut Run, probe: &str, findings: &[Finding<'_>]) {
    let cases: Vec<(String, String)> = run
        .artifacts
        .iter()
        .filter(|row| row.stripped)
        .map(|row| (row.id.clone(), row.variant.clone()))
        .collect();
    for (case, variant) in cases {
        for (_, key, value) in findings.iter().filter(|(wanted, ..)| *wanted == variant || *wanted == "*") {
            run.probes.push(ProbeRow {
                case: case.clone(),
                probe: probe.to_owned(),
                key: (*key).to_owned(),
                unit: "count".to_owned(),
                number: value.ok(),
                status: if value.is_ok() { "ok" } else { "not-available" }.to_owned(),
                text: value.err().unwrap_or_default().to_owned(),
            });
        }
    }
}

#[track_caller]
pub(super) fn check(run: &Run, id: &str, expected: Verdict, said: &str) {
    let judged: Judged = judge(run).into_iter().find(|judged| judged.id == id).expect("a claim of that id");
    assert_eq!(judged.verdict, expected, "{id}: {}", judged.because);
    assert!(judged.because.contains(said), "{id}: {said:?} is not in {:?}", judged.because);
}

const YES: Result<f64, &str> = Ok(1.0);
const NO: Result<f64, &str> = Ok(0.0);

#[test]
fn pie_needs_loader() {
    let id = "pie-needs-loader";
    check(&run("empty-root", &[]), id, Verdict::Undecided, "started no PIEs");
    let roots = |alone, with_loader| {
        run(
            "empty-root",
            &[("*", "alone", alone), ("*", "with-loader", with_loader), ("*", "with-libraries", YES)],
        )
    };
    check(&roots(NO, YES), id, Verdict::Supported, "0 of 8 PIEs started");
    check(&roots(NO, YES), id, Verdict::Supported, "8 of 8 started once the loader was added");
    check(
        &roots(NO, NO),
        id,
        Verdict::Supported,
        "0 of 8 started once the loader was added, and 8 of 8 once",
    );
    check(&roots(YES, YES), id, Verdict::Refuted, "8 of 8 PIEs started");
    check(&roots(Err("no namespaces"), YES), id, Verdict::Undecided, "no namespaces");
    let one = run("empty-root", &[("static-pie", "alone", YES), ("pie-internal", "alone", NO)]);
    check(
        &one,
        id,
        Verdict::Qualified,
        "2 of 4 PIEs started in a root that holds nothing else: `static-pie`",
    );
}

#[test]
fn static_stands_alone() {
    let id = "static-stands-alone";
    let roots =
        |alone, musl| run("empty-root", &[("static", "alone", alone), ("static", "beside-musl", musl)]);
    check(&roots(YES, YES), id, Verdict::Supported, "2 of them also beside musl");
    check(&roots(YES, Err("musl is not here")), id, Verdict::Supported, "musl is not here");
    check(&roots(YES, NO), id, Verdict::Refuted, "0 of 2");
    check(&roots(NO, YES), id, Verdict::Refuted, "0 of 2");
    check(&roots(Err("no namespaces"), YES), id, Verdict::Undecided, "no namespaces");
    let mut some = roots(YES, YES);
    some.probes[0].number = Some(0.0);
    some.probes[0].text = "exit status 1".to_owned();
    check(&some, id, Verdict::Qualified, "hello (exit status 1)");
    // It starts, and yet names a library: found on the system, perhaps.
    let mut leaning = roots(YES, YES);
    let needed = FactRow {
        case: "hello/static/go1.27.3/linux-amd64".to_owned(),
        metric: "needed".to_owned(),
        key: "libc.so.6".to_owned(),
        unit: "count".to_owned(),
        number: Some(1),
        text: String::new(),
    };
    leaning.facts.push(needed);
    check(&leaning, id, Verdict::Qualified, "1 of 2");
}

#[test]
fn kernel_abi_only() {
    let id = "kernel-abi-only";
    let calls = "works under these calls alone";
    let files = "works under these files alone";
    let traced = |more: Finding<'static>| {
        run(
            "sandbox",
            &[
                ("static", calls, YES),
                ("static", files, YES),
                ("static", "kinds of system calls", Ok(20.0)),
                more,
            ],
        )
    };
    check(&run("sandbox", &[]), id, Verdict::Undecided, "traced no system calls");
    check(&traced(("static", "file /sys/kernel/mm/x", YES)), id, Verdict::Supported, "2 of 2");
    check(&traced(("static", "file /etc/passwd", YES)), id, Verdict::Refuted, "`/etc/passwd`");
    // What was looked for and is not there was no need.
    check(&traced(("static", "file /etc/passwd", NO)), id, Verdict::Supported, "2 of 2");
    check(
        &traced(("static", "without futex", NO)),
        id,
        Verdict::Supported,
        "these calls were needed: `futex`",
    );
    check(&run("sandbox", &[("static", calls, NO), ("static", files, YES)]), id, Verdict::Refuted, "0 of 2");
    check(&run("sandbox", &[("static", calls, Err("no seccomp"))]), id, Verdict::Undecided, "no seccomp");
    let mut some = traced(("static", "file /proc/self/maps", YES));
    some.probes.push(ProbeRow { key: "file /etc/hosts".to_owned(), ..some.probes[3].clone() });
    check(&some, id, Verdict::Qualified, "1 of 2");
    check(&traced(("static", "works under both", NO)), id, Verdict::Refuted, "0 of 2");
    let untried = traced(("static", "works under both", Err("no Landlock")));
    check(&untried, id, Verdict::Undecided, "Not all of it could be tried: no Landlock");
    let mut looking = traced(("static", "file /proc/self/maps", YES));
    add(&mut looking, "names", &[("static", "user of /etc/passwd found", YES)]);
    check(&looking, id, Verdict::Qualified, "hello in `/etc/passwd`");
    let mut finding_nothing = traced(("static", "file /proc/self/maps", YES));
    add(&mut finding_nothing, "names", &[("static", "user of /etc/passwd found", NO)]);
    check(&finding_nothing, id, Verdict::Supported, "2 of 2");
}

fn places(heap: f64, of_pie: f64, of_static: f64) -> Run {
    run(
        "addresses",
        &[
            ("*", "starts", Ok(400.0)),
            ("*", "Go heap: places", Ok(heap)),
            ("static", "text: places", Ok(of_static)),
            ("pie-internal", "text: places", Ok(of_pie)),
            ("pie-internal", "text: bits demonstrated", Ok(14.0)),
        ],
    )
}

#[test]
fn fixed_addresses() {
    let id = "fixed-addresses";
    check(&run("addresses", &[]), id, Verdict::Undecided, "looked at no addresses");
    check(&places(1.0, 1.0, 1.0), id, Verdict::Supported, "Go heap: at one place in all of");
    check(&places(400.0, 400.0, 400.0), id, Verdict::Refuted, "Go heap: moves in all of");
    let some = places(1.0, 400.0, 1.0);
    check(
        &some,
        id,
        Verdict::Qualified,
        "text: at one place in 2 (`static`), moves in 2 (`pie-internal`), at least 14.0 bits demonstrated",
    );
}

#[test]
fn where_the_kernel_draws_nothing_nothing_is_said_of_addresses() {
    let mut run = places(1.0, 1.0, 1.0);
    check(&run, "fixed-addresses", Verdict::Supported, "at one place");
    run.info.machine.address_randomisation = "0".to_owned();
    for id in ["fixed-addresses", "one-leak-tells-all", "known-code"] {
        check(&run, id, Verdict::Undecided, "randomize_va_space is 0");
    }
}

#[test]
fn one_leak_tells_all() {
    let id = "one-leak-tells-all";
    let leak = |left: f64| {
        run(
            "addresses",
            &[
                ("pie-internal", "starts", Ok(400.0)),
                ("pie-internal", "text: places", Ok(400.0)),
                ("pie-internal", "data: places", Ok(400.0)),
                ("pie-internal", "data given text: bits demonstrated", Ok(0.0)),
                ("pie-internal", "text given data: bits demonstrated", Ok(left)),
            ],
        )
    };
    check(&run("addresses", &[]), id, Verdict::Undecided, "looked at no addresses");
    check(&leak(0.0), id, Verdict::Supported, "4 of 4");
    check(&leak(12.0), id, Verdict::Qualified, "text from data");
    let mut none = leak(12.0);
    for row in none.probes.iter_mut().filter(|row| row.key.starts_with("data given")) {
        row.number = Some(9.0);
    }
    check(&none, id, Verdict::Refuted, "0 of 4");
    check(&places(1.0, 1.0, 1.0), id, Verdict::Supported, "nothing moves");
}

#[test]
fn known_code() {
    let id = "known-code";
    let known = |of_static: f64, of_pie: f64| {
        let mut run = run(
            "addresses",
            &[
                ("static", "code at known addresses", Ok(of_static)),
                ("pie-internal", "code at known addresses", Ok(of_pie)),
                ("pie-internal", "code known given text", Ok(800.0)),
            ],
        );
        add(&mut run, "foreign-code", &[("pie-internal", "own code", Ok(800.0))]);
        run
    };
    check(&known(500.0, 0.0), id, Verdict::Supported, "2 of 2 artifacts of `static`");
    check(&known(500.0, 0.0), id, Verdict::Supported, "Of PIEs 2 of 2 have none");
    check(&known(500.0, 0.0), id, Verdict::Supported, "own code is in 2 of 2, and nothing of");
    let mut less = known(500.0, 0.0);
    for row in less.probes.iter_mut().filter(|row| row.key == "code known given text") {
        row.number = Some(700.0);
    }
    check(&less, id, Verdict::Supported, "own code is in 0 of 2");
    check(&known(500.0, 500.0), id, Verdict::Supported, "Of PIEs 0 of 2 have none");
    check(&known(0.0, 0.0), id, Verdict::Refuted, "0 of 2");
    let mut some = known(500.0, 0.0);
    some.probes[0].number = Some(0.0);
    check(&some, id, Verdict::Qualified, "1 of 2");
}

#[test]
fn questions_of_judgement_are_laid_out_and_not_decided() {
    let id = "no-mitigation";
    let key = "words that point to code";
    check(&run("writable-memory", &[]), id, Verdict::Undecided, "no memory");
    let both = run("writable-memory", &[("static", key, Ok(10.0)), ("fedora-like", key, Ok(300.0))]);
    check(
        &both,
        id,
        Verdict::Readers,
        "Writable words that point to code: 10 in `static` and 300 in `fedora-like` (medians of 2 programs; \
         `fedora-like` beside `static`: more in 2)",
    );
    // Only programs that have both count, and each by itself.
    let mut one = both.clone();
    one.probes.retain(|row| !(row.case.starts_with("net") && row.case.contains("fedora-like")));
    one.probes.iter_mut().filter(|row| row.case.starts_with("net")).for_each(|row| row.number = Some(9e9));
    check(&one, id, Verdict::Readers, "10 in `static` and 300 in `fedora-like` (medians of 1 program;");
    let id = "extra-attack-surface";
    check(&run("foreign-code", &[]), id, Verdict::Undecided, "no foreign code");
    let key = "LD_PRELOAD: constructor ran";
    let both = run("injection", &[("static", key, NO), ("fedora-like", key, YES)]);
    check(&both, id, Verdict::Readers, "LD_PRELOAD ran in 0 of 2 of `static`, in 2 of 2 of `fedora-like`");
}

#[test]
fn response() {
    let id = "response";
    let run = Synthetic::default().run();
    check(
        &run,
        id,
        Verdict::Refuted,
        "a flaw in libc: 0 of `static` and 0 of `fedora-like` are rebuilt, 0 and",
    );
    check(&run, id, Verdict::Refuted, "2 that hold a static libc are rebuilt for it (`static-pie`)");
    check(
        &Synthetic::default().without("fedora-like").run(),
        id,
        Verdict::Undecided,
        "no program of this run",
    );
    // What a static glibc resolves at start tells that it is there.
    let mut holding = run.clone();
    for row in holding.artifacts.iter_mut().filter(|row| row.variant == "static") {
        row.cgo_enabled = "1".to_owned();
    }
    check(&holding, id, Verdict::Refuted, "0 of `static` and 0 of");
    holding.facts.push(FactRow {
        case: "hello/static/go1.27.3/linux-amd64".to_owned(),
        metric: "relocations".to_owned(),
        key: "R_X86_64_IRELATIVE".to_owned(),
        unit: "count".to_owned(),
        number: Some(29),
        text: String::new(),
    });
    check(
        &holding,
        id,
        Verdict::Supported,
        "a flaw in libc: 1 of `static` and 0 of `fedora-like` are rebuilt",
    );
}

#[test]
fn packaging_cost() {
    let id = "packaging-cost";
    check(
        &Synthetic::default().run(),
        id,
        Verdict::Undecided,
        "no artifact of `fedora-like` has a GNU build id",
    );
    let with = |of: &[(&str, &str)]| {
        let mut run = Synthetic::default().run();
        for (variant, metric) in of {
            for program in ["hello", "net"] {
                run.facts.push(FactRow {
                    case: format!("{program}/{variant}/go1.27.3/linux-amd64"),
                    metric: (*metric).to_owned(),
                    key: String::new(),
                    unit: "bool".to_owned(),
                    number: Some(1),
                    text: "ab".to_owned(),
                });
            }
        }
        run
    };
    let set = [("fedora-like", "build-id"), ("fedora-like", "debug-present")];
    check(&with(&set), id, Verdict::Supported, "a GNU build id is kept in 0 of 2");
    let some = [&set[..], &[("static", "debug-present")]].concat();
    check(&with(&some), id, Verdict::Qualified, "debug data is kept in 2 of 2");
    let all = [&some[..], &[("static", "build-id")]].concat();
    // What the set does not have here cannot be seen to be kept.
    check(&with(&all), id, Verdict::Qualified, "no artifact of `fedora-like` has a package note here");
    let noted = [&all[..], &[("fedora-like", "package-note"), ("static", "package-note")]].concat();
    check(&with(&noted), id, Verdict::Refuted, "a GNU build id is kept in 2 of 2");
    // A program that can no longer be preloaded counts, and so does one alone that keeps it.
    let preload = |of_static: Result<f64, &'static str>| {
        let mut run = with(&noted);
        let key = "LD_PRELOAD: constructor ran";
        add(&mut run, "injection", &[("fedora-like", key, YES), ("static", key, of_static)]);
        run
    };
    check(&preload(NO), id, Verdict::Qualified, "preloading (fakeroot, torsocks) is kept in 0 of 2");
    check(&preload(YES), id, Verdict::Refuted, "preloading (fakeroot, torsocks) is kept in 2 of 2");
    let mut one = preload(YES);
    let row = one.probes.iter_mut().find(|row| row.case.starts_with("net/static/")).expect("is there");
    row.number = Some(0.0);
    check(&one, id, Verdict::Qualified, "is kept in 1 of 2");
}

#[test]
fn some_programs_need_cgo() {
    let id = "some-programs-need-cgo";
    check(&Synthetic::default().run(), id, Verdict::Undecided, "no program with C of its own");
    let with = |status: Status| {
        let mut run = Synthetic::default().run();
        run.info.programs[0].own_c = true;
        for row in run.artifacts.iter_mut().filter(|row| row.program == "hello" && row.variant == "static") {
            row.status = status;
        }
        run
    };
    check(&with(Status::Unsupported), id, Verdict::Supported, "hello cannot be built as `static`");
    check(&with(Status::Built), id, Verdict::Refuted, "hello can, with a fallback in Go");
    check(&with(Status::Skipped), id, Verdict::Undecided, "cannot be told");
}

/// A made-up run in which that is known of the import graph of `net`, and of `hello` that it imports nothing.
fn graphs(probe: &str, of_net: &[(&str, f64)]) -> Run {
    let mut run = Synthetic::default().run();
    let empty: Vec<(&str, f64)> = of_net.iter().map(|(key, _)| (*key, 0.0)).collect();
    for (program, rows) in [("hello", empty.as_slice()), ("net", of_net)] {
        for (key, number) in rows {
            run.probes.push(ProbeRow {
                case: format!("{program}/go1.27.3"),
                probe: probe.to_owned(),
                key: (*key).to_owned(),
                unit: "count".to_owned(),
                number: Some(*number),
                status: "ok".to_owned(),
                text: String::new(),
            });
        }
    }
    run
}

#[test]
fn imports_enable_cgo() {
    let id = "imports-enable-cgo";
    let brings = "packages that bring C in, with cgo";
    let net = |builds: f64| graphs("cgo-by-import", &[(brings, 1.0), ("builds without cgo", builds)]);
    check(&Synthetic::default().run(), id, Verdict::Undecided, "no import graphs");
    check(
        &graphs("cgo-by-import", &[(brings, 0.0)]),
        id,
        Verdict::Undecided,
        "no program of this run imports",
    );
    check(&net(1.0), id, Verdict::Supported, "makes 1 of them dynamic with cgo (net)");
    check(&net(0.0), id, Verdict::Qualified, "0 of 1 of them build without cgo");
    let mut lost = net(1.0);
    let key = "user of an NSS module found";
    add(&mut lost, "names", &[("exe-external", key, YES), ("static", key, NO)]);
    check(&lost, id, Verdict::Qualified, "Found with cgo alone: user of an NSS module found");
    let mut found = net(1.0);
    add(&mut found, "names", &[("exe-external", key, YES), ("static", key, YES)]);
    check(&found, id, Verdict::Supported, "Nothing that was looked up");
    let tagged = |kept| {
        let mut run = renamed(net(1.0), "pie-external", "default-netgo");
        add(&mut run, "names", &[("default", key, YES), ("default-netgo", key, kept)]);
        run
    };
    let dynamic = "which leave cgo on, 1 of 1 are dynamic, and";
    check(&tagged(NO), id, Verdict::Supported, &format!("{dynamic} no longer find: {key}."));
    check(&tagged(YES), id, Verdict::Supported, &format!("{dynamic} find what they find without the tags."));
    let mut off = net(1.0);
    for row in off.artifacts.iter_mut().filter(|row| row.variant == "default") {
        row.cgo_enabled = "0".to_owned();
    }
    check(&off, id, Verdict::Refuted, "makes 0 of them dynamic");
}

#[test]
fn memory_safe_anyway() {
    let id = "memory-safe-anyway";
    let of = |library: f64, others: f64| {
        let keys = ["uses of unsafe, standard library, without cgo", "uses of unsafe, others, without cgo"];
        graphs("bug-class", &[(keys[0], library), (keys[1], others)])
    };
    check(&Synthetic::default().run(), id, Verdict::Undecided, "no import graphs");
    check(&of(0.0, 0.0), id, Verdict::Supported, "0 rest on code");
    check(&of(7.0, 0.0), id, Verdict::Qualified, "up to 7 uses of unsafe");
    check(&of(7.0, 3.0), id, Verdict::Qualified, "(up to 3 uses of unsafe: net)");
    let mut all = of(7.0, 3.0);
    for row in &mut all.probes {
        row.number = Some(3.0);
    }
    check(&all, id, Verdict::Refuted, "2 in packages of others");
}
