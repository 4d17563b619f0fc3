//! The rungs of the relocation ladder are what they say: so many relocations more than `hello`, on so many pages.

use std::fs;

use super::Bench;

const VARIANTS: [&str; 5] = ["static", "pie-internal", "exe-external", "pie-external", "pie-external-relr"];

/// A page more or less: a table need not begin on one.
const EDGE: u64 = 2;

#[test]
fn a_rung_has_its_relocations_and_pages_and_nothing_else() {
    let bench = Bench::new();
    let variants = VARIANTS.join(",");
    let programs = "hello,ladder-1000-8,ladder-1000-512";
    bench.call(&format!("run --programs {programs} --variants {variants} --budget 100ms")).with(0);
    let facts = bench.table("results/local/facts.csv");
    let fact = |program: &str, variant: &str, metric: &str| -> u64 {
        let case = format!("{program}/{variant}/");
        let row = facts.iter().find(|row| {
            row.get("case").starts_with(&case)
                && row.get("case").ends_with("/stripped")
                && row.get("metric") == metric
                && row.get("key").is_empty()
        });
        let row = row.unwrap_or_else(|| panic!("{case} has no {metric}"));
        row.get("number").parse().expect("is a number")
    };
    for variant in VARIANTS {
        let more =
            |program: &str, metric: &str| fact(program, variant, metric) - fact("hello", variant, metric);
        let pie = variant.starts_with("pie");
        for (program, pages) in [("ladder-1000-8", 2), ("ladder-1000-512", 125)] {
            let expected = if pie { 1000 } else { 0 };
            assert_eq!(more(program, "relocations"), expected, "{program} {variant}");
            let pages = if pie { pages } else { 0 };
            let found = more(program, "relocated-pages");
            assert!(found.abs_diff(pages) <= EDGE, "{program} {variant}: {found} pages");
        }
    }
    // They are kept apart from the programs under test.
    let info = bench.json("results/local/run.json");
    let names = |key: &str| -> Vec<String> {
        let programs = info[key].as_array().expect("is there").iter();
        programs.map(|program| program["name"].as_str().expect("has a name").to_owned()).collect()
    };
    assert_eq!(names("programs"), ["hello"]);
    assert_eq!(names("rungs"), ["ladder-1000-8", "ladder-1000-512"]);
    let report = fs::read_to_string(bench.path("report/local/report.md")).expect("is there");
    assert!(!report.contains("Program `ladder"), "a rung is shown as a program");
}
