//! A hook that keeps one slot of the engine at work on a lab's parameters.

use crate::compute::web::{Backend, Engine, Tier};
use crate::compute::{Event, Reply, Request, Slot};
use crate::ui::reactive::{flag, text};
use crate::ui::table::Table;
use crate::ui::words;
use crate::words::tr;
use leptos::prelude::*;

/// The engine, as components pass it on.
pub type SharedEngine = StoredValue<Engine, LocalStorage>;

/// A reply with the parameters it belongs to, which may be older than those in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<S> {
    /// The parameters.
    pub state: S,
    /// What came back; `whole` is false while finer replies are to come.
    pub reply: Reply,
    /// Whether this is the last reply.
    pub whole: bool,
    /// Time since the job was submitted, milliseconds.
    pub millis: f64,
    /// Where it ran.
    pub tier: Tier,
}

/// The signals of a job.
pub struct Job<S: Send + Sync + 'static> {
    /// The newest reply; the last valid one stays while another is computed.
    pub answer: RwSignal<Option<Answer<S>>>,
    /// Whether the reply to the parameters in force is still to come.
    pub busy: RwSignal<bool>,
    /// Share of the work done.
    pub progress: RwSignal<f64>,
    /// Why there is no reply, or empty.
    pub error: RwSignal<String>,
}

impl<S: Send + Sync + 'static> Clone for Job<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Send + Sync + 'static> Copy for Job<S> {}

/// Submits `request(state)` to a slot whenever it changes, or clears the slot where there is
/// none; changes of the state that leave the request as it was cost nothing.
pub fn use_job<S>(
    engine: SharedEngine,
    slot: Slot,
    state: impl Fn() -> S + Copy + Send + Sync + 'static,
    request: impl Fn(&S) -> Option<(Request, Backend)> + Send + Sync + 'static,
) -> Job<S>
where
    S: Clone + PartialEq + Send + Sync + 'static,
{
    let job = Job {
        answer: RwSignal::new(None),
        busy: RwSignal::new(true),
        progress: RwSignal::new(0.0),
        error: RwSignal::new(String::new()),
    };
    let request = Memo::new(move |_| request(&state()));
    Effect::new(move |_| {
        let Some(work) = request.get() else {
            engine.with_value(|engine| engine.cancel(slot));
            job.busy.set(false);
            return;
        };
        let snapshot = untrack(state);
        job.busy.set(true);
        job.progress.set(0.0);
        let start = now();
        let handler = move |event, tier: &Tier| {
            let answer = |reply, whole| {
                let (state, tier) = (snapshot.clone(), tier.clone());
                job.answer.set(Some(Answer { state, reply, whole, millis: now() - start, tier }));
            };
            match event {
                Event::Progress(share) => job.progress.set(share),
                Event::Partial(reply) => answer(reply, false),
                Event::Done(reply) => {
                    job.error.set(String::new());
                    answer(reply, true);
                    job.busy.set(false);
                }
                Event::Failed(error) => {
                    job.error.set(error.to_string());
                    job.busy.set(false);
                }
            }
        };
        engine.with_value(|engine| engine.submit(slot, work, handler));
    });
    job
}

impl<S> Answer<S> {
    /// Where it was computed, in words.
    pub fn place(&self) -> String {
        match self.tier {
            Tier::Fast(count, _) => words::in_workers(count),
            Tier::Gpu(_) => tr!("on the GPU").to_owned(),
            Tier::Worker(_) => words::in_workers(1),
            #[cfg(labs)]
            Tier::Lessons => words::in_workers(1),
            Tier::Starting | Tier::Inline(_) => tr!("on the page").to_owned(),
        }
    }
}

/// What was computed, how fast and where. Of a whole reply `say` begins the sentence, and says what to
/// mind in another one, or nothing.
pub fn status_line<S>(job: Job<S>, say: impl FnOnce(&Reply) -> Option<(String, &'static str)>) -> String
where
    S: Send + Sync + 'static,
{
    let words = job.answer.with(|answer| {
        let answer = answer.as_ref().filter(|answer| answer.whole)?;
        let millis = answer.millis;
        let time =
            if millis < 1000.0 { format!("{millis:.0} ms") } else { format!("{:.1} s", millis / 1000.0) };
        let (what, warning) = say(&answer.reply)?;
        let said = tr!("{} in {} {}.", what, time, answer.place());
        Some(if warning.is_empty() { said } else { tr!("{} {}", said, warning) })
    });
    words.unwrap_or_else(|| tr!("Computing…").to_owned())
}

/// A table of the newest reply of a kind, empty before there is one.
pub fn table<S, R>(job: Job<S>, kind: fn(&Reply) -> Option<&R>, make: fn(&S, &R) -> Table) -> Signal<Table>
where
    S: Send + Sync + 'static,
    R: 'static,
{
    Signal::derive(move || {
        job.answer.with(|answer| {
            let made = answer.as_ref().and_then(|answer| Some(make(&answer.state, kind(&answer.reply)?)));
            made.unwrap_or_default()
        })
    })
}

/// A thin bar that appears when a job takes longer than a moment.
#[component]
pub fn Progress(
    /// Whether the job is at work.
    busy: RwSignal<bool>,
    /// Share of the work done.
    progress: RwSignal<f64>,
) -> impl IntoView {
    view! {
        <div class="progress" class:busy=flag(move || busy.get()) aria-hidden="true">
            <div style:width=text(move || format!("{}%", 100.0 * progress.get()))></div>
        </div>
    }
    .into_any()
}

fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}
