# Mixtures and their marginals: rho_t = sum_j w_j N(sqrt(1-t) mu_j, (1-t) Sigma_j + t I), with the score
# s = grad log rho_t and its divergence in closed form.

LOG_2PI = np.log(2 * np.pi)
WEIGHTS = np.array(WEIGHTS, float) / np.sum(WEIGHTS)
MEANS, COVARIANCES = np.array(MEANS, float), np.array(COVARIANCES, float)
DIM = MEANS.shape[1]


def local(y, t, keep, mixture):
    """log rho_t, its score and the score's divergence at the rows of y; keep is 1 - t."""
    weights, means, covariances = mixture
    d = means.shape[1]
    spread = keep * covariances + t * np.eye(d)
    precision = np.linalg.inv(spread)
    away = y[:, None, :] - np.sqrt(keep) * means
    pull = -np.einsum("nij,knj->kni", precision, away)
    square = -np.einsum("kni,kni->kn", pull, away)
    logs = np.log(weights) - 0.5 * (d * LOG_2PI + np.linalg.slogdet(spread)[1] + square)
    top = logs.max(axis=1, keepdims=True)
    share = np.exp(logs - top)
    total = share.sum(axis=1)
    share /= total[:, None]
    score = np.einsum("kn,kni->ki", share, pull)
    curvature = (pull**2).sum(axis=2) - np.trace(precision, axis1=1, axis2=2)
    divergence = (share * curvature).sum(axis=1) - (score**2).sum(axis=1)
    return top[:, 0] + np.log(total), score, divergence


def log_density(x, mixture):
    return local(x, 0.0, 1.0, mixture)[0]


def times(lam):
    """t and 1 - t of lambda = log(t / (1 - t)), each to full precision."""
    return 1 / (1 + np.exp(-lam)), 1 / (1 + np.exp(lam))


RULES_BY_STEP = {}


def normal_rule(d, step):
    """Nodes and weights of the trapezoidal rule for expectations over N(0, I)."""
    if (d, step) not in RULES_BY_STEP:
        line = np.arange(-6.4, 6.4 + step / 2, step)
        nodes = np.stack(np.meshgrid(*[line] * d), axis=-1).reshape(-1, d)
        nodes = nodes[(nodes**2).sum(axis=1) < 6.4**2]
        weights = np.exp(-0.5 * (nodes**2).sum(axis=1))
        RULES_BY_STEP[d, step] = nodes, weights / weights.sum()
    return RULES_BY_STEP[d, step]


def rule_at(t, keep, mixture, finest):
    """The rule that resolves the ridges of the score between components: they are variance / distance wide, and the
    error falls like exp(-2 pi^2 width / step)."""
    _, means, covariances = mixture
    d = means.shape[1]
    distance = np.sqrt(((means[:, None] - means) ** 2).sum(axis=-1).max() * keep)
    width = (keep * np.linalg.eigvalsh(covariances).min() + t) / (max(distance, 1e-9) * np.sqrt(t))
    # A few steps only, so that rules are made once.
    step = 2.0 ** (np.floor(4 * np.log2(np.clip(1.1 * width, finest, 0.4))) / 4)
    return normal_rule(d, step)


def stein(x, lam, mixture, delta=0.0, finest=None):
    """F = d/2 + E[div s + |s|^2 / 2] at X_t = sqrt(1-t) x + sqrt(t) eps, so that
    E|eps - eps_hat|^2 = d (1 - t) + 2 t F; delta is added to the score as on the page."""
    (t, keep), d = times(lam), x.shape[1]
    nodes, weights = rule_at(t, keep, mixture, finest or (0.02 if d == 1 else 0.1))
    error = delta * np.sqrt(keep / d)
    out = np.empty(len(x))
    block = max(1, 400_000 // (len(nodes) * len(mixture[0])))
    for at in range(0, len(x), block):
        y = np.sqrt(keep) * x[at : at + block, None, :] + np.sqrt(t) * nodes
        _, score, divergence = local(y.reshape(-1, d), t, keep, mixture)
        f = divergence + 0.5 * ((score + error) ** 2).sum(axis=1)
        out[at : at + block] = 0.5 * d + f.reshape(-1, len(nodes)) @ weights
    return out


def schedule():
    """beta_1..beta_T and lambda_1..lambda_T."""
    k, T = np.arange(STEPS), STEPS
    if SCHEDULE == "log-snr":
        lam = -9 + 18 / (max(T, 2) - 1) * k
        t, keep = times(lam)
        return np.append(t[0], (t[1:] - t[:-1]) / keep[:-1]), lam
    if SCHEDULE == "li-yan":
        rate = C1 * np.log(T) / T
        growth = -C0 * np.log(T) + k[1:] * np.log1p(rate)
        beta = np.append(T ** -C0, rate * np.exp(np.minimum(growth, 0)))
    elif SCHEDULE == "cosine":
        signal = np.cos((np.arange(T + 1) / T + 0.008) / 1.008 * np.pi / 2) ** 2
        beta = 1 - signal[1:] / signal[:-1]
    else:
        beta = 1000 / T * (1e-4 + (0.02 - 1e-4) * k / (max(T, 2) - 1))
    beta = np.minimum(beta, 0.999)
    log_signal = np.cumsum(np.log1p(-beta))
    return beta, np.log(-np.expm1(log_signal)) - log_signal


def formula_weights(rule):
    """Weights of E|eps - eps_hat_k|^2 in the discrete density formula, at the schedule's times."""
    beta, lam = schedule()
    gap = 0.5 * np.diff(lam)
    if rule == "paper":
        return np.append(0.5 * beta[1:] / times(lam[:-1])[0], 0.0)
    if rule == "log-snr-left":
        return np.append(gap, 0.0)
    return 0.5 * (np.append(gap, 0.0) + np.insert(gap, 0, 0.0))


def weighted_errors(x, weights, mixture, delta=0.0, finest=None):
    """sum_k weights_k E|eps - eps_hat_k|^2."""
    _, lam = schedule()
    total, d = np.zeros(len(x)), x.shape[1]
    for w, l in zip(weights, lam):
        if w != 0:
            t, keep = times(l)
            total += w * (d * keep + 2 * t * stein(x, l, mixture, delta, finest))
    return total


def formula(x, rule, mixture, delta=0.0, finest=None):
    """The density formula: log rho_0(x) = -(1 + log 2 pi) d/2 - int t F dlambda, or its discrete form."""
    d = x.shape[1]
    if rule != "continuous":
        beta, _ = schedule()
        constant = -0.5 * d * (1 + LOG_2PI + np.log(beta[0]))
        return constant - weighted_errors(x, formula_weights(rule), mixture, delta, finest)
    _, means, covariances = mixture
    variances = np.linalg.eigvalsh(covariances)
    low = np.log(min(variances.min(), 1)) - 16
    high = np.log(max(variances.max(), (means**2).sum(axis=1).max(), 1)) + 16
    integral, step = np.zeros(len(x)), 0.5
    for l in np.arange(low, high, step):
        integral += step * times(l)[0] * stein(x, l, mixture, delta, finest)
    return -0.5 * d * (1 + LOG_2PI) - integral


def compare(name, ours, page, unit="nats"):
    """Prints both beside each other and the largest difference."""
    ours, page = np.asarray(ours, float), np.asarray(page, float)
    print(f"\n{name}")
    for place in np.unique(np.linspace(0, len(page) - 1, 7).astype(int)):
        where = ", ".join(f"{v:.4g}" for v in POINTS[place]) if len(page) == len(POINTS) else place
        print(f"  at {where}: NumPy {ours[place]:.8g}, page {page[place]:.8g}")
    both = np.isfinite(ours) & np.isfinite(page)
    worst = np.abs(ours - page)[both].max() if both.any() else np.nan
    print(f"largest difference of {name}: {worst:.3g} {unit}")


MIXTURE = (WEIGHTS, MEANS, COVARIANCES)
POINTS = np.array(POINTS, float)
