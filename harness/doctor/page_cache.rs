//! What bears on how files lie in the page cache, and on whether that can be held and seen.
//!
//! Sources: `Documentation/admin-guide/mm/damon/` and `mm/transhuge.rst` of Linux; `mm/Kconfig`; mlock(2),
//! capabilities(7).

use std::fs::{self, File};
use std::path::Path;

use rustix::process::{Resource, getrlimit};

use super::{Finding, finding, text};
use crate::machine::{self, Machine};
use crate::sys::mounts::Mounts;

/// Modules of DAMON that change how pages lie, or look at them all the time.
const DAEMONS: [&str; 3] = ["damon_reclaim", "damon_lru_sort", "damon_stat"];

/// `CAP_IPC_LOCK`, a bit of the capabilities' mask.
const IPC_LOCK: u32 = 14;

pub(super) fn findings(machine: &Machine, variants: usize) -> Vec<Finding> {
    let module = |name: &str| text(format!("/sys/module/{name}/parameters/enabled"));
    let modules = DAEMONS.map(|name| (name, module(name)));
    let limit = getrlimit(Resource::Memlock).current;
    vec![
        damon(&modules, &kdamonds(), Path::new("/sys/kernel/mm/damon").exists()),
        huge_pages(&machine.huge_pages, &machine::kernel_config()),
        locked_memory(limit, capable(&text("/proc/self/status"), IPC_LOCK), variants),
        mounts(),
        finding(
            "folios",
            can_read("/proc/kpageflags"),
            if can_read("/proc/kpageflags") { "told (/proc/kpageflags)" } else { "not told to this user" },
            "run as root to see a file's folios change during a block; without, only residency is compared",
        ),
    ]
}

/// Whether a file can be read, which its mode does not tell.
fn can_read(path: &str) -> bool {
    use std::io::Read;
    File::open(path).is_ok_and(|mut file| file.read(&mut [0; 8]).is_ok())
}

/// What the daemons that were set up through sysfs do, where they run: `pageout by kdamond 0`.
fn kdamonds() -> Vec<String> {
    let root = Path::new("/sys/kernel/mm/damon/admin/kdamonds");
    let mut running = Vec::new();
    for number in 0..text(root.join("nr_kdamonds")).parse::<u32>().unwrap_or(0) {
        let own = root.join(number.to_string());
        if text(own.join("state")) == "on" {
            let action = text(own.join("contexts/0/schemes/0/action"));
            let action = if action.is_empty() { "watching".to_owned() } else { action };
            running.push(format!("{action} by kdamond {number}"));
        }
    }
    running
}

fn damon(modules: &[(&str, String)], kdamonds: &[String], known: bool) -> Finding {
    let on = |value: &str| ["Y", "1"].contains(&value);
    let mut running: Vec<String> =
        modules.iter().filter(|(_, value)| on(value)).map(|(name, _)| (*name).to_owned()).collect();
    running.extend(kdamonds.iter().cloned());
    let found = match (running.is_empty(), known) {
        (false, _) => format!("running: {}", running.join(", ")),
        (true, true) => "in this kernel, not running".to_owned(),
        (true, false) => "not in this kernel".to_owned(),
    };
    finding(
        "DAMON",
        running.is_empty(),
        found,
        "it can reclaim, move or split a file's pages in the middle of a run, which voids blocks; as root \
         `echo N > /sys/module/NAME/parameters/enabled` stops a module, and `echo off > \
         /sys/kernel/mm/damon/admin/kdamonds/N/state` what was set up by hand",
    )
}

fn huge_pages(enabled: &str, config: &str) -> Finding {
    let of_files = config.lines().any(|line| line == "CONFIG_READ_ONLY_THP_FOR_FS=y");
    let files = match (of_files, config.is_empty()) {
        (true, _) => "of program files too (CONFIG_READ_ONLY_THP_FOR_FS)",
        (false, false) => "of program files: not in this kernel",
        (false, true) => "whether of program files is not told",
    };
    finding(
        "huge pages",
        !(of_files && enabled == "always"),
        format!("{}; {files}", if enabled.is_empty() { "not in this kernel" } else { enabled }),
        "khugepaged may join a program's pages in the middle of a run, which voids blocks; \
         `echo madvise > /sys/kernel/mm/transparent_hugepage/enabled` as root keeps it from that",
    )
}

/// What may be locked, and what that forbids.
fn locked_memory(limit: Option<u64>, capable: bool, variants: usize) -> Finding {
    const MEBI: f64 = (1 << 20) as f64;
    let Some(limit) = limit.filter(|_| !capable) else {
        return finding("locked memory", true, "no limit", "");
    };
    let most = limit as f64 / MEBI;
    let each = most / variants.max(1) as f64;
    finding(
        "locked memory",
        false,
        format!("{most:.1} MiB (ulimit -l)"),
        &format!(
            "all artifacts of a program, the loader and the libraries are held, or none: with {variants} variants a \
             program larger than {each:.1} MiB is not, and is read in anew for each block; raise it by `ulimit -l`, \
             in /etc/security/limits.conf, or by CAP_IPC_LOCK"
        ),
    )
}

/// Whether the mask of effective capabilities has a bit.
fn capable(status: &str, bit: u32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> bit & 1 == 1)
}

/// Tried in a thread that ends at once, and its mounts with it.
fn mounts() -> Finding {
    let tried = std::thread::scope(|scope| scope.spawn(|| Mounts::own().map(drop)).join());
    let (well, found) = match tried {
        Ok(Ok(())) => (true, "permitted: fresh copies can stand in for loader and libraries".to_owned()),
        Ok(Err(error)) => (false, error.to_string()),
        Err(_) => (false, "could not be tried".to_owned()),
    };
    finding(
        "mount namespace",
        well,
        found,
        "it takes CAP_SYS_ADMIN (root); without, every start uses the system's one copy of loader and libraries",
    )
}

/// Whether the file systems in memory that a full run uses are there.
pub(super) fn in_memory() -> Finding {
    let there = fs::metadata("/dev/shm").is_ok_and(|folder| folder.is_dir());
    finding(
        "tmpfs",
        there,
        if there { "/dev/shm" } else { "there is no /dev/shm" },
        "starts from files in memory, which a full run times, take it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn daemons_are_named() {
        let all = |on: &str| DAEMONS.map(|name| (name, if name == on { "Y" } else { "N" }.to_owned()));
        let found = damon(&all("damon_stat"), &[], true);
        assert_eq!((found.verdict, found.found.as_str()), (Verdict::Limits, "running: damon_stat"));
        assert_eq!(damon(&all(""), &["pageout by kdamond 0".to_owned()], true).verdict, Verdict::Limits);
        assert_eq!(damon(&all(""), &[], true).verdict, Verdict::Well);
        assert_eq!(damon(&[], &[], false).found, "not in this kernel");
    }

    #[test]
    fn huge_pages_of_files_matter_where_they_are_made_unasked() {
        let config = "CONFIG_READ_ONLY_THP_FOR_FS=y\n";
        assert_eq!(huge_pages("always", config).verdict, Verdict::Limits);
        assert_eq!(huge_pages("madvise", config).verdict, Verdict::Well);
        assert_eq!(huge_pages("always", "CONFIG_X=y\n").verdict, Verdict::Well);
    }

    #[test]
    fn the_limit_says_what_it_forbids() {
        let found = locked_memory(Some(8 << 20), false, 16);
        assert_eq!(found.found, "8.0 MiB (ulimit -l)");
        assert!(found.hint.contains("with 16 variants a program larger than 0.5 MiB"), "{}", found.hint);
        assert_eq!(locked_memory(Some(8 << 20), true, 16).verdict, Verdict::Well);
        assert_eq!(locked_memory(None, false, 16).verdict, Verdict::Well);
    }

    #[test]
    fn capabilities_are_bits_of_a_mask() {
        assert!(capable("Name:\tx\nCapEff:\t0000000000004000\n", IPC_LOCK));
        assert!(!capable("CapEff:\t0000000000000000\n", IPC_LOCK));
        assert!(!capable("", IPC_LOCK));
    }
}
