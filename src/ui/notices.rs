//! What the page could not do as asked, in a strip that can be closed.

use super::link::{address, copy};
use super::reactive::{dynamic, flag, text};
use crate::permalink::Notice;
use leptos::prelude::*;

/// The notices of the link that was opened, with the link itself to copy: nothing is lost.
#[component]
pub fn Notices(
    /// The notices; empty hides the strip.
    notices: RwSignal<Vec<Notice>>,
    /// The query as it was opened.
    original: Signal<String>,
) -> impl IntoView {
    let copied = RwSignal::new(String::new());
    view! {
        <div class="notices" role="status" hidden=flag(move || notices.with(Vec::is_empty))>
            <ul>
                {dynamic(move || {
                    notices.get().into_iter().map(|n| view! { <li>{n.to_string()}</li> }).collect_view().into_any()
                })}
            </ul>
            <div class="notices-actions">
                <button
                    type="button"
                    on:click=move |_| {
                        copy(
                            &address(&original.get_untracked()),
                            move |ok| copied.set(if ok { "Copied." } else { "Copying is blocked here." }.to_owned()),
                        );
                    }
                >
                    "Copy the original link"
                </button>
                <button type="button" on:click=move |_| notices.set(Vec::new())>"Dismiss"</button>
                <span>{text(move || copied.get())}</span>
            </div>
        </div>
    }
    .into_any()
}
