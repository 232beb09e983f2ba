"""A Gymnasium environment as a process that speaks `jensen-environment/1` over standard input and output.

    pip install gymnasium pygame
    python gymnasium_bridge.py Pendulum-v1 --picture 48 48

Observations and actions have to be vectors (`Box`). The cost is the reward with its sign changed; the goal region is where
the environment's `info` says `is_success`. The protocol is in the documentation of `jensen_control::environment::process`.
"""

import argparse
import json
import math
import os
import sys

import gymnasium
import numpy


def protocol_streams():
    """Standard input and output for the protocol alone: what libraries print goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, output


def bounds(space, name):
    if not isinstance(space, gymnasium.spaces.Box) or len(space.shape) != 1:
        raise SystemExit(f"{name} have to be vectors of numbers, not {space}")
    finite = lambda side: [float(x) if math.isfinite(x) else None for x in side]
    return {"low": finite(space.low), "high": finite(space.high)}


def grey(picture, height, width):
    """The mean over colours and over the part of the picture that is under each pixel."""
    picture = numpy.asarray(picture, dtype=float).mean(axis=2)
    for axis, size in ((0, height), (1, width)):
        starts = numpy.arange(size) * picture.shape[axis] // size
        counts = numpy.diff(numpy.append(starts, picture.shape[axis]))
        shape = [1, 1]
        shape[axis] = size
        picture = numpy.add.reduceat(picture, starts, axis=axis) / counts.reshape(shape)
    return numpy.rint(picture).astype(numpy.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environment", help="what gymnasium.make knows, Pendulum-v1 for example")
    parser.add_argument("--picture", nargs=2, type=int, metavar=("HEIGHT", "WIDTH"), help="send pictures of this size")
    parser.add_argument("--frames", type=int, default=2, choices=(1, 2), help="pictures of an observation")
    options = parser.parse_args()
    requests, answers = protocol_streams()

    environment = gymnasium.make(options.environment, render_mode="rgb_array" if options.picture else None)
    metadata, spec = environment.metadata, environment.spec
    unwrapped = environment.unwrapped
    header = {
        "protocol": "jensen-environment/1",
        "name": options.environment,
        "description": f"{options.environment} of Gymnasium {gymnasium.__version__}",
        "states": bounds(environment.observation_space, "observations"),
        "actions": bounds(environment.action_space, "actions"),
        "dt": float(getattr(unwrapped, "dt", None) or 1 / metadata.get("render_fps", 50)),
        "horizon": spec.max_episode_steps or 1000,
    }
    if options.picture:
        height, width = options.picture
        header["picture"] = {"height": height, "width": width, "frames": options.frames}

    def send(answer, picture=b""):
        answers.write(json.dumps(answer, allow_nan=False).encode() + b"\n" + picture)
        answers.flush()

    def send_state(observation, **answer):
        answer["state"] = [float(x) for x in observation]
        picture = b""
        if options.picture:
            picture = grey(environment.render(), *options.picture).tobytes()
            answer["picture_bytes"] = len(picture)
        send(answer, picture)

    send(header)
    for line in requests:
        request = json.loads(line)
        if request["request"] == "reset":
            observation, _ = environment.reset(seed=request["seed"])
            send_state(observation)
        elif request["request"] == "step":
            action = numpy.array(request["action"], dtype=environment.action_space.dtype)
            observation, reward, terminated, truncated, info = environment.step(action)
            goal, ended = bool(info.get("is_success", False)), bool(terminated or truncated)
            send_state(observation, cost=-float(reward), in_goal=goal, ended=ended)
        else:
            send({"error": f"there is no request {request['request']!r}"})


if __name__ == "__main__":
    main()
