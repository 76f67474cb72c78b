//! The files of a figure: each format decoded, its numbers those of the page; copying, also where it is refused.

use scorescope_e2e::{Key, Options, Outcome, Page, Value, axe, json};

/// Keeps what is handed to the browser to save, instead of saving it: name and content as base 64.
const CATCH: &str = r"
    window.__saved = [];
    const blobs = new Map(), make = URL.createObjectURL;
    URL.createObjectURL = blob => {
        const address = make.call(URL, blob);
        blobs.set(address, blob);
        return address;
    };
    HTMLAnchorElement.prototype.click = function () {
        // The security policy lets nobody fetch what is in a Blob link.
        const name = this.download, blob = blobs.get(this.href), reader = new FileReader();
        reader.onload = () => window.__saved.push([name, blob.type, reader.result.split(',')[1]]);
        reader.readAsDataURL(blob);
    };";

/// Opens the main figure's menu.
async fn menu(page: &Page) -> Outcome {
    page.click("details.export summary").await?;
    page.wait("the menu", "document.querySelector('details.export .export-row')").await
}

/// Presses a button of the open menu and returns the file that came of it: name, type and, of texts, the content.
async fn download(page: &Page, format: &str) -> Outcome<(String, String, Value)> {
    page.run("window.__saved = []", vec![]).await?;
    page.click(&format!("details.export button[aria-label='Download {format}']")).await?;
    page.wait(&format!("a file of {format}"), "window.__saved.length === 1").await?;
    let script = r"
        const [name, type, data] = window.__saved[0];
        const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
        if (type === 'image/png') {
            const image = await createImageBitmap(new Blob([bytes], { type }));
            const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
            canvas.drawImage(image, 0, 0);
            const pixels = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
            return [name, type, { width: image.width, height: image.height, colours: new Set(pixels).size, alpha: pixels.every(p => p >>> 24 === 255) }];
        }
        return [name, type, new TextDecoder().decode(bytes)];";
    let script = format!("const done = arguments[0]; (async () => {{ {script} }})().then(done)");
    let found = page.browser.execute_async(&script, Vec::new()).await?.json().clone();
    let text = |i: usize| found[i].as_str().unwrap_or_default().to_owned();
    Ok((text(0), text(1), found[2].clone()))
}

/// Header and rows of a CSV text, comments left out.
fn csv(text: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let header = lines.next().unwrap_or_default().split(',').map(str::to_owned).collect();
    let number = |field: &str| field.parse().unwrap_or(f64::NAN);
    (header, lines.map(|line| line.split(',').map(number).collect()).collect())
}

/// What the browser itself makes of an SVG text: how many of some elements, and the text of others.
async fn svg(page: &Page, text: &str) -> Outcome<Value> {
    let script = r"
        // The policy of the page that reads it here is not one for the file.
        const svg = new DOMParser().parseFromString(arguments[0].replace(/ style=.[^>]*>/, '>'), 'image/svg+xml');
        const text = name => svg.querySelector(name)?.textContent ?? '';
        return [svg.querySelectorAll('parsererror').length, text('title'), text('desc'), text('metadata'),
            [...svg.querySelectorAll('image')].map(i => i.getAttribute('href').slice(0, 22)), svg.querySelectorAll('text').length];";
    page.run(script, vec![json!(text)]).await
}

#[tokio::test]
async fn every_format_holds_the_figure() -> Outcome {
    let page = Page::open("?v=1&lab=density&estimator=quadrature").await?;
    page.run(CATCH, vec![]).await?;
    let table = page.table("Some of the plotted numbers").await;
    assert!(table.is_err(), "the table is folded away until it is asked for");
    page.click("details.numbers summary").await?;
    let table = page.table("Some of the plotted numbers").await?;
    menu(&page).await?;

    let (name, _, picture) = download(&page, "PNG").await?;
    assert_eq!(name, "scorescope-density-main.png");
    let box_ = page.run("const b = document.querySelector('.figure canvas').getBoundingClientRect(); return [b.width, b.height]", vec![]).await?;
    for (side, i) in [("width", 0), ("height", 1)] {
        let (found, shown) = (picture[side].as_f64(), box_[i].as_f64());
        let twice = found.zip(shown).is_some_and(|(found, shown)| (found - 2.0 * shown).abs() <= 2.0);
        assert!(twice, "{side}: {found:?} for {shown:?}");
    }
    assert!(picture["colours"].as_u64() > Some(20) && picture["alpha"] == true, "{picture}");

    let (name, kind, text) = download(&page, "CSV").await?;
    assert_eq!((name.as_str(), kind.as_str()), ("scorescope-density-main.csv", "text/csv"));
    let text = text.as_str().unwrap_or_default();
    let address = format!("{}?v=1&lab=density&estimator=quadrature", page.site.url());
    assert!(text.starts_with(&format!("# permalink {address}\n# version ")), "{}", &text[..200]);
    let (header, rows) = csv(text);
    let column = |name: &str| {
        let at = header.iter().position(|h| h == name);
        rows.iter().map(|row| at.and_then(|at| row.get(at).copied()).unwrap_or(f64::NAN)).collect::<Vec<_>>()
    };
    let (exact, formula) = (column("exact [nats]"), column("formula [nats]"));
    let curve = exact.iter().filter(|v| v.is_finite()).count();
    assert!(curve > 100, "{header:?}");
    // The table shows some of them, to the last digit.
    for (of, name) in [(&exact, "exact"), (&formula, "formula")] {
        let shown = table.column(name).unwrap_or_default();
        let stride = (curve - 1) / (shown.len() - 1);
        for (i, value) in shown.iter().enumerate() {
            assert_eq!(of[i * stride].to_bits(), value.to_bits(), "{name} {i}");
        }
    }

    let (_, _, text) = download(&page, "JSON").await?;
    let document: Value = serde_json_from(text.as_str().unwrap_or_default())?;
    assert_eq!(
        (document["version"].as_i64(), document["permalink"].as_str()),
        (Some(1), Some(address.as_str()))
    );
    let values = document["quantities"]["formula"]["values"].as_array().cloned().unwrap_or_default();
    assert_eq!(values.len(), curve);
    for (value, of_csv) in values.iter().zip(&formula) {
        // The reader of JSON may be off by one in the last place.
        assert!(value.as_f64().is_some_and(|v| (v - of_csv).abs() <= 4.5e-16 * v.abs()), "{value} {of_csv}");
    }

    let (_, _, text) = download(&page, "SVG").await?;
    let found = svg(&page, text.as_str().unwrap_or_default()).await?;
    assert_eq!(found[0], 0, "it is XML");
    let label = page.run("return document.querySelector('.figure canvas').ariaLabel", vec![]).await?;
    let summary = found[2].as_str().unwrap_or_default();
    assert!(!summary.is_empty() && label.as_str().is_some_and(|label| label.contains(summary)), "{summary}");
    assert!(found[3].as_str().is_some_and(|m| m.contains(&address) && m.contains("2408.16765")), "{found}");
    assert!(found[5].as_u64() > Some(10));

    let (name, _, text) = download(&page, "NumPy").await?;
    assert_eq!(name, "scorescope-density-main.py");
    let script = text.as_str().unwrap_or_default();
    assert!(script.contains("import numpy as np") && script.contains("RULE = \"continuous\""), "{script}");
    let (_, _, text) = download(&page, "BibTeX").await?;
    let cite = text.as_str().unwrap_or_default();
    assert!(cite.contains("{2408.16765}") && cite.contains(&address), "{cite}");
    page.close().await
}

fn serde_json_from(text: &str) -> Outcome<Value> {
    Ok(text.parse()?)
}

#[tokio::test]
async fn maps_are_pictures_in_the_svg_and_columns_in_the_table() -> Outcome {
    for (query, lab, maps, column) in [
        ("?v=1&lab=density&target=three&estimator=quadrature", "density", 3, "formula − exact"),
        ("?v=1&lab=gan&target=three&steps=20", "gan", 3, "generator"),
        ("?v=1&lab=forward&target=three&particles=500", "forward", 2, "Target; exact"),
        ("?v=1&lab=classifier&target=three&steps=20", "classifier", 4, "Bayes’ rule"),
    ] {
        let page = Page::open(query).await?;
        page.run(CATCH, vec![]).await?;
        menu(&page).await?;
        let (name, _, text) = download(&page, "SVG").await?;
        assert_eq!(name, format!("scorescope-{lab}-main.svg"));
        let found = svg(&page, text.as_str().unwrap_or_default()).await?;
        let pictures = found[4].as_array().cloned().unwrap_or_default();
        assert_eq!(found[0], 0, "{query}");
        // The maps, and the bars that explain their colours.
        assert!(pictures.len() >= maps, "{query}: {pictures:?}");
        assert!(pictures.iter().all(|p| p == "data:image/png;base64,"), "{query}: {pictures:?}");
        let (_, _, text) = download(&page, "CSV").await?;
        let (header, rows) = csv(text.as_str().unwrap_or_default());
        assert!(header.iter().any(|h| h.starts_with(column)), "{query}: {header:?}");
        assert!(rows.len() > 1000, "{query}: {} rows", rows.len());
        page.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_figure_of_every_lab_has_a_menu() -> Outcome {
    for (lab, figures) in [
        ("density", &["main", "probe", "convergence"][..]),
        ("forward", &["main", "schedule", "samplers"]),
        ("elbo", &["main", "gaps", "weights"]),
        ("gan", &["main", "sweep", "training", "progress"]),
        ("classifier", &["main", "accuracy"]),
        ("diffusion-loss", &["main", "weights", "minimisers", "heads"]),
        ("learned", &["main", "progress", "score"]),
    ] {
        let page = Page::open(&format!("?v=1&lab={lab}&steps=20")).await?;
        page.run(CATCH, vec![]).await?;
        page.run("for (const d of document.querySelectorAll('details.export')) d.open = true", vec![])
            .await?;
        page.wait(
            "the menus",
            &format!(
                "document.querySelectorAll('.export button[aria-label=\"Download JSON\"]').length >= {}",
                figures.len()
            ),
        )
        .await?;
        let press = "for (const b of document.querySelectorAll('.export button[aria-label=\"Download JSON\"]')) b.click()";
        page.run(press, vec![]).await?;
        page.wait("the files", &format!("window.__saved.length >= {}", figures.len())).await?;
        let names = page.run("return window.__saved.map(s => s[0]).sort()", vec![]).await?;
        let mut wanted: Vec<String> = figures.iter().map(|f| format!("scorescope-{lab}-{f}.json")).collect();
        wanted.sort();
        assert_eq!(names, json!(wanted));
        page.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn texts_are_copied_and_where_that_is_refused_stand_to_be_copied_by_hand() -> Outcome {
    let page = Page::open("?v=1&lab=elbo&steps=20").await?;
    let grant = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": page.site.origin() });
    page.devtools("Browser.grantPermissions", grant).await?;
    menu(&page).await?;
    let status = "document.querySelector('details.export [role=status]').textContent";
    page.click("details.export button[aria-label='Copy BibTeX']").await?;
    page.wait("the copy", &format!("{status}.includes('Copied')")).await?;
    let read = "const done = arguments[0]; navigator.clipboard.readText().then(done, e => done(String(e)))";
    let copied = page.browser.execute_async(read, Vec::new()).await?.json().clone();
    assert!(copied.as_str().is_some_and(|text| text.contains("{2408.16765}")), "{copied}");
    assert!(!page.shows("details.export textarea").await?);

    // Refused, as in a frame without the permission.
    page.run(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))",
        vec![],
    )
    .await?;
    page.click("details.export button[aria-label='Copy CSV']").await?;
    page.wait("the box", "document.activeElement === document.querySelector('details.export textarea')")
        .await?;
    assert!(page.shows("details.export textarea").await?);
    let script = r"
        const t = document.activeElement;
        return [t.value.slice(0, 11), t.selectionEnd - t.selectionStart === t.value.length];";
    assert_eq!(page.run(script, vec![]).await?, json!(["# permalink", true]));
    assert!(page.text("details.export [role=status]").await?.contains("by hand"));
    page.close().await
}

#[tokio::test]
async fn the_menu_is_used_by_keys_and_axe_finds_nothing() -> Outcome {
    let page = Page::start(Options::default()).await?;
    let _host = page.embed("v=1&lab=density&embed=1").await?;
    page.run(CATCH, vec![]).await?;
    page.run("document.querySelector('details.export summary').focus()", vec![]).await?;
    page.press_focused(Key::Enter + "").await?;
    page.wait("the menu", "document.querySelector('details.export[open] button')").await?;
    page.press_focused(Key::Tab + "").await?;
    let label = "return document.activeElement.ariaLabel";
    assert_eq!(page.run(label, vec![]).await?, "Download PNG");
    let sizes = "return [...document.querySelectorAll('.export summary, .export button')].map(b => b.getBoundingClientRect()).filter(b => b.height < 24 || b.width < 24).length";
    assert_eq!(page.run(sizes, vec![]).await?, 0, "targets of less than 24 px");
    if let Some(source) = axe::source() {
        let found = axe::run(&page, &source, "embed, with the export menu").await?;
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
    // Embedded, a file is written just as well, and links to the full page.
    let (_, _, text) = download(&page, "JSON").await?;
    let document = serde_json_from(text.as_str().unwrap_or_default())?;
    assert!(
        document["permalink"].as_str().is_some_and(|link| !link.contains("embed")),
        "{}",
        document["permalink"]
    );
    page.run("document.querySelector('details.export button').focus()", vec![]).await?;
    page.press_focused(Key::Escape + "").await?;
    page.wait("the menu to close", "!document.querySelector('details.export[open]')").await?;
    assert_eq!(page.run("return document.activeElement.tagName", vec![]).await?, "SUMMARY");
    page.close().await
}

#[tokio::test]
async fn the_module_that_writes_files_is_loaded_when_it_is_asked_for() -> Outcome {
    let page = Page::open("").await?;
    page.run(CATCH, vec![]).await?;
    let asked = || {
        page.site.requests().iter().filter(|r| r.path.contains("labs-") && r.path.ends_with(".wasm")).count()
    };
    assert_eq!(asked(), 0, "before a menu is opened");
    menu(&page).await?;
    download(&page, "PNG").await?;
    download(&page, "CSV").await?;
    download(&page, "SVG").await?;
    assert_eq!(asked(), 1);
    // The page is still the one that was there.
    assert_eq!(page.count("#app > header").await?, 1);
    page.close().await
}

#[tokio::test]
async fn on_a_phone_the_menu_fits() -> Outcome {
    let page = Page::open_with(Options { size: (320, 640), ..Options::default() }, "").await?;
    menu(&page).await?;
    let wide = page.run("return document.documentElement.scrollWidth", vec![]).await?;
    assert!(wide.as_u64() <= Some(320), "{wide}");
    page.close().await
}
