//! Arrays on the device. They grow as needed and never shrink, so that one allocation serves
//! all the pieces of a job.

use super::{Gpu, GpuError};

/// An array on the device.
#[derive(Debug)]
pub struct Buffer {
    label: &'static str,
    usage: wgpu::BufferUsages,
    buffer: Option<wgpu::Buffer>,
}

/// Every array has room for a few numbers: a shader may not see an empty one.
const SMALLEST: u64 = 256;

impl Buffer {
    /// An array for shaders to read and write; without room as yet.
    pub fn storage(label: &'static str) -> Self {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        Self { label, usage, buffer: None }
    }

    /// Parameters of dispatches.
    pub(super) fn uniform(label: &'static str) -> Self {
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        Self { label, usage, buffer: None }
    }

    /// Room through which numbers come back.
    pub(super) fn back(label: &'static str) -> Self {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        Self { label, usage, buffer: None }
    }

    /// Makes room for so many bytes. Where the array had less, its contents are zeros now;
    /// `true` tells so.
    ///
    /// # Errors
    /// [`GpuError::TooLarge`] beyond the limit of the device. A lack of memory shows at the next
    /// wait.
    pub fn reserve(&mut self, gpu: &Gpu, bytes: u64) -> Result<bool, GpuError> {
        if self.size() >= bytes.max(SMALLEST) {
            return Ok(false);
        }
        let limit = gpu.info.max_array;
        if bytes > limit {
            return Err(GpuError::TooLarge { what: "bytes", asked: bytes, limit });
        }
        // Half as much again, so that slow growth costs few allocations; whole 256 bytes.
        let size = (bytes + self.size() / 2).clamp(SMALLEST, limit).next_multiple_of(SMALLEST);
        let descriptor = wgpu::BufferDescriptor {
            label: Some(self.label),
            size: if size > limit { bytes.next_multiple_of(4) } else { size },
            usage: self.usage,
            mapped_at_creation: false,
        };
        self.buffer = Some(gpu.device.create_buffer(&descriptor));
        Ok(true)
    }

    /// Writes values from the start on, making room for them.
    ///
    /// # Errors
    /// As [`Buffer::reserve`].
    pub fn write<T: bytemuck::NoUninit>(&mut self, gpu: &Gpu, values: &[T]) -> Result<(), GpuError> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        self.reserve(gpu, bytes.len() as u64)?;
        if let (Some(buffer), false) = (&self.buffer, bytes.is_empty()) {
            gpu.queue.write_buffer(buffer, 0, bytes);
        }
        Ok(())
    }

    /// Room in bytes.
    pub fn size(&self) -> u64 {
        self.buffer.as_ref().map_or(0, wgpu::Buffer::size)
    }

    /// The array itself; an error of this program where it has no room yet.
    pub(super) fn get(&self) -> Result<&wgpu::Buffer, GpuError> {
        self.buffer.as_ref().ok_or_else(|| GpuError::Internal(format!("{} has no room", self.label)))
    }
}
