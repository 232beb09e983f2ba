"""What PyTorch, TensorFlow Probability and NumPyro say of the families that they share with jensen-prob, in float64:
an independent second reference beside SciPy and mpmath.

    pip install torch==2.15.0 tensorflow-probability==0.25.0 jax==0.4.38 numpyro==0.18.0
    python peers.py

Every number stands for all peers that have it: the script fails where they differ by more than 1e-9, but for those
named in SET_ASIDE with the reason. Inputs are rounded to float32 first.
"""

import json
import pathlib

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpyro
import numpyro.distributions as npd
import tensorflow_probability
import tensorflow_probability.substrates.jax as tfp
import torch
import torch.distributions as td

torch.set_default_dtype(torch.float64)
tfd, tfb = tfp.distributions, tfp.bijectors
HERE = pathlib.Path(__file__).parent
SOURCE = (f"PyTorch {torch.__version__.split('+')[0]}, TensorFlow Probability {tensorflow_probability.__version__} and "
          f"NumPyro {numpyro.__version__}, float64")


class Peer:
    def __init__(self, name, array):
        self.name, self.array = name, array


TORCH, TFP, NUMPYRO = Peer("PyTorch", torch.tensor), Peer("TFP", jnp.asarray), Peer("NumPyro", jnp.asarray)


def f32(numbers):
    return np.asarray(numbers, dtype=np.float32).astype(np.float64)


def square(width):
    return lambda a: a.reshape(a.shape[:-1] + (width, width))


# A family: how each peer makes it from columns of parameters, the width of each column, the parameters of each row and
# a value. One row in each family is an extreme.
FAMILIES = {
    "normal": ([td.Normal, tfd.Normal, npd.Normal], [1, 1],
               [((0, 1), 0.5), ((-2, 0.25), 1), ((1e3, 1e-3), 1000.0009765625)]),
    "laplace": ([td.Laplace, tfd.Laplace, npd.Laplace], [1, 1], [((0, 1), 0.5), ((-2, 0.25), 1), ((1e3, 1e-3), 1000.25)]),
    "logistic": ([None, tfd.Logistic, npd.Logistic], [1, 1], [((0, 1), 0.5), ((-2, 0.25), 1), ((1e3, 1e-2), 1000.25)]),
    "gumbel": ([td.Gumbel, tfd.Gumbel, npd.Gumbel], [1, 1], [((0, 1), 0.5), ((-2, 0.25), 1), ((1e3, 1e-2), 1000.25)]),
    "cauchy": ([td.Cauchy, tfd.Cauchy, npd.Cauchy], [1, 1], [((0, 1), 0.5), ((-2, 0.25), 1), ((1e3, 1e-3), -1e6)]),
    "student_t": ([td.StudentT, tfd.StudentT, npd.StudentT], [1, 1, 1],
                  [((3, 0, 1), 0.5), ((7.5, -2, 0.25), 1), ((1e4, 1e3, 1e-2), 1000.03125)]),
    "log_normal": ([td.LogNormal, tfd.LogNormal, npd.LogNormal], [1, 1], [((0, 1), 0.5), ((-2, 0.25), 1), ((9, 1e-2), 8192)]),
    "exponential": ([td.Exponential, tfd.Exponential, npd.Exponential], [1], [((1,), 0.5), ((0.25,), 1), ((1e4,), 1e-2)]),
    "half_normal": ([td.HalfNormal, tfd.HalfNormal, npd.HalfNormal], [1], [((1,), 0.5), ((0.25,), 1), ((1e4,), 1e-2)]),
    "weibull": ([lambda k, s: td.Weibull(s, k), tfd.Weibull, lambda k, s: npd.Weibull(s, k)], [1, 1],
                [((1.5, 1), 0.5), ((0.75, 2), 1), ((50, 1e3), 1030)]),
    "gamma": ([td.Gamma, tfd.Gamma, npd.Gamma], [1, 1], [((1.5, 1), 0.5), ((0.75, 2), 1), ((1e4, 0.5), 20100)]),
    "inverse_gamma": ([td.InverseGamma, tfd.InverseGamma, npd.InverseGamma], [1, 1],
                      [((3.5, 1), 0.5), ((2.75, 2), 1), ((1e4, 0.5), 5.0067901611328125e-05)]),
    "pareto": ([lambda a, m: td.Pareto(m, a), tfd.Pareto, lambda a, m: npd.Pareto(m, a)], [1, 1],
               [((3.5, 1), 1.5), ((2.75, 2), 9), ((1e3, 0.5), 0.50146484375)]),
    "uniform": ([td.Uniform, tfd.Uniform, npd.Uniform], [1, 1], [((0, 1), 0.5), ((-2, 0.25), 0), ((1e3, 1e3 + 1), 1000.5)]),
    "beta": ([td.Beta, tfd.Beta, npd.Beta], [1, 1], [((1.5, 1), 0.5), ((0.75, 2), 0.25), ((1e4, 1e-2), 0.99990234375)]),
    "kumaraswamy": ([td.Kumaraswamy, tfd.Kumaraswamy, npd.Kumaraswamy], [1, 1],
                    [((1.5, 1), 0.5), ((0.75, 2), 0.25), ((40, 0.25), 0.96875)]),
    "continuous_bernoulli": ([lambda l: td.ContinuousBernoulli(logits=l), lambda l: tfd.ContinuousBernoulli(logits=l), None], [1],
                             [((1,), 0.5), ((-2.5,), 0.25), ((30,), 0.96875)]),
    "truncated_normal": ([None, tfd.TruncatedNormal, lambda m, s, a, b: npd.TruncatedNormal(m, s, low=a, high=b)], [1, 1, 1, 1],
                         [((0, 1, -1, 2), 0.5), ((-2, 0.25, -2.5, -1), -1.5), ((0, 1, 5, 7), 5.25)]),
    "tanh_normal": ([lambda m, s: td.TransformedDistribution(td.Normal(m, s), [td.transforms.TanhTransform()]),
                     lambda m, s: tfd.TransformedDistribution(tfd.Normal(m, s), tfb.Tanh()), None], [1, 1],
                    [((0, 1), 0.5), ((-2, 0.25), -0.9375), ((3, 0.5), 0.9990234375)]),
    "bernoulli": ([lambda l: td.Bernoulli(logits=l), lambda l: tfd.Bernoulli(logits=l), lambda l: npd.Bernoulli(logits=l)], [1],
                  [((1,), 0), ((-2.5,), 1), ((-60,), 1)]),
    "categorical": ([lambda l: td.Categorical(logits=l), lambda l: tfd.Categorical(logits=l), lambda l: npd.Categorical(logits=l)], [3],
                    [((0, 1, 2), 1), ((-2.5, 0, 0.5), 0), ((60, 0, -60), 2)]),
    "one_hot_categorical": ([lambda l: td.OneHotCategorical(logits=l), lambda l: tfd.OneHotCategorical(logits=l), None], [3],
                            [((0, 1, 2), (0, 1, 0)), ((-2.5, 0, 0.5), (1, 0, 0)), ((60, 0, -60), (0, 0, 1))]),
    "binomial": ([lambda n, l: td.Binomial(n, logits=l), lambda n, l: tfd.Binomial(n, logits=l), lambda n, l: npd.BinomialLogits(l, n)],
                 [1, 1], [((5, 0), 2), ((12, -2.5), 1), ((1000, 3), 960)]),
    "multinomial": ([None, lambda n, l: tfd.Multinomial(n[..., 0], logits=l), lambda n, l: npd.MultinomialLogits(l, n[..., 0].astype(int))],
                    [1, 3], [((5, 0, 1, 2), (1, 1, 3)), ((3, -2.5, 0, 0.5), (0, 2, 1)), ((1000, 3, 0, 1), (840, 40, 120))]),
    "poisson": ([lambda l: td.Poisson(l.exp()), lambda l: tfd.Poisson(log_rate=l), lambda l: npd.Poisson(jnp.exp(l))], [1],
                [((0,), 2), ((-2.5,), 0), ((9,), 8100)]),
    "negative_binomial": ([lambda r, l: td.NegativeBinomial(r, logits=l), lambda r, l: tfd.NegativeBinomial(r, logits=l),
                           lambda r, l: npd.NegativeBinomialLogits(r, l)], [1, 1], [((3, 0), 2), ((0.5, -2.5), 1), ((200, 3), 4100)]),
    "geometric": ([lambda l: td.Geometric(logits=l), lambda l: tfd.Geometric(logits=l), lambda l: npd.GeometricLogits(l)], [1],
                  [((0,), 2), ((-2.5,), 9), ((-12,), 1e5)]),
    "dirichlet": ([td.Dirichlet, tfd.Dirichlet, npd.Dirichlet], [3],
                  [((1.5, 1, 3), (0.25, 0.25, 0.5)), ((0.5, 0.75, 0.25), (0.125, 0.75, 0.125)), ((1e3, 2e3, 1e-2), (0.34375, 0.65625 - 2**-14, 2**-14))]),
    "von_mises": ([td.VonMises, tfd.VonMises, npd.VonMises], [1, 1], [((0, 1), 0.5), ((-2, 4.5), -1.5), ((3, 1e3), 3.0625)]),
    # Unit vectors in binary fractions.
    "von_mises_fisher": ([None, lambda d, k: tfd.VonMisesFisher(d, k[..., 0]), None], [4, 1],
                         [((0, 0, 0, 1, 1), (0.5, -0.5, 0.5, 0.5)), ((0.5, 0.5, 0.5, 0.5, 4.5), (0.5, 0.5, -0.5, 0.5)), ((0, 1, 0, 0, 200), (0, 1, 0, 0))]),
    "multivariate_normal": ([lambda m, c: td.MultivariateNormal(m, square(2)(c)),
                             lambda m, c: tfd.MultivariateNormalTriL(m, jnp.linalg.cholesky(square(2)(c))),
                             lambda m, c: npd.MultivariateNormal(m, square(2)(c))], [2, 4],
                            [((0, 1, 1, 0, 0, 1), (0.5, 0)), ((-1, 2, 2, 0.5, 0.5, 1), (0, 1)), ((0, 0, 1e4, 9.5, 9.5, 0.0100250244140625), (50, 0.0625))]),
    "low_rank_normal": ([lambda m, s, w: td.LowRankMultivariateNormal(m, w[..., None], s**2),
                         None,
                         lambda m, s, w: npd.LowRankMultivariateNormal(m, w[..., None], s**2)], [2, 2, 2],
                        [((0, 1, 1, 1, 0.5, -0.5), (0.5, 0)), ((-1, 2, 0.5, 2, 3, 1), (0, 1)), ((0, 0, 1e-2, 1e-2, 10, 5), (20, 10))]),
    # Logits, means and deviations of two components.
    "mixture": ([lambda l, m, s: td.MixtureSameFamily(td.Categorical(logits=l), td.Normal(m, s)),
                 lambda l, m, s: tfd.MixtureSameFamily(tfd.Categorical(logits=l), tfd.Normal(m, s)),
                 lambda l, m, s: npd.MixtureSameFamily(npd.Categorical(logits=l), npd.Normal(m, s))], [2, 2, 2],
                [((0, 1, -1, 2, 1, 0.5), 0.5), ((-2, 2, 0, 0.25, 0.25, 3), 1), ((20, -20, -100, 100, 0.0625, 1), 99)]),
    # The logarithm of the odds of a relaxed bit, at the temperature ½.
    "relaxed_bernoulli": ([lambda l: td.relaxed_bernoulli.LogitRelaxedBernoulli(torch.tensor(0.5), logits=l), None, None], [1],
                          [((1,), 0.5), ((-2.5,), 1), ((30,), 99)]),
}

# Where a peer differs from the others it is less exact.
SET_ASIDE = {
    # PyTorch holds the probability 1.2e-7 off 1, where it expands in float32 steps.
    **{("continuous_bernoulli", name, "PyTorch"): "clamps" for name in ("log_prob", "entropy", "mean", "variance")},
    # PyTorch has the Bessel function as a polynomial of 1e-7.
    ("von_mises", "log_prob", "PyTorch"): "polynomial",
}

# What is no moment of numbers: there is none, it is that of indices, or one on the circle.
WITHOUT_MOMENTS = {"cauchy", "categorical", "von_mises"}


def quantity(family, name, x):
    try:
        if name == "log_prob":
            return family.log_prob(x)
        value = getattr(family, name)
        return value() if callable(value) else value
    except (NotImplementedError, AttributeError, TypeError):
        return None


def main():
    columns, differences = {}, []
    for family, (makers, widths, rows) in FAMILIES.items():
        parameters = f32([np.ravel(row) for row, _ in rows])
        ends = np.cumsum([0, *widths])
        parts = [parameters[:, a:b] if b - a > 1 or any(w > 1 for w in widths) else parameters[:, a] for a, b in zip(ends, ends[1:])]
        if widths == [3]:
            parts = [parameters]
        x = f32([value for _, value in rows])
        for i, (a, b) in enumerate(zip(ends, ends[1:])):
            columns[f"{family}.{i}"] = parameters[:, a:b]
        columns[f"{family}.x"] = x
        found = {}
        for peer, make in zip([TORCH, TFP, NUMPYRO], makers):
            if make is None:
                continue
            made = make(*(peer.array(part) for part in parts))
            value = peer.array(x)
            if family == "categorical":
                value = value.astype(int) if peer is not TORCH else value.long()
            for name in ["log_prob", "entropy", "mean", "variance"]:
                has_none = name in ("mean", "variance") and family in WITHOUT_MOMENTS
                if has_none or (family, name, peer.name) in SET_ASIDE:
                    continue
                numbers = quantity(made, name, value)
                if numbers is not None:
                    found.setdefault(name, []).append((peer.name, np.asarray(numbers, dtype=np.float64)))
        for name, values in found.items():
            (_, first), *others = values
            for peer, other in others:
                if not np.isfinite(first).all() or first.shape != other.shape or not np.allclose(first, other, rtol=1e-9, atol=1e-9):
                    differences.append(f"{family} {name}: {values[0][0]} {first.tolist()}, {peer} {other.tolist()}")
            columns[f"{family}.{name}"] = first
    assert not differences, "\n".join(differences)
    columns = {k: [float(x) for x in np.ravel(v)] for k, v in columns.items()}
    text = json.dumps({"source": SOURCE, "columns": columns}).replace('], "', '],\n "')
    (HERE / "peers.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
