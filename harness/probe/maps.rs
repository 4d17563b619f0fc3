//! Where everything of a program lies in memory at the end of a start: its own map, read while it is stopped.
//!
//! The end is the one point that every program comes to, with all of its memory still there. What the Go runtime
//! maps it names where kernel and release do (`[anon: Go: heap]`, Go 1.25 on); elsewhere an arena is known by its
//! place: Go's are 64 MiB and lie at multiples of that. Objects are not looked at: where they lie depends on
//! scheduling, which is no randomisation. Of stacks the mapping counts.
//!
//! Sources: proc(5), `/proc/PID/maps` and `syscall`; Go, `runtime/malloc.go` (`heapArenaBytes`).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{FAILED, LIMIT, NOT_AVAILABLE, Subject};
use crate::sys::apart::{self, Apart};
use crate::sys::traced::{End, Traced, With};

/// Size of a Go arena on 64-bit Linux, and what it is aligned to.
const ARENA: u64 = 64 << 20;

/// A line of `/proc/PID/maps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) read: bool,
    pub(super) write: bool,
    pub(super) execute: bool,
    /// Path or name in brackets; empty where it has none.
    pub(super) name: String,
}

impl Mapping {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        let rights = words.next()?;
        let name = line.splitn(6, ' ').nth(5).map(str::trim).unwrap_or_default().to_owned();
        let has = |right| rights.contains(right);
        Some(Self {
            start: number(start)?,
            end: number(end)?,
            read: has('r'),
            write: has('w'),
            execute: has('x'),
            name,
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.end - self.start
    }

    pub(super) fn holds(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }
}

/// The mappings in the text of `/proc/PID/maps`.
pub(super) fn parse(text: &str) -> Vec<Mapping> {
    text.lines().filter_map(Mapping::parse).collect()
}

/// A program that is stopped at its end.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Its file, as maps name it.
    pub(super) program: PathBuf,
    pub(super) mappings: Vec<Mapping>,
    /// Where the stack is of the thread that ends it: of a Go program, a goroutine's.
    pub(super) stack_pointer: Option<u64>,
    traced: Traced,
}

impl Snapshot {
    /// Starts it where it lies and stops it at its end; fails where it does not end as ever.
    pub(super) fn take(subject: &Subject, apart: &[Apart]) -> io::Result<Self> {
        let env: Vec<(String, String)> = subject.env.clone().into_iter().collect();
        let dir = Some(subject.dir.clone());
        let with = With { stdin: subject.stdin.clone(), output: None, dir, apart: apart.to_vec() };
        let program = fs::canonicalize(&subject.path)?;
        let mut traced = Traced::start_apart(&subject.path, &subject.args, &env, LIMIT, &with)?;
        let (thread, end) = traced.run_to_end()?;
        if Some(end) != subject.normal.status.map(End::Status) {
            return Err(io::Error::other(format!("it ends otherwise than ever: {}", end.words())));
        }
        let mappings = parse(&fs::read_to_string(format!("/proc/{}/maps", traced.id()))?);
        // NUMBER SIX-ARGUMENTS STACK-POINTER PROGRAM-COUNTER
        let call = fs::read_to_string(format!("/proc/{thread}/syscall")).unwrap_or_default();
        let stack_pointer = call
            .split_ascii_whitespace()
            .nth(7)
            .and_then(|word| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok());
        Ok(Self { program, mappings, stack_pointer, traced })
    }

    /// Its number, to look at its memory with.
    pub(super) fn process(&self) -> u32 {
        self.traced.id()
    }

    /// The base of every region that it has, by its name.
    pub(super) fn regions(&self, is_go: bool, loader: Option<&Path>) -> BTreeMap<String, u64> {
        regions(&self.mappings, self.stack_pointer, (&self.program, is_go), loader)
    }
}

/// Why a start could not be stopped at its end: the word for it, and in full.
pub(super) fn untaken(error: &io::Error, apart: &[Apart]) -> (&'static str, String) {
    if apart::is_refusal(error) {
        return (NOT_AVAILABLE, apart.iter().map(Apart::lacking).collect::<Vec<_>>().join("; "));
    }
    // What may not be executed is another number.
    if error.raw_os_error() == Some(libc::EPERM) {
        return (NOT_AVAILABLE, NO_PTRACE.to_owned());
    }
    (FAILED, format!("it cannot be stopped at its end: {error}"))
}

/// What a refused ptrace(2) lacks.
pub(super) const NO_PTRACE: &str = "ptrace is not permitted here (sysctl kernel.yama.ptrace_scope, a seccomp filter, \
                                    or the rights of a container)";

/// Names of the regions in the order in which they are told; libraries follow.
pub const REGIONS: [&str; 11] = [
    "text",
    "read-only data",
    "data",
    "bss",
    "brk heap",
    "Go heap",
    "goroutine stack",
    "main stack",
    "mmap area",
    "vdso",
    "loader",
];

fn regions(
    mappings: &[Mapping],
    stack_pointer: Option<u64>,
    (program, is_go): (&Path, bool),
    loader: Option<&Path>,
) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    let mut add = |name: &str, base: Option<u64>| {
        if let Some(base) = base {
            all.insert(name.to_owned(), base);
        }
    };
    let start = |mapping: &Mapping| mapping.start;
    let is_of = |mapping: &Mapping, path: &Path| Path::new(&mapping.name) == path;
    let own: Vec<(usize, &Mapping)> =
        mappings.iter().enumerate().filter(|(_, mapping)| is_of(mapping, program)).collect();
    let of_own = |wanted: &dyn Fn(&Mapping) -> bool| {
        own.iter().find(|(_, mapping)| wanted(mapping)).map(|(_, mapping)| mapping.start)
    };
    add("text", of_own(&|mapping| mapping.execute));
    add("read-only data", of_own(&|mapping| mapping.read && !mapping.write && !mapping.execute));
    add("data", of_own(&|mapping| mapping.write));
    let after = own.last().and_then(|(number, last)| Some((mappings.get(number + 1)?, last.end)));
    add(
        "bss",
        after
            .filter(|(next, end)| next.name.is_empty() && next.write && next.start == *end)
            .map(|(next, _)| next.start),
    );
    let named = |name: &str| mappings.iter().find(|mapping| mapping.name == name);
    add("brk heap", named("[heap]").map(start));
    add("vdso", named("[vdso]").map(start));
    add("main stack", named("[stack]").map(|mapping| mapping.end));
    let arenas = if is_go { arenas(mappings) } else { Vec::new() };
    add("Go heap", arenas.first().map(|(start, _)| *start));
    let holding = stack_pointer
        .and_then(|address| arenas.iter().find(|(start, end)| (*start..*end).contains(&address)));
    add("goroutine stack", holding.map(|(start, _)| *start));
    if let Some(loader) = loader {
        add("loader", mappings.iter().find(|mapping| is_of(mapping, loader)).map(start));
    }
    // What the kernel puts where it likes grows down from one place: the end of the highest is that place.
    let in_arena =
        |mapping: &Mapping| arenas.iter().any(|(start, end)| *start <= mapping.start && mapping.end <= *end);
    let mapped = mappings.iter().filter(|mapping| {
        !mapping.name.starts_with("[stack")
            && !mapping.name.starts_with("[v")
            && mapping.name != "[heap]"
            && !is_of(mapping, program)
            && !in_arena(mapping)
    });
    let bss = all.get("bss").copied();
    let mut add = |name: &str, base: Option<u64>| {
        if let Some(base) = base {
            all.insert(name.to_owned(), base);
        }
    };
    add("mmap area", mapped.filter(|mapping| Some(mapping.start) != bss).map(|mapping| mapping.end).max());
    for mapping in mappings.iter().filter(|mapping| mapping.name.starts_with('/')) {
        let path = Path::new(&mapping.name);
        if path == program || Some(path) == loader {
            continue;
        }
        if let Some(name) = path.file_name() {
            all.entry(format!("library {}", name.to_string_lossy())).or_insert(mapping.start);
        }
    }
    all
}

/// The Go arenas, from start to end.
fn arenas(mappings: &[Mapping]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64, bool)> = Vec::new();
    for mapping in
        mappings.iter().filter(|mapping| mapping.name.is_empty() || mapping.name.starts_with("[anon"))
    {
        let named = mapping.name.starts_with("[anon: Go: heap");
        match runs.last_mut() {
            Some((_, end, heap)) if *end == mapping.start => {
                *end = mapping.end;
                *heap |= named;
            }
            _ => runs.push((mapping.start, mapping.end, named)),
        }
    }
    let is_arena =
        |(start, end, named): &(u64, u64, bool)| *named || (start % ARENA == 0 && (end - start) % ARENA == 0);
    runs.into_iter().filter(is_arena).map(|(start, end, _)| (start, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO: &str = "\
00400000-00401000 r--p 00000000 fe:00 1                          /tmp/a program
00401000-00480000 r-xp 00001000 fe:00 1                          /tmp/a program
00480000-004f0000 r--p 00080000 fe:00 1                          /tmp/a program
004f0000-00500000 rw-p 000f0000 fe:00 1                          /tmp/a program
00500000-00533000 rw-p 00000000 00:00 0 
c000000000-c000400000 rw-p 00000000 00:00 0 
c000400000-c004000000 ---p 00000000 00:00 0 
7f0000000000-7f0000100000 rw-p 00000000 00:00 0 
7f0000200000-7f0000230000 r-xp 00000000 fe:00 9                  /lib/ld.so
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                  [stack]
7ffd00050000-7ffd00054000 r--p 00000000 00:00 0                  [vvar]
7ffd00054000-7ffd00056000 r-xp 00000000 00:00 0                  [vdso]
";

    #[test]
    fn regions_are_told_apart() {
        let mappings = parse(GO);
        assert_eq!(mappings.len(), 12);
        assert_eq!(mappings[0].name, "/tmp/a program");
        let all = regions(
            &mappings,
            Some(0xc0_0000_1000),
            (Path::new("/tmp/a program"), true),
            Some(Path::new("/lib/ld.so")),
        );
        let expected = [
            ("text", 0x40_1000),
            ("read-only data", 0x40_0000),
            ("data", 0x4f_0000),
            ("bss", 0x50_0000),
            ("Go heap", 0xc0_0000_0000),
            ("goroutine stack", 0xc0_0000_0000),
            ("main stack", 0x7ffd_0002_1000),
            ("mmap area", 0x7f00_0023_0000),
            ("vdso", 0x7ffd_0005_4000),
            ("loader", 0x7f00_0020_0000),
        ];
        assert_eq!(all, expected.map(|(name, base)| (name.to_owned(), base)).into());
    }

    #[test]
    fn a_stack_that_is_no_goroutines_is_none() {
        let program = Path::new("/tmp/a program");
        let all = regions(&parse(GO), Some(0x7ffd_0000_1000), (program, true), None);
        assert!(!all.contains_key("goroutine stack"));
        assert_eq!(all.get("library ld.so"), Some(&0x7f00_0020_0000));
        // Arenas of glibc's malloc have the size and place of Go's.
        let of_c = regions(&parse(GO), Some(0xc0_0000_1000), (program, false), None);
        assert!(!of_c.contains_key("Go heap") && !of_c.contains_key("goroutine stack"));
    }
}
