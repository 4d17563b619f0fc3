//! What `cargo bench` found beside a run: a tree as Criterion writes it, made by hand.

use super::Bench;

/// A bench of `hello`, as `before`.
fn bench_of(bench: &Bench, variant: &str, nanoseconds: u32) {
    let folder = format!("criterion/startup_hello/{variant}/before");
    bench.write(
        &format!("{folder}/benchmark.json"),
        &format!(
            r#"{{"group_id":"startup/hello","function_id":"{variant}","value_str":null,"throughput":null,"full_id":"startup/hello/{variant}","directory_name":"startup_hello/{variant}","title":"startup/hello/{variant}"}}"#
        ),
    );
    let estimate = format!(
        r#"{{"confidence_interval":{{"confidence_level":0.95,"lower_bound":{nanoseconds}.0,"upper_bound":{nanoseconds}.5}},"point_estimate":{nanoseconds}.25,"standard_error":0.1}}"#
    );
    bench.write(
        &format!("{folder}/estimates.json"),
        &format!(
            r#"{{"mean":{estimate},"median":{estimate},"median_abs_dev":{estimate},"slope":null,"std_dev":{estimate}}}"#
        ),
    );
}

#[test]
fn its_ratios_stand_beside_those_of_a_run() {
    let bench = Bench::new();
    bench.call("run --quick --programs hello --variants static,pie-internal --budget 500ms").with(0);
    let call = |more: &str| bench.call(&format!("report {more}"));
    bench_of(&bench, "static", 1_000_000);
    bench_of(&bench, "pie-internal", 1_234_000);
    call("--criterion criterion --baseline before").with(0);
    let report = bench.read("report/local/report.md");
    let section = report.split("## Beside Criterion").nth(1).expect("is there");
    let row = section.lines().find(|line| line.contains("pie-given-internal")).expect("is there");
    assert!(row.contains("hello") && row.contains("1.234"), "{row}");
    assert!(section.contains("copy to copy"), "{section}");

    // Without it the report is what it always is.
    call("").with(0);
    let plain = bench.read("report/local/report.md");
    assert!(!plain.contains("Criterion's") && report.starts_with(&plain));

    call("--criterion criterion").with(3).says("no start-up bench of the baseline new").says("hint: ");
    call("--criterion nowhere").with(3).says("nowhere").says("hint: ");
    call("--baseline before").with(2).says("--criterion");
    bench.write("criterion/startup_hello/static/before/estimates.json", "{\"median\": 7");
    let damaged = call("--criterion criterion --baseline before").with(3);
    damaged.says("startup_hello/static/before/estimates.json").says("hint: ");
}
