//! What the kernels share on a GPU: components as shaders read them, and how much one dispatch
//! is given to do.

use super::{Packed, PackedComponent};
use crate::gpu::Tier;

/// Invocations of a workgroup along a line of points: the `@workgroup_size` of the shaders.
pub(super) const GROUP: usize = 64;

/// Components are read this many at a time.
const BLOCK: usize = 4;

/// Filler: its exponent is far below all others, so that it has no part in any sum.
const NOTHING: PackedComponent =
    PackedComponent { mean: [0.0; 2], a: 0.0, b: 0.0, c: 0.0, log2_norm: -1e30, trace: 0.0, padding: 0.0 };

/// Appends the components, filled up to whole blocks; where they start and how many there are.
pub(super) fn append(packed: &Packed, all: &mut Vec<PackedComponent>) -> [u32; 2] {
    let first = all.len();
    all.extend_from_slice(&packed.components);
    all.resize(all.len().next_multiple_of(BLOCK), NOTHING);
    [first as u32, (all.len() - first) as u32]
}

/// Evaluations of mixture components that one dispatch may take.
///
/// What shares the adapter, the visitor's desktop first of all, waits for whole dispatches, and
/// drivers reset an adapter that has not answered for some seconds. A phone does some 1 G
/// evaluations a second, an integrated adapter 5 G, a discrete one 100 G or more: 60 ms, 10 ms
/// and 1 ms. In software 50 M a second are 80 ms.
pub(super) fn dispatch_limit(tier: Tier) -> usize {
    match tier {
        Tier::Hardware => 1 << 26,
        Tier::Software => 1 << 22,
    }
}

/// Evaluations that one invocation may take in a dispatch, one after the other: a millisecond or
/// so. More would leave the device to a few slow invocations, and llvmpipe ends the loops of an
/// invocation after 65,535 rounds in all, without a word.
pub(super) const INVOCATION_LIMIT: usize = 1 << 15;

/// Evaluations between two waits, at which a caller may stop: a few dispatches, so that fast
/// adapters do not idle while the CPU hears of the end and sends more.
pub(super) fn piece_limit(tier: Tier) -> usize {
    match tier {
        Tier::Hardware => 4 * dispatch_limit(tier),
        Tier::Software => dispatch_limit(tier),
    }
}
