//! Sharing a request out among workers and putting their replies together again.
//!
//! Points are dealt like cards, point `i` to worker `i mod n`, so that every stage of a coarse to
//! fine order is shared evenly. The times of a grid are dealt in the same way, since each costs
//! about as much as its neighbours.

#[cfg(any(labs, kernels, lessons))]
use super::ForwardReply;
use super::messages::{GridReply, PointsReply, PointsRequest, Reply, Request};
use crate::math::{Estimate, Estimator, Part};

/// Fewer points than this are not worth sharing.
const FEW: usize = 64;

impl Request {
    /// Whether the fast workers speed it up: pictures in two dimensions by their kernels, points in more
    /// by sharing out.
    pub fn is_wide(&self) -> bool {
        match self {
            Self::Grid(_) => true,
            Self::Points(request) => {
                let dim = request.target.first().map_or(0, |c| c.mean.len());
                dim >= 2
                    && request.spec.estimator != Estimator::Quadrature
                    && request.points.len() >= fewest(dim) * dim
            }
            #[cfg(any(labs, kernels, lessons))]
            Self::Forward(request) => request.share(Part::WHOLE).is_some(),
            _ => false,
        }
    }

    /// Whether it takes the module that trains networks.
    pub fn is_training(&self) -> bool {
        #[cfg(any(labs, lessons))]
        return matches!(self, Self::Training(_));
        #[cfg(not(any(labs, lessons)))]
        false
    }

    /// Up to `n` requests whose replies, in the same order, [`merge`] to the reply to this one.
    pub fn split(self, n: usize) -> Vec<Self> {
        match self {
            Self::Points(request) if n > 1 => {
                let dim = request.target.first().map_or(1, |c| c.mean.len()).max(1);
                if request.points.len() < fewest(dim) * dim {
                    return vec![Self::Points(request)];
                }
                (0..n).map(|index| Self::Points(share(&request, dim, index, n))).collect()
            }
            Self::Grid(request) if n > 1 && request.part == Part::WHOLE => {
                let part = |index| Part { index, of: n };
                (0..n)
                    .map(|index| Self::Grid(super::GridRequest { part: part(index), ..request.clone() }))
                    .collect()
            }
            #[cfg(any(labs, kernels, lessons))]
            Self::Forward(request) if n > 1 => {
                let part = |index| request.share(Part { index, of: n }).map(Self::Forward);
                let parts: Option<Vec<Self>> = (0..n).map(part).collect();
                parts.unwrap_or_else(|| vec![Self::Forward(request)])
            }
            whole => vec![whole],
        }
    }
}

/// Above two dimensions each point is work for a while.
fn fewest(dim: usize) -> usize {
    if dim > 2 { 8 } else { FEW }
}

fn share(request: &PointsRequest, dim: usize, index: usize, of: usize) -> PointsRequest {
    let points = request.points.chunks_exact(dim).skip(index).step_by(of).flatten().copied().collect();
    let stages = request.stages.iter().map(|end| (end + of - 1 - index) / of).collect();
    PointsRequest { target: request.target.clone(), points, stages, ..*request }
}

/// The reply to a request from those to its parts; `None` where they are not of one kind.
pub fn merge(parts: Vec<Reply>) -> Option<Reply> {
    match parts.first()? {
        Reply::Grid(_) => merge_grids(parts),
        Reply::Points(_) if parts.len() > 1 => {
            let parts: Option<Vec<PointsReply>> = parts.into_iter().map(as_points).collect();
            merge_points(&parts?)
        }
        #[cfg(any(labs, kernels, lessons))]
        Reply::Forward(_) if parts.len() > 1 => {
            let as_forward = |reply| if let Reply::Forward(reply) = reply { Some(reply) } else { None };
            let parts: Option<Vec<ForwardReply>> = parts.into_iter().map(as_forward).collect();
            Some(Reply::Forward(ForwardReply::merge(parts?)?))
        }
        _ => parts.into_iter().next(),
    }
}

fn as_points(reply: Reply) -> Option<PointsReply> {
    match reply {
        Reply::Points(reply) => Some(reply),
        _ => None,
    }
}

fn merge_points(parts: &[PointsReply]) -> Option<Reply> {
    Some(Reply::Points(PointsReply {
        exact: interleave(parts.iter().map(|p| &p.exact[..]))?,
        formula: interleave(parts.iter().map(|p| &p.formula[..]))?,
        ode: interleave(parts.iter().map(|p| &p.ode[..]))?,
        elbo: interleave(parts.iter().map(|p| &p.elbo[..]))?,
        unresolved: parts.iter().any(|p| p.unresolved),
    }))
}

fn merge_grids(parts: Vec<Reply>) -> Option<Reply> {
    let parts: Option<Vec<GridReply>> = parts
        .into_iter()
        .map(|reply| match reply {
            Reply::Grid(reply) => Some(reply),
            _ => None,
        })
        .collect();
    let parts = parts?;
    let mut values = interleave(parts.iter().map(|p| &p.base[..]))?;
    for part in &parts {
        if part.fall.len() != values.len() {
            return None;
        }
        for (value, fall) in values.iter_mut().zip(&part.fall) {
            *value -= fall;
        }
    }
    Some(Reply::Points(PointsReply {
        exact: interleave(parts.iter().map(|p| &p.exact[..]))?,
        formula: values.into_iter().map(|value| Estimate { value, standard_error: None }).collect(),
        unresolved: parts.iter().any(|p| p.unresolved),
        ..PointsReply::default()
    }))
}

/// Deals backwards: entry `i` is entry `i / n` of list `i mod n`. `None` where the lengths cannot
/// be those of a deal.
fn interleave<'a, T: Copy + Default + 'a>(
    lists: impl ExactSizeIterator<Item = &'a [T]> + Clone,
) -> Option<Vec<T>> {
    let (n, total) = (lists.len(), lists.clone().map(<[T]>::len).sum::<usize>());
    let mut entries = vec![T::default(); total];
    for (index, list) in lists.enumerate() {
        if list.len() != (total + n - 1 - index) / n {
            return None;
        }
        for (entry, value) in entries.iter_mut().skip(index).step_by(n).zip(list) {
            *entry = *value;
        }
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealt_lists_come_back_in_order() {
        let all: Vec<u32> = (0..11).collect();
        for n in 1..5 {
            let hands: Vec<Vec<u32>> =
                (0..n).map(|k| all.iter().skip(k).step_by(n).copied().collect()).collect();
            assert_eq!(interleave(hands.iter().map(|h| &h[..])), Some(all.clone()));
        }
        assert_eq!(interleave([&[1][..], &[2, 3][..]].into_iter()), None);
    }
}
