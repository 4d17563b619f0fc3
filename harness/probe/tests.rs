use super::*;

/// A program of the system; `None`, said, where there is none.
pub(super) fn subject(path: &str, args: &[&str]) -> Option<Subject> {
    let args = args.iter().map(|&arg| arg.to_owned()).collect();
    match Subject::new(Path::new(path), "program", args, BTreeMap::new()) {
        Ok(subject) if subject.interpreter().is_some() => Some(subject),
        Ok(_) => {
            crate::ui::say(&format!("SKIPPED: {path} is static here"));
            None
        }
        Err(error) => {
            crate::ui::say(&format!("SKIPPED: {error:#}"));
            None
        }
    }
}

#[test]
fn what_is_for_another_processor_is_not_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("program");
    let mut bytes = fs::read("/bin/true").expect("reads");
    // No shell must take it for a script either.
    let other = if machine(&bytes) == 183 { [62, 0] } else { [183, 0] };
    bytes[18..20].copy_from_slice(&other);
    fs::write(&path, bytes).expect("writes");
    let error = Subject::new(&path, "program", Vec::new(), BTreeMap::new()).expect_err("cannot be started");
    assert!(format!("{error:#}").contains("another processor"), "{error:#}");
    assert!(runs_on(3, 62) && !runs_on(62, 3));
    let error = Subject::new(folder.path(), "program", Vec::new(), BTreeMap::new()).expect_err("a folder");
    assert!(format!("{error:#}").contains("is no file"), "{error:#}");
}

#[test]
fn addresses_are_left_out() {
    for (line, told) in
        [("", ""), ("SIGSEGV: PC=0x7f00ab m=0", "SIGSEGV: PC=0x... m=0"), ("no 0x", "no 0x...")]
    {
        assert_eq!(without_addresses(line), told);
    }
}

/// What a probe tells of it.
pub(super) fn asked(subject: &Subject, probe: fn(&Subject, &Around<'_>) -> Result<Told>) -> Told {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::at(folder.path().join("cache")).expect("a cache");
    let around = Around { cache: &cache, c_compiler: Some(Path::new("/usr/bin/cc")), long: false };
    probe(subject, &around).expect("asks")
}
