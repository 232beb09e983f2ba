"""The cost to go of one axis of the point mass, by SciPy's Riccati solver. Writes point_mass.json."""

import json
from pathlib import Path

import numpy
from scipy.linalg import solve_discrete_are

H = 0.1
riccati = solve_discrete_are(
    numpy.array([[1, H], [0, 1]]), numpy.array([[H**2 / 2], [H]]), numpy.diag([1.0, 0.1]), numpy.array([[0.1]])
)
Path(__file__).with_suffix(".json").write_text(json.dumps({"riccati": riccati.tolist()}) + "\n")
