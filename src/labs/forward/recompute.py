# The forward lab: the exact density at the clock's time. The page's particles are draws of its own generator and are
# not repeated here; that many draws of NumPy's have the mean and the deviation of the exact density just as they have.

log_at_clock, _, _ = local(POINTS, TIME, 1 - TIME, MIXTURE)
if PAGE["at_clock"]:
    compare("log-density at the clock", log_at_clock, PAGE["at_clock"])
if PAGE["target"]:
    compare("log-density of the target", log_density(POINTS, MIXTURE), PAGE["target"])
rng = np.random.default_rng(SEED)
of = rng.choice(len(WEIGHTS), PARTICLES, p=WEIGHTS)
start = MEANS[of] + np.einsum("kij,kj->ki", np.linalg.cholesky(COVARIANCES)[of], rng.standard_normal((PARTICLES, DIM)))
now = np.sqrt(1 - TIME) * start + np.sqrt(TIME) * rng.standard_normal((PARTICLES, DIM))
mean = np.sqrt(1 - TIME) * WEIGHTS @ MEANS
print(f"\nmean at the clock: exact {mean}, of {PARTICLES} draws {now.mean(axis=0)}")
