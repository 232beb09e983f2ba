#!/usr/bin/env python3
"""Training on a file larger than memory beside the same training on data in memory: peak memory and examples a second.

Writes an npy file of MNIST-like pictures with noise, then trains in turn with `data.access` as `file` and `memory`, so
that what else the machine does meets both. Each training is interrupted after some seconds of updates; its speed is that
of the updates between the first and the last line of its log. Any other file is measured with `--data`: one that was
converted from the npy file to Parquet, say. Needs Python alone.
"""

import argparse
import gzip
import json
import os
import random
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIGITS = ROOT / "crates/jensen-data/assets/digits/train-images-idx3-ubyte.gz"
TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--data", type=Path, required=True, help="the file; an .npy that is not there is written")
    p.add_argument("--rows", type=int, default=5_500_000, help="pictures of 784 bytes to write")
    p.add_argument("--jensen", default=str(ROOT / "target/release/jensen"), help="the release binary")
    p.add_argument("--access", nargs="+", default=["file", "memory"], help="the two are compared in this order")
    p.add_argument("--rounds", type=int, default=3, help="trainings of each, in turn")
    p.add_argument("--seconds", type=float, default=30.0, help="time of updates in each training")
    p.add_argument("--batch-size", type=int, default=128)
    p.add_argument("--jensen-arguments", default="", help="more arguments for `jensen train`")
    p.add_argument("--json", type=Path, metavar="FILE", help="keep every number here")
    return p.parse_args()


def write(path, rows):
    """The embedded digits again and again, the three lowest bits of each byte replaced by noise."""
    digits = gzip.decompress(DIGITS.read_bytes())[16:]
    keep = int.from_bytes(b"\xf8" * len(digits), "little") & int.from_bytes(digits, "little")
    noise = int.from_bytes(b"\x07" * len(digits), "little")
    draws = random.Random(0)
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows}, 28, 28), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    left = rows * 784
    with open(path, "wb") as out:
        out.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
        while left:
            tile = keep | (int.from_bytes(draws.randbytes(len(digits)), "little") & noise)
            left -= out.write(tile.to_bytes(len(digits), "little")[:left])


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def steps_of(log):
    """The lines of updates that are complete."""
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    return [line for line in map(json.loads, lines) if line["type"] == "step"]


def train(options, access, folder):
    run = Path(folder) / "run"
    command = [
        options.jensen, "train", "--data", options.data, "--epochs", 1, "--batch-size", options.batch_size,
        "--set", f"data.access={access}", "--out", run, "--force", "--quiet", *shlex.split(options.jensen_arguments),
    ]
    print("$", shlex.join(map(str, command)), file=sys.stderr, flush=True)
    began = time.monotonic()
    child = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL)
    log = run / "metrics.jsonl"
    while not steps_of(log):
        if child.poll() is not None:
            sys.exit(f"jensen ended with {child.returncode} before the first update")
        time.sleep(0.2)
    ready, cpu = time.monotonic() - began, cpu_seconds(child.pid)
    first = steps_of(log)[-1]
    time.sleep(options.seconds)
    last, cpu = steps_of(log)[-1], cpu_seconds(child.pid) - cpu
    child.send_signal(signal.SIGINT)
    _, _, usage = os.wait4(child.pid, 0)
    examples = (last["step"] - first["step"]) * options.batch_size
    return {
        "access": access,
        "peak_mb": usage.ru_maxrss * 1024 / 1e6,
        "examples_per_second": examples / (last["seconds"] - first["seconds"]),
        "cpu_microseconds_per_example": cpu / examples * 1e6,
        "seconds_until_the_first_update": ready,
    }


def main():
    options = arguments()
    if not options.data.exists():
        write(options.data, options.rows)
    results = []
    for _ in range(options.rounds):
        for access in options.access:
            with tempfile.TemporaryDirectory() as folder:
                results.append(train(options, access, folder))
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    print(f"{options.data.stat().st_size / 1e9:.2f} GB, {options.rounds} rounds, medians\n")
    print("| access | peak memory, MB | examples a second | CPU µs an example | s until the first update |")
    print("|---|---|---|---|---|")
    for access in options.access:
        own = [result for result in results if result["access"] == access]
        middle = {key: statistics.median(result[key] for result in own) for key in own[0] if key != "access"}
        print(f"| {access} | " + " | ".join(f"{value:,.0f}" for value in middle.values()) + " |")
    if len(options.access) == 2:
        first, second = ([r for r in results if r["access"] == access] for access in options.access)
        for key in ["examples_per_second", "cpu_microseconds_per_example"]:
            ratios = [a[key] / b[key] for a, b in zip(first, second)]
            print(f"\n{key}, {options.access[0]} / {options.access[1]} by round: "
                  + ", ".join(f"{ratio:.3f}" for ratio in ratios) + f"; median {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
