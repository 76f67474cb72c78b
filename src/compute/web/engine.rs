//! The page's side: gives jobs to the best tier there is, falls back when one fails, and hands
//! events to whoever asked.
//!
//! One worker runs the page's own module and serves from the start. Pictures in two dimensions go
//! to the fast workers, as many as the machine has processors, once the first such job has made
//! the page load their module; until then the page's own worker draws a coarse picture.

use super::pool::{Member, News};
use super::pump::Pump;
use super::spawn::Module;
use crate::compute::{Event, Request, Shares, Slot, Slots, Submission, Update};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Slices on the page, milliseconds: short, since input and drawing wait for them.
const SLICE: f64 = 6.0;

/// Most fast workers. More would help only the largest pictures, and each has its own memory.
const MAX_WORKERS: usize = 8;

/// Where a job runs, and if not on the best tier, why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The page's own worker is starting; jobs wait for it.
    Starting,
    /// In a worker of the page's own module; if faster ones were wanted, why they are not there.
    Worker(Option<String>),
    /// In so many fast workers.
    Fast(usize),
    /// On the page, in slices, for this reason.
    Inline(String),
}

type Handler = Rc<dyn Fn(Event, &Tier)>;

/// Runs the jobs of the page. Clones share the engine.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

struct Inner {
    next: Cell<u32>,
    /// The newest job of each slot, kept until it is done so that it can move to another tier.
    pending: RefCell<Slots<Pending>>,
    on_tier: Box<dyn Fn(Tier)>,
    own: RefCell<Own>,
    fast: RefCell<Fast>,
    /// Own workers that ran and broke since the page was opened.
    broken: Cell<usize>,
}

/// The tier below the fast workers.
enum Own {
    Starting(Option<Rc<Member>>),
    Worker(Rc<Member>),
    Inline(Pump, String),
}

/// The fast workers.
enum Fast {
    /// No job has wanted them yet.
    Unasked,
    /// These are starting; what has not answered yet is counted.
    Starting(Vec<Rc<Member>>, usize),
    Ready(Vec<Rc<Member>>),
    /// They are not to be had, for this reason.
    Refused(String),
}

struct Pending {
    /// Changes when the job moves to another tier, so that news from the former one is told apart.
    id: u32,
    request: Request,
    handler: Handler,
    shares: Shares,
    /// What the job runs on; `None` while it waits.
    tier: Option<Tier>,
}

impl Engine {
    /// Starts the page's own worker; `on_tier` hears where the main figure is computed.
    pub fn new(on_tier: impl Fn(Tier) + 'static) -> Self {
        let engine = Self(Rc::new(Inner {
            next: Cell::new(0),
            pending: RefCell::default(),
            on_tier: Box::new(on_tier),
            own: RefCell::new(Own::Starting(None)),
            fast: RefCell::new(Fast::Unasked),
            broken: Cell::new(0),
        }));
        engine.0.start_own();
        engine
    }

    /// Puts a job in its slot, in place of an older one. `handler` hears of it, and where it ran,
    /// until it is done or replaced.
    pub fn submit(&self, slot: Slot, request: Request, handler: impl Fn(Event, &Tier) + 'static) {
        let job = Pending { id: 0, request, handler: Rc::new(handler), shares: Shares::new(0), tier: None };
        let former = self.0.pending.borrow_mut().at(slot).replace(job);
        self.0.send(slot, former.and_then(|job| job.tier));
    }

    /// Clears a slot.
    pub fn cancel(&self, slot: Slot) {
        let former = self.0.pending.borrow_mut().at(slot).take();
        if let Some(tier) = former.and_then(|job| job.tier) {
            self.0.clear(slot, &tier);
        }
        self.0.send_waiting();
    }
}

impl Inner {
    /// The tier a request goes to now; `None` while there is none.
    fn tier_for(self: &Rc<Self>, request: &Request) -> Option<Tier> {
        let wide = request.is_wide();
        if wide && matches!(*self.fast.borrow(), Fast::Unasked) {
            self.start_fast();
        }
        match (&*self.fast.borrow(), &*self.own.borrow()) {
            (Fast::Ready(members), _) if wide => Some(Tier::Fast(members.len())),
            (_, Own::Starting(_)) => None,
            (_, Own::Inline(_, reason)) => Some(Tier::Inline(reason.clone())),
            (Fast::Refused(reason), Own::Worker(_)) if wide => Some(Tier::Worker(Some(reason.clone()))),
            (_, Own::Worker(_)) => Some(Tier::Worker(None)),
        }
    }

    /// Sends the pending job of a slot to the best tier, and clears the slot on the former one.
    fn send(self: &Rc<Self>, slot: Slot, former: Option<Tier>) {
        let Some(request) = self.pending.borrow_mut().at(slot).as_ref().map(|job| job.request.clone()) else {
            return;
        };
        // The figure that takes longest waits until the main one is there.
        let tier = match slot {
            Slot::Convergence if self.pending.borrow_mut().at(Slot::Main).is_some() => None,
            _ => self.tier_for(&request),
        };
        if let Some(former) = former.filter(|former| tier.as_ref() != Some(former)) {
            self.clear(slot, &former);
        }
        let parts = match tier {
            Some(Tier::Fast(count)) => request.split(count),
            _ => vec![request],
        };
        let id = self.next.get().wrapping_add(1);
        self.next.set(id);
        if let Some(job) = self.pending.borrow_mut().at(slot) {
            job.id = id;
            job.shares = Shares::new(parts.len());
            job.tier.clone_from(&tier);
        }
        let Some(tier) = tier else {
            return;
        };
        self.post(id, slot, &tier, parts);
        if slot == Slot::Main {
            (self.on_tier)(tier);
        }
    }

    /// Sends what has waited.
    fn send_waiting(self: &Rc<Self>) {
        let waits =
            |slot: &Slot| self.pending.borrow_mut().at(*slot).as_ref().is_some_and(|job| job.tier.is_none());
        for slot in Slot::ALL.into_iter().filter(waits) {
            self.send(slot, None);
        }
    }

    /// Takes a slot's job away from a tier.
    fn clear(&self, slot: Slot, tier: &Tier) {
        self.post(self.next.get(), slot, tier, Vec::new());
    }

    /// Gives the parts of a job to the members of a tier, one each; members without one clear the
    /// slot.
    fn post(&self, id: u32, slot: Slot, tier: &Tier, parts: Vec<Request>) {
        let mut parts = parts.into_iter();
        let mut next = || Submission { id, slot, request: parts.next() };
        if let Tier::Fast(_) = tier {
            if let Fast::Ready(members) = &*self.fast.borrow() {
                members.iter().for_each(|member| member.post(&next()));
            }
            return;
        }
        match &*self.own.borrow() {
            Own::Starting(_) => {}
            Own::Worker(member) => member.post(&next()),
            Own::Inline(pump, _) => pump.submit(next()),
        }
    }

    fn start_own(self: &Rc<Self>) {
        *self.own.borrow_mut() = Own::Starting(None);
        (self.on_tier)(Tier::Starting);
        let me = Rc::downgrade(self);
        let member = Member::start(&Module::Own, move |news| {
            if let Some(me) = me.upgrade() {
                me.hear_own(news);
            }
        });
        match member {
            Ok(member) => *self.own.borrow_mut() = Own::Starting(Some(Rc::new(member))),
            Err(reason) => self.compute_inline(reason),
        }
    }

    fn hear_own(self: &Rc<Self>, news: News) {
        match news {
            News::Ready => {
                let member = match &*self.own.borrow() {
                    Own::Starting(Some(member)) => member.clone(),
                    _ => return,
                };
                *self.own.borrow_mut() = Own::Worker(member);
                self.send_waiting();
            }
            News::Update(update) => self.deliver(0, update),
            News::Refused(reason) => self.compute_inline(reason),
            // A worker that ran and broke gets one successor.
            News::Broke(reason) => {
                self.broken.set(self.broken.get() + 1);
                self.take_back(|tier| !matches!(tier, Tier::Fast(_)));
                if self.broken.get() > 1 {
                    self.compute_inline(reason);
                } else {
                    self.start_own();
                }
            }
        }
    }

    /// From now on the page computes by itself what the fast workers do not.
    fn compute_inline(self: &Rc<Self>, reason: String) {
        if matches!(*self.own.borrow(), Own::Inline(..)) {
            return;
        }
        let me = Rc::downgrade(self);
        let pump = Pump::new(SLICE, move |update| {
            if let Some(me) = me.upgrade() {
                me.deliver(0, update);
            }
        });
        let former = self.own.replace(Own::Inline(pump, reason));
        drop(former);
        self.send_waiting();
    }

    /// Starts the fast workers, all at once: they load one script and one module.
    fn start_fast(self: &Rc<Self>) {
        let Some(module) = Module::fast() else {
            *self.fast.borrow_mut() = Fast::Refused("this page was built without them".to_owned());
            return;
        };
        let mut members = Vec::new();
        for index in 0..processors() {
            let me = Rc::downgrade(self);
            let member = Member::start(&module, move |news| {
                if let Some(me) = me.upgrade() {
                    me.hear_fast(index, news);
                }
            });
            match member {
                Ok(member) => members.push(Rc::new(member)),
                Err(reason) => {
                    *self.fast.borrow_mut() = Fast::Refused(reason);
                    return;
                }
            }
        }
        let count = members.len();
        *self.fast.borrow_mut() = Fast::Starting(members, count);
    }

    fn hear_fast(self: &Rc<Self>, index: usize, news: News) {
        match news {
            News::Ready => {
                let mut fast = self.fast.borrow_mut();
                let Fast::Starting(members, missing) = &mut *fast else {
                    return;
                };
                *missing -= 1;
                if *missing > 0 {
                    return;
                }
                let members = std::mem::take(members);
                *fast = Fast::Ready(members);
                drop(fast);
                // What would gain moves over.
                for slot in Slot::ALL {
                    let wide = self
                        .pending
                        .borrow_mut()
                        .at(slot)
                        .as_ref()
                        .filter(|job| job.request.is_wide())
                        .map(|job| job.tier.clone());
                    if let Some(tier) = wide {
                        self.send(slot, tier);
                    }
                }
            }
            News::Update(update) => self.deliver(index, update),
            News::Refused(reason) | News::Broke(reason) => {
                let former = self.fast.replace(Fast::Refused(reason));
                drop(former);
                self.take_back(|tier| matches!(tier, Tier::Fast(_)));
                self.send_waiting();
            }
        }
    }

    /// Makes jobs wait that ran on a tier that is no more.
    fn take_back(&self, gone: impl Fn(&Tier) -> bool) {
        for (_, job) in
            self.pending.borrow_mut().full().filter(|(_, job)| job.tier.as_ref().is_some_and(&gone))
        {
            job.tier = None;
            job.id = 0;
        }
    }

    /// Hands an event to the job it belongs to, unless the job has been replaced.
    fn deliver(self: &Rc<Self>, index: usize, update: Update) {
        let Update { id, slot, event } = update;
        let (event, handler, tier) = {
            let mut pending = self.pending.borrow_mut();
            let Some(job) = pending.at(slot).as_mut().filter(|job| job.id == id) else {
                return;
            };
            let (Some(event), Some(tier)) = (job.shares.take(index, event), job.tier.clone()) else {
                return;
            };
            (event, job.handler.clone(), tier)
        };
        let ended = matches!(event, Event::Done(_) | Event::Failed(_));
        if ended {
            *self.pending.borrow_mut().at(slot) = None;
        }
        handler(event, &tier);
        if ended {
            self.send_waiting();
        }
    }
}

/// As many workers as the machine has processors.
fn processors() -> usize {
    let processors = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
    (processors as usize).clamp(1, MAX_WORKERS)
}
