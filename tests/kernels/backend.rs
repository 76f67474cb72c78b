//! The kernels as the tests call them, whatever computes.

#[cfg(feature = "gpu")]
use scorescope::gpu::Gpu;
use scorescope::kernels::blur::Blur;
#[cfg(feature = "gpu")]
use scorescope::kernels::blur::gpu::BlurGpu;
#[cfg(feature = "gpu")]
use scorescope::kernels::field::gpu::FieldGpu;
#[cfg(feature = "gpu")]
use scorescope::kernels::particles::gpu::ParticlesGpu;
use scorescope::kernels::particles::{Motion, Noise, Particles};
use scorescope::kernels::plain::Plain;
#[cfg(feature = "gpu")]
use scorescope::kernels::plain::gpu::PlainGpu;
use scorescope::kernels::{Level, Packed, field};
use scorescope::math::{Axis, Estimate, Formula, FormulaSpec, Mixture, Part, Quality};
use std::sync::Arc;

/// What computes.
pub(crate) enum Backend {
    /// SIMD lanes of some width.
    Cpu(Level),
    /// A device.
    #[cfg(feature = "gpu")]
    Gpu(Gpu),
}

/// Score and `f_t` at a point.
pub(crate) type Field = ([f32; 2], f32);

impl Backend {
    /// The score field at points.
    pub(crate) async fn field(&self, packed: &Packed, points: &[[f32; 2]], shift: f32) -> Vec<Field> {
        match self {
            Self::Cpu(level) => {
                let (xs, ys): (Vec<f32>, Vec<f32>) = points.iter().map(|p| (p[0], p[1])).unzip();
                let mut scores = vec![[0.0; 2]; points.len()];
                field::scores(*level, packed, &xs, &ys, &mut scores);
                let mut stein = vec![0.0; points.len()];
                // Points come in rows of one `y` each.
                let mut done = 0;
                for row in points.chunk_by(|a, b| a[1] == b[1]) {
                    let range = done..done + row.len();
                    field::row(*level, packed, &xs[range.clone()], row[0][1], shift, &mut stein[range]);
                    done += row.len();
                }
                scores.into_iter().zip(stein).collect()
            }
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => {
                let values = FieldGpu::new(gpu).evaluate(packed, points, shift).await.expect("a field");
                values.scores.into_iter().zip(values.stein).collect()
            }
        }
    }

    /// The formula at points.
    pub(crate) async fn plain(&self, formula: &Formula, mixture: &Mixture, points: &[f64]) -> Vec<Estimate> {
        let mut work = formula.begin(points.to_vec());
        match self {
            Self::Cpu(level) => {
                let mut plain = Plain::new(&work, *level);
                while !plain.advance(formula, mixture, &mut work).expect("single precision") {}
            }
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => {
                let mut plain = PlainGpu::new(gpu);
                plain.begin(&work, formula).expect("room for the points");
                while !plain.advance(formula, mixture, &mut work).await.expect("a piece") {}
            }
        }
        formula.finish(work)
    }

    /// `Σ_k weight_k m_k` on a grid, over a share of the nodes.
    pub(crate) async fn blur(
        &self,
        mixture: &Arc<Mixture>,
        spec: &FormulaSpec,
        quality: Quality,
        axes: [Axis; 2],
        part: Part,
    ) -> Vec<f64> {
        match self {
            Self::Cpu(level) => {
                let mut blur =
                    Blur::new(mixture.clone(), spec, quality, axes, part, *level).expect("single precision");
                while !blur.advance() {}
                blur.finish()
            }
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => {
                let mut blur = BlurGpu::new(gpu);
                blur.begin(mixture.clone(), spec, quality, axes, part).expect("room for the grid");
                while !blur.advance().await.expect("a piece") {}
                blur.finish().expect("all done")
            }
        }
    }
    /// The particles after some steps.
    pub(crate) async fn particles(&self, start: &Particles, steps: &[(&Motion, Noise)]) -> Particles {
        match self {
            Self::Cpu(level) => {
                let mut particles = start.clone();
                for (motion, noise) in steps {
                    particles.advance(*level, motion, *noise);
                }
                particles
            }
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => {
                let mut particles = ParticlesGpu::new(gpu);
                particles.write(start).expect("room for the particles");
                particles.advance(steps).await.expect("steps");
                particles.read().await.expect("particles")
            }
        }
    }
}
