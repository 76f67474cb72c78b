# The GAN lab: the equilibrium p_G = p q / (1 - q), D* = 1 - q, q = exp(-(delta + lambda (R - min R))), with delta such
# that p_G has mass 1. R = -log p by the formula's weights in the limit, else a weighted sum of prediction errors.


def regulariser(x):
    # In the plane a weighted sum is taken at hundreds of points: coarsely, to about 0.03 nats.
    finest = 0.02 if DIM == 1 else 0.3
    if REGULARISER == "exact":
        return -log_density(x, MIXTURE)
    if REGULARISER == "uniform":
        weights = np.full(STEPS, formula_weights("paper").sum() / STEPS)
        return weighted_errors(x, weights, MIXTURE, finest=finest)
    return -formula(x, REGULARISER, MIXTURE, finest=finest)


# Expectations over the data component by component.
if DIM == 1:
    z = np.arange(-8, 8.001, 0.05)[:, None]
    phi = np.exp(-0.5 * (z**2).sum(axis=1))
elif REGULARISER == "exact":
    z, phi = normal_rule(2, 0.15)
else:
    line, gauss = np.polynomial.hermite_e.hermegauss(9)
    z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    phi = np.outer(gauss, gauss).reshape(-1)
phi = phi / phi.sum()
roots = np.linalg.cholesky(COVARIANCES)
nodes = (MEANS[:, None, :] + np.einsum("nij,kj->nki", roots, z)).reshape(-1, DIM)
mass = (WEIGHTS[:, None] * phi).reshape(-1)
r_nodes, r_points = regulariser(nodes), regulariser(POINTS)
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
