"""Runs engram, a simulator of associative networks on the GPU: arrays in, arrays out.

    import engram
    import numpy as np

    scenario = engram.load("hopfield")
    result = engram.run(scenario, ticks=100, vary={"neurons.visible.temperature": np.linspace(0, 1, 5)})
    result.probe("overlap").shape   # [samples, temperatures, (replicas,) patterns]
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import tempfile
import warnings as _warnings
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Union
from urllib.parse import quote, urlencode

from ._command import Answer, Progress, call
from ._results import Result, Sweep
from ._scenario import Scenario, ScenarioLike, Staged, assignment, fragment, is_array, lists, load
from .errors import EngramError, EngramWarning, InputError, Interrupted, NotFoundError, RunError

__all__ = [
    "EngramError",
    "EngramWarning",
    "InputError",
    "Interrupted",
    "NotFoundError",
    "Result",
    "RunError",
    "Scenario",
    "Sweep",
    "collect",
    "devices",
    "load",
    "plan",
    "read",
    "run",
    "show",
    "sweep",
    "test",
    "validate",
]

PathLike = Union[str, "os.PathLike[str]"]


def run(
    scenario: ScenarioLike,
    *,
    arrays: Optional[Mapping[str, Any]] = None,
    set: Optional[Mapping[str, Any]] = None,
    vary: Optional[Mapping[str, Any]] = None,
    ticks: Optional[int] = None,
    seed: Optional[int] = None,
    adapter: Optional[str] = None,
    out: Optional[PathLike] = None,
    resume: Optional[PathLike] = None,
    checkpoint_every: Optional[int] = None,
    progress: Progress = False,
    variants: Optional[Mapping[str, str]] = None,
    autotune: bool = True,
    resident: str = "auto",
    allow_outside: bool = False,
) -> Result:
    """Runs a scenario to its end.

    Args:
        scenario: a dictionary, the path of a file, or the name of a scenario that comes with engram. In a dictionary an array may
            stand wherever patterns may, [rows, columns], [rows, height, width] or [columns], also as the ``"path"`` of
            ``{"kind": "npy", "path": array, "transform": ...}``; a sparse matrix of SciPy may stand for ``{"kind": "csr"}``.
            Paths in a dictionary start in the working directory, in one of ``load`` in the folder of its file.
        arrays: arrays by name; the scenario refers to them as ``{"kind": "npy", "path": "NAME.npy"}``.
        set: values by path, such as ``{"time.dt": 0.05}``; arrays too.
        vary: lists of values by path, or texts such as ``"0.1:10:12:log"``: all combinations run side by side in one run, each
            with the number of replicas of the scenario.
        ticks: length of the run. Default: the scenario's.
        seed: of all random numbers. Default: the scenario's.
        adapter: ``"auto"``, ``"hardware"``, ``"software"`` or part of the name of an adapter. Default: ``$ENGRAM_ADAPTER``.
        out: folder for the results. Default: a temporary folder, removed with the result. The scenario with its arrays is
            then in ``out/input``.
        resume: a checkpoint, or the folder that has one. Scenario, ``set``, ``vary`` and ``seed`` must be the same.
        checkpoint_every: write a checkpoint every so many ticks.
        progress: True for a bar; or a function that is called with the ticks that are done, and all.
        variants: the kernels of ``Result.summary["variants"]``, for the same bits on another day.
        autotune: False = use the default kernels; do not time alternatives.
        resident: ``"on"``, ``"off"`` or ``"auto"``: run a small network in the registers of one kernel.
        allow_outside: allow files outside the folder of the scenario.

    Returns:
        the results; :class:`Result` says how its arrays are shaped. Arrays come back bit by bit as engram wrote them.

    Raises:
        InputError: the scenario, an array or an option is wrong.
        RunError: the run failed; ``folder`` has the samples so far.
        Interrupted: Ctrl-C; ``checkpoint`` is where to go on.
        NotFoundError: there is no command ``engram``, or no Node.
    """
    temporary = Path(tempfile.mkdtemp(prefix="engram-"))
    folder = temporary / "results" if out is None else Path(out)
    keep = False
    try:
        args = _scenario_args(
            scenario, temporary / "input", arrays=arrays, set=set, vary=vary, ticks=ticks, seed=seed, allow_outside=allow_outside
        )
        options = ["--out", str(folder), "--resident", resident]
        if adapter is not None:
            options += ["--adapter", adapter]
        if resume is not None:
            checkpoint = Path(resume)
            options += ["--resume", str(checkpoint / "checkpoint.npz" if checkpoint.is_dir() else checkpoint)]
        if checkpoint_every is not None:
            options += ["--checkpoint-every", str(checkpoint_every)]
        for name, value in (variants or {}).items():
            options += ["--variant", f"{name}={value}"]
        if not autotune:
            options.append("--no-autotune")
        try:
            _call("run", [*options, *args], scenario, progress=progress, quiet=True)
        except KeyboardInterrupt:
            found = folder / "checkpoint.npz"
            if not found.exists():
                raise
            keep = True
            _keep_input(temporary, out)
            raise Interrupted(found) from None
        except RunError as error:
            if (folder / "results.npz").exists():
                keep = True
                _keep_input(temporary, out)
                error.folder = folder
            raise
        _keep_input(temporary, out)
        result = Result(folder, temporary if out is None else None)
        keep = out is None
    finally:
        if not keep:
            shutil.rmtree(temporary, ignore_errors=True)
    for warning in result.warnings:
        _warnings.warn(warning, EngramWarning, stacklevel=2)
    return result


def read(folder: PathLike) -> Result:
    """Reads the results of an earlier run, whether of ``run`` or of the command line.

    Raises:
        InputError: the folder has no results, or the run is not at its end.
    """
    return Result(folder)


def validate(
    scenario: ScenarioLike,
    *,
    arrays: Optional[Mapping[str, Any]] = None,
    set: Optional[Mapping[str, Any]] = None,
    vary: Optional[Mapping[str, Any]] = None,
    ticks: Optional[int] = None,
    seed: Optional[int] = None,
    allow_outside: bool = False,
) -> str:
    """Checks a scenario and its files, without a GPU; the arguments are those of ``run``.

    Returns:
        a description of the layers, couplings, stimuli and probes, and the GPU memory that they need.

    Raises:
        InputError: the first thing that is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="engram-") as folder:
        args = _scenario_args(
            scenario, Path(folder) / "input", arrays=arrays, set=set, vary=vary, ticks=ticks, seed=seed, allow_outside=allow_outside
        )
        answer = _call("validate", args, scenario)
    for warning in answer.warnings:
        _warnings.warn(warning, EngramWarning, stacklevel=2)
    return answer.text


def plan(
    scenario: ScenarioLike,
    *,
    arrays: Optional[Mapping[str, Any]] = None,
    set: Optional[Mapping[str, Any]] = None,
    vary: Optional[Mapping[str, Any]] = None,
    ticks: Optional[int] = None,
    adapter: Optional[str] = None,
    allow_outside: bool = False,
) -> Dict[str, Any]:
    """What a scenario makes the GPU do; the arguments are those of ``run``.

    Returns:
        ``adapter``, ``limits``, ``operations``, ``buffers``, ``bytes``, ``variants`` and ``resident``.

    Raises:
        InputError: the scenario is wrong, or does not fit the adapter.
    """
    with tempfile.TemporaryDirectory(prefix="engram-") as folder:
        args = _scenario_args(
            scenario, Path(folder) / "input", arrays=arrays, set=set, vary=vary, ticks=ticks, allow_outside=allow_outside
        )
        options = ["--json", *([] if adapter is None else ["--adapter", adapter])]
        found: Dict[str, Any] = _call("plan", [*options, *args], scenario).json()
    return found


def devices() -> List[Dict[str, Any]]:
    """The adapters of this machine, each with its name, type, features and limits."""
    found: List[Dict[str, Any]] = call(["devices", "--json"]).json()
    return found


def sweep(
    scenario: ScenarioLike,
    *,
    over: Mapping[str, Any],
    seeds: Union[int, Iterable[int], None] = None,
    out: PathLike,
    jobs: int = 1,
    arrays: Optional[Mapping[str, Any]] = None,
    set: Optional[Mapping[str, Any]] = None,
    ticks: Optional[int] = None,
    adapter: Optional[str] = None,
    retry: bool = False,
    progress: Progress = False,
    allow_outside: bool = False,
) -> Sweep:
    """Runs a scenario at all points of a grid, with several seeds, and collects the results.

    The same call again goes on where the sweep was ended; more values and seeds extend it.

    Args:
        over: lists of values by path, or texts such as ``"0.1:1:12:log"``; anything that ``set`` takes may vary.
        seeds: seeds of whole runs, such as ``range(1, 21)``; a number n stands for 1 to n. Default: the scenario's seed.
        out: folder of the sweep.
        jobs: processes that work at the same time.
        retry: run tasks again that have failed.

    The other arguments are those of ``run``.

    Raises:
        InputError: the scenario or the grid is wrong, or differs from that of the folder.
        RunError: tasks have failed; the others are done, and ``collect(out)`` has them.
        KeyboardInterrupt: Ctrl-C; the same call goes on.
    """
    folder = Path(out)
    if (folder / "sweep.json").exists():
        # Its tasks read these files.
        with tempfile.TemporaryDirectory(prefix="engram-") as again:
            _scenario_args(scenario, Path(again), arrays=arrays, set=set, ticks=ticks, allow_outside=allow_outside)
            _check_same(Path(again), folder)
    args = _scenario_args(
        scenario, folder / "input", arrays=arrays, set=set, ticks=ticks, allow_outside=allow_outside
    )
    options = ["--out", str(folder), "--jobs", str(jobs)]
    for path, text in lists(over):
        options += ["--over", f"{path}={text}"]
    if seeds is not None:
        each = range(1, seeds + 1) if isinstance(seeds, int) else seeds
        options += ["--seeds", ",".join(str(int(one)) for one in each)]
    if adapter is not None:
        options += ["--adapter", adapter]
    if retry:
        options.append("--retry")
    _call("sweep", [*options, *args], scenario, progress=progress, quiet=True)
    return collect(folder)


def collect(folder: PathLike) -> Sweep:
    """The results of all tasks of a sweep that are done, as arrays with axes; also while others work on it.

    Raises:
        InputError: there is no sweep in the folder.
    """
    collected = Path(folder) / "collected.npz"
    # Results that were copied without their sweep are read as they are; else the command says what is missing.
    if (Path(folder) / "sweep.json").exists() or not collected.exists():
        call(["sweep", "collect", "--", str(folder)])
    return Sweep(folder)


def test(
    scenario: ScenarioLike,
    *,
    arrays: Optional[Mapping[str, Any]] = None,
    set: Optional[Mapping[str, Any]] = None,
    adapter: Optional[str] = None,
    allow_outside: bool = False,
) -> Dict[str, Any]:
    """Runs a scenario and judges its claims (``expect``); the arguments are those of ``run``.

    Returns:
        ``passed``, whether all claims hold; ``summary``, a line; ``scenarios``, with the verdict on each claim.

    Raises:
        InputError: the scenario is wrong, or claims nothing.
    """
    with tempfile.TemporaryDirectory(prefix="engram-") as folder:
        args = _scenario_args(scenario, Path(folder) / "input", arrays=arrays, set=set, allow_outside=allow_outside)
        options = ["--reporter", "json", *([] if adapter is None else ["--adapter", adapter])]
        found: Dict[str, Any] = _call("test", [*options, *args], scenario, accepted=(0, 1)).json()
    for one in found["scenarios"]:
        one["file"] = None if isinstance(scenario, Mapping) else os.fspath(scenario)
    return found


def show(
    scenario: ScenarioLike,
    *,
    embed: str = "full",
    height: Optional[int] = None,
    width: Union[int, str] = "100%",
    controls: Optional[Sequence[str]] = None,
    speed: Union[int, str, None] = None,
    scheme: Optional[str] = None,
    autoplay: bool = True,
    page: Optional[str] = None,
) -> Any:
    """Shows a network that runs in the reader's browser.

    Args:
        scenario: as in ``run``. A scenario in a dictionary or a file travels in the address, with its arrays; the data of shipped
            scenarios are on the page, other files are not.
        embed: ``"picture"``, ``"plots"`` or ``"full"``.
        height: in pixels. Default: 480, of a picture 360, of plots 260.
        controls: names of values that the reader can change, such as ``["beta"]``.
        speed: ticks per second, or ``"fastest"``.
        scheme: ``"light"`` or ``"dark"``.
        page: address of the page. Default: ``$ENGRAM_PAGE``.

    Returns:
        an ``IPython.display.IFrame``; the address where IPython is not installed.

    Raises:
        InputError: no page is given, or the scenario is too large for a link.
    """
    base = page if page is not None else os.environ.get("ENGRAM_PAGE")
    if not base:
        raise InputError("no page is given", "give page=..., or set ENGRAM_PAGE, such as http://localhost:5173/ of npm start")
    heights = {"full": 480, "picture": 360, "plots": 260}
    if embed not in heights:
        raise InputError(f"is {embed!r}", f"give {', '.join(heights)}", path="embed")
    query: Dict[str, str] = {}
    hash_ = ""
    if isinstance(scenario, Mapping):
        hash_ = "#" + fragment(scenario)
    elif Path(scenario).exists():
        hash_ = "#" + fragment(load(scenario))
    else:
        query["scenario"] = os.fspath(scenario)
    query["embed"] = embed
    if controls is not None:
        query["controls"] = ",".join(controls)
    if speed is not None:
        query["speed"] = str(speed)
    if scheme is not None:
        query["scheme"] = scheme
    if not autoplay:
        query["autoplay"] = "off"
    url = f"{base.split('#')[0].split('?')[0]}?{urlencode(query, safe=',', quote_via=quote)}{hash_}"
    try:
        from IPython.display import IFrame
    except ImportError:
        return url
    return IFrame(url, width=width, height=heights[embed] if height is None else height)


def _scenario_args(
    scenario: ScenarioLike,
    folder: Path,
    *,
    arrays: Optional[Mapping[str, Any]] = None,
    set: Optional[Mapping[str, Any]] = None,
    vary: Optional[Mapping[str, Any]] = None,
    ticks: Optional[int] = None,
    seed: Optional[int] = None,
    allow_outside: bool = False,
) -> List[str]:
    """Options and argument of a scenario; arrays and dictionaries are written into the folder."""
    content: Optional[Mapping[str, Any]] = scenario if isinstance(scenario, Mapping) else None
    if content is None and (arrays or any(is_array(value) for value in (set or {}).values())):
        content = load(scenario)  # type: ignore[arg-type]
    home = None if content is None else content.folder if isinstance(content, Scenario) else Path.cwd()
    staged = Staged(folder, home=home, allow_outside=allow_outside)
    changes = [assignment(path, value, staged) for path, value in (set or {}).items()]
    file = str(staged.write(content, arrays or {})) if content is not None else os.fspath(scenario)  # type: ignore[arg-type]
    outside = allow_outside or staged.reaches_out
    args = [word for change in changes for word in ("--set", change)]
    for path, text in lists(vary or {}):
        args += ["--vary", f"{path}={text}"]
    if ticks is not None:
        args += ["--ticks", str(ticks)]
    if seed is not None:
        args += ["--seed", str(seed)]
    return [*args, *(["--allow-outside"] if outside else []), "--", file]


def _call(
    name: str,
    args: Sequence[str],
    scenario: ScenarioLike,
    *,
    progress: Progress = False,
    quiet: bool = False,
    accepted: Sequence[int] = (0,),
) -> Answer:
    """Runs a command; an error names the scenario as it was given."""
    try:
        return call([name, *args], progress=progress, quiet=quiet, accepted=accepted)
    except EngramError as error:
        given = None if isinstance(scenario, Mapping) else os.fspath(scenario)
        written = args[-1]
        if written == given:
            raise
        file = given if error.file == written else error.file
        reason = error.reason.replace(f"{written}: ", "" if given is None else f"{given}: ")
        named = type(error)(reason, error.remedy, file=file, path=error.path, exit_code=error.exit_code)
    raise named


def _check_same(given: Path, folder: Path) -> None:
    """Refuses a scenario whose files differ from those of the sweep in a folder."""
    names = sorted(file.name for file in given.iterdir())
    _, differing, missing = filecmp.cmpfiles(given, folder / "input", names, shallow=False)
    if differing or missing:
        which = ", ".join([*differing, *missing])
        what = f"{which} differs"
        if len(differing) == 1 and not missing and which.endswith(".json"):
            before, now = (json.loads((at / which).read_text("utf-8")) for at in (folder / "input", given))
            what = _first_difference(before, now) or what
        raise InputError(f"{folder} holds another sweep: {what}", "put that back, or give another folder", path="out")


def _first_difference(before: Any, now: Any, path: str = "") -> Optional[str]:
    """Such as ``its time.dt is 0.1, not 0.2``; None where nothing differs."""
    if isinstance(before, dict) and isinstance(now, dict):
        keys: Iterable[Any] = [*before, *(key for key in now if key not in before)]
        pairs = [(key, before.get(key), now.get(key)) for key in keys]
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = [(index, one, other) for index, (one, other) in enumerate(zip(before, now))]
    else:
        shown = [value if len(value) < 60 else f"{value[:57]}..." for value in map(json.dumps, (before, now))]
        return None if before == now else f"its {path} is {shown[0]}, not {shown[1]}"
    found = (_first_difference(one, other, f"{path}.{key}" if path else str(key)) for key, one, other in pairs)
    return next((difference for difference in found if difference), None)


def _keep_input(temporary: Path, out: Optional[PathLike]) -> None:
    """Moves the scenario and its arrays to the results, so that the command line can go on from there."""
    if out is None or not (temporary / "input").exists():
        return
    target = Path(out) / "input"
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(str(temporary / "input"), str(target))
