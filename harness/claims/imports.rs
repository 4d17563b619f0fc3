//! Rules over import graphs: what turns cgo on, what is lost without it, and what memory safety rests on.

use std::collections::BTreeSet;

use super::probed::at_home;
use super::subject::unique;
use super::{Finding, Verdict, words};
use crate::config::{PROPOSAL, Program};
use crate::results::{ArtifactRow, Index, OK, Place, ProbeRow};

const BY_IMPORT: &str = "cgo-by-import";
const BUG_CLASS: &str = "bug-class";
/// Plain `go build`.
const PLAIN: &str = "default";
/// The same, with the tags that keep the resolver and the look-up of users in Go.
const TAGGED: &str = "default-netgo";

/// What the import graph of a program told.
struct Graph<'a> {
    program: &'a Program,
    rows: Vec<&'a ProbeRow>,
}

impl<'a> Graph<'a> {
    /// Of every Go program that was asked at home.
    fn all(index: &Index<'a>, probe: &str) -> Vec<Self> {
        let Some(place) = index.places().first().copied() else { return Vec::new() };
        let of = |program: &'a Program| {
            let rows = index.probed(&id(program, place), probe).to_vec();
            rows.iter().any(|row| row.status == OK).then_some(Self { program, rows })
        };
        index.go_programs().filter_map(of).collect()
    }

    fn row(&self, key: &str) -> Option<&'a ProbeRow> {
        self.rows.iter().copied().find(|row| row.key == key && row.status == OK)
    }

    fn number(&self, key: &str) -> f64 {
        self.row(key).and_then(|row| row.number).unwrap_or_default()
    }

    /// The chains to what brings C in.
    fn chains(&self) -> impl Iterator<Item = &'a str> + '_ {
        let chains = self.rows.iter().filter(|row| row.key.starts_with("chain to "));
        chains.map(|row| row.text.as_str())
    }
}

/// The id under which the rows of a program's import graph stand.
fn id(program: &Program, place: Place<'_>) -> String {
    format!("{}/{}", program.name, place.toolchain)
}

fn names(graphs: &[&Graph<'_>]) -> String {
    words::list(&unique(graphs.iter().map(|graph| graph.program.name.as_str())))
}

/// What the one variant of a program finds and the other does not, by the key of its row; nothing where the two were
/// not asked.
fn found_less(index: &Index<'_>, variant: &str, without: &str) -> Option<BTreeSet<String>> {
    let asked = at_home(index, "names");
    let mut lost = None;
    for one in asked.iter().filter(|one| one.variant() == variant) {
        let mut others = asked.iter().filter(|other| other.variant() == without);
        let Some(other) = others.find(|other| other.built.program == one.built.program) else { continue };
        let keys = one.rows().filter(|row| row.number.is_some()).map(|row| row.key.as_str());
        let keys = keys.filter(|key| one.yes(key) == Some(true) && other.yes(key) == Some(false));
        lost.get_or_insert_with(BTreeSet::new).extend(keys.map(str::to_owned));
    }
    lost
}

/// What somebody finds with cgo and nobody without, by the key of its row.
pub(super) fn lost_without_cgo(index: &Index<'_>) -> BTreeSet<String> {
    let asked = at_home(index, "names");
    let answers = |key: &str, cgo: &str, answer: bool| {
        asked.iter().any(|one| one.built.row.cgo_enabled == cgo && one.yes(key) == Some(answer))
    };
    let keys: BTreeSet<&str> = asked
        .iter()
        .flat_map(super::probed::Probed::rows)
        .filter(|row| row.number.is_some())
        .map(|row| row.key.as_str())
        .collect();
    let lost = |key: &&str| answers(key, "1", true) && answers(key, "0", false) && !answers(key, "0", true);
    keys.into_iter().filter(lost).map(str::to_owned).collect()
}

pub(super) fn imports_enable_cgo(index: &Index<'_>) -> Finding {
    let Some(place) = index.places().first().copied() else { return Finding::undecided("nothing was built") };
    let graphs = Graph::all(index, BY_IMPORT);
    // What a program with C of its own links to says nothing of its imports.
    let importing: Vec<&Graph<'_>> = graphs
        .iter()
        .filter(|graph| !graph.program.own_c && graph.number("packages that bring C in, with cgo") > 0.0)
        .collect();
    if importing.is_empty() {
        return Finding::undecided(if graphs.is_empty() {
            "this run asked for no import graphs"
        } else {
            "no program of this run imports a package that brings C in, but for those with C of their own"
        });
    }
    if index.run().info.c_compiler.is_none() {
        // Go then leaves cgo off by itself, and the claim is about where it does not.
        return Finding::undecided("there was no C compiler, without which Go turns no cgo on");
    }
    // What was not built plainly tells nothing.
    let importing: Vec<&Graph<'_>> = importing
        .into_iter()
        .filter(|graph| index.artifact(&graph.program.name, PLAIN, place, false).is_some())
        .collect();
    if importing.is_empty() {
        return Finding::undecided(format!("no program that imports such a package was built as `{PLAIN}`"));
    }
    let plain = |graph: &&&Graph<'_>| {
        let row = index.artifact(&graph.program.name, PLAIN, place, false);
        row.is_some_and(|row| row.cgo_enabled == "1" && index.facts(&row.id, "needed").next().is_some())
    };
    let turned: Vec<&Graph<'_>> = importing.iter().filter(plain).copied().collect();
    let chains: Vec<String> =
        unique(importing.iter().flat_map(|graph| graph.chains())).into_iter().take(4).collect();
    let without = importing.iter().filter(|graph| graph.number("builds without cgo") > 0.0).count();
    let right = importing
        .iter()
        .filter(|graph| index.artifact(&graph.program.name, PROPOSAL, place, false).is_some())
        .count();
    let lost = lost_without_cgo(index);
    let mut because = format!(
        "{} programs without C of their own import packages that bring C in ({}), and plain `go build` makes {} of them \
         dynamic with cgo ({}). {} of them build without cgo, and {} gave the same right answers so.",
        importing.len(),
        words::list(&chains),
        turned.len(),
        if turned.is_empty() { "none".to_owned() } else { names(&turned) },
        words::of(without, importing.len()),
        words::of(right, importing.len()),
    );
    // The tags that keep resolver and users in Go leave cgo on.
    let tagged: Vec<&ArtifactRow> = importing
        .iter()
        .filter_map(|graph| index.artifact(&graph.program.name, TAGGED, place, false))
        .collect();
    if !tagged.is_empty() {
        let dynamic = tagged.iter().filter(|row| index.facts(&row.id, "needed").next().is_some()).count();
        let lost = found_less(index, PLAIN, TAGGED).map(|lost| lost.into_iter().collect::<Vec<_>>());
        let finds = match lost.as_deref() {
            None => String::new(),
            Some([]) => ", and find what they find without the tags".to_owned(),
            Some(some) => format!(", and no longer find: {}", words::list(some)),
        };
        words::add(
            &mut because,
            &format!(
                " With `-tags=netgo,osusergo`, which leave cgo on, {} are dynamic{finds}.",
                words::of(dynamic, tagged.len())
            ),
        );
    }
    words::add(
        &mut because,
        &match lost.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => " Nothing that was looked up was found with cgo alone".to_owned(),
            some => format!(" Found with cgo alone: {}", words::list(some)),
        },
    );
    let verdict = if turned.is_empty() {
        Verdict::Refuted
    } else if turned.len() == importing.len()
        && without == importing.len()
        && right == importing.len()
        && lost.is_empty()
    {
        Verdict::Supported
    } else {
        Verdict::Qualified
    };
    Finding {
        verdict,
        because,
        evidence: vec![
            "probes.csv: cgo-by-import, names".to_owned(),
            "artifacts.csv: cgo_enabled".to_owned(),
        ],
        programs: unique(importing.iter().map(|graph| graph.program.name.as_str())),
    }
}

pub(super) fn memory_safe_anyway(index: &Index<'_>) -> Finding {
    let all = Graph::all(index, BUG_CLASS);
    let without_c: Vec<&Graph<'_>> = all.iter().filter(|graph| !graph.program.own_c).collect();
    if without_c.is_empty() {
        return Finding::undecided("this run asked for no import graphs of programs without C");
    }
    let count =
        |graph: &Graph<'_>, what: &str, whose: &str| graph.number(&format!("{what}, {whose}, without cgo"));
    let kinds = ["uses of unsafe", "assembly files", "linkname directives", "object files"];
    let sum =
        |graph: &Graph<'_>, whose: &str| kinds.iter().map(|kind| count(graph, kind, whose)).sum::<f64>();
    let own: Vec<&Graph<'_>> = without_c.iter().filter(|graph| sum(graph, "others") > 0.0).copied().collect();
    let of_library: Vec<&Graph<'_>> =
        without_c.iter().filter(|graph| sum(graph, "standard library") > 0.0).copied().collect();
    let most =
        |kind: &str, whose: &str| without_c.iter().map(|graph| count(graph, kind, whose)).fold(0.0, f64::max);
    let said = |whose: &str| {
        let parts: Vec<String> = kinds
            .iter()
            .filter(|kind| most(kind, whose) > 0.0)
            .map(|kind| format!("up to {} {kind}", most(kind, whose)))
            .collect();
        if parts.is_empty() { "none".to_owned() } else { words::list(&parts) }
    };
    let because = format!(
        "Of {} programs without C of their own, {} rest on code that gets around memory safety in the standard library ({}), \
         and {} in packages of others ({}{}). How much of it is wrong is not told by counting",
        without_c.len(),
        of_library.len(),
        said("standard library"),
        own.len(),
        said("others"),
        if own.is_empty() { String::new() } else { format!(": {}", names(&own)) },
    );
    let verdict = match (of_library.is_empty(), own.len()) {
        (true, 0) => Verdict::Supported,
        (_, n) if n == without_c.len() => Verdict::Refuted,
        _ => Verdict::Qualified,
    };
    Finding {
        verdict,
        because,
        evidence: vec!["probes.csv: bug-class".to_owned()],
        programs: unique(without_c.iter().map(|graph| graph.program.name.as_str())),
    }
}
