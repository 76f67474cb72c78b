# The diffusion-loss lab: L_w(x) = (1 + log 2 pi)/2 + int w(lambda) (E|eps - eps_hat|^2 - (1 - t)) dlambda of a token x
# given its context z, scaled by int w t (1 - t) dlambda = 1/2, for the weightings in use.

if DIM == 2:
    # The conditional of a Gaussian mixture is one.
    s11, s12, s22 = COVARIANCES[:, 0, 0], COVARIANCES[:, 0, 1], COVARIANCES[:, 1, 1]
    log_w = np.log(WEIGHTS) - 0.5 * (np.log(s11) + (CONTEXT - MEANS[:, 0]) ** 2 / s11)
    w = np.exp(log_w - log_w.max())
    mean = MEANS[:, 1] + s12 / s11 * (CONTEXT - MEANS[:, 0])
    MIXTURE = (w / w.sum(), mean[:, None], (s22 - s12**2 / s11)[:, None, None])
    kept = MIXTURE[0] > 1e-300
    MIXTURE = tuple(part[kept] for part in MIXTURE)


def atoms(name):
    """lambda and weight of each time."""
    step = 0.25
    grid = np.arange(-40, 40.001, step)
    if name == "formula":
        return grid, np.full(len(grid), 0.5 * step)
    if name == "EDM":
        lam = grid
        factor = np.exp(-0.5 * ((lam + 2.4) / 2.4) ** 2) * (1 + 4 * np.exp(lam))
    else:
        lam = schedule()[1]
        high = np.exp(np.minimum(lam, 700))
        factor = {"uniform": np.ones_like(lam), "truncated SNR": np.maximum(1, high), "min-SNR": np.minimum(1, GAMMA * high)}[name]
    t, keep = times(lam)
    return lam, 0.5 * factor / (factor * t * keep).sum()


def loss(x, name):
    total = np.full(len(x), 0.5 * (1 + LOG_2PI))
    for lam, weight in zip(*atoms(name)):
        total += 2 * weight * times(lam)[0] * stein(x, lam, MIXTURE)
    return total


# The curves on the page are less their least value; here they are compared from a common point of theirs.
base = int(np.argmin(PAGE["−log p"]))
for name, page in PAGE.items():
    ours, page = -log_density(POINTS, MIXTURE) if name == "−log p" else loss(POINTS, name), np.array(page)
    compare(name, ours - ours[base], page - page[base])
