"""One work in NumPy: measure_numpy.py FOLDER reads work.json, matrix.f32 and states.f32, writes result.f32, prints the times."""
import json
import sys
import time

import numpy as np

folder = sys.argv[1]
work = json.load(open(f"{folder}/work.json"))
matrix = np.fromfile(f"{folder}/matrix.f32", np.float32)
states = np.fromfile(f"{folder}/states.f32", np.float32)
f32 = np.float32


def softmax(h, beta):
    e = np.exp(f32(beta) * (h - h.max(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True)


if work["kind"] == "recall":
    xi = matrix.reshape(work["hidden"], work["visible"])
    state = states.reshape(work["states"], work["visible"]).copy()

    def tick(count):
        state[:] += f32(work["rate"]) * (softmax(state @ xi.T, work["beta"]) @ xi - state)

elif work["kind"] == "learning":
    rows = states.reshape(work["hidden"], work["visible"])
    state = matrix.reshape(work["replicas"], work["hidden"], work["visible"]).copy()

    def tick(count):
        v = rows[count % work["hidden"]]
        gate = f32(work["rate"]) * softmax(state @ v, work["beta"])
        state[:] += gate[:, :, None] * (v - state)

else:
    base = matrix.reshape(work["size"], work["size"])
    w = base.copy()
    state = states.copy()

    def tick(count):
        g = np.tanh(state)
        drive = w @ g
        w[:] += f32(work["rate"]) * (np.outer(f32(work["kappa"]) * g, g) - (w - base))
        state[:] += f32(work["step"]) * (drive - state)


count = 0


def run(ticks):
    global count
    start = time.perf_counter()
    for _ in range(ticks):
        tick(count)
        count += 1
    return (time.perf_counter() - start) * 1000


run(work["checkTicks"])
state.tofile(f"{folder}/result.f32")
once = run(2) / 2
ticks = max(1, min(2000, round(400 / once)))
print(json.dumps({"rounds": [run(ticks) / ticks for _ in range(5)]}))
