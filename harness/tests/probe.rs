//! `gopie probe` on binaries that gopie did not build.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use super::Bench;

#[test]
fn the_experiments_are_listed() {
    let listed = Bench::new().call("probe list").with(0);
    for name in [
        "empty-root",
        "addresses",
        "writable-memory",
        "foreign-code",
        "injection",
        "sandbox",
        "names",
        "metadata",
    ] {
        assert!(listed.stdout.contains(name), "{name}: {}", listed.stdout);
    }
}

#[test]
fn one_is_asked_of_a_program_of_the_system() {
    let bench = Bench::new();
    let done = bench.call("probe empty-root --format csv /bin/true").with(0);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines[0], "case,probe,key,unit,number,status,text");
    let alone = lines.iter().find(|line| line.contains("empty-root,alone,")).expect("is told");
    // Here or there: started, refused by the kernel, or not permitted to be tried.
    assert!(["bool,0.0,ok", "bool,1.0,ok", "not-available"].iter().any(|end| alone.contains(end)), "{alone}");
    let table = bench.call("probe foreign-code /bin/true").with(0);
    assert!(table.stdout.starts_with("/bin/true: foreign-code\n"), "{}", table.stdout);
}

#[test]
fn what_cannot_be_asked_is_named() {
    let bench = Bench::new();
    bench.call("probe emty-root /bin/true").with(2).says("empty-root");
    bench.call("probe empty-root").with(2).says("hint: ");
    bench.call("probe empty-root /nowhere/program").with(3).says("/nowhere/program");
    bench.write("text", "no program");
    bench.call("probe empty-root text").with(3).says("text");
    // One that a signal ends has no usual answer. Arguments are split at blanks here, and the shell puts them back.
    bench.call("probe empty-root /bin/sh -- -c kill${IFS}-9${IFS}$$").with(3).says("hint: ");
}

/// Whether a `sleep` for that long is under way.
fn sleeps(time: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("there is /proc").filter_map(Result::ok);
    let mut commands = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    commands.any(|command| {
        command.starts_with(b"sleep\0") && command.windows(time.len()).any(|part| part == time.as_bytes())
    })
}

/// Waits until something holds, ten seconds at most; whether it does.
fn wait(holds: impl Fn() -> bool) -> bool {
    (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        holds()
    })
}

#[test]
fn a_killed_gopie_leaves_no_process_and_no_mount_behind() {
    let bench = Bench::new();
    let time = format!("1000.{}", std::process::id());
    let mounts = || fs::read_to_string("/proc/self/mountinfo").expect("reads");
    let before = mounts();
    let mut caught = Vec::new();
    for probe in gopie::probe::PROBES {
        // The first start, which shows what it does, ends; a later one hangs.
        let flag = bench.path(probe.name);
        let script = format!("if [ -e {0} ]; then exec sleep {time}; fi; : > {0}", flag.display());
        let mut command = bench.gopie(&format!("probe {} /bin/sh -- -c", probe.name));
        let mut gopie =
            command.arg(script).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        let hangs = std::cell::Cell::new(false);
        wait(|| {
            hangs.set(sleeps(&time));
            hangs.get() || fs::exists(format!("/proc/{}/exe", gopie.id())).is_ok_and(|there| !there)
        });
        if hangs.get() {
            caught.push(probe.name);
        }
        gopie.kill().expect("is killed");
        gopie.wait().expect("ends");
        assert!(wait(|| !sleeps(&time)), "{} leaves a process behind", probe.name);
    }
    assert!(caught.len() >= 3, "hardly any probe was killed while a program hung: {caught:?}");
    assert_eq!(mounts(), before);
}
