//! The probe: by keys, by pointer, by finger and by numbers.

use scorescope_e2e::{
    Key, Options, Outcome, Page, Value, json,
    lab::{close, log_density},
};

const HANDLE: &str = ".probe-handle";
const BIMODAL: [(f64, f64, f64); 2] = [(0.3, -2.0, 0.25), (0.7, 1.5, 0.64)];

/// The exact value in the table is that at the x of the box.
async fn table_follows(page: &Page) -> Outcome<f64> {
    let x = page.value_number("#field-probe").await?;
    close(&format!("exact at {x}"), page.at_probe("exact").await?, log_density(&BIMODAL, x), 1e-9)?;
    Ok(x)
}

/// The interval that the figure shows.
async fn range(page: &Page) -> Outcome<(f64, f64)> {
    let script =
        "const h = document.querySelector('.probe-handle'); return [+h.ariaValueMin, +h.ariaValueMax]";
    Ok(serde_json::from_value(page.run(script, vec![]).await?)?)
}

/// Left, top, right and bottom of an element, and the centre of the handle.
async fn places(page: &Page) -> Outcome<([f64; 4], [f64; 2])> {
    let script = r"
        const c = document.querySelector('.figure canvas').getBoundingClientRect();
        const h = document.querySelector('.probe-handle').getBoundingClientRect();
        return [[c.left, c.top, c.right, c.bottom], [(h.left + h.right) / 2, (h.top + h.bottom) / 2]];";
    Ok(serde_json::from_value(page.run(script, vec![]).await?)?)
}

async fn mouse(page: &Page, kind: &str, (x, y): (f64, f64)) -> Outcome {
    let buttons = u8::from(kind != "mouseReleased");
    let event =
        json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1 });
    page.devtools("Input.dispatchMouseEvent", event).await.map(drop)
}

#[tokio::test]
async fn arrow_keys_move_the_probe_by_a_hundredth() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&estimator=quadrature").await?;
    assert_eq!(page.find(HANDLE).await?.attr("role").await?.as_deref(), Some("slider"));
    let (low, high) = range(&page).await?;
    let step = (high - low) / 100.0;
    // Positions are rounded to about a thousandth of the range.
    let tolerance = 0.06 * step;
    let mut x = table_follows(&page).await?;
    for (keys, steps) in [
        (Key::Right + "", 1.0),
        (Key::Left + Key::Left, -2.0),
        (Key::Up + "", 1.0),
        (Key::Shift + Key::Right, 10.0),
    ] {
        page.press(HANDLE, keys).await?;
        let now = table_follows(&page).await?;
        let moved = now - x;
        assert!(
            (moved - steps * step).abs() <= 2.0 * tolerance,
            "{steps} steps of {step} moved it from {x} to {now}"
        );
        let spoken = page.find(HANDLE).await?.attr("aria-valuenow").await?;
        assert_eq!(spoken.and_then(|v| v.parse().ok()), Some(now), "aria-valuenow");
        x = now;
    }
    page.address_has("probe", &page.value("#field-probe").await?).await?;
    // It stops at the ends.
    for _ in 0..12 {
        page.press(HANDLE, Key::Shift + Key::Right).await?;
    }
    let end = table_follows(&page).await?;
    assert!((end - high).abs() <= step, "at the end x is {end}, the range ends at {high}");
    page.close().await
}

#[tokio::test]
async fn dragging_moves_the_probe_to_where_the_pointer_is() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&estimator=quadrature").await?;
    page.find("canvas").await?.scroll_into_view().await?;
    let ([left, top, right, _], _) = places(&page).await?;
    let (low, high) = range(&page).await?;
    let at = |share: f64| (left + share * (right - left), top + 60.0);
    mouse(&page, "mousePressed", at(0.35)).await?;
    let mut found = Vec::new();
    for share in [0.4, 0.55, 0.7] {
        mouse(&page, "mouseMoved", at(share - 0.02)).await?;
        mouse(&page, "mouseMoved", at(share)).await?;
        page.ready().await?;
        let x = table_follows(&page).await?;
        let (_, [handle, _]) = places(&page).await?;
        assert!(
            (handle - at(share).0).abs() <= 3.0,
            "the pointer is at {} px, the handle at {handle} px",
            at(share).0
        );
        found.push(x);
    }
    mouse(&page, "mouseReleased", at(0.7)).await?;
    page.ready().await?;
    assert!(found.is_sorted_by(|a, b| a < b), "not from left to right: {found:?}");
    // The axis: equal ways on the screen are equal ways in x, and a whole width is about the range.
    let (first, second) = (found[1] - found[0], found[2] - found[1]);
    assert!((first - second).abs() <= 0.01 * (high - low), "unequal ways: {found:?}");
    let width = first / 0.15;
    assert!(
        (1.0..1.35).contains(&(width / (high - low))),
        "the canvas is {width} wide, the axis {}",
        high - low
    );
    page.address_has("probe", &page.value("#field-probe").await?).await?;
    // The button is up: the pointer alone moves nothing.
    let resting = page.value("#field-probe").await?;
    let event = json!({ "type": "mouseMoved", "x": at(0.4).0, "y": at(0.4).1, "buttons": 0 });
    page.devtools("Input.dispatchMouseEvent", event).await?;
    page.ready().await?;
    assert_eq!(page.value("#field-probe").await?, resting, "the pointer moved it without a button");
    page.close().await
}

#[tokio::test]
async fn the_handle_itself_can_be_dragged() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&estimator=quadrature").await?;
    page.find("canvas").await?.scroll_into_view().await?;
    let before = table_follows(&page).await?;
    let (_, [x, y]) = places(&page).await?;
    mouse(&page, "mousePressed", (x, y)).await?;
    for way in [20.0, 40.0, 60.0] {
        mouse(&page, "mouseMoved", (x - way, y)).await?;
    }
    mouse(&page, "mouseReleased", (x - 60.0, y)).await?;
    page.ready().await?;
    let after = table_follows(&page).await?;
    assert!(after < before, "dragged to the left from {before} to {after}");
    let (_, [now, _]) = places(&page).await?;
    assert!((now - (x - 60.0)).abs() <= 3.0, "the pointer is at {}, the handle at {now}", x - 60.0);
    let focused = page.run("return document.activeElement.className", vec![]).await?;
    assert_eq!(focused, "probe-handle", "the handle has not the focus");
    page.close().await
}

#[tokio::test]
async fn in_the_plane_the_probe_moves_both_ways() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&target=three&estimator=quadrature").await?;
    let x = page.value_number("#field-probe").await?;
    let y = page.value_number("#field-probe2").await?;
    let (low, high) = range(&page).await?;
    page.press(HANDLE, Key::Up + Key::Up).await?;
    let moved = page.value_number("#field-probe2").await? - y;
    assert!((moved - 0.02 * (high - low)).abs() < 0.01 * (high - low), "two steps up moved x₂ by {moved}");
    assert_eq!(page.value_number("#field-probe").await?, x, "up moved x₁");
    page.find("canvas").await?.scroll_into_view().await?;
    let (_, [px, py]) = places(&page).await?;
    mouse(&page, "mousePressed", (px - 30.0, py + 20.0)).await?;
    mouse(&page, "mouseReleased", (px - 30.0, py + 20.0)).await?;
    page.ready().await?;
    assert!(
        page.value_number("#field-probe").await? < x,
        "a click to the left of the probe did not move it there"
    );
    let (_, [hx, hy]) = places(&page).await?;
    assert!(
        (hx - px + 30.0).abs() <= 3.0 && (hy - py - 20.0).abs() <= 3.0,
        "clicked at {:?}, the handle is at {:?}",
        (px - 30.0, py + 20.0),
        (hx, hy)
    );
    let (a, b) = (page.value("#field-probe").await?, page.value("#field-probe2").await?);
    page.address_has("probe", &format!("{a}:{b}")).await?;
    page.close().await
}

#[tokio::test]
async fn a_tap_places_the_probe_and_a_swipe_does_not() -> Outcome {
    let phone = Options { phone: true, ..Options::default() };
    let page = Page::open_with(phone, "?v=1&lab=density&hide=convergence&estimator=quadrature").await?;
    let ([left, top, right, _], _) = places(&page).await?;
    let before = page.value("#field-probe").await?;
    let (x, y) = (left + 0.45 * (right - left), top + 150.0);
    let touch = async |kind: &str, points: Value| {
        let event = json!({ "type": kind, "touchPoints": points });
        page.devtools("Input.dispatchTouchEvent", event).await
    };
    touch("touchStart", json!([{ "x": x, "y": y }])).await?;
    touch("touchEnd", json!([])).await?;
    page.wait(
        "a tap to place the probe",
        &format!("document.querySelector('#field-probe').value !== {before:?}"),
    )
    .await?;
    page.ready().await?;
    table_follows(&page).await?;
    let (_, [handle, _]) = places(&page).await?;
    assert!((handle - x).abs() <= 3.0, "tapped at {x} px, the handle is at {handle} px");
    let placed = page.value("#field-probe").await?;
    let x = left + 0.75 * (right - left);
    touch("touchStart", json!([{ "x": x, "y": y }])).await?;
    for way in [20.0, 40.0, 60.0, 80.0] {
        touch("touchMove", json!([{ "x": x, "y": y - way }])).await?;
    }
    touch("touchEnd", json!([])).await?;
    page.wait("the swipe to scroll the page", "scrollY > 20").await?;
    page.ready().await?;
    assert_eq!(page.value("#field-probe").await?, placed, "a swipe moved the probe");
    page.close().await
}

#[tokio::test]
async fn nonsense_in_the_box_leaves_the_value_and_says_so() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&probe=0.5&estimator=quadrature").await?;
    let before = page.all_numbers().await?;
    for text in ["abc", "", "NaN", "1;2", "--3"] {
        page.type_over("#field-probe", text).await?;
        assert_eq!(page.value("#field-probe").await?, "0.5", "after typing {text:?}");
        let message = page.text("#field-probe-message").await?;
        assert!(message.contains("not a number"), "after typing {text:?} the message is {message:?}");
        assert_eq!(page.all_numbers().await?, before, "after typing {text:?}");
    }
    page.type_over("#field-probe", "−1,25").await?;
    assert_eq!(page.value("#field-probe").await?, "-1.25", "a true minus sign and a decimal comma");
    assert_eq!(page.text("#field-probe-message").await?, "");
    table_follows(&page).await?;
    page.type_over("#field-probe", "1e9").await?;
    assert_eq!(page.value("#field-probe").await?, "1000");
    let message = page.text("#field-probe-message").await?;
    assert!(message.contains("1000"), "moved into the range, but the message is {message:?}");
    let exact = page.at_probe("exact").await?;
    assert!(exact < -1e5 && exact.is_finite(), "exact at 1000: {exact}");
    page.close().await
}
