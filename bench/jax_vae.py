#!/usr/bin/env python3
"""The MNIST VAE of our benchmark table in JAX, as fast as JAX's users write it.

Model: 784-200-200-50-200-200-784, tanh, Bernoulli likelihood, standard normal prior, diagonal Gaussian posterior
(Kingma & Welling 2014, appendix C, with the layer sizes of Burda et al. 2016, section 5). Pixels are binarised anew in
each epoch, the test set once, by a key that does not depend on the seed. Glorot uniform weights, zero biases; the
output bias starts at the log-odds of the training pixels' mean unless `--output-bias zero`.

A whole epoch is one compiled `lax.scan`, data and parameters stay on the device, compilation is not timed.
Prints one JSON object; progress goes to stderr. All bounds are nats per example.
"""

import argparse
import functools
import gzip
import json
import os
import statistics
import sys
import time
from pathlib import Path

LATENT, HIDDEN, PIXELS = 50, 200, 784
LOG_2PI = 1.8378770664093453


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--data", type=Path, required=True, help="folder with the four MNIST IDX files, plain or .gz")
    p.add_argument("--objective", choices=["elbo", "iwae"], default="elbo", help="elbo has the analytic KL")
    p.add_argument("--samples", type=int, default=None, help="posterior samples per example (elbo 1, iwae 5)")
    p.add_argument("--epochs", type=int, default=50)
    p.add_argument("--evaluate-at", type=int, nargs="*", default=[20, 50], metavar="EPOCH", help="test ELBO after these")
    p.add_argument("--iwae", type=int, default=500, help="samples of the final log-likelihood estimate; 0: none")
    p.add_argument("--batch-size", type=int, default=100)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--validation", type=float, default=0.0, help="share of the training set that is held out")
    p.add_argument("--output-bias", choices=["data", "zero"], default="data")
    p.add_argument("--threads", type=int, default=None, help="use this many processors")
    p.add_argument("--prng", choices=["threefry2x32", "rbg", "unsafe_rbg"], default="threefry2x32",
                   help="JAX's generator; on the CPU the default is as fast as the others")
    return p.parse_args()


def read_idx(folder, name):
    import numpy as np

    for path, opener in [(folder / name, open), (folder / f"{name}.gz", gzip.open)]:
        if path.exists():
            with opener(path, "rb") as file:
                content = file.read()
            dimensions = content[3]
            shape = np.frombuffer(content, ">u4", dimensions, 4)
            return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    sys.exit(f"{folder} has neither {name} nor {name}.gz")


def main(options):
    # XLA starts one thread per processor that it may use, so this must come before JAX.
    if options.threads:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax

    jax.config.update("jax_default_prng_impl", options.prng)
    jax.config.update("jax_platforms", "cpu")
    samples = options.samples or (1 if options.objective == "elbo" else 5)

    images = read_idx(options.data, "train-images-idx3-ubyte").reshape(-1, PIXELS)
    held_out = round(options.validation * len(images))
    order = np.random.default_rng(options.seed).permutation(len(images))
    train = jnp.asarray(images[order[held_out:]])
    test = jnp.asarray(read_idx(options.data, "t10k-images-idx3-ubyte").reshape(-1, PIXELS))

    def binarize(key, pixels):
        return (jax.random.uniform(key, pixels.shape) < pixels.astype(jnp.float32) / 255).astype(jnp.float32)

    # Model.

    def dense_init(key, inputs, outputs):
        limit = (6 / (inputs + outputs)) ** 0.5
        return {"weight": jax.random.uniform(key, (inputs, outputs), minval=-limit, maxval=limit),
                "bias": jnp.zeros(outputs)}

    def init(key):
        sizes = {"enc0": (PIXELS, HIDDEN), "enc1": (HIDDEN, HIDDEN), "mean": (HIDDEN, LATENT),
                 "log_variance": (HIDDEN, LATENT), "dec0": (LATENT, HIDDEN), "dec1": (HIDDEN, HIDDEN),
                 "logits": (HIDDEN, PIXELS)}
        keys = jax.random.split(key, len(sizes))
        parameters = {name: dense_init(k, *size) for k, (name, size) in zip(keys, sizes.items())}
        if options.output_bias == "data":
            mean = np.asarray(train, np.float64).mean(0) / 255
            mean = np.clip(mean, 1e-3, 1 - 1e-3)
            parameters["logits"]["bias"] = jnp.asarray(np.log(mean) - np.log1p(-mean), jnp.float32)
        return parameters

    def dense(layer, x):
        return x @ layer["weight"] + layer["bias"]

    def encode(p, x):
        h = jnp.tanh(dense(p["enc1"], jnp.tanh(dense(p["enc0"], x))))
        return dense(p["mean"], h), dense(p["log_variance"], h)

    def decode(p, z):
        return dense(p["logits"], jnp.tanh(dense(p["dec1"], jnp.tanh(dense(p["dec0"], z)))))

    def log_bernoulli(logits, x):
        # Softplus written out: on the CPU XLA makes faster code of it than of `jax.nn.softplus`.
        softplus = jnp.maximum(logits, 0) + jnp.log1p(jnp.exp(-jnp.abs(logits)))
        return jnp.sum(x * logits - softplus, -1)

    def terms(p, x, key, k):
        """log p(x|z), log p(z) and log q(z|x), each [k, batch], and the analytic KL, [batch]."""
        mean, log_variance = encode(p, x)
        noise = jax.random.normal(key, (k, *mean.shape))
        z = mean + jnp.exp(0.5 * log_variance) * noise
        log_likelihood = log_bernoulli(decode(p, z), x)
        log_prior = -0.5 * jnp.sum(z**2 + LOG_2PI, -1)
        log_posterior = -0.5 * jnp.sum(noise**2 + log_variance + LOG_2PI, -1)
        kl = 0.5 * jnp.sum(jnp.exp(log_variance) + mean**2 - 1 - log_variance, -1)
        return log_likelihood, log_prior, log_posterior, kl

    def elbo(p, x, key, k):
        log_likelihood, _, _, kl = terms(p, x, key, k)
        return log_likelihood.mean(0) - kl

    def log_weights(p, x, key, k):
        log_likelihood, log_prior, log_posterior, _ = terms(p, x, key, k)
        return log_likelihood + log_prior - log_posterior

    def iwae(p, x, key, k):
        return jax.nn.logsumexp(log_weights(p, x, key, k), axis=0) - jnp.log(k)

    # Training.

    optimizer = optax.adam(options.lr)
    objective = elbo if options.objective == "elbo" else iwae
    steps = len(train) // options.batch_size

    def step(carry, pixels):
        parameters, moments, key = carry
        key, for_pixels, for_noise = jax.random.split(key, 3)
        x = binarize(for_pixels, pixels)
        loss, gradient = jax.value_and_grad(lambda p: -objective(p, x, for_noise, samples).mean())(parameters)
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(parameters, updates), moments, key), -loss

    @functools.partial(jax.jit, donate_argnums=0)
    def epoch(carry, train):
        parameters, moments, key = carry
        key, for_order = jax.random.split(key)
        # The last incomplete batch is left out, as is usual with `scan`; another one each epoch.
        rows = jax.random.permutation(for_order, len(train))[: steps * options.batch_size]
        batches = train[rows].reshape(steps, options.batch_size, PIXELS)
        carry, bounds = jax.lax.scan(step, (parameters, moments, key), batches)
        return carry, bounds.mean()

    # Evaluation.

    test_x = jax.jit(binarize)(jax.random.key(20140416), test).reshape(-1, 100, PIXELS)

    @jax.jit
    def test_elbo(parameters, key):
        keys = jax.random.split(key, len(test_x))
        values = jax.lax.map(lambda a: elbo(parameters, a[0], a[1], 1), (test_x, keys)).ravel()
        return values.mean(), values.std(ddof=1) / jnp.sqrt(values.size)

    @jax.jit
    def test_iwae(parameters, key):
        """IWAE-K with weights ten at a time, combined by logaddexp."""
        chunk = next(c for c in (10, 5, 4, 2, 1) if options.iwae % c == 0)

        def batch(a):
            x, key = a

            def add(total, key):
                return jnp.logaddexp(total, jax.nn.logsumexp(log_weights(parameters, x, key, chunk), axis=0)), None

            keys = jax.random.split(key, options.iwae // chunk)
            total, _ = jax.lax.scan(add, jnp.full(len(x), -jnp.inf), keys)
            return total - jnp.log(options.iwae)

        keys = jax.random.split(key, len(test_x))
        values = jax.lax.map(batch, (test_x, keys)).ravel()
        return values.mean(), values.std(ddof=1) / jnp.sqrt(values.size)

    key, for_init = jax.random.split(jax.random.key(options.seed))
    key, for_evaluation = jax.random.split(key)
    parameters = init(for_init)
    carry = (parameters, optimizer.init(parameters), key)
    started = time.perf_counter()
    compiled = epoch.lower(carry, train).compile()
    compile_seconds = time.perf_counter() - started

    seconds, evaluations = [], {}
    for number in range(1, options.epochs + 1):
        started = time.perf_counter()
        carry, bound = compiled(carry, train)
        bound = float(bound)  # waits for the device
        seconds.append(time.perf_counter() - started)
        print(f"epoch {number}/{options.epochs}  bound {bound:.2f}  {seconds[-1]:.2f} s", file=sys.stderr, flush=True)
        if number in options.evaluate_at or number == options.epochs:
            mean, stderr = test_elbo(carry[0], jax.random.fold_in(for_evaluation, number))
            evaluations[number] = {"elbo": float(mean), "elbo_stderr": float(stderr)}
            print(f"test ELBO {float(mean):.2f} ± {float(stderr):.2f}", file=sys.stderr, flush=True)

    result = {
        "framework": "jax", "version": jax.__version__, "threads": len(os.sched_getaffinity(0)),
        "objective": options.objective, "samples": samples, "batch_size": options.batch_size, "lr": options.lr,
        "seed": options.seed, "output_bias": options.output_bias, "prng": options.prng,
        "n_train": len(train), "n_test": len(test), "epochs": options.epochs,
        "compile_seconds": compile_seconds, "seconds_per_epoch": statistics.median(seconds), "epoch_seconds": seconds,
        "train_bound": bound, "test": evaluations,
    }
    if options.iwae:
        started = time.perf_counter()
        mean, stderr = test_iwae(carry[0], jax.random.fold_in(for_evaluation, 0))
        result |= {"log_likelihood": float(mean), "log_likelihood_stderr": float(stderr),
                   "log_likelihood_kind": "iwae", "iwae_samples": options.iwae,
                   "log_likelihood_seconds": time.perf_counter() - started}
    print(json.dumps(result))


if __name__ == "__main__":
    main(arguments())
