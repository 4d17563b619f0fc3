//! How hard a drawn value is to guess, as far as the draws show: from how often two of them are the same.
//!
//! The collision probability p is the chance that two draws give the same value; -log2 p (collision entropy, or
//! Rényi entropy of order 2) is what an attacker faces who guesses with draws of his own, and no less than the
//! min-entropy. Few draws show few bits: n of them at most some 2 log2 n.
//!
//! Source: Rényi, "On measures of entropy and information" (1961).

use std::collections::HashMap;
use std::hash::Hash;

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// From so many pairs of equal draws on, their number is taken for normal.
const MANY: u64 = 30;

/// How much larger p may be than Poisson's bound where nothing was seen twice: one value may be likelier than all
/// others, and yet not come twice among n draws. Its chance q then has (1 + nq) exp(-nq) = 0.05, or nq = 4.744, and
/// p = q² = 22.5 / n²; Poisson's bound is 6 / n².
const ONE_LIKELIER: f64 = 22.505 / 5.991_5;

/// What some draws show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collisions {
    /// Draws.
    pub draws: u64,
    /// Different values among them.
    pub distinct: u64,
    /// Pairs of draws that gave the same.
    pub pairs: u64,
    /// At 95 %, the draws rule out less than that collision entropy, in bits.
    pub bits_at_least: f64,
}

/// Counts the pairs of equal draws. `None` of fewer than two.
pub fn collisions<T: Hash + Eq>(draws: impl IntoIterator<Item = T>) -> Option<Collisions> {
    let mut counts: HashMap<T, u64> = HashMap::new();
    let mut n = 0_u64;
    for draw in draws {
        *counts.entry(draw).or_default() += 1;
        n += 1;
    }
    if n < 2 {
        return None;
    }
    let (mut pairs, mut triples) = (0_u64, 0.0);
    for &count in counts.values() {
        pairs += count * (count - 1) / 2;
        let count = count as f64;
        triples += count * (count - 1.0) * (count - 2.0) / 6.0;
    }
    let most = highest(n as f64, pairs, triples).clamp(0.0, 1.0);
    Some(Collisions {
        draws: n,
        distinct: counts.len() as u64,
        pairs,
        bits_at_least: (-most.log2()).max(0.0),
    })
}

/// The upper end of a one-sided 95 % interval of p.
fn highest(n: f64, pairs: u64, triples: f64) -> f64 {
    let of_pairs = n * (n - 1.0) / 2.0;
    if pairs < MANY {
        // Garwood's bound of a Poisson mean.
        let bound = ChiSquared::new(2.0 * (pairs as f64 + 1.0))
            .map_or(f64::INFINITY, |chi| chi.inverse_cdf(0.95) / 2.0);
        return bound * ONE_LIKELIER / of_pairs;
    }
    // The variance of a U-statistic of pairs.
    let p = pairs as f64 / of_pairs;
    let of_triples = n * (n - 1.0) * (n - 2.0) / 6.0;
    let third = if of_triples > 0.0 { triples / of_triples } else { p };
    let variance = 4.0 * (third - p * p).max(0.0) / n + p / of_pairs;
    // At 99 %: where one value is likelier than all others, the number of pairs is skewed, and 95 % would be too few.
    p + 2.326 * variance.sqrt()
}

/// Bits if every multiple of `granularity` between the lowest and the highest draw were equally likely: an
/// assumption, and nothing that the draws show. Draws are of addresses; `granularity` is what divides all of their
/// differences, a power of two. `None` of no draws.
pub fn range(draws: &[u64]) -> Option<(f64, u64)> {
    let (low, high) = (*draws.iter().min()?, *draws.iter().max()?);
    let differences = draws.iter().fold(0, |all, draw| all | (draw - low));
    if differences == 0 {
        return Some((0.0, 0));
    }
    let granularity = 1_u64 << differences.trailing_zeros();
    Some((((high - low) as f64 / granularity as f64 + 1.0).log2(), granularity))
}

/// How well draws agree with a uniform one of `bits` bits: the chance of what was seen, or more, were it so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Chi-square over the four highest bits.
    pub high: f64,
    /// Chi-square over the four lowest bits.
    pub low: f64,
    /// The parity of every two bits, the worst of all, corrected for how many there are.
    pub parity: f64,
}

/// Compares draws with a uniform one. `None` where there are too few for 16 cells, or too few bits.
pub fn agreement(draws: &[u64], bits: u32) -> Option<Agreement> {
    const CELLS: usize = 16;
    if draws.len() < 5 * CELLS || !(8..64).contains(&bits) {
        return None;
    }
    let mask = (1_u64 << bits) - 1;
    let n = draws.len() as f64;
    let uniform = |cell: &dyn Fn(u64) -> u64| -> f64 {
        let mut cells = [0.0_f64; CELLS];
        for draw in draws {
            cells[usize::try_from(cell(draw & mask)).unwrap_or(0) % CELLS] += 1.0;
        }
        let expected = n / CELLS as f64;
        let statistic: f64 = cells.iter().map(|seen| (seen - expected).powi(2) / expected).sum();
        ChiSquared::new(CELLS as f64 - 1.0).map_or(0.0, |chi| 1.0 - chi.cdf(statistic))
    };
    let mut worst = 1.0_f64;
    for first in 0..bits {
        for second in 0..first {
            let odd =
                draws.iter().filter(|draw| (**draw >> first ^ **draw >> second) & 1 == 1).count() as f64;
            let statistic = (2.0 * odd - n).powi(2) / n;
            worst = worst.min(ChiSquared::new(1.0).map_or(0.0, |chi| 1.0 - chi.cdf(statistic)));
        }
    }
    let comparisons = f64::from(bits * (bits - 1) / 2);
    Some(Agreement {
        high: uniform(&|draw| draw >> (bits - 4)),
        low: uniform(&|draw| draw & 15),
        parity: (worst * comparisons).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use rand::{Rng, RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn of(draws: impl IntoIterator<Item = u64>) -> Collisions {
        collisions(draws).expect("has draws")
    }

    #[test]
    fn what_is_always_the_same_has_no_bits() {
        let seen = of([7; 100]);
        assert_eq!((seen.distinct, seen.pairs), (1, 4950));
        assert!(seen.bits_at_least < 1e-9, "{seen:?}");
        assert_eq!(range(&[7; 100]), Some((0.0, 0)));
        assert_eq!(collisions([1]), None);
    }

    /// Whatever the draws are from, more than the truth is claimed in at most some 5 of 100.
    #[test]
    fn no_more_is_claimed_than_there_is() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut claims_too_much = |truth: f64, draw: &dyn Fn(&mut ChaCha8Rng) -> u64| {
            let over =
                (0..400).filter(|_| of((0..200).map(|_| draw(&mut random))).bits_at_least > truth).count();
            f64::from(u32::try_from(over).expect("small")) / 400.0
        };
        // Uniform ones of few bits and of many.
        for bits in [1_u32, 4, 9, 14, 40] {
            let share = claims_too_much(f64::from(bits), &|random| random.next_u64() & ((1 << bits) - 1));
            assert!(share <= 0.08, "{bits} bits: {share}");
        }
        // One value that is likelier than all others.
        for q in [0.02_f64, 0.05, 0.3] {
            let share = claims_too_much(-2.0 * q.log2(), &|random| {
                if random.random_bool(q) { 0 } else { random.next_u64() | 1 }
            });
            assert!(share <= 0.08, "{q}: {share}");
        }
    }

    #[test]
    fn more_draws_show_more() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let mut bits = |n: usize| of((0..n).map(|_| random.next_u64())).bits_at_least;
        assert!(bits(4000) > bits(400) + 6.0);
    }

    #[test]
    fn a_range_counts_in_its_own_steps() {
        let draws: Vec<u64> = (0..=256).map(|step| 0x5555_0000_1000 + step * 0x2000).collect();
        let (bits, granularity) = range(&draws).expect("has draws");
        assert!((bits - 257_f64.log2()).abs() < 1e-9);
        assert_eq!(granularity, 0x2000);
    }

    #[test]
    fn a_uniform_draw_agrees_and_others_do_not() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut draws = |of: &dyn Fn(u64) -> u64| -> Agreement {
            let draws: Vec<u64> = (0..2000).map(|_| of(random.next_u64())).collect();
            agreement(&draws, 28).expect("has draws")
        };
        let well = draws(&|word| word);
        assert!(well.high > 1e-4 && well.low > 1e-4 && well.parity > 1e-4, "{well:?}");
        assert!(draws(&|word| word & !(1 << 27)).high < 1e-6);
        assert!(draws(&|word| word & !1).low < 1e-6);
        // Each bit alone is fair, two of them are the same.
        assert!(draws(&|word| word & !(1 << 20) | (word >> 10 & 1) << 20).parity < 1e-6);
        assert_eq!(agreement(&[1; 10], 28), None);
    }
}
