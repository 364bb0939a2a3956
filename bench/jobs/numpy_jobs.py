"""The jobs of bench/jobs/jobs.ts in NumPy: numpy_jobs.py digits|diagram writes results.npz into the present folder.

The same data, steps and samples as the scenarios `digits` and `phase-diagram`, in float32, the states of all replicas as one matrix.
"""
import gzip
import pathlib
import sys

import numpy as np

f32 = np.float32
DATA = pathlib.Path(__file__).parents[2] / "scenarios" / "data"
TICKS, EVERY = 150, 5
STEP = f32(1 - np.exp(-0.1))


def memories():
    """Ten images of each digit, [100, 784], mean 0 and norm 28."""
    images = np.frombuffer(gzip.open(DATA / "digits-images-idx3-ubyte.gz").read(), np.uint8, offset=16)
    labels = np.frombuffer(gzip.open(DATA / "digits-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)
    images = images.reshape(-1, 784).astype(f32)
    rows = np.sort(np.concatenate([np.flatnonzero(labels == digit)[:10] for digit in range(10)]))
    xi = images[rows] / 255
    xi -= xi.mean(1, keepdims=True)
    return xi * (28 / np.linalg.norm(xi, axis=1, keepdims=True)).astype(f32)


def recall(xi, v, beta):
    """v relaxes to Xi^T softmax(beta Xi v); energy and overlaps every 5 ticks. beta: a number, or [replicas, 1]."""
    energy, overlap = [], []
    for tick in range(TICKS + 1):
        h = v @ xi.T
        top = h.max(1, keepdims=True)
        e = np.exp(beta * (h - top))
        total = e.sum(1, keepdims=True)
        if tick % EVERY == 0:
            log_sum = top[:, 0] + (np.log(total) / beta)[:, 0]
            energy.append(0.5 * np.einsum("ri,ri->r", v, v) - log_sum)
            overlap.append(h / f32(784))
        v += STEP * ((e / total) @ xi - v)
    return np.array(energy), np.array(overlap)


xi = memories()
if sys.argv[1] == "digits":
    cues = xi.copy()
    cues.reshape(-1, 28, 28)[:, 14:] = 0
    energy, overlap = recall(xi, cues, f32(0.1))
    np.savez("results.npz", energy=energy, overlap=overlap, state=cues, xi=xi)
else:
    random = np.random.default_rng(1)
    betas = np.geomspace(0.005, 0.1, 32).astype(f32)
    damage = np.linspace(0, 0.55, 32)
    energies, overlaps, states = [], [], []
    # A value of beta at a time stays in the cache of the processor.
    for beta in betas:
        cues = np.repeat(xi[35][None], 320, 0)
        flips = random.random(cues.shape, f32) < np.repeat(damage, 10)[:, None]
        cues[flips] *= -1
        energy, overlap = recall(xi, cues, beta)
        energies.append(energy)
        overlaps.append(overlap[:, :, 35])
        states.append(cues)
    np.savez(
        "results.npz",
        energy=np.concatenate(energies, 1),
        overlap=np.concatenate(overlaps, 1),
        state=np.concatenate(states),
        xi=xi,
    )
