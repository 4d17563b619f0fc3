//! What the environment alone brings into a program: a shared object of ours, by `LD_PRELOAD`, `LD_AUDIT` and
//! `LD_LIBRARY_PATH`.
//!
//! Four answers each: whether the object's constructor ran; whether the program is still right; whether a `write` of
//! ours in place of the C library's takes its output away, which it does not from one that makes its system calls
//! itself, nor from C's own buffered output; and whether a start that raises rights (`AT_SECURE`) keeps the object
//! out. How the program is linked is not asked: a static one is tried as well.
//!
//! Sources: ld.so(8), rtld-audit(7), getauxval(3).

use anyhow::Result;

use super::objects::{Bench, Handed, Lack, Seen};
use super::{Around, FAILED, Found, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told, Went};

/// A variable that nothing looks at.
const OTHER: &str = "GOPIE_OTHER";

const RAN: &str = "constructor ran";
const RIGHT: &str = "still right";
const OUTPUT: &str = "interposed write changed its output";
const STOPPED: &str = "stopped by AT_SECURE";

/// A way in.
struct Way {
    variable: &'static str,
    /// What leaves a mark and does no more: the object, or the folder that it is in.
    mark: Handed,
    /// What takes the place of `write` besides.
    write: Handed,
}

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let Some(compiler) = around.c_compiler else {
        return Ok(Told::nothing(NOT_AVAILABLE, "there is no C compiler to build what would be injected"));
    };
    let bench = Bench::new(subject, around, compiler)?;
    if let Err(why) = bench.objects()? {
        return Ok(Told::nothing(NOT_AVAILABLE, why));
    }
    let mut told = Told::default();
    // One that prints its variables, or the time, is not right with any.
    let other = match bench.start(OTHER, &bench.marks)?.went {
        Went::Well => None,
        Went::Otherwise(how) | Went::Lacking(how) => {
            Some(format!("with a variable that nothing looks at it is not right either: {how}"))
        }
    };
    let mut raised = None;
    let libraries = bench.stand_in()?.map(|name| {
        told.found.push(Found::text("LD_LIBRARY_PATH: stands in for", name));
        (bench.at("mark"), bench.at("write"))
    });
    let objects = || Ok::<_, Lack>((bench.at("mark.so"), bench.at("write.so")));
    for (variable, pair) in
        [("LD_PRELOAD", objects()), ("LD_AUDIT", objects()), ("LD_LIBRARY_PATH", libraries)]
    {
        let (mark, write) = match pair {
            Ok(pair) => pair,
            Err((word, why)) => {
                for answer in [RAN, RIGHT, OUTPUT, STOPPED] {
                    told.lack(format!("{variable}: {answer}"), word, why.as_str());
                }
                continue;
            }
        };
        let way = Way { variable, mark: Handed::open(&mark)?, write: Handed::open(&write)? };
        ask(&mut told, &bench, &way, other.as_deref(), &mut raised)?;
    }
    Ok(told)
}

fn ask(
    told: &mut Told,
    bench: &Bench<'_>,
    way: &Way,
    other: Option<&str>,
    raised: &mut Option<Result<(), String>>,
) -> Result<()> {
    let key = |answer: &str| format!("{}: {answer}", way.variable);
    let plain = bench.start(way.variable, &way.mark)?;
    told.found.push(Found::bool(key(RAN), plain.ran, ""));
    match (&plain.went, other) {
        (Went::Well, _) => told.found.push(Found::bool(key(RIGHT), true, "")),
        (Went::Otherwise(_), Some(why)) => told.lack(key(RIGHT), NOT_AVAILABLE, why),
        (Went::Otherwise(how), None) => told.found.push(Found::bool(key(RIGHT), false, how)),
        (Went::Lacking(why), _) => told.lack(key(RIGHT), NOT_AVAILABLE, why),
    }
    if bench.prints() {
        let seen = bench.start(way.variable, &way.write)?;
        interposed(told, key(OUTPUT), &plain, &seen);
    } else {
        told.lack(key(OUTPUT), NOT_APPLICABLE, "it prints nothing");
    }
    if !plain.ran {
        told.lack(key(STOPPED), NOT_APPLICABLE, "nothing comes in that could be stopped");
        return Ok(());
    }
    let raised = match raised {
        Some(known) => known,
        None => raised.insert(bench.can_raise()?),
    };
    if let Err(why) = raised {
        told.lack(key(STOPPED), NOT_AVAILABLE, why.as_str());
        return Ok(());
    }
    let without = bench.start_by_user(false, way.variable, &way.mark)?;
    let with = bench.start_by_user(true, way.variable, &way.mark)?;
    stopped(told, key(STOPPED), &without, &with);
    Ok(())
}

/// Whether an object that takes the place of `write` did more than one that does not.
fn interposed(told: &mut Told, key: String, plain: &Seen, seen: &Seen) {
    match (&plain.went, &seen.went) {
        (Went::Otherwise(_) | Went::Lacking(_), _) => {
            told.lack(key, NOT_AVAILABLE, "it is not right with an object that takes no function's place");
        }
        (Went::Well, Went::Otherwise(how)) if seen.called => told.found.push(Found::bool(key, true, how)),
        (Went::Well, Went::Otherwise(how)) => {
            told.lack(key, FAILED, format!("it never called that write, and yet: {how}"));
        }
        (Went::Well, Went::Well) => {
            let how =
                if seen.called { "it called that write, and printed the same" } else { "it never called it" };
            told.found.push(Found::bool(key, false, how));
        }
        (Went::Well, Went::Lacking(why)) => told.lack(key, NOT_AVAILABLE, why),
    }
}

/// Whether it is the raised rights that kept the object out: the same user gets it in without them.
fn stopped(told: &mut Told, key: String, without: &Seen, with: &Seen) {
    match (&without.went, &with.went) {
        (Went::Lacking(why), _) | (_, Went::Lacking(why)) => told.lack(key, NOT_AVAILABLE, why),
        _ if without.ran => told.found.push(Found::bool(key, !with.ran, "")),
        (Went::Well, _) => {
            told.lack(key, FAILED, "started by an ordinary user, without more rights, it stays out too");
        }
        (Went::Otherwise(how), _) => {
            told.lack(key, NOT_AVAILABLE, format!("started by an ordinary user it is not right: {how}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::super::tests::asked;
    use super::*;

    const WAYS: [&str; 3] = ["LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH"];

    /// Yes or no, or the word and the reason why there is no answer.
    fn answer(told: &Told, key: &str) -> Result<bool, Lack> {
        if let Some(found) = told.found.iter().find(|found| found.key == key) {
            return Ok(found.number == Some(1.0));
        }
        let lacking = told.lacking.iter().find(|lacking| lacking.key == key || lacking.key.is_empty());
        let lacking = lacking.unwrap_or_else(|| panic!("{key} is not told: {told:?}"));
        Err((lacking.word, lacking.why.clone()))
    }

    /// What is told of a C program; `None`, said, where it cannot be built.
    fn told_of(source: &str, options: &[&str]) -> Option<Told> {
        let folder = tempfile::tempdir().expect("a folder");
        let (text, path) = (folder.path().join("program.c"), folder.path().join("program"));
        fs::write(&text, source).expect("writes");
        let mut compiler = std::process::Command::new("/usr/bin/cc");
        let built = compiler.args(options).arg("-w").arg(&text).arg("-o").arg(&path).output();
        if !built.as_ref().is_ok_and(|built| built.status.success()) {
            crate::ui::say(&format!("SKIPPED: /usr/bin/cc {options:?} builds nothing here: {built:?}"));
            return None;
        }
        let subject = Subject::new(&path, "program", Vec::new(), BTreeMap::new()).expect("starts");
        if subject.interpreter().is_some_and(|loader| loader.contains("ld-musl")) {
            crate::ui::say("SKIPPED: /usr/bin/cc builds for musl, whose loader has no auditors");
            return None;
        }
        Some(asked(&subject, probe))
    }

    const SAYS: &str = "#include <unistd.h>\nint main(void) { return write(1, \"said\\n\", 5) != 5; }\n";

    #[test]
    fn a_dynamic_program_is_open_to_every_way_unless_rights_are_raised() {
        let Some(told) = told_of(SAYS, &[]) else { return };
        for way in WAYS {
            for question in [RAN, RIGHT, OUTPUT] {
                assert_eq!(
                    answer(&told, &format!("{way}: {question}")),
                    Ok(true),
                    "{way} {question} {told:?}"
                );
            }
            match answer(&told, &format!("{way}: {STOPPED}")) {
                Err((NOT_AVAILABLE, why)) => crate::ui::say(&format!("SKIPPED: {why}")),
                stopped => assert_eq!(stopped, Ok(true), "{way} {told:?}"),
            }
        }
    }

    #[test]
    fn a_static_program_is_tried_and_open_to_none() {
        let Some(told) = told_of(SAYS, &["-static"]) else { return };
        for way in ["LD_PRELOAD", "LD_AUDIT"] {
            for (question, expected) in [(RAN, false), (RIGHT, true), (OUTPUT, false)] {
                assert_eq!(
                    answer(&told, &format!("{way}: {question}")),
                    Ok(expected),
                    "{way} {question} {told:?}"
                );
            }
            let stopped = answer(&told, &format!("{way}: {STOPPED}"));
            assert_eq!(stopped.expect_err("nothing to stop").0, NOT_APPLICABLE);
        }
        let ran = answer(&told, &format!("LD_LIBRARY_PATH: {RAN}"));
        assert_eq!(ran.expect_err("it needs none").0, NOT_APPLICABLE);
    }

    #[test]
    fn the_mark_is_seen_where_the_program_fails() {
        let source = "#include <stdlib.h>\nint main(void) { return getenv(\"LD_PRELOAD\") ? 3 : 0; }\n";
        let Some(told) = told_of(source, &[]) else { return };
        assert_eq!(answer(&told, &format!("LD_PRELOAD: {RAN}")), Ok(true), "{told:?}");
        assert_eq!(answer(&told, &format!("LD_PRELOAD: {RIGHT}")), Ok(false), "{told:?}");
        assert_eq!(answer(&told, &format!("LD_AUDIT: {RIGHT}")), Ok(true), "{told:?}");
        let output = answer(&told, &format!("LD_PRELOAD: {OUTPUT}"));
        assert_eq!(output.expect_err("it prints nothing").0, NOT_APPLICABLE);
    }

    #[test]
    fn what_prints_its_variables_is_not_called_wrong() {
        let source = "#include <stdio.h>\nextern char **environ;\n\
                      int main(void) { for (char **at = environ; *at; at++) puts(*at); }\n";
        let Some(told) = told_of(source, &[]) else { return };
        let right = answer(&told, &format!("LD_PRELOAD: {RIGHT}"));
        assert_eq!(right.expect_err("cannot be told").0, NOT_AVAILABLE);
        assert_eq!(answer(&told, &format!("LD_PRELOAD: {RAN}")), Ok(true), "{told:?}");
    }

    fn seen(right: bool, ran: bool, called: bool) -> Seen {
        Seen { went: if right { Went::Well } else { Went::Otherwise("other".to_owned()) }, ran, called }
    }

    #[test]
    fn output_is_changed_only_by_the_write_that_was_called() {
        for (plain, right, called, expected) in [
            (true, false, true, Ok(true)),
            (true, true, true, Ok(false)),
            (true, true, false, Ok(false)),
            (true, false, false, Err(FAILED)),
            (false, false, true, Err(NOT_AVAILABLE)),
        ] {
            let mut told = Told::default();
            interposed(&mut told, OUTPUT.to_owned(), &seen(plain, true, false), &seen(right, true, called));
            assert_eq!(answer(&told, OUTPUT).map_err(|lack| lack.0), expected);
        }
    }

    #[test]
    fn rights_stop_only_what_comes_in_without_them() {
        for (right, without, with, expected) in [
            (true, true, false, Ok(true)),
            (false, true, true, Ok(false)),
            (true, false, false, Err(FAILED)),
            (false, false, false, Err(NOT_AVAILABLE)),
        ] {
            let mut told = Told::default();
            stopped(&mut told, STOPPED.to_owned(), &seen(right, without, false), &seen(true, with, false));
            assert_eq!(answer(&told, STOPPED).map_err(|lack| lack.0), expected);
        }
    }

    #[test]
    fn an_object_that_runs_nowhere_tells_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let Some(subject) = super::super::tests::subject("/bin/true", &[]) else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let cache = crate::cache::Cache::at(folder.path().join("cache")).expect("a cache");
        let compiler = folder.path().join("cc");
        for (option, told_of) in [("", true), ("-static", false)] {
            let script = "case \"$*\" in *-shared*) exec /usr/bin/cc \"$@\";; *) exec /usr/bin/cc";
            fs::write(&compiler, format!("#!/bin/sh\n{script} {option} \"$@\";; esac\n")).expect("writes");
            fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).expect("sets");
            let told = probe(&subject, &Around { cache: &cache, c_compiler: Some(&compiler), long: false });
            let told = told.expect("asks");
            if told.lacking.iter().any(|lacking| lacking.why.contains("cannot build")) {
                return crate::ui::say(&format!("SKIPPED: {told:?}"));
            }
            assert_eq!(!told.found.is_empty(), told_of, "{told:?}");
        }
    }

    #[test]
    fn without_a_compiler_nothing_is_told() {
        let Some(subject) = super::super::tests::subject("/bin/true", &[]) else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let cache = crate::cache::Cache::at(folder.path().join("cache")).expect("a cache");
        for c_compiler in [None, Some(Path::new("/nonexistent/cc"))] {
            let told = probe(&subject, &Around { cache: &cache, c_compiler, long: false }).expect("asks");
            assert_eq!((told.found.len(), told.lacking[0].word), (0, NOT_AVAILABLE), "{told:?}");
        }
    }
}
