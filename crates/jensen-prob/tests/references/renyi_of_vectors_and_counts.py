"""Rényi divergences of vectors, counts and families with ends: by the integral or the sum itself, with mpmath."""

import itertools

import mpmath
import numpy as np

from divergences import MPMATH, ORDERS

m = mpmath.mpf


def of_total(log_total, order):
    return log_total / (order - 1)


def normal(q_mean, q_covariance, p_mean, p_covariance, order):
    """log ∫ q^α p^{1−α}, of the quadratic form that both exponents add up to."""
    as_matrix = lambda a: mpmath.matrix(np.atleast_2d(a).tolist())
    log_total, precision, shift, square = m(0), None, None, m(0)
    for mean, covariance, weight in [(q_mean, q_covariance, order), (p_mean, p_covariance, 1 - order)]:
        mean, inverse = as_matrix(mean).T, as_matrix(covariance) ** -1
        precision = weight * inverse if precision is None else precision + weight * inverse
        shift = weight * inverse * mean if shift is None else shift + weight * inverse * mean
        square += weight * (mean.T * inverse * mean)[0, 0]
        log_total -= weight * mpmath.log(mpmath.det(as_matrix(covariance))) / 2
    # Where no eigenvalue of the precision is negative.
    mpmath.cholesky(precision)
    log_total += ((shift.T * precision**-1 * shift)[0, 0] - square - mpmath.log(mpmath.det(precision))) / 2
    return of_total(log_total, order)


def dirichlet(q, p, order):
    log_beta = lambda a: sum(mpmath.loggamma(m(x)) for x in a) - mpmath.loggamma(sum(m(x) for x in a))
    between = [order * m(a) + (1 - order) * m(b) for a, b in zip(q, p)]
    return of_total(log_beta(between) - order * log_beta(q) - (1 - order) * log_beta(p), order)


def dirichlet_on_the_triangle(q, p, order):
    log_beta = lambda a: sum(mpmath.loggamma(m(x)) for x in a) - mpmath.loggamma(sum(m(x) for x in a))
    density = lambda a, x: sum((c - 1) * mpmath.log(s) for c, s in zip(a, x)) - log_beta(a)

    def integrand(u, v):
        x = (u, (1 - u) * v, (1 - u) * (1 - v))
        return (1 - u) * mpmath.exp(order * density(q, x) + (1 - order) * density(p, x))

    return of_total(mpmath.log(mpmath.quad(integrand, [0, 1], [0, 1])), order)


def counts(log_q, log_p, values, order):
    return of_total(mpmath.log(sum(mpmath.exp(order * log_q(x) + (1 - order) * log_p(x)) for x in values)), order)


def log_sigmoid(l):
    return -mpmath.log1p(mpmath.exp(-m(l)))


def geometric(l):
    return lambda x: x * log_sigmoid(-l) + log_sigmoid(l)


def binomial(n, l):
    return lambda x: mpmath.log(mpmath.binomial(n, x)) + x * log_sigmoid(l) + (n - x) * log_sigmoid(-l)


def multinomial(n, logits):
    total = mpmath.log(sum(mpmath.exp(m(l)) for l in logits))

    def log_prob(x):
        ways = mpmath.loggamma(n + 1) - sum(mpmath.loggamma(k + 1) for k in x)
        return ways + sum(k * (m(l) - total) for k, l in zip(x, logits))

    return log_prob


def pareto(alpha, scale):
    return lambda y: mpmath.log(alpha) - alpha * (y - mpmath.log(scale)) - y


def write_all(write, f32):
    covariances = [np.eye(3), np.diag([1.0, 4.0, 0.25]), np.array([[2, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 0.7]])]
    means = f32([[0, 0, 0], [1, -2, 0.5], [0.3, 0.1, -0.2]])
    covariances = [np.float32(c).astype(np.float64) for c in covariances]
    near = [np.float32(c * (1 + 1e-3)).astype(np.float64) for c in covariances]
    orders = f32([0.01, 0.25, 0.5, 0.999, 0.9999990463256836, 1.0001, 1.125])
    cases = [(0, means[0], covariances[0], means[1], covariances[2]), (1, means[2], covariances[2], means[1], covariances[0] * 4),
             (2, means[1], covariances[1], means[1] + 2.0**-6, near[1]), (3, means[0], covariances[2], means[2], near[2])]
    rows = [(*case[1:], m(order)) for case in cases for order in orders]
    with mpmath.workdps(60):
        values = [normal(*row) for row in rows]
        # The form against the integral, in the plane.
        q, p, order = (means[0][:2], covariances[2][:2, :2]), (means[2][:2], covariances[1][:2, :2]), m("0.3")

        def density(x, mean, covariance):
            inverse, distance = np.linalg.inv(covariance), np.array(x, dtype=float) - mean
            return -0.5 * distance @ inverse @ distance - 0.5 * np.log(np.linalg.det(2 * np.pi * covariance))

        axis = np.linspace(-14, 14, 701)
        grid = [np.exp(0.3 * density((a, b), *q) + 0.7 * density((a, b), *p)) for a in axis for b in axis]
        direct = np.log(sum(grid) * (axis[1] - axis[0]) ** 2) / (0.3 - 1)
        np.testing.assert_allclose(float(normal(*q, *p, order)), direct, rtol=1e-9)
    write("renyi_multivariate_normal", MPMATH, q_mean=[r[0] for r in rows], q_covariance=[r[1] for r in rows],
          p_mean=[r[2] for r in rows], p_covariance=[r[3] for r in rows], order=[r[4] for r in rows], divergence=values)

    cases = f32([(3, 4, 2, 2, 2, 3), (0.7, 0.6, 2, 0.5, 0.5, 1.5), (200, 300, 5, 190, 290, 6), (5, 1, 1, 4, 0.9, 1.1)])
    rows = [(*case, order) for case in cases for order in f32(ORDERS)]
    rows = [row for row in rows if all(row[6] * a + (1 - row[6]) * b > 0 for a, b in zip(row[:3], row[3:6]))]
    with mpmath.workdps(40):
        values = [dirichlet(row[:3], row[3:6], m(row[6])) for row in rows]
    with mpmath.workdps(15):
        np.testing.assert_allclose(float(values[2]), float(dirichlet_on_the_triangle(cases[0][:3], cases[0][3:], m(rows[2][6]))), rtol=1e-8)
    write("renyi_dirichlet", MPMATH, q=[r[:3] for r in rows], p=[r[3:6] for r in rows], order=[r[6] for r in rows], divergence=values)

    rows = f32([(*pair, order) for pair in [(0, 1), (-3, -2.99), (2, -1), (-1, 4)] for order in ORDERS])
    # The sum has a value where a failure of the product is less than sure.
    rows = [row for row in rows if row[2] * log_sigmoid(-row[0]) + (1 - row[2]) * log_sigmoid(-row[1]) < -1e-3]
    with mpmath.workdps(30):
        def of_geometric(q, p, order):
            log_q, log_p = geometric(q), geometric(p)
            return of_total(mpmath.log(mpmath.nsum(lambda x: mpmath.exp(order * log_q(x) + (1 - order) * log_p(x)), [0, mpmath.inf])), order)

        values = [of_geometric(row[0], row[1], m(row[2])) for row in rows]
    write("renyi_geometric", MPMATH, q=[r[0] for r in rows], p=[r[1] for r in rows], order=[r[2] for r in rows], divergence=values)

    rows = f32([(*case, order) for case in [(7, 0, 1), (40, -3, -2.99), (1, 2, -1), (12, 5, 5)] for order in ORDERS])
    with mpmath.workdps(30):
        values = [counts(binomial(int(n), a), binomial(int(n), b), range(int(n) + 1), m(order)) for n, a, b, order in rows]
    write("renyi_binomial", MPMATH, total_count=rows[:, 0], q=rows[:, 1], p=rows[:, 2], order=rows[:, 3], divergence=values)

    rows = f32([(*case, order) for case in [(4, 0, 1, 2, 1, 0, -1), (6, 3, 3, 0, 3, 2.99, 0)] for order in ORDERS])

    def compositions(n):
        return [(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)]

    with mpmath.workdps(30):
        values = [counts(multinomial(int(r[0]), r[1:4]), multinomial(int(r[0]), r[4:7]), compositions(int(r[0])), m(r[7])) for r in rows]
    write("renyi_multinomial", MPMATH, total_count=rows[:, 0], q=rows[:, 1:4], p=rows[:, 4:7], order=rows[:, 7], divergence=values)

    # Below order 1 where either begins first, above it where q lies in p.
    pairs = [(3, 2, 2, 1), (3, 2, 2, 2), (0.5, 7, 0.75, 1.5)]
    rows = [(*case, order) for case in pairs for order in ORDERS if order * case[0] + (1 - order) * case[2] > 0.01]
    rows = f32(rows + [(2, 1, 3, 2, order) for order in ORDERS if order < 0.99])

    def of_pareto(a, s, b, t, order):
        log_q, log_p = pareto(m(a), m(s)), pareto(m(b), m(t))
        start = mpmath.log(max(s, t))
        rate = order * m(a) + (1 - order) * m(b)
        points = mpmath.linspace(start, start + 80 / rate, 41)
        return of_total(mpmath.log(mpmath.quad(lambda y: mpmath.exp(y + order * log_q(y) + (1 - order) * log_p(y)), points)), order)

    with mpmath.workdps(30):
        values = [of_pareto(*row[:4], m(row[4])) for row in rows]
    write("renyi_pareto", MPMATH, q_first=rows[:, 0], q_second=rows[:, 1], p_first=rows[:, 2], p_second=rows[:, 3],
          order=rows[:, 4], divergence=values)


def von_mises_shares(write, f32):
    kappas = [0, 1e-3, 0.7, 5, 40, 1e4, 1e8]
    places = [-3.14, -2.5, -1e-3, 0, 0.4, 3.1]
    cases = f32([(mu, k, x) for mu in (0, -2.5, 3.0, 40.0) for k in kappas for x in
                 [*places, *(mu - 2 * mpmath.pi * mpmath.nint(mu / (2 * mpmath.pi)) + z / max(k, 1) ** 0.5 for z in (-3, -0.3, 1.2))]])
    # A step of an angle of 40 is 7e-11 deviations at a concentration of 1e8.
    cases = [case for case in cases if abs(case[2]) < np.pi and not (case[0] == 40 and case[1] == f32(1e8))]

    def share(mu, k, x):
        mu, k, x = m(mu), m(k), m(x)
        density = lambda t: mpmath.exp(k * (mpmath.cos(t - mu) - 1))
        # About each mode that lies between, in steps of deviations.
        mode = mu - 2 * mpmath.pi * mpmath.nint(mu / (2 * mpmath.pi))
        width = 1 / mpmath.sqrt(k + 1)
        modes = [mode + 2 * mpmath.pi * turn for turn in (-1, 0, 1)]
        steps = [-40, -20, -10, -6, -3, -1.5, 0, 1.5, 3, 6, 10, 20, 40]
        points = {p for c in modes for s in steps if -mpmath.pi < (p := c + s * width) < mpmath.pi} | {-mpmath.pi, mpmath.pi}
        below = sorted({p for p in points if p < x} | {x})
        whole = 2 * mpmath.pi * mpmath.exp(-k) * mpmath.besseli(0, k)
        return mpmath.quad(density, below) / whole

    with mpmath.workdps(30):
        values = [share(*case) for case in cases]
    columns = list(zip(*cases))
    write("von_mises_cdf", MPMATH, location=columns[0], concentration=columns[1], x=columns[2], cdf=values)
