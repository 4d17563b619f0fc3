//! What the memory safety of a program rests on: where its packages get around the type system, or are not in Go.
//!
//! Counted is what a reviewer would have to look at. Nothing here says that any of it is wrong.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use super::graph::{Graph, Origin, Package};
use super::scan::{Seen, scan};
use crate::interrupt;

/// Kinds of what memory safety rests on, in the order in which they are told.
pub const KINDS: [Kind; 5] = [Kind::Unsafe, Kind::Assembly, Kind::Linkname, Kind::Cgo, Kind::Object];

/// A kind of what memory safety rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Uses of names of `unsafe` that get around the type system, in packages that import it.
    Unsafe,
    /// Files in assembly.
    Assembly,
    /// `//go:linkname` directives.
    Linkname,
    /// Files with `import "C"`, and files in C.
    Cgo,
    /// Object files that come ready made.
    Object,
}

impl Kind {
    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsafe => "unsafe",
            Self::Assembly => "assembly",
            Self::Linkname => "linkname",
            Self::Cgo => "cgo",
            Self::Object => "object files",
        }
    }

    /// What is counted of it.
    pub fn counted(self) -> &'static str {
        match self {
            Self::Unsafe => "uses of unsafe",
            Self::Assembly => "assembly files",
            Self::Linkname => "linkname directives",
            Self::Cgo => "files of cgo",
            Self::Object => "object files",
        }
    }
}

/// What one package has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Its import path.
    pub package: String,
    /// Whose it is.
    pub origin: Origin,
    /// Its files in Go.
    pub go_files: usize,
    /// Whether it imports `unsafe`, used or not.
    pub imports_unsafe: bool,
    seen: Seen,
    assembly: usize,
    cgo: usize,
    objects: usize,
}

impl Weighed {
    fn of(package: &Package) -> Result<Self> {
        let mut seen = Seen::default();
        for file in package.all_go_files() {
            let path = package.dir.join(file);
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            seen += scan(&String::from_utf8_lossy(&bytes));
        }
        Ok(Self {
            package: package.import_path.clone(),
            origin: package.origin(),
            go_files: package.all_go_files().count(),
            imports_unsafe: package.imports("unsafe"),
            seen,
            assembly: package.s_files.len(),
            cgo: package.files_in_c().len(),
            objects: package.syso_files.len(),
        })
    }

    /// How much it has of that kind.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Unsafe => self.seen.unsafe_uses,
            Kind::Assembly => self.assembly,
            Kind::Linkname => self.seen.linknames,
            Kind::Cgo => self.cgo,
            Kind::Object => self.objects,
        }
    }

    /// Whether it has any of that kind: of `unsafe`, whether it imports it.
    pub fn has(&self, kind: Kind) -> bool {
        if kind == Kind::Unsafe { self.imports_unsafe } else { self.count(kind) > 0 }
    }
}

/// Reads all files in Go of a graph, and says what each package has. `unsafe` itself is no package.
pub fn weigh(graph: &Graph) -> Result<Vec<Weighed>> {
    let real = |package: &&Package| package.import_path != "unsafe";
    let weigh = |package: &Package| {
        interrupt::check()?;
        Weighed::of(package)
    };
    graph.packages().filter(real).map(weigh).collect()
}

/// What the packages of an origin have together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total<'a> {
    /// How many there are.
    pub packages: usize,
    /// Their files in Go.
    pub go_files: usize,
    /// Of each kind: the packages that have any, and how much all of them have.
    pub kinds: BTreeMap<&'static str, (Vec<&'a str>, usize)>,
}

impl<'a> Total<'a> {
    /// Of the packages of one origin.
    pub fn of(all: &'a [Weighed], origin: Origin) -> Self {
        let mut total = Self::default();
        for one in all.iter().filter(|one| one.origin == origin) {
            total.packages += 1;
            total.go_files += one.go_files;
            for kind in KINDS {
                let (packages, count) = total.kinds.entry(kind.name()).or_default();
                if one.has(kind) {
                    packages.push(one.package.as_str());
                }
                *count += one.count(kind);
            }
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{graph, package, with_c};
    use super::*;

    #[test]
    fn each_package_is_weighed_and_its_origins_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "package a\n\nimport \"unsafe\"\n\n//go:linkname f g\nvar p = unsafe.Pointer(nil)\n";
        fs::write(folder.path().join("a.go"), text).expect("writes");
        fs::write(folder.path().join("a_cgo.go"), "package a\n\nimport \"C\"\n").expect("writes");
        let mut all = [package("main", &["unsafe", "lib"]), with_c("lib", &[]), package("std", &["unsafe"])];
        all[2].standard = true;
        all[2].s_files = vec!["a.s".to_owned(), "b.s".to_owned()];
        for package in &mut all {
            package.dir = folder.path().to_owned();
        }
        let weighed = weigh(&graph(&all)).expect("reads");
        let others = Total::of(&weighed, Origin::Others);
        assert_eq!((others.packages, others.go_files), (2, 3));
        assert_eq!(others.kinds["unsafe"], (vec!["main"], 2));
        assert_eq!(others.kinds["linkname"].1, 2);
        assert_eq!(others.kinds["cgo"], (vec!["lib"], 2));
        let standard = Total::of(&weighed, Origin::StandardLibrary);
        assert_eq!(standard.kinds["assembly"], (vec!["std"], 2));
        assert_eq!(standard.kinds["cgo"], (Vec::new(), 0));
    }

    #[test]
    fn a_file_that_is_gone_is_named() {
        let mut main = package("main", &[]);
        main.dir = "/nonexistent".into();
        let error = weigh(&graph(&[main])).expect_err("is not there");
        assert!(format!("{error:#}").contains("/nonexistent/a.go"), "{error:#}");
    }
}
