//! The numbers of a figure as named columns, for files and for scripts.
//!
//! A curve over `x` is a column over another one, and curves over the same abscissae share it; a heat map of
//! `ny` rows of `nx` nodes is a column of shape `[ny, nx]` over the two axes. A column's name is that of its curve or
//! map, and its axis' quantity where that is needed to tell it from others; its unit is what stands in parentheses on
//! the axis or the colour bar. Left out on purpose: reference lines without a name, words, and small pictures.

use super::figure::{Figure, Grid, Layer, Panel, Row};
use super::theme::Role;

/// A list of numbers with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it is; no two columns of a figure have the same name.
    pub name: String,
    /// Its unit; 1 where the figure says none.
    pub unit: String,
    /// Lengths along its axes, slowest first.
    pub shape: Vec<usize>,
    /// Its numbers, the last axis fastest. What is not finite has no place on the figure.
    pub values: Vec<f64>,
    /// The columns that it is a function of: none for an abscissa; x; or x and y of a map.
    pub over: Vec<usize>,
}

/// The columns of a figure, in the order of its panels and layers.
#[must_use]
pub fn columns(figure: &Figure) -> Vec<Column> {
    let mut found = Columns::default();
    for row in &figure.rows {
        for (place, panel) in row.panels.iter().enumerate() {
            for layer in &panel.layers {
                found.layer(row, place, panel, layer);
            }
        }
    }
    found.list
}

#[derive(Default)]
struct Columns {
    list: Vec<Column>,
}

impl Columns {
    fn layer(&mut self, row: &Row, place: usize, panel: &Panel, layer: &Layer) {
        match layer {
            Layer::Line { points, role, label, .. } => {
                self.curve(panel, points, &full(panel, label.as_ref(), *role));
            }
            Layer::Points { points, error_bars, role, label, .. } => {
                let name = full(panel, label.as_ref(), *role);
                let Some(x) = self.curve(panel, points, &name) else { return };
                if let Some(bars) = error_bars {
                    let (lo, hi): (Vec<f64>, Vec<f64>) = bars.iter().copied().unzip();
                    self.interval(panel, x, &name, &lo, &hi);
                }
            }
            Layer::Band { x, lo, hi, role } => {
                let x = self.abscissa(panel, x);
                self.interval(panel, x, named(None, *role), lo, hi);
            }
            Layer::Raster { grid, .. } => {
                let bar = row.bars.iter().find(|bar| (bar.from..bar.to).contains(&place));
                let label = bar.map_or("", |bar| bar.bar.label.as_str());
                self.map(panel, grid, label);
            }
            Layer::Contours { grid, .. } => self.map(panel, grid, ""),
            Layer::VLine { x, label: Some(label), .. } => {
                self.push(&panel.x.label, label, vec![*x], Vec::new());
            }
            Layer::HLine { y, label: Some(label), .. } => {
                self.push(&panel.y.label, label, vec![*y], Vec::new());
            }
            Layer::Marker { x, y, role } => {
                let name = if *role == Role::Accent { "probe" } else { named(None, *role) };
                self.push(&panel.x.label, &format!("marked x, {name}"), vec![*x], Vec::new());
                self.push(&panel.y.label, &format!("marked y, {name}"), vec![*y], Vec::new());
            }
            #[cfg(labs)]
            Layer::Cell { x, y, text, over } => {
                let value = over.map_or_else(|| text.parse().unwrap_or(f64::NAN), |(_, value)| value);
                let name = format!("cell at {x}, {y}");
                self.push("", &name, vec![value], Vec::new());
            }
            _ => {}
        }
    }

    fn curve(&mut self, panel: &Panel, points: &[(f64, f64)], name: &str) -> Option<usize> {
        if points.is_empty() {
            return None;
        }
        let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        let x = self.abscissa(panel, &x);
        self.push(&panel.y.label, name, y, vec![x]);
        Some(x)
    }

    fn interval(&mut self, panel: &Panel, x: usize, name: &str, lo: &[f64], hi: &[f64]) {
        self.push(&panel.y.label, &format!("{name} lower"), lo.to_vec(), vec![x]);
        self.push(&panel.y.label, &format!("{name} upper"), hi.to_vec(), vec![x]);
    }

    fn map(&mut self, panel: &Panel, grid: &Grid, label: &str) {
        let known = |c: &Column| c.shape == [grid.ny, grid.nx] && same(&c.values, &grid.values);
        if !grid.is_proper() || self.list.iter().any(known) {
            return;
        }
        let nodes = |(from, to): (f64, f64), count: usize| -> Vec<f64> {
            (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
        };
        let x = self.abscissa(panel, &nodes(grid.x, grid.nx));
        let y = self.shared(&panel.y.label, nodes(grid.y, grid.ny));
        let name = panel.title.as_deref().unwrap_or("value");
        self.push(label, name, grid.values.clone(), vec![x, y]);
        if let Some(column) = self.list.last_mut() {
            column.shape = vec![grid.ny, grid.nx];
        }
    }

    fn abscissa(&mut self, panel: &Panel, values: &[f64]) -> usize {
        self.shared(&panel.x.label, values.to_vec())
    }

    /// An abscissa, which others may have used already.
    fn shared(&mut self, label: &str, values: Vec<f64>) -> usize {
        let (name, unit) = quantity(label);
        let known = |c: &Column| c.over.is_empty() && c.unit == unit && same(&c.values, &values);
        if let Some(place) = self.list.iter().position(known) {
            return place;
        }
        self.push(label, &name, values, Vec::new());
        self.list.len() - 1
    }

    fn push(&mut self, label: &str, name: &str, values: Vec<f64>, over: Vec<usize>) {
        let (quantity, unit) = quantity(label);
        let taken = |name: &str| self.list.iter().any(|c| c.name == name);
        let long = if quantity.is_empty() || quantity == name || name.ends_with(&quantity) {
            name.to_owned()
        } else {
            format!("{name}: {quantity}")
        };
        let mut unique = if taken(name) { long.clone() } else { name.to_owned() };
        let mut next = 2;
        while taken(&unique) {
            unique = format!("{long} {next}");
            next += 1;
        }
        self.list.push(Column { name: unique, unit, shape: vec![values.len()], values, over });
    }
}

/// Equal number by number, NaN included.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// A label as quantity and unit: "log-density (nats)" is log-density in nats.
fn quantity(label: &str) -> (String, String) {
    let parts = label.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match parts {
        Some((quantity, unit)) => (quantity.to_owned(), unit.to_owned()),
        None => (label.to_owned(), "1".to_owned()),
    }
}

/// The name of a curve: what is written beside it, or else whose it is and what is on its axis.
fn full(panel: &Panel, label: Option<&String>, role: Role) -> String {
    match (label, quantity(&panel.y.label).0) {
        (Some(label), _) => label.clone(),
        (None, axis) if axis.is_empty() => named(None, role).to_owned(),
        (None, axis) => format!("{}: {axis}", named(None, role)),
    }
}

/// The name of a layer: what is written beside it, or else whose it is.
fn named(label: Option<&String>, role: Role) -> &str {
    match (label, role) {
        (Some(label), _) => label,
        (None, Role::Exact) => "exact",
        (None, Role::Formula) => "formula",
        (None, Role::Elbo) => "ELBO",
        (None, Role::Ode) => "ODE",
        (None, Role::Uniform) => "uniform",
        (None, Role::Data) => "data",
        (None, Role::Generator) => "generator",
        (None, Role::Muted) => "reference",
        (None, Role::Accent) => "chosen",
    }
}

#[cfg(test)]
mod tests {
    //! What columns a figure has.
    use super::*;
    use crate::plot::{Axis, ColourBar, ColourScale};
    use std::sync::Arc;

    #[test]
    fn curves_share_their_abscissae_and_are_told_apart_by_their_axes() {
        let line = |shift: f64| (0..4).map(|i| (f64::from(i), shift + f64::from(i))).collect::<Vec<_>>();
        let above = Panel::new(Axis::linear("x", (0.0, 3.0)), Axis::linear("log-density (nats)", (0.0, 9.0)))
            .layer(Layer::line(line(0.0), Role::Exact).labelled("exact"))
            .layer(Layer::line(line(0.5), Role::Formula).labelled("formula"));
        let below = Panel::new(Axis::linear("x", (0.0, 3.0)), Axis::linear("difference (nats)", (0.0, 1.0)))
            .layer(Layer::line(line(f64::NAN), Role::Formula));
        let figure =
            Figure { summary: String::new(), rows: vec![Row::new(vec![above]), Row::new(vec![below])] };
        let found = columns(&figure);
        let names: Vec<&str> = found.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["x", "exact", "formula", "formula: difference"]);
        assert!(found[1..].iter().all(|c| c.over == [0] && c.unit == "nats"));
        assert_eq!(found[2].values, [0.5, 1.5, 2.5, 3.5]);
        assert!(found[3].values.iter().all(|v| v.is_nan()));
    }

    #[test]
    fn maps_have_two_axes_and_the_unit_of_their_colour_bar() {
        let grid = |shift: f64| {
            let values = (0..6).map(|i| shift + f64::from(i)).collect();
            Arc::new(Grid { nx: 3, ny: 2, x: (-1.0, 1.0), y: (0.0, 5.0), values })
        };
        let scale = ColourScale::sequential((0.0, 9.0));
        let map = |title: &str, shift| {
            Panel::new(Axis::linear("x₁", (-1.0, 1.0)), Axis::linear("x₂", (0.0, 5.0)))
                .title(title)
                .layer(Layer::raster(grid(shift), scale))
                .layer(Layer::Contours { grid: grid(shift), levels: vec![1.0], role: None })
        };
        let bar = ColourBar { label: "log-density (nats)".into(), scale };
        let row = Row::new(vec![map("exact", 0.0), map("formula", 0.5)]).bar(bar, 0, 2);
        let found = columns(&Figure { summary: String::new(), rows: vec![row] });
        let names: Vec<&str> = found.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["x₁", "x₂", "exact", "formula"]);
        assert_eq!((&found[0].values[..], &found[1].values[..]), (&[-1.0, 0.0, 1.0][..], &[0.0, 5.0][..]));
        assert!(found[2..].iter().all(|c| c.over == [0, 1] && c.shape == [2, 3] && c.unit == "nats"));
    }
}
