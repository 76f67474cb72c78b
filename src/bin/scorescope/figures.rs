//! The figure that a link and a name stand for.

use super::Failure;
use scorescope::compute::{
    DiffusionLossReply, ForwardReply, Go, Lesson, Reply, Request, TrainingReply, TrainingRequest, run, run_on,
};
use scorescope::labs::{LabState, classifier, density, diffusion_loss, elbo, forward, gan, learned};
use scorescope::plot::Figure;

/// Computes a figure of a lab; `narrow` for phones.
pub(super) fn figure(state: &LabState, name: &str, narrow: bool) -> Result<Figure, Failure> {
    match state {
        LabState::Density(state) => density_figure(state, name, narrow),
        LabState::Forward(state) => forward_figure(state, name, narrow),
        LabState::Elbo(state) => elbo_figure(state, name),
        LabState::Classifier(state) => classifier_figure(state, name, narrow),
        LabState::Gan(state) => gan_figure(state, name, narrow),
        LabState::DiffusionLoss(state) => diffusion_loss_figure(state, name, narrow),
        LabState::Learned(state) => learned_figure(state, name, narrow),
    }
}

fn density_figure(state: &density::Density, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use density::{jobs, plots};
    let request = match name {
        "main" => jobs::main(state),
        "probe" => jobs::probe(state),
        "convergence" => jobs::convergence(state),
        other => {
            return Err(format!("--figure takes main, probe or convergence, not {other}").into());
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let figure = match run_on(request, threads)? {
        Reply::Points(reply) => plots::main(state, &reply, narrow),
        Reply::Probe(reply) => Some(plots::probe(state, &reply)),
        Reply::Convergence(reply) => Some(plots::convergence(state, &reply, narrow)),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn classifier_figure(state: &classifier::Classifier, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use classifier::{images, plots};
    let request = match (name, images::main(state)) {
        ("main", Some(request)) => request,
        (_, Some(_)) => return Err(format!("--figure takes main for the digits, not {name}").into()),
        _ => regions_request(state, name)?,
    };
    let figure = match run(request)? {
        Reply::Regions(reply) => plots::main(state, &reply),
        Reply::Accuracy(reply) => Some(plots::accuracy(state, Some(&reply), narrow)),
        Reply::Images(reply) => Some(plots::images::main(state, &reply, narrow)),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn regions_request(state: &classifier::Classifier, name: &str) -> Result<Request, Failure> {
    use classifier::jobs;
    Ok(match name {
        "main" => jobs::main(state),
        "accuracy" => jobs::accuracy(state),
        other => return Err(format!("--figure takes main or accuracy here, not {other}").into()),
    })
}

fn diffusion_loss_figure(
    state: &diffusion_loss::DiffusionLoss,
    name: &str,
    narrow: bool,
) -> Result<Figure, Failure> {
    use diffusion_loss::{jobs, plots};
    let request = match name {
        "main" => jobs::losses(state),
        "minimisers" => jobs::minimisers(state),
        "chain" => jobs::chain(state).ok_or("the chain needs a target in two dimensions")?,
        "weights" => return Ok(plots::weights(state)),
        "heads" => {
            let trained = train(jobs::lesson(state), state.training.at)?;
            let truth = learned::plots::Truth::new(state.common.target.mixture());
            return Ok(plots::heads(state, Some(&trained), &truth, narrow));
        }
        other => {
            let takes = "--figure takes main, minimisers, chain, weights or heads here";
            return Err(format!("{takes}, not {other}").into());
        }
    };
    match run(request)? {
        Reply::DiffusionLoss(DiffusionLossReply::Losses(reply)) => Ok(plots::main(state, &reply, narrow)),
        Reply::DiffusionLoss(DiffusionLossReply::Minimisers(reply)) => {
            Ok(plots::minimisers(state, Some(&reply)))
        }
        Reply::DiffusionLoss(DiffusionLossReply::Chain(reply)) => Ok(plots::chain(state, &reply, narrow)),
        _ => Err("there is nothing to draw".into()),
    }
}

fn elbo_figure(state: &elbo::Elbo, name: &str) -> Result<Figure, Failure> {
    use elbo::{jobs, plots};
    let request = match name {
        "main" => jobs::main(state),
        "gaps" => jobs::gaps(state),
        "weights" => return Ok(plots::weights(state)),
        other => return Err(format!("--figure takes main, gaps or weights here, not {other}").into()),
    };
    let figure = match run(request)? {
        Reply::Elbo(reply) if name == "gaps" => Some(plots::gaps(Some(&reply))),
        Reply::Elbo(reply) => plots::main(state, &reply),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn forward_figure(state: &forward::Forward, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use forward::{jobs, plots};
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let ask = |request| match run_on(request, threads) {
        Ok(Reply::Forward(reply)) => Ok(reply),
        Ok(_) => Err(Failure::from("there is nothing to draw")),
        Err(error) => Err(error.into()),
    };
    if name == "samplers" {
        let ForwardReply::Orders(reply) = ask(jobs::orders(state))? else {
            return Err("there is nothing to draw".into());
        };
        return Ok(plots::samplers(state, Some(&reply)));
    }
    let ForwardReply::Course(course) = ask(jobs::course(state))? else {
        return Err("there is nothing to draw".into());
    };
    match name {
        "main" => match ask(jobs::frame(state, true))? {
            ForwardReply::Frame(frame) => {
                let backdrop = plots::Backdrop::new(state, &course);
                Ok(plots::main(state, Some(&frame), backdrop.as_ref(), narrow))
            }
            _ => Err("there is nothing to draw".into()),
        },
        "schedule" => Ok(plots::schedule(state, Some(&course), state.level(), narrow)),
        other => Err(format!("--figure takes main, schedule or samplers here, not {other}").into()),
    }
}

fn gan_figure(state: &gan::Gan, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use gan::{jobs, plots};
    if !matches!(name, "main" | "sweep" | "training" | "progress") {
        return Err(format!("--figure takes main, sweep, training or progress here, not {name}").into());
    }
    let Reply::Gan(reply) = run(jobs::main(state))? else {
        return Err("there is nothing to draw".into());
    };
    let figure = match name {
        "main" => plots::main(state, &reply, narrow),
        "sweep" => Some(plots::sweep(state, Some(&reply), narrow)),
        _ => {
            let trained = train(jobs::lesson(state), state.training.at)?;
            let backdrop = plots::Backdrop::new(state, &reply);
            let draw = if name == "training" { plots::training } else { plots::progress };
            Some(draw(state, Some(&trained), backdrop.as_ref(), narrow))
        }
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

/// Trains as far as a link says.
fn train(lesson: Lesson, steps: usize) -> Result<TrainingReply, Failure> {
    let request = TrainingRequest { lesson, go: Go::To(steps) };
    match run(Request::Training(Box::new(request)))? {
        Reply::Training(reply) => reply.ended.clone().map_or(Ok(*reply), |error| Err(error.into())),
        _ => Err("there is nothing to draw".into()),
    }
}

fn learned_figure(state: &learned::Learned, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use learned::{jobs, plots};
    if !matches!(name, "main" | "progress" | "score") {
        return Err(format!("--figure takes main, progress or score here, not {name}").into());
    }
    let Reply::Training(reply) = run(jobs::main(state))? else {
        return Err("there is nothing to draw".into());
    };
    let (truth, found) = (plots::Truth::new(state.common.target.mixture()), plots::findings(Some(&reply)));
    Ok(match name {
        "progress" => plots::progress(state, &found, narrow),
        "score" => plots::score(&truth, &found, narrow),
        _ => plots::main(&truth, &found, narrow),
    })
}
