//! Named quantities of a link, for the command line and for tables: contract names that may not
//! change.

use super::jobs;
use super::plots::shown;
use super::state::Gan;
use crate::compute::{GanReply, JobError, Reply, run};
use crate::labs::report::Quantity;

/// Densities, discriminator and regulariser at the given points, or else at those of the figure
/// (every fourth along an axis in two dimensions), and the measures, with the chosen weights.
/// `log_c` goes with `R = -log p` or its estimate, constant included; uniform weights have none.
///
/// # Errors
/// [`JobError`] when the link cannot be computed or the points have the wrong dimension.
pub fn evaluate(state: &Gan, at: Option<&[Vec<f64>]>) -> Result<Vec<Quantity>, JobError> {
    let dim = state.common.target.mixture().dim();
    if at.is_some_and(|at| at.iter().any(|x| x.len() != dim)) {
        return Err(JobError::Dimension);
    }
    let stride = if dim == 1 { 2 } else { 4 };
    let points = at.map_or_else(|| jobs::points(state, stride), <[_]>::concat);
    let Reply::Gan(reply) = run(jobs::request(state, points.clone(), false))? else {
        return Err(JobError::Dimension);
    };
    quantities(state, &reply, points, dim).ok_or(JobError::Dimension)
}

fn quantities(state: &Gan, reply: &GanReply, points: Vec<f64>, dim: usize) -> Option<Vec<Quantity>> {
    let shown = shown(state, reply);
    let chosen = shown.last()?;
    let equilibrium = &chosen.equilibrium;
    let r = &chosen.field.regulariser;
    let generator = reply.log_density.iter().zip(r).map(|(l, r)| (l + equilibrium.log_ratio(*r)).exp());
    let count = reply.log_density.len();
    let shape = if dim == 1 { vec![count] } else { vec![count, dim] };
    let m = &chosen.measures;
    Some(vec![
        Quantity { shape, ..Quantity::list("x", points, "1") },
        Quantity::list("p_data", reply.log_density.iter().map(|l| l.exp()).collect(), "1"),
        Quantity::list("p_g", generator.collect(), "1"),
        Quantity::list("discriminator", r.iter().map(|r| equilibrium.discriminator(*r)).collect(), "1"),
        Quantity::list("regulariser", r.clone(), "nat"),
        Quantity::scalar("log_c", equilibrium.log_c, "nat"),
        Quantity::scalar("js", m.js, "nat"),
        Quantity::scalar("kl", m.kl, "nat"),
        Quantity::scalar("tv", m.tv, "1"),
        Quantity::scalar("entropy_g", m.entropy, "nat"),
        Quantity::scalar("mass_outside", m.outside, "1"),
        Quantity::list("mode_shares", m.shares.clone(), "1"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::{LabState, Model, open, open_as};

    fn evaluated(query: &str) -> Vec<Quantity> {
        let (state, notices) = open_as::<Gan>(query);
        assert!(notices.is_empty(), "{query}: {notices:?}");
        evaluate(&state, None).expect("computed")
    }

    fn number(quantities: &[Quantity], name: &str) -> f64 {
        quantities.iter().find(|q| q.name == name).expect("a contract name").values[0]
    }

    /// `tests/oracle/`, through links.
    #[test]
    fn links_give_the_oracles_numbers() {
        for (file, target) in [("bimodal-1d", "bimodal"), ("claw-1d", "claw"), ("three-2d", "three")] {
            let path = format!("{}/tests/oracle/{file}.json", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).expect("readable");
            let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            for case in json["gan"].as_array().expect("cases").iter().skip(1).step_by(2) {
                let found = evaluated(&format!("v=1&lab=gan&target={target}&lambda={}", case["lam"]));
                for (name, key) in
                    [("log_c", "log_c"), ("kl", "kl_g_data"), ("js", "js"), ("entropy_g", "entropy_g")]
                {
                    let (found, expected) = (number(&found, name), case[key].as_f64().expect("a number"));
                    let error = (found - expected).abs() / expected.abs().max(1.0);
                    // The oracle's own sums in the plane are good to about 1e-6.
                    let tolerance = if target == "three" { 2e-6 } else { 1e-6 };
                    assert!(error < tolerance, "{target} {name}: {found} instead of {expected}");
                }
                // What the points say fits together.
                let list = |name: &str| &found.iter().find(|q| q.name == name).expect("there").values;
                let (p, g, d) = (list("p_data"), list("p_g"), list("discriminator"));
                for ((p, g), d) in p.iter().zip(g).zip(d) {
                    assert!((d - p / (p + g)).abs() < 1e-10 || p + g < 1e-200, "{p} {g} {d}");
                }
            }
        }
    }

    /// Both rules of reading agree on what the words beside the figure claim.
    #[test]
    fn links_of_the_text_open_without_notices_and_show_what_they_say() {
        let text = include_str!("text.en.md");
        let links: Vec<&str> = text.split("](?").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(links.len() >= 8);
        for link in links {
            let (state, notices) = open(link);
            assert!(notices.is_empty() && matches!(state, LabState::Gan(_)), "{link}: {notices:?}");
        }
        let near = |query: &str, name: &str, expected: f64, tolerance: f64| {
            let found = number(&evaluated(query), name);
            assert!((found - expected).abs() < tolerance, "{query}: {name} is {found}");
        };
        near("v=1&lab=gan", "mode_shares", 0.23, 0.005);
        near("v=1&lab=gan", "mass_outside", 0.01, 0.001);
        near("v=1&lab=gan", "kl", 0.09, 0.005);
        near("v=1&lab=gan&lambda=5", "mode_shares", 0.02, 0.005);
        near("v=1&lab=gan&schedule=linear&weights=uniform", "kl", 0.19, 0.005);
        near("v=1&lab=gan&rule=paper", "kl", number(&evaluated("v=1&lab=gan"), "kl"), 1e-3);
        near("v=1&lab=gan&target=ring8&lambda=2", "mode_shares", 0.125, 1e-3);
    }

    #[test]
    fn links_round_trip_and_clamp() {
        let query = "v=1&lab=gan&target=claw&schedule=linear&steps=50&lambda=3.5&weights=uniform&rule=paper";
        let (state, notices) = open_as::<Gan>(query);
        assert!(notices.is_empty());
        assert_eq!(open_as::<Gan>(&state.query()).0, state);
        for (lambda, used) in [("-1", 0.0), ("1e400", 20.0), ("nan", 0.5)] {
            let (state, notices) = open_as::<Gan>(&format!("v=1&lab=gan&lambda={lambda}"));
            assert_eq!((state.lambda, notices.len()), (used, 1));
        }
    }

    #[test]
    fn points_may_be_given() {
        let state = Gan::default();
        let found = evaluate(&state, Some(&[vec![1.5], vec![-2.0]])).expect("computed");
        assert_eq!(found[0].values, [1.5, -2.0]);
        assert_eq!(evaluate(&state, Some(&[vec![1.0, 2.0]])).err(), Some(JobError::Dimension));
    }
}
