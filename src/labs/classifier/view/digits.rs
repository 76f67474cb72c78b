//! The classifier's main figure for the handwritten digits on the page.

use crate::compute::{ImagesReply, Reply};
use crate::labs::classifier::{Classifier, images, plots, tables};
use crate::labs::digits::TEST;
use crate::labs::figures::NARROW;
use crate::plot::Theme;
use crate::ui::figure::Picture;
use crate::ui::job::{Answer, Job, status_line, table};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::table_view::TableView;
use crate::words::tr;
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
    let reply: fn(&Reply) -> Option<&ImagesReply> = |reply| match reply {
        Reply::Images(reply) => Some(reply),
        _ => None,
    };
    let words = move || {
        status_line(main, |reply| {
            let Reply::Images(reply) = reply else { return None };
            let [bayes, formula, uniform] =
                images::accuracy(reply).map(|share| format!("{:.1} %", 100.0 * share));
            let words = tr!(
                "Right: {} by Bayes’ rule, {} by the formula’s weights, {} by uniform weights. {} images",
                bayes,
                formula,
                uniform,
                TEST
            );
            Some((words, ""))
        })
    };
    panel(Panel {
        work: Some(main.work()),
        said: status(words),
        below: view! {
            {note(
                tr!("The density of a class is the kernel density estimate of its training images. A draw is a step, chosen with probability proportional to its weight, and noise; each image has its own. Bars are 95 % intervals for the choice of the images."),
            )}
            <TableView table=table(main, reply, tables::digits) />
        }
        .into_any(),
        ..Panel::new(Picture::new(tr!("Labels of handwritten digits"), figure, theme, width, plots::images::height))
    })
}
