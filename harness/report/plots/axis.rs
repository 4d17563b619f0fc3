//! Scales: from values to places on the sheet, and where the ticks go.

/// A horizontal scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// The values at both ends.
    pub(super) values: [f64; 2],
    /// The places of both ends.
    pub(super) ends: [f64; 2],
    /// Whether equal steps are equal factors.
    pub(super) log: bool,
}

impl Axis {
    /// Where a value is, kept within the ends.
    pub(super) fn at(&self, value: f64) -> f64 {
        let scaled = |value: f64| if self.log { value.max(f64::MIN_POSITIVE).ln() } else { value };
        let [low, high] = self.values.map(scaled);
        let share = (scaled(value) - low) / (high - low);
        self.ends[0] + share.clamp(0.0, 1.0) * (self.ends[1] - self.ends[0])
    }

    /// Whether a value is beyond one of the ends.
    pub(super) fn beyond(&self, value: f64) -> bool {
        value < self.values[0] || value > self.values[1]
    }

    /// Round values between the ends, at most `most` of them or so, with the text of each.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let [low, high] = self.values;
        if self.log && high / low > 4.0 {
            return log_ticks(low, high, most);
        }
        let step = step(high - low, most);
        let decimals = (0..12).find(|decimals| step * 10_f64.powi(*decimals) > 0.999).unwrap_or(12);
        let decimals = usize::try_from(decimals).unwrap_or_default();
        let first = (low / step - 1e-9).ceil();
        (0..=most)
            .map(|number| (first + number as f64) * step)
            .take_while(|value| *value <= high + step * 1e-9)
            .map(|value| (value, format!("{value:.decimals$}")))
            .collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that gives no more steps than wanted.
fn step(span: f64, most: usize) -> f64 {
    let rough = (span / most.max(1) as f64).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(rough)
}

fn log_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let decades = -30..=30_i32;
    for digits in [&[1.0, 2.0, 5.0][..], &[1.0]] {
        for every in 1..20 {
            let ticks: Vec<f64> = decades
                .clone()
                .filter(|decade| decade % every == 0)
                .flat_map(|decade| digits.iter().map(move |digit| digit * 10_f64.powi(decade)))
                .filter(|value| (low..=high).contains(value))
                .collect();
            if ticks.len() <= most {
                return ticks.into_iter().map(|value| (value, format!("{value}"))).collect();
            }
            if digits.len() > 1 {
                break;
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: [f64; 2], log: bool) -> Vec<String> {
        let axis = Axis { values, ends: [0.0, 100.0], log };
        axis.ticks(6).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts([0.0, 1.0], false), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts([0.97, 1.62], true), ["1.0", "1.2", "1.4", "1.6"]);
        assert_eq!(texts([0.4, 31.0], true), ["0.5", "1", "2", "5", "10", "20"]);
        assert_eq!(texts([1e-6, 1e6], true).len(), 5);
    }

    #[test]
    fn places_stay_within() {
        let axis = Axis { values: [0.5, 2.0], ends: [100.0, 300.0], log: true };
        assert!((axis.at(1.0) - 200.0).abs() < 1e-9);
        assert!((axis.at(1e9) - 300.0).abs() < 1e-9 && (axis.at(-1.0) - 100.0).abs() < 1e-9);
    }
}
