"""W1: the plain estimator of the score-based density formula on a 128 x 128 grid.

At each point of the grid, log rho_0(x) = -(1 + log 2 pi) d/2 - the integral over lambda in [-9, 9]
of 0.5 (mean over draws |eps + sqrt(t) s_t(X_t)|^2 - d (1 - t)), with t = sigmoid(lambda) and
X_t = sqrt(1-t) x + sqrt(t) eps: the trapezoid rule over 64 times, 32 draws a time shared by the
grid, 8 components, so 128 * 128 * 64 * 32 * 8 component evaluations. Everything is float32. The
time runs from the grid and the draws in memory to the 16384 answers in memory.
"""

import math

from common import arguments, clock, log_density, means, normals, report

SIDE, TIMES, DRAWS = 128, 64, 32
CONSTANT = -(1 + math.log(2 * math.pi))


def problem():
    """The grid, the quadrature and the draws, as float32 arrays."""
    import numpy as np

    axis = np.linspace(-4, 4, SIDE)
    x, y = (c.ravel() for c in np.meshgrid(axis, axis))
    lam = np.linspace(-9, 9, TIMES)
    t, u = 1 / (1 + np.exp(-lam)), 1 / (1 + np.exp(lam))  # u = 1 - t
    weight = np.full(TIMES, 18 / 63)
    weight[[0, -1]] /= 2
    eps = normals(TIMES * DRAWS * 2).reshape(TIMES, DRAWS, 2)
    return [a.astype(np.float32) for a in (x, y, t, u, weight, eps, means())]


def numpy_peer(threads):
    """A block of the grid and four draws at a time, so that a step fits in a core's cache.

    A logit is a part that depends on the point plus a part that depends on the draw, so that one
    addition makes it; the three sums over the components are one small matrix product. A logit far
    below the largest is held at -80: its exponential is nothing either way, and subnormal numbers
    would slow the product down. NumPy lets go of the interpreter's lock, so that blocks run in
    threads.
    """
    import os

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    block, draws = 8192, 4
    x, y, t, u, weight, eps, m = problem()
    points, answer = np.stack([x, y]), np.empty_like(x)
    a, b, v = np.sqrt(u), np.sqrt(t), np.float32(0.04) * u + t
    lowest = np.float32(-80)

    def share(part):
        here = points[:, part]
        n = here.shape[1]
        logit, top = np.empty((8, draws, n), np.float32), np.empty((draws, n), np.float32)
        sums, g = np.empty((3, draws * n), np.float32), np.empty((2, draws, n), np.float32)
        total, square = np.zeros(n, np.float32), np.empty(n, np.float32)
        for i in range(TIMES):
            mean = a[i] * m
            base = (mean * (a[i] / v[i])) @ here - (mean * mean).sum(1, keepdims=True) / (2 * v[i])
            shift = (mean @ eps[i].T * (b[i] / v[i]))[:, :, None]
            rows = np.concatenate([np.ones((1, 8), np.float32), mean.T * (b[i] / v[i])])
            drift = (here * (a[i] * b[i] / v[i]))[:, None]
            offset = (eps[i] * (1 - t[i] / v[i])).T[:, :, None]
            total -= weight[i] * u[i]
            for k in range(0, DRAWS, draws):
                np.add(base[:, None], shift[:, k : k + draws], out=logit)
                np.maximum.reduce(logit, axis=0, out=top)
                np.subtract(logit, top, out=logit)
                np.maximum(logit, lowest, out=logit)
                np.exp(logit, out=logit)
                np.matmul(rows, logit.reshape(8, -1), out=sums)
                np.divide(sums[1:], sums[0], out=g.reshape(2, -1))
                np.subtract(g, drift, out=g)
                np.add(g, offset[:, k : k + draws], out=g)
                np.multiply(g, g, out=g)
                np.add.reduce(g.reshape(-1, n), axis=0, out=square)
                total += weight[i] * np.float32(0.5 / DRAWS) * square
        answer[part] = CONSTANT - total

    pool = ThreadPoolExecutor(threads)
    parts = [slice(i, i + block) for i in range(0, x.size, block)]

    def run():
        list(pool.map(share, parts))
        return answer

    return run, np.__version__


def jax_peer(threads):
    """jit of a scan over times and a scan over draws, four draws unrolled, the grid as one vector.

    The eight components are written out, so that XLA fuses a draw into one loop over the points
    that keeps everything in vector registers. XLA does not split such a loop among threads; the
    grid is therefore sharded over as many CPU devices as there are threads.
    """
    import jax

    jax.config.update("jax_num_cpu_devices", threads)
    import jax.numpy as jnp
    import numpy as np
    from jax import lax
    from jax.sharding import NamedSharding, PartitionSpec

    def estimate(x, y, t, u, weight, eps, m):
        def at_time(total, now):
            t, u, weight, eps = now
            a, b, v = jnp.sqrt(u), jnp.sqrt(t), 0.04 * u + t
            mx, my = a * m[:, 0], a * m[:, 1]
            half = 0.5 * (mx * mx + my * my)

            def draw(square, e):
                px, py = a * x + b * e[0], a * y + b * e[1]
                logits = [px * (mx[j] / v) + (py * (my[j] / v) - half[j] / v) for j in range(8)]
                top = logits[0]
                for l in logits[1:]:
                    top = jnp.maximum(top, l)
                r = [jnp.exp(l - top) for l in logits]
                scale = 1 / sum(r)
                gx = e[0] + b / v * (sum(r[j] * mx[j] for j in range(8)) * scale - px)
                gy = e[1] + b / v * (sum(r[j] * my[j] for j in range(8)) * scale - py)
                return square + gx * gx + gy * gy, None

            square, _ = lax.scan(draw, jnp.zeros_like(x), eps, unroll=4)
            return total + weight * 0.5 * (square / DRAWS - 2 * u), None

        total, _ = lax.scan(at_time, jnp.zeros_like(x), (t, u, weight, eps))
        return CONSTANT - total

    mesh = jax.make_mesh((threads,), ("points",))
    split, whole = PartitionSpec("points"), PartitionSpec()
    specs = (split, split) + (whole,) * 5
    inputs = [jax.device_put(a, NamedSharding(mesh, s)) for a, s in zip(problem(), specs)]
    compiled = jax.jit(jax.shard_map(estimate, mesh=mesh, in_specs=specs, out_specs=split, check_vma=False))
    return lambda: np.asarray(compiled(*inputs)), jax.__version__


def torch_peer(threads):
    """torch.compile of eight draws a call, the eight components written out.

    The scalars of every draw are first laid out in one table, so that a call is one loop over the
    points. The exponential is written out as well (a rounding, the Cephes polynomial of 2^f and the
    bits of 2^n), because the library's is a call for each vector and slow on subnormal results. The
    largest logit is found by `where`, which unlike `maximum` has no NaN to carry.
    """
    import shutil

    import torch
    from torch._inductor import config

    compiler = any(map(shutil.which, ("g++", "clang++")))
    compiled = torch.compile(dynamic=False) if compiler else lambda step: step  # eager without one
    torch.set_num_threads(threads)
    config.cpp.enable_floating_point_contract_flag = "fast"
    x, y, t, u, weight, eps, m = (torch.from_numpy(a) for a in problem())

    def exp(z):
        z = torch.clamp(z * 1.4426950408889634, min=-126.0)
        n = torch.round(z)
        f = z - n
        p = f * 1.535336188e-4 + 1.339887440e-3
        for c in (9.618437357e-3, 5.550332471e-2, 2.402264791e-1, 6.931472028e-1, 1.0):
            p = p * f + c
        return p * ((n.to(torch.int32) + 127) << 23).view(torch.float32)

    def table():
        """A row a draw: what multiplies and what is added, then five scalars a component."""
        a, b, v = u.sqrt()[:, None], t.sqrt()[:, None], (0.04 * u + t)[:, None]
        mx, my = a * m[:, 0], a * m[:, 1]
        weights = weight[:, None] * 0.5 / DRAWS
        draw = [b * eps[..., 0], b * eps[..., 1], eps[..., 0], eps[..., 1]]
        time = [a, b / v, weights, weights * 2 * u[:, None]]
        component = torch.cat([mx / v, my / v, (mx * mx + my * my) / (2 * v), mx, my], 1)
        rows = torch.stack(draw + [c.expand(TIMES, DRAWS) for c in time], 2)
        return torch.cat([rows, component[:, None].expand(-1, DRAWS, -1)], 2).reshape(TIMES * DRAWS, 48)

    @compiled
    def step(total, x, y, rows):
        for row in rows.unbind():
            bx, by, ex, ey, a, drift, weight, base = row[:8].unbind()
            kx, ky, half, mx, my = (row[8 * i : 8 * i + 8] for i in range(1, 6))
            px, py = a * x + bx, a * y + by
            logits = [px * kx[j] + (py * ky[j] - half[j]) for j in range(8)]
            top = logits[0]
            for l in logits[1:]:
                top = torch.where(l > top, l, top)
            r = [exp(l - top) for l in logits]
            scale = 1 / sum(r)
            gx = ex + drift * (sum(r[j] * mx[j] for j in range(8)) * scale - px)
            gy = ey + drift * (sum(r[j] * my[j] for j in range(8)) * scale - py)
            total = total + (weight * (gx * gx + gy * gy) - base)
        return total

    @torch.inference_mode()
    def run():
        total = torch.zeros_like(x)
        for rows in table().split(8):
            total = step(total, x, y, rows)
        return (CONSTANT - total).numpy()

    return run, torch.__version__


def measure(args, run, version):
    """Times a peer and prints its line."""
    value, best, median = clock(run, args.repeats)
    import numpy as np

    x, y = (c.astype(np.float64) for c in problem()[:2])
    exact = log_density(x, y)
    error = np.abs(value - exact)[exact > math.log(1e-3)].max()
    evaluations = SIDE * SIDE * TIMES * DRAWS * 8
    report(
        peer=args.peer,
        version=version,
        threads=args.threads,
        seconds=best,
        median_seconds=median,
        component_evaluations_per_second=evaluations / best,
        max_error=float(error),
    )


def main():
    args = arguments(__doc__, ["numpy", "jax", "torch"])
    peer = {"numpy": numpy_peer, "jax": jax_peer, "torch": torch_peer}[args.peer]
    measure(args, *peer(args.threads))


if __name__ == "__main__":
    main()
