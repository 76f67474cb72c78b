//! One type for each kind of reactive value in a view.
//!
//! Every closure in a view is a type of its own, and Leptos generates several kilobytes of code
//! for each. Passed through these functions they share one type a kind, which takes a quarter
//! off the page's first load.

use leptos::prelude::*;

/// Text or an attribute that follows signals.
pub fn text(value: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(value)
}

/// A boolean attribute, class or property that follows signals.
pub fn flag(value: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(value)
}

/// A number that follows signals.
pub fn number(value: impl Fn() -> f64 + Send + Sync + 'static) -> Signal<f64> {
    Signal::derive(value)
}

/// A place in a list that follows signals.
pub fn place(value: impl Fn() -> usize + Send + Sync + 'static) -> Signal<usize> {
    Signal::derive(value)
}

/// A part of a view that is made anew whenever a signal it reads changes.
pub type Dynamic = Box<dyn FnMut() -> AnyView + Send>;

/// See [`Dynamic`].
pub fn dynamic(view: impl FnMut() -> AnyView + Send + 'static) -> Dynamic {
    Box::new(view)
}

/// A part of a view that is there only while a condition holds.
pub fn show(
    when: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> Dynamic {
    // The memo keeps the view as it is while the condition stays what it was.
    let when = Memo::new(move |_| when());
    dynamic(move || if when.get() { view() } else { ().into_any() })
}

/// A value that is followed a moment late, once all that changed with it has been seen to. For what takes
/// whole figures away: an effect of theirs that is still to run would read signals that are gone.
#[cfg(labs)]
pub fn later<T: Clone + PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> RwSignal<T> {
    let value = Signal::derive(value);
    let followed = RwSignal::new(value.get_untracked());
    let follow = move || {
        // The value, or all of this, may be another one by then.
        if let Some(now) = value.try_get_untracked()
            && followed.try_with_untracked(|before| *before != now) == Some(true)
        {
            followed.set(now);
        }
    };
    Effect::new(move |_| {
        value.track();
        set_timeout(follow, std::time::Duration::ZERO);
    });
    followed
}
