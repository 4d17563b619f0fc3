//! What the loader and the Go runtime say of a start when they are asked; text to numbers, nothing else.
//!
//! Sources: ld.so(8), `LD_DEBUG`; glibc's `elf/rtld.c`; Go's `runtime` package, `GODEBUG=inittrace`.

use super::Reading;

/// What the loader's lines begin with, and what they are called here. The longer one of two alike comes first.
const LINES: [(&str, &str); 6] = [
    ("total startup time in dynamic loader:", "startup-time"),
    ("time needed for relocation:", "relocation-time"),
    ("time needed to load objects:", "loading-time"),
    ("number of relocations from cache:", "relocations-from-cache"),
    ("number of relative relocations:", "relative-relocations"),
    ("number of relocations:", "relocations"),
];

/// What `LD_DEBUG=statistics` printed. Only the first of each line counts: at the end of the process the counts
/// are printed again. Lines that are not understood are passed over. Times are as printed: glibc, 2.36 at
/// least, writes the end of the text over their last digit.
pub(super) fn loader(text: &str) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(line) = line.strip_prefix(':').map(str::trim_start) else { continue };
        for (begin, key) in LINES {
            let Some(rest) = line.strip_prefix(begin) else { continue };
            let mut words = rest.split_whitespace();
            let value = words.next().and_then(|word| word.parse::<u64>().ok());
            let unit = match words.next() {
                Some("cycles" | "clock") => "cycles",
                None => "count",
                Some(_) => continue,
            };
            if let Some(value) = value
                && (unit == "count") != key.ends_with("-time")
                && readings.iter().all(|reading| reading.key != key)
            {
                readings.push(Reading::new("ld-debug", key, unit, value as f64));
            }
        }
    }
    readings
}

/// What `GODEBUG=inittrace=1` printed: of each package with work to do its time and its bytes, those that are
/// not zero, and the sums over all packages. Nothing where no line is understood.
pub(super) fn inits(text: &str) -> Vec<Reading> {
    let mut packages = Vec::new();
    let (mut seconds, mut bytes, mut number) = (0.0, 0.0, 0_u32);
    for (package, time, size) in text.lines().filter_map(init) {
        number += 1;
        seconds += time;
        bytes += size;
        for (unit, value) in [("seconds", time), ("bytes", size)] {
            if value > 0.0 {
                packages.push(Reading::new("inittrace", package, unit, value));
            }
        }
    }
    if number == 0 {
        return Vec::new();
    }
    let sums = [
        Reading::new("inittrace-sum", "clock", "seconds", seconds),
        Reading::new("inittrace-sum", "allocated", "bytes", bytes),
        Reading::new("inittrace-sum", "packages", "count", f64::from(number)),
    ];
    sums.into_iter().chain(packages).collect()
}

/// `init PACKAGE @0.015 ms, 0.088 ms clock, 312 bytes, 7 allocs`: package, seconds, bytes.
fn init(line: &str) -> Option<(&str, f64, f64)> {
    let (package, rest) = line.trim().strip_prefix("init ")?.split_once(" @")?;
    let mut parts = rest.split(", ");
    parts.next()?.strip_suffix(" ms")?;
    let time = parts.next()?.strip_suffix(" ms clock")?.parse::<f64>().ok()? / 1e3;
    let bytes = parts.next()?.strip_suffix(" bytes")?.parse::<u64>().ok()? as f64;
    parts.next()?.strip_suffix(" allocs")?;
    (time.is_finite() && time >= 0.0 && !package.is_empty()).then_some((package, time, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(readings: &[Reading]) -> Vec<(&str, &str, &str, f64)> {
        readings.iter().map(|one| (one.tool, one.key.as_str(), one.unit, one.value)).collect()
    }

    #[test]
    fn the_loaders_statistics_are_understood() {
        let text = "       321:\t\n       321:\truntime linker statistics:\n\
                    \x20      321:\t  total startup time in dynamic loader: 900000 cycles\n\
                    \x20      321:\t            time needed for relocation: 300000 cycles (33.3%)\n\
                    \x20      321:\t                 number of relocations: 80\n\
                    \x20      321:\t      number of relocations from cache: 7\n\
                    \x20      321:\t        number of relative relocations: 5000\n\
                    \x20      321:\t           time needed to load objects: 200000 cycles (.2%)\nhello\n\
                    \x20      321:\t                 number of relocations: 81\n";
        let expected = [
            ("ld-debug", "startup-time", "cycles", 900_000.0),
            ("ld-debug", "relocation-time", "cycles", 300_000.0),
            ("ld-debug", "relocations", "count", 80.0),
            ("ld-debug", "relocations-from-cache", "count", 7.0),
            ("ld-debug", "relative-relocations", "count", 5000.0),
            ("ld-debug", "loading-time", "cycles", 200_000.0),
        ];
        assert_eq!(short(&loader(text)), expected);
    }

    #[test]
    fn inits_are_understood_and_summed() {
        let text = "init runtime @0.030 ms, 0.25 ms clock, 0 bytes, 0 allocs\nnot an init\n\
                    init io/fs @0.65 ms, 0 ms clock, 0 bytes, 0 allocs\n\
                    init example.com/a b @1.5 ms, 0.75 ms clock, 312 bytes, 7 allocs\n";
        let expected = [
            ("inittrace-sum", "clock", "seconds", 0.001),
            ("inittrace-sum", "allocated", "bytes", 312.0),
            ("inittrace-sum", "packages", "count", 3.0),
            ("inittrace", "runtime", "seconds", 0.000_25),
            ("inittrace", "example.com/a b", "seconds", 0.000_75),
            ("inittrace", "example.com/a b", "bytes", 312.0),
        ];
        assert_eq!(short(&inits(text)), expected);
    }

    #[test]
    fn what_is_not_understood_is_no_reading() {
        let hostile = [
            "",
            "\u{0}\u{7}: : :\n:\n::\n12:",
            " 1: total startup time in dynamic loader: 99999999999999999999999999 cycles\n",
            " 1: total startup time in dynamic loader: -3 cycles\n 1: time needed for relocation:\n",
            " 1: number of relocations: 3 bananas\n 1: number of relocations: 1e9\n",
            // A time without a unit, and a count with one.
            " 1: time needed for relocation: 7\n 1: number of relocations: 7 cycles\n",
            "init  @\ninit a @1 ms\ninit a @1 ms, x ms clock, 1 bytes, 1 allocs\n",
            "init a @1 ms, NaN ms clock, 1 bytes, 1 allocs\ninit a @1 ms, inf ms clock, 1 bytes, 1 allocs\n",
            "init a @1 ms, -1 ms clock, 1 bytes, 1 allocs\ninit a @1 ms, 1 ms clock, -1 bytes, 1 allocs",
        ];
        for text in hostile {
            assert_eq!(short(&loader(text)), [], "{text:?}");
            assert_eq!(short(&inits(text)), [], "{text:?}");
        }
        // What is missing is missing, and the rest is there.
        let some = loader(" 1: number of relocations: 18446744073709551615\n");
        assert_eq!(short(&some), [("ld-debug", "relocations", "count", 18_446_744_073_709_551_615.0)]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "\\PC{0,200}") {
            let _ = (loader(&text), inits(&text));
        }
    }
}
