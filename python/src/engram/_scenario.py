"""Scenarios as dictionaries: the arrays in them become files beside the scenario."""

from __future__ import annotations

import base64
import json
import os
import re
import struct
import zlib
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union

import numpy as np

from ._command import package
from .errors import InputError

#: A scenario: a dictionary, the path of a file, or the name of one that comes with engram, such as "digits".
ScenarioLike = Union[Mapping[str, Any], str, "os.PathLike[str]"]

_FILE_KINDS = ("npy", "idx", "png", "csr")
_LONGEST_LINK = 8000


class Scenario(Dict[str, Any]):
    """A scenario as a dictionary, and the folder of the files that it names."""

    def __init__(self, content: Mapping[str, Any], folder: Path) -> None:
        super().__init__(content)
        self.folder = folder


def load(scenario: Union[str, "os.PathLike[str]"]) -> Scenario:
    """Reads a scenario, to change it in Python.

    Args:
        scenario: path of a file, or the name of a scenario that comes with engram, such as ``"digits"``.

    Returns:
        the JSON as a dictionary. Its attribute ``folder`` is where relative paths in it start; a copy by ``copy.deepcopy``
        keeps it.

    Raises:
        InputError: if there is no such file, or if it is not JSON.
    """
    file = Path(scenario)
    if not file.exists() and file.name == str(scenario):
        shipped = package() / "scenarios" / f"{scenario}.json"
        file = shipped if shipped.exists() else file
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", "check the name and the folder", file=str(scenario)) from None
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", "correct it there", file=str(scenario)) from None
    if not isinstance(content, dict):
        raise InputError("is no object", 'begin with { "version": 1, ... }', file=str(scenario))
    return Scenario(content, file.resolve().parent)


def is_array(value: Any) -> bool:
    """True for what becomes a file: an array of NumPy, or a sparse matrix of SciPy."""
    return (isinstance(value, np.ndarray) and value.ndim > 0) or hasattr(value, "tocsr")


class Staged:
    """A scenario that is written into a folder, with its arrays as files beside it."""

    def __init__(self, folder: Path, *, home: Optional[Path], allow_outside: bool = False) -> None:
        """
        Args:
            folder: where files are written; made with the first.
            home: where relative paths start; None = they stay as they are.
        """
        self.folder = folder
        self.home = home
        self.allow_outside = allow_outside
        #: True where the scenario names files elsewhere.
        self.reaches_out = False
        self.files: Dict[str, str] = {}

    def write(self, scenario: Mapping[str, Any], arrays: Mapping[str, Any]) -> Path:
        """Writes arrays and scenario; returns the path of the scenario."""
        for name, array in arrays.items():
            if not isinstance(name, str) or not re.fullmatch(r"[^\x00-\x1f/\\#]+", name) or name.startswith("."):
                raise InputError(f"{name!r} is no name of a file", "use letters, digits, - and _", path="arrays")
            if not is_array(array):
                array = np.atleast_1d(np.asarray(array))
            self._save(name, array, f"arrays.{name}")
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "scenario.json"
        text = _json(self.plain(scenario, ""), indent=2)
        file.write_text(text + "\n", encoding="utf-8")
        return file

    def plain(self, value: Any, path: str) -> Any:
        """A value of a scenario as JSON has it: arrays are written to files."""
        if is_array(value):
            return self._patterns(value, path)
        if isinstance(value, (np.generic, np.ndarray)):
            return value.item()
        if isinstance(value, Mapping):
            result = {}
            for key, entry in value.items():
                if not isinstance(key, str):
                    raise InputError(f"has the key {key!r}, which is no text", "use names as keys", path=path)
                result[key] = self._entry(value, key, entry, f"{path}.{key}" if path else key)
            return result
        if isinstance(value, (list, tuple, range)):
            return [self.plain(entry, f"{path}.{index}") for index, entry in enumerate(value)]
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if value is None or isinstance(value, (str, int, float, bool)):
            return value
        raise InputError(
            f"is {type(value).__name__}, which JSON does not have", "give a number, a text, a list or an array", path=path
        )

    def _entry(self, parent: Mapping[str, Any], key: str, value: Any, path: str) -> Any:
        kind = parent.get("kind")
        names_file = kind in _FILE_KINDS and key in ("path", "labels")
        if names_file and is_array(value):
            return self._patterns(value, path)["path"]
        if names_file or (key == "file" and path.split(".")[0] == "expect"):
            return self._found(os.fspath(value), path)
        if kind in _FILE_KINDS and key == "paths" and isinstance(value, (list, tuple)):
            return [self._found(os.fspath(name), f"{path}.{index}") for index, name in enumerate(value)]
        return self.plain(value, path)

    def _patterns(self, array: Any, path: str) -> Dict[str, str]:
        name = re.sub(r"\.path$", "", path)
        return self._save(name, array, path)

    def _save(self, name: str, array: Any, path: str) -> Dict[str, str]:
        if hasattr(array, "tocsr"):
            matrix = array.tocsr()
            file = self._own(f"{name}.npz", path)
            # As scipy.sparse.save_npz writes it.
            np.savez(
                self.folder / file,
                indices=matrix.indices,
                indptr=matrix.indptr,
                format=np.array(b"csr"),
                shape=np.array(matrix.shape),
                data=matrix.data,
            )
            return {"kind": "csr", "path": file}
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            # .astype would drop the imaginary part.
            remedy = "such as its .real or its .imag" if array.dtype.kind == "c" else "such as .astype('float32')"
            raise InputError(f"has dtype {array.dtype}", f"give real numbers, {remedy}", path=path)
        file = self._own(f"{name}.npy", path)
        np.save(self.folder / file, np.asarray(array), allow_pickle=False)
        return {"kind": "npy", "path": file}

    def _own(self, file: str, path: str) -> str:
        if file in self.files:
            raise InputError(f"needs the file {file}, which {self.files[file]} has", "rename one of the two", path=path)
        self.files[file] = path
        self.folder.mkdir(parents=True, exist_ok=True)
        return file

    def _found(self, name: str, path: str) -> str:
        """The path of a file as the staged scenario names it: that of an array, or an absolute one."""
        if self.home is None or re.sub(r"(\.npz)#.*$", r"\1", name) in self.files:
            return name
        file = (self.home / name).resolve()
        inside = self.home.resolve() in file.parents
        if not inside and not self.allow_outside:
            raise InputError(
                f"{name!r} is outside the folder of the scenario ({self.home})",
                "move the file there, or give allow_outside=True",
                path=path,
            )
        self.reaches_out = True
        return str(file)


def _json(value: Any, indent: Optional[int] = None) -> str:
    separators = (",", ":") if indent is None else None
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    except ValueError:
        raise InputError("has a number that is not finite", "give finite numbers") from None


def _inline(value: Any, key: str = "") -> Any:
    """The same scenario with its arrays written out."""
    if is_array(value) and not hasattr(value, "tocsr"):
        rows = np.atleast_2d(value)
        rows = rows.reshape(len(rows), -1)
        return {"kind": "values", "values": [[_number(entry) for entry in row] for row in rows]}
    if isinstance(value, Mapping):
        if value.get("kind") == "npy" and is_array(value.get("path")):
            rest = {name: entry for name, entry in value.items() if name not in ("kind", "path")}
            return {**_inline(value["path"]), **_inline(rest)}
        return {name: _inline(entry, name) for name, entry in value.items() if not (key == "" and name == "$schema")}
    if isinstance(value, (list, tuple, range)):
        return [_inline(entry, "-") for entry in value]
    if isinstance(value, (np.generic, np.ndarray)):
        return value.item()
    if hasattr(value, "tocsr"):
        raise InputError("a link holds no sparse matrix", "draw it with random-sparse, or share the scenario as a file")
    return value


def _number(value: Any) -> Union[int, float]:
    """The shortest number that is the same in float32, in which networks compute."""
    exact = float(value)
    if exact.is_integer() and abs(exact) < 2**53:
        return int(exact)
    return float(str(np.float32(exact)))


def fragment(scenario: Mapping[str, Any]) -> str:
    """A scenario in the hash of an address, as the page's own links have it.

    A byte 0xff, the CRC-32 of the rest (big-endian), and the JSON, deflated, all in base64url.

    Raises:
        InputError: if the link is too long for mail programs and for the page.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = packer.compress(_json(_inline(scenario)).encode("utf-8")) + packer.flush()
    packed = b"\xff" + struct.pack(">I", zlib.crc32(text)) + text
    link = "s1=" + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")
    if len(link) + 1 > _LONGEST_LINK:
        raise InputError(
            f"the link has {len(link) + 1} characters, there may be at most {_LONGEST_LINK}",
            "use fewer numbers, or a generator such as random; or put the file beside the page",
        )
    return link


def assignment(path: str, value: Any, staged: "Staged") -> str:
    """A value for ``--set``; an array becomes a file."""
    return f"{path}={_json(staged.plain(value, path))}"


def lists(values: Mapping[str, Any]) -> Iterator[Tuple[str, str]]:
    """Values for ``--vary`` and ``--over``: a list, or a text such as ``0.1:1:12:log``."""
    for path, given in values.items():
        if isinstance(given, str):
            yield path, given
            continue
        entries = given.tolist() if isinstance(given, np.ndarray) else list(given)
        yield path, ",".join(entry if isinstance(entry, str) else _json(_inline(entry)) for entry in entries)
