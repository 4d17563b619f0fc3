//! From what was typed to where `go` is asked and about which package.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::hint::HintExt;

/// A package, and the folder in which it is named so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder; none where any will do that is in no module.
    pub dir: Option<PathBuf>,
    /// The package, as `go build` takes it there.
    pub package: String,
}

impl Place {
    /// What a name stands for in a folder: a folder that is there, else the import path of a package.
    pub fn named(named: &str, here: &Path) -> Result<Self> {
        if named.contains("...") {
            return Err(anyhow!("{named} stands for several packages"))
                .usage("name one package, or several of them one by one, such as ./cmd/a ./cmd/b");
        }
        if named.is_empty() || named.starts_with('-') {
            return Err(anyhow!("{named:?} is neither a folder nor an import path"))
                .usage("name a folder such as ./cmd/tool, or a package such as net/http");
        }
        let path = here.join(named);
        if path.is_dir() {
            return Self::folder(&path);
        }
        if path.exists() {
            return Err(anyhow!("{} is a file", path.display()))
                .usage("name the folder that the package is in");
        }
        if Path::new(named).is_absolute()
            || named.split('/').next().is_some_and(|first| first.starts_with('.'))
        {
            return Err(anyhow!("there is no folder {}", path.display()))
                .usage("name a folder such as ./cmd/tool, or a package such as net/http");
        }
        // What comes with Go is there without any module.
        let dir = module_of(here).map(|_| here.to_owned());
        Ok(Self { dir, package: named.to_owned() })
    }

    fn folder(path: &Path) -> Result<Self> {
        let path = path.canonicalize()?;
        if module_of(&path).is_none() {
            return Err(anyhow!("{}: there is no go.mod in it or above it", path.display())).usage(
                "name a folder of a Go module; a folder becomes one by `go mod init NAME` and `go mod tidy`",
            );
        }
        Ok(Self { dir: Some(path), package: ".".to_owned() })
    }

    /// For people.
    pub fn words(&self) -> String {
        match &self.dir {
            Some(dir) if self.package == "." => dir.display().to_string(),
            _ => self.package.clone(),
        }
    }
}

/// The folder of the module that a folder is in.
fn module_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join("go.mod").is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::hint::{exit_status, hints};

    #[test]
    fn a_folder_that_is_there_comes_before_a_package() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("is there");
        fs::create_dir_all(root.join("module/net/http")).expect("makes");
        fs::write(root.join("module/go.mod"), "module x\n").expect("writes");
        let module = root.join("module");
        let place = |dir: Option<&Path>, package: &str| Place {
            dir: dir.map(Path::to_owned),
            package: package.to_owned(),
        };
        let named = |named: &str, here: &Path| Place::named(named, here).expect("is one");
        assert_eq!(named(".", &module), place(Some(&module), "."));
        assert_eq!(named("net/http", &module), place(Some(&module.join("net/http")), "."));
        assert_eq!(named("os/user", &module), place(Some(&module), "os/user"));
        assert_eq!(named("os/user", &root), place(None, "os/user"));
    }

    #[test]
    fn what_is_no_package_is_wrong_usage() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("main.go"), "package main\n").expect("writes");
        for named in [".", "./nowhere", "/nowhere", "main.go", "./...", "-x", ""] {
            let error = Place::named(named, folder.path()).expect_err("is none");
            assert_eq!((exit_status(&error), hints(&error).len()), (2, 1), "{named}: {error:#}");
        }
    }
}
