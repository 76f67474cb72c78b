//! Tables of numbers on the page.

use super::reactive::{dynamic, show as show_while, text};
use super::table::{Table, TableRow, show};
use crate::words::tr;
use leptos::prelude::*;

/// A table; every number carries its full value in `data-value`.
#[component]
pub fn TableView(
    /// The table.
    #[prop(into)]
    table: Signal<Table>,
) -> impl IntoView {
    let cell = |value: Option<f64>, decimals: usize| match value {
        None => view! { <td></td> }.into_any(),
        Some(value) => view! { <td data-value=value.to_string()>{show(value, decimals)}</td> }.into_any(),
    };
    let row = move |row: TableRow| {
        let cells = row.cells.into_iter().map(|v| cell(v, row.decimals)).collect_view();
        view! {
            <tr>
                <th scope="row">{row.heading}</th>
                {cells}
            </tr>
        }
    };
    view! {
        // Wide tables scroll by themselves; the box takes the focus so that keys can scroll it.
        <div class="table-box" tabindex="0" role="region" aria-label=text(move || table.with(|t| t.caption.clone()))>
            <table>
                <caption>{text(move || table.with(|t| t.caption.clone()))}</caption>
                <thead>
                    <tr>
                        {dynamic(move || {
                            let columns = table.with(|t| t.columns.clone());
                            columns.into_iter().map(|c| view! { <th scope="col">{c}</th> }).collect_view().into_any()
                        })}
                    </tr>
                </thead>
                <tbody>{dynamic(move || table.get().rows.into_iter().map(row).collect_view().into_any())}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A table that is folded away until it is asked for.
#[component]
pub fn Numbers(
    /// The table.
    #[prop(into)]
    table: Signal<Table>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <details class="numbers" on:toggle=move |_| open.update(|o| *o = !*o)>
            <summary>{tr!("Table of numbers")}</summary>
            {show_while(move || open.get(), move || view! { <TableView table /> }.into_any())}
        </details>
    }
    .into_any()
}
