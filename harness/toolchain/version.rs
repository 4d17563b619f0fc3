//! The names of Go releases, and what `go version` says; pure.
//!
//! Sources: <https://go.dev/doc/toolchain#version>; `runtime.Version`; `cmd/dist/build.go` of Go,
//! `findgoversion`.

/// The release's name as `go version` gives it, fit for a case id: lower case, `[a-z0-9.-]+`.
///
/// A distribution's note in parentheses is left out, as it is the same release; experiments that were baked
/// in are kept, as it is another: `go1.25.0-x-nodwarf5`. A development version is named by its commit.
pub(super) fn release_of(line: &str) -> Option<String> {
    let mut words = line.trim().strip_prefix("go version ")?.split_whitespace();
    let first = match words.next()? {
        // The long form names the release to come, the older one only the commit.
        "devel" => words
            .next()
            .map(|next| if next.starts_with("go") { next.to_owned() } else { format!("devel-{next}") })?,
        first => first.to_owned(),
    };
    let experiments = words.find(|word| word.starts_with("X:")).unwrap_or_default();
    let mut name = String::new();
    for letter in format!("{first}-{experiments}").to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' | '.' => name.push(letter),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// The release that a request names: `1.27.3` and `go1.27.3` are both `go1.27.3`, anything else is none.
pub(super) fn requested(text: &str) -> Option<String> {
    let number = text.strip_prefix("go").unwrap_or(text);
    parts(number).map(|_| format!("go{number}"))
}

/// The `n` of a language version `go1.n`, which names no release: `go1.27` does not, `go1.20` does.
pub(super) fn language(release: &str) -> Option<u32> {
    let (minor, rest) = parts(release.strip_prefix("go")?)?;
    (minor >= 21 && rest.is_empty()).then_some(minor)
}

/// The `n` and the `p` of a release `go1.n.p`.
pub(super) fn patch(release: &str) -> Option<(u32, u32)> {
    let (minor, rest) = parts(release.strip_prefix("go")?)?;
    Some((minor, rest.strip_prefix('.')?.parse().ok()?))
}

/// The place of a release among others, the older one less: what is developed towards it, betas, candidates, the
/// release and its patches. What follows a hyphen comes after what it is made of; what has no number comes last.
pub fn release_order(release: &str) -> (u32, u8, u32, String) {
    let (number, rest) = release.split_once('-').unwrap_or((release, ""));
    let Some((minor, mark)) = number.strip_prefix("go").and_then(parts) else {
        return (u32::MAX, 0, 0, release.to_owned());
    };
    let first = if rest.is_empty() { 3 } else { 0 };
    let stages = [("beta", 1), ("rc", 2), (".", 3)];
    let found =
        stages.into_iter().find_map(|(word, stage)| Some((stage, mark.strip_prefix(word)?.parse().ok()?)));
    let (stage, patch) = found.unwrap_or((first, 0));
    (minor, stage, patch, rest.to_owned())
}

/// The `n` of a release `go1.n...`, development versions included.
pub(super) fn minor(release: &str) -> Option<u32> {
    let rest = release.strip_prefix("go1.")?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    digits.parse().ok()
}

/// The minor number of `1.n`, `1.n.p`, `1.nrcm` or `1.nbetam`, and what follows it.
fn parts(number: &str) -> Option<(u32, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = number.strip_prefix("1.")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, rest) = rest.split_at(end);
    let known =
        rest.is_empty() || [".", "rc", "beta"].iter().any(|mark| rest.strip_prefix(mark).is_some_and(digits));
    if known { Some((minor.parse().ok()?, rest)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_version_in_all_its_forms() {
        for (line, release) in [
            ("go version go1.27.3 linux/amd64\n", "go1.27.3"),
            ("go version go1.24.4 (Red Hat 1.24.4-1.fc42) linux/amd64", "go1.24.4"),
            ("go version go1.21rc2 linux/arm64", "go1.21rc2"),
            ("go version go1.25.0 X:nodwarf5 linux/amd64", "go1.25.0-x-nodwarf5"),
            ("go version go1.25.0-X:nodwarf5 linux/amd64", "go1.25.0-x-nodwarf5"),
            (
                "go version go1.24.4 (Red Hat 1.24.4-1.el9) X:strictfipsruntime linux/amd64",
                "go1.24.4-x-strictfipsruntime",
            ),
            ("go version devel go1.28-abcdef Thu Jan 1 00:00:00 2026 +0000 linux/amd64", "go1.28-abcdef"),
            ("go version go1.28-devel_abcdef Thu Jan 1 00:00:00 2026 linux/amd64", "go1.28-devel-abcdef"),
            ("go version devel +a1b2c3 Thu Jan 1 00:00:00 2015 +0000 linux/amd64", "devel-a1b2c3"),
            ("go version go1.24.1-microsoft linux/amd64", "go1.24.1-microsoft"),
        ] {
            assert_eq!(release_of(line).as_deref(), Some(release), "{line}");
        }
        for line in ["", "go version ", "go version devel", "gccgo (GCC) 12.2.0", "go: unknown command"] {
            assert_eq!(release_of(line), None, "{line}");
        }
    }

    #[test]
    fn requests() {
        for (text, release) in [("1.27.3", "go1.27.3"), ("go1.21rc2", "go1.21rc2"), ("1.20", "go1.20")] {
            assert_eq!(requested(text).as_deref(), Some(release));
        }
        for text in [
            "./1.27.3",
            "go",
            "go1.",
            "1.27.",
            "1.27.3-x",
            "latest",
            "2.0",
            "1.27rc",
            "",
            "/usr/bin/go1.27.3",
        ] {
            assert_eq!(requested(text), None, "{text}");
        }
    }

    #[test]
    fn a_language_version_is_no_release() {
        assert_eq!((language("go1.27"), language("go1.21")), (Some(27), Some(21)));
        for release in ["go1.20", "go1.27.0", "go1.21rc2", "1.27"] {
            assert_eq!(language(release), None, "{release}");
        }
    }

    #[test]
    fn patches_are_numbers() {
        assert_eq!((patch("go1.21.13"), patch("go1.27.0")), (Some((21, 13)), Some((27, 0))));
        for release in ["go1.21", "go1.21rc2", "1.21.13", "go1.21.99999999999"] {
            assert_eq!(patch(release), None, "{release}");
        }
    }

    #[test]
    fn releases_have_an_order() {
        let ordered = [
            "go1.9.7",
            "go1.20",
            "go1.21-devel-abcdef",
            "go1.21beta1",
            "go1.21rc2",
            "go1.21.0",
            "go1.21.9",
            "go1.21.13",
            "go1.25.0",
            "go1.25.0-x-nodwarf5",
            "devel-a1b2c3",
        ];
        assert!(ordered.is_sorted_by_key(|release| release_order(release)));
        assert_ne!(release_order("go1.21.13"), release_order("go1.21.9"));
    }

    #[test]
    fn minors() {
        for (release, n) in [("go1.27.3", Some(27)), ("go1.21rc2", Some(21)), ("go1.28-abcdef", Some(28))] {
            assert_eq!(minor(release), n);
        }
        assert_eq!((minor("go1."), minor("go2.1"), minor("+abcdef")), (None, None, None));
    }
}
