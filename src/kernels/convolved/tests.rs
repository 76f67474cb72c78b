//! Against the closed form in double precision.

use super::Convolved;
use crate::kernels::{Level, Packed};
use crate::math::random::{stream, uniform};
use crate::math::targets::Preset;
use crate::math::{Mixture, Scratch, Time, kernel_components};

/// Points drawn from a spiral, with a kernel around each.
fn data(count: u32, bandwidth: f64) -> Mixture {
    let spiral = Preset::Spiral.mixture();
    let values: Vec<f64> = (0..count).flat_map(|i| spiral.sample(5, i)).collect();
    let mut components = kernel_components(2, &values, bandwidth);
    for (i, component) in components.iter_mut().enumerate() {
        component.weight = 0.1 + uniform(1, stream::SAMPLE_COMPONENT, i as u32);
    }
    Mixture::new(&components).expect("a mixture")
}

/// The field at a grid of places, some of them far out, and how far off the largest are in units of
/// `1 + G²`, with `G` the gradient of the nearest component.
fn worst(mixture: &Mixture, time: Time, reach: f64, shift: f64) -> f64 {
    let packed = Packed::new(mixture, time).expect("single precision");
    let places: Vec<f64> = (0..53).map(|i| reach * (f64::from(i) / 26.0 - 1.0)).collect();
    let mut field =
        Convolved::new(Level::new(), &packed, || [places.clone(), places.clone()]).expect("a data set");
    while !field.prepare(Level::new()) {}
    let marginal = mixture.at(time);
    let mut scratch = Scratch::default();
    let mut out = vec![0.0; places.len()];
    let mut worst = 0.0f64;
    for (row, y) in places.iter().enumerate() {
        field.row(Level::new(), &packed, row, shift as f32, &mut out);
        for (x, f) in places.iter().zip(&out) {
            let exact = marginal.stein(&[*x, *y], shift, &mut scratch);
            let score = scratch.score.iter().map(|s| s * s).sum::<f64>();
            let variance = 1.0 / marginal.summands().next().expect("a component").precisions[0];
            worst = worst.max((f64::from(*f) - exact).abs() / (score + 1.0 / variance));
        }
    }
    worst
}

#[test]
fn the_field_is_that_of_the_mixture() {
    for (count, bandwidth) in [(257, 0.5), (400, 0.2), (4096, 0.15), (300, 0.02)] {
        let mixture = data(count, bandwidth);
        for lambda in [-12.0, -5.0, -2.0, 0.0, 3.0] {
            let time = Time::from_lambda(lambda);
            let off = worst(&mixture, time, 5.0, 0.0);
            println!("{count:5} {bandwidth:5} {lambda:6} {off:.1e}");
            assert!(off < 5e-5, "{count} points, h = {bandwidth}, λ = {lambda}: {off:e}");
        }
    }
}

#[test]
fn an_error_of_the_score_is_added() {
    assert!(worst(&data(300, 0.3), Time::from_lambda(-1.0), 3.0, 0.4) < 1e-4);
}

#[test]
fn few_components_and_covariances_that_differ_are_not_for_it() {
    let time = Time::from_lambda(-20.0);
    let places = || vec![0.0];
    // The last is spread over more of its own widths than a lattice has points.
    for mixture in [Preset::Ring8.mixture(), Preset::Three.mixture(), data(256, 0.3), data(300, 0.003)] {
        let packed = Packed::new(&mixture, time).expect("single precision");
        assert!(Convolved::new(Level::new(), &packed, || [places(), places()]).is_none());
    }
}
