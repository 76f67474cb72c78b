//! The preview of a lab on other sites: its name over a figure, 1200 by 630 pixels, the size that Open Graph and
//! its readers expect.

use super::figures::figure;
use super::{BACKEND, Failure, data, png};
use lexopt::{Arg, Parser, ValueExt};
use scorescope::labs::export;
use scorescope::plot::Theme;
use scorescope::ui::order::{Format, Order};
use scorescope::ui::words;
use scorescope::words::Language;
use std::path::{Path, PathBuf};

/// Width and height of a card, pixels.
const CARD: (u32, u32) = (1200, 630);
/// Width and height that the figure is drawn for; it is then enlarged.
const FIGURE: (u32, u32) = (800, 356);
/// How much: a card is mostly seen small.
const ENLARGED: f64 = 1.38;

/// `scorescope card '<query>' -o FILE.png`.
pub(super) fn card(mut parser: Parser) -> Result<String, Failure> {
    let (mut query, mut output) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('o') | Arg::Long("output") => output = Some(PathBuf::from(parser.value()?)),
            Arg::Value(value) if query.is_none() => query = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let output = output.ok_or("card needs -o FILE.png")?;
    let svg = drawn(&query.ok_or("card needs a query")?)?;
    std::fs::write(&output, png(&svg, 1.0, Language::English)?)
        .map_err(|e| format!("{}: {e}", Path::new(&output).display()))?;
    Ok(String::new())
}

/// The card as SVG.
fn drawn(query: &str) -> Result<String, Failure> {
    let (state, _) = data::open_query(query, None)?;
    let order = Order {
        format: Format::Svg,
        figure: figure(&state, "main", false)?,
        name: "main".to_owned(),
        query: state.query(),
        address: String::new(),
        backend: BACKEND.to_owned(),
        theme: Theme::Light,
        size: FIGURE,
    };
    let inner = export::file(&order, Some(&state))?;
    let inner = &inner[inner.find("<svg").unwrap_or(0)..];
    let title = words::lab(state.lab().name()).1;
    let (width, height) = CARD;
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<rect width="{width}" height="{height}" fill="#ffffff"/>
<rect width="{width}" height="10" fill="#0072b2"/>
<g transform="translate(48 36) scale(1.5)" fill="none" stroke-linecap="round">
<circle cx="14" cy="14" r="11" stroke="#1a1a1a" stroke-width="2.5"/>
<path d="M22 22 L29 29" stroke="#1a1a1a" stroke-width="3.5"/>
<path d="M6 18.5 C10.5 18.5 10.5 8.5 14 8.5 C17.5 8.5 17.5 18.5 22 18.5" stroke="#0072b2" stroke-width="2.5"/>
</g>
<g font-family="sans-serif">
<text x="112" y="75" font-size="42" font-weight="700" fill="#1a1a1a">{title}</text>
<text x="1152" y="73" font-size="26" text-anchor="end" fill="#5a5a5a">Scorescope</text>
</g>
<g transform="translate(48 118) scale({ENLARGED})">{inner}</g>
</svg>
"##
    ))
}
