//! The page in a frame of another page. What a framed page tells the page around it is in the start script
//! (`src/page/start.js`), which also notes in `#app` when the frame is out of sight.

#[cfg(labs)]
use leptos::prelude::document;
use leptos::prelude::window;

/// Whether the page is in a frame.
pub fn is_framed() -> bool {
    window().parent().ok().flatten().is_some_and(|parent| parent != window())
}

/// Whether the page is in a frame that is scrolled out of sight, or in a tab that is not on show.
#[cfg(labs)]
pub fn is_away() -> bool {
    document().hidden() || is_out_of_sight()
}

/// Whether the page is in a frame that nobody sees.
#[cfg(labs)]
pub fn is_out_of_sight() -> bool {
    let away = document().get_element_by_id("app").is_some_and(|root| root.has_attribute("data-away"));
    away || is_framed() && document().hidden()
}
