//! What the report says of starts, and that other rows make it say otherwise.

use super::*;
use crate::results::EstimateRow;

/// The section of `hello`, words joined by single spaces so that where lines break does not matter.
fn section(run: &Run) -> String {
    let text = markdown(run);
    let (_, section) = text.split_once("#### Start-up of hello").expect("has a section");
    let section = section.split("\n## ").next().unwrap_or_default();
    section.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn wall_times_are_not_given_where_no_block_was_quiet() {
    let quiet = section(&Synthetic::default().run());
    assert!(
        quiet.contains("Wall time, as scheduled (95 %") && quiet.contains("quiet blocks 2 of 2, which count")
    );
    let loaded = Synthetic { unquiet: "tasks waited for a CPU for 31.0 %", ..Synthetic::default() }.run();
    let text = section(&loaded);
    assert!(!text.contains("Wall time, as scheduled (95 %"), "{text}");
    assert!(text.contains("quiet blocks 0 of 2. None were quiet: no wall time is given."), "{text}");
    assert!(markdown(&loaded).contains("- 4 blocks: tasks waited for a CPU for ... %\n"));
}

#[test]
fn the_primary_family_has_intervals_that_hold_all_at_once() {
    let plain = section(&Synthetic::default().run());
    assert!(!plain.contains("all at once"), "{plain}");
    let family = section(&Synthetic { simultaneous: Some(0.05), ..Synthetic::default() }.run());
    assert!(family.contains("| all at once |") && family.contains("| [1.358, 1.502] |"), "{family}");
}

#[test]
fn this_layout_and_others_stand_side_by_side() {
    let one = Synthetic::default().run();
    assert!(
        section(&one).contains("layouts were not varied") && answer(&markdown(&one)).contains("one layout")
    );
    let same = Synthetic { over_layouts: Some(1.01), ..Synthetic::default() };
    let text = section(&same.run());
    assert!(text.contains("| over layouts, us |") && text.contains("1.444 [1.427, 1.462] | 16/"), "{text}");
    assert!(answer_of(&same).contains("over layouts the same in 6 of 6"), "{}", answer_of(&same));
    let other = Synthetic { over_layouts: Some(0.68), ..Synthetic::default() };
    assert!(answer_of(&other).contains("over layouts not the same in 4 of 6"), "{}", answer_of(&other));
}

#[test]
fn a_total_is_shown_with_its_parts() {
    let text = section(&Synthetic::default().run());
    assert!(
        text.contains("`fedora-total` in parts, CPU time, pinned")
            && text.contains("most of it external linking")
    );
    assert!(text.contains("| pie-given-external | + | +56.0 [+47.6, +64.4] | 9 % |"), "{text}");
    assert!(text.contains("| rest | = | -7.0 [-15.4, +1.4] | -1 % |"), "{text}");
    let net = markdown(&Synthetic::default().run());
    assert_eq!(net.matches("in parts, CPU time, pinned").count(), 1, "only programs that have all parts");
}

#[test]
fn what_is_varied_has_tables_of_its_own() {
    let mut run = Synthetic::default().run();
    let text = section(&run);
    assert!(!text.contains("four conditions") && !text.contains("page cache"), "{text}");
    let of = |row: &&EstimateRow| row.metric == "cpu-time" && row.condition == "pinned";
    let pinned: Vec<EstimateRow> = run.estimates.iter().filter(of).cloned().collect();
    let crossed = pinned.iter().map(|row| {
        let condition = "pinned-gomaxprocs-all".to_owned();
        EstimateRow { condition, ..row.clone() }
    });
    let written = pinned.iter().map(|row| EstimateRow { cache: "written".to_owned(), ..row.clone() });
    let more: Vec<_> = crossed.chain(written).collect();
    run.estimates.extend(more);
    let text = section(&run);
    assert!(
        text.contains("CPU time in the four conditions") && text.contains("| Pinned, GOMAXPROCS all |"),
        "{text}"
    );
    assert!(
        text.contains("by how the files came into the page cache") && text.contains("| written |"),
        "{text}"
    );
}

#[test]
fn two_modes_are_named() {
    let mut run = Synthetic::default().run();
    let with = |run: &mut Run, p: f64| {
        let centre = run.estimates.iter().find(|row| {
            (row.metric.as_str(), row.condition.as_str(), row.statistic.as_str())
                == ("wall-time", "scheduled", "centre")
        });
        let row = centre.expect("is there").clone();
        run.estimates.push(EstimateRow { statistic: "dip-p".to_owned(), estimate: p, ..row });
        section(run)
    };
    let one = with(&mut run.clone(), 0.6);
    assert!(one.contains("no variant fall into two groups (dip test of 1)"), "{one}");
    let two = with(&mut run, 0.002);
    assert!(
        two.contains("two modes, and a centre that stands for neither (dip test): static (p = 0.002)"),
        "{two}"
    );
}
