//! The two jobs that speed is measured by, in a browser: by the page's own engine and workers, so
//! that sharing out, messages and putting together are in the times.
//!
//! A page of its own (`cargo xtask bench` builds and opens it). `?job=w1|w2&quality=…&repeats=N`;
//! when done, `window.result` has one line of JSON and the title is `done`.

#[cfg(target_arch = "wasm32")]
fn main() {
    if scorescope::compute::web::is_worker() {
        scorescope::compute::web::serve();
    } else {
        wasm_bindgen_futures::spawn_local(page::run());
    }
}

/// There is a command line for native runs.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a web page: run `cargo xtask bench`, or `scorescope bench` natively");
}

#[cfg(target_arch = "wasm32")]
mod page {
    use js_sys::{Promise, Reflect};
    use scorescope::compute::web::{Backend, Engine, Tier};
    use scorescope::compute::{Event, PointsReply, Reply, Request, Slot, bench};
    use scorescope::math::Quality;
    use std::cell::RefCell;
    use std::rc::Rc;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_futures::JsFuture;

    /// A run: milliseconds, what came out, where it was computed.
    type Run = (f64, PointsReply, Tier);

    pub(super) async fn run() {
        let text = measure().await.unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
        if let Some(window) = web_sys::window() {
            let _ = Reflect::set(&window, &"result".into(), &text.into());
            if let Some(document) = window.document() {
                document.set_title("done");
            }
        }
    }

    async fn measure() -> Result<String, String> {
        let window = web_sys::window().ok_or("no window")?;
        let query = window.location().search().map_err(|_| "no query")?;
        let value = |key: &str| {
            let mut pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(k, _)| *k == key).map(|(_, value)| value.to_owned())
        };
        let quality = match value("quality").as_deref() {
            Some("good") => Quality::Good,
            Some("fine") => Quality::Fine,
            _ => Quality::Coarse,
        };
        let (request, floor) = match value("job").as_deref() {
            Some("w1") => (bench::w1(), 1e-3),
            Some("w2") => (bench::w2(quality), 1e-6),
            _ => return Err("job=w1 or job=w2".to_owned()),
        };
        let backend = if value("backend").as_deref() == Some("gpu") { Backend::Gpu } else { Backend::Cpu };
        let repeats: usize = value("repeats").and_then(|n| n.parse().ok()).unwrap_or(5);
        let engine = Engine::new(|_| {});
        let (mut times, mut max_error, mut workers) = (Vec::new(), f64::NAN, 0);
        // The first runs load the fast workers and are compiled as they go: they do not count.
        let mut warm = 0;
        while times.len() < repeats {
            let (millis, reply, tier) = once(&engine, request.clone(), backend).await?;
            match tier {
                Tier::Fast(count, _) => workers = count,
                Tier::Gpu(_) => {}
                _ if warm > 4 => return Err(format!("no fast workers: {tier:?}")),
                _ => {}
            }
            warm += 1;
            if warm > 3 {
                times.push(millis / 1e3);
                max_error = bench::largest_error(&reply, floor);
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(format!(
            "{{\"workers\":{workers},\"seconds\":{},\"median_seconds\":{},\"max_error\":{max_error}}}",
            times[0],
            times[times.len() / 2]
        ))
    }

    async fn once(engine: &Engine, request: Request, backend: Backend) -> Result<Run, String> {
        let performance = web_sys::window().and_then(|w| w.performance()).ok_or("no clock")?;
        let start = performance.now();
        let outcome: Rc<RefCell<Option<Result<Run, String>>>> = Rc::default();
        let mut ask = |resolve: js_sys::Function, _: js_sys::Function| {
            let (outcome, performance) = (outcome.clone(), performance.clone());
            engine.submit(Slot::Main, (request.clone(), backend), move |event, tier| {
                let end = match event {
                    Event::Done(Reply::Points(reply)) => Ok((performance.now() - start, reply, tier.clone())),
                    Event::Done(_) => Err("another kind of reply".to_owned()),
                    Event::Failed(error) => Err(error.to_string()),
                    Event::Progress(_) | Event::Partial(_) => return,
                };
                *outcome.borrow_mut() = Some(end);
                let _ = resolve.call0(&JsValue::NULL);
            });
        };
        let _ = JsFuture::from(Promise::new(&mut ask)).await;
        outcome.take().unwrap_or_else(|| Err("nothing came".to_owned()))
    }
}
