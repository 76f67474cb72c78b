//! A network that is trained on demand: train, pause, a few steps, back to nothing, and how far it has come.
//!
//! What is on show is a function of the link: the state after `at` steps of the training that the other
//! parameters describe. While it trains, the worker goes on and sends pictures; a pause asks it to stop where
//! it stands, and `at` becomes that.

use super::frame::is_out_of_sight;
use super::job::{Answer, Job, SharedEngine};
use super::panel::Work;
use super::reactive::{flag, number, text};
use super::words;
use crate::compute::web::{Backend, Tier};
use crate::compute::{Event, Go, Lesson, Reply, Request, Slot, TrainingReply, TrainingRequest};
use crate::words::tr;
use leptos::prelude::*;

/// Steps of the button for a few.
const FEW: usize = 10;
/// Most steps.
const MOST: usize = 200_000;

/// The steps of a training: those after which it is shown, and those it is to be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Shown after these.
    pub at: usize,
    /// To be trained in all.
    pub goal: usize,
}

/// Where a lab's parameters have the clock.
pub struct Hands<S> {
    /// Reads it.
    pub read: fn(&S) -> Clock,
    /// Sets it.
    pub write: fn(&mut S, Clock),
}

impl<S> Clone for Hands<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Hands<S> {}

/// A training on the page.
pub struct Trainer<S: Send + Sync + 'static> {
    /// Its newest picture, a [`Reply::Training`], and whether one is to come.
    pub job: Job<S>,
    /// Whether it goes on towards the goal.
    pub running: RwSignal<bool>,
    /// Whether it is to stop where it stands.
    halting: RwSignal<bool>,
    /// Share of the module that has come, while it is fetched.
    loading: RwSignal<Option<f64>>,
    /// Steps a second.
    speed: RwSignal<f64>,
    state: RwSignal<S>,
    hands: Hands<S>,
}

impl<S: Send + Sync + 'static> Clone for Trainer<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Send + Sync + 'static> Copy for Trainer<S> {}

/// A training that follows a lab's parameters; `lesson` says what is trained, if anything can be.
pub fn use_trainer<S>(
    engine: SharedEngine,
    state: RwSignal<S>,
    lesson: fn(&S) -> Option<Lesson>,
    hands: Hands<S>,
) -> Trainer<S>
where
    S: Clone + PartialEq + Send + Sync + 'static,
{
    let job = Job {
        answer: RwSignal::new(None),
        busy: RwSignal::new(false),
        progress: RwSignal::new(0.0),
        error: RwSignal::new(String::new()),
    };
    let trainer = Trainer {
        job,
        running: RwSignal::new(false),
        halting: RwSignal::new(false),
        loading: RwSignal::new(None),
        speed: RwSignal::new(0.0),
        state,
        hands,
    };
    let lesson = Memo::new(move |_| state.with(lesson));
    let go = Memo::new(move |_| trainer.go());
    let request = Memo::new(move |_| {
        let (lesson, go) = (lesson.get()?, go.get()?);
        Some(Request::Training(Box::new(TrainingRequest { lesson, go })))
    });
    Effect::new(move |_| {
        let Some(request) = request.get() else {
            engine.with_value(|engine| engine.cancel(Slot::Training));
            trainer.rest();
            job.answer.set(None);
            return;
        };
        job.busy.set(true);
        job.error.update(String::clear);
        job.progress.set(0.0);
        let (snapshot, start) = (state.get_untracked(), now());
        let pace = StoredValue::new(None::<(f64, usize)>);
        let handler = move |event, tier: &Tier| {
            if let (Event::Progress(share), Tier::Starting) = (&event, tier) {
                trainer.loading.set(Some(*share));
                return;
            }
            trainer.loading.set(None);
            match event {
                Event::Progress(share) => job.progress.set(share),
                Event::Failed(error) => {
                    trainer.rest();
                    job.error.set(error.to_string());
                }
                Event::Partial(reply) | Event::Done(reply) if !matches!(reply, Reply::Training(_)) => {}
                Event::Partial(reply) => {
                    // Nobody sees what comes next; the button goes on with it.
                    if is_out_of_sight() && trainer.running.get_untracked() {
                        trainer.halting.set(true);
                    }
                    trainer.measure(pace, &reply);
                    let millis = now() - start;
                    let (state, tier) = (snapshot.clone(), tier.clone());
                    job.answer.set(Some(Answer { state, reply, whole: false, millis, tier }));
                }
                Event::Done(reply) => {
                    let (done, millis) = (steps(&reply), now() - start);
                    let (state, tier) = (snapshot.clone(), tier.clone());
                    job.answer.set(Some(Answer { state, reply, whole: true, millis, tier }));
                    trainer.rest();
                    trainer.set(|clock| Clock { at: done, ..clock });
                }
            }
        };
        engine.with_value(|engine| engine.submit(Slot::Training, (request, Backend::Cpu), handler));
    });
    trainer
}

fn steps(reply: &Reply) -> usize {
    if let Reply::Training(reply) = reply { reply.steps } else { 0 }
}

impl<S: Clone + PartialEq + Send + Sync + 'static> Trainer<S> {
    /// The state that is wanted.
    fn go(self) -> Option<Go> {
        let clock = self.state.with(self.hands.read);
        match (self.halting.get(), self.running.get()) {
            (true, _) => Some(Go::Halt),
            (_, true) => Some(Go::To(clock.goal)),
            _ => (clock.at > 0).then_some(Go::To(clock.at)),
        }
    }

    /// Nothing is to come.
    fn rest(self) {
        self.running.set(false);
        self.halting.set(false);
        self.loading.set(None);
        self.speed.set(0.0);
        self.job.busy.set(false);
    }

    fn set(self, change: impl FnOnce(Clock) -> Clock) {
        let Hands { read, write } = self.hands;
        let before = self.state.with_untracked(read);
        let after = change(before);
        if after != before {
            self.state.update(|state| write(state, after));
        }
    }

    /// Takes the speed since the picture before.
    fn measure(self, pace: StoredValue<Option<(f64, usize)>>, reply: &Reply) {
        let (time, done) = (now(), steps(reply));
        if let Some((before, former)) = pace.get_value()
            && time > before
        {
            let speed = 1000.0 * done.saturating_sub(former) as f64 / (time - before);
            // Evaluations in between make it uneven.
            self.speed.update(|mean| *mean = if *mean > 0.0 { 0.7 * *mean + 0.3 * speed } else { speed });
        }
        pace.set_value(Some((time, done)));
    }

    /// Trains, or stops where it stands.
    fn toggle(self) {
        if self.running.get_untracked() {
            self.halting.set(true);
            return;
        }
        // At the end of what was asked for: as much again.
        self.set(|clock| Clock {
            goal: if clock.at >= clock.goal { (2 * clock.at).clamp(1, MOST) } else { clock.goal },
            ..clock
        });
        self.running.set(true);
    }

    fn few(self) {
        self.set(|clock| Clock { at: (clock.at + FEW).min(MOST), ..clock });
    }

    fn reset(self) {
        self.job.error.update(String::clear);
        self.rest();
        self.set(|clock| Clock { at: 0, ..clock });
    }

    /// Steps that the picture on show has.
    fn shown(self) -> usize {
        self.job.answer.with(|answer| answer.as_ref().map_or(0, |answer| steps(&answer.reply)))
    }

    /// How far it has come, in words.
    fn words(self) -> String {
        if let Some(share) = self.loading.get() {
            return words::training_loads(share);
        }
        let (done, clock) = (self.shown(), self.state.with(self.hands.read));
        let goal = if self.running.get() { clock.goal } else { clock.goal.max(done) };
        words::training_is_at(done, goal, self.speed.get())
    }

    /// Why it goes no further, or empty.
    fn ended(self) -> String {
        self.newest(|reply| reply.ended.as_ref().map(ToString::to_string)).flatten().unwrap_or_default()
    }

    /// Something of the newest picture.
    pub fn newest<R>(self, of: impl FnOnce(&TrainingReply) -> R) -> Option<R> {
        self.job.answer.with(|answer| match &answer.as_ref()?.reply {
            Reply::Training(reply) => Some(of(reply)),
            _ => None,
        })
    }

    /// What the panel of its figure shows of it: no bar, since the buttons have one.
    pub fn work(self) -> Work {
        self.job.work().quiet()
    }
}

/// The buttons, and how far it has come.
pub fn trainer_view<S: Clone + PartialEq + Send + Sync + 'static>(trainer: Trainer<S>) -> AnyView {
    let label = move || {
        let clock = trainer.state.with(trainer.hands.read);
        let words = if trainer.running.get() {
            tr!("Pause")
        } else if clock.at == 0 {
            tr!("Train")
        } else {
            tr!("Train on")
        };
        words.to_owned()
    };
    let untouched = move || trainer.state.with(trainer.hands.read).at == 0 && !trainer.running.get();
    let busy = move || trainer.job.busy.get();
    let share = move || {
        let clock = trainer.state.with(trainer.hands.read);
        trainer.loading.get().unwrap_or(trainer.shown() as f64 / clock.goal.max(1) as f64).min(1.0)
    };
    view! {
        <div class="player trainer" role="group" aria-label=tr!("Training")>
            <button
                type="button"
                title=tr!("Back to an untrained network")
                aria-label=tr!("Back to an untrained network")
                disabled=flag(untouched)
                on:click=move |_| trainer.reset()
            >
                <span aria-hidden="true">"|◂"</span>
            </button>
            <button
                type="button"
                class="primary play"
                disabled=flag(move || trainer.halting.get())
                on:click=move |_| trainer.toggle()
            >
                {text(label)}
            </button>
            <button
                type="button"
                title=tr!("+10 steps")
                aria-label=tr!("+10 steps")
                disabled=flag(busy)
                on:click=move |_| trainer.few()
            >
                <span aria-hidden="true">"+10"</span>
            </button>
            <progress max="1" aria-label=tr!("Share of the steps that are done") prop:value=number(share)></progress>
            <span class="player-words">{text(move || trainer.words())}</span>
        </div>
        <p class="error" role="alert">{text(move || trainer.ended())}</p>
    }
    .into_any()
}

fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}
