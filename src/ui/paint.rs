//! When figures are drawn: one a task, those nearest to the top of the page first.
//!
//! What is asked for several times before its turn is drawn once. Each figure is a task of its own and not part
//! of an animation frame: there all of them would be one long task with the layout of the page, and a hand that
//! drags would wait for it.

use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

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
    /// Has it drawn when its turn comes, in place of what was asked before.
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
            set_timeout(paint, Duration::ZERO);
        }
    }
}

fn paint() {
    let next = QUEUE.with_borrow_mut(|queue| (!queue.waiting.is_empty()).then(|| queue.waiting.remove(0).1));
    let Some(draw) = next else {
        return tell(false);
    };
    draw();
    set_timeout(paint, Duration::ZERO);
}
