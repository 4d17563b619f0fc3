//! A sheet to draw on: the only file that names plotters.
//!
//! Shapes are collected first and drawn when the sheet's height is known. Positions and sizes are in pixels of
//! the picture, x from the left and y from the top.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, RGBColor, Rectangle, SVGBackend, ShapeStyle,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontFamily, FontStyle, IntoTextStyle as _, TextStyle};

use super::raster::{FONTS, text_width};

/// A colour as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// The colours of the plots: those of Okabe and Ito, told apart by colour-blind readers, and greys.
///
/// Source: M. Okabe and K. Ito, Color Universal Design, 2008.
pub(super) mod colours {
    use super::Colour;

    pub(in super::super) const BLACK: Colour = Colour(0, 0, 0);
    pub(in super::super) const INK: Colour = Colour(0x22, 0x22, 0x22);
    pub(in super::super) const QUIET: Colour = Colour(0x59, 0x59, 0x59);
    pub(in super::super) const GREY: Colour = Colour(0x99, 0x99, 0x99);
    pub(in super::super) const GRID: Colour = Colour(0xe4, 0xe4, 0xe4);
    pub(in super::super) const BAND: Colour = Colour(0xcf, 0xcf, 0xcf);
    pub(in super::super) const WHITE: Colour = Colour(0xff, 0xff, 0xff);
    pub(in super::super) const BLUE: Colour = Colour(0x00, 0x72, 0xb2);
    pub(in super::super) const SKY: Colour = Colour(0x56, 0xb4, 0xe9);
    pub(in super::super) const GREEN: Colour = Colour(0x00, 0x9e, 0x73);
    pub(in super::super) const YELLOW: Colour = Colour(0xf0, 0xe4, 0x42);
    pub(in super::super) const ORANGE: Colour = Colour(0xe6, 0x9f, 0x00);
    pub(in super::super) const VERMILION: Colour = Colour(0xd5, 0x5e, 0x00);
    pub(in super::super) const PURPLE: Colour = Colour(0xcc, 0x79, 0xa7);
}

/// Which end of a text its position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) colour: Colour,
}

impl Type {
    pub(super) fn width(self, text: &str) -> f64 {
        text_width(text, self.size, self.bold)
    }
}

/// A mark at a point, told apart by shape as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Dot,
    Ring,
    Diamond,
    Square,
}

#[derive(Clone, Debug)]
enum Shape {
    Rect([f64; 4], Colour),
    Line(Vec<(f64, f64)>, Colour, u32),
    Mark(Mark, (f64, f64), f64, Colour),
    Text(String, (f64, f64), Anchor, Type),
}

/// The sheet.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    pub(super) width: f64,
    shapes: Vec<Shape>,
}

impl Canvas {
    pub(super) fn new(width: f64) -> Self {
        Self { width, shapes: Vec::new() }
    }

    /// A filled rectangle: left, top, right, bottom.
    pub(super) fn rect(&mut self, edges: [f64; 4], colour: Colour) {
        self.shapes.push(Shape::Rect(edges, colour));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: u32) {
        self.shapes.push(Shape::Line(vec![from, to], colour, width));
    }

    /// A line through several points.
    pub(super) fn path(&mut self, points: Vec<(f64, f64)>, colour: Colour, width: u32) {
        self.shapes.push(Shape::Line(points, colour, width));
    }

    pub(super) fn mark(&mut self, mark: Mark, at: (f64, f64), radius: f64, colour: Colour) {
        self.shapes.push(Shape::Mark(mark, at, radius, colour));
    }

    /// A line of text; its position is the middle of its height.
    pub(super) fn text(&mut self, text: &str, at: (f64, f64), anchor: Anchor, look: Type) {
        if !text.trim().is_empty() {
            self.shapes.push(Shape::Text(text.to_owned(), at, anchor, look));
        }
    }

    /// The sheet as SVG.
    pub(super) fn svg(&self, height: f64) -> Result<String> {
        let mut svg = String::new();
        {
            let size = (pixel(self.width).unsigned_abs(), pixel(height).unsigned_abs());
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            let draw = || -> std::result::Result<(), Error> {
                area.fill(&rgb(colours::WHITE))?;
                self.shapes.iter().try_for_each(|shape| draw(&area, shape))?;
                area.present()
            };
            draw().map_err(|error| anyhow!("cannot draw a plot: {error}"))?;
        }
        Ok(svg)
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Error = plotters::drawing::DrawingAreaErrorKind<std::io::Error>;

#[expect(clippy::cast_possible_truncation, reason = "a picture is some thousand pixels wide and high")]
fn pixel(value: f64) -> i32 {
    value.round() as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (pixel(x), pixel(y))
}

fn rgb(Colour(red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn draw(area: &Area<'_>, shape: &Shape) -> std::result::Result<(), Error> {
    match shape {
        Shape::Rect([left, top, right, bottom], colour) => {
            let corners = [point((*left, *top)), point((*right, *bottom))];
            area.draw(&Rectangle::new(corners, rgb(*colour).filled()))
        }
        Shape::Line(points, colour, width) => {
            let points: Vec<(i32, i32)> = points.iter().copied().map(point).collect();
            area.draw(&PathElement::new(points, rgb(*colour).stroke_width(*width)))
        }
        Shape::Mark(mark, at, radius, colour) => draw_mark(area, *mark, *at, *radius, rgb(*colour)),
        Shape::Text(text, (x, y), anchor, look) => {
            let style = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
            let horizontal = match anchor {
                Anchor::Left => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::Right => HPos::Right,
            };
            // The backend divides sizes by 1.24, and centres by half the height of an `x`.
            let font = (FontFamily::Name(FONTS), look.size * 1.24, style);
            let colour = rgb(look.colour);
            let style: TextStyle<'_> = font.into_text_style(area).color(&colour);
            let style = style.pos(Pos::new(horizontal, VPos::Center));
            area.draw(&Text::new(text.as_str(), point((*x, y + look.size * 0.09)), style))
        }
    }
}

fn draw_mark(
    area: &Area<'_>,
    mark: Mark,
    (x, y): (f64, f64),
    radius: f64,
    colour: RGBColor,
) -> std::result::Result<(), Error> {
    let whole = pixel(radius);
    match mark {
        Mark::Dot => area.draw(&Circle::new(point((x, y)), whole, colour.filled())),
        Mark::Ring => {
            area.draw(&Circle::new(point((x, y)), whole, rgb(colours::WHITE).filled()))?;
            area.draw(&Circle::new(point((x, y)), whole, ShapeStyle::from(colour).stroke_width(3)))
        }
        Mark::Square => {
            let corners = [point((x - radius, y - radius)), point((x + radius, y + radius))];
            area.draw(&Rectangle::new(corners, colour.filled()))
        }
        Mark::Diamond => {
            let far = radius * 1.35;
            let points = [(x - far, y), (x, y - far), (x + far, y), (x, y + far)];
            area.draw(&Polygon::new(points.map(point), colour.filled()))
        }
    }
}
