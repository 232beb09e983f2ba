"""Reference values for the Gaussian mixtures of jensen-models, as JSON beside this script.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python mixture.py

scikit-learn for whole iterations and for the best of many beginnings; SciPy for densities over the observed
coordinates; quadrature and a numerical maximisation for the M step with missing values. A missing value is null.
"""

import itertools
import json
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import datasets
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

HERE = pathlib.Path(__file__).parent
SKLEARN, SCIPY = f"scikit-learn {sklearn.__version__}", f"SciPy {scipy.__version__}"
KINDS = {"full": "full", "tied": "tied", "diag": "diag", "spherical": "spherical"}


def write(name, source, **columns):
    columns = {k: [None if np.isnan(x) else float(x) for x in np.ravel(v)] for k, v in columns.items()}
    text = json.dumps({"source": source, "columns": columns}).replace('], "', '],\n "')
    (HERE / f"{name}.json").write_text(text + "\n")


def iterations():
    """Ten iterations from a given mixture: the log-likelihood before each, the parameters after it."""
    rng = np.random.default_rng(1)
    k, d, n = 3, 3, 90
    factors = rng.normal(size=(k, d, d)) * 0.7 + np.eye(d)
    centres = rng.normal(scale=2, size=(k, d)) + [10, -3, 0]
    which = rng.integers(k, size=n)
    values = centres[which] + np.einsum("nij,nj->ni", factors[which], rng.normal(size=(n, d)))
    for ours, theirs in KINDS.items():
        mixture = GaussianMixture(k, covariance_type=theirs, reg_covar=1e-6)
        mixture.weights_ = np.array([0.5, 0.3, 0.2])
        mixture.means_ = values[[0, 1, 2]].copy()
        eye = np.eye(d)
        mixture.covariances_ = {"full": np.stack([eye, 2 * eye + 0.3, 0.7 * eye]), "tied": eye + 0.2,
                                "diag": np.array([[1, 2, 3], [1, 1, 1], [0.5, 2, 1]], float),
                                "spherical": np.array([1, 0.5, 2])}[theirs]
        mixture.precisions_cholesky_ = _compute_precision_cholesky(mixture.covariances_, theirs)
        start = dict(start_weights=mixture.weights_, start_means=mixture.means_,
                     start_covariances=mixture.covariances_)
        likelihoods, weights, means, covariances = [], [], [], []
        for _ in range(10):
            mean_log_prob, log_responsibilities = mixture._e_step(values)
            mixture._m_step(values, log_responsibilities)
            likelihoods.append(mean_log_prob)
            weights.append(mixture.weights_)
            means.append(mixture.means_)
            covariances.append(mixture.covariances_)
        write(f"mixture_{ours}", SKLEARN, values=values, **start, log_likelihood=likelihoods, weights=weights,
              means=means, covariances=covariances, log_prob=mixture.score_samples(values),
              responsibilities=mixture.predict_proba(values), bic=mixture.bic(values), aic=mixture.aic(values))


def missing():
    """Densities over what is observed, and one M step of six weighted rows, by numerical maximisation."""
    rng = np.random.default_rng(2)
    k, d, n = 2, 3, 24
    factors = rng.normal(size=(k, d, d)) * 0.8 + np.eye(d)
    covariances = np.einsum("kij,klj->kil", factors, factors)
    means, weights = rng.normal(size=(k, d)), np.array([0.35, 0.65])
    values = rng.normal(scale=2, size=(n, d))
    for i in range(n):
        values[i, [j for j in range(d) if i >> j & 1]] = np.nan
    log_prob, imputed = [], []
    for x in values:
        o, m = ~np.isnan(x), np.isnan(x)
        parts = [np.log(weights[c]) + (stats.multivariate_normal(means[c][o], covariances[c][np.ix_(o, o)])
                                       .logpdf(x[o]) if o.any() else 0) for c in range(k)]
        log_prob.append(special.logsumexp(parts))
        r = np.exp(parts - log_prob[-1])
        full = x.copy()
        full[m] = sum(r[c] * (means[c][m] + covariances[c][np.ix_(m, o)]
                              @ np.linalg.solve(covariances[c][np.ix_(o, o)], x[o] - means[c][o])) for c in range(k))
        imputed.append(full)
    write("mixture_missing", SCIPY, weights=weights, means=means, covariances=covariances, values=values,
          log_prob=log_prob, imputed=imputed)


def maximisation():
    rng = np.random.default_rng(3)
    k, d = 2, 2
    values = rng.normal(scale=1.5, size=(9, d))
    values[1, 0] = values[4, 1] = values[7, 1] = np.nan
    values[8] = np.nan
    row_weights = np.array([1, 0.5, 2, 1, 1.5, 0.3, 1, 0.8, 0.7])
    weights, means = np.array([0.4, 0.6]), np.array([[-0.5, 0.3], [0.8, -0.2]])
    covariances = np.array([[[1.2, 0.4], [0.4, 0.8]], [[0.9, -0.3], [-0.3, 1.4]]])
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(8)
    node_weights = node_weights / node_weights.sum()
    # Every row as weighted points: a quadrature of its missing coordinates under each component (exact, the
    # complete log-density being quadratic), times the posterior of the component.
    points = [[], []]
    for x, w in zip(values, row_weights):
        o, m = ~np.isnan(x), np.isnan(x)
        parts = np.array([np.log(weights[c]) + (stats.multivariate_normal(means[c][o], covariances[c][np.ix_(o, o)])
                                                .logpdf(x[o]) if o.any() else 0) for c in range(k)])
        r = np.exp(parts - special.logsumexp(parts))
        for c in range(k):
            gain = covariances[c][np.ix_(m, o)] @ np.linalg.inv(covariances[c][np.ix_(o, o)])
            mean = means[c][m] + gain @ (x[o] - means[c][o])
            rest = covariances[c][np.ix_(m, m)] - gain @ covariances[c][np.ix_(o, m)]
            root = np.linalg.cholesky(rest) if m.any() else rest
            for places in itertools.product(range(8), repeat=m.sum()):
                point = x.copy()
                point[m] = mean + root @ nodes[list(places)]
                points[c].append((w * r[c] * node_weights[list(places)].prod(), point))

    def unpack(theta):
        log_weights = special.log_softmax(np.append(theta[0], 0))
        factor = [np.array([[np.exp(t[0]), 0], [t[1], np.exp(t[2])]]) for t in theta[5:].reshape(2, 3)]
        return log_weights, theta[1:5].reshape(2, 2), factor

    shares = [np.array([p[0] for p in c]) for c in points]
    places = [np.array([p[1] for p in c]) for c in points]

    def objective(theta):
        log_weights, centres, factor = unpack(theta)
        total = 0.0
        for c in range(k):
            white = np.linalg.solve(factor[c], (places[c] - centres[c]).T)
            density = -np.log(2 * np.pi) - np.log(np.diag(factor[c])).sum() - 0.5 * (white**2).sum(0)
            total += (shares[c] * (log_weights[c] + density)).sum()
        return -total

    best = optimize.minimize(objective, np.zeros(11), method="BFGS", options={"gtol": 1e-9, "maxiter": 10000})
    best = optimize.minimize(objective, best.x, method="Nelder-Mead",
                             options={"xatol": 1e-10, "fatol": 1e-15, "maxiter": 40000, "maxfev": 40000})
    log_weights, centres, factor = unpack(best.x)
    write("mixture_maximisation", SCIPY, values=values, row_weights=row_weights, weights=weights, means=means,
          covariances=covariances, next_weights=np.exp(log_weights), next_means=centres,
          next_covariances=[f @ f.T for f in factor])


def best():
    """The best mean log-likelihood of twenty beginnings."""
    rng = np.random.default_rng(4)
    centres = rng.normal(scale=3, size=(8, 2))
    blobs = centres[rng.integers(8, size=300)] + rng.normal(size=(300, 2)) * 0.6
    wine = datasets.load_wine().data
    wine = np.round((wine - wine.mean(0)) / wine.std(0), 4)
    sets = {"blobs": (blobs, 8, "tied"), "iris": (datasets.load_iris().data, 3, "full"), "wine": (wine, 3, "diag")}
    for name, (values, k, kind) in sets.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mixture = GaussianMixture(k, covariance_type=KINDS[kind], n_init=20, tol=1e-8, max_iter=2000,
                                      random_state=0).fit(values)
        write(f"mixture_best_{name}", SKLEARN, values=values, columns=values.shape[1], components=k,
              log_likelihood=mixture.score(values))


if __name__ == "__main__":
    iterations()
    missing()
    maximisation()
    best()
