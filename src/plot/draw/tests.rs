//! Scale, other backends, counts, errors, and figures made to break it.

use super::*;
use crate::plot::figure::{Axis, ColourBar, Dash, Grid, Layer, Panel, Row, Shading};
use crate::plot::{ColourScale, Role};
use plotters::drawing::IntoDrawingArea;
use plotters_backend::{BackendColor, BackendTextStyle};
use proptest::prelude::*;
use std::convert::Infallible;
use std::sync::Arc;

/// A backend that notes words and bitmaps.
struct Recorder<'a> {
    size: (u32, u32),
    words: &'a mut Vec<(String, BackendCoord, f64)>,
    images: &'a mut Vec<(BackendCoord, (u32, u32), usize)>,
}

impl DrawingBackend for Recorder<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.words.push((text.to_owned(), at, style.size()));
        Ok(())
    }

    fn blit_bitmap(
        &mut self,
        at: BackendCoord,
        size: (u32, u32),
        rgb: &[u8],
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.images.push((at, size, rgb.len()));
        Ok(())
    }
}

type Record = (Vec<(String, BackendCoord, f64)>, Vec<(BackendCoord, (u32, u32), usize)>);

fn record(figure: &Figure, size: (u32, u32), scale: f64, oversample: f64) -> Record {
    let (mut words, mut images) = (Vec::new(), Vec::new());
    let area = Recorder { size, words: &mut words, images: &mut images }.into_drawing_area();
    draw_oversampled(figure, &area, &Style::new(Theme::Light, scale), oversample, &mut Cache::default())
        .expect("valid");
    drop(area);
    (words, images)
}

fn map() -> Figure {
    let grid = Arc::new(Grid { nx: 3, ny: 3, x: (0.0, 1.0), y: (0.0, 1.0), values: vec![0.5; 9] });
    let panel = Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::linear("y", (0.0, 1.0)))
        .title("map")
        .equal()
        .layer(Layer::raster(grid, ColourScale::sequential((0.0, 1.0))));
    Figure { summary: "A map.".into(), rows: vec![Row::new(vec![panel])] }
}

#[test]
fn everything_grows_with_the_scale_and_images_keep_device_pixels() {
    let (one, small) = record(&map(), (300, 330), 1.0, 1.0);
    let (two, large) = record(&map(), (600, 660), 2.0, 1.0);
    let (fine, same) = record(&map(), (4800, 5280), 2.0, 8.0);
    assert_eq!(one.len(), two.len());
    for (((a, p, s), (b, q, t)), (_, r, u)) in one.iter().zip(&two).zip(&fine) {
        assert_eq!(a, b);
        assert!((2 * p.0 - q.0).abs() <= 1 && (2 * p.1 - q.1).abs() <= 1, "{a}: {p:?} {q:?}");
        assert!((8 * q.0 - r.0).abs() <= 4 && (8 * q.1 - r.1).abs() <= 4, "{a}: {q:?} {r:?}");
        assert!((2.0 * s - t).abs() < 1e-9 && (8.0 * t - u).abs() < 1e-9);
    }
    let ((at, (w, h), bytes), (at2, size2, _)) = (small[0], large[0]);
    assert_eq!(bytes, (w * h * 3) as usize);
    assert_eq!((at2, size2), ((2 * at.0, 2 * at.1), (2 * w, 2 * h)));
    assert_eq!(same[0].0, (8 * at2.0, 8 * at2.1));
    assert_eq!(same[0].1, size2);
}

#[test]
fn a_figure_can_be_drawn_in_a_part_of_an_area_of_another_backend() {
    let mut svg = String::new();
    let area = plotters::backend::SVGBackend::with_string(&mut svg, (700, 300)).into_drawing_area();
    let (_, right) = area.split_horizontally(350);
    draw(&map(), &right, &Style::new(Theme::Dark, 1.0)).expect("valid");
    drop((area, right));
    let xs = svg.lines().filter_map(|l| l.strip_prefix("<text x=\"")?.split('"').next()?.parse::<i32>().ok());
    let xs: Vec<i32> = xs.collect();
    assert!(xs.len() > 5 && xs.iter().all(|x| *x >= 350), "{xs:?}");
    assert!(svg.contains("#14171A") || svg.contains("#14171a"), "the background is drawn");
}

#[test]
fn what_cannot_be_shown_is_counted() {
    let points = vec![(0.1, 0.5), (0.2, f64::NAN), (0.3, 7.0), (0.4, 0.0), (0.5, 0.5), (0.6, -1.0)];
    let panel = Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::log("y", (0.1, 1.0)))
        .layer(Layer::line(points, Role::Exact))
        .layer(Layer::points(vec![(2.0, 0.5), (0.5, 0.5)], Role::Data));
    let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![panel])] };
    let mut svg = String::new();
    let area = plotters::backend::SVGBackend::with_string(&mut svg, (400, 300)).into_drawing_area();
    let drawn = draw(&figure, &area, &Style::new(Theme::Light, 1.0)).expect("valid");
    assert_eq!((drawn.non_finite, drawn.outside), (3, 2));
    assert_eq!(drawn.layout.panels.len(), 1);
}

#[test]
fn no_room_is_an_error() {
    let mut svg = String::new();
    let area = plotters::backend::SVGBackend::with_string(&mut svg, (0, 10)).into_drawing_area();
    let error = draw(&map(), &area, &Style::new(Theme::Light, 1.0)).expect_err("no room");
    assert_eq!(error.to_string(), "there is no room to draw in (0 x 10 pixels)");
}

fn any_layer() -> impl Strategy<Value = Layer> {
    let v = prop_oneof![any::<f64>(), -2.0..2.0f64, Just(f64::NAN), Just(0.0)];
    (0usize..10, prop::collection::vec((v.clone(), v.clone()), 0..6), v.clone(), v).prop_map(
        |(kind, points, a, b)| {
            let values: Vec<f64> = points.iter().map(|p| p.0).chain([a, b, 0.0, 1.0]).collect();
            let (ny, x) = (values.len() / 2, (a, b));
            let grid = Arc::new(Grid { nx: 2, ny, x, y: (0.0, 1.0), values: values.clone() });
            let scale = ColourScale::sequential((a, b));
            match kind {
                0 => Layer::Line {
                    points,
                    role: Role::Elbo,
                    dash: Dash::Dashed,
                    width: a,
                    label: Some("l".into()),
                },
                1 => Layer::Band { x: values.clone(), lo: values.clone(), hi: values, role: Role::Ode },
                2 => Layer::Points {
                    error_bars: Some(points.clone()),
                    points,
                    role: Role::Data,
                    radius: b,
                    label: None,
                },
                3 => Layer::Raster { grid, scale, shading: Shading::Nearest },
                4 => Layer::raster(grid, scale),
                5 => Layer::Contours { grid, levels: vec![a, b, 0.0], role: None },
                6 => Layer::VLine { x: a, role: Role::Muted, dash: Dash::Dotted, label: Some("v".into()) },
                7 => Layer::HLine { y: a, role: Role::Muted, dash: Dash::Solid, label: Some("h".into()) },
                8 => Layer::Span { from: a, to: b, role: Role::Accent },
                _ => Layer::Marker { x: a, y: b, role: Role::Accent },
            }
        },
    )
}

proptest! {
    #[test]
    fn nothing_in_a_figure_can_break_it(
        layers in prop::collection::vec(any_layer(), 0..6), x in any::<(f64, f64)>(), y in any::<(f64, f64)>(), log: bool,
        wide in 50u32..500, tall in 20u32..400, scale in any::<f64>(),
    ) {
        let axis = |r| if log { Axis::log("a", r) } else { Axis::linear("a", r).secondary("s", vec![(r.0, "p".into())]) };
        let mut panel = Panel::new(axis(x), axis(y)).title("t");
        panel.layers = layers;
        let bar = ColourBar { label: "b".into(), scale: ColourScale::diverging(x.0) };
        let figure = Figure { summary: "s".into(), rows: vec![Row::new(vec![panel]).weight(y.1).bar(bar, 0, 1)] };
        let scale = if scale.abs() > 2.0 { 1.0 } else { scale };
        let svg = crate::plot::to_svg(&figure, &Style::new(Theme::Dark, scale), wide, tall).expect("valid");
        prop_assert!(svg.lines().filter(|l| !l.starts_with("<image")).all(|l| !l.contains("NaN")));
    }
}
