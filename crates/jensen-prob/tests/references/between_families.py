"""Divergences from and to families with an end of their support, by quadrature with mpmath: no closed form enters."""

import mpmath

from divergences import MPMATH, beta, gamma, gumbel, normal

m = mpmath.mpf


def uniform(low, high):
    return lambda x: -mpmath.log(high - low)


def exponential(rate, _):
    return lambda x: mpmath.log(rate) - rate * x


def pareto(alpha, scale):
    return lambda x: mpmath.log(alpha) + alpha * mpmath.log(scale) - (alpha + 1) * mpmath.log(x)


def weibull(k, scale):
    return lambda x: mpmath.log(k / scale) + (k - 1) * mpmath.log(x / scale) - (x / scale) ** k


def continuous_bernoulli(logit, _):
    constant = mpmath.log(logit / mpmath.expm1(logit)) if logit else m(0)
    return lambda x: constant + logit * x


# From families of an interval over their values, from those of positive numbers over their logarithms.
INTERVALS = {
    uniform: lambda a, b: (a, b),
    beta: lambda a, b: (m(0), m(1)),
    continuous_bernoulli: lambda a, b: (m(0), m(1)),
}
LOGARITHMS = {
    pareto: lambda a, b: (mpmath.log(b), mpmath.log(b) + 90 / (a - 2)),
    weibull: lambda a, b: (mpmath.log(b) - 75 / a, mpmath.log(b) + mpmath.log(120) / a),
}


def divergence(q_family, p_family, q, p):
    log_q, log_p = q_family(*q), p_family(*p)
    excess = lambda x: mpmath.exp(log_q(x)) * (log_q(x) - log_p(x))
    if q_family in INTERVALS:
        low, high = INTERVALS[q_family](*q)
        return mpmath.quad(excess, mpmath.linspace(low, high, 31))
    low, high = LOGARITHMS[q_family](*q)
    return mpmath.quad(lambda y: mpmath.exp(y) * excess(mpmath.exp(y)), mpmath.linspace(low, high, 61))


CASES = {
    "uniform_beta": (uniform, beta, [(0, 1, 1, 1), (0, 1, 0.5, 3), (0.25, 0.75, 20, 30), (0.4, 0.40625, 400, 600), (0.9, 1, 7, 0.3)]),
    "uniform_continuous_bernoulli": (uniform, continuous_bernoulli, [(0, 1, 0, 1), (0.1, 0.9, -2, 1), (0.5, 0.75, 9, 1), (0, 0.01, -30, 1)]),
    "uniform_exponential": (uniform, exponential, [(0, 1, 1, 1), (2, 3, 0.5, 1), (99, 101, 0.02, 1), (0, 1e-3, 300, 1)]),
    "uniform_gamma": (uniform, gamma, [(0, 1, 1, 1), (2, 3, 0.5, 2), (99, 101, 400, 4), (0, 1e-3, 0.5, 300), (0.5, 40, 30, 2)]),
    "uniform_gumbel": (uniform, gumbel, [(0, 1, 0, 1), (-2, 3, 0.5, 3), (99, 101, 100, 0.5), (-1, 1, 2, 5), (3, 3.0078125, 3, 2)]),
    "uniform_pareto": (uniform, pareto, [(1, 2, 1, 1), (2, 3, 0.5, 0.5), (99, 101, 30, 98), (1, 1.0078125, 100, 1)]),
    "beta_continuous_bernoulli": (beta, continuous_bernoulli, [(1, 1, 0, 1), (0.5, 0.7, -2, 1), (20, 4, 9, 1), (2, 9, -30, 1)]),
    "beta_uniform": (beta, uniform, [(1, 1, 0, 1), (0.5, 0.7, -2, 3), (20, 4, 0, 1.5), (300, 500, -0.5, 1)]),
    "continuous_bernoulli_uniform": (continuous_bernoulli, uniform, [(0, 1, 0, 1), (-2, 1, -2, 3), (9, 1, 0, 1.5), (-30, 1, -0.5, 1)]),
    "pareto_gamma": (pareto, gamma, [(3, 1, 1, 1), (2.5, 0.1, 0.5, 2), (30, 2, 400, 200), (400, 5, 2, 0.3)]),
    "pareto_normal": (pareto, normal, [(3, 1, 0, 1), (2.5, 0.1, 1, 2), (30, 2, 2, 0.1), (400, 5, 6, 3)]),
    "weibull_gamma": (weibull, gamma, [(1, 1, 1, 1), (2, 0.1, 0.5, 3), (0.5, 2, 2, 0.2), (9, 0.5, 40, 90), (40, 3, 1000, 300)]),
}


def write_all(write, f32):
    for name, (q_family, p_family, cases) in CASES.items():
        cases = f32(cases)
        with mpmath.workdps(25):
            values = [divergence(q_family, p_family, (m(a), m(b)), (m(c), m(d))) for a, b, c, d in cases]
        columns = dict(q_first=cases[:, 0], q_second=cases[:, 1], p_first=cases[:, 2], p_second=cases[:, 3])
        write(f"kl_{name}", MPMATH, **columns, kl=values)
