//! SVG to PNG, and how wide a text will be: the only file that names resvg.
//!
//! Both use the `DejaVu` fonts that travel inside the program, so that a picture is the same on every machine.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// The fonts of every picture; a viewer of the SVG that does not have them takes its own.
pub(super) const FONTS: &str = "DejaVu Sans, sans-serif";

static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    database.load_font_data(dejavu::sans::regular().to_vec());
    database.load_font_data(dejavu::sans::bold().to_vec());
    database.set_sans_serif_family("DejaVu Sans");
    Arc::new(database)
});

fn parse(svg: &str) -> Result<Tree> {
    let options = Options { fontdb: Arc::clone(&DATABASE), ..Options::default() };
    Tree::from_str(svg, &options).context("a plot is not well-formed SVG")
}

/// Draws an SVG as it is, a pixel a unit.
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let tree = parse(svg)?;
    let size = tree.size().to_int_size();
    let mut picture = Pixmap::new(size.width(), size.height()).context("a plot is too large to draw")?;
    resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
    encode(&picture).map_err(|error| anyhow!("cannot write a plot as PNG: {error}"))
}

/// A picture of few colours as PNG with a palette: a third of the bytes of one without.
fn encode(picture: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    // The background is white and solid, so that every pixel is.
    let colours: Vec<[u8; 3]> =
        picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let (palette, pixels) = indexed(&colours);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// At most 256 colours, and which of them each pixel has. Where there are more, those that agree in their upper
/// bits become one: the most frequent of them, so that areas keep their colour and only edges of letters change.
fn indexed(colours: &[[u8; 3]]) -> (Vec<[u8; 3]>, Vec<u8>) {
    let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for colour in colours {
        *counts.entry(*colour).or_default() += 1;
    }
    let mut bits = 8;
    let groups = loop {
        let mut groups: BTreeMap<[u8; 3], ([u8; 3], usize)> = BTreeMap::new();
        for (colour, count) in &counts {
            let group = groups.entry(colour.map(|part| part >> (8 - bits))).or_insert((*colour, 0));
            if *count > group.1 {
                *group = (*colour, *count);
            }
        }
        // Three bits of three parts are 512 groups, two are 64: it ends.
        if groups.len() <= 256 {
            break groups;
        }
        bits -= 1;
    };
    let places: BTreeMap<[u8; 3], u8> = groups.keys().copied().zip(0..=255).collect();
    let pixels = colours.iter().map(|colour| places[&colour.map(|part| part >> (8 - bits))]).collect();
    (groups.into_values().map(|(colour, _)| colour).collect(), pixels)
}

/// The width of a text in units of its picture, to within a letter's kerning.
pub(super) fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    /// Advances of letters at a size of 1, as they are met.
    static ADVANCES: LazyLock<Mutex<HashMap<(char, bool), f64>>> = LazyLock::new(Mutex::default);
    let mut advances = ADVANCES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut advance = |letter| {
        *advances.entry((letter, bold)).or_insert_with(|| {
            let between = |text: &str| line_width(&format!("x{text}x"), bold);
            between(&letter.to_string()) - between("")
        })
    };
    text.chars().map(|letter| advance(letter) * size).sum()
}

/// The width of a text at a size of 1.
fn line_width(text: &str, bold: bool) -> f64 {
    const SIZE: f64 = 100.0;
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let weight = if bold { "bold" } else { "normal" };
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"><text font-family=\"{FONTS}\" \
         font-size=\"{SIZE}\" font-weight=\"{weight}\" xml:space=\"preserve\">{escaped}</text></svg>"
    );
    parse(&svg).map_or(0.0, |tree| f64::from(tree.root().bounding_box().width()) / SIZE)
}

/// A text and its edges: left, top, right, bottom.
#[cfg(test)]
pub(super) type TextBox = (String, [f64; 4]);

/// The boxes of all texts of an SVG, beside its width and height.
#[cfg(test)]
pub(super) fn text_boxes(svg: &str) -> Result<(Vec<TextBox>, [f64; 2])> {
    use resvg::usvg::{Group, Node, TextChunk};

    fn go(group: &Group, boxes: &mut Vec<TextBox>) {
        for node in group.children() {
            match node {
                Node::Group(group) => go(group, boxes),
                Node::Text(text) => {
                    let words = text.chunks().iter().map(TextChunk::text).collect::<String>();
                    let at = text.abs_bounding_box();
                    let edges = [at.left(), at.top(), at.right(), at.bottom()];
                    boxes.push((words.trim().to_owned(), edges.map(f64::from)));
                }
                _ => {}
            }
        }
    }

    let tree = parse(svg)?;
    let mut boxes = Vec::new();
    go(tree.root(), &mut boxes);
    Ok((boxes, [f64::from(tree.size().width()), f64::from(tree.size().height())]))
}
