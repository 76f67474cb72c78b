//! Words inside a panel: on a plate, inside the panel, where they cover the least of its curves.
//!
//! One choice among a few spots for each note, whatever the other notes do.

use super::clip::{self, Point};
use super::figure::{Layer, Panel};
use super::layout::LABEL_SIZE;
use super::mapping::{Mapping, Rect};
use super::scene::{Anchor, Mark, Scene};
use super::text;
use super::theme::{Role, Theme};

/// A place for words: the point and which point of the words it is.
pub(super) type Spot = (Point, Anchor);

/// The box that words take at a spot, a little larger than the words.
fn extent(words: &str, (at, anchor): Spot) -> Rect {
    let w = text::width(words, LABEL_SIZE, false);
    let left = match anchor {
        Anchor::Start => at.0,
        Anchor::Middle => at.0 - w / 2.0,
        Anchor::End => at.0 - w,
    };
    Rect { x: left - 2.0, y: at.1 - 8.0, w: w + 4.0, h: 16.0 }
}

/// The spot, of several, whose words would lie in the panel and cover the least of its curves; the first of equals.
pub(super) fn emptiest(panel: &Panel, m: &Mapping, words: &str, spots: &[Spot]) -> Spot {
    let cost = |&spot: &Spot| {
        let rect = extent(words, spot);
        let outside = !m.rect.contains(rect.x, rect.y) || !m.rect.contains(rect.right(), rect.bottom());
        let covered: f64 = panel
            .layers
            .iter()
            .map(|layer| match layer {
                Layer::Line { points, .. } => {
                    let pixels: Vec<Point> = points.iter().map(|&p| m.to_pixel(p)).collect();
                    let inside = clip::polyline(&pixels, &rect);
                    inside.iter().flat_map(|piece| piece.windows(2)).map(|w| length(w[0], w[1])).sum::<f64>()
                }
                Layer::Points { points, .. } => {
                    points.iter().map(|&p| m.to_pixel(p)).filter(|p| rect.contains(p.0, p.1)).count() as f64
                        * 4.0
                }
                _ => 0.0,
            })
            .sum();
        covered + if outside { 1e6 } else { 0.0 }
    };
    let costs = spots.iter().map(cost).zip(spots);
    let best = costs.fold(None, |best: Option<(f64, &Spot)>, next| match best {
        Some(b) if b.0 <= next.0 => Some(b),
        _ => Some(next),
    });
    best.map_or(((m.rect.x, m.rect.y), Anchor::Start), |(_, &spot)| spot)
}

fn length(a: Point, b: Point) -> f64 {
    f64::hypot(b.0 - a.0, b.1 - a.1)
}

/// Words on a plate of the background's colour, so that curves below do not disturb them; kept inside the panel.
pub(super) fn plate(scene: &mut Scene, m: &Mapping, spot: Spot, words: &str, role: Role, theme: Theme) {
    let wanted = extent(words, spot);
    let x = wanted.x.min(m.rect.right() - wanted.w).max(m.rect.x);
    let y = wanted.y.min(m.rect.bottom() - wanted.h).max(m.rect.y);
    let at = (spot.0.0 + x - wanted.x, spot.0.1 + y - wanted.y);
    scene.push(Mark::Fill { rect: Rect { x, y, ..wanted }, ink: theme.background().alpha(0.7) });
    scene.words(at, words, LABEL_SIZE, spot.1, theme.text_colour(role));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::figure::Axis;

    #[test]
    fn a_note_avoids_the_curve_and_stays_inside() {
        let rect = Rect { x: 0.0, y: 0.0, w: 400.0, h: 200.0 };
        let axis = || Axis::linear("", (0.0, 1.0));
        let rising = Panel::new(axis(), axis()).layer(Layer::line(vec![(0.0, 0.0), (1.0, 1.0)], Role::Exact));
        let m = Mapping::new(&rising.x, &rising.y, rect);
        let right = ((396.0, 12.0), Anchor::End);
        let left = ((4.0, 12.0), Anchor::Start);
        assert_eq!(emptiest(&rising, &m, "a note", &[right, left]), left);
        let empty = Panel::new(axis(), axis());
        assert_eq!(emptiest(&empty, &m, "a note", &[right, left]), right, "the first of equals");
        let outside = ((4.0, -12.0), Anchor::Start);
        assert_eq!(emptiest(&rising, &m, "a note", &[outside, right]), right, "inside before free");
        let mut scene = Scene::default();
        plate(&mut scene, &m, ((390.0, 100.0), Anchor::Start), "a long note", Role::Muted, Theme::Light);
        let [Mark::Fill { rect: box_, .. }, Mark::Text { at, .. }] = &scene.marks[..] else {
            panic!("{:?}", scene.marks)
        };
        assert!((box_.right() - 400.0).abs() < 1e-9 && at.0 > box_.x && at.0 < box_.right());
    }
}
