//! Numbers in words: sizes, times, ratios and their intervals, rounded for people.
//!
//! Rounding is for reading only; the rows keep every digit.

use crate::results::EstimateRow;

/// The number of things, with its noun: `1 copy`, `8 copies`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A size to three digits: `93 bytes`, `412 kB`, `1.52 MB` (1 MB is 1,000,000 bytes).
pub fn bytes(size: u64) -> String {
    if size < 1000 {
        return count(size, "byte", "bytes");
    }
    let size = size as f64;
    if size < 999_500.0 {
        format!("{} kB", digits(size / 1e3))
    } else if size < 999_500_000.0 {
        format!("{} MB", digits(size / 1e6))
    } else {
        format!("{} GB", digits(size / 1e9))
    }
}

/// A difference of sizes with its sign: `+412 kB`, `-93 bytes`, `0 bytes`.
pub fn bytes_more(base: u64, changed: u64) -> String {
    let sign = match changed.cmp(&base) {
        std::cmp::Ordering::Greater => "+",
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Less => "-",
    };
    format!("{sign}{}", bytes(base.abs_diff(changed)))
}

/// How much more a ratio is than 1: `+35.2 %`, `-0.4 %`; from 10 on the ratio itself: `12.3 times`.
pub fn percent(ratio: f64) -> String {
    let more = (ratio - 1.0) * 100.0;
    if ratio >= 10.0 {
        format!("{} times", digits(ratio))
    } else if more.abs() < 0.05 {
        "0.0 %".to_owned()
    } else {
        format!("{more:+.1} %")
    }
}

/// A ratio as percent with its interval: `+2.2 % [+1.1, +3.4]`, `+35 % [+30, +40]`.
pub fn percent_interval(row: &EstimateRow) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) if row.estimate < 10.0 && high < 10.0 => {
            let decimals = usize::from((row.estimate - 1.0).abs() < 0.195);
            let more = |ratio: f64| format!("{:+.decimals$}", (ratio - 1.0) * 100.0);
            format!("{} % [{}, {}]", more(row.estimate), more(low), more(high))
        }
        (Some(_), Some(_)) => times_interval(row),
        _ => format!("{} (no interval)", percent(row.estimate)),
    }
}

/// A difference of sizes with its interval: `+143 kB [+115, +172]`.
pub fn bytes_difference(row: &EstimateRow) -> String {
    let (unit, number) = size_unit(extent(row));
    match (row.low, row.high) {
        (Some(low), Some(high)) => {
            format!("{} {unit} [{}, {}]", number(row.estimate), number(low), number(high))
        }
        _ => format!("{} {unit} (no interval)", number(row.estimate)),
    }
}

/// A difference of sizes that need not be whole: `+143 kB`, `0 bytes`.
pub fn size_more(bytes: f64) -> String {
    let (unit, number) = size_unit(bytes);
    format!("{} {unit}", number(bytes))
}

/// A difference of sizes with its interval in kB, without the name of the unit: `+143.0 [+115.1, +171.9]`.
pub fn kilobytes_interval(row: &EstimateRow) -> String {
    bracketed(row, |bytes| signed(bytes / 1e3, 1))
}

/// A difference of sizes in kB, without the name of the unit: `+103.9`.
pub fn kilobytes_more(bytes: f64) -> String {
    signed(bytes / 1e3, 1)
}

fn size_unit(size: f64) -> (&'static str, fn(f64) -> String) {
    match size.abs() {
        size if size < 999.5 => ("bytes", |size| signed(size, 0)),
        size if size < 99_950.0 => ("kB", |size| signed(size / 1e3, 1)),
        size if size < 999_500.0 => ("kB", |size| signed(size / 1e3, 0)),
        _ => ("MB", |size| signed(size / 1e6, 2)),
    }
}

/// With its sign, and none before a zero.
fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    if text.chars().any(|digit| digit.is_ascii_digit() && digit != '0') {
        text
    } else {
        format!("{:.decimals$}", 0.0)
    }
}

/// A range of percentages, the unit once: `+9.1 to +10.8 %`.
pub fn percent_range(least: f64, most: f64) -> String {
    let (low, high) = (percent(least), percent(most));
    match low.strip_suffix(" %") {
        _ if low == high => low,
        Some(number) if high.ends_with('%') => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// Three significant digits of what is not negative, never fewer than all before the point.
fn digits(value: f64) -> String {
    let decimals = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// A ratio: `1.352`, `12.35`, `124`.
pub fn ratio(value: f64) -> String {
    let decimals = match value.abs() {
        value if value >= 99.95 => 0,
        value if value >= 9.9995 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

/// `1.352 [1.301, 1.404]`, or `1.352 (no interval)`.
pub fn ratio_interval(row: &EstimateRow) -> String {
    bracketed(row, ratio)
}

/// `1.352 times [1.301, 1.404]`.
pub fn times_interval(row: &EstimateRow) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) => {
            format!("{} times [{}, {}]", ratio(row.estimate), ratio(low), ratio(high))
        }
        _ => format!("{} times (no interval)", ratio(row.estimate)),
    }
}

fn bracketed(row: &EstimateRow, number: impl Fn(f64) -> String) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) => {
            format!("{} [{}, {}]", number(row.estimate), number(low), number(high))
        }
        _ => format!("{} (no interval)", number(row.estimate)),
    }
}

/// A unit of time to write numbers in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeUnit {
    /// `ns`, `us`, `ms` or `s`.
    pub name: &'static str,
    per_second: u32,
}

impl TimeUnit {
    /// Nanoseconds.
    pub const NS: Self = Self { name: "ns", per_second: 1_000_000_000 };
    /// Microseconds.
    pub const US: Self = Self { name: "us", per_second: 1_000_000 };
    /// Milliseconds.
    pub const MS: Self = Self { name: "ms", per_second: 1_000 };
    /// Seconds.
    pub const S: Self = Self { name: "s", per_second: 1 };

    /// The unit in which a time of that size reads well.
    pub fn of(seconds: f64) -> Self {
        match seconds.abs() {
            seconds if seconds < 99.95e-6 => Self::US,
            seconds if seconds < 9.995 => Self::MS,
            _ => Self::S,
        }
    }

    /// A time in this unit, as a number.
    pub fn scale(self, seconds: f64) -> f64 {
        seconds * f64::from(self.per_second)
    }

    /// A time in this unit without its name, to some three digits; `scale` seconds decide how many.
    fn number(self, seconds: f64, scale: f64, signed: bool) -> String {
        let decimals = match self.scale(scale).abs() {
            value if value >= 99.95 => 0,
            value if value >= 9.995 => 1,
            _ => 2,
        };
        let value = self.scale(seconds);
        // No minus sign before a zero.
        let value = if value.abs() < 0.5 / 10_f64.powi(decimals) { 0.0 } else { value };
        let decimals = usize::try_from(decimals).unwrap_or_default();
        if signed && value != 0.0 { format!("{value:+.decimals$}") } else { format!("{value:.decimals$}") }
    }
}

/// The largest of an estimate and its ends, which decides unit and digits.
fn extent(row: &EstimateRow) -> f64 {
    [Some(row.estimate), row.low, row.high]
        .into_iter()
        .flatten()
        .fold(0.0, |most, value| value.abs().max(most))
}

/// `1.21 ms`.
pub fn time(seconds: f64) -> String {
    let unit = TimeUnit::of(seconds);
    format!("{} {}", unit.number(seconds, seconds, false), unit.name)
}

/// `+0.31 ms`.
pub fn time_more(seconds: f64) -> String {
    let unit = TimeUnit::of(seconds);
    format!("{} {}", unit.number(seconds, seconds, true), unit.name)
}

/// `1.21 [1.18, 1.24]` in that unit.
pub fn time_interval(row: &EstimateRow, unit: TimeUnit) -> String {
    bracketed(row, |value| unit.number(value, extent(row), false))
}

/// `+0.31 [+0.28, +0.34]` in that unit.
pub fn time_more_interval(row: &EstimateRow, unit: TimeUnit) -> String {
    bracketed(row, |value| unit.number(value, extent(row), true))
}

/// `+0.31 ms [+0.28, +0.34]`.
pub fn difference(row: &EstimateRow) -> String {
    let unit = TimeUnit::of(extent(row));
    let number = |value| unit.number(value, extent(row), true);
    match (row.low, row.high) {
        (Some(low), Some(high)) => {
            format!("{} {} [{}, {}]", number(row.estimate), unit.name, number(low), number(high))
        }
        _ => format!("{} {} (no interval)", number(row.estimate), unit.name),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The same of the first so many, and how many more there are.
pub fn few<T: AsRef<str>>(items: &[T], most: usize) -> String {
    if items.len() <= most {
        return list(items);
    }
    let shown = items.iter().take(most).map(|item| item.as_ref().to_owned());
    list(&shown.chain([format!("{} more", items.len() - most)]).collect::<Vec<_>>())
}

/// The same, each as code.
pub fn code_list<T: AsRef<str>>(items: &[T]) -> String {
    list(&items.iter().map(|item| format!("`{}`", item.as_ref())).collect::<Vec<_>>())
}

/// Adds some words to others.
pub fn add(text: &mut String, more: &str) {
    text.push_str(more);
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `5 of 5`.
pub fn of(some: usize, all: usize) -> String {
    format!("{some} of {all}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_three_digits() {
        let said = [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.00 kB"), (99_960, "100 kB")];
        let more =
            [(999_499, "999 kB"), (999_500, "1.00 MB"), (1_523_712, "1.52 MB"), (2_000_000_000, "2.00 GB")];
        for (size, text) in said.into_iter().chain(more) {
            assert_eq!(bytes(size), text);
        }
        assert_eq!(bytes_more(10, 5), "-5 bytes");
        assert_eq!(bytes_more(1_000_000, 1_412_000), "+412 kB");
        assert_eq!([signed(-0.04, 1), signed(0.05, 1), signed(-12.0, 0)], ["0.0", "+0.1", "-12"]);
    }

    #[test]
    fn times_choose_their_unit() {
        let said = [(12e-6, "+12.0 us"), (0.000_31, "+0.31 ms"), (-0.0121, "-12.1 ms"), (20.0, "+20.0 s")];
        for (seconds, text) in said {
            assert_eq!(time_more(seconds), text);
        }
        assert_eq!(time_more(-1e-12), "0.00 us");
    }

    #[test]
    fn ratios_and_lists() {
        assert_eq!(ratio(1.352_49), "1.352");
        assert_eq!(percent(1.352_49), "+35.2 %");
        assert_eq!(percent(0.999_999), "0.0 %");
        assert_eq!(percent(12.34), "12.3 times");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
