"""Errors and warnings, each with its place and its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Optional


class EngramError(Exception):
    """Something went wrong in engram.

    Attributes:
        reason: what is wrong, with the value.
        remedy: how to mend it; None where engram names none.
        file: the file that it is about; None for a scenario that was given as a dictionary.
        path: JSON path of the value, such as ``memories.xi.init``, or an option, such as ``--ticks``; None where there is none.
        exit_code: of the command; None where no command was started.
        folder: the folder with the results so far, where there are any.
    """

    def __init__(
        self,
        reason: str,
        remedy: Optional[str] = None,
        *,
        file: Optional[str] = None,
        path: Optional[str] = None,
        exit_code: Optional[int] = None,
    ) -> None:
        place = [part for part in (file, path) if part]
        super().__init__(": ".join([*place, reason]) + (f"; {remedy}" if remedy else ""))
        self.reason = reason
        self.remedy = remedy
        self.file = file
        self.path = path
        self.exit_code = exit_code
        self.folder: Optional[Path] = None


class InputError(EngramError, ValueError):
    """The input is wrong: a scenario, an array, an option (exit code 2)."""


class RunError(EngramError, RuntimeError):
    """A run failed: values that are not finite, a lost device, a full disk (exit code 1)."""


class NotFoundError(EngramError):
    """The command ``engram``, or Node, is not on this machine."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a run, and its checkpoint is written.

    Attributes:
        checkpoint: the file for ``run(..., resume=checkpoint)``. It stays until you remove it.
    """

    def __init__(self, checkpoint: Path) -> None:
        super().__init__(f"the checkpoint is {checkpoint}; go on with run(..., resume={str(checkpoint)!r})")
        self.checkpoint = checkpoint


class EngramWarning(UserWarning):
    """engram warns of a scenario or of a run."""
