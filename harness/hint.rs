//! Errors that say what to do: a `hint:` line and an exit status that travel along an error chain.

use std::error::Error;
use std::fmt;

/// An error with a hint; its own text and causes are those of the error that it wraps.
#[derive(Debug)]
struct Hint {
    inner: Box<dyn Error + Send + Sync>,
    advice: String,
    usage: bool,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Error for Hint {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner.source()
    }
}

/// Adds a hint to a result.
pub trait HintExt<T> {
    /// Says what to do about an error; exit status 3.
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T>;
    /// Says what to do about wrong usage or a missing tool; exit status 2.
    fn usage(self, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> HintExt<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| wrap(error.into(), hint.into(), false))
    }

    fn usage(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| wrap(error.into(), hint.into(), true))
    }
}

fn wrap(error: anyhow::Error, advice: String, usage: bool) -> anyhow::Error {
    anyhow::Error::new(Hint { inner: error.into(), advice, usage })
}

/// The hints of an error, outermost first.
pub fn hints(error: &anyhow::Error) -> Vec<&str> {
    error.chain().filter_map(|cause| cause.downcast_ref::<Hint>()).map(|h| h.advice.as_str()).collect()
}

/// The exit status that an error asks for: 2 for wrong usage or a missing tool, else 3.
pub fn exit_status(error: &anyhow::Error) -> u8 {
    let usage = error.chain().any(|cause| cause.downcast_ref::<Hint>().is_some_and(|h| h.usage));
    if usage { 2 } else { 3 }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn hints_and_status_survive_context() {
        let low: anyhow::Result<()> = Err(anyhow!("no compiler")).usage("install gcc");
        let error = low.context("cannot build").hint("or name another variant").expect_err("is one");
        assert_eq!(hints(&error), ["or name another variant", "install gcc"]);
        assert_eq!(exit_status(&error), 2);
        assert_eq!(format!("{error:#}"), "cannot build: no compiler");
    }

    #[test]
    fn plain_errors_are_no_answer() {
        assert_eq!(exit_status(&anyhow!("truncated")), 3);
    }
}
