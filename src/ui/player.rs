//! A clock that runs by itself on demand: play, pause, a step, back to the start, and a slider.
//!
//! It runs on animation frames and moves on only when what the last step asked for has come, so it is
//! never ahead of the picture. It pauses at the end, when the tab is hidden, and when the figure is off
//! screen. For those who want less motion it goes in a dozen leaps, one a second.

use super::frame::is_away;
use super::link::watch_media;
use super::reactive::{flag, number, text};
use crate::words::tr;
use leptos::html::Div;
use leptos::prelude::*;

/// A frame later than this means that the tab was hidden, milliseconds.
const ASLEEP: f64 = 2000.0;
/// Time between leaps where less motion is wanted, milliseconds.
const LEAP: f64 = 1000.0;
/// Leaps through a whole process.
const LEAPS: usize = 12;

/// What a player plays.
#[derive(Clone, Copy)]
pub struct Tape {
    /// Where the clock stands, `0..=last`.
    pub level: Signal<usize>,
    /// The last place.
    pub last: Signal<usize>,
    /// Where the process begins and ends.
    pub ends: Signal<(usize, usize)>,
    /// Places a second.
    pub speed: Signal<f64>,
    /// Whether the picture of the clock's place is still to come.
    pub busy: Signal<bool>,
    /// The place in words.
    pub words: Signal<String>,
    /// Puts the clock at a place.
    pub set: Callback<usize>,
}

/// A player: the buttons, and whether it plays.
#[derive(Clone, Copy)]
pub struct Player {
    /// What it plays.
    pub tape: Tape,
    /// Whether it does.
    pub playing: RwSignal<bool>,
    /// Whether less motion is wanted.
    calm: RwSignal<bool>,
    frame: NodeRef<Div>,
}

/// Since when, and how much of a place, the clock has waited.
#[derive(Clone, Copy)]
struct Pace {
    before: f64,
    credit: f64,
}

/// A player that stands still. The tape may follow from whether it plays.
pub fn use_player(playing: RwSignal<bool>, tape: Tape) -> Player {
    let calm = RwSignal::new(false);
    calm.set(watch_media("(prefers-reduced-motion: reduce)", move |now| calm.set(now)));
    Player { tape, playing, calm, frame: NodeRef::new() }
}

impl Player {
    /// Plays on, from the start if it is at the end; or pauses.
    fn toggle(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
            return;
        }
        let (start, end) = self.tape.ends.get_untracked();
        if self.tape.level.get_untracked() == end {
            self.tape.set.run(start);
        }
        self.playing.set(true);
        self.wait(Pace { before: now(), credit: 0.0 });
    }

    /// Moves some places towards the end; whether there were any left.
    fn advance(self, places: usize) -> bool {
        let (level, (start, end)) = (self.tape.level.get_untracked(), self.tape.ends.get_untracked());
        let next =
            if start < end { (level + places).min(end) } else { level.saturating_sub(places).max(end) };
        if next != level {
            self.tape.set.run(next);
        }
        next != end
    }

    fn wait(self, pace: Pace) {
        request_animation_frame(move || self.tick(pace));
    }

    fn tick(self, pace: Pace) {
        if !self.playing.get_untracked() {
            return;
        }
        let time = now();
        let gap = time - pace.before;
        if gap > ASLEEP || is_away() || self.is_off_screen() {
            self.playing.set(false);
            return;
        }
        let calm = self.calm.get_untracked();
        let rate = if calm { 1.0 / LEAP } else { self.tape.speed.get_untracked() / 1000.0 };
        // What could not be shown in time is not made up for.
        let mut credit = (pace.credit + gap * rate).min(if calm { 1.0 } else { 1.0 + 250.0 * rate });
        let mut left = true;
        if credit >= 1.0 && !self.tape.busy.get_untracked() {
            let places = if calm { self.tape.last.get_untracked().div_ceil(LEAPS) } else { credit as usize };
            left = self.advance(places);
            credit = if calm { 0.0 } else { credit.fract() };
        }
        if left {
            self.wait(Pace { before: time, credit });
        } else {
            self.playing.set(false);
        }
    }

    fn is_off_screen(self) -> bool {
        let height = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(f64::INFINITY);
        self.frame.get_untracked().is_some_and(|frame| {
            let parent = frame.parent_element();
            let bounds =
                parent.map_or_else(|| frame.get_bounding_client_rect(), |p| p.get_bounding_client_rect());
            bounds.bottom() < 0.0 || bounds.top() > height
        })
    }
}

/// The buttons and the slider.
pub fn player_view(player: Player) -> AnyView {
    let Player { tape, playing, frame, .. } = player;
    let stop = move |places: Option<isize>| {
        playing.set(false);
        let level = tape.level.get_untracked();
        let (start, end) = tape.ends.get_untracked();
        let next = match places {
            None => start,
            Some(step) => {
                let along = if start < end { step } else { -step };
                level.saturating_add_signed(along).min(tape.last.get_untracked())
            }
        };
        tape.set.run(next);
    };
    let at = move |end: fn((usize, usize)) -> usize| flag(move || tape.level.get() == end(tape.ends.get()));
    view! {
        <div class="player" role="group" aria-label=tr!("Playback") node_ref=frame>
            <button type="button" title=tr!("Back to the start") aria-label=tr!("Back to the start") on:click=move |_| stop(None)>
                <span aria-hidden="true">"|◂"</span>
            </button>
            <button
                type="button"
                title=tr!("A step back")
                aria-label=tr!("A step back")
                disabled=at(|ends| ends.0)
                on:click=move |_| stop(Some(-1))
            >
                <span aria-hidden="true">"◂"</span>
            </button>
            <button type="button" class="primary play" on:click=move |_| player.toggle()>
                {text(move || if playing.get() { tr!("Pause") } else { tr!("Play") }.to_owned())}
            </button>
            <button
                type="button"
                title=tr!("A step on")
                aria-label=tr!("A step on")
                disabled=at(|ends| ends.1)
                on:click=move |_| stop(Some(1))
            >
                <span aria-hidden="true">"▸"</span>
            </button>
            <input
                type="range"
                min="0"
                max=text(move || tape.last.get().to_string())
                step="1"
                aria-label=tr!("Clock")
                aria-valuetext=tape.words
                prop:value=number(move || tape.level.get() as f64)
                on:input=move |event| {
                    playing.set(false);
                    if let Ok(level) = event_target_value(&event).parse::<usize>() {
                        tape.set.run(level);
                    }
                }
            />
            <span class="player-words" aria-hidden="true">{tape.words}</span>
        </div>
    }
    .into_any()
}

fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}
