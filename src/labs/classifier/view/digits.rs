//! The classifier's main figure for the handwritten digits on the page.

use crate::compute::{ImagesReply, Reply};
use crate::labs::classifier::{Classifier, images, plots, tables};
use crate::labs::digits::TEST;
use crate::labs::figures::NARROW;
use crate::plot::Theme;
use crate::ui::figure::FigureView;
use crate::ui::job::{Answer, Job, Progress, status_line};
use crate::ui::reactive::text;
use crate::ui::table::Table;
use crate::ui::table_view::TableView;
use leptos::prelude::*;

/// The map of labels, accuracy against draws and some wrong labels, with a table.
pub(super) fn figure(state: RwSignal<Classifier>, main: Job<Classifier>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        // Which weights are shown on the map follows the state in force.
        let (now, narrow) = (state.get(), width.get() < NARROW);
        main.answer.with(|answer| match answer {
            Some(Answer { state: of, reply: Reply::Images(reply), .. }) => {
                let of = Classifier { weights: now.weights, ..of.clone() };
                Some(plots::images::main(&of, reply, narrow))
            }
            _ => Some(plots::images::main(&now, &ImagesReply::default(), narrow)),
        })
    });
    let rules = Signal::derive(move || {
        main.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Images(reply), .. }) => tables::digits(state, reply),
            _ => Table::default(),
        })
    });
    let status = move || {
        status_line(main, |reply| {
            let Reply::Images(reply) = reply else { return None };
            let [bayes, formula, uniform] = images::accuracy(reply).map(|share| 100.0 * share);
            let words = format!(
                "Right: {bayes:.1} % by Bayes’ rule, {formula:.1} % by the formula’s weights, {uniform:.1} % by uniform weights. {TEST} images"
            );
            Some((words, ""))
        })
    };
    view! {
        <section class="panel" aria-label="Main figure">
            <Progress busy=main.busy progress=main.progress />
            <FigureView label="Labels of handwritten digits" figure theme width height=plots::images::height />
            <p class="status" role="status">{text(status)}</p>
            <p class="error" role="alert">{text(move || main.error.get())}</p>
            <p class="status">
                "The density of a class is the kernel density estimate of its training images. A draw is a step, chosen with probability proportional to its weight, and noise; each image has its own. Bars are 95 % intervals for the choice of the images."
            </p>
            <TableView table=rules />
        </section>
    }
    .into_any()
}
