//! The forward lab on the page: figures, player, controls, tables and text.

use super::plots::Backdrop;
use super::state::{Forward, PARTICLES, PATHS, PROCESSES, SAMPLE_STEPS, SPEED};
use super::{jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{CourseReply, ForwardReply, FrameReply, OrdersReply, Reply, Slot};
use crate::labs::common::Group;
use crate::labs::controls::{
    Shared, TargetControls, backend_field, backend_of, ending, place_of, reset_button, schedule_fields,
    seed_fields,
};
use crate::labs::density::VARIANCES;
use crate::labs::figures::{NARROW, height};
use crate::math::{Process, step_index};
use crate::plot::{Figure, Theme, preferred_height};
use crate::ui::fields::{CheckField, ChoiceField, NumberField, Slide};
use crate::ui::figure::Picture;
use crate::ui::job::{Answer, Job, SharedEngine, status_line, table, use_job};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::player::{Player, Tape, player_view, use_player};
use crate::ui::reactive::{number, place, show, text};
use crate::ui::table_view::{Numbers, TableView};
use crate::ui::words;
use crate::words::essay;
use leptos::prelude::*;

/// Places of the clock that what moves slowly tells apart while it runs.
const SLOWLY: usize = 25;

/// The parameters, and whether the clock runs.
type Shown = (Forward, bool);

/// The signals that the parts of the page share.
#[derive(Clone, Copy)]
struct Stage {
    state: RwSignal<Forward>,
    player: Player,
    /// The clock, in leaps while it runs.
    slow: Memo<usize>,
    frame: Job<Shown>,
    course: Job<Forward>,
    orders: Job<Forward>,
    theme: Memo<Theme>,
}

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<Forward>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let playing = RwSignal::new(false);
    let read = move || (state.get(), playing.get());
    let frame = use_job(engine, Slot::Main, read, |(s, playing)| {
        Some((jobs::frame(s, !playing), backend_of(s.common.backend)))
    });
    let read = move || state.get();
    let course = use_job(engine, Slot::Probe, read, |s| Some((jobs::course(s), Backend::Cpu)));
    let orders = use_job(engine, Slot::Convergence, read, |s| {
        s.common.shows(Group::Convergence).then(|| (jobs::orders(s), Backend::Cpu))
    });
    Effect::new(move |_| busy.set(frame.busy.get() || course.busy.get() || orders.busy.get()));
    let tape = Tape {
        level: Signal::derive(move || state.with(Forward::level)),
        last: Signal::derive(move || state.with(Forward::count)),
        ends: Signal::derive(move || state.with(Forward::ends)),
        speed: number(move || state.with(|s| s.speed)),
        busy: Signal::derive(move || frame.busy.get()),
        words: text(move || state.with(clock_words)),
        set: Callback::new(move |level| state.update(|s| s.set_level(level))),
    };
    let player = use_player(playing, tape);
    let slow = Memo::new(move |_| {
        let (level, stride) = (tape.level.get(), tape.last.get().div_ceil(SLOWLY));
        if playing.get() { level / stride * stride } else { level }
    });
    let stage = Stage { state, player, slow, frame, course, orders, theme };
    let shows = move |group| shared.shows(group);
    view! {
        <div class="lab">
            {main_figure(stage)}
            <form class="controls" aria-label="Controls" on:submit=move |e| e.prevent_default()>
                {show(move || shows(Group::Curves), move || process_controls(state))}
                {show(move || shows(Group::Target), move || view! { <TargetControls shared /> }.into_any())}
                {show(move || shows(Group::Time), move || time_controls(shared))}
                {show(move || shows(Group::Estimator), move || particle_controls(state, shared))}
                {reset_button(state)}
            </form>
            {show(move || shows(Group::Probe), move || schedule_figure(stage))}
            {show(move || shows(Group::Convergence), move || orders_figure(stage))}
            {ending(shared, table(course, course_reply, tables::course), essay!("forward"))}
        </div>
    }
    .into_any()
}

/// Where the clock stands, beside the slider.
fn clock_words(state: &Forward) -> String {
    let index = step_index(state.level(), state.count(), state.common.steps as usize);
    format!(
        "step {} of {}, k = {}",
        state.level(),
        state.count(),
        crate::permalink::write_number(index.round())
    )
}

fn frame_of(answer: Option<&Answer<Shown>>) -> Option<(&Forward, &FrameReply)> {
    match answer {
        Some(Answer { state, reply: Reply::Forward(ForwardReply::Frame(reply)), .. }) => {
            Some((&state.0, reply))
        }
        _ => None,
    }
}

fn course_reply(reply: &Reply) -> Option<&CourseReply> {
    match reply {
        Reply::Forward(ForwardReply::Course(reply)) => Some(reply),
        _ => None,
    }
}

fn orders_reply(reply: &Reply) -> Option<&OrdersReply> {
    match reply {
        Reply::Forward(ForwardReply::Orders(reply)) => Some(reply),
        _ => None,
    }
}

fn course_of(answer: &Option<Answer<Forward>>) -> Option<(&Forward, &CourseReply)> {
    answer.as_ref().and_then(|answer| Some((&answer.state, course_reply(&answer.reply)?)))
}

/// Whether two states have the same map behind the particles.
fn same_map(a: &Forward, b: &Forward) -> bool {
    let (a, b) = (&a.common, &b.common);
    a.target == b.target && a.schedule() == b.schedule() && a.steps == b.steps
}

fn main_figure(stage: Stage) -> AnyView {
    let Stage { state, player, frame, course, theme, .. } = stage;
    let width = RwSignal::new(0.0);
    let narrow = Memo::new(move |_| width.get() < NARROW);
    // Made once for a course, so that its picture is kept from one frame to the next.
    let backdrop = Memo::new(move |_| {
        course.answer.with(|answer| {
            course_of(answer).and_then(|(s, reply)| Some((s.clone(), Backdrop::new(s, reply)?)))
        })
    });
    let figure = Memo::new(move |_| {
        let narrow = narrow.get();
        let figure = |s: &Forward, reply: Option<&FrameReply>| {
            backdrop.with(|map| {
                let map = map.as_ref().filter(|(of, _)| same_map(of, s)).map(|(_, map)| map);
                plots::main(s, reply, map, narrow)
            })
        };
        frame.answer.with(|answer| {
            Some(match frame_of(answer.as_ref()) {
                Some((s, reply)) => figure(s, Some(reply)),
                None => figure(&state.get(), None),
            })
        })
    });
    let words = move || {
        if player.playing.get() {
            return words::PLAYING.to_owned();
        }
        let cap = state.with(|s| s.moved(&s.common.target.mixture()) < s.particles as usize);
        status_line(frame, |reply| match reply {
            Reply::Forward(ForwardReply::Frame(reply)) => Some((
                format!("{} particles", reply.particles),
                if cap { words::FEWER_PARTICLES } else { "" },
            )),
            _ => None,
        })
    };
    let table = Memo::new(move |_| {
        let level = stage.slow.get();
        if player.playing.get() {
            let mut now = state.get_untracked();
            now.set_level(level);
            return tables::clock(&now, None);
        }
        frame.answer.with(|answer| match frame_of(answer.as_ref()) {
            Some((s, reply)) => tables::clock(s, Some(reply)),
            None => tables::clock(&state.get(), None),
        })
    });
    panel(Panel {
        work: Some(frame.work()),
        said: view! {
            {player_view(player)}
            {status(words)}
        }
        .into_any(),
        below: view! { <TableView table /> }.into_any(),
        ..Panel::new(Picture::new("Particles in time", figure, theme, width, height))
    })
}

fn schedule_figure(stage: Stage) -> AnyView {
    let Stage { state, slow, course, theme, .. } = stage;
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        let (narrow, level) = (width.get() < NARROW, slow.get());
        course.answer.with(|answer| {
            Some(match course_of(answer) {
                Some((s, reply)) => {
                    // The clock's step count is that in force; the rest is that of the reply.
                    let sample_steps = state.with(|s| s.sample_steps);
                    plots::schedule(&Forward { sample_steps, ..s.clone() }, Some(reply), level, narrow)
                }
                None => plots::schedule(&state.get(), None, level, narrow),
            })
        })
    });
    panel(Panel {
        name: "schedule",
        heading: Some(("schedule-heading", "The schedule, and how far from noise")),
        work: Some(course.work()),
        said: note("The dotted line is the clock."),
        ..Panel::new(Picture::new("Schedule and divergence", figure, theme, width, low))
    })
}

/// The height of panels side by side that need not be tall.
fn low(figure: &Figure, width: f64) -> f64 {
    let preferred = preferred_height(figure, width);
    if width < NARROW { preferred } else { preferred.min(300.0) }
}

fn orders_figure(stage: Stage) -> AnyView {
    let Stage { state, orders, theme, .. } = stage;
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        orders.answer.with(|answer| {
            let found = answer.as_ref().and_then(|a| Some((&a.state, orders_reply(&a.reply)?)));
            Some(match found {
                Some((s, reply)) => plots::samplers(s, Some(reply)),
                None => plots::samplers(&state.get(), None),
            })
        })
    });
    let table = table(orders, orders_reply, |_, reply| tables::samplers(reply));
    panel(Panel {
        name: "samplers",
        heading: Some(("orders-heading", "How many steps a sampler needs")),
        work: Some(orders.work()),
        said: note("Started from the exact density at the last time, so that only the steps are to blame."),
        below: view! { <Numbers table /> }.into_any(),
        ..Panel::new(Picture::new("Distance from the target against steps", figure, theme, width, height))
    })
}

fn process_controls(state: RwSignal<Forward>) -> AnyView {
    let processes = PROCESSES.map(|(name, _)| (name, words::process(name))).to_vec();
    let variances = VARIANCES.map(|(name, value)| (name, words::variance(value))).to_vec();
    let choose = move |i: usize| {
        state.update(|s| {
            let before = s.process;
            s.process = PROCESSES[i].1;
            // At an end nothing has happened yet, or all has: the new process begins at its own start.
            if before.is_reverse() != s.process.is_reverse() && (s.level() == 0 || s.level() == s.count()) {
                s.set_level(s.ends().0);
            }
        });
    };
    view! {
        <fieldset>
            <legend>"Process"</legend>
            <ChoiceField
                label="What the particles follow"
                key="process"
                options=processes
                value=place(move || state.with(|s| place_of(&PROCESSES, &s.process)))
                set=choose
            />
            <NumberField
                label="Steps of the process"
                unit="S"
                spec=SAMPLE_STEPS
                value=number(move || state.with(|s| s.sample_steps))
                set=move |v| state.update(|s| s.sample_steps = v)
                slide=Slide::Log
            />
            {show(
                move || state.with(|s| s.process == Process::Ddpm),
                move || {
                    view! {
                        <ChoiceField
                            label="Reverse variance"
                            key="variance"
                            options=variances.clone()
                            value=place(move || state.with(|s| place_of(&VARIANCES, &s.variance)))
                            set=move |i: usize| state.update(|s| s.variance = VARIANCES[i].1)
                        />
                    }
                        .into_any()
                },
            )}
            <NumberField
                label="Speed"
                unit="steps/s"
                spec=SPEED
                value=number(move || state.with(|s| s.speed))
                set=move |v| state.update(|s| s.speed = v)
                slide=Slide::Log
            />
        </fieldset>
    }
    .into_any()
}

fn time_controls(shared: Shared) -> AnyView {
    view! {
        <fieldset>
            <legend>"Noise schedule"</legend>
            {schedule_fields(shared)}
        </fieldset>
    }
    .into_any()
}

fn particle_controls(state: RwSignal<Forward>, shared: Shared) -> AnyView {
    view! {
        <fieldset>
            <legend>"Particles"</legend>
            <NumberField
                label="How many"
                spec=PARTICLES
                value=number(move || state.with(|s| s.particles))
                set=move |v| state.update(|s| s.particles = v)
                slide=Slide::Log
            />
            <NumberField
                label="Paths drawn"
                spec=PATHS
                value=number(move || state.with(|s| s.paths))
                set=move |v| state.update(|s| s.paths = v)
                slide=Slide::Linear(1.0)
            />
            <CheckField
                label="Exact density at the clock"
                swatch="exact"
                value=Signal::derive(move || state.with(|s| s.density))
                set=move |on| state.update(|s| s.density = on)
            />
            {show(
                move || shared.dim() == 2,
                move || {
                    view! {
                        <CheckField
                            label="Score arrows"
                            value=Signal::derive(move || state.with(|s| s.arrows))
                            set=move |on| state.update(|s| s.arrows = on)
                        />
                    }
                        .into_any()
                },
            )}
            {seed_fields(shared, Signal::stored(false))}
            {backend_field(shared, "Particles moved on")}
        </fieldset>
    }
    .into_any()
}
