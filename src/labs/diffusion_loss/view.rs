//! The diffusion-loss lab on the page: figures, controls, tables and text.

mod heads;

use super::state::{DiffusionLoss, GAMMA, MODELS, WEIGHTS, Z_REACH, home};
use super::{jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{DiffusionLossReply, LossMinimisersReply, LossesReply, Reply, Slot};
use crate::labs::common::Group;
use crate::labs::controls::{
    Shared, TargetControls, ending, place_of, reset_button, schedule_fields, seed_fields,
};
use crate::labs::density::jobs::square;
use crate::labs::figures::{NARROW, height, short};
use crate::math::Mixture;
use crate::math::diffusion_loss::Weighting;
use crate::permalink::Number;
use crate::plot::{Figure, Theme};
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::figure::{Picture, ProbeControl};
use crate::ui::job::{Answer, Job, SharedEngine, status_line, table, use_job};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{dynamic, flag, number, place, show};
use crate::ui::table_view::TableView;
use crate::ui::words;
use crate::words::{essay, tr};
use heads::{Heads, use_heads};
use leptos::prelude::*;

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<DiffusionLoss>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let read = move || state.get();
    // The slots are served in this order: the main figure is the quickest here and comes first.
    let losses = use_job(engine, Slot::Probe, read, |s| Some((jobs::losses(s), Backend::Cpu)));
    let minimisers = use_job(engine, Slot::Main, read, |s| {
        s.common.shows(Group::Probe).then(|| (jobs::minimisers(s), Backend::Cpu))
    });
    let chain = use_job(engine, Slot::Convergence, read, |s| {
        let request = if s.common.shows(Group::Convergence) { jobs::chain(s) } else { None };
        request.map(|request| (request, Backend::Cpu))
    });
    let heads = use_heads(state, shared, engine, theme);
    Effect::new(move |_| {
        busy.set(losses.busy.get() || minimisers.busy.get() || chain.busy.get() || heads.busy());
    });
    let shows = move |group| shared.shows(group);
    let plane = move || shared.dim() == 2;
    view! {
        <div class="lab">
            {main_figure(state, losses, theme)}
            <form class="controls" aria-label=tr!("Controls") on:submit=move |e| e.prevent_default()>
                {show(move || shows(Group::Target), move || view! { <TargetControls shared /> }.into_any())}
                {show(
                    move || plane() && shows(Group::Probe),
                    move || context_control(state, shared),
                )}
                {show(move || shows(Group::Curves), move || weight_controls(state))}
                {show(
                    move || shows(Group::Time),
                    move || {
                        view! {
                            <fieldset>
                                <legend>{tr!("Steps that training draws from")}</legend>
                                {schedule_fields(shared)}
                                <p class="hint" hidden=flag(move || state.with(|s| s.weights.uses_schedule()))>
                                    {tr!("The chosen weights have times of their own; the schedule shows in the other curves.")}
                                </p>
                            </fieldset>
                        }
                            .into_any()
                    },
                )}
                {show(
                    move || shows(Group::Estimator),
                    move || {
                        view! {
                            <fieldset>
                                <legend>{tr!("Points of the target")}</legend>
                                {seed_fields(shared, Signal::stored(false))}
                            </fieldset>
                        }
                            .into_any()
                    },
                )}
                {show(move || Heads::shows(shared), move || heads.controls())}
                {reset_button(state)}
            </form>
            {show(move || shows(Group::Curves), move || weights_figure(state, theme))}
            {show(
                move || shows(Group::Probe),
                move || minimisers_figure(state, minimisers, theme),
            )}
            {show(
                move || plane() && shows(Group::Convergence),
                move || chain_figure(state, shared, chain, theme),
            )}
            {show(move || Heads::shows(shared), move || heads.learned())}
            {ending(shared, table(losses, losses_reply, tables::plotted), essay!("diffusion_loss"))}
        </div>
    }
    .into_any()
}

/// The reply behind the main figure.
fn losses_reply(reply: &Reply) -> Option<&LossesReply> {
    match reply {
        Reply::DiffusionLoss(DiffusionLossReply::Losses(reply)) => Some(reply),
        _ => None,
    }
}

/// The reply behind the minimisers.
fn minimisers_reply(reply: &Reply) -> Option<&LossMinimisersReply> {
    match reply {
        Reply::DiffusionLoss(DiffusionLossReply::Minimisers(reply)) => Some(reply),
        _ => None,
    }
}

/// The weighting that is picked out needs no new numbers: it is put into the state that they belong to.
fn picked(of: &DiffusionLoss, now: RwSignal<DiffusionLoss>) -> DiffusionLoss {
    DiffusionLoss { weights: now.with(|s| s.weights), ..of.clone() }
}

fn main_figure(state: RwSignal<DiffusionLoss>, losses: Job<DiffusionLoss>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let narrow = Memo::new(move |_| width.get() < NARROW);
    let figure = Memo::new(move |_| {
        losses.answer.with(|answer| {
            Some(match answer {
                Some(Answer {
                    state: of,
                    reply: Reply::DiffusionLoss(DiffusionLossReply::Losses(reply)),
                    ..
                }) => plots::main(&picked(of, state), reply, narrow.get()),
                _ => plots::main(&state.get(), &LossesReply::default(), narrow.get()),
            })
        })
    });
    let words = move || {
        status_line(losses, |reply| match reply {
            Reply::DiffusionLoss(DiffusionLossReply::Losses(reply)) => {
                let errors = reply.exact.iter().zip(&reply.losses).map(|(exact, l)| (l[0] - exact).abs());
                let worst = errors.filter(|e| e.is_finite()).fold(0.0, f64::max);
                let count = reply.exact.len();
                let worst = short(worst);
                Some((
                    tr!(
                        "With the formula’s weights the loss differs from −log p by at most {} nats. {} points",
                        worst,
                        count
                    ),
                    "",
                ))
            }
            _ => None,
        })
    };
    panel(Panel {
        work: Some(losses.work()),
        said: status(words),
        below: view! { <TableView table=table(losses, losses_reply, tables::slopes) /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Diffusion losses"), figure, theme, width, height))
    })
}

fn weights_figure(state: RwSignal<DiffusionLoss>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure: Memo<Option<Figure>> = Memo::new(move |_| Some(plots::weights(&state.get())));
    panel(Panel {
        name: "weights",
        heading: Some(("weights-heading", tr!("What each loss weighs"))),
        said: note(tr!(
            "Weight of the noise-prediction error per unit of λ, scaled so that on a standard normal every loss is −log p."
        )),
        ..Panel::new(Picture::new(tr!("Weights over log-SNR"), figure, theme, width, height))
    })
}

fn minimisers_figure(
    state: RwSignal<DiffusionLoss>,
    minimisers: Job<DiffusionLoss>,
    theme: Memo<Theme>,
) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        let figure = minimisers.answer.with(|answer| {
            let answer = answer.as_ref()?;
            Some(plots::minimisers(&picked(&answer.state, state), Some(minimisers_reply(&answer.reply)?)))
        });
        Some(figure.unwrap_or_else(|| plots::minimisers(&state.get(), None)))
    });
    let table = table(minimisers, minimisers_reply, |_, reply| tables::minimisers(reply));
    let models = MODELS.map(|(name, _)| (name, words::loss_model(name))).to_vec();
    panel(Panel {
        name: "minimisers",
        heading: Some(("minimisers-heading", tr!("What a wrong model settles on"))),
        work: Some(minimisers.work()),
        before: view! {
            <ChoiceField
                label=tr!("Family of models")
                key="model"
                options=models
                value=place(move || state.with(|s| place_of(&MODELS, &s.model)))
                set=move |i: usize| state.update(|s| s.model = MODELS[i].1)
            />
        }
        .into_any(),
        said: view! { <TableView table /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Losses of a family"), figure, theme, width, height))
    })
}

fn chain_figure(
    state: RwSignal<DiffusionLoss>,
    shared: Shared,
    chain: Job<DiffusionLoss>,
    theme: Memo<Theme>,
) -> AnyView {
    let width = RwSignal::new(0.0);
    let narrow = Memo::new(move |_| width.get() < NARROW);
    let figure = Memo::new(move |_| {
        let now = state.get();
        chain.answer.with(|answer| match answer {
            Some(Answer {
                state: of, reply: Reply::DiffusionLoss(DiffusionLossReply::Chain(reply)), ..
            }) if of.common.target.mixture().dim() == 2 => {
                // The line at the context moves without new numbers.
                let same = of.common.target == now.common.target;
                let shown = DiffusionLoss { z: if same { now.z } else { of.z }, ..of.clone() };
                Some(plots::chain(&shown, reply, narrow.get()))
            }
            _ => Some(plots::chain(&now, &crate::compute::ChainReply::default(), narrow.get())),
        })
    });
    let context = move || state.with(|s| shared.mixture.with(|m| s.z(m)));
    let axis = move |i: usize| shared.mixture.with(|m| if m.dim() == 2 { square(m)[i] } else { (0.0, 1.0) });
    // Only x₁ moves: the handle stays at half the height.
    let probe = ProbeControl {
        position: Signal::derive(move || vec![context()]),
        ordinate: Signal::derive(move || 0.5 * (axis(1).0 + axis(1).1)),
        ranges: Signal::derive(move || vec![axis(0)]),
        set: Callback::new(move |at: Vec<f64>| state.update(|s| s.z = at.first().copied())),
    };
    let words = move || {
        status_line(chain, |reply| match reply {
            Reply::DiffusionLoss(DiffusionLossReply::Chain(reply)) => {
                let (worst, points) = (short(plots::largest_error(reply)), reply.chain.len());
                Some((
                    tr!("Largest difference {} nats within 12 nats of the peak. {} points", worst, points),
                    "",
                ))
            }
            _ => None,
        })
    };
    panel(Panel {
        name: "chain",
        heading: Some(("chain-heading", tr!("The chain of conditionals"))),
        work: Some(chain.work()),
        said: view! {
            {status(words)}
            {note(tr!("log p(x₁) + log p(x₂|x₁), each by the formula’s loss. Drag the line to move the context x₁."))}
        }
        .into_any(),
        ..Panel::new(Picture {
            probe: Some(probe),
            ..Picture::new(tr!("Joint log-density"), figure, theme, width, height)
        })
    })
}

fn context_control(state: RwSignal<DiffusionLoss>, shared: Shared) -> AnyView {
    let range = Memo::new(move |_| {
        shared.mixture.with(|m| if m.dim() == 2 { square(m)[0] } else { (-Z_REACH, Z_REACH) })
    });
    let at_home = number(move || shared.mixture.with(home));
    let value = number(move || state.with(|s| shared.mixture.with(|m: &Mixture| s.z(m))));
    view! {
        <fieldset>
            <legend>{tr!("Context")}</legend>
            {dynamic(move || {
                let (min, max) = range.get();
                let spec = Number { key: "z", min, max, default: 0.0, whole: false };
                view! {
                    <NumberField
                        label=tr!("First coordinate")
                        unit="z = x₁"
                        spec
                        home=at_home
                        value
                        set=move |v: f64| state.update(|s| s.z = Some(v))
                        slide=Slide::Linear(10f64.powf(((max - min) / 100.0).log10().floor()))
                    />
                }
                    .into_any()
            })}
        </fieldset>
    }
    .into_any()
}

fn weight_controls(state: RwSignal<DiffusionLoss>) -> AnyView {
    let weights = WEIGHTS.map(|(name, _)| (name, words::weighting(name))).to_vec();
    let min_snr = move || state.with(|s| s.weights == Weighting::MinSnr);
    view! {
        <fieldset>
            <legend>{tr!("Weights")}</legend>
            <ChoiceField
                label=tr!("Weights picked out")
                key="weights"
                options=weights
                value=place(move || state.with(|s| place_of(&WEIGHTS, &s.weights)))
                set=move |i: usize| state.update(|s| s.weights = WEIGHTS[i].1)
            />
            {show(
                min_snr,
                move || {
                    view! {
                        <NumberField
                            label=tr!("Largest weight")
                            unit="γ"
                            spec=GAMMA
                            value=number(move || state.with(|s| s.gamma))
                            set=move |v| state.update(|s| s.gamma = v)
                            slide=Slide::Log
                        />
                    }
                        .into_any()
                },
            )}
        </fieldset>
    }
    .into_any()
}
