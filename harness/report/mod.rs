//! The report of a run: Markdown and plots, from rows in memory to files in memory; pure.
//!
//! Every number and every sentence that could be otherwise is computed from the rows; what is the same in every
//! report stands in `report.md.j2`. Reading the run and writing the files is left to the caller.

mod across;
mod answer;
mod borders;
mod builds;
pub mod calibration;
mod canvas;
mod closing;
mod controls;
mod criterion;
mod layouts;
mod markdown;
mod memory;
mod middle;
mod plots;
mod probes;
mod program;
mod raster;
mod recommend;
mod relocations;
mod sizes;
mod startup;
mod traces;
mod trials;
mod variants;
mod verdicts;

use anyhow::{Context, Result};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use self::plots::Plot;
pub use self::plots::waterfall::Words as Waterfall;
pub use self::raster::png;
use crate::config::{Language, Program, Source};
use crate::diff::Difference;
use crate::results::{Criterion, Index, NotMeasured, Run};
pub(crate) use markdown::Table;

/// A plot as the text refers to it.
#[derive(Clone, Debug, Serialize)]
struct Picture {
    name: String,
    shows: String,
}

/// The section of a program.
#[derive(Debug, Serialize)]
struct Section {
    heading: String,
    name: String,
    what: String,
    source: String,
    parts: Vec<program::Part>,
}

/// What the template is filled with.
#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    place: Option<String>,
    answer: Vec<String>,
    /// Whether there is a page that says what to set instead.
    has_answer: bool,
    contrasts: Vec<Picture>,
    verdicts: verdicts::Verdicts,
    variants: variants::Variants,
    across: Vec<across::Part>,
    programs: Vec<Section>,
    relocations: relocations::Relocations,
    layouts: layouts::Part,
    speed: Vec<Picture>,
    builds: builds::Part,
    scope: String,
    memory: Option<memory::Memory>,
    traces: Option<traces::Traces>,
    middle: Option<middle::Middle>,
    trials: Vec<trials::Part>,
    probes: Vec<probes::Part>,
    noise: closing::Noise,
    controls: controls::Controls,
    calibration: Option<calibration::Words>,
    not_measured: &'a [NotMeasured],
    not_built: Vec<closing::NotBuilt>,
    machine: Vec<String>,
    again: closing::Again,
}

/// The pages, and what they include, by name.
const TEMPLATES: [(&str, &str); 7] = [
    ("report.md.j2", include_str!("report.md.j2")),
    ("answer.md.j2", include_str!("answer.md.j2")),
    ("across.md.j2", include_str!("across.md.j2")),
    ("startup.md.j2", include_str!("startup.md.j2")),
    ("controls.md.j2", include_str!("controls.md.j2")),
    ("probes.md.j2", include_str!("probes.md.j2")),
    ("traces.md.j2", include_str!("traces.md.j2")),
];

/// Renders the files of `report/<run>/`, each with its path in that folder: `report.md`, and every plot as
/// `plots/*.svg` and `plots/*.png`.
pub fn render(run: &Run) -> Result<Vec<(String, Vec<u8>)>> {
    render_beside(run, None)
}

/// The same, with a section that sets the results of `cargo bench` beside the run's, where there are any.
pub fn render_beside(run: &Run, criterion: Option<&Criterion>) -> Result<Vec<(String, Vec<u8>)>> {
    let (mut text, plots) = draw(run)?;
    if let Some(criterion) = criterion {
        text += &criterion::section(&Index::new(run), criterion);
    }
    let mut files = vec![("report.md".to_owned(), text.into_bytes())];
    if let Some(page) = recommend::page(&Index::new(run)) {
        files.push(("answer.md".to_owned(), fill("answer.md.j2", Serde(&page))?.into_bytes()));
    }
    for plot in &plots {
        files.extend(plot.files()?);
    }
    Ok(files)
}

/// The text, and the plots that it shows.
fn draw(run: &Run) -> Result<(String, Vec<Plot>)> {
    let index = Index::new(run);
    let mut plots = Vec::new();
    for place in index.places() {
        plots.extend(plots::contrasts(&index, place)?);
    }
    let contrasts: Vec<Picture> = plots.iter().map(Plot::picture).collect();
    let mut sections = Vec::new();
    for program in &run.info.programs {
        let mut parts = Vec::new();
        for place in index.places_of(program.source.language()) {
            let own = plots::of_program(&index, program, place)?;
            let pictures = own.iter().map(Plot::picture).collect();
            let starts = plots::of_starts(&index, program, place)?;
            let pictures_of_starts = starts.iter().map(Plot::picture).collect();
            plots.extend(own.into_iter().chain(starts));
            let startup = startup::startup(&index, program, place, pictures_of_starts);
            parts.push(program::part(&index, program, place, pictures, startup));
        }
        sections.push(section(program, parts));
    }
    let mut at_work = Vec::new();
    for place in index.places() {
        at_work.extend(plots::speed(&index, place)?);
    }
    let speed = at_work.iter().map(Plot::picture).collect();
    plots.extend(at_work);
    let memory = plots::memory(&index)?;
    let pictures = memory.iter().map(Plot::picture).collect();
    plots.extend(memory);
    let memory = memory::part(&index, pictures);
    let of_ladder = plots::relocations(&index)?;
    let pictures = of_ladder.iter().map(Plot::picture).collect();
    plots.extend(of_ladder);
    let relocations = relocations::part(&index, pictures);
    let (across, own) = across::parts(&index)?;
    plots.extend(own);
    let (probes, own) = probes::parts(&index)?;
    plots.extend(own);
    let drawn = Drawn { probes, contrasts, across, speed, sections, relocations, memory };
    Ok((text(&index, drawn)?, plots))
}

/// Draws where the bytes of two artifacts differ, as SVG.
pub fn waterfall(difference: &Difference, words: Waterfall<'_>) -> Result<String> {
    plots::waterfall::draw(difference, words)
}

/// The answer of a rendered report: its first paragraph.
pub fn answer(text: &str) -> &str {
    text.split("\n\n").nth(1).unwrap_or_default().trim_end()
}

/// The heading of a program's section.
fn program_heading(language: Language, name: &str) -> String {
    match language {
        Language::Go => format!("Program `{name}`"),
        Language::C => format!("Reference program `{name}`"),
    }
}

fn section(program: &Program, parts: Vec<program::Part>) -> Section {
    Section {
        heading: program_heading(program.source.language(), &program.name),
        name: program.name.clone(),
        what: crate::claims::words::capital(program.what.trim_end_matches('.')),
        source: match &program.source {
            Source::Module { folder, package } if package == "." => format!("module `{folder}`"),
            Source::Module { folder, package } => format!("package `{package}` of module `{folder}`"),
            Source::Toolchain(package) => format!("`{package}` of the toolchain's own tree"),
            Source::C(folder) => format!("the C files of `{folder}`"),
            Source::Ladder(_) => "generated".to_owned(),
        },
        parts,
    }
}

/// The parts of the text that have plots.
struct Drawn {
    probes: Vec<probes::Part>,
    contrasts: Vec<Picture>,
    across: Vec<across::Part>,
    speed: Vec<Picture>,
    sections: Vec<Section>,
    relocations: relocations::Relocations,
    memory: Option<memory::Memory>,
}

fn text(index: &Index<'_>, drawn: Drawn) -> Result<String> {
    let info = &index.run().info;
    let page = Page {
        name: &info.name,
        place: index.places().first().map(|place| format!("{}, {}", place.toolchain, place.target)),
        answer: answer::items(index),
        has_answer: recommend::is_there(index),
        contrasts: drawn.contrasts,
        verdicts: verdicts::part(index.run()),
        variants: variants::part(index),
        across: drawn.across,
        programs: drawn.sections,
        relocations: drawn.relocations,
        layouts: layouts::part(index),
        speed: drawn.speed,
        builds: builds::part(index),
        scope: answer::layouts(index),
        memory: drawn.memory,
        traces: traces::part(index),
        middle: middle::part(index),
        trials: trials::parts(index),
        probes: drawn.probes,
        noise: closing::noise(index),
        controls: controls::controls(index),
        calibration: calibration::part(&index.run().calibrations),
        not_measured: &info.not_measured,
        not_built: closing::not_built(index),
        machine: closing::machine(index),
        again: closing::again(index),
    };
    fill("report.md.j2", Serde(&page))
}

/// A page from its template.
fn fill(template: &str, page: Serde<impl Serialize>) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).with_context(|| format!("{name} is malformed"))?;
    }
    let template = environment.get_template(template).context("there is no such template")?;
    let filled = template.render(page).context("the report cannot be rendered")?;
    let filled = filled.replacen("<!-- contents -->", &markdown::contents(&filled), 1);
    Ok(markdown::fill_prose(&filled))
}

#[cfg(test)]
mod tests;
