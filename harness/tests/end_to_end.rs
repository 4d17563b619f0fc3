//! From two variants of a real program to the report.

use std::fs;

use super::Bench;
use super::bench::config;

const RUN: &str = "run --programs hello --variants static,control,pie-internal --budget 1s";

#[test]
fn hello_is_followed_to_the_report() {
    let bench = Bench::new();
    let done = bench.call(RUN).with(0);
    assert!(done.stdout.contains("report.md"), "{}", done.stdout);

    let artifacts = bench.table("results/local/artifacts.csv");
    assert!(artifacts.iter().all(|row| ["built", "unsupported"].contains(&row.get("status"))));
    let fact = |variant: &str, metric: &str| {
        let case = format!("hello/{variant}/go1.27.3/");
        let facts = bench.table("results/local/facts.csv");
        let row = facts.into_iter().find(|row| {
            row.get("case").starts_with(&case)
                && !row.get("case").ends_with("/stripped")
                && row.get("metric") == metric
        });
        row.map(|row| format!("{}{}", row.get("number"), row.get("text")))
    };
    assert_eq!(fact("static", "linkage").as_deref(), Some("static"));
    assert_eq!(fact("static", "interpreter"), None);
    assert_eq!(fact("pie-internal", "elf-type").as_deref(), Some("DYN"));
    assert!(fact("pie-internal", "interpreter").is_some_and(|path| path.contains("ld-")));

    // The control is the same bytes, and every start of every table is there.
    let digest = |variant: &str| {
        let row =
            artifacts.iter().find(|row| row.get("variant") == variant && row.get("stripped") == "false");
        row.expect("is there").get("sha256").to_owned()
    };
    assert_eq!(digest("static"), digest("control"));
    let starts = bench.table("results/local/starts.csv.gz");
    let samples = bench.table("results/local/samples.csv.gz");
    assert!(
        starts.len() >= 3 * 16 && samples.len() == 3 * starts.len(),
        "{} {}",
        starts.len(),
        samples.len()
    );
    assert!(starts.iter().enumerate().all(|(n, row)| row.get("start") == n.to_string()));
    let estimates = bench.table("results/local/estimates.csv");
    let ratio = estimates.iter().find(|row| {
        row.get("name") == "pie-given-internal"
            && row.get("statistic") == "ratio"
            && row.get("condition") == "pinned"
    });
    assert_eq!(ratio.expect("is estimated").get("units"), "10");

    // Every variant was seen waiting, alone and with others.
    let memory = bench.table("results/local/memory.csv.gz");
    for variant in ["static", "control", "pie-internal"] {
        for (condition, metric, rows) in [("one-copy", "anonymous", 10), ("n-copies", "proportional", 10 * 6)]
        {
            let of = memory.iter().filter(|row| {
                row.get("case").starts_with(&format!("hello/{variant}/"))
                    && (row.get("condition"), row.get("metric")) == (condition, metric)
                    && row.get("status") == "ok"
            });
            assert_eq!(of.count(), rows, "{variant} {condition}");
        }
    }

    // No user, home or host name.
    let info = bench.read("results/local/run.json");
    for secret in ["HOME", "USER"].iter().filter_map(|name| std::env::var(name).ok()).filter(|v| v.len() > 4)
    {
        assert!(!info.contains(&secret), "{secret} is in run.json");
    }

    // The report can be made again from the files alone, and is the same to the byte.
    let before = bench.read("report/local/report.md");
    fs::remove_dir_all(bench.path("report")).expect("removes");
    bench.call("report local").with(0);
    assert_eq!(bench.read("report/local/report.md"), before);
    assert!(before.lines().take(10).any(|line| line.contains("PIE")), "{before}");

    // A second run has another name, and the first stays as it is.
    let first = bench.read("results/local/run.json");
    bench.call(RUN).with(0);
    assert_eq!(bench.read("results/local/run.json"), first);
    assert_eq!(bench.json("results/local-2/run.json")["name"], "local-2");
}

#[test]
fn nothing_of_the_users_environment_leaks_in() {
    let bench = Bench::new();
    let run = "run --programs hello --variants static,pie-external --budget 100ms --name";
    bench.call(&format!("{run} clean")).with(0);
    bench.write("goenv", "GOFLAGS=-race\nCGO_ENABLED=1\n");
    let cache = tempfile::tempdir().expect("a folder");
    let mut hostile = bench.gopie(&format!("{run} hostile"));
    // The same toolchain, and a cache without artifacts.
    let shared = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/gopie/toolchains");
    fs::create_dir_all(cache.path().join("gopie")).expect("makes");
    std::os::unix::fs::symlink(shared, cache.path().join("gopie/toolchains")).expect("links");
    hostile.env("XDG_CACHE_HOME", cache.path()).env("GOENV", bench.path("goenv"));
    for (name, value) in [
        ("GOFLAGS", "-race -tags=hostile"),
        ("GOWORK", "/nowhere/go.work"),
        ("GOAMD64", "v3"),
        ("GOARM64", "v9.0"),
        ("GOEXPERIMENT", "nodwarf5"),
        ("GO_EXTLINK_ENABLED", "1"),
        ("CGO_ENABLED", "1"),
        ("CGO_CFLAGS", "-O0 -DHOSTILE"),
        ("CGO_LDFLAGS", "-Wl,-z,now"),
        ("LDFLAGS", "-Wl,-z,now"),
        ("GOTOOLCHAIN", "go1.99.0"),
        ("GODEBUG", "inittrace=1"),
    ] {
        hostile.env(name, value);
    }
    super::bench::done(&hostile.output().expect("starts")).with(0);
    let digests = |run: &str| -> Vec<(String, String)> {
        let rows = bench.table(&format!("results/{run}/artifacts.csv"));
        rows.iter().map(|row| (row.get("id").to_owned(), row.get("sha256").to_owned())).collect()
    };
    assert_eq!(digests("clean"), digests("hostile"));
}

#[test]
fn a_users_own_program_gets_the_same_report() {
    let bench = Bench::new();
    config(&bench, "package main\n\nfunc main() { print(\"\"); println_() }\n");
    bench.write(
        "mine/prog/print.go",
        "package main\n\nimport \"os\"\n\nfunc println_() { os.Stdout.WriteString(\"1\\n\") }\n",
    );
    bench.call("run --config mine --quick --budget 500ms").with(0);
    assert!(bench.read("report/local/report.md").contains("prog"));
    // What is changed is built anew.
    bench.write(
        "mine/prog/print.go",
        "package main\n\nimport \"fmt\"\n\nfunc println_() { fmt.Println(1) }\n",
    );
    let digest = |run: &str| bench.table(&format!("results/{run}/artifacts.csv"))[0].get("sha256").to_owned();
    bench.call("run --config mine --quick --budget 500ms").with(0);
    assert!(!digest("local").is_empty() && !digest("local-2").is_empty());
    assert_ne!(digest("local"), digest("local-2"), "an old artifact was taken for the changed program");
}

#[test]
fn without_a_c_compiler_what_needs_one_is_unsupported() {
    let bench = Bench::new();
    // A PATH with nothing but a Go in it, if there is one; else the cache's toolchain serves.
    let bin = bench.path("bin");
    fs::create_dir(&bin).expect("makes");
    for tool in ["go", "python3"] {
        if let Ok(path) = which::which(tool) {
            std::os::unix::fs::symlink(path, bin.join(tool)).expect("links");
        }
    }
    let mut command =
        bench.gopie("run --programs hello --variants static,default,pie-internal,pie-external --budget 1s");
    let done = super::bench::done(&command.env("PATH", &bin).output().expect("starts"));
    let done = done.with(0);
    assert!(done.stderr.contains("unsupported"), "{}", done.stderr);
    for row in bench.table("results/local/artifacts.csv").iter().filter(|row| row.get("stripped") == "false")
    {
        let (status, reason) = (row.get("status"), row.get("reason"));
        match row.get("variant") {
            "pie-external" => {
                assert!(status == "unsupported" && reason.contains("C compiler"), "{status} {reason}");
            }
            // Plain `go build` turns cgo off by itself.
            "default" => assert_eq!((status, row.get("cgo_enabled")), ("built", "0")),
            _ => assert_eq!(status, "built"),
        }
    }
    assert!(bench.read("report/local/report.md").contains("unsupported"));
}
