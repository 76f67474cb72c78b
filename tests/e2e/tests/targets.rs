//! Targets of the visitor's own making: drawn on the pad, dragged by handles, dropped as a file.

use scorescope_e2e::{
    Key, Options, Outcome, Page, Value, axe, json,
    lab::{close, log_density},
};

const COUNT: &str = ".hint.count";

/// Left, top, width and height of the pad's plot, from its canvas and the room for its labels.
async fn pad(page: &Page) -> Outcome<[f64; 4]> {
    page.find(".pad canvas").await?.scroll_into_view().await?;
    let script = r"
        const r = document.querySelector('.pad canvas').getBoundingClientRect();
        return [r.left + 40, r.top + 12, r.width - 60, r.height - 44];";
    Ok(serde_json::from_value(page.run(script, vec![]).await?)?)
}

async fn mouse(page: &Page, kind: &str, (x, y): (f64, f64)) -> Outcome {
    let buttons = u8::from(kind != "mouseReleased");
    let event =
        json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1 });
    page.devtools("Input.dispatchMouseEvent", event).await.map(drop)
}

/// Draws through some places, given as shares of the plot.
async fn stroke(page: &Page, places: &[(f64, f64)]) -> Outcome {
    let [left, top, width, height] = pad(page).await?;
    let at = |(x, y): (f64, f64)| (left + x * width, top + y * height);
    mouse(page, "mousePressed", at(places[0])).await?;
    for pair in places.windows(2) {
        for i in 1..=4 {
            let share = f64::from(i) / 4.0;
            let between = |a: f64, b: f64| a + share * (b - a);
            mouse(page, "mouseMoved", at((between(pair[0].0, pair[1].0), between(pair[0].1, pair[1].1))))
                .await?;
        }
    }
    mouse(page, "mouseReleased", at(places[places.len() - 1])).await?;
    page.ready().await
}

/// How many points the pad says there are.
async fn count(page: &Page) -> Outcome<usize> {
    let text = page.text(COUNT).await?;
    let digits: String =
        text.split(' ').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| format!("no count in {text:?}").into())
}

/// The points as the page writes them out.
async fn points(page: &Page) -> Outcome<Vec<Vec<f64>>> {
    let script = "const d = document.querySelector('details.import'); d.open = false; d.open = true;";
    page.run(script, vec![]).await?;
    page.wait("the points as text", "document.querySelector('#points-text').value !== ''").await?;
    let text = page.value("#points-text").await?;
    let row = |line: &str| line.split(',').map(str::parse).collect::<Result<_, _>>();
    Ok(text.lines().map(row).collect::<Result<_, _>>()?)
}

/// The exact value at the probe is that of the estimate with Gaussians of this width around the points.
async fn shows_estimate(page: &Page, h: f64) -> Outcome {
    let points = points(page).await?;
    let x = [page.value_number("#field-probe").await?, page.value_number("#field-probe2").await?];
    let kernel = |p: &Vec<f64>| {
        let square = (p[0] - x[0]).powi(2) + (p[1] - x[1]).powi(2);
        (-0.5 * square / (h * h)).exp() / (std::f64::consts::TAU * h * h)
    };
    let density = points.iter().map(kernel).sum::<f64>() / points.len() as f64;
    close(&format!("exact at {x:?}"), page.at_probe("exact").await?, density.ln(), 1e-6)
}

const DRAWN: &str = "?v=1&lab=density&hide=convergence&estimator=quadrature&pts=0:0_1:1&bandwidth=0.4";
const MAIN: &str = "[aria-label='Main figure'] canvas";

#[tokio::test]
async fn a_letter_is_drawn_and_its_link_shows_the_same_picture() -> Outcome {
    let page = Page::open(DRAWN).await?;
    let (numbers, picture) = (page.all_numbers().await?, page.canvas(MAIN).await?);
    page.click_text("button", "Clear").await?;
    assert!(page.text(COUNT).await?.starts_with("Draw something"));
    assert_eq!(page.canvas(MAIN).await?, picture, "an empty pad changed the picture");
    assert_eq!(page.all_numbers().await?, numbers, "an empty pad changed the numbers");
    stroke(&page, &[(0.3, 0.2), (0.3, 0.8), (0.7, 0.8)]).await?;
    let letter = count(&page).await?;
    // Both strokes are as long as the pad is wide: 50 distances of 2 %.
    assert!((35..=60).contains(&letter), "{letter} points");
    assert_ne!(page.all_numbers().await?, numbers);
    assert_ne!(page.canvas(MAIN).await?, picture);
    shows_estimate(&page, 0.4).await?;
    page.click_text("button", "Erase").await?;
    stroke(&page, &[(0.3, 0.2), (0.3, 0.5)]).await?;
    let erased = count(&page).await?;
    assert!(erased < letter - 8 && erased > 10, "{erased} of {letter} points are left");
    shows_estimate(&page, 0.4).await?;
    page.click_text("button", "Undo").await?;
    assert_eq!(count(&page).await?, letter);
    shows_estimate(&page, 0.4).await?;
    page.address_settled().await;
    let (drawn, numbers) = (page.canvas(MAIN).await?, page.all_numbers().await?);
    let query = page.run("return location.search", vec![]).await?;
    page.close().await?;
    let page = Page::open(query.as_str().unwrap_or_default()).await?;
    assert_eq!(page.canvas(MAIN).await?, drawn, "the link shows another picture");
    assert_eq!(page.all_numbers().await?, numbers, "the link has other numbers");
    assert_eq!(count(&page).await?, letter);
    page.close().await
}

/// What the forward lab says of its particles: their distance from the exact density, and that of independent
/// draws from it.
async fn distances(page: &Page) -> Outcome<[f64; 2]> {
    let clock = page.table("Where the clock stands").await?;
    let value = |row: &str| clock.cell(row, "value").unwrap_or(f64::NAN);
    Ok([value("distance of the particles from ρₜ"), value("the same for independent draws")])
}

#[tokio::test]
async fn a_drawn_letter_dissolves_and_comes_back() -> Outcome {
    let page = Page::open("?v=1&lab=forward&hide=convergence&time=0&pts=0:0_1:1&bandwidth=0.15").await?;
    page.click_text("button", "Clear").await?;
    stroke(&page, &[(0.3, 0.2), (0.3, 0.8), (0.7, 0.8)]).await?;
    assert!(count(&page).await? > 30);
    page.address_settled().await;
    let letter = page.canvas(MAIN).await?;
    let query = page.run("return location.search", vec![]).await?;
    let query = query.as_str().unwrap_or_default().to_owned();
    // Noise at the other end, letters at this one, by each sampler.
    page.visit(&query.replace("time=0", "time=1")).await?;
    let [distance, floor] = distances(&page).await?;
    assert!(distance < 3.0 * floor, "noise is off by {distance}, draws by {floor}");
    assert_ne!(page.canvas(MAIN).await?, letter);
    for process in ["ddpm", "ddim", "heun"] {
        page.visit(&format!("{query}&process={process}&samplesteps=200")).await?;
        let [distance, floor] = distances(&page).await?;
        // The letter is some units wide.
        assert!(
            distance < 0.1 && floor < 0.05,
            "{process}: the letter is off by {distance}, draws by {floor}"
        );
    }
    // The same link, the same picture.
    page.visit(&query).await?;
    assert_eq!(page.canvas(MAIN).await?, letter);
    page.close().await
}

#[tokio::test]
async fn the_pen_draws_by_keys() -> Outcome {
    let page = Page::open(DRAWN).await?;
    const PEN: &str = ".pad-pen";
    page.press(PEN, Key::Right + Key::Right + Key::Up + " ").await?;
    assert_eq!(count(&page).await?, 3);
    shows_estimate(&page, 0.4).await?;
    page.press(PEN, Key::Shift + Key::Left).await?;
    page.press(PEN, Key::Enter + "").await?;
    assert_eq!(count(&page).await?, 4);
    let name = page.find(PEN).await?.attr("aria-label").await?.unwrap_or_default();
    assert!(name.starts_with("Pen at (") && name.chars().any(|c| c.is_ascii_digit()), "{name}");
    page.press(PEN, Key::Delete + "").await?;
    assert_eq!(count(&page).await?, 3);
    shows_estimate(&page, 0.4).await?;
    page.close().await
}

#[tokio::test]
async fn fingers_draw_and_do_not_scroll() -> Outcome {
    let phone = Options { phone: true, ..Options::default() };
    let page = Page::open_with(phone, DRAWN).await?;
    let [left, top, width, height] = pad(&page).await?;
    let before = page.run("return scrollY", vec![]).await?;
    let touch = async |kind: &str, points: Value| {
        let event = json!({ "type": kind, "touchPoints": points });
        page.devtools("Input.dispatchTouchEvent", event).await
    };
    let at = |share: f64| json!([{ "x": left + 0.5 * width, "y": top + share * height }]);
    touch("touchStart", at(0.9)).await?;
    for share in [0.8, 0.6, 0.4, 0.2] {
        touch("touchMove", at(share)).await?;
    }
    touch("touchEnd", json!([])).await?;
    page.ready().await?;
    let drawn = count(&page).await?;
    assert!(drawn > 20, "{drawn} points");
    assert_eq!(page.run("return scrollY", vec![]).await?, before, "the page scrolled");
    shows_estimate(&page, 0.4).await?;
    page.close().await
}

/// Drops a file whose text a function body makes.
async fn dropped(page: &Page, on: &str, script: &str) -> Outcome {
    let script = format!(
        r"
        const text = (() => {{ {script} }})();
        const data = new DataTransfer();
        data.items.add(new File([text], 'points.csv', {{ type: 'text/csv' }}));
        const event = kind => new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer: data }});
        const target = document.querySelector(arguments[0]);
        target.dispatchEvent(event('dragover'));
        target.dispatchEvent(event('drop'));"
    );
    page.run(&script, vec![json!(on)]).await.map(drop)
}

async fn says(page: &Page, words: &str) -> Outcome {
    page.wait(words, &format!("document.querySelector('form').innerText.includes({words:?})")).await?;
    page.ready().await
}

#[tokio::test]
async fn files_are_dropped_and_garbage_is_refused_with_its_place() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence,probe,numbers&estimator=quadrature&pts=0:0_1:1")
        .await?;
    let first = page.canvas(MAIN).await?;
    let rows = r"
        const rows = Array.from({ length: 5000 }, (_, i) => {
            const r = Math.sqrt((i + 0.5) / 5000), a = 2.399963 * i;
            return `${(2 * r * Math.cos(a)).toFixed(3)},${(r * Math.sin(a)).toFixed(3)}`;
        });
        return 'x,y\n' + rows.join('\n') + '\n';";
    dropped(&page, ".pad", rows).await?;
    says(&page, "Read 5,000 rows, 2 columns, header skipped; 4,096 of them kept, chosen evenly").await?;
    assert_eq!(count(&page).await?, 4096);
    let picture = page.canvas(MAIN).await?;
    assert_ne!(picture, first);
    page.address_settled().await;
    let query = page.run("return location.search", vec![]).await?;
    let fresh = Page::open(query.as_str().unwrap_or_default()).await?;
    assert_eq!(count(&fresh).await?, 4096);
    assert_eq!(fresh.canvas(MAIN).await?, picture, "the link shows another picture");
    fresh.close().await?;
    for (text, words) in [
        (r"return 'x,y\n1,2\nhello,world\n'", "line 3, column 1: “hello” is not a number"),
        (r"return '1,2\n3,4\n5\n'", "line 3, column 2: the row has 1 number"),
        (r"return new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13])", "is not a number"),
        (r"return ''", "there are no numbers in it"),
    ] {
        dropped(&page, "body", text).await?;
        says(&page, words).await?;
        assert_eq!(count(&page).await?, 4096, "{words}");
        assert_eq!(page.canvas(MAIN).await?, picture, "{words}: the picture changed");
    }
    // Three columns: which two is chosen.
    dropped(&page, "h1", r"return 'a;b;c\n1;10;0,5\n2;20;1,5\n3;30;-2\n'").await?;
    says(&page, "Read 3 rows, 3 columns, header skipped").await?;
    assert_eq!(points(&page).await?, [[1.0, 10.0, 0.5], [2.0, 20.0, 1.5], [3.0, 30.0, -2.0]]);
    page.set("#field-column2", "1").await?;
    assert_eq!(points(&page).await?, [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]);
    page.set("#field-column2", "2").await?;
    assert_eq!(points(&page).await?, [[1.0, 0.5], [2.0, 1.5], [3.0, -2.0]]);
    page.set("#field-column2", "none").await?;
    assert_eq!(points(&page).await?, [[1.0], [2.0], [3.0]]);
    page.close().await
}

#[tokio::test]
async fn pasted_numbers_are_the_closed_form() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&estimator=quadrature&pts=0_1").await?;
    page.run("document.querySelector('details.import').open = true", vec![]).await?;
    page.set("#points-text", "-1,5\n0,25\n2\n").await?;
    page.click_text("button", "Use these numbers").await?;
    // A comma alone separates two columns.
    says(&page, "line 3, column 2: the row has 1 number").await?;
    page.set("#points-text", "-1.5\n0.25\n2\n").await?;
    page.click_text("button", "Use these numbers").await?;
    says(&page, "Read 3 rows, 1 column").await?;
    page.set("#field-bandwidth-rule", "number").await?;
    page.type_over("#field-bandwidth", "0.5").await?;
    let x = page.value_number("#field-probe").await?;
    let components = [(1.0, -1.5, 0.25), (1.0, 0.25, 0.25), (1.0, 2.0, 0.25)];
    close("exact", page.at_probe("exact").await?, log_density(&components, x), 1e-9)?;
    page.address_has("bandwidth", "0.5").await?;
    page.set("#field-bandwidth-rule", "silverman").await?;
    page.address_has("bandwidth", "silverman").await?;
    page.close().await
}

/// The middle of a handle, by the beginning of its name.
async fn handle(page: &Page, name: &str) -> Outcome<(f64, f64)> {
    let script = r"
        const r = document.querySelector(`[aria-label^='${arguments[0]}']`).getBoundingClientRect();
        return [(r.left + r.right) / 2, (r.top + r.bottom) / 2];";
    Ok(serde_json::from_value(page.run(script, vec![json!(name)]).await?)?)
}

async fn drag(page: &Page, (x, y): (f64, f64), (dx, dy): (f64, f64)) -> Outcome {
    mouse(page, "mousePressed", (x, y)).await?;
    for share in [0.3, 0.7, 1.0] {
        mouse(page, "mouseMoved", (x + share * dx, y + share * dy)).await?;
    }
    mouse(page, "mouseReleased", (x + dx, y + dy)).await?;
    page.ready().await
}

/// The numbers of the components in the rows below the pad.
async fn rows(page: &Page) -> Outcome<Vec<Vec<f64>>> {
    let script = r"
        return [...document.querySelectorAll('.rows-editor tbody tr')]
            .map(r => [...r.querySelectorAll('input')].map(i => +i.value));";
    Ok(serde_json::from_value(page.run(script, vec![]).await?)?)
}

fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

#[tokio::test]
async fn handles_move_the_numbers_of_the_link() -> Outcome {
    let query = "?v=1&lab=density&hide=convergence&estimator=quadrature&target=custom&mix=0.5:-1:0:0.25:0:0.25_0.5:1:0:0.25:0:0.25";
    let page = Page::open(query).await?;
    pad(&page).await?;
    let (left, right) =
        (handle(&page, "component 1: mean").await?, handle(&page, "component 2: mean").await?);
    // Two units apart.
    let unit = 0.5 * (right.0 - left.0);
    drag(&page, right, (0.5 * unit, -unit)).await?;
    let moved = rows(&page).await?;
    near("μ₁", moved[1][1], 1.5, 1.5 / unit);
    near("μ₂", moved[1][2], 1.0, 1.5 / unit);
    assert_eq!(moved[0], [0.5, -1.0, 0.0, 0.25, 0.0, 0.25], "the other one moved");
    assert_eq!(moved[1][3..], [0.25, 0.0, 0.25]);
    let mix = |row: &[f64]| row.iter().map(f64::to_string).collect::<Vec<_>>().join(":");
    page.address_has("mix", &format!("{}_{}", mix(&moved[0]), mix(&moved[1]))).await?;
    // The pad may have grown to show it all.
    let (left, right) =
        (handle(&page, "component 1: mean").await?, handle(&page, "component 2: mean").await?);
    let unit = (right.0 - left.0) / (moved[1][1] - moved[0][1]);
    // The end of the first axis half a unit outwards: a standard deviation of 1.
    let axis = handle(&page, "component 1: first axis").await?;
    drag(&page, axis, (0.5 * unit, 0.0)).await?;
    let wide = rows(&page).await?;
    near("σ₁₁", wide[0][3].sqrt(), 1.0, 1.5 / unit);
    near("σ₁₂", wide[0][4], 0.0, 0.02);
    near("σ₂₂", wide[0][5], 0.25, 0.005);
    // The second axis, to 1 as well: half a unit up.
    let (left, right) =
        (handle(&page, "component 1: mean").await?, handle(&page, "component 2: mean").await?);
    let unit = (right.0 - left.0) / (moved[1][1] - moved[0][1]);
    let axis = handle(&page, "component 1: second axis").await?;
    drag(&page, axis, (0.0, -0.5 * unit)).await?;
    near("σ₂₂", rows(&page).await?[0][5].sqrt(), 1.0, 1.5 / unit);
    // What is shown is the mixture of these numbers.
    let rows = rows(&page).await?;
    let x = [page.value_number("#field-probe").await?, page.value_number("#field-probe2").await?];
    let density = |r: &Vec<f64>| {
        let (u, v, det) = (x[0] - r[1], x[1] - r[2], r[3] * r[5] - r[4] * r[4]);
        let square = (r[5] * u * u - 2.0 * r[4] * u * v + r[3] * v * v) / det;
        r[0] * (-0.5 * square).exp() / (std::f64::consts::TAU * det.sqrt())
    };
    let exact = rows.iter().map(density).sum::<f64>().ln();
    close("exact", page.at_probe("exact").await?, exact, 1e-6)?;
    page.close().await
}

#[tokio::test]
async fn handles_move_by_keys_and_components_come_and_go() -> Outcome {
    let query =
        "?v=1&lab=density&hide=convergence&estimator=quadrature&target=custom&mix=0.3:-2:0.25_0.7:1.5:0.64";
    let page = Page::open(query).await?;
    let name = async |start: &str| -> Outcome<Option<String>> {
        Ok(page.find(&format!("[aria-label^='{start}']")).await?.attr("aria-label").await?)
    };
    assert_eq!(name("component 1: mean").await?.as_deref(), Some("component 1: mean at −2"));
    assert_eq!(name("component 1: standard").await?.as_deref(), Some("component 1: standard deviation 0.5"));
    page.press("[aria-label^='component 1: mean']", Key::Right + Key::Right).await?;
    let moved = rows(&page).await?;
    assert!(moved[0][1] > -2.0 && moved[0][1] < -1.7, "{moved:?}");
    let x = page.value_number("#field-probe").await?;
    let now = [(0.3, moved[0][1], 0.25), (0.7, 1.5, 0.64)];
    close("exact", page.at_probe("exact").await?, log_density(&now, x), 1e-9)?;
    page.press("[aria-label^='component 1: standard']", Key::Shift + Key::Up).await?;
    assert!(rows(&page).await?[0][2] > 0.6, "{:?}", rows(&page).await?);
    // In the middle, by the button twice.
    page.click_text("button", "Add").await?;
    page.click_text("button", "Add").await?;
    assert_eq!(rows(&page).await?.len(), 3);
    let focused = page.run("return document.activeElement.getAttribute('aria-label')", vec![]).await?;
    assert!(focused.as_str().is_some_and(|f| f.starts_with("component 3: mean at")), "{focused}");
    page.press_focused(Key::Delete + "").await?;
    assert_eq!(rows(&page).await?.len(), 2);
    // Where a double click is.
    let [left, top, width, height] = pad(&page).await?;
    let place = (left + 0.5 * width, top + 0.3 * height);
    for (kind, clicks) in
        [("mousePressed", 1), ("mouseReleased", 1), ("mousePressed", 2), ("mouseReleased", 2)]
    {
        let event =
            json!({ "type": kind, "x": place.0, "y": place.1, "button": "left", "clickCount": clicks });
        page.devtools("Input.dispatchMouseEvent", event).await?;
    }
    page.ready().await?;
    assert_eq!(rows(&page).await?.len(), 3);
    near("the new handle", handle(&page, "component 3: mean").await?.0, place.0, 3.0);
    page.type_over("#field-component-weight", "2").await?;
    assert_eq!(rows(&page).await?[2][0], 2.0);
    page.close().await
}

#[tokio::test]
async fn the_first_page_hands_its_target_over() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&target=three&estimator=quadrature").await?;
    assert_eq!(page.count(".pad").await?, 0);
    page.set("#field-target", "points").await?;
    page.wait("the pad", "document.querySelector('.pad')").await?;
    page.ready().await?;
    assert_eq!(count(&page).await?, 200);
    page.set("#field-target", "custom").await?;
    assert_eq!(page.count(".pad-handle.mean").await?, 1, "the Gaussian with the points' mean and variances");
    page.close().await
}

#[tokio::test]
async fn axe_finds_nothing_on_the_pad() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    let page = Page::open(DRAWN).await?;
    page.run("document.querySelector('details.import').open = true", vec![]).await?;
    dropped(&page, "body", r"return 'a,b,c\n1,2,3\n4,5,6\n2,2,2'").await?;
    says(&page, "Read 3 rows").await?;
    let mut found = axe::run(&page, &source, "points").await?;
    page.media(&[("prefers-color-scheme", "dark")]).await?;
    page.wait("the dark theme", "document.documentElement.dataset.theme === 'dark'").await?;
    found.extend(axe::run(&page, &source, "points, dark").await?);
    page.set("#field-target", "custom").await?;
    found.extend(axe::run(&page, &source, "components, dark").await?);
    page.close().await?;
    let narrow = Options { size: (320, 640), ..Options::default() };
    let page = Page::open_with(narrow, "?v=1&lab=density&hide=convergence&pts=0_1_3&bandwidth=0.5").await?;
    found.extend(axe::run(&page, &source, "a line of points at 320 px").await?);
    page.set("#field-target", "custom").await?;
    found.extend(axe::run(&page, &source, "a line of components at 320 px").await?);
    let wide = page.run("return document.documentElement.scrollWidth", vec![]).await?;
    assert!(wide.as_f64().is_some_and(|w| w <= 320.0), "the page scrolls sideways: {wide}");
    page.close().await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
