//! The source of a site: pages in Markdown with front matter, templates, a style sheet.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Draw, WORDS};

const FILES: [(&str, &str); 4] = [
    ("templates/base.html", include_str!("base.html")),
    ("templates/single.html", include_str!("single.html")),
    ("templates/list.html", include_str!("list.html")),
    ("templates/tags.html", include_str!("tags.html")),
];
const CONFIG: &str = "title = \"A generated site\"\nbase_url = \"https://generated.example/\"\npaginate = 20\n\
                      feed_limit = 50\n\n[[menu]]\nname = \"Notes\"\nurl = \"notes/\"\n\n[[menu]]\nname = \"Tags\"\n\
                      url = \"tags/\"\n";
const SECTIONS: [&str; 4] = ["notes", "guide", "news/near", "news/far"];
/// Rules of the style sheet.
const RULES: u32 = 400;

/// Writes the site into a new folder.
pub(super) fn write(made: &Path, draw: &mut Draw, pages: u32) -> Result<()> {
    for (name, text) in FILES {
        put(made, name, text)?;
    }
    put(made, "site.toml", CONFIG)?;
    put(made, "styles/main.scss", &style_sheet(draw))?;
    write_content(made, draw, pages)
}

/// Writes the pages alone.
pub(super) fn write_content(made: &Path, draw: &mut Draw, pages: u32) -> Result<()> {
    put(made, "content/_index.md", "---\ntitle: Home\n---\nA site of generated pages.\n")?;
    for number in 0..pages {
        put(made, &format!("content/{}", name(number)), &page(draw, number, pages))?;
    }
    Ok(())
}

/// Writes one file of a site.
pub(super) fn put(made: &Path, name: &str, text: &str) -> Result<()> {
    let path = made.join(name);
    fs::create_dir_all(path.parent().unwrap_or(made))
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The name by which pages link to each other.
fn name(number: u32) -> String {
    format!("{}/page-{number:04}.md", SECTIONS[number as usize % SECTIONS.len()])
}

/// A page with all that Markdown has.
pub(super) fn page(draw: &mut Draw, number: u32, pages: u32) -> String {
    let mut text = format!(
        "---\ntitle: \"Page {number}: {}\"\ndate: {}-{:02}-{:02}\ntags: [{}, {}]\nparams:\n  author: {}\n---\n",
        draw.one(&WORDS),
        2010 + number % 15,
        1 + number % 12,
        1 + number % 28,
        draw.one(&WORDS),
        draw.one(&WORDS),
        draw.one(&WORDS),
    );
    for section in 0..7 {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n## {} {}\n", draw.one(&WORDS), draw.one(&WORDS));
        for _ in 0..2 {
            sentence(draw, &mut text, 30, pages);
            sentence(draw, &mut text, 15, pages);
            text.push('\n');
        }
        for _ in 0..4 {
            for start in ["- ", "  1. ", "  2. "] {
                text.push_str(start);
                sentence(draw, &mut text, 7, pages);
            }
        }
        text.push_str("\n> ");
        sentence(draw, &mut text, 15, pages);
        text.push_str("> > ");
        sentence(draw, &mut text, 8, pages);
        text.push_str("\n| Name | Value | Note |\n| :--- | ---: | :-: |\n");
        for _ in 0..5 {
            let _ = write!(text, "| {} | {} | ", draw.one(&WORDS), draw.below(1000));
            sentence(draw, &mut text, 3, pages);
            text.truncate(text.trim_end().len());
            text.push_str(" |\n");
        }
        let _ = writeln!(
            text,
            "\n```go\nfunc {}(x int) bool {{ return x < 10 && x > 2 }}\n```",
            draw.one(&WORDS)
        );
        let _ = write!(text, "\nSee the [next page][n] and a note.[^{section}]\n\n[^{section}]: ");
        sentence(draw, &mut text, 8, pages);
    }
    let _ = writeln!(text, "\n[n]: /{} \"Next\"", name((number + 1) % pages));
    text
}

/// So many words on a line, every other one of them marked up.
fn sentence(draw: &mut Draw, text: &mut String, words: u32, pages: u32) {
    for number in 0..words {
        if number > 0 {
            text.push(' ');
        }
        let word = draw.one(&WORDS);
        let _ = match draw.below(12) {
            0 => write!(text, "*{word}*"),
            1 => write!(text, "**{word}**"),
            2 => write!(text, "`{word}`"),
            3 => write!(text, "[{word}](/{})", name(draw.below(pages))),
            4 => write!(text, "&amp; ~~{word}~~"),
            5 => write!(text, "{word} <em>{}</em>", draw.one(&WORDS)),
            _ => write!(text, "{word}"),
        };
    }
    text.push_str(".\n");
}

/// Variables, arithmetic, nesting and media queries.
pub(super) fn style_sheet(draw: &mut Draw) -> String {
    let mut text = String::from("$gap: 1.5rem;\n$ink: #1d2b33;\n$water: #28536b;\n// Not to be seen.\n");
    for number in 0..RULES {
        let (word, inner) = (draw.one(&WORDS), draw.one(&WORDS));
        let _ = write!(
            text,
            "\n.{word}-{number} {{\n  color: $ink;\n  margin: ($gap * {}) auto;\n\n  .{inner}, p {{\n    \
             padding: $gap / 2 + {}rem;\n    &:hover {{ color: $water; background: #ffffff; }}\n  }}\n\n  \
             @media (max-width: {}rem) {{ display: none; }}\n}}\n",
            1 + draw.below(4),
            draw.below(10),
            20 + draw.below(40),
        );
    }
    text
}
