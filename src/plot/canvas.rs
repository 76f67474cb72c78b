//! Figures on an HTML canvas: the only file of this folder that knows the web.
//!
//! Drawing goes through `plotters-canvas`, wrapped for two reasons. It rounds to whole coordinates, so the context is
//! scaled down and the drawing up by [`FINE`], which leaves an eighth of a device pixel of rounding. And it draws
//! bitmaps pixel by pixel, so heat maps go through `ImageData` instead, in one piece. Heat maps of grids seen lately are
//! not computed again, so a probe can be dragged over them. Pointer events are the page's
//! business; [`Drawn::layout`] tells it where the panels are.

use crate::words::tr;
use std::cell::RefCell;

use plotters::drawing::IntoDrawingArea;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::cache::Cache;
use super::draw::{DrawError, Drawn, Style, draw_oversampled};
use super::figure::Figure;

/// Coordinates per device pixel.
const FINE: u32 = 8;
/// Browsers refuse canvases beyond some size; this is below all of their limits.
const LARGEST: f64 = 8192.0;

thread_local! {
    /// Heat maps and iso-lines of the canvases on this page.
    static CACHE: RefCell<Cache> = RefCell::new(Cache::default());
}

/// Draws a figure on a canvas, whose backing store is set to `css_width` x `css_height` times the style's scale.
/// The size on the page is left to the style sheet.
///
/// # Errors
/// If the size is zero or the browser gives no 2-D context.
pub fn draw_on_canvas(
    figure: &Figure,
    canvas: &HtmlCanvasElement,
    css_width: f64,
    css_height: f64,
    style: &Style,
) -> Result<Drawn, DrawError> {
    let device = |length: f64| (length * style.density()).round().clamp(0.0, LARGEST) as u32;
    let (width, height) = (device(css_width), device(css_height));
    if width == 0 || height == 0 {
        return Err(DrawError::NoRoom { width, height });
    }
    // Setting a size, even the same one, clears the canvas and its state.
    canvas.set_width(width);
    canvas.set_height(height);
    let context = context(canvas).map_err(|e| DrawError::Backend(e.0))?;
    let down = 1.0 / f64::from(FINE);
    context.scale(down, down).map_err(|e| DrawError::Backend(Fault::from(e).0))?;
    context.set_line_join("round");
    let inner = CanvasBackend::with_canvas_object(canvas.clone())
        .ok_or_else(|| DrawError::Backend(tr!("the canvas has no 2-D context").to_owned()))?;
    let backend = FineCanvas { inner, context, size: (width * FINE, height * FINE) };
    let (area, fine) = (backend.into_drawing_area(), f64::from(FINE));
    CACHE.with(|cache| match cache.try_borrow_mut() {
        Ok(mut cache) => draw_oversampled(figure, &area, style, fine, &mut cache),
        Err(_) => draw_oversampled(figure, &area, style, fine, &mut Cache::default()),
    })
}

/// RGB pixels as a `data:` URL of a PNG, encoded by the browser.
pub(super) fn data_url(width: u32, height: u32, rgb: &[u8]) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    put(&context(&canvas).ok()?, (0.0, 0.0), (width, height), rgb).ok()?;
    canvas.to_data_url().ok().filter(|url| url.starts_with("data:image/png"))
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, Fault> {
    canvas
        .get_context("2d")?
        .and_then(|c| c.dyn_into().ok())
        .ok_or_else(|| Fault(tr!("the canvas has no 2-D context").to_owned()))
}

/// Writes RGB pixels at a device pixel, whatever the transformation.
fn put(
    context: &CanvasRenderingContext2d,
    at: (f64, f64),
    (w, h): (u32, u32),
    rgb: &[u8],
) -> Result<(), Fault> {
    let mut rgba = vec![0; rgb.len() / 3 * 4];
    for (to, &[r, g, b]) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(rgb.as_chunks::<3>().0) {
        *to = [r, g, b, u8::MAX];
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), w, h)?;
    context.put_image_data(&image, at.0, at.1)?;
    Ok(())
}

/// What the browser refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Fault(String);

impl From<JsValue> for Fault {
    fn from(value: JsValue) -> Self {
        Self(value.as_string().unwrap_or_else(|| format!("{value:?}")))
    }
}

/// `plotters-canvas` with finer coordinates and whole bitmaps.
struct FineCanvas {
    inner: CanvasBackend,
    context: CanvasRenderingContext2d,
    size: (u32, u32),
}

type Outcome = Result<(), DrawingErrorKind<Fault>>;

fn passed<E: std::error::Error + Send + Sync>(result: Result<(), DrawingErrorKind<E>>) -> Outcome {
    result.map_err(|e| DrawingErrorKind::DrawingError(Fault(e.to_string())))
}

impl DrawingBackend for FineCanvas {
    type ErrorType = Fault;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Outcome {
        passed(self.inner.ensure_prepared())
    }

    fn present(&mut self) -> Outcome {
        passed(self.inner.present())
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Outcome {
        passed(self.inner.draw_pixel(point, colour))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        passed(self.inner.draw_line(from, to, style))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        passed(self.inner.draw_rect(a, b, style, fill))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        passed(self.inner.draw_path(path, style))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        passed(self.inner.draw_circle(centre, radius, style, fill))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        passed(self.inner.fill_polygon(path, style))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Outcome {
        passed(self.inner.draw_text(text, style, at))
    }

    fn blit_bitmap(&mut self, at: BackendCoord, size: (u32, u32), rgb: &[u8]) -> Outcome {
        let device = |v: i32| f64::from(v) / f64::from(FINE);
        put(&self.context, (device(at.0), device(at.1)), size, rgb).map_err(DrawingErrorKind::DrawingError)
    }
}
