# The GAN lab: the equilibrium p_G = p q / (1 - q), D* = 1 - q, q = exp(-(delta + lambda (R - min R))), with delta such
# that p_G has mass 1. R = -log p by the formula's weights in the limit, else a weighted sum of prediction errors.


def regulariser(x, rule):
    if REGULARISER == "exact":
        return -log_density(x, MIXTURE)
    if REGULARISER == "uniform":
        return weighted_errors(x, np.full(STEPS, formula_weights("paper").sum() / STEPS), MIXTURE, rule)
    return -formula(x, REGULARISER, MIXTURE, rule)


# Expectations over the data component by component.
if DIM == 1:
    z, rule = np.arange(-8, 8.001, 0.05)[:, None], NORMAL
    phi = np.exp(-0.5 * (z**2).sum(axis=1))
elif REGULARISER == "exact":
    z, phi = normal_rule(2, 0.15)
    rule = NORMAL
else:
    line, gauss = np.polynomial.hermite_e.hermegauss(9)
    z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    phi, rule = np.outer(gauss, gauss).reshape(-1), normal_rule(2, 0.5)
phi = phi / phi.sum()
roots = np.linalg.cholesky(COVARIANCES)
nodes = (MEANS[:, None, :] + np.einsum("nij,kj->nki", roots, z)).reshape(-1, DIM)
mass = (WEIGHTS[:, None] * phi).reshape(-1)
r_nodes, r_points = regulariser(nodes, rule), regulariser(POINTS, rule)
least = min(r_nodes.min(), r_points.min())
low, high = -60.0, np.log(np.log(2))
for _ in range(200):
    middle = 0.5 * (low + high)
    total = mass @ (1 / np.expm1(np.exp(middle) + STRENGTH * (r_nodes - least)))
    low, high = (middle, high) if total > 1 else (low, middle)
delta = np.exp(0.5 * (low + high)) if STRENGTH > 0 else np.log(2)
log_p = log_density(POINTS, MIXTURE)
log_g = log_p - np.log(np.expm1(delta + STRENGTH * (r_points - least)))
if LOGARITHMS:
    compare("log-density of the data", log_p, PAGE["data"])
    compare("log-density of the generator", log_g, PAGE["generator"])
else:
    compare("density of the data", np.exp(log_p), PAGE["data"], "")
    compare("density of the generator", np.exp(log_g), PAGE["generator"], "")
    compare("D*", 1 - np.exp(-(delta + STRENGTH * (r_points - least))), PAGE["discriminator"], "")
