//! What a file in Go does beside the type system, read from its text; pure.
//!
//! Comments, strings and code are told apart, and no more: what stands in a string or a comment is no use.
//! Sources: The Go Programming Language Specification, "Lexical elements" and "Package unsafe"; `cmd/compile`,
//! "Compiler directives"; of its own source, `noder.pragma`.

use std::ops::AddAssign;

/// The names of `unsafe` that get around the type system; the others are constants.
const USES: [&str; 6] = ["Add", "Pointer", "Slice", "SliceData", "String", "StringData"];
/// Directives that name a symbol of another package.
const LINKNAMES: [&str; 2] = ["//go:linkname ", "//go:linknamestd "];

/// What was seen in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// `//go:linkname` directives.
    pub(super) linknames: usize,
    /// Uses of names of `unsafe` that get around the type system.
    pub(super) unsafe_uses: usize,
    /// Messages in which there is `cgo`.
    pub(super) about_cgo: Vec<String>,
}

impl AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        self.linknames += other.linknames;
        self.unsafe_uses += other.unsafe_uses;
        self.about_cgo.extend(other.about_cgo);
    }
}

/// Reads a file.
pub(super) fn scan(text: &str) -> Seen {
    let mut seen = Seen::default();
    let mut rest = text;
    // Whether the last thing before was the dot of a selector.
    let mut selected = false;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        let (token, after) = rest.split_at(length);
        rest = after;
        if token.starts_with("//") {
            seen.linknames += usize::from(LINKNAMES.iter().any(|directive| token.starts_with(directive)));
        } else if token.starts_with(['"', '`']) && is_about_cgo(token) {
            seen.about_cgo.push(token.trim_matches(['"', '`']).to_owned());
        } else if token == "unsafe" && !selected {
            let name = rest.strip_prefix('.').map_or("", |after| &after[..word(after)]);
            seen.unsafe_uses += usize::from(USES.contains(&name));
        }
        if !token.trim().is_empty() && !token.starts_with("/*") && !token.starts_with("//") {
            selected = token == ".";
        }
    }
    seen
}

/// Whether a string is a message in which there is `cgo`, and no import path.
fn is_about_cgo(token: &str) -> bool {
    token.contains(' ') && token.to_lowercase().contains("cgo")
}

/// How many bytes the token has that a text begins with.
fn token(text: &str, first: char) -> usize {
    let up_to = |end: &str, from: usize| text[from..].find(end).map(|place| from + place);
    match first {
        '/' if text.starts_with("//") => up_to("\n", 2).unwrap_or(text.len()),
        '/' if text.starts_with("/*") => up_to("*/", 2).map_or(text.len(), |place| place + 2),
        '`' => up_to("`", 1).map_or(text.len(), |place| place + 1),
        '"' | '\'' => quoted(text, first),
        _ if is_of_word(first) => word(text),
        _ => first.len_utf8(),
    }
}

/// The same of a string or a rune in quotation marks, which ends with its line at the latest.
fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (place, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' => return place,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == mark => return place + 1,
            _ => {}
        }
    }
    text.len()
}

fn word(text: &str) -> usize {
    text.find(|letter| !is_of_word(letter)).unwrap_or(text.len())
}

fn is_of_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn uses_are_counted_in_code_alone() {
        let text = r#"package a

/*
#include <stdio.h> // it's C
//go:linkname in a comment
*/
import "C"
import "unsafe" // unsafe.Pointer

//go:linkname now time.now
func now() int64
	//go:linknamestd later time.later

// see //go:linkname other
const size = unsafe.Sizeof(0) + '"' + '\''
var p = (*unsafe.Pointer)(unsafe.Pointer(nil))
var s = "unsafe.Pointer \" //go:linkname x" + `//go:linkname y
//go:linkname z
unsafe.Slice`
var t = unsafe.String(nil, 0) + x.unsafe.Pointer + unsafely.Pointer + unsafe . Add
"#;
        let seen = scan(text);
        assert_eq!((seen.linknames, seen.unsafe_uses), (2, 3), "{seen:?}");
    }

    #[test]
    fn what_a_stub_says_is_kept() {
        let text = "var err = errors.New(\"built with CGO_ENABLED=0: this is a stub\") // cgo\n\
                    var a = \"no stub\" + \"runtime/cgo\"\n";
        assert_eq!(scan(text).about_cgo, ["built with CGO_ENABLED=0: this is a stub"]);
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "[\"'`/*\\\\\n.a\u{e9}]{0,60}|\\PC{0,60}") {
            let seen = scan(&text);
            prop_assert!(seen.linknames <= text.len());
        }
    }
}
