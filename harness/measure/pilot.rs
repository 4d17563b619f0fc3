//! How long a block has to be: from a pilot whose samples are thrown away.
//!
//! A copy's one value is the median over rounds of the ratio of two arms. Its standard error falls with the
//! root of the number of rounds; what differs between copies does not. So a block lasts until the first is
//! small, and the time that is left goes to other blocks. Pure.
//!
//! Source: the standard error of a median of normal values, sqrt(pi / 2) times that of their mean.

use super::block::Block;
use crate::stats::median;

/// The standard error of a copy's centre that is small enough, as a logarithm of a ratio.
pub const WANTED: f64 = 0.002;

/// Rounds below which a median says little.
pub const LEAST_ROUNDS: f64 = 24.0;

/// From a median absolute deviation to a standard deviation, for normal values.
const MAD_TO_SD: f64 = 1.4826;

/// Seconds that a block of these arms has to last for every pair of them; `None` of a pilot without rounds.
pub fn seconds_needed(pilot: &Block, pairs: &[(usize, usize)]) -> Option<f64> {
    let spreads = pairs.iter().filter_map(|pair| spread(pilot, *pair));
    let widest = spreads.fold(0.0, f64::max);
    let factor = (std::f64::consts::PI / 2.0).sqrt();
    let rounds = (factor * widest / WANTED).powi(2).max(LEAST_ROUNDS);
    (pilot.rounds > 0).then(|| rounds * pilot.time.as_secs_f64() / f64::from(pilot.rounds))
}

/// Robust standard deviation over rounds of the logarithm of the ratio of CPU times.
fn spread(pilot: &Block, (base, changed): (usize, usize)) -> Option<f64> {
    let arms = pilot.starts.chunk_by(|a, b| a.round == b.round);
    let logs: Vec<f64> = arms
        .filter_map(|round| {
            let of = |arm| {
                round.iter().find(|start| start.arm == arm).map(|start| start.outcome.cpu.as_secs_f64())
            };
            Some((of(changed)? / of(base)?).ln())
        })
        .filter(|log| log.is_finite())
        .collect();
    let centre = median(&logs)?;
    let deviations: Vec<f64> = logs.iter().map(|log| (log - centre).abs()).collect();
    Some(MAD_TO_SD * median(&deviations)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::measure::{Controls, Start};
    use crate::sys::spawn::{End, Outcome};

    /// Rounds of 10 ms; arm 1 takes as long as arm 0, give or take a share.
    fn pilot(rounds: u32, share: f64) -> Block {
        let start = |round, arm, seconds| {
            let cpu = Duration::from_secs_f64(seconds);
            let outcome = Outcome {
                end: End::Status(0),
                wall: cpu,
                cpu,
                minor_faults: 0,
                major_faults: 0,
                voluntary_switches: 0,
                involuntary_switches: 0,
            };
            Start { arm, round, position: 0, outcome }
        };
        let starts = (0..rounds).flat_map(|round| {
            let sign = if round % 2 == 0 { share } else { -share };
            [start(round, 0, 0.005), start(round, 1, 0.005 * sign.exp())]
        });
        let time = Duration::from_millis(10) * rounds;
        let controls = Controls::default();
        Block { starts: starts.collect(), sentinel: Vec::new(), rounds, time, controls }
    }

    #[test]
    fn noisier_programs_need_longer_blocks() {
        let seconds = |share| seconds_needed(&pilot(40, share), &[(0, 1)]).expect("has rounds");
        assert!((seconds(0.0) - 0.24).abs() < 1e-6, "{}", seconds(0.0));
        // 1.4826 * 0.01 * 1.2533 / 0.002 = 9.29, squared 86.3 rounds of 10 ms.
        assert!((seconds(0.01) - 0.863).abs() < 0.002, "{}", seconds(0.01));
        assert!((seconds(0.02) / seconds(0.01) - 4.0).abs() < 0.01);
        assert_eq!(seconds_needed(&pilot(0, 0.0), &[(0, 1)]), None);
    }
}
