//! What a program's source is: its folder, what of it is built, and a digest of all that may be read there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::ladder;
use crate::cache::Cache;
use crate::config::{Config, Program, Rung, Source};
use crate::digest::{self, Hasher};

/// A program's source, resolved.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// The folder that the build is run in; for the toolchain's own programs any will do.
    pub(super) dir: Option<PathBuf>,
    /// What to build, as the last arguments of the command: a package, or the files in C.
    pub(super) inputs: Vec<String>,
    /// Digest of the sources; those of the toolchain are covered by the toolchain's own.
    pub(super) sha256: String,
    /// Whether modules have to be fetched first.
    pub(super) fetches: bool,
    /// Folders that stand in for modules, as `go.mod` names them.
    pub(super) replacements: Vec<PathBuf>,
}

/// Resolves a program's source, which is made where it is a generated one; `outputs` are folders that gopie writes to, which are no source.
pub(super) fn resolve(
    cache: &Cache,
    config: &Config,
    program: &Program,
    outputs: &[PathBuf],
) -> Result<Resolved> {
    match &program.source {
        Source::Ladder(rung) => generated(cache, *rung),
        Source::Toolchain(package) => {
            let inputs = vec![package.clone()];
            let sha256 = String::new();
            Ok(Resolved { dir: None, inputs, sha256, fetches: false, replacements: Vec::new() })
        }
        Source::C(folder) => {
            let dir = config.root.join(folder);
            let mut hasher = Hasher::default();
            digest_folder(&dir, &dir, outputs, &mut hasher)?;
            let inputs = c_files(&dir)?;
            let sha256 = hasher.finish();
            Ok(Resolved { dir: Some(dir), inputs, sha256, fetches: false, replacements: Vec::new() })
        }
        Source::Module { folder, package } => {
            let dir = config.root.join(folder);
            let go_mod = dir.join("go.mod");
            let text =
                fs::read_to_string(&go_mod).with_context(|| format!("cannot read {}", go_mod.display()))?;
            let mut hasher = Hasher::default();
            let mut roots = vec![dir.clone()];
            let replacements: Vec<PathBuf> =
                local_replacements(&text).into_iter().map(PathBuf::from).collect();
            roots.extend(replacements.iter().map(|path| dir.join(path)));
            for root in roots {
                digest_folder(&root, &root, outputs, &mut hasher)?;
            }
            let fetches = requires_modules(&text) && !dir.join("vendor").exists();
            let inputs = vec![package.clone()];
            Ok(Resolved { dir: Some(dir), inputs, sha256: hasher.finish(), fetches, replacements })
        }
    }
}

/// A rung's module, kept in the cache under the digest of its files.
fn generated(cache: &Cache, rung: Rung) -> Result<Resolved> {
    let files = ladder::files(rung);
    let mut hasher = Hasher::default();
    for (name, text) in &files {
        hasher.field(name).field(text);
    }
    let sha256 = hasher.finish();
    let place = cache.dir("generated")?.join(&sha256);
    if !place.exists() {
        let scratch = cache.scratch()?;
        let made = scratch.path().join("module");
        fs::create_dir(&made).with_context(|| format!("cannot make {}", made.display()))?;
        for (name, text) in &files {
            let path = made.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        cache.publish(&made, &place)?;
    }
    let inputs = vec![".".to_owned()];
    Ok(Resolved { dir: Some(place), inputs, sha256, fetches: false, replacements: Vec::new() })
}

/// Names of the files in C right in a folder, sorted.
fn c_files(dir: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "c")).collect();
    names.sort_unstable();
    if names.is_empty() {
        bail!("there is no file in C in {}", dir.display());
    }
    Ok(names)
}

/// Adds every file below a folder, in order of name; hidden folders are left out as Go leaves them out.
fn digest_folder(root: &Path, folder: &Path, outputs: &[PathBuf], hasher: &mut Hasher) -> Result<()> {
    let read = || format!("cannot read {}", folder.display());
    let mut entries: Vec<_> =
        fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).with_context(read)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") || outputs.contains(&path) {
            continue;
        }
        // Follows links: Go does so for files.
        let Ok(kind) = fs::metadata(&path) else { continue };
        if kind.is_dir() && !entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            digest_folder(root, &path, outputs, hasher)?;
        } else if kind.is_file() {
            let name = path.strip_prefix(root).unwrap_or(&path);
            hasher.field(name.as_os_str().as_encoded_bytes()).field(digest::of_file(&path)?);
        }
    }
    Ok(())
}

/// Words of each directive of a `go.mod`, with block keywords put before each line of the block.
/// Source: Go Modules Reference, "go.mod files".
fn directives(go_mod: &str) -> Vec<Vec<&str>> {
    let mut block = None;
    let mut all = Vec::new();
    for line in go_mod.lines() {
        let words: Vec<&str> = line.split("//").next().unwrap_or("").split_whitespace().collect();
        match (block, words.as_slice()) {
            (_, []) => {}
            (_, [")"]) => block = None,
            (None, [keyword, "("]) => block = Some(*keyword),
            (None, _) => all.push(words),
            (Some(keyword), words) => all.push([&[keyword], words].concat()),
        }
    }
    all
}

fn requires_modules(go_mod: &str) -> bool {
    directives(go_mod).iter().any(|words| words[0] == "require")
}

/// Folders that stand in for modules: a path, not a module with a version.
fn local_replacements(go_mod: &str) -> Vec<String> {
    let target = |words: &Vec<&str>| -> Option<String> {
        let arrow = words.iter().position(|word| *word == "=>")?;
        let path = words.get(arrow + 1)?.trim_matches(['"', '`']);
        let local = path.starts_with("./") || path.starts_with("../") || path.starts_with('/');
        (words[0] == "replace" && local).then(|| path.to_owned())
    };
    directives(go_mod).iter().filter_map(target).collect()
}

/// Copies a source folder, for building it again elsewhere.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
        } else if kind.is_dir() {
            copy(&path, &place)?;
        } else if kind.is_file() {
            fs::copy(&path, &place).with_context(|| format!("cannot copy {}", path.display()))?;
        } else {
            bail!("{} is neither a file nor a folder", path.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_MOD: &str = "module x // a comment\n\ngo 1.21\nrequire a.example/b v1.0.0\nreplace (\n\t\
                          a.example/b => ../b\n\tc.example/d v1.0.0 => e.example/f v1.2.3\n)\n";

    #[test]
    fn go_mod_is_understood() {
        assert!(requires_modules(GO_MOD));
        assert!(!requires_modules("module x\n\ngo 1.21\n// require nothing\n"));
        assert_eq!(local_replacements(GO_MOD), ["../b"]);
    }

    #[test]
    fn the_digest_knows_contents_and_names_and_leaves_out_outputs() {
        let folder = tempfile::tempdir().expect("a folder");
        let digest = || {
            let mut hasher = Hasher::default();
            digest_folder(folder.path(), folder.path(), &[folder.path().join("results")], &mut hasher)
                .expect("reads");
            hasher.finish()
        };
        fs::write(folder.path().join("a.go"), "package a").expect("writes");
        let first = digest();
        fs::create_dir_all(folder.path().join("results/local")).expect("makes");
        fs::create_dir_all(folder.path().join(".git")).expect("makes");
        fs::write(folder.path().join("results/local/run.json"), "{}").expect("writes");
        fs::write(folder.path().join(".git/HEAD"), "x").expect("writes");
        assert_eq!(digest(), first);
        fs::write(folder.path().join("a.go"), "package b").expect("writes");
        let second = digest();
        assert_ne!(second, first);
        fs::rename(folder.path().join("a.go"), folder.path().join("b.go")).expect("renames");
        assert_ne!(digest(), second);
    }
}
