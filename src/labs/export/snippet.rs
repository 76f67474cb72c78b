//! A NumPy script that recomputes what a lab's main figure shows and prints it beside the page's values.
//!
//! The parameters of the link and some of the figure's numbers stand in front as plain assignments; the rest is
//! `recompute.py`, what all labs share and what each adds. It knows nothing of this program: expectations are by the
//! trapezoidal rule in NumPy. Where the page draws, the script computes the expectation and says so.

use super::ExportError;
use crate::compute::GanWeights;
use crate::labs::common::{Common, SCHEDULES};
use crate::labs::density::{RULES, VARIANCES};
use crate::labs::{LabState, classifier, density, diffusion_loss, elbo, forward, gan};
use crate::math::{Covariance, Estimator, Mixture, Rule, Time};
use crate::plot::Figure;
use crate::plot::data::{Column, columns};
use crate::plot::export::{About, number, quoted};
use crate::words::{Language, with};
use std::fmt::Write as _;

/// Most components of a target: the script costs seconds for a few of them.
const MOST_COMPONENTS: usize = 128;

/// Values pasted from a curve.
const ALONG: usize = 41;

/// The script for a lab's main figure, which is one in English: its columns are found by their names.
///
/// # Errors
/// For targets in more than two dimensions or of more than 128 components, and for a figure without numbers.
pub fn snippet(state: &LabState, figure: &Figure, about: &About) -> Result<String, ExportError> {
    let common = state.common();
    if common.target.dim() > 2 {
        return Err(ExportError::Target("it has more than two dimensions"));
    }
    let mixture = common.target.mixture();
    if mixture.len() > MOST_COMPONENTS {
        return Err(ExportError::Target("it has more than 128 components"));
    }
    let page = Page { columns: columns(figure), components: mixture.len() };
    let mut script = Script::new(about);
    script.target(&mixture);
    script.schedule(common);
    let own = match state {
        LabState::Density(state) => density(&mut script, &page, state)?,
        LabState::Forward(state) => forward(&mut script, &page, state)?,
        LabState::Elbo(state) => elbo(&mut script, &page, state)?,
        LabState::Classifier(state) => classifier(&mut script, &page, state)?,
        LabState::Gan(state) => gan(&mut script, &page, state)?,
        LabState::DiffusionLoss(state) => diffusion_loss(&mut script, &page, state, &mixture)?,
        LabState::Learned(_) => return Err(ExportError::Trained),
    };
    Ok(format!("{}\n\n{}\n{own}", script.0, include_str!("../recompute.py")))
}

fn density(script: &mut Script, page: &Page, state: &density::Density) -> Result<&'static str, ExportError> {
    let (exact, formula) = (page.named("exact")?, page.named("formula")?);
    let drawn = if state.estimator == Estimator::Quadrature { 0.0 } else { state.draws };
    script.number("DRAWN", drawn);
    script.number("DELTA", state.delta);
    script.choice("RULE", &RULES, &state.rule);
    script.page(page, exact, &[("exact", Some(exact)), ("formula", Some(formula))], |v| v);
    Ok(include_str!("../density/recompute.py"))
}

fn forward(script: &mut Script, page: &Page, state: &forward::Forward) -> Result<&'static str, ExportError> {
    let time = forward::jobs::journey(state).time(state.level()).map_or(0.0, Time::t);
    script.number("TIME", time);
    script.number("SEED", state.common.seed);
    script.number("PARTICLES", state.particles.min(100_000.0));
    if state.common.target.dim() == 1 {
        // Densities on the page, logarithms in the script.
        let (exact, target) = (page.named("exact").ok(), page.named("target").ok());
        // They are on different nodes: the one at the clock is what the figure is about.
        let target = if exact.is_some() { None } else { target };
        let over = exact.or(target).ok_or(ExportError::Empty)?;
        script.page(page, over, &[("at_clock", exact), ("target", target)], f64::ln);
    } else {
        let target = page.named("Target, exact")?;
        let maps = page.columns.iter().enumerate().filter(|(_, c)| c.over.len() == 2);
        // The particles come first, then the density under them, where it is drawn.
        let clock = maps.map(|(i, _)| i).filter(|i| *i < target).nth(1);
        let target = if clock.is_some() { None } else { Some(target) };
        let over = clock.or(target).ok_or(ExportError::Empty)?;
        script.page(page, over, &[("at_clock", clock), ("target", target)], |v| v);
    }
    Ok(include_str!("../forward/recompute.py"))
}

fn elbo(script: &mut Script, page: &Page, state: &elbo::Elbo) -> Result<&'static str, ExportError> {
    script.choice("FAMILY", &elbo::FAMILIES, &state.family);
    script.number("WIDTH", state.width);
    script.number("MISFIT", state.misfit);
    script.choice("VARIANCE", &VARIANCES, &state.variance);
    let least = ["exact", "formula", "ELBO", "uniform"].map(|name| page.named(&format!("marked x, {name}")));
    let values: Vec<f64> = least
        .into_iter()
        .map(|place| Ok(page.columns[place?].values[0]))
        .collect::<Result<_, ExportError>>()?;
    script.list("ARGMINS", &values);
    let names = ["likelihood", "formula", "ELBO", "simple loss, scaled"];
    let over = page.named(names[0])?;
    script.page(page, over, &names.map(|name| (name, page.named(name).ok())), |v| v);
    Ok(include_str!("../elbo/recompute.py"))
}

fn gan(script: &mut Script, page: &Page, state: &gan::Gan) -> Result<&'static str, ExportError> {
    let uniform = state.weights == GanWeights::Uniform;
    let rule = RULES.iter().find(|(_, rule)| *rule == state.rule).map_or("continuous", |(name, _)| name);
    let regulariser = match state.rule {
        _ if uniform => "uniform",
        Rule::Continuous => "exact",
        _ => rule,
    };
    script.text("REGULARISER", regulariser);
    script.number("STRENGTH", state.lambda);
    let line = state.common.target.dim() == 1;
    script.line("LOGARITHMS", if line { "False" } else { "True" });
    let data = page.named("data")?;
    let (generator, discriminator) = match (line, uniform) {
        (false, _) => ("generator", None),
        (_, false) => ("p_G, formula’s weights", page.named("generator: D*(x)").ok()),
        (_, true) => ("p_G, uniform weights", page.named("uniform: D*(x)").ok()),
    };
    let generator = page.named(generator)?;
    let entries = [("data", Some(data)), ("generator", Some(generator)), ("discriminator", discriminator)];
    script.page(page, data, &entries, |v| v);
    Ok(include_str!("../gan/recompute.py"))
}

fn classifier(
    script: &mut Script,
    page: &Page,
    state: &classifier::Classifier,
) -> Result<&'static str, ExportError> {
    let classes = state.dealt().ok_or(ExportError::Empty)?;
    let labels: Vec<f64> = classes.labels().iter().map(|label| *label as f64).collect();
    script.line("LABELS", &format!("np.array({}, int)", list(&labels)));
    script.choice("RULE", &RULES, &state.rule);
    script.line("MATCHED", if state.scale == classifier::Scale::Matched { "True" } else { "False" });
    let names = ["Bayes", "formula", "uniform"];
    if state.common.target.dim() == 2 {
        let rules = with(Language::English, classifier::verdict::rule_names);
        let places = rules.map(|name| page.named(name).ok());
        let entries: Vec<_> = names.into_iter().zip(places).collect();
        script.page(page, places[0].ok_or(ExportError::Empty)?, &entries, |v| v);
    } else {
        // Three strips, uniform weights lowest.
        let strips = page.columns.iter().find(|c| c.over.len() == 2).ok_or(ExportError::Empty)?;
        let count = strips.shape.get(1).copied().unwrap_or(0);
        let x = &page.columns[strips.over[0]].values;
        let thin = thinned(count);
        let points: Vec<f64> = thin.iter().map(|i| x[*i]).collect();
        script.points(&points, 1);
        let row =
            |strip: usize| -> Vec<f64> { thin.iter().map(|i| strips.values[strip * count + i]).collect() };
        script.entries(&names.into_iter().zip([row(2), row(1), row(0)]).collect::<Vec<_>>());
    }
    Ok(include_str!("../classifier/recompute.py"))
}

fn diffusion_loss(
    script: &mut Script,
    page: &Page,
    state: &diffusion_loss::DiffusionLoss,
    mixture: &Mixture,
) -> Result<&'static str, ExportError> {
    script.number("CONTEXT", if mixture.dim() == 2 { state.z(mixture) } else { 0.0 });
    script.number("GAMMA", state.gamma);
    let names = ["−log p", "formula", "uniform", "truncated SNR", "EDM", "min-SNR"];
    let over = page.named(names[0])?;
    script.page(page, over, &names.map(|name| (name, page.named(name).ok())), |v| v);
    Ok(include_str!("../diffusion_loss/recompute.py"))
}

/// The numbers of a figure.
struct Page {
    columns: Vec<Column>,
    /// Components of the target, which decide how many of a map's numbers the script can afford.
    components: usize,
}

impl Page {
    fn named(&self, name: &str) -> Result<usize, ExportError> {
        let has = |c: &Column| c.name == name && !c.values.is_empty();
        self.columns.iter().position(has).ok_or(ExportError::Empty)
    }

    /// Places of the numbers to paste of a column.
    fn chosen(&self, column: &Column) -> Vec<usize> {
        let [ny, nx] = column.shape[..] else {
            return thinned(column.values.len());
        };
        let side = match self.components {
            ..=8 => 5,
            9..=32 => 4,
            _ => 3,
        };
        // Neither at the edge nor on lines of symmetry alone.
        let along = move |count: usize| (0..side).map(move |i| (2 * i + 1) * (count - 1) / (2 * side));
        along(ny).flat_map(|j| along(nx).map(move |i| j * nx + i)).collect()
    }
}

/// Up to [`ALONG`] places of so many, the ends among them.
fn thinned(count: usize) -> Vec<usize> {
    let last = count.saturating_sub(1);
    let mut places: Vec<usize> = (0..ALONG).map(|i| i * last / (ALONG - 1)).collect();
    places.dedup();
    places
}

/// A script under way: the assignments.
struct Script(String);

impl Script {
    fn new(about: &About) -> Self {
        Self(format!(
            "# Recomputes with NumPy what Scorescope's {} lab shows, from the formulas, and prints both.\n\
             # link: {}\n# version: {}, computed on {}\n# cite: {}\n\nimport numpy as np\n\n",
            about.lab,
            about.permalink().replace('\n', " "),
            about.version,
            about.backend,
            about.cite
        ))
    }

    fn line(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "{name} = {value}");
    }

    fn number(&mut self, name: &str, value: f64) {
        self.line(name, &python(value));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.line(name, &quoted(value));
    }

    fn list(&mut self, name: &str, values: &[f64]) {
        self.line(name, &list(values));
    }

    /// A choice by its name in links.
    fn choice<T: PartialEq>(&mut self, name: &str, names: &[(&str, T)], value: &T) {
        self.text(name, names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name));
    }

    fn target(&mut self, mixture: &Mixture) {
        let components = mixture.components();
        let d = mixture.dim();
        self.list("WEIGHTS", &components.iter().map(|c| c.weight).collect::<Vec<_>>());
        let rows = |rows: Vec<String>| format!("[{}]", rows.join(", "));
        self.line("MEANS", &rows(components.iter().map(|c| list(&c.mean)).collect()));
        let entry = |c: &Covariance, i: usize, j: usize| match c {
            Covariance::Full(v) => v[i * d + j],
            Covariance::Diagonal(v) if i == j => v[i],
            Covariance::Isotropic(v) if i == j => *v,
            _ => 0.0,
        };
        let matrix = |c: &Covariance| {
            rows((0..d).map(|i| list(&(0..d).map(|j| entry(c, i, j)).collect::<Vec<_>>())).collect())
        };
        self.line("COVARIANCES", &rows(components.iter().map(|c| matrix(&c.covariance)).collect()));
    }

    fn schedule(&mut self, common: &Common) {
        self.choice("SCHEDULE", &SCHEDULES, &common.schedule);
        self.number("STEPS", common.steps);
        self.number("C0", common.c0);
        self.number("C1", common.c1);
    }

    fn points(&mut self, values: &[f64], dim: usize) {
        let rows: Vec<String> = values.chunks_exact(dim).map(list).collect();
        self.line("POINTS", &format!("[{}]", rows.join(", ")));
    }

    fn entries(&mut self, entries: &[(&str, Vec<f64>)]) {
        let entries: Vec<String> = entries
            .iter()
            .map(|(name, values)| format!("    {}: {},\n", quoted(name), list(values)))
            .collect();
        self.line("PAGE", &format!("{{\n{}}}", entries.concat()));
    }

    /// Points of a column's abscissae, and what columns over the same ones have there.
    fn page(&mut self, page: &Page, over: usize, entries: &[(&str, Option<usize>)], change: fn(f64) -> f64) {
        let base = &page.columns[over];
        let chosen = page.chosen(base);
        let axis = |k: usize, i: usize| page.columns[base.over[k]].values[i];
        let points: Vec<f64> = match base.shape[..] {
            [_, nx] => chosen.iter().flat_map(|i| [axis(0, i % nx), axis(1, i / nx)]).collect(),
            _ => chosen.iter().map(|i| axis(0, *i)).collect(),
        };
        self.points(&points, base.over.len());
        let values = |place: &Option<usize>| -> Vec<f64> {
            let column = place.map(|place| &page.columns[place]).filter(|c| c.over == base.over);
            column.map_or_else(Vec::new, |c| chosen.iter().map(|i| change(c.values[*i])).collect())
        };
        let entries: Vec<_> = entries.iter().map(|(name, place)| (*name, values(place))).collect();
        self.entries(&entries);
    }
}

fn list(values: &[f64]) -> String {
    format!("[{}]", values.iter().map(|v| python(*v)).collect::<Vec<_>>().join(", "))
}

/// A number as Python reads it.
fn python(value: f64) -> String {
    if value.is_finite() { number(value) } else { "np.nan".to_owned() }
}
