//! The digits as a target: waiting for their file, their bandwidth, and where they are from.

use super::Shared;
use crate::labs::common::{DIGITS_BANDWIDTH, Target, TargetKind, opens};
use crate::labs::digits::digits;
use crate::labs::digits::load::{Loading, load};
use crate::ui::fields::{NumberField, Slide};
use crate::ui::link::{current_query, open_again};
use crate::ui::reactive::{flag, number, text};
use crate::words::tr;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

impl Shared {
    /// Whether a target has to be fetched first; then that is begun, and the target taken when it is here.
    pub(super) fn fetches(self, kind: TargetKind) -> bool {
        if kind != TargetKind::Digits || digits().is_some() {
            // Whatever was waited for, something else is wanted now.
            self.loading.set(Loading::Idle);
            return false;
        }
        self.loading.set(Loading::Busy);
        // Of a link that could not be opened for want of them, all is read again.
        let asked = !opens(&current_query());
        spawn_local(async move {
            let result = load().await;
            if self.loading.get_untracked() != Loading::Busy {
                return;
            }
            match result {
                Ok(()) if asked => {
                    open_again();
                }
                Ok(()) => self.turn_to(kind),
                Err(reason) => self.loading.set(Loading::Failed(reason)),
            }
        });
        true
    }
}

/// While the file is on its way, and when it did not come.
pub(super) fn waiting(shared: Shared) -> AnyView {
    let failed = move || shared.loading.with(|loading| matches!(loading, Loading::Failed(_)));
    let reason = move || match shared.loading.get() {
        Loading::Failed(reason) => tr!("The digits could not be loaded: {}.", reason),
        _ => String::new(),
    };
    view! {
        <p class="hint" role="status" hidden=flag(failed)>{tr!("Loading the digits, 35 KB…")}</p>
        <p class="error" role="alert">{text(reason)}</p>
        <button
            type="button"
            hidden=flag(move || !failed())
            on:click=move |_| shared.turn_to(TargetKind::Digits)
        >
            {tr!("Try again")}
        </button>
    }
    .into_any()
}

/// The bandwidth, and the source.
pub(super) fn fields(shared: Shared) -> AnyView {
    let value = number(move || match shared.get().target {
        Target::Digits(h) => h,
        _ => DIGITS_BANDWIDTH.default,
    });
    view! {
        <NumberField
            label=tr!("Bandwidth")
            unit="h"
            spec=DIGITS_BANDWIDTH
            value
            set=move |h: f64| shared.update(move |c| c.target = Target::Digits(h))
            slide=Slide::Log
        />
        <p class="hint">
            {tr!("A Gaussian of this width around each of 1197 images of 8 × 8 pixels; 600 more are held out.")}
            " "
            <a href="https://doi.org/10.24432/C50P49">
                <cite>"Optical Recognition of Handwritten Digits, E. Alpaydin, C. Kaynak, CC BY 4.0"</cite>
            </a>
            "."
        </p>
    }
    .into_any()
}
