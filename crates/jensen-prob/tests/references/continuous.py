"""Special functions and one-dimensional continuous families."""

import itertools

import mpmath
import numpy as np
from scipy import special, stats

m = mpmath.mpf


def normal_functions(write, f32, agree, source):
    x = f32([-1e15, -1e4, -300, -38, -20.5, -19.5, -7.5, -1, -1e-3, 0, 0.5, 3, 9])

    def log_cdf(v):
        # The asymptotic series where Φ leaves even the exponents of mpmath.
        if v > -1e3:
            return mpmath.log(mpmath.erfc(-m(v) / mpmath.sqrt(2)) / 2)
        s = 1 + sum((-1) ** n * mpmath.fac2(2 * n - 1) / m(v) ** (2 * n) for n in range(1, 8))
        return -m(v) ** 2 / 2 - mpmath.log(2 * mpmath.pi) / 2 - mpmath.log(-m(v)) + mpmath.log(s)

    def hazard(v):
        if v > -1e3:
            return mpmath.npdf(m(v)) / (mpmath.erfc(-m(v) / mpmath.sqrt(2)) / 2)
        return -m(v) / (1 + sum((-1) ** n * mpmath.fac2(2 * n - 1) / m(v) ** (2 * n) for n in range(1, 8)))

    values = [log_cdf(v) for v in x]
    agree(values, special.log_ndtr(x), 1e-12)
    write("log_normal_cdf", source, x=x, value=values, slope=[hazard(v) for v in x])

    p = f32([1e-35, 1e-10, 1e-3, 0.0499, 0.0501, 0.3, 0.4999, 0.5, 0.6, 0.9, 0.999, 1 - 2**-24])

    def icdf(v):
        if v > 0.5:
            return -icdf(1 - m(v))
        start = special.ndtri(float(v))
        return mpmath.findroot(lambda t: mpmath.log(mpmath.erfc(-t / mpmath.sqrt(2)) / 2) - mpmath.log(m(v)), start)

    values = [icdf(v) for v in p]
    agree(values, special.ndtri(p), 1e-12)
    write("normal_icdf", source, x=p, value=values, slope=[1 / mpmath.npdf(v) for v in values])
    y = f32([-1 + 2**-24, -0.95, -0.8, -1e-3, 1e-30, 0.3, 0.8999, 0.9001, 1 - 2**-24])
    values = [icdf((1 + m(v)) / 2) / mpmath.sqrt(2) if abs(v) > 1e-20 else m(v) * mpmath.sqrt(mpmath.pi) / 2 for v in y]
    agree(values, special.erfinv(y), 1e-12)
    write("erfinv", source, x=y, value=values, slope=[mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(v**2) for v in values])


def lower_gamma(a, x):
    """P(a, x) by its series, whose terms are positive."""
    term = total = 1 / m(a)
    n = m(a)
    while term > total * m(10) ** -50:
        n += 1
        term *= m(x) / n
        total += term
    return mpmath.exp(m(a) * mpmath.log(m(x)) - m(x) - mpmath.loggamma(m(a))) * total


def incomplete_gamma(write, f32, agree, source):
    a = [1e-3, 0.3, 1.0, 2.5, 40.0, 3e3, 9e4, 2e5, 1e7]
    cases = f32([(s, max(s + z * s**0.5, s * 0.01)) for s in a for z in (-5, -1, 0, 0.4, 1.6, 5)] +
                [(0.01, 1e-20), (0.3, 1e-8), (0.3, 25), (2.5, 1e-6), (1, 40), (40, 4), (40, 150)])
    lower, upper, by_a = [], [], []
    for s, x in cases:
        h = m(10) ** -20 * m(s)
        with mpmath.workdps(60 + int(x / 2) if x < 1000 else 60):
            p = lower_gamma(s, x)
            lower.append(p)
            upper.append(1 - p)
            by_a.append((lower_gamma(m(s) + h, x) - lower_gamma(m(s) - h, x)) / (2 * h))
    by_x = [mpmath.exp((m(s) - 1) * mpmath.log(m(x)) - m(x) - mpmath.loggamma(m(s))) for s, x in cases]
    moderate = cases[:, 0] < 1e6  # beyond, SciPy cuts its continued fraction off after 2000 terms
    agree(np.array(lower, dtype=float)[moderate], special.gammainc(*cases[moderate].T), 1e-9)
    agree(np.array(upper, dtype=float)[moderate], special.gammaincc(*cases[moderate].T), 1e-9)
    write("incomplete_gamma", source, a=cases[:, 0], x=cases[:, 1], lower=lower, upper=upper, by_a=by_a, by_x=by_x,
          upper_by_a=[-v for v in by_a], upper_by_x=[-v for v in by_x])


def lower_beta(a, b, x):
    """I_x(a, b) by the series of positive terms Σ (a + b)_n/(a + 1)_n xⁿ."""
    a, b, x = m(a), m(b), m(x)
    if x > mpmath.mpf(1) / 2:
        return 1 - lower_beta(b, a, 1 - x)
    term = total = 1 / a
    n = m(0)
    while term > total * m(10) ** -45:
        term *= (a + b + n) / (a + 1 + n) * x
        n += 1
        total += term
    log_beta = mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)
    return mpmath.exp(a * mpmath.log(x) + b * mpmath.log(1 - x) - log_beta) * total


def incomplete_beta(write, f32, agree, source):
    pairs = [(0.01, 0.02), (0.5, 0.5), (1, 3), (7, 0.3), (300, 2), (40, 60), (1e3, 1e3), (3e4, 2e4), (1e5, 5)]
    cases = f32([(a, b, x) for a, b in pairs for z in (-4, -1, 0, 0.7, 2)
                 for x in [a / (a + b) + z * (a * b / (a + b) ** 2 / (a + b + 1)) ** 0.5] if 1e-6 < x < 1 - 1e-6] +
                [(0.3, 2, 1e-12), (3, 0.5, 0.999999), (20, 30, 0.01), (2, 2, 1e-6)])
    value = [lower_beta(*case) for case in cases]
    by_a, by_b = [], []
    for a, b, x in cases:
        h = m(10) ** -15
        by_a.append((lower_beta(m(a) * (1 + h), b, x) - lower_beta(m(a) * (1 - h), b, x)) / (2 * h * m(a)))
        by_b.append((lower_beta(a, m(b) * (1 + h), x) - lower_beta(a, m(b) * (1 - h), x)) / (2 * h * m(b)))
    by_x = [mpmath.exp((m(a) - 1) * mpmath.log(m(x)) + (m(b) - 1) * mpmath.log(1 - m(x)) + mpmath.loggamma(m(a) + m(b))
                       - mpmath.loggamma(m(a)) - mpmath.loggamma(m(b))) for a, b, x in cases]
    agree(value, special.betainc(*cases.T), 1e-9)
    write("incomplete_beta", source, a=cases[:, 0], b=cases[:, 1], x=cases[:, 2], value=value, by_a=by_a, by_b=by_b, by_x=by_x)


def continuous(write, f32, agree, source):
    for section in (normal_functions, incomplete_gamma, incomplete_beta):
        section(write, f32, agree, source)
