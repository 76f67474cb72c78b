//! What the page could not do as asked, in a strip that can be closed.

use super::link::{address, copy};
use super::reactive::{dynamic, flag, text};
use crate::permalink::Notice;
use crate::words::tr;
use leptos::prelude::*;

/// Notices shown one by one; of the rest only the number.
const MOST: usize = 6;

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
                    let mut shown: Vec<String> = notices
                        .with(|n| n.iter().take(MOST).map(ToString::to_string).collect());
                    let more = notices.with(Vec::len).saturating_sub(MOST);
                    if more > 0 {
                        shown.push(tr!("{} more settings were ignored or changed.", more));
                    }
                    shown.into_iter().map(|n| view! { <li>{n}</li> }).collect_view().into_any()
                })}
            </ul>
            <div class="notices-actions">
                <button
                    type="button"
                    on:click=move |_| {
                        copy(
                            &address(&original.get_untracked()),
                            move |ok| copied.set(if ok { tr!("Copied.") } else { tr!("Copying is blocked here.") }.to_owned()),
                        );
                    }
                >
                    {tr!("Copy the original link")}
                </button>
                <button type="button" on:click=move |_| notices.set(Vec::new())>{tr!("Dismiss")}</button>
                <span>{text(move || copied.get())}</span>
            </div>
        </div>
    }
    .into_any()
}
