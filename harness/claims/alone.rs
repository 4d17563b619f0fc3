//! Rules over starts in roots that hold little or nothing: who needs the system's loader and libraries.

use super::probed::{Probed, at_home};
use super::subject::unique;
use super::{Finding, Verdict, words};
use crate::config::PROPOSAL;
use crate::results::Index;

const PROBE: &str = "empty-root";

fn evidence() -> Vec<String> {
    ["probes.csv: empty-root", "facts.csv: pie, interpreter, needed", "trials.csv: other-host"]
        .map(str::to_owned)
        .into()
}

/// The variants of some artifacts, as code.
fn variants(all: &[&Probed<'_>]) -> String {
    words::code_list(&unique(all.iter().map(|one| one.variant())))
}

/// Why none of them was tried.
fn untried(all: &[Probed<'_>], what: &str) -> Finding {
    let why = all.iter().find_map(|one| one.lacking("alone"));
    Finding::undecided(match why {
        Some(why) => format!("none of {} {what} could be started in an empty root: {why}", all.len()),
        None => format!("this run started no {what} in an empty root"),
    })
}

pub(super) fn pie_needs_loader(index: &Index<'_>) -> Finding {
    let pies: Vec<Probed<'_>> =
        at_home(index, PROBE).into_iter().filter(|one| one.built.is_pie(index)).collect();
    let tried: Vec<&Probed<'_>> = pies.iter().filter(|one| one.yes("alone").is_some()).collect();
    if tried.is_empty() {
        return untried(&pies, "PIEs");
    }
    let (alone, leaning): (Vec<&Probed<'_>>, Vec<&Probed<'_>>) =
        tried.iter().copied().partition(|one| one.yes("alone") == Some(true));
    let mut because = vec![format!(
        "{} PIEs started in a root that holds nothing else",
        words::of(alone.len(), tried.len())
    )];
    if !alone.is_empty() {
        because.push(format!(": {}", variants(&alone)));
    }
    because.push(".".to_owned());
    if !leaning.is_empty() {
        let with_loader: Vec<&Probed<'_>> =
            leaning.iter().copied().filter(|one| one.yes("with-loader") == Some(true)).collect();
        let with_all: Vec<&Probed<'_>> =
            leaning.iter().copied().filter(|one| one.yes("with-libraries") == Some(true)).collect();
        because.push(format!(
            " Of the others ({}), {} started once the loader was added{}, and {} once the libraries were.",
            variants(&leaning),
            words::of(with_loader.len(), leaning.len()),
            if with_loader.is_empty() { String::new() } else { format!(" ({})", variants(&with_loader)) },
            words::of(with_all.len(), leaning.len()),
        ));
        let not: Vec<String> = leaning
            .iter()
            .filter_map(|one| {
                one.row("with-libraries").filter(|row| row.number == Some(0.0)).map(|row| (one, row))
            })
            .map(|(one, row)| format!("{} as `{}` ({})", one.built.program, one.variant(), row.text))
            .collect();
        if !not.is_empty() {
            because.push(format!(" Not so, with all of them: {}.", words::few(&not, 4)));
        }
    }
    because.push(loader_of_the_build_host(index));
    let verdict = match (alone.is_empty(), leaning.is_empty()) {
        (true, _) => Verdict::Supported,
        (_, true) => Verdict::Refuted,
        _ => Verdict::Qualified,
    };
    let programs = unique(tried.iter().map(|one| one.built.program));
    Finding { verdict, because: because.concat(), evidence: evidence(), programs }
}

/// That Go's linker names the loader which it finds where it builds, where that was seen.
fn loader_of_the_build_host(index: &Index<'_>) -> String {
    let rows = || index.run().trials.iter().filter(|row| row.experiment == "other-host");
    let Some(first) = rows().next() else { return String::new() };
    let own = rows().filter(|row| row.program == first.program && !row.interpreter.is_empty());
    let named: Vec<(&str, String)> =
        own.map(|row| (row.interpreter.as_str(), format!("`{}` {}", row.interpreter, row.change))).collect();
    if unique(named.iter().map(|(loader, _)| *loader)).len() < 2 {
        return String::new();
    }
    let named: Vec<String> = named.into_iter().map(|(_, said)| said).collect();
    format!(
        " Which loader Go's linker names comes from where it builds, unless `-I` pins it: {}.",
        words::list(&named)
    )
}

pub(super) fn static_stands_alone(index: &Index<'_>) -> Finding {
    let all: Vec<Probed<'_>> =
        at_home(index, PROBE).into_iter().filter(|one| one.variant() == PROPOSAL).collect();
    let tried: Vec<&Probed<'_>> = all.iter().filter(|one| one.yes("alone").is_some()).collect();
    if tried.is_empty() {
        return untried(&all, &format!("artifacts of `{PROPOSAL}`"));
    }
    let well = |one: &&&Probed<'_>| {
        one.built.stands_alone(index)
            && one.yes("alone") == Some(true)
            && one.yes("beside-musl") != Some(false)
    };
    let standing = tried.iter().filter(well).count();
    let foreign = tried.iter().filter(|one| one.yes("beside-musl") == Some(true)).count();
    let mut because = format!(
        "{} artifacts of `{PROPOSAL}` name no loader and no library and started in a root that holds nothing else",
        words::of(standing, tried.len())
    );
    match (foreign, tried.iter().find_map(|one| one.lacking("beside-musl"))) {
        (0, Some(why)) => {
            words::add(&mut because, &format!("; beside a foreign C library none was tried: {why}"));
        }
        _ => words::add(
            &mut because,
            &format!(", {foreign} of them also beside musl instead of the system's C library"),
        ),
    }
    let failed: Vec<String> = tried
        .iter()
        .filter(|one| !well(one))
        .map(|one| {
            let how = one.row("alone").map(|row| row.text.as_str()).filter(|text| !text.is_empty());
            format!("{} ({})", one.built.program, how.unwrap_or("names a loader or a library"))
        })
        .collect();
    if !failed.is_empty() {
        words::add(&mut because, &format!(". Not so: {}", words::list(&failed)));
    }
    let verdict = match standing {
        0 => Verdict::Refuted,
        n if n == tried.len() => Verdict::Supported,
        _ => Verdict::Qualified,
    };
    let programs = unique(tried.iter().map(|one| one.built.program));
    Finding { verdict, because, evidence: evidence(), programs }
}
