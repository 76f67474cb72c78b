//! Shaders and the work that they are given.

use super::{Buffer, Gpu, GpuError};
use bytemuck::NoUninit;
use futures_channel::oneshot;
use std::collections::HashMap;
use std::future::Future;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};

/// What a shader sees at a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// An array that it reads.
    Read,
    /// An array that it writes.
    Write,
}

/// A shader in WGSL: binding 0 of group 0 is the dispatch's parameters, a uniform; the arrays
/// follow from binding 1 on.
#[derive(Clone, Copy, Debug)]
pub struct Shader {
    /// Its name, the same for the same source.
    pub label: &'static str,
    /// The text.
    pub source: &'static str,
    /// Size of the parameters in bytes.
    pub parameters: u64,
    /// The arrays.
    pub arrays: &'static [Binding],
}

/// An entry point of a shader, compiled.
#[derive(Clone, Debug)]
pub struct Pipeline(wgpu::ComputePipeline);

/// Modules and pipelines by name, so that each is compiled once a device.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache(Arc<Mutex<Compiled>>);

#[derive(Debug, Default)]
struct Compiled {
    modules: HashMap<&'static str, Module>,
    pipelines: HashMap<String, Pipeline>,
}

#[derive(Clone, Debug)]
struct Module {
    shader: wgpu::ShaderModule,
    group: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
}

/// A shader on a device, with what it needs to be run.
#[derive(Debug)]
pub struct Program {
    gpu: Gpu,
    shader: Shader,
    module: Module,
    parameters: Buffer,
    back: Buffer,
}

/// Dispatches to be run one after the other; each sees what those before it wrote.
#[derive(Debug, Default)]
pub struct Recording {
    parameters: Vec<u8>,
    dispatches: Vec<(Pipeline, u32, [u32; 3])>,
}

/// Distance between the parameters of two dispatches: what every adapter takes.
const ALIGNMENT: usize = 256;

impl Program {
    /// The shader on the device.
    pub fn new(gpu: &Gpu, shader: Shader) -> Self {
        let mut compiled = gpu.programs.0.lock().unwrap_or_else(PoisonError::into_inner);
        let module =
            compiled.modules.entry(shader.label).or_insert_with(|| Module::new(gpu, &shader)).clone();
        drop(compiled);
        let (parameters, back) = (Buffer::uniform("parameters"), Buffer::back("numbers on their way back"));
        Self { gpu: gpu.clone(), shader, module, parameters, back }
    }

    /// An entry point with the values of its `override` constants.
    pub fn pipeline(&self, entry: &str, constants: &[(&str, f64)]) -> Pipeline {
        let key = format!("{} {entry} {constants:?}", self.shader.label);
        let mut compiled = self.gpu.programs.0.lock().unwrap_or_else(PoisonError::into_inner);
        let create = || {
            Pipeline(self.gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: Some(&self.module.layout),
                module: &self.module.shader,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
                cache: None,
            }))
        };
        compiled.pipelines.entry(key).or_insert_with(create).clone()
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Runs what is recorded on these arrays, in the order of the shader's bindings, and waits
    /// until it is done.
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] for too many workgroups, [`GpuError::Lost`] and whatever else the
    /// device reports.
    pub async fn run(&mut self, recording: &Recording, arrays: &[&Buffer]) -> Result<(), GpuError> {
        let done = self.gpu.clone().guarded(|gpu| {
            self.send(recording, arrays, None)?;
            let (send, receive) = oneshot::channel();
            gpu.queue.on_submitted_work_done(move || {
                // Whoever waited may be gone.
                let _ = send.send(());
            });
            Ok(receive)
        });
        let done = done.await?;
        self.gpu.wait(done).await
    }

    /// The same, and then reads the first `count` numbers of an array.
    ///
    /// # Errors
    /// As [`Program::run`].
    pub async fn read<T: bytemuck::AnyBitPattern + NoUninit>(
        &mut self,
        recording: &Recording,
        arrays: &[&Buffer],
        from: &Buffer,
        count: usize,
    ) -> Result<Vec<T>, GpuError> {
        let bytes = (size_of::<T>() * count) as u64;
        let done = self.gpu.clone().guarded(|gpu| {
            self.back.reserve(gpu, bytes)?;
            self.send(recording, arrays, Some((from, bytes)))?;
            let (send, receive) = oneshot::channel();
            let map = self.back.get()?.slice(..bytes);
            map.map_async(wgpu::MapMode::Read, move |result| {
                let _ = send.send(result.is_ok());
            });
            Ok(receive)
        });
        let done = done.await?;
        let mapped = self.gpu.wait(done).await?;
        let back = self.back.get()?;
        let values = match back.slice(..bytes).get_mapped_range() {
            Ok(view) if mapped => Ok(bytemuck::pod_collect_to_vec(&view)),
            _ => Err(GpuError::Internal("the numbers did not come back".into())),
        };
        back.unmap();
        values
    }

    fn send(
        &mut self,
        recording: &Recording,
        arrays: &[&Buffer],
        copy: Option<(&Buffer, u64)>,
    ) -> Result<(), GpuError> {
        let most = self.gpu.info.max_workgroups;
        for (_, _, groups) in &recording.dispatches {
            if let Some(asked) = groups.iter().find(|n| **n > most) {
                let (asked, limit) = (u64::from(*asked), u64::from(most));
                return Err(GpuError::TooLarge { what: "workgroups", asked, limit });
            }
        }
        self.parameters.write(&self.gpu, &recording.parameters)?;
        let group = self.bind(arrays)?;
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for (pipeline, offset, [x, y, z]) in &recording.dispatches {
            pass.set_pipeline(&pipeline.0);
            pass.set_bind_group(0, &group, &[*offset]);
            pass.dispatch_workgroups(*x, *y, *z);
        }
        drop(pass);
        if let Some((from, bytes)) = copy {
            encoder.copy_buffer_to_buffer(from.get()?, 0, self.back.get()?, 0, bytes);
        }
        self.gpu.queue.submit([encoder.finish()]);
        Ok(())
    }

    fn bind(&self, arrays: &[&Buffer]) -> Result<wgpu::BindGroup, GpuError> {
        let parameters = wgpu::BufferBinding {
            buffer: self.parameters.get()?,
            offset: 0,
            size: NonZeroU64::new(self.shader.parameters),
        };
        let mut entries =
            vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(parameters) }];
        for (binding, array) in (1..).zip(arrays) {
            entries.push(wgpu::BindGroupEntry { binding, resource: array.get()?.as_entire_binding() });
        }
        Ok(self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.shader.label),
            layout: &self.module.group,
            entries: &entries,
        }))
    }
}

impl Recording {
    /// Adds a dispatch of so many workgroups along each axis.
    pub fn add<P: NoUninit>(&mut self, pipeline: &Pipeline, parameters: &P, groups: [u32; 3]) {
        let offset = self.parameters.len().next_multiple_of(ALIGNMENT);
        self.parameters.resize(offset, 0);
        self.parameters.extend_from_slice(bytemuck::bytes_of(parameters));
        self.dispatches.push((pipeline.clone(), offset as u32, groups));
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.dispatches.is_empty()
    }
}

impl Module {
    fn new(gpu: &Gpu, shader: &Shader) -> Self {
        let entry = |binding, ty, has_dynamic_offset, size| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: size },
            count: None,
        };
        let size = NonZeroU64::new(shader.parameters);
        let mut entries = vec![entry(0, wgpu::BufferBindingType::Uniform, true, size)];
        for (binding, array) in (1..).zip(shader.arrays) {
            let read_only = *array == Binding::Read;
            entries.push(entry(binding, wgpu::BufferBindingType::Storage { read_only }, false, None));
        }
        let label = Some(shader.label);
        let group = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
        let layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(&group)],
            immediate_size: 0,
        });
        let source = wgpu::ShaderSource::Wgsl(shader.source.into());
        let shader = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
        Self { shader, group, layout }
    }
}

impl Gpu {
    /// Runs calls to the device and collects what it has against them.
    fn guarded<T, F: FnOnce(&Self) -> Result<T, GpuError>>(
        &self,
        calls: F,
    ) -> impl Future<Output = Result<T, GpuError>> + use<T, F> {
        let outcome = self.check().map(|()| {
            let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
            let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
            let value = calls(self);
            // The pops take effect at once, in this order; only their answers are waited for.
            (value, validation.pop(), memory.pop())
        });
        let gpu = self.clone();
        async move {
            let (value, validation, memory) = outcome?;
            let (validation, memory) = (validation.await, memory.await);
            // A lost device is behind all other errors, and a lack of memory behind invalid use.
            gpu.check()?;
            match memory.or(validation) {
                Some(error) => Err(error.into()),
                None => value,
            }
        }
    }

    /// Waits for what a callback sends.
    async fn wait<T>(&self, answer: oneshot::Receiver<T>) -> Result<T, GpuError> {
        #[cfg(not(target_arch = "wasm32"))]
        if self.device.poll(wgpu::PollType::wait_indefinitely()).is_err() {
            self.check()?;
            return Err(GpuError::Lost);
        }
        // A callback that is dropped without having been called belonged to a lost device.
        let answer = answer.await.map_err(|_| GpuError::Lost);
        self.check()?;
        answer
    }
}
