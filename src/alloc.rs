//! The system allocator behind functions that are never inlined.
//!
//! With fat link-time optimisation LLVM can look through an inlined `dealloc` of the WebAssembly
//! allocator, conclude that the header it reads before the block lies outside of it, and turn
//! the drop of a vector into a trap. Seen with rustc 1.96 (LLVM 22) in a smaller program than this
//! one; `tests/browser.rs` keeps the loop. The barrier costs nothing measurable and makes the
//! module smaller.

use std::alloc::{GlobalAlloc, Layout, System};

struct Opaque;

#[expect(unsafe_code, reason = "an allocator is an unsafe trait; every call is passed on as it came")]
// SAFETY: all four methods forward their arguments unchanged to `System`, which upholds the
// contract.
unsafe impl GlobalAlloc for Opaque {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Opaque = Opaque;
