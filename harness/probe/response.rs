//! Who changes it where something that it rests on has a flaw: whoever rebuilds it, for what it holds; and whoever updates
//! a package of the system, for what is brought in at each start. Read from the file: nothing is started.
//!
//! A static glibc is known by what it resolves at start (`IRELATIVE` relocations); other static C libraries are not.

use anyhow::Result;

use super::{Around, Found, NOT_APPLICABLE, Subject, Told};

#[expect(clippy::unnecessary_wraps, reason = "is one of the probes")]
pub(super) fn probe(subject: &Subject, _: &Around<'_>) -> Result<Told> {
    let facts = &subject.facts;
    let linkage = &facts.linkage;
    let mut told = Told::default();
    let release = facts.go.as_ref().map(|go| go.version.clone());
    told.found.push(Found::bool(
        "rebuilt for a flaw in Go's standard library",
        release.is_some(),
        release.unwrap_or_default(),
    ));
    let alone = linkage.interpreter.is_none() && linkage.needed.is_empty();
    let resolves = facts.relocations.by_type.keys().any(|name| name.contains("IRELATIV"));
    told.found.push(Found::bool("rebuilt for a flaw in libc", alone && resolves, ""));
    match &linkage.interpreter {
        Some(loader) => told.found.push(Found::text("changes with the package of the loader", loader)),
        None => told.lack("changes with the package of the loader", NOT_APPLICABLE, "it names none"),
    }
    for library in &linkage.needed {
        told.found.push(Found::bool(format!("changes with the package of {library}"), true, ""));
    }
    if linkage.needed.is_empty() {
        told.lack("changes with the packages of libraries", NOT_APPLICABLE, "it names none");
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asked, subject};
    use super::*;

    #[test]
    fn a_program_of_the_system_changes_with_its_libraries() {
        let Some(subject) = subject("/bin/true", &[]) else { return };
        let told = asked(&subject, probe);
        let number =
            |key: &str| told.found.iter().find(|found| found.key == key).and_then(|found| found.number);
        assert_eq!(number("rebuilt for a flaw in Go's standard library"), Some(0.0));
        assert_eq!(number("rebuilt for a flaw in libc"), Some(0.0));
        assert!(told.found.iter().any(|found| found.key.contains("package of libc")), "{told:?}");
    }
}
