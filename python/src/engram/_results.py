"""Results of runs and sweeps as arrays with axes."""

from __future__ import annotations

import json
import os
import shutil
import struct
import weakref
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union

import numpy as np
import numpy.typing as npt

from .errors import InputError

Array = npt.NDArray[Any]

#: Arrays of more bytes are mapped into memory, not read.
_MAPPED = 2**26


class Archive(Mapping[str, Array]):
    """The arrays of an .npz file by name; each is read when it is first asked for, a large one is mapped."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
        except (OSError, zipfile.BadZipFile) as error:
            raise InputError(f"is no archive of arrays ({error})", "run it again", file=str(file)) from None
        self._members = {member.filename[: -len(".npy")]: member for member in members}
        self._read: Dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._read:
            self._read[name] = self._load(self._members[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def _load(self, member: zipfile.ZipInfo) -> Array:
        if member.compress_type == zipfile.ZIP_STORED and member.file_size > _MAPPED:
            return self._map(member)
        with zipfile.ZipFile(self.file) as archive, archive.open(member) as content:
            return np.asarray(np.lib.format.read_array(content, allow_pickle=False))

    def _map(self, member: zipfile.ZipInfo) -> Array:
        with open(self.file, "rb") as content:
            content.seek(member.header_offset)
            name, extra = struct.unpack("<26xHH", content.read(30))
            content.seek(member.header_offset + 30 + name + extra)
            version = np.lib.format.read_magic(content)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(content)
            offset = content.tell()
        return np.memmap(self.file, dtype, "r", offset, shape, "F" if fortran else "C")


class States(Mapping[str, Array]):
    """Final states by name, such as ``state["visible"]``; shaped as :class:`Result` says."""

    def __init__(self, result: "Result") -> None:
        self._result = result

    def __getitem__(self, name: str) -> Array:
        return self._result._shaped(f"state.{name}", 0)

    def __iter__(self) -> Iterator[str]:
        return (name[len("state.") :] for name in self._result.arrays if name.startswith("state."))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Result:
    """The results of a run.

    The axes of an array, in this order:

    1. samples (of a probe);
    2. one axis for each path of ``vary``, in the order of ``axes``;
    3. replicas of each point, where there are more than one;
    4. what the array has by itself: patterns of an overlap, neurons of a layer, rows and columns of a matrix, terms of an energy.

    An array that all replicas share, such as a memory that does not learn, has neither 2 nor 3. ``dims(name)`` tells the axes.

    Attributes:
        folder: the folder with results.npz and summary.json. A run without ``out`` has a temporary one, which goes with the result.
        summary: summary.json: scenario with all defaults, seed, adapter, versions, variants, final values.
        arrays: the arrays of results.npz, as they are there.
        axes: the values of each path that varies, the slowest first.
    """

    def __init__(self, folder: Union[str, "os.PathLike[str]"], temporary: Optional[Path] = None) -> None:
        self.folder = Path(folder)
        file = self.folder / "summary.json"
        try:
            self.summary: Dict[str, Any] = json.loads(file.read_bytes())
        except (OSError, ValueError):
            raise InputError(
                "has no summary.json, which a run writes last", "wait for the run, or run it again", file=str(folder)
            ) from None
        self.arrays = Archive(self.folder / "results.npz")
        axes = self.summary.get("axes", [])
        self.axes: Dict[str, Array] = {axis["path"]: np.asarray(axis["values"], dtype=np.float64) for axis in axes}
        self._shared_out = set(self.summary.get("perReplica", []))
        self._replicas = int(self.summary.get("repetitions", 0)) if axes else _replicas(self.summary)
        if temporary is not None:
            weakref.finalize(self, shutil.rmtree, temporary, ignore_errors=True)

    @property
    def probes(self) -> List[str]:
        """The names of the probes."""
        return [name[: -len(".value")] for name in self.arrays if name.endswith(".value")]

    @property
    def warnings(self) -> List[str]:
        """What engram warned of, before the run and in it."""
        return list(self.summary["warnings"])

    @property
    def ticks(self) -> int:
        """The tick at which the run ended."""
        return int(self.summary["ticks"])

    @property
    def state(self) -> States:
        """The final state of each layer, memory and synapse, float32: [*axes, (replicas,) ...]."""
        return States(self)

    def probe(self, name: str) -> Array:
        """The samples of a probe: [samples, *axes, (replicas,) ...].

        float32, of an energy float64.

        Raises:
            KeyError: there is no such probe.
        """
        self._check(name)
        return self._shaped(f"{name}.value", 1)

    def tick(self, name: str) -> Array:
        """When a probe was sampled, in ticks: [samples], int32."""
        self._check(name)
        return self.arrays[f"{name}.tick"]

    def time(self, name: str) -> Array:
        """When a probe was sampled, in model time: [samples], float64."""
        self._check(name)
        return self.arrays[f"{name}.time"]

    def terms(self, name: str) -> Array:
        """The terms of an energy: [samples, *axes, (replicas,) terms], float32; their sum is ``probe(name)``.

        Raises:
            KeyError: the probe has no terms.
        """
        self._check(name)
        if f"{name}.terms" not in self.arrays:
            raise KeyError(f"the probe {name!r} has no terms; only an energy has")
        return self._shaped(f"{name}.terms", 1)

    def term_names(self, name: str) -> List[str]:
        """What the last axis of ``terms(name)`` counts."""
        self.terms(name)
        return list(self.summary[f"{name}.term_names"])

    def dims(self, name: str) -> Tuple[str, ...]:
        """The names of the axes of a probe, or of ``"state.NAME"`` or ``"PROBE.terms"``."""
        key, leading = (name, 0) if name.startswith("state.") else (name, 1)
        if leading and not name.endswith(".terms"):
            self._check(name)
            key = f"{name}.value"
        array = self._shaped(key, leading)
        lead = [f"{name.split('.')[0]}.tick"] if leading else []
        if self._varies(key):
            lead += [*self.axes, *(["replica"] if self._replicas > 1 else [])]
        own = range(array.ndim - len(lead))
        if name.endswith(".terms"):
            return (*lead, f"{name[: -len('.terms')]}.term")
        return (*lead, *(f"{name}.{index}" for index in own))

    def to_xarray(self) -> Any:
        """All probes and states as an ``xarray.Dataset``, with ticks, times and values of axes as coordinates.

        Raises:
            ImportError: xarray is not installed.
        """
        import xarray

        variables: Dict[str, Any] = {}
        coordinates: Dict[str, Any] = {path: (path, values) for path, values in self.axes.items()}
        for name in self.probes:
            variables[name] = (self.dims(name), self.probe(name))
            coordinates[f"{name}.tick"] = (f"{name}.tick", self.tick(name))
            coordinates[f"{name}.time"] = (f"{name}.tick", self.time(name))
            if f"{name}.terms" in self.arrays:
                variables[f"{name}.terms"] = (self.dims(f"{name}.terms"), self.terms(name))
                coordinates[f"{name}.term"] = (f"{name}.term", self.term_names(name))
        for name in self.state:
            variables[f"state.{name}"] = (self.dims(f"state.{name}"), self.state[name])
        return xarray.Dataset(variables, coordinates, {"seed": self.summary["seed"]})

    def __repr__(self) -> str:
        what = [f"{name} {self.probe(name).shape}" for name in self.probes]
        return f"<engram.Result {self.ticks} ticks: {', '.join(what)}>"

    def _check(self, name: str) -> None:
        if f"{name}.value" not in self.arrays:
            raise KeyError(f"there is no probe {name!r}; the run has {', '.join(self.probes) or 'none'}")

    def _varies(self, key: str) -> bool:
        # A grid of one point has no replica axis in the file.
        return key in self._shared_out or (bool(self.axes) and self._points == 1 and self._replicas == 1)

    @property
    def _points(self) -> int:
        return int(np.prod([len(values) for values in self.axes.values()], dtype=int))

    def _shaped(self, key: str, leading: int) -> Array:
        if key not in self.arrays:
            known = ", ".join(name for name in self.arrays if name.startswith("state."))
            raise KeyError(f"there is no {key}; the run has {known}")
        array = self.arrays[key]
        if not self._varies(key) or not self.axes:
            return array
        grid = [len(values) for values in self.axes.values()]
        replicas = [self._replicas] if self._replicas > 1 else []
        own = array.shape[leading + (1 if key in self._shared_out else 0) :]
        return array.reshape(*array.shape[:leading], *grid, *replicas, *own)


def _replicas(summary: Mapping[str, Any]) -> int:
    count = summary["scenario"].get("replicas", 1)
    return int(count) if isinstance(count, (int, float)) else 1


class Sweep(Mapping[str, Array]):
    """The collected results of a sweep: a mapping from the names of collected.npz to arrays.

    An array of a probe has one axis for each path of ``over``, in the order given, then one for the seeds, then those of a single
    run; ``mean`` and ``sem`` have no axis for the seeds. What is missing is NaN. Where shapes differ from point to point, each
    point has an array of its own: ``sweep["overlap.value.0.2.1"]`` for indices 0 and 2 of the axes, and 1 of the seeds.

    Attributes:
        folder: of the sweep.
        axes: the values of each path of ``over``: float64, or text.
        seeds: the seeds.
    """

    def __init__(self, folder: Union[str, "os.PathLike[str]"]) -> None:
        self.folder = Path(folder)
        self.arrays = Archive(self.folder / "collected.npz")
        paths = [name[len("axis.") :] for name in self.arrays if name.startswith("axis.")]
        self.axes: Dict[str, Array] = {path: self.arrays[f"axis.{path}"] for path in paths if path != "seed"}
        self.seeds: Array = self.arrays["axis.seed"]

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    @property
    def probes(self) -> List[str]:
        """The names of the probes whose samples have one shape at all points."""
        return [name[: -len(".value")] for name in self.arrays if name.endswith(".value")]

    def probe(self, name: str) -> Array:
        """The samples of a probe: [*over, seeds, samples, ...]."""
        return self._found(name, f"{name}.value")

    def tick(self, name: str) -> Array:
        """When a probe was sampled: [samples]; [*over, seeds, samples] where that differs from point to point."""
        return self._found(name, f"{name}.tick")

    def terms(self, name: str) -> Array:
        """The terms of an energy: [*over, seeds, samples, ..., terms]."""
        return self._found(name, f"{name}.terms")

    def mean(self, name: str) -> Array:
        """The mean over the seeds: [*over, samples, ...], float64."""
        return self._found(name, f"mean.{name}")

    def sem(self, name: str) -> Array:
        """The standard error of the mean over the seeds: [*over, samples, ...], float64; NaN for one seed."""
        return self._found(name, f"sem.{name}")

    def _found(self, name: str, key: str) -> Array:
        if key in self.arrays:
            return self.arrays[key]
        apart = [one for one in self.arrays if one.startswith(f"{key}.")]
        if apart:
            raise KeyError(f"the shapes of {key} differ from point to point: there are {apart[0]} and {len(apart) - 1} more")
        raise KeyError(f"there is no {key}; the sweep has the probes {', '.join(self.probes) or 'none'}")

    def to_xarray(self) -> Any:
        """All probes as an ``xarray.Dataset``, with ``mean.P`` and ``sem.P``.

        Raises:
            ImportError: xarray is not installed.
        """
        import xarray

        over = list(self.axes)
        coordinates: Dict[str, Any] = {path: (path, values) for path, values in self.axes.items()}
        coordinates["seed"] = ("seed", self.seeds)
        variables: Dict[str, Any] = {}
        for name in self.probes:
            tick = self.arrays.get(f"{name}.tick")
            if tick is not None and tick.ndim == 1:
                coordinates[f"{name}.tick"] = (f"{name}.tick", tick)
            for key, lead in ((f"{name}.value", [*over, "seed"]), (f"mean.{name}", over), (f"sem.{name}", over)):
                array = self.arrays.get(key)
                if array is None:
                    continue
                own = range(array.ndim - len(lead) - 1)
                dims = (*lead, f"{name}.tick", *(f"{name}.{index}" for index in own))
                variables[name if key.endswith(".value") else key] = (dims, array)
        return xarray.Dataset(variables, coordinates)

    def __repr__(self) -> str:
        what = [f"{name} {self.probe(name).shape}" for name in self.probes]
        return f"<engram.Sweep {self.folder}: {', '.join(what)}>"
