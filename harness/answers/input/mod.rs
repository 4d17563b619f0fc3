//! Workload inputs, generated from a seed: the same bytes on every machine and with every release of the
//! libraries, since only the raw stream of the generator is used.

mod caddyfile;
mod go;
mod hugo;
mod passwords;
mod paths;
mod shell;
mod site;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::cache::Cache;
use crate::config::Input;
use crate::digest;

use caddyfile::caddyfile;
use go::{go_package, go_source};
use passwords::passwords;
use paths::paths;
use shell::shell_script;

/// Path of an input in the cache; generates it where it is absent.
pub fn path(cache: &Cache, input: &Input) -> Result<PathBuf> {
    // The version counts up when a generator changes, lest an old input be taken for a new one.
    let name = digest::of_bytes(format!("2 {input:?}").as_bytes());
    let place = cache.root().join("inputs").join(name);
    if !place.exists() {
        let scratch = cache.scratch()?;
        let made = scratch.path().join("input");
        generate(input, &made).with_context(|| format!("cannot write {}", made.display()))?;
        cache.publish(&made, &place)?;
    }
    Ok(place)
}

fn generate(input: &Input, made: &Path) -> Result<()> {
    match *input {
        Input::Passwords { seed, lines } => fs::write(made, passwords(&mut Draw::new(seed), lines))?,
        Input::GoSource { seed, functions } => fs::write(made, go_source(&mut Draw::new(seed), functions))?,
        Input::GoModule { seed, packages } => {
            let mut draw = Draw::new(seed);
            for number in 0..packages {
                let folder = made.join(format!("p{number}"));
                fs::create_dir_all(&folder)?;
                fs::write(folder.join("p.go"), go_package(&mut draw, number))?;
            }
            fs::write(made.join("go.mod"), "module gopie.example/many\n\ngo 1.21\n")?;
        }
        Input::Paths { seed, lines } => fs::write(made, paths(&mut Draw::new(seed), lines))?,
        Input::ShellScripts { seed, files, functions } => {
            let mut draw = Draw::new(seed);
            fs::create_dir(made)?;
            for number in 0..files {
                let place = made.join(format!("script{number:04}.sh"));
                fs::write(place, shell_script(&mut draw, functions))?;
            }
        }
        Input::HugoSite { seed, pages } => hugo::write(made, &mut Draw::new(seed), pages)?,
        Input::Caddyfile { seed, sites } => fs::write(made, caddyfile(&mut Draw::new(seed), sites))?,
        Input::Site { seed, pages } => site::write(made, &mut Draw::new(seed), pages)?,
    }
    Ok(())
}

/// Draws from the raw stream.
struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `bound`; the slight bias of the remainder does not matter here.
    fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(u32::try_from(of.len()).unwrap_or(1)) as usize]
    }
}

const WORDS: [&str; 16] = [
    "horse", "winter", "dragon", "monkey", "summer", "coffee", "shadow", "orange", "banjo", "quartz",
    "violet", "tundra", "saddle", "pepper", "magnet", "lagoon",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let make = |seed| passwords(&mut Draw::new(seed), 100);
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
        // Pinned: the digests of expected outputs in programs.toml rest on these bytes.
        insta::assert_snapshot!(passwords(&mut Draw::new(1), 6));
        insta::assert_snapshot!(go_source(&mut Draw::new(1), 2));
        insta::assert_snapshot!(go_package(&mut Draw::new(1), 9));
        insta::assert_snapshot!(paths(&mut Draw::new(1), 6));
        insta::assert_snapshot!(shell_script(&mut Draw::new(1), 4));
        insta::assert_snapshot!(site::page(&mut Draw::new(1), 3, 10));
        insta::assert_snapshot!(caddyfile(&mut Draw::new(1), 3));
        insta::assert_snapshot!(
            hugo::style_sheet(&mut Draw::new(1)).lines().take(12).collect::<Vec<_>>().join("\n")
        );
    }

    #[test]
    fn passwords_are_printable_lines() {
        let text = passwords(&mut Draw::new(7), 1000);
        assert_eq!(text.lines().count(), 1000);
        assert!(
            text.lines().all(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_graphic()))
        );
    }

    #[test]
    fn inputs_are_made_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().to_owned()).expect("a cache");
        let input = Input::GoModule { seed: 1, packages: 3 };
        let first = path(&cache, &input).expect("generates");
        assert!(first.join("p2/p.go").exists());
        assert_eq!(first, path(&cache, &input).expect("is there"));
    }
}
