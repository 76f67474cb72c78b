//! Each lab by keys alone: everything that can be used is reached by Tab, in the order of the page, with an
//! outline; and what the lab is about can be changed and run.

use scorescope_e2e::{Key, Options, Outcome, Page, json};

/// Everything that Tab should reach, and what it reached from the top of the page to its end.
async fn walk(page: &Page, lab: &str) -> Outcome {
    let script = r"
        const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
        const all = 'a[href], button, input, select, textarea, summary, iframe, [tabindex]';
        window.__wanted = [...document.querySelectorAll(all)]
            .filter(e => shown(e) && !e.disabled && e.tabIndex >= 0 && !e.closest('[inert]'));
        window.__reached = [];
        document.addEventListener('focusin', e => {
            const s = getComputedStyle(e.target);
            const marked = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none';
            window.__reached.push([e.target, marked]);
        });
        document.activeElement?.blur?.();
        return window.__wanted.length;";
    let wanted = page.run(script, vec![]).await?.as_u64().unwrap_or_default();
    assert!(wanted > 10, "{lab} has only {wanted} things to use");
    for _ in 0..wanted + 3 {
        page.browser.active_element().await?.send_keys(Key::Tab + "").await?;
    }
    let script = r"
        const name = e => `${e.tagName}#${e.id}.${e.className} ${(e.textContent || e.ariaLabel || '').trim().slice(0, 30)}`;
        const order = window.__reached.map(([e]) => e);
        // One of a group of radio buttons stands for all of them.
        const group = e => e.type === 'radio' && order.some(o => o.name === e.name);
        const missed = window.__wanted.filter(e => !order.includes(e) && !group(e)).map(name);
        const unmarked = window.__reached.filter(([, marked]) => !marked).map(([e]) => name(e));
        const first = order.slice(0, window.__wanted.length);
        const back = first.filter((e, i) => i > 0 && !(first[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)).map(name);
        return [missed, unmarked, back];";
    let found = page.run(script, vec![]).await?;
    assert_eq!(found[0], json!([]), "{lab}: not reached by Tab");
    assert_eq!(found[1], json!([]), "{lab}: the focus does not show");
    // The last ones may be the first of the next round.
    assert!(
        found[2].as_array().is_some_and(|b| b.len() <= 1),
        "{lab}: against the order of the page: {}",
        found[2]
    );
    Ok(())
}

#[tokio::test]
async fn tab_reaches_everything_in_every_lab() -> Outcome {
    let page = Page::open("?v=1&lab=density").await?;
    for lab in ["density", "forward", "elbo", "gan", "classifier", "diffusion-loss", "learned"] {
        page.visit(&format!("?v=1&lab={lab}&target=bimodal")).await?;
        walk(&page, lab).await?;
    }
    page.close().await
}

/// Gives something the focus, and says whether it took it.
async fn focus(page: &Page, css: &str) -> Outcome {
    let script = "const e = document.querySelector(arguments[0]); e?.focus(); return e === document.activeElement && !!e";
    let took = page.run(script, vec![json!(css)]).await?;
    if took == json!(true) { Ok(()) } else { Err(format!("{css} does not take the focus").into()) }
}

#[tokio::test]
async fn what_each_lab_is_about_is_done_by_keys() -> Outcome {
    let page = Page::open("?v=1&lab=density").await?;

    // Density: the probe moves, another target is chosen.
    let before = page.at_probe("exact").await?;
    focus(&page, ".probe-handle").await?;
    for _ in 0..5 {
        page.press_focused(Key::Right + "").await?;
    }
    assert_ne!(page.at_probe("exact").await?, before, "the probe does not move");
    focus(&page, "#field-target").await?;
    page.press_focused(Key::Down + "").await?;
    page.address_settled().await;
    assert!(page.query().await?.contains_key("target"));

    // Forward: it plays and stops.
    page.visit("?v=1&lab=forward&target=ring8&particles=1000&time=0.2").await?;
    focus(&page, ".player .play").await?;
    page.browser.active_element().await?.send_keys(" ").await?;
    page.wait("it to play", "document.querySelector('.player .play').textContent === 'Pause'").await?;
    page.browser.active_element().await?.send_keys(" ").await?;
    page.wait("it to stop", "document.querySelector('.player .play').textContent === 'Play'").await?;
    let clock = "return document.querySelector('.player input').value";
    let stood = page.run(clock, vec![]).await?;
    focus(&page, ".player input").await?;
    page.press_focused(Key::Left + "").await?;
    assert_ne!(page.run(clock, vec![]).await?, stood, "the clock does not move");

    // The others: their main control by the arrow keys, as a slider or a menu has them.
    for (lab, control, key) in [
        ("elbo&target=bimodal", "#field-family", "family"),
        ("gan&target=bimodal", "#field-weights", "weights"),
        ("classifier&target=three&schedule=linear", "#field-weights", "weights"),
        ("diffusion-loss&target=bimodal", "#field-weights", "weights"),
        ("learned", "#field-objective", "objective"),
    ] {
        page.visit(&format!("?v=1&lab={lab}")).await?;
        // Not every lab has a table with a caption.
        let shown = (page.all_numbers().await.unwrap_or_default(), page.pictures().await?);
        focus(&page, control).await?;
        page.press_focused(Key::Down + "").await?;
        page.address_settled().await;
        assert!(page.query().await?.contains_key(key), "{lab}: {control} changed nothing");
        if lab != "learned" {
            let now = (page.all_numbers().await.unwrap_or_default(), page.pictures().await?);
            assert!(now != shown, "{lab}: neither a number nor a picture changed");
        }
    }

    // Learned: it trains and pauses.
    page.visit("?v=1&lab=learned&target=bimodal&train=3000").await?;
    focus(&page, ".trainer .primary").await?;
    page.browser.active_element().await?.send_keys(Key::Enter + "").await?;
    page.wait("it to train", "document.querySelector('.trainer .primary').textContent.includes('Pause')")
        .await?;
    page.browser.active_element().await?.send_keys(Key::Enter + "").await?;
    page.ready().await?;
    page.close().await
}

#[tokio::test]
async fn at_twice_the_size_and_in_forced_colours_nothing_is_lost() -> Outcome {
    // 1280 pixels at 200 % are 640 of the page's.
    let page =
        Page::open_with(Options { size: (640, 450), ..Options::default() }, "?v=1&lab=density").await?;
    for lab in ["density", "forward", "elbo", "gan", "classifier", "diffusion-loss", "learned"] {
        page.visit(&format!("?v=1&lab={lab}&target=bimodal")).await?;
        let wide = page.run("return document.documentElement.scrollWidth", vec![]).await?;
        assert!(wide.as_u64().is_some_and(|w| w <= 640), "{lab} is {wide} wide at 200 %");
    }
    page.visit("?v=1&lab=density").await?;
    page.media(&[("forced-colors", "active")]).await?;
    // Borders that only colour told apart are there for those who choose the colours.
    let script = r"
        const borders = css => [...document.querySelectorAll(css)].filter(e => e.checkVisibility())
            .filter(e => parseFloat(getComputedStyle(e).borderTopWidth) === 0).map(e => e.outerHTML.slice(0, 80));
        return [...borders('button:not(.quiet)'), ...borders('select'), ...borders('input[type=number]'), ...borders('.probe-handle')];";
    assert_eq!(page.run(script, vec![]).await?, json!([]), "no border in forced colours");
    page.screenshot("forced-colours").await?;
    page.close().await
}
