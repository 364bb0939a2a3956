"""Finds the command ``engram`` and runs it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from .errors import EngramError, InputError, NotFoundError, RunError

NODE = "20.19"

Progress = Union[bool, Callable[[int, int], None]]


def command() -> List[str]:
    """The words that start engram.

    In this order: the environment variable ``ENGRAM``, ``engram`` on the ``PATH``, ``node_modules/.bin/engram`` in the working
    directory or above, and the repository that has this package in its folder ``python``.

    Raises:
        NotFoundError: if there is none, or if there is no Node.
    """
    given = os.environ.get("ENGRAM")
    if given:
        words = [given] if Path(given).exists() else shlex.split(given, posix=os.name == "posix")
        if words and words[0].endswith((".js", ".mjs")):
            return [_node(), *words]
        if not words or shutil.which(words[0]) is None:
            raise NotFoundError(f"ENGRAM is {given!r}, which cannot be started", "set ENGRAM to the command engram")
        return words
    found = shutil.which("engram")
    if found is None:
        here = Path.cwd()
        folders = [folder / "node_modules" / ".bin" for folder in (here, *here.parents)]
        found = next(filter(None, (shutil.which("engram", path=str(folder)) for folder in folders)), None)
    if found is not None:
        _node()
        return [found]
    program = Path(__file__).resolve().parents[3] / "bin" / "engram.js"
    if program.is_file():
        return [_node(), str(program)]
    raise NotFoundError(
        "the command engram is not on this machine",
        "install it in this folder (npm install ./engram-VERSION.tgz), or set ENGRAM to its bin/engram.js",
    )


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise NotFoundError("node is not on the PATH", f"install Node {NODE} or newer from https://nodejs.org")
    return node


def package() -> Path:
    """The folder of the npm package, which has the folder ``scenarios``.

    Raises:
        NotFoundError: if the command is a program that does not stand in its package.
    """
    words = command()
    for word in reversed(words):
        program = Path(word).resolve()
        # On Windows the command in node_modules/.bin is a file of its own.
        for folder in (program.parents[1] if len(program.parents) > 1 else program, program.parent.parent / "engram"):
            if (folder / "scenarios").is_dir():
                return folder
    raise NotFoundError(f"{shlex.join(words)} stands in no package with scenarios", "set ENGRAM to its bin/engram.js")


def call(args: Sequence[str], *, progress: Progress = False, quiet: bool = False, accepted: Sequence[int] = (0,)) -> "Answer":
    """Runs ``engram`` to its end.

    Args:
        args: command, options and arguments.
        progress: True for a bar on standard error; or a function of the ticks that are done, and of all.
        quiet: the command has ``--quiet``.
        accepted: exit codes that are no error, where results were printed.

    Raises:
        InputError: exit code 2. RunError: every other one.
        KeyboardInterrupt: after the command, which gets the signal once, has ended. A second one kills it.
    """
    words = command()
    end = args.index("--") if "--" in args else len(args)
    extra = ["--messages", "json", *(["--quiet"] if quiet and not progress else [])]
    options = [*args[:end], *extra, *args[end:]]
    show = _Bar() if progress is True else progress or None
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            [*words, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            # Ctrl-C of a terminal goes to all its processes: the command gets the one that is passed on.
            start_new_session=os.name == "posix",
        )
        told = _Told(show)
        assert child.stderr is not None
        try:
            try:
                for line in child.stderr:
                    told.take(line)
                child.wait()
            except KeyboardInterrupt:
                told.show = None
                if os.name == "posix":
                    child.send_signal(signal.SIGINT)
                for line in child.stderr:
                    told.take(line)
                child.wait()
                raise
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
            child.stderr.close()
            if isinstance(show, _Bar):
                show.close()
        output.seek(0)
        text = output.read().decode("utf-8")
    code = child.returncode
    if code == 0 or (code in accepted and text):
        return Answer(text, told.warnings)
    raise told.failure(code)


class Answer:
    """What a command printed: results, and warnings."""

    def __init__(self, text: str, warnings: List[str]) -> None:
        self.text = text
        self.warnings = warnings

    def json(self) -> Any:
        """The results as JSON."""
        return json.loads(self.text)


class _Told:
    """Reads the records of standard error."""

    def __init__(self, show: Optional[Callable[[int, int], None]]) -> None:
        self.show = show
        self.warnings: List[str] = []
        self.error: Optional[Dict[str, Any]] = None
        self.last = ""

    def take(self, line: str) -> None:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            # Node itself, or the start of engram.
            self.last = line.strip() or self.last
        elif "error" in record:
            self.error = record["error"]
        elif "progress" in record:
            if self.show is not None:
                self.show(record["progress"]["value"], record["progress"]["total"])
        elif str(record.get("message", "")).startswith("warning: "):
            self.warnings.append(record["message"][len("warning: ") :])

    def failure(self, code: int) -> EngramError:
        found = self.error or {"reason": self.last or f"engram ended with code {code} and said nothing"}
        return (InputError if code == 2 else RunError)(
            found["reason"],
            found.get("remedy"),
            file=found.get("file"),
            path=found.get("path"),
            exit_code=code,
        )


class _Bar:
    """A bar on standard error."""

    WIDTH = 24

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.first: Optional[int] = None
        self.length = 0

    def __call__(self, value: int, total: int) -> None:
        if self.first is None:
            self.first = value
        seconds = time.monotonic() - self.began
        done = value - self.first
        left = f"  {seconds * (total - value) / done:.0f} s left" if done > 0 else ""
        full = self.WIDTH * value // max(total, 1)
        text = f"{'█' * full}{'░' * (self.WIDTH - full)} {100 * value // max(total, 1)} %  {value} of {total}{left}"
        sys.stderr.write("\r" + text.ljust(self.length))
        sys.stderr.flush()
        self.length = len(text)

    def close(self) -> None:
        """Ends the line."""
        if self.length > 0:
            sys.stderr.write("\n")
