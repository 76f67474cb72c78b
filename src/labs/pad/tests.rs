//! Handles against the decomposition of the mixture itself, the map against the density, and strokes.

use super::*;
use crate::labs::common::{Bandwidth, check, parse_mix, write_mix};
use crate::math::targets::Preset;
use crate::permalink::points::PointSet;
use proptest::prelude::*;

fn plane(mean: [f64; 2], covariance: Covariance) -> Component {
    Component { weight: 1.0, mean: mean.to_vec(), covariance }
}

const PAD: [Range; 2] = [(-4.0, 4.0), (-4.0, 4.0)];

#[test]
fn spreads_are_principal_axes() {
    // Σ = R diag(4, 1) Rᵀ at 30°.
    let spread = Spread { angle: PI / 6.0, first: 2.0, second: 1.0 };
    let (s3, quarter) = (3f64.sqrt(), 0.25);
    let Covariance::Full(m) = spread.covariance(2) else { panic!("full") };
    for (ours, exact) in m.iter().zip([3.25, 3.0 * s3 * quarter, 3.0 * s3 * quarter, 1.75]) {
        assert!((ours - exact).abs() <= 5e-4, "{ours} {exact}");
    }
    let found = Spread::of(&plane([0.0, 0.0], Covariance::Full(m)));
    assert!((found.angle - PI / 6.0).abs() < 1e-3 && (found.first - 2.0).abs() < 1e-3, "{found:?}");
    assert!((found.second - 1.0).abs() < 1e-3, "{found:?}");
    let round = Spread::of(&plane([0.0, 0.0], Covariance::Isotropic(0.25)));
    assert_eq!(round, Spread { angle: 0.0, first: 0.5, second: 0.5 });
    let upright = Spread::of(&plane([0.0, 0.0], Covariance::Diagonal(vec![1.0, 9.0])));
    assert!((upright.angle - PI / 2.0).abs() < 1e-12 && upright.first == 3.0 && upright.second == 1.0);
}

#[test]
fn handles_move_what_they_say() {
    let start = plane([1.0, 0.0], Covariance::Isotropic(1.0));
    let spread = Spread::of(&start);
    let (there, same) = moved(&start, spread, Handle::Mean, [-0.504, 1.257], &PAD);
    assert_eq!((there.mean, there.covariance, same), (vec![-0.5, 1.26], Covariance::Isotropic(1.0), spread));
    // The first axis to 2 along x₂, the second stays 1.
    let (turned, now) = moved(&start, spread, Handle::First, [1.0, 2.0], &PAD);
    assert_eq!(turned.covariance, Covariance::Full(vec![1.0, 0.0, 0.0, 4.0]));
    // Across is along x₁ now; what lies along x₂ does not count.
    let (wide, _) = moved(&turned, now, Handle::Second, [1.5, 3.0], &PAD);
    assert_eq!(wide.covariance, Covariance::Full(vec![0.25, 0.0, 0.0, 4.0]));
    // Handles stay where the first axis becomes the shorter one.
    let (short, kept) = moved(&start, spread, Handle::First, [1.5, 0.0], &PAD);
    assert_eq!(short.covariance, Covariance::Full(vec![0.25, 0.0, 0.0, 1.0]));
    assert_eq!(spreads(&[kept], std::slice::from_ref(&short)), [kept]);
    assert!((Spread::of(&short).angle - PI / 2.0).abs() < 1e-12);
    let line = Component { weight: 1.0, mean: vec![0.5], covariance: Covariance::Isotropic(4.0) };
    let (narrow, _) = moved(&line, Spread::of(&line), Handle::First, [0.25, 9.0], &PAD[..1]);
    assert_eq!(narrow.covariance, Covariance::Isotropic(0.0625));
    // Onto the mean: as narrow as the pad resolves, and no narrower.
    let (narrow, _) = moved(&line, Spread::of(&line), Handle::First, [0.5, 0.0], &PAD[..1]);
    assert_eq!(narrow.covariance, Covariance::Isotropic(0.000_256));
}

#[test]
fn maps_are_log_densities() {
    let mixture = Preset::Three.mixture();
    let ranges = home(&mixture);
    let target = Target::Custom(Preset::Three.components());
    let figure = picture(&target, &mixture, &ranges);
    let Some(Layer::Raster { grid, .. }) = figure.rows[0].panels[0].layers.first() else { panic!("a map") };
    let (x, y) = (places(grid.nx, grid.x), places(grid.ny, grid.y));
    let exact = mixture.at_zero().log_density(&[x[20], y[31]], &mut Scratch::default());
    assert_eq!(grid.at(20, 31), exact);
    // The product form of a data set against its mixture.
    let values = vec![0.5, -1.0, 2.0, 0.25, -1.5, 1.0, 0.0, 0.0];
    let points = Arc::new(PointSet::exact(2, values).expect("points"));
    let data = Target::Points(DataSet { points, bandwidth: Bandwidth::Fixed(0.4) });
    let mixture = data.mixture();
    let figure = picture(&data, &mixture, &PAD);
    assert!(figure.summary.starts_with("4 points"), "{}", figure.summary);
    let Some(Layer::Raster { grid, .. }) = figure.rows[0].panels[0].layers.first() else { panic!("a map") };
    let (x, y) = (places(grid.nx, grid.x), places(grid.ny, grid.y));
    for (i, j) in [(24, 24), (26, 18), (35, 25), (10, 30)] {
        let exact = mixture.at_zero().log_density(&[x[i], y[j]], &mut Scratch::default());
        assert!((grid.at(i, j) - exact).abs() < 1e-6, "{exact}");
    }
}

#[test]
fn ranges_stay_while_they_fit() {
    assert!(keeps(&PAD, &[(-3.0, 3.0), (-3.0, 3.5)]));
    assert!(!keeps(&PAD, &[(-3.0, 3.0), (-3.0, 4.5)]));
    assert!(!keeps(&PAD, &[(-1.0, 1.0), (-1.0, 1.0)]));
    assert!(!keeps(&PAD, &[(-3.0, 3.0)]));
    assert_eq!(home(&Preset::Bimodal.mixture()).len(), 1);
}

#[test]
fn strokes_have_equal_distances() {
    let places = along([0.0, 0.0], [3.0, 4.0], 2.0);
    assert_eq!(places.len(), 2);
    for (place, [x, y]) in places.iter().zip([[1.2, 1.6], [2.4, 3.2]]) {
        assert!((place[0] - x).abs() + (place[1] - y).abs() < 1e-12, "{place:?}");
    }
    assert!(along([1.0, 1.0], [1.0, 1.0], 2.0).is_empty() && along([0.0, 0.0], [1.0, 0.0], 0.0).is_empty());
    let points = [0.0, 0.0, 1.0, 0.0, 0.0, 3.0];
    assert_eq!(outside(2, &points, &[0.9, 0.1], 0.5), [0.0, 0.0, 0.0, 3.0]);
    assert_eq!(without_nearest(2, &points, &[0.0, 2.0]), [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(outside(1, &[1.0, 2.0, 3.0], &[2.1], 0.5), [1.0, 3.0]);
    assert!(without_nearest(1, &[], &[1.0]).is_empty());
    assert_eq!(words(&[1.0, -0.5]), "(1, −0.5)");
}

proptest! {
    /// Whatever is dragged to wherever, the result is a mixture that its link gives back.
    #[test]
    fn what_handles_make_is_a_mixture(
        moves in proptest::collection::vec((0usize..3, 0usize..3, -4.0f64..4.0, -4.0f64..4.0), 1..20),
        place in -4.0f64..4.0,
    ) {
        let mut components = vec![fresh(&[], [place, -place], &PAD)];
        components.push(fresh(&components, [0.0, place], &PAD));
        components.push(fresh(&components, [place, 1.0], &PAD));
        let mut known = spreads(&[], &components);
        for (i, handle, x, y) in moves {
            let handle = [Handle::Mean, Handle::First, Handle::Second][handle];
            let (component, spread) = moved(&components[i], known[i], handle, [x, y], &PAD);
            (components[i], known[i]) = (component, spread);
            prop_assert_eq!(check(&components), Ok(()));
            prop_assert_eq!(spreads(&known, &components), known.clone());
        }
        prop_assert_eq!(parse_mix(&write_mix(&components)), Ok(components));
    }
}
