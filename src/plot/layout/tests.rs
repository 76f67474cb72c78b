//! Alignment, equal units, bars, names and hostile sizes.

use super::*;
use crate::plot::figure::{Axis, Panel, Row};
use crate::plot::figure::{ColourBar, Layer};
use crate::plot::{ColourScale, Role};
use proptest::prelude::*;

fn curves(label: &str) -> Panel {
    Panel::new(Axis::linear("x", (-5.0, 5.0)), Axis::linear(label, (-1e3, 1e3)))
        .layer(Layer::line(vec![(-5.0, 0.0), (5.0, 1.0)], Role::Formula).labelled("formula"))
}

fn map() -> Panel {
    Panel::new(Axis::linear("x", (-4.0, 4.0)), Axis::linear("y", (-2.0, 2.0))).title("map").equal()
}

fn bar() -> ColourBar {
    ColourBar { label: "nats".into(), scale: ColourScale::diverging(1.0) }
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

#[test]
fn left_axes_of_all_rows_align_and_weights_count() {
    let small = Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::linear("p", (0.0, 1.0)));
    let rows = vec![Row::new(vec![curves("log-density (nats)")]).weight(3.0), Row::new(vec![small])];
    let l = layout(&Figure { summary: String::new(), rows }, 700.0, 600.0);
    let (a, b) = (l.panels[0].mapping.rect, l.panels[1].mapping.rect);
    assert_eq!((a.x, a.w), (b.x, b.w));
    assert!((a.h / b.h - 3.0).abs() < 0.05, "{} {}", a.h, b.h);
    assert!(a.x > 40.0, "room for four digits");
    assert!(a.right() < 640.0, "room for the name");
    assert!(b.bottom() > 540.0 && b.bottom() < 570.0, "the height is used, with room for x");
}

#[test]
fn maps_have_equal_units_and_fill_the_preferred_height() {
    let row = Row::new(vec![map(), map(), map()]).bar(bar(), 0, 2).bar(bar(), 2, 3);
    let figure = Figure { summary: String::new(), rows: vec![row] };
    let height = preferred_height(&figure, 960.0);
    let l = layout(&figure, 960.0, height);
    for p in &l.panels {
        let r = p.mapping.rect;
        assert!((r.w / r.h - 2.0).abs() < 0.02, "{r:?}");
        assert!(r.w > 260.0);
    }
    assert!((l.panels[2].mapping.rect.right() - 948.0).abs() < 20.0);
    let bars: Vec<Rect> = l.bars.iter().map(|b| b.rect).collect();
    assert_eq!(bars[0].x, l.panels[0].mapping.rect.x);
    assert!((bars[0].right() - l.panels[1].mapping.rect.right()).abs() < 1.0);
    assert_eq!(bars[1].x, l.panels[2].mapping.rect.x);
    assert!(bars.iter().all(|b| b.y > l.panels[0].mapping.rect.bottom() && b.bottom() + 20.0 < height));
    // With less height the maps shrink but keep their shape.
    for p in layout(&figure, 960.0, 200.0).panels {
        let r = p.mapping.rect;
        assert!((r.w / r.h - 2.0).abs() < 0.05, "{r:?}");
    }
}

#[test]
fn bars_stand_in_free_columns() {
    let rows = vec![Row::new(vec![map(), map()]), Row::new(vec![map()]).bar(bar(), 1, 2).bar(bar(), 1, 2)];
    let l = layout(&Figure { summary: String::new(), rows }, 343.0, 400.0);
    let (column, first) = (l.panels[1].mapping.rect, l.panels[2].mapping.rect);
    assert!(l.bars.iter().all(|b| b.rect.x > first.right() && (b.rect.x - column.x).abs() < 8.0));
    assert!(l.bars[1].rect.y - l.bars[0].rect.y >= BAR_HEIGHT);
}

#[test]
fn names_move_above_when_it_is_narrow() {
    let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![curves("y")])] };
    assert!(matches!(layout(&figure, 700.0, 300.0).panels[0].names, Names::Margin(_)));
    let narrow = layout(&figure, 343.0, 300.0);
    assert_eq!(narrow.panels[0].names, Names::Legend(vec![(0.0, 0)]));
    assert!(narrow.panels[0].mapping.rect.right() > 325.0, "no margin is left free");
}

#[test]
fn the_pointer_finds_its_panel_and_its_data() {
    let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![map(), map()])] };
    let l = layout(&figure, 600.0, 300.0);
    let target = l.panels[1].mapping.to_pixel((1.25, -0.5));
    let found = l.panel_at(target.0, target.1).expect("valid");
    assert_eq!((found.row, found.column), (0, 1));
    let (x, y) = found.mapping.to_data(target);
    assert!((x - 1.25).abs() < 1e-9 && (y + 0.5).abs() < 1e-9);
    assert!(l.panel_at(-1.0, 0.0).is_none());
}

proptest! {
    #[test]
    fn any_size_gives_panels_apart(
        width in 0.0..3000.0f64, height in 0.0..3000.0f64, kinds in prop::collection::vec((0usize..4, 0usize..3, any::<f64>()), 0..4),
    ) {
        let rows = kinds.iter().map(|&(maps, plain, weight)| {
            let panels = (0..maps).map(|_| map()).chain((0..plain).map(|_| curves("y"))).collect();
            Row::new(panels).weight(weight).bar(bar(), 0, 2).bar(bar(), 9, 3)
        }).collect();
        let figure = Figure { summary: String::new(), rows };
        let l = layout(&figure, width, height);
        prop_assert!(preferred_height(&figure, width).is_finite());
        prop_assert_eq!(l.panels.len(), figure.rows.iter().map(|r| r.panels.len()).sum::<usize>());
        for (i, p) in l.panels.iter().enumerate() {
            let r = p.mapping.rect;
            prop_assert!(r.w >= 1.0 && r.h >= 1.0 && r.x.is_finite() && r.y.is_finite(), "{:?}", r);
            prop_assert!(l.panels[i + 1..].iter().all(|q| !overlap(&r, &q.mapping.rect)));
        }
    }
}

#[test]
fn nonsense_sizes_do_no_harm() {
    for size in [f64::NAN, -5.0, f64::INFINITY, 0.0] {
        let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![curves("y"), map()])] };
        assert!(layout(&figure, size, size).panels.iter().all(|p| p.mapping.rect.w.is_finite()));
    }
    assert!(layout(&Figure::default(), 100.0, 100.0).panels.is_empty());
}
