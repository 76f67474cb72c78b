//! Clipping of curves and areas to a rectangle, cutting of curves into dashes, dropping of vertices nobody would miss.
//!
//! Segments are cut where they cross the edge (Liang and Barsky), areas by cutting along each edge in turn (Sutherland
//! and Hodgman); nothing is clamped, so a curve that leaves the panel leaves it in its own direction.

use super::figure::Dash;
use super::mapping::Rect;

/// A point in CSS pixels.
pub type Point = (f64, f64);

/// The part of a segment inside a rectangle, or `None`. Both points must be finite.
#[must_use]
pub fn segment(a: Point, b: Point, rect: &Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (towards, room) in
        [(-dx, a.0 - rect.x), (dx, rect.right() - a.0), (-dy, a.1 - rect.y), (dy, rect.bottom() - a.1)]
    {
        if towards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            enter = enter.max(room / towards);
        } else {
            leave = leave.min(room / towards);
        }
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    (enter <= leave).then(|| {
        let start = if enter == 0.0 { a } else { at(enter) };
        let end = if leave == 1.0 { b } else { at(leave) };
        (start, end)
    })
}

/// The pieces of a curve inside a rectangle. The curve is broken where a point is not finite.
#[must_use]
pub fn polyline(points: &[Point], rect: &Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let inside = if is_finite(a) && is_finite(b) { segment(a, b, rect) } else { None };
        let Some((start, end)) = inside else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && start == a => piece.push(end),
            _ => pieces.push(vec![start, end]),
        }
        open = end == b;
    }
    pieces
}

/// An area cut to a rectangle; empty if nothing is left. All points must be finite.
#[must_use]
pub fn polygon(points: &[Point], rect: &Rect) -> Vec<Point> {
    let mut area = points.to_vec();
    // Each edge as (coordinate, limit, which side is inside).
    for (vertical, limit, sign) in
        [(true, rect.x, 1.0), (true, rect.right(), -1.0), (false, rect.y, 1.0), (false, rect.bottom(), -1.0)]
    {
        let depth = |p: Point| sign * (if vertical { p.0 } else { p.1 } - limit);
        let mut kept = Vec::with_capacity(area.len() + 4);
        for (i, &b) in area.iter().enumerate() {
            let a = area[(i + area.len() - 1) % area.len()];
            let (da, db) = (depth(a), depth(b));
            if (da < 0.0) != (db < 0.0) {
                let t = da / (da - db);
                kept.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
            }
            if db >= 0.0 {
                kept.push(b);
            }
        }
        area = kept;
    }
    area
}

/// A curve cut into the strokes of a dash pattern. At most 20,000 strokes are made.
#[must_use]
pub fn dashes(points: &[Point], dash: Dash, width: f64) -> Vec<Vec<Point>> {
    let pattern = match dash {
        Dash::Solid => return vec![points.to_vec()],
        Dash::Dashed => [4.0 * width + 1.0, 2.5 * width + 1.0],
        Dash::Dotted => [width, 1.6 * width + 1.0],
    };
    let mut strokes: Vec<Vec<Point>> = Vec::new();
    let (mut phase, mut left) = (0, pattern[0]);
    let mut stroke: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut a, b) = (pair[0], pair[1]);
        let mut length = f64::hypot(b.0 - a.0, b.1 - a.1);
        while length > left && strokes.len() < 20_000 {
            let t = left / length;
            a = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            length -= left;
            if phase == 0 {
                stroke.push(a);
                strokes.push(std::mem::take(&mut stroke));
            } else {
                stroke = vec![a];
            }
            phase = 1 - phase;
            left = pattern[phase];
        }
        left -= length;
        if phase == 0 {
            stroke.push(b);
        }
    }
    if stroke.len() > 1 {
        strokes.push(stroke);
    }
    strokes
}

/// A curve with fewer vertices that stays within `tolerance` of all the old ones (Douglas and Peucker, applied to runs
/// of 256 vertices so that the cost stays linear). The ends stay.
#[must_use]
pub fn simplify(points: &[Point], tolerance: f64) -> Vec<Point> {
    const RUN: usize = 256;
    let Some(&last) = points.last() else {
        return Vec::new();
    };
    let mut kept = Vec::new();
    let mut start = 0;
    while start + 1 < points.len() {
        let end = (start + RUN).min(points.len() - 1);
        // Spans still to be looked at, the leftmost on top.
        let mut spans = vec![(start, end)];
        while let Some((i, j)) = spans.pop() {
            let far = (i + 1..j).map(|k| (distance(points[k], points[i], points[j]), k)).fold(
                (tolerance, None),
                |best, (d, k)| {
                    if d > best.0 { (d, Some(k)) } else { best }
                },
            );
            match far.1 {
                Some(k) => spans.extend([(k, j), (i, k)]),
                None => kept.push(points[i]),
            }
        }
        start = end;
    }
    kept.push(last);
    kept
}

/// Distance from a point to a segment.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 { ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / square } else { 0.0 };
    let t = t.clamp(0.0, 1.0);
    f64::hypot(p.0 - a.0 - t * dx, p.1 - a.1 - t * dy)
}

/// Whether both coordinates are finite.
#[must_use]
pub fn is_finite((x, y): Point) -> bool {
    x.is_finite() && y.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECT: Rect = Rect { x: 10.0, y: 20.0, w: 100.0, h: 50.0 };

    fn length(points: &[Point]) -> f64 {
        points.windows(2).map(|w| f64::hypot(w[1].0 - w[0].0, w[1].1 - w[0].1)).sum()
    }

    proptest! {
        #[test]
        fn a_segment_keeps_exactly_what_is_inside(
            ax in -100.0..250.0f64, ay in -100.0..200.0f64, bx in -100.0..250.0f64, by in -100.0..200.0f64,
        ) {
            let (a, b) = ((ax, ay), (bx, by));
            let n = 4000;
            let inside = (0..n).filter(|i| {
                let t = (f64::from(*i) + 0.5) / f64::from(n);
                RECT.contains(ax + t * (bx - ax), ay + t * (by - ay))
            }).count() as f64 / f64::from(n);
            let whole = length(&[a, b]);
            let kept = segment(a, b, &RECT).map_or(0.0, |(p, q)| length(&[p, q]));
            prop_assert!((kept - inside * whole).abs() <= 2.0 * whole / f64::from(n) + 1e-9);
            if let Some((p, q)) = segment(a, b, &RECT) {
                for p in [p, q] {
                    prop_assert!(p.0 >= 10.0 - 1e-9 && p.0 <= 110.0 + 1e-9 && p.1 >= 20.0 - 1e-9 && p.1 <= 70.0 + 1e-9);
                }
            }
        }

        #[test]
        fn a_polygon_keeps_the_area_inside(corners in prop::collection::vec((-50.0..200.0f64, -50.0..150.0f64), 3)) {
            // Brute force for a triangle: count grid points of the rectangle inside it.
            let side = |p: Point, q: Point, r: Point| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
            let n = 200;
            let mut hits = 0;
            for i in 0..n { for j in 0..n {
                let p = (10.0 + 100.0 * (f64::from(i) + 0.5) / f64::from(n), 20.0 + 50.0 * (f64::from(j) + 0.5) / f64::from(n));
                let s = [0, 1, 2].map(|k| side(corners[k], corners[(k + 1) % 3], p));
                hits += usize::from(s.iter().all(|v| *v >= 0.0) || s.iter().all(|v| *v <= 0.0));
            } }
            let brute = hits as f64 / f64::from(n * n) * 5000.0;
            let kept = polygon(&corners, &RECT);
            let area = (0..kept.len()).map(|i| {
                let (p, q) = (kept[i], kept[(i + 1) % kept.len()]);
                p.0 * q.1 - q.0 * p.1
            }).sum::<f64>().abs() / 2.0;
            prop_assert!((area - brute).abs() < 60.0, "{area} {brute}");
        }

        #[test]
        fn dashes_cover_their_share(n in 2usize..40, width in 1.0..3.0f64) {
            let curve: Vec<Point> = (0..n).map(|i| {
                let t = i as f64 / (n - 1) as f64;
                (300.0 * t, 40.0 * (6.0 * t).sin())
            }).collect();
            let strokes = dashes(&curve, Dash::Dashed, width);
            let (on, off) = (4.0 * width + 1.0, 2.5 * width + 1.0);
            let whole = length(&curve);
            let periods = (whole / (on + off)).floor();
            let expected = periods * on + (whole - periods * (on + off)).min(on);
            let drawn: f64 = strokes.iter().map(|s| length(s)).sum();
            prop_assert!(drawn <= expected + 1e-6 && drawn > 0.97 * expected - on * 0.1, "{drawn} {expected}");
        }
    }

    #[test]
    fn a_curve_is_broken_at_holes_and_edges() {
        let points = [
            (20.0, 30.0),
            (30.0, 30.0),
            (f64::NAN, 0.0),
            (40.0, 30.0),
            (50.0, 30.0),
            (50.0, 500.0),
            (60.0, 30.0),
        ];
        let pieces = polyline(&points, &RECT);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0], [(20.0, 30.0), (30.0, 30.0)]);
        assert_eq!(pieces[1], [(40.0, 30.0), (50.0, 30.0), (50.0, 70.0)]);
        assert!((pieces[2][0].1 - 70.0).abs() < 1e-9 && pieces[2][1] == (60.0, 30.0));
        assert!(polyline(&[], &RECT).is_empty() && polyline(&[(20.0, 30.0)], &RECT).is_empty());
    }

    #[test]
    fn simplifying_keeps_within_the_tolerance_and_drops_what_it_can() {
        let circle: Vec<Point> = (0..=1000)
            .map(|i| f64::from(i) / 1000.0 * std::f64::consts::TAU)
            .map(|a| (30.0 * a.cos(), 30.0 * a.sin()))
            .collect();
        let few = simplify(&circle, 0.1);
        assert_eq!((few.first(), few.last()), (circle.first(), circle.last()));
        // A chord of sagitta s on a circle of radius r spans an angle of sqrt(8 s / r): here 0.163, 39 to the circle.
        assert!((39..90).contains(&few.len()), "{}", few.len());
        for p in &circle {
            let off = few.windows(2).map(|w| distance(*p, w[0], w[1])).fold(f64::INFINITY, f64::min);
            assert!(off <= 0.1 + 1e-9, "{off}");
        }
        let straight: Vec<Point> = (0..100).map(|i| (f64::from(i), 2.0 * f64::from(i))).collect();
        assert_eq!(simplify(&straight, 0.1), [(0.0, 0.0), (99.0, 198.0)]);
        let zigzag: Vec<Point> = (0..600).map(|i| (f64::from(i), f64::from(i % 2))).collect();
        assert_eq!(simplify(&zigzag, 0.1), zigzag);
        assert!(simplify(&[], 0.1).is_empty());
        assert_eq!(simplify(&[(1.0, 2.0)], 0.1), [(1.0, 2.0)]);
    }

    #[test]
    fn solid_is_one_stroke() {
        let curve = [(0.0, 0.0), (10.0, 0.0)];
        assert_eq!(dashes(&curve, Dash::Solid, 2.0), [curve.to_vec()]);
        assert!(dashes(&[], Dash::Dotted, 2.0).is_empty());
    }
}
