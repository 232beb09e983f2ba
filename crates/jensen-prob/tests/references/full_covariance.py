"""Normal distributions with a full covariance and with one of low rank."""

import mpmath
import numpy as np
from scipy import stats

CASES = [
    # Standard deviations, and angles of the rotations whose product gives the axes.
    ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    ([1.0, 2.0, 0.5], [0.3, -0.7, 1.1]),
    ([1e-3, 1.0, 30.0], [0.0, 0.0, 0.0]),
    ([0.1, 1.0, 3.0], [0.5, 0.2, -0.9]),
    ([5.0, 5.0, 4.9], [0.7, 0.1, 0.4]),
]


def covariance(deviations, angles):
    axes = np.eye(3)
    for (i, j), angle in zip([(0, 1), (0, 2), (1, 2)], angles):
        turn = np.eye(3)
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        axes = axes @ turn
    lower = np.tril(np.float32(axes @ np.diag(np.square(deviations)) @ axes.T).astype(np.float64))
    return lower + np.tril(lower, -1).T


def divergence(m, s, n, t):
    m, s, n, t = (mpmath.matrix(np.atleast_2d(a).tolist()) for a in (m, s, n, t))
    inverse, distance = t**-1, (n - m)
    product = inverse * s
    trace = sum(product[i, i] for i in range(s.rows))
    square = (distance * inverse * distance.T)[0, 0]
    return (trace + square - s.rows + mpmath.log(mpmath.det(t) / mpmath.det(s))) / 2


def log_density(x, m, s):
    x, m, s = (mpmath.matrix(np.atleast_2d(a).tolist()) for a in (x, m, s))
    square = ((x - m) * s**-1 * (x - m).T)[0, 0]
    return -(square + mpmath.log(mpmath.det(s)) + s.rows * mpmath.log(2 * mpmath.pi)) / 2


def multivariate_normal(f32, write, agree, source):
    covariances = [covariance(*case) for case in CASES]
    means = f32([[0, 0, 0], [1, -2, 0.5], [0, 0, 100], [3, 1, 2], [-1, 0, 1]])
    x = f32([[1, 2, -1], [0.3, 0.1, -2], [0, 1, 50], [2.9, 2, 1], [0, 0, 0]])
    others, other_means = covariances[1:] + covariances[:1], np.roll(means, 1, axis=0)
    # A pair that hardly differs.
    covariances.append(covariances[1])
    others.append(covariance([1.0, 2.001, 0.5], [0.3, -0.7, 1.1]))
    means, other_means = np.vstack([means, means[1]]), np.vstack([other_means, means[1]])
    x = np.vstack([x, x[1]])
    log_prob = [log_density(*case) for case in zip(x, means, covariances)]
    agree(log_prob, [stats.multivariate_normal.logpdf(*case) for case in zip(x, means, covariances)])
    entropy = [(3 * (1 + mpmath.log(2 * mpmath.pi)) + mpmath.log(mpmath.det(mpmath.matrix(s.tolist())))) / 2 for s in covariances]
    agree(entropy, [stats.multivariate_normal.entropy(*case) for case in zip(means, covariances)])
    one, zero = np.eye(3), np.zeros(3)
    write(
        "multivariate_normal", source, mean=means, covariance=covariances, other_mean=other_means, other_covariance=others,
        x=x, log_prob=log_prob, entropy=entropy,
        kl=[divergence(*case) for case in zip(means, covariances, other_means, others)],
        kl_to_standard=[divergence(m, s, zero, one) for m, s in zip(means, covariances)],
        kl_from_standard=[divergence(zero, one, m, s) for m, s in zip(means, covariances)],
    )


def low_rank_normal(f32, write, agree, source):
    mean = f32([[0, 1, -1, 2], [3, 0, 0, 1], [0, 0, 0, 0]])
    std = f32([[1, 0.5, 2, 1], [0.01, 0.02, 0.01, 0.05], [1, 1, 1, 1]])
    factor = f32([[[1, 0], [0.5, -1], [0, 2], [1, 1]], [[3, 1], [-2, 1], [0, 1], [1, 0]], [[0, 0], [0, 0], [0, 0], [0, 0]]])
    x = f32([[1, 1, 0, -1], [3.5, 0.2, 0.1, 1.3], [1, 2, 3, 4]])
    covariances = [np.diag(s**2) + w @ w.T for s, w in zip(std, factor)]
    log_prob = [log_density(*case) for case in zip(x, mean, covariances)]
    agree(log_prob, [stats.multivariate_normal.logpdf(*case) for case in zip(x, mean, covariances)], 1e-7)
    others, other_means = np.roll(covariances, 1, axis=0), np.roll(mean, 1, axis=0)
    write(
        "low_rank_normal", source, mean=mean, std=std, factor=factor, x=x, log_prob=log_prob,
        entropy=[stats.multivariate_normal.entropy(*case) for case in zip(mean, covariances)],
        kl=[divergence(*case) for case in zip(mean, covariances, other_means, others)],
        kl_to_standard=[divergence(m, s, np.zeros(4), np.eye(4)) for m, s in zip(mean, covariances)],
        kl_from_standard=[divergence(np.zeros(4), np.eye(4), m, s) for m, s in zip(mean, covariances)],
    )
