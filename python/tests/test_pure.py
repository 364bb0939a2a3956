"""What needs no run: collected sweeps, links, sparse matrices, the notebook's text."""

from __future__ import annotations

import base64
import json
import struct
import tempfile
import unittest
import zlib
from pathlib import Path
from typing import Any, Dict
from unittest import mock

import numpy as np

import engram
from engram._scenario import Staged, fragment, lists


def opened(link: str) -> Any:
    """The scenario of a link, as the page reads it."""
    text = link.split("s1=")[1]
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert packed[0] == 0xFF
    assert struct.unpack(">I", packed[1:5])[0] == zlib.crc32(packed[5:])
    return json.loads(zlib.decompress(packed[5:], -15))


class Collected(unittest.TestCase):
    """collected.npz as `engram sweep collect` writes it."""

    def setUp(self) -> None:
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        value = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
        value[1, 2] = np.nan
        arrays: Dict[str, Any] = {
            "axis.time.dt": np.array([0.1, 0.2]),
            "axis.seed": np.array([1.0, 2, 3]),
            "m.tick": np.array([0, 10, 20, 30], dtype=np.int32),
            "m.value": value,
            "mean.m": np.nanmean(value, axis=1, dtype=float),
            "sem.m": np.ones((2, 4, 5)),
            "apart.value.0.0": np.ones(3),
            "apart.value.1.0": np.ones(4),
        }
        np.savez(Path(home.name) / "collected.npz", **arrays)
        self.value = value
        self.sweep = engram.collect(home.name)

    def test_axes_seeds_and_arrays(self) -> None:
        self.assertEqual({path: list(values) for path, values in self.sweep.axes.items()}, {"time.dt": [0.1, 0.2]})
        self.assertEqual(list(self.sweep.seeds), [1, 2, 3])
        np.testing.assert_array_equal(self.sweep.probe("m"), self.value)
        self.assertEqual(self.sweep.mean("m").shape, self.sweep.sem("m").shape)
        self.assertEqual(self.sweep.probes, ["m"])
        self.assertEqual(self.sweep["apart.value.1.0"].shape, (4,))

    def test_what_is_apart_or_missing_is_named(self) -> None:
        with self.assertRaisesRegex(KeyError, "differ from point to point"):
            self.sweep.probe("apart")
        with self.assertRaisesRegex(KeyError, "has the probes m"):
            self.sweep.probe("n")
        self.assertRaises(engram.InputError, engram.collect, "no-such-folder")

    def test_xarray_gets_dimensions_that_fit(self) -> None:
        with mock.patch.dict("sys.modules", {"xarray": mock.Mock()}) as modules:
            self.sweep.to_xarray()
            variables, coordinates = modules["xarray"].Dataset.call_args.args
        self.assertEqual(variables["m"][0], ("time.dt", "seed", "m.tick", "m.0"))
        self.assertEqual(variables["mean.m"][0], ("time.dt", "m.tick", "m.0"))
        self.assertIn("m.tick", coordinates)


class Links(unittest.TestCase):
    """Links to the page."""

    PAGE = "https://example.org/engram/?scenario=old#s1=x"

    def test_arrays_travel_as_numbers(self) -> None:
        array = np.array([[1, -1], [0.1, 1 / 3]], dtype=np.float32)
        scenario = {"$schema": "x", "name": "é", "memories": {"xi": {"init": {"kind": "npy", "path": array, "transform": []}}}}
        found = opened(fragment(scenario))
        self.assertEqual(found["name"], "é")
        init = found["memories"]["xi"]["init"]
        self.assertEqual((init["kind"], init["transform"]), ("values", []))
        np.testing.assert_array_equal(np.float32(init["values"]), array)

    def test_the_shared_link_is_one_of_ours(self) -> None:
        # test/unit/app/link.test.ts opens the same one.
        link = (Path(__file__).parent / "link.txt").read_text().strip()
        self.assertEqual(opened(link), opened(fragment(LINKED)))

    def test_a_shipped_scenario_goes_by_its_name(self) -> None:
        with mock.patch.dict("sys.modules", {"IPython.display": None}):
            url = engram.show("digits", page=self.PAGE, embed="picture", controls=["beta", "tau"], autoplay=False)
            self.assertEqual(
                url, "https://example.org/engram/?scenario=digits&embed=picture&controls=beta,tau&autoplay=off"
            )
            url = engram.show(LINKED, page=self.PAGE)
            self.assertTrue(url.startswith("https://example.org/engram/?embed=full#s1="))

    def test_a_frame_where_ipython_is(self) -> None:
        display = mock.Mock()
        with mock.patch.dict("sys.modules", {"IPython": mock.Mock(display=display), "IPython.display": display}):
            engram.show("digits", page=self.PAGE, embed="plots")
        display.IFrame.assert_called_once_with(mock.ANY, width="100%", height=260)

    def test_what_does_not_fit_a_link(self) -> None:
        noise = np.random.default_rng(1).normal(size=(40, 100))
        with self.assertRaisesRegex(engram.InputError, "at most 8000"):
            fragment({"init": noise})
        with mock.patch.dict("os.environ", {"ENGRAM_PAGE": ""}), self.assertRaisesRegex(engram.InputError, "ENGRAM_PAGE"):
            engram.show("digits")


class Files(unittest.TestCase):
    """Arrays beside a scenario."""

    def test_sparse_matrices_are_written_as_scipy_does(self) -> None:
        matrix = mock.Mock(spec=["tocsr", "data", "indices", "indptr", "shape"])
        matrix.tocsr.return_value = matrix
        matrix.data, matrix.indices, matrix.indptr, matrix.shape = np.ones(2), np.array([0, 1]), np.array([0, 1, 2]), (2, 2)
        with tempfile.TemporaryDirectory() as folder:
            staged = Staged(Path(folder), home=None)
            self.assertEqual(staged.plain({"init": matrix}, "memories.s"), {"init": {"kind": "csr", "path": "memories.s.init.npz"}})
            with np.load(Path(folder) / "memories.s.init.npz") as file:
                self.assertEqual(sorted(file.files), ["data", "format", "indices", "indptr", "shape"])

    def test_lists_of_values(self) -> None:
        given = {"a": np.array([0.1, 1e-9]), "b": "0.1:1:3:log", "c": range(2), "d": ["x", "y"]}
        self.assertEqual(list(lists(given)), [("a", "0.1,1e-09"), ("b", "0.1:1:3:log"), ("c", "0,1"), ("d", "x,y")])


#: A scenario in the link of link.txt.
LINKED: Dict[str, Any] = {
    "version": 1,
    "name": "from Python é",
    "time": {"dt": 0.1, "ticks": 10},
    "neurons": {"v": {"size": 2, "lagrangian": {"kind": "linear"}, "init": np.array([[0.1, -2]], dtype=np.float32)}},
    "probes": {"energy": {"kind": "energy"}},
}


if __name__ == "__main__":
    unittest.main()
