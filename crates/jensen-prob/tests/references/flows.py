"""Maps of normalizing flows as their papers write them, with determinants of Jacobians by differentiation."""

import mpmath
import numpy as np

m = mpmath.mpf


def slope(x):
    """Positive, at least 0.001, and 1 at 0."""
    start = mpmath.log(mpmath.exp(1 - m("0.001")) - 1)
    return m("0.001") + mpmath.log1p(mpmath.exp(start + x))


def log_det(f, x):
    """log |det| of the Jacobian of a map of two numbers."""
    partial = [[mpmath.diff(lambda *v: f(v)[i], tuple(x), tuple(int(j == k) for k in range(2))) for j in range(2)] for i in range(2)]
    return mpmath.log(abs(partial[0][0] * partial[1][1] - partial[0][1] * partial[1][0]))


def planar(f32, write, source):
    u = f32([[0.5, -1], [-3, 1], [1e-3, 2], [10, 4], [0, 0]])
    w = f32([[1, 0.3], [2, 0.5], [1e-4, -2e-4], [-3, 2], [0.7, -0.2]])
    b = f32([0.1, -0.4, 0.5, 1, 0.2])
    x = f32([[0.3, 1], [0.2, -0.5], [1, 2], [-0.5, 0.1], [3, -3]])

    def mapped(u, w, b):
        product = sum(a * c for a, c in zip(u, w))
        rest = -1 + slope(product) - product
        moved = [a + rest * c / sum(c * c for c in w) for a, c in zip(u, w)]
        return lambda x: [a + d * mpmath.tanh(sum(e * c for e, c in zip(x, w)) + b) for a, d in zip(x, moved)]

    values, log_dets = [], []
    for case in zip(u, w, b, x):
        direction, weight, bias, at = [m(v) for v in case[0]], [m(v) for v in case[1]], m(case[2]), [m(v) for v in case[3]]
        f = mapped(direction, weight, bias)
        values.append(f(at))
        log_dets.append(log_det(f, at))
    write("planar", source, u=u, w=w, b=b, x=x, y=values, log_det=log_dets)


def radial(f32, write, source):
    centre = f32([[0.5, -1], [-3, 1], [0, 0], [2, 2]])
    reach, strength = f32([0.3, -4, 2, 0]), f32([-1, 3, 2, -6])
    x = f32([[0.3, 1], [-3.1, 1.2], [1, 2], [2.5, 1]])
    values, log_dets = [], []
    for c, a, s, at in zip(centre, reach, strength, x):
        alpha, total, at = slope(m(a)), slope(m(s)), [m(v) for v in at]
        beta = total - alpha

        def f(x):
            r = mpmath.sqrt(sum((v - m(k)) ** 2 for v, k in zip(x, c)))
            return [v + beta / (alpha + r) * (v - m(k)) for v, k in zip(x, c)]

        values.append(f(at))
        log_dets.append(log_det(f, at))
    write("radial", source, centre=centre, reach=reach, strength=strength, x=x, y=values, log_det=log_dets)


def spline(f32, write, source):
    bins, bound = 4, 3
    parameters = f32(np.random.default_rng(0).normal(size=(6, 3 * bins - 1)) * np.array([[0.5], [1], [2], [3], [0], [2]]))
    x = f32([-2.5, 0.1, 1.3, 2.9, 0.7, -7])

    def sizes(raw):
        weights = [mpmath.exp(m(v)) for v in raw]
        return [(m("0.001") + (1 - bins * m("0.001")) * v / sum(weights)) * 2 * bound for v in weights]

    def f(raw, x):
        if abs(x) >= bound:
            return x
        widths, heights = sizes(raw[:bins]), sizes(raw[bins : 2 * bins])
        slopes = [m(1)] + [slope(m(v)) for v in raw[2 * bins :]] + [m(1)]
        left = [-bound + sum(widths[:k]) for k in range(bins)]
        k = max(i for i in range(bins) if x >= left[i])
        xi, line = (x - left[k]) / widths[k], heights[k] / widths[k]
        rise = heights[k] * (line * xi**2 + slopes[k] * xi * (1 - xi))
        return -bound + sum(heights[:k]) + rise / (line + (slopes[k + 1] + slopes[k] - 2 * line) * xi * (1 - xi))

    values = [f(raw, m(at)) for raw, at in zip(parameters, x)]
    log_dets = [mpmath.log(mpmath.diff(lambda v: f(raw, v), m(at))) for raw, at in zip(parameters, x)]
    write("spline", source, parameters=parameters, x=x, y=values, log_det=log_dets)
