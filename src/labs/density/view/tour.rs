//! The strip of the tour above the figure: what the step is about, and the ways on, back and out. It covers
//! nothing and waits for nobody.

use crate::labs::density::Density;
use crate::labs::density::tour::{STEPS, query};
use crate::ui::reactive::dynamic;
use crate::words::tr;
use leptos::prelude::*;

/// The strip; nothing where there is no tour.
pub(super) fn tour(state: RwSignal<Density>) -> AnyView {
    let step = Memo::new(move |_| state.with(|s| if s.common.embed { 0 } else { s.tour as usize }));
    dynamic(move || strip(step.get())).into_any()
}

fn strip(step: usize) -> AnyView {
    let Some(found) = step.checked_sub(1).and_then(|place| STEPS.get(place)) else { return ().into_any() };
    let link = |to: usize, words: &'static str, primary: bool| {
        let link = |query| {
            view! { <a class="button" class:primary=primary href=format!("?{query}")>{words}</a> }.into_any()
        };
        query(to).map(link)
    };
    view! {
        <section class="tour" aria-labelledby="tour-title">
            <div aria-live="polite">
                <p class="tour-place">{tr!("Tour, step {} of {}", step, STEPS.len())}</p>
                <h2 id="tour-title">{found.title.text()}</h2>
                <p>{found.text.text()}</p>
            </div>
            <p class="tour-ways">
                {link(step + 1, tr!("Next"), true)}
                {link(step - 1, tr!("Back"), false)}
                <a class="quiet" href="?v=1&lab=density">{tr!("End the tour")}</a>
            </p>
        </section>
    }
    .into_any()
}
