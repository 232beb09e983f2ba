"""Families on the simplex, counts and directions, for generate.py."""

import itertools

import mpmath
import numpy as np
from scipy import integrate, special, stats

m = mpmath.mpf


def concrete(write, f32, agree, source):
    logits = f32([[0, 0, 0, 0], [1, -2, 0.5, 3], [-80, 10, 0, 1], [30, -30, 2, 2]])
    ratios = f32([[0, 0, 0, 0], [1, -1, 2, 0], [-20, 5, 3, 1], [200, -100, 0, 7]])
    pairs = list(itertools.product(logits, ratios))
    for temperature in (m("0.1"), m("0.5"), m(1), m(4)):
        n = 4
        columns = {"logits": [], "y": [], "log_prob": [], "log_prob_of_points": [], "entropy": []}
        for l, u in pairs:
            y = f32([float(m(a) - mpmath.log(mpmath.fsum(mpmath.exp(m(b)) for b in u))) for a in u])
            # Maddison, Mnih & Teh 2017, definition 1, of the point itself, whose coordinates need not add up to 1 exactly.
            weights = [mpmath.exp(m(a)) * mpmath.exp(-temperature * m(b)) for a, b in zip(l, y)]
            point = mpmath.log(mpmath.factorial(n - 1)) + (n - 1) * mpmath.log(temperature)
            point += mpmath.fsum(mpmath.log(w) - m(b) for w, b in zip(weights, y)) - n * mpmath.log(mpmath.fsum(weights))
            columns["logits"] += [*l]
            columns["y"] += [*y]
            columns["log_prob_of_points"].append(point)
            columns["log_prob"].append(point + mpmath.fsum(m(b) for b in y))
            # H of n exponential numbers up to their scale: see the derivation in concrete.rs, here by the density of
            # the ratios of two, checked below, and the recurrence of the digamma function.
            columns["entropy"].append(n * (mpmath.euler + mpmath.digamma(n)) - mpmath.log(mpmath.factorial(n - 1)) - (n - 1) * mpmath.log(temperature))
        write(f"concrete_{mpmath.nstr(temperature, 2).replace('.0', '') if temperature >= 1 else mpmath.nstr(temperature, 1)}", source, **columns)
    # Of two categories the closed entropy is that of a logistic number.
    agree([2 * (mpmath.euler + mpmath.digamma(2))], [stats.logistic.entropy()])
    # The density of two categories integrates to 1 over the simplex.
    total = mpmath.quad(lambda x: m("0.7") * 2 * x ** m("-1.7") * (1 - x) ** m("-1.7") / (2 * x ** m("-0.7") + (1 - x) ** m("-0.7")) ** 2, [0, 0.1, 0.5, 0.9, 1])
    agree([total], [1.0], 1e-6)


def dirichlet(write, f32, agree, source):
    def log_beta(a):
        return mpmath.fsum(mpmath.loggamma(v) for v in a) - mpmath.loggamma(mpmath.fsum(a))

    rng = np.random.default_rng(3)
    alphas = [(0.01, 0.02, 0.03), (0.5, 1, 1), (1, 1, 1), (7, 2, 0.3), (40, 50, 60), (1e4, 2e4, 5.0), (1e6, 1e6, 3e6)]
    cases = f32([a for a in alphas for _ in range(4)])
    # Shares as they are drawn, and whose sum is 1 but for their rounding.
    x = f32([rng.dirichlet(np.maximum(a, 0.5)) for a in cases])
    last = 1 - (x[:, 0] + x[:, 1])
    exact = [-log_beta([m(v) for v in a]) + mpmath.fsum((m(b) - 1) * mpmath.log(m(v)) for b, v in zip(a[:2], s)) + (m(a[2]) - 1) * mpmath.log1p(-m(s[0]) - m(s[1]))
             for a, s in zip(cases, x)]
    agree(exact, [stats.dirichlet.logpdf([s[0], s[1], t], a) for a, s, t in zip(cases, x, last)], 1e-7)

    def entropy(a):
        a = [m(v) for v in a]
        n = mpmath.fsum(a)
        return log_beta(a) + (n - len(a)) * mpmath.digamma(n) - mpmath.fsum((v - 1) * mpmath.digamma(v) for v in a)

    entropies = [entropy(a) for a in cases]
    moderate = cases.max(axis=1) < 1e3
    agree(np.array(entropies, dtype=float)[moderate], [stats.dirichlet.entropy(a) for a in cases[moderate]], 1e-7)
    write("dirichlet", source, concentration=cases, x=np.column_stack([x[:, :2], last]), log_prob=exact, entropy=entropies)

    q = f32([(1, 1, 1), (2.5, 0.5, 3), (0.01, 1, 2), (5, 2, 7), (1e4, 1e4, 1e4), (1e6, 3, 5), (40, 7, 9)])
    p = f32([(1, 1, 1), (2, 3, 1), (5, 2, 0.5), (0.01, 1, 0.3), (1.001e4, 1e4, 1e4), (1e6, 3, 5), (41, 7, 9)])

    def divergence(a, b):
        a, b = [m(v) for v in a], [m(v) for v in b]
        n = mpmath.fsum(a)
        return log_beta(b) - log_beta(a) + mpmath.fsum((u - v) * (mpmath.digamma(u) - mpmath.digamma(n)) for u, v in zip(a, b))

    kl = [divergence(*pair) for pair in zip(q, p)]
    for i in (0, 3):  # the closed form itself, against quadrature
        a, b = stats.dirichlet(q[i]), stats.dirichlet(p[i])

        def integrand(y, x):
            s = [x, y * (1 - x), (1 - y) * (1 - x)]
            return (1 - x) * a.pdf(s) * (a.logpdf(s) - b.logpdf(s))

        agree([kl[i]], [integrate.dblquad(integrand, 1e-12, 1 - 1e-12, 1e-12, 1 - 1e-12)[0]], 1e-6)
    write("dirichlet_kl", source, q=q, p=p, kl=kl)


def run(write, f32, agree, source):
    for section in (concrete, dirichlet):
        section(write, f32, agree, source)
