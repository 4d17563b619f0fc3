//! Several releases and targets: what is built away from home, and what cannot be had.

use super::Bench;
use super::bench::Row;

const RUN: &str = "run --programs hello --variants static,pie-internal --facts-only";

fn row<'a>(rows: &'a [Row], id: &str) -> &'a Row {
    rows.iter().find(|row| row.get("id") == id).unwrap_or_else(|| panic!("{id} is not there"))
}

#[test]
fn other_targets_are_built_and_told_apart() {
    let bench = Bench::new();
    bench.call(&format!("{RUN} --targets amd64,arm64,mips")).with(0);
    let rows = bench.table("results/local/artifacts.csv");
    let of = |variant: &str, target: &str| row(&rows, &format!("hello/{variant}/go1.27.3/linux-{target}"));
    assert_eq!(of("static", "mips").get("status"), "built");
    assert_eq!(of("pie-internal", "arm64").get("status"), "built");
    let refused = of("pie-internal", "mips");
    assert_eq!(refused.get("status"), "unsupported");
    assert!(refused.get("reason").contains("not supported"), "{}", refused.get("reason"));
    let facts = bench.table("results/local/facts.csv");
    let machine = |id: &str| {
        let mut of = facts.iter().filter(|row| row.get("case") == id && row.get("metric") == "elf-type");
        of.next().map(|row| row.get("text").to_owned())
    };
    assert_eq!(machine("hello/pie-internal/go1.27.3/linux-arm64").as_deref(), Some("DYN"));
    // Each foreign artifact has been started, or says why not.
    let emulated = bench.table("results/local/emulated.csv");
    assert_eq!(emulated.len(), 3);
    for row in &emulated {
        assert!(row.get("ran") == "true" || !row.get("reason").is_empty(), "{}", row.get("case"));
    }
    let report = bench.read("report/local/report.md");
    assert!(report.contains("Is it different on other targets?") && report.contains("| no PIE"), "{report}");
    assert!(bench.path("report/local/plots/targets.png").exists());
    assert!(bench.table("results/local/blocks.csv").is_empty(), "nothing is timed");
}

#[test]
fn a_release_that_cannot_be_had_is_a_row_with_its_reason() {
    let bench = Bench::new();
    let mut gopie = bench.gopie(&format!("{RUN} --go 1.27.3,1.99.9"));
    // Nothing is fetched: the default one is there already, and the other one is nowhere.
    gopie.env("GOPROXY", "off").env("PIP_NO_INDEX", "1");
    super::bench::done(&gopie.output().expect("starts")).with(0);
    let rows = bench.table("results/local/artifacts.csv");
    let missing = rows.iter().find(|row| row.get("toolchain") == "go1.99.9").expect("has a row");
    assert_eq!(missing.get("status"), "skipped");
    assert!(missing.get("reason").contains("go1.99.9 was not found"), "{}", missing.get("reason"));
    let built = rows.iter().filter(|row| row.get("status") == "built").count();
    assert_eq!(built, 4, "two variants, each as linked and stripped");
    assert!(bench.read("report/local/report.md").contains("go1.99.9"));
}

#[test]
fn a_target_that_go_does_not_have_is_named_with_the_nearest() {
    let bench = Bench::new();
    let done = bench.call(&format!("{RUN} --targets linux/amr64"));
    done.with(2).says("no target named \"linux/amr64\"").says("linux/arm64").says("hint: ");
    assert!(!bench.path("results").exists());
}

#[test]
fn a_cross_compiler_that_does_not_answer_is_named_and_the_rest_goes_on() {
    let bench = Bench::new();
    let mut gopie =
        bench.gopie("run --programs hello --variants static,pie-external --facts-only --targets arm64");
    gopie.env("CC_FOR_linux_arm64", "/bin/false");
    super::bench::done(&gopie.output().expect("starts")).with(0);
    let rows = bench.table("results/local/artifacts.csv");
    assert_eq!(row(&rows, "hello/static/go1.27.3/linux-arm64").get("status"), "built");
    let bound = row(&rows, "hello/pie-external/go1.27.3/linux-arm64");
    assert_eq!(bound.get("status"), "unsupported");
    assert!(bound.get("reason").contains("C compiler"), "{}", bound.get("reason"));
    let report = bench.read("report/local/report.md");
    assert!(report.contains("CC_FOR_linux_arm64 names /bin/false"), "{report}");
}
