//! What a program needs of the system to start at all: it is started in a root that holds nothing but it, then
//! with its loader, then with the libraries that the loader lists; and in one that holds another C library.
//!
//! The root is a scratch folder, entered in a user namespace: no mount is made. There is no `/proc`, `/dev` or `/etc`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Around, Found, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told, Went};
use crate::measure;
use crate::sys::apart::Apart;

/// Where musl's loader is, which is its library too.
const MUSL: [&str; 2] = ["/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let mut told = Told::default();
    told.found.extend(subject.interpreter().map(|loader| Found::text("interpreter", loader)));
    let listed = measure::listed(&subject.path)?;
    let loader = listed.as_ref().map(|(loader, _)| loader);
    try_with(&mut told, subject, around, "alone", &[])?;
    match &listed {
        None => {
            for key in ["with-loader", "with-libraries"] {
                told.lack(key, NOT_APPLICABLE, "it names no loader");
            }
        }
        Some((loader, libraries)) => {
            try_with(&mut told, subject, around, "with-loader", std::slice::from_ref(loader))?;
            let all: Vec<PathBuf> = std::iter::once(loader).chain(libraries).cloned().collect();
            told.found.push(Found::count("files", all.len()));
            try_with(&mut told, subject, around, "with-libraries", &all)?;
        }
    }
    let key = "beside-musl";
    match MUSL.iter().map(Path::new).find(|path| path.exists()) {
        _ if loader.is_some_and(|loader| MUSL.contains(&&*loader.to_string_lossy())) => {
            told.lack(key, NOT_APPLICABLE, "musl is the C library that it was built for");
        }
        Some(musl) => try_with(&mut told, subject, around, key, &[musl.to_owned()])?,
        None => told.lack(key, NOT_AVAILABLE, "musl is not on this machine (Debian's package musl)"),
    }
    Ok(told)
}

/// Starts it in a root with those files, each at its path.
fn try_with(
    told: &mut Told,
    subject: &Subject,
    around: &Around<'_>,
    key: &str,
    files: &[PathBuf],
) -> Result<()> {
    let root = around.cache.scratch()?;
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755))?;
    // Under its own name: some programs say by which one they were started.
    let program = Path::new("/").join(subject.path.file_name().unwrap_or_else(|| "program".as_ref()));
    put(&subject.path, root.path(), &program)?;
    for file in files {
        put(file, root.path(), file)?;
    }
    let mut command = subject.command(&program, Path::new("/")).apart(Apart::root(root.path())?);
    // Whatever it names could be made in the new root, and Go would keep telemetry there.
    command.env.remove("HOME");
    match subject.went(&command)? {
        Went::Well => told.found.push(Found::bool(key, true, "")),
        Went::Otherwise(how) => told.found.push(Found::bool(key, false, how)),
        Went::Lacking(why) => told.lack(key, NOT_AVAILABLE, why),
    }
    Ok(())
}

/// A copy of a file below a root; links are followed, so that it is a file.
fn put(file: &Path, root: &Path, place: &Path) -> Result<()> {
    let to = root.join(place.strip_prefix("/").unwrap_or(place));
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    fs::copy(file, &to).with_context(|| format!("cannot copy {} to {}", file.display(), to.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asked, subject};
    use super::*;

    #[test]
    fn a_dynamic_program_starts_only_with_its_loader_and_libraries() {
        let Some(subject) = subject("/bin/true", &[]) else { return };
        let told = asked(&subject, probe);
        if told.lacking.iter().any(|lacking| lacking.key == "alone") {
            return crate::ui::say("SKIPPED: user namespaces are not permitted here");
        }
        let got = |key: &str| {
            let found = told.found.iter().find(|found| found.key == key).expect("was asked");
            (found.number, found.text.clone())
        };
        assert_eq!(got("alone").0, Some(0.0));
        assert!(got("alone").1.contains("No such file"), "{told:?}");
        assert_eq!(got("with-loader").0, Some(0.0));
        assert!(got("with-loader").1.contains("shared librar"), "{told:?}");
        assert_eq!(got("with-libraries").0, Some(1.0));
    }
}
