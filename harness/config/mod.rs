//! What to compare: `programs.toml` and `variants.toml`, read and checked.
//!
//! Data, not code: adding a variant, a contrast or a program is adding a table. This room knows nothing of
//! how anything is built or run. The fixtures travel inside the binary, so that an installed gopie has them.

mod check;
mod contrasts;
mod ladder;
mod program;
pub mod trials;
mod variant;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cache::Cache;
use crate::digest::Hasher;
use crate::hint::HintExt;

use ladder::Ladder;

pub use check::{ConfigError, find, select, variants_of};
pub use contrasts::{PROPOSAL, contrasts_of, timed_contrasts};
pub use ladder::{CHECK, CHECKED, Rung, STARTED};
pub use program::{Answer, Contrasts, Input, Language, Program, RunKind, Source, Workload};
pub use variant::{Change, Contrast, LOADER, Variant};

static FIXTURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/gofixtures");
const PROGRAMS: &str = "programs.toml";
const VARIANTS: &str = "variants.toml";

/// What a run may compare.
#[derive(Clone, Debug)]
pub struct Config {
    /// The programs, in the order of the file, then the rungs of the relocation ladder.
    pub programs: Vec<Program>,
    /// The variants, in the order of the file.
    pub variants: Vec<Variant>,
    /// The contrasts, in the order of the file.
    pub contrasts: Vec<Contrast>,
    /// The folder that module sources are relative to.
    pub root: PathBuf,
}

#[derive(Deserialize)]
struct Versioned {
    schema: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramsFile {
    #[serde(rename = "schema")]
    _schema: u32,
    program: Vec<Program>,
    #[serde(default)]
    ladder: Vec<Ladder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantsFile {
    #[serde(rename = "schema")]
    _schema: u32,
    variant: Vec<Variant>,
    #[serde(default)]
    contrast: Vec<Contrast>,
}

impl Config {
    /// The fixtures that travel inside the binary, unpacked into the cache.
    pub fn embedded(cache: &Cache) -> Result<Self> {
        let root = unpack(cache)?;
        Self::load(&root)
    }

    /// A user's folder: `programs.toml`, and `variants.toml` or else the one inside the binary.
    pub fn load(root: &Path) -> Result<Self> {
        let root = fs::canonicalize(root)
            .with_context(|| format!("cannot open the folder {}", root.display()))
            .usage("--config names a folder with a programs.toml in it")?;
        let programs_path = root.join(PROGRAMS);
        let text = fs::read_to_string(&programs_path)
            .with_context(|| format!("cannot read {}", programs_path.display()))
            .usage("--config names a folder with a programs.toml in it")?;
        let mut programs: ProgramsFile = parse(&programs_path, &text)?;
        let variants_path = root.join(VARIANTS);
        let variants: VariantsFile = if variants_path.exists() {
            let text = fs::read_to_string(&variants_path)
                .with_context(|| format!("cannot read {}", variants_path.display()))?;
            parse(&variants_path, &text)?
        } else {
            parse(Path::new(VARIANTS), embedded_text(VARIANTS))?
        };
        programs.program.extend(programs.ladder.iter().flat_map(Ladder::programs));
        check::programs(&programs.program, &variants.variant)
            .with_context(|| format!("in {}", programs_path.display()))
            .usage("docs/formats.md describes the keys of this file")?;
        check::variants(&variants.variant, &variants.contrast)
            .with_context(|| format!("in {}", variants_path.display()))
            .usage("docs/formats.md describes the keys of this file")?;
        let (programs, variants, contrasts) = (programs.program, variants.variant, variants.contrast);
        Ok(Self { programs, variants, contrasts, root })
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    let understood = || -> Result<T> {
        // The version first: a newer file may have keys that are unknown here.
        check::schema(path, toml::from_str::<Versioned>(text)?.schema)?;
        Ok(toml::from_str(text)?)
    };
    // The parser's own message has line, column and the line itself.
    understood()
        .with_context(|| format!("cannot understand {}", path.display()))
        .usage("docs/formats.md describes the keys of this file")
}

fn embedded_text(name: &str) -> &'static str {
    FIXTURES.get_file(name).and_then(include_dir::File::contents_utf8).unwrap_or_default()
}

/// Unpacks the fixtures into a folder named by their digest, once.
fn unpack(cache: &Cache) -> Result<PathBuf> {
    let mut hasher = Hasher::default();
    digest_dir(&FIXTURES, &mut hasher);
    let place = cache.root().join("fixtures").join(hasher.finish());
    if !place.exists() {
        let scratch = cache.scratch()?;
        let made = scratch.path().join("fixtures");
        fs::create_dir(&made).with_context(|| format!("cannot make {}", made.display()))?;
        FIXTURES
            .extract(&made)
            .with_context(|| format!("cannot unpack the fixtures to {}", made.display()))?;
        cache.publish(&made, &place)?;
    }
    Ok(place)
}

fn digest_dir(dir: &Dir<'_>, hasher: &mut Hasher) {
    for file in dir.files() {
        hasher.field(file.path().as_os_str().as_encoded_bytes()).field(file.contents());
    }
    for inner in dir.dirs() {
        digest_dir(inner, hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    const PROGRAM: &str = r#"
schema = 1
[[program]]
name = "mine"
what = "one of the user's"
source = { module = "mine" }
runs = "quick"
start = { args = ["--version"], stdout = "1\n" }
[program.workload]
stdout_sha256 = { go = "853ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020" }
"#;

    #[test]
    fn the_embedded_files_are_sound() {
        let home = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(home.path().to_owned()).expect("a cache");
        let config = Config::embedded(&cache).expect("loads");
        assert!(config.programs.iter().any(|program| program.name == "hello"));
        assert!(config.contrasts.iter().any(|contrast| contrast.control));
        assert!(config.root.join("hello/go.mod").exists());
    }

    #[test]
    fn a_users_programs_come_with_our_variants() {
        let folder = folder(&[(PROGRAMS, PROGRAM)]);
        let config = Config::load(folder.path()).expect("loads");
        assert_eq!(config.programs[0].name, "mine");
        assert!(config.variants.iter().any(|variant| variant.name == "static"));
    }

    #[test]
    fn malformed_toml_names_file_line_and_column() {
        let folder = folder(&[(PROGRAMS, "schema = 1\n[[program]]\nname = \n")]);
        let message = format!("{:#}", Config::load(folder.path()).expect_err("is malformed"));
        assert!(message.contains(PROGRAMS) && message.contains("line 3, column 8"), "{message}");
    }

    #[test]
    fn an_unknown_key_is_named() {
        let text = PROGRAM.replace("what =", "waht =");
        let folder = folder(&[(PROGRAMS, text.as_str())]);
        let message = format!("{:#}", Config::load(folder.path()).expect_err("has an unknown key"));
        assert!(message.contains("waht"), "{message}");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let text = PROGRAM.replace("schema = 1", "schema = 99");
        let folder = folder(&[(PROGRAMS, text.as_str())]);
        let message = format!("{:#}", Config::load(folder.path()).expect_err("is newer"));
        assert!(message.contains("schema 99"), "{message}");
    }
}
