//! The main figure of targets of more than two dimensions on the page. The probe is one of the points: the
//! nearest to where the figure is clicked, or the next one in the direction of an arrow key.

use super::{Density, get};
use crate::compute::{PointsReply, Reply};
use crate::labs::common::Target;
use crate::labs::density::plots::{self, many};
use crate::labs::density::{IMAGE, IMAGES};
use crate::plot::Theme;
use crate::ui::fields::{NumberField, Slide};
use crate::ui::figure::{Picture, ProbeControl};
use crate::ui::job::{Answer, Job, status_line};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{flag, number, text};
use crate::words::tr;
use leptos::prelude::*;

/// The figure with its status.
pub(super) fn figure(state: RwSignal<Density>, main: Job<Density>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let narrow = Memo::new(move |_| width.get() < plots::NARROW);
    let clipped = RwSignal::new(false);
    let figure = Memo::new(move |_| {
        let now = state.get();
        Some(with_reply(main, &now, |of, reply| {
            let mut of = of.clone();
            of.image = now.image;
            many::with_probe(many::main(&of, reply, narrow.get()), &of, reply)
        }))
    });
    let places = move || {
        let now = state.get();
        with_reply(main, &now, many::places)
    };
    let place = move || {
        let i = get(state).image as usize;
        places().get(i).copied()
    };
    let ranges = move || {
        let bounds = places().into_iter().fold([(-1.0, 10.0), (0.0, 1.0)], |[x, y], p| {
            [(f64::min(x.0, p.0), f64::max(x.1, p.0)), (f64::min(y.0, p.1), f64::max(y.1, p.1))]
        });
        bounds.to_vec()
    };
    let control = ProbeControl {
        // A point that is not computed has no place.
        position: Signal::derive(move || place().map_or(vec![f64::NAN; 2], |(x, y)| vec![x, y])),
        ordinate: Signal::stored(0.0),
        ranges: Signal::derive(ranges),
        set: Callback::new(move |wanted: Vec<f64>| {
            let (places, here) = (untrack(places), untrack(place));
            if let [x, y] = wanted[..]
                && let Some(i) = chosen(&places, here, (x, y))
            {
                state.update(|s| s.image = i as f64);
            }
        }),
    };
    panel(Panel {
        work: Some(main.work()),
        said: view! {
            {status(move || words(main))}
            {note(
                tr!("How the error falls with draws and steps is shown up to two dimensions, where quadrature gives the values to compare with."),
            )}
        }
        .into_any(),
        ..Panel::new(Picture {
            probe: Some(control),
            clipped: Some(clipped),
            ..Picture::new(tr!("Log-density"), figure, theme, width, many::height)
        })
    })
}

/// Something of the newest reply that belongs to the target in force, or of an empty one.
fn with_reply<T>(main: Job<Density>, now: &Density, f: impl FnOnce(&Density, &PointsReply) -> T) -> T {
    main.answer.with(|answer| match answer {
        Some(Answer { state: of, reply: Reply::Points(reply), .. })
            if of.common.target.name() == now.common.target.name() =>
        {
            f(of, reply)
        }
        _ => f(now, &PointsReply::default()),
    })
}

/// The point nearest to a place, columns and nats made alike; for an arrow key, the next point in its
/// direction.
fn chosen(places: &[(f64, f64)], here: Option<(f64, f64)>, (x, y): (f64, f64)) -> Option<usize> {
    let heights = places.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |r, p| (r.0.min(p.1), r.1.max(p.1)));
    let columns = places.iter().fold(1.0, |r: f64, p| r.max(p.0));
    let scale = columns / (heights.1 - heights.0).max(1e-9);
    let distance = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(scale * (a.1 - b.1));
    let nearest = |from: (f64, f64), allowed: &dyn Fn((f64, f64)) -> bool| {
        let order = |a: &usize, b: &usize| distance(places[*a], from).total_cmp(&distance(places[*b], from));
        (0..places.len()).filter(|i| allowed(places[*i])).min_by(order)
    };
    // An arrow key changes one coordinate and leaves the other as it was.
    if let Some(here) = here.filter(|here| (x == here.0) != (y == here.1)) {
        let (dx, dy) = (x - here.0, y - here.1);
        let along = |p: (f64, f64)| {
            let (px, py) = (p.0 - here.0, scale * (p.1 - here.1));
            let (with, across) = if dy == 0.0 { (px * dx.signum(), py) } else { (py * dy.signum(), px) };
            // Within 45 degrees of its direction.
            with > 1e-9 && across.abs() <= with
        };
        return nearest(here, &along);
    }
    nearest((x, y), &|_| true)
}

fn words(main: Job<Density>) -> String {
    // An answer may still be that of a target in one or two dimensions.
    let of = main.answer.with(|a| {
        a.as_ref()
            .filter(|a| a.state.common.target.dim() > 2)
            .map(|a| crate::ui::words::estimator(a.state.estimator))
    });
    status_line(main, |reply| {
        let Reply::Points(reply) = reply else { return None };
        let (rms, held) = many::agreement(reply);
        let (count, estimator) = (reply.exact.len(), of?);
        let rms = plots::short(rms);
        Some((
            tr!(
                "{}: {} nats from exact, root mean square; {} of {} intervals of 95 % hold the exact value. Computed",
                estimator,
                rms,
                held,
                count
            ),
            tr!("All points share their draws, so their errors go together."),
        ))
    })
}

/// Which point is the probe, and how many there are.
pub(super) fn fields(state: RwSignal<Density>) -> AnyView {
    let digits = move || matches!(get(state).common.target, Target::Digits(_));
    let last = move || IMAGES.max.min(IMAGE.max);
    let step = move |by: f64| state.update(|s| s.image = (s.image + by).clamp(0.0, last()));
    view! {
        <NumberField
            label=text(move || if digits() { tr!("Image") } else { tr!("Point") }.to_owned())
            spec=IMAGE
            value=number(move || get(state).image)
            set=move |v: f64| state.update(|s| s.image = v)
            slide=Slide::Linear(1.0)
        />
            <button type="button" disabled=flag(move || get(state).image <= 0.0) on:click=move |_| step(-1.0)>
                {tr!("Previous")}
            </button>
            <button type="button" disabled=flag(move || get(state).image >= last()) on:click=move |_| step(1.0)>
                {tr!("Next")}
            </button>
        <NumberField
            label=text(move || if digits() { tr!("Images computed") } else { tr!("Points computed") }.to_owned())
            spec=IMAGES
            value=number(move || get(state).images)
            set=move |v: f64| state.update(|s| s.images = v)
            slide=Slide::Log
        />
    }
    .into_any()
}
