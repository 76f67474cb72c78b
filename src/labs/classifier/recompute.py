# The classifier lab: p(c|x) prop. to p(c) exp(-sum_k w_k E|eps - eps_hat_k(.; c)|^2), by Bayes' rule, by the formula's
# weights and by uniform ones. The page's maps hold label + 0.02 + 0.96 sureness.

LABELS = np.array(LABELS)
classes = range(LABELS.max() + 1)
logits = np.empty((3, len(POINTS), len(classes)))
total = formula_weights("paper").sum() if MATCHED else 1.0
for c in classes:
    part = LABELS == c
    prior = WEIGHTS[part].sum()
    mixture = (WEIGHTS[part] / prior, MEANS[part], COVARIANCES[part])
    logits[0, :, c] = np.log(prior) + log_density(POINTS, mixture)
    logits[1, :, c] = np.log(prior) + formula(POINTS, RULE, mixture)
    errors = weighted_errors(POINTS, np.full(STEPS, total / STEPS), mixture)
    logits[2, :, c] = np.log(prior) - errors
for i, name in enumerate(["Bayes", "formula", "uniform"]):
    shares = np.exp(logits[i] - logits[i].max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    label = (logits[i] >= logits[i].max(axis=1, keepdims=True) - 1e-6).argmax(axis=1)
    even = 1 / len(classes)
    sure = shares[np.arange(len(label)), label]
    sure = (sure - even) / (1 - even) if len(classes) > 1 else np.ones(len(label))
    page = np.array(PAGE[name])
    compare(f"sureness, {name}", np.clip(sure, 0, 1), (page - np.floor(page) - 0.02) / 0.96, "")
    print(f"labels that differ, {name}: {np.sum(np.floor(page) != label)} of {len(label)}")
