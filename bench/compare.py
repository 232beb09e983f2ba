#!/usr/bin/env python3
"""Jensen beside JAX on the same model and machine: rounds of one training each, in turn.

The two alternate, so that what else the machine does meets both; each round's ratio is of neighbours in time. Prints a
Markdown table; `--json FILE` keeps every number. Runs the JAX script with the Python that runs this.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--data", required=True, help="folder with the four MNIST IDX files")
    p.add_argument("--jensen", default=str(HERE.parent / "target/release/jensen"), help="the release binary")
    p.add_argument("--objective", choices=["elbo", "iwae"], default="elbo")
    p.add_argument("--samples", type=int, default=None, help="posterior samples per example (elbo 1, iwae 5)")
    p.add_argument("--epochs", type=int, default=5)
    p.add_argument("--rounds", type=int, default=3, help="trainings of each; the seed is the round")
    p.add_argument("--batch-size", type=int, default=100)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--iwae", type=int, default=0, help="samples of the final log-likelihood estimate; 0: none")
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--jensen-arguments", default="", help="more arguments for `jensen train`")
    p.add_argument("--jax-arguments", default="", help="more arguments for jax_vae.py")
    p.add_argument("--json", type=Path, metavar="FILE", help="keep every number here")
    return p.parse_args()


def output_of(command):
    print("$", shlex.join(map(str, command)), file=sys.stderr, flush=True)
    return subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, text=True).stdout


def run_jensen(options, seed, samples, folder):
    run = Path(folder) / f"seed{seed}"
    shared = ["--threads", options.threads, "--quiet"]
    output_of([
        options.jensen, "train", "--data", options.data, "--model", "vae", "--net", "mlp", "--hidden", "200,200",
        "--activation", "tanh", "--latent-dim", "50", "--likelihood", "bernoulli", "--binarize", "dynamic",
        "--objective", options.objective, "--samples", samples, "--epochs", options.epochs,
        "--batch-size", options.batch_size, "--lr", options.lr, "--seed", seed, "--out", run,
        "--set", "data.validation=0.0", "--set", "fit.schedule.kind=constant", *shared, *shlex.split(options.jensen_arguments),
    ])
    lines = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    # Everything that happens in an epoch counts: order, binarisation, updates, the log and checkpoints.
    clock = [0.0] + [line["seconds"] for line in lines if line["type"] == "epoch"]
    seconds = [after - before for before, after in zip(clock, clock[1:])]
    likelihood = ["--iwae", options.iwae] if options.iwae else []
    result = json.loads(output_of([options.jensen, "evaluate", run, "--split", "test", *likelihood, "--json", *shared]))
    return {"seconds_per_epoch": statistics.median(seconds), "elbo": result["elbo"], **log_likelihood_of(result)}


def run_jax(options, seed, samples):
    result = json.loads(output_of([
        sys.executable, HERE / "jax_vae.py", "--data", options.data, "--objective", options.objective,
        "--samples", samples, "--epochs", options.epochs, "--batch-size", options.batch_size, "--lr", options.lr,
        "--seed", seed, "--iwae", options.iwae, "--threads", options.threads,
        *shlex.split(options.jax_arguments),
    ]))
    return {"seconds_per_epoch": result["seconds_per_epoch"], "elbo": result["test"][str(options.epochs)]["elbo"],
            **log_likelihood_of(result), "n_train": result["n_train"], "version": result["version"]}


def log_likelihood_of(result):
    return {key: result.get(key) for key in ("log_likelihood", "log_likelihood_stderr")}


def spread(values, digits=2):
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main(options):
    samples = options.samples or (1 if options.objective == "elbo" else 5)
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.rounds):
            # Who comes first changes with the round: a machine that warms up or cools down favours neither.
            runners = {"jensen": lambda: run_jensen(options, seed, samples, folder),
                       "jax": lambda: run_jax(options, seed, samples)}
            results = {name: runners[name]() for name in sorted(runners, reverse=seed % 2 == 0)}
            jensen, jax = results["jensen"], results["jax"]
            rounds.append({"seed": seed, "jensen": jensen, "jax": jax,
                           "ratio": jax["seconds_per_epoch"] / jensen["seconds_per_epoch"]})
            if options.json:
                settings = {key: value for key, value in vars(options).items() if key != "json"}
                options.json.write_text(json.dumps({"settings": settings, "rounds": rounds}, indent=1))

    print(f"{options.objective} with {samples} sample(s), {rounds[0]['jax']['n_train']} examples, batch "
          f"{options.batch_size}, {options.epochs} epochs, {options.threads} threads; median (least to greatest) of "
          f"{options.rounds} rounds; nats per test example\n")
    estimate = f" (IWAE-{options.iwae})" if options.iwae else ""
    print(f"| | seconds per epoch | test ELBO | log-likelihood{estimate} |")
    print("|---|---|---|---|")
    for name, title in [("jensen", "Jensen"), ("jax", f"JAX {rounds[0]['jax']['version']}")]:
        columns = [spread([r[name][key] for r in rounds]) for key in ("seconds_per_epoch", "elbo", "log_likelihood")]
        print(f"| {title} | " + " | ".join(columns) + " |")
    print(f"\nJAX's time over Jensen's, round by round: {spread([r['ratio'] for r in rounds])}")


if __name__ == "__main__":
    main(arguments())
