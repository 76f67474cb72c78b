//! The main thread's work while something is dragged: from Chromium's tracing, per frame.

use scorescope_e2e::{Options, Outcome, Page, Value};

/// Milliseconds of a frame at 60 frames a second.
const FRAME: f64 = 1000.0 / 60.0;

/// Moves while dragging.
const MOVES: usize = 90;

/// A drag: work of the main thread in each frame, milliseconds, and how often the picture changed.
#[derive(Debug)]
pub(crate) struct Frames {
    /// Sorted.
    pub(crate) work: Vec<f64>,
    /// Different pictures seen between the moves.
    pub(crate) pictures: usize,
}

impl Frames {
    /// A quantile.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = self.work.len().saturating_sub(1);
        self.work.get((share * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
    }
}

/// The drags that are measured.
pub(crate) async fn all() -> Outcome<Vec<(&'static str, Frames)>> {
    let mix = "0.3:-1:0.4:0.3:0.1:0.3_0.3:1:0:0.2:-0.05:0.3_0.4:0:-1.5:0.25:0:0.2";
    let map = format!("?v=1&lab=density&target=custom&mix={mix}&estimator=quadrature");
    Ok(vec![
        ("a component of a 2-D mixture (its numbers, maps by quadrature)", component(&map).await?),
        ("the probe over three maps", probe(&map).await?),
        ("the probe in 1-D", probe("?v=1&lab=density").await?),
        ("100,000 particles into noise, 60 steps a second", play("forward").await?),
        ("100,000 particles by DDIM, 8 components, 60 steps a second", play("ddim").await?),
    ])
}

async fn start(query: &str) -> Outcome<Page> {
    Page::open_with(Options { size: (1400, 900), trace: true, ..Options::default() }, query).await
}

/// Turns the mean of a component, a step a frame, as a slider would.
async fn component(query: &str) -> Outcome<Frames> {
    let page = start(query).await?;
    let script = r"
        const done = arguments[0], moves = arguments[1];
        const box = document.querySelector(`[aria-label='mean x₁ of component 1'], [aria-label^='mean']`);
        const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
        let step = 0;
        const tick = () => {
            if (step++ === moves) return done(true);
            set.call(box, String(Math.round(100 * (-1 + 0.02 * step)) / 100));
            box.dispatchEvent(new Event('input', { bubbles: true }));
            requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);";
    watch(&page, script).await
}

/// Drags the probe over the main figure, a step a frame.
async fn probe(query: &str) -> Outcome<Frames> {
    let page = start(query).await?;
    let script = r"
        const done = arguments[0], moves = arguments[1];
        const canvas = document.querySelector('.figure canvas'), r = canvas.getBoundingClientRect();
        const at = share => ({ bubbles: true, cancelable: true, pointerId: 1, isPrimary: true, button: 0,
            buttons: 1, pointerType: 'mouse', clientX: r.left + share * r.width, clientY: r.top + 0.5 * r.height });
        const target = document.elementFromPoint(r.left + 0.15 * r.width, r.top + 0.5 * r.height) ?? canvas;
        target.dispatchEvent(new PointerEvent('pointerdown', at(0.15)));
        let step = 0;
        const tick = () => {
            if (step++ === moves) {
                target.dispatchEvent(new PointerEvent('pointerup', at(0.3)));
                return done(true);
            }
            target.dispatchEvent(new PointerEvent('pointermove', at(0.15 + 0.15 * step / moves)));
            requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);";
    watch(&page, script).await
}

/// Plays a process on the ring of 8, at a step a frame.
async fn play(process: &str) -> Outcome<Frames> {
    let time = if process == "forward" { 0.2 } else { 0.8 };
    let rest = "target=ring8&particles=100000&samplesteps=1000&speed=60";
    let page = start(&format!("?v=1&lab=forward&process={process}&time={time}&{rest}")).await?;
    let script = r"
        const done = arguments[0], moves = arguments[1];
        document.querySelector('.player .play').click();
        let step = 0;
        const tick = () => {
            if (step++ === moves) {
                document.querySelector('.player .play').click();
                return done(true);
            }
            requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);";
    watch(&page, script).await
}

/// Runs a drag with every task of the main thread and every change of the picture noted.
async fn watch(page: &Page, script: &str) -> Outcome<Frames> {
    let noted = r"
        window.__frames = { work: [], pictures: new Set() };
        const wait = f => requestAnimationFrame(() => setTimeout(f));
        const look = () => {
            const c = document.querySelector('.figure canvas'), x = c.getContext('2d');
            const d = x.getImageData(0, c.height / 2, c.width, 1).data;
            let h = 0; for (const v of d) h = (31 * h + v) | 0;
            window.__frames.pictures.add(h);
        };
        window.__look = setInterval(look, 50);";
    page.run(noted, vec![]).await?;
    let start = std::time::Instant::now();
    page.browser
        .execute_async(
            script
                .replace("arguments[0]", "arguments[arguments.length - 1]")
                .replace("arguments[1]", &MOVES.to_string()),
            vec![],
        )
        .await?;
    let lasted = start.elapsed().as_secs_f64() * 1e3;
    let pictures =
        page.run("clearInterval(window.__look); return window.__frames.pictures.size", vec![]).await?;
    let mut work = per_frame(&tasks(&page.trace().await?, lasted)?);
    work.sort_by(f64::total_cmp);
    Ok(Frames { work, pictures: pictures.as_u64().unwrap_or(0) as usize })
}

/// Start and length of the main thread's tasks in the last `lasted` milliseconds of a trace, the
/// browser gives but one trace a page.
fn tasks(trace: &[Value], lasted: f64) -> Outcome<Vec<(f64, f64)>> {
    let number = |event: &Value, key: &str| event[key].as_f64().unwrap_or(f64::NAN);
    let thread = |event: &Value| (number(event, "pid"), number(event, "tid"));
    let of = |main: (f64, f64)| -> Vec<(f64, f64)> {
        let is_task = |event: &&Value| {
            thread(event) == main
                && event["name"].as_str().is_some_and(|name| name.ends_with("RunTask"))
                && event["dur"].is_number()
        };
        let tasks = trace.iter().filter(is_task);
        tasks.map(|event| (number(event, "ts") / 1e3, number(event, "dur") / 1e3)).collect()
    };
    // A browser keeps renderers in reserve: the page's is the one with work.
    let work = |tasks: &Vec<(f64, f64)>| tasks.iter().map(|t| t.1).sum::<f64>();
    let mains = trace.iter().filter(|event| event["args"]["name"] == "CrRendererMain");
    let lists = mains.map(|event| of(thread(event)));
    let busiest = lists.max_by(|a, b| work(a).total_cmp(&work(b))).filter(|tasks| !tasks.is_empty());
    let tasks = busiest.ok_or_else(|| format!("no main thread in a trace of {} events", trace.len()))?;
    let end = tasks.iter().map(|t| t.0 + t.1).fold(0.0, f64::max);
    Ok(tasks.into_iter().filter(|t| t.0 >= end - lasted).collect())
}

/// The work in each 60th of a second from the first task to the last.
fn per_frame(tasks: &[(f64, f64)]) -> Vec<f64> {
    let start = tasks.iter().map(|t| t.0).fold(f64::INFINITY, f64::min);
    let end = tasks.iter().map(|t| t.0 + t.1).fold(0.0, f64::max);
    let mut work = vec![0.0; ((end - start) / FRAME).ceil().max(1.0) as usize];
    for (from, length) in tasks {
        // A task belongs to the frame in which it starts: what is late is late as a whole.
        if let Some(frame) = work.get_mut(((from - start) / FRAME) as usize) {
            *frame += length;
        }
    }
    work
}
