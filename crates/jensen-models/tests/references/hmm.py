"""Reference values for the hidden Markov models of jensen-models, as JSON beside this script.

    pip install hmmlearn==0.3.3
    python hmm.py

Log-likelihoods, posteriors and most likely paths of sequences of different lengths, and the parameters after one and
after ten iterations of Baum & Welch without priors.
"""

import json
import pathlib
import warnings

import hmmlearn
import numpy as np
from hmmlearn.hmm import CategoricalHMM, GaussianHMM

HERE = pathlib.Path(__file__).parent
HMMLEARN = f"hmmlearn {hmmlearn.__version__}"
KINDS = {"full": "full", "tied": "tied", "diag": "diag", "spherical": "spherical"}
LENGTHS = [40, 1, 25, 34, 2, 18]
STATES = 3


def write(name, **columns):
    columns = {k: [float(x) for x in np.ravel(v)] for k, v in columns.items()}
    text = json.dumps({"source": HMMLEARN, "columns": columns}).replace('], "', '],\n "')
    (HERE / f"hmm_{name}.json").write_text(text + "\n")


def path(rng, transitions):
    states = []
    for length in LENGTHS:
        states.append(rng.integers(STATES))
        for _ in range(length - 1):
            states.append(rng.choice(STATES, p=transitions[states[-1]]))
    return np.array(states)


def reference(name, make, emissions, values):
    """`make(iterations)` gives a model at its beginning, `emissions(model)` the arrays of what it emits."""
    columns = dict(values=values, lengths=LENGTHS)

    def arrays(prefix, model):
        columns.update({f"{prefix}_initial": model.startprob_, f"{prefix}_transitions": model.transmat_})
        columns.update({f"{prefix}_{k}": v for k, v in emissions(model).items()})
        columns[f"{prefix}_log_likelihood"] = model.score(values, LENGTHS)

    start = make(1)
    arrays("start", start)
    ends = np.cumsum(LENGTHS)
    columns["log_likelihoods"] = [start.score(values[end - n:end]) for end, n in zip(ends, LENGTHS)]
    columns["posterior"] = start.predict_proba(values, LENGTHS)
    columns["path_log_prob"], columns["path"] = start.decode(values, LENGTHS, algorithm="viterbi")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arrays("one", make(1).fit(values, LENGTHS))
        arrays("ten", make(10).fit(values, LENGTHS))
    write(name, **columns)


def gaussian():
    rng = np.random.default_rng(1)
    transitions = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.3, 0.1, 0.6]])
    states, d = path(rng, transitions), 2
    centres = np.array([[0, 0], [2, -1], [-1, 2.5]])
    factors = rng.normal(size=(STATES, d, d)) * 0.4 + np.eye(d)
    values = centres[states] + np.einsum("nij,nj->ni", factors[states], rng.normal(size=(len(states), d)))
    eye = np.eye(d)
    covariances = {"full": np.stack([eye, 2 * eye + 0.3, 0.7 * eye]), "tied": eye + 0.2,
                   "diag": np.array([[1, 2], [1, 1], [0.5, 2]], float), "spherical": np.array([1, 0.5, 2.0])}

    for ours, theirs in KINDS.items():
        def make(iterations):
            model = GaussianHMM(STATES, covariance_type=theirs, covars_prior=0, min_covar=0, init_params="",
                                n_iter=iterations, tol=-1e9)
            model.n_features = d
            model.startprob_ = np.array([0.5, 0.3, 0.2])
            model.transmat_ = np.array([[0.5, 0.25, 0.25], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]])
            model.means_ = centres + 0.5
            model.covars_ = covariances[theirs]
            return model

        def emissions(model):
            covars = model.covars_[0] if theirs == "tied" else model.covars_
            if theirs == "diag":
                covars = np.stack([np.diag(c) for c in covars])
            if theirs == "spherical":
                # After an M step hmmlearn 0.3.3 has each variance once for every column.
                covars = model._covars_.reshape(STATES, -1)[:, 0]
            return dict(means=model.means_, covariances=covars)

        reference(ours, make, emissions, values)


def categorical():
    rng = np.random.default_rng(2)
    transitions = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.3, 0.1, 0.6]])
    states = path(rng, transitions)
    probabilities = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.4, 0.4, 0.1], [0.05, 0.05, 0.1, 0.8]])
    values = np.array([rng.choice(4, p=probabilities[s]) for s in states])[:, None]

    def make(iterations):
        model = CategoricalHMM(STATES, init_params="", n_iter=iterations, tol=-1e9)
        model.startprob_ = np.array([0.5, 0.3, 0.2])
        model.transmat_ = np.array([[0.5, 0.25, 0.25], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]])
        model.emissionprob_ = np.array([[0.4, 0.2, 0.2, 0.2], [0.2, 0.3, 0.3, 0.2], [0.1, 0.2, 0.3, 0.4]])
        model.n_features = 4
        return model

    reference("categorical", make, lambda model: dict(probabilities=model.emissionprob_), values)


if __name__ == "__main__":
    gaussian()
    categorical()
