//! What the probe tells of programs of the system, where this machine permits it.

use std::fs;

use super::super::tests::{asked, subject};
use super::*;
use crate::answers::Work;

fn number(told: &Told, key: &str) -> Option<f64> {
    told.found.iter().find(|found| found.key == key).and_then(|found| found.number)
}

fn text<'a>(told: &'a Told, key: &str) -> Option<&'a str> {
    told.found.iter().find(|found| found.key == key).map(|found| found.text.as_str())
}

/// What it tells of a program; `None`, said, where nothing can be traced here.
fn told(subject: &Subject) -> Option<Told> {
    let told = asked(subject, probe);
    if let Some(lacking) = told.lacking.iter().find(|lacking| lacking.key.is_empty()) {
        assert_eq!(lacking.word, NOT_AVAILABLE, "{lacking:?}");
        crate::ui::say(&format!("SKIPPED: {}", lacking.why));
        return None;
    }
    Some(told)
}

/// Asserts that it works with nothing more than was seen, as far as this machine can tell.
fn assert_works(told: &Told) {
    for key in [BY_CALLS, BY_FILES, BY_BOTH] {
        match told.lacking.iter().find(|lacking| lacking.key == key) {
            Some(lacking) => crate::ui::say(&format!("SKIPPED: {key}: {}", lacking.why)),
            None => assert_eq!(number(told, key), Some(1.0), "{key}: {told:#?}"),
        }
    }
}

fn shell(script: &str) -> Option<Subject> {
    subject("/bin/sh", &["-c", script])
}

#[test]
fn a_program_works_with_what_it_uses() {
    let Some(told) = subject("/bin/true", &[]).and_then(|subject| told(&subject)) else { return };
    assert_works(&told);
    assert_eq!(text(&told, "command"), Some("start-up command"));
    assert_eq!((number(&told, "file $PROGRAM"), number(&told, "call exit_group")), (Some(1.0), Some(1.0)));
    assert!(number(&told, "system calls") >= number(&told, "kinds of system calls"));
    let opened = |found: &&Found| found.key.ends_with("libc.so.6") && found.number == Some(1.0);
    assert!(told.found.iter().any(|found| opened(&found)), "{told:#?}");
    assert!(text(&told, OLDEST).is_some() || told.lacking.iter().any(|lacking| lacking.key == OLDEST));
    if let Some(lacking) = told.lacking.iter().find(|lacking| lacking.key == REFUSED) {
        return crate::ui::say(&format!("SKIPPED: {}", lacking.why));
    }
    // Its loader maps libraries, and the start itself is not refused.
    assert_eq!(number(&told, "without mmap"), Some(0.0), "{told:#?}");
    assert_eq!((number(&told, "without execve"), number(&told, "without exit_group")), (None, None));
}

#[test]
fn files_that_are_opened_are_told_apart_from_those_that_are_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a"), "told\n").expect("writes");
    let script = format!("cd {}; test -e b || read line < ./a; echo $line", folder.path().display());
    let Some(told) = shell(&script).and_then(|subject| told(&subject)) else { return };
    let key = |name: &str| format!("file {}", folder.path().join(name).display());
    assert_eq!(number(&told, &key("a")), Some(1.0), "{told:#?}");
    assert_eq!((number(&told, &key("b")), text(&told, &key("b"))), (Some(0.0), Some("ENOENT")));
    assert_works(&told);
}

#[test]
fn children_are_looked_at_too() {
    let Some(told) = shell("/bin/true && echo $(/bin/echo well)").and_then(|subject| told(&subject)) else {
        return;
    };
    assert!(text(&told, "file /bin/true").is_some_and(|text| text.contains("executed")), "{told:#?}");
    assert!(number(&told, "call execve") >= Some(2.0));
    assert_works(&told);
}

#[test]
fn its_work_is_looked_at_where_it_has_some() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, input) = (folder.path().join("dir"), folder.path().join("input"));
    fs::create_dir(&dir).expect("makes");
    fs::write(&input, "told\n").expect("writes");
    let Some(mut subject) = shell("exit 0") else { return };
    let script = "read a; echo $a > out; read b < out; rm out; test -e $HOME/some; echo $b";
    let args = ["-c", script].map(str::to_owned).into();
    let env = [("PATH", "/usr/bin:/bin"), ("HOME", "/nonexistent")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    subject.work = Some((Work { args, env, stdin: Some(input) }, dir.clone()));
    let Some(told) = told(&subject) else { return };
    assert_eq!(text(&told, "command"), Some("workload"));
    assert_eq!(number(&told, "file $SCRATCH"), Some(1.0), "{told:#?}");
    assert_eq!(number(&told, "file $HOME"), Some(0.0), "{told:#?}");
    assert!(text(&told, "files permitted").is_some_and(|text| text.contains("everything below $SCRATCH")));
    assert!(told.found.iter().all(|found| !found.key.contains(&dir.display().to_string())));
    assert_works(&told);
    // The start-up command removes nothing.
    let lacking = told.lacking.iter().any(|lacking| lacking.key.starts_with("without unlink"));
    assert!(lacking || told.lacking.iter().any(|lacking| lacking.key == REFUSED), "{told:#?}");
}

#[test]
fn nothing_is_said_of_a_program_that_never_does_the_same() {
    let Some(told) = shell("echo $$").and_then(|subject| told(&subject)) else { return };
    assert!(number(&told, "system calls") > Some(0.0));
    for key in [BY_CALLS, BY_FILES, BY_BOTH, REFUSED] {
        let lacking = told.lacking.iter().find(|lacking| lacking.key == key).expect("is lacking");
        assert!(lacking.why.contains("same at each start"), "{lacking:?}");
    }
}

/// What it tells of a program that is refused `chdir`, which it is taken for making in every start; `None`, said,
/// where nothing can be refused here.
fn refused(script: &str, limit: Duration) -> Option<(bool, Told)> {
    let chdir = calls::number("chdir")?;
    let subject = shell(script)?;
    let mut told = Told::default();
    let kinds = BTreeSet::from([chdir]);
    let survived = refused::each(&mut told, &subject, (&kinds, &Seen::default()), limit, 1).expect("asks");
    if let Some(lacking) = told.lacking.first() {
        crate::ui::say(&format!("SKIPPED: {}", lacking.why));
        return None;
    }
    Some((survived.expect("was refused").contains(&chdir), told))
}

#[test]
fn one_that_hangs_or_prints_without_end_is_stopped() {
    for (script, limit, expected) in [
        ("while ! cd /; do :; done 2> /dev/null", Duration::from_millis(300), "did not end within"),
        ("while ! cd /; do echo again and again; done", LIMIT, "printed more than"),
    ] {
        let Some((survived, told)) = refused(script, limit) else { return };
        assert!(!survived);
        assert_eq!(number(&told, "without chdir"), Some(0.0));
        assert!(text(&told, "without chdir").is_some_and(|how| how.contains(expected)), "{told:?}");
    }
}

#[test]
fn a_call_that_is_not_missed_is_told_with_another_way() {
    let Some((survived, told)) = refused("cd / 2> /dev/null; exit 0", LIMIT) else { return };
    assert_eq!((survived, number(&told, "without chdir")), (true, Some(1.0)));
    assert!(text(&told, "refusal").is_some());
}
