"""What the peers share: the target, the draws, the exact log-density, the clock and the JSON line.

The target is eight isotropic Gaussian components of equal weight and variance 0.04 on a ring of
radius 3. Nothing here imports a peer, so that the environment can be set before one is loaded.
"""

import argparse
import json
import math
import os
import time


def arguments(description, peers, plain=False):
    """Reads the command line and holds this process to the asked number of processors."""
    parser = argparse.ArgumentParser(description=description.strip().splitlines()[0])
    parser.add_argument("--peer", choices=peers, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=10)
    if plain:
        parser.add_argument("--plain", action="store_true", help="the plain estimator, extrapolated (jax)")
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
    os.environ["OMP_NUM_THREADS"] = os.environ["NPROC"] = str(args.threads)
    # XLA otherwise prefers 256-bit vectors on processors that have 512-bit ones.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_prefer_vector_width=512")
    return args


def means():
    import numpy as np

    angle = 2 * np.pi * np.arange(8) / 8
    return 3 * np.stack([np.cos(angle), np.sin(angle)], 1)


def log_density(x, y):
    """The exact log-density, in float64."""
    import numpy as np

    m = means()
    l = -((x[..., None] - m[:, 0]) ** 2 + (y[..., None] - m[:, 1]) ** 2) / 0.08
    top = l.max(-1)
    return top + np.log(np.exp(l - top[..., None]).mean(-1) / (2 * np.pi * 0.04))


def normals(count, seed=1):
    """Standard normals by Box-Muller from mulberry32, the same as in tfjs/w1.js."""
    import numpy as np

    mask = 0xFFFFFFFF

    def uniform():
        nonlocal seed
        seed = (seed + 0x6D2B79F5) & mask
        r = ((seed ^ (seed >> 15)) * (seed | 1)) & mask
        r ^= (r + (((r ^ (r >> 7)) * (r | 61)) & mask)) & mask
        return ((r ^ (r >> 14)) + 0.5) / 2**32

    out = []
    while len(out) < count:
        radius, angle = math.sqrt(-2 * math.log(uniform())), 2 * math.pi * uniform()
        out += [radius * math.cos(angle), radius * math.sin(angle)]
    return np.array(out[:count])


def clock(run, repeats):
    """The answer of `run`, which has been warmed up, with the best and the median of the repeats."""
    answer = run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        answer = run()
        seconds.append(time.perf_counter() - start)
    seconds.sort()
    return answer, seconds[0], seconds[len(seconds) // 2]


def report(**values):
    print(json.dumps({k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in values.items()}))
