//! What else the machine does while comparisons are calibrated.

use std::io;
use std::time::Duration;

use crate::measure::Sitting;
use crate::results::Setting;
use crate::sys::load::Load;

/// Makes the load; it goes when what is given is dropped.
pub(super) fn begin(setting: Setting, sitting: &Sitting) -> io::Result<Vec<Load>> {
    match setting {
        Setting::Quiet => Ok(Vec::new()),
        // One process a CPU, each of which never rests.
        Setting::OtherLoaded => {
            let each = sitting.others();
            each.iter().map(|cpu| Load::on(cpu, Duration::from_millis(10), Duration::ZERO)).collect()
        }
        // A sixth of the time, a few scheduler's ticks at once.
        Setting::SameBursts => {
            let (busy, pause) = (Duration::from_millis(20), Duration::from_millis(100));
            Ok(vec![Load::on(&sitting.own_cpu(), busy, pause)?])
        }
    }
}
