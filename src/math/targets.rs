//! The preset target distributions, all of them Gaussian mixtures.
//!
//! | name | d | what |
//! |---|---|---|
//! | `gaussian` | 1 | N(0.5, 0.64) |
//! | `bimodal` | 1 | two components of unequal weight and width |
//! | `trio` | 1 | three components, skewed |
//! | `claw` | 1 | after Marron & Wand's claw: five narrow peaks (variance 0.04) on a broad one |
//! | `gaussian2` | 2 | one correlated Gaussian |
//! | `three` | 2 | three components with full covariances |
//! | `ring8` | 2 | eight isotropic components on a circle of radius 3, variance 0.04 |
//! | `grid9` | 2 | nine isotropic components on a 3 × 3 grid |
//! | `moons` | 2 | two interleaved half circles, as 40 components |
//! | `spiral` | 2 | one arm of two turns, as 48 components |
//! | `checkerboard` | 2 | eight squares of a 4 × 4 board, as 32 components |
//! | `letters` | 2 | the letters S and C, 32 components along the stroke of each |

use super::{Component, Covariance, Mixture};
use std::f64::consts::{PI, TAU};

/// A preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "the module's table says what each one is")]
pub enum Preset {
    Gaussian,
    Bimodal,
    Trio,
    Claw,
    Gaussian2,
    Three,
    Ring8,
    Grid9,
    Moons,
    Spiral,
    Checkerboard,
    Letters,
}

impl Preset {
    /// All presets, in the order of the menu.
    pub const ALL: [Preset; 12] = [
        Preset::Gaussian,
        Preset::Bimodal,
        Preset::Trio,
        Preset::Claw,
        Preset::Gaussian2,
        Preset::Three,
        Preset::Ring8,
        Preset::Grid9,
        Preset::Moons,
        Preset::Spiral,
        Preset::Checkerboard,
        Preset::Letters,
    ];

    /// Dimension.
    pub fn dim(self) -> usize {
        match self {
            Preset::Gaussian | Preset::Bimodal | Preset::Trio | Preset::Claw => 1,
            _ => 2,
        }
    }

    /// The components, with weights that need not sum to one.
    pub fn components(self) -> Vec<Component> {
        match self {
            Preset::Gaussian => vec![line(1.0, 0.5, 0.64)],
            Preset::Bimodal => vec![line(0.3, -2.0, 0.25), line(0.7, 1.5, 0.64)],
            Preset::Trio => vec![line(0.5, -1.5, 1.0), line(0.35, 0.8, 0.16), line(0.15, 2.0, 0.04)],
            Preset::Claw => {
                let peaks = (0..5).map(|i| line(0.1, f64::from(i) / 2.0 - 1.0, 0.04));
                std::iter::once(line(0.5, 0.0, 1.0)).chain(peaks).collect()
            }
            Preset::Gaussian2 => vec![plane(1.0, [0.3, -0.2], [1.2, 0.7, 0.8])],
            Preset::Three => vec![
                plane(0.2, [-1.0, 0.0], [0.3, 0.1, 0.2]),
                plane(0.5, [1.0, 1.0], [0.15, 0.0, 0.4]),
                plane(0.3, [0.5, -1.5], [0.5, -0.2, 0.3]),
            ],
            Preset::Ring8 => {
                (0..8).map(|i| polar(3.0, TAU * f64::from(i) / 8.0)).map(|mean| dot(mean, 0.04)).collect()
            }
            Preset::Grid9 => (0..9)
                .map(|i| [2.0 * f64::from(i % 3 - 1), 2.0 * f64::from(i / 3 - 1)])
                .map(|m| dot(m, 0.05))
                .collect(),
            Preset::Moons => (0..40).map(|i| dot(moon(i), 0.02)).collect(),
            Preset::Spiral => (0..48).map(|i| dot(arm(i), 0.015)).collect(),
            Preset::Checkerboard => (0..32).map(|i| dot(square(i), 0.06)).collect(),
            Preset::Letters => (0..64).map(|i| dot(letter(i), 0.025)).collect(),
        }
    }

    /// The mixture.
    pub fn mixture(self) -> Mixture {
        // The presets are constants, and a test builds each of them.
        #[expect(clippy::expect_used, reason = "constants, each built by a test")]
        Mixture::new(&self.components()).expect("a preset is a mixture")
    }
}

fn line(weight: f64, mean: f64, variance: f64) -> Component {
    Component { weight, mean: vec![mean], covariance: Covariance::Isotropic(variance) }
}

fn plane(weight: f64, mean: [f64; 2], [vxx, vxy, vyy]: [f64; 3]) -> Component {
    Component { weight, mean: mean.to_vec(), covariance: Covariance::Full(vec![vxx, vxy, vxy, vyy]) }
}

fn dot(mean: [f64; 2], variance: f64) -> Component {
    Component { weight: 1.0, mean: mean.to_vec(), covariance: Covariance::Isotropic(variance) }
}

fn polar(radius: f64, angle: f64) -> [f64; 2] {
    [radius * angle.cos(), radius * angle.sin()]
}

/// Two half circles of radius 2, the lower one shifted by a radius and a bit up.
fn moon(i: i32) -> [f64; 2] {
    let [x, y] = polar(2.0, PI * f64::from(i % 20) / 19.0);
    if i < 20 { [x - 1.0, y - 0.4] } else { [1.0 - x, 0.4 - y] }
}

/// Two turns of an Archimedean spiral at equal distances along the arm.
fn arm(i: i32) -> [f64; 2] {
    let angle = 2.0 * TAU * ((f64::from(i) + 1.5) / 49.5).sqrt();
    polar(3.0 * angle / (2.0 * TAU), angle)
}

/// Four dots in each dark square of a 4 × 4 board of side 6.
fn square(i: i32) -> [f64; 2] {
    let (cell, corner) = (i / 4, i % 4);
    let (row, pair) = (cell / 2, cell % 2);
    let column = 2 * pair + row % 2;
    let place = |cell: i32, side: i32| 1.5 * f64::from(cell) - 3.0 + 0.375 + 0.75 * f64::from(side);
    [place(column, corner % 2), place(row, corner / 2)]
}

/// An S of two arcs of 240°, one below the other, and a C of 282°; their strokes are equally long.
fn letter(i: i32) -> [f64; 2] {
    let along = f64::from(i % 32) / 31.0;
    let degrees = |angle: f64| angle * PI / 180.0;
    let ([x, y], [centre_x, centre_y]) = match (i < 32, along < 0.5) {
        (true, true) => (polar(1.3, degrees(30.0 + 480.0 * along)), [-2.2, 1.3]),
        (true, false) => (polar(1.3, degrees(330.0 - 480.0 * along)), [-2.2, -1.3]),
        (false, _) => (polar(2.2, degrees(39.0 + 282.0 * along)), [2.0, 0.0]),
    };
    [x + centre_x, y + centre_y]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_mixture_on_the_page() {
        for preset in Preset::ALL {
            let mixture = preset.mixture();
            assert_eq!(mixture.dim(), preset.dim());
            assert!(mixture.len() <= super::super::MAX_COMPONENTS);
            let total: f64 = mixture.components().iter().map(|c| c.weight).sum();
            assert!((total - 1.0).abs() < 1e-12);
            assert!(mixture.extent(3.0).iter().all(|(lo, hi)| *lo > -6.0 && *hi < 6.0), "{preset:?}");
        }
    }

    /// Along each letter the components stand at equal distances, also where the arcs of the S meet.
    #[test]
    fn strokes_are_even() {
        let means: Vec<_> = Preset::Letters.components().into_iter().map(|c| c.mean).collect();
        let steps = |letter: &[Vec<f64>]| -> Vec<f64> {
            letter.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).collect()
        };
        for (letter, step) in [(&means[..32], 0.351), (&means[32..], 0.349)] {
            assert!(steps(letter).iter().all(|s| (s - step).abs() < 0.01), "{:?}", steps(letter));
        }
    }

    #[test]
    fn ring8_is_the_one_of_the_benchmarks() {
        for c in Preset::Ring8.components() {
            assert!((c.mean[0].hypot(c.mean[1]) - 3.0).abs() < 1e-12);
            assert_eq!(c.covariance, Covariance::Isotropic(0.04));
        }
    }
}
