//! Targets for the kernels, beyond the presets.

use scorescope::math::targets::Preset;
use scorescope::math::{Component, Covariance, Mixture};

/// A target with its name.
pub(crate) type Target = (&'static str, Mixture);

/// Small ones: presets, a single Gaussian, the sharpest that is packable, one with very unequal
/// weights, rotated and shifted copies.
pub(crate) fn small() -> Vec<Target> {
    let preset = |name, preset: Preset| (name, preset.mixture());
    vec![
        preset("ring8", Preset::Ring8),
        preset("grid9", Preset::Grid9),
        preset("three", Preset::Three),
        preset("moons", Preset::Moons),
        preset("spiral", Preset::Spiral),
        preset("checkerboard", Preset::Checkerboard),
        preset("gaussian2", Preset::Gaussian2),
        ("one isotropic", mixture([dot(1.0, [0.3, -0.2], 0.5)])),
        ("sharp", sharp()),
        ("unequal weights", unequal()),
        ("three, moved", moved(&Preset::Three.mixture(), 0.7, [3.0, -5.0])),
        ("64 of a board", board()),
    ]
}

/// Data sets: an isotropic component a point.
pub(crate) fn large() -> Vec<Target> {
    vec![("1000 points", cloud(1000)), ("4096 points", cloud(4096))]
}

/// A mixture.
pub(crate) fn mixture(components: impl IntoIterator<Item = Component>) -> Mixture {
    Mixture::new(&components.into_iter().collect::<Vec<_>>()).expect("a mixture")
}

fn dot(weight: f64, mean: [f64; 2], variance: f64) -> Component {
    Component { weight, mean: mean.to_vec(), covariance: Covariance::Isotropic(variance) }
}

/// Near the limit of what is packable: a standard deviation of 1/1900 of the extent.
fn sharp() -> Mixture {
    mixture([dot(1.0, [3.0, 0.0], 4e-6), dot(1.0, [-2.0, 1.0], 4e-6), dot(1.0, [0.0, -2.5], 0.01)])
}

/// A weight of 1e-12 beside one of 1.
fn unequal() -> Mixture {
    mixture([dot(1.0, [1.0, 1.0], 0.2), dot(1e-12, [-2.0, -1.0], 0.1), dot(1e-3, [0.0, 2.0], 0.3)])
}

/// As many components as a visitor may type.
fn board() -> Mixture {
    mixture((0..64).map(|i| dot(1.0, [f64::from(i % 8) - 3.5, f64::from(i / 8) - 3.5], 0.05)))
}

/// A spiral of points with some scatter.
fn cloud(count: u32) -> Mixture {
    mixture((0..count).map(|i| {
        let angle = 12.0 * (f64::from(i) / f64::from(count)).sqrt();
        let scatter = 0.1 * (f64::from(i) * 1.618).sin();
        let radius = 0.3 * angle + scatter;
        dot(1.0, [radius * angle.cos(), radius * angle.sin()], 0.01)
    }))
}

/// The target turned by an angle and shifted.
pub(crate) fn moved(target: &Mixture, angle: f64, shift: [f64; 2]) -> Mixture {
    mixture(target.components().into_iter().map(|mut component| {
        let turned = turn(angle, [component.mean[0], component.mean[1]]);
        component.mean = vec![turned[0] + shift[0], turned[1] + shift[1]];
        if let Covariance::Full(m) = &component.covariance {
            let (s, c) = angle.sin_cos();
            let (xx, xy, yy) = (m[0], m[1], m[3]);
            let off = s * c * (xx - yy) + (c * c - s * s) * xy;
            let first = c * c * xx - 2.0 * s * c * xy + s * s * yy;
            component.covariance = Covariance::Full(vec![first, off, off, xx + yy - first]);
        }
        component
    }))
}

/// A vector turned by an angle.
pub(crate) fn turn(angle: f64, [x, y]: [f64; 2]) -> [f64; 2] {
    let (s, c) = angle.sin_cos();
    [c * x - s * y, s * x + c * y]
}

/// Points in rows over the target and some way beyond; coordinates are single-precision numbers,
/// and the width is no multiple of a vector's length.
pub(crate) fn points(target: &Mixture, width: usize, height: usize) -> Vec<[f32; 2]> {
    let extent = target.extent(5.0);
    let place = |(low, high): (f64, f64), i: usize, count: usize| {
        (low + (high - low) * (i as f64 + 0.5) / count as f64) as f32
    };
    let row = |j| (0..width).map(move |i| (i, j));
    let pairs = (0..height).flat_map(row);
    pairs.map(|(i, j)| [place(extent[0], i, width), place(extent[1], j, height)]).collect()
}
