"""Reference values for the distributions of jensen-prob, as JSON beside this script.

    pip install scipy==1.17.1 mpmath==1.4.1
    python generate.py

SciPy where it is exact; mpmath with 60 digits where SciPy's own formula under- or overflows (tails
of the discretized logistic, divergences at extreme parameters). Where both are exact the script
asserts that they agree. Every input is rounded to float32 first, so that a difference is one of
arithmetic and not of input.
"""

import itertools
import json
import pathlib

import mpmath
import numpy as np
import scipy
from scipy import integrate, special, stats

import flows
import full_covariance
from continuous import continuous
import simplex_counts_directions
import divergences
import between_families
import renyi_of_shares_directions_and_low_rank
import renyi_of_vectors_and_counts

mpmath.mp.dps = 60
HERE = pathlib.Path(__file__).parent
SCIPY, MPMATH = f"SciPy {scipy.__version__}", f"mpmath {mpmath.__version__}"


def f32(numbers):
    return np.asarray(numbers, dtype=np.float32).astype(np.float64)


def write(name, source, **columns):
    columns = {k: [float(x) for x in np.ravel(v)] for k, v in columns.items()}
    assert all(np.isfinite(v).all() for v in columns.values()), name
    text = json.dumps({"source": source, "columns": columns}, indent=None).replace('], "', '],\n "')
    (HERE / f"{name}.json").write_text(text + "\n")


def agree(ours, theirs, tolerance=1e-9):
    np.testing.assert_allclose(np.array(ours, dtype=float), theirs, rtol=tolerance, atol=tolerance)


def normal():
    cases = list(itertools.product([-3.0, 0.0, 0.7, 1e4], [1e-4, 0.3, 1.0, 5.0, 1e4], [-2.0, 0.1, 1e4]))
    mean, std, x = f32(cases).T
    write("normal_log_prob", SCIPY, mean=mean, std=std, x=x, log_prob=stats.norm.logpdf(x, mean, std))
    std = f32([1e-20, 1e-4, 0.3, 1.0, 5.0, 1e20])
    write("normal_entropy", SCIPY, std=std, entropy=stats.norm.entropy(0, std))

    cases = [(0, 1, 0, 1), (0.5, 0.8, -0.2, 1.3), (1, 0.01, 0, 1), (0, 1, 3, 0.01), (2, 1.0001, 2, 1),
             (-1e3, 1e-3, 1e3, 1e3), (0, 1e6, 0, 1e-6), (0, 1e-6, 0, 1e6), (7, 2, 7.001, 2)]
    q_mean, q_std, p_mean, p_std = f32(cases).T

    def divergence(m, s, n, t):
        m, s, n, t = map(mpmath.mpf, (m, s, n, t))
        return mpmath.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - mpmath.mpf(1) / 2

    kl = [divergence(*case) for case in zip(q_mean, q_std, p_mean, p_std)]
    for i in (0, 1, 2, 4):  # the closed form itself, against quadrature
        m, s, n, t = q_mean[i], q_std[i], p_mean[i], p_std[i]
        integrand = lambda x: stats.norm.pdf(x, m, s) * (stats.norm.logpdf(x, m, s) - stats.norm.logpdf(x, n, t))
        agree(kl[i], integrate.quad(integrand, m - 12 * s, m + 12 * s, epsabs=1e-12)[0])
    write("normal_kl", MPMATH, q_mean=q_mean, q_std=q_std, p_mean=p_mean, p_std=p_std, kl=kl)


def bernoulli():
    logits = f32([-1e4, -104, -88, -30, -5, -0.3, 0, 1e-3, 2, 17, 89, 1e4])
    x = f32([0, 1])
    l, v = (a.ravel() for a in np.meshgrid(logits, x))
    log_prob = v * special.log_expit(l) + (1 - v) * special.log_expit(-l)
    moderate = np.abs(l) < 20
    agree(log_prob[moderate], stats.bernoulli.logpmf(v[moderate], special.expit(l[moderate])), 1e-7)
    write("bernoulli_log_prob", SCIPY, logits=l, x=v, log_prob=log_prob)

    def probability(l):
        return 1 / (1 + mpmath.exp(-mpmath.mpf(l))), 1 / (1 + mpmath.exp(mpmath.mpf(l)))

    def entropy(l):
        return -sum(p * mpmath.log(p) for p in probability(l))

    def divergence(q, p):
        return sum(a * mpmath.log(a / b) for a, b in zip(probability(q), probability(p)))

    agree([entropy(l) for l in logits if abs(l) < 20],
          [stats.bernoulli.entropy(special.expit(l)) for l in logits if abs(l) < 20], 1e-7)
    write("bernoulli_entropy", MPMATH, logits=logits, entropy=[entropy(l) for l in logits])
    q, p = (a.ravel() for a in np.meshgrid(logits, f32([-60, -3, 0, 1e-3, 4, 50])))
    write("bernoulli_kl", MPMATH, q=q, p=p, kl=[divergence(*pair) for pair in zip(q, p)])


def categorical():
    logits = f32([[0, 0, 0, 0], [1, -2, 0.5, 3], [1e4, 0, -1e4, 1], [-80, -81, -80.5, -200], [1e-4, 0, 0, 30]])
    other = f32([[1, 2, 3, 4], [1, -2, 0.5, 3.5], [1e4, 10, -1e4, 3], [-80, -80, -80, -80], [0, 0, 0, 0]])
    log_p, log_r = special.log_softmax(logits, axis=1), special.log_softmax(other, axis=1)
    p = np.exp(log_p)
    kl = np.sum(p * (log_p - log_r), axis=1)
    agree(kl[[0, 1, 3, 4]], stats.entropy(p, np.exp(log_r), axis=1)[[0, 1, 3, 4]])
    write("categorical", SCIPY, logits=logits, other=other, log_prob=log_p, entropy=stats.entropy(p, axis=1), kl=kl)


def discretized_logistic():
    top = 255

    def sigmoid(x):
        return 1 / (1 + mpmath.exp(-x))

    def edge(k, location, log_scale):
        return (mpmath.mpf(2 * k + 1) / (2 * top) - mpmath.mpf(location)) * mpmath.exp(-mpmath.mpf(log_scale))

    def log_prob(location, log_scale, level):
        k = int(level)
        upper, lower = edge(k, location, log_scale), edge(k - 1, location, log_scale)
        # σ(a) − σ(b) and its ends, with enough digits that the difference cannot cancel away.
        with mpmath.workdps(60 + int(abs(upper) + abs(lower))):
            if k == 0:
                p = sigmoid(upper)
            elif k == top:
                p = sigmoid(-lower)
            elif lower > 0:
                p = sigmoid(-lower) - sigmoid(-upper)
            else:
                p = sigmoid(upper) - sigmoid(lower)
            return mpmath.log(p)

    def mean(location, log_scale):
        return sum(sigmoid(-edge(k, location, log_scale)) for k in range(top)) / top

    cases = f32(list(itertools.product([-0.2, 0.0, 0.31, 0.5, 1.0, 3.0], [-7.0, -5.5, -3.0, 0.0, 4.0, 12.0], [0, 1, 79, 128, 254, 255])))
    location, log_scale, level = cases.T
    values = [log_prob(*case) for case in cases]
    s = np.exp(log_scale)
    a = stats.logistic.cdf((level + 0.5) / top, location, s)
    b = stats.logistic.cdf((level - 0.5) / top, location, s)
    inner = (level > 0) & (level < top) & (a - b > 1e-6)
    assert inner.sum() > 20
    agree(np.array(values, dtype=float)[inner], np.log((a - b)[inner]), 1e-8)
    pairs = f32(list(itertools.product([-0.2, 0.0, 0.31, 0.998, 1.4], [-9.0, -5.5, -3.0, 0.0, 4.0])))
    write("discretized_logistic", MPMATH, location=location, log_scale=log_scale, level=level, log_prob=values)
    write("discretized_logistic_mean", MPMATH, location=pairs[:, 0], log_scale=pairs[:, 1], mean=[mean(*p) for p in pairs])


def gamma():
    m = mpmath.mpf
    pairs = list(itertools.product([0.01, 0.3, 1.0, 2.5, 40.0, 1e4, 1e6], [0.05, 1.0, 300.0]))
    # The argument's own rounding enters with the slope α − βx: values within a few deviations of the mean.
    cases = f32([(a, b, max(a + z * a**0.5, 0.05 * a) / b) for a, b in pairs for z in (-2, -0.5, 0, 1, 3)])
    alpha, beta, x = cases.T
    exact = [m(a) * mpmath.log(m(b)) + (m(a) - 1) * mpmath.log(m(v)) - m(b) * m(v) - mpmath.loggamma(m(a)) for a, b, v in cases]
    agree(exact, stats.gamma.logpdf(x, alpha, scale=1 / beta), 1e-7)
    entropy = [m(a) - mpmath.log(m(b)) + mpmath.loggamma(m(a)) + (1 - m(a)) * mpmath.digamma(m(a)) for a, b, _ in cases]
    agree(entropy, stats.gamma.entropy(alpha, scale=1 / beta), 1e-7)
    write("gamma", MPMATH, concentration=alpha, rate=beta, x=x, log_prob=exact, entropy=entropy)

    cases = f32([(1, 1, 1, 1), (2.5, 0.5, 2, 3), (0.01, 1, 5, 2), (5, 2, 0.01, 1), (1e4, 1, 1.001e4, 1.001), (1e6, 1e3, 1e6, 1e3),
                 (300, 1, 2, 0.01), (40, 1, 41, 1)])

    def divergence(a, b, c, d):
        a, b, c, d = map(m, (a, b, c, d))
        return (a - c) * mpmath.digamma(a) - mpmath.loggamma(a) + mpmath.loggamma(c) + c * mpmath.log(b / d) + a * (d - b) / b

    kl = [divergence(*case) for case in cases]
    for i in (0, 1, 3, 7):  # the closed form itself, against quadrature
        a, b, c, d = cases[i]
        q, p = stats.gamma(a, scale=1 / b), stats.gamma(c, scale=1 / d)
        agree(kl[i], integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), 0, q.isf(1e-16), epsabs=1e-12)[0], 1e-7)
    write("gamma_kl", MPMATH, q_concentration=cases[:, 0], q_rate=cases[:, 1], p_concentration=cases[:, 2], p_rate=cases[:, 3], kl=kl)


def beta():
    m = mpmath.mpf

    def log_beta(a, b):
        return mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)

    pairs = list(itertools.product([0.01, 0.5, 1.0, 7.0, 300.0, 1e6], [0.02, 1.0, 3.0, 1e3, 1e6]))
    cases = f32([(a, b, x) for a, b in pairs for z in (-2, -0.5, 0, 1, 3)
                 for x in [a / (a + b) + z * (a * b / (a + b) ** 2 / (a + b + 1)) ** 0.5] if 1e-6 < x < 0.999])
    alpha, beta, x = cases.T
    exact = [(m(a) - 1) * mpmath.log(m(v)) + (m(b) - 1) * mpmath.log1p(-m(v)) - log_beta(m(a), m(b)) for a, b, v in cases]
    agree(exact, stats.beta.logpdf(x, alpha, beta), 1e-7)

    def entropy(a, b):
        a, b = m(a), m(b)
        psi = mpmath.digamma
        return log_beta(a, b) - (a - 1) * psi(a) - (b - 1) * psi(b) + (a + b - 2) * psi(a + b)

    entropies = [entropy(a, b) for a, b, _ in cases]
    moderate = (alpha < 1e3) & (beta < 1e3)
    agree(np.array(entropies, dtype=float)[moderate], stats.beta.entropy(alpha, beta)[moderate], 1e-7)
    write("beta", MPMATH, alpha=alpha, beta=beta, x=x, log_prob=exact, entropy=entropies)

    cases = f32([(1, 1, 1, 1), (2.5, 0.5, 2, 3), (0.01, 1, 5, 2), (5, 2, 0.01, 1), (1e4, 1e4, 1.001e4, 1e4), (1e6, 3, 1e6, 3),
                 (300, 1, 2, 0.5), (40, 7, 41, 7)])

    def divergence(a, b, c, d):
        a, b, c, d = map(m, (a, b, c, d))
        psi = mpmath.digamma
        return log_beta(c, d) - log_beta(a, b) + (a - c) * psi(a) + (b - d) * psi(b) + (c - a + d - b) * psi(a + b)

    kl = [divergence(*case) for case in cases]
    for i in (0, 1, 3, 7):  # the closed form itself, against quadrature
        q, p = stats.beta(*cases[i][:2]), stats.beta(*cases[i][2:])
        agree(kl[i], integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), 0, 1, epsabs=1e-12, limit=500)[0], 1e-6)
    write("beta_kl", MPMATH, q_alpha=cases[:, 0], q_beta=cases[:, 1], p_alpha=cases[:, 2], p_beta=cases[:, 3], kl=kl)


def special_functions():
    x = f32([1e-30, 1e-3, 0.1, 0.5, 0.999, 1, 1.001, 1.46, 1.999, 2, 3.7, 7.99, 8, 40, 1e3, 1e6, 1e30])
    m = mpmath.mpf
    log_gamma, psi = [mpmath.loggamma(m(v)) for v in x], [mpmath.digamma(m(v)) for v in x]
    write("log_gamma", MPMATH, x=x, value=log_gamma, slope=psi)
    x = f32([1e-15, 1e-3, 0.1, 0.5, 0.999, 1, 1.001, 1.46, 1.999, 2, 3.7, 7.99, 8, 40, 1e3, 1e6, 1e18])
    psi, psi1 = [mpmath.digamma(m(v)) for v in x], [mpmath.psi(1, m(v)) for v in x]
    write("digamma", MPMATH, x=x, value=psi, slope=psi1)
    remainder = [mpmath.loggamma(m(v)) - m(v) * mpmath.log(m(v)) + m(v) for v in x]
    left = [a - mpmath.log(m(v)) for a, v in zip(psi, x)]
    write("log_gamma_remainder", MPMATH, x=x, value=remainder, slope=left)
    write("digamma_remainder", MPMATH, x=x, value=left, slope=[a - 1 / m(v) for a, v in zip(psi1, x)])

    x = f32([1e-30, 1e-10, 1e-3, 0.1, 0.693, 0.694, 2, 20, 80, 1e4])
    log1mexp = [mpmath.log(1 - mpmath.exp(-mpmath.mpf(v))) if v < 100 else mpmath.mpf(0) for v in x]
    slope = [1 / (mpmath.exp(mpmath.mpf(v)) - 1) if v < 100 else mpmath.mpf(0) for v in x]
    write("log1mexp", MPMATH, x=x, value=log1mexp, slope=slope)
    y = f32([-1e4, -104, -50, -1, -1e-5, 0, 1e-5, 1, 50, 1e4])
    write("softplus", SCIPY, x=y, value=-special.log_expit(-y), slope=special.expit(y))


def location_scale():
    """Tails with mpmath, which has their digits; SciPy where both have them."""
    m = mpmath.mpf

    def laplace(z):
        return -abs(z) - mpmath.log(2), mpmath.exp(z) / 2 if z < 0 else 1 - mpmath.exp(-z) / 2

    def logistic(z):
        return -z - 2 * mpmath.log1p(mpmath.exp(-z)), 1 / (1 + mpmath.exp(-z))

    def gumbel(z):
        return -z - mpmath.exp(-z), mpmath.exp(-mpmath.exp(-z))

    def cauchy(z):
        return -mpmath.log(mpmath.pi * (1 + z * z)), mpmath.atan2(1, -z) / mpmath.pi

    families = {
        "laplace": (laplace, stats.laplace, 80), "logistic": (logistic, stats.logistic, 80),
        "gumbel": (gumbel, stats.gumbel_r, 4), "cauchy": (cauchy, stats.cauchy, 1e15),
    }
    for name, (exact, family, lowest) in families.items():
        # Scales that are powers of two, so that the standardised value is exact.
        cases = [
            (location, scale, location + z * scale, u)
            for location, scale in [(0.0, 1.0), (0.0, 0.25), (-3.0, 2.0), (0.0, 1024.0)]
            for z, u in [(-lowest, 2**-24), (-2.5, 0.01), (-1.0, 0.25), (-0.03125, 0.4), (0.0, 0.5), (0.5, 0.7), (4.0, 0.95),
                         (30.0, 0.999), (1e4, 1 - 2**-20)]
        ]
        location, scale, x, u = f32(cases).T
        values = [exact((m(a) - m(l)) / m(s)) for l, s, a in zip(location, scale, x)]
        log_prob = [log_density - mpmath.log(m(s)) for (log_density, _), s in zip(values, scale)]
        cdf = [share for _, share in values]
        moderate = np.abs((x - location) / scale) < 20
        agree(np.array(log_prob, dtype=float)[moderate], family.logpdf(x, location, scale)[moderate])
        agree(np.array(cdf, dtype=float)[moderate], family.cdf(x, location, scale)[moderate])
        write(name, f"{MPMATH}, {SCIPY}", location=location, scale=scale, x=x, u=u, log_prob=log_prob, cdf=cdf,
              icdf=family.ppf(u, location, scale), entropy=family.entropy(location, scale))

    cases = f32([(0, 1, 0, 1), (0.5, 0.8, -0.2, 1.3), (1, 0.01, 0, 1), (0, 1, 3, 0.01), (2, 1.0001, 2, 1),
                 (-1e3, 1e-3, 1e3, 1e3), (0, 1e6, 0, 1e-6), (0, 1e-6, 0, 1e6), (7, 2, 7.001, 2)])

    def laplace_kl(a, s, b, t):
        a, s, b, t = map(m, (a, s, b, t))
        d = abs(a - b)
        return mpmath.log(t / s) + (s * mpmath.exp(-d / s) + d) / t - 1

    def cauchy_kl(a, s, b, t):
        a, s, b, t = map(m, (a, s, b, t))
        return mpmath.log(((s + t) ** 2 + (a - b) ** 2) / (4 * s * t))

    def gumbel_kl(a, s, b, t):
        a, s, b, t = map(m, (a, s, b, t))
        return mpmath.log(t / s) + mpmath.euler * (s / t - 1) + mpmath.exp((b - a) / t) * mpmath.gamma(s / t + 1) - 1 + (a - b) / t

    everywhere = cases
    for name, closed in [("laplace", laplace_kl), ("cauchy", cauchy_kl), ("gumbel", gumbel_kl)]:
        # e^{−δ} of the Gumbel distribution leaves single precision where the others only grow.
        cases = everywhere if name != "gumbel" else f32([(0, 1, 0, 1), (0.5, 0.8, -0.2, 1.3), (1, 0.01, 0, 1),
                                                         (0, 1, 3, 0.2), (2, 1.0001, 2, 1), (9, 20, 0, 1)])
        kl = [closed(*case) for case in cases]
        density = families[name][0]
        for i in (0, 1, 4):  # the closed form itself, against quadrature
            a, s, b, t = map(m, cases[i])

            def integrand(x):
                log_q, log_p = density((x - a) / s)[0] - mpmath.log(s), density((x - b) / t)[0] - mpmath.log(t)
                return mpmath.exp(log_q) * (log_q - log_p)

            # The density of the Gumbel distribution falls doubly exponentially below: e^{−e^6} is nothing.
            ends = (a - 6 * s, a + 60 * s) if name == "gumbel" else (-mpmath.inf, mpmath.inf)
            with mpmath.workdps(20):
                agree(kl[i], float(mpmath.quad(integrand, [ends[0], *sorted({a, b}), ends[1]])))
        write(f"{name}_kl", MPMATH, q_location=cases[:, 0], q_scale=cases[:, 1], p_location=cases[:, 2],
              p_scale=cases[:, 3], kl=kl)


for section in (normal, bernoulli, categorical, discretized_logistic, location_scale, gamma, beta, special_functions):
    section()
for section in (full_covariance.multivariate_normal, full_covariance.low_rank_normal):
    section(f32, write, agree, f"{MPMATH}, {SCIPY}")
for section in (flows.planar, flows.radial, flows.spline):
    section(f32, write, MPMATH)
continuous(write, f32, agree, MPMATH)
simplex_counts_directions.run(write, f32, agree, MPMATH)
divergences.write_all(write, f32)
between_families.write_all(write, f32)
renyi_of_vectors_and_counts.write_all(write, f32)
renyi_of_vectors_and_counts.von_mises_shares(write, f32)
renyi_of_shares_directions_and_low_rank.write_all(write, f32)
