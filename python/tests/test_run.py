"""Runs of the built command: arrays in and out, axes, seeds, checkpoints, errors."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import signal
import tempfile
import unittest
import warnings
from pathlib import Path
from typing import Any, Dict
from unittest import mock

import numpy as np

import engram

ROOT = Path(__file__).resolve().parents[2]

#: The share of the state that a tick leaves is exact but for rounding: 6e-8 an operation, a few operations a tick, 80 ticks.
ROUNDING = 2e-5


def decay(**changes: Any) -> Dict[str, Any]:
    """Neurons that go to rest by themselves: x(t) = x(0) exp(-t / tau)."""
    return {
        "version": 1,
        "time": {"dt": 0.1, "ticks": 40, "integrator": "exponential-euler"},
        "neurons": {"v": {"size": 3, "lagrangian": {"kind": "linear"}, "tau": 2, "init": np.array([1.0, -2.0, 0.5])}},
        "probes": {"x": {"kind": "snapshot", "of": "v", "every": 10}},
        **changes,
    }


def run_alone(*args: Any, **keywords: Any) -> engram.Result:
    """Runs layers of which engram warns that nothing touches them, where there are several."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"neurons\.\w+: no memory, synapse or stimulus", engram.EngramWarning)
        return engram.run(*args, **keywords)


class Neurons(unittest.TestCase):
    """One run with two axes, against the closed form."""

    result: engram.Result

    @classmethod
    def setUpClass(cls) -> None:
        cls.ticks: list[tuple[int, int]] = []
        taus = np.array([0.5, 1, 2, 4])
        alone = decay(replicas=2)
        alone["neurons"]["idle"] = {"size": 1, "lagrangian": {"kind": "linear"}, "tau": 1}
        cls.result = run_alone(
            alone,
            vary={"neurons.v.tau": taus, "neurons.v.lagrangian.gain": [1, 2, 3]},
            progress=lambda value, total: cls.ticks.append((value, total)),
        )

    def test_shape_is_samples_axes_replicas_own(self) -> None:
        self.assertEqual(self.result.probe("x").shape, (5, 4, 3, 2, 3))
        self.assertEqual(self.result.dims("x"), ("x.tick", "neurons.v.tau", "neurons.v.lagrangian.gain", "replica", "x.0"))
        self.assertEqual(self.result.state["v"].shape, (4, 3, 2, 3))
        self.assertEqual(list(self.result.axes), ["neurons.v.tau", "neurons.v.lagrangian.gain"])

    def test_samples_follow_the_closed_form(self) -> None:
        time = self.result.time("x")
        np.testing.assert_array_equal(self.result.tick("x"), [0, 10, 20, 30, 40])
        np.testing.assert_array_equal(time, self.result.tick("x") * 0.1)
        taus = self.result.axes["neurons.v.tau"]
        share = np.exp(-time[:, None] / taus)[:, :, None, None, None]
        exact = np.broadcast_to(share * np.array([1.0, -2.0, 0.5]), (5, 4, 3, 2, 3))
        np.testing.assert_allclose(self.result.probe("x"), exact, rtol=ROUNDING)

    def test_the_last_sample_is_the_final_state_bit_by_bit(self) -> None:
        np.testing.assert_array_equal(self.result.probe("x")[-1], self.result.state["v"])
        self.assertEqual(self.result.state["v"].dtype, np.float32)

    def test_progress_tells_ticks_up_to_the_last(self) -> None:
        self.assertEqual(self.ticks[-1], (40, 40))

    def test_summary_and_unknown_names(self) -> None:
        self.assertEqual(self.result.summary["scenario"]["time"]["ticks"], 40)
        self.assertEqual((self.result.ticks, self.result.probes), (40, ["x"]))
        self.assertIn("neurons.v", self.result.warnings[0])
        for wrong in (lambda: self.result.probe("y"), lambda: self.result.state["y"], lambda: self.result.terms("x")):
            self.assertRaises(KeyError, wrong)

    def test_xarray_gets_dimensions_that_fit(self) -> None:
        dataset = mock.Mock()
        with mock.patch.dict("sys.modules", {"xarray": dataset}):
            self.result.to_xarray()
        variables, coordinates, _ = dataset.Dataset.call_args.args
        sizes: Dict[str, int] = {}
        for dims, array in [*variables.values(), *((one, values) for (one, values) in coordinates.values())]:
            dims = (dims,) if isinstance(dims, str) else dims
            self.assertEqual(len(dims), np.ndim(array))
            for dim, size in zip(dims, np.shape(array)):
                self.assertEqual(sizes.setdefault(dim, size), size)
        self.assertIn("neurons.v.tau", coordinates)

    def test_files_go_with_the_result(self) -> None:
        result = engram.read(self.result.folder)
        folder = Path(tempfile.mkdtemp())
        held = engram.Result(result.folder, folder)
        del held
        self.assertFalse(folder.exists())
        self.assertTrue(self.result.folder.exists())


#: Booleans in a file, as +1 and -1.
SIGNS = {"kind": "npy", "path": "mine.npy", "transform": [{"op": "binarize", "threshold": 0.5}]}


class Recall(unittest.TestCase):
    """Own patterns in a folder whose name has a space and other letters; the same network in float64 by NumPy."""

    N, K, DT, TICKS, GAIN = 60, 3, 0.1, 80, 4.0

    @classmethod
    def setUpClass(cls) -> None:
        random = np.random.default_rng(1)
        # Big-endian and in the order of Fortran, as arrays may come.
        cls.patterns = np.asfortranarray(np.sign(random.normal(size=(cls.K, cls.N)))).astype(">f8")
        cls.cues = np.where(random.random((cls.K, cls.N)) < 0.1, -1, 1) * cls.patterns
        cls.scenario: Dict[str, Any] = {
            "version": 1,
            "time": {"dt": cls.DT, "ticks": cls.TICKS, "integrator": "euler"},
            "neurons": {"v": {"size": np.int64(cls.N), "lagrangian": {"kind": "tanh", "gain": np.float32(cls.GAIN)}, "tau": 1}},
            "synapses": {"w": {"layer": "v", "base": {"kind": "hebbian", "patterns": cls.patterns, "zeroDiagonal": True}}},
            "stimulus": [{"kind": "initial", "layer": "v", "patterns": {"kind": "npy", "path": cls.cues}}],
            "probes": {
                "overlap": {"kind": "overlap", "layer": "v", "patterns": SIGNS, "every": 20},
                "energy": {"kind": "energy", "every": 20},
            },
            "replicas": cls.K,
        }
        cls.home = tempfile.TemporaryDirectory()
        cls.out = Path(cls.home.name) / "é space" / "Ωmega"
        cls.before = copy.deepcopy(cls.scenario)
        cls.result = engram.run(cls.scenario, arrays={"mine": cls.patterns > 0}, out=cls.out)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.home.cleanup()

    def test_the_scenario_is_as_it_was(self) -> None:
        np.testing.assert_equal(self.scenario, self.before)

    def test_final_states_are_those_of_float64(self) -> None:
        weights = self.patterns.T @ self.patterns / self.N
        np.fill_diagonal(weights, 0)
        x = self.cues.astype(float)
        for _ in range(self.TICKS):
            x = x + self.DT * (np.tanh(self.GAIN * x) @ weights - x)
        np.testing.assert_allclose(self.result.state["v"], x, atol=ROUNDING)
        np.testing.assert_allclose(self.result.state["w"], weights, atol=1e-7)

    def test_each_cue_recalls_its_pattern(self) -> None:
        overlap = self.result.probe("overlap")
        self.assertEqual(overlap.shape, (5, self.K, self.K))
        self.assertTrue((np.diagonal(overlap, axis1=1, axis2=2)[-1] > 0.98).all())

    def test_the_energy_is_the_sum_of_its_terms_and_falls(self) -> None:
        energy = self.result.probe("energy")
        self.assertEqual(energy.dtype, np.float64)
        terms = self.result.terms("energy")
        self.assertEqual(terms.shape, (5, self.K, len(self.result.term_names("energy"))))
        np.testing.assert_allclose(terms.sum(axis=-1, dtype=float), energy, rtol=1e-12, atol=1e-12)
        # Sums over N neurons in float32.
        rounding = self.N * 6e-8 * np.abs(terms).sum(axis=-1).max()
        self.assertTrue((np.diff(energy, axis=0) < rounding).all())
        self.assertTrue((energy[-1] < energy[0] - 10).all())

    def test_shared_synapses_have_no_replica_axis(self) -> None:
        self.assertEqual(self.result.state["w"].shape, (self.N, self.N))
        self.assertEqual(self.result.dims("state.w"), ("state.w.0", "state.w.1"))
        self.assertEqual(self.result.dims("energy.terms"), ("energy.tick", "replica", "energy.term"))

    def test_the_folder_has_the_scenario_with_its_arrays(self) -> None:
        again = engram.load(self.out / "input" / "scenario.json")
        np.testing.assert_array_equal(np.load(again.folder / again["stimulus"][0]["patterns"]["path"]), self.cues)
        self.assertEqual(sorted(file.name for file in self.out.iterdir()), ["input", "results.npz", "summary.json"])

    def test_results_can_be_mapped_into_memory(self) -> None:
        with mock.patch("engram._results._MAPPED", 0):
            mapped = engram.read(self.out).probe("overlap")
        self.assertIsInstance(mapped, np.memmap)
        np.testing.assert_array_equal(mapped, self.result.probe("overlap"))
        del mapped


class Checkpoints(unittest.TestCase):
    """A noisy network, interrupted by Ctrl-C and continued."""

    def test_ctrl_c_leaves_a_checkpoint_that_continues_to_the_same_bytes(self) -> None:
        noisy = decay(time={"dt": 0.1, "ticks": 10_000_000}, replicas=2)
        noisy["neurons"]["v"]["temperature"] = 0.5
        noisy["probes"]["x"]["every"] = 1000
        with tempfile.TemporaryDirectory() as folder:

            def interrupt(value: int, total: int) -> None:
                os.kill(os.getpid(), signal.SIGINT)

            with self.assertRaises(engram.Interrupted) as caught:
                run_alone(noisy, seed=3, progress=interrupt, out=Path(folder) / "part", resident="off")
            checkpoint = caught.exception.checkpoint
            self.assertEqual(checkpoint, Path(folder) / "part" / "checkpoint.npz")
            self.assertIn(str(checkpoint), str(caught.exception))
            self.assertRaises(engram.InputError, engram.read, Path(folder) / "part")
            ticks = int(json.loads(bytes(engram._results.Archive(checkpoint)["checkpoint"]))["tick"]) + 300
            resumed = run_alone(noisy, seed=3, resume=checkpoint.parent, ticks=ticks, resident="off")
            self.assertEqual(resumed.summary["startTick"], ticks - 300)
            whole = run_alone(noisy, seed=3, ticks=ticks, resident="off")
            for name in whole.arrays:
                np.testing.assert_array_equal(whole.arrays[name], resumed.arrays[name])
            other = run_alone(noisy, seed=4, ticks=ticks, resident="off")
            self.assertTrue((other.state["v"] != whole.state["v"]).all())


class Shipped(unittest.TestCase):
    """Scenarios that come with engram, by name and as dictionaries."""

    def test_by_name_with_values_and_an_array_that_are_set(self) -> None:
        rows = np.eye(4, 50, dtype=np.float32)
        result = engram.run("softmax-synapses", ticks=0, set={"memories.xi.init": rows, "neurons.hidden.lagrangian.beta": 3})
        self.assertEqual(list(result.tick("similarity")), [0])
        self.assertEqual(result.summary["scenario"]["neurons"]["hidden"]["lagrangian"]["beta"], 3)
        np.testing.assert_array_equal(result.state["xi"], rows)

    def test_loaded_and_changed_with_its_own_data(self) -> None:
        scenario = engram.load("digits")
        scenario = copy.deepcopy(scenario)
        scenario["replicas"] = 2
        found = engram.plan(scenario, adapter="auto")
        self.assertTrue(found["operations"])
        with self.assertWarnsRegex(engram.EngramWarning, "100 rows"):
            self.assertIn("2 replicas", engram.validate(scenario))

    def test_devices_have_names(self) -> None:
        self.assertTrue(all(device["name"] for device in engram.devices()))


class Notebook(unittest.TestCase):
    """The cells of the example, one after the other."""

    def test_its_cells_run_and_recall_gets_better_with_beta(self) -> None:
        file = Path(__file__).parents[1] / "examples" / "recall.ipynb"
        cells = [cell for cell in json.loads(file.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
        space: Dict[str, Any] = {}
        pyplot = mock.Mock()
        plots = {"matplotlib": mock.Mock(pyplot=pyplot), "matplotlib.pyplot": pyplot}
        with mock.patch.dict("sys.modules", plots), contextlib.redirect_stdout(io.StringIO()) as printed:
            for number, cell in enumerate(cells):
                exec(compile("".join(cell["source"]), f"{file.name}, code cell {number + 1}", "exec"), space)
        self.assertEqual(space["overlap"].shape, (11, 9, 8, 8))
        recalled = space["own"][-1].mean(axis=-1)
        self.assertLess(recalled[0], 0.5)
        self.assertGreater(recalled[-1], 0.99)
        self.assertIn("overlap.tick", printed.getvalue())
        pyplot.show.assert_called_once()


class Sweeps(unittest.TestCase):
    """A grid of runs, in a folder whose name has a space."""

    def test_points_and_seeds_are_axes_and_another_array_is_refused(self) -> None:
        scenario = decay(probes={"x": {"kind": "snapshot", "of": "v", "every": 40}})
        grid = {"time.dt": [0.1, 0.2], "neurons.v.tau": np.array([1.0, 4])}
        with tempfile.TemporaryDirectory(prefix="a sweep ") as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore", engram.EngramWarning)
            found = engram.sweep(scenario, over=grid, seeds=2, out=folder)
            self.assertEqual(found.probe("x").shape, (2, 2, 2, 2, 3))
            exact = np.exp(-40 * np.array([0.1, 0.2])[:, None] / np.array([1.0, 4]))
            np.testing.assert_allclose(found.probe("x")[:, :, 1, -1, 0], exact, rtol=2 * ROUNDING)
            np.testing.assert_array_equal(found.axes["neurons.v.tau"], [1, 4])
            np.testing.assert_array_equal(found.seeds, [1, 2])
            scenario["neurons"]["v"]["init"] = np.array([2.0, 2, 2])
            with self.assertRaisesRegex(engram.InputError, "neurons.v.init.npy differs"):
                engram.sweep(scenario, over=grid, seeds=2, out=folder)


class Claims(unittest.TestCase):
    """Claims of a scenario."""

    def test_a_claim_that_fails_is_an_answer_and_one_that_is_wrong_an_error(self) -> None:
        scenario = {**engram.load(ROOT / "scenarios" / "softmax-synapses.json"), "time": {"dt": 1, "ticks": 0}}
        low = {"probe": "overlap", "of": "max", "at": "end", "atMost": -2}
        scenario.pop("lesson")  # Its tries claim something of a longer run.
        found = engram.test({**scenario, "expect": [low]})
        self.assertFalse(found["passed"])
        self.assertEqual([claim["state"] for claim in found["scenarios"][0]["claims"]], ["fails"])
        with self.assertRaisesRegex(engram.InputError, "nix"):
            engram.test({**scenario, "expect": [{**low, "probe": "nix"}]})


class Errors(unittest.TestCase):
    """Place, reason, remedy and exit code."""

    def test_a_wrong_value_of_a_dictionary(self) -> None:
        with self.assertRaises(engram.InputError) as caught:
            engram.run(decay(probes={"x": {"kind": "overlapp"}}))
        error = caught.exception
        self.assertEqual((error.file, error.exit_code), (None, 2))
        self.assertTrue(str(error.path).startswith("probes.x"))
        self.assertNotIn("/tmp", str(error))

    def test_a_wrong_array_is_named_by_its_file(self) -> None:
        with self.assertRaises(engram.InputError) as caught:
            engram.validate(decay(), set={"neurons.v.init": np.array([1.0, np.nan, 3])})
        self.assertIn("neurons.v.init", str(caught.exception))
        with self.assertRaises(engram.InputError) as caught:
            engram.validate(decay(), set={"neurons.v.init": np.array([1j])})
        self.assertEqual(caught.exception.path, "neurons.v.init")
        self.assertIn(".real", caught.exception.remedy or "")

    def test_a_run_that_fails_leaves_its_samples(self) -> None:
        unstable = {
            **decay(time={"dt": 1, "ticks": 2000, "integrator": "euler"}),
            "synapses": {"w": {"layer": "v", "base": {"kind": "values", "values": (8 * np.eye(3)).tolist()}}},
        }
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore", engram.EngramWarning)
            with self.assertRaises(engram.RunError) as caught:
                engram.run(unstable, out=folder)
            self.assertEqual((caught.exception.exit_code, caught.exception.folder), (1, Path(folder)))
            self.assertIn("failed", engram.read(folder).summary)

    def test_what_python_can_tell_needs_no_process(self) -> None:
        nowhere = {**decay(), "neurons": {"v": {"init": {"kind": "npy", "path": "../x.npy"}}}}
        with mock.patch("subprocess.Popen", side_effect=AssertionError):
            for wrong, word in (
                (lambda: engram.run(nowhere), "outside"),
                (lambda: engram.run({**decay(), "replicas": float("inf")}), "finite"),
                (lambda: engram.run({**decay(), "replicas": object()}), "object"),
                (lambda: engram.run({**decay(), 1: 2}), "key"),  # type: ignore[dict-item]
                (lambda: engram.run(decay(), arrays={"a/b": np.ones(3)}), "name"),
                (lambda: engram.load("no-such-scenario"), "read"),
                (lambda: engram.read("no-such-folder"), "summary.json"),
            ):
                with self.assertRaisesRegex(engram.InputError, word):
                    wrong()

    def test_a_command_that_is_not_there(self) -> None:
        with mock.patch.dict(os.environ, {"ENGRAM": "/no/engram"}):
            self.assertRaises(engram.NotFoundError, engram.devices)
        with mock.patch.dict(os.environ, {"PATH": ""}):
            with self.assertRaisesRegex(engram.NotFoundError, "install Node 20.19"):
                engram.devices()

    def test_the_repository_of_the_package_has_the_command(self) -> None:
        from engram._command import command

        with mock.patch.dict(os.environ), mock.patch("shutil.which", lambda name, path=None: "/node" if name == "node" else None):
            os.environ.pop("ENGRAM", None)
            self.assertEqual(command(), ["/node", str(ROOT / "bin" / "engram.js")])


if __name__ == "__main__":
    unittest.main()
