//! Why something was not built: the toolchain says that it cannot be (`unsupported`), what it rests on could not
//! be had (`skipped`), or it went wrong (`failed`).
//!
//! A list of what toolchains say when they refuse, rather than a guess: what is not on it is `failed`, which
//! the exit status tells. Modules that cannot be fetched are `skipped`; others in their place are `failed`.

use crate::results::Status;
use crate::toolchain::NotFetched;

/// A tool ended badly.
#[derive(Debug, thiserror::Error)]
#[error("{}", if stderr.is_empty() { end } else { stderr })]
pub(super) struct Refused {
    /// What it said.
    pub(super) stderr: String,
    /// How it ended.
    pub(super) end: String,
    /// Whether a signal ended it.
    pub(super) signal: bool,
}

/// What Go, a C compiler or a linker says where it lacks something or will not do something.
const REFUSALS: [&str; 19] = [
    // Go: no C compiler, or none wanted where one is needed.
    "requires external (cgo) linking, but cgo is not enabled",
    "C compiler \"",
    "executable file not found in $PATH",
    // Go: every file of a package is in C or calls C, and cgo is off.
    "build constraints exclude all Go files",
    // Go: a mode, a target or a flag that this release or target does not have.
    "-buildmode=pie not supported",
    "buildmode=pie requires external",
    "internal linking requested but external linking required",
    "not supported on",
    "unsupported GOOS/GOARCH pair",
    "flag provided but not defined",
    "unknown GOEXPERIMENT",
    "unknown flag",
    "loadinternal: cannot find runtime/cgo",
    // Go: a program that has C in it and no way without.
    "build constraints exclude all Go files",
    "go.mod requires go >=",
    // C linkers: no static libc, an option that they do not know.
    "cannot find -l",
    "unrecognized option",
    "unknown argument",
    "unrecognized command-line option",
];

/// What Go says where `go.sum` has no line for a module.
const UNPINNED: &str = "missing go.sum entry";

/// Status and reason of an error of a build.
pub(super) fn of(error: &anyhow::Error) -> (Status, String) {
    let reason = format!("{error:#}");
    let full = reason.contains("no space left on device");
    let refusal = !full && REFUSALS.iter().any(|words| reason.contains(words));
    let status = if let Some(missing) = error.downcast_ref::<NotFetched>() {
        match () {
            () if full || missing.is_mismatch() => Status::Failed,
            () if refusal => Status::Unsupported,
            () => Status::Skipped,
        }
    } else {
        let signal = error.downcast_ref::<Refused>().is_none_or(|refused| refused.signal);
        match () {
            () if signal || full => Status::Failed,
            // There is a module, and no checksum to hold it against.
            () if reason.contains(UNPINNED) => Status::Skipped,
            () if refusal => Status::Unsupported,
            () => Status::Failed,
        }
    };
    (status, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(stderr: &str, signal: bool) -> Status {
        of(&Refused { stderr: stderr.to_owned(), end: "exit status 1".to_owned(), signal }.into()).0
    }

    #[test]
    fn refusals_are_told_from_failures() {
        let no_compiler =
            "go: cgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH";
        assert_eq!(status(no_compiler, false), Status::Unsupported);
        assert_eq!(status("/usr/bin/ld: cannot find -lpthread", false), Status::Unsupported);
        assert_eq!(status("./main.go:3:1: syntax error", false), Status::Failed);
        assert_eq!(status("write: no space left on device: C compiler \"gcc\"", false), Status::Failed);
        assert_eq!(status(no_compiler, true), Status::Failed);
    }

    #[test]
    fn modules_that_are_missing_are_told_from_others_in_their_place() {
        let status = |words: &str| of(&NotFetched::of(&anyhow::anyhow!("{words}")).into()).0;
        for words in [
            "module lookup disabled by GOPROXY=off",
            "dial tcp: lookup proxy.example: no such host",
            "reading https://proxy.example/x/@v/v1.0.0.mod: 404 Not Found",
        ] {
            assert_eq!(status(words), Status::Skipped, "{words}");
        }
        assert_eq!(status("verifying x@v1.0.0: checksum mismatch\n\nSECURITY ERROR"), Status::Failed);
        assert_eq!(status("write x.zip: no space left on device"), Status::Failed);
        assert_eq!(status("go: go.mod requires go >= 1.26 (running go 1.21.13)"), Status::Unsupported);
    }

    #[test]
    fn a_module_without_a_checksum_is_not_built() {
        let missing =
            "missing go.sum entry for module providing package x.example/y; to add:\n\tgo get x.example/y";
        assert_eq!(status(missing, false), Status::Skipped);
        assert_eq!(status(missing, true), Status::Failed);
    }

    #[test]
    fn the_reason_is_in_the_tools_own_words() {
        let refused = Refused { stderr: "no".to_owned(), end: "exit status 1".to_owned(), signal: false };
        assert_eq!(of(&refused.into()).1, "no");
    }
}
