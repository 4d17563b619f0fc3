//! Ctrl-C: a flag that is set by SIGINT, SIGTERM and SIGHUP, and looked at wherever something may last.
//!
//! Children lead process groups of their own, so the terminal's signal reaches gopie alone, which stops them,
//! writes what it has and leaves with status 130.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::Result;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static FLAG: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The run was interrupted; its exit status is 130.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Catches the signals from here on.
pub fn catch() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&FLAG))?;
    }
    Ok(())
}

/// An error once a signal has come.
pub fn check() -> Result<(), Interrupted> {
    if FLAG.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
}
