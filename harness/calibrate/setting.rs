//! What else the machine does while comparisons are calibrated.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::measure::Sitting;
use crate::sys::load::Load;

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Nothing that gopie adds.
    Quiet,
    /// The other CPUs are kept busy all the time.
    OtherLoaded,
    /// Something else wants the very CPU of the starts, in bursts.
    SameBursts,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::OtherLoaded, Self::SameBursts];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::OtherLoaded => "other-loaded",
            Self::SameBursts => "same-bursts",
        }
    }

    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Quiet => "nothing added",
            Self::OtherLoaded => "the other CPUs busy",
            Self::SameBursts => "bursts on the same CPU",
        }
    }

    /// Whether a machine with so many CPUs can have it.
    pub fn possible(self, cpus: u32) -> bool {
        self != Self::OtherLoaded || cpus > 1
    }

    /// Makes the load; it goes when what is given is dropped.
    pub(super) fn begin(self, sitting: &Sitting) -> io::Result<Vec<Load>> {
        match self {
            Self::Quiet => Ok(Vec::new()),
            // One process a CPU, each of which never rests.
            Self::OtherLoaded => {
                let each = sitting.others();
                each.iter().map(|cpu| Load::on(cpu, Duration::from_millis(10), Duration::ZERO)).collect()
            }
            // A sixth of the time, a few scheduler's ticks at once.
            Self::SameBursts => {
                let (busy, pause) = (Duration::from_millis(20), Duration::from_millis(100));
                Ok(vec![Load::on(&sitting.own_cpu(), busy, pause)?])
            }
        }
    }
}
