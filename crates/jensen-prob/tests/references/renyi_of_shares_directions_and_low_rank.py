"""Rényi divergences of shares and directions, by the integral itself, and of covariances of low rank written out, with mpmath."""

import mpmath
import numpy as np

from divergences import MPMATH, ORDERS
from renyi_of_vectors_and_counts import normal

m = mpmath.mpf


def divergence(log_total, order):
    """Of the log-integral of the exponent of a natural parameter, which is the log-normaliser."""
    return lambda q, p, between: (log_total(between) - order * log_total(q) - (1 - order) * log_total(p)) / (order - 1)


def log_total_of_shares(logit):
    """log ∫_0^1 e^{l x} dx, from the end at which the integrand is largest."""
    size = abs(logit)
    points = sorted({m(0), m(1), *(x for k in (1, 4, 12, 40, 80, 160) if size and (x := k / size) < 1)})
    return max(logit, m(0)) + mpmath.log(mpmath.quad(lambda x: mpmath.exp(-size * x), points))


def log_total_of_directions(dimensions):
    """log ∫ e^{η·x} over the sphere, by the angle from η and up to what all η have in common."""

    def log_total(natural):
        size = mpmath.sqrt(sum(x * x for x in natural))
        width = 1 / mpmath.sqrt(size + 1)
        points = sorted({m(0), mpmath.pi, *(x for k in (1, 3, 6, 10, 15, 25, 40) if (x := k * width) < mpmath.pi)})
        # 2 sin² θ/2 keeps the digits of 1 − cos θ.
        density = lambda t: mpmath.sin(t) ** (dimensions - 2) * mpmath.exp(-2 * size * mpmath.sin(t / 2) ** 2)
        return size + mpmath.log(mpmath.quad(density, points))

    return log_total


def directions(q, p, order):
    between = [order * a + (1 - order) * b for a, b in zip(q, p)]
    return divergence(log_total_of_directions(len(q)), order)(q, p, between)


def on_the_circle(location, concentration):
    return [m(concentration) * mpmath.cos(m(location)), m(concentration) * mpmath.sin(m(location))]


def on_the_sphere(direction, concentration):
    length = mpmath.sqrt(sum(m(x) ** 2 for x in direction))
    return [m(concentration) * m(x) / length for x in direction]


def directly(log_q, log_p, order, points):
    """The definition, where the densities are written out."""
    total = mpmath.quad(lambda x: mpmath.exp(order * log_q(x) + (1 - order) * log_p(x)), points)
    return mpmath.log(total) / (order - 1)


def closed_form_of_shares(q, p, order):
    log_total = lambda l: mpmath.log(mpmath.expm1(l) / l) if l else m(0)
    return divergence(log_total, order)(q, p, order * q + (1 - order) * p)


def closed_form_of_angles(mu, k, nu, l, order):
    # Even in κ, so that it has a slope at 0.
    log_total = lambda size: mpmath.log(mpmath.besseli(0, size))
    between = mpmath.sqrt((order * k) ** 2 + ((1 - order) * l) ** 2 + 2 * order * (1 - order) * k * l * mpmath.cos(mu - nu))
    return divergence(log_total, order)(k, l, between)


def slopes(f, arguments):
    """By central differences of 20 digits."""

    def slope(i):
        step = m(10) ** -20 * max(abs(arguments[i]), m(1))
        moved = lambda by: [x + by if i == j else x for j, x in enumerate(arguments)]
        return (f(*moved(step)) - f(*moved(-step))) / (2 * step)

    return [slope(i) for i in range(len(arguments))]


def agree(ours, theirs):
    np.testing.assert_allclose(float(ours), float(theirs), rtol=1e-12)


def write_all(write, f32):
    pairs = [(0, 1), (-3, -2.99), (40, -40), (0.3, 5), (-1e3, 2e3), (1e6, 1.5e6), (0, 0.001), (25, 0)]
    rows = f32([(*pair, order) for pair in pairs for order in ORDERS])
    with mpmath.workdps(60):
        values = [divergence(log_total_of_shares, order)(q, p, order * q + (1 - order) * p) for q, p, order in
                  (map(m, row) for row in rows)]

        def log_share(l):
            return lambda x: l * x + mpmath.log(l / mpmath.expm1(l))

        agree(values[8], directly(log_share(m(rows[8][0])), log_share(m(rows[8][1])), m(rows[8][2]), [0, 1]))
    with mpmath.workdps(80):
        for row, value in zip(rows, values):
            agree(closed_form_of_shares(*map(m, row)), value)
        moved = [slopes(lambda q, p: closed_form_of_shares(q, p, m(order)), [m(q), m(p)]) for q, p, order in rows]
    write("renyi_continuous_bernoulli", MPMATH, q=rows[:, 0], p=rows[:, 1], order=rows[:, 2], divergence=values,
          q_slope=[s[0] for s in moved], p_slope=[s[1] for s in moved])

    cases = [(0, 1, 0, 2), (0.5, 3, -0.2, 2.5), (2, 5, 2.0078125, 5.0078125), (0, 4, 3.1415927, 4), (1, 1e4, 1.03125, 2e4), (-2, 0, 40, 3),
             (3, 3, 3, 0), (0.1, 1e-3, 3, 2e-3), (0, 1e6, 3, 1e6)]
    rows = f32([(*case, order) for case in cases for order in ORDERS])
    with mpmath.workdps(60):
        values = [directions(on_the_circle(*row[:2]), on_the_circle(*row[2:4]), m(row[4])) for row in rows]

        def log_density(mu, kappa):
            return lambda x: m(kappa) * mpmath.cos(x - m(mu)) - mpmath.log(2 * mpmath.pi * mpmath.besseli(0, m(kappa)))

        for row in (9, 15):
            a, k, b, l, order = rows[row]
            points = mpmath.linspace(-mpmath.pi, mpmath.pi, 9)
            agree(values[row], directly(log_density(a, k), log_density(b, l), m(order), points))
    with mpmath.workdps(80):
        for row, value in zip(rows, values):
            agree(closed_form_of_angles(*map(m, row)), value)
        moved = [slopes(lambda *x: closed_form_of_angles(*x, m(row[4])), [m(x) for x in row[:4]]) for row in rows]
    moved = {f"{name}_slope": [s[i] for s in moved] for i, name in enumerate(["q_first", "q_second", "p_first", "p_second"])}
    write("renyi_von_mises", MPMATH, q_first=rows[:, 0], q_second=rows[:, 1], p_first=rows[:, 2], p_second=rows[:, 3], order=rows[:, 4],
          divergence=values, **moved)

    for dimensions in (3, 8):
        one, other = np.cos(np.arange(dimensions)), np.sin(2 * np.arange(dimensions) + 1)
        near = one + 2.0**-8 * other
        cases = [(one, 1, other, 2), (one, 30, other, 25), (one, 7, near, 7.03125), (one, 5, -one, 5), (one, 0, other, 40),
                 (one, 1e5, near, 3e4), (one, 600, one, 0)]
        rows = [(f32(q), k, f32(p), l, order) for q, k, p, l in cases for order in f32(ORDERS)]
        with mpmath.workdps(60):
            values = [directions(on_the_sphere(q, k), on_the_sphere(p, l), m(order)) for q, k, p, l, order in rows]
        columns = list(zip(*rows))
        write(f"renyi_von_mises_fisher_{dimensions}", MPMATH, q_direction=columns[0], q_concentration=columns[1], p_direction=columns[2],
              p_concentration=columns[3], order=columns[4], divergence=values)

    # The last has a dimension in which the deviation of q alone is too wide above order 1, were it not for the factor of p.
    low = [([0, 1, -1, 0.5], [1, 0.5, 2, 0.75], [[0.5, 0], [1, -1], [0.25, 2], [-0.5, 0.125]]),
           ([0.25, 0.5, -1, 0], [1.5, 1, 2.5, 0.75], [[1, 0.5], [0, -1], [0.25, 1], [2, 0.5]]),
           ([0.25, 0.5, -1, 0], [1.5, 1, 2.5, 0.75], [[1, 0.5], [0.015625, -1], [0.25, 1], [2, 0.53125]]),
           ([1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], [[60, 0], [0, 30], [-20, 0], [10, 10]]),
           ([0, 0, 0, 0], [2, 1, 1, 0.5], [[0, 0], [0.5, 0.5], [0, 1], [0.25, 0]]),
           ([0.5, 0, 0, 1], [1, 1, 1.5, 1], [[8, 0], [0, 0.5], [0, 1], [0, 0.5]])]
    low = [tuple(f32(part) for part in family) for family in low]
    covariance = lambda family: np.diag(family[1] ** 2) + family[2] @ family[2].T
    orders = f32([0.0, 0.01, 0.5, 0.999, 0.9999990463256836, 1.0001, 1.25, 1.75])
    rows, values = [], []
    with mpmath.workdps(60):
        for q, p in [(0, 1), (1, 2), (2, 1), (3, 1), (1, 3), (4, 5), (0, 0)]:
            q, p = low[q], low[p]
            for order in orders:
                try:
                    value = normal(q[0], covariance(q), p[0], covariance(p), m(order)) if order > 0 else m(0)
                except ValueError:  # The precision is not positive definite: infinite.
                    assert order > 1
                    continue
                rows.append((*q, *p, order))
                values.append(value)
    names = ["q_mean", "q_std", "q_factor", "p_mean", "p_std", "p_factor", "order"]
    assert sum(row[6] == f32(1.75) for row in rows) > 2
    write("renyi_low_rank_normal", MPMATH, **dict(zip(names, zip(*rows))), divergence=values)
