//! A GPU to compute on: the device, what it can do, its buffers, and how work gets there and
//! numbers come back. Knows no mathematics.
//!
//! - [`Gpu::request`] asks for a device and says in a visitor's words why there is none.
//! - A [`Program`] is a shader with the buffers that it works on; [`Program::run`] sends a
//!   [`Recording`] of dispatches and waits for it, [`Program::read`] brings numbers back.
//! - [`Buffer`]s grow as needed and never shrink.
//!
//! Nothing here panics or hangs when a device goes away: every later call answers
//! [`GpuError::Lost`]. Waiting is `async`; natively a wait blocks its thread, in the browser it
//! gives way to the page.
//!
//! Left out on purpose: surfaces and drawing, and work on several devices at a time.

mod buffer;
mod program;

pub use buffer::Buffer;
pub use program::{Binding, Pipeline, Program, Recording, Shader};

use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// Why something cannot be computed on a GPU, in words for a visitor.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GpuError {
    /// The browser does not offer WebGPU here: an old one, or a page that is not served securely.
    #[error("this browser does not offer WebGPU on this page")]
    NoApi,
    /// There is no graphics adapter, or it is blocked.
    #[error("no graphics adapter is available")]
    NoAdapter,
    /// There is an adapter, but it gives no device; what it said.
    #[error("the graphics adapter refused: {0}")]
    Refused(String),
    /// The device went away: the driver was reset or updated, or the machine slept.
    #[error("the graphics adapter was lost")]
    Lost,
    /// A buffer did not fit.
    #[error("the graphics adapter has too little memory")]
    OutOfMemory,
    /// More is asked for at once than the adapter takes.
    #[error("the graphics adapter takes at most {limit} {what} at once, not {asked}")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How much is asked for.
        asked: u64,
        /// How much is possible.
        limit: u64,
    },
    /// The kernel is not made for these parameters; nothing has been done.
    #[error("this target is not for single precision")]
    Unsuited,
    /// A mistake of this program; what the driver said.
    #[error("an error on the graphics adapter: {0}")]
    Internal(String),
}

/// How capable a device is, as far as it decides how much work it is given at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// A graphics processor.
    Hardware,
    /// A driver that computes on the CPU: right, but slower than the SIMD kernels.
    Software,
}

/// What is known of the adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Its name; browsers keep it to themselves.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// Most bytes of an array that a shader may see.
    pub max_array: u64,
    /// Most workgroups along each axis of a dispatch.
    pub max_workgroups: u32,
}

/// A device; copies stand for the same one.
#[derive(Clone, Debug)]
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: Arc<Info>,
    trouble: Trouble,
    programs: program::Cache,
}

/// The first thing that went wrong outside of any call, if any.
#[derive(Clone, Debug, Default)]
struct Trouble(Arc<Mutex<Option<GpuError>>>);

impl Trouble {
    fn note(&self, error: GpuError) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A lost device explains all that goes wrong afterwards.
        if first.is_none() || error == GpuError::Lost {
            *first = Some(error);
        }
    }

    fn get(&self) -> Option<GpuError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory,
            error => Self::Internal(error.to_string()),
        }
    }
}

/// Storage arrays that a shader may have: what WebGPU guarantees everywhere.
const STORAGE_ARRAYS: u32 = 8;

impl Gpu {
    /// Asks for a device: the fast adapter where there are two.
    ///
    /// # Errors
    /// [`GpuError::NoApi`], [`GpuError::NoAdapter`] or [`GpuError::Refused`].
    pub async fn request() -> Result<Self, GpuError> {
        if !has_api() {
            return Err(GpuError::NoApi);
        }
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|_| GpuError::NoAdapter)?;
        let offered = adapter.limits();
        // Large arrays where they are offered, and else what every adapter has.
        let limits = wgpu::Limits {
            max_storage_buffers_per_shader_stage: STORAGE_ARRAYS,
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            max_buffer_size: offered.max_buffer_size,
            ..wgpu::Limits::downlevel_defaults()
        };
        let software = adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        let info = Info {
            name: adapter.get_info().name,
            tier: if software { Tier::Software } else { Tier::Hardware },
            max_array: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
            max_workgroups: limits.max_compute_workgroups_per_dimension,
        };
        let descriptor = wgpu::DeviceDescriptor { required_limits: limits, ..Default::default() };
        let refused = |error: wgpu::RequestDeviceError| GpuError::Refused(error.to_string());
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(refused)?;
        let trouble = Trouble::default();
        let lost = trouble.clone();
        device.set_device_lost_callback(move |_, _| lost.note(GpuError::Lost));
        let uncaptured = trouble.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| uncaptured.note(error.into())));
        Ok(Self { device, queue, info: Arc::new(info), trouble, programs: program::Cache::default() })
    }

    /// Whether both stand for the same device.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.info, &other.info)
    }

    /// What is known of the adapter.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Whether all is well so far.
    ///
    /// # Errors
    /// [`GpuError::Lost`] for ever after the device has gone, else the first error that no call
    /// has answered for.
    pub fn check(&self) -> Result<(), GpuError> {
        self.trouble.get().map_or(Ok(()), Err)
    }

    /// Gives the device back; every later call answers [`GpuError::Lost`]. Also how tests take
    /// it away.
    pub fn destroy(&self) {
        self.trouble.note(GpuError::Lost);
        self.device.destroy();
    }
}

/// Whether there is anything to ask: in a browser `navigator.gpu`.
#[cfg(target_arch = "wasm32")]
fn has_api() -> bool {
    let get = |object: &js_sys::Object, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
    let navigator = get(&js_sys::global(), "navigator").map(js_sys::Object::from);
    navigator.and_then(|navigator| get(&navigator, "gpu")).is_some_and(|gpu| gpu.is_object())
}

/// Natively the instance answers for itself.
#[cfg(not(target_arch = "wasm32"))]
fn has_api() -> bool {
    true
}
