//! The plots of a report, each as SVG and as PNG; pure.
//!
//! Each title says what is shown in words computed from the data. Colours are those of Okabe and Ito; what a
//! colour tells is also told by shape, place or words, so that the plots read in grey.

mod axis;
mod forest;
mod glance;
mod sheet;
mod sizes;
mod startup;

use anyhow::Result;

use super::Picture;
use super::raster::png;
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

/// The name of a plot of one place; only where a run has several does the place stand in it.
fn name(index: &Index<'_>, stem: &str, place: Place<'_>) -> String {
    match index.places() {
        [] | [_] => stem.to_owned(),
        _ => format!("{stem}-{}-{}", place.toolchain, place.target.replace('/', "-")),
    }
}

/// The ratios of all contrasts.
pub(super) fn contrasts(index: &Index<'_>, place: Place<'_>) -> Result<Vec<Plot>> {
    let sheets = forest::draw(index, place)?.into_iter().enumerate();
    Ok(sheets
        .map(|(number, svg)| Plot {
            name: match number {
                0 => name(index, "contrasts", place),
                _ => format!("{}-{}", name(index, "contrasts", place), number + 1),
            },
            svg,
            shows: "CPU time of a start, pinned: ratios of all contrasts".to_owned(),
        })
        .collect())
}

/// The plots of one program: at a glance, its sizes, its starts; those for which there is data.
pub(super) fn of_program(index: &Index<'_>, program: &str, place: Place<'_>) -> Result<Vec<Plot>> {
    let sheets = [
        ("glance", "properties and costs of each variant", glance::draw(index, program, place)?),
        ("sizes", "file sizes by what the bytes are for", sizes::draw(index, program, place)?),
        ("startup", "time of a start, by variant", startup::draw(index, program, place)?),
    ];
    let plot = |(stem, shows, svg): (&str, &str, Option<String>)| {
        Some(Plot {
            name: name(index, &format!("{program}-{stem}"), place),
            svg: svg?,
            shows: format!("{program}: {shows}"),
        })
    };
    Ok(sheets.into_iter().filter_map(plot).collect())
}
