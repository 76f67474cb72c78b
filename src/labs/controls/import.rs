//! Points from elsewhere: pasted numbers, a file that was chosen, or one that was dropped on the page.
//!
//! Files are read slice by slice, so that the page stays alive; a newer one ends an older. What was read is
//! said, and so is what could not be, with line and column; then the last target stays.

use super::Shared;
use crate::labs::common::{Bandwidth, DataSet, Target};
use crate::labs::csv::{CsvError, CsvReader, CsvTable, MAX_BYTES, write_csv};
use crate::ui::reactive::{dynamic, flag, text};
use crate::words::tr;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

/// Bytes of a slice: a few milliseconds.
const SLICE: f64 = 32_768.0;
/// Slices after which reading is worth a word.
const LONG: usize = 16;

/// What is being read, and what came of it.
#[derive(Clone, Copy)]
pub(super) struct Import {
    shared: Shared,
    said: RwSignal<String>,
    error: RwSignal<String>,
    table: RwSignal<Option<Arc<CsvTable>>>,
    /// Columns of the table that are used.
    columns: RwSignal<Vec<usize>>,
    /// How much of a file has been read, where it takes long.
    progress: RwSignal<Option<f64>>,
    /// Number of the file that is being read.
    turn: StoredValue<u32>,
    /// Whether a file hovers over the page.
    over: RwSignal<bool>,
}

impl Import {
    /// Files that are dropped on the page are read from now on.
    pub(super) fn new(shared: Shared) -> Self {
        let import = Self {
            shared,
            said: RwSignal::new(String::new()),
            error: RwSignal::new(String::new()),
            table: RwSignal::new(None),
            columns: RwSignal::new(Vec::new()),
            progress: RwSignal::new(None),
            turn: StoredValue::new(0),
            over: RwSignal::new(false),
        };
        let handles = [
            window_event_listener(leptos::ev::dragover, move |event| {
                if carries_files(&event) {
                    event.prevent_default();
                    import.over.set(true);
                }
            }),
            window_event_listener(leptos::ev::dragleave, move |event| {
                if event.related_target().is_none() {
                    import.over.set(false);
                }
            }),
            window_event_listener(leptos::ev::drop, move |event| {
                if carries_files(&event) {
                    event.prevent_default();
                    import.over.set(false);
                    import.take(first_file(&get(&event, "dataTransfer")));
                }
            }),
        ];
        on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
        import
    }

    /// Reads a file, if there is one.
    fn take(self, file: Option<Blob>) {
        let Some(file) = file else { return };
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        self.error.set(String::new());
        self.said.set(String::new());
        self.progress.set(None);
        let Some(turn) = turn else { return };
        spawn_local(async move {
            let result = self.read(&file, turn).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.progress.set(None);
            match result {
                Ok(table) => self.use_table(table),
                Err(reason) => self.error.set(tr!("The points stay as they are: {}.", reason)),
            }
        });
    }

    async fn read(self, file: &Blob, turn: u32) -> Result<CsvTable, String> {
        let size = file.size();
        if size > MAX_BYTES as f64 {
            return Err(CsvError::TooLarge((size / 1_048_576.0).ceil() as u64).to_string());
        }
        let unreadable = || tr!("the file cannot be read").to_owned();
        let (mut reader, mut from, mut slices) = (CsvReader::default(), 0.0, 0);
        while from < size && self.turn.try_get_value() == Some(turn) {
            let to = size.min(from + SLICE);
            let slice = file.slice_with_f64_and_f64(from, to).map_err(|_| unreadable())?;
            let buffer = JsFuture::from(slice.array_buffer()).await.map_err(|_| unreadable())?;
            reader.push(&js_sys::Uint8Array::new(&buffer).to_vec()).map_err(|e| e.to_string())?;
            from = to;
            slices += 1;
            if slices % LONG == 0 && self.turn.try_get_value() == Some(turn) {
                self.progress.set(Some(from / size));
            }
        }
        reader.finish().map_err(|e| e.to_string())
    }

    fn use_table(self, table: CsvTable) {
        let all = table.columns <= self.shared.most_dimensions;
        let columns = (0..if all { table.columns } else { self.shared.most_dimensions.min(2) }).collect();
        self.table.set(Some(Arc::new(table)));
        self.use_columns(columns);
    }

    fn use_columns(self, columns: Vec<usize>) {
        let Some(table) = self.table.get_untracked() else { return };
        match table.points(&columns) {
            Ok(points) => {
                self.said.set(tr!("Read {}.", table.summary(&points)));
                self.columns.set(columns);
                let points = Arc::new(points);
                self.shared.update(move |c| {
                    let bandwidth = match &c.target {
                        Target::Points(data) => data.bandwidth,
                        _ => Bandwidth::default(),
                    };
                    c.target = Target::Points(DataSet { points, bandwidth });
                });
            }
            Err(reason) => self.error.set(tr!("The points stay as they are: {}.", reason)),
        }
    }

    /// What is being read, what was, and what was wrong; and the columns to choose from.
    pub(super) fn report(self) -> AnyView {
        let Self { said, error, progress, table, .. } = self;
        let reading = move || {
            progress.get().map_or(String::new(), |p| tr!("Reading: {} %", format_args!("{:.0}", 100.0 * p)))
        };
        let wide = Memo::new(move |_| {
            let most = self.shared.most_dimensions;
            let points = matches!(self.shared.get().target, Target::Points(_));
            table.get().filter(|table| points && (table.columns > 2 || table.columns > most))
        });
        let cancel = move |_| {
            self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
            progress.set(None);
            said.set(tr!("Stopped; the points stay as they are.").to_owned());
        };
        view! {
            <div class="import-progress" hidden=flag(move || progress.get().is_none())>
                <span>{text(reading)}</span>
                <button type="button" on:click=cancel>{tr!("Stop")}</button>
            </div>
            <p class="hint" role="status">{text(move || said.get())}</p>
            <p class="field-message" role="alert">{text(move || error.get())}</p>
            {dynamic(move || wide.get().map_or_else(|| ().into_any(), |table| self.choice(&table)))}
            <div class="drop-here" aria-hidden="true" hidden=flag(move || !self.over.get())>
                <span>{tr!("Drop a file of numbers anywhere")}</span>
            </div>
        }
        .into_any()
    }

    /// Which columns are x₁ and x₂.
    fn choice(self, table: &Arc<CsvTable>) -> AnyView {
        let (count, most) = (table.columns, self.shared.most_dimensions);
        let names: Vec<String> = (0..count).map(|c| table.name(c)).collect();
        let chosen = move || self.columns.get();
        let option = |value: String, words: String, selected: Signal<bool>| {
            view! { <option value=value prop:selected=selected>{words}</option> }.into_any()
        };
        let first = names.iter().enumerate().map(|(c, name)| {
            option(
                c.to_string(),
                name.clone(),
                flag(move || chosen().len() <= 2 && chosen().first() == Some(&c)),
            )
        });
        let all = (count > 2 && count <= most)
            .then(|| option("all".to_owned(), tr!("all {}", count), flag(move || chosen().len() > 2)));
        let second = names.iter().enumerate().map(|(c, name)| {
            option(
                c.to_string(),
                name.clone(),
                flag(move || chosen().len() == 2 && chosen().get(1) == Some(&c)),
            )
        });
        let none = option("none".to_owned(), tr!("none").to_owned(), flag(move || chosen().len() != 2));
        let set_first = move |event| {
            let value = event_target_value(&event);
            let columns = match value.parse() {
                Ok(first) => {
                    let second = chosen().get(1).copied().filter(|_| chosen().len() == 2);
                    [Some(first), second].into_iter().flatten().collect()
                }
                Err(_) => (0..count).collect(),
            };
            self.use_columns(columns);
        };
        let set_second = move |event| {
            let first = chosen().first().copied().unwrap_or(0);
            let second = event_target_value(&event).parse().ok();
            self.use_columns([Some(first), second].into_iter().flatten().collect());
        };
        view! {
            <div class="columns">
                <div class="field">
                    <label for="field-column1">{tr!("Column of x₁")}</label>
                    <select id="field-column1" on:change=set_first>
                        {all}
                        {first.collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="field-column2">{tr!("Column of x₂")}</label>
                    <select id="field-column2" on:change=set_second>
                        {none}
                        {second.collect_view()}
                    </select>
                </div>
            </div>
        }
        .into_any()
    }

    /// The points as numbers, to copy or to change, and a file.
    pub(super) fn numbers(self) -> AnyView {
        let written = RwSignal::new(String::new());
        let fill = move |event: web_sys::Event| {
            let open = event.current_target().is_some_and(|t| get(&t, "open").is_truthy());
            if let (true, Target::Points(data)) = (open, untrack(move || self.shared.get()).target) {
                written.set(write_csv(&data.points));
            }
        };
        let paste = move |_| {
            let parts = js_sys::Array::of1(&JsValue::from_str(&written.get_untracked()));
            self.take(Blob::new_with_str_sequence(&parts).ok());
        };
        let choose = move |event: web_sys::Event| {
            let Some(input) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok())
            else {
                return;
            };
            self.take(first_file(&input));
            // The same file again is news, too: it may have been edited.
            input.set_value("");
        };
        view! {
            <details class="import" on:toggle=fill>
                <summary>{tr!("Paste numbers, open a file")}</summary>
                <label for="points-text">{tr!("A point a line: x, or x and y")}</label>
                <textarea
                    id="points-text"
                    rows="6"
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=text(move || written.get())
                    on:input=move |event| written.set(event_target_value(&event))
                ></textarea>
                <div class="pad-tools">
                    <button type="button" on:click=paste>{tr!("Use these numbers")}</button>
                    <label class="button">
                        {tr!("Choose a file")}
                        <input
                            type="file"
                            class="visually-hidden"
                            accept=".csv,.tsv,.txt,.dat,text/*"
                            on:change=choose
                        />
                    </label>
                </div>
                <p class="hint">
                    {tr!("Text of numbers with commas, semicolons, tabs or blanks between them; a header line is fine. Or drop the file anywhere on the page. It is read here and sent nowhere.")}
                </p>
            </details>
        }
        .into_any()
    }
}

/// A property, by name: the bindings of files and of what is dragged are no part of the page's.
fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// The first of the files that an input or a data transfer has.
fn first_file(holder: &JsValue) -> Option<Blob> {
    let files = get(holder, "files");
    js_sys::Reflect::get_u32(&files, 0).ok()?.dyn_into().ok()
}

/// Whether files are dragged, and not text.
fn carries_files(event: &JsValue) -> bool {
    let types = get(&get(event, "dataTransfer"), "types");
    js_sys::Array::from(&types).iter().any(|kind| kind.as_string().is_some_and(|kind| kind == "Files"))
}
