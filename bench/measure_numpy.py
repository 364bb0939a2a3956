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

elif work["kind"] == "sparse":
    import scipy.sparse

    size, degree = work["size"], work["degree"]
    columns = np.fromfile(f"{folder}/columns.i32", np.int32)
    starts = np.arange(size + 1, dtype=np.int32) * degree
    entries = scipy.sparse.csr_array((matrix, columns, starts), shape=(size, size))
    state = states.copy()

    def tick(count):
        state[:] += f32(work["rate"]) * (entries @ np.tanh(state) - state)

elif work["kind"] == "convolution":
    side, filters, kernel = work["side"], work["filters"], work["kernel"]
    reach = (kernel - 1) // 2
    k = matrix.reshape(filters, kernel * kernel)
    # The filters turned by half, for the way back.
    turned = np.ascontiguousarray(k[:, ::-1]).reshape(-1)
    state = states.reshape(side, side).copy()

    def windows(padded):
        return np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(-2, -1))

    def tick(count):
        seen = windows(np.pad(state, reach)).reshape(side * side, kernel * kernel)
        f = np.maximum(k @ seen.T, 0).reshape(filters, side, side)
        back = windows(np.pad(f, ((0, 0), (reach, reach), (reach, reach))))
        pull = back.transpose(1, 2, 0, 3, 4).reshape(side * side, -1) @ turned
        state[:] += f32(work["rate"]) * (pull.reshape(side, side) - state)

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
