//! The shell of the page: header, navigation, theme, share link, notices, and the lab.

use crate::compute::web::{Engine, Tier};
use crate::labs::common::{Group, LanguageChoice, ThemeChoice, is_in, opens};
#[cfg(labs)]
use crate::labs::common::{TARGETS, TargetKind};
use crate::labs::controls::{Shared, View};
#[cfg(labs)]
use crate::labs::digits::load::{Loading, load};
#[cfg(labs)]
use crate::labs::export::file;
use crate::labs::{Lab, Model, density, lab_of, link_to, open_as};
#[cfg(labs)]
use crate::labs::{classifier, diffusion_loss, elbo, forward, gan, learned};
use crate::permalink::Notice;
use crate::plot::Theme;
use crate::ui::export::Exports;
use crate::ui::frame::is_framed;
use crate::ui::link::{address, copy, current_query, use_link};
#[cfg(labs)]
use crate::ui::link::{focus_later, fragment, replace};
use crate::ui::notices::Notices;
#[cfg(labs)]
use crate::ui::order::Order;
use crate::ui::paint::use_painting;
use crate::ui::reactive::{flag, text};
use crate::ui::theme::use_theme;
use crate::ui::words;
use crate::words::{Language, language, tr};
use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
#[cfg(not(labs))]
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::HtmlDetailsElement;

/// Puts the first lab in place of the static text that stood in `#app` while the module loaded.
pub fn mount() {
    mount_lab(density::view::view);
}

/// The same for the lab that the address names, once the digits are here, if the address wants them.
#[cfg(labs)]
pub fn mount_other() {
    if opens(&current_query()) && fragment().as_deref() != Some("digits") {
        return mount_named();
    }
    let place = document().query_selector("#app .loading p:nth-of-type(2)").ok().flatten();
    if let Some(place) = place {
        place.set_text_content(Some(tr!("Loading the digits, 35 KB…")));
    }
    wasm_bindgen_futures::spawn_local(async {
        // Where they do not come, the lab says so and offers to try again.
        let _ = load().await;
        mount_named();
    });
}

#[cfg(labs)]
fn mount_named() {
    match lab_of(&current_query()) {
        Lab::Density => mount(),
        Lab::Forward => mount_lab(forward::view::view),
        Lab::Elbo => mount_lab(elbo::view::view),
        Lab::Classifier => mount_lab(classifier::view::view),
        Lab::Gan => mount_lab(gan::view::view),
        Lab::DiffusionLoss => mount_lab(diffusion_loss::view::view),
        Lab::Learned => mount_lab(learned::view::view),
    }
}

/// Whether a page is on the document already: then this module is here for its files.
#[cfg(labs)]
pub fn is_mounted() -> bool {
    let root = document().get_element_by_id("app");
    root.and_then(|root| root.get_attribute("data-state")).is_some_and(|state| state != "loading")
}

fn mount_lab<S: Model>(view: View<S>) {
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
    let root = document().get_element_by_id("app").and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(root) = root {
        root.set_inner_html("");
        leptos::mount::mount_to(root, move || page(view)).forget();
    }
}

fn page<S: Model>(view: View<S>) -> AnyView {
    let (first, found) = open_here::<S>(&current_query());
    let state = RwSignal::new(first);
    let shared = Shared::of(state);
    #[cfg(labs)]
    if !opens(&current_query()) {
        shared.loading.set(Loading::Failed(tr!("the file could not be fetched").to_owned()));
    }
    #[cfg(labs)]
    turn_to_asked(shared);
    let query = shared.query;
    let notices = RwSignal::new(found);
    let original = RwSignal::new(current_query());
    // The words of another language come with another document.
    let choice = shared.common.with_untracked(|c| c.language);
    let ours = move |query: &str| lab_of(query) == S::LAB && opens(query) && is_in(query, choice);
    use_link(query, ours, move |query| {
        let (opened, found) = open_here::<S>(&query);
        #[cfg(labs)]
        shared.loading.set(Loading::Idle);
        original.set(query);
        notices.set(found);
        state.set(opened);
    });
    // The same figure on the full page, for embedded ones.
    let whole = text(move || {
        let mut whole = state.get();
        unfold(&mut whole);
        whole.query()
    });
    let full = move || whole.with(|query| address(query));
    provide_context(Exports {
        lab: S::LAB.name(),
        query: whole,
        shown: flag(move || shared.shows(Group::Export)),
        #[cfg(labs)]
        write: StoredValue::new_local(Box::new(move |order: &Order| {
            let state = state.get_untracked().into_lab();
            file(order, Some(&state)).map_err(|e| e.to_string())
        })),
    });
    let (tier, busy) = (RwSignal::new(Tier::Starting), RwSignal::new(true));
    let engine = StoredValue::new_local(Engine::new(move |now| tier.set(now)));
    // The same in the other language, which comes with another document.
    let turned = move || {
        let mut turned = state.get();
        turned.common_mut().language = turned_from(language());
        turned.query()
    };
    let frame = Frame {
        lab: S::LAB,
        shared,
        query,
        turned: text(turned),
        full: text(full),
        tier,
        busy,
        notices,
        original,
    };
    shell(frame, move |theme| view(state, shared, engine, theme, busy))
}

/// Opens a link as the frame allows: one that was made for an embedded figure is the full page where there is
/// no page around it.
fn open_here<S: Model>(query: &str) -> (S, Vec<Notice>) {
    let (mut state, notices) = open_as::<S>(query);
    if state.common().embed && !is_framed() {
        unfold(&mut state);
    }
    (state, notices)
}

/// Shows all that an embedded figure hides.
fn unfold<S: Model>(state: &mut S) {
    let common = state.common_mut();
    common.embed = false;
    common.hide.clear();
}

/// Where the module of the first lab left a target to be edited here, its kind is the fragment of the
/// address.
#[cfg(labs)]
fn turn_to_asked(shared: Shared) {
    let Some(asked) = fragment() else { return };
    let kind = TARGETS.iter().find(|(name, kind)| *name == asked && !matches!(kind, TargetKind::Preset(_)));
    if let Some((_, kind)) = kind {
        shared.turn_to(*kind);
        shared.query.with_untracked(|query| replace(query));
        // The menu in which it was chosen, on the other page.
        focus_later("#field-target".to_owned());
    }
}

/// What the shell knows of the lab in it.
#[derive(Clone, Copy)]
struct Frame {
    lab: Lab,
    shared: Shared,
    query: Memo<String>,
    /// The query in the other language.
    turned: Signal<String>,
    full: Signal<String>,
    tier: RwSignal<Tier>,
    busy: RwSignal<bool>,
    notices: RwSignal<Vec<Notice>>,
    original: RwSignal<String>,
}

fn shell(frame: Frame, lab: impl FnOnce(Memo<Theme>) -> AnyView) -> AnyView {
    let Frame { shared, busy, notices, original, .. } = frame;
    let theme = use_theme(Signal::derive(move || match shared.get().theme {
        ThemeChoice::Auto => None,
        ThemeChoice::Light => Some(Theme::Light),
        ThemeChoice::Dark => Some(Theme::Dark),
    }));
    // For figures that are part of the controls.
    #[cfg(labs)]
    provide_context(theme);
    // A state in words, for style sheets and tests.
    let painting = use_painting();
    Effect::new(move |_| {
        if let Some(root) = document().get_element_by_id("app") {
            // Both are read, so that both are followed.
            let busy = busy.get() | painting.get();
            let _ = root.set_attribute("data-state", if busy { "busy" } else { "ready" });
            let embed = shared.get().embed;
            let _ = root.toggle_attribute_with_force("data-embed", embed);
        }
    });
    view! {
        {header(frame)}
        <main id="main">
            <Notices notices original=original.into() />
            <div class="title">
                <h1>{words::lab(frame.lab.name()).1}</h1>
                {start_here(frame.lab)}
            </div>
            {lab(theme)}
        </main>
        {footer()}
    }
    .into_any()
}

/// The way into the tour, which begins in the first lab.
fn start_here(lab: Lab) -> Option<AnyView> {
    (lab == Lab::default()).then(|| {
        view! { <a class="start" href="?v=1&lab=density&tour=1&target=gaussian&estimator=quadrature&hide=convergence">
            {tr!("Start here: a tour in six steps")}
        </a> }
        .into_any()
    })
}

fn header(frame: Frame) -> AnyView {
    let Frame { lab: current, shared, query, turned, full, tier, .. } = frame;
    let embed = move || shared.get().embed;
    let link = move |(name, lab): (&'static str, Lab)| {
        let here = (lab == current).then_some("page");
        // The target and what else is shared goes along; a link to the lab itself is a fresh start.
        let address = move || {
            let query = if lab == current { String::new() } else { link_to(lab, &shared.get()) };
            let first = format!("v=1&lab={name}");
            format!("?{}", if query.is_empty() { first } else { query })
        };
        view! { <a href=text(address) aria-current=here>{words::lab(name).0}</a> }
    };
    view! {
        <header class="page-header">
            <a class="brand" href="?" aria-label=tr!("Scorescope, start page")>
                {logo()}
                <span>"Scorescope"</span>
            </a>
            <nav aria-label=tr!("Labs") hidden=flag(embed)>{Lab::ALL.into_iter().map(link).collect_view()}</nav>
            <div class="header-tools">
                {badge(tier)}
                {language_link(turned)}
                {theme_button(shared)}
                {share(query)}
                <a class="full-page" hidden=flag(move || !embed()) href=full target="_blank" rel="noopener">
                    {tr!("Open the full page")}
                </a>
            </div>
        </header>
    }
    .into_any()
}

/// Where the numbers come from, and if not from the best tier there is, why.
fn badge(tier: RwSignal<Tier>) -> AnyView {
    let words = move || {
        match tier.get() {
        Tier::Starting => (tr!("starting").to_owned(), tr!("The worker is starting.").to_owned()),
        Tier::Worker(why) => {
            let words = match why {
                None => tr!("Computed in a background worker by WebAssembly in double precision.").to_owned(),
                Some(why) => tr!("Computed in a background worker by WebAssembly in double precision, without the fast workers: {}.", why),
            };
            (tr!("CPU · worker").to_owned(), words)
        }
        Tier::Fast(count, why) => (
            tr!("CPU · {} SIMD workers", count),
            tr!("Maps are computed in {} background workers by WebAssembly on SIMD lanes in single precision, everything else in double. Not on a GPU: {}.", count, why),
        ),
        Tier::Gpu(name) => (
            "GPU".to_owned(),
            tr!("Maps are computed on the GPU ({}) in single precision, everything else in a background worker in double.", name),
        ),
        #[cfg(labs)]
        Tier::Lessons => (tr!("CPU · worker").to_owned(), tr!("Networks are trained in a background worker by WebAssembly on SIMD lanes in single precision: they are too small to gain from a GPU.").to_owned()),
        Tier::Inline(reason) => (
            tr!("CPU · page").to_owned(),
            tr!("Computed on the page itself in short slices, because {}.", reason),
        ),
    }
    };
    let title = move || words().1;
    view! {
        <span class="badge" title=text(title) tabindex="0">
            <span class="dot" aria-hidden="true"></span>
            {text(move || words().0)}
            <span class="visually-hidden">{text(move || format!(". {}", title()))}</span>
        </span>
    }
    .into_any()
}

fn theme_button(shared: Shared) -> AnyView {
    let name = move || match shared.get().theme {
        ThemeChoice::Auto => tr!("auto"),
        ThemeChoice::Light => tr!("light"),
        ThemeChoice::Dark => tr!("dark"),
    };
    let next = move |_| {
        shared.update(|c| {
            c.theme = match c.theme {
                ThemeChoice::Auto => ThemeChoice::Light,
                ThemeChoice::Light => ThemeChoice::Dark,
                ThemeChoice::Dark => ThemeChoice::Auto,
            };
        });
    };
    view! {
        <button type="button" class="theme" on:click=next aria-label=text(move || tr!("Theme: {}", name()))>
            <span aria-hidden="true">"◐"</span>
            <span>{text(move || name().to_owned())}</span>
        </button>
    }
    .into_any()
}

/// The choice of the language that a reader of one may turn to.
fn turned_from(language: Language) -> LanguageChoice {
    match language {
        Language::English => LanguageChoice::Japanese,
        Language::Japanese => LanguageChoice::English,
    }
}

/// The same in the other language, in its own words.
fn language_link(turned: Signal<String>) -> AnyView {
    let [name, words] = language().other().names();
    let address = text(move || format!("?{}", turned.get()));
    view! { <a class="language" lang=name href=address>{words}</a> }.into_any()
}

/// The link of what is on show, to copy.
fn share(query: Memo<String>) -> AnyView {
    let shown = RwSignal::new(false);
    let message = RwSignal::new(String::new());
    let link = move || query.with(|q| address(q));
    let copied = move |ok| {
        message.set(
            if ok { tr!("Copied to the clipboard.") } else { tr!("Select the link and copy it by hand.") }
                .to_owned(),
        );
    };
    view! {
        <div
            class="share"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    shown.set(false);
                }
            }
        >
            <button
                type="button"
                class="primary"
                aria-expanded=text(move || shown.get().to_string())
                aria-controls="share-panel"
                on:click=move |_| {
                    shown.update(|s| *s = !*s);
                    message.update(String::clear);
                    if shown.get_untracked() {
                        copy(&untrack(link), copied);
                    }
                }
            >
                {tr!("Share")}
            </button>
            <div class="share-panel" id="share-panel" hidden=flag(move || !shown.get())>
                <label for="share-link">{tr!("This link reproduces the picture exactly:")}</label>
                <input
                    id="share-link"
                    type="text"
                    readonly=true
                    prop:value=text(link)
                    on:focus=move |event| { event_target::<web_sys::HtmlInputElement>(&event).select() }
                />
                <p role="status">{text(move || message.get())}</p>
                {embedding(query)}
            </div>
        </div>
    }
    .into_any()
}

/// The builder of embedded figures, which is in the module of the other labs: filled when it is first opened.
fn embedding(query: Memo<String>) -> AnyView {
    let details = NodeRef::<Details>::new();
    let filled = StoredValue::new(false);
    let toggled = move |_| {
        if let Some(details) = details.get_untracked()
            && !filled.get_value()
        {
            filled.set_value(true);
            fill(&details, query);
        }
    };
    view! {
        <details class="embedding" node_ref=details on:toggle=toggled>
            <summary>{tr!("Embed in a page of yours")}</summary>
        </details>
    }
    .into_any()
}

#[cfg(labs)]
fn fill(details: &HtmlDetailsElement, query: Memo<String>) {
    crate::labs::controls::embed::fill(details, move || query.get_untracked());
}

#[cfg(not(labs))]
#[wasm_bindgen]
extern "C" {
    /// Of the start script: loads the other module and lets it fill a menu.
    #[wasm_bindgen(catch, js_namespace = window, js_name = more)]
    fn fill_elsewhere(
        what: &str,
        details: &HtmlDetailsElement,
        query: &Closure<dyn FnMut() -> String>,
    ) -> Result<js_sys::Promise, wasm_bindgen::JsValue>;
}

#[cfg(not(labs))]
fn fill(details: &HtmlDetailsElement, query: Memo<String>) {
    let query = Closure::new(move || query.get_untracked());
    // Without the start script's function there is nothing to be done, and the summary stays.
    let _ = fill_elsewhere("embed_menu", details, &query);
    query.forget();
}

/// A bell curve in a lens.
fn logo() -> AnyView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
            <circle cx="14" cy="14" r="11" fill="none" stroke="currentColor" stroke-width="2.5"></circle>
            <path d="M22 22 L29 29" stroke="currentColor" stroke-width="3.5" stroke-linecap="round"></path>
            <path
                class="logo-curve"
                d="M6 18.5 C10.5 18.5 10.5 8.5 14 8.5 C17.5 8.5 17.5 18.5 22 18.5"
                fill="none"
                stroke-width="2.5"
                stroke-linecap="round"
            ></path>
        </svg>
    }
    .into_any()
}

fn footer() -> AnyView {
    view! {
        <footer class="page-footer">
            <p>
                {tr!("The formula: Gen Li and Yuling Yan,")} " "
                <a href="https://arxiv.org/abs/2408.16765">
                    <cite>"A Score-Based Density Formula, with Applications in Diffusion Generative Models"</cite>
                    ", arXiv:2408.16765"
                </a>
                ". "
                {tr!("Everything here is computed in your browser; nothing is sent anywhere.")}
                " Scorescope "
                {env!("CARGO_PKG_VERSION")}
                "."
            </p>
        </footer>
    }
    .into_any()
}
