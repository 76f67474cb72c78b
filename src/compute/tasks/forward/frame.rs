//! The picture at a moment: the run goes there, then its particles are counted, and the first share
//! adds what is exact: `ρ_t` on a grid, its score on a coarser one, its distribution functions.

#[cfg(all(kernels, feature = "gpu"))]
use super::Journey;
use super::run::{self, Run, move_particles};
use super::{
    ForwardReply, FrameReply, FrameRequest, MOST_VERTICES, Measure, STEP, bins_for, in_the_plane, lines,
    project, share,
};
use crate::compute::messages::{JobError, Reply};
use crate::compute::tasks::Progress;
#[cfg(all(kernels, feature = "gpu"))]
use crate::kernels::particles::gpu::Cells;
use crate::math::{Axis, Bins, Line, Marginal, Mixture, Move, Process, ReverseVariance, Scratch, Time};

/// Particles counted in a step.
const COUNTED: usize = 1 << 16;
/// The same where projections are wanted.
const MEASURED: usize = 1 << 14;

/// What is left to do, in this order.
#[derive(Debug)]
enum Work {
    /// Going to the moment.
    Going,
    /// Counting, and how many are counted.
    Counting(usize),
    /// Drawing from `ρ_t` for the noise floor, and how many are drawn.
    Drawing(usize),
    /// `ρ_t` on the grid.
    Density,
    /// The distribution functions.
    Cdf,
}

/// See [`super::ForwardRequest::Frame`].
#[derive(Debug)]
pub struct FrameTask {
    request: FrameRequest,
    /// The target as it is, and in the plane.
    mixture: Mixture,
    plane: Mixture,
    time: Option<Time>,
    /// Steps that lead to the moment.
    goal: usize,
    share: (usize, usize),
    lines: Vec<Line>,
    reply: FrameReply,
    work: Work,
}

impl FrameTask {
    pub(super) fn new(mut request: FrameRequest) -> Result<Self, JobError> {
        let mixture = Mixture::new(&request.journey.target)?;
        let plane = in_the_plane(&mixture)?;
        let dim = mixture.dim();
        let proper = |(low, high): &(f64, f64)| (high - low).is_finite() && low < high;
        let whole = request.range.len() == dim && request.range.iter().all(proper);
        let within = request.cells <= 1024 && request.density <= 513 && request.arrows <= 64;
        if !whole || !within || request.cells < 2 || request.part.index >= request.part.of {
            return Err(JobError::Dimension);
        }
        request.journey.count = request.journey.count.max(1);
        request.level = request.level.min(request.journey.count);
        let goal = match request.journey.process {
            Process::Forward => request.level,
            _ => request.journey.count - request.level,
        };
        let time = request.journey.time(request.level);
        let share = share(request.particles, request.part);
        let first = request.part.index == 0;
        let lines = if first && request.measure { lines(&mixture, time) } else { Vec::new() };
        let cells = request.cells.pow(dim as u32);
        let measure = request.measure.then(|| {
            let bins = bins_for(&mixture);
            let counts = vec![0; bins.cells() * if dim == 1 { 1 } else { crate::math::DIRECTIONS }];
            Measure { bins, draws: counts.clone(), counts, cdf: Vec::new() }
        });
        let reply = FrameReply {
            counts: vec![0; cells],
            particles: share.1 as u32,
            measure,
            ..FrameReply::default()
        };
        Ok(Self { request, mixture, plane, time, goal, share, lines, reply, work: Work::Going })
    }

    pub(super) fn step(&mut self) -> Progress {
        let next = match self.work {
            Work::Going => {
                let goal = self.goal;
                match run::with(&self.request.journey, self.share, |run| {
                    (run.advance(goal), run.progress(goal))
                }) {
                    Ok((true, _)) => Some(Work::Counting(0)),
                    Ok((false, progress)) => return Progress::Working(0.8 * progress),
                    Err(_) => Some(Work::Density),
                }
            }
            Work::Counting(from) => self.count(from),
            Work::Drawing(from) => self.draw(from),
            Work::Density => self.density(),
            Work::Cdf => self.cdf(),
        };
        match next {
            Some(work) => {
                self.work = work;
                Progress::Working(0.9)
            }
            None => Progress::Done(Reply::Forward(ForwardReply::Frame(std::mem::take(&mut self.reply)))),
        }
    }

    /// Counts some of the particles, and at the last takes their ways along.
    fn count(&mut self, from: usize) -> Option<Work> {
        let Self { request, reply, share, goal, .. } = self;
        let dim = request.range.len();
        let some = if request.measure { MEASURED } else { COUNTED };
        let end = (from + some).min(share.1);
        let cells: Vec<Bins> =
            request.range.iter().map(|range| Bins { range: *range, count: request.cells }).collect();
        let take = |run: &mut Run| {
            // Another frame has taken the run on meanwhile.
            if !run.advance(*goal) {
                return false;
            }
            let [xs, ys] = run.places().map(|all| &all[from..end]);
            count_cells(&cells, xs, ys, &mut reply.counts);
            if let Some(measure) = &mut reply.measure {
                project(&measure.bins, dim, xs, ys, &mut measure.counts);
            }
            if end == share.1 && share.0 == 0 {
                (reply.levels, reply.paths) = ways(run.tracks(), request);
            }
            true
        };
        match run::with(&request.journey, *share, take) {
            Ok(true) if end < share.1 => Some(Work::Counting(end)),
            Ok(true) if request.measure => Some(Work::Drawing(0)),
            Ok(true) => Some(Work::Density),
            _ => {
                reply.counts.fill(0);
                if let Some(measure) = &mut reply.measure {
                    measure.counts.fill(0);
                }
                Some(Work::Going)
            }
        }
    }

    /// Draws from `ρ_t`, exactly: data, and one transition.
    fn draw(&mut self, from: usize) -> Option<Work> {
        let end = (from + MEASURED).min(self.share.1);
        let (mut xs, mut ys) = (vec![0.0; end - from], vec![0.0; end - from]);
        // Another seed, so that the draws are not those of the process.
        let seed = self.request.journey.seed ^ 0x5EED_F100;
        let first = self.share.0 + from;
        run::draw_target(&self.plane, seed, first, [&mut xs, &mut ys]);
        if let Some(time) = self.time
            && let Some(step @ Move::One(_)) = Process::Forward.step(&[time], 0, ReverseVariance::Beta)
        {
            move_particles(&self.plane, &step, (seed, 0), first, [&mut xs, &mut ys]);
        }
        if let Some(measure) = &mut self.reply.measure {
            project(&measure.bins, self.request.range.len(), &xs, &ys, &mut measure.draws);
        }
        Some(if end < self.share.1 { Work::Drawing(end) } else { Work::Density })
    }

    /// Evaluates `ρ_t` on some rows of the grid, and the arrows with the last.
    fn density(&mut self) -> Option<Work> {
        let Self { request, mixture, time, reply, .. } = self;
        if request.part.index > 0 {
            return None;
        }
        let marginal = time.map_or_else(|| mixture.at_zero(), |time| mixture.at(time));
        let (side, dim) = (request.density, request.range.len());
        let total = if side == 0 { 0 } else { side.pow(dim as u32) };
        let mut scratch = Scratch::default();
        let some = (STEP / mixture.len()).max(1);
        let end = (reply.density.len() + some).min(total);
        let axes: Vec<Axis> =
            request.range.iter().map(|&(low, high)| Axis { low, high, count: side }).collect();
        for i in reply.density.len()..end {
            let log = match axes[..] {
                [x] => marginal.log_density(&[x.place(i)], &mut scratch),
                [x, y, ..] => marginal.log_density(&[x.place(i % side), y.place(i / side)], &mut scratch),
                [] => f64::NAN,
            };
            reply.density.push(log.max(f64::from(f32::MIN)) as f32);
        }
        if end < total {
            return Some(Work::Density);
        }
        if dim == 2 {
            reply.arrows = arrows(&marginal, request, &mut scratch);
        }
        request.measure.then_some(Work::Cdf)
    }

    /// Evaluates some of the distribution functions.
    fn cdf(&mut self) -> Option<Work> {
        let Self { lines, reply, mixture, .. } = self;
        let measure = reply.measure.as_mut()?;
        let edges = measure.bins.count + 1;
        let some = (STEP / (4 * mixture.len())).max(1);
        let from = measure.cdf.len();
        let end = (from + some).min(lines.len() * edges);
        for i in from..end {
            measure.cdf.push(lines[i / edges].cdf(measure.bins.edge(i % edges)));
        }
        (end < lines.len() * edges).then_some(Work::Cdf)
    }
}

/// For particles that are on a GPU (`graphics.rs`): what the picture asks of them, and what it takes from there.
#[cfg(all(kernels, feature = "gpu"))]
impl FrameTask {
    /// What the particles follow.
    pub(super) fn journey(&self) -> &Journey {
        &self.request.journey
    }

    /// How many there are in this share.
    pub(super) fn particles(&self) -> usize {
        self.share.1
    }

    /// The target in the plane.
    pub(super) fn plane(&self) -> &Mixture {
        &self.plane
    }

    /// Steps that lead to the moment.
    pub(super) fn goal(&self) -> usize {
        self.goal
    }

    /// Whether the distance from `ρ_t` is wanted.
    pub(super) fn measures(&self) -> bool {
        self.request.measure
    }

    /// The cells, as the GPU's kernel takes them.
    pub(super) fn cells(&self) -> Cells {
        let FrameRequest { range, cells, .. } = &self.request;
        let along = |i: usize| range.get(i).copied().unwrap_or((0.0, 1.0));
        let [(left, right), (low, high)] = [along(0), along(1)];
        let rows = if range.len() == 1 { 1 } else { *cells };
        Cells { low: [left, low], high: [right, high], count: [*cells, rows] }
    }

    /// Takes counts of the cells from elsewhere.
    pub(super) fn set_counts(&mut self, counts: Vec<u32>) {
        self.reply.counts = counts;
    }

    /// Counts the projections of some particles that are elsewhere, from this one on; which is next.
    pub(super) fn project(&mut self, from: usize, [xs, ys]: [&[f32]; 2]) -> usize {
        let end = (from + MEASURED).min(xs.len());
        if let Some(measure) = &mut self.reply.measure {
            project(
                &measure.bins,
                self.request.range.len(),
                &xs[from..end],
                &ys[from..end],
                &mut measure.counts,
            );
        }
        end
    }

    /// Follows the ways of the first particles alone; `true` when they are there, and then the task goes
    /// on with what comes after counting.
    pub(super) fn follow(&mut self) -> bool {
        let Self { request, goal, share, .. } = self;
        // An even number, as every share has.
        let some = request.paths.next_multiple_of(2).min(share.1);
        let ways = run::with(&request.journey, (0, some), |run| {
            run.advance(*goal).then(|| ways(run.tracks(), request))
        });
        match ways {
            Ok(None) => return false,
            Ok(Some(ways)) => (self.reply.levels, self.reply.paths) = ways,
            Err(_) => {}
        }
        self.work = if self.request.measure { Work::Drawing(0) } else { Work::Density };
        true
    }
}

/// Counts points in the cells of the range; those outside of it are not counted.
fn count_cells(cells: &[Bins], xs: &[f32], ys: &[f32], counts: &mut [u32]) {
    let inside = |bins: &Bins, x: f32| {
        let cell = bins.cell(f64::from(x));
        (1..=bins.count).contains(&cell).then(|| cell - 1)
    };
    match cells {
        [across] => xs.iter().filter_map(|x| inside(across, *x)).for_each(|i| counts[i] += 1),
        [across, up] => {
            for (x, y) in xs.iter().zip(ys) {
                if let (Some(i), Some(j)) = (inside(across, *x), inside(up, *y)) {
                    counts[j * across.count + i] += 1;
                }
            }
        }
        _ => {}
    }
}

/// The ways of the first particles, thinned where they are long, with the levels of their vertices.
fn ways(tracks: &[Vec<[f32; 2]>], request: &FrameRequest) -> (Vec<u32>, Vec<Vec<[f32; 2]>>) {
    let stride = request.journey.count.div_ceil(MOST_VERTICES);
    let last = tracks.len().saturating_sub(1);
    // Thinned alike at every moment, so that a way does not wobble as it grows.
    let kept: Vec<usize> = (0..tracks.len()).filter(|i| i.is_multiple_of(stride) || *i == last).collect();
    let level = |done: usize| match request.journey.process {
        Process::Forward => done,
        _ => request.journey.count - done,
    };
    let count = request.paths.min(tracks.first().map_or(0, Vec::len));
    let paths = (0..count).map(|i| kept.iter().map(|done| tracks[*done][i]).collect()).collect();
    (kept.iter().map(|done| level(*done) as u32).collect(), paths)
}

/// Scores at the centres of a regular division of the range.
fn arrows(marginal: &Marginal, request: &FrameRequest, scratch: &mut Scratch) -> Vec<[f32; 2]> {
    let n = request.arrows;
    let place = |axis: usize, k: usize| {
        let (low, high) = request.range[axis];
        low + (high - low) * (k as f64 + 0.5) / n as f64
    };
    let mut score = |k: usize| {
        marginal.evaluate(&[place(0, k % n), place(1, k / n)], scratch);
        [scratch.score[0] as f32, scratch.score[1] as f32]
    };
    (0..n * n).map(&mut score).collect()
}
