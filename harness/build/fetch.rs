//! Fetching the modules that sources require: each source's are tried for once a run, whatever comes of it.
//!
//! Cases of one program rest on the same modules. Where these cannot be had every one of the cases says so, in the
//! words of the one `go` that tried.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use crate::interrupt::Interrupted;
use crate::toolchain::NotFetched;

/// What became of a source's modules; nothing until somebody has tried.
type Known = Arc<Mutex<Option<Result<(), NotFetched>>>>;

/// What became of the modules of each source so far.
#[derive(Debug, Default)]
pub struct Fetched(Mutex<HashMap<String, Known>>);

impl Fetched {
    /// Fetches the modules of a source, unless that was tried; who comes meanwhile waits.
    pub(super) fn once(&self, source: String, fetch: impl FnOnce() -> Result<()>) -> Result<()> {
        let known = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(source).or_default())
        };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match &*known {
            Some(outcome) => outcome.clone(),
            None => match fetch() {
                Ok(()) => Ok(()),
                // Who was told to stop has not tried.
                Err(error) if error.is::<Interrupted>() => return Err(error),
                Err(error) => Err(NotFetched::of(&error)),
            },
        };
        Ok(known.insert(outcome).clone()?)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::anyhow;

    use super::*;

    #[test]
    fn each_source_is_tried_once_and_an_interrupt_is_no_try() {
        let fetched = Fetched::default();
        let tries = Cell::new(0);
        let ask = |source: &str, outcome: Result<()>| {
            let fetch = || {
                tries.set(tries.get() + 1);
                outcome
            };
            fetched.once(source.to_owned(), fetch).map_err(|error| format!("{error:#}"))
        };
        let no_network = || Err(anyhow!("no route to host").context("cannot fetch"));
        assert_eq!(ask("a", Err(Interrupted.into())), Err("interrupted".to_owned()));
        for _ in 0..3 {
            assert_eq!(ask("a", no_network()), Err("cannot fetch: no route to host".to_owned()));
            assert_eq!(ask("b", Ok(())), Ok(()));
        }
        assert_eq!(tries.get(), 3);
    }
}
