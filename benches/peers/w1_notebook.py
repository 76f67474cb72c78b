"""W1 as one would write it in a notebook: the formula, vectorised, with the library's own softmax.

The same computation as in w1.py, whose peers are rewritten for speed; here each is what the text of
the formula says: all points and draws of a time as one array, jit or torch.compile where there is
one, float32.
"""

import math

from common import arguments
from w1 import TIMES, measure, problem

CONSTANT = -(1 + math.log(2 * math.pi))


def numpy_peer():
    import numpy as np

    x, y, t, u, weight, eps, m = problem()
    points = np.stack([x, y], 1)

    def run():
        total = np.zeros_like(x)
        for i in range(TIMES):
            v = np.float32(0.04) * u[i] + t[i]
            state = np.sqrt(u[i]) * points[:, None] + np.sqrt(t[i]) * eps[i]
            toward = np.sqrt(u[i]) * m - state[:, :, None]
            logits = -(toward**2).sum(-1) / (2 * v)
            r = np.exp(logits - logits.max(-1, keepdims=True))
            score = ((r / r.sum(-1, keepdims=True))[..., None] * toward).sum(-2) / v
            error = ((eps[i] + np.sqrt(t[i]) * score) ** 2).sum(-1).mean(1)
            total += weight[i] * 0.5 * (error - 2 * u[i])
        return CONSTANT - total

    return run, np.__version__


def jax_peer():
    import jax
    import jax.numpy as jnp
    import numpy as np

    x, y, *rest = problem()
    points = np.stack([x, y], 1)

    @jax.jit
    def estimate(points, t, u, weight, eps, m):
        def at_time(total, now):
            t, u, weight, eps = now
            v = 0.04 * u + t
            state = jnp.sqrt(u) * points[:, None] + jnp.sqrt(t) * eps
            toward = jnp.sqrt(u) * m - state[:, :, None]
            r = jax.nn.softmax(-(toward**2).sum(-1) / (2 * v))
            score = (r[..., None] * toward).sum(-2) / v
            error = ((eps + jnp.sqrt(t) * score) ** 2).sum(-1).mean(1)
            return total + weight * 0.5 * (error - 2 * u), None

        return CONSTANT - jax.lax.scan(at_time, jnp.zeros(len(points)), (t, u, weight, eps))[0]

    return lambda: np.asarray(estimate(points, *rest)), jax.__version__


def torch_peer(threads):
    import shutil

    import torch

    torch.set_num_threads(threads)
    compiled = torch.compile if any(map(shutil.which, ("g++", "clang++"))) else lambda step: step
    x, y, t, u, weight, eps, m = (torch.from_numpy(a) for a in problem())
    points = torch.stack([x, y], 1)

    @compiled
    def step(points, t, u, weight, eps, m):
        v = 0.04 * u + t
        state = u.sqrt() * points[:, None] + t.sqrt() * eps
        toward = u.sqrt() * m - state[:, :, None]
        r = torch.softmax(-(toward**2).sum(-1) / (2 * v), -1)
        score = (r[..., None] * toward).sum(-2) / v
        error = ((eps + t.sqrt() * score) ** 2).sum(-1).mean(1)
        return weight * 0.5 * (error - 2 * u)

    @torch.inference_mode()
    def run():
        return (CONSTANT - sum(step(points, t[i], u[i], weight[i], eps[i], m) for i in range(TIMES))).numpy()

    return run, torch.__version__


def main():
    args = arguments(__doc__, ["numpy", "jax", "torch"])
    peers = {"numpy": numpy_peer, "jax": jax_peer, "torch": lambda: torch_peer(args.threads)}
    measure(args, *peers[args.peer]())


if __name__ == "__main__":
    main()
