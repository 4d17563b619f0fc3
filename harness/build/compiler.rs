//! Which C compiler a variant is built with: the one that it names as its own, or else the machine's.

use super::Setup;
use crate::config::{Language, Variant};
use crate::toolchain::CCompiler;

/// There is no C compiler for a case that needs one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum NoCompiler {
    /// A reference program can be built by any.
    #[error("neither gcc nor clang nor cc is on PATH")]
    Any,
    /// A variant asks for one by name.
    #[error("`{0}`, the C compiler that the variant names, is not on PATH or does not answer")]
    Named(String),
    /// A variant asks for one by name, which is this machine's alone.
    #[error("`{0}`, the C compiler that the variant names, is for {1}")]
    Elsewhere(String, String),
}

/// The C compiler that Go, or whoever builds the variant, finds; a Go program may have to do without.
pub(super) fn of<'a>(
    setup: &Setup<'a>,
    variant: &Variant,
    target: &str,
) -> Result<Option<&'a CCompiler>, NoCompiler> {
    if let Some(name) = variant.own_compiler() {
        if target != setup.host {
            return Err(NoCompiler::Elsewhere(name.to_owned(), setup.host.to_owned()));
        }
        let own = setup.own_compilers.iter().find(|compiler| compiler.command == name);
        return own.map(Some).ok_or_else(|| NoCompiler::Named(name.to_owned()));
    }
    let any = if target == setup.host { setup.c_compiler } else { setup.cross.get(target) };
    match (any, variant.language) {
        (None, Language::C) => Err(NoCompiler::Any),
        (compiler, _) => Ok(compiler),
    }
}

/// What of a C compiler goes into an artifact. One that a variant names may be a few lines of shell that run the
/// real one, so that what it says of itself counts too.
pub(super) fn identity(compiler: Option<&CCompiler>, machines_libc: &str) -> String {
    let Some(compiler) = compiler else { return String::new() };
    let CCompiler { sha256, linker, version, libc, loader, .. } = compiler;
    if libc.is_empty() {
        format!("{sha256} {linker} {machines_libc}")
    } else {
        format!("{sha256} {linker} {version} {libc} {loader}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_of_its_own_is_told_apart_by_all_that_it_says() {
        let compiler = CCompiler {
            command: "musl-gcc".to_owned(),
            version: "gcc 12".to_owned(),
            linker: "ld 2".to_owned(),
            sha256: "ab".to_owned(),
            libc: "musl 1.2.3".to_owned(),
            loader: "/lib/ld-musl.so.1".to_owned(),
            path: "/usr/bin/musl-gcc".into(),
        };
        let same = identity(Some(&compiler), "glibc 2.36");
        assert_eq!(same, identity(Some(&compiler), "glibc 2.41"), "it does not link to the machine's");
        for change in [
            |compiler: &mut CCompiler| compiler.version = "gcc 13".to_owned(),
            |compiler: &mut CCompiler| compiler.libc = "musl 1.2.4".to_owned(),
            |compiler: &mut CCompiler| compiler.linker = "ld 3".to_owned(),
        ] {
            let mut other = compiler.clone();
            change(&mut other);
            assert_ne!(same, identity(Some(&other), "glibc 2.36"));
        }
        let machines = CCompiler { libc: String::new(), ..compiler };
        assert_ne!(identity(Some(&machines), "glibc 2.36"), identity(Some(&machines), "glibc 2.41"));
        assert_eq!(identity(None, "glibc 2.36"), "");
    }
}
