"""Reference values for the reaching task of Todorov 2005 (Neural Computation 17), as JSON beside this script.

    pip install numpy==2.4.6
    python reaching.py

Gains and filter by the paper's own recursions (equations 4.2 and 5.2: values of state and error, moments that are not
central), each for the other in turn until they stand still, and the expected cost by the paper's formula.
"""

import json
from pathlib import Path

import numpy as np

STEPS, DT, TAU, TARGET = 30, 0.01, 0.04, 0.1
A = np.eye(5)
A[0, 1] = A[1, 2] = DT
A[2, 2] = A[3, 3] = 1 - DT / TAU
A[2, 3] = DT / TAU
B = np.zeros((5, 1))
B[3] = DT / TAU
H = np.eye(3, 5)
SENSOR = np.diag([0.01, 0.1, 0.5]) * 0.5
R = np.array([[1e-5 / STEPS]])
P = np.array([[1, 0, 0, 0, -1], [0, 0.2, 0, 0, 0], [0, 0, 0.02, 0, 0.0]])
START = np.array([0, 0, 0, 0, TARGET])


def solve(motor_noise, sensor_noise, rounds=400):
    """`C = motor_noise B`; besides the additive noise, sensors have the part `sensor_noise` of what they show."""
    c, d, omega = motor_noise * B, sensor_noise * H, SENSOR @ SENSOR.T
    filters = np.zeros((STEPS, 5, 3))
    costs = []
    for _ in range(rounds):
        sx, se, s, gains = P.T @ P, np.zeros((5, 5)), 0.0, []
        for k in reversed(filters):
            # The last value's error and noise parts come before sx is overwritten.
            s += np.trace(se @ k @ omega @ k.T)
            gain = np.linalg.solve(R + B.T @ sx @ B + c.T @ (sx + se) @ c, B.T @ sx @ A)
            open_loop = A - k @ H
            sx, se = (A.T @ sx @ (A - B @ gain) + d.T @ k.T @ se @ k @ d,
                      A.T @ sx @ B @ gain + open_loop.T @ se @ open_loop)
            gains.append(gain)
        gains.reverse()
        costs.append(START @ sx @ START + s)
        error, estimate, cross = np.zeros((5, 5)), np.outer(START, START), np.zeros((5, 5))
        filters = []
        for gain in gains:
            total = error + estimate + cross + cross.T
            k = A @ error @ H.T @ np.linalg.inv(H @ error @ H.T + omega + d @ total @ d.T)
            closed, open_loop = A - B @ gain, A - k @ H
            error, estimate, cross = (
                open_loop @ error @ A.T + c @ gain @ estimate @ gain.T @ c.T,
                k @ H @ error @ A.T + closed @ estimate @ closed.T + closed @ cross @ H.T @ k.T + k @ H @ cross.T @ closed.T,
                closed @ cross @ open_loop.T)
            filters.append(k)
    return dict(motor_noise=motor_noise, sensor_noise=sensor_noise, cost=costs[-1], first_cost=costs[1],
                gains=np.array(gains), filters=np.array(filters))


def main():
    tasks = dict(motor=solve(10**-0.3, 0.0), both=solve(10**-0.3, 0.2), none=solve(0.0, 0.0))
    out = {name: {k: np.asarray(v).ravel().tolist() for k, v in task.items()} for name, task in tasks.items()}
    out["source"] = f"NumPy {np.__version__}"
    Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
    print({name: float(task["cost"]) for name, task in tasks.items()})


if __name__ == "__main__":
    main()
