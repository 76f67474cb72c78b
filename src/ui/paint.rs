//! When figures are drawn: in animation frames, a few milliseconds in each, those nearest to the top of the
//! page first.
//!
//! What is asked for several times between two frames is drawn once, and what does not fit into a frame waits
//! for the next, so that a hand that drags is not kept waiting for figures it does not look at. A tab that is
//! hidden draws nothing until it is seen.

use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Time for drawing in a frame, milliseconds; the first figure is drawn whatever it takes.
const SHARE: f64 = 4.0;

/// Draws a figure.
type Draw = Rc<dyn Fn()>;

#[derive(Default)]
struct Queue {
    /// Figures made so far.
    made: usize,
    /// Figures to be drawn, in the order in which they were made: that of the page.
    waiting: Vec<(usize, Draw)>,
    /// Told whether there are any.
    painting: Option<RwSignal<bool>>,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
}

/// A figure's place in the queue, until its owner is gone.
#[derive(Clone, Copy)]
pub struct Painter(usize);

/// A place after all others. What it is asked to draw is forgotten when the owner goes.
pub fn use_painter() -> Painter {
    let id = QUEUE.with_borrow_mut(|queue| {
        queue.made += 1;
        queue.made
    });
    on_cleanup(move || QUEUE.with_borrow_mut(|queue| queue.waiting.retain(|(known, _)| *known != id)));
    Painter(id)
}

/// Whether figures wait to be drawn, for the page as a whole.
pub fn use_painting() -> RwSignal<bool> {
    let painting = RwSignal::new(false);
    QUEUE.with_borrow_mut(|queue| queue.painting = Some(painting));
    painting
}

fn tell(painting: bool) {
    if let Some(told) = QUEUE.with_borrow(|queue| queue.painting) {
        told.set(painting);
    }
}

impl Painter {
    /// Has it drawn in the next frame that has time for it, in place of what was asked before.
    pub fn ask(self, draw: Draw) {
        let first = QUEUE.with_borrow_mut(|queue| {
            let first = queue.waiting.is_empty();
            match queue.waiting.iter().position(|(id, _)| *id >= self.0) {
                Some(i) if queue.waiting[i].0 == self.0 => queue.waiting[i].1 = draw,
                Some(i) => queue.waiting.insert(i, (self.0, draw)),
                None => queue.waiting.push((self.0, draw)),
            }
            first
        });
        if first {
            tell(true);
            request_animation_frame(paint);
        }
    }
}

fn paint() {
    let start = now();
    loop {
        let next =
            QUEUE.with_borrow_mut(|queue| (!queue.waiting.is_empty()).then(|| queue.waiting.remove(0).1));
        let Some(draw) = next else {
            return tell(false);
        };
        draw();
        if now() - start > SHARE && QUEUE.with_borrow(|queue| !queue.waiting.is_empty()) {
            return request_animation_frame(paint);
        }
    }
}

fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}
