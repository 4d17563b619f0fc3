//! Workload inputs, generated from a seed: the same bytes on every machine and with every release of the
//! libraries, since only the raw stream of the generator is used.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::cache::Cache;
use crate::config::Input;
use crate::digest;

/// Path of an input in the cache; generates it where it is absent.
pub fn path(cache: &Cache, input: &Input) -> Result<PathBuf> {
    // The version counts up when a generator changes, lest an old input be taken for a new one.
    let name = digest::of_bytes(format!("1 {input:?}").as_bytes());
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
const HABITS: [&str; 10] =
    ["1234", "qwerty", "aaaa", "!", "2024", "asdf", "4321", "zyxw", "password", "1111"];

/// Half of them drawn from all printable ASCII, half put together as people do.
fn passwords(draw: &mut Draw, lines: u32) -> String {
    let mut text = String::new();
    for _ in 0..lines {
        if draw.below(2) == 0 {
            for _ in 0..16 + draw.below(80) {
                text.push(char::from(b'!' + u8::try_from(draw.below(94)).unwrap_or(0)));
            }
        } else {
            for _ in 0..3 + draw.below(12) {
                text.push_str(draw.one(&WORDS));
            }
            text.push_str(draw.one(&HABITS));
        }
        text.push('\n');
    }
    text
}

/// Valid Go, badly laid out: a formatter has something to do in every line.
fn go_source(draw: &mut Draw, functions: u32) -> String {
    let mut text = String::from("package   generated\n\n\n\n");
    for number in 0..functions {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "// f{number}   is   generated.\nfunc   f{number} (a,b int,  s [] string)( int ){{"
        );
        let _ = writeln!(text, "x:=a+ b*{}", draw.below(1000));
        for _ in 0..=draw.below(4) {
            let (word, amount) = (draw.one(&WORDS), draw.below(100));
            let _ = match draw.below(4) {
                0 => writeln!(text, "if x>{amount}{{x-=len( s )}}else{{\n\n\n  x =x<<1|{amount} }}"),
                1 => writeln!(text, "for i:=0;i<len(s);i++{{ if s[i]==\"{word}\"{{x++\n}} }}   // {word}"),
                2 => writeln!(
                    text,
                    "{{m:=map[string]int{{\"{word}\":{amount},\n\"longer{word}\":1,}}; x+=m[\"{word}\"]}}"
                ),
                _ => writeln!(text, "switch{{case x<{amount}:x=-x\ndefault :\nx=x&^{amount}\n}}"),
            };
        }
        text.push_str("        return x}\n");
    }
    text
}

/// A small package that imports up to three of those before it.
fn go_package(draw: &mut Draw, number: u32) -> String {
    let mut text = format!("// Package p{number} is generated.\npackage p{number}\n\n");
    let mut imports: Vec<u32> = (0..3).filter(|_| number > 0).map(|_| draw.below(number.max(1))).collect();
    imports.sort_unstable();
    imports.dedup();
    for import in &imports {
        let _ = writeln!(text, "import \"gopie.example/many/p{import}\"");
    }
    let _ = write!(text, "\n// N is a number.\nconst N = {}", draw.below(100));
    for import in &imports {
        let _ = write!(text, " + p{import}.N");
    }
    text.push('\n');
    text
}

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
