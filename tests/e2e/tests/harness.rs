//! The harness itself, on a small page of its own: what it reads, sets and notices.

use scorescope_e2e::{Elsewhere, Key, Options, Outcome, Page};

const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy" content="default-src 'self' data:; img-src *"></head>
<body><main id="app" data-state="ready">
<label>k <input id="k" type="range" min="0" max="10" value="3"></label><output>3</output>
<select><option>a<option>b</select><input type="checkbox">
<table><caption>All numbers</caption><thead><tr><th></th><th>x</th><th>y</th></tr></thead>
<tbody><tr><th>first</th><td>1.5</td><td>−2 × 10⁻³</td></tr></tbody></table>
<canvas width="4" height="2"></canvas></main><script src="a.js"></script></body></html>"#;

const SCRIPT: &str = "
const k = document.querySelector('#k');
k.addEventListener('input', () => document.querySelector('output').textContent = k.value);
const c = document.querySelector('canvas').getContext('2d');
c.fillStyle = 'red'; c.fillRect(0, 0, 1, 1);";

async fn on(options: Options, name: &str, script: &str) -> Outcome<(Page, Elsewhere)> {
    let other = Elsewhere::new(name, &[("index.html", PAGE), ("a.js", script)])?;
    let page = Page::start(options).await?;
    page.browser.goto(other.site.url()).await?;
    Ok((page, other))
}

#[tokio::test]
async fn it_reads_and_sets() -> Outcome {
    let options = Options { dark: true, phone: true, ..Options::default() };
    let (page, _other) = on(options, "reads", SCRIPT).await?;
    page.ready().await?;
    page.set("#k", "7").await?;
    assert_eq!(page.text("output").await?, "7");
    page.press("#k", Key::Right + Key::Right).await?;
    assert_eq!(page.text("output").await?, "9");
    page.set("select", "b").await?;
    page.set("input[type=checkbox]", "true").await?;
    page.click("input[type=checkbox]").await?;
    let form = page.run("return [document.querySelector('select').value, document.querySelector('[type=checkbox]').checked]", vec![]).await?;
    assert_eq!(form.to_string(), r#"["b",false]"#);
    let table = page.table("numbers").await?;
    assert_eq!(table.cell("first", "y"), Some(-2e-3));
    let pixels = page.canvas("canvas").await?;
    assert_eq!((pixels.width, pixels.height, pixels.colours), (4, 2, 2));
    let media = page
        .run(
            "return [innerWidth, devicePixelRatio, matchMedia('(prefers-color-scheme: dark)').matches]",
            vec![],
        )
        .await?;
    assert_eq!(media.to_string(), "[390,2,true]");
    assert_eq!(page.layout_shift().await?, 0.0);
    assert!(page.violations().await?.is_empty() && page.messages().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn it_notices_what_went_wrong() -> Outcome {
    let script = "
        document.querySelector('#app').dataset.state = 'busy';
        document.body.insertAdjacentHTML('afterbegin', '<p style=\"color:red\">x</p>');
        new Image().src = 'http://127.0.0.1:9/none.png';
        throw new Error('on purpose');";
    let (page, _other) = on(Options::default(), "wrong", script).await?;
    let error = page.ready().await.map_err(|e| e.to_string());
    assert!(error.is_err_and(|e| e.contains("on purpose") && e.contains("busy")));
    assert!(page.violations().await?.iter().any(|v| v.contains("style-src")));
    // The test's own page counts as foreign too: it is not the harness's site.
    let foreign = page.foreign_requests().await?;
    assert!(foreign.iter().any(|a| a.contains("none.png")), "{foreign:?}");
    let error = page.close().await.map_err(|e| e.to_string());
    assert!(error.is_err_and(|e| e.contains("style-src")));
    Ok(())
}
