//! What replies say is true: the routes to one number agree, identities of the paper hold, errors
//! fall at the known rates. How jobs are run is the business of `jobs.rs`.

mod requests;

use requests::{as_points, convergence, grid, points, probe, replies, spec};
use scorescope::compute::{
    ConvergenceReply, ConvergenceRequest, PointsRequest, ProbeReply, ProbeRequest, Reply, Request, run,
};
use scorescope::math::targets::Preset;
use scorescope::math::{
    Component, Covariance, Estimator, FormulaSpec, ReverseVariance, Rule, ScoreError, Scratch, fit_line,
};

fn as_probe(reply: Reply) -> ProbeReply {
    let Reply::Probe(reply) = reply else { panic!("a probe: {reply:?}") };
    reply
}

#[test]
fn the_other_routes_come_when_asked_for_and_only_then() {
    let request = points(Preset::Bimodal, Estimator::Quadrature, 9);
    let plain = as_points(run(Request::Points(request.clone())).expect("a reply"));
    assert!(plain.ode.is_empty() && plain.elbo.is_empty());
    let full = PointsRequest { ode: true, elbo: Some(ReverseVariance::Beta), ..request };
    let full = as_points(run(Request::Points(full)).expect("a reply"));
    assert_eq!((full.ode.len(), full.elbo.len()), (9, 9));
    for ((ode, formula), exact) in full.ode.iter().zip(&full.formula).zip(&full.exact) {
        assert!((ode - exact).abs() < 1e-6 * exact.abs().max(1.0), "{ode} {exact}");
        assert!((formula.value - exact).abs() < 1e-6 * exact.abs().max(1.0), "{formula:?} {exact}");
    }
    assert_eq!((plain.exact, plain.formula), (full.exact, full.formula));
}

/// `δ` lowers the formula by `δ²/2` on average over the data (MATH, section 7).
#[test]
fn a_score_error_lowers_the_formula_by_half_its_square() {
    let (delta, n) = (0.4, 400);
    let mixture = Preset::Bimodal.mixture();
    let request = |delta| PointsRequest {
        points: (0..n).flat_map(|i| mixture.sample(9, i)).collect(),
        spec: FormulaSpec { score_error: ScoreError(delta), ..spec(Estimator::Quadrature, 1) },
        stages: Vec::new(),
        ..points(Preset::Bimodal, Estimator::Quadrature, 2)
    };
    let mean = |delta| {
        let reply = as_points(run(Request::Points(request(delta))).expect("a reply"));
        reply.formula.iter().zip(&reply.exact).map(|(f, e)| e - f.value).sum::<f64>() / f64::from(n)
    };
    // The part that is odd in δ is a mean over 400 points; the even one is exact at every point.
    let fall = 0.5 * (mean(delta) + mean(-delta));
    assert!((fall - 0.5 * delta * delta).abs() < 1e-6, "{fall}");
    let probe = ProbeRequest {
        spec: request(delta).spec,
        ..probe(Preset::Bimodal, Estimator::Quadrature, &[0.3], (0.0, 1.0))
    };
    let told = as_probe(run(Request::Probe(probe)).expect("a reply")).mean_fall;
    assert!((told - 0.5 * delta * delta).abs() < 1e-6, "{told}");
}

#[test]
fn a_grid_goes_from_coarse_to_fine_and_agrees_with_itself() {
    let (partial, last) = replies(Request::Grid(grid(Preset::Three)));
    let last = as_points(last);
    assert_eq!(partial.len(), 1);
    let first = as_points(partial[0].clone());
    assert_eq!((first.formula.len(), last.formula.len()), (20, 63));
    // Every other row and column of the fine grid is the coarse one, which is a preview by a
    // quarter of the times: good to two hundredths.
    for (j, i) in (0..4).flat_map(|j| (0..5).map(move |i| (j, i))) {
        let (coarse, fine) = (j * 5 + i, 2 * j * 9 + 2 * i);
        assert!((first.exact[coarse] - last.exact[fine]).abs() < 1e-12);
        assert!((first.formula[coarse].value - last.formula[fine].value).abs() < 2e-2);
    }
    for (formula, exact) in last.formula.iter().zip(&last.exact) {
        assert!((formula.value - exact).abs() < 2e-4, "{formula:?} {exact}");
    }
}

fn gaussian(dim: usize) -> Vec<Component> {
    vec![Component { weight: 1.0, mean: vec![0.0; dim], covariance: Covariance::Isotropic(1.0) }]
}

#[test]
fn four_dimensions_are_computed_with_draws() {
    let request = PointsRequest {
        target: gaussian(4),
        points: vec![0.5; 4],
        spec: spec(Estimator::SteinQmc, 64),
        ode: true,
        elbo: Some(ReverseVariance::Beta),
        ..points(Preset::Bimodal, Estimator::Stein, 2)
    };
    let reply = as_points(run(Request::Points(request)).expect("a reply"));
    // N(0, I) stays itself, so Stein's integrand has no error of its own.
    let exact = -2.0 * (2.0 * std::f64::consts::PI).ln() - 0.5;
    assert!((reply.exact[0] - exact).abs() < 1e-12);
    assert!((reply.formula[0].value - exact).abs() < 0.05, "{:?}", reply.formula);
    assert!((reply.ode[0] - exact).abs() < 1e-6);
    assert!(reply.elbo[0].is_finite());
}

/// Both sides of (F12), the integral of `D` and the change of the mean log-density, come from
/// different code: the one from scores, the other from densities.
#[test]
fn both_sides_of_the_identity_between_two_times_agree() {
    let places =
        [(Preset::Gaussian, 1.3), (Preset::Bimodal, -0.07), (Preset::Trio, -2.4), (Preset::Claw, 0.3)];
    for (preset, x) in places {
        for times in [(0.0, 1.0), (0.0, 0.3), (0.02, 0.7), (0.4, 1.0)] {
            let request = probe(preset, Estimator::Quadrature, &[x], times);
            let reply = as_probe(run(Request::Probe(request)).expect("a reply"));
            let difference = reply.difference.expect("in one dimension");
            let error = (reply.integral.value - difference).abs() / difference.abs().max(1.0);
            assert!(error < 1e-6, "{preset:?} {times:?} {x}: {} {difference}", reply.integral.value);
            assert_eq!(reply.integral.standard_error, None);
        }
    }
}

#[test]
fn the_probe_tells_one_story() {
    let mixture = Preset::Bimodal.mixture();
    let x = [0.264];
    let request = probe(Preset::Bimodal, Estimator::Quadrature, &x, (0.0, 1.0));
    let reply = as_probe(run(Request::Probe(request.clone())).expect("a reply"));
    let exact = mixture.at_zero().log_density(&x, &mut Scratch::default());
    assert_eq!(reply.exact, exact);
    assert!((reply.formula.value - exact).abs() < 1e-6);
    assert!((reply.ode.as_ref().expect("solved").0 - exact).abs() < 1e-6);
    // The whole integral is the distance from the data's end to that of pure noise.
    let noise = -0.5 * (1.0 + (2.0 * std::f64::consts::PI).ln());
    assert!((noise - reply.integral.value - exact).abs() < 1e-6);
    // The path starts at the log-density, ends at pure noise, and moves as the integrand says:
    // its slope over λ is t(1-t) D. Central differences on a grid of step 0.2 err by some 1e-3.
    assert_eq!(reply.path.len(), reply.reference.len());
    assert!((reply.path[0] - exact).abs() < 1e-3);
    assert!((reply.path[reply.path.len() - 1] - noise).abs() < 1e-3);
    for (nodes, path) in reply.reference.windows(3).zip(reply.path.windows(3)) {
        let slope = (path[2] - path[0]) / (nodes[2].time.lambda() - nodes[0].time.lambda());
        assert!((slope - nodes[1].per_lambda).abs() < 5e-3, "{:?}: {slope}", nodes[1]);
    }
    // The chosen estimator's nodes scatter about the reference by about their errors.
    let drawn = ProbeRequest { spec: spec(Estimator::Stein, 4096), ..request };
    let drawn = as_probe(run(Request::Probe(drawn)).expect("a reply"));
    let error = drawn.formula.standard_error.expect("an error");
    assert!(error > 0.0 && (drawn.formula.value - exact).abs() < 5.0 * error, "{:?} {exact}", drawn.formula);
    assert_eq!(drawn.reference, reply.reference);
}

#[test]
fn the_shares_of_a_profile_add_up_to_the_integral() {
    let x = [0.264];
    let request = probe(Preset::Bimodal, Estimator::Quadrature, &x, (0.0, 1.0));
    let reply = as_probe(run(Request::Probe(request)).expect("a reply"));
    let shares: f64 = reply.profile.iter().map(|n| n.share).sum();
    let expected = -0.5 * (1.0 + (2.0 * std::f64::consts::PI).ln()) - reply.exact;
    assert!((shares - expected).abs() < 1e-5, "{shares} {expected}");
}

fn slope(errors: &[(usize, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = errors.iter().map(|(n, e)| ((*n as f64).ln(), e.ln())).collect();
    fit_line(&logs).expect("a line").slope
}

fn converged(request: ConvergenceRequest) -> ConvergenceReply {
    let (partial, last) = replies(Request::Convergence(request));
    let Reply::Convergence(last) = last else { panic!("a convergence reply") };
    assert!(!partial.is_empty());
    for reply in partial {
        let Reply::Convergence(reply) = reply else { panic!("a convergence reply") };
        for ((estimator, part), (_, whole)) in reply.draws.iter().zip(&last.draws) {
            assert!(whole.starts_with(part), "{estimator:?}");
        }
        for ((rule, part), (_, whole)) in reply.steps.iter().zip(&last.steps) {
            assert!(whole.starts_with(part), "{rule:?}");
        }
    }
    last
}

/// An error of one reply comes from 4 seeds, so its logarithm has a standard deviation of about
/// 0.35 and a slope over four numbers of draws, each four times the one before, one of 0.11; the
/// mean of six slopes has 0.046, a third of what is allowed.
#[test]
fn errors_fall_with_draws_at_the_known_rates() {
    for preset in [Preset::Bimodal, Preset::Claw] {
        let seeds = 1..=6;
        let runs: Vec<ConvergenceReply> = seeds
            .map(|seed| {
                let base = convergence(preset);
                let spec = FormulaSpec { seed, ..base.spec };
                converged(ConvergenceRequest { spec, steps: Vec::new(), ..base })
            })
            .collect();
        let of = |reply: &ConvergenceReply, estimator| -> Vec<(usize, f64)> {
            reply.draws.iter().find(|(e, _)| *e == estimator).expect("there").1.clone()
        };
        let mean = |estimator| runs.iter().map(|r| slope(&of(r, estimator))).sum::<f64>() / runs.len() as f64;
        for estimator in [Estimator::MonteCarlo, Estimator::Antithetic, Estimator::Stein] {
            let found = mean(estimator);
            assert!((-0.65..=-0.35).contains(&found), "{preset:?} {estimator:?}: {found}");
        }
        let found = mean(Estimator::SteinQmc);
        assert!(found < -0.8, "{preset:?}: {found}");
        // Stein's form has the smaller error at equal draws.
        for reply in &runs {
            let (plain, stein) = (of(reply, Estimator::MonteCarlo), of(reply, Estimator::Stein));
            assert!(plain.iter().zip(&stein).all(|(p, s)| s.1 < p.1), "{preset:?}: {plain:?} {stein:?}");
        }
    }
}

#[test]
fn errors_fall_with_steps() {
    for preset in [Preset::Gaussian, Preset::Bimodal] {
        let reply = converged(ConvergenceRequest { draws: Vec::new(), ..convergence(preset) });
        let of = |rule| &reply.steps.iter().find(|(r, _)| *r == rule).expect("there").1;
        let paper = of(Rule::Paper);
        assert!(paper.windows(2).all(|w| w[1].1 < w[0].1), "{preset:?}: {paper:?}");
        let found = slope(&paper[2..]);
        assert!((-1.4..=-0.6).contains(&found), "{preset:?}: {found}");
        // MATH, section 2: the trapezoid is the best of the three at equal steps.
        for ((n, trapezoid), (_, paper)) in
            of(Rule::LogSnrTrapezoid).iter().zip(paper).filter(|((n, _), _)| *n >= 32)
        {
            assert!(trapezoid < paper, "{preset:?} {n}: {trapezoid} {paper}");
        }
    }
}

/// What a visitor's mixture may be, however odd, ends in a reply.
#[test]
fn narrow_and_distant_components_end_in_a_reply() {
    for row in [[1.0, 0.0, 1e-6], [1.0, 900.0, 1e-4], [1.0, 0.0, 1e6], [1e-9, -30.0, 1e-3]] {
        let target: Vec<Component> = [row, [1.0, 1.0, 0.5]]
            .iter()
            .map(|r| Component { weight: r[0], mean: vec![r[1]], covariance: Covariance::Isotropic(r[2]) })
            .collect();
        let request = PointsRequest {
            target,
            points: vec![row[1], 0.5, 1.5],
            ..points(Preset::Bimodal, Estimator::Quadrature, 2)
        };
        let reply = as_points(run(Request::Points(request)).expect("a reply"));
        for (formula, exact) in reply.formula.iter().zip(&reply.exact) {
            assert!(formula.value.is_finite() && exact.is_finite(), "{row:?} {formula:?} {exact}");
        }
    }
}
