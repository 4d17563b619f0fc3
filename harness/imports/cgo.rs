//! What brings C into a program and what stands in for it without, from the graph with cgo and the one without; pure.
//!
//! Only what stands in the graphs is seen here: whether a program compiles without cgo is found by compiling it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::graph::{Graph, Package, PackageError};

/// What Go says of a package of which build constraints leave nothing.
const EXCLUDED: &str = "build constraints exclude all Go files";
/// The package that every other one with cgo needs, without importing it.
pub const RUNTIME_CGO: &str = "runtime/cgo";

/// Whether a program needs C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// There is none in it.
    No,
    /// There is some, and it can be built without.
    Optional,
    /// It cannot be built without.
    Required,
}

impl Needs {
    /// The word that JSON has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

/// A package that brings C in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Its import path.
    pub package: String,
    /// The path of its module; `std` where it is of the standard library.
    pub module: String,
    /// The shortest way of imports to it, from the package that is built.
    pub chain: Vec<String>,
    /// The files for which it takes a C compiler.
    pub files: Vec<String>,
    /// The C libraries that it names.
    pub libraries: Vec<String>,
    /// What is there without cgo; none where it cannot be built without.
    pub fallback: Option<Fallback>,
    /// What is lost without cgo; none where nothing is known of it.
    pub lost: Option<String>,
}

/// What is there in the place of a package's C.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fallback {
    /// In which way.
    pub how: How,
    /// The package that the files are of: the same, or the one that imports it.
    pub package: String,
    /// Files in Go that are there only without cgo.
    pub files: Vec<String>,
    /// What these files say of cgo in a message: where they do, they may stand in by name alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
}

/// In which way a package's C is stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The package has other files in Go.
    OtherFiles,
    /// The package does with fewer files.
    FewerFiles,
    /// The package is not imported; whoever imported it has other files, or fewer.
    LeftOut,
}

/// A package that cannot be built without cgo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// Its import path.
    pub package: String,
    /// The shortest way of imports to it; empty where none leads there.
    pub chain: Vec<String>,
    /// Why.
    pub why: String,
}

/// How the cgo runtime comes into a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Not at all.
    Absent,
    /// With the packages that have cgo.
    Implied,
    /// A package imports it.
    Imported,
}

/// What two graphs of one program differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Packages of the first alone.
    pub gone: Vec<String>,
    /// Packages of the second alone.
    pub come: Vec<String>,
    /// Packages of both that have other files.
    pub changed: Vec<Changed>,
}

/// A package that has other files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its import path.
    pub package: String,
    /// Files that it has in the first graph alone.
    pub gone: Vec<String>,
    /// Files that it has in the second alone.
    pub come: Vec<String>,
}

/// The packages that bring C in, but for the cgo runtime where nothing imports it.
pub fn reasons(with: &Graph, without: &Graph) -> Vec<Reason> {
    let reason = |package: &Package| -> Option<Reason> {
        let chain = with.chain(&package.import_path)?;
        Some(Reason {
            package: package.import_path.clone(),
            module: package.module_path().to_owned(),
            files: package.files_in_c(),
            libraries: package.libraries(),
            fallback: fallback(with, without, package, &chain),
            chain,
            lost: None,
        })
    };
    with.packages().filter(|package| package.brings_c()).filter_map(reason).collect()
}

fn fallback(with: &Graph, without: &Graph, package: &Package, chain: &[String]) -> Option<Fallback> {
    let stands_in = |how, package: &Package| Fallback {
        how,
        package: package.import_path.clone(),
        files: come(with.get(&package.import_path), package),
        says: Vec::new(),
    };
    if let Some(same) = without.get(&package.import_path) {
        let fallback = stands_in(How::OtherFiles, same);
        let how = if fallback.files.is_empty() { How::FewerFiles } else { How::OtherFiles };
        return same.has_files().then_some(Fallback { how, ..fallback });
    }
    // Who imports it is one further up, if that is there itself.
    let importer = chain.iter().rev().skip(1).find_map(|path| without.get(path))?;
    Some(stands_in(How::LeftOut, importer))
}

/// Files in Go that a package has now and did not have before.
fn come(before: Option<&Package>, now: &Package) -> Vec<String> {
    let had: BTreeSet<&str> = before.into_iter().flat_map(Package::all_go_files).collect();
    now.all_go_files().filter(|file| !had.contains(file)).map(str::to_owned).collect()
}

/// The packages that cannot be built as they stand in a graph.
pub fn obstacles(graph: &Graph) -> Vec<Obstacle> {
    let obstacle = |package: &Package| {
        let path = package.import_path.clone();
        Some(Obstacle { chain: graph.chain(&path).unwrap_or_default(), package: path, why: wrong(package)? })
    };
    graph.packages().filter_map(obstacle).collect()
}

fn wrong(package: &Package) -> Option<String> {
    let left_out = &package.ignored_go_files;
    // With `-e` Go says so of some such packages and not of others.
    let is_excluded = |error: &PackageError| error.err.starts_with(EXCLUDED);
    if !package.has_files() && !left_out.is_empty() && package.error.as_ref().is_none_or(is_excluded) {
        return Some(format!("build constraints exclude all of its Go files: {}", left_out.join(", ")));
    }
    match &package.error {
        Some(error) if error.pos.is_empty() => Some(error.err.clone()),
        Some(error) => Some(format!("{}: {}", error.pos, error.err)),
        None => (!package.has_files()).then(|| "it has no Go files".to_owned()),
    }
}

/// How the cgo runtime comes in.
pub fn runtime(with: &Graph) -> Runtime {
    match with.get(RUNTIME_CGO) {
        None => Runtime::Absent,
        Some(_) if with.chain(RUNTIME_CGO).is_some() => Runtime::Imported,
        Some(_) => Runtime::Implied,
    }
}

/// Whether it needs C, as far as the graphs tell.
pub fn needs(reasons: &[Reason], obstacles: &[Obstacle]) -> Needs {
    match (reasons, obstacles) {
        (_, [_, ..]) => Needs::Required,
        ([], []) => Needs::No,
        _ => Needs::Optional,
    }
}

/// What two graphs differ in.
pub fn difference(first: &Graph, second: &Graph) -> Difference {
    let only = |one: &Graph, other: &Graph| {
        let paths = one.packages().map(|package| package.import_path.clone());
        paths.filter(|path| other.get(path).is_none()).collect()
    };
    let changed = |package: &Package| {
        let other = second.get(&package.import_path)?;
        let (gone, come) = (come(Some(other), package), come(Some(package), other));
        let differs = !gone.is_empty() || !come.is_empty();
        differs.then(|| Changed { package: package.import_path.clone(), gone, come })
    };
    Difference {
        gone: only(first, second),
        come: only(second, first),
        changed: first.packages().filter_map(changed).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{graph, package, with_c};
    use super::*;

    fn files(mut package: Package, files: &[&str]) -> Package {
        package.go_files = files.iter().map(|&file| file.to_owned()).collect();
        package
    }

    #[test]
    fn a_resolver_with_a_stub_is_optional() {
        let main = package("main", &["net/http"]);
        let http = package("net/http", &["net"]);
        let with = graph(&[main.clone(), http.clone(), with_c("net", &[]), with_c(RUNTIME_CGO, &[])]);
        let without = graph(&[main, http, files(package("net", &[]), &["a.go", "cgo_stub.go"])]);
        let reasons = reasons(&with, &without);
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        assert_eq!(reasons[0].chain, ["main", "net/http", "net"]);
        assert_eq!(reasons[0].files, ["a_cgo.go", "a.c"]);
        let fallback = reasons[0].fallback.as_ref().expect("is there");
        assert_eq!(
            (fallback.how, fallback.files.as_slice()),
            (How::OtherFiles, &["cgo_stub.go".to_owned()][..])
        );
        assert_eq!(runtime(&with), Runtime::Implied);
        assert_eq!(needs(&reasons, &obstacles(&without)), Needs::Optional);
        let difference = difference(&with, &without);
        assert_eq!((difference.gone, difference.come), (vec![RUNTIME_CGO.to_owned()], Vec::new()));
        let changed = Changed {
            package: "net".to_owned(),
            gone: vec!["a_cgo.go".to_owned()],
            come: vec!["cgo_stub.go".to_owned()],
        };
        assert_eq!(difference.changed, [changed]);
    }

    #[test]
    fn a_package_of_c_alone_is_required() {
        let main = package("main", &["codec"]);
        let with = graph(&[main.clone(), files(with_c("codec", &[]), &[])]);
        let mut codec = files(package("codec", &[]), &[]);
        codec.ignored_go_files = vec!["a_cgo.go".to_owned()];
        let without = graph(&[main, codec]);
        let reasons = reasons(&with, &without);
        assert_eq!(reasons[0].fallback, None);
        let obstacles = obstacles(&without);
        assert_eq!(obstacles[0].chain, ["main", "codec"]);
        assert_eq!(obstacles[0].why, "build constraints exclude all of its Go files: a_cgo.go");
        assert_eq!(needs(&reasons, &obstacles), Needs::Required);
    }

    #[test]
    fn a_package_that_is_left_out_is_stood_in_for_by_who_imports_it() {
        let style = package("style", &["cstyle"]);
        let with = graph(&[package("main", &["style"]), style, with_c("cstyle", &[])]);
        let style = files(package("style", &["gostyle"]), &["a.go", "style_go.go"]);
        let without = graph(&[package("main", &["style"]), style, package("gostyle", &[])]);
        let reasons = reasons(&with, &without);
        let fallback = reasons[0].fallback.as_ref().expect("is there");
        assert_eq!((fallback.how, fallback.package.as_str()), (How::LeftOut, "style"));
        assert_eq!(fallback.files, ["style_go.go"]);
    }

    #[test]
    fn fewer_files_are_no_others() {
        let main = package("main", &["fast"]);
        let with = graph(&[main.clone(), with_c("fast", &[])]);
        let without = graph(&[main, package("fast", &[])]);
        let fallback = reasons(&with, &without)[0].fallback.clone().expect("is there");
        assert_eq!((fallback.how, fallback.files.len()), (How::FewerFiles, 0));
    }

    #[test]
    fn without_c_there_is_no_reason_and_the_runtime_can_be_imported() {
        let with = graph(&[package("main", &["fmt"]), package("fmt", &[])]);
        assert_eq!(needs(&reasons(&with, &with), &obstacles(&with)), Needs::No);
        assert_eq!(runtime(&with), Runtime::Absent);
        let imported = graph(&[package("main", &[RUNTIME_CGO]), with_c(RUNTIME_CGO, &[])]);
        assert_eq!(runtime(&imported), Runtime::Imported);
        assert_eq!(reasons(&imported, &imported).len(), 1);
    }

    #[test]
    fn an_error_is_an_obstacle_with_its_place() {
        let mut main = package("main", &[]);
        main.error = Some(PackageError { pos: "a.go:3:8".into(), err: "no such".into() });
        assert_eq!(obstacles(&graph(&[main.clone()]))[0].why, "a.go:3:8: no such");
        main.go_files.clear();
        main.ignored_go_files = vec!["b.go".to_owned()];
        assert_eq!(obstacles(&graph(&[main.clone()]))[0].why, "a.go:3:8: no such");
        main.error = Some(PackageError { pos: String::new(), err: format!("{EXCLUDED} in /home/me") });
        assert!(obstacles(&graph(&[main]))[0].why.ends_with("all of its Go files: b.go"));
    }
}
