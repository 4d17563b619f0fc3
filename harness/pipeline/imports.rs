//! The import graphs of a run's programs at home: which packages bring C in, and what memory safety rests on.

use std::error::Error;

use anyhow::Result;

use super::prepare::Prepared;
use crate::build::Outcome;
use crate::cache::Cache;
use crate::config::{Language, Program, Source};
use crate::imports::cgo::{self, Runtime};
use crate::imports::declaration::stands_in;
use crate::imports::safety::{KINDS, Total, Weighed, weigh};
use crate::imports::{Asked, Circumstances, Declaration, Graphs, NoGraph, Origin, Place};
use crate::interrupt::{self, Interrupted};
use crate::results::{OK, ProbeRow, RunFolder, Status};
use crate::toolchain::abbreviate;
use crate::ui::Phase;

/// Name of the experiment on what brings C in.
const BY_IMPORT: &str = "cgo-by-import";
/// Name of the one on what memory safety rests on.
const BUG_CLASS: &str = "bug-class";
const NOT_APPLICABLE: &str = "not-applicable";
const NOT_AVAILABLE: &str = "not-available";
const FAILED: &str = "failed";

/// What the import graphs of every program at home tell; each program's is kept as soon as it is known.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    outcomes: &[Outcome],
) -> Result<Vec<ProbeRow>> {
    let Some((release, target)) = prepared.info.home() else { return Ok(Vec::new()) };
    let Some(toolchain) = prepared.toolchains.iter().find(|one| one.release == release) else {
        return Ok(Vec::new());
    };
    let asked = Asked {
        toolchain,
        c_compiler: prepared.c_compiler.as_ref(),
        target,
        folders: &prepared.folders,
        cache,
        // Who built it has tried.
        fetches: false,
    };
    let is_go = |program: &&Program| program.source.language() == Language::Go;
    let programs: Vec<&Program> = prepared.info.programs.iter().filter(is_go).collect();
    let phase = Phase::new("imports", programs.len());
    let mut rows = Vec::new();
    for (number, program) in programs.into_iter().enumerate() {
        interrupt::check()?;
        phase.now(&program.name);
        let told = if let Some(told) = folder.probed("imports", number)? {
            told
        } else {
            let mut told = Rows::of(&format!("{}/{release}", program.name));
            let built = Built::of(prepared, program, (release, target), outcomes);
            tell(&mut told, &asked, &place(prepared, program), &built)?;
            folder.keep_probed("imports", number, &told.rows)?;
            told.rows
        };
        rows.extend(told);
        phase.step(&program.name);
    }
    Ok(rows)
}

/// Where its source is.
fn place(prepared: &Prepared, program: &Program) -> Place {
    match &program.source {
        Source::Module { folder, package } => {
            Place { dir: Some(prepared.config.root.join(folder)), package: package.clone() }
        }
        Source::Toolchain(package) | Source::C(package) => Place { dir: None, package: package.clone() },
        Source::Ladder(_) => Place { dir: None, package: program.name.clone() },
    }
}

/// What came of building a program without cgo.
enum Built {
    Well,
    Refused(String),
    NotTried(String),
}

impl Built {
    fn of(prepared: &Prepared, program: &Program, home: (&str, &str), outcomes: &[Outcome]) -> Self {
        let without = |name: &str| {
            let variant = prepared.config.variants.iter().find(|variant| variant.name == name);
            variant.is_some_and(|variant| variant.cgo_enabled.as_deref() == Some("0"))
        };
        let is_one = |outcome: &&Outcome| {
            let case = &outcome.case;
            (case.program.as_str(), case.toolchain.as_str(), case.target.as_str())
                == (program.name.as_str(), home.0, home.1)
                && !case.stripped
                && without(&case.variant)
        };
        let own: Vec<&Outcome> = outcomes.iter().filter(is_one).collect();
        // An artifact that gave a wrong answer was built all the same.
        if own.iter().any(|outcome| outcome.status == Status::Built || outcome.artifact.is_some()) {
            return Self::Well;
        }
        match own.iter().find(|outcome| outcome.status != Status::Skipped).or(own.first()) {
            Some(outcome) if outcome.status == Status::Skipped => Self::NotTried(outcome.reason.clone()),
            Some(outcome) => Self::Refused(outcome.reason.clone()),
            None => Self::NotTried("no variant of it with CGO_ENABLED=0 is in this run".to_owned()),
        }
    }
}

fn tell(rows: &mut Rows, asked: &Asked<'_>, place: &Place, built: &Built) -> Result<()> {
    let mut folders = vec![(asked.cache.root(), "$CACHE"), (asked.toolchain.goroot.as_path(), "$GOROOT")];
    folders.extend(place.dir.as_deref().map(|dir| (dir, "$SRC")));
    let told = asked.graphs(place).and_then(|graphs| {
        let weighed = (weigh(&graphs.without)?, weigh(&graphs.with)?);
        Ok((graphs, weighed))
    });
    match told {
        Ok((graphs, (without, with))) => {
            by_import(rows, &graphs, built, (asked.toolchain.release.as_str(), asked.target));
            let lacks = cgo::obstacles(&graphs.without);
            match lacks.first() {
                None => bug_class(rows, &without, "without cgo"),
                Some(lack) => {
                    let why = format!("{}: {}", lack.package, lack.why);
                    rows.lack(BUG_CLASS, "without cgo", NOT_APPLICABLE, why);
                }
            }
            bug_class(rows, &with, "with cgo");
        }
        Err(error) if is(&error, <dyn Error>::is::<Interrupted>) => return Err(error),
        Err(error) => {
            let word = if is(&error, <dyn Error>::is::<NoGraph>) { NOT_AVAILABLE } else { FAILED };
            for probe in [BY_IMPORT, BUG_CLASS] {
                rows.lack(probe, "", word, format!("{error:#}"));
            }
        }
    }
    for row in &mut rows.rows {
        row.text = abbreviate(&row.text, &folders);
    }
    Ok(())
}

/// Whether an error goes back to one of a kind, through hints too.
fn is(error: &anyhow::Error, kind: fn(&(dyn Error + 'static)) -> bool) -> bool {
    error.chain().any(kind)
}

fn by_import(rows: &mut Rows, graphs: &Graphs, built: &Built, (release, target): (&str, &str)) {
    let Graphs { with, without, tagged } = graphs;
    let refused = match built {
        Built::Refused(why) if cgo::obstacles(without).is_empty() => Some(cgo::Obstacle {
            package: without.root().to_owned(),
            chain: vec![without.root().to_owned()],
            why: why.clone(),
        }),
        _ => None,
    };
    let compiled = !matches!(built, Built::NotTried(_));
    let declaration = Declaration::of(graphs, refused, Circumstances { release, target, compiled });
    let names =
        |reasons: &[cgo::Reason]| reasons.iter().map(|reason| reason.package.clone()).collect::<Vec<_>>();
    rows.text(BY_IMPORT, "needs cgo", declaration.needs_cgo.word());
    for (key, graph) in [("with cgo", with), ("without cgo", without), ("with cgo and tags", tagged)] {
        rows.number(BY_IMPORT, &format!("packages {key}"), graph.packages().count());
        let left = cgo::reasons(graph, without);
        rows.names(BY_IMPORT, &format!("packages that bring C in, {key}"), &names(&left));
    }
    let runtime = match cgo::runtime(with) {
        Runtime::Absent => "",
        Runtime::Implied => "with the packages that bring C in",
        Runtime::Imported => "imported",
    };
    rows.bool(BY_IMPORT, "cgo runtime", !runtime.is_empty(), runtime);
    for reason in &declaration.reasons {
        let package = &reason.package;
        rows.text(BY_IMPORT, &format!("chain to {package}"), &with.words(&reason.chain));
        rows.names(BY_IMPORT, &format!("files in C of {package}"), &reason.files);
        rows.names(BY_IMPORT, &format!("C libraries of {package}"), &reason.libraries);
        rows.text(BY_IMPORT, &format!("instead of the C of {package}"), &stands_in(reason));
        if let Some(lost) = &reason.lost {
            rows.text(BY_IMPORT, &format!("lost without the C of {package}"), lost);
        }
    }
    let difference = cgo::difference(with, without);
    rows.names(BY_IMPORT, "packages only with cgo", &difference.gone);
    rows.names(BY_IMPORT, "packages only without cgo", &difference.come);
    let changed: Vec<String> = difference.changed.iter().map(|changed| changed.package.clone()).collect();
    rows.names(BY_IMPORT, "packages with other files", &changed);
    let lacks: Vec<String> = cgo::obstacles(without)
        .into_iter()
        .map(|lack| format!("{} ({}): {}", lack.package, without.words(&lack.chain), lack.why))
        .collect();
    rows.bool(BY_IMPORT, "files for every package without cgo", lacks.is_empty(), &lacks.join("; "));
    match built {
        Built::Well => rows.bool(BY_IMPORT, "builds without cgo", true, ""),
        Built::Refused(why) => rows.bool(BY_IMPORT, "builds without cgo", false, why),
        Built::NotTried(why) => rows.lack(BY_IMPORT, "builds without cgo", NOT_AVAILABLE, why.clone()),
    }
}

/// Whose packages have how much of what memory safety rests on, and of those that are not the standard library's
/// which.
fn bug_class(rows: &mut Rows, weighed: &[Weighed], way: &str) {
    for origin in Origin::ALL {
        let total = Total::of(weighed, origin);
        let whose = format!("{}, {way}", origin.words());
        rows.number(BUG_CLASS, &format!("packages, {whose}"), total.packages);
        rows.number(BUG_CLASS, &format!("Go files, {whose}"), total.go_files);
        for kind in KINDS {
            let Some((packages, count)) = total.kinds.get(kind.name()) else { continue };
            rows.names(BUG_CLASS, &format!("packages with {}, {whose}", kind.name()), packages);
            rows.number(BUG_CLASS, &format!("{}, {whose}", kind.counted()), *count);
        }
    }
    for one in weighed.iter().filter(|one| one.origin == Origin::Others) {
        for kind in KINDS.into_iter().filter(|kind| one.has(*kind)) {
            let key = format!("{} of {}, {way}", kind.counted(), one.package);
            rows.number(BUG_CLASS, &key, one.count(kind));
        }
    }
}

/// The rows of one program.
struct Rows {
    case: String,
    rows: Vec<ProbeRow>,
}

impl Rows {
    fn of(case: &str) -> Self {
        Self { case: case.to_owned(), rows: Vec::new() }
    }

    fn add(
        &mut self,
        probe: &str,
        key: &str,
        (unit, number): (&str, Option<f64>),
        status: &str,
        text: String,
    ) {
        self.rows.push(ProbeRow {
            case: self.case.clone(),
            probe: probe.to_owned(),
            key: key.to_owned(),
            unit: unit.to_owned(),
            number,
            status: status.to_owned(),
            text,
        });
    }

    fn number(&mut self, probe: &str, key: &str, number: usize) {
        self.add(probe, key, ("count", Some(number as f64)), OK, String::new());
    }

    /// How many, and their names.
    fn names<S: AsRef<str>>(&mut self, probe: &str, key: &str, names: &[S]) {
        let text = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
        self.add(probe, key, ("count", Some(names.len() as f64)), OK, text);
    }

    fn bool(&mut self, probe: &str, key: &str, yes: bool, text: &str) {
        self.add(probe, key, ("bool", Some(f64::from(u8::from(yes)))), OK, text.to_owned());
    }

    fn text(&mut self, probe: &str, key: &str, text: &str) {
        self.add(probe, key, ("text", None), OK, text.to_owned());
    }

    fn lack(&mut self, probe: &str, key: &str, word: &str, why: String) {
        self.add(probe, key, ("", None), word, why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::Graph;

    const WITH: &str = r#"
        {"ImportPath": "net", "Standard": true, "DepOnly": true, "GoFiles": ["a.go"], "CgoFiles": ["b.go"]}
        {"ImportPath": "runtime/cgo", "Standard": true, "DepOnly": true, "CgoFiles": ["c.go"]}
        {"ImportPath": "x.example/tool", "Name": "main", "GoFiles": ["main.go"], "Imports": ["net"]}"#;
    const WITHOUT: &str = r#"
        {"ImportPath": "net", "Standard": true, "DepOnly": true, "GoFiles": ["a.go", "stub.go"]}
        {"ImportPath": "x.example/tool", "Name": "main", "GoFiles": ["main.go"], "Imports": ["net"]}"#;

    fn told(built: &Built) -> Vec<ProbeRow> {
        let graph = |text: &str| Graph::parse(text.as_bytes()).expect("is understood");
        let graphs = Graphs { with: graph(WITH), without: graph(WITHOUT), tagged: graph(WITHOUT) };
        let mut rows = Rows::of("tool/go1.27.3");
        by_import(&mut rows, &graphs, built, ("go1.27.3", "linux/amd64"));
        rows.rows
    }

    fn row<'a>(rows: &'a [ProbeRow], key: &str) -> (&'a str, Option<f64>, &'a str) {
        let row = rows.iter().find(|row| row.key == key).expect("was told");
        (&row.status, row.number, &row.text)
    }

    #[test]
    fn the_chain_and_what_stands_in_are_told() {
        let rows = told(&Built::Well);
        assert_eq!(row(&rows, "needs cgo"), (OK, None, "optional"));
        assert_eq!(row(&rows, "chain to net"), (OK, None, "main > net"));
        assert_eq!(row(&rows, "packages that bring C in, with cgo"), (OK, Some(1.0), "net"));
        assert_eq!(row(&rows, "packages that bring C in, without cgo"), (OK, Some(0.0), ""));
        assert_eq!(row(&rows, "cgo runtime"), (OK, Some(1.0), "with the packages that bring C in"));
        assert_eq!(row(&rows, "instead of the C of net"), (OK, None, "stub.go instead"));
        assert_eq!(row(&rows, "packages only with cgo"), (OK, Some(1.0), "runtime/cgo"));
        assert_eq!(row(&rows, "packages with other files"), (OK, Some(1.0), "net"));
        assert_eq!(row(&rows, "files for every package without cgo"), (OK, Some(1.0), ""));
        assert_eq!(row(&rows, "builds without cgo"), (OK, Some(1.0), ""));
    }

    #[test]
    fn what_the_build_says_counts() {
        let rows = told(&Built::Refused("undefined: F".to_owned()));
        assert_eq!(row(&rows, "needs cgo"), (OK, None, "required"));
        assert_eq!(row(&rows, "builds without cgo"), (OK, Some(0.0), "undefined: F"));
        let rows = told(&Built::NotTried("no modules".to_owned()));
        assert_eq!(row(&rows, "needs cgo"), (OK, None, "optional"));
        assert_eq!(row(&rows, "builds without cgo"), (NOT_AVAILABLE, None, "no modules"));
    }
}
