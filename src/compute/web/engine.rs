//! The page's side: gives jobs to the best tier there is, falls back when one fails, and hands
//! events to whoever asked.
//!
//! One worker runs the page's own module and serves from the start. The first picture in two
//! dimensions makes the page ask for a GPU and, where there is none to gain from, start the fast
//! workers, as many as the machine has processors. Until then the page's own worker draws a coarse
//! picture; what is not finished moves over.

use super::pool::{Member, News};
use super::pump::Pump;
use super::spawn::{Module, has_webgpu, processors};
use super::tier::{Backend, Tier, told};
use crate::compute::{Event, Request, Shares, Slot, Slots, Submission, Update};
use crate::words::tr;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Slices on the page, milliseconds: short, since input and drawing wait for them.
const SLICE: f64 = 6.0;

pub(super) type Handler = Rc<dyn Fn(Event, &Tier)>;

/// Runs the jobs of the page. Clones share the engine.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

pub(super) struct Inner {
    next: Cell<u32>,
    /// The newest job of each slot, kept until it is done so that it can move to another tier.
    pub(super) pending: RefCell<Slots<Pending>>,
    /// A newer job that waits for the first picture of the pending one.
    next_up: RefCell<Slots<Pending>>,
    on_tier: Box<dyn Fn(Tier)>,
    own: RefCell<Own>,
    fast: RefCell<Fast>,
    gpu: RefCell<Graphics>,
    #[cfg(labs)]
    pub(super) school: RefCell<super::school::School>,
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

/// The worker that computes on a GPU.
enum Graphics {
    /// No job has wanted it yet.
    Unasked,
    Starting(Option<Rc<Member>>),
    /// The device's name, and whether it is one in software.
    Ready(Rc<Member>, String, bool),
    /// It is not to be had, for this reason.
    Refused(String),
}

pub(super) struct Pending {
    /// Changes when the job moves to another tier, so that news from the former one is told apart.
    id: u32,
    request: Request,
    backend: Backend,
    pub(super) handler: Handler,
    shares: Shares,
    /// What the job runs on; `None` while it waits.
    tier: Option<Tier>,
    /// Whether any picture has come of it.
    shown: bool,
}

impl Engine {
    /// Starts the page's own worker; `on_tier` hears where the main figure is computed.
    pub fn new(on_tier: impl Fn(Tier) + 'static) -> Self {
        let engine = Self(Rc::new(Inner {
            next: Cell::new(0),
            pending: RefCell::default(),
            next_up: RefCell::default(),
            on_tier: Box::new(on_tier),
            own: RefCell::new(Own::Starting(None)),
            fast: RefCell::new(Fast::Unasked),
            gpu: RefCell::new(Graphics::Unasked),
            #[cfg(labs)]
            school: RefCell::default(),
            broken: Cell::new(0),
        }));
        engine.0.start_own();
        engine
    }

    /// Puts a job in its slot, in place of an older one. `handler` hears of it, and where it ran,
    /// until it is done or replaced.
    pub fn submit(&self, slot: Slot, work: (Request, Backend), handler: impl Fn(Event, &Tier) + 'static) {
        let (request, backend) = work;
        let job = Pending {
            id: 0,
            request,
            backend,
            handler: Rc::new(handler),
            shares: Shares::new(0),
            tier: None,
            shown: false,
        };
        // Under a hand that moves, a picture shall come of some jobs: one that has begun on a fast
        // tier is left alone until its first, coarse one, some tens of milliseconds.
        let begun = |job: &Pending| !job.shown && matches!(job.tier, Some(Tier::Fast(..) | Tier::Gpu(_)));
        let begun = self.0.pending.borrow_mut().at(slot).as_ref().is_some_and(begun);
        if begun && job.request.is_wide() {
            *self.0.next_up.borrow_mut().at(slot) = Some(job);
            return;
        }
        self.0.put(slot, job);
    }

    /// Clears a slot.
    pub fn cancel(&self, slot: Slot) {
        *self.0.next_up.borrow_mut().at(slot) = None;
        let former = self.0.pending.borrow_mut().at(slot).take();
        if let Some(tier) = former.and_then(|job| job.tier) {
            self.0.clear(slot, &tier);
        }
        self.0.send_waiting();
    }
}

impl Inner {
    /// Puts a job in its slot and sends it.
    fn put(self: &Rc<Self>, slot: Slot, job: Pending) {
        *self.next_up.borrow_mut().at(slot) = None;
        let former = self.pending.borrow_mut().at(slot).replace(job);
        self.send(slot, former.and_then(|job| job.tier));
    }

    /// The tier a request goes to now; `None` while there is none.
    fn tier_for(self: &Rc<Self>, request: &Request, backend: Backend) -> Option<Tier> {
        #[cfg(labs)]
        if request.is_training() {
            return self.is_school_open().then_some(Tier::Lessons);
        }
        let below = if request.is_wide() {
            match self.wide_tier(backend) {
                Ok(tier) => return Some(tier),
                Err(why) => why,
            }
        } else {
            None
        };
        match &*self.own.borrow() {
            Own::Starting(_) => None,
            Own::Inline(_, reason) => Some(Tier::Inline(reason.clone())),
            Own::Worker(_) => Some(Tier::Worker(below)),
        }
    }

    /// The GPU or the fast workers, started if need be; else why not, if it is not for now only.
    fn wide_tier(self: &Rc<Self>, backend: Backend) -> Result<Tier, Option<String>> {
        if backend != Backend::Cpu && matches!(*self.gpu.borrow(), Graphics::Unasked) {
            self.start_gpu();
        }
        let why = match &*self.gpu.borrow() {
            _ if backend == Backend::Cpu => tr!("the CPU is asked for").to_owned(),
            Graphics::Ready(_, name, software) if !software || backend == Backend::Gpu => {
                return Ok(Tier::Gpu(name.clone()));
            }
            Graphics::Ready(..) => tr!("the only graphics adapter is one in software").to_owned(),
            Graphics::Refused(reason) => reason.clone(),
            // The fast workers wait for the answer: where there is a GPU nobody needs them.
            Graphics::Unasked | Graphics::Starting(_) => return Err(None),
        };
        if matches!(*self.fast.borrow(), Fast::Unasked) {
            self.start_fast();
        }
        match &*self.fast.borrow() {
            Fast::Ready(members) => Ok(Tier::Fast(members.len(), why)),
            Fast::Refused(reason) => Err(Some(reason.clone())),
            Fast::Unasked | Fast::Starting(..) => Err(None),
        }
    }

    /// Sends the pending job of a slot to the best tier, and clears the slot on the former one.
    fn send(self: &Rc<Self>, slot: Slot, former: Option<Tier>) {
        let work = self.pending.borrow_mut().at(slot).as_ref().map(|job| (job.request.clone(), job.backend));
        let Some((request, backend)) = work else {
            return;
        };
        // The figure that takes longest waits until the main one is there.
        let tier = match slot {
            Slot::Convergence if self.pending.borrow_mut().at(Slot::Main).is_some() => None,
            _ => self.tier_for(&request, backend),
        };
        if let Some(former) = former.filter(|former| tier.as_ref() != Some(former)) {
            self.clear(slot, &former);
        }
        let parts = match tier {
            Some(Tier::Fast(count, _)) => request.split(count),
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
        #[cfg(labs)]
        let trains = tier == Tier::Lessons;
        #[cfg(not(labs))]
        let trains = false;
        if slot == Slot::Main || trains {
            (self.on_tier)(tier);
        }
    }

    /// Sends what has waited.
    pub(super) fn send_waiting(self: &Rc<Self>) {
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
        match tier {
            Tier::Fast(..) => {
                if let Fast::Ready(members) = &*self.fast.borrow() {
                    members.iter().for_each(|member| member.post(&next()));
                }
                return;
            }
            Tier::Gpu(_) => {
                if let Graphics::Ready(member, ..) = &*self.gpu.borrow() {
                    member.post(&next());
                }
                return;
            }
            #[cfg(labs)]
            Tier::Lessons => {
                self.school.borrow().post(&next());
                return;
            }
            Tier::Starting | Tier::Worker(_) | Tier::Inline(_) => {}
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
            News::Ready(_) => {
                let member = match &*self.own.borrow() {
                    Own::Starting(Some(member)) => member.clone(),
                    _ => return,
                };
                *self.own.borrow_mut() = Own::Worker(member);
                if self.pending.borrow_mut().at(Slot::Main).is_none() {
                    (self.on_tier)(Tier::Worker(None));
                }
                self.send_waiting();
            }
            #[cfg(labs)]
            News::Loading(_) => {}
            News::Update(update) => self.deliver(0, update),
            News::Refused(reason) => self.compute_inline(reason),
            // A worker that ran and broke gets one successor.
            News::Broke(reason) => {
                self.broken.set(self.broken.get() + 1);
                self.take_back(|tier| matches!(tier, Tier::Starting | Tier::Worker(_) | Tier::Inline(_)));
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
        drop(self.own.replace(Own::Inline(pump, reason)));
        self.send_waiting();
    }

    /// Starts the fast workers, all at once: they load one script and one module.
    fn start_fast(self: &Rc<Self>) {
        let Some(module) = Module::fast() else {
            *self.fast.borrow_mut() = Fast::Refused(tr!("this page was built without them").to_owned());
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
            News::Ready(_) => {
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
                self.move_over();
            }
            #[cfg(labs)]
            News::Loading(_) => {}
            News::Update(update) => self.deliver(index, update),
            News::Refused(reason) | News::Broke(reason) => {
                drop(self.fast.replace(Fast::Refused(reason.clone())));
                self.take_back(|tier| matches!(tier, Tier::Fast(..)));
                self.send_waiting();
                // The page's own worker goes on with what it has begun, for a reason now.
                if matches!(*self.own.borrow(), Own::Worker(_)) {
                    let tier = Tier::Worker(Some(reason));
                    if let Some(Pending { tier: Some(now @ Tier::Worker(_)), .. }) =
                        self.pending.borrow_mut().at(Slot::Main)
                    {
                        *now = tier.clone();
                    }
                    (self.on_tier)(tier);
                }
            }
        }
    }

    /// Sends what would gain from a tier that has come to be.
    fn move_over(self: &Rc<Self>) {
        for slot in Slot::ALL {
            let wide = |job: &&mut Pending| job.request.is_wide();
            let tier = self.pending.borrow_mut().at(slot).as_mut().filter(wide).map(|job| job.tier.clone());
            if let Some(tier) = tier {
                self.send(slot, tier);
            }
        }
    }

    fn start_gpu(self: &Rc<Self>) {
        let me = Rc::downgrade(self);
        let report = move |news| {
            if let Some(me) = me.upgrade() {
                me.hear_gpu(news);
            }
        };
        let member = match Module::gpu() {
            _ if !has_webgpu() => Err(tr!("this browser does not offer WebGPU on this page").to_owned()),
            None => Err(tr!("this page was built without it").to_owned()),
            Some(module) => Member::start(&module, report),
        };
        *self.gpu.borrow_mut() = match member {
            Ok(member) => Graphics::Starting(Some(Rc::new(member))),
            Err(reason) => Graphics::Refused(reason),
        };
    }

    fn hear_gpu(self: &Rc<Self>, news: News) {
        match news {
            News::Ready(name) => {
                let member = match &mut *self.gpu.borrow_mut() {
                    Graphics::Starting(member) => member.take(),
                    _ => None,
                };
                let Some(member) = member else {
                    return;
                };
                let software = name.strip_prefix("software ");
                let (name, is_software) = (software.unwrap_or(&name).to_owned(), software.is_some());
                *self.gpu.borrow_mut() = Graphics::Ready(member, name, is_software);
                self.move_over();
            }
            #[cfg(labs)]
            News::Loading(_) => {}
            News::Update(update) => self.deliver(0, update),
            // No device, or a lost one, or one that cannot go on.
            News::Refused(reason) | News::Broke(reason) => {
                drop(self.gpu.replace(Graphics::Refused(told(reason))));
                self.take_back(|tier| matches!(tier, Tier::Gpu(_)));
                self.move_over();
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
    pub(super) fn deliver(self: &Rc<Self>, index: usize, update: Update) {
        let Update { id, slot, event } = update;
        let (event, handler, tier) = {
            let mut pending = self.pending.borrow_mut();
            let Some(job) = pending.at(slot).as_mut().filter(|job| job.id == id) else {
                return;
            };
            let (Some(event), Some(tier)) = (job.shares.take(index, event), job.tier.clone()) else {
                return;
            };
            job.shown |= matches!(event, Event::Partial(_));
            (event, job.handler.clone(), tier)
        };
        let news = !matches!(event, Event::Progress(_));
        let next = if news { self.next_up.borrow_mut().at(slot).take() } else { None };
        if let Some(next) = next {
            // What comes of the older job is shown, but is not the end of anything.
            match event {
                Event::Partial(reply) | Event::Done(reply) => handler(Event::Partial(reply), &tier),
                Event::Progress(_) | Event::Failed(_) => {}
            }
            return self.put(slot, next);
        }
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
