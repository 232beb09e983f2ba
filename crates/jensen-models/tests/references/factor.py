"""Reference values for the factor analysers of jensen-models, as JSON beside this script.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python factor.py

scikit-learn for principal components and factor analysis; SciPy for dense densities over the observed coordinates, and
for the maximum of the likelihood where values are missing. A missing value is null.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn.decomposition import PCA, FactorAnalysis

HERE = pathlib.Path(__file__).parent
SKLEARN, SCIPY = f"scikit-learn {sklearn.__version__}", f"SciPy {scipy.__version__}"


def write(name, source, **columns):
    columns = {k: [None if np.isnan(x) else float(x) for x in np.ravel(v)] for k, v in columns.items()}
    text = json.dumps({"source": source, "columns": columns}).replace('], "', '],\n "')
    (HERE / f"factor_{name}.json").write_text(text + "\n")


def draw(rng, n, d, q, noise):
    return rng.normal(size=(n, q)) @ rng.normal(scale=1.5, size=(q, d)) + rng.normal(size=(n, d)) * noise


def principal():
    rng = np.random.default_rng(1)
    n, d, q = 80, 6, 2
    values = draw(rng, n, d, q, 0.7) + [5, -3, 0, 100, 1, 0]
    pca = PCA(q).fit(values)
    # Its variances are over n - 1, the maximum of the likelihood is over n.
    pca.explained_variance_ = pca.explained_variance_ * (n - 1) / n
    pca.noise_variance_ = pca.noise_variance_ * (n - 1) / n
    write("principal", SKLEARN, values=values, log_prob=pca.score_samples(values), covariance=pca.get_covariance(),
          noise=pca.noise_variance_, components=pca.components_)


def analysis():
    rng = np.random.default_rng(2)
    n, d, q = 150, 6, 2
    values = draw(rng, n, d, q, np.array([0.5, 1, 0.3, 0.8, 1.2, 0.6])) + [5, -3, 0, 10, 1, 0]
    fa = FactorAnalysis(q, tol=1e-13, max_iter=100000, svd_method="lapack").fit(values)
    write("analysis", SKLEARN, values=values, log_prob=fa.score_samples(values), covariance=fa.get_covariance(),
          codes=fa.transform(values), loadings=fa.components_.T, variances=fa.noise_variance_, means=fa.mean_)


def missing():
    rng = np.random.default_rng(3)
    k, d, q = 2, 4, 2
    weights, means = np.array([0.35, 0.65]), rng.normal(size=(k, d))
    loadings, variances = rng.normal(size=(k, d, q)), rng.uniform(0.2, 1, size=(k, d))
    covariances = np.einsum("kiq,kjq->kij", loadings, loadings) + np.stack([np.diag(v) for v in variances])
    values = rng.normal(scale=2, size=(2 ** d, d))
    for i in range(2 ** d):
        values[i, [j for j in range(d) if i >> j & 1]] = np.nan
    log_prob, imputed, codes, code_covariances, responsibilities = [], [], [], [], []
    for x in values:
        o = ~np.isnan(x)
        parts = [np.log(weights[c]) + (stats.multivariate_normal(means[c][o], covariances[c][np.ix_(o, o)]).logpdf(x[o])
                                       if o.any() else 0) for c in range(k)]
        log_prob.append(special.logsumexp(parts))
        r = np.exp(parts - log_prob[-1])
        responsibilities.append(r)
        full = np.zeros(d)
        for c in range(k):
            # The pair (z, x_o) is normal; condition on x_o.
            joint = np.linalg.solve(covariances[c][np.ix_(o, o)], (x - means[c])[o])
            codes.append(loadings[c][o].T @ joint)
            inner = np.linalg.solve(covariances[c][np.ix_(o, o)], loadings[c][o])
            code_covariances.append(np.eye(q) - loadings[c][o].T @ inner)
            full += r[c] * (means[c] + covariances[c][:, o] @ joint)
        imputed.append(np.where(o, x, full))
    write("missing", SCIPY, weights=weights, means=means, loadings=loadings, variances=variances, values=values,
          log_prob=log_prob, imputed=imputed, codes=codes, code_covariances=code_covariances,
          responsibilities=responsibilities, covariances=covariances)


def maximum():
    """The maximum of the likelihood over what is observed."""
    rng = np.random.default_rng(4)
    n, d = 60, 4
    values = draw(rng, n, d, 1, 0.8)
    values[rng.uniform(size=values.shape) < 0.25] = np.nan
    row_weights = rng.uniform(0.5, 2, size=n)

    def objective(theta):
        mean, w = theta[:d], theta[d:2 * d]
        covariance = np.outer(w, w) + np.diag(np.exp(theta[2 * d:]) * np.ones(d))
        total = 0.0
        for x, weight in zip(values, row_weights):
            o = ~np.isnan(x)
            if o.any():
                total += weight * stats.multivariate_normal(mean[o], covariance[np.ix_(o, o)]).logpdf(x[o])
        return -total / row_weights.sum()

    best = {}
    for name, size in (("isotropic", 1), ("diagonal", d)):
        start = np.concatenate([np.zeros(d), np.ones(d), np.zeros(size)])
        fits = [optimize.minimize(objective, start + rng.normal(scale=0.3, size=start.size),
                                  method="BFGS", options={"gtol": 1e-7}) for _ in range(3)]
        best[name] = -min(fit.fun for fit in fits)
    write("maximum", SCIPY, values=values, row_weights=row_weights, **best)


if __name__ == "__main__":
    principal()
    analysis()
    missing()
    maximum()
