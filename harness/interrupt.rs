//! Ctrl-C: a flag that is set by SIGINT, SIGTERM and SIGHUP, and looked at wherever something may last.
//!
//! Children lead process groups of their own, so the terminal's signal reaches gopie alone, which stops them,
//! writes what it has and leaves with status 130.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::Result;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static FLAG: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// gopie was told to stop: whoever meets this error gives up and passes it on; the exit status is 130.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Catches the signals from here on.
pub fn catch() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&FLAG))?;
    }
    Ok(())
}

/// The flag itself.
pub fn flag() -> &'static AtomicBool {
    &FLAG
}

/// An error once a signal has come.
pub fn check() -> Result<(), Interrupted> {
    check_flag(flag())
}

/// An error once that flag is set.
pub fn check_flag(flag: &AtomicBool) -> Result<(), Interrupted> {
    if flag.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
}
