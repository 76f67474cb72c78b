//! Steps of training a second in a browser, in a dedicated worker: by the library alone on minibatches that
//! are given, as TensorFlow.js does them in `benches/peers/tfjs/learn.js`, and whole, as the page does them.
//!
//! A worker of its own (`cargo xtask bench` builds and opens a page around it), which measures when it starts
//! and posts one line of JSON. Both sides have the same network, weights, numbers and rule, so the loss after
//! some steps is the same too.
//!
//! Left out on purpose: messages between page and worker, which are few while a network is trained.

#[cfg(target_arch = "wasm32")]
fn main() {
    if let Ok(scope) = wasm_bindgen::JsCast::dyn_into::<web_sys::DedicatedWorkerGlobalScope>(js_sys::global())
    {
        // Where nobody listens there is nothing to be said.
        let _ = scope.post_message(&measure::all().into());
    }
}

/// Workers exist in browsers only.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a module for a worker of a web page: run `cargo xtask bench`");
}

#[cfg(target_arch = "wasm32")]
mod measure {
    use burn_core::tensor::{Tensor, TensorData};
    use burn_optim::GradientsParams;
    use scorescope::learn::denoising::{Denoising, DenoisingSpec};
    use scorescope::learn::network::{Activation, Network, Tape};
    use scorescope::learn::optimiser::{Descent, Optimiser};
    use scorescope::learn::spec::Shape;
    use scorescope::math::Schedule;
    use scorescope::math::diffusion_loss::{WeightSpec, Weighting};
    use scorescope::math::targets::Preset;
    use std::sync::Arc;

    const WIDTHS: [usize; 5] = [9, 128, 128, 128, 2];
    const BATCH: usize = 256;
    /// Minibatches that are given in turn.
    const BATCHES: usize = 64;
    /// Steps after which the loss is told.
    const FIRST: usize = 10;
    const RULE: Descent = Descent::Adam(0.9, 0.999);
    const RATE: f64 = 2e-3;
    /// Runs, and about how long each is, milliseconds.
    const RUNS: usize = 5;
    const LENGTH: f64 = 1000.0;

    /// Uniform numbers in [-1, 1) from xorshift.
    fn uniform(seed: u32, count: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    /// The library alone.
    struct Given {
        network: Network<Tape>,
        optimiser: Optimiser,
        steps: usize,
    }

    impl Given {
        fn new() -> Self {
            let mut parameters = Vec::new();
            for (layer, pair) in WIDTHS.windows(2).enumerate() {
                let scale = (6.0 / pair[0] as f32).sqrt();
                parameters.extend(uniform(17 + layer as u32, pair[0] * pair[1]).iter().map(|u| u * scale));
                parameters.resize(parameters.len() + pair[1], 0.0);
            }
            let network = Network::of(&WIDTHS, Activation::Silu, &parameters);
            Self { network, optimiser: Optimiser::new(RULE, RATE), steps: 0 }
        }

        fn step(&mut self) -> f64 {
            let x = uniform(1000 + (self.steps % BATCHES) as u32, BATCH * WIDTHS[0]);
            let rows = x.chunks_exact(WIDTHS[0]);
            let y = rows.flat_map(|r| [r[0] * r[1] + 0.5 * r[2], r[3] * r[4] * r[5] - r[6]]).collect();
            let device = Default::default();
            let tensor = |numbers: Vec<f32>| {
                let shape = [BATCH, numbers.len() / BATCH];
                Tensor::<Tape, 2>::from_data(TensorData::new(numbers, shape), &device)
            };
            let errors = self.network.forward(tensor(x)) - tensor(y);
            let loss = (errors.clone() * errors).mean();
            let value = loss.clone().into_scalar();
            let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
            self.network = self.optimiser.step(self.network.clone(), gradients);
            self.steps += 1;
            f64::from(value)
        }
    }

    /// The page's training of the same network, with its draws.
    fn whole() -> Denoising {
        let weights = WeightSpec { schedule: Schedule::LiYan { c0: 2.0, c1: 4.0 }, steps: 100, gamma: 5.0 };
        let spec = DenoisingSpec {
            shape: Shape { width: WIDTHS[1], depth: WIDTHS.len() - 2 },
            weighting: Weighting::Formula,
            weights,
            rule: RULE,
            rate: RATE,
            batch: BATCH,
            seed: 1,
            given: 0,
        };
        Denoising::new(Arc::new(Preset::Ring8.mixture()), &spec)
    }

    /// Steps a second, run by run, the least first.
    fn rates(mut step: impl FnMut()) -> Vec<f64> {
        let mut run = |steps: usize| {
            let start = js_sys::Date::now();
            (0..steps).for_each(|_| step());
            1e3 * steps as f64 / (js_sys::Date::now() - start).max(1.0)
        };
        // The first steps are compiled as they go: they do not count.
        let steps = (run(40) * LENGTH / 1e3).max(2.0) as usize;
        let mut rates: Vec<f64> = (0..RUNS).map(|_| run(steps)).collect();
        rates.sort_by(f64::total_cmp);
        rates
    }

    fn first_loss() -> f64 {
        let mut given = Given::new();
        (0..FIRST).map(|_| given.step()).last().unwrap_or(f64::NAN)
    }

    /// One line of JSON.
    pub(super) fn all() -> String {
        let (loss, again) = (first_loss(), first_loss());
        let mut given = Given::new();
        let alone = rates(|| {
            given.step();
        });
        let mut training = whole();
        let mut failed = false;
        let whole = rates(|| failed |= training.step().is_err());
        if failed {
            return "{\"error\":\"training has failed\"}".to_owned();
        }
        let series = |rates: &[f64]| {
            let (least, middle, most) = (rates[0], rates[RUNS / 2], rates[RUNS - 1]);
            format!("\"steps_per_second\":{middle},\"least\":{least},\"most\":{most}")
        };
        format!(
            "{{\"given\":{{\"loss\":{loss},\"same\":{},{}}},\"whole\":{{{}}}}}",
            loss.to_bits() == again.to_bits(),
            series(&alone),
            series(&whole)
        )
    }
}
