//! The address bar: parameters follow it and it follows them.
//!
//! Changes by hand replace the current history entry after a pause; links within the page and
//! labs make a new one. Storage is never used.

use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

/// How long a change waits before it is written, milliseconds: browsers refuse more than about
/// a hundred changes in thirty seconds.
const PAUSE: Duration = Duration::from_millis(350);

/// The query of the address bar, without `?`.
pub fn current_query() -> String {
    let search = window().location().search().unwrap_or_default();
    search.strip_prefix('?').unwrap_or(&search).to_owned()
}

/// The address of the page with a query.
pub fn address(query: &str) -> String {
    let location = window().location();
    let base = location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default();
    if query.is_empty() { base } else { format!("{base}?{query}") }
}

/// Keeps the address bar at `query`, after a pause; `opened` is called with the query when the
/// visitor goes back or forward or follows a link within the page. Links that are not `ours` are
/// opened in a new document.
pub fn use_link(
    query: Memo<String>,
    ours: impl Fn(&str) -> bool + Copy + 'static,
    opened: impl Fn(String) + Clone + 'static,
) {
    let shown = query;
    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |first: Option<()>| {
        let query = query.get();
        if let Some(timer) = pending.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        // The address that the page was opened with stays until something changes, notices or
        // not: it is what the visitor may want to copy.
        if first.is_some() && query != current_query() {
            pending.set_value(set_timeout_with_handle(move || replace(&query), PAUSE).ok());
        }
    });

    let on_pop = opened.clone();
    let handle = window_event_listener(leptos::ev::popstate, move |_| {
        if let Some(timer) = pending.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        let query = current_query();
        if ours(&query) {
            on_pop(query);
        } else {
            let _ = window().location().reload();
        }
    });
    on_cleanup(move || handle.remove());

    let handle = window_event_listener(leptos::ev::click, move |event: MouseEvent| {
        if let Some(query) = inner_link(&event) {
            // What is on show goes into the entry that Back returns to.
            if let Some(timer) = pending.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            replace(&shown.get_untracked());
            if ours(&query) {
                event.prevent_default();
                push(&query);
                opened(query);
            }
        }
    });
    on_cleanup(move || handle.remove());
}

/// The query of a link within the page that a plain click would follow.
fn inner_link(event: &MouseEvent) -> Option<String> {
    let plain = event.button() == 0
        && !event.ctrl_key()
        && !event.meta_key()
        && !event.shift_key()
        && !event.alt_key();
    if !plain || event.default_prevented() {
        return None;
    }
    let target: Element = event.target()?.dyn_into().ok()?;
    let anchor: HtmlAnchorElement = target.closest("a[href^='?']").ok()??.dyn_into().ok()?;
    if !anchor.target().is_empty() {
        return None;
    }
    Some(anchor.get_attribute("href")?.trim_start_matches('?').to_owned())
}

/// The fragment of the address, without `#`, if there is one.
#[cfg(labs)]
pub fn fragment() -> Option<String> {
    let fragment = window().location().hash().ok()?;
    fragment.strip_prefix('#').filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Gives the focus to the first element that matches, in the next frame.
#[cfg(labs)]
pub fn focus_later(css: String) {
    request_animation_frame(move || {
        let found = document().query_selector(&css).ok().flatten();
        if let Some(element) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Opens a query with a fragment in a new document, in place of this one in the history.
pub fn reopen(query: &str, fragment: &str) {
    let location = window().location();
    let address = format!("{}#{fragment}", address(query));
    let replaced = window()
        .history()
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
    let _ = match replaced {
        Ok(()) => location.reload(),
        Err(_) => location.set_href(&address),
    };
}

/// Opens the address once more in this document, as if the visitor had come back to it.
#[cfg(labs)]
pub fn open_again() {
    if let Ok(event) = web_sys::Event::new("popstate") {
        let _ = window().dispatch_event(&event);
    }
}

/// Replaces the current history entry. Some frames refuse; the page works without.
pub fn replace(query: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address(query)));
    }
}

fn push(query: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address(query)));
    }
}

/// Copies text to the clipboard; `done` hears whether it worked.
pub fn copy(text: &str, done: impl Fn(bool) + 'static) {
    let clipboard = window().navigator().clipboard();
    // Absent on insecure origins, whatever the bindings say.
    if clipboard.is_undefined() {
        return done(false);
    }
    let promise = clipboard.write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        done(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok());
    });
}

/// Calls back whenever a media query changes, until the owner is cleaned up; returns whether it
/// matches now.
pub(super) fn watch_media(query: &str, changed: impl Fn(bool) + 'static) -> bool {
    let Ok(Some(list)) = window().match_media(query) else {
        return false;
    };
    let callback = Closure::<dyn FnMut(web_sys::MediaQueryListEvent)>::new(
        move |event: web_sys::MediaQueryListEvent| {
            changed(event.matches());
        },
    );
    let _ = list.add_event_listener_with_callback("change", callback.as_ref().unchecked_ref());
    let matches = list.matches();
    // Watched as long as the page lives.
    callback.forget();
    matches
}
