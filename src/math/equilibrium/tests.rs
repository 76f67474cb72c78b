//! The equilibrium against an independent implementation, closed forms and its own defining
//! properties.

use super::*;
use crate::math::targets::Preset;
use crate::math::{Component, Covariance, Mixture, Regulariser, Scratch};
use std::sync::Arc;

const LAMBDAS: [f64; 7] = [0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 20.0];

fn spectrum_of(mixture: &Arc<Mixture>, fine: bool) -> Spectrum {
    let mut sampling = Sampling::new(mixture.clone(), Arc::new(Regulariser::Exact), fine, f64::NEG_INFINITY);
    while !sampling.advance() {}
    sampling.finish()
}

fn preset(preset: Preset) -> Spectrum {
    spectrum_of(&Arc::new(preset.mixture()), true)
}

fn line(components: &[(f64, f64, f64)]) -> Arc<Mixture> {
    let component = |&(weight, mean, variance): &(f64, f64, f64)| Component {
        weight,
        mean: vec![mean],
        covariance: Covariance::Isotropic(variance),
    };
    Arc::new(Mixture::new(&components.iter().map(component).collect::<Vec<_>>()).expect("a mixture"))
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {found} instead of {expected}, error {error:.2e}");
}

/// `tests/oracle/`: written by other code, with trapezoidal sums on fixed grids.
#[test]
fn oracle() {
    for (name, target) in
        [("bimodal-1d", Preset::Bimodal), ("claw-1d", Preset::Claw), ("three-2d", Preset::Three)]
    {
        let path = format!("{}/tests/oracle/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("readable");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let components = json["components"].as_array().expect("components").len();
        assert_eq!(components, target.mixture().len());
        let spectrum = preset(target);
        for case in json["gan"].as_array().expect("cases") {
            let expected = |key: &str| case[key].as_f64().expect("a number");
            let equilibrium = Equilibrium::solve(&spectrum, expected("lam"));
            let measures = equilibrium.measures(&spectrum);
            let what = |key: &str| format!("{name}, lambda {}, {key}", equilibrium.lambda);
            close(equilibrium.log_c, expected("log_c"), 1e-6, &what("log c"));
            close(measures.kl, expected("kl_g_data"), 1e-6, &what("KL"));
            close(measures.js, expected("js"), 1e-6, &what("JS"));
            // In the plane the oracle's sums on 801 x 801 nodes have errors of their own: the total
            // variation for its kink, the entropy for the width of p_G's peak at λ = 2. By so much
            // the first moves on 3001 x 3001 nodes; for the second see the next test.
            let moves = match (target, equilibrium.lambda) {
                (Preset::Three, 0.5) => 7.9e-8,
                (Preset::Three, 1.0) => -1.9e-6,
                (Preset::Three, 2.0) => 7.7e-6,
                _ => 0.0,
            };
            let tolerance = if target.dim() == 1 { 1e-6 } else { 2e-6 };
            close(measures.tv, expected("tv") + moves, tolerance, &what("TV"));
            close(measures.entropy, expected("entropy_g"), tolerance, &what("entropy"));
        }
    }
}

/// The sharpest of the oracle's cases again, on 2001 x 2001 nodes, by a script that shares no code
/// with either.
#[test]
fn a_finer_sum_in_the_plane() {
    let spectrum = preset(Preset::Three);
    let equilibrium = Equilibrium::solve(&spectrum, 2.0);
    let measures = equilibrium.measures(&spectrum);
    close(equilibrium.log_c, 2.235_778_524_019, 1e-9, "log c");
    close(measures.kl, 2.021_641_896_555, 1e-9, "KL");
    close(measures.entropy, -0.743_718_416_329, 1e-9, "entropy");
}

#[test]
fn without_a_regulariser_the_generator_is_the_data() {
    for target in [Preset::Claw, Preset::Three] {
        let spectrum = preset(target);
        let equilibrium = Equilibrium::solve(&spectrum, 0.0);
        close(equilibrium.log_c, 0.5f64.ln(), 1e-15, "log c");
        let m = equilibrium.measures(&spectrum);
        for (value, what) in [(m.kl, "KL"), (m.js, "JS"), (m.tv, "TV")] {
            assert!(value.abs() < 1e-12, "{what} {value}");
        }
        for r in [-3.0, 0.0, 7.0] {
            close(equilibrium.discriminator(r), 0.5, 1e-15, "D");
            close(equilibrium.log_ratio(r), 0.0, 1e-15, "log ratio");
        }
        for (share, component) in m.shares.iter().zip(target.mixture().components()) {
            assert!((share - component.weight).abs() < 0.2, "{target:?} {share}");
        }
        close(m.shares.iter().sum(), 1.0, 1e-12, "shares");
    }
}

/// One Gaussian, against a Riemann sum over the quantile-like variable `u = asinh(x/w)` that
/// shares nothing with the code but the formula, and bisection in `c` itself.
#[test]
fn a_gaussian_by_an_independent_sum() {
    let variance: f64 = 0.64;
    let spectrum = spectrum_of(&line(&[(1.0, 0.5, variance)]), true);
    for lambda in LAMBDAS {
        let log_p = |x: f64| -0.5 * (x * x / variance + (std::f64::consts::TAU * variance).ln());
        let (count, width) = (400_000, 1e-3_f64);
        let top = (10.0 * variance.sqrt() / width).asinh();
        let nodes: Vec<(f64, f64)> = (0..count)
            .map(|i| {
                let u = top * (f64::from(i) + 0.5) / f64::from(count);
                (width * u.sinh(), 2.0 * width * u.cosh() * top / f64::from(count))
            })
            .collect();
        let generator = |log_c: f64, x: f64| {
            let q = (log_c + lambda * log_p(x)).exp();
            log_p(x).exp() * q / (1.0 - q)
        };
        let (mut low, mut high) = (-60.0, -lambda * log_p(0.0) - 1e-12);
        for _ in 0..70 {
            let middle = 0.5 * (low + high);
            let mass: f64 = nodes.iter().map(|(x, w)| w * generator(middle, *x)).sum();
            if mass > 1.0 { high = middle } else { low = middle }
        }
        let kl: f64 = nodes
            .iter()
            .map(|(x, w)| {
                let g = generator(low, *x);
                if g > 0.0 { w * g * (g.ln() - log_p(*x)) } else { 0.0 }
            })
            .sum();
        let equilibrium = Equilibrium::solve(&spectrum, lambda);
        close(equilibrium.log_c, low, 2e-8, "log c");
        close(equilibrium.measures(&spectrum).kl, kl, 2e-8, "KL");
    }
}

#[test]
fn the_generator_integrates_to_one() {
    for target in Preset::ALL {
        let mixture = Arc::new(target.mixture());
        let (spectrum, coarse) = (spectrum_of(&mixture, true), spectrum_of(&mixture, false));
        for lambda in LAMBDAS {
            let equilibrium = Equilibrium::solve(&spectrum, lambda);
            assert!(equilibrium.at_mode.abs() < 1e-9, "{target:?} {lambda}: {}", equilibrium.at_mode);
            assert!(equilibrium.delta > 0.0 && equilibrium.delta <= std::f64::consts::LN_2);
            let shares = equilibrium.measures(&spectrum).shares;
            if !shares.is_empty() {
                close(shares.iter().sum(), 1.0, 1e-9, "shares");
            }
            close(mass(&spectrum, lambda, equilibrium.delta).0, 1.0, 1e-10, "the sum that was solved");
            // Another rule, on boxes of another size; the letters' strokes are narrow for those.
            if lambda <= 2.0 {
                let (total, _) = mass(&coarse, lambda, equilibrium.delta);
                close(
                    total,
                    1.0,
                    if target == Preset::Letters { 5e-2 } else { 1e-2 },
                    &format!("{target:?} {lambda}"),
                );
            }
        }
    }
}

#[test]
fn measures_are_bounded_and_grow_with_lambda() {
    for target in [Preset::Bimodal, Preset::Claw, Preset::Ring8, Preset::Moons] {
        let spectrum = preset(target);
        let mut before = Measures { entropy: f64::INFINITY, ..Measures::default() };
        for lambda in LAMBDAS {
            let m = Equilibrium::solve(&spectrum, lambda).measures(&spectrum);
            assert!(m.kl >= 0.0 && m.tv > 0.0 && m.tv < 1.0, "{target:?} {lambda}: {m:?}");
            assert!(m.js > 0.0 && m.js <= std::f64::consts::LN_2 + 1e-12);
            // Pinsker, and the bound of JS by TV.
            assert!(m.kl >= 2.0 * m.tv * m.tv && m.js <= m.tv * std::f64::consts::LN_2 + 1e-12);
            assert!(m.kl > before.kl && m.js > before.js && m.tv > before.tv && m.entropy < before.entropy);
            before = m;
        }
    }
}

#[test]
fn a_constant_in_the_regulariser_moves_log_c_alone() {
    let spectrum = preset(Preset::Trio);
    let shifted = spectrum.clone().shifted(3.25);
    for lambda in LAMBDAS {
        let (a, b) = (Equilibrium::solve(&spectrum, lambda), Equilibrium::solve(&shifted, lambda));
        close(b.log_c - a.log_c, 3.25 * lambda, 1e-14, "log c");
        assert_eq!(a.delta, b.delta);
        assert_eq!(a.measures(&spectrum), b.measures(&shifted));
        close(a.log_ratio(2.0), b.log_ratio(5.25), 1e-12, "ratio");
    }
}

/// The first-order conditions: `D* = p/(p + p_G)`, and `log(1 - D*) + λR` is the same everywhere.
#[test]
fn the_equilibrium_is_stationary() {
    let mixture = Arc::new(Preset::Claw.mixture());
    let spectrum = spectrum_of(&mixture, true);
    let marginal = mixture.at_zero();
    let mut scratch = Scratch::default();
    for lambda in LAMBDAS {
        let e = Equilibrium::solve(&spectrum, lambda);
        for i in -30..=30 {
            let log_p = marginal.log_density(&[0.1 * f64::from(i)], &mut scratch);
            let ratio = e.log_ratio(-log_p).exp();
            close(e.discriminator(-log_p), 1.0 / (1.0 + ratio), 1e-12, "D");
            // Where D* is within rounding of 1 its complement has no digits left.
            if e.discriminator(-log_p) > 0.999 {
                continue;
            }
            let generator = (1.0 - e.discriminator(-log_p)).ln() - lambda * log_p;
            close(generator, e.log_c, 1e-9, "log(1-D) + λR");
        }
    }
}

/// The minimum over generators: no mixture of the equilibrium with the data, or with a sharper or
/// softer equilibrium, has a smaller `2 JS(p, p_G) + λ E_{p_G}[R]`.
#[test]
fn no_other_generator_does_better() {
    let mixture = Arc::new(Preset::Bimodal.mixture());
    let spectrum = spectrum_of(&mixture, true);
    let marginal = mixture.at_zero();
    let mut scratch = Scratch::default();
    let nodes: Vec<f64> = (0..4000)
        .map(|i| marginal.log_density(&[-7.0 + 14.0 * (f64::from(i) + 0.5) / 4000.0], &mut scratch))
        .collect();
    let h = 14.0 / 4000.0;
    for lambda in [0.1, 0.5, 2.0] {
        let objective = |g: &dyn Fn(f64) -> f64| -> f64 {
            let term = |l: &f64| {
                let (p, g) = (l.exp(), g(*l));
                p * (p / (p + g)).ln() + g * (g / (p + g)).ln() - lambda * g * l
            };
            nodes.iter().map(|l| h * term(l)).sum()
        };
        let at = |lambda: f64| {
            let e = Equilibrium::solve(&spectrum, lambda);
            move |l: f64| (l + e.log_ratio(-l)).exp()
        };
        let best = at(lambda);
        let least = objective(&best);
        for other in [0.0, 0.5 * lambda, 0.9 * lambda, 1.1 * lambda, 2.0 * lambda] {
            let other = at(other);
            for share in [0.01, 0.1, 1.0] {
                let mixed = objective(&|l| (1.0 - share) * best(l) + share * other(l));
                assert!(mixed > least, "{lambda}: {mixed} below {least}");
            }
        }
    }
}

#[test]
fn symmetric_targets_have_equal_shares() {
    let spectrum = spectrum_of(&line(&[(0.5, -2.0, 0.3), (0.5, 2.0, 0.3)]), true);
    let ring = preset(Preset::Ring8);
    for lambda in LAMBDAS {
        let shares = Equilibrium::solve(&spectrum, lambda).measures(&spectrum).shares;
        close(shares[0], shares[1], 1e-9, "two");
        for share in Equilibrium::solve(&ring, lambda).measures(&ring).shares {
            // With λ of 20 half of the mass lies where single boxes decide.
            close(share, 0.125, if lambda > 5.0 { 1e-2 } else { 1e-3 }, "ring");
        }
    }
}

/// In two dimensions half of the mass goes where `δ = e^{-λ}`-like scales are: a single Gaussian
/// has `∫ p_G = (1/λ) log((1 - q e^{-…})/(1 - q)) …`; here in closed form for `λ = 1`, where
/// `p = p(0) e^{-r}` and `q = e^{-δ} e^{-r}`: `∫ e^{-r}/(e^{δ+r} - 1) dr` over `r > 0`.
#[test]
fn a_gaussian_of_the_plane_in_closed_form() {
    let spectrum = preset(Preset::Gaussian2);
    let delta = Equilibrium::solve(&spectrum, 1.0).delta;
    // With a = e^{-δ}: ∫_0^1 a z/(1 - a z) dz = -log(1-a)/a - 1.
    let a = (-delta).exp();
    close(-(-a).ln_1p() / a - 1.0, 1.0, 1e-7, "mass");
    // λ = 20: e^{-δ} far closer to 1 than quadrature nodes could tell.
    let strong = Equilibrium::solve(&spectrum, 20.0);
    let wide = line(&[(1.0, 0.0, 1.0)]);
    assert!(strong.delta < 1e-8 && strong.delta > 1e-12, "{}", strong.delta);
    assert!(Equilibrium::solve(&spectrum_of(&wide, true), 20.0).delta > 1e-3);
}

#[test]
fn mass_below_a_threshold() {
    let mixture = line(&[(1.0, 0.0, 1.0)]);
    let spectrum = spectrum_of(&mixture, true);
    // 5 % of the data lie beyond 1.959964 deviations.
    let level = -spectrum.upper_quantile(0.05);
    let expected = -0.5 * (1.959_963_984_540_054f64.powi(2) + crate::math::LOG_2PI);
    close(level, expected, 3e-3, "level");
    let mut sampling = Sampling::new(mixture, Arc::new(Regulariser::Exact), true, expected);
    while !sampling.advance() {}
    let spectrum = sampling.finish();
    let outside = |lambda| Equilibrium::solve(&spectrum, lambda).measures(&spectrum).outside;
    close(outside(0.0), 0.05, 1e-3, "data");
    assert!(outside(0.5) < 0.05 && outside(2.0) < outside(0.5));
}
