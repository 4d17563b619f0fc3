//! The packages that a program is made of and who imports whom, as `go list -deps -json` tells it; pure.
//!
//! Source: `go help list`, which describes the fields; of them only those of [`FIELDS`] are asked for.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use serde::Deserialize;

/// What `-json=` is given.
pub(super) const FIELDS: &str = "ImportPath,Name,Dir,Standard,DepOnly,Module,GoFiles,CgoFiles,CFiles,CXXFiles,\
                                 MFiles,FFiles,SFiles,SwigFiles,SwigCXXFiles,SysoFiles,IgnoredGoFiles,Imports,\
                                 ImportMap,CgoLDFLAGS,CgoPkgConfig,Error";

/// A package, with its files as the build has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Package {
    /// Its import path.
    pub import_path: String,
    /// Its name: `main` of a command.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Whether it comes with Go: the standard library, and Go's own commands.
    pub standard: bool,
    /// Whether it is there only since another package imports it.
    pub dep_only: bool,
    /// The module that it is of; none where it comes with Go.
    pub module: Option<Module>,
    /// Files in Go without `import "C"`.
    pub go_files: Vec<String>,
    /// Files in Go with `import "C"`.
    pub cgo_files: Vec<String>,
    /// Files in C.
    pub c_files: Vec<String>,
    /// Files in C++.
    #[serde(rename = "CXXFiles")]
    pub cxx_files: Vec<String>,
    /// Files in Objective-C.
    pub m_files: Vec<String>,
    /// Files in Fortran.
    pub f_files: Vec<String>,
    /// Files in assembly.
    pub s_files: Vec<String>,
    /// Files that SWIG makes C and Go of.
    pub swig_files: Vec<String>,
    /// Files that SWIG makes C++ and Go of.
    #[serde(rename = "SwigCXXFiles")]
    pub swig_cxx_files: Vec<String>,
    /// Object files that are linked as they are.
    pub syso_files: Vec<String>,
    /// Files in Go that build constraints leave out.
    pub ignored_go_files: Vec<String>,
    /// What its files import.
    pub imports: Vec<String>,
    /// Which package stands for an import path, where it is another one than that of the same name.
    pub import_map: BTreeMap<String, String>,
    /// What the linker of C is given.
    #[serde(rename = "CgoLDFLAGS")]
    pub cgo_ldflags: Vec<String>,
    /// The C libraries that `pkg-config` is asked about.
    pub cgo_pkg_config: Vec<String>,
    /// What is wrong with it.
    pub error: Option<PackageError>,
}

/// The module that a package is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Module {
    /// Its path.
    pub path: String,
}

/// What is wrong with a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PackageError {
    /// Where: a file with line and column, or nothing.
    pub pos: String,
    /// What.
    pub err: String,
}

/// Whose a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Go's standard library's.
    StandardLibrary,
    /// The program's own, or a module's that it requires.
    Others,
}

impl Origin {
    /// Both.
    pub const ALL: [Self; 2] = [Self::StandardLibrary, Self::Others];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::StandardLibrary => "standard library",
            Self::Others => "others",
        }
    }
}

impl Package {
    /// Whose it is. Go's own commands are programs like any other.
    pub fn origin(&self) -> Origin {
        if self.standard && !self.is_gos_command() { Origin::StandardLibrary } else { Origin::Others }
    }

    fn is_gos_command(&self) -> bool {
        self.standard && self.import_path.starts_with("cmd/")
    }

    /// The path of its module; `std` and `cmd` as Go names what comes with it.
    pub fn module_path(&self) -> &str {
        match &self.module {
            Some(module) => &module.path,
            None if self.is_gos_command() => "cmd",
            None if self.standard => "std",
            None => "",
        }
    }

    /// Its files in Go, with and without `import "C"`.
    pub fn all_go_files(&self) -> impl Iterator<Item = &str> {
        self.go_files.iter().chain(&self.cgo_files).map(String::as_str)
    }

    /// Whether there is anything of it to compile.
    pub fn has_files(&self) -> bool {
        self.all_go_files().next().is_some() || self.has_swig()
    }

    /// Whether it takes a C compiler to build it.
    pub fn brings_c(&self) -> bool {
        !self.cgo_files.is_empty() || self.has_swig()
    }

    fn has_swig(&self) -> bool {
        !self.swig_files.is_empty() || !self.swig_cxx_files.is_empty()
    }

    /// The files for which it takes a C compiler.
    pub fn files_in_c(&self) -> Vec<String> {
        if !self.brings_c() {
            return Vec::new();
        }
        [
            &self.cgo_files,
            &self.c_files,
            &self.cxx_files,
            &self.m_files,
            &self.f_files,
            &self.swig_files,
            &self.swig_cxx_files,
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }

    /// The C libraries that it names: `-lm`, or what `pkg-config` knows it by.
    pub fn libraries(&self) -> Vec<String> {
        let linked = self.cgo_ldflags.iter().filter(|flag| flag.starts_with("-l"));
        // Between them stand options such as `--static`.
        let asked = self.cgo_pkg_config.iter().filter(|name| !name.starts_with('-'));
        let mut libraries: Vec<String> = Vec::new();
        for library in linked.chain(asked) {
            if !libraries.contains(library) {
                libraries.push(library.clone());
            }
        }
        libraries
    }

    fn imported(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().map(|import| self.import_map.get(import).unwrap_or(import).as_str())
    }

    /// Whether one of its files imports that.
    pub fn imports(&self, path: &str) -> bool {
        self.imports.iter().any(|import| import == path)
    }
}

/// Why there is no graph in a text.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// It is not what `go list -json` prints.
    #[error("what go list printed cannot be understood")]
    NotUnderstood(#[from] serde_json::Error),
    /// It is of no package.
    #[error("it names no package")]
    Nothing,
    /// It is of several packages.
    #[error("it names {0} packages and not one")]
    Several(usize),
}

/// All packages of a program, with one that needs them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    root: String,
    packages: BTreeMap<String, Package>,
}

impl Graph {
    /// Understands what `go list -deps -json` printed of one package: JSON objects, one after the other.
    pub fn parse(text: &[u8]) -> Result<Self, GraphError> {
        let packages = serde_json::Deserializer::from_slice(text).into_iter::<Package>();
        Self::of(packages.collect::<Result<Vec<_>, _>>()?)
    }

    /// The graph of those packages, of which one alone was asked about.
    pub(super) fn of(packages: Vec<Package>) -> Result<Self, GraphError> {
        let asked: Vec<&Package> = packages.iter().filter(|package| !package.dep_only).collect();
        let root = match asked.as_slice() {
            [] => return Err(GraphError::Nothing),
            [root] => root.import_path.clone(),
            several => return Err(GraphError::Several(several.len())),
        };
        let packages = packages.into_iter().map(|package| (package.import_path.clone(), package)).collect();
        Ok(Self { root, packages })
    }

    /// The import path of the package that was asked about.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// All of them, in order of their paths.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    /// That package.
    pub fn get(&self, path: &str) -> Option<&Package> {
        self.packages.get(path)
    }

    /// The shortest way of imports from the root to a package, both included; of ways that are as long the first in
    /// order. None where no import leads there: Go itself adds packages, `runtime/cgo` for one.
    pub fn chain(&self, to: &str) -> Option<Vec<String>> {
        let mut came: BTreeMap<&str, &str> = BTreeMap::new();
        let mut next = VecDeque::from([self.root.as_str()]);
        while let Some(here) = next.pop_front() {
            if here == to {
                let mut chain = vec![here];
                while let Some(before) = chain.last().and_then(|last| came.get(last)).copied() {
                    chain.push(before);
                }
                return Some(chain.into_iter().rev().map(str::to_owned).collect());
            }
            let mut imported: Vec<&str> = self.packages.get(here)?.imported().collect();
            imported.sort_unstable();
            for path in imported {
                if path != self.root && self.packages.contains_key(path) && !came.contains_key(path) {
                    came.insert(path, here);
                    next.push_back(path);
                }
            }
        }
        None
    }

    /// A chain as a text: `main > net/http > net`.
    pub fn words(&self, chain: &[String]) -> String {
        let is_command = |path: &str| self.get(path).is_some_and(|package| package.name == "main");
        let word = |path: &String| if is_command(path) { "main".to_owned() } else { path.clone() };
        chain.iter().map(word).collect::<Vec<_>>().join(" > ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{graph, package};
    use super::*;

    #[test]
    fn what_go_prints_is_understood() {
        let text = r#"{"ImportPath": "net", "Standard": true, "DepOnly": true, "CgoFiles": ["c.go"], "CXXFiles": ["a.cc"],
                       "CgoLDFLAGS": ["-L/x", "-lresolv", "-lresolv"], "CgoPkgConfig": ["--static", "zlib"], "New": {}}
                      {"ImportPath": "a", "Name": "main", "Module": {"Path": "m", "Main": true}, "Imports": ["net"],
                       "Error": {"ImportStack": null, "Pos": "a.go:1:2", "Err": "wrong"}}"#;
        let graph = Graph::parse(text.as_bytes()).expect("is understood");
        assert_eq!(graph.root(), "a");
        let net = graph.get("net").expect("is there");
        assert_eq!((net.module_path(), net.origin()), ("std", Origin::StandardLibrary));
        assert_eq!(net.files_in_c(), ["c.go", "a.cc"]);
        assert_eq!(net.libraries(), ["-lresolv", "zlib"]);
        let main = graph.get("a").expect("is there");
        assert_eq!((main.module_path(), main.origin()), ("m", Origin::Others));
        assert_eq!(main.error.as_ref().map(|error| error.err.as_str()), Some("wrong"));
    }

    #[test]
    fn one_package_has_to_be_asked_about() {
        assert!(matches!(Graph::parse(b""), Err(GraphError::Nothing)));
        let two = br#"{"ImportPath": "a"} {"ImportPath": "b"}"#;
        assert!(matches!(Graph::parse(two), Err(GraphError::Several(2))));
        assert!(matches!(Graph::parse(b"{\"Impo"), Err(GraphError::NotUnderstood(_))));
    }

    #[test]
    fn the_shortest_chain_is_found_and_the_first_of_equals() {
        let graph = graph(&[
            package("main", &["far", "z", "b"]),
            package("far", &["further"]),
            package("further", &["net", "main"]),
            package("z", &["net"]),
            package("b", &["net", "unknown"]),
            package("net", &["far"]),
            package("runtime/cgo", &[]),
        ]);
        assert_eq!(graph.chain("net").expect("is there"), ["main", "b", "net"]);
        assert_eq!(graph.chain("main").expect("is there"), ["main"]);
        assert_eq!(graph.chain("runtime/cgo"), None);
        assert_eq!(graph.chain("nowhere"), None);
    }

    #[test]
    fn a_command_is_main_in_a_chain_and_a_vendored_package_is_found() {
        let mut main = package("example.org/cmd/tool", &["golang.org/x/net"]);
        main.name = "main".to_owned();
        main.import_map.insert("golang.org/x/net".to_owned(), "vendor/golang.org/x/net".to_owned());
        let graph = graph(&[main, package("vendor/golang.org/x/net", &[])]);
        let chain = graph.chain("vendor/golang.org/x/net").expect("is there");
        assert_eq!(graph.words(&chain), "main > vendor/golang.org/x/net");
    }
}
