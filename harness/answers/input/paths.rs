//! Paths as a large source tree has them, one a line.

use super::{Draw, WORDS};

const FOLDERS: [&str; 24] = [
    "src",
    "internal",
    "pkg",
    "cmd",
    "drivers",
    "net",
    "ethernet",
    "arch",
    "x86_64",
    "include",
    "linux",
    "lib",
    "vendor",
    "third_party",
    "tests",
    "testdata",
    "docs",
    "tools",
    "web",
    "assets",
    "components",
    "app",
    "platform",
    "core",
];
const NOUNS: [&str; 24] = [
    "reader", "writer", "table", "index", "buffer", "parser", "config", "handler", "client", "server",
    "cache", "queue", "worker", "schedule", "filter", "matcher", "report", "metric", "token", "stream",
    "session", "symbol", "layout", "module",
];
const ENDINGS: [&str; 16] = [
    ".go", ".c", ".h", ".rs", ".py", ".js", ".tsx", ".md", ".json", ".yaml", ".txt", "_test.go", ".test.js",
    ".cc", ".svg", "",
];

/// Three to eight folders deep, with names in snake, kebab and camel case, and numbers.
pub(super) fn paths(draw: &mut Draw, lines: u32) -> String {
    let mut text = String::new();
    for _ in 0..lines {
        for _ in 0..2 + draw.below(6) {
            if draw.below(3) == 0 {
                name(draw, &mut text);
            } else {
                text.push_str(draw.one(&FOLDERS));
            }
            text.push('/');
        }
        name(draw, &mut text);
        if draw.below(4) == 0 {
            text.push_str(&draw.below(1000).to_string());
        }
        text.push_str(draw.one(&ENDINGS));
        text.push('\n');
    }
    text
}

/// One to three words, joined in one of the ways that people have.
fn name(draw: &mut Draw, text: &mut String) {
    let joint = draw.below(4);
    for number in 0..=draw.below(3) {
        let word = if draw.below(2) == 0 { draw.one(&WORDS) } else { draw.one(&NOUNS) };
        match joint {
            0 if number > 0 => text.push('_'),
            1 if number > 0 => text.push('-'),
            2 if number > 0 => {
                text.push(word.as_bytes()[0].to_ascii_uppercase().into());
                text.push_str(&word[1..]);
                continue;
            }
            _ => {}
        }
        text.push_str(word);
    }
}
