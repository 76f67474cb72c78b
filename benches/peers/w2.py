"""W2: the time to a log-density within 5e-3 nats of the exact one on a 256 x 256 grid.

The formula is log rho_0(x) = -(1 + log 2 pi) d/2 - int_0^1 D(t, x) dt, where, with w = t/(1-t),
D dt = (d/2 + E f_t(X_t)) (1-t) dw and f_t = div s_t + |s_t|^2/2. The expectation over the noise is
a Gaussian blur of f_t of standard deviation sqrt(t), read at sqrt(1-t) x: with f_t on a lattice it
is a product K f K^T of matrices. The integral is Gauss-Legendre in log(w + variance/3), in which
the integrand is smooth and w = 0 is a finite end; beyond the last w the integrand falls as 1/w^2,
so that what is left is d/2 + E f there. Everything is float32 except the nodes.

The error is the largest one wherever rho_0 > 1e-6. With --plain the expectation is a mean over
draws instead, at the same times, and the time to 5e-3 is extrapolated from error ~ draws^-1/2.
"""

import math

from common import arguments, clock, log_density, means, normals, report

SIDE, RADIUS, VARIANCE, TARGET = 256, 3.0, 0.04, 5e-3
CONSTANT = -(1 + math.log(2 * math.pi))
NODES, LAST = 12, 4.5  # the times, and log w at the last of them
FEATURE, NOISE, SIGMAS = 3.5, 1.2, 4.5  # the lattice's spacing in two scales, and its margin


def nodes():
    """(t, weight of d/2 + E f_t) at every time."""
    import numpy as np

    z, weight = np.polynomial.legendre.leggauss(NODES)
    shift = VARIANCE / 3
    low, high = math.log(shift), math.log(math.exp(LAST) + shift)
    w = np.exp(low + (z + 1) / 2 * (high - low)) - shift
    weight = weight * (high - low) / 2 * (w + shift) / (1 + w)
    w, weight = np.append(w, math.exp(LAST)), np.append(weight, 1.0)
    return [(float(t), float(c)) for t, c in zip(w / (1 + w), weight)]


def lattice(t):
    """The spacing and the number of points a side: fine enough for f_t and for the noise."""
    a, b, v = math.sqrt(1 - t), math.sqrt(t), VARIANCE * (1 - t) + t
    spacing = min(FEATURE * v / (2 * RADIUS * a), NOISE * b)
    return spacing, math.ceil(2 * (4 * a + SIGMAS * b) / spacing) + 1


def numpy_peer(threads):
    """Blocks of lattice rows shared among threads, then one product, half of its rows a thread."""
    import os

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    f32 = np.float32
    axis, m = np.linspace(-4, 4, SIDE).astype(f32), means().astype(f32)
    pool = ThreadPoolExecutor(threads)
    times = [(t, c, *lattice(t)) for t, c in nodes()]
    starts = np.cumsum([0] + [n for *_, n in times])
    left, right = np.empty((SIDE, starts[-1]), f32), np.empty((starts[-1], SIDE), f32)
    answer = np.empty((SIDE, SIDE), f32)
    whole = f32(CONSTANT - sum(c for _, c, *_ in times))

    def kernel(t, spacing, n):
        a, b = math.sqrt(1 - t), math.sqrt(t)
        y = ((np.arange(n) - (n - 1) / 2) * spacing).astype(f32)
        d = y - f32(a) * axis[:, None]
        d *= d
        d *= f32(-0.5 / t)
        # Subnormal numbers would slow the products down.
        np.exp(np.maximum(d, f32(-80), out=d), out=d)
        d *= f32(spacing / (math.sqrt(2 * math.pi) * b))
        return y, d

    def rows(start, t, y, k, first, last):
        """f on some rows of the lattice, blurred along them."""
        a, v = f32(math.sqrt(1 - t)), f32(VARIANCE * (1 - t) + t)
        mean, y2 = a * m, y[first:last, None]
        size = (mean * mean).sum(1)
        logit = (mean[:, :1] * y / v)[:, None] + ((y2[:, 0] * mean[:, 1:] - 0.5 * size[:, None]) / v)[:, :, None]
        logit -= logit.max(0)
        np.exp(np.maximum(logit, f32(-80), out=logit), out=logit)
        sums = np.stack([np.ones(8, f32), mean[:, 0], mean[:, 1], size]) @ logit.reshape(8, -1)
        sums = sums.reshape(4, *logit.shape[1:])
        sums[1:] /= sums[0]
        _, mx, my, square = sums
        square -= mx * mx
        square -= my * my
        square *= 1 / (v * v)
        mx -= y
        my -= y2
        mx *= mx
        my *= my
        mx += my
        mx *= 0.5 / (v * v)
        mx += square
        mx -= 2 / v
        np.matmul(mx, k.T, out=right[start + first : start + last])

    def product(part):
        np.subtract(whole, left[part] @ right, out=answer[part])

    def run():
        jobs = []
        kernels = list(pool.map(lambda now: kernel(now[0], *now[2:]), times))
        for (t, c, spacing, n), (y, k), start in zip(times, kernels, starts):
            np.multiply(k, f32(c), out=left[:, start : start + n])
            step = max(1, 65536 // n)
            for first in range(0, n, step):
                jobs.append(pool.submit(rows, start, t, y, k, first, min(n, first + step)))
        for job in jobs:
            job.result()
        size = SIDE // threads
        list(pool.map(product, [slice(i, i + size) for i in range(0, SIDE, size)]))
        return answer

    return run, np.__version__


def jax_peer(threads):
    """One jit of all the times, each with its own lattice; XLA fuses f and shares the products."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    def f(px, py, t, m):
        a, v = math.sqrt(1 - t), VARIANCE * (1 - t) + t
        mx, my = a * m[:, 0], a * m[:, 1]
        size = mx * mx + my * my
        logits = [px * (mx[j] / v) + (py * my[j] - 0.5 * size[j]) / v for j in range(8)]
        top = logits[0]
        for l in logits[1:]:
            top = jnp.maximum(top, l)
        r = [jnp.exp(l - top) for l in logits]
        scale = 1 / sum(r)
        ex, ey, square = (sum(r[j] * c[j] for j in range(8)) * scale for c in (mx, my, size))
        spread = square - ex * ex - ey * ey
        return (spread + 0.5 * ((ex - px) ** 2 + (ey - py) ** 2)) / (v * v) - 2 / v

    @jax.jit
    def estimate(axis, m):
        total = jnp.zeros((SIDE, SIDE), jnp.float32)
        for t, weight in nodes():
            spacing, n = lattice(t)
            y = (jnp.arange(n, dtype=jnp.float32) - (n - 1) / 2) * spacing
            d = y - math.sqrt(1 - t) * axis[:, None]
            k = jnp.exp(-0.5 / t * d * d) * (spacing / math.sqrt(2 * math.pi * t))
            total += weight * (1 + k @ (f(y, y[:, None], t, m) @ k.T))
        return CONSTANT - total

    axis, m = np.linspace(-4, 4, SIDE).astype(np.float32), means().astype(np.float32)
    return lambda: np.asarray(estimate(axis, m)), jax.__version__


def jax_plain(threads, draws):
    """The plain estimator at the same times: w1.py's loop, the grid sharded among the threads."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax import lax
    from jax.sharding import NamedSharding, PartitionSpec

    def estimate(x, y, t, weight, eps, m):
        def at_time(total, now):
            t, weight, eps = now
            a, b, v = jnp.sqrt(1 - t), jnp.sqrt(t), VARIANCE * (1 - t) + t
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
            # t (d/2 + E f_t) = (E |eps + sqrt(t) s|^2 - d (1-t)) / 2
            return total + weight / t * 0.5 * (square / draws - 2 * (1 - t)), None

        total, _ = lax.scan(at_time, jnp.zeros_like(x), (t, weight, eps))
        return CONSTANT - total

    axis = np.linspace(-4, 4, SIDE)
    x, y = (c.ravel() for c in np.meshgrid(axis, axis))
    t, weight = np.array(nodes()).T
    eps = normals(len(t) * draws * 2).reshape(len(t), draws, 2)
    mesh = jax.make_mesh((threads,), ("points",))
    split, whole = PartitionSpec("points"), PartitionSpec()
    specs = (split, split) + (whole,) * 4
    arrays = (a.astype(np.float32) for a in (x, y, t, weight, eps, means()))
    inputs = [jax.device_put(a, NamedSharding(mesh, s)) for a, s in zip(arrays, specs)]
    compiled = jax.jit(jax.shard_map(estimate, mesh=mesh, in_specs=specs, out_specs=split, check_vma=False))
    return lambda: np.asarray(compiled(*inputs)).reshape(SIDE, SIDE)


def errors(value):
    import numpy as np

    axis = np.linspace(-4, 4, SIDE)
    exact = log_density(*np.meshgrid(axis, axis))
    off = np.abs(value - exact)[exact > math.log(1e-6)]
    return float(off.max()), float(off.mean())


def plain(args):
    """The plain estimator at a few draw counts, and the time that its error needs to reach 5e-3."""
    import jax
    import numpy as np

    jax.config.update("jax_num_cpu_devices", args.threads)
    counts = [64, 256, 1024, 2048]
    runs = []
    for draws in counts:
        value, best, _ = clock(jax_plain(args.threads, draws), min(args.repeats, 3))
        runs.append((best, errors(value)[0]))
    seconds, off = (np.array(c) for c in zip(*runs))
    scale = math.exp(np.mean(np.log(off * np.sqrt(counts))))  # error = scale draws^-1/2
    needed = (scale / TARGET) ** 2
    report(
        peer="jax plain",
        version=jax.__version__,
        threads=args.threads,
        seconds=float(needed * seconds[-1] / counts[-1]),
        extrapolated=True,
        draws=float(needed),
        measured=[dict(draws=n, seconds=round(s, 4), max_error=round(e, 4)) for n, (s, e) in zip(counts, runs)],
    )


def main():
    args = arguments(__doc__, ["numpy", "jax"], plain=True)
    if args.plain:
        return plain(args)
    run, version = {"numpy": numpy_peer, "jax": jax_peer}[args.peer](args.threads)
    value, best, median = clock(run, args.repeats)
    largest, mean = errors(value)
    report(
        peer=args.peer,
        version=version,
        threads=args.threads,
        seconds=best,
        median_seconds=median,
        max_error=largest,
        mean_error=mean,
    )


if __name__ == "__main__":
    main()
