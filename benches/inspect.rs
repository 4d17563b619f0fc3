//! What `gopie inspect` costs, as ratios against something measured in the same run:
//!
//! - `file`: the facts of one Go binary of 40 MB with more than 100 000 relocations, against `readelf -aW` and
//!   `llvm-readelf -a`, each writing to a file; with hashing apart;
//! - `pages`: in process, mapping and reading it against mapping it and adding up the pages that are needed;
//! - `folder`: a thousand binaries against a loop of `readelf -hldrSW`; the memory that it took at most; and
//!   what half of the bytes cost, of what all cost;
//! - `linear`: a million relocations, a million sections, against a quarter of them.
//!
//! Sides alternate; each ratio is the median over the rounds, with the smallest and the largest.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use gopie::config::RunKind;
use gopie::elf::{self, Facts};
use gopie::pipeline::{self, Options};
use gopie::stats::median;
use gopie::sys::map::Map;

const GOPIE: &str = env!("CARGO_BIN_EXE_gopie");

fn main() -> Result<()> {
    // Criterion's flags reach this bench too; of them only these two mean something here.
    let short = std::env::args().any(|arg| arg == "--quick" || arg == "--test");
    let folder = tempfile::tempdir()?;
    let binary = binary(short)?;
    file(&binary, folder.path(), if short { 1 } else { 11 })?;
    pages(&binary, if short { 3 } else { 51 })?;
    many(folder.path(), if short { (20, 1) } else { (1000, 5) })?;
    linear(folder.path(), if short { (100, 3) } else { (250_000, 11) })
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn tell(name: &str, ratios: &[f64], what: &str) -> Result<()> {
    let middle = median(ratios).context("there are no rounds")?;
    let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ratios.iter().copied().fold(0.0, f64::max);
    let rounds = ratios.len();
    say(&format!("{name}: ratio {middle:.2} (rounds: {low:.2} to {high:.2}, n = {rounds}): {what}"))
}

/// Go's compiler as PIE, with its symbols and debug data; in a short run a small program, to see that it works.
fn binary(short: bool) -> Result<PathBuf> {
    // Naming the program overrides the kind of run, and another kind would bring more releases and targets.
    let mut options = Options::new(RunKind::Default);
    options.programs = vec![if short { "hello" } else { "compile" }.to_owned()];
    options.variants = vec!["pie-internal".to_owned()];
    let artifacts = pipeline::artifacts(&options)?;
    let linked = artifacts.into_iter().find(|(case, _)| !case.stripped);
    linked.map(|(_, path)| path).context("it was not built")
}

/// Seconds that a command takes that writes to a file.
fn seconds(program: &str, args: &[&str], out: &Path) -> Result<f64> {
    let mut command = Command::new(program);
    command.args(args).stdout(File::create(out)?).stderr(Stdio::null());
    let begin = Instant::now();
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    let seconds = begin.elapsed().as_secs_f64();
    ensure!(status.success(), "{program} ended with {status}");
    Ok(seconds)
}

fn there_is(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
}

fn file(binary: &Path, folder: &Path, rounds: usize) -> Result<()> {
    let facts = elf::read(&fs::read(binary)?)?;
    let size = facts.file_size as f64 / 1e6;
    say(&format!("inspect/file: {size:.1} MB, {} relocations", facts.relocations.total))?;
    let path = binary.to_str().context("a path in UTF-8")?;
    let out = folder.join("out");
    let ours = |hash: &[&str]| seconds(GOPIE, &[&["inspect", "--format", "json", path], hash].concat(), &out);
    ours(&[])?;
    for (tool, flag) in [("readelf", "-aW"), ("llvm-readelf", "-a")] {
        if !there_is(tool) {
            say(&format!("inspect/file: NOT MEASURED: there is no {tool}"))?;
            continue;
        }
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let alone = ours(&["--no-hash"])?;
            ratios.push(seconds(tool, &[flag, path], &out)? / alone);
        }
        tell("inspect/file", &ratios, &format!("{tool} {flag} / gopie inspect --no-hash"))?;
    }
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let alone = ours(&["--no-hash"])?;
        ratios.push(ours(&[])? / alone);
    }
    tell("inspect/file", &ratios, "with hashing / without")
}

/// The ranges of the file that its facts rest on.
fn needed(facts: &Facts) -> Vec<std::ops::Range<u64>> {
    let loaded_by_linker = !facts.linkage.needed.is_empty() || facts.linkage.interpreter.is_some();
    let kinds: &[&str] = if loaded_by_linker { &["DYNSYM"] } else { &["SYMTAB"] };
    let tables = ["REL", "RELA", "RELR", "DYNAMIC", "NOTE"];
    let names = [".shstrtab", ".interp", ".go.buildinfo", ".dynstr"];
    let sections = facts.sections.iter().filter(|section| {
        let kind = section.kind.as_ref();
        tables.contains(&kind) || kinds.contains(&kind) || names.contains(&section.name.as_str())
    });
    let mut ranges: Vec<_> =
        sections.map(|section| section.offset..section.offset.saturating_add(section.size)).collect();
    // The ELF header with the program headers, and about where the section headers lie.
    ranges.push(0..4096.min(facts.file_size));
    ranges.push(facts.file_size.saturating_sub(4096)..facts.file_size);
    ranges
}

fn pages(binary: &Path, rounds: usize) -> Result<()> {
    let ranges = needed(&elf::read(&fs::read(binary)?)?);
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let begin = Instant::now();
        let file = File::open(binary)?;
        let map = Map::new(&file, file.metadata()?.len())?;
        black_box(elf::read(map.bytes())?);
        drop(map);
        let ours = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let file = File::open(binary)?;
        let map = Map::new(&file, file.metadata()?.len())?;
        let bytes = map.bytes();
        let mut sum = 0_u64;
        for range in &ranges {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            for word in bytes.get(range).unwrap_or_default().as_chunks::<8>().0 {
                sum = sum.wrapping_add(u64::from_ne_bytes(*word));
            }
        }
        black_box(sum);
        drop(map);
        ratios.push(ours / begin.elapsed().as_secs_f64());
    }
    let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
    tell(
        "inspect/pages",
        &ratios,
        &format!("mapping and reading the facts / adding up the {bytes} bytes needed"),
    )
}

/// Copies ELF files of this machine, the same ones again where there are too few.
fn fill(folder: &Path, wanted: usize) -> Result<u64> {
    const LARGEST: u64 = 2_000_000;
    let is_elf = |path: &PathBuf| {
        let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
        let magic = || fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"));
        small && magic()
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for place in ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"] {
        let entries = fs::read_dir(place).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let mut found: Vec<PathBuf> = entries.filter(is_elf).collect();
        found.sort();
        files.extend(found);
    }
    if files.is_empty() {
        bail!("there is no ELF file in the usual folders");
    }
    let mut bytes = 0;
    for (number, path) in files.iter().cycle().take(wanted).enumerate() {
        bytes += fs::copy(path, folder.join(format!("{number:04}")))?;
    }
    Ok(bytes)
}

fn many(folder: &Path, (files, rounds): (usize, usize)) -> Result<()> {
    let (half, other) = (folder.join("all/half"), folder.join("all/other"));
    fs::create_dir_all(&half)?;
    fs::create_dir_all(&other)?;
    let (first, second) = (fill(&half, files / 2)?, fill(&other, files / 2)?);
    let all = folder.join("all");
    let share = first as f64 / (first + second) as f64;
    say(&format!("inspect/folder: {files} binaries, {:.1} MB", (first + second) as f64 / 1e6))?;
    let text = |path: &Path| path.to_str().map(str::to_owned).context("a path in UTF-8");
    let out = folder.join("out");
    let ours =
        |folder: &Path| seconds(GOPIE, &["inspect", "--no-hash", "--format", "json", &text(folder)?], &out);
    ours(&all)?;
    if there_is("readelf") {
        let script = "for f in \"$0\"/*/*; do readelf -hldrSW \"$f\"; done";
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let alone = ours(&all)?;
            ratios.push(seconds("/bin/sh", &["-c", script, &text(&all)?], &out)? / alone);
        }
        tell("inspect/folder", &ratios, "a loop of readelf -hldrSW / gopie inspect --no-hash")?;
    } else {
        say("inspect/folder: NOT MEASURED: there is no readelf")?;
    }
    let mut ratios = Vec::new();
    for _ in 0..rounds * 4 {
        ratios.push(ours(&half)? / ours(&all)? / share);
    }
    tell("inspect/folder", &ratios, "half of the folder / all of it, over their share of the bytes")?;
    let peak = memory(&["inspect", "--format", "json", &text(&all)?], &out)?;
    say(&format!("inspect/folder: at most {:.1} MB of memory, hashing included", peak as f64 / 1e6))
}

/// The largest resident memory that is seen of a gopie, in bytes, asked for often while it runs.
///
/// Not by `wait4`: its maximum includes the image of the process that started it.
fn memory(args: &[&str], out: &Path) -> Result<u64> {
    let mut child =
        Command::new(GOPIE).args(args).stdout(File::create(out)?).stderr(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(size.unwrap_or_default() * 1024);
        std::thread::sleep(Duration::from_micros(500));
    }
    Ok(peak)
}

/// Cost of four times as much, over four; by processes of their own, lest one finds memory that another has
/// left behind.
fn linear(folder: &Path, (count, rounds): (usize, usize)) -> Result<()> {
    let files = [
        ("relocations", relocations(count), relocations(4 * count)),
        ("sections", sections(count), sections(4 * count)),
    ];
    let (few, many, out) = (folder.join("few"), folder.join("many"), folder.join("out"));
    for (what, less, more) in files {
        fs::write(&few, less)?;
        fs::write(&many, more)?;
        let ours = |path: &Path| {
            let path = path.to_str().context("a path in UTF-8")?;
            seconds(GOPIE, &["inspect", "--no-hash", "--format", "csv", path], &out)
        };
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            ratios.push(ours(&many)? / ours(&few)? / 4.0);
        }
        let many = 4 * count;
        tell("inspect/linear", &ratios, &format!("{many} {what} / {count}, over four"))?;
    }
    Ok(())
}

/// An object file for x86-64 with sections that the closure describes: type, size, link, entry size.
fn object(sections: usize, section: impl Fn(usize) -> [u64; 2], body: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let table = 64 + body.len() as u64;
    bytes.extend([1_u16, 62].iter().flat_map(|half| half.to_le_bytes()));
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0, 0, table].iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(0_u32.to_le_bytes());
    // More than 65 279 sections are counted in section 0.
    bytes.extend([64_u16, 56, 0, 64, 0, 0].iter().flat_map(|half| half.to_le_bytes()));
    bytes.extend_from_slice(body);
    let header = |kind: u64, offset: u64, size: u64| {
        let halves = [0, u32::try_from(kind).unwrap_or_default()].map(u32::to_le_bytes).concat();
        let words = [0, 0, offset, size].map(u64::to_le_bytes).concat();
        [halves, words, vec![0; 8], [1, 0].map(u64::to_le_bytes).concat()].concat()
    };
    bytes.extend(header(0, 0, sections as u64 + 1));
    for number in 0..sections {
        let [kind, size] = section(number);
        bytes.extend(header(kind, 64, size));
    }
    bytes
}

/// One section with so many relocations, of types that alternate.
fn relocations(count: usize) -> Vec<u8> {
    let entry = |number: usize| [number as u64, 1 + number as u64 % 2, 0].map(u64::to_le_bytes).concat();
    let body: Vec<u8> = (0..count).flat_map(entry).collect();
    object(1, |_| [4, body.len() as u64], &body)
}

/// So many sections without bytes.
fn sections(count: usize) -> Vec<u8> {
    object(count, |_| [8, 1], &[])
}
