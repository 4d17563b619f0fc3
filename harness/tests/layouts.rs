//! The same program in other function layouts, from the linker to the estimates.

use std::collections::HashSet;

use super::Bench;

#[test]
fn layouts_are_built_started_and_are_the_units() {
    let bench = Bench::new();
    bench.call("run --programs hello --variants static,control,pie-internal --budget 3s").with(0);
    let layouts = bench.table("results/local/layouts.csv");
    assert_eq!(layouts.len(), 2 * 10, "the control is started in no other layout in a default run");
    assert!(layouts.iter().all(|row| row.get("status") == "built"));
    let digests: HashSet<&str> = layouts.iter().map(|row| row.get("sha256")).collect();
    assert_eq!(digests.len(), 20, "no two layouts are the same bytes");

    // They are in no other table of artifacts, and their blocks have numbers of their own.
    let artifacts = bench.table("results/local/artifacts.csv");
    assert!(artifacts.iter().all(|row| !digests.contains(row.get("sha256"))));
    let blocks = bench.table("results/local/blocks.csv");
    let relaid = |row: &&super::bench::Row| row.get("layout") != "default";
    let own: Vec<&str> = blocks.iter().filter(relaid).map(|row| row.get("layout")).collect();
    assert_eq!(own, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    assert!(blocks.iter().filter(relaid).all(|row| row.get("block").len() == 6));
    assert_eq!(bench.json("results/local/run.json")["sampling"]["layouts"], 10);

    let estimates = bench.table("results/local/estimates.csv");
    let ratio = estimates.iter().find(|row| {
        (row.get("scope"), row.get("name"), row.get("statistic"), row.get("metric"))
            == ("over-layouts", "pie-given-internal", "ratio", "cpu-time")
    });
    let units = blocks.iter().filter(relaid).filter(|row| row.get("voided") == "false").count();
    if units < 8 {
        gopie::ui::say(&format!("SKIPPED: {units} layouts are left on this machine, too few for a number"));
        return;
    }
    assert_eq!(ratio.expect("is estimated").get("units"), units.to_string());
    assert!(bench.read("report/local/report.md").contains("20 of 20 builds with `-randlayout`"));
}
