"""Waiting for a review to change: a look at its files now and then, which needs nothing from the system."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["changes"]

INTERVAL = 0.2
"""Seconds between two looks: a dozen files cost next to nothing."""

Snapshot = dict[str, tuple[int, int]]


def changes(folder: Path, *, wait: Callable[[float], None] = time.sleep) -> Iterator[tuple[str, ...]]:
    """Tell each time that files of a review have changed since this was called, and come to rest.

    Parameters
    ----------
    folder : Path
        The review.
    wait : callable
        Is given the seconds to wait.

    Yields
    ------
    tuple of str
        Names of the files that changed, came or went; a file that is still being written waits for the next
        look.
    """
    return _changes(folder, _look(folder), wait)


def _changes(folder: Path, before: Snapshot, wait: Callable[[float], None]) -> Iterator[tuple[str, ...]]:
    while True:
        wait(INTERVAL)
        now = _look(folder)
        if now == before:
            continue
        wait(INTERVAL)
        while (later := _look(folder)) != now:
            now = later
            wait(INTERVAL)
        names = tuple(name for name in sorted(before | now) if before.get(name) != now.get(name))
        before = now
        if names:
            yield names


def _look(folder: Path) -> Snapshot:
    """Note size and time of every file of the folder itself; hidden ones are editors' own."""
    seen: Snapshot = {}
    for file in folder.iterdir() if folder.is_dir() else ():
        try:
            found = file.stat()
        except OSError:  # it went between two looks
            continue
        if file.is_file() and not file.name.startswith((".", "~")):
            seen[file.name] = (found.st_mtime_ns, found.st_size)
    return seen
