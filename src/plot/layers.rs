//! The data of a panel as marks: clipped to the plot area, broken at holes, with a count of what could not be shown.

use super::cache::Cache;
use super::clip::{self, Point};
use super::colour::{ColourMap, ColourScale, Rgb};
use super::contour::IsoLine;
#[cfg(labs)]
use super::figure::{Axis, Grid, Shading};
use super::figure::{Dash, Layer, Panel};
#[cfg(labs)]
use super::layout::LABEL_SIZE;
use super::layout::PanelLayout;
use super::mapping::{Mapping, Rect};
use super::notes::{emptiest, plate};
use super::scene::{Anchor, Ink, Mark, Scene};
use super::theme::{Role, Theme};
#[cfg(labs)]
use std::sync::Arc;

/// Draws all layers of a panel.
pub(super) fn draw(
    scene: &mut Scene,
    panel: &Panel,
    place: &PanelLayout,
    theme: Theme,
    density: f64,
    cache: &mut Cache,
) {
    let m = &place.mapping;
    let mut below: Option<&ColourScale> = None;
    for layer in &panel.layers {
        match layer {
            Layer::Line { points, role, dash, width, .. } => {
                curve(scene, m, points, *dash, *width, theme.colour(*role).into());
            }
            Layer::Band { x, lo, hi, role } => band(scene, m, x, lo, hi, theme.colour(*role)),
            Layer::Points { points, error_bars, role, radius, .. } => {
                dots(scene, m, points, error_bars.as_deref(), *radius, theme.colour(*role));
            }
            Layer::Raster { grid, scale, shading } => {
                below = Some(scale);
                if let Some((rect, image)) = cache.heat_map(grid, scale, *shading, m, density, theme) {
                    scene.push(Mark::Image { rect, image });
                }
            }
            #[cfg(labs)]
            Layer::Thumbnail { grid, scale, x, y, offset, size, role } => {
                let at = m.to_pixel((*x, *y));
                let centre = (at.0 + offset.0, at.1 + offset.1);
                thumbnail(
                    scene,
                    cache,
                    (grid, scale),
                    (centre, *size),
                    theme.colour(*role),
                    (density, theme),
                );
            }
            #[cfg(labs)]
            Layer::Cell { x, y, text, over } => {
                let at = m.to_pixel((*x, *y));
                let ground = over.and_then(|(scale, value)| scale.colour(value, theme));
                let (ink, paper) = (theme.ink(), theme.background());
                let ink = ground.filter(|g| g.contrast(paper) > g.contrast(ink)).map_or(ink, |_| paper);
                if counted(scene, &m.rect, at) {
                    scene.words(at, text, LABEL_SIZE, Anchor::Middle, ink);
                }
            }
            Layer::Contours { grid, levels, role } => {
                contours(scene, m, &cache.iso_lines(grid, levels), *role, below, theme);
            }
            Layer::VLine { x, role, dash, label } => {
                let x = m.x.to_pixel(*x);
                rule(scene, m, [(x, m.rect.y), (x, m.rect.bottom())], *dash, *role, theme);
                if let (Some(label), true) = (label, m.rect.contains(x, m.rect.y)) {
                    let (top, bottom) = (m.rect.y + 9.0, m.rect.bottom() - 10.0);
                    let spots = [(5.0, top), (-5.0, top), (5.0, bottom), (-5.0, bottom)]
                        .map(|(dx, y)| ((x + dx, y), if dx > 0.0 { Anchor::Start } else { Anchor::End }));
                    plate(scene, m, emptiest(panel, m, label, &spots), label, *role, theme);
                }
            }
            Layer::HLine { y, role, dash, label } => {
                let y = m.y.to_pixel(*y);
                rule(scene, m, [(m.rect.x, y), (m.rect.right(), y)], *dash, *role, theme);
                if let (Some(label), true) = (label, m.rect.contains(m.rect.x, y)) {
                    let (left, right) = (m.rect.x + 6.0, m.rect.right() - 4.0);
                    let spots = [(right, -10.0), (left, -10.0), (right, 11.0), (left, 11.0)]
                        .map(|(x, dy)| ((x, y + dy), if x == left { Anchor::Start } else { Anchor::End }));
                    plate(scene, m, emptiest(panel, m, label, &spots), label, *role, theme);
                }
            }
            Layer::Span { from, to, role } => span(scene, m, *from, *to, theme.colour(*role)),
            Layer::Marker { x, y, role } => marker(scene, m, (*x, *y), theme.colour(*role), theme),
            Layer::Text { x, y, text, role } => {
                let at = m.to_pixel((*x, *y));
                if counted(scene, &m.rect, at) {
                    let spots = [
                        ((at.0 + 7.0, at.1), Anchor::Start),
                        ((at.0 - 7.0, at.1), Anchor::End),
                        ((at.0, at.1 - 13.0), Anchor::Middle),
                        ((at.0, at.1 + 13.0), Anchor::Middle),
                    ];
                    plate(scene, m, emptiest(panel, m, text, &spots), text, *role, theme);
                }
            }
        }
    }
}

/// Counts a point that cannot be shown; true if it can.
fn counted(scene: &mut Scene, rect: &Rect, p: Point) -> bool {
    let finite = clip::is_finite(p);
    let slack = 1e-6;
    let inside = finite
        && (rect.x - slack..=rect.right() + slack).contains(&p.0)
        && (rect.y - slack..=rect.bottom() + slack).contains(&p.1);
    scene.non_finite += usize::from(!finite);
    scene.outside += usize::from(finite && !inside);
    inside
}

fn curve(scene: &mut Scene, m: &Mapping, points: &[Point], dash: Dash, width: f64, ink: Ink) {
    let width = if width.is_finite() { width.clamp(0.25, 50.0) } else { 1.0 };
    let pixels: Vec<Point> = points.iter().map(|&p| m.to_pixel(p)).collect();
    for &p in &pixels {
        counted(scene, &m.rect, p);
    }
    for piece in clip::polyline(&pixels, &m.rect) {
        for points in clip::dashes(&clip::simplify(&piece, 0.04), dash, width) {
            scene.push(Mark::Path { points, ink, width });
        }
    }
}

fn band(scene: &mut Scene, m: &Mapping, x: &[f64], lo: &[f64], hi: &[f64], colour: Rgb) {
    let far = 1e6;
    let edge = |v: f64| {
        // A limit beyond the axis, such as zero on a logarithmic one, reaches out of the panel.
        let y = m.y.to_pixel(v);
        if !y.is_nan() || v.is_nan() {
            return y;
        }
        let upwards = m.y.range.0 < m.y.range.1;
        if (v > 0.0) == upwards { m.rect.y - far } else { m.rect.bottom() + far }
    };
    let mut run: Vec<(Point, Point)> = Vec::new();
    let n = x.len().min(lo.len()).min(hi.len());
    for i in 0..=n {
        let next = (i < n).then(|| {
            let px = m.x.to_pixel(x[i]);
            ((px, edge(lo[i])), (px, edge(hi[i])))
        });
        match next {
            Some((p, q)) if clip::is_finite(p) && clip::is_finite(q) => run.push((p, q)),
            _ => {
                scene.non_finite += usize::from(next.is_some());
                let outline: Vec<Point> =
                    run.iter().map(|r| r.0).chain(run.iter().rev().map(|r| r.1)).collect();
                let points = clip::polygon(&outline, &m.rect);
                if run.len() > 1 && points.len() > 2 {
                    scene.push(Mark::Polygon { points, ink: colour.alpha(0.2) });
                }
                run.clear();
            }
        }
    }
}

fn dots(
    scene: &mut Scene,
    m: &Mapping,
    points: &[Point],
    bars: Option<&[(f64, f64)]>,
    radius: f64,
    colour: Rgb,
) {
    let radius = if radius.is_finite() { radius.clamp(0.5, 100.0) } else { 3.0 };
    for (i, &point) in points.iter().enumerate() {
        let at = m.to_pixel(point);
        if let Some(&(lo, hi)) = bars.and_then(|b| b.get(i))
            && lo.is_finite()
            && hi.is_finite()
        {
            let end = |v: f64| {
                if m.y.to_pixel(v).is_nan() { m.rect.bottom() + 1.0 } else { m.y.to_pixel(v) }
            };
            for points in clip::polyline(&[(at.0, end(lo)), (at.0, end(hi))], &m.rect) {
                scene.push(Mark::Path { points, ink: colour.alpha(0.6), width: 1.25 });
            }
        }
        if counted(scene, &m.rect, at) {
            scene.push(Mark::Circle { centre: at, radius, ink: colour.into(), ring: None });
        }
    }
}

/// A grid's cells in a square, with a frame.
#[cfg(labs)]
fn thumbnail(
    scene: &mut Scene,
    cache: &mut Cache,
    (grid, scale): (&Arc<Grid>, &ColourScale),
    (centre, size): (Point, f64),
    frame: Rgb,
    (density, theme): (f64, Theme),
) {
    let side = if size.is_finite() { size.clamp(4.0, 400.0) } else { 24.0 };
    if !clip::is_finite(centre) {
        scene.non_finite += 1;
        return;
    }
    let rect = Rect { x: centre.0 - side / 2.0, y: centre.1 - side / 2.0, w: side, h: side };
    let ends = |n: usize, (a, b): (f64, f64)| {
        let half = 0.5 * (b - a) / (n.max(2) - 1) as f64;
        (a - half, b + half)
    };
    // The first row is the uppermost: the vertical axis grows downwards.
    let (left, right) = ends(grid.nx, grid.x);
    let (top, bottom) = ends(grid.ny, grid.y);
    let mapping = Mapping::new(&Axis::linear("", (left, right)), &Axis::linear("", (bottom, top)), rect);
    if let Some((rect, image)) = cache.heat_map(grid, scale, Shading::Nearest, &mapping, density, theme) {
        let corners = [
            (rect.x, rect.y),
            (rect.right(), rect.y),
            (rect.right(), rect.bottom()),
            (rect.x, rect.bottom()),
            (rect.x, rect.y),
        ];
        scene.push(Mark::Image { rect, image });
        scene.push(Mark::Path { points: corners.to_vec(), ink: frame.alpha(0.7), width: 1.0 });
    }
}

fn contours(
    scene: &mut Scene,
    m: &Mapping,
    lines: &[IsoLine],
    role: Option<Role>,
    below: Option<&ColourScale>,
    theme: Theme,
) {
    for line in lines {
        let ink = match (role, below) {
            (Some(role), _) => theme.colour(role).into(),
            (None, Some(scale)) if scale.map == ColourMap::Sequential => {
                over(scale.colour(line.level, theme))
            }
            (None, _) => theme.ink().alpha(0.45),
        };
        let pixels: Vec<Point> = line.points.iter().map(|&p| m.to_pixel(p)).collect();
        for piece in clip::polyline(&pixels, &m.rect) {
            scene.push(Mark::Path { points: clip::simplify(&piece, 0.1), ink, width: 1.0 });
        }
    }
}

/// A thin line's ink that stands out from a ground.
fn over(ground: Option<Rgb>) -> Ink {
    let (white, black) = (Rgb(255, 255, 255), Rgb(0, 0, 0));
    match ground {
        Some(g) if g.contrast(white) < g.contrast(black) * 0.6 => black.alpha(0.5),
        _ => white.alpha(0.6),
    }
}

fn rule(scene: &mut Scene, m: &Mapping, ends: [Point; 2], dash: Dash, role: Role, theme: Theme) {
    for piece in clip::polyline(&ends, &m.rect) {
        for points in clip::dashes(&piece, dash, 1.25) {
            scene.push(Mark::Path { points, ink: theme.colour(role).into(), width: 1.25 });
        }
    }
}

fn span(scene: &mut Scene, m: &Mapping, from: f64, to: f64, colour: Rgb) {
    let (a, b) = (m.x.to_pixel(from), m.x.to_pixel(to));
    if a.is_nan() || b.is_nan() {
        scene.non_finite += 1;
        return;
    }
    let (a, b) = (a.min(b).max(m.rect.x), a.max(b).min(m.rect.right()));
    if b > a {
        scene.push(Mark::Fill {
            rect: Rect { x: a, y: m.rect.y, w: b - a, h: m.rect.h },
            ink: colour.alpha(0.1),
        });
    }
}

fn marker(scene: &mut Scene, m: &Mapping, point: Point, colour: Rgb, theme: Theme) {
    let centre = m.to_pixel(point);
    if counted(scene, &m.rect, centre) {
        let halo = theme.background().alpha(0.85);
        scene.push(Mark::Circle { centre, radius: 6.0, ink: halo, ring: Some(5.0) });
        scene.push(Mark::Circle { centre, radius: 6.0, ink: colour.into(), ring: Some(2.25) });
        scene.push(Mark::Circle { centre, radius: 1.5, ink: colour.into(), ring: None });
    }
}
