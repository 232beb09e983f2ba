"""Frames of the planar system by NumPy and Pillow: obstacles are drawn as ellipses, not read from the shipped bitmap.

Writes planar.json: states, the frames as rows of bits, and all valid states of whole numbers.
"""

import json
from pathlib import Path

import numpy
from PIL import Image, ImageDraw

CENTRES = [(20.5, 5.5), (20.5, 13.5), (20.5, 27.5), (20.5, 35.5), (10.5, 20.5), (30.5, 20.5)]


def obstacles():
    picture = Image.new("L", (40, 40))
    draw = ImageDraw.Draw(picture)
    for row, column in CENTRES:
        draw.ellipse([int(column) - 2, int(row) - 2, int(column) + 2, int(row) + 2], fill=255)
    return numpy.asarray(picture) // 255


def frame(state):
    picture = obstacles().copy()
    row, column = (int(x) for x in numpy.round(state))  # half to even
    picture[row - 1 : row + 1, column - 1 : column + 1] = 1
    return picture


def valid(state):
    low, high = numpy.array(state) - 1.5, numpy.array(state) + 1.5
    inside = all(1.5 <= x <= 38.5 for x in state)
    return inside and not any((low < centre).all() and (centre <= high).all() for centre in CENTRES)


def step(state, action):
    state = numpy.array(state, dtype=float)
    moved = numpy.clip(state + numpy.clip(action, -3, 3), 1.5, 38.5)
    return moved if valid(moved) else state


states = [(1.5, 1.5), (2.5, 37.5), (38.5, 38.5), (20.49, 9.51), (20.5, 13.5), (33.0, 6.0), (10.5, 17.5), (3.2, 36.7)]
generator = numpy.random.default_rng(0)
moves = []
for _ in range(400):
    state, action = generator.uniform(1.5, 38.5, 2), generator.uniform(-4, 4, 2)
    moves.append([*state, *action, *step(state, action)])
result = {
    "frames": [
        {"state": state, "rows": ["".join(map(str, row)) for row in frame(state)]} for state in states
    ],
    "valid": [[i, j] for i in range(41) for j in range(41) if valid((i, j))],
    "moves": moves,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=None) + "\n")
