//! The two games that are played out, side by side: samples over the target, what the discriminator says, the
//! generator's mesh and where its samples are pulled; on the line a histogram, and the discriminator below.

use super::shown;
use crate::compute::{Findings, GanReply, GansFindings, TrainingReply};
use crate::labs::common::Target;
use crate::labs::density::jobs::{interval, place, square};
use crate::labs::figures::{arrows, bars, histogram, short};
use crate::labs::gan::jobs::{CURVE, JUDGED, MESH, SIDE};
use crate::labs::gan::state::{Gan, Shown};
use crate::learn::spec::Found;
use crate::permalink::write_number;
use crate::plot::{Axis, ColourBar, ColourMap, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row};
use crate::words::tr;
use std::sync::Arc;

/// Between two arrows, in points of the discriminators' map.
const STRIDE: usize = 3;
/// A pull that is drawn at half the longest arrow, nats a unit.
const PULL: f64 = 4.0;

/// What training is compared with: the target, and the equilibrium of the ideal game at the `λ` in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Backdrop {
    target: Target,
    /// The target's log-density, in the plane.
    grid: Option<Arc<Grid>>,
    /// Densities of the target and of the generator at equilibrium, on the line.
    densities: [Vec<(f64, f64)>; 2],
    /// The equilibrium's Jensen–Shannon divergence from the target, nats.
    pub js: f64,
    /// Its mass where the density lies below that which 5 % of the data lie below.
    pub outside: f64,
    /// Its mean of `-log p`, nats.
    pub cross_entropy: f64,
}

impl Backdrop {
    /// From the reply of the other figures; `None` while it is not whole.
    pub fn new(state: &Gan, reply: &GanReply) -> Option<Self> {
        let mixture = state.common.target.mixture();
        let logs = &reply.log_density;
        let all = shown(state, reply);
        let chosen = all.last()?;
        let (mut grid, mut densities) = (None, [Vec::new(), Vec::new()]);
        if mixture.dim() == 1 {
            let range = interval(&mixture);
            let ratio = |i: usize| chosen.equilibrium.log_ratio(chosen.field.regulariser[i]);
            let curve = |log: &dyn Fn(usize) -> f64| {
                (0..CURVE).map(|i| (place(range, i, CURVE), log(i).exp())).collect::<Vec<_>>()
            };
            if logs.len() != CURVE || chosen.field.regulariser.len() != CURVE {
                return None;
            }
            densities = [curve(&|i| logs[i]), curve(&|i| logs[i] + ratio(i))];
        } else {
            let [x, y] = square(&mixture);
            let all = Grid { nx: SIDE, ny: SIDE, x, y, values: logs.clone() };
            if !all.is_proper() {
                return None;
            }
            grid = Some(Arc::new(all));
        }
        let measures = &chosen.measures;
        Some(Self {
            target: state.common.target.clone(),
            grid,
            densities,
            js: measures.js,
            outside: measures.outside,
            cross_entropy: measures.kl + measures.entropy,
        })
    }

    /// The same where it is of the target of a state.
    pub(super) fn of<'a>(this: Option<&'a Self>, state: &Gan) -> Option<&'a Self> {
        this.filter(|backdrop| backdrop.target == state.common.target)
    }
}

/// What a reply says of two GANs.
pub fn findings(reply: &TrainingReply) -> Option<&GansFindings> {
    match &reply.findings {
        Findings::Gans(found) => Some(found),
        _ => None,
    }
}

/// The figure; axes and the target alone before anything is trained. `narrow` for phones.
pub fn training(
    state: &Gan,
    reply: Option<&TrainingReply>,
    backdrop: Option<&Backdrop>,
    narrow: bool,
) -> Figure {
    let nothing = GansFindings::default();
    let found = reply.and_then(findings).unwrap_or(&nothing);
    let backdrop = Backdrop::of(backdrop, state);
    let rows = if state.common.target.mixture().dim() == 1 {
        let columns = [0, 1].map(|i| on_the_line(state, found, i, backdrop));
        if narrow {
            columns.into_iter().flatten().map(|panel| Row::new(vec![panel])).collect()
        } else {
            let [[a, b], [c, d]] = columns;
            vec![Row::new(vec![a, c]).weight(1.6), Row::new(vec![b, d])]
        }
    } else {
        let panels = [0, 1].map(|i| in_the_plane(state, found, i, backdrop, narrow));
        let [first, second] = panels;
        let scale = ColourScale { map: ColourMap::Diverging, range: (0.0, 1.0), centre: 0.5 };
        let bar = ColourBar { label: tr!("D(x): 0 for a sample, 1 for data").to_owned(), scale };
        let barred = |row: Row, to: usize| {
            if state.view.contains(&Shown::Discriminator) { row.bar(bar.clone(), 0, to) } else { row }
        };
        if narrow {
            vec![Row::new(vec![first]), barred(Row::new(vec![second]), 1)]
        } else {
            vec![barred(Row::new(vec![first, second]), 2)]
        }
    };
    Figure { summary: summary(state, reply, found), rows }
}

/// How far the score of the regulariser is learned, which comes first.
pub fn first_the_score(done: usize, all: usize) -> String {
    tr!("First the regulariser’s score is learned: {} of {} steps.", done, all)
}

/// Heading of either game.
fn title(state: &Gan, i: usize) -> String {
    let lambda = write_number(state.lambda);
    match (i, state.training.warm) {
        (0, _) => tr!("without the regulariser").to_owned(),
        (_, 0) => tr!("with the regulariser, λ = {}", lambda),
        (_, warm) => tr!("with it from step {} on, λ = {}", warm, lambda),
    }
}

fn in_the_plane(
    state: &Gan,
    found: &GansFindings,
    i: usize,
    backdrop: Option<&Backdrop>,
    narrow: bool,
) -> Panel {
    let [x, y] = square(&state.common.target.mixture());
    let vertical = Axis::linear("x₂", y);
    let vertical = if i == 0 || narrow { vertical } else { vertical.unlabelled() };
    let mut panel = Panel::new(Axis::linear("x₁", x), vertical).title(title(state, i)).equal();
    let side = JUDGED[1];
    let has = |layer: Shown| state.view.contains(&layer);
    if has(Shown::Discriminator) {
        let values = found.judged[i].iter().map(|d| f64::from(*d)).collect();
        let grid = Arc::new(Grid { nx: side, ny: side, x, y, values });
        let scale = ColourScale { map: ColourMap::Diverging, range: (0.0, 1.0), centre: 0.5 };
        panel.layers.push(Layer::raster(grid, scale));
    }
    if let Some(grid) = backdrop.and_then(|backdrop| backdrop.grid.as_ref()) {
        let top = grid.finite_range().map_or(0.0, |range| range.1);
        // Around a Gaussian these are the ellipses of 1, 2 and 3 standard deviations.
        let levels = [0.5, 2.0, 4.5].map(|below| top - below).to_vec();
        panel.layers.push(Layer::Contours { grid: grid.clone(), levels, role: Some(Role::Exact) });
    }
    if has(Shown::Manifold) {
        let points = mesh(&found.images[i]);
        panel.layers.push(Layer::Line {
            points,
            role: Role::Generator,
            dash: Dash::Solid,
            width: 0.75,
            label: None,
        });
    }
    if has(Shown::Samples) {
        let points = found.samples[i].chunks_exact(2).map(|x| (x[0], x[1])).collect();
        panel.layers.push(Layer::Points {
            points,
            error_bars: None,
            role: Role::Generator,
            radius: 2.0,
            label: None,
        });
    }
    if has(Shown::Pulls) {
        let gap = STRIDE as f64 * (x.1 - x.0) / (side - 1) as f64;
        let inner = |k: &usize| (k % side) % STRIDE == 1 && (k / side) % STRIDE == 1;
        let pulls = found.pulls[i].chunks_exact(2).enumerate().filter(|(k, _)| inner(k));
        let pulls =
            pulls.map(|(k, pull)| ((place(x, k % side, side), place(y, k / side, side)), [pull[0], pull[1]]));
        panel.layers.push(arrows(pulls, gap, PULL));
    }
    panel
}

/// The images of the mesh's lines, first those along one latent number, then those along the other.
fn mesh(images: &[f32]) -> Vec<(f64, f64)> {
    let at = |i: usize, j: usize| {
        let k = 2 * (j * MESH + i);
        images.get(k..k + 2).map(|x| (f64::from(x[0]), f64::from(x[1])))
    };
    let end = || std::iter::once(Some((f64::NAN, f64::NAN)));
    let along = |j: usize| (0..MESH).map(move |i| at(i, j)).chain(end());
    let across = |i: usize| (0..MESH).map(move |j| at(i, j)).chain(end());
    let lines = (0..MESH).flat_map(along).chain((0..MESH).flat_map(across));
    if images.is_empty() { Vec::new() } else { lines.flatten().collect() }
}

/// Densities, and the discriminator below.
fn on_the_line(state: &Gan, found: &GansFindings, i: usize, backdrop: Option<&Backdrop>) -> [Panel; 2] {
    let range = interval(&state.common.target.mixture());
    let heights = histogram(found.samples[i].iter().copied(), range);
    let [data, generator] = backdrop.map_or_else(Default::default, |backdrop| backdrop.densities.clone());
    let peak =
        |points: &[(f64, f64)]| points.iter().map(|p| p.1).filter(|y| y.is_finite()).fold(0.0, f64::max);
    // Both games on one scale, which samples that pile up do not change without end.
    let least = peak(&data).max(peak(&generator).min(3.0 * peak(&data))).max(1e-9);
    let piled = found.samples.iter().flat_map(|x| histogram(x.iter().copied(), range)).fold(0.0, f64::max);
    let top = if piled > least { piled.min(3.0 * least) } else { least };
    let mut above =
        Panel::new(Axis::linear("x", range).unlabelled(), Axis::linear(tr!("density"), (0.0, 1.08 * top)))
            .title(title(state, i));
    if !found.samples[i].is_empty() {
        above.layers.extend(bars(range, &heights, Role::Generator, tr!("samples")));
    }
    let mut below = Panel::new(Axis::linear("x", range), Axis::linear(tr!("D(x)"), (0.0, 1.0)));
    let ideal = data.iter().zip(&generator).map(|(p, g)| (p.0, p.1 / (p.1 + g.1))).collect();
    if i == 0 {
        let half = Layer::HLine {
            y: 0.5,
            role: Role::Muted,
            dash: Dash::Dotted,
            label: Some(tr!("cannot tell").into()),
        };
        below.layers.push(half);
    } else if backdrop.is_some() {
        let equilibrium = Layer::line(generator, Role::Exact).dashed(Dash::Dashed);
        above.layers.push(equilibrium.labelled(tr!("equilibrium")));
        let ideal = Layer::line(ideal, Role::Exact).dashed(Dash::Dashed);
        below.layers.push(ideal.labelled(tr!("equilibrium")));
    }
    if !data.is_empty() {
        above.layers.push(Layer::line(data, Role::Data).labelled(tr!("data")));
    }
    let judged: Vec<(f64, f64)> = found.judged[i]
        .iter()
        .enumerate()
        .map(|(k, d)| (place(range, k, JUDGED[0]), f64::from(*d)))
        .collect();
    if !judged.is_empty() {
        below.layers.push(Layer::line(judged, Role::Generator).labelled("D"));
    }
    [above, below]
}

/// What has been found of a GAN, in words.
fn words(found: &Found, floor: &Found) -> String {
    let modes = match floor.modes {
        0 => String::new(),
        all => tr!("{} of {} modes", found.modes, all) + ", ",
    };
    let measures = tr!(
        "{} of the samples outside, Jensen–Shannon divergence {} nats, mean of −log p {} nats",
        short(found.outside),
        short(found.js),
        short(found.cross_entropy)
    );
    modes + &measures
}

fn summary(state: &Gan, reply: Option<&TrainingReply>, found: &GansFindings) -> String {
    let what = tr!(
        "Two GANs that are trained from the same start, one without and one with the regulariser, over the target’s density."
    );
    let (done, all) = found.score;
    let Some(reply) = reply else { return format!("{what} {}", tr!("Nothing is trained yet.")) };
    if done < all {
        return format!("{what} {}", first_the_score(done, all));
    }
    let Some((step, [plain, regularised])) = found.checks.last() else {
        return format!("{what} {}", tr!("After {} steps.", reply.steps));
    };
    let measured = tr!(
        "After {} steps, without: {}. With λ = {}: {}.",
        step,
        words(plain, &found.floor),
        write_number(state.lambda),
        words(regularised, &found.floor)
    );
    format!("{what} {measured}")
}
