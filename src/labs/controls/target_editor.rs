//! Editing a target: the components of a mixture by numbers.

use super::Shared;
use crate::labs::common::{Target, check, component, row};
use crate::labs::figures::short;
use crate::math::MAX_COMPONENTS;
use crate::ui::reactive::text;
use crate::ui::rows::RowsEditor;
use leptos::prelude::*;

/// The components, a row each.
pub(super) fn rows(shared: Shared) -> AnyView {
    let columns = Signal::derive(move || match shared.dim() {
        1 => vec![("w", "weight"), ("μ", "mean"), ("σ²", "variance")],
        _ => vec![
            ("w", "weight"),
            ("μ₁", "mean along x₁"),
            ("μ₂", "mean along x₂"),
            ("σ₁₁", "variance of x₁"),
            ("σ₁₂", "covariance"),
            ("σ₂₂", "variance of x₂"),
        ],
    });
    let rows = Signal::derive(move || {
        let c = shared.get();
        c.target.components().iter().map(row).collect::<Vec<_>>()
    });
    let set = move |rows: Vec<Vec<f64>>| -> Result<(), String> {
        let components: Option<Vec<_>> = rows.iter().map(|r| component(r)).collect();
        let components = components.ok_or("a component is incomplete")?;
        check(&components).map_err(|e| e.to_string())?;
        shared.update(move |c| c.target = Target::Custom(components));
        Ok(())
    };
    let total = move || {
        let c = shared.get();
        c.target.components().iter().map(|c| c.weight).sum::<f64>()
    };
    let scaled = move || {
        let total = total();
        if (total - 1.0).abs() < 1e-9 {
            String::new()
        } else {
            format!("The weights sum to {}; they are scaled to 1.", short(total))
        }
    };
    view! {
        <RowsEditor label="Components of the mixture" columns rows set most=MAX_COMPONENTS />
        <p class="hint">{text(scaled)}</p>
    }
    .into_any()
}
