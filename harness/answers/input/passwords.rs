//! Passwords, one a line.

use super::{Draw, WORDS};

const HABITS: [&str; 10] =
    ["1234", "qwerty", "aaaa", "!", "2024", "asdf", "4321", "zyxw", "password", "1111"];

/// Half of them drawn from all printable ASCII, half put together as people do.
pub(super) fn passwords(draw: &mut Draw, lines: u32) -> String {
    let mut text = String::new();
    for _ in 0..lines {
        if draw.below(2) == 0 {
            for _ in 0..16 + draw.below(80) {
                text.push(char::from(b'!' + u8::try_from(draw.below(94)).unwrap_or(0)));
            }
        } else {
            for _ in 0..3 + draw.below(12) {
                text.push_str(draw.one(&WORDS));
            }
            text.push_str(draw.one(&HABITS));
        }
        text.push('\n');
    }
    text
}
