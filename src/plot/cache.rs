//! Heat maps and iso-lines kept from one drawing to the next.
//!
//! While the probe is dragged only the probe changes; what is expensive is recognised by the identity of its grid (the
//! same `Arc`, which the cache keeps alive so that its address is not reused) and equality of all else. The memory is
//! bounded; the longest unused goes first. Nothing depends on whether something was kept.

use std::sync::Arc;

use super::colour::ColourScale;
use super::contour::{IsoLine, iso_lines};
use super::figure::{Grid, Shading};
use super::mapping::{Mapping, Rect};
use super::raster::{Image, heat_map};
use super::theme::Theme;

/// Bytes that are kept at most, besides the grids.
const LIMIT: usize = 48 << 20;
/// Things that are kept at most.
const MOST: usize = 64;

/// What is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache {
    /// From the longest unused to the latest used.
    entries: Vec<(Key, Kept)>,
}

#[derive(Clone, Debug)]
struct Key {
    grid: Arc<Grid>,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Map(ColourScale, Shading, Mapping, f64, Theme),
    Lines(Vec<f64>),
}

#[derive(Clone, Debug)]
enum Kept {
    Map(Option<(Rect, Arc<Image>)>),
    Lines(Arc<Vec<IsoLine>>),
}

impl Kept {
    fn bytes(&self) -> usize {
        match self {
            Self::Map(map) => map.as_ref().map_or(0, |(_, image)| image.rgb.len()),
            Self::Lines(lines) => lines.iter().map(|l| 16 * l.points.len() + 64).sum(),
        }
    }
}

impl Cache {
    /// [`heat_map`], or what it gave before.
    pub(super) fn heat_map(
        &mut self,
        grid: &Arc<Grid>,
        scale: &ColourScale,
        shading: Shading,
        mapping: &Mapping,
        density: f64,
        theme: Theme,
    ) -> Option<(Rect, Arc<Image>)> {
        let what = What::Map(*scale, shading, *mapping, density, theme);
        let kept = self.get(grid, what, || {
            let map = heat_map(grid, scale, shading, mapping, density, theme);
            Kept::Map(map.map(|(rect, image)| (rect, Arc::new(image))))
        });
        if let Kept::Map(map) = kept { map } else { None }
    }

    /// [`iso_lines`], or what it gave before.
    pub(super) fn iso_lines(&mut self, grid: &Arc<Grid>, levels: &[f64]) -> Arc<Vec<IsoLine>> {
        let make = || Kept::Lines(Arc::new(iso_lines(grid, levels)));
        match self.get(grid, What::Lines(levels.to_vec()), make) {
            Kept::Lines(lines) => lines,
            Kept::Map(_) => Arc::default(),
        }
    }

    fn get(&mut self, grid: &Arc<Grid>, what: What, make: impl FnOnce() -> Kept) -> Kept {
        let same = |(key, _): &(Key, Kept)| Arc::ptr_eq(&key.grid, grid) && key.what == what;
        let entry = match self.entries.iter().position(same) {
            Some(i) => self.entries.remove(i),
            None => (Key { grid: grid.clone(), what }, make()),
        };
        let kept = entry.1.clone();
        self.entries.push(entry);
        let mut total: usize = self.entries.iter().map(|(_, k)| k.bytes()).sum();
        while self.entries.len() > 1 && (total > LIMIT || self.entries.len() > MOST) {
            total -= self.entries.remove(0).1.bytes();
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::figure::Axis;

    fn grid(value: f64) -> Arc<Grid> {
        Arc::new(Grid { nx: 2, ny: 2, x: (0.0, 1.0), y: (0.0, 1.0), values: vec![0.0, 1.0, value, 2.0] })
    }

    fn mapping(side: f64) -> Mapping {
        let axis = Axis::linear("", (0.0, 1.0));
        Mapping::new(&axis, &axis, Rect { x: 0.0, y: 0.0, w: side, h: side })
    }

    fn draw(cache: &mut Cache, grid: &Arc<Grid>, side: f64, theme: Theme) -> Arc<Image> {
        let scale = ColourScale::sequential((0.0, 2.0));
        cache.heat_map(grid, &scale, Shading::Bilinear, &mapping(side), 1.0, theme).expect("a map").1
    }

    #[test]
    fn the_same_is_kept_and_anything_else_is_made_anew() {
        let mut cache = Cache::default();
        let (a, b) = (grid(1.0), grid(-5.0));
        let first = draw(&mut cache, &a, 20.0, Theme::Light);
        assert!(Arc::ptr_eq(&first, &draw(&mut cache, &a, 20.0, Theme::Light)));
        assert_ne!(first, draw(&mut cache, &b, 20.0, Theme::Light));
        assert!(!Arc::ptr_eq(&first, &draw(&mut cache, &a, 20.0, Theme::Dark)));
        assert_eq!(draw(&mut cache, &a, 30.0, Theme::Light).width, 30);
        assert!(Arc::ptr_eq(&first, &draw(&mut cache, &a, 20.0, Theme::Light)), "others do not drive it out");
        let lines = cache.iso_lines(&a, &[0.5]);
        assert!(Arc::ptr_eq(&lines, &cache.iso_lines(&a, &[0.5])));
        assert_ne!(lines, cache.iso_lines(&a, &[1.5]));
        assert_eq!(*lines, iso_lines(&a, &[0.5]));
    }

    #[test]
    fn memory_is_bounded() {
        let mut cache = Cache::default();
        for _ in 0..2 * MOST {
            draw(&mut cache, &grid(1.0), 20.0, Theme::Light);
        }
        assert_eq!(cache.entries.len(), MOST);
        for _ in 0..6 {
            draw(&mut cache, &grid(1.0), 2200.0, Theme::Light);
        }
        let total: usize = cache.entries.iter().map(|(_, k)| k.bytes()).sum();
        assert!(total <= LIMIT && cache.entries.len() == 3, "{total} {}", cache.entries.len());
    }
}
