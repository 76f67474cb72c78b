//! Light and dark: what the link says, else what the system says.

use super::link::watch_media;
use crate::plot::Theme;
use leptos::prelude::*;

/// The theme in force; also set on the root element as `data-theme`, for the style sheet.
/// `forced` is the link's choice.
pub fn use_theme(forced: Signal<Option<Theme>>) -> Memo<Theme> {
    let system = RwSignal::new(false);
    system.set(watch_media("(prefers-color-scheme: dark)", move |dark| system.set(dark)));
    let theme =
        Memo::new(move |_| forced.get().unwrap_or(if system.get() { Theme::Dark } else { Theme::Light }));
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let name = if theme.get() == Theme::Dark { "dark" } else { "light" };
            let _ = root.set_attribute("data-theme", name);
        }
    });
    theme
}
