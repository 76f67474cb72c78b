//! Pixels against the scale, extents, holes, improper grids.

use super::*;
use crate::plot::colour::ColourMap;
use crate::plot::figure::Axis;

const RECT: Rect = Rect { x: 10.0, y: 20.0, w: 60.0, h: 40.0 };

fn plane(nx: usize, ny: usize) -> Grid {
    // f(x, y) = x + 10 y is reproduced exactly by bilinear interpolation.
    let (x, y) = ((0.0, 3.0), (0.0, 2.0));
    let node = |i: usize, n: usize, (a, b): (f64, f64)| a + (b - a) * i as f64 / (n - 1) as f64;
    let values = (0..nx * ny).map(|k| node(k % nx, nx, x) + 10.0 * node(k / nx, ny, y)).collect();
    Grid { nx, ny, x, y, values }
}

fn map(x: (f64, f64), y: (f64, f64)) -> Mapping {
    Mapping::new(&Axis::linear("", x), &Axis::linear("", y), RECT)
}

#[test]
fn pixels_agree_with_the_scale_and_the_first_row_is_at_the_bottom() {
    let grid = plane(7, 5);
    let scale = ColourScale::sequential((0.0, 23.0));
    let mapping = map(grid.x, grid.y);
    let (rect, image) =
        heat_map(&grid, &scale, Shading::Bilinear, &mapping, 2.0, Theme::Light).expect("valid");
    assert_eq!(rect, RECT);
    assert_eq!((image.width, image.height, image.rgb.len()), (120, 80, 120 * 80 * 3));
    for (i, j) in [(0, 0), (119, 0), (0, 79), (119, 79), (60, 33)] {
        let (x, y) = mapping.to_data((10.0 + (f64::from(i) + 0.5) / 2.0, 20.0 + (f64::from(j) + 0.5) / 2.0));
        let k = ((j * 120 + i) * 3) as usize;
        let got = Rgb(image.rgb[k], image.rgb[k + 1], image.rgb[k + 2]);
        let want = scale.colour(x + 10.0 * y, Theme::Light).expect("valid");
        assert!(got.distance(want) < 0.004, "{i} {j}: {got:?} {want:?}");
    }
}

#[test]
fn a_grid_larger_or_smaller_than_the_panel_covers_what_it_should() {
    let grid = plane(4, 3);
    let scale = ColourScale::sequential((0.0, 23.0));
    let (rect, _) =
        heat_map(&grid, &scale, Shading::Bilinear, &map((-3.0, 3.0), (0.0, 4.0)), 1.0, Theme::Dark)
            .expect("valid");
    assert_eq!(rect, Rect { x: 40.0, y: 40.0, w: 30.0, h: 20.0 });
    let (rect, _) =
        heat_map(&grid, &scale, Shading::Nearest, &map((-3.0, 3.0), (-1.0, 3.0)), 1.0, Theme::Dark)
            .expect("valid");
    assert_eq!(rect, Rect { x: 35.0, y: 25.0, w: 35.0, h: 30.0 });
    let none = heat_map(&grid, &scale, Shading::Bilinear, &map((5.0, 6.0), (0.0, 4.0)), 1.0, Theme::Dark);
    assert_eq!(none, None);
}

#[test]
fn missing_values_are_hatched_and_infinities_do_not_spread() {
    let mut grid = plane(4, 3);
    grid.values[0] = f64::NAN;
    grid.values[11] = f64::NEG_INFINITY;
    let scale = ColourScale::sequential((0.0, 23.0));
    let (_, image) =
        heat_map(&grid, &scale, Shading::Bilinear, &map(grid.x, grid.y), 1.0, Theme::Light).expect("valid");
    let at = |i: usize, j: usize| {
        let k = (j * 60 + i) * 3;
        Rgb(image.rgb[k], image.rgb[k + 1], image.rgb[k + 2])
    };
    let greys = [hatch(0, 0, 1.0, Theme::Light), hatch(3, 0, 1.0, Theme::Light)];
    assert!(greys.contains(&at(1, 38)) && !greys.contains(&at(18, 38)) && !greys.contains(&at(1, 25)));
    assert_eq!(at(59, 0), ColourMap::Sequential.at(0.0, Theme::Light), "minus infinity saturates");
    assert_ne!(at(42, 0), ColourMap::Sequential.at(0.0, Theme::Light));
}

#[test]
fn improper_grids_draw_nothing() {
    let scale = ColourScale::diverging(1.0);
    let mapping = map((0.0, 1.0), (0.0, 1.0));
    let draw = |grid: &Grid| heat_map(grid, &scale, Shading::Bilinear, &mapping, 1.0, Theme::Light);
    let grid = |nx, ny, x, n| Grid { nx, ny, x, y: (0.0, 1.0), values: vec![0.0; n] };
    assert!(draw(&grid(2, 2, (0.0, 1.0), 4)).is_some());
    for bad in [
        grid(2, 2, (0.0, 1.0), 3),
        grid(1, 4, (0.0, 1.0), 4),
        grid(0, 0, (0.0, 1.0), 0),
        grid(2, 2, (1.0, 1.0), 4),
        grid(2, 2, (f64::NAN, 1.0), 4),
        grid(usize::MAX, 2, (0.0, 1.0), 4),
    ] {
        assert!(draw(&bad).is_none(), "{bad:?}");
    }
}

#[test]
fn a_ramp_runs_from_end_to_end() {
    let rect = Rect { x: 0.0, y: 0.0, w: 100.0, h: 8.0 };
    let (_, image) = ramp(&ColourScale::diverging(2.0), &rect, 1.5, Theme::Light).expect("valid");
    assert_eq!((image.width, image.height, image.rgb.len()), (150, 12, 5400));
    let first = Rgb(image.rgb[0], image.rgb[1], image.rgb[2]);
    assert!(first.distance(ColourMap::Diverging.at(0.0, Theme::Light)) < 0.01);
}
