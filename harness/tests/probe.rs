//! `gopie probe` on binaries that gopie did not build.

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
