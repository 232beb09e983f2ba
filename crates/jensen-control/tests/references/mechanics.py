"""Steps of pendulum, cart-pole and three-link arm by scipy.integrate.solve_ivp with its default tolerances.

The equations of cart-pole and arm are not written down: they follow from kinetic and potential energy by Lagrange's
formula, with derivatives by complex steps. Writes mechanics.json: rows of [*state, *action, *next state].
"""

import json
from pathlib import Path

import numpy
from scipy.integrate import solve_ivp

G, DT = 9.81, 0.02


def derivative(function, q, i):
    """By a complex step, exact to rounding."""
    moved = numpy.array(q, dtype=complex)
    moved[i] += 1e-200j
    return numpy.imag(function(moved)) / 1e-200


def lagrange(mass_matrix, potential):
    """The accelerations M⁻¹ (force − C(q, q') q' − ∂V/∂q), C by Christoffel's symbols."""

    def acceleration(q, rate, force):
        n = len(q)
        by = numpy.array([derivative(mass_matrix, q, i) for i in range(n)])  # by[i, j, k] = ∂M_jk/∂q_i
        coriolis = numpy.array(
            [
                sum(
                    0.5 * (by[k, i, j] + by[j, i, k] - by[i, j, k]) * rate[j] * rate[k]
                    for j in range(n)
                    for k in range(n)
                )
                for i in range(n)
            ]
        )
        gravity = numpy.array([derivative(potential, q, i) for i in range(n)])
        return numpy.linalg.solve(mass_matrix(numpy.array(q)).real, force - coriolis - gravity)

    return acceleration


def pendulum(x, u):
    return [x[1], (0.1 * G * 0.5 * numpy.sin(x[0]) + u[0]) / (0.1 * 0.5**2 / 3)]


def rods(q, masses, lengths, base):
    """Centres of rods, one on the end of the other, at angles from upright."""
    centres, end, angle = [], numpy.array(base, dtype=q.dtype), 0
    for i, length in enumerate(lengths):
        angle = angle + q[i]
        along = length * numpy.array([numpy.sin(angle), numpy.cos(angle)])
        centres.append(end + along / 2)
        end = end + along
    return numpy.array(centres)


ARM_MASSES, ARM_LENGTHS = [0.1] * 3, [0.5] * 3


def arm_mass_matrix(q):
    matrix = numpy.zeros((3, 3), dtype=q.dtype)
    angles = numpy.cumsum(q)
    for link, (mass, length) in enumerate(zip(ARM_MASSES, ARM_LENGTHS)):
        # Columns are the velocity of the centre of the link by the rate of each joint.
        jacobian = numpy.zeros((2, 3), dtype=q.dtype)
        for joint in range(link + 1):
            for part in range(joint, link + 1):
                reach = ARM_LENGTHS[part] * (0.5 if part == link else 1)
                jacobian[:, joint] += reach * numpy.array([numpy.cos(angles[part]), -numpy.sin(angles[part])])
        turn = numpy.array([1.0 if joint <= link else 0.0 for joint in range(3)])
        matrix += mass * jacobian.T @ jacobian + mass * length**2 / 12 * numpy.outer(turn, turn)
    return matrix


def arm_potential(q):
    return sum(mass * G * centre[1] for mass, centre in zip(ARM_MASSES, rods(q, ARM_MASSES, ARM_LENGTHS, [0, 0])))


def cart_pole_mass_matrix(q):
    """A cart of 1 kg; a rod of 0.1 kg whose centre is 0.5 m from the hinge, so that it is 1 m long."""
    cart, pole, centre = 1.0, 0.1, 0.5
    cross = pole * centre * numpy.cos(q[1])
    return numpy.array([[cart + pole + 0 * q[1], cross], [cross, pole * centre**2 * 4 / 3 + 0 * q[1]]])


def cart_pole_potential(q):
    return 0.1 * G * 0.5 * numpy.cos(q[1])


arm_acceleration = lagrange(arm_mass_matrix, arm_potential)
cart_pole_acceleration = lagrange(cart_pole_mass_matrix, cart_pole_potential)


def arm(x, u):
    return [*x[3:], *arm_acceleration(x[:3], x[3:], u)]


def cart_pole(x, u):
    return [*x[2:], *cart_pole_acceleration(x[:2], x[2:], [u[0], 0.0])]


def steps(field, scales, forces, count, generator):
    rows = []
    for _ in range(count):
        state = generator.uniform(-1, 1, len(scales)) * scales
        action = generator.uniform(-1, 1, len(forces)) * forces
        end = solve_ivp(lambda t, x: field(x, action), (0, DT), state).y[:, -1]
        rows.append([*state, *action, *end])
    return rows


generator = numpy.random.default_rng(1)
result = {
    # Rates stay below their limits, which SciPy does not know.
    "pendulum": steps(pendulum, [numpy.pi, 8.0], [1.0], 30, generator),
    "cart_pole": steps(cart_pole, [2.4, numpy.pi, 5.5, 5.5], [10.0], 30, generator),
    "three_link": steps(arm, [numpy.pi, 2, 1, 3, 4, 5], [1.0, 1.0, 1.0], 30, generator),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
