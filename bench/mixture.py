"""One iteration of expectation-maximisation, full covariances, here and in scikit-learn, taking turns.

    cargo build --release -p jensen-models --example mixture_speed
    python mixture.py ../target/release/examples/mixture_speed --rows 1000000 --columns 16 --components 32

Both begin on the same rows with the identity for covariances, take one iteration, and are timed on the second.
"""

import argparse
import statistics
import subprocess
import tempfile
import time

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

KINDS = {"full": "full", "tied": "tied", "diag": "diag", "spherical": "spherical"}


def start(values, components, kind):
    columns = values.shape[1]
    eye = np.eye(columns)
    mixture = GaussianMixture(components, covariance_type=KINDS[kind], reg_covar=0)
    mixture.weights_ = np.full(components, 1 / components)
    mixture.means_ = values[:components].copy()
    mixture.covariances_ = {"full": np.tile(eye, (components, 1, 1)), "tied": eye,
                            "diag": np.ones((components, columns)), "spherical": np.ones(components)}[kind]
    mixture.precisions_cholesky_ = _compute_precision_cholesky(mixture.covariances_, KINDS[kind])
    return mixture


def iterate(mixture, values):
    log_likelihood, log_responsibilities = mixture._e_step(values)
    mixture._m_step(values, log_responsibilities)
    return log_likelihood


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    for name, default in [("rows", 1_000_000), ("columns", 16), ("components", 32), ("repeats", 5)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--kind", choices=KINDS, default="full")
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    centres = rng.normal(scale=3, size=(given.components, given.columns))
    values = centres[rng.integers(given.components, size=given.rows)]
    values += rng.normal(size=values.shape)
    ours, theirs = [], []
    with tempfile.NamedTemporaryFile() as file:
        values.tofile(file.name)
        for _ in range(given.repeats):
            command = [given.binary, file.name, given.columns, given.components, given.kind]
            answer = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
            seconds, log_likelihood, _ = map(float, answer.split())
            ours.append(seconds)
            mixture = start(values, given.components, given.kind)
            iterate(mixture, values)
            begun = time.perf_counter()
            expected = iterate(mixture, values)
            theirs.append(time.perf_counter() - begun)
            print(f"ours {ours[-1]:.3f} s, scikit-learn {theirs[-1]:.3f} s", flush=True)
            assert abs(log_likelihood - expected) < 1e-6 * abs(expected), (log_likelihood, expected)
    ratios = [b / a for a, b in zip(ours, theirs)]
    print(f"{given.kind}, {given.rows} x {given.columns}, K = {given.components}, scikit-learn {sklearn.__version__}")
    print(f"ours {statistics.median(ours):.3f} s ({min(ours):.3f}-{max(ours):.3f}), "
          f"scikit-learn {statistics.median(theirs):.3f} s ({min(theirs):.3f}-{max(theirs):.3f}), "
          f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})")


if __name__ == "__main__":
    main()
