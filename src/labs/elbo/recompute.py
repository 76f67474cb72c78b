# The ELBO lab: what training minimises over a family p_theta, in expectation over the data. With the model's score s,
# E m_k = 1 + t E[s^2 + 2 s'] over the data's marginal at t_k.


def member(theta):
    """The model of the family at theta."""
    w, m, v = WEIGHTS.copy(), MEANS[:, 0], COVARIANCES[:, 0, 0]
    if FAMILY == "symmetric-pair":
        w, m, v = np.array([0.5, 0.5]), np.array([-theta, theta]), np.array([WIDTH, WIDTH])
    elif FAMILY == "mean-scale":
        m, v = theta * m, MISFIT * v
    elif FAMILY == "width":
        m, v = MISFIT * m, theta**2 * v
    else:
        v = MISFIT * v
        if len(w) > 1:
            w = np.append(theta, (1 - theta) * w[1:] / w[1:].sum())
    return w, m[:, None], v[:, None, None]


BETA, LAMBDA = schedule()
T, KEEP = times(LAMBDA)


def data_rule(t, keep, step):
    """Nodes and weights for expectations over the data's marginal, component by component."""
    z = np.arange(-9, 9 + step / 2, step)
    phi = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
    deviation = np.sqrt(keep * COVARIANCES[:, 0, 0] + t)
    nodes = np.sqrt(keep) * MEANS + deviation[:, None] * z
    return nodes.reshape(-1, 1), (WEIGHTS[:, None] * phi).reshape(-1)


# Narrow models have details of their own until noise has spread.
RULES_AT = [data_rule(t, keep, 0.01 if t < 0.1 else 0.04) for t, keep in zip(T, KEEP)]
ORIGIN = data_rule(0.0, 1.0, 0.005)
SECOND = (WEIGHTS * (MEANS[:, 0] ** 2 + COVARIANCES[:, 0, 0])).sum()
FORMULA = formula_weights("paper")
BEFORE = np.insert(KEEP[:-1], 0, 1.0)
POSTERIOR = BETA * (1 - BEFORE) / T
SIGMA2 = {"beta": BETA, "beta-over-alpha": BETA / (1 - BETA), "posterior": np.append(BETA[0], POSTERIOR[1:])}[VARIANCE]
ELBO = BETA**2 / (2 * SIGMA2 * (1 - BETA) * T)
RATIO = POSTERIOR[1:] / SIGMA2[1:]


def objectives(theta):
    """E[-log p_theta], minus the means of formula and ELBO, and the simple loss on the formula's scale."""
    model = member(theta)
    errors = np.empty(len(T))
    for k, (y, w) in enumerate(RULES_AT):
        _, score, divergence = local(y, T[k], KEEP[k], model)
        errors[k] = 1 + T[k] * (w @ (score[:, 0] ** 2 + 2 * divergence))
    likelihood = -(ORIGIN[1] @ log_density(ORIGIN[0], model))
    by_formula = 0.5 * (1 + LOG_2PI + np.log(BETA[0])) + FORMULA @ errors
    prior = 0.5 * (KEEP[-1] * SECOND - KEEP[-1] - np.log(T[-1]))
    by_elbo = prior + 0.5 * (RATIO - 1 - np.log(RATIO)).sum() + 0.5 * np.log(2 * np.pi * SIGMA2[0]) + ELBO @ errors
    return np.array([likelihood, by_formula, by_elbo, FORMULA.sum() / STEPS * errors.sum()])


def least(i, low, high):
    """Golden-section search."""
    ratio = (np.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = objectives(a)[i], objectives(b)[i]
    while high - low > 2e-5:
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = objectives(a)[i]
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = objectives(b)[i]
    return 0.5 * (low + high)


VALUES = np.array([objectives(theta) for theta in POINTS[:, 0]])
for i, name in enumerate(["likelihood", "formula", "ELBO", "simple loss, scaled"]):
    page, ours = np.array(PAGE[name]), VALUES[:, i]
    # A curve on the page is known but for a constant.
    compare(name, ours - ours.min(), page - page.min())
print()
span = np.ptp(POINTS)
for i, name in enumerate(["likelihood", "formula", "ELBO", "simple"]):
    near = ARGMINS[i]
    found = least(i, max(POINTS.min(), near - 0.03 * span), min(POINTS.max(), near + 0.03 * span))
    print(f"least at: {name}: NumPy {found:.6f}, page {near:.6f}")
