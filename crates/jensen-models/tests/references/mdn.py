"""Reference values for the mixture density networks of jensen-models, as JSON beside this script.

    pip install scipy==1.17.1
    python mdn.py

A net with one hidden layer of tanh units, its parameters by their names, and densities, means and responsibilities by
SciPy in double precision.
"""

import json
import pathlib

import numpy as np
from scipy import optimize, special, stats

INPUTS, HIDDEN, K, DIMS, ROWS, MIN_STD = 2, 4, 3, 2, 7, 1e-3
PROBABILITIES = [0.001, 0.05, 0.5, 0.95, 0.999]


def main():
    rng = np.random.default_rng(20)
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)
    parameters = {}
    for name, before, after in [("net.layers.0", INPUTS, HIDDEN), ("logits", HIDDEN, K),
                                ("means", HIDDEN, K * DIMS), ("scales", HIDDEN, K * DIMS)]:
        parameters[f"{name}.weight"] = draw(before, after)
        parameters[f"{name}.bias"] = draw(after)
    x, y = draw(ROWS, INPUTS), draw(ROWS, DIMS)
    # Far away from all components: the densities of all of them underflow.
    y[0] = [60.0, -80.0]

    layer = lambda name, h: (h @ parameters[f"{name}.weight"].astype(float)
                             + parameters[f"{name}.bias"].astype(float))
    h = np.tanh(layer("net.layers.0", x.astype(float)))
    log_weights = special.log_softmax(layer("logits", h), axis=1)
    means = layer("means", h).reshape(ROWS, K, DIMS)
    deviations = MIN_STD + np.logaddexp(0, layer("scales", h)).reshape(ROWS, K, DIMS)
    joint = log_weights + stats.norm.logpdf(y[:, None].astype(float), means, deviations).sum(2)
    log_prob = special.logsumexp(joint, axis=1)
    weights = np.exp(log_weights)
    values = dict(x=x, y=y, log_prob=log_prob, responsibilities=np.exp(joint - log_prob[:, None]),
                  mean=(weights[:, :, None] * means).sum(1), weights=weights, means=means, deviations=deviations)
    # Of each target by itself.
    cdf = lambda n, d, value: weights[n] @ stats.norm.cdf((value - means[n, :, d]) / deviations[n, :, d])
    quantile = lambda n, d, p: optimize.brentq(lambda value: cdf(n, d, value) - p, -200, 200, xtol=1e-13, rtol=1e-15)
    cells = [(n, d) for n in range(ROWS) for d in range(DIMS)]
    values |= dict(cdf=np.array([cdf(n, d, float(y[n, d])) for n, d in cells]),
                   quantiles=np.array([quantile(n, d, p) for n, d in cells for p in PROBABILITIES]))
    reference = dict(
        # Weights are stored as [outputs, inputs].
        parameters={name: dict(shape=value.T.shape, values=value.T.astype(float).ravel().tolist())
                    for name, value in parameters.items()},
        values={name: value.astype(float).ravel().tolist() for name, value in values.items()},
    )
    path = pathlib.Path(__file__).with_name("mdn.json")
    path.write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main()
