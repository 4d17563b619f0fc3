//! The ratios of `cargo bench` beside those of a run: a section of its own, at the end of the report. Pure.

use super::markdown::{Table, fill_prose};
use crate::claims::{Effect, words};
use crate::config::{Contrast, Program};
use crate::results::{Criterion, Index, Measure, Place};

const CPU: Measure = Measure::new("cpu-time", "pinned");
const WALL: Measure = Measure::new("wall-time", "pinned");

/// The section, as Markdown.
pub(super) fn section(index: &Index<'_>, criterion: &Criterion) -> String {
    let mut text = fill_prose(&format!(
        "\n## Beside Criterion\n\n\
         Ratios of the medians that `cargo bench` found (baseline `{}`; wall time, pinned), beside this run's with \
         their 95 % intervals. Criterion's are of one set of fresh copies, and in each the two sides were timed one \
         after the other. The interval that Criterion gives is of starts of those copies: it does not hold what \
         differs from copy to copy, nor from layout to layout, and so none is given here. A ratio of Criterion's \
         outside this run's interval is therefore no contradiction by itself.\n",
        criterion.baseline
    ));
    let mut table =
        Table::new(&["program", "contrast", ">Criterion", ">run, wall time", "", ">run, CPU time"]);
    let info = &index.run().info;
    for program in &info.programs {
        for place in index.places_of(program.source.language()) {
            for contrast in index.contrasts_of(program) {
                if let Some(cells) = cells(index, criterion, program, place, contrast) {
                    table.row(cells);
                }
            }
        }
    }
    text.push('\n');
    if table.is_empty() {
        text += "None of its benches is of a contrast of this run.\n";
    } else {
        text += &table.text();
        text += "\n\n";
        text += &fill_prose(
            "`in` and `out`: whether Criterion's ratio lies in the interval before it; `-`: no number, since there \
             were too few quiet blocks. Contrasts that this run did not time are left out.\n",
        );
    }
    text
}

/// A row; none where Criterion does not have both sides, or the run has no time of them.
fn cells<'a>(
    index: &Index<'a>,
    criterion: &Criterion,
    program: &'a Program,
    place: Place<'a>,
    contrast: &'a Contrast,
) -> Option<[String; 6]> {
    let median = |variant: &str| {
        let of = criterion.benches.iter().find(|one| one.program == program.name && one.variant == variant);
        of.map(|one| one.median)
    };
    let ratio = median(&contrast.changed)? / median(&contrast.base)?;
    let own = |measure| Effect::of(index, contrast, &program.name, place, measure).map(|effect| effect.ratio);
    own(WALL).or_else(|| own(CPU))?;
    let shown = |measure| own(measure).map_or_else(|| "-".to_owned(), words::ratio_interval);
    let inside = own(WALL).and_then(|row| Some((row.low?..=row.high?).contains(&ratio)));
    Some([
        program.name.clone(),
        contrast.name.clone(),
        words::ratio(ratio),
        shown(WALL),
        inside.map_or("", |inside| if inside { "in" } else { "out" }).to_owned(),
        shown(CPU),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::synthetic::Synthetic;
    use crate::results::Bench;

    fn criterion(benches: &[(&str, &str, f64)]) -> Criterion {
        let bench = |(program, variant, median): &(&str, &str, f64)| Bench {
            program: (*program).to_owned(),
            variant: (*variant).to_owned(),
            median: *median,
        };
        Criterion { baseline: "before".to_owned(), benches: benches.iter().map(bench).collect() }
    }

    #[test]
    fn ratios_stand_beside_the_runs_own() {
        let run = Synthetic::default().run();
        let index = Index::new(&run);
        let program = &run.info.programs[0].name;
        let row = |ratio| {
            let benches = criterion(&[(program, "static", 0.001), (program, "pie-internal", 0.001 * ratio)]);
            let text = section(&index, &benches);
            assert!(text.contains("baseline `before`"), "{text}");
            let row = text.lines().find(|line| line.contains("pie-given-internal"));
            row.expect("is there").to_owned()
        };
        let far = row(50.0);
        assert!(far.contains("50.00") && far.contains("out") && far.contains('['), "{far}");
        let contrast = index.contrast("pie-given-internal").expect("is there");
        let place = index.places()[0];
        let own = Effect::of(&index, contrast, program, place, WALL).expect("is timed").ratio.estimate;
        assert!(row(own).contains("| in"), "{}", row(own));
    }

    #[test]
    fn benches_of_other_programs_are_said_to_be_none_of_these() {
        let run = Synthetic::default().run();
        let text = section(&Index::new(&run), &criterion(&[("other", "static", 1.0)]));
        assert!(text.contains("None of its benches"), "{text}");
    }
}
