//! Figures as SVG files: a drawing backend of our own.
//!
//! It has a hundred coordinates per CSS pixel, so numbers in the file have at most two decimals; words stay words;
//! a heat map is one embedded PNG, encoded by the `png` crate (feature `cli`) or by the browser (feature `web`); in a
//! build with neither a heat map is a grey rectangle that says so in its title. Equal figures give equal files.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::drawing::IntoDrawingArea;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use super::cache::Cache;
use super::draw::{DrawError, Style, draw_oversampled};
use super::figure::Figure;

/// Backend coordinates per CSS pixel.
const UNIT: u32 = 100;

/// The figure as a complete SVG file of a size in CSS pixels. The style's scale sets the resolution of heat maps only.
///
/// # Errors
/// If the size is zero.
pub fn to_svg(figure: &Figure, style: &Style, width: u32, height: u32) -> Result<String, DrawError> {
    to_svg_with(figure, style, width, height, "")
}

/// The same with a text about the file, its `<metadata>`; an empty one is left out.
///
/// # Errors
/// If the size is zero.
pub fn to_svg_with(
    figure: &Figure,
    style: &Style,
    width: u32,
    height: u32,
    about: &str,
) -> Result<String, DrawError> {
    if width == 0 || height == 0 || width > 20_000 || height > 20_000 {
        return Err(DrawError::NoRoom { width, height });
    }
    let density = style.density();
    let mut body = String::new();
    let backend = SvgBackend { body: &mut body, size: (width * UNIT, height * UNIT), density };
    let area = backend.into_drawing_area();
    let fine = f64::from(UNIT) / density;
    draw_oversampled(figure, &area, style, fine, &mut Cache::default())?;
    drop(area);
    let mut svg = String::with_capacity(body.len() + 1000);
    let summary = escape(&figure.summary);
    let title = escape(first_sentence(&figure.summary));
    let font = escape(&style.font);
    let about =
        if about.is_empty() { String::new() } else { format!("<metadata>{}</metadata>\n", escape(about)) };
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
         {height}\" role=\"img\">\n<title>{title}\
         </title>\n<desc>{summary}</desc>\n{about}<g font-family=\"{font}\" stroke-linejoin=\"round\" \
         style=\"font-variant-numeric:tabular-nums lining-nums\">\n"
    );
    svg.push_str(&body);
    svg.push_str("</g>\n</svg>\n");
    Ok(svg)
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim().trim_end_matches('.')
}

struct SvgBackend<'a> {
    body: &'a mut String,
    size: (u32, u32),
    density: f64,
}

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Outcome {
        let unit = UNIT as i32;
        self.draw_rect(point, (point.0 + unit, point.1 + unit), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let (x, y, w, h) = (number(a.0), number(a.1), number(b.0 - a.0), number(b.1 - a.1));
        let paint = paint(style, fill);
        let paint = if fill { format!("{paint} shape-rendering=\"crispEdges\"") } else { paint };
        self.element(&format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{paint}/>"));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let points = points(path);
        if points.contains(' ') {
            self.element(&format!("<polyline points=\"{points}\"{}/>", paint(style, false)));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.element(&format!("<polygon points=\"{}\"{}/>", points(path), paint(style, true)));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let (x, y, r) = (number(centre.0), number(centre.1), number(radius as i32));
        let paint = paint(style, fill);
        self.element(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{paint}/>"));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Outcome {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        // The middle of the capitals is 0.36 em above the baseline in the usual interface fonts.
        let (x, y) = (number(at.0), number(at.1 + (style.size() * 0.36).round() as i32));
        let size = number(style.size().round() as i32);
        let fill = fill(style.color());
        let text = escape(text);
        self.element(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{weight}{fill}>{text}</text>"
        ));
        Ok(())
    }

    fn blit_bitmap(&mut self, at: BackendCoord, (w, h): (u32, u32), rgb: &[u8]) -> Outcome {
        let (x, y) = (number(at.0), number(at.1));
        let length =
            |pixels: u32| number((f64::from(pixels) / self.density * f64::from(UNIT)).round() as i32);
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\"", length(w), length(h));
        let element = match data_url(w, h, rgb) {
            Some(url) => format!("<image {place} preserveAspectRatio=\"none\" href=\"{url}\"/>"),
            None => format!("<rect {place} fill=\"#888\"><title>a heat map that was left out</title></rect>"),
        };
        self.element(&element);
        Ok(())
    }
}

impl SvgBackend<'_> {
    fn element(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

#[cfg(feature = "cli")]
fn data_url(width: u32, height: u32, rgb: &[u8]) -> Option<String> {
    use base64::Engine as _;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(rgb).ok()?;
    writer.finish().ok()?;
    Some(format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes)))
}

#[cfg(all(not(feature = "cli"), feature = "web", target_arch = "wasm32"))]
use super::canvas::data_url;

#[cfg(not(any(feature = "cli", all(feature = "web", target_arch = "wasm32"))))]
fn data_url(_width: u32, _height: u32, _rgb: &[u8]) -> Option<String> {
    None
}

/// A coordinate in CSS pixels, with as few decimals as it needs.
fn number(coordinate: i32) -> String {
    let unit = UNIT as i32;
    let (sign, n) = (if coordinate < 0 { "-" } else { "" }, coordinate.unsigned_abs());
    let (whole, part) = (n / unit as u32, n % unit as u32);
    match part {
        0 => format!("{sign}{whole}"),
        p if p % 10 == 0 => format!("{sign}{whole}.{}", p / 10),
        p => format!("{sign}{whole}.{p:02}"),
    }
}

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut text = String::new();
    for (x, y) in path {
        if !text.is_empty() {
            text.push(' ');
        }
        let _ = write!(text, "{},{}", number(x), number(y));
    }
    text
}

fn paint<S: BackendStyle>(style: &S, filled: bool) -> String {
    if filled {
        return fill(style.color());
    }
    let width = number(style.stroke_width() as i32);
    let (colour, alpha) = hex(style.color());
    let alpha = alpha.map_or(String::new(), |a| format!(" stroke-opacity=\"{a}\""));
    format!(" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{alpha}")
}

fn fill(colour: BackendColor) -> String {
    let (colour, alpha) = hex(colour);
    let alpha = alpha.map_or(String::new(), |a| format!(" fill-opacity=\"{a}\""));
    format!(" fill=\"{colour}\"{alpha}")
}

fn hex(colour: BackendColor) -> (String, Option<String>) {
    let (r, g, b) = colour.rgb;
    (format!("#{r:02x}{g:02x}{b:02x}"), (colour.alpha < 1.0).then(|| format!("{:.2}", colour.alpha)))
}

/// Text as XML, without the control characters that XML forbids.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        for (n, text) in [(0, "0"), (1250, "12.5"), (-1205, "-12.05"), (100, "1"), (7, "0.07")] {
            assert_eq!(number(n), text);
        }
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a<b & \"c\"\u{0}"), "a&lt;b &amp; &quot;c&quot;");
        assert_eq!(first_sentence("Log-density at x. The rest. "), "Log-density at x");
    }
}
