//! Strays: processes that leave the group of the program that started them, and live on when it has ended.
//!
//! While a [`Watch`] lasts, orphans come to this process instead of to `init`, so that they can be seen, killed
//! and reaped. What started them, and what to think of it, is for others to say. It is for a process that owns
//! all its children: what it already has when the watch begins is let be, whatever comes later is a stray.
//!
//! Sources: `PR_SET_CHILD_SUBREAPER` in prctl(2); proc(5), `/proc/PID/task/TID/children`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};

/// How long strays are hunted at most: they may start others faster than they can be killed.
const HUNT: Duration = Duration::from_secs(2);

/// Orphans of what this process starts come to it, until this is dropped.
#[derive(Debug)]
pub struct Watch {
    before: BTreeSet<i32>,
}

impl Watch {
    /// Begins. An error where the kernel does not tell of children.
    pub fn begin() -> io::Result<Self> {
        let before = children()?;
        set_child_subreaper(Some(getpid()))?;
        Ok(Self { before })
    }

    /// Kills and reaps every stray but `own`; gives their names, an entry a process.
    pub fn hunt(&self, own: Option<i32>) -> Vec<String> {
        let mut found = BTreeMap::new();
        let begin = Instant::now();
        loop {
            let there = children().unwrap_or_default();
            let strays: Vec<i32> =
                there.into_iter().filter(|pid| !self.before.contains(pid) && Some(*pid) != own).collect();
            if strays.is_empty() || begin.elapsed() > HUNT {
                return found.into_values().collect();
            }
            for stray in strays {
                found.entry(stray).or_insert_with(|| name(stray));
                let Some(pid) = Pid::from_raw(stray) else { continue };
                // It may have ended by itself, and is then waited for all the same.
                let _ = kill_process(pid, Signal::KILL);
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hunt(None);
        let _ = set_child_subreaper(None);
    }
}

/// `3 processes (sleep) ...`: how many there were, and under which names.
pub fn words(strays: &[String]) -> String {
    let names: BTreeSet<&str> = strays.iter().map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let what = if strays.len() == 1 { "process" } else { "processes" };
    format!(
        "{} {what} ({}) outlived the starts that left them, and were killed",
        strays.len(),
        names.join(", ")
    )
}

/// Children of this process, of whichever thread.
fn children() -> io::Result<BTreeSet<i32>> {
    let mut all = BTreeSet::new();
    for thread in fs::read_dir("/proc/self/task")? {
        match fs::read_to_string(thread?.path().join("children")) {
            Ok(text) => all.extend(text.split_whitespace().filter_map(|pid| pid.parse::<i32>().ok())),
            // The thread may have ended meanwhile; this one has not.
            Err(_) if fs::metadata("/proc/thread-self/children").is_ok() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn name(pid: i32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    if name.trim().is_empty() { "gone".to_owned() } else { name.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays_are_told_in_words() {
        let strays = ["sleep", "sh", "sleep"].map(str::to_owned);
        assert_eq!(
            words(&strays),
            "3 processes (sh, sleep) outlived the starts that left them, and were killed"
        );
    }

    #[test]
    fn a_child_of_this_process_is_seen() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().expect("starts");
        let pid = i32::try_from(child.id()).expect("is a number");
        match children() {
            Ok(all) => assert!(all.contains(&pid), "{all:?}"),
            Err(error) => crate::ui::say(&format!("SKIPPED: the kernel does not tell of children: {error}")),
        }
        child.kill().expect("kills");
        child.wait().expect("waits");
    }
}
