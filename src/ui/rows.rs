//! Rows of numbers edited in a table, such as the components of a mixture.

use super::reactive::{dynamic, flag, text};
use crate::permalink::{parse_number, write_number};
use crate::words::tr;
use leptos::prelude::*;

/// An editor of rows of numbers. What is typed stays as it was typed; only rows that `set`
/// accepts take effect, and its error is shown below.
#[component]
pub fn RowsEditor(
    /// What the rows are, for the table's label.
    label: &'static str,
    /// Headings of the columns: symbol and name.
    #[prop(into)]
    columns: Signal<Vec<(&'static str, &'static str)>>,
    /// The rows in force.
    #[prop(into)]
    rows: Signal<Vec<Vec<f64>>>,
    /// Tries new rows; an error leaves the old ones in force.
    #[prop(into)]
    set: Callback<Vec<Vec<f64>>, Result<(), String>>,
    /// Most rows.
    most: usize,
) -> impl IntoView {
    // What stands in the boxes; follows the rows in force unless it says the same already.
    let draft = RwSignal::new(Vec::<Vec<String>>::new());
    let error = RwSignal::new(String::new());
    Effect::new(move |_| {
        let rows = rows.get();
        let typed = draft.with_untracked(|draft| read(draft).ok());
        if typed.as_ref() != Some(&rows) {
            draft.set(rows.iter().map(|row| row.iter().map(|v| write_number(*v)).collect()).collect());
            error.set(String::new());
        }
    });
    let attempt = move || {
        let result = draft.with_untracked(|draft| read(draft)).and_then(|rows| set.run(rows));
        error.set(result.err().unwrap_or_default());
    };
    let cell = move |r: usize, c: usize| {
        let value =
            text(move || draft.with(|d| d.get(r).and_then(|row| row.get(c)).cloned().unwrap_or_default()));
        let name = move || columns.with(|columns| columns.get(c).map_or("", |(_, name)| *name));
        view! {
            <td>
                <input
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=text(move || tr!("{} of component {}", name(), r + 1))
                    prop:value=value
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        draft.update(|d| {
                            if let Some(cell) = d.get_mut(r).and_then(|row| row.get_mut(c)) {
                                *cell = text;
                            }
                        });
                        attempt();
                    }
                />
            </td>
        }
        .into_any()
    };
    let row_view = move |r: usize| {
        view! {
            <tr>
                {dynamic(move || (0..columns.with(Vec::len)).map(|c| cell(r, c)).collect_view().into_any())}
                <td>
                    <button
                        type="button"
                        class="icon"
                        title=tr!("Remove")
                        aria-label=tr!("Remove component {}", r + 1)
                        disabled=flag(move || draft.with(|d| d.len() <= 1))
                        on:click=move |_| {
                            draft.update(|d| {
                                if d.len() > 1 && r < d.len() {
                                    d.remove(r);
                                }
                            });
                            attempt();
                        }
                    >
                        "×"
                    </button>
                </td>
            </tr>
        }
        .into_any()
    };
    let count = Memo::new(move |_| draft.with(Vec::len));
    view! {
        <div class="rows-editor">
            <table aria-label=label>
                <thead>
                    <tr>
                        {dynamic(move || {
                            columns
                                .get()
                                .into_iter()
                                .map(|(symbol, name)| view! { <th scope="col" title=name>{symbol}</th> })
                                .collect_view()
                                .into_any()
                        })}
                        <th><span class="visually-hidden">{tr!("Remove")}</span></th>
                    </tr>
                </thead>
                <tbody>{dynamic(move || (0..count.get()).map(row_view).collect_view().into_any())}</tbody>
            </table>
            <p class="field-message" role="status">{text(move || error.get())}</p>
            <button
                type="button"
                disabled=flag(move || count.get() >= most)
                on:click=move |_| {
                    draft.update(|d| {
                        if let Some(mut row) = d.last().cloned() {
                            // Beside the last one, so that it shows.
                            if let Some(mean) = row.get_mut(1) {
                                let moved = parse_number(mean).unwrap_or(0.0) + 1.0;
                                *mean = write_number(moved);
                            }
                            d.push(row);
                        }
                    });
                    attempt();
                }
            >
                {tr!("Add a component")}
            </button>
        </div>
    }
    .into_any()
}

/// The numbers in the boxes, or what is wrong with the first that is none.
fn read(draft: &[Vec<String>]) -> Result<Vec<Vec<f64>>, String> {
    let number = |r: usize, text: &str| {
        parse_number(&text.trim().replace('−', "-")).filter(|v| v.is_finite()).ok_or_else(|| {
            tr!("component {}: “{}” is not a number", r + 1, text.chars().take(20).collect::<String>())
        })
    };
    draft.iter().enumerate().map(|(r, row)| row.iter().map(|text| number(r, text)).collect()).collect()
}
