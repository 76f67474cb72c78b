//! The panel of a figure: what every section of a lab is made of, in the same order.
//!
//! Heading, progress, what goes before the figure, the figure, what is said of it, the error, what is below, the
//! export menu.

use super::export::export_menu;
use super::figure::{Picture, figure_view};
use super::job::{Answer, Job, Progress};
use super::reactive::text;
use crate::words::tr;
use leptos::prelude::*;

/// What a panel shows of the job behind its figure.
#[derive(Clone, Copy)]
pub struct Work {
    /// Whether it is at work.
    pub busy: RwSignal<bool>,
    /// Share of the work done, for a bar; `None` where there is no bar.
    pub progress: Option<RwSignal<f64>>,
    /// Why there is no reply, or empty.
    pub error: RwSignal<String>,
    /// Where the newest reply was computed.
    pub place: Signal<String>,
    /// The newest reply as bytes, for the module that writes files.
    #[cfg(not(labs))]
    pub reply: Signal<Vec<u8>>,
}

impl Work {
    /// Without a bar, for what takes no more than a moment.
    pub fn quiet(self) -> Self {
        Self { progress: None, ..self }
    }
}

impl<S: Send + Sync> Job<S> {
    /// What a panel shows of it.
    pub fn work(self) -> Work {
        let place = text(move || self.answer.with(|a| a.as_ref().map(Answer::place).unwrap_or_default()));
        #[cfg(not(labs))]
        let bytes = move || {
            let bytes = self.answer.with(|a| Some(postcard::to_allocvec(&a.as_ref()?.reply)));
            bytes.and_then(Result::ok).unwrap_or_default()
        };
        Work {
            busy: self.busy,
            progress: Some(self.progress),
            error: self.error,
            place,
            #[cfg(not(labs))]
            reply: Signal::derive(bytes),
        }
    }
}

/// A figure with what belongs to it.
pub struct Panel {
    /// The figure's name within the lab, for files and the command line.
    pub name: &'static str,
    /// Id and words of the heading; the main figure has none.
    pub heading: Option<(&'static str, &'static str)>,
    /// The figure.
    pub picture: Picture,
    /// The job behind it, if it has one of its own.
    pub work: Option<Work>,
    /// What stands between progress and figure.
    pub before: AnyView,
    /// What is said right below the figure.
    pub said: AnyView,
    /// What follows the error.
    pub below: AnyView,
}

impl Panel {
    /// A figure alone.
    pub fn new(picture: Picture) -> Self {
        let nothing = || ().into_any();
        Self {
            name: "main",
            heading: None,
            picture,
            work: None,
            before: nothing(),
            said: nothing(),
            below: nothing(),
        }
    }
}

/// The section of a figure.
pub fn panel(panel: Panel) -> AnyView {
    let Panel { name, heading, picture, work, before, said, below } = panel;
    let id = heading.map(|(id, _)| id);
    let progress = work.and_then(|work| Some((work.busy, work.progress?)));
    view! {
        <section
            class="panel"
            aria-label=id.is_none().then_some(tr!("Main figure"))
            aria-labelledby=id
        >
            {heading.map(|(id, words)| view! { <h2 id=id>{words}</h2> }.into_any())}
            {progress.map(|(busy, progress)| view! { <Progress busy progress /> }.into_any())}
            {before}
            {figure_view(picture)}
            {said}
            {work.map(|work| view! { <p class="error" role="alert">{text(move || work.error.get())}</p> }.into_any())}
            {below}
            {export_menu(name, picture, work)}
        </section>
    }
    .into_any()
}

/// What was computed, told to those who do not see it as well.
pub fn status(words: impl Fn() -> String + Send + Sync + 'static) -> AnyView {
    view! { <p class="status" role="status">{text(words)}</p> }.into_any()
}

/// A sentence about a figure.
pub fn note(words: &'static str) -> AnyView {
    view! { <p class="status">{words}</p> }.into_any()
}
