use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::ui::say;

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_live_start_is_traced() {
    let args = ["-c".to_owned(), "exit 3".to_owned()];
    let arm = Arm { program: Path::new("/bin/sh"), args: &args, env: &[] };
    let bytes = fs::read(arm.program).expect("reads");
    let mut subject = Subject::new(arm, &bytes, 3, LIMIT).expect("is an ELF file");
    let readings = subject.trace(0).expect("is not interrupted");
    for nothing in subject.nothing() {
        say(&format!("SKIPPED: {}: {}", nothing.tool, nothing.why));
        assert_ne!(nothing.word, "failed", "{nothing:?}");
    }
    assert!(subject.nothing().iter().any(|nothing| nothing.tool == "inittrace"), "sh is no Go program");
    let of = |tool: &str| -> Vec<&Reading> { readings.iter().filter(|one| one.tool == tool).collect() };
    let silent = |tool: &str| subject.nothing().iter().any(|nothing| nothing.tool == tool);
    assert_eq!(of("exec-to-entry").len(), if silent("exec-to-entry") { 0 } else { 2 }, "{readings:?}");
    assert_eq!(of("ld-debug").is_empty(), silent("ld-debug"), "{readings:?}");
}

#[test]
fn a_wrong_end_is_no_reading() {
    let args = ["-c".to_owned(), "exit 3".to_owned()];
    let arm = Arm { program: Path::new("/bin/sh"), args: &args, env: &[] };
    let bytes = fs::read(arm.program).expect("reads");
    let mut subject = Subject::new(arm, &bytes, 0, LIMIT).expect("is an ELF file");
    let readings = subject.trace(0).expect("is not interrupted");
    assert!(readings.iter().all(|reading| reading.tool != "ld-debug"), "{readings:?}");
    assert!(subject.nothing().iter().any(|nothing| nothing.tool == "ld-debug"));
    // It is not asked again.
    assert_eq!(subject.trace(1).expect("is not interrupted").len(), readings.len());
}
