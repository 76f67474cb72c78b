//! The estimators with draws on a GPU: an invocation is a point, the draws are shared.
//!
//! The GPU adds up `weight · mean` over the nodes of a piece, some dozens at most, in single
//! precision; a piece is read back at the one place where the CPU waits for it anyway, and its
//! sums are added in double precision. So rounding grows with the nodes of a piece only, and a
//! read-back costs no wait of its own.

use super::Draws;
use crate::gpu::{Binding, Buffer, Gpu, GpuError, Pipeline, Program, Recording, Shader};
use crate::kernels::gpu::{GROUP, INVOCATION_LIMIT, append, dispatch_limit, piece_limit};
use crate::kernels::{Packed, PackedComponent};
use crate::math::{Accumulator, Formula, Mixture, Place};
use bytemuck::NoUninit;
use std::sync::Arc;

/// The shader and its bindings.
pub const SHADER: Shader = Shader {
    label: "plain",
    source: concat!(include_str!("../sums.wgsl"), include_str!("plain.wgsl")),
    parameters: size_of::<Parameters>() as u64,
    arrays: &[Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
};

/// Of one dispatch; `Parameters` of `plain.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub struct Parameters {
    /// First point.
    pub first_point: u32,
    /// End of the points.
    pub end_point: u32,
    /// Points in all.
    pub points: u32,
    /// First record.
    pub first: u32,
    /// End of the records.
    pub end: u32,
    /// Draws that count as one.
    pub unit: u32,
    /// Replicates.
    pub replicates: u32,
    /// 1: totals start from zero. 2: sums of the open replicate too.
    pub fresh: u32,
}

/// Some draws at one time; `Record` of `plain.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub struct Record {
    /// `√(1-t)`.
    pub signal: f32,
    /// `√t`.
    pub deviation: f32,
    /// `t`.
    pub t: f32,
    /// What is added to each coordinate of the score.
    pub shift: f32,
    /// First draw.
    pub first_draw: u32,
    /// End of the draws.
    pub end_draw: u32,
    /// First component.
    pub first_component: u32,
    /// Components.
    pub components: u32,
    /// Weight of the node.
    pub weight: f32,
    /// One over the units of the node.
    pub inverse_units: f32,
    /// Factor on the variance of its units.
    pub variance: f32,
    /// 1 + replicate if it ends here, else 0.
    pub ends: u32,
}

/// Nodes in a piece: what bounds the rounding of the sums.
const NODES: usize = 64;

/// Records, draws and components in a piece: some megabytes at most.
const RECORDS: usize = 4096;
const DRAWS: usize = 1 << 18;
const COMPONENTS: usize = 1 << 16;

/// The kernel on a device, with the batch it is at.
#[derive(Debug)]
pub struct PlainGpu {
    program: Program,
    components: Buffer,
    places: Buffer,
    draws: Buffer,
    records: Buffer,
    open_sums: Buffer,
    totals: Buffer,
    points: usize,
    cursor: Cursor,
    started: bool,
}

/// The next draw to be done.
#[derive(Clone, Debug, Default)]
struct Cursor {
    node: usize,
    block: usize,
    /// The block, once it has been looked up, and its draws that are done.
    current: Option<Current>,
    /// The marginal of a node.
    packed: Option<(usize, Arc<Packed>)>,
}

#[derive(Clone, Debug)]
struct Current {
    place: Place,
    replicate: usize,
    draws: Draws,
    packed: Arc<Packed>,
    done: usize,
}

/// Work for one advance.
#[derive(Debug, Default)]
struct Piece {
    components: Vec<PackedComponent>,
    draws: Vec<[f32; 2]>,
    records: Vec<Record>,
    /// Evaluations a point, over all records.
    cost: usize,
    /// Nodes complete.
    nodes: usize,
    /// Per replicate `Σ weight d` of the nodes whose replicate ends in this piece.
    constants: Vec<f64>,
    /// Whether a node has a single unit of draws, and so no variance.
    single: bool,
    unit: usize,
    pipeline: Option<Pipeline>,
}

impl PlainGpu {
    /// The kernel on a device.
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            program: Program::new(gpu, SHADER),
            components: Buffer::storage("components"),
            places: Buffer::storage("points"),
            draws: Buffer::storage("draws"),
            records: Buffer::storage("records"),
            open_sums: Buffer::storage("sums of the open replicate"),
            totals: Buffer::storage("totals"),
            points: 0,
            cursor: Cursor::default(),
            started: false,
        }
    }

    /// Starts on a batch of points on which nothing has been done.
    ///
    /// # Errors
    /// [`GpuError::Unsuited`] for a batch that keeps a profile or has been begun elsewhere,
    /// [`GpuError::TooLarge`] for one that does not fit.
    pub fn begin(&mut self, work: &Accumulator, formula: &Formula) -> Result<(), GpuError> {
        let (points, rest) = work.points().as_chunks::<2>();
        if work.has_profile() || work.nodes() > 0 || !rest.is_empty() || points.is_empty() {
            return Err(GpuError::Unsuited);
        }
        let points: Vec<[f32; 2]> = points.iter().map(|p| p.map(|x| x as f32)).collect();
        let gpu = self.program.gpu().clone();
        self.places.write(&gpu, &points)?;
        self.open_sums.reserve(&gpu, 8 * points.len() as u64)?;
        self.totals.reserve(&gpu, 4 * (points.len() * (formula.replicates() + 1)) as u64)?;
        self.points = points.len();
        self.cursor = Cursor::default();
        self.started = false;
        Ok(())
    }

    /// Does a piece of work, some ten milliseconds at most on a graphics processor; `true` when
    /// all is done.
    ///
    /// # Errors
    /// [`GpuError::Unsuited`] where this target or estimator is not for single precision, and
    /// whatever the device reports. The batch is then as it was before this call, but what the
    /// device had of an open node is gone: begin anew.
    pub async fn advance(
        &mut self,
        formula: &Formula,
        mixture: &Mixture,
        work: &mut Accumulator,
    ) -> Result<bool, GpuError> {
        let piece = self.piece(formula, mixture)?;
        let Some(pipeline) = &piece.pipeline else {
            return Ok(true);
        };
        let gpu = self.program.gpu().clone();
        self.components.write(&gpu, &piece.components)?;
        self.draws.write(&gpu, &piece.draws)?;
        self.records.write(&gpu, &piece.records)?;
        let arrays =
            [&self.components, &self.places, &self.draws, &self.records, &self.open_sums, &self.totals];
        let tier = gpu.info().tier;
        let most = gpu.info().max_workgroups as usize * GROUP;
        let (mut recording, mut waiting) = (Recording::default(), 0);
        for (range, cost) in ranges(&piece.records, self.per_point()) {
            // All points at once if it can be, for the sake of the many units of the device.
            let some = (dispatch_limit(tier) / cost).next_multiple_of(GROUP).min(most);
            for first_point in (0..self.points).step_by(some) {
                if waiting >= piece_limit(tier) {
                    self.program.run(&std::mem::take(&mut recording), &arrays).await?;
                    waiting = 0;
                }
                let end_point = (first_point + some).min(self.points);
                let parameters = Parameters {
                    first_point: first_point as u32,
                    end_point: end_point as u32,
                    points: self.points as u32,
                    first: range.start as u32,
                    end: range.end as u32,
                    unit: piece.unit as u32,
                    replicates: formula.replicates() as u32,
                    fresh: if range.start > 0 { 0 } else { 1 + u32::from(!self.started) },
                };
                recording.add(
                    pipeline,
                    &parameters,
                    [(end_point - first_point).div_ceil(GROUP) as u32, 1, 1],
                );
                waiting += (end_point - first_point) * cost;
            }
        }
        let count = self.points * (formula.replicates() + 1);
        let totals: Vec<f32> = self.program.read(&recording, &arrays, &self.totals, count).await?;
        self.started = true;
        let (points, replicates) = (self.points, formula.replicates());
        let total = |i: usize, r: usize| piece.constants[r] + f64::from(totals[r * points + i]);
        let none = if piece.single { f64::NAN } else { 0.0 };
        let variance = |i: usize| none + f64::from(totals[replicates * points + i]);
        Ok(formula.absorb_nodes(work, piece.nodes, total, variance))
    }

    /// Evaluations a point that a dispatch of all points may take.
    fn per_point(&self) -> usize {
        (dispatch_limit(self.program.gpu().info().tier) / self.points).min(INVOCATION_LIMIT)
    }

    /// The next records, as many as go into a piece.
    fn piece(&mut self, formula: &Formula, mixture: &Mixture) -> Result<Piece, GpuError> {
        let tier = self.program.gpu().info().tier;
        let mut piece = Piece { constants: vec![0.0; formula.replicates()], ..Piece::default() };
        let mut components = [0; 2];
        let mut fresh = true;
        while piece.has_room() && piece.cost * self.points < piece_limit(tier) {
            let Some(mut current) = self.cursor.take(formula, mixture)? else { break };
            if std::mem::take(&mut fresh) {
                components = append(&current.packed, &mut piece.components);
                piece.unit = current.draws.unit;
                let form = f64::from(current.draws.form == super::Form::Stein);
                let constants = [("FULL", f64::from(current.packed.full)), ("STEIN", form)];
                piece.pipeline = Some(self.program.pipeline("accumulate", &constants));
            }
            // Few enough draws that a dispatch takes all points.
            let unit = current.draws.unit;
            let cost = unit * components[1] as usize;
            let units = (self.per_point() / cost).max(1);
            let left = current.draws.epsilon.len() - current.done;
            let some = (units * unit).min(left);
            let ends = some == left && current.place.ends_replicate;
            piece.push(&current, components, some, ends);
            current.done += some;
            if some < left {
                self.cursor.current = Some(current);
                continue;
            }
            self.cursor.block += 1;
            if current.place.ends_node {
                piece.nodes += 1;
                self.cursor.node += 1;
                self.cursor.block = 0;
                fresh = true;
            }
        }
        Ok(piece)
    }
}

impl Cursor {
    fn take(&mut self, formula: &Formula, mixture: &Mixture) -> Result<Option<Current>, GpuError> {
        if let Some(current) = self.current.take() {
            return Ok(Some(current));
        }
        let Some((block, place)) = formula.block(self.node, self.block) else { return Ok(None) };
        let packed = match &self.packed {
            Some((node, packed)) if *node == self.node => packed.clone(),
            _ => Arc::new(Packed::new(mixture, block.time).ok_or(GpuError::Unsuited)?),
        };
        self.packed = Some((self.node, packed.clone()));
        let draws = Draws::new(&block).ok_or(GpuError::Unsuited)?;
        Ok(Some(Current { place, replicate: block.noise.replicate, draws, packed, done: 0 }))
    }
}

impl Piece {
    fn has_room(&self) -> bool {
        self.nodes < NODES
            && self.records.len() < RECORDS
            && self.draws.len() < DRAWS
            && self.components.len() < COMPONENTS
    }

    fn push(&mut self, current: &Current, [first_component, components]: [u32; 2], some: usize, ends: bool) {
        let Current { place, draws, done, .. } = current;
        let first_draw = self.draws.len();
        self.draws.extend_from_slice(&draws.epsilon[*done..done + some]);
        let units = place.units as f64;
        self.records.push(Record {
            signal: draws.signal,
            deviation: draws.deviation,
            t: draws.t,
            shift: draws.shift,
            first_draw: first_draw as u32,
            end_draw: self.draws.len() as u32,
            first_component,
            components,
            weight: place.weight as f32,
            inverse_units: (1.0 / units) as f32,
            variance: if place.units > 1 { (place.weight.powi(2) / (units - 1.0)) as f32 } else { 0.0 },
            ends: if ends { 1 + current.replicate as u32 } else { 0 },
        });
        self.cost += some * components as usize;
        if ends {
            self.constants[current.replicate] += 2.0 * place.weight;
            self.single |= place.units == 1;
        }
    }
}

/// Cuts the records into ranges of at most `limit` evaluations a point, with what each costs.
fn ranges(records: &[Record], limit: usize) -> Vec<(std::ops::Range<usize>, usize)> {
    let mut ranges: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let cost = ((record.end_draw - record.first_draw) * record.components) as usize;
        match ranges.last_mut() {
            Some((range, sum)) if *sum + cost <= limit => {
                range.end = index + 1;
                *sum += cost;
            }
            _ => ranges.push((index..index + 1, cost)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_all_records_within_the_limit() {
        let record = |draws| Record { end_draw: draws, components: 4, ..Record::default() };
        let cut = |limit| ranges(&[1, 1, 3, 50, 1].map(record), limit);
        assert_eq!(cut(8), [(0..2, 8), (2..3, 12), (3..4, 200), (4..5, 4)]);
        assert_eq!(cut(1000), [(0..5, 224)]);
    }
}
