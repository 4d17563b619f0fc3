//! What the user sees meanwhile: progress with what is going on and the time left, and messages; all on
//! stderr, and no progress where stderr is no terminal.

use std::io::{Write, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A part of the work, with a bar that is gone when the part is over.
#[derive(Debug)]
pub struct Phase {
    bar: ProgressBar,
}

impl Phase {
    /// Begins a part of so many steps.
    pub fn new(what: &'static str, steps: usize) -> Self {
        let bar = ProgressBar::new(steps as u64).with_prefix(what);
        let style = "{prefix:>9} [{bar:30}] {pos}/{len} {msg} {elapsed_precise} (left: {eta})";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }

    /// The same, kept alive by a thread of its own: never while starts are timed.
    pub fn ticking(what: &'static str, steps: usize) -> Self {
        let phase = Self::new(what, steps);
        phase.bar.enable_steady_tick(Duration::from_millis(500));
        phase
    }

    /// Says what is going on.
    pub fn now(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// A step is done.
    pub fn step(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.inc(1);
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A message to the user; a stderr that is closed does not stop the work.
pub fn say(message: &str) {
    let _ = writeln!(stderr(), "{message}");
}
