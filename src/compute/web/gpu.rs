//! A worker that computes on a GPU. Its device is its own, so that neither the page nor the other
//! workers ever wait for it, and a newer job takes the place of an older one between two pieces.

use super::pump::pause;
use super::worker::{decode, encode, post, scope};
use crate::compute::{Event, GpuTask, GpuTaskError, Progress, Resident, Submission, Update};
use crate::gpu::{Gpu, Tier};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

/// Asks for a device, says what it is or why there is none, and takes submissions.
pub(super) async fn serve() {
    let gpu = match Gpu::request().await {
        Ok(gpu) => gpu,
        Err(error) => return post(&error.to_string().into()),
    };
    let newest: Rc<RefCell<Option<Submission>>> = Rc::default();
    let running = Rc::new(Cell::new(false));
    let resident = Resident::default();
    let name = match gpu.info().name.as_str() {
        "" => "WebGPU",
        name => name,
    };
    let ready = match gpu.info().tier {
        Tier::Hardware => format!("{} {name}", super::worker::READY),
        Tier::Software => format!("{} software {name}", super::worker::READY),
    };
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(submission) = decode::<Submission>(&event.data()) {
            *newest.borrow_mut() = Some(submission);
            if !running.replace(true) {
                let (gpu, newest, running) = (gpu.clone(), newest.clone(), running.clone());
                let resident = resident.clone();
                spawn_local(async move {
                    run(&gpu, &resident, &newest).await;
                    running.set(false);
                });
            }
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&ready.into());
}

/// Carries out what was submitted last until nothing is left.
async fn run(gpu: &Gpu, resident: &Resident, newest: &RefCell<Option<Submission>>) {
    // A statement of its own, so that the list is not borrowed while a job runs.
    loop {
        let next = newest.borrow_mut().take();
        let Some(Submission { id, slot, request }) = next else {
            return;
        };
        let Some(request) = request else {
            continue;
        };
        let send = |event| post(&encode(&Update { id, slot, event }));
        let mut task = match GpuTask::new(gpu, resident, request) {
            Ok(task) => task,
            Err(GpuTaskError::Job(error)) => {
                send(Event::Failed(error));
                continue;
            }
            // The page gives the job to the next tier.
            Err(GpuTaskError::Gpu(error)) => return post(&error.to_string().into()),
        };
        while newest.borrow().is_none() {
            match task.step().await {
                Ok(Progress::Working(share)) => send(Event::Progress(share)),
                Ok(Progress::Partial(reply)) => send(Event::Partial(reply)),
                Ok(Progress::Done(reply)) => {
                    send(Event::Done(reply));
                    break;
                }
                Err(error) => return post(&error.to_string().into()),
            }
            pause().await;
        }
    }
}
