//! A tour of the lab in a few steps. Each is a link with `tour=` and what it is about, so that a step is a picture
//! like any other: it can be changed, shared, and left at any time.

use crate::permalink::Number;
use crate::words::{Words, word};

/// A step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What is on show, without `v`, `lab` and `tour`.
    pub query: &'static str,
    /// What it is about.
    pub title: Words,
    /// What there is to see and to try.
    pub text: Words,
}

/// Which step it is, from 1; 0 where there is no tour.
pub const TOUR: Number = Number { key: "tour", min: 0.0, max: STEPS.len() as f64, default: 0.0, whole: true };

/// The steps, in order.
pub const STEPS: [Step; 6] = [
    Step {
        query: "target=gaussian&estimator=quadrature&hide=convergence",
        title: word!("One bump"),
        text: word!(
            "The thick curve is the exact log-density of a Gaussian. The blue one on it is what the formula makes of the scores of that Gaussian under more and more noise; it was told nothing else. Below is their difference. Drag the ring, the probe, or move it with the arrow keys: the table has the numbers at its place."
        ),
    },
    Step {
        query: "target=bimodal&estimator=quadrature&probe=0&hide=convergence",
        title: word!("Where the number comes from"),
        text: word!(
            "Two modes, and the probe between them. Under the controls and the figure stands the integrand at the probe, from the data on the left to pure noise on the right, and its running integral. A constant minus the whole integral is the log-density. Put the probe on a mode and see which times make the difference."
        ),
    },
    Step {
        query: "target=bimodal&estimator=monte-carlo&hide=convergence",
        title: word!("Chance"),
        text: word!(
            "So far the expectations over the noise were exact. Here they are means of 64 draws at each time, as in the paper, and the band is where the truth lies 95 times of 100 at any one place. Ask for a new seed and watch the estimate move; four times as many draws halve the band."
        ),
    },
    Step {
        query: "target=bimodal&estimator=stein-qmc",
        title: word!("The same draws, better used"),
        text: word!(
            "Stein’s form of the integrand fades out where there is little noise, and Sobol points fill the space evenly: with as many draws the band is several times narrower. The last figure shows how the error falls with more of them, and with which slope."
        ),
    },
    Step {
        query: "target=bimodal&estimator=quadrature&rule=paper&hide=convergence",
        title: word!("Steps"),
        text: word!(
            "Diffusion models run in steps, and the paper’s formula is a sum over them. With 100 steps its weights leave the estimate 0.3 to 0.5 nats too low, although no draw is involved. Choose the log-SNR weights, trapezoidal, under the estimator: the same steps, and the gap is gone."
        ),
    },
    Step {
        query: "target=ring8&estimator=quadrature&hide=convergence",
        title: word!("In the plane, and beyond"),
        text: word!(
            "Truth, formula and difference for a ring of eight. Choose another target, or make one of your own: it is computed while you draw. Handwritten digits, in 64 dimensions, are in the same menu. The other labs, at the top, show what the formula explains."
        ),
    },
];

/// The query of a step, from 1.
#[must_use]
pub fn query(step: usize) -> Option<String> {
    let found = step.checked_sub(1).and_then(|place| STEPS.get(place))?;
    Some(format!("v=1&lab=density&tour={step}&{}", found.query))
}

#[cfg(test)]
mod tests {
    //! Steps are links without notices, and what their texts claim is so.
    use super::*;
    use crate::compute::{Reply, run};
    use crate::labs::density::{Density, jobs};
    use crate::labs::{Model, open_as};

    fn state(step: usize) -> Density {
        let query = query(step).expect("a step");
        let (state, notices) = open_as::<Density>(&query);
        assert_eq!(notices, [], "{query}");
        assert_eq!(state.tour, step as f64);
        assert_eq!(open_as::<Density>(&state.query()).0, state);
        state
    }

    /// Differences from the truth and half widths of the bands where there is density.
    fn errors(state: &Density) -> (Vec<f64>, Vec<f64>) {
        let Ok(Reply::Points(reply)) = run(jobs::main(state)) else { panic!("no points") };
        let seen = reply.formula.iter().zip(&reply.exact).filter(|(_, exact)| **exact > -6.0);
        seen.map(|(f, exact)| (f.value - exact, 1.96 * f.standard_error.unwrap_or(0.0))).unzip()
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_steps_open_and_end() {
        for step in 1..=STEPS.len() {
            state(step);
        }
        assert!(query(0).is_none() && query(STEPS.len() + 1).is_none());
    }

    #[test]
    fn bands_shrink_as_it_says() {
        let plain = state(3);
        let four = Density { draws: 4.0 * plain.draws, ..plain.clone() };
        let ratio = mean(&errors(&plain).1) / mean(&errors(&four).1);
        assert!((1.7..2.3).contains(&ratio), "four times the draws: {ratio}");
        let better = mean(&errors(&plain).1) / mean(&errors(&state(4)).1);
        assert!(better > 3.0, "Stein's form on Sobol points: {better}");
    }

    #[test]
    fn the_papers_weights_leave_that_gap_and_the_others_do_not() {
        let paper = state(5);
        let (gaps, _) = errors(&paper);
        assert!(gaps.iter().all(|gap| (-0.56..-0.28).contains(gap)), "{gaps:?}");
        let other = Density { rule: crate::math::Rule::LogSnrTrapezoid, ..paper };
        let (gaps, _) = errors(&other);
        assert!(gaps.iter().all(|gap| gap.abs() < 0.02), "{gaps:?}");
    }
}
