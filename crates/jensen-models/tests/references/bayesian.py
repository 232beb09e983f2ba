"""Reference values for the variational mixtures of jensen-models, as JSON beside this script.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python bayesian.py

The bound term by term (expected log densities and entropies, Bishop 2006, 10.70 to 10.77, with the entropy of what is
missing besides), the predictive density and one step of the posterior in NumPy and SciPy; whole iterations and steps
from given responsibilities by scikit-learn. A missing value is null.
"""

import numpy as np
from scipy import special, stats
from sklearn.mixture import BayesianGaussianMixture

from mixture import KINDS, SCIPY, SKLEARN, write

K, D = 3, 3


def prior_of(kind, rng):
    root = rng.normal(size=(D, D))
    scatter = {"full": root @ root.T + np.eye(D), "tied": root @ root.T + np.eye(D),
               "diag": np.array([0.8, 1.5, 0.6]), "spherical": np.array([1.1])}[kind]
    return dict(mean=rng.normal(size=D), beta=0.7, nu=4.3, scatter=scatter)


def posterior_of(kind, prior, rng):
    counts = np.array([6.3, 11.2, 2.5])
    roots = rng.normal(size=(K, D, 2 * D))
    matrices = np.einsum("kij,klj->kil", roots, roots) + 3 * np.eye(D)
    scatters = {"full": matrices, "tied": matrices.sum(0), "diag": np.einsum("kii->ki", matrices),
                "spherical": np.einsum("kii->k", matrices)}[kind]
    return dict(counts=counts, means=rng.normal(scale=1.5, size=(K, D)), scatters=scatters)


def precisions(kind, prior, counts, scatters):
    """`E Λ` and `E log |Λ|` of each component as matrices over all columns."""
    nu = prior["nu"] + {"full": counts, "diag": counts, "tied": np.full(K, counts.sum()),
                        "spherical": D * counts}[kind]
    expected, logs = [], []
    for k in range(K):
        if kind in ("full", "tied"):
            scatter = scatters[k] if kind == "full" else scatters
            expected.append(nu[k] * np.linalg.inv(scatter))
            logs.append(special.digamma((nu[k] - np.arange(D)) / 2).sum() + D * np.log(2)
                        - np.linalg.slogdet(scatter)[1])
        else:
            scatter = scatters[k] if kind == "diag" else np.full(D, scatters[k])
            expected.append(np.diag(nu[k] / scatter))
            logs.append((special.digamma(nu[k] / 2) - np.log(scatter / 2)).sum())
    return nu, np.array(expected), np.array(logs)


def weights_of(prior, concentration, counts):
    """`E π`, `E log π`, `E log p(π)` and the entropy of `q(π)`."""
    if prior == "dirichlet":
        alpha = concentration + counts
        logs = special.digamma(alpha) - special.digamma(alpha.sum())
        log_prior = (special.gammaln(K * concentration) - K * special.gammaln(concentration)
                     + (concentration - 1) * logs.sum())
        return alpha / alpha.sum(), logs, log_prior, stats.dirichlet(alpha).entropy()
    a = 1 + counts[:-1]
    b = concentration + np.array([counts[k + 1:].sum() for k in range(K - 1)])
    log_v, log_rest = special.digamma(a) - special.digamma(a + b), special.digamma(b) - special.digamma(a + b)
    means = np.append(a / (a + b), 1) * np.append(1, np.cumprod(b / (a + b)))
    logs = np.append(log_v, 0) + np.append(0, np.cumsum(log_rest))
    log_prior = (np.log(concentration) + (concentration - 1) * log_rest).sum()
    return means, logs, log_prior, sum(stats.beta(x, y).entropy() for x, y in zip(a, b))


def log_wishart_prior(kind, prior, nu, expected, logs):
    """`E log p(Λ)` and the entropy of `q(Λ)`."""
    nu0, s0 = prior["nu"], prior["scatter"]
    dense = kind in ("full", "tied")
    log_prior, entropy = 0.0, 0.0
    for k in range(1 if kind == "tied" else K):
        if dense:
            log_prior += (nu0 / 2 * np.linalg.slogdet(s0)[1] - nu0 * D / 2 * np.log(2) - special.multigammaln(nu0 / 2, D)
                          + (nu0 - D - 1) / 2 * logs[k] - np.trace(s0 @ expected[k]) / 2)
            entropy += stats.wishart(nu[k], expected[k] / nu[k]).entropy()
        else:
            for j in range(D if kind == "diag" else 1):
                rate, mean = s0[j] / 2, expected[k][j, j]
                log_lambda = special.digamma(nu[k] / 2) - np.log(nu[k] / 2 / mean)
                log_prior += (nu0 / 2 * np.log(rate) - special.gammaln(nu0 / 2) + (nu0 / 2 - 1) * log_lambda - rate * mean)
                entropy += stats.gamma(nu[k] / 2, scale=2 * mean / nu[k]).entropy()
    return log_prior, entropy


def step(kind, prior, posterior, weight_prior, concentration, values, row_weights):
    counts, means = posterior["counts"], posterior["means"]
    beta = prior["beta"] + counts
    nu, expected, logs = precisions(kind, prior, counts, posterior["scatters"])
    weights, log_weights, bound, entropy = weights_of(weight_prior, concentration, counts)
    bound += entropy
    log_prior, entropy = log_wishart_prior(kind, prior, nu, expected, logs)
    bound += log_prior + entropy
    for k in range(K):
        off = means[k] - prior["mean"]
        bound += (D * np.log(prior["beta"] / (2 * np.pi)) + logs[k] - D * prior["beta"] / beta[k]
                  - prior["beta"] * off @ expected[k] @ off) / 2
        bound += (D * (1 + np.log(2 * np.pi) - np.log(beta[k])) - logs[k]) / 2
    new_counts, sums, squares = np.zeros(K), np.zeros((K, D)), np.zeros((K, D, D))
    all_responsibilities, predictive = [], []
    for x, w in zip(values, row_weights):
        o, m = ~np.isnan(x), np.isnan(x)
        filled, rests, terms, entropies = [], [], np.zeros(K), np.zeros(K)
        for k in range(K):
            full, rest = x.copy(), np.zeros((D, D))
            if m.any():
                rest[np.ix_(m, m)] = np.linalg.inv(expected[k][np.ix_(m, m)])
                full[m] = means[k][m] - rest[np.ix_(m, m)] @ expected[k][np.ix_(m, o)] @ (x[o] - means[k][o])
                entropies[k] = stats.multivariate_normal(cov=rest[np.ix_(m, m)]).entropy()
            off = full - means[k]
            terms[k] = log_weights[k] + (logs[k] - D / beta[k] - D * np.log(2 * np.pi) - off @ expected[k] @ off
                                         - np.trace(expected[k] @ rest)) / 2
            filled.append(full)
            rests.append(rest)
        r = special.softmax(terms + entropies)
        all_responsibilities.append(r)
        bound += w * (r @ terms + r @ entropies + special.entr(r).sum())
        for k in range(K):
            new_counts[k] += w * r[k]
            sums[k] += w * r[k] * filled[k]
            squares[k] += w * r[k] * (np.outer(filled[k], filled[k]) + rests[k])
        parts = []
        for k in range(K):
            if kind == "diag":
                scale = np.sqrt((1 + beta[k]) / beta[k] / np.diag(expected[k]))
                parts.append(np.log(weights[k]) + stats.t(nu[k], means[k], scale).logpdf(x)[o].sum())
            else:
                df = nu[k] - (D - 1 if kind in ("full", "tied") else 0)
                shape = np.linalg.inv(expected[k]) * nu[k] / df * (1 + beta[k]) / beta[k]
                parts.append(np.log(weights[k])
                             + stats.multivariate_t(means[k][o], shape[np.ix_(o, o)], df).logpdf(x[o]))
        predictive.append(special.logsumexp(parts))
    new_beta = prior["beta"] + new_counts
    new_means = (prior["beta"] * prior["mean"] + sums) / new_beta[:, None]
    total = squares + (prior["beta"] * np.outer(prior["mean"], prior["mean"])
                       - new_beta[:, None, None] * np.einsum("ki,kj->kij", new_means, new_means))
    s0 = prior["scatter"]
    new_scatters = {"full": s0 + total, "tied": s0 + total.sum(0), "diag": s0 + np.einsum("kii->ki", total),
                    "spherical": s0 + np.einsum("kii->k", total)}[kind]
    return dict(bound=bound, responsibilities=all_responsibilities, predictive=predictive, next_counts=new_counts,
                next_means=new_means, next_scatters=new_scatters, weights=weights)


def bounds():
    rng = np.random.default_rng(7)
    values = rng.normal(scale=2, size=(20, D))
    for i in range(14):
        values[i, [j for j in range(D) if i % 7 >> j & 1]] = np.nan
    row_weights = rng.uniform(0.2, 3, size=20)
    for kind in KINDS:
        prior = prior_of(kind, rng)
        posterior = posterior_of(kind, prior, rng)
        columns = dict(values=values, row_weights=row_weights, prior_mean=prior["mean"],
                       prior_mean_precision=prior["beta"], prior_degrees_of_freedom=prior["nu"],
                       prior_scatter=prior["scatter"], **posterior)
        for name, concentration in [("dirichlet", 0.6), ("dirichlet_process", 1.7)]:
            found = step(kind, prior, posterior, name, concentration, values, row_weights)
            columns |= {f"{name}_{k}": v for k, v in found.items()}
        write(f"bayesian_{kind}", SCIPY, **columns)


def iterations():
    """Ten iterations of full covariances; and for full and diagonal ones a step from given responsibilities."""
    rng = np.random.default_rng(8)
    values = rng.normal(size=(60, D)) + np.array([[0, 0, 0], [3, 1, -2], [-2, 4, 1]])[rng.integers(3, size=60)]
    responsibilities = rng.dirichlet(np.ones(K), size=60)
    columns = dict(values=values)
    counts = responsibilities.sum(0)
    means = responsibilities.T @ values / counts[:, None]
    off = values[:, None] - means
    scatters = np.einsum("nk,nki,nkj->kij", responsibilities, off, off)
    columns |= dict(counts=counts, means=means, scatters_full=scatters, scatters_diagonal=np.einsum("kii->ki", scatters))
    scales = {"full": np.eye(D) + 0.2, "diag": np.array([1.0, 2.0, 0.5])}
    columns |= dict(prior_mean=[0.1, -0.2, 0.3], prior_full=scales["full"], prior_diagonal=scales["diag"])
    for kind in scales:
        for name in ["dirichlet_distribution", "dirichlet_process"]:
            model = BayesianGaussianMixture(n_components=K, covariance_type=KINDS[kind],
                                            weight_concentration_prior_type=name,
                                            weight_concentration_prior=0.8, mean_precision_prior=0.5,
                                            mean_prior=[0.1, -0.2, 0.3], degrees_of_freedom_prior=4.5,
                                            covariance_prior=scales[kind], reg_covar=0)
            model._check_parameters(values)
            model._initialize(values, responsibilities)
            found = dict(means=model.means_, covariances=model.covariances_, degrees=model.degrees_of_freedom_,
                         mean_precisions=model.mean_precision_)
            if name == "dirichlet_process":
                # The last stick is whole.
                a, b = model.weight_concentration_
                found["weights"] = np.append((a / (a + b))[:-1], 1) * np.append(1, np.cumprod((b / (a + b))[:-1]))
            else:
                model._set_parameters(model._get_parameters())
                found["weights"] = model.weights_
            columns |= {f"{kind}_{name}_{k}": v for k, v in found.items()}
            if (kind, name) == ("full", "dirichlet_distribution"):
                for _ in range(10):
                    model._m_step(values, model._e_step(values)[1])
                model._set_parameters(model._get_parameters())
                columns |= dict(tenth_weights=model.weights_, tenth_means=model.means_,
                                tenth_covariances=model.covariances_, tenth_degrees=model.degrees_of_freedom_,
                                tenth_responsibilities=model.predict_proba(values))
    write("bayesian_scikit_learn", SKLEARN, **columns)


if __name__ == "__main__":
    bounds()
    iterations()
