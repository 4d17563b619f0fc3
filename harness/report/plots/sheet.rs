//! What every plot has: a title that says what is shown, a legend, a caption; and words that fit their place.

use anyhow::Result;

use crate::report::canvas::{Anchor, Canvas, Mark, Type, colours};

/// The width of every plot.
pub(super) const WIDTH: f64 = 1600.0;
/// White space around it.
pub(super) const MARGIN: f64 = 40.0;

pub(super) const TITLE: Type = Type { size: 36.0, bold: true, colour: colours::INK };
pub(super) const SUBTITLE: Type = Type { size: 25.0, bold: false, colour: colours::QUIET };
pub(super) const LABEL: Type = Type { size: 25.0, bold: false, colour: colours::INK };
pub(super) const STRONG: Type = Type { size: 25.0, bold: true, colour: colours::INK };
pub(super) const SMALL: Type = Type { size: 22.0, bold: false, colour: colours::QUIET };

/// A plot in the making: what is drawn next comes below `y`.
pub(super) struct Sheet {
    pub(super) canvas: Canvas,
    pub(super) y: f64,
}

impl Sheet {
    pub(super) fn new(title: &str, subtitle: &str) -> Self {
        let mut sheet = Self { canvas: Canvas::new(WIDTH), y: MARGIN };
        sheet.paragraph(title, TITLE);
        sheet.y += 4.0;
        sheet.paragraph(subtitle, SUBTITLE);
        sheet.y += 12.0;
        sheet
    }

    /// Text over the whole width, in as many lines as it takes.
    fn paragraph(&mut self, text: &str, look: Type) {
        for line in wrap(text, look, WIDTH - 2.0 * MARGIN) {
            self.canvas.text(&line, (MARGIN, self.y + look.size * 0.6), Anchor::Left, look);
            self.y += look.size * 1.35;
        }
    }

    /// The legend, each item with its mark, in as many lines as it takes.
    pub(super) fn legend(&mut self, items: &[(Mark, crate::report::canvas::Colour, &str)]) {
        let mut x = MARGIN;
        for (mark, colour, text) in items {
            let width = 40.0 + SMALL.width(text) + 36.0;
            if x > MARGIN && x + width > WIDTH - MARGIN {
                x = MARGIN;
                self.y += 36.0;
            }
            self.canvas.mark(*mark, (x + 14.0, self.y + 14.0), 9.0, *colour);
            self.canvas.text(text, (x + 36.0, self.y + 14.0), Anchor::Left, SMALL);
            x += width;
        }
        self.y += 44.0;
    }

    /// The caption, and the end.
    pub(super) fn finish(mut self, caption: &str) -> Result<String> {
        self.y += 10.0;
        self.paragraph(caption, SMALL);
        self.y += MARGIN * 0.6;
        self.canvas.svg(self.y)
    }
}

/// Lines no wider than `width`, broken between words.
pub(super) fn wrap(text: &str, look: Type, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            // A number keeps its sign of percent.
            Some(line) if word.starts_with('%') || look.width(&format!("{line} {word}")) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The same type, small enough for a text to be no wider than `width`.
pub(super) fn fit(text: &str, look: Type, width: f64) -> Type {
    let wide = look.width(text);
    if wide <= width { look } else { Type { size: (look.size * width / wide).max(8.0), ..look } }
}

/// The width of the widest text, up to `most`.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, look: Type, most: f64) -> f64 {
    texts.into_iter().map(|text| look.width(text)).fold(0.0, f64::max).min(most)
}
