//! The plots of a report, each as SVG and as PNG; pure.
//!
//! Each title says what is shown in words computed from the data. Colours are those of Okabe and Ito; what a
//! colour tells is also told by shape, place or words, so that the plots read in grey.

mod axis;
mod distributions;
mod forest;
mod glance;
mod ladder;
pub(super) mod lines;
pub(super) mod map;
mod memory;
pub(super) mod moves;
mod parts;
mod sheet;
mod sizes;
mod speed;
mod startup;
pub(super) mod waterfall;

use anyhow::Result;

pub(super) use self::distributions::{SetLine, SetLines};
use super::Picture;
use super::raster::png;
use super::sizes::difference as sizes_of;
use crate::claims::words::capital;
use crate::config::Program;
use crate::results::{Index, Place};

/// A plot under the name that it has in `plots/`, without the ending.
pub(super) struct Plot {
    pub(super) name: String,
    pub(super) svg: String,
    /// What it shows, for those who do not see it.
    pub(super) shows: String,
}

impl Plot {
    /// The plot as the text refers to it.
    pub(super) fn picture(&self) -> Picture {
        Picture { name: self.name.clone(), shows: self.shows.clone() }
    }

    /// The files of a plot.
    pub(super) fn files(&self) -> Result<[(String, Vec<u8>); 2]> {
        let path = |ending: &str| format!("plots/{}.{ending}", self.name);
        Ok([(path("svg"), self.svg.clone().into_bytes()), (path("png"), png(&self.svg)?)])
    }
}

/// What layout of the functions the times are of.
fn layout(index: &Index<'_>) -> &'static str {
    let varied = index.run().estimates.iter().any(|row| row.scope == "over-layouts");
    if varied { "this layout" } else { "provisional: one layout" }
}

/// The ratios of all contrasts.
pub(super) fn contrasts<'a>(index: &Index<'a>, place: Place<'a>) -> Result<Vec<Plot>> {
    let sheets = forest::draw(index, place)?.into_iter().enumerate();
    Ok(sheets
        .map(|(number, svg)| Plot {
            name: match number {
                0 => "contrasts".to_owned(),
                _ => format!("contrasts-{}", number + 1),
            },
            svg,
            shows: "CPU time of a start, pinned: ratios of all contrasts".to_owned(),
        })
        .collect())
}

/// The plots of the relocation ladder; none where it was not climbed.
pub(super) fn relocations(index: &Index<'_>) -> Result<Vec<Plot>> {
    let sheets = [
        ("relocations", "cost of a start against relocations, dense and sparse", ladder::rungs(index)?),
        ("predictions", "costs of PIE predicted from relocations, and measured", ladder::predictions(index)?),
    ];
    let plot = |(name, shows, svg): (&str, &str, Option<String>)| {
        Some(Plot { name: name.to_owned(), svg: svg?, shows: shows.to_owned() })
    };
    Ok(sheets.into_iter().filter_map(plot).collect())
}

/// What distributions' sets of flags add to size and start; none where nothing can be compared.
pub(super) fn distributions<'a>(
    index: &Index<'a>,
    place: Place<'a>,
    sets: &[SetLines<'a>],
) -> Result<Option<Plot>> {
    let svg = distributions::draw(index, place, sets)?;
    let shows = "size and CPU time of a start over the proposal, by distribution".to_owned();
    Ok(svg.map(|svg| Plot { name: "distributions".to_owned(), svg, shows }))
}

/// Speed at work of all programs, where any was timed.
pub(super) fn speed<'a>(index: &Index<'a>, place: Place<'a>) -> Result<Option<Plot>> {
    let svg = speed::draw(index, place)?;
    let shows = "CPU time of work over function layouts: ratios of PIE alone".to_owned();
    Ok(svg.map(|svg| Plot { name: "speed".to_owned(), svg, shows }))
}

/// What several processes hold together, program by program; those for which there is data.
pub(super) fn memory(index: &Index<'_>) -> Result<Vec<Plot>> {
    let mut plots = Vec::new();
    for program in &index.run().info.programs {
        for place in index.places_of(program.source.language()) {
            if let Some(svg) = memory::draw(index, program, place)? {
                plots.push(Plot {
                    name: format!("{}-memory", program.name),
                    svg,
                    shows: format!("{}: memory of several processes", program.name),
                });
            }
        }
    }
    Ok(plots)
}

/// The plots of one program: at a glance, its sizes, its starts; those for which there is data.
pub(super) fn of_program<'a>(index: &Index<'a>, program: &'a Program, place: Place<'a>) -> Result<Vec<Plot>> {
    let went = index.contrasts_of(program).find(|contrast| contrast.pie_only);
    let went = went.and_then(|contrast| Some((contrast, sizes_of(index, program, place, contrast)?)));
    let went = went.map(|(contrast, difference)| {
        waterfall::draw(
            &difference,
            waterfall::Words {
                what: &format!("{}: PIE alone", program.name),
                old: &contrast.base,
                new: &contrast.changed,
                both: &format!("{}; {}, {}", capital(&contrast.what), place.toolchain, place.target),
            },
        )
    });
    let sheets = [
        ("glance", "properties and costs of each variant", glance::draw(index, &program.name, place)?),
        ("sizes", "file sizes by what the bytes are for", sizes::draw(index, program, place)?),
        ("went", "where the bytes of PIE went", went.transpose()?),
        ("startup", "time of a start, by variant", startup::draw(index, &program.name, place)?),
    ];
    let plot = |(stem, shows, svg): (&str, &str, Option<String>)| {
        Some(Plot {
            name: format!("{}-{stem}", program.name),
            svg: svg?,
            shows: format!("{}: {shows}", program.name),
        })
    };
    Ok(sheets.into_iter().filter_map(plot).collect())
}

/// The plots of a program's starts: what a total is made of.
pub(super) fn of_starts<'a>(index: &Index<'a>, program: &'a Program, place: Place<'a>) -> Result<Vec<Plot>> {
    let totals = index.contrasts_of(program).filter(|contrast| contrast.total);
    let mut plots = Vec::new();
    for contrast in totals {
        if let Some(svg) = parts::draw(index, contrast, &program.name, place)? {
            let name = format!("{}-{}", program.name, contrast.name);
            let shows = format!("{}: what {} adds to a start, part by part", program.name, contrast.changed);
            plots.push(Plot { name, svg, shows });
        }
    }
    Ok(plots)
}
