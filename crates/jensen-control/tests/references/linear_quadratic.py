"""Reference values for linear systems with quadratic costs, as JSON beside this script.

    pip install scipy==1.17.1
    python linear_quadratic.py

The finite-horizon problem is solved as one dense least-squares problem over all actions, without any recursion; the
stationary ones by SciPy's discrete algebraic Riccati equation; the expected cost under noise by the covariance of all
states, estimates and actions stacked into one Gaussian vector.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import linalg

rng = np.random.default_rng(7)


def positive(n, ridge):
    root = rng.normal(size=(n, n))
    matrix = root @ root.T + ridge * np.eye(n)
    return (matrix + matrix.T) / 2


def time_varying():
    n, m, horizon = 3, 2, 6
    a = np.eye(n) + 0.4 * rng.normal(size=(horizon, n, n))
    b, c = rng.normal(size=(horizon, n, m)), 0.3 * rng.normal(size=(horizon, n))
    hessians = np.array([positive(n + m, 0.2) for _ in range(horizon)])  # of (x, u)
    slopes = rng.normal(size=(horizon, n + m))
    last, last_slope = positive(n, 0.1), rng.normal(size=n)
    start = rng.normal(size=n)
    # x_t = F_t x_0 + G_t u + h_t, all u in one vector.
    f, g, h = np.eye(n), np.zeros((n, m * horizon)), np.zeros(n)
    size = n + m * horizon
    hessian, slope, constant = np.zeros((size, size)), np.zeros(size), 0.0
    for t in range(horizon + 1):
        state = np.hstack([f, g])
        if t < horizon:
            choose = np.zeros((m, size))
            choose[:, n + m * t : n + m * (t + 1)] = np.eye(m)
            both, offset, w, s = np.vstack([state, choose]), np.concatenate([h, np.zeros(m)]), hessians[t], slopes[t]
        else:
            both, offset, w, s = state, h, last, last_slope
        hessian += both.T @ w @ both
        slope += both.T @ (w @ offset + s)
        constant += 0.5 * offset @ w @ offset + s @ offset
        if t < horizon:
            h = a[t] @ h + c[t]
            f, g = a[t] @ f, a[t] @ g
            g[:, m * t : m * (t + 1)] += b[t]
    xx, xu, uu = hessian[:n, :n], hessian[:n, n:], hessian[n:, n:]
    actions = -np.linalg.solve(uu, xu.T @ start + slope[n:])
    point = np.concatenate([start, actions])
    return dict(n=n, a=a, b=b, c=c, hessians=hessians, slopes=slopes, last=last, last_slope=last_slope, start=start,
                actions=actions, cost=0.5 * point @ hessian @ point + slope @ point + constant,
                value_hessian=xx - xu @ np.linalg.solve(uu, xu.T), first_gain=-np.linalg.solve(uu, xu.T)[:m])


def stationary():
    a = np.array([[1.0, 0.1, 0.0], [0.0, 1.0, 0.1], [0.1, -0.2, 0.9]])
    b, h = np.array([[0.0], [0.02], [0.1]]), np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 1.0]])
    q, r, w, v = np.diag([2.0, 0.5, 0.1]), np.array([[0.3]]), positive(3, 0.1) * 0.01, positive(2, 0.2) * 0.1
    s = linalg.solve_discrete_are(a, b, q, r)
    p = linalg.solve_discrete_are(a.T, h.T, w, v)
    return dict(a=a, b=b, q=np.diag(q), r=np.diag(r), h=h, w=w, v=v, value=s,
                gain=-np.linalg.solve(r + b.T @ s @ b, b.T @ s @ a), predicted_covariance=p,
                filter_gain=p @ h.T @ np.linalg.inv(h @ p @ h.T + v))


def noisy(system):
    """LQG over ten steps: gains of the Riccati recursion, and the expected cost from the law of everything stacked."""
    a, b, h, w, v = (system[k] for k in ["a", "b", "h", "w", "v"])
    q, r, horizon, n = np.diag(system["q"]), np.diag(system["r"]), 10, 3
    start, p0 = np.array([1.0, -0.5, 0.3]), 0.2 * np.eye(n)
    s, gains = q.copy(), []
    for _ in range(horizon):
        gains.append(-np.linalg.solve(r + b.T @ s @ b, b.T @ s @ a))
        s = q + a.T @ s @ (a + b @ gains[-1])
    gains.reverse()
    p, filters = p0, []
    for _ in range(horizon):
        filters.append(a @ p @ h.T @ np.linalg.inv(h @ p @ h.T + v))
        p = (a - filters[-1] @ h) @ p @ a.T + w
    # (x, x̂) is linear in one standard normal vector of (start, process, sensor) noises.
    dimension = n + horizon * (n + 2)
    x, estimate = np.zeros((n, dimension)), np.zeros((n, dimension))
    x[:, :n] = np.linalg.cholesky(p0)
    mean, cost = start, 0.0
    for t in range(horizon):
        u, at = gains[t] @ estimate, n + t * (n + 2)
        cost += mean @ q @ mean + np.trace(x.T @ q @ x) + (gains[t] @ mean) @ r @ (gains[t] @ mean) + np.trace(u.T @ r @ u)
        y = h @ x
        y[:, at + n : at + n + 2] += np.linalg.cholesky(v)
        x, estimate = a @ x + b @ u, a @ estimate + b @ u + filters[t] @ (y - h @ estimate)
        x[:, at : at + n] += np.linalg.cholesky(w)
        mean = (a + b @ gains[t]) @ mean
    cost += mean @ q @ mean + np.trace(x.T @ q @ x)
    return dict(start=start, start_covariance=p0, horizon=horizon, cost=cost, gains=gains, filters=filters)


def flat(value):
    return value if np.isscalar(value) and not isinstance(value, np.generic) else np.asarray(value).ravel().tolist()


def main():
    system = stationary()
    values = dict(time_varying=time_varying(), stationary=system, noisy=noisy(system))
    out = {name: {k: flat(v) for k, v in part.items()} for name, part in values.items()}
    out["source"] = f"SciPy {scipy.__version__}, NumPy {np.__version__}"
    Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
