//! How a layout is found: room for words, lengths of axes, then positions.
//!
//! Row by row, columns in each; the result and its types are in [`mod@super::layout`], the room for words in `measure.rs`.

use std::collections::BTreeMap;

use super::figure::{Axis, Figure, Panel, PlacedBar, Row};
use super::layout::{BAR_HEIGHT, BarLayout, Header, LINE, Layout, Names, PanelLayout};
use super::mapping::{Mapping, Rect};
use super::measure::{
    TICK_ROOM, above, aspect, below, gutter_width, has_label_line, label_in_gutter, legend, names_width,
    secondary_width, x_ticks, y_ticks,
};

const EDGE: f64 = 4.0;
const COLUMN_GAP: f64 = 28.0;
const ROW_GAP: f64 = 14.0;

/// What is known of a row while it is being planned.
#[derive(Clone, Debug)]
struct RowPlan {
    columns: usize,
    equal: bool,
    /// Left room of each column.
    gutters: Vec<f64>,
    /// Room right of the last column.
    right: f64,
    /// Room above and below the plot areas.
    above: f64,
    below: f64,
    /// Size of the plot areas.
    plot: (f64, f64),
    /// Height that equal aspect asks for at full width.
    natural: f64,
}

impl RowPlan {
    /// Width that a legend may take.
    fn legend_room(&self) -> f64 {
        self.plot.0 + self.gutters.first().copied().unwrap_or(0.0) + 8.0
    }
}

/// What is known of the figure.
pub(super) struct Plan {
    rows: Vec<RowPlan>,
    /// Whether names stand in the right margin.
    margin: bool,
}

impl Plan {
    /// A plan before any refinement.
    pub(super) fn new(figure: &Figure, width: f64) -> Self {
        let widest = figure.rows.iter().flat_map(|r| &r.panels).map(names_width).fold(0.0, f64::max);
        let single = figure.rows.iter().all(|r| columns(r) <= 1);
        let rows = figure
            .rows
            .iter()
            .map(|row| RowPlan {
                columns: columns(row),
                equal: !row.panels.is_empty() && row.panels.iter().all(|p| p.equal_aspect),
                gutters: vec![40.0; columns(row)],
                right: 12.0,
                above: 0.0,
                below: 0.0,
                plot: (width / 2.0, 200.0),
                natural: 200.0,
            })
            .collect();
        Self { rows, margin: single && width >= 480.0 && widest <= 0.34 * width }
    }

    /// One round of the mutual dependence of room for words and lengths of axes.
    pub(super) fn refine(&mut self, figure: &Figure, width: f64, height: f64) {
        for (row, plan) in figure.rows.iter().zip(&mut self.rows) {
            let lines = |p| {
                if self.margin { 0 } else { legend(p, plan.legend_room()).1 }
            };
            plan.above = row.panels.iter().map(|p| above(p, lines(p))).fold(0.0, f64::max);
            plan.below = row.panels.iter().map(below).fold(0.0, f64::max) + bar_room(row);
        }
        self.share_height(figure, height);
        let mut first: f64 = 0.0;
        let mut shared: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let mut right: f64 = 12.0;
        for (row, plan) in figure.rows.iter().zip(&mut self.rows) {
            for (j, gutter) in plan.gutters.iter_mut().enumerate() {
                *gutter = row.panels.get(j).map_or(6.0, |p| gutter_width(p, plan.plot.1));
            }
            first = first.max(plan.gutters.first().copied().unwrap_or(0.0));
            let widest = shared.entry(plan.columns).or_insert_with(|| vec![0.0; plan.columns]);
            widest.iter_mut().zip(&plan.gutters).for_each(|(w, g)| *w = f64::max(*w, *g));
            let names =
                if self.margin { row.panels.iter().map(names_width).fold(0.0, f64::max) } else { 0.0 };
            let second = row.panels.last().map_or(0.0, secondary_width);
            right = right.max(second + if names > 0.0 { names + 8.0 } else { 0.0 });
        }
        for (row, plan) in figure.rows.iter().zip(&mut self.rows) {
            if let Some(widest) = shared.get(&plan.columns) {
                plan.gutters.clone_from(widest);
            }
            if let Some(g) = plan.gutters.first_mut() {
                *g = first;
            }
            plan.right = right;
            let n = plan.columns.max(1) as f64;
            let free = width - 2.0 * EDGE - plan.gutters.iter().sum::<f64>() - right - (n - 1.0) * COLUMN_GAP;
            let full = (free / n).floor().max(8.0);
            plan.natural = row.panels.iter().map(|p| full * aspect(p)).fold(0.0, f64::max).round();
            plan.plot.0 = full;
        }
        self.share_height(figure, height);
    }

    /// The height at which maps fill their columns and curves are about half as high as wide.
    pub(super) fn preferred_height(&self, figure: &Figure, width: f64) -> f64 {
        let words: f64 = self.rows.iter().map(|r| r.above + r.below).sum();
        let flexible = figure.rows.iter().zip(&self.rows).filter(|(_, r)| !r.equal).count();
        let share = (width * 0.46).clamp(220.0, 400.0) / (1.0 + 0.3 * flexible.saturating_sub(1) as f64);
        let plots: f64 = self
            .rows
            .iter()
            .zip(&figure.rows)
            .map(|(r, row)| if r.equal { r.natural } else { share * weight(row).clamp(0.3, 1.5) })
            .sum();
        (words + plots + ROW_GAP * figure.rows.len().saturating_sub(1) as f64 + 2.0 * EDGE).ceil()
    }

    /// Divides the height among the rows; rows of maps take no more than they need.
    fn share_height(&mut self, figure: &Figure, height: f64) {
        let words: f64 = self.rows.iter().map(|r| r.above + r.below).sum();
        let gaps = ROW_GAP * self.rows.len().saturating_sub(1) as f64;
        let mut free = (height - 2.0 * EDGE - words - gaps).max(0.0);
        let mut weights: f64 = figure.rows.iter().map(weight).sum();
        for equal in [true, false] {
            let (whole, total) = (free, weights);
            for (row, plan) in figure.rows.iter().zip(&mut self.rows).filter(|(_, p)| p.equal == equal) {
                let share = (whole * weight(row) / total).floor().max(8.0);
                plan.plot.1 = if equal { share.min(plan.natural) } else { share };
                free -= plan.plot.1;
                weights -= weight(row);
            }
            (free, weights) = (free.max(0.0), weights.max(1e-9));
        }
    }

    /// The layout that follows from the plan.
    pub(super) fn place(&self, figure: &Figure, width: f64, height: f64) -> Layout {
        let mut result = Layout { width, height, panels: Vec::new(), bars: Vec::new() };
        let mut y = EDGE;
        for (r, (row, plan)) in figure.rows.iter().zip(&self.rows).enumerate() {
            let top = (y + plan.above).round();
            let widths: Vec<f64> = (0..plan.columns)
                .map(|j| match row.panels.get(j) {
                    Some(p) if p.equal_aspect => f64::min(plan.plot.0, (plan.plot.1 / aspect(p)).round()),
                    _ if plan.equal => row
                        .panels
                        .first()
                        .map_or(plan.plot.0, |p| f64::min(plan.plot.0, plan.plot.1 / aspect(p))),
                    _ => plan.plot.0,
                })
                .collect();
            let mut cells = Vec::new();
            let mut x = EDGE;
            for (j, w) in widths.iter().enumerate() {
                x += plan.gutters[j];
                cells.push(Rect { x: x.round(), y: top, w: w.round().max(1.0), h: plan.plot.1 });
                x += w + COLUMN_GAP;
            }
            for (c, (panel, cell)) in row.panels.iter().zip(&cells).enumerate() {
                let h =
                    if panel.equal_aspect { (cell.w * aspect(panel)).round().min(cell.h) } else { cell.h };
                let rect = Rect { h: h.max(1.0), ..*cell };
                result.panels.push(place_panel(panel, (r, c), rect, plan, self.margin));
            }
            place_bars(row, r, &cells, top + plan.plot.1 + plan.below - bar_room(row), &mut result.bars);
            y = top + plan.plot.1 + plan.below + ROW_GAP;
        }
        result
    }
}

fn place_panel(
    panel: &Panel,
    (row, column): (usize, usize),
    rect: Rect,
    plan: &RowPlan,
    margin: bool,
) -> PanelLayout {
    let (items, lines) = if margin { (Vec::new(), 0) } else { legend(panel, plan.legend_room()) };
    let left = rect.x - plan.gutters.get(column).copied().unwrap_or(0.0);
    let mut header = Header { label_in_gutter: label_in_gutter(panel), ..Header::default() };
    let mut y = rect.y - above(panel, lines) - 2.0;
    let mut line = |wanted: bool, height: f64| {
        y += if wanted { height } else { 0.0 };
        wanted.then_some(y - height / 2.0)
    };
    header.title = line(panel.title.is_some(), LINE + 2.0);
    header.label = match header.title {
        Some(title) if header.label_in_gutter => Some(title),
        _ => line(has_label_line(panel), LINE),
    };
    header.legend =
        line(lines > 0, LINE * lines as f64).map_or(0.0, |m| m - LINE * (lines as f64 - 1.0) / 2.0);
    header.secondary = rect.y - TICK_ROOM - 4.0;
    let names = if margin {
        Names::Margin(rect.right() + 6.0 + secondary_width(panel))
    } else {
        Names::Legend(items)
    };
    PanelLayout {
        row,
        column,
        mapping: Mapping::new(&panel.x, &panel.y, rect),
        x_ticks: x_ticks(&panel.x, rect.w),
        y_ticks: y_ticks(&panel.y, rect.h),
        left: if column == 0 { EDGE } else { left },
        header,
        names,
    }
}

fn place_bars(row: &Row, r: usize, cells: &[Rect], below: f64, bars: &mut Vec<BarLayout>) {
    let mut beside = 0.0;
    for (index, placed) in row.bars.iter().enumerate() {
        let is_below = placed.from < row.panels.len();
        let (Some(first), Some(last)) =
            (cells.get(placed.from), cells.get(placed.to.min(cells.len()).max(placed.from + 1) - 1))
        else {
            continue;
        };
        let y = if is_below { below + bar_level(row, index) * BAR_HEIGHT } else { first.y + beside };
        if !is_below {
            beside += BAR_HEIGHT + 10.0;
        }
        let rect = Rect { x: first.x, y: y + 22.0, w: last.right() - first.x, h: 10.0 };
        let axis = Axis::linear("", placed.bar.scale.range);
        bars.push(BarLayout { row: r, index, rect, ticks: x_ticks(&axis, rect.w) });
    }
}

/// How many earlier bars below the panels a bar would cover.
fn bar_level(row: &Row, index: usize) -> f64 {
    let this = &row.bars[index];
    let covers = |b: &&PlacedBar| b.from < row.panels.len() && b.from < this.to && this.from < b.to;
    row.bars[..index].iter().filter(covers).count() as f64
}

fn bar_room(row: &Row) -> f64 {
    (0..row.bars.len())
        .filter(|&i| row.bars[i].from < row.panels.len())
        .map(|i| (bar_level(row, i) + 1.0) * BAR_HEIGHT)
        .fold(0.0, f64::max)
}

fn columns(row: &Row) -> usize {
    row.bars.iter().map(|b| b.to.min(12)).max().unwrap_or(0).max(row.panels.len())
}

fn weight(row: &Row) -> f64 {
    if row.height_weight.is_finite() { row.height_weight.clamp(1e-3, 1e3) } else { 1.0 }
}
