use proptest::prelude::*;

mod distributions;
mod starts;
mod targets;

use super::raster::text_boxes;
use super::{answer, draw, render};
use crate::claims::judge;
use crate::claims::synthetic::{Costs, Link, Shape, Synthetic};
use crate::config::{Contrast, Contrasts, Language, RunKind, Source};
use crate::results::{ArtifactRow, NotMeasured, Run, Status};

pub(super) fn markdown(run: &Run) -> String {
    draw(run).expect("renders").0
}

/// The answer as one line, so that where lines break does not matter.
fn answer_of(data: &Synthetic) -> String {
    answer(&markdown(&data.run())).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn small() -> Synthetic {
    let mut data = ["default", "exe-external", "pie-external", "static-pie"]
        .into_iter()
        .fold(Synthetic::default(), Synthetic::without);
    data.programs.truncate(1);
    data
}

#[test]
fn a_small_report() {
    let mut run = small().run();
    run.info.not_measured.push(NotMeasured { what: "counters".to_owned(), why: "no permission".to_owned() });
    run.blocks[0].voided = true;
    run.blocks[0].reason = "1 of 60 starts ended badly".to_owned();
    insta::assert_snapshot!(markdown(&run));
}

#[test]
fn the_answer_is_in_the_first_ten_lines() {
    let text = markdown(&Synthetic::default().run());
    let head: Vec<&str> = text.lines().take(10).collect();
    let head = head.join("\n");
    for word in ["no loader", "Stripped size", "CPU time of a start", "n = 8", "Given up"] {
        assert!(head.contains(word), "{word} is not in\n{head}");
    }
    assert!(answer(&text).lines().count() <= 12, "{}", answer(&text));
}

/// Each row: a change to the data, what the answer must then say, and what it must not.
#[test]
fn flipped_data_flips_the_answer() {
    let data = Synthetic::default;
    let shape = |variant: &str, change: fn(&mut Shape)| data().shape(variant, change);
    let rows: [(Synthetic, &str, &str); 12] = [
        (data(), "`static` (the proposal): no loader, no library", "was not built"),
        (
            shape("static", |s| s.link = |_| Link::LoaderAndLibc),
            "`static` (the proposal): a loader and libraries",
            "no library",
        ),
        (data(), "`pie-internal` +9.8 %", "-9"),
        (shape("pie-internal", |s| s.size = 0.9), "Stripped size: `pie-internal` -10.0 %", "+9.8 %"),
        (data(), "`pie-internal` +43 % [+41, +45] (hello, +0.30 ms)", "no difference seen"),
        (shape("pie-internal", |s| s.start = 0.7), "`pie-internal` -30 % [-31, -29]", "faster"),
        (
            shape("pie-internal", |s| s.start = 1.005),
            "no difference seen in 2 of 2 (-0.7 % to +1.7 % not excluded)",
            "+0.5 %",
        ),
        (Synthetic { noise: 0.7, ..data() }, "within the noise floor in 2 of 2", "+43 %"),
        (shape("pie-internal", |s| s.status = Status::Unsupported), "`pie-internal` was not timed", "+9.8 %"),
        (
            data(),
            "Given up: `static` is EXEC, RELRO n/a, its code where the file says; `pie-internal` is DYN",
            "ELF type and RELRO",
        ),
        (shape("static", |s| s.pie = true), "ELF type and RELRO: `static` is DYN", "Given up"),
        (Synthetic { strip: false, ..data() }, "Linked size: `pie-internal` +9.8 %", "Stripped"),
    ];
    for (number, (data, said, not_said)) in rows.into_iter().enumerate() {
        let answer = answer_of(&data);
        assert!(answer.contains(said), "row {number}: {said:?} is not in {answer:?}");
        assert!(!answer.contains(not_said), "row {number}: {not_said:?} is in {answer:?}");
    }
}

#[test]
fn without_the_proposal_the_primary_contrasts_stand_in() {
    let answer = answer_of(&Synthetic::default().without("static"));
    assert!(answer.contains("`pie-external` (PIE alone): a loader and libraries"), "{answer}");
    assert!(!answer.contains("proposal"), "{answer}");
}

#[test]
fn pie_alone_is_said_only_of_contrasts_in_which_nothing_else_differs() {
    let mut data = Synthetic::default();
    for contrast in &mut data.contrasts {
        contrast.pie_only = false;
    }
    let run = data.run();
    let text = markdown(&run);
    let (before, _) = text.split_once("## The claims in full").expect("has claims");
    let about = before.replace("\"PIE alone\" is said only", "");
    assert!(!about.contains("PIE alone"), "{about}");
}

#[test]
fn somebody_elses_words_cannot_break_the_report() {
    let mut run = Synthetic::default().shape("static-pie", |shape| shape.status = Status::Unsupported).run();
    for row in run.artifacts.iter_mut().filter(|row| row.status == Status::Unsupported) {
        row.reason = "```\n# heading\u{7}\n| cell |\n<script>".to_owned();
    }
    let text = markdown(&run);
    assert!(text.contains("\n    ```\n    # heading\n    | cell |\n    <script>\n"), "{text}");
    assert!(text.contains("Unsupported: `hello/static-pie/go1.27.3/linux-amd64`,"), "{text}");
}

#[test]
fn prose_is_no_wider_than_a_mail() {
    for (name, data) in edges() {
        for line in markdown(&data.run()).lines() {
            let verbatim = ["|", "    ", "#", "!["].iter().any(|start| line.starts_with(start));
            let one_word = line.trim_start_matches(['-', ' ']).split_whitespace().count() < 2;
            assert!(verbatim || one_word || line.chars().count() <= 78, "{name}: {line}");
        }
    }
}

#[test]
fn a_second_toolchain_has_no_parts_of_its_own() {
    let mut run = small().run();
    let renamed = |text: &str| text.replace("go1.27.3", "go1.26.1");
    let artifacts: Vec<_> = run.artifacts.clone();
    run.artifacts.extend(artifacts.into_iter().map(|mut row| {
        (row.id, row.toolchain) = (renamed(&row.id), renamed(&row.toolchain));
        row
    }));
    let facts: Vec<_> = run.facts.clone();
    run.facts.extend(facts.into_iter().map(|mut row| {
        row.case = renamed(&row.case);
        row
    }));
    let files = render(&run).expect("renders");
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let text = String::from_utf8_lossy(&files[0].1).into_owned();
    // Home alone is told in full.
    assert!(names.contains(&"plots/hello-sizes.svg") && !text.contains("### hello on"), "{names:?}");
    let pictures: Vec<&str> = names.into_iter().filter(|name| is_picture(name)).collect();
    // The report, and the page that answers.
    assert_eq!(pictures.len() * 2 + 2, files.len());
    for name in pictures {
        assert!(text.contains(name), "{name} is not shown");
    }
}

/// The run with a reference program in C, whose rows are those of `hello` under other names.
fn with_c(mut run: Run) -> Run {
    let renames = [
        ("hello/exe-external/", "cref/c-exe/"),
        ("hello/pie-external/", "cref/c-pie/"),
        ("pie-given-external", "c-pie"),
        ("go1.27.3", "gcc-12.2.0"),
    ];
    let renamed = |text: &str| {
        let text =
            renames[..2].iter().find_map(|(from, to)| Some(format!("{to}{}", text.strip_prefix(from)?)))?;
        Some(text.replace(renames[3].0, renames[3].1))
    };
    let mut program = run.info.programs[0].clone();
    (program.name, program.source) = ("cref".to_owned(), Source::C("cref".to_owned()));
    run.info.programs.push(program);
    for (from, to) in [("exe-external", "c-exe"), ("pie-external", "c-pie")] {
        let variant = run.info.variants.iter().find(|variant| variant.name == from).expect("is there");
        let mut variant = variant.clone();
        (variant.name, variant.language, variant.cc) = (to.to_owned(), Language::C, vec!["-O2".to_owned()]);
        (variant.buildmode, variant.linkmode, variant.cgo_enabled) = (None, None, None);
        run.info.variants.push(variant);
    }
    let contrast =
        run.info.contrasts.iter().find(|contrast| contrast.name == renames[2].0).expect("is there");
    let (name, what) = ("c-pie".to_owned(), "PIE in C".to_owned());
    let (base, changed) = ("c-exe".to_owned(), "c-pie".to_owned());
    run.info.contrasts.push(Contrast { name, what, base, changed, ..contrast.clone() });
    let own: Vec<_> = (run.artifacts.iter().cloned())
        .filter_map(|mut row| {
            row.id = renamed(&row.id)?;
            let mut parts = row.id.split('/').map(str::to_owned);
            (row.program, row.variant, row.toolchain) = (parts.next()?, parts.next()?, parts.next()?);
            Some(row)
        })
        .collect();
    run.artifacts.extend(own);
    let own: Vec<_> = (run.facts.iter().cloned())
        .filter_map(|mut row| {
            row.case = renamed(&row.case)?;
            Some(row)
        })
        .collect();
    run.facts.extend(own);
    let own: Vec<_> = (run.estimates.iter().filter(|row| row.program == "hello").cloned())
        .filter_map(|mut row| {
            row.name = if row.name == renames[2].0 { renames[2].1.to_owned() } else { renamed(&row.name)? };
            (row.program, row.toolchain) = ("cref".to_owned(), "gcc-12.2.0".to_owned());
            Some(row)
        })
        .collect();
    run.estimates.extend(own);
    run
}

#[test]
fn a_reference_program_stands_beside_the_programs_and_not_among_them() {
    let plain = Synthetic::default().run();
    let run = with_c(plain.clone());
    let (before, (text, plots)) = (markdown(&plain), draw(&run).expect("renders"));
    assert_eq!(answer(&before), answer(&text));
    let judged = |run: &Run| -> Vec<String> { judge(run).into_iter().map(|judged| judged.because).collect() };
    assert_eq!(judged(&plain), judged(&run));
    let (_, section) = text.split_once("## Reference program `cref`").expect("has a section");
    let section = section.split("\n## ").next().expect("ends");
    assert!(section.contains("| variant | as linked | stripped | over c-exe |"), "{section}");
    assert!(section.contains("- PIE in C (`c-exe` to `c-pie`): +"), "{section}");
    assert!(!section.contains("static") && !section.contains("Not timed"), "{section}");
    assert!(text.contains("| c-pie ") && text.contains("cc -O2 *.c"), "{text}");
    let forest = plots.iter().find(|plot| plot.name == "contrasts").expect("is drawn");
    assert!(forest.svg.contains("PIE in C (c-pie)") && forest.svg.contains("cref"));
    for plot in &plots {
        check_words(&plot.name, &plot.svg);
    }
}

/// What cannot be built as the proposal has it is said in its first line.
#[test]
fn what_the_proposal_cannot_build_is_in_the_answer() {
    let mut run = Synthetic::default().run();
    let of_net = |row: &&mut ArtifactRow| row.program == "net" && row.variant == "static";
    for row in run.artifacts.iter_mut().filter(of_net) {
        row.status = Status::Unsupported;
    }
    let text = markdown(&run);
    let first = answer(&text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(first.contains("`static` (the proposal): no loader, no library; not built: net;"), "{first}");
    // What was not tried is no evidence.
    for row in run.artifacts.iter_mut().filter(|row| row.status == Status::Unsupported) {
        row.status = Status::Skipped;
    }
    let text = markdown(&run);
    assert!(!answer(&text).contains("not built"), "{}", answer(&text));
}

fn is_picture(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "png")
}

/// Data that strains the layout.
fn edges() -> Vec<(&'static str, Synthetic)> {
    let data = Synthetic::default;
    let mut long = data();
    long.programs[0].name = "a-program-with-a-name-of-30-ch";
    let name = |old: &str| format!("{old}-with-a-name-of-thirty-chars");
    for (variant, _) in &mut long.variants {
        variant.copy_of = variant.copy_of.as_ref().map(|old| name(old));
        variant.name = name(&variant.name);
    }
    for contrast in &mut long.contrasts {
        contrast.base = name(&contrast.base);
        contrast.changed = name(&contrast.changed);
        contrast.what = format!("{} and a long explanation of what it is that differs here", contrast.what);
    }
    let mut many = data();
    let names =
        ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15"];
    let base = many.programs[0].clone();
    many.programs = names.map(|name| crate::claims::synthetic::Base { name, ..base.clone() }).to_vec();
    let mut slow = data();
    slow.programs[0].start = 20.0;
    let mut quick = data();
    (quick.programs[0].start, quick.programs[0].size) = (0.000_01, 900.0);
    let mut untimed = data();
    untimed.contrasts.clear();
    let mut one = small();
    one.programs[0].contrasts = Contrasts::Primary;
    let broken = data()
        .shape("static-pie", |shape| shape.status = Status::Unsupported)
        .shape("pie-external", |shape| shape.status = Status::Failed);
    vec![
        ("as usual", data()),
        ("long names", long),
        ("many programs", many),
        ("20 s", slow),
        ("10 us and 900 bytes", quick),
        ("nothing timed", untimed),
        ("one program", one),
        ("not built", broken),
        ("one copy", Synthetic { copies: 1, ..data() }),
        ("huge intervals", Synthetic { width: 3.0, noise: 2.0, ..data() }),
        ("less", data().shape("pie-internal", |shape| (shape.start, shape.size) = (0.2, 0.5))),
        ("much more", data().shape("pie-internal", |shape| (shape.start, shape.size) = (80.0, 12.0))),
        ("not stripped", Synthetic { strip: false, ..data() }),
    ]
}

#[test]
fn words_in_plots_are_whole_and_do_not_overlap() {
    for (name, data) in edges() {
        for plot in draw(&data.run()).expect("renders").1 {
            check_words(&format!("{name}: {}", plot.name), &plot.svg);
        }
    }
}

#[test]
fn pictures_are_small_png_files() {
    let files = render(&Synthetic::default().run()).expect("renders");
    let pictures: Vec<_> = files.iter().filter(|(name, _)| is_picture(name)).collect();
    assert_eq!(pictures.len(), 11);
    for (name, bytes) in pictures {
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
        assert!((5_000..150_000).contains(&bytes.len()), "{name} has {} bytes", bytes.len());
    }
}

pub(super) fn check_words(name: &str, svg: &str) {
    let (boxes, [width, height]) = text_boxes(svg).expect("parses");
    assert!(boxes.len() > 5, "{name} has words");
    for (number, (text, [left, top, right, bottom])) in boxes.iter().enumerate() {
        let inside = *left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height;
        assert!(inside, "{name}: {text:?} is cut");
        for (other, [x0, y0, x1, y1]) in &boxes[..number] {
            // Letters do not fill their line: a little may overlap.
            let apart = right - 1.0 <= *x0 || *x1 <= left + 1.0 || bottom - 4.0 <= *y0 || *y1 <= top + 4.0;
            assert!(apart, "{name}: {text:?} and {other:?} overlap");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the data, no difference is called one unless its interval says so, and nothing is "faster".
    #[test]
    fn signs_follow_the_intervals(start in 0.3_f64..3.0, width in 0.001_f64..0.4, noise in 0.001_f64..0.4) {
        let data = Synthetic { noise, width, ..small() }.shape("pie-internal", |shape| shape.start = start);
        let text = markdown(&data.run());
        prop_assert!(!text.contains("faster") && !text.contains("slower"));
        let (low, high) = (start * (1.0 - width), start * (1.0 + width));
        let floor = (1.0 + noise).ln().max(-(1.0 - noise).ln()).exp();
        let sign = match () {
            () if low <= 1.0 && high >= 1.0 => "=",
            () if low > floor => "+",
            () if high < 1.0 / floor => "-",
            () => "~",
        };
        let row = text.lines().find(|line| line.starts_with("| pie-given-internal |")).expect("has the row");
        prop_assert_eq!(row.split('|').nth(2).map(str::trim), Some(sign), "{}", row);
    }
}

#[test]
fn the_ladder_is_shown_with_what_it_predicts() {
    let costs = |contrast, off| Costs { contrast, relocation: (6e-9, 1e-9), page: (2.3e-6, 0.1e-6), off };
    let ladder = vec![costs("pie-given-internal", 0.0), costs("pie-given-external", -30e-6)];
    let data = Synthetic { ladder, ..Synthetic::default() };
    let (text, plots) = draw(&data.run()).expect("renders");
    let section = text.split("\n## ").find(|part| part.starts_with("Relocations\n")).expect("is there");
    insta::assert_snapshot!(section);
    for name in ["relocations", "predictions"] {
        let plot = plots.iter().find(|plot| plot.name == name).expect("is drawn");
        check_words(name, &plot.svg);
        assert!(section.contains(&format!("plots/{name}.png")));
    }
    let without = markdown(&Synthetic::default().run());
    assert!(without.contains("No relocation ladder was climbed in this run."));
}
