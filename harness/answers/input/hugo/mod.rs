//! The source of a site as Hugo has it: the pages of [`super::site`] under layouts and a style sheet for Hugo.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::{Draw, WORDS, site};

const FILES: [(&str, &str); 4] = [
    ("hugo.toml", include_str!("hugo.toml")),
    ("layouts/baseof.html", include_str!("baseof.html")),
    ("layouts/single.html", include_str!("single.html")),
    ("layouts/list.html", include_str!("list.html")),
];
/// Rules of the style sheet.
const RULES: u32 = 400;

/// Writes the site into a new folder.
pub(super) fn write(made: &Path, draw: &mut Draw, pages: u32) -> Result<()> {
    for (name, text) in FILES {
        site::put(made, name, text)?;
    }
    site::put(made, "assets/main.css", &style_sheet(draw))?;
    site::write_content(made, draw, pages)
}

/// Plain CSS, with something to leave out in every rule.
pub(super) fn style_sheet(draw: &mut Draw) -> String {
    let mut text = String::from("/* Not to be seen. */\n");
    for number in 0..RULES {
        let word = draw.one(&WORDS);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n.{word}-{number} > p , .{} {{\n    margin : {}.50rem auto ;\n    color : #ffffff ;\n    background-color: \
             rgb( {} , 0 , 0 );\n}}\n",
            draw.one(&WORDS),
            draw.below(4),
            draw.below(256),
        );
    }
    text
}
