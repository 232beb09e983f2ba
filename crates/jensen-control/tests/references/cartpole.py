"""Reference values for the cart-pole benchmark of trajax, as JSON beside this script.

    pip install crocoddyl==3.2.1 scipy==1.17.1
    python cartpole.py

The benchmark is written down once more, in NumPy: the accelerations come from a solve with the mass matrix, derivatives
by complex steps. Its angle counts in one direction only, so the cost jumps at the target, plans end at the jump, and where
depends on the solver: Crocoddyl's DDP and FDDP plan it from five first regularisations each. With the angle counted the
short way round the cost is smooth near the target: there DDP starts from given actions, and BFGS of SciPy goes on with the
true cost and its adjoint gradient, without any model of second order.
"""

import json
import time
from pathlib import Path

import crocoddyl
import numpy as np
import scipy
from scipy import optimize

HORIZON, DT = 50, 0.1
CART, POLE, LENGTH, GRAVITY = 10.0, 1.0, 0.5, 9.81
START = np.array([0.0, 0.2, 0.0, -0.1])


def step(x, u):
    force = 5 * np.tanh(u[0])
    s, c = np.sin(x[1]), np.cos(x[1])
    mass = np.array([[CART + POLE, POLE * LENGTH * c], [POLE * LENGTH * c, POLE * LENGTH**2]])
    push = np.array([force + POLE * LENGTH * s * x[3] ** 2, -POLE * GRAVITY * LENGTH * s])
    return x + DT * np.concatenate([x[2:], np.linalg.solve(mass, push)])


def jacobians(x, u):
    h, columns = 1e-30, []
    for i in range(5):
        point = np.concatenate([x, u]).astype(complex)
        point[i] += 1j * h
        columns.append(step(point[:4], point[4:]).imag / h)
    return np.array(columns[:4]).T, np.array(columns[4:]).T


# Where the counting of angles begins: 0 in the benchmark, −π for the short way.
first_angle = 0.0


def error(x):
    e = x - np.array([0.0, np.pi, 0.0, 0.0])
    e[1] = (e[1] - first_angle) % (2 * np.pi) + first_angle
    return e


def total_and_gradient(actions):
    states = [START]
    for u in actions:
        states.append(step(states[-1], np.array([u])))
    e = error(states[-1])
    cost, costate, gradient = 1000 * e @ e, 2000 * e, np.zeros(len(actions))
    for t in reversed(range(len(actions))):
        a, b = jacobians(states[t], actions[t : t + 1])
        e = error(states[t])
        cost += 0.1 * e @ e + 0.01 * actions[t] ** 2
        gradient[t] = 0.02 * actions[t] + b[:, 0] @ costate
        costate = 0.2 * e + a.T @ costate
    return cost, gradient


class Model(crocoddyl.ActionModelAbstract):
    def __init__(self, weight, last):
        super().__init__(crocoddyl.StateVector(4), 1, 0)
        self.weight, self.last = weight, last

    def calc(self, data, x, u=None):
        e = error(x)
        data.cost = self.weight * e @ e
        data.xnext = x.copy()
        if not self.last and u is not None:
            data.xnext = step(x, u)
            data.cost += 0.01 * u @ u

    def calcDiff(self, data, x, u=None):
        data.Lx, data.Lxx = 2 * self.weight * error(x), 2 * self.weight * np.eye(4)
        if not self.last and u is not None:
            data.Fx, data.Fu = jacobians(x, u)
            data.Lu, data.Luu = 0.02 * u, np.array([[0.02]])


def plan(solver_type, regularization, actions):
    problem = crocoddyl.ShootingProblem(START, [Model(0.1, False)] * HORIZON, Model(1000.0, True))
    solver = solver_type(problem)
    solver.th_stop = 1e-13
    us = [np.array([u]) for u in actions]
    begun = time.perf_counter()
    solver.solve(problem.rollout(us), us, 1000, False, regularization)
    actions = np.concatenate(solver.us)
    cost, gradient = total_and_gradient(actions)
    print(f"{solver_type.__name__} from {regularization:g}: {solver.iter} iterations, cost {cost:.9f}, gradient "
          f"{np.abs(gradient).max():.1e}, {time.perf_counter() - begun:.1f} s, mostly in Python", flush=True)
    return cost, actions


# The plan for the short way from zero actions, to one digit: a start from which every good solver comes to one optimum.
NEAR = [1.2, -0.5, -1.2, -1.4, -1.4, -1.3, -1.1, -0.8, -0.1, 0.6, 0.8, 0.8, 0.8, 0.8, 0.9, 1.0, 1.2, 1.3, 1.2, 1.0, 0.3, -0.7, -1.0, -1.3, -1.7,
        -1.9, -1.9, -1.5, 1.1, 1.4, 1.4, 1.3, 1.1, 0.9, 0.7, 0.4, 0.0, -0.2, -0.3, -0.4, -0.4, -0.4, -0.4, -0.4, -0.4, -0.3, -0.3, -0.2, -0.1, 0.2]


def main():
    global first_angle
    zero = np.zeros(HORIZON)
    values = dict(source=f"crocoddyl {crocoddyl.__version__}, SciPy {scipy.__version__}", initial_cost=total_and_gradient(zero)[0])
    values["costs"] = [plan(solver, regularization, zero)[0]
                       for solver in [crocoddyl.SolverDDP, crocoddyl.SolverFDDP]
                       for regularization in [1e-9, 1e-6, 1e-3, 1.0, 100.0]]
    first_angle = -np.pi
    cost, actions = plan(crocoddyl.SolverDDP, 1e-9, np.array(NEAR))
    polished = optimize.minimize(total_and_gradient, actions, jac=True, method="BFGS", options=dict(gtol=1e-7, maxiter=500))
    print(f"BFGS from there: cost {polished.fun:.12f}, moved by {np.abs(polished.x - actions).max():.1e}, "
          f"gradient {np.abs(polished.jac).max():.1e}")
    values |= dict(near=NEAR, near_initial_cost=total_and_gradient(np.array(NEAR))[0], smooth_cost=cost,
                   smooth_actions=actions.tolist(), polished_cost=polished.fun)
    Path(__file__).with_suffix(".json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
