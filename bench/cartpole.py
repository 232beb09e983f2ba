"""The cart-pole benchmark of trajax in trajax itself, compiled, and in Jensen: what is found, and in which time.

    pip install jax==0.10.2 git+https://github.com/google/trajax@94249a2
    cargo build --release -p jensen-control --example cartpole_speed
    python bench/cartpole.py target/release/examples/cartpole_speed

Numbers are of 64 bits on both sides; compilation is not timed; the two are run in turn. What trajax finds is kept for the
tests of jensen-control.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

from trajax import optimizers

HORIZON, DT = 50, 0.1
CART, POLE, LENGTH, GRAVITY = 10.0, 1.0, 0.5, 9.81
START = jnp.array([0.0, 0.2, 0.0, -0.1])
TARGET = jnp.array([0.0, jnp.pi, 0.0, 0.0])


def step(x, u, t):
    force = 5 * jnp.tanh(u[0])
    s, c = jnp.sin(x[1]), jnp.cos(x[1])
    inertia = CART + POLE * s**2
    push = force + POLE * LENGTH * s * x[3] ** 2
    cart = (push + POLE * GRAVITY * s * c) / inertia
    pole = -(c * push + (CART + POLE) * GRAVITY * s) / (LENGTH * inertia)
    return x + DT * jnp.array([x[2], x[3], cart, pole])


def cost_of(first_angle):
    def cost(x, u, t):
        e = x - TARGET
        e = e.at[1].set(jnp.mod(e[1] - first_angle, 2 * jnp.pi) + first_angle)
        return jnp.where(t == HORIZON, 1000 * e @ e, 0.1 * e @ e + 0.01 * u @ u)

    return cost


def solver(first_angle):
    cost = cost_of(first_angle)

    @jax.jit
    def solve(start, actions):
        _, actions, value, gradient, _, _, iterations = optimizers.ilqr(cost, step, start, actions, maxiter=1000)
        return actions[:, 0], value, gradient, iterations

    return solve


def main():
    found = {}
    for name, first_angle in [("benchmark", 0.0), ("short_way_round", -jnp.pi)]:
        solve = solver(first_angle)
        zero = jnp.zeros((HORIZON, 1))
        actions, value, gradient, iterations = jax.block_until_ready(solve(START, zero))
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            jax.block_until_ready(solve(START, zero))
            times.append(1e3 * (time.perf_counter() - begun))
        print(json.dumps(dict(
            what=f"trajax, {name}", cost=float(value), iterations=int(iterations), gradient=float(jnp.abs(gradient).max()),
            median_ms=round(statistics.median(times), 1), fastest_ms=round(min(times), 1))), flush=True)
        found[name] = dict(cost=float(value), iterations=int(iterations), actions=actions.tolist())
    tests = Path(__file__).parent.parent / "crates/jensen-control/tests/references/cartpole_trajax.json"
    tests.write_text(json.dumps(found, indent=1) + "\n")
    for binary in sys.argv[1:]:
        print(subprocess.run([binary], check=True, capture_output=True, text=True).stdout, end="")


if __name__ == "__main__":
    main()
