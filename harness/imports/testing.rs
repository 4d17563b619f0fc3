//! Graphs that are made by hand.

use super::graph::{Graph, Package};

/// A package with one file that imports those.
pub(super) fn package(path: &str, imports: &[&str]) -> Package {
    Package {
        import_path: path.to_owned(),
        dep_only: true,
        go_files: vec!["a.go".to_owned()],
        imports: imports.iter().map(|&import| import.to_owned()).collect(),
        ..Package::default()
    }
}

/// A package with cgo: a file in Go that imports `C`, and one in C.
pub(super) fn with_c(path: &str, imports: &[&str]) -> Package {
    let mut package = package(path, imports);
    package.imports.push("C".to_owned());
    package.cgo_files = vec!["a_cgo.go".to_owned()];
    package.c_files = vec!["a.c".to_owned()];
    package
}

/// The graph of those; the first is the root.
pub(super) fn graph(packages: &[Package]) -> Graph {
    let mut packages = packages.to_vec();
    packages[0].dep_only = false;
    Graph::of(packages).expect("is one")
}
