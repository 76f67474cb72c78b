//! The score field on a GPU: an invocation is a point.

use crate::gpu::{Binding, Buffer, Gpu, GpuError, Program, Recording, Shader};
use crate::kernels::Packed;
use crate::kernels::gpu::{GROUP, append, dispatch_limit, piece_limit};
use bytemuck::NoUninit;

/// The shader and its bindings.
pub const SHADER: Shader = Shader {
    label: "field",
    source: concat!(include_str!("../sums.wgsl"), include_str!("field.wgsl")),
    parameters: size_of::<Parameters>() as u64,
    arrays: &[Binding::Read, Binding::Read, Binding::Write],
};

/// Of one dispatch; `Parameters` of `field.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub struct Parameters {
    /// First point.
    pub first: u32,
    /// End of the points.
    pub end: u32,
    /// Points in all.
    pub points: u32,
    /// Components.
    pub count: u32,
    /// What is added to each coordinate of the score.
    pub shift: f32,
}

/// The score field at points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// The score, without the shift.
    pub scores: Vec<[f32; 2]>,
    /// `f_t`, of the score with the shift.
    pub stein: Vec<f32>,
}

/// The kernel on a device.
#[derive(Debug)]
pub struct FieldGpu {
    program: Program,
    components: Buffer,
    places: Buffer,
    values: Buffer,
}

impl FieldGpu {
    /// The kernel on a device.
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            program: Program::new(gpu, SHADER),
            components: Buffer::storage("components"),
            places: Buffer::storage("points"),
            values: Buffer::storage("score field"),
        }
    }

    /// The field at points, in dispatches of limited length.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn evaluate(
        &mut self,
        packed: &Packed,
        points: &[[f32; 2]],
        shift: f32,
    ) -> Result<Values, GpuError> {
        if points.is_empty() {
            return Ok(Values::default());
        }
        let gpu = self.program.gpu().clone();
        let mut components = Vec::new();
        let [_, count] = append(packed, &mut components);
        self.components.write(&gpu, &components)?;
        self.places.write(&gpu, points)?;
        self.values.reserve(&gpu, 12 * points.len() as u64)?;
        let pipeline = self.program.pipeline("evaluate", &[("FULL", f64::from(packed.full))]);
        let most = gpu.info().max_workgroups as usize * GROUP;
        let limit = |evaluations: usize| (evaluations / count as usize).clamp(GROUP, most);
        let (some, piece) = (limit(dispatch_limit(gpu.info().tier)), piece_limit(gpu.info().tier));
        let mut recording = Recording::default();
        let mut waiting = 0;
        for first in (0..points.len()).step_by(some) {
            let end = (first + some).min(points.len());
            let parameters = Parameters {
                first: first as u32,
                end: end as u32,
                points: points.len() as u32,
                count,
                shift,
            };
            recording.add(&pipeline, &parameters, [(end - first).div_ceil(GROUP) as u32, 1, 1]);
            waiting += (end - first) * count as usize;
            if waiting >= piece && end < points.len() {
                self.program
                    .run(&std::mem::take(&mut recording), &[&self.components, &self.places, &self.values])
                    .await?;
                waiting = 0;
            }
        }
        let arrays = [&self.components, &self.places, &self.values];
        let values = self.program.read(&recording, &arrays, &self.values, 3 * points.len()).await?;
        let (scores, stein) = values.split_at(2 * points.len());
        let (xs, ys) = scores.split_at(points.len());
        Ok(Values { scores: xs.iter().zip(ys).map(|(x, y)| [*x, *y]).collect(), stein: stein.to_vec() })
    }
}
