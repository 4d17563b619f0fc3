//! What is the same and what differs on other targets; and where PIE needs a C toolchain, target by release.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Part, Shown};
use crate::claims::words;
use crate::config::{PROPOSAL, Variant};
use crate::report::markdown::Table;
use crate::report::plots::{Plot, map};
use crate::results::{ArtifactRow, Index, Place, Status};
use crate::toolchain::release_order;

/// What became of a PIE that was asked for without cgo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Need {
    /// It was built: no C toolchain is needed.
    Nothing,
    /// Go asks for external linking, and so for a C toolchain.
    C,
    /// The release has no such build mode for the target, or not the target.
    NoPie,
    /// Something else came in between.
    Unknown,
}

impl Need {
    /// By the row of the case. Source of the words: `cmd/go/internal/work/init.go`, `cmd/link/internal/ld/config.go`.
    fn of(row: &ArtifactRow) -> Self {
        let says = |words: &str| row.reason.contains(words);
        match row.status {
            Status::Built => Self::Nothing,
            Status::Unsupported if says("requires external") || says("external linking required") => Self::C,
            Status::Unsupported if says("not supported on") || says("unsupported GOOS/GOARCH") => Self::NoPie,
            _ => Self::Unknown,
        }
    }

    pub(in crate::report) fn word(self) -> &'static str {
        match self {
            Self::Nothing => "no C",
            Self::C => "needs C",
            Self::NoPie => "no PIE",
            Self::Unknown => "?",
        }
    }
}

/// Where PIE needs a C toolchain.
pub(in crate::report) struct Map<'a> {
    pub(in crate::report) program: &'a str,
    pub(in crate::report) variant: &'a str,
    pub(in crate::report) targets: Vec<&'a str>,
    pub(in crate::report) releases: Vec<&'a str>,
    cells: Vec<(Place<'a>, Need)>,
}

impl<'a> Map<'a> {
    /// The map of the first program and the first PIE without cgo that were built for several places.
    fn new(index: &Index<'a>) -> Option<Self> {
        let places = index.everywhere();
        let pie = index.run().info.variants.iter().find(|variant| is_pie_without_c(variant))?;
        let program = index.go_programs().next()?;
        let cell = |place: &Place<'a>| {
            Some((*place, Need::of(index.case(&program.name, &pie.name, *place, false)?)))
        };
        let cells: Vec<_> = places.iter().filter_map(cell).collect();
        let mut releases = unique(cells.iter().map(|(place, _)| place.toolchain));
        releases.sort_by_key(|release| release_order(release));
        let targets = unique(cells.iter().map(|(place, _)| place.target));
        let map = Self { program: &program.name, variant: &pie.name, targets, releases, cells };
        (map.targets.len() > 1).then_some(map)
    }

    pub(in crate::report) fn need(&self, target: &str, release: &str) -> Option<Need> {
        let here = |(place, _): &&(Place<'_>, Need)| place.target == target && place.toolchain == release;
        self.cells.iter().find(here).map(|(_, need)| *need)
    }

    /// What every release that was tried says of a target, oldest first.
    fn needs(&self, target: &str) -> Vec<(&'a str, Need)> {
        let need = |release: &&'a str| Some((*release, self.need(target, release)?));
        self.releases.iter().filter_map(need).collect()
    }

    fn table(&self) -> Table {
        let mut columns = vec!["target"];
        columns.extend(&self.releases);
        let mut table = Table::new(&columns);
        for target in &self.targets {
            let cell = |release: &&str| self.need(target, release).map_or("", Need::word).to_owned();
            table.row(std::iter::once((*target).to_owned()).chain(self.releases.iter().map(cell)));
        }
        table
    }

    /// The claim that PIE needs a C toolchain, as the map has it.
    fn reply(&self) -> Vec<String> {
        let newest = |need: Need| -> Vec<String> {
            let of = |target: &&&str| self.needs(target).last().is_some_and(|(_, last)| *last == need);
            self.targets.iter().filter(of).map(|target| (*target).to_owned()).collect()
        };
        let (free, bound) = (newest(Need::Nothing), newest(Need::C));
        let release = self.releases.last().copied().unwrap_or_default();
        let mut said = vec![format!(
            "Without a C toolchain {release} links `{}` of {} as `{}` (PIE, no cgo){}{}{}.",
            self.program,
            of_targets(free.len(), self.targets.len()),
            self.variant,
            listed(" for ", &free),
            listed("; it asks for external linking, and so for C, for ", &bound),
            listed("; it has no PIE for ", &newest(Need::NoPie)),
        )];
        let changed: Vec<String> = self.targets.iter().filter_map(|target| self.change(target)).collect();
        if self.releases.len() > 1 {
            said.push(match changed.as_slice() {
                [] => format!(
                    "That is the same in every release that was tried, {} to {release}.",
                    self.releases[0]
                ),
                some => format!("What changed from release to release: {}.", some.join("; ")),
            });
        }
        said
    }

    /// What the releases disagree about.
    fn change(&self, target: &str) -> Option<String> {
        let needs = self.needs(target);
        let steps = needs.windows(2).filter(|pair| pair[0].1 != pair[1].1);
        let mut steps: Vec<String> =
            steps.map(|pair| format!("{} up to {}", pair[0].1.word(), pair[0].0)).collect();
        let (_, last) = needs.last().filter(|_| !steps.is_empty())?;
        steps.push(last.word().to_owned());
        Some(format!("{target}: {}", steps.join(", then ")))
    }
}

fn is_pie_without_c(variant: &Variant) -> bool {
    variant.map && variant.buildmode.as_deref() == Some("pie") && variant.cgo_enabled.as_deref() == Some("0")
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn of_targets(some: usize, all: usize) -> String {
    format!("{} targets", words::of(some, all))
}

fn listed(before: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("{before}{}", words::list(names)) }
}

pub(super) fn part(index: &Index<'_>) -> Result<Option<(Part, Vec<Plot>)>> {
    let home = index.places().first().copied();
    let (Some(home), Some(map)) = (home, Map::new(index)) else { return Ok(None) };
    let mut reply = map.reply();
    reply.extend(linkage(index, home, &map));
    reply.extend(sizes(index, home, &map));
    reply.extend(ran(index));
    let mut tables = Vec::new();
    let title = format!(
        "Whether `{}` as `{}` takes a C toolchain to build, in the toolchain's own words (the rows of \
         artifacts.csv have them):",
        map.program, map.variant
    );
    tables.push(Shown { title, table: map.table().text() });
    for program in index.go_programs() {
        let table = facts(index, home, &program.name, &map);
        if !table.is_empty() {
            let title =
                format!("`{}` for each target, built by {}, not stripped:", program.name, home.toolchain);
            tables.push(Shown { title, table: table.without_empty_columns().text() });
        }
    }
    let plot = Plot {
        name: "targets".to_owned(),
        svg: map::draw(&map)?,
        shows: "where PIE needs a C toolchain, target by release".to_owned(),
    };
    Ok(Some((
        Part { heading: "Is it different on other targets?", reply, tables, ..Part::default() },
        vec![plot],
    )))
}

/// The row of a case of home's release, for any target.
fn of_target<'a>(
    index: &Index<'a>,
    home: Place<'a>,
    program: &str,
    variant: &str,
    target: &'a str,
) -> Option<&'a ArtifactRow> {
    index.artifact(program, variant, Place { target, ..home }, false)
}

/// How many of what was built are linked the way that home's are.
fn linkage(index: &Index<'_>, home: Place<'_>, map: &Map<'_>) -> Vec<String> {
    let say = |variant: &Variant| {
        let linkages: Vec<(&str, &str)> = (map.targets.iter())
            .filter_map(|target| {
                let row = of_target(index, home, map.program, &variant.name, target)?;
                Some((*target, index.text(&row.id, "linkage")?))
            })
            .collect();
        let here = linkages.iter().find(|(target, _)| *target == home.target)?.1;
        let others: Vec<String> = (linkages.iter())
            .filter(|(_, linkage)| *linkage != here)
            .map(|(target, linkage)| format!("{linkage} for {target}"))
            .collect();
        let same = of_targets(linkages.len() - others.len(), linkages.len());
        let rest = if others.is_empty() { String::new() } else { format!("; {}", others.join(", ")) };
        Some(format!("`{}` is {here} for {same} that it was built for{rest}.", variant.name))
    };
    index.run().info.variants.iter().filter(|variant| variant.map).filter_map(say).collect()
}

/// How much PIE adds to the size, from the least to the most.
fn sizes(index: &Index<'_>, home: Place<'_>, map: &Map<'_>) -> Option<String> {
    let mut ratios: Vec<(f64, &str)> = (map.targets.iter())
        .filter_map(|target| {
            let size = |variant: &str| of_target(index, home, map.program, variant, target)?.size;
            Some((size(map.variant)? as f64 / size(PROPOSAL)? as f64, *target))
        })
        .collect();
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let ((least, first), (most, last)) = (*ratios.first()?, *ratios.last()?);
    let here = ratios.iter().find(|(_, target)| *target == home.target)?.0;
    Some(format!(
        "`{}` of `{}` is larger than `{PROPOSAL}` by {} ({first}) to {} ({last}); for {} by {}.",
        map.variant,
        map.program,
        words::percent(least),
        words::percent(most),
        home.target,
        words::percent(here),
    ))
}

/// What started under an emulator, variant by variant, and for which targets it did not.
fn ran(index: &Index<'_>) -> Vec<String> {
    let part = |id: &'_ str, number: usize| id.split('/').nth(number).unwrap_or_default().to_owned();
    let tried = index.run().emulated.iter();
    let rows: Vec<(String, String, Option<bool>)> =
        tried.map(|row| (part(&row.case, 1), part(&row.case, 3).replacen('-', "/", 1), row.ran)).collect();
    let variants: BTreeSet<&str> = rows.iter().map(|(variant, ..)| variant.as_str()).collect();
    let of_variant = |variant: &str| {
        let of: Vec<_> = rows.iter().filter(|row| row.0 == variant && row.2.is_some()).collect();
        let well = of.iter().filter(|row| row.2 == Some(true)).count();
        let not: BTreeSet<&str> =
            of.iter().filter(|row| row.2 == Some(false)).map(|row| row.1.as_str()).collect();
        let not: Vec<String> = not.into_iter().map(str::to_owned).collect();
        let not = if not.is_empty() { String::new() } else { format!(" (not for {})", words::list(&not)) };
        (!of.is_empty()).then(|| format!("`{variant}` {}{not}", words::of(well, of.len())))
    };
    let each: Vec<String> = variants.into_iter().filter_map(of_variant).collect();
    let mut said: Vec<String> = Vec::new();
    if !each.is_empty() {
        said.push(format!(
            "Started under qemu-user, to see that they run (never timed), these gave the right answer: {}. What was \
             wrong stands in emulated.csv; a dynamic one runs there only where the target's loader and libc are \
             installed.",
            each.join("; ")
        ));
    }
    let untried = rows.iter().filter(|row| row.2.is_none()).count() as u64;
    if untried > 0 {
        let artifacts = words::count(untried, "artifact", "artifacts");
        said.push(format!("Not started: {artifacts} for other targets; emulated.csv says why."));
    }
    said
}

/// A line for each target and variant.
fn facts(index: &Index<'_>, home: Place<'_>, program: &str, map: &Map<'_>) -> Table {
    let mut table = Table::new(&[
        "target",
        "variant",
        "linkage",
        "loader",
        ">relocations",
        ">bytes of them",
        "RELRO",
        ">size",
        ">over static",
        "runs",
    ]);
    for target in &map.targets {
        let proposal = of_target(index, home, program, PROPOSAL, target).and_then(|row| row.size);
        for variant in index.run().info.variants.iter().filter(|variant| variant.map) {
            let Some(row) = of_target(index, home, program, &variant.name, target) else { continue };
            let number =
                |metric: &str| index.number(&row.id, metric, "").map_or(String::new(), |n| n.to_string());
            let text = |metric: &str| index.text(&row.id, metric).unwrap_or("").to_owned();
            let over = row.size.zip(proposal).filter(|_| variant.name != PROPOSAL);
            let emulated = index.run().emulated.iter().find(|emulated| emulated.case == row.id);
            table.row([
                (*target).to_owned(),
                variant.name.clone(),
                text("linkage"),
                text("interpreter"),
                number("relocations"),
                number("relocation-table-size"),
                text("relro").replace("not-applicable", "n/a"),
                row.size.map_or(String::new(), |size| size.to_string()),
                over.map_or(String::new(), |(size, base)| words::percent(size as f64 / base as f64)),
                match emulated.and_then(|row| row.ran) {
                    Some(true) => "yes".to_owned(),
                    Some(false) => "no".to_owned(),
                    None if *target == index.run().info.machine.host => "here".to_owned(),
                    None => String::new(),
                },
            ]);
        }
    }
    table
}
