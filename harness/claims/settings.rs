//! The build settings of a variant, as one would type them.

use crate::config::{Language, Variant};

/// A variant as one would type it, a word of the shell an item:
/// `CGO_ENABLED=0 go build -buildmode=pie -ldflags='-linkmode=internal -bindnow'`.
pub fn recipe(variant: &Variant) -> Vec<String> {
    let assigned = |(name, value): (&String, &String)| {
        let quote = if value.contains(' ') { "'" } else { "" };
        format!("{name}={quote}{value}{quote}")
    };
    let mut words: Vec<String> = variant.env.iter().map(assigned).collect();
    if variant.language == Language::C {
        words.push("cc".to_owned());
        words.extend(variant.cc.iter().cloned());
        words.push("*.c".to_owned());
        return words;
    }
    words.extend(variant.cgo_enabled.iter().map(|value| format!("CGO_ENABLED={value}")));
    words.extend(["go".to_owned(), "build".to_owned()]);
    words.extend(variant.buildmode.iter().map(|mode| format!("-buildmode={mode}")));
    if !variant.tags.is_empty() {
        words.push(format!("-tags={}", variant.tags.join(",")));
    }
    let mut ldflags: Vec<String> = variant.linkmode.iter().map(|mode| format!("-linkmode={mode}")).collect();
    ldflags.extend(variant.ldflags.iter().cloned());
    match variant.extldflags.as_slice() {
        [] => {}
        [one] if !one.contains(' ') => ldflags.push(format!("-extldflags={one}")),
        several => ldflags.push(format!("\"-extldflags={}\"", several.join(" "))),
    }
    match ldflags.as_slice() {
        [] => {}
        [one] if !one.contains(' ') => words.push(format!("-ldflags={one}")),
        several => words.push(format!("-ldflags='{}'", several.join(" "))),
    }
    words
}
