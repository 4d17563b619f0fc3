use std::path::Path;

use super::*;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

fn env() -> Vec<(String, String)> {
    vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())]
}

/// What `f` makes of a shell script.
fn with_script<T>(script: &str, f: impl FnOnce(Arm<'_>) -> T) -> T {
    let args = ["-c".to_owned(), script.to_owned()];
    f(Arm { program: Path::new("/bin/sh"), args: &args, env: &env() })
}

fn one(script: &str, limit: Duration) -> Result<Memory, Failure> {
    let pipes = Pipes::new().expect("makes pipes");
    let mut all = with_script(script, |arm| of_each(&[arm], &pipes, limit)).expect("goes on");
    all.pop().expect("has one")
}

/// Whether a process is gone, or dead and left to whoever reaps it; waits for it.
fn is_gone(process: &str) -> bool {
    let stat = format!("/proc/{}/stat", process.trim());
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(10) {
        if fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z ")) {
            return true;
        }
        thread::yield_now();
    }
    false
}

#[test]
fn a_program_that_writes_or_reads_is_measured() {
    for script in ["echo hello", "read line"] {
        let memory = one(script, LONG).expect(script);
        assert!(memory.anonymous > 0 && memory.page_tables > 0, "{script}: {memory:?}");
        assert!(memory.proportional <= memory.resident && memory.anonymous <= memory.resident, "{memory:?}");
    }
}

#[test]
fn what_never_waits_has_a_name_and_is_no_sample() {
    let word = |script: &str, limit| one(script, limit).expect_err(script).word();
    assert_eq!(one("exit 3", LONG), Err(Failure::Ended("exit status 3".to_owned())));
    assert_eq!(one("kill -9 $$", LONG), Err(Failure::Ended("signal 9".to_owned())));
    assert_eq!(word("while :; do :; done", SHORT), "running");
    assert_eq!(word("exec sleep 600", SHORT), "napping");
    assert_eq!(word("sleep 600 & echo hello", LONG), "forked");
    let pipes = Pipes::new().expect("makes pipes");
    let missing = Arm { program: Path::new("/nonexistent/program"), args: &[], env: &[] };
    let all = of_each(&[missing], &pipes, LONG).expect("goes on");
    assert_eq!(all[0].clone().expect_err("is missing").word(), "not-started");
}

#[test]
fn one_that_fails_does_not_harm_the_others() {
    let pipes = Pipes::new().expect("makes pipes");
    let arms = [["-c".to_owned(), "exit 1".to_owned()], ["-c".to_owned(), "echo hello".to_owned()]];
    let env = env();
    let arms = arms.each_ref().map(|args| Arm { program: Path::new("/bin/sh"), args, env: &env });
    let all = of_each(&arms, &pipes, LONG).expect("goes on");
    assert!(all[0].is_err() && all[1].is_ok(), "{all:?}");
}

#[test]
fn children_that_ignore_signals_are_not_left_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (own, child) = (folder.path().join("own"), folder.path().join("child"));
    let script = format!(
        "trap '' TERM HUP PIPE; echo $$ > {}; sleep 600 & echo $! > {}; echo hello; wait",
        own.display(),
        child.display()
    );
    assert_eq!(one(&script, LONG), Err(Failure::Forked));
    for path in [own, child] {
        let process = fs::read_to_string(&path).expect("wrote its number");
        assert!(is_gone(&process), "{} outlived the measuring", path.display());
    }
}

#[test]
fn a_program_dies_with_the_thread_that_started_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("own");
    let script =
        format!("trap '' TERM HUP PIPE; echo $$ > {}; echo hello; while :; do read x; done", mark.display());
    let pipes = Pipes::new().expect("makes pipes");
    let waiting = thread::scope(|scope| {
        let start = || {
            let waiting = with_script(&script, |arm| pipes.start(arm)).expect("starts");
            until(&waiting, LONG, Glance::has_arrived).expect("goes on").expect("waits");
            waiting
        };
        scope.spawn(start).join().expect("does not panic")
    });
    let process = fs::read_to_string(&mark).expect("wrote its number");
    assert!(is_gone(&process), "it outlived its parent");
    assert_eq!(waiting.end().expect("answers").as_deref(), Some("signal 9"));
}

#[test]
fn copies_are_summed_from_one_to_the_most() {
    let pipes = Pipes::new().expect("makes pipes");
    let sums =
        with_script("echo hello", |arm| of_copies(arm, 8, &pipes, LONG)).expect("goes on").expect("waits");
    let numbers: Vec<u32> = sums.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 2, 4, 8]);
    for pair in sums.windows(2) {
        assert!(pair[0].1.anonymous < pair[1].1.anonymous, "{sums:?}");
    }
    // What is shared is counted once over all of them.
    let (one, eight) = (sums[0].1, sums[3].1);
    assert!(eight.proportional < 8 * one.proportional, "{sums:?}");
    let failed = with_script("exit 1", |arm| of_copies(arm, 2, &pipes, LONG)).expect("goes on");
    assert_eq!(failed.expect_err("never waits").word(), "ended");
}

#[test]
fn numbers_are_read_from_their_lines() {
    let rollup = "0-7ff ---p 00000000 00:00 0   [rollup]\nRss:    1856 kB\nPss:   1850 kB\nPss_Anon: 9 kB\n\
                  Anonymous:   508 kB\nAnonHugePages:   4 kB\nSwap:   0 kB\nSwapPss: 0 kB\n";
    let memory = Memory::parse(rollup, "Name:\tx\nVmPTE:\t      84 kB\n").expect("parses");
    let expected = Memory {
        anonymous: 508 * 1024,
        anonymous_huge: 4 * 1024,
        page_tables: 84 * 1024,
        proportional: 1850 * 1024,
        resident: 1856 * 1024,
        swapped: 0,
    };
    assert_eq!(memory, expected);
    assert_eq!(Memory::parse(rollup, "Name:\tx\n"), None);
    assert!(available().is_none_or(|bytes| bytes > 0));
}
